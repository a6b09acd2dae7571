"""Hold the ledgers as they are against what a restatement would make of them, shift by shift. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dovetail.db.uow import Reading
from dovetail.equipment.model import PlantModel
from dovetail.performance.facts import Ledgered, Plants, ledgered
from dovetail.replaying.comparing import Comparing
from dovetail.replaying.merging import Merging
from dovetail.restating.imagined import NODES, moved_rates
from dovetail.restating.model import SHIFTS_MAX, Change, Ledger, Shift, moved_us
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
class Planned(Comparing):
    """The same around what is signed."""

    def ledger(self, reading: Reading, equipment_id: int, on_day: Step) -> Ledger:
        """Everything about one of them, a day at a time; what is signed stands and is part of no figure but its own."""
        gathering = self.performance.gathering
        signed = [one[:2] for one in gathering.signed(reading, equipment_id, *self.period, as_of=None)]
        merging = Merging(self.period, signed, list(self.shifts(equipment_id)), moved_us)
        kept, total, signed_total = list[Shift](), 0, 0
        for was, free, upto_us in self.parts(reading, equipment_id, signed):
            for window in merging.part(was, free, upto_us):
                compared = self.compared(equipment_id, window)
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
            self.compared(equipment_id, merging.whole),
            kept,
            total,
            signed_total,
        )


def _is_signed(window: tuple[int, int], signed: Sequence[tuple[int, int]]) -> bool:
    return any(t0_us < window[1] and window[0] < t1_us for t0_us, t1_us in signed)
