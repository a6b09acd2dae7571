"""What the browser tests share: a headless Chromium, one demo server, and a person who is signed in."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from chromium_here import FLAGS, NAMES, SignedIn, installed
from complaints import Complaints
from installation_process import Installation
from one_house import Visit, visit
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from profiles import PATIENCE_MS, Profiles
from sample import SEED
from turns import CLOSING, OneLineAtATime, in_turn, place_of, turn_of
from witness import seen
from xdist.remote import Producer
from xdist.workermanage import WorkerController

HERE = Path(__file__).resolve().parent
LONG_FORM: set[str] = set()
IMPORT_S = 600.0
MOSTLY = 0.9

expect.set_options(timeout=PATIENCE_MS)


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Count the long form that is left out."""
    LONG_FORM.update(
        item.nodeid for item in items if item.path.is_relative_to(HERE) and item.get_closest_marker("soak")
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells it to whom it works for."""
    told: dict[str, object] = getattr(session.config, "workeroutput", {})
    told["left_out"] = sorted(LONG_FORM)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    """What a worker told; nothing when it broke down."""
    LONG_FORM.update(getattr(node, "workeroutput", {}).get("left_out", ()))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneLineAtATime:
    """Two people at once may look at the line, only one may work at it."""
    return OneLineAtATime(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how large a sample of the browser tests was run."""
    ran = {
        report.nodeid for reports in terminalreporter.stats.values() for report in reports if hasattr(report, "when")
    }
    ours = [node for node in ran if (config.rootpath / node.partition("::")[0]).is_relative_to(HERE)]
    if ours:
        terminalreporter.write_line(
            f"browser: a sample of {len(ours)} out of {len(ours) + len(LONG_FORM)}"
            f" (DOVETAIL_SAMPLE={SEED}); all: -m browser"
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails before a tab says what the tab shows."""
    report = yield
    for name, tab in getattr(item, "funcargs", {}).items():
        if call.when == "call" and report.failed and isinstance(tab, Page):
            report.sections.append((f"what `{name}` shows", seen(tab)))
    return report


@pytest.fixture
def no_task_leaks() -> None:
    """Playwright keeps an event loop of its own on this thread, so tasks are not looked for here."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests come last: Playwright's event loop stays on this thread for as long as its one browser lives.

    Of them those last that need the line's past: it arrives meanwhile.
    """
    items.sort(key=_place)


def _place(item: pytest.Item) -> tuple[bool, int, bool, bool]:
    ours = item.path.is_relative_to(HERE)
    turn = place_of(turn_of(item.nodeid)) if ours else 0
    return ours, turn, "history" in getattr(item, "fixturenames", ()), CLOSING not in item.nodeid


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
    """Where the installations of this worker keep their data."""
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers share."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "house"
    shared.mkdir(exist_ok=True)
    return shared


@pytest.fixture(autouse=True)
def turn(request: pytest.FixtureRequest, together: Path) -> Iterator[None]:
    """What must not happen at once happens one after the other."""
    with in_turn(request.node.nodeid, together / "turn.lock"):
        yield


@pytest.fixture(scope="session")
def visitor(together: Path) -> Iterator[Visit]:
    """The virtual bottling line with its last day of history, one for all workers, and who looks at it."""
    with visit(together) as found:
        yield found


@pytest.fixture(scope="session")
def demo(visitor: Visit) -> Installation:
    """The line's installation. Others work with it at the same time: never stop it."""
    return visitor.demo


@pytest.fixture(scope="session")
def cookie(visitor: Visit) -> str:
    """The visitor's session."""
    return visitor.cookie


@pytest.fixture(scope="session")
def api(demo: Installation, cookie: str) -> Iterator[httpx2.Client]:
    """The visitor's view of the API, to compare the screens with."""
    with httpx2.Client(base_url=f"{demo.base}/api/v1", cookies={"dovetail": cookie}, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def ear() -> Complaints:
    """One for all tabs that stay open."""
    return Complaints()


@pytest.fixture
def complaints(ear: Complaints) -> Complaints:
    """What `page` complains of; a test that provokes a complaint on purpose says so with `forget`."""
    ear.forget()
    return ear


@pytest.fixture(scope="session")
def kept_profiles(chromium: Browser, demo: Installation, ear: Complaints) -> Profiles:
    """The profiles of this worker's Chromium."""
    return Profiles(chromium, demo.base, ear)


@pytest.fixture
def profiles(kept_profiles: Profiles) -> Iterator[Profiles]:
    """Browsers at which nobody is signed in; they are given back after the test."""
    yield kept_profiles
    kept_profiles.give_back()


@pytest.fixture
def signed_in(profiles: Profiles, demo: Installation, cookie: str) -> SignedIn:
    """Opens an empty profile in which the visitor is signed in; options as of `Profiles.take`."""

    def new(**options: Any) -> BrowserContext:
        context = profiles.take(**options)
        context.add_cookies([{"name": "dovetail", "value": cookie, "url": demo.base}])
        return context

    return new


@pytest.fixture
def page(signed_in: SignedIn, profiles: Profiles, complaints: Complaints) -> Iterator[Page]:
    """A signed-in page at a desk, which must not have complained by the end of the test."""
    opened = profiles.tab(signed_in())
    yield opened
    assert complaints.heard == []


@pytest.fixture(scope="session")
def history(demo: Installation, api: httpx2.Client) -> None:
    """The line's past has arrived below the live values, and the figures of the past day hold it."""
    end_s = time.monotonic() + IMPORT_S
    while not (demo.has_history() and _observed(api) > MOSTLY):
        assert time.monotonic() < end_s, f"no history after {IMPORT_S} s"
        time.sleep(1)  # nobody outside is told when figures are settled, and each look costs the server something


def _observed(client: httpx2.Client) -> float:
    """How much of the past day the ledgers of the line, its first and its last machine have observed; 0 while one has
    nothing, or while the line has not taken in yet what its last machine made."""
    now = datetime.now(UTC)
    ids = {one["name"]: one["id"] for one in client.get("/equipment").json()["items"]}
    span = {"start": (now - timedelta(hours=20)).isoformat(), "end": (now - timedelta(minutes=5)).isoformat()}
    filler, last, line = (
        client.get(f"/equipment/{ids[name]}/kpis", params=span).json() for name in ("Filler", "Palletiser", "Line 1")
    )
    is_taken_in = line["counts"]["good"] == last["counts"]["good"]
    return is_taken_in * min(one["coverage"] or 0.0 for one in (filler, last, line))
