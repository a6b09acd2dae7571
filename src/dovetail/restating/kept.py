"""What of the plant code may be restated, and how a definition of another time is laid over one that held. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from dovetail.core.errors import InvalidError
from dovetail.db.versioned import History, body_at, joined
from dovetail.restating.model import Body, Change
from dovetail.states.schema import parsed, reasons_in, tags_in
from dovetail.workcalendar import rules
from dovetail.workcalendar.schema import CalendarBody, calendar_from

EQUIPMENT_FIELDS: Final = ("calendar", "standard_rate_upm")  # those that only the ledger reads
STATE_FIELDS: Final = ("states", "counters")  # those by which signals become states and pieces

EXTERNAL: Final = "external"  # starved and blocked: reasons that every plant has

type Over = Callable[[Body | None, Body], Body | None]


def instead(_held: Body | None, said: Body) -> Body | None:
    """The definition in place of the one that held, or of none."""
    return said


def with_days(held: Body | None, said: Body) -> Body | None:
    """A calendar in place of another. What was said of single days is a fact about them: it stays."""
    days = {} if held is None else held["exceptions"]
    return {**said, "exceptions": {**days, **said["exceptions"]}}


def with_fields(names: tuple[str, ...]) -> Over:
    """Some of what an equipment is; what it was otherwise stays, and one that was not there was not."""

    def over(held: Body | None, said: Body) -> Body | None:
        return None if held is None else {**held, **{name: said[name] for name in names}}

    return over


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


def check_mapping(path: str, body: Body) -> None:
    """Raise InvalidError where states or counters would have been read from signals that were not there then."""
    missing = sorted({tag for _, tag, _ in tags_in(*parsed(body["states"], body["counters"]))} - body["tags"].keys())
    if missing:
        what, hint = f"{path} had no signal {', '.join(missing)} then", "choose a time from which it has had it"
        raise InvalidError(what, code="restate-states", pointer="/only", hint=hint)


@dataclass(frozen=True, slots=True)
class Kept:
    """A section: where its versions are kept, in the words of today, how one is laid over another, and its check."""

    table: str
    over: Over = instead
    today: Callable[[Body], Body] = lambda body: body
    check: Callable[[str, Body], None] = lambda _key, _body: None


SECTIONS: Final[Mapping[str, Kept]] = {
    "products": Kept("material_definition"),
    "equipment": Kept("equipment_version", with_fields(EQUIPMENT_FIELDS)),
    "states": Kept("equipment_version", with_fields(STATE_FIELDS), check=check_mapping),
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


def demand_what_is_named(changes: list[Change], held: Mapping[str, Mapping[str, History]]) -> None:
    """Raise InvalidError where an equipment would have named a calendar or a reason that was not there then."""
    would = {(one.section, one.key): one.would for one in changes}
    for one in changes:
        for at_us, body in one.would if one.section in _NAMED else ():
            for section, key in _NAMED[one.section](body) if body is not None else ():
                versions = would.get((section, key), held[section].get(key, []))
                if body_at(versions, at_us) is None:
                    what = f"{one.key} would have named {key!r} of {section}, which was not there then"
                    hint = f"restate {section}:{key} with it, or choose a later time"
                    raise InvalidError(what, code="restate-named", pointer="/only", hint=hint)


def _calendar_named(body: Body) -> list[tuple[str, str]]:
    return [("calendars", body["calendar"])] if body["calendar"] is not None else []


def _reasons_named(body: Body) -> list[tuple[str, str]]:
    states, _ = parsed(body["states"], body["counters"])
    codes = {reason.partition("/")[0] for _, reason in reasons_in(states)} - {EXTERNAL}
    return [("reasons", code) for code in sorted(codes)]


_NAMED: Final = {"equipment": _calendar_named, "states": _reasons_named}
