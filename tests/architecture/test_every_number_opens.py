"""Every number on the screens of production opens its explanation, or it stands here with its reason.

Why: one number that nobody can open is one that somebody argues about; and a list in one place is read, a habit is not.
A number is what the components and functions of `ui/src/show` write. It opens where it stands inside `<Opens>` (or a
button that asks), in which case it is not counted. What is listed may become less, never more.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

UI: Final = Path(__file__).resolve().parents[2] / "ui" / "src"
ROOMS: Final = (
    "kpi", "losses", "stops", "timeline", "segments", "jobs", "counts", "cycles", "slow", "causes", "machine", "states",
    "freezing", "signing", "screens/andon", "screens/board", "screens/groups", "screens/kpi-trend", "screens/line",
    "screens/losses", "screens/overview", "screens/reports", "screens/station", "screens/stops", "screens/timeline",
    "screens/unit", "screens/held", "screens/replay",
)  # fmt: skip
NUMBER: Final = re.compile(
    r"<(?:Num|Ratio|Lasting|Running)\b|\b(?:formatNumber|formatRatio|formatDuration|formatMeasured|kpiText|valueOf)\("
)
OPENING: Final = re.compile(
    r"<(?P<name>Opens|Opened)\b.*?</(?P=name)>|<button\b(?:(?!<button\b).)*?\bask\(.*?</button>", re.DOTALL
)
OPENED_BY_ITS_ROW: Final = "the row or bar in which it stands opens, to a stop, a segment or a figure"
TERMS: Final = "the sums it is made of stand beside it, and each opens"
ENTERED: Final = "somebody entered it or is entering it, and it says who and when"
LIVE: Final = "a signal as it is now: it leads to the tag"
SINCE: Final = "a clock beside a state: since when it says itself"
GLOVE: Final = "for a glove or from ten metres away: nothing to press but what the work needs; the unit's page opens it"
NO_VALUE: Final = "a dash: there is no number"
SET: Final = "what was set, not what was counted"
SUM_OF_ROWS: Final = "a count or sum of rows below it, each of which opens"
WORDS: Final = "it writes a number for others, which open it"

LISTED: Final[dict[str, tuple[int, str]]] = {
    "kpi/big-losses.tsx": (3, TERMS),
    "kpi/figure.tsx": (3, "the figure itself is the button; its bounds stand in it"),
    "kpi/pace-panel.tsx": (5, f"{NO_VALUE}; written for what opens; the stretches that an end opens into"),
    "kpi/target.tsx": (1, SET),
    "kpi/untold.tsx": (2, f"{NO_VALUE}; or {GLOVE}"),
    "kpi/waterfall.tsx": (3, OPENED_BY_ITS_ROW),
    "losses/bars.tsx": (4, OPENED_BY_ITS_ROW),
    "stops/dialog.tsx": (1, OPENED_BY_ITS_ROW),
    "stops/stop-table.tsx": (3, f"{OPENED_BY_ITS_ROW}; a button: it leads to the stops that it is made of"),
    "timeline/readout.tsx": (2, OPENED_BY_ITS_ROW),
    "counts/counts-tab.tsx": (3, ENTERED),
    "counts/enter-dialog.tsx": (1, ENTERED),
    "counts/held-entries.tsx": (2, ENTERED),
    "counts/reading.tsx": (1, ENTERED),
    "counts/unconverted.tsx": (1, "pieces that count nowhere yet, with what is missing and who can say it"),
    "cycles/panel.tsx": (2, f"{WORDS}; read aloud of the bar that opens below"),
    "slow/panel.tsx": (3, f"{SET}; {WORDS}"),
    "causes/bottleneck-strip.tsx": (1, "a share of the lane beside it, which shows each stretch that it is the sum of"),
    "causes/cause-of-stop.tsx": (2, OPENED_BY_ITS_ROW),
    "causes/causes-panel.tsx": (2, OPENED_BY_ITS_ROW),
    "freezing/figures.tsx": (4, WORDS),
    "freezing/moved.tsx": (1, "the difference of the two figures beside it, both of which open"),
    "signing/since.tsx": (2, "a button: it leads to the figures as signed and as they would be"),
    "screens/andon/board.tsx": (4, f"{GLOVE}; {SINCE}"),
    "screens/board/board.tsx": (4, f"{NO_VALUE}; {WORDS}; {OPENED_BY_ITS_ROW}"),
    "screens/groups/table.tsx": (5, "written into cells, each of which opens"),
    "screens/kpi-trend/chart.tsx": (1, "the scale of an axis"),
    "screens/kpi-trend/page.tsx": (7, f"{WORDS}; {SET}; the bounds of a figure that opens"),
    "screens/line/machines.tsx": (5, f"{LIVE}; {SINCE}; what a buffer holds"),
    "screens/losses/page.tsx": (2, SUM_OF_ROWS),
    "screens/losses/under.tsx": (2, OPENED_BY_ITS_ROW),
    "screens/overview/tile.tsx": (2, f"{LIVE}; {SINCE}"),
    "screens/station/head.tsx": (1, SINCE),
    "screens/station/job-card.tsx": (1, GLOVE),
    "screens/station/job-dialogs.tsx": (1, SET),
    "screens/station/stop-list.tsx": (1, GLOVE),
    "screens/timeline/described.tsx": (2, OPENED_BY_ITS_ROW),
    "screens/timeline/list.tsx": (1, OPENED_BY_ITS_ROW),
    "screens/timeline/page.tsx": (1, SUM_OF_ROWS),
    "screens/timeline/panel.tsx": (1, OPENED_BY_ITS_ROW),
    "screens/unit/head.tsx": (1, SINCE),
    "screens/unit/job-dialog.tsx": (1, SET),
    "screens/unit/records-tab.tsx": (1, "a record: what lies at the bottom of explanations"),
    "screens/held/page.tsx": (2, SUM_OF_ROWS),
    "screens/replay/found.tsx": (9, "what would have been, of a figure that opens; how long the replay took"),
    "screens/replay/page.tsx": (1, "how far the replay is"),
}  # fmt: skip


def shown_by(text: str) -> list[str]:
    """The numbers that a component shows and that nothing opens."""
    return NUMBER.findall(OPENING.sub("", text))


def files() -> dict[str, int]:
    every = [file for room in ROOMS for file in sorted((UI / room).rglob("*.tsx"))]
    return {str(file.relative_to(UI)): len(shown_by(file.read_text(encoding="utf-8"))) for file in every}


@pytest.mark.parametrize("text, found", [
    ('<td><Num value={x} /></td>', 1),
    ('<Opens question={q}><Num value={x} /></Opens> <Ratio value={y} />', 1),
    ('<button onClick={() => ask(q)}>{formatNumber(1)}</button>', 0),
    ('<button onClick={go}>{formatNumber(1)}</button><button onClick={() => ask(q)}>x</button>', 1),
])  # fmt: skip
def test_what_counts_as_opening(text: str, found: int) -> None:
    assert len(shown_by(text)) == found


def test_every_number_opens_or_is_listed_with_its_reason() -> None:
    more = {name: n for name, n in files().items() if n > LISTED.get(name, (0, ""))[0]}
    assert more == {}, "put it into <Opens>, or say here why it needs no explanation"


def test_the_list_names_nothing_that_opens_by_now() -> None:
    found = files()
    assert {name: n for name, (n, _) in LISTED.items() if found.get(name, 0) < n} == {}, "lower it"
