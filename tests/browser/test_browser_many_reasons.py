"""A plant with two hundred reasons: the station still gives a stop its reason with two touches, whichever it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import httpx2
import pytest
from chromium_here import SignedIn
from floor import jam, stop_of
from playwright.sync_api import Page, Route, expect
from screens import LINE
from sight import FINGER_PX, PANEL, needs_axe, small, stumbles

pytestmark = [pytest.mark.browser, needs_axe]

LABELLER: Final = f"{LINE}/labeller"
AREAS, MODULES, PARTS = 10, 4, 5
MISFEED: Final = "mechanical/misfeed"
COUNT_TOUCHES: Final = "window.touches = 0; addEventListener('click', () => window.touches++, true)"


def reason(key: str, name: str, children: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"key": key, "name": name, "category": "failure", "children": list(children)}


def area(a: int) -> dict[str, Any]:
    """A group of the tree with modules, each with parts."""
    modules = (
        reason(f"a{a}/m{m}", f"Module {m}", tuple(reason(f"a{a}/m{m}/p{p}", f"Part p{p}") for p in range(1, PARTS + 1)))
        for m in range(1, MODULES + 1)
    )
    return reason(f"a{a}", f"Area {a}", tuple(modules))


def with_many(route: Route) -> None:
    """The plant's own reasons, after two hundred others of three levels."""
    answer = route.fetch()
    said = answer.json()
    said["items"] = [area(a) for a in range(1, AREAS + 1)] + said["items"]
    route.fulfill(response=answer, json=said)


@pytest.fixture
def stopped(signed_in: SignedIn, api: httpx2.Client) -> Iterator[Page]:
    """The station of a machine that stands, with the sheet of its reasons open after one touch."""
    page = signed_in(viewport=PANEL, has_touch=True).new_page()
    page.route("**/api/v1/equipment/*/reasons*", with_many)
    with jam(api, LABELLER):
        page.goto(f"/station/{LABELLER}")
        row = page.locator('[data-testid=stop][data-open="true"]').first
        expect(row).to_be_visible()
        page.evaluate(COUNT_TOUCHES)
        row.tap()
        expect(page.get_by_test_id("reason-sheet")).to_be_visible()
        yield page


def test_any_of_two_hundred_reasons_is_given_with_two_touches(stopped: Page, api: httpx2.Client) -> None:
    sheet = stopped.get_by_test_id("reason-sheet")
    expect(sheet.locator("[data-testid^='reason-a']")).to_have_count(AREAS * MODULES * PARTS)
    assert small(stopped, FINGER_PX) == []
    assert stumbles(stopped) == []
    for at_once in ("stop-close", "stop-comment"):  # only the sheet scrolls
        expect(stopped.get_by_test_id(at_once)).to_be_in_viewport(ratio=1)
    sheet.get_by_test_id(f"reason-{MISFEED}").tap()  # scrolled to by a finger: that is no touch
    expect(stopped.get_by_test_id("toast")).to_contain_text("Misfeed")
    assert stopped.evaluate("window.touches") == 2
    assert stop_of(api, LABELLER)["reason"] == MISFEED


def test_a_reason_is_found_by_the_words_it_lies_under_or_by_its_group(stopped: Page) -> None:
    sheet = stopped.get_by_test_id("reason-sheet")
    parts = sheet.locator("[data-testid^='reason-a']")
    stopped.get_by_test_id("reason-find").fill("area 7 p3")
    expect(parts).to_have_count(MODULES)
    expect(parts.first).to_contain_text("Module 1")
    stopped.get_by_test_id("reason-find").fill("nobody says so")
    expect(sheet.get_by_test_id("empty")).to_be_visible()
    stopped.get_by_test_id("reason-find").fill("")
    expect(stopped.get_by_test_id("reason-a9/m1/p1")).not_to_be_in_viewport()
    stopped.get_by_test_id("reason-group-a9").tap()
    expect(stopped.get_by_test_id("reason-a9/m1/p1")).to_be_in_viewport(ratio=1)
