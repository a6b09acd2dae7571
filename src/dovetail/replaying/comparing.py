"""Hold the ledgers as they are against what they would be, a day at a time. Nothing is written.

Held at once are the slices of a day, and of the time that the ledger has still to settle.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dovetail.core.clock import DAY_US
from dovetail.core.errors import NotFoundError
from dovetail.db.uow import Reading
from dovetail.ledger.model import Slice
from dovetail.performance.facts import OWN, Gathering
from dovetail.performance.report import figures
from dovetail.performance.service import PerformanceRoom
from dovetail.replaying.derived import Jumps
from dovetail.replaying.merging import Merging, Window
from dovetail.replaying.model import Brief, Compared, Longest, Machine
from dovetail.workcalendar.service import CalendarRoom

type Step = Callable[[], None]
type Parts = Iterator[tuple[list[Slice], list[Slice], int]]


@dataclass(frozen=True, slots=True)
class Comparing:
    """One period of ledgers as they are held and as `other` gathers them, with the calendars it has."""

    performance: PerformanceRoom
    other: Gathering
    calendar: CalendarRoom
    period: tuple[int, int]

    def machine(
        self, reading: Reading, equipment_id: int, states: tuple[Jumps, Jumps], shifts_max: int, on_day: Step
    ) -> Machine:
        """Everything about one of them; `states` as they are held and as they would be. Of the shifts that differ the
        first `shifts_max` are kept."""
        moved = Longest()
        merging = Merging(self.period, (), list(self.shifts(equipment_id)), moved.take)
        kept, total = list[Compared](), 0
        for was, would, upto_us in self.parts(reading, equipment_id, ()):
            for window in merging.part(was, would, upto_us):
                compared = self.compared(equipment_id, window)
                total += compared.differs
                kept += [compared] if compared.differs and len(kept) < shifts_max else []
            on_day()
        held_was, held_would = (
            len(one.held(reading, (equipment_id,), *self.period, scope=OWN)) for one in states
        )  # fmt: skip
        return Machine(
            equipment_id, self.other.node(equipment_id)[1].path, moved.done(), moved.total, merging.moved_us,
            (merging.was_total, merging.would_total), (held_was, held_would),
            self.compared(equipment_id, merging.whole), kept, total,
        )  # fmt: skip

    def parts(self, reading: Reading, equipment_id: int, signed: Sequence[tuple[int, int]]) -> Parts:
        """The slices as held and those as if nothing were signed, a day at a time, and where each part ends; it is cut
        where signed time begins and ends. What is held is cut nowhere: it reaches up to the end of its last slice."""
        from_us, to_us = self.period
        is_held = self._is_held(equipment_id)
        held = self.performance.held_between(reading, equipment_id, from_us, to_us, None) if is_held else (to_us, to_us)
        ends = {end for window in signed for end in window if from_us < end < to_us}
        read_us = from_us if is_held else to_us
        for t0_us, t1_us in pairwise(sorted({*range(from_us, to_us, DAY_US), to_us, *ends})):
            upto_us = self._slice_end(reading, equipment_id, t1_us, held)
            was = self.performance.slices(equipment_id, read_us, upto_us, scope=OWN) if read_us < upto_us else []
            yield was, self.other.derive(reading, equipment_id, t0_us, t1_us), t1_us
            read_us = max(read_us, upto_us)

    def _is_held(self, equipment_id: int) -> bool:
        """What is new in the plant code that is tried has no ledger."""
        return self.performance.gathering.has_ledger(equipment_id)

    def _slice_end(self, reading: Reading, equipment_id: int, at_us: int, held: tuple[int, int]) -> int:
        """Where the slice that is held at a moment ends; beside those held, where these begin or the period ends."""
        if at_us <= held[0]:
            return min(held[0], self.period[1])
        if at_us >= held[1]:
            return held[1] if at_us == held[1] else self.period[1]
        return min(self.performance.held_between(reading, equipment_id, at_us, held[1], None)[0], held[1])

    def shifts(self, equipment_id: int) -> Iterator[tuple[int, int, str]]:
        """Its shifts by the calendars that are tried, cut to the period."""
        from_us, to_us = self.period
        for one in self.calendar.shifts(self.other.made_of(equipment_id).times_of, from_us, to_us):
            yield max(one.t0_us, from_us), min(one.t1_us, to_us), one.name

    def compared(self, equipment_id: int, window: Window) -> Compared:
        """A stretch both ways."""
        from_us, to_us, held = window.from_us, window.to_us, self.performance.gathering
        sums = window.was
        if window.across:
            sums = self.performance.sums(equipment_id, from_us, to_us, scope=OWN)  # other shifts end inside a slice
        was = brief(sums, held, equipment_id, to_us)
        return Compared(from_us, to_us, window.name, was, brief(window.would, self.other, equipment_id, to_us))


def brief(sums: Mapping[str, int], gathering: Gathering, equipment_id: int, to_us: int) -> Brief:
    """The figures of one equipment whose question ends at a moment, by the conventions that held last in it."""
    try:
        untold: Collection[str] = gathering.untold([equipment_id], to_us - 1)
    except NotFoundError:
        untold = ()
    found = figures(sums, gathering.settings_at(to_us - 1), untold)
    return Brief(found.times.model_dump(), found.counts.model_dump(), {kpi.id: kpi.value for kpi in found.kpis})
