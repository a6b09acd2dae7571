"""What a log has lost, told by what was said beside it: pure. Each frame then stands, is in chunks, or is a gap.

A frame that neither stands in the log nor is in the chunks of its months is lost: its samples become a declared gap of
its source and lane, and its number is unknown again, so that whoever still holds it sends it; then it is no gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from dovetail.chunkstore.months import month_of
from dovetail.core.spans import Spans
from dovetail.headlog.head import COUNTERS, ReceivedKey
from dovetail.twicetold.journal import FrameKey, Origin, Row, Said

_TOLD: Final = tuple(name for name in COUNTERS if name != "repeated")
UNKNOWN: Final = ("(unknown)", "live")  # whose samples nobody says


@dataclass(slots=True)
class Found:
    """A log as it was opened. `rows`: those that can be read; `spoilt`: (number, samples) of those that cannot.

    `unsaid`: frames of rows that came after the last one that was told, and their samples. `sealed`: by month, up to
    which row it holds everything; `upto`: up to which row all months do.
    """

    counts: dict[Origin, dict[str, int]]
    received: dict[ReceivedKey, Spans]
    epochs: dict[str, int]
    rows: set[int]
    spoilt: list[tuple[int, int]]
    unsaid: dict[FrameKey, int]
    sealed: Mapping[int, int]
    upto: int


@dataclass(slots=True)
class Mend:
    """What the log gets back, and what is a gap from now on."""

    counts: dict[Origin, Counter[str]] = field(default_factory=dict[Origin, Counter[str]])
    received: dict[ReceivedKey, Spans] = field(default_factory=dict[ReceivedKey, Spans])
    epochs: dict[str, int] = field(default_factory=dict[str, int])
    lost: dict[FrameKey, int] = field(default_factory=dict[FrameKey, int])
    gone: list[int] = field(default_factory=list[int])
    floor: int = 0
    rows_lost: int = 0

    def add(self, origin: Origin, **added: int) -> None:
        """To an account."""
        self.counts.setdefault(origin, Counter()).update(added)


def decide(said: Said, found: Found) -> Mend:
    """What has to be done so that the log is what was said, but for what is lost."""
    mend = Mend(epochs=dict(said.epochs), floor=said.upto)
    for key, spans in said.received.items():
        mend.received[key] = spans if said.is_whole else spans.union(found.received.get(key, Spans()))
    totals = {origin: Counter(count) for origin, count in said.counts.items()}
    for (source, lane, epoch, seq), n in found.unsaid.items():
        key = (source, lane, epoch)
        mend.received[key] = mend.received.get(key, found.received.get(key, Spans())).add(seq)
        totals.setdefault((source, lane), Counter()).update(frames=1, expected=n, stored=n)
    for row in said.frames:
        if row.of.key not in said.lost and row.of.stored and not _stands(row, found):
            _lose(row, mend, totals)
    named = {row.head_id for row in said.frames}
    _unnamed([one for one in found.spoilt if one[0] not in named], found, mend)
    mend.gone = [head_id for head_id, _ in found.spoilt]
    _lift(totals, found, mend)
    return mend


def _stands(row: Row, found: Found) -> bool:
    if row.head_id in found.rows or row.head_id <= found.upto:
        return True
    months = month_of(np.array([row.of.first_us, row.of.last_us], dtype=np.int64)).tolist()
    return bool(row.head_id) and all(found.sealed.get(month, 0) >= row.head_id for month in months)


def _lose(row: Row, mend: Mend, totals: dict[Origin, Counter[str]]) -> None:
    """What was stored of it is a gap; what was refused or came twice stays what it was."""
    of, n = row.of, row.of.stored
    totals.setdefault((of.source, of.lane), Counter()).update(stored=-n, gap=n)
    key = (of.source, of.lane, of.epoch)
    if key in mend.received:
        mend.received[key] = mend.received[key].without(of.seq)
    mend.lost[of.key] = n
    mend.rows_lost += 1


def _unnamed(spoilt: Sequence[tuple[int, int]], found: Found, mend: Mend) -> None:
    """Rows that nobody told of: an earlier version wrote them. Their samples are a gap, of nobody that is known."""
    for head_id, n in spoilt:
        if head_id > found.upto:
            mend.add(UNKNOWN, expected=n, gap=n)
            mend.rows_lost += 1


def _lift(totals: Mapping[Origin, Counter[str]], found: Found, mend: Mend) -> None:
    """Where the accounts do not come to what was said: what was said. They may be ahead by what came last."""
    for origin, total in totals.items():
        now = Counter(found.counts.get(origin, {}))
        parts = now["stored"] + now["duplicate"] + now["refused"] + now["gap"]
        if parts != now["expected"] or any(now[name] < total[name] for name in _TOLD):
            mend.add(origin, **{name: total[name] - now[name] for name in _TOLD})
