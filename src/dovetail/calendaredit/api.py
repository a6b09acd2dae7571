"""Show calendars to planners, screens and reports; look at a change before it is made, and make it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dovetail.calendaredit.service import CalendarEditing, Wanted
from dovetail.calendaredit.views import (
    CalendarDetailOut,
    CalendarOut,
    ChangeOut,
    DayOut,
    HolidayListOut,
    NodeOut,
    PreviewOut,
    PreviewRequest,
    TouchedOut,
    changed_shifts,
    days_out,
)
from dovetail.core import limits
from dovetail.core.clock import DAY_US, to_datetime, to_rfc3339
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page
from dovetail.workcalendar.schema import CalendarBody, CalendarEntry, ExceptionEntry, calendar_from, written
from dovetail.workcalendar.service import CalendarRoom, version_of

AHEAD_US = 35 * DAY_US  # what a new pattern is shown for: it has come round by then
SHIFTS_SHOWN = 60  # of a change; the rest is counted


type Settled = Callable[[int, int, int], int]  # how many slices of an equipment are settled in [from_us, to_us)


def routes(api: Api, editing: CalendarEditing, settled: Settled) -> None:
    """Declare this room's routes."""
    _calendar_routes(api, editing)
    _editing_routes(api, editing, settled)


def _calendar_routes(api: Api, editing: CalendarEditing) -> None:
    service, plant = editing.room, editing.equipment.plant

    def nodes(key: str, scope: Scope) -> list[NodeOut]:
        now_us = service.database.clock.now_us()
        found = (plant().get(one) for one in service.users(key, now_us, now_us + 1) if scope.sees("plant.view", one))
        return [NodeOut(id=node.id, path=node.path, name=node.name) for node in found]

    def told(key: str, body: CalendarBody, scope: Scope) -> dict[str, Any]:
        today = to_datetime(service.database.clock.now_us()).date().isoformat()
        rotation = body.rotation
        return {
            "key": key,
            "name": body.name,
            "by": "week" if rotation is None else "rotation",
            "shifts": [shift.name for shift in body.shifts],
            "crews": list(dict.fromkeys([*body.crews, *(rotation.crews if rotation else ()), *_crews(body)])),
            "exceptions_ahead": sum((one.until or day) >= today for day, one in body.exceptions.items()),
            "used_by": nodes(key, scope),
        }

    @api.query("GET", "/calendars", permission="plant.view", summary="Calendars")
    def calendars(scope: Scope) -> Page[CalendarOut]:
        """Every calendar that holds now, with the equipment that has it, as far as the caller sees it."""
        found = {key: CalendarBody.model_validate(body) for key, body in service.bodies().items()}
        return Page(items=[CalendarOut(**told(key, body, scope)) for key, body in found.items()])

    @api.query("GET", "/calendars/{calendar}", permission="plant.view", summary="One calendar")
    def one(calendar: str, scope: Scope) -> CalendarDetailOut:
        """As the plant code says it, with the dates of its holidays."""
        body = _body(service, calendar)
        return CalendarDetailOut(
            **told(calendar, body, scope),
            version=version_of(body.model_dump(mode="json")),
            definition=CalendarEntry.model_validate(body.model_dump(exclude={"holiday_dates"})),
            holiday_dates=body.holiday_dates,
        )

    @api.query("GET", "/calendars/{calendar}/days", permission="plant.view", summary="Days of a calendar")
    def days(calendar: str, start: str, end: str) -> Page[DayOut]:
        """Each date from `start` to `end` (dates, both included) as it is planned, in wall time."""
        first, last = _date(start, "start"), _date(end, "end")
        count = (last - first).days + 1
        if not 1 <= count <= limits.CALENDAR_DAYS_SHOWN_MAX:
            what = f"from 1 to {limits.CALENDAR_DAYS_SHOWN_MAX} days can be shown at once"
            raise InvalidError(what, pointer="/end", code="period")
        return Page(items=days_out(calendar_from(calendar, _body(service, calendar)), first, count))

    @api.query("GET", "/calendars/{calendar}/history", permission="plant.view", summary="Changes of a calendar")
    def history(calendar: str) -> Page[ChangeOut]:
        """Who changed what, when and why, newest first."""
        return Page(items=[ChangeOut(**one) for one in service.history(calendar)])

    @api.query("GET", "/holidays", permission="plant.view", summary="Lists of holidays")
    def holidays() -> Page[HolidayListOut]:
        """Every list that a calendar may name."""
        return Page(items=[HolidayListOut(key=key, **body) for key, body in service.holiday_lists().items()])


def _editing_routes(api: Api, editing: CalendarEditing, settled: Settled) -> None:
    api.change("PUT", "/calendars/{calendar}", editing.put_calendar)
    api.change("POST", "/calendars/{calendar}/remove", editing.remove_calendar)
    api.change("PUT", "/calendars/{calendar}/exceptions/{date}", editing.put_exception)
    api.change("POST", "/calendars/{calendar}/exceptions/{date}/remove", editing.remove_exception)

    @api.query("POST", "/calendars/{calendar}/preview", permission="calendar.edit", summary="What a change would do")
    def preview(calendar: str, asked: PreviewRequest, scope: Scope) -> PreviewOut:
        """Changes nothing. The shifts of one equipment that would be others, and every equipment that is touched."""
        scope.require("calendar.edit", None)
        return _preview(editing, _wanted(calendar, asked), scope, settled)


def _preview(editing: CalendarEditing, wanted: Wanted, scope: Scope, settled: Settled) -> PreviewOut:
    room, key = editing.room, wanted.calendar
    with room.database.read() as reading:
        found = editing.consider(reading, wanted)
        now_us = reading.clock.now_us()
    past = editing.past(found, key, now_us)
    end_us = now_us + AHEAD_US if found.window[1] is None else found.window[1]
    from_us = max(now_us, found.window[0])  # nothing changes between now and the night before the date
    ahead = {} if end_us <= from_us else room.moved(key, found.before, found.after, (from_us, end_us))
    seen = [one for one in sorted({*past, *ahead}) if scope.sees("plant.view", one)]
    touched: list[TouchedOut] = []
    for who in seen:
        parts = [*past.get(who, []), *ahead.get(who, [])]
        node = editing.equipment.plant().equipment.get(who)
        if node is not None:
            touched.append(
                TouchedOut(
                    id=who,
                    path=node.path,
                    name=node.name,
                    start=to_rfc3339(parts[0][0]),
                    end=to_rfc3339(parts[-1][1]),
                    settled=sum(settled(who, *part) for part in past.get(who, [])),
                )
            )
    shifts = []
    if seen:
        span = (found.window[0], end_us)
        shifts = changed_shifts(room.laid(key, found.before, seen[0], span), room.laid(key, found.after, seen[0], span))
    more = max(0, len(shifts) - SHIFTS_SHOWN)
    return PreviewOut(needs_reason=bool(past), shifts=shifts[:SHIFTS_SHOWN], more_shifts=more, equipment=touched)


def _wanted(calendar: str, asked: PreviewRequest) -> Wanted:
    if asked.date is None:
        entry = None if asked.body is None else _valid(CalendarEntry, asked.body, "body")
        return Wanted(calendar, (), None if entry is None else written(entry), None)
    day = _date(asked.date, "date").isoformat()
    exception = None if asked.exception is None else _valid(ExceptionEntry, asked.exception, "exception")
    return Wanted(calendar, ("exceptions", day), None if exception is None else written(exception), None)


def _valid[M: CalendarEntry | ExceptionEntry](model: type[M], given: Any, at: str) -> M:
    try:
        return TypeAdapter(model).validate_python(given)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        pointer = "/".join(["", at, *map(str, fault["loc"])])
        raise InvalidError(fault["msg"].removeprefix("Value error, "), pointer=pointer) from error


def _date(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidError("a date is written 2026-12-25", pointer=f"/{name}", code="date") from error


def _body(service: CalendarRoom, key: str) -> CalendarBody:
    found = service.bodies().get(key)
    if found is None:
        raise NotFoundError(f"there is no calendar {key!r}")
    return CalendarBody.model_validate(found)


def _crews(body: CalendarBody) -> list[str]:
    return [shift.crew for shift in body.shifts if shift.crew is not None]
