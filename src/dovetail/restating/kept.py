"""What of the plant code may be restated, and how a definition of another time is laid over one that held. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from dovetail.core.errors import InvalidError
from dovetail.db.versioned import History, body_at, joined
from dovetail.restating.model import Body, Change
from dovetail.workcalendar import rules
from dovetail.workcalendar.schema import CalendarBody, calendar_from

EQUIPMENT_FIELDS: Final = ("calendar", "standard_rate_upm")  # those that only the ledger reads

type Over = Callable[[Body | None, Body], Body | None]


def instead(_held: Body | None, said: Body) -> Body | None:
    """The definition in place of the one that held, or of none."""
    return said


def with_days(held: Body | None, said: Body) -> Body | None:
    """A calendar in place of another. What was said of single days is a fact about them: it stays."""
    days = {} if held is None else held["exceptions"]
    return {**said, "exceptions": {**days, **said["exceptions"]}}


def with_fields(held: Body | None, said: Body) -> Body | None:
    """Calendar and rate of an equipment; what it was otherwise stays, and one that was not there was not."""
    return None if held is None else {**held, **{name: said[name] for name in EQUIPMENT_FIELDS}}


def calendar_of_today(body: Body) -> Body:
    """A calendar that an older version kept, with what it could not say yet."""
    return CalendarBody.model_validate(body).model_dump(mode="json")


def check_calendar(key: str, body: Body) -> None:
    """Raise InvalidError where a pattern and the single days of the past do not go together."""
    entry = CalendarBody.model_validate(body)
    for fault in rules.faults(entry, calendar_from(key, body), {}):
        if fault.code != rules.LIST_UNKNOWN:  # its dates are in the body
            where = ".".join(map(str, fault.where))
            raise InvalidError(
                f"calendars {key} cannot be laid over that time, {where}: {fault.message}",
                code="restate-calendar",
                pointer="/only",
                hint="take that exception away or change it first, or choose another time",
            )


@dataclass(frozen=True, slots=True)
class Kept:
    """A section: where its versions are kept, in the words of today, how one is laid over another, and its check."""

    table: str
    over: Over = instead
    today: Callable[[Body], Body] = lambda body: body
    check: Callable[[str, Body], None] = lambda _key, _body: None


SECTIONS: Final[Mapping[str, Kept]] = {
    "products": Kept("material_definition"),
    "equipment": Kept("equipment_version", with_fields),
    "calendars": Kept("work_calendar", with_days, calendar_of_today, check_calendar),
    "reasons": Kept("reason"),
    "conventions": Kept("kpi_convention"),
    "targets": Kept("kpi_target"),
}


def laid(section: str, key: str, held: History, said: Body) -> Change | None:
    """A definition laid over what held in a period; None where that changes nothing. Raises InvalidError."""
    kept = SECTIONS[section]
    was = [(at_us, None if body is None else kept.today(body)) for at_us, body in held]
    would = joined([(at_us, kept.over(body, kept.today(said))) for at_us, body in was])
    for _, body in would:
        if body is not None:
            kept.check(key, body)
    return None if would == joined(was) else Change(section, key, was, would)


def demand_calendars(changes: list[Change], held: Mapping[str, History]) -> None:
    """Raise InvalidError where an equipment would have had a calendar that was not there: it would run without one."""
    would = {one.key: one.would for one in changes if one.section == "calendars"}
    nodes = [(one.key, at_us, body) for one in changes if one.section == "equipment" for at_us, body in one.would]
    for path, at_us, body in nodes:
        key = None if body is None else body["calendar"]
        if key is not None and body_at(would.get(key, held.get(key, [])), at_us) is None:
            what = f"{path} would have had the calendar {key!r}, which was not there then"
            hint = f"restate calendars:{key} with it, or choose a later time"
            raise InvalidError(what, code="restate-calendar", pointer="/only", hint=hint)
