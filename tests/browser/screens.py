"""Every address of the screens, what shows that it is drawn, and the words a reader of German must not meet there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playwright.sync_api import Page, expect

UI = Path(__file__).resolve().parents[2] / "ui"
LINE = "acme/brno/pack/line1"
CAPPER = f"{LINE}/capper"


@dataclass(frozen=True, slots=True)
class Screen:
    """One thing to look at. `shows`: the test id that says it is drawn; `press`: what to press before."""

    name: str
    address: str
    shows: str
    press: str = ""

    @property
    def past(self) -> bool:
        """Whether there is more to see when the line has a past."""
        return any(word in self.address for word in ("period=", "/board/", "/tags/", "/kpi-trend/"))

    @property
    def shows_figures(self) -> bool:
        """Whether its numbers are figures of production, each of which opens into its explanation."""
        return self.address.startswith(FIGURES) and not any(tab in self.address for tab in SIGNALS)

    def open(self, page: Page) -> None:
        """Go there and return when everything that was asked for has been answered."""
        page.goto(self.address)
        if self.press:
            page.get_by_test_id(self.press).first.click()
        expect(page.get_by_test_id(self.shows).first).to_be_visible()
        expect(page.locator("[role=status][aria-label=Loading], [role=status][aria-label=Lädt]")).to_have_count(0)
        page.evaluate("document.fonts.ready")

    def __str__(self) -> str:
        return self.name


SCREENS = (
    Screen("overview", f"/overview/{LINE}", f"tile-{CAPPER}"),
    Screen("area", "/overview/acme", f"tile-{CAPPER}"),
    Screen("line", f"/line/{LINE}?period=24h", f"machine-{CAPPER}"),
    Screen("andon", f"/andon/{LINE}", f"andon-{CAPPER}"),
    Screen("station", f"/station/{CAPPER}", "station-start"),
    Screen("station of a line", f"/station/{LINE}", "station-start"),
    Screen("entering pieces", f"/station/{CAPPER}", "enter-save", press="station-enter"),
    Screen("starting at the station", f"/station/{CAPPER}", "start-submit", press="station-start"),
    Screen("stops", f"/stops/{LINE}?period=24h&planned=1", "stop-row"),
    Screen("one stop", f"/stops/{LINE}?period=24h&planned=1", "reason-picker", press="stop-open"),
    Screen("timeline of a line", f"/timeline/{LINE}?period=24h", "segment-row"),
    Screen("segment of a timeline", f"/timeline/{LINE}?period=24h", "segment-panel", press="way-zoomIn"),
    Screen("losses of a line", f"/losses/{LINE}?period=24h", "bar"),
    Screen("under a bar of losses", f"/losses/{LINE}?period=24h&compare=previous&by=equipment", "lost", press="bar"),
    Screen("groups", f"/groups/{LINE}?period=24h&by=product,shift&compare=previous", "group"),
    Screen("KPI trend", f"/kpi-trend/{LINE}?per=shift&days=7&compare=1", "course-row"),
    Screen("shift board", f"/board/{LINE}", "shift-board"),
    Screen("reports", f"/reports/{LINE}?period=24h", "reports-panel"),
    Screen("freezing a report", f"/losses/{LINE}?period=24h", "freeze-save", press="freeze"),
    Screen("stops of a machine", f"/unit/{CAPPER}?tab=stops&period=24h&planned=1", "stop-row"),
    Screen("counts of a machine", f"/unit/{CAPPER}?tab=counts&period=24h", "details"),
    Screen("what waits for a review", "/held", "held-summary"),
    Screen("losses", f"/unit/{CAPPER}?period=24h", "waterfall"),
    Screen("cycle times", f"/unit/{CAPPER}?tab=cycles&period=24h", "cycle-times"),
    Screen("trend", f"/unit/{CAPPER}?tab=trend&period=24h", "details"),
    Screen("signals", f"/unit/{CAPPER}?tab=tags&period=24h", "tags"),
    Screen("records", f"/unit/{CAPPER}?tab=history&period=24h", "state-record"),
    Screen("explanation", f"/unit/{CAPPER}?period=24h", "explain-node", press="kpi-oee_index"),
    Screen("job dialog", f"/unit/{CAPPER}?period=24h", "job-submit", press="job-start"),
    Screen("who I am", "/connections", "sign-out", press="profile-menu"),
    Screen("users", "/people", "people"),
    Screen("add a user", "/people", "add-submit", press="add-person"),
    Screen("profile", "/profile", "own-sessions"),
    Screen("connections", "/connections", "connections"),
    Screen("connection", "/connections", "outages", press="connection-link"),
    Screen("connect a device", "/connect", "driver-opcua"),
    Screen("find devices", "/find-devices", "find-devices"),
    Screen("form of a connection", "/connect?connection=plc-labeller", "option-host"),
    Screen("signals of a connection", "/connect?connection=plc-labeller", "add-row", press="step-signals"),
    Screen("meaning of signals", "/connect?connection=plc-labeller", "meaning-now", press="step-machine"),
    Screen("plan of a connection", "/connect?connection=plc-labeller", "review", press="step-review"),
    Screen("what signals mean", "/meaning/plc-labeller", "meaning"),
    Screen("list of tags", "/import-tags?connection=plc-labeller", "tag-file"),
    Screen("history of another system", "/import-history", "history-sending"),
    Screen("replay", "/replay", "replay-begin"),
    Screen("a file of a replay", "/replay", "file-text", press="file-reasons.yaml"),
    Screen("telling the past again", "/restate", "restate-begin"),
    Screen("tag table", f"/tags/{CAPPER}", "tag-row"),
    Screen("tag", f"/tags/{CAPPER}?find=speed", "trend", press="tag-link"),
    Screen("trends", "/trends", "empty"),
    Screen("trends of a signal", f"/unit/{CAPPER}?tab=trend&period=24h", "pen", press="to-trends"),
    Screen("views of trends", "/trends", "saved-none", press="views"),
    Screen("calendar by the month", "/calendars?date=2026-12-01", "month"),
    Screen("calendar by the week", "/calendars?view=week&date=2026-12-01", "week"),
    Screen("calendar's pattern", "/calendars?view=pattern", "pattern"),
    Screen("calendar's history", "/calendars?view=history", "history"),
    Screen("exception dialog", "/calendars?date=2030-12-01", "shift-change", press="day-2030-12-24"),
    Screen("health of the installation", "/installation", "findings"),
    Screen("delivery of samples", "/installation/delivery", "delivery-rule"),
    Screen("backups and copies", "/installation/copies", "backup-make"),
    Screen("retention of samples", "/installation/retention", "hold"),
    Screen("holding samples", "/installation/retention", "hold-dialog-save", press="hold"),
    Screen("virtual plant", "/virtual-plant", "virtual-plant"),
    Screen("nowhere", "/nowhere", "empty"),
    Screen("sign-in", "/sign-in", "login"),
    Screen("set-up", "/setup", "empty"),  # here: that it is done already
)
FIGURES = ("/overview/", "/line/", "/stops/", "/timeline/", "/losses/", "/groups/", "/kpi-trend/", "/board/", "/unit/")
SIGNALS = ("tab=trend", "tab=tags", "tab=history", "tab=counts")  # what lies under figures
PRESSED = {"connection-link": "/connection/", "tag-link": "/tag/"}  # where these lead: the rest is known only there
PATTERN = re.compile(r'path: "([^"]+)"')
CATALOGUE = re.compile(r"en: (?P<english>\{.*?\}),?\s+de: (?P<german>\{.*?\}),?\s*\}\)", re.DOTALL)
PAIR = re.compile(r'"?([\w-]+)"?: "((?:[^"\\]|\\.)*)"')


def not_looked_at() -> set[str]:
    """The addresses that the screens declare and no Screen above opens."""
    declared = {
        PATTERN.findall(file.read_text(encoding="utf-8"))[0] for file in (UI / "src" / "screens").glob("*/screen.ts")
    }
    assert declared
    opened = [screen.address for screen in SCREENS] + [
        PRESSED[screen.press] for screen in SCREENS if screen.press in PRESSED
    ]
    return {path for path in declared if not any(address.startswith(path.rstrip("$")) for address in opened)}


@cache
def foreign_words(language: str) -> set[str]:
    """Every text of the catalogues that a reader of this language must not meet: those of the other one alone."""
    own, other = ("english", "german") if language == "en" else ("german", "english")
    said: dict[str, set[str]] = {"english": set(), "german": set()}
    for file in UI.glob("src/**/words.ts"):
        for found in CATALOGUE.finditer(file.read_text(encoding="utf-8")):
            for name, texts in said.items():
                texts |= {text for _, text in PAIR.findall(found[name])}
    return said[other] - said[own]
