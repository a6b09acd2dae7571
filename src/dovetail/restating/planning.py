"""Hold the ledgers as they are against what a restatement would make of them, shift by shift. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from dovetail.core.clock import DAY_US
from dovetail.db.uow import Reading
from dovetail.equipment.model import PlantModel
from dovetail.ledger.model import Slice
from dovetail.performance.facts import OWN, Gathering, Ledgered, Plants, ledgered
from dovetail.performance.service import PerformanceRoom
from dovetail.replaying.model import Compared
from dovetail.replaying.service import brief
from dovetail.restating.imagined import NODES, moved_rates
from dovetail.restating.merging import Merging, Window
from dovetail.restating.model import SHIFTS_MAX, Change, Ledger, Shift
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
        """Everything about one of them, a day at a time; a signed shift stands, so it is part of no figure but its own.

        Held at once are the slices of a day, and of the time that the ledger has still to settle.
        """
        gathering = self.performance.gathering
        signed = [one[:2] for one in gathering.signed(reading, equipment_id, *self.period, as_of=None)]
        merging = Merging(self.period, signed, list(self._shifts(equipment_id)))
        kept, total, signed_total = list[Shift](), 0, 0
        for was, free, upto_us in self._parts(reading, equipment_id, signed):
            for window in merging.part(was, free, upto_us):
                compared = self._compared(equipment_id, window)
                if compared.differs:
                    one = Shift(compared, _is_signed((window.from_us, window.to_us), signed))
                    total, signed_total = total + 1, signed_total + one.signed
                    kept += [one] if len(kept) < SHIFTS_MAX else []
            on_day()
        return Ledger(
            equipment_id,
            self.other.node(equipment_id)[1].path,
            merging.moved_us,
            (merging.was_total, merging.would_total),
            self._compared(equipment_id, merging.whole),
            kept,
            total,
            signed_total,
        )

    def _parts(
        self, reading: Reading, equipment_id: int, signed: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[list[Slice], list[Slice], int]]:
        """The slices as held and those as if nothing were signed, a day at a time, and where each part ends; it is cut
        where signed time begins and ends. What is held is cut nowhere: it reaches up to the end of its last slice."""
        from_us, to_us = self.period
        held = self.performance.held_between(reading, equipment_id, from_us, to_us, None)
        ends = {end for window in signed for end in window if from_us < end < to_us}
        read_us = from_us
        for t0_us, t1_us in pairwise(sorted({*range(from_us, to_us, DAY_US), to_us, *ends})):
            upto_us = self._slice_end(reading, equipment_id, t1_us, held)
            was = self.performance.slices(equipment_id, read_us, upto_us, scope=OWN) if read_us < upto_us else []
            yield was, self.other.derive(reading, equipment_id, t0_us, t1_us), t1_us
            read_us = max(read_us, upto_us)

    def _slice_end(self, reading: Reading, equipment_id: int, at_us: int, held: tuple[int, int]) -> int:
        """Where the slice that is held at a moment ends; beside those held, where these begin or the period ends."""
        if at_us <= held[0]:
            return min(held[0], self.period[1])
        if at_us >= held[1]:
            return held[1] if at_us == held[1] else self.period[1]
        return min(self.performance.held_between(reading, equipment_id, at_us, held[1], None)[0], held[1])

    def _shifts(self, equipment_id: int) -> Iterator[tuple[int, int, str]]:
        from_us, to_us = self.period
        for one in self.calendar.shifts(self.other.made_of(equipment_id).times_of, from_us, to_us):
            yield max(one.t0_us, from_us), min(one.t1_us, to_us), one.name

    def _compared(self, equipment_id: int, window: Window) -> Compared:
        from_us, to_us, held = window.from_us, window.to_us, self.performance.gathering
        sums = window.was
        if window.across:
            sums = self.performance.sums(equipment_id, from_us, to_us, scope=OWN)  # other shifts end inside a slice
        was = brief(sums, held, equipment_id, to_us)
        return Compared(from_us, to_us, window.name, was, brief(window.would, self.other, equipment_id, to_us))


def _is_signed(window: tuple[int, int], signed: Sequence[tuple[int, int]]) -> bool:
    return any(t0_us < window[1] and window[0] < t1_us for t0_us, t1_us in signed)
