"""Signals of a device that tells what it has are chosen from its tree, with the keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser


def test_signals_are_chosen_from_the_tree_of_an_opc_ua_device_with_the_keyboard_alone(page: Page) -> None:
    tree = page.get_by_test_id("browse-tree")

    def press(found: Locator) -> None:
        expect(found).to_be_enabled()
        found.press("Enter")

    page.goto("/connect?connection=plc-filler")
    for testid in ("step-signals", "browse"):
        press(page.get_by_test_id(testid))
    for name in ("Filler", "Status"):
        expect(tree.get_by_text("StateCurrent", exact=True)).to_have_count(
            0
        )  # no level is asked for before it is opened
        press(tree.get_by_test_id("browse-open").filter(has_text=re.compile(f"^{name}$")))
    expect(tree.get_by_text("StateCurrent", exact=True)).to_be_visible()
    page.get_by_test_id("browse-find").fill("cur")
    expect(tree.get_by_test_id("browse-take")).to_have_count(3)
    press(tree.get_by_test_id("browse-take-all"))
    expect(tree.get_by_test_id("browse-take-all")).to_have_count(0)  # what is taken is not taken twice
    expect(page.get_by_test_id("signal-value")).to_have_count(3)
    said = page.get_by_test_id("signal-kind").locator("option:checked")
    expect(said).to_have_text(["auto: whole", "auto: whole", "auto: decimal"])
