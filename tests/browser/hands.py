"""A person at the screens of an empty installation: what they fill in and press is counted, and its time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import httpx2
from installation_process import Installation
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from profiles import PATIENCE_MS

DESK: Final = ViewportSize(width=1280, height=800)
PRESS_S, FILL_S = 6.0, 12.0  # to read, to find it, to press; and to type: a slow person, who sees it for the first time
WORD: Final = "quiet bottles on a belt"


@dataclass
class Hands:
    """Every field filled, every choice and every press counts."""

    page: Page
    did: list[str] = field(default_factory=list[str])

    def press(self, testid: str) -> None:
        self.page.get_by_test_id(testid).first.click()
        self.did.append(f"press {testid}")

    def fill(self, testid: str, text: str) -> None:
        self.page.get_by_test_id(testid).fill(text)
        self.did.append(f"fill {testid}")

    def choose(self, testid: str, value: str) -> None:
        self.page.get_by_test_id(testid).select_option(value)
        self.did.append(f"choose {testid}")

    def sees(self, testid: str) -> Locator:
        found = self.page.get_by_test_id(testid).first
        expect(found).to_be_visible()
        return found

    @property
    def took_s(self) -> float:
        """What a person would have needed for it."""
        return sum(FILL_S if act.startswith("fill") else PRESS_S for act in self.did)


def first_person(installation: Installation, chromium: Browser) -> Page:
    """A page of whoever set up an installation in which nothing stands yet."""
    page = chromium.new_context(base_url=installation.base, viewport=DESK, reduced_motion="reduce").new_page()
    page.context.set_default_timeout(PATIENCE_MS)
    given = {"token": installation.secret(), "login": "anna", "name": "Anna", "password": WORD}
    answer = httpx2.post(f"{installation.base}/api/v1/setup", json=given, timeout=30)
    assert answer.status_code == 201, answer.text
    page.context.add_cookies([{"name": "dovetail", "value": answer.cookies["dovetail"], "url": installation.base}])
    return page
