"""Hold the ledgers as they are against what a restatement would make of them, shift by shift. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from dovetail.core.clock import DAY_US
from dovetail.db.uow import Reading
from dovetail.equipment.model import PlantModel
from dovetail.ledger.columns import sum_slices
from dovetail.ledger.model import Slice
from dovetail.performance.facts import OWN, Gathering, Ledgered, Plants, ledgered
from dovetail.performance.service import PerformanceRoom
from dovetail.replaying.model import Compared
from dovetail.replaying.service import brief, count_of
from dovetail.restating.imagined import NODES, moved_rates
from dovetail.restating.model import Change, Ledger, Shift, moved_us
from dovetail.workcalendar.service import CalendarRoom

EVERYWHERE: Final = ("reasons", "conventions")

type Step = Callable[[], None]


def ledgers_of(plant: PlantModel) -> dict[int, Ledgered]:
    """Every equipment with a ledger of its own, by path."""
    nodes = sorted(plant.equipment.values(), key=lambda node: node.path)
    found = ((node.id, ledgered(plant, node)) for node in nodes)
    return {number: made_of for number, made_of in found if made_of is not None}


def touched(
    changes: Sequence[Change], plants: Plants, calendar: CalendarRoom, period: tuple[int, int], units: Iterable[int]
) -> dict[int, Ledgered]:
    """The ledgers in which something might be another, `units` with what is derived again; targets move none."""
    plant, own = plants.plant(), set(units)
    ledgers = ledgers_of(plant)
    for one in changes:
        if one.section in EVERYWHERE:
            return ledgers
        if one.section == "calendars":
            own |= set(calendar.users(one.key, *period))
        elif one.section == "products":
            own |= moved_rates(plants, one, period)
        elif one.section in NODES:
            own |= {body["id"] for _, body in one.would if body is not None}
    return {number: made_of for number, made_of in ledgers.items() if made_of.units & own or number in own}


@dataclass(frozen=True, slots=True)
class Comparing:
    """One period of ledgers as they are held and as `other` gathers them, with the calendars it has."""

    performance: PerformanceRoom
    other: Gathering
    calendar: CalendarRoom
    period: tuple[int, int]

    def ledger(self, reading: Reading, equipment_id: int, on_day: Step) -> Ledger:
        """Everything about one of them; a signed shift stands, so it is part of no figure but its own."""
        gathering = self.performance.gathering
        signed = [one[:2] for one in gathering.signed(reading, equipment_id, *self.period, as_of=None)]
        was = self.performance.slices(equipment_id, *self.period, scope=OWN)
        free = list(self._derived(reading, equipment_id, signed, on_day))
        stands = [one for one in was if any(t0 <= one.t0_us and one.t1_us <= t1 for t0, t1 in signed)]
        would = sorted(
            [*stands, *(one for one in free if not _within(one, signed))], key=lambda one: one.t0_us
        )  # fmt: skip
        shifts = [
            Shift(self._compared(equipment_id, was, free, window), _is_signed(window, signed))
            for window in self._shifts(equipment_id)
        ]
        return Ledger(
            equipment_id,
            self.other.node(equipment_id)[1].path,
            moved_us(was, would),
            (len(was), count_of(would, self.period[0])),
            self._compared(equipment_id, was, would, (*self.period, "")),
            [one for one in shifts if one.compared.differs],
        )

    def _derived(
        self, reading: Reading, equipment_id: int, signed: Sequence[tuple[int, int]], on_day: Step
    ) -> Iterator[Slice]:
        """The slices as if nothing were signed, a day at a time; cut where signed time begins and ends."""
        from_us, to_us = self.period
        ends = {end for window in signed for end in window if from_us < end < to_us}
        for t0_us, t1_us in pairwise(sorted({*range(from_us, to_us, DAY_US), to_us, *ends})):
            yield from self.other.derive(reading, equipment_id, t0_us, t1_us)
            on_day()

    def _shifts(self, equipment_id: int) -> Iterator[tuple[int, int, str]]:
        from_us, to_us = self.period
        for one in self.calendar.shifts(self.other.made_of(equipment_id).times_of, from_us, to_us):
            yield max(one.t0_us, from_us), min(one.t1_us, to_us), one.name

    def _compared(
        self, equipment_id: int, was: Sequence[Slice], would: Sequence[Slice], window: tuple[int, int, str]
    ) -> Compared:
        from_us, to_us, name = window
        held = self.performance.gathering
        sums = sum_slices(_inside(was, from_us, to_us))
        if any(one.t0_us < edge < one.t1_us for one in was for edge in (from_us, to_us)):
            sums = self.performance.sums(equipment_id, from_us, to_us, scope=OWN)  # other shifts end inside a slice
        later = sum_slices(_inside(would, from_us, to_us))
        return Compared(
            from_us, to_us, name, brief(sums, held, equipment_id, to_us), brief(later, self.other, equipment_id, to_us)
        )


def _inside(slices: Sequence[Slice], from_us: int, to_us: int) -> list[Slice]:
    return [one for one in slices if from_us <= one.t0_us and one.t1_us <= to_us]


def _within(one: Slice, windows: Sequence[tuple[int, int]]) -> bool:
    return any(t0_us <= one.t0_us and one.t1_us <= t1_us for t0_us, t1_us in windows)


def _is_signed(window: tuple[int, int, str], signed: Sequence[tuple[int, int]]) -> bool:
    return any(t0_us < window[1] and window[0] < t1_us for t0_us, t1_us in signed)
