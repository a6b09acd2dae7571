"""The line page and the andon: every machine in flow order, whole on any display, and loud when no longer live."""

from __future__ import annotations

import re

import httpx2
import pytest
from cable import Cable
from chromium_here import SignedIn
from playwright.sync_api import Page, ViewportSize, expect
from profiles import Profiles
from sample import some
from screens import LINE
from sight import cut_off, scrolls

pytestmark = pytest.mark.browser

FLOW = ("filler", "capper", "labeller", "palletiser")
OLD_MONITOR, TELEVISION, LARGE = (1024, 768), (1920, 1080), (3840, 2160)
DISPLAYS = some(
    "andon",
    [
        (f"{display[0]}-{language}", (display, language))
        for display in (OLD_MONITOR, TELEVISION, LARGE)
        for language in ("en", "de")
    ],
    least=2,
)
GREY = re.compile(r"grayscale\(1\)")


def letters_px(page: Page, text: str) -> float:
    """How large a text on the andon is written."""
    return float(page.get_by_text(text, exact=True).first.evaluate("box => parseFloat(getComputedStyle(box).fontSize)"))


def test_the_line_page_shows_every_machine_in_flow_order(page: Page) -> None:
    page.goto("/overview/acme")
    page.get_by_test_id(f"line-{LINE}").get_by_role("link", name="Line 1", exact=True).click()
    expect(page).to_have_url(re.compile(f"/line/{LINE}$"))
    rows = page.locator('[data-testid^="machine-"]')
    expect(rows).to_have_count(len(FLOW))
    assert [row.get_attribute("data-testid") for row in rows.all()] == [f"machine-{LINE}/{unit}" for unit in FLOW]
    expect(page.get_by_test_id("constraint")).to_have_count(1)
    expect(page.get_by_test_id(f"machine-{LINE}/filler").get_by_test_id("constraint")).to_be_visible()
    expect(page.get_by_test_id("line-method")).to_contain_text("times and rate of Filler, good pieces of Palletiser")
    page.get_by_test_id(f"machine-{LINE}/capper").get_by_test_id("kpi-oee_index").click()
    expect(page.get_by_test_id("explain-formula")).to_be_visible()


@pytest.mark.soak  # the belt between two machines takes half a minute to run empty
def test_a_machine_that_waits_for_its_neighbour_is_shown_as_not_to_blame(page: Page, api: httpx2.Client) -> None:
    page.goto(f"/line/{LINE}")
    api.post("/sim/free", json={"unit": f"{LINE}/labeller"}).raise_for_status()
    api.post("/sim/jam", json={"unit": f"{LINE}/labeller", "cause": "motor"}).raise_for_status()
    stuck = page.get_by_test_id(f"machine-{LINE}/labeller")
    waits = page.get_by_test_id(f"machine-{LINE}/palletiser")
    expect(stuck).to_have_attribute("data-tone", "fault")
    expect(stuck).not_to_contain_text("Not this machine's fault")
    expect(waits).to_have_attribute("data-external", "true", timeout=90_000)
    expect(waits).to_contain_text("Not this machine's fault")
    api.post("/sim/free", json={"unit": f"{LINE}/labeller"}).raise_for_status()


@pytest.mark.parametrize("display, language", DISPLAYS)
def test_the_andon_fills_any_display_without_scrolling(
    signed_in: SignedIn, profiles: Profiles, display: tuple[int, int], language: str
) -> None:
    size = ViewportSize(width=display[0], height=display[1])
    page = profiles.tab(signed_in(viewport=size, locale=language, language=language))
    page.goto(f"/andon/{LINE}")
    expect(page.locator('li[data-testid^="andon-"][data-state]')).to_have_count(len(FLOW))
    expect(page.get_by_test_id("andon-rows")).to_be_in_viewport(ratio=1)
    assert scrolls(page) == []
    assert cut_off(page) == []
    assert letters_px(page, "Filler") >= display[1] / 28  # of a display of 70 cm: 2.5 cm, legible at 10 m
    assert page.get_by_test_id("sidebar").count() == page.get_by_test_id("profile-menu").count() == 0


def test_the_andon_says_loudly_that_it_is_not_live_and_comes_back_by_itself(signed_in: SignedIn) -> None:
    page = signed_in(viewport=ViewportSize(width=1920, height=1080)).new_page()
    cable = Cable().lay(page)
    page.goto(f"/andon/{LINE}")
    row = page.get_by_test_id(f"andon-{LINE}/capper")
    expect(row).to_have_attribute("data-state", re.compile(".+"))
    expect(row).not_to_have_css("filter", GREY)
    cable.pull()
    expect(page.get_by_test_id("andon-stale")).to_contain_text("NOT LIVE")
    expect(row).to_have_css("filter", GREY)
    assert scrolls(page) == []
    cable.plug_in()
    expect(page.get_by_test_id("andon-stale")).to_have_count(0)
    expect(row).not_to_have_css("filter", GREY)


def test_the_andon_obeys_the_keyboard_and_shows_its_tools_only_when_stirred(page: Page) -> None:
    page.goto(f"/andon/{LINE}")
    tools = page.get_by_role("toolbar")
    expect(tools).to_have_css("opacity", "0")
    page.keyboard.press("d")
    expect(tools).to_have_css("opacity", "1")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.keyboard.press("f")
    expect(page.locator("html:fullscreen")).to_have_count(1)
    page.keyboard.press("f")
    expect(page.locator("html:fullscreen")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(f"/line/{LINE}$"))
