"""Profiles of one Chromium, used by reader after reader: what was loaded stays loaded, what they left is cleared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from complaints import Complaints
from playwright.sync_api import Browser, BrowserContext, Error, Page, StorageState, ViewportSize

PATIENCE_MS: Final = 60_000  # how long a test waits for what should come at once: the processors may be busy elsewhere
DESK: Final = ViewportSize(width=1280, height=800)
USUAL: Final = {"viewport": DESK, "locale": "en", "color_scheme": "light", "reduced_motion": "reduce"}
NOTHING: Final[StorageState] = {"cookies": [], "origins": []}
QUIET: Final = "/dovetail.svg"  # a page of the same site on which nothing runs: the engine keeps what it has parsed


@dataclass
class Profile:
    """A reader's browser: its size, language and colours, and the one tab in it that stays open."""

    kind: str
    context: BrowserContext
    options: dict[str, object]
    tab: Page | None = None

    def clear(self) -> None:
        """Nobody is signed in any more, nothing is kept, no tab but the empty one is open."""
        for page in self.context.pages:
            if page is not self.tab:
                page.close()
        self.context.set_offline(False)
        self.context.clear_permissions()
        if self.tab is not None:
            self._empty(self.tab)
        self.context.set_storage_state(NOTHING)

    def _empty(self, tab: Page) -> None:
        try:
            tab.unroute_all()
            tab.goto(QUIET)
            tab.emulate_media(color_scheme=self.options["color_scheme"])
            tab.set_viewport_size(self.options["viewport"])
        except Error:  # it crashed: the next reader gets a new one
            tab.close()
            self.tab = None


@dataclass
class Profiles:
    """Lends a profile of the wanted kind for one test. `heard`: what the tabs that stay open complain of."""

    chromium: Browser
    base: str
    heard: Complaints
    _free: dict[str, list[Profile]] = field(default_factory=dict[str, list[Profile]])
    _lent: list[Profile] = field(default_factory=list[Profile])

    def take(self, *, language: str = "", **options: object) -> BrowserContext:
        """As empty as a new one. `language`: chosen on this device before; `options`: as of `Browser.new_context`."""
        chosen = USUAL | options
        kind = repr((language, sorted(chosen.items())))
        free = self._free.setdefault(kind, [])
        profile = free.pop() if free else self._new(kind, language, chosen)
        self._lent.append(profile)
        return profile.context

    def tab(self, context: BrowserContext) -> Page:
        """The tab that stays open in a profile that is lent; what it complains of is heard."""
        profile = next(one for one in self._lent if one.context is context)
        if profile.tab is None or profile.tab.is_closed():
            profile.tab = context.new_page()
            self.heard.listen(profile.tab)
        return profile.tab

    def give_back(self) -> None:
        """Every profile that is lent."""
        while self._lent:
            profile = self._lent.pop()
            profile.clear()
            self._free[profile.kind].append(profile)

    def _new(self, kind: str, language: str, chosen: dict[str, object]) -> Profile:
        context = self.chromium.new_context(base_url=self.base, **chosen)
        context.set_default_timeout(PATIENCE_MS)
        if language:
            context.add_init_script(f"localStorage.setItem('dovetail.language', '{language}')")
        return Profile(kind, context, chosen)
