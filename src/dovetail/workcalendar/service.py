"""Ask when an equipment is planned to work: spans, shifts and cuts, each moment by the calendar that was valid then.

Where no calendar is given, every moment is BUSY and belongs to no shift: what runs around the clock needs no calendar,
and a forgotten one shows as lost time rather than hiding it. While an equipment is not in the plant it is NOT_PLANNED.
"""

from __future__ import annotations

import hashlib
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.events.equipment import PlantApplied
from dovetail.plantcode.plan import values
from dovetail.workcalendar import store
from dovetail.workcalendar.differences import Stretch, differences
from dovetail.workcalendar.model import Rota, Shift, Span, around_the_clock, merged, not_there, shifts_in
from dovetail.workcalendar.schema import CalendarBody, HolidaysEntry, calendar_from
from dovetail.workcalendar.zone import zone_of

type Assignment = tuple[str | None, str]  # calendar key (None: none given), IANA time zone
type Lay = Callable[[int, int], list[Span]]  # [from_us, to_us) tiled
type History = list[tuple[int, dict[str, Any] | None]]  # (valid_from_us, body) of one calendar, oldest first
type Versions = Mapping[str, History]

SHIFT_REACH_US: Final = 2 * DAY_US  # a shift lasts at most a day, an hour more when the clock goes back
HISTORY_MAX: Final = 50  # changes of one calendar shown; the audit has them all
PAST_KEPT: Final = 8  # `as_of` moments whose calendars stay in memory: a report asks for one, a person compares two


class _Definitions:
    """The calendars known at one `as_of`, and what they mean for each equipment asked about."""

    def __init__(self, versions: Versions, plant_moments: Sequence[int]) -> None:
        self.versions = versions
        calendars = {valid_from_us for history in versions.values() for valid_from_us, _ in history}
        self.moments = sorted(calendars | set(plant_moments))  # between two of them nothing changes
        self.kept: dict[tuple[int, int], Lay] = {}  # (equipment, index of the moment): how its time is laid out
        self._rotas: dict[tuple[str, int, str], Rota] = {}

    def pieces(self, from_us: int, to_us: int) -> Iterator[tuple[int, int, int]]:
        """[from_us, to_us) cut at the moments: (t0_us, t1_us, index of the moment that rules; -1 before the first)."""
        index = bisect_right(self.moments, from_us) - 1
        while from_us < to_us:
            until_us = min(to_us, self.moments[index + 1]) if index + 1 < len(self.moments) else to_us
            yield from_us, until_us, index
            from_us, index = until_us, index + 1

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
    valid: only there can the answer of `calendar_of` change. `equipment_at(at_us)` are those in the plant at a moment.
    """

    def __init__(
        self,
        database: Database,
        *,
        bus: Bus,
        calendar_of: Callable[[int, int], Assignment],
        plant_moments: Callable[[], Sequence[int]],
        equipment_at: Callable[[int], Iterable[int]] = lambda _at_us: (),
    ) -> None:
        self.database = database
        self._calendar_of = calendar_of
        self._plant_moments = plant_moments
        self._equipment_at = equipment_at
        self._lock = threading.RLock()
        self._known: dict[int | None, _Definitions] = {}
        bus.subscribe(PlantApplied, lambda _applied: self.refresh())

    def refresh(self) -> None:
        """Forget what was read; the next question reads anew."""
        with self._lock:
            self._known = {}

    def spans(self, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None) -> list[Span]:
        """[from_us, to_us) tiled exactly. While the equipment is not in the plant, NOT_PLANNED."""
        return self._spans(self._definitions(as_of), equipment_id, from_us, to_us)

    def _spans(self, known: _Definitions, equipment_id: int, from_us: int, to_us: int) -> list[Span]:
        found: list[Span] = []
        for t0_us, t1_us, index in known.pieces(from_us, to_us):
            found.extend(self._lay(known, equipment_id, index)(t0_us, t1_us))
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

    def bodies(self) -> dict[str, dict[str, Any]]:
        """The calendars that hold now, by key."""
        with self.database.read() as reading:
            return current(reading, reading.clock.now_us())

    def holiday_lists(self) -> dict[str, dict[str, Any]]:
        """The lists of holidays that hold now, by key."""
        with self.database.read() as reading:
            return current_holidays(reading, reading.clock.now_us())

    def history(self, key: str) -> list[dict[str, Any]]:
        """The changes of a calendar, newest first: when, by whom, why, and what it says otherwise since."""
        with self.database.read() as reading:
            changes = store.changes(reading, key, limit=HISTORY_MAX)
            versions = [store.versions(reading, as_of=known).get(key, []) for known, _ in changes]
            audit = store.audited(reading, [known for known, _ in changes])
        told: list[dict[str, Any]] = []
        for place, (known, from_us) in enumerate(changes):
            at_us, found = audit[known]
            before = versions[place + 1] if place + 1 < len(changes) else []
            told.append(
                {
                    "at": to_rfc3339(at_us),
                    "corrected": from_us < at_us and place + 1 < len(changes),
                    "changes": list(values(_newest(before), _newest(versions[place]))),
                    **found,
                }
            )
        return told

    def users(self, key: str, from_us: int, to_us: int) -> list[int]:
        """The equipment that has this calendar at some moment of [from_us, to_us), by id."""
        moments = [from_us, *(moment for moment in self._plant_moments() if from_us < moment < to_us)]
        return sorted(
            {
                equipment_id
                for moment in moments
                for equipment_id in self._equipment_at(moment)
                if self._calendar_of(equipment_id, moment)[0] == key
            }
        )

    def moved(self, key: str, before: History, after: History, period: tuple[int, int]) -> dict[int, list[Stretch]]:
        """Per equipment the stretches of a period that are planned otherwise by another history of one calendar."""
        moments = self._plant_moments()
        was, will = _Definitions({key: before}, moments), _Definitions({key: after}, moments)
        found: dict[int, list[Stretch]] = {}
        for equipment_id in self.users(key, *period):
            stretches = differences(self._spans(was, equipment_id, *period), self._spans(will, equipment_id, *period))
            if stretches:
                found[equipment_id] = stretches
        return found

    def laid(self, key: str, history: History, equipment_id: int, period: tuple[int, int]) -> list[Shift]:
        """The shifts of an equipment in a period by another history of its calendar."""
        known = _Definitions({key: history}, self._plant_moments())
        return shifts_in(self._spans(known, equipment_id, *period))

    def imagined(
        self, versions: Versions, *, calendar_of: Callable[[int, int], Assignment], plant_moments: Sequence[int]
    ) -> CalendarRoom:
        """The same room as if these were all versions of all calendars. Nothing is written."""
        room = CalendarRoom(self.database, bus=Bus(), calendar_of=calendar_of, plant_moments=lambda: plant_moments)
        room._known[None] = _Definitions(versions, plant_moments)
        return room

    def versions(self) -> Versions:
        """Every version of every calendar as known now, oldest first."""
        with self.database.read() as reading:
            return store.versions(reading, as_of=None)

    def _definitions(self, as_of: int | None) -> _Definitions:
        with self._lock:
            known = self._known.get(as_of)
            if known is not None:
                return known
            if len(self._known) > PAST_KEPT:
                self._known = {key: value for key, value in self._known.items() if key is None}
            with self.database.read() as reading:
                versions = store.versions(reading, as_of=as_of)
            self._known[as_of] = _Definitions(versions, self._plant_moments())
            return self._known[as_of]

    def _lay(self, known: _Definitions, equipment_id: int, index: int) -> Lay:
        """How the time of an equipment is laid out from a moment on."""
        if index < 0:
            return not_there  # before the first plant
        with self._lock:
            if (equipment_id, index) not in known.kept:
                known.kept[equipment_id, index] = self._look_up(known, equipment_id, known.moments[index])
            return known.kept[equipment_id, index]

    def _look_up(self, known: _Definitions, equipment_id: int, at_us: int) -> Lay:
        try:
            rota = known.rota(self._calendar_of(equipment_id, at_us), at_us)
        except NotFoundError:
            return not_there
        return around_the_clock if rota is None else rota.spans


def history_of(reading: Reading, key: str) -> History:
    """Every version of a calendar as known now, oldest first: from when it is valid, and what it says."""
    return store.versions(reading, as_of=None).get(key, [])


def correct(uow: UnitOfWork, key: str, valid_from_us: int, body: Mapping[str, Any]) -> None:
    """Let the version that is valid from a moment say this; what it said stays known as it was."""
    store.correct(uow, key, valid_from_us, body)


def version_of(body: Mapping[str, Any] | None) -> str:
    """By this two looks at a calendar know whether they saw the same."""
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def _newest(history: History) -> dict[str, Any]:
    """What a calendar says last; nothing where it has ended or was not there yet."""
    body = history[-1][1] if history else None
    return {} if body is None else CalendarBody.model_validate(body).model_dump(mode="json")


def current(reading: Reading, at_us: int) -> dict[str, dict[str, Any]]:
    """The calendars of the plant code active at a moment, by key; older ones in the words of today."""
    found = store.at(reading, store.work_calendar, at_us)
    return {key: CalendarBody.model_validate(body).model_dump(mode="json") for key, body in found.items()}


def current_holidays(reading: Reading, at_us: int) -> dict[str, dict[str, Any]]:
    """The lists of holidays active at a moment, by key."""
    found = store.at(reading, store.holiday_list, at_us)
    return {key: HolidaysEntry.model_validate(body).model_dump(mode="json") for key, body in found.items()}


def apply(uow: UnitOfWork, bodies: store.Bodies, valid_from_us: int) -> None:
    """Give the calendars of the plant code a new version; the past keeps its own."""
    store.put(uow, store.work_calendar, bodies, valid_from_us=valid_from_us)


def apply_holidays(uow: UnitOfWork, bodies: store.Bodies, valid_from_us: int) -> None:
    """Give the lists of holidays a new version. What is planned changes with the calendars that name them."""
    store.put(uow, store.holiday_list, bodies, valid_from_us=valid_from_us)
