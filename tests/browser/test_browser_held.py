"""Pieces that cannot have been made: entered at the station, shown to whoever may review, decided there."""

from __future__ import annotations

import httpx2
import pytest
from chromium_here import SignedIn
from floor import id_of, lately
from playwright.sync_api import Page, expect
from screens import LINE
from sight import FINGER_PX, PANEL, look, needs_axe, stumbles

pytestmark = [pytest.mark.browser, needs_axe]

CAPPER = f"{LINE}/capper"


def typed(page: Page, kind: str, digits: str) -> None:
    """A number on the pad, for one kind of pieces."""
    page.get_by_test_id(f"enter-{kind}").tap()
    for digit in digits:
        page.get_by_test_id(f"pad-{digit}").tap()


def test_more_than_can_be_made_waits_for_a_review_and_is_rejected_there(
    page: Page, signed_in: SignedIn, api: httpx2.Client
) -> None:
    station = signed_in(viewport=PANEL, has_touch=True).new_page()
    station.goto(f"/station/{CAPPER}")
    station.get_by_test_id("station-enter").tap()
    typed(station, "total", "999999")
    typed(station, "good", "999990")
    expect(station.get_by_test_id("enter-scrap")).to_contain_text("9")  # of all and good follows the scrap
    station.get_by_test_id("enter-comment").fill("a nought too many")
    look(station, least_px=FINGER_PX)
    station.get_by_test_id("enter-save").tap()
    expect(station.get_by_test_id("toast")).to_contain_text("held for review")

    page.goto("/overview")
    expect(page.get_by_test_id("nav-waiting")).to_be_visible()
    page.get_by_test_id("nav-held").click()
    mine = page.get_by_test_id("held-entry").filter(has_text="a nought too many")
    expect(mine).to_contain_text("999,990 good, 9 scrap")
    assert stumbles(page) == []
    mine.get_by_test_id("held-why").fill("the pad was bumped")
    mine.get_by_test_id("held-reject").click()
    expect(mine).to_have_count(0)
    held = api.get(f"/equipment/{id_of(api, CAPPER)}/held-entries", params=lately()).json()["items"]
    assert [one["why"] for one in held if one["comment"] == "a nought too many"] == ["the pad was bumped"]
