"""Every screen, by day and by night, in English and German: nothing broken, open to those who see or point badly."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2
import pytest
from chromium_here import SignedIn
from complaints import Complaints
from floor import invite
from installation_process import Installation
from playwright.sync_api import Page, ViewportSize, expect
from profiles import Profiles
from sample import drawn, some
from screens import CAPPER, LINE, SCREENS, Screen, foreign_words, not_looked_at
from sight import PANEL, PHONE, THUMB_PX, WALL, needs_axe, small, stumbles, unexplained

pytestmark = pytest.mark.browser

# language, the size it is opened at, the one it is changed to, and the light it is looked at in
READERS = (("en", PANEL, WALL, "light"), ("de", WALL, PANEL, "dark"))
AT_HAND = {"overview", "line", "station", "stops", "timeline of a line", "losses of a line", "groups", "KPI trend",
           "shift board", "trends of a signal"}  # fmt: skip
CARRIED = [screen for screen in SCREENS if screen.name in AT_HAND]
TEXTS = """
() => { const texts = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const parent = walk.currentNode.parentElement;
    if (!parent.closest('code, .mono, script, style, [translate=no]')) texts.push(walk.currentNode.data.trim()); }
  return texts.filter(Boolean); }
"""
RAW = re.compile(r"\b[a-z]+(_[a-z]+)+\b|\b[a-z]+[A-Z][a-z]+\b|\{\w+\}|\bundefined\b|\bNaN\b|\[object")
LATELY = "?start=2026-01-01T00:00:00Z&end=2026-01-08T00:00:00Z"
OVERFLOW = """
() => new Promise(done => { const until = performance.now() + 3000;  // what is painted follows a moment later
  const look = () => { const found = ['html', 'main'].map(name => document.querySelector(name))
      .filter(box => box && box.scrollWidth > box.clientWidth)
      .map(box => `${box.tagName} ${box.scrollWidth} > ${box.clientWidth}`);
    if (found.length && performance.now() < until) requestAnimationFrame(look); else done(found); };
  look(); })
"""


def looks(*, past: bool) -> list[object]:
    """The screens that are drawn, in one language, size and light, drawn too; in the long form all of them in both."""
    seen = drawn("screens", SCREENS, least=len(SCREENS) // 3)
    return [
        look
        for place, screen in enumerate(SCREENS)
        if screen.past == past
        for look in some(
            screen.name,
            [(f"{screen}-{reader[0]}", (screen, *reader)) for reader in READERS],
            least=int(place in seen),
        )
    ]


@pytest.fixture(scope="module")
def plant_words(api: httpx2.Client) -> set[str]:
    """The plant's own names are in the plant's language, and its signals are named as its engineers name them."""
    capper = next(one["id"] for one in api.get("/equipment").json()["items"] if one["path"] == CAPPER)
    lists = ("/equipment", "/reasons", "/products", f"/equipment/{capper}/tags", f"/equipment/{capper}/shifts{LATELY}")
    codes = {one["id"] for one in api.get("/products").json()["items"]}  # said until its name is there
    return codes | {word for path in lists for word in re.findall(r'"(?:name|property)":"([^"]+)"', api.get(path).text)}


@pytest.fixture
def reader(signed_in: SignedIn, profiles: Profiles, complaints: Complaints, language: str) -> Iterator[Page]:
    """A reader of this language, who must not see the page complain; without a session the server says 401 once."""
    yield profiles.tab(signed_in(locale=language, language=language))
    assert complaints.heard == []


def test_every_screen_is_looked_at() -> None:
    assert not_looked_at() == set()


@needs_axe
@pytest.mark.parametrize("screen, language, size, other, light", looks(past=False))
def test_a_screen_is_whole(
    reader: Page,
    screen: Screen,
    language: str,
    size: ViewportSize,
    other: ViewportSize,
    light: str,
    plant_words: set[str],
) -> None:
    bears_every_look(reader, screen, language, (size, other), plant_words, light=light)


@needs_axe
@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("screen, language, size, other, light", looks(past=True))
def test_a_screen_of_the_past_is_whole(
    reader: Page,
    screen: Screen,
    language: str,
    size: ViewportSize,
    other: ViewportSize,
    light: str,
    plant_words: set[str],
) -> None:
    bears_every_look(reader, screen, language, (size, other), plant_words, light=light)


def bears_every_look(
    reader: Page,
    screen: Screen,
    language: str,
    sizes: tuple[ViewportSize, ViewportSize],
    plant_words: set[str],
    *,
    light: str,
) -> None:
    """It says nothing that it should not say, hides nothing, and axe does not stumble, by day or by night."""
    size, other = sizes
    reader.emulate_media(color_scheme=light)
    reader.set_viewport_size(size)  # the tree is closed on a narrow panel; made narrow afterwards, it stays open
    screen.open(reader)
    expect(reader.locator("html")).to_have_attribute("lang", language)
    texts = set(reader.evaluate(TEXTS)) - plant_words
    assert texts & foreign_words(language) == set()
    assert {text for text in texts if RAW.search(text)} == set()
    expect(reader.locator("html")).to_have_attribute("data-mantine-color-scheme", light)
    assert not screen.shows_figures or unexplained(reader, plant_words) == []
    assert stumbles(reader) == []
    assert reader.evaluate(OVERFLOW) == []
    reader.set_viewport_size(other)
    assert reader.evaluate(OVERFLOW) == []


@pytest.mark.usefixtures("history")
def test_no_screen_of_the_past_is_wider_than_a_phone_or_a_panel(signed_in: SignedIn, profiles: Profiles) -> None:
    page = profiles.tab(signed_in(viewport=PHONE, has_touch=True))
    wide: dict[tuple[str, int], list[str]] = {}
    for screen in CARRIED:
        screen.open(page)
        for size in (PANEL, PHONE):
            page.set_viewport_size(size)
            wide[screen.name, size["width"]] = page.evaluate(OVERFLOW)
    assert {where: found for where, found in wide.items() if found} == {}
    page.goto(f"/station/{CAPPER}")
    expect(page.get_by_test_id("station-start")).to_be_enabled()
    assert small(page, THUMB_PX) == []


@pytest.mark.parametrize("address, shows", [(f"/board/{LINE}", "shift-board"), (f"/line/{LINE}", f"machine-{CAPPER}")])
def test_every_number_of_a_shift_opens_or_stands_in_a_row_that_does(
    page: Page, address: str, shows: str, plant_words: set[str]
) -> None:
    page.goto(address)
    expect(page.get_by_test_id(shows)).to_be_visible()
    assert unexplained(page, plant_words) == []


@pytest.mark.usefixtures("history")
def test_the_keyboard_reaches_what_matters_and_escape_closes(page: Page) -> None:
    page.goto(f"/unit/{CAPPER}?period=24h")
    expect(page.get_by_test_id("figures").get_by_test_id("kpi-oee_index")).to_be_enabled()
    expect(page).to_have_title("Capper – Dovetail")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.dataset.testid ?? document.activeElement.getAttribute('href') ?? ''")
        )
    wanted = {"#content", "nav-overview", "tree-search", "job-start", "kpi-oee_index", "tab-losses", "profile-menu"}
    assert wanted - set(reached) == set()
    figure = page.get_by_test_id("figures").get_by_test_id("kpi-oee_index")
    figure.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("explain")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("explain")).to_have_count(0)
    expect(figure).to_be_focused()


@pytest.fixture
def linguist(profiles: Profiles, demo: Installation, api: httpx2.Client) -> Page:
    """Somebody whose language is nobody else's business: the choice is kept with the person."""
    context = profiles.take()
    context.add_cookies([{"name": "dovetail", "value": invite(api, "lise", "Lise"), "url": demo.base}])
    return context.new_page()


def test_the_language_is_changed_at_once_and_kept(linguist: Page) -> None:
    page = linguist
    page.goto(f"/overview/{LINE}")
    page.get_by_test_id("profile-menu").click()
    page.get_by_test_id("language").get_by_text("Deutsch").click()
    expect(page.get_by_test_id("nav-overview")).to_have_text("Übersicht")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.reload()
    expect(page.get_by_test_id("nav-overview")).to_have_text("Übersicht")
    page.get_by_test_id("profile-menu").click()
    page.get_by_test_id("language").get_by_text("English").click()
    expect(page.get_by_test_id("nav-overview")).to_have_text("Overview")
