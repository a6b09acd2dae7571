"""A line lead's day: find yesterday's longest stop, correct it, watch OEE and its explanation follow, take it back."""

from __future__ import annotations

import re
from urllib.parse import quote

import httpx2
import pytest
from chromium_here import SignedIn
from floor import invite
from installation_process import Installation
from past import longest, moved, oee_of
from playwright.sync_api import Locator, Page, ViewportSize, expect
from profiles import Profiles
from sample import some
from screens import LINE
from sight import PANEL, WALL, needs_axe, stumbles

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history"), needs_axe]

WORDS = {"en": ("Yesterday", "Longest", "Own fault"), "de": ("Gestern", "Längste", "Selbst verursacht")}
NOTE = "agreed with planning"
CLEANING = "planned/cleaning"
DAYS = some(
    "a line lead's day",
    [
        (f"{language}-{place}", (language, size))
        for language in ("en", "de")
        for place, size in (("panel", PANEL), ("wall", WALL))
    ],
)


def percent(value: float, language: str, digits: int) -> str:
    """A ratio as the screen writes its number."""
    return f"{value * 100:.{digits}f}".replace(".", {"en": ".", "de": ","}[language])


@pytest.fixture
def lead(
    signed_in: SignedIn,
    profiles: Profiles,
    demo: Installation,
    api: httpx2.Client,
    language: str,
    size: ViewportSize,
) -> Page:
    """A desk at which the line lead is signed in."""
    login = f"lead-{language}-{size['width']}"
    cookie = invite(api, login, f"Lena {login}", locale=language)
    context = signed_in(viewport=size, locale=language)
    context.add_cookies([{"name": "dovetail", "value": cookie, "url": demo.base}])
    return profiles.tab(context)


def finds_the_longest(page: Page, language: str) -> Locator:
    """The stop on top of yesterday's, the longest first, without those who only waited for another machine."""
    day, longest_first, own = WORDS[language]
    page.goto(f"/stops/{LINE}")
    page.get_by_test_id("period").get_by_text(day, exact=True).click()
    page.get_by_label(own, exact=True).check()
    page.get_by_test_id("stops-sort").click()
    page.get_by_role("option", name=longest_first).click()
    expect(page).to_have_url(re.compile("period=yesterday.*own=1.*sort=longest"))
    rows = page.get_by_test_id("stop-row")
    expect(rows.first).to_be_visible()
    assert stumbles(page) == []
    return rows.first


def corrects(page: Page, row: Locator) -> None:
    """It was planned, and why that is said."""
    row.get_by_test_id("stop-open").click()
    page.get_by_test_id("stop-comment").fill(NOTE)
    expect(page.get_by_test_id(f"reason-{CLEANING}")).to_be_visible()
    assert stumbles(page) == []
    page.get_by_test_id(f"reason-{CLEANING}").click()
    expect(page.get_by_test_id("toast")).to_contain_text("Cleaning")


def follows_oee(page: Page, path: str, value: float, language: str, *, words_of: tuple[str, int]) -> None:
    """The figure on the machine's page and in its explanation, which names whose words it rests on."""
    page.goto(f"/unit/{path}?period=yesterday")
    figure = page.get_by_test_id("figures").get_by_test_id("kpi-oee_index")
    expect(figure).to_contain_text(percent(value, language, 1))
    figure.click()
    expect(page.get_by_test_id("explain-value")).to_contain_text(percent(value, language, 2))
    expect(page.get_by_test_id("explain-formula")).to_be_visible()
    name, times = words_of
    said = page.locator("[data-testid=explain-node][data-kind=timeline-edit]")
    expect(said.filter(has_text=name)).to_have_count(times)
    assert stumbles(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("explain")).to_have_count(0)


def follows_the_word(page: Page, t0_us: int) -> str:
    """From the planned time, where the stop stands now, down to who said so; what is said there."""
    page.get_by_test_id("loss-planned_down").click()
    steps = page.get_by_test_id("explain-node")
    steps.and_(page.locator(f'[data-key$="slice:{t0_us}"]')).click()
    steps.and_(page.locator("[data-kind=state-record]")).first.click()
    steps.and_(page.locator("[data-kind=timeline-edit]")).first.click()
    expect(page.get_by_test_id("explain-open")).to_have_attribute("data-kind", "timeline-edit")
    assert stumbles(page) == []
    return page.get_by_test_id("explain-open").inner_text()


@pytest.mark.parametrize("language, size", DAYS)
def test_a_line_leads_day(lead: Page, api: httpx2.Client, language: str, size: ViewportSize) -> None:
    stop = longest(api)
    unit = stop["equipment_id"]
    path = next(one["path"] for one in api.get("/equipment").json()["items"] if one["id"] == unit)
    name = f"Lena lead-{language}-{size['width']}"
    before = oee_of(api, unit)

    row = finds_the_longest(lead, language)
    expect(row).to_have_attribute("data-stop", stop["stop_id"])
    corrects(lead, row)

    after = moved(lead, api, unit, away_from=before)
    assert after > before  # what was planned is not held against the machine
    follows_oee(lead, path, after, language, words_of=(name, 1))
    said = follows_the_word(lead, int(stop["stop_id"].partition("-")[2]))
    assert name in said and "Cleaning" in said and NOTE in said, said

    opened = f"/stops/{LINE}?period=yesterday&planned=1&stop={quote(stop['stop_id'])}"
    lead.goto(opened)
    edit = lead.get_by_test_id("edit").first
    expect(edit).to_contain_text(name)
    edit.get_by_test_id("edit-take-back").click()
    row = lead.locator(f'[data-stop="{stop["stop_id"]}"]')
    expect(row).not_to_contain_text("Cleaning")
    lead.goto(opened)
    lead.get_by_test_id("edit-use").first.click()  # and it is said after all, and taken back again
    expect(row).to_contain_text("Cleaning")
    lead.goto(opened)
    lead.get_by_test_id("edit-take-back").first.click()
    expect(row).not_to_contain_text("Cleaning")
    assert moved(lead, api, unit, away_from=after) == pytest.approx(before, abs=1e-9)
    follows_oee(lead, path, before, language, words_of=(name, 0))
