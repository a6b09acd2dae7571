"""Change a calendar by clicks: the same plant code, plan and apply; and an exception of a past date corrects the past.

A calendar holds from the moment it is changed. An exception names the date it is for: entered for yesterday it is a
fact about yesterday, known since now, and only the stretches that it plans otherwise are told to be cut again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from pydantic import BaseModel, Field

from dovetail.core.clock import DAY_US, from_rfc3339, to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError
from dovetail.core.scope import system_scope
from dovetail.db.uow import Reading
from dovetail.equipment.service import ApplyPlant, EquipmentRoom
from dovetail.events.equipment import PlantApplied
from dovetail.events.workcalendar import CalendarCorrected
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.plantcode import edit
from dovetail.workcalendar import plant, rules
from dovetail.workcalendar import service as calendars
from dovetail.workcalendar.differences import Stretch
from dovetail.workcalendar.schema import (
    CalendarBody,
    CalendarEntry,
    DateText,
    ExceptionEntry,
    HolidaysEntry,
    calendar_from,
    written,
)
from dovetail.workcalendar.service import CalendarRoom, History, version_of

SEEN = Field(default=None, description="the calendar's `version` that was looked at; refused when it is another by now")


class RemoveException(Input):
    """Take an exception away: the date is as usual again."""

    calendar: str = Field(min_length=1, max_length=400)
    date: DateText
    seen: str | None = SEEN


class PutException(RemoveException):
    """Say what is different on a date (or from it until another) in a calendar."""

    exception: ExceptionEntry


class RemoveCalendar(Input):
    """End a calendar that no equipment has."""

    calendar: str = Field(min_length=1, max_length=400)
    seen: str | None = SEEN


class PutCalendar(RemoveCalendar):
    """Make this the calendar of that name, from now on."""

    body: CalendarEntry


class Moved(BaseModel):
    """An equipment whose past was planned otherwise until now, from when to when."""

    equipment_id: int
    start: str
    end: str


class CalendarChange(BaseModel):
    """What came of it. `previous`: what stood there, for the way back; `corrected`: what of the past it moved."""

    calendar: str
    version: str
    plant_version: int
    previous: dict[str, Any] | None
    corrected: list[Moved]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change of one calendar's entry: `value` None removes what stands at `path` (within the entry)."""

    calendar: str
    path: tuple[str, ...]
    value: Any
    seen: str | None


@dataclass(frozen=True, slots=True)
class Considered:
    """What a change would come to. `before` and `after` are the calendar's histories, `window` what it may touch."""

    documents: Mapping[str, str]
    previous: dict[str, Any] | None
    body: dict[str, Any] | None
    before: History
    after: History
    corrections: Sequence[tuple[int, dict[str, Any]]]
    window: tuple[int, int | None]


class CalendarEditing:
    """The operations on calendars. Everything else about them is in the plant's files."""

    def __init__(self, room: CalendarRoom, equipment: EquipmentRoom) -> None:
        self.room = room
        self.equipment = equipment
        self.put_exception = Operation(
            name="calendar.put_exception",
            summary="Say what is different on a date",
            permission="calendar.edit",
            input=PutException,
            output=CalendarChange,
            handler=self._put_exception,
            reason="optional",
            undo=_undo_exception,
        )
        self.remove_exception = Operation(
            name="calendar.remove_exception",
            summary="Take an exception away",
            permission="calendar.edit",
            input=RemoveException,
            output=CalendarChange,
            handler=self._remove_exception,
            reason="optional",
            undo=_undo_exception,
        )
        self.put_calendar = Operation(
            name="calendar.put",
            summary="Write a calendar, from now on",
            permission="calendar.edit",
            input=PutCalendar,
            output=CalendarChange,
            handler=self._put_calendar,
            reason="optional",
            undo=_undo_calendar,
        )
        self.remove_calendar = Operation(
            name="calendar.remove",
            summary="End a calendar that nothing uses",
            permission="calendar.edit",
            input=RemoveCalendar,
            output=CalendarChange,
            handler=self._remove_calendar,
            reason="optional",
            undo=_undo_calendar,
        )

    @property
    def operations(self) -> list[Operation[Any, Any]]:
        """All of them."""
        return [self.put_exception, self.remove_exception, self.put_calendar, self.remove_calendar]

    # --- what a change would come to -------------------------------------------------------------------------
    def consider(self, reading: Reading, wanted: Wanted) -> Considered:
        """Everything about a change but the change. Raises NotFoundError, ConflictError and InvalidError."""
        now_us = reading.clock.now_us()
        key = wanted.calendar
        known = calendars.current(reading, now_us).get(key)
        if known is None and (wanted.path or wanted.value is None):
            raise NotFoundError(f"there is no calendar {key!r}")
        if wanted.seen is not None and wanted.seen != version_of(known):
            raise ConflictError(
                "somebody changed this calendar since you looked at it", code="calendar-changed", hint="look again"
            )
        path = ("calendars", key, *wanted.path)
        documents = self._documents()
        edited = edit.remove(documents, path) if wanted.value is None else edit.put(documents, path, wanted.value)
        body = self._checked(edited, wanted)
        before = calendars.history_of(reading, key)
        window = _window(known, body, wanted)
        corrections = [] if not wanted.path else _corrections(before, body, wanted, window=window, now_us=now_us)
        corrected = dict(corrections)
        after = [(since_us, corrected.get(since_us, old)) for since_us, old in before if since_us < now_us]
        return Considered(
            documents=documents if body == known else edited,
            previous=_previous(known, wanted),
            body=body,
            before=before,
            after=[*after, (now_us, body)],
            corrections=corrections,
            window=window or (now_us, None),
        )

    def _checked(self, edited: Mapping[str, str], wanted: Wanted) -> dict[str, Any] | None:
        """The calendar as these files say it; raises InvalidError where they are no valid plant."""
        found, report = self.equipment.check({name: text.encode() for name, text in edited.items()})
        if report.ok:
            return plant.bodies(found).get(wanted.calendar)
        first = report.problems[0]
        message, code, pointer, hint = first.message, first.code, "", first.hint
        entry = found.entries("calendars", CalendarEntry).get(wanted.calendar)
        if entry is not None:
            lists = found.entries("holidays", HolidaysEntry)
            meant = calendar_from(wanted.calendar, CalendarBody.resolved(entry, lists))
            for fault in rules.faults(entry, meant, lists):
                where = fault.where[2:] if wanted.path else fault.where
                message, code = fault.message, fault.code
                pointer = "/".join(["", "exception" if wanted.path else "body", *map(str, where)])
                break
        raise InvalidError(message, code=code, pointer=pointer, hint=hint)

    def _documents(self) -> Mapping[str, str]:
        """The files of the plant that holds."""
        return self.equipment.export(scope=system_scope("calendars"))[1] if self.equipment.plant().version else {}

    # --- the handlers ----------------------------------------------------------------------------------------
    def _put_exception(self, call: Call, given: PutException) -> CalendarChange:
        value = written(given.exception)
        return self._change(call, Wanted(given.calendar, ("exceptions", given.date), value, given.seen))

    def _remove_exception(self, call: Call, given: RemoveException) -> CalendarChange:
        return self._change(call, Wanted(given.calendar, ("exceptions", given.date), None, given.seen))

    def _put_calendar(self, call: Call, given: PutCalendar) -> CalendarChange:
        return self._change(call, Wanted(given.calendar, (), written(given.body), given.seen))

    def _remove_calendar(self, call: Call, given: RemoveCalendar) -> CalendarChange:
        return self._change(call, Wanted(given.calendar, (), None, given.seen))

    def _change(self, call: Call, wanted: Wanted) -> CalendarChange:
        known, now_us = call.uow.known, call.clock.now_us()  # from here on nobody else changes the plant
        found = self.consider(call.uow, wanted)
        if found.body is not None and wanted.value is None and wanted.path and found.previous is None:
            raise NotFoundError(f"there is no exception of {wanted.path[1]} in {wanted.calendar!r}")
        past = self.past(found, wanted.calendar, now_us)
        if past and not (call.reason or "").strip():
            raise InvalidError(
                "this changes what was planned in the past and needs a reason",
                pointer="/reason",
                code="reason-missing",
                hint=f"{len(past)} equipment had other shifts then",
            )
        for since_us, body in found.corrections if past else ():
            calendars.correct(call.uow, wanted.calendar, since_us, body)
        applied = self.equipment.apply_operation.handler(call, ApplyPlant(documents=dict(found.documents)))
        stretches = tuple((who, t0_us, t1_us) for who, parts in past.items() for t0_us, t1_us in parts)
        if past and not applied.changed:
            call.uow.emit(PlantApplied(applied.version, now_us, known))  # the files said it already, the past did not
        if stretches:
            call.uow.emit(CalendarCorrected(wanted.calendar, stretches, known))
        return CalendarChange(
            calendar=wanted.calendar,
            version=version_of(found.body),
            plant_version=applied.version,
            previous=found.previous,
            corrected=[
                Moved(equipment_id=who, start=to_rfc3339(parts[0][0]), end=to_rfc3339(parts[-1][1]))
                for who, parts in past.items()
            ],
        )

    def past(self, found: Considered, calendar: str, now_us: int) -> dict[int, list[Stretch]]:
        """What of the time before now a change would plan otherwise, by equipment."""
        if not found.corrections:
            return {}
        return self.room.moved(calendar, found.before, found.after, (found.window[0], now_us))


def _undo_exception(given: RemoveException, out: CalendarChange) -> Undo:
    if out.previous is None:
        return Undo("calendar.remove_exception", RemoveException(calendar=given.calendar, date=given.date))
    before = ExceptionEntry.model_validate(out.previous)
    return Undo("calendar.put_exception", PutException(calendar=given.calendar, date=given.date, exception=before))


def _undo_calendar(given: RemoveCalendar, out: CalendarChange) -> Undo:
    if out.previous is None:
        return Undo("calendar.remove", RemoveCalendar(calendar=given.calendar))
    return Undo("calendar.put", PutCalendar(calendar=given.calendar, body=CalendarEntry.model_validate(out.previous)))


def _previous(known: dict[str, Any] | None, wanted: Wanted) -> dict[str, Any] | None:
    if known is None:
        return None
    if wanted.path:
        return known["exceptions"].get(wanted.path[1])
    return {name: value for name, value in known.items() if name != "holiday_dates"}


def _window(known: dict[str, Any] | None, body: dict[str, Any] | None, wanted: Wanted) -> tuple[int, int] | None:
    """The time that an exception can touch, whatever the time zone: from the night before to the night after."""
    if not wanted.path:
        return None
    first = wanted.path[1]
    versions = [one["exceptions"].get(first) for one in (known, body) if one is not None]
    until = max([first, *(one["until"] or first for one in versions if one is not None)])
    return _midnight_us(first) - DAY_US, _midnight_us(until) + 4 * DAY_US


def _midnight_us(day: str) -> int:
    return from_rfc3339(f"{date.fromisoformat(day).isoformat()}T00:00:00Z")


def _corrections(
    before: History,
    body: dict[str, Any] | None,
    wanted: Wanted,
    *,
    window: tuple[int, int] | None,
    now_us: int,
) -> list[tuple[int, dict[str, Any]]]:
    """(valid_from_us, body) of each version that ruled a part of the window before now and says otherwise."""
    if window is None or body is None:
        return []
    first = wanted.path[1]
    now_says = body["exceptions"].get(first)
    found: list[tuple[int, dict[str, Any]]] = []
    for place, (since_us, old) in enumerate(before):
        until_us = before[place + 1][0] if place + 1 < len(before) else now_us
        rules_it = max(since_us, window[0]) < min(until_us, now_us, window[1])
        if old is None or not rules_it or _says(old, first) == now_says:
            continue
        kept = {day: one for day, one in cast(dict[str, Any], old.get("exceptions", {})).items() if day != first}
        found.append((since_us, {**old, "exceptions": kept if now_says is None else {**kept, first: now_says}}))
    return found


def _says(old: dict[str, Any], day: str) -> Any:
    one = old.get("exceptions", {}).get(day)
    return None if one is None else ExceptionEntry.model_validate(one).model_dump(mode="json")
