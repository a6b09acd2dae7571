"""A scanner that types like a keyboard at the station: a product begins, a code that nobody knows is told and kept."""

from __future__ import annotations

import httpx2
import pytest
from chromium_here import SignedIn
from floor import id_of, lately
from playwright.sync_api import Page, expect
from screens import LINE
from sight import PANEL, needs_axe

pytestmark = [pytest.mark.browser, needs_axe]

PALLETISER = f"{LINE}/palletiser"
SENDS = """
code => [...code, 'Enter'].forEach(key =>
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })))
"""


def scanned(page: Page, code: str) -> None:
    """All keys at once, as a scanner sends them."""
    page.evaluate(SENDS, code)


def read_at(api: httpx2.Client) -> list[tuple[str, str]]:
    """(code, outcome) of what was scanned at the palletiser up to now."""
    scans = api.get(f"/equipment/{id_of(api, PALLETISER)}/scans", params=lately()).raise_for_status().json()["items"]
    return [(one["code"], one["outcome"]) for one in scans]


def test_a_code_that_nobody_knows_is_told_at_the_station_and_kept(signed_in: SignedIn, api: httpx2.Client) -> None:
    page = signed_in(viewport=PANEL, has_touch=True).new_page()
    page.goto(f"/station/{PALLETISER}")
    expect(page.get_by_test_id("station-start")).to_be_enabled()
    scanned(page, "NOBODY-4711")
    expect(page.get_by_test_id("toast")).to_contain_text("Nobody knows NOBODY-4711")
    assert ("NOBODY-4711", "unknown") in read_at(api)
    page.get_by_test_id("station-start").tap()
    expect(page.get_by_test_id("start-submit")).to_be_visible()
    scanned(page, "NOBODY-4712")  # over an open dialog nothing is scanned
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    scanned(page, "NOBODY-4713")  # codes are sent in their order: once this one is told, 4712 would be there too
    expect(page.get_by_test_id("toast")).to_contain_text("Nobody knows NOBODY-4713")
    codes = [code for code, _ in read_at(api)]
    assert "NOBODY-4713" in codes
    assert "NOBODY-4712" not in codes
