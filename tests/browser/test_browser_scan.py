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


def test_a_code_that_nobody_knows_is_told_at_the_station_and_kept(signed_in: SignedIn, api: httpx2.Client) -> None:
    page = signed_in(viewport=PANEL, has_touch=True).new_page()
    page.goto(f"/station/{PALLETISER}")
    expect(page.get_by_test_id("station-start")).to_be_enabled()
    scanned(page, "NOBODY-4711")
    expect(page.get_by_test_id("toast")).to_contain_text("Nobody knows NOBODY-4711")
    span = lately()
    found = api.get(f"/equipment/{id_of(api, PALLETISER)}/scans", params=span).raise_for_status().json()["items"]
    assert ("NOBODY-4711", "unknown") in [(one["code"], one["outcome"]) for one in found]
    page.get_by_test_id("station-start").tap()
    scanned(page, "NOBODY-4712")  # over an open dialog nothing is scanned
    expect(page.get_by_test_id("start-submit")).to_be_visible()
    found = api.get(f"/equipment/{id_of(api, PALLETISER)}/scans", params=span).raise_for_status().json()["items"]
    assert "NOBODY-4712" not in [one["code"] for one in found]
