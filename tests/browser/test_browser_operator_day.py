"""An operator's day: sign in, start a job, say why the line stood, enter scrap, hand over; in two languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from floor import PASSWORD, edits_of, id_of, invite, jam, lately, stop_of
from playwright.sync_api import Page, Response, ViewportSize, expect
from profiles import Profiles
from sample import some
from screens import LINE
from sight import FINGER_PX, GLOVE_PX, PANEL, WALL, look, needs_axe

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history"), needs_axe]

LABELLER, CAPPER = f"{LINE}/labeller", f"{LINE}/capper"
FLOW = 4
COUNT_TOUCHES = """
() => { window.touches ?? addEventListener('click', () => window.touches++, true); window.touches = 0; }
"""
DAYS = some(
    "an operator's day",
    [
        (f"{language}-{place}", (language, size))
        for language in ("en", "de")
        for place, size in (("panel", PANEL), ("wall", WALL))
    ],
)


class Shift:
    """One operator at one screen, and what they did to jobs, so that it can be taken back afterwards."""

    def __init__(self, page: Page, login: str) -> None:
        self.page, self.login, self.name = page, login, f"Olga {login}"
        self.jobs: list[str] = []
        page.on("response", self._remember)

    def _remember(self, answer: Response) -> None:
        """Keep the audit row of everything that was said of a job."""
        asked = answer.request
        changes = asked.method == "POST" and "/job-responses" in asked.url
        self.jobs += filter(None, [answer.headers.get("x-audit-id") if changes else None])

    def tap(self, testid: str) -> None:
        self.page.get_by_test_id(testid).first.tap()

    def shows(self, testid: str, *, least_px: int = FINGER_PX) -> None:
        """It is there, and the screen bears every look."""
        expect(self.page.get_by_test_id(testid).first).to_be_visible()
        expect(self.page.locator("[role=status][aria-label=Loading], [role=status][aria-label=Lädt]")).to_have_count(0)
        look(self.page, least_px=least_px)

    def saved(self) -> None:
        """The server has it, says so, and the way back is offered; the word does not stay in the way."""
        expect(self.page.get_by_test_id("toast-act")).to_be_visible()


@pytest.fixture
def shift(profiles: Profiles, api: httpx2.Client, language: str, size: ViewportSize) -> Iterator[Shift]:
    """A screen at the line at which nobody is signed in yet; the jobs run as before when the day is over."""
    login = f"{language}-{size['width']}"
    invite(api, login, f"Olga {login}", locale=language)
    day = Shift(profiles.take(viewport=size, locale=language, has_touch=True).new_page(), login)
    yield day
    for audit in reversed(day.jobs):
        api.post(f"/audit/{audit}/undo", json={}).raise_for_status()


def signs_in(day: Shift, language: str) -> None:
    day.page.goto(f"/station/{LABELLER}")
    day.shows("login")
    expect(day.page.locator("html")).to_have_attribute("lang", language)
    day.page.get_by_test_id("login").fill(day.login)
    day.page.get_by_test_id("password").fill(PASSWORD)
    day.tap("sign-in")
    expect(day.page.get_by_test_id("station-person")).to_contain_text(day.name)
    day.shows("stops-waiting", least_px=GLOVE_PX)
    day.tap("station-up")  # from the one machine to the whole line
    expect(day.page.locator('[data-testid^="state-"][data-state]')).to_have_count(FLOW)
    day.shows("stops-waiting", least_px=GLOVE_PX)


def starts_a_job(day: Shift, order: str) -> None:
    day.tap("station-start")
    day.tap("product-lemonade-10")
    day.page.get_by_test_id("start-order").fill(order)
    day.shows("start-submit")
    day.tap("start-submit")
    day.saved()
    expect(day.page.get_by_test_id("station-job")).to_have_count(1)
    expect(day.page.get_by_test_id("station-job")).to_contain_text(order)


def answers(day: Shift, machine: str, reason: str, said: str) -> None:
    """Two touches: the stop, the reason."""
    row = day.page.locator('[data-testid=stop][data-open="true"]').filter(has_text=machine)
    expect(row).to_be_visible()
    day.page.evaluate(COUNT_TOUCHES)
    row.tap()
    day.tap(f"reason-{reason}")
    expect(row).to_contain_text(said)
    assert day.page.evaluate("window.touches") == 2


def enters_pieces(day: Shift, api: httpx2.Client) -> list[dict[str, Any]]:
    """Twelve good and three scrapped in one entry; what the server has of it."""
    day.tap("station-enter")
    day.tap("pad-1")
    day.tap("pad-2")
    day.tap("enter-scrap")
    day.tap("pad-3")
    day.page.get_by_test_id(re.compile("^scrap-reason-")).first.tap()
    day.shows("enter-save")
    day.tap("enter-save")
    day.saved()
    entries = api.get(f"/equipment/{id_of(api, LINE)}/count-entries", params=lately()).json()["items"]
    return [entry for entry in entries if entry["by"] == day.name]


def hands_over(day: Shift, note: str) -> None:
    day.tap("station-hand-over")
    day.page.get_by_test_id("hand-over-note").fill(note)
    day.shows("hand-over-leave")
    day.tap("hand-over-leave")
    expect(day.page.get_by_test_id("login")).to_be_visible()  # for whoever comes next
    expect(day.page).to_have_url(re.compile("/sign-in.*back=.*station"))


@pytest.mark.parametrize("language, size", DAYS)
def test_an_operators_day(shift: Shift, api: httpx2.Client, language: str, size: ViewportSize) -> None:
    order, note = f"WO-{shift.login}", "glue is low, spool 2"
    signs_in(shift, language)
    starts_a_job(shift, order)

    with jam(api, LABELLER, CAPPER):
        answers(shift, "Labeller", "organisational/no-material", "No material")
        answers(shift, "Capper", "mechanical/misfeed", "Misfeed")
        shift.shows("stops", least_px=GLOVE_PX)
        stops = [stop_of(api, path) for path in (LABELLER, CAPPER)]
        shift.page.locator('[data-testid=stop][data-open="true"]').filter(has_text="Labeller").tap()
        shift.shows("reason-picker")
        shift.tap("stop-close")
        shift.page.goto(f"/andon/{LINE}")
        expect(shift.page.locator('li[data-testid^="andon-"][data-state]')).to_have_count(FLOW)
        look(shift.page, least_px=0)
    assert [(stop["reason"], stop["edited_by"]) for stop in stops] == [
        ("organisational/no-material", shift.name),
        ("mechanical/misfeed", shift.name),
    ]
    assert [len([edit for edit in edits_of(api, stop) if edit["by"] == shift.name]) for stop in stops] == [1, 1]

    shift.page.goto(f"/station/{LINE}")
    entered = enters_pieces(shift, api)
    assert {(entry["kind"], entry["quantity"], entry["reason"] is not None) for entry in entered} == {
        ("good", 12, False),
        ("scrap", 3, True),
    }
    assert len({entry["entry_id"] for entry in entered}) == 1

    hands_over(shift, note)
    jobs = api.get(f"/equipment/{id_of(api, LINE)}/job-responses", params=lately()).json()["items"]
    running = [job for job in jobs if job["end"] is None]
    assert len(running) == FLOW
    assert {(job["job_order"], job["note"], job["follows"] is not None) for job in running} == {(order, note, True)}
