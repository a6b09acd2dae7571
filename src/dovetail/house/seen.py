"""Put together what screens show of time: the stops of a shift, machines beside each other; of now or as once known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from dovetail.alarmspans.service import AlarmSpansRoom
from dovetail.core.clock import Clock
from dovetail.db.uow import Database
from dovetail.equipment.model import PlantModel
from dovetail.historian.service import Historian
from dovetail.insight.service import OWN, InsightRoom, Sources
from dovetail.lanes.service import LanesRoom
from dovetail.performance.facts import EVER_US, Plants
from dovetail.performance.service import PerformanceRoom
from dovetail.states.model import NO_DATA
from dovetail.states.service import StatesRoom
from dovetail.timeline.service import TimelineRoom
from dovetail.workcalendar.model import Shift


@dataclass(frozen=True, slots=True)
class Knowing:
    """What was known at a moment, as the ledger has it (`as_of` None: what is known now)."""

    performance: PerformanceRoom

    def until(self, as_of: int | None) -> int:
        """Nothing is known of what comes after."""
        with self.performance.database.read() as reading:
            return self.performance.until(reading, EVER_US, as_of)

    def plant(self, equipment_id: int, as_of: int | None) -> PlantModel:
        """The plant that held then; that of now where the equipment was not in it yet."""
        with self.performance.database.read() as reading:
            return self.performance.plant_at(reading, equipment_id, as_of)


def insight_room(
    database: Database, clock: Clock, *, timeline: TimelineRoom, performance: PerformanceRoom
) -> InsightRoom:
    """What a shift wants to know, of the rooms that know it."""
    knowing, said = Knowing(performance), performance.gathering.said
    seen = Sources(
        plant=knowing.plant,
        plant_at=lambda at_us, as_of: said(as_of).equipment.plant(at_us=at_us),
        timeline=timeline,
        spans=lambda equipment_id, t0_us, t1_us, as_of: said(as_of).calendar.spans(equipment_id, t0_us, t1_us),
        shift=lambda equipment_id, name, as_of: performance.shift(equipment_id, name, scope=OWN, as_of=as_of),
        reasons=timeline.reasons,
        settings=lambda at_us, as_of: performance.gathering.settings_at(at_us, as_of=as_of),
        until=knowing.until,
    )
    return InsightRoom(database, clock=clock, sources=seen)


def lanes_room(timeline: TimelineRoom, performance: PerformanceRoom) -> LanesRoom:
    """Machines beside each other, of the rooms that know what each did."""
    knowing = Knowing(performance)
    return LanesRoom(performance.database, plant=knowing.plant, timeline=timeline, until=knowing.until)


def shifts_known(
    performance: PerformanceRoom, equipment_id: int, from_us: int, to_us: int, as_of: int | None
) -> Sequence[Shift]:
    """The shifts that touch [from_us, to_us) by the calendars, and who has which, as known at `as_of`."""
    calendar = performance.gathering.said(as_of).calendar
    found = calendar.shifts(equipment_id, from_us, to_us)
    return cast("Sequence[Shift]", found)  # the ledger looks at less of them; they come from the calendar room


def alarm_spans_room(performance: PerformanceRoom, historian: Historian, states: StatesRoom) -> AlarmSpansRoom:
    """When alarms stood, of the rooms that know which signals tell them; not beyond what is heard of a machine."""

    def silent_since(equipment_id: int) -> int | None:
        last = states.tail(equipment_id, scope=OWN).records[-1:]
        return next((one.t0_us for one in last if one.state == NO_DATA), None)

    def plants(as_of: int | None) -> Plants:
        return performance.gathering.said(as_of).equipment

    return AlarmSpansRoom(plants, historian, until=Knowing(performance).until, silent_since=silent_since)
