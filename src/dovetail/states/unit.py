"""One work unit as it is followed live: what is derived for good, the samples that wait for it, and what came late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dovetail.core.limits import COUNT_FLUSH_US
from dovetail.following.late import LateSpan, with_span
from dovetail.following.news import Heard, Watched, is_news
from dovetail.states.checkpoint import BEGINNING_US, START, Checkpoint
from dovetail.tracks.series import Inputs, Part, Series, joined

WAITING_MAX: Final = 500_000  # samples kept in memory for a mark that does not come; beyond it the historian is asked
PARTS_MAX: Final = 64  # of one tag before they are put together: looking through many small ones costs more

type Waiting = Mapping[int, Sequence[Part]]


@dataclass(slots=True)
class Unit:
    """`checkpoint`: derived for good. `parts`: samples after it, in arrival order. `stale`: ask the historian first."""

    equipment_id: int
    checkpoint: Checkpoint = START
    parts: dict[int, list[Part]] = field(default_factory=dict[int, list[Part]])
    waiting: int = 0
    stale: bool = False
    loaded: bool = False  # from what was committed: what waits is read once, whether or not anything settles
    newest_us: int = BEGINNING_US
    late: list[LateSpan] = field(default_factory=list[LateSpan])
    saved: list[LateSpan] | None = None  # the late stretches as they are committed; None: this unit is not
    front_us: int = BEGINNING_US  # the newest late sample: what lies beyond only follows from it
    heard: Heard = field(default_factory=dict[int, tuple[Any, bool]])
    has_news: bool = True  # the state may be another since it was last told
    news_us: int = BEGINNING_US  # and until here it is waited for that it is settled

    def take(self, parts: Mapping[int, Iterable[Part]], watched: Watched) -> None:
        """Samples as they arrived; those up to the checkpoint are late, the others wait for the mark."""
        at_us, decision = self.checkpoint.at_us, self.checkpoint.decision
        running = decision is not None and decision.wake_at_us is not None and not decision.kept.since
        for tag, pieces in parts.items():
            watch = watched.get(tag)
            for part in pieces:
                ts, value, good = part
                first, last = int(ts.min()), int(ts.max())
                if watch is not None and is_news(tag, part, watch, self.heard, running=running):
                    self.has_news, self.news_us = True, max(self.news_us, last)
                self.newest_us = max(self.newest_us, last)
                if first <= at_us:
                    behind = ts <= at_us
                    self.front_us = max(self.front_us, int(ts[behind].max()))
                    self.add_late(first, int(ts[behind].max()))
                    ts, value, good = ts[~behind], value[~behind], good[~behind]
                if len(ts) and not self.stale:
                    self._keep(tag, (ts, value, good))
        if self.waiting > WAITING_MAX:
            self.forget_waiting()

    def _keep(self, tag: int, part: Part) -> None:
        kept = self.parts.setdefault(tag, [])
        kept.append(part)
        self.waiting += len(part[0])
        if len(kept) > PARTS_MAX:
            whole = joined(kept)
            self.parts[tag] = [(whole.ts, whole.value, whole.good)]
            self.waiting += len(whole) - sum(len(one[0]) for one in kept)

    def is_pressing(self, mark_us: int) -> bool:
        """Whether what is to be derived up to `mark_us` may end or begin a state: else it may wait a little."""
        decision = self.checkpoint.decision
        woken = decision is not None and decision.wake_at_us is not None and decision.wake_at_us <= mark_us
        return woken or self.stale or self.news_us > self.checkpoint.at_us

    def waiting_parts(self) -> Waiting:
        """What waits as it arrived; a later sample does not change what was given out."""
        return {tag: tuple(parts) for tag, parts in self.parts.items()}

    def forget_waiting(self) -> None:
        """Let go of the samples in memory; the historian has them all."""
        self.parts, self.waiting, self.stale = {}, 0, True

    def was_corrected(self, from_us: int, to_us: int) -> None:
        """Samples of [from_us, to_us) are others than they were: what was derived of them is old, as if late."""
        at_us = self.checkpoint.at_us
        if from_us <= at_us:
            self.front_us = max(self.front_us, min(to_us, at_us))
            self.add_late(from_us, min(to_us, at_us))
        if to_us > at_us:
            self.forget_waiting()
        self.has_news = True

    def inputs(self) -> dict[int, Series]:
        """What waits, as columns; kept so, so that many small parts cost little the next time."""
        found = {tag: joined(parts) for tag, parts in self.parts.items()}
        self._wait(found)
        return found

    def _wait(self, found: Inputs) -> None:
        self.parts = {tag: [(series.ts, series.value, series.good)] for tag, series in found.items() if len(series)}
        self.waiting = sum(len(series) for series in found.values())

    def advanced(self, checkpoint: Checkpoint, inputs: Inputs) -> None:
        """Derived for good up to a new checkpoint; of `inputs`, what lies after it goes on waiting."""
        self.checkpoint = checkpoint
        self._wait({tag: series.between(checkpoint.at_us, 1 << 62) for tag, series in inputs.items()})

    def is_due(self, mark_us: int) -> bool:
        """Whether anything is to be derived up to `mark_us`: samples, a wake-up, or a count whose minute is over."""
        if mark_us <= self.checkpoint.at_us:
            return self.loaded
        if self.stale or any(int(part[0].min()) <= mark_us for parts in self.parts.values() for part in parts):
            return True
        decision = self.checkpoint.decision
        if decision is not None and decision.wake_at_us is not None and decision.wake_at_us <= mark_us:
            return True
        counted = (pending.ts_us for pending in self.checkpoint.pending.values())
        return any(-(-ts_us // COUNT_FLUSH_US) * COUNT_FLUSH_US <= mark_us for ts_us in counted)

    def add_late(self, first_us: int, last_us: int) -> None:
        """Remember a stretch to derive again."""
        self.late = with_span(self.late, first_us, last_us)
