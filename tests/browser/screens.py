"""Every address of the screens, what shows that it is drawn, and the words a reader of German must not meet there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

UI = Path(__file__).resolve().parents[2] / "ui"
LINE = "acme/brno/pack/line1"
CAPPER = f"{LINE}/capper"


@dataclass(frozen=True, slots=True)
class Screen:
    """One address to look at. `shows` is the test id that is there when it is drawn; `pattern` its route."""

    name: str
    address: str
    shows: str
    pattern: str
    signed_in: bool = True

    def open(self, page: Page) -> None:
        """Go there and return when everything that was asked for has been answered."""
        page.goto(self.address)
        expect(page.get_by_test_id(self.shows).first).to_be_visible()
        expect(page.locator("[role=status][aria-label=Loading], [role=status][aria-label=Lädt]")).to_have_count(0)
        page.evaluate("document.fonts.ready")

    def __str__(self) -> str:
        return self.name


SCREENS = (
    Screen("overview", f"/overview/{LINE}", f"tile-{CAPPER}", "/overview/$"),
    Screen("area", "/overview/acme", f"tile-{CAPPER}", "/overview/$"),
    Screen("losses", f"/unit/{CAPPER}?period=24h", "waterfall", "/unit/$"),
    Screen("trend", f"/unit/{CAPPER}?tab=trend&period=24h", "details", "/unit/$"),
    Screen("signals", f"/unit/{CAPPER}?tab=tags&period=24h", "tags", "/unit/$"),
    Screen("records", f"/unit/{CAPPER}?tab=history&period=24h", "state-record", "/unit/$"),
    Screen("connections", "/connections", "connections", "/connections"),
    Screen("virtual plant", "/virtual-plant", "virtual-plant", "/virtual-plant"),
    Screen("nowhere", "/nowhere", "empty", ""),
    Screen("sign-in", "/sign-in", "login", "/sign-in", signed_in=False),
    Screen("set-up", "/setup", "empty", "/setup", signed_in=False),  # here: that it is done already
)
PATTERN = re.compile(r'path: "([^"]+)"')
CATALOGUE = re.compile(r"en: (?P<english>\{.*?\}),?\s+de: (?P<german>\{.*?\})", re.DOTALL)
PAIR = re.compile(r'"?([\w-]+)"?: "((?:[^"\\]|\\.)*)"')


def patterns() -> set[str]:
    """The addresses that the screens declare."""
    return {
        PATTERN.findall(file.read_text(encoding="utf-8"))[0] for file in (UI / "src" / "screens").glob("*/screen.ts")
    }


def foreign_words(language: str) -> set[str]:
    """Every text of the catalogues that a reader of this language must not meet: the other language's, where they differ."""
    own, other = ("english", "german") if language == "en" else ("german", "english")
    said: dict[str, set[str]] = {"english": set(), "german": set()}
    for file in UI.glob("src/**/words.ts"):
        for found in CATALOGUE.finditer(file.read_text(encoding="utf-8")):
            for name, texts in said.items():
                texts |= {text for _, text in PAIR.findall(found[name])}
    return said[other] - said[own]
