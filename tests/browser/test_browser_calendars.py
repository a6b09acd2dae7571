"""A planner closes a day ahead and takes it back, and corrects a past day with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from complaints import Complaints
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

AHEAD = "2030-12-24"
KEY = "two-shift"


@pytest.fixture
def usual(api: httpx2.Client) -> Iterator[None]:
    """Whatever a test enters is taken away again: other tests look at the same plant."""
    yield
    for day in shown(api)["definition"]["exceptions"]:
        api.post(f"/calendars/{KEY}/exceptions/{day}/remove", json={"reason": "test"}).raise_for_status()


def shown(api: httpx2.Client) -> Any:
    return api.get(f"/calendars/{KEY}").raise_for_status().json()


@pytest.mark.usefixtures("usual")
def test_a_day_ahead_is_closed_in_few_clicks_and_taken_back(page: Page, api: httpx2.Client) -> None:
    page.goto(f"/calendars?date={AHEAD[:8]}01")
    cell = page.get_by_test_id(f"day-{AHEAD}")
    expect(cell).to_have_attribute("data-off", "false")
    cell.press("Enter")  # by the keyboard
    expect(page.get_by_test_id("exception-kind")).to_be_visible()
    expect(page.get_by_test_id("shift-change")).to_have_count(2)  # both shifts fall away
    page.get_by_test_id("exception-name").fill("Christmas Eve")
    page.get_by_test_id("exception-save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(cell).to_have_attribute("data-off", "true")
    expect(cell).to_contain_text("Christmas Eve")
    assert shown(api)["definition"]["exceptions"][AHEAD]["shifts"] == []
    page.get_by_test_id("calendar-undo").click()
    expect(cell).to_have_attribute("data-off", "false")
    assert AHEAD not in shown(api)["definition"]["exceptions"]


def test_times_are_typed_as_people_type_them(page: Page) -> None:
    page.goto(f"/calendars?date={AHEAD[:8]}01")
    page.get_by_test_id(f"day-{AHEAD}").click()
    page.get_by_test_id("exception-kind").get_by_text("Planned down").click()
    page.get_by_test_id("row-start").fill("8")
    page.get_by_test_id("row-end").fill("930")
    page.get_by_test_id("row-name").fill("Boiler")
    expect(page.get_by_test_id("row-start")).to_have_value("08:00")
    expect(page.get_by_test_id("row-end")).to_have_value("09:30")
    expect(page.get_by_test_id("exception-save")).to_be_enabled()


@pytest.mark.usefixtures("usual")
def test_a_past_day_asks_for_a_reason_and_stands_in_the_history(page: Page) -> None:
    day = (datetime.now(ZoneInfo("Europe/Prague")) - timedelta(hours=14)).date().isoformat()  # a part of it was worked
    page.goto(f"/calendars?date={day}")
    page.get_by_test_id(f"day-{day}").click()
    expect(page.get_by_test_id("reason")).to_be_visible()
    expect(page.get_by_test_id("exception-save")).to_be_disabled()
    page.get_by_test_id("reason").fill("nobody was there")
    page.get_by_test_id("exception-save").click()
    expect(page.get_by_test_id(f"day-{day}")).to_have_attribute("data-off", "true")
    page.get_by_test_id("views").get_by_text("History").click()
    newest = page.get_by_test_id("history-entry").first
    for said in ("past corrected", f"{day} as usual → Closed", "nobody was there"):
        expect(newest).to_contain_text(said)


def test_a_pattern_that_does_not_fit_is_said_before_it_is_saved(
    page: Page, api: httpx2.Client, complaints: Complaints
) -> None:
    before = shown(api)["version"]
    page.goto("/calendars?view=pattern")
    page.get_by_test_id("shift-end").first.fill("15:00")
    page.get_by_test_id("shift-name").first.focus()
    expect(page.get_by_test_id("preview").get_by_test_id("problem")).to_contain_text(
        "'Late' on mon begins at 14:00, before 'Early' on mon ends"
    )
    expect(page.get_by_test_id("pattern-save")).to_be_disabled()
    assert shown(api)["version"] == before
    assert [complaint for complaint in complaints.heard if "422" not in complaint] == []
    complaints.forget()  # the browser itself complains of every refused question
