"""What the browser tests share: a headless Chromium, one demo server, and a person who is signed in."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from chromium_here import FLAGS, NAMES, SignedIn, installed
from complaints import Complaints
from installation_process import Installation
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

HERE = Path(__file__).resolve().parent
LONG_FORM: list[str] = []
DESK = ViewportSize(width=1280, height=800)
PATIENCE_MS = 20_000  # how long a test waits for what should come at once: the processors may be busy elsewhere
IMPORT_S = 180.0
MOSTLY = 0.9

expect.set_options(timeout=PATIENCE_MS)


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Count the long form that is left out."""
    LONG_FORM.extend(
        item.nodeid for item in items if item.path.is_relative_to(HERE) and item.get_closest_marker("soak")
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how large a sample of the browser tests was run."""
    ran = {
        report.nodeid for reports in terminalreporter.stats.values() for report in reports if hasattr(report, "when")
    }
    ours = [node for node in ran if (config.rootpath / node.partition("::")[0]).is_relative_to(HERE)]
    if ours:
        terminalreporter.write_line(
            f"browser: a sample of {len(ours)} out of {len(ours) + len(LONG_FORM)}; all: -m browser"
        )


@pytest.fixture
def no_task_leaks() -> None:
    """Playwright keeps an event loop of its own on this thread, so tasks are not looked for here."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests come last: Playwright's event loop stays on this thread for as long as its one browser lives."""
    items.sort(key=lambda item: item.path.is_relative_to(HERE))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium, each context in it a new empty profile. Skips where there is none."""
    found = installed()
    if found is None:
        pytest.skip(f"no Chromium here ({', '.join(NAMES)}): run tests/browser/install")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the installations of this session keep their data."""
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="session")
def demo(folder: Path) -> Iterator[Installation]:
    """The virtual bottling line with its last day of history; the history arrives while the first tests run."""
    running = Installation("demo", folder / "demo")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def cookie(demo: Installation) -> str:
    """The visitor's session."""
    answer = httpx2.post(f"{demo.base}/api/v1/session", json={"once": demo.secret()}, timeout=30)
    assert answer.status_code == 201, answer.text
    return answer.cookies["dovetail"]


@pytest.fixture
def api(demo: Installation, cookie: str) -> Iterator[httpx2.Client]:
    """The visitor's view of the API, to compare the screens with."""
    with httpx2.Client(base_url=f"{demo.base}/api/v1", cookies={"dovetail": cookie}, timeout=30) as client:
        yield client


@pytest.fixture
def signed_in(chromium: Browser, demo: Installation, cookie: str) -> Iterator[SignedIn]:
    """Opens a new profile in which the visitor is signed in; options as of `Browser.new_context`."""
    opened: list[BrowserContext] = []

    def new(**options: object) -> BrowserContext:
        chosen = {"viewport": DESK, "locale": "en", "color_scheme": "light", "reduced_motion": "reduce"} | options
        context = chromium.new_context(base_url=demo.base, **chosen)  # type: ignore[arg-type]  # as the caller says
        context.add_cookies([{"name": "dovetail", "value": cookie, "url": demo.base}])
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        return context

    yield new
    for context in opened:
        context.close()


@pytest.fixture
def complaints() -> Complaints:
    """What `page` complains of; a test that provokes a complaint on purpose says so with `forget`."""
    return Complaints()


@pytest.fixture
def page(signed_in: SignedIn, complaints: Complaints) -> Iterator[Page]:
    """A signed-in page at a desk, which must not have complained by the end of the test."""
    opened = signed_in().new_page()
    complaints.listen(opened)
    yield opened
    assert complaints.heard == []


@pytest.fixture(scope="session")
def history(demo: Installation, cookie: str) -> None:
    """The line's past has arrived below the live values, and the figures of the past day hold it."""
    end_s = time.monotonic() + IMPORT_S
    with httpx2.Client(base_url=f"{demo.base}/api/v1", cookies={"dovetail": cookie}, timeout=30) as client:
        while not (demo.has_history() and _observed(client) > MOSTLY):
            assert time.monotonic() < end_s, f"no history after {IMPORT_S} s"
            time.sleep(1)  # nobody outside is told when figures are settled, and each look costs the server something


def _observed(client: httpx2.Client) -> float:
    """How much of the filler's past day the ledger has observed; 0 while it has nothing."""
    now = datetime.now(UTC)
    filler = next(one["id"] for one in client.get("/equipment").json()["items"] if one["name"] == "Filler")
    span = {"start": (now - timedelta(hours=20)).isoformat(), "end": (now - timedelta(minutes=5)).isoformat()}
    return client.get(f"/equipment/{filler}/kpis", params=span).json().get("coverage") or 0.0
