"""The definitions of an installation, of now and as they were known at an earlier moment, as the ledger takes them.

A rate, a calendar or a convention that was put into the past is known since somebody did so; a figure of before is
worked out with what was known before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Final, TypedDict, cast

from dovetail.conversions.service import ConversionsRoom
from dovetail.core.bus import Bus
from dovetail.core.clock import Clock
from dovetail.counting.pieces import CountTrack
from dovetail.db.uow import Database, Reading
from dovetail.equipment.service import EquipmentRoom
from dovetail.events.equipment import PlantApplied
from dovetail.ledger.timeclass import Settings
from dovetail.ledger.tracks import SpanTrack
from dovetail.materials.service import MaterialsRoom
from dovetail.performance.facts import Plants, ShiftTrack, Sources
from dovetail.states.service import StatesRoom
from dovetail.workcalendar.service import CalendarRoom
from dovetail.yardsticks.model import Target
from dovetail.yardsticks.service import Yardsticks

EVER_US: Final = 1 << 62
MOMENTS_KEPT: Final = 8  # a report asks for one, a person compares two; each keeps the plants that it was asked of


@dataclass(frozen=True, slots=True)
class CalendarAsKnown:
    """The calendars as they were known."""

    room: CalendarRoom
    known: int

    def spans(self, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None) -> Sequence[SpanTrack]:
        return self.room.spans(equipment_id, from_us, to_us, as_of=self.known)

    def shifts(self, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None) -> Sequence[ShiftTrack]:
        return self.room.shifts(equipment_id, from_us, to_us, as_of=self.known)

    def shift_at(self, equipment_id: int, at_us: int, *, as_of: int | None = None) -> ShiftTrack | None:
        return self.room.shift_at(equipment_id, at_us, as_of=self.known)


class Categories:
    """The category of each reason, from memory: it is asked for each definition that the slices of a day are cut by.

    What is held is read again when a plant is applied; between two changes of definitions it is the same.
    """

    def __init__(self, equipment: Plants, read: Callable[[int], Mapping[str, str]], bus: Bus) -> None:
        self._equipment, self._read = equipment, read
        self._lock = threading.RLock()
        self._held: dict[int, Mapping[str, str]] = {}
        bus.subscribe(PlantApplied, lambda _applied: self._forget())

    def _forget(self) -> None:
        with self._lock:
            self._held = {}

    def __call__(self, at_us: int) -> Mapping[str, str]:
        """Those that are valid at a moment."""
        with self._lock:  # while it is read, too: what is read before a change is forgotten after it
            begin_us = max(self._equipment.changes_between(-EVER_US, at_us + 1), default=-EVER_US)
            if begin_us not in self._held:
                self._held[begin_us] = self._read(begin_us)
            return self._held[begin_us]


class HeldAgainst(TypedDict):
    """What the ledger takes from the yardsticks."""

    settings: Callable[[int], Settings]
    targets: Callable[[str, int], Mapping[str, Target]]


def held_against(yardsticks: Yardsticks) -> HeldAgainst:
    """The conventions and targets of a moment, as the ledger takes them."""
    return {"settings": lambda at_us: Settings.of(yardsticks.conventions(at_us)), "targets": yardsticks.targets}


def calendar_room(database: Database, bus: Bus, equipment: EquipmentRoom) -> CalendarRoom:
    """The calendars over the tree: which one an equipment has at a moment is written there."""

    def calendar_of(equipment_id: int, at_us: int) -> tuple[str | None, str]:
        node = equipment.plant(at_us=at_us).get(equipment_id)
        return node.calendar, node.timezone

    return CalendarRoom(
        database,
        bus=bus,
        calendar_of=calendar_of,
        plant_moments=lambda: equipment.changes_between(-EVER_US, EVER_US),
        equipment_at=lambda at_us: equipment.plant(at_us=at_us).equipment,
    )


class InUnits(TypedDict):
    """What the ledger takes from the conversions."""

    counting: ConversionsRoom
    fresh: Callable[[Reading, int, Sequence[CountTrack]], Sequence[CountTrack]]
    whole: Callable[[Reading, frozenset[int], tuple[int, int], int | None], tuple[int, int]]


def in_units(conversions: ConversionsRoom) -> InUnits:
    """Every count in the unit of what ran, as the ledger takes it."""
    return {"counting": conversions, "fresh": conversions.fresh, "whole": conversions.whole}


def with_earlier(sources: Sources, database: Database, clock: Clock, states: StatesRoom, *, bus: Bus) -> Sources:
    """The rooms beneath the ledger, which can also be asked as their definitions were known at a `known`; what is asked
    for each definition comes from memory."""

    @lru_cache(maxsize=MOMENTS_KEPT)
    def earlier(known: int) -> Sources:
        unheard = Bus()  # what was known then is not changed by what is applied now
        equipment = EquipmentRoom(database, clock, unheard, (), as_of=known)
        materials = MaterialsRoom(database, clock=clock, bus=unheard, as_of=known)
        return replace(
            sources,
            equipment=equipment,
            calendar=CalendarAsKnown(calendar_room(database, unheard, equipment), known),
            categories=Categories(equipment, partial(states.categories, as_of=known), unheard),
            rate_upm=materials.rate_upm,
            **in_units(cast(ConversionsRoom, sources.counting).redefined(equipment=equipment, materials=materials)),
            **held_against(Yardsticks(database, unheard, as_of=known)),
        )

    return replace(sources, categories=Categories(sources.equipment, sources.categories, bus), earlier=earlier)
