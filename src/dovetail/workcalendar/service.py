"""Ask when an equipment is planned to work: spans, shifts and cuts, each moment by the calendar that was valid then.

Where no calendar is given, every moment is BUSY and belongs to no shift: what runs around the clock needs no calendar,
and a forgotten one shows as lost time rather than hiding it.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US
from dovetail.core.errors import NotFoundError
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.events.equipment import PlantApplied
from dovetail.workcalendar import store
from dovetail.workcalendar.model import Rota, Shift, Span, merged, shifts_in, unplanned
from dovetail.workcalendar.schema import calendar_from
from dovetail.workcalendar.zone import zone_of

type Assignment = tuple[str | None, str]  # calendar key (None: none given), IANA time zone

SHIFT_REACH_US: Final = 2 * DAY_US  # a shift lasts at most a day, an hour more when the clock goes back
PAST_KEPT: Final = 8  # `as_of` moments whose calendars stay in memory: a report asks for one, a person compares two


@dataclass(frozen=True, slots=True)
class _Segment:
    """From a moment on the equipment keeps to this rota (None: no calendar)."""

    from_us: int
    rota: Rota | None


class _Definitions:
    """The calendars known at one `as_of`, and what they mean for each equipment asked about."""

    def __init__(self, versions: Mapping[str, list[tuple[int, dict[str, Any] | None]]]) -> None:
        self.versions = versions
        self.timelines: dict[int, list[_Segment]] = {}
        self._rotas: dict[tuple[str, int, str], Rota] = {}

    def moments(self) -> set[int]:
        """Every moment at which some calendar changes."""
        return {valid_from_us for history in self.versions.values() for valid_from_us, _ in history}

    def rota(self, assigned: Assignment, at_us: int) -> Rota | None:
        """The rota of a calendar in a zone as valid at a moment; None where there is none or it has ended."""
        key, zone = assigned
        history = self.versions.get(key, []) if key is not None else []
        index = bisect_right([valid_from_us for valid_from_us, _ in history], at_us) - 1
        if key is None or index < 0:
            return None
        body = history[index][1]
        if body is None:
            return None
        place = (key, index, zone)
        if place not in self._rotas:
            self._rotas[place] = Rota(calendar_from(key, body), zone_of(zone))
        return self._rotas[place]


class CalendarRoom:
    """The working time of every equipment. Answers come from memory and are refreshed when a plant is applied.

    `calendar_of(equipment_id, at_us)` says which calendar an equipment has (inherited) and its time zone; it raises
    NotFoundError for one that did not exist then. `plant_moments()` gives every moment from which a plant version is
    valid: only there can the answer of `calendar_of` change.
    """

    def __init__(
        self,
        database: Database,
        *,
        bus: Bus,
        calendar_of: Callable[[int, int], Assignment],
        plant_moments: Callable[[], Sequence[int]] = lambda: (),
    ) -> None:
        self._database = database
        self._calendar_of = calendar_of
        self._plant_moments = plant_moments
        self._lock = threading.RLock()
        self._known: dict[int | None, _Definitions] = {}
        bus.subscribe(PlantApplied, lambda _applied: self.refresh())

    def refresh(self) -> None:
        """Forget what was read; the next question reads anew."""
        with self._lock:
            self._known = {}

    def spans(self, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None) -> list[Span]:
        """[from_us, to_us) tiled exactly. Raises NotFoundError for an equipment that never existed."""
        segments = self._timeline(equipment_id, as_of)
        starts = [segment.from_us for segment in segments]
        found: list[Span] = []
        at_us = from_us
        for index in range(max(0, bisect_right(starts, from_us) - 1), len(segments)):
            until_us = min(to_us, starts[index + 1]) if index + 1 < len(segments) else to_us
            if until_us <= at_us:
                continue
            rota = segments[index].rota
            found.extend([unplanned(at_us, until_us)] if rota is None else rota.spans(at_us, until_us))
            at_us = until_us
        return merged(found)

    def shifts(self, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None) -> list[Shift]:
        """The shifts that touch [from_us, to_us), whole, by their start."""
        reach = self.spans(equipment_id, from_us - SHIFT_REACH_US, to_us + SHIFT_REACH_US, as_of=as_of)
        return [shift for shift in shifts_in(reach) if shift.t1_us > from_us and shift.t0_us < to_us]

    def shift_at(self, equipment_id: int, at_us: int, *, as_of: int | None = None) -> Shift | None:
        """The shift running at a moment, breaks included; None between shifts and without a calendar."""
        now = self.spans(equipment_id, at_us, at_us + 1, as_of=as_of)[0]
        shifts = self.shifts(equipment_id, at_us, at_us + 1, as_of=as_of)
        return next((shift for shift in shifts if shift.id == now.shift_id), None)

    def cuts(self, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None) -> list[int]:
        """The moments in [from_us, to_us) at which plan or shift changes; neighbouring windows never repeat one."""
        return [span.t0_us for span in self.spans(equipment_id, from_us - 1, to_us, as_of=as_of)[1:]]

    def _timeline(self, equipment_id: int, as_of: int | None) -> list[_Segment]:
        with self._lock:
            known = self._known.get(as_of) or self._read(as_of)
            if equipment_id not in known.timelines:
                known.timelines[equipment_id] = self._lay_out(equipment_id, known)
            return known.timelines[equipment_id]

    def _read(self, as_of: int | None) -> _Definitions:
        if len(self._known) > PAST_KEPT:
            self._known = {key: value for key, value in self._known.items() if key is None}
        with self._database.read() as reading:
            self._known[as_of] = _Definitions(store.versions(reading, as_of=as_of))
        return self._known[as_of]

    def _lay_out(self, equipment_id: int, known: _Definitions) -> list[_Segment]:
        segments = [_Segment(-(1 << 62), None)]  # before the first definition nothing was planned: around the clock
        existed = False
        for at_us in sorted(known.moments() | set(self._plant_moments())):
            try:
                rota = known.rota(self._calendar_of(equipment_id, at_us), at_us)
                existed = True
            except NotFoundError:
                rota = None
            if rota is not segments[-1].rota:
                segments.append(_Segment(at_us, rota))
        if not existed and known.versions:
            raise NotFoundError("there is no such equipment")
        return segments


def current(reading: Reading, at_us: int) -> dict[str, dict[str, Any]]:
    """The calendars of the plant code active at a moment, by key."""
    return store.at(reading, at_us)


def apply(uow: UnitOfWork, bodies: Mapping[str, Mapping[str, Any] | None], valid_from_us: int) -> None:
    """Give the calendars of the plant code a new version; the past keeps its own."""
    store.put(uow, bodies, valid_from_us=valid_from_us)
