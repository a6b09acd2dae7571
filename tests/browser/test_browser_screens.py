"""Every screen, by day and by night, in English and German: nothing broken, open to those who see or point badly."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from chromium_here import SignedIn
from complaints import Complaints
from playwright.sync_api import Page, expect
from screens import CAPPER, LINE, SCREENS, UI, Screen, foreign_words, not_looked_at

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history")]

AXE = UI / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """
() => axe.run(document, { resultTypes: ['violations'] }).then(found => found.violations
  .filter(one => ['serious', 'critical'].includes(one.impact))
  .map(one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | ')}`))
"""
TEXTS = """
() => { const texts = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const parent = walk.currentNode.parentElement;
    if (!parent.closest('code, .mono, script, style, [translate=no]')) texts.push(walk.currentNode.data.trim()); }
  return texts.filter(Boolean); }
"""
RAW = re.compile(r"\b[a-z]+(_[a-z]+)+\b|\b[a-z]+[A-Z][a-z]+\b|\{\w+\}|\bundefined\b|\bNaN\b|\[object")
LATELY = "?start=2026-01-01T00:00:00Z&end=2026-01-08T00:00:00Z"
OVERFLOW = """
() => ['html', 'main'].map(name => document.querySelector(name))
  .filter(box => box && box.scrollWidth > box.clientWidth)
  .map(box => `${box.tagName} ${box.scrollWidth} > ${box.clientWidth}`)
"""


@pytest.fixture
def plant_words(api: httpx.Client) -> set[str]:
    """The plant's own names are in the plant's language, and its signals are named as its engineers name them."""
    capper = next(one["id"] for one in api.get("/equipment").json()["items"] if one["path"] == CAPPER)
    lists = ("/equipment", "/reasons", "/products", f"/equipment/{capper}/tags", f"/equipment/{capper}/shifts{LATELY}")
    return {word for path in lists for word in re.findall(r'"(?:name|property)":"([^"]+)"', api.get(path).text)}


@pytest.fixture
def reader(signed_in: SignedIn, complaints: Complaints, language: str) -> Iterator[Page]:
    """A reader of this language, who must not see the page complain; without a session the server says 401 once."""
    context = signed_in(locale=language)
    context.add_init_script(f"localStorage.setItem('dovetail.language', '{language}')")
    page = context.new_page()
    complaints.listen(page)
    yield page
    assert complaints.heard == []


def axe(page: Page) -> list[str]:
    """What people with a screen reader or weak eyes would stumble over."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return page.evaluate(RUN_AXE)


def test_every_screen_is_looked_at() -> None:
    assert not_looked_at() == set()


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci --prefix ui")
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_a_screen_is_whole(reader: Page, screen: Screen, language: str, plant_words: set[str]) -> None:
    screen.open(reader)
    expect(reader.locator("html")).to_have_attribute("lang", language)
    texts = set(reader.evaluate(TEXTS)) - plant_words
    assert texts & foreign_words(language) == set()
    assert {text for text in texts if RAW.search(text)} == set()
    assert axe(reader) == []
    reader.emulate_media(color_scheme="dark")
    expect(reader.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    assert axe(reader) == []


@pytest.mark.parametrize("width, height", [(1024, 768), (1920, 1080)])
def test_nothing_needs_scrolling_sideways(signed_in: SignedIn, width: int, height: int) -> None:
    page = signed_in(viewport={"width": width, "height": height}).new_page()
    found = {}
    for screen in SCREENS:
        screen.open(page)
        found[screen.name] = page.evaluate(OVERFLOW)
    assert {name: boxes for name, boxes in found.items() if boxes} == {}


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


def test_the_language_is_changed_at_once_and_kept(page: Page, api: httpx.Client) -> None:
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
