"""Calendars change, equipment gets another one, and yesterday's shifts stay as they were."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from asking import client_of
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, from_datetime, from_rfc3339, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.events.equipment import PlantApplied
from dovetail.operations.http import Api
from dovetail.workcalendar import api, service
from dovetail.workcalendar.service import CalendarRoom

FILLER, CAPPER, GHOST = 11, 12, 99
SYSTEM = system_scope().actor
MONDAY = from_rfc3339("2026-01-05T00:00:00Z")


def week(**shifts: tuple[str, str]) -> dict[str, Any]:
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    return {"shifts": [{"name": name, "start": a, "end": b, "days": days} for name, (a, b) in shifts.items()]}


def apply(database: Database, bus: Bus, bodies: dict[str, Any], valid_from_us: int) -> int:
    with database.write(SYSTEM) as uow:
        service.apply(uow, bodies, valid_from_us)
        known = uow.known
        uow.emit(PlantApplied(known, valid_from_us, known))
    return known


def assigned(equipment_id: int, at_us: int) -> tuple[str | None, str]:
    """The filler keeps to `two`, from Tuesday on to `night`; the capper has no calendar; nothing else exists."""
    calendars: dict[int, Callable[[], str | None]] = {
        FILLER: lambda: "two" if at_us < MONDAY + DAY_US else "night",
        CAPPER: lambda: None,
    }
    if equipment_id not in calendars:
        raise NotFoundError("there is no such equipment")
    return calendars[equipment_id](), "UTC"


@pytest.fixture
def room(database: Database, bus: Bus) -> CalendarRoom:
    return CalendarRoom(
        database, bus=bus, calendar_of=assigned, plant_moments=lambda: [MONDAY - 30 * DAY_US, MONDAY + DAY_US]
    )


def told(room: CalendarRoom, equipment_id: int, hours: tuple[float, float], as_of: int | None = None) -> list[str]:
    """Spans of a window in hours from Monday 00:00: `6-14 BUSY Early`."""
    a, b = (MONDAY + round(hour * HOUR_US) for hour in hours)
    return [
        f"{(span.t0_us - MONDAY) / HOUR_US:g}-{(span.t1_us - MONDAY) / HOUR_US:g} {span.plan} {span.shift_name}"
        for span in room.spans(equipment_id, a, b, as_of=as_of)
    ]


def test_a_new_version_holds_from_its_moment_and_the_past_keeps_its_own(
    room: CalendarRoom, database: Database, bus: Bus
) -> None:
    first = apply(database, bus, {"two": week(Early=("06:00", "14:00"))}, MONDAY - 7 * DAY_US)
    assert told(room, FILLER, (0, 24)) == ["0-6 NOT_PLANNED None", "6-14 BUSY Early", "14-24 NOT_PLANNED None"]
    changed = MONDAY + 10 * HOUR_US  # in the middle of a shift
    apply(database, bus, {"two": week(Early=("06:00", "15:00"), Late=("15:00", "22:00"))}, changed)
    assert told(room, FILLER, (0, 24)) == [
        "0-6 NOT_PLANNED None",
        "6-15 BUSY Early",
        "15-22 BUSY Late",
        "22-24 NOT_PLANNED None",
    ]
    assert told(room, FILLER, (0, 24), as_of=first) == [
        "0-6 NOT_PLANNED None",
        "6-14 BUSY Early",
        "14-24 NOT_PLANNED None",
    ]
    assert told(room, FILLER, (-24, 0)) == ["-24--18 NOT_PLANNED None", "-18--10 BUSY Early", "-10-0 NOT_PLANNED None"]


def test_an_equipment_moves_to_another_calendar(room: CalendarRoom, database: Database, bus: Bus) -> None:
    both = {"two": week(Early=("06:00", "14:00")), "night": week(Night=("22:00", "06:00"))}
    apply(database, bus, both, MONDAY - DAY_US)
    assert told(room, FILLER, (12, 36)) == [
        "12-14 BUSY Early",
        "14-24 NOT_PLANNED None",
        "24-30 BUSY Night",  # from midnight on the new calendar, whose night shift is under way
        "30-36 NOT_PLANNED None",
    ]


def test_without_a_calendar_everything_is_busy_and_no_shift(room: CalendarRoom, database: Database, bus: Bus) -> None:
    assert told(room, CAPPER, (0, 48)) == ["0-48 BUSY None"]
    apply(database, bus, {"two": week(Early=("06:00", "14:00"))}, MONDAY)
    assert told(room, CAPPER, (0, 48)) == ["0-48 BUSY None"]
    assert told(room, FILLER, (-2, 1)) == ["-2-0 BUSY None", "0-1 NOT_PLANNED None"]  # before its first calendar
    assert room.shift_at(CAPPER, MONDAY) is None
    assert room.cuts(CAPPER, MONDAY, MONDAY + DAY_US) == []


def test_a_calendar_that_ends_leaves_its_equipment_without_one(
    room: CalendarRoom, database: Database, bus: Bus
) -> None:
    apply(database, bus, {"two": week(Early=("06:00", "14:00"))}, MONDAY - DAY_US)
    apply(database, bus, {"two": None}, MONDAY + 16 * HOUR_US)
    assert told(room, FILLER, (12, 20)) == ["12-14 BUSY Early", "14-16 NOT_PLANNED None", "16-20 BUSY None"]


def test_what_is_not_in_the_plant_is_not_planned(room: CalendarRoom, database: Database, bus: Bus) -> None:
    assert told(room, GHOST, (0, 24)) == ["0-24 NOT_PLANNED None"]
    assert told(room, CAPPER, (-31 * 24, -29 * 24)) == ["-744--720 NOT_PLANNED None", "-720--696 BUSY None"]
    assert room.shifts(GHOST, MONDAY, MONDAY + DAY_US) == []


@pytest.mark.parametrize("hour, expected", [
    (5.5, None),
    (6, ("two/2026-01-05/Early", 6, 14)),
    (13.99, ("two/2026-01-05/Early", 6, 14)),
    (14, ("two/2026-01-05/Late", 14, 22)),
    (23, None),
])  # fmt: skip
def test_which_shift_is_running(
    hour: float, expected: tuple[str, int, int] | None, room: CalendarRoom, database: Database, bus: Bus
) -> None:
    apply(database, bus, {"two": week(Early=("06:00", "14:00"), Late=("14:00", "22:00"))}, MONDAY - DAY_US)
    shift = room.shift_at(FILLER, MONDAY + round(hour * HOUR_US))
    told = shift and (shift.id, (shift.t0_us - MONDAY) // HOUR_US, (shift.t1_us - MONDAY) // HOUR_US)
    assert told == expected


def test_cuts_of_neighbouring_windows_never_repeat(room: CalendarRoom, database: Database, bus: Bus) -> None:
    apply(database, bus, {"two": week(Early=("06:00", "14:00"), Late=("14:00", "22:00"))}, MONDAY - DAY_US)
    hours = [(0, 6), (6, 14), (14, 24)]
    cuts = [room.cuts(FILLER, MONDAY + a * HOUR_US, MONDAY + b * HOUR_US) for a, b in hours]
    assert [[(cut - MONDAY) // HOUR_US for cut in part] for part in cuts] == [[], [6], [14, 22]]


def test_a_year_of_spans_is_cut_at_every_shift(sqlite_database: Database, bus: Bus) -> None:
    room = CalendarRoom(
        sqlite_database, bus=bus, calendar_of=lambda _e, _t: ("three", "Europe/Prague"), plant_moments=list
    )
    three = week(Early=("06:00", "14:00"), Late=("14:00", "22:00"), Night=("22:00", "06:00"))
    apply(sqlite_database, bus, {"three": three}, MONDAY - DAY_US)
    room.spans(FILLER, MONDAY, MONDAY + 365 * DAY_US)
    spans = room.spans(CAPPER, MONDAY, MONDAY + 365 * DAY_US)
    assert len(spans) == 1_096


@pytest.fixture
def client(room: CalendarRoom, database: Database, bus: Bus) -> TestClient:
    """The room's routes, asked by someone who may see the filler alone."""
    apply(database, bus, {"two": week(Early=("06:00", "14:00"))}, MONDAY - DAY_US)
    routes = Api(database)
    api.routes(routes, lambda *asked: room.shifts(*asked[:3]))
    scope = Scope(actor=Actor(id="p1", name="Ada"), at={"plant.view": frozenset({FILLER})})
    return client_of(scope, routes)


def test_the_api_answers_whole_shifts(client: TestClient) -> None:
    window = {"start": "2026-01-05T10:00:00Z", "end": "2026-01-05T11:00:00Z"}
    answer = client.get(f"/api/v1/equipment/{FILLER}/shifts", params=window)
    assert answer.status_code == 200
    assert answer.json()["items"] == [
        {
            "id": "two/2026-01-05/Early",
            "name": "Early",
            "start": to_rfc3339(MONDAY + 6 * HOUR_US),
            "end": to_rfc3339(MONDAY + 14 * HOUR_US),
            "crew": None,
            "breaks": [],
            "notes": [],
        }
    ]


def test_the_history_says_what_changed_and_a_correction_what_it_reached_back_to(
    room: CalendarRoom, database: Database, bus: Bus
) -> None:
    apply(database, bus, {"two": week(Early=("06:00", "14:00"))}, MONDAY - 7 * DAY_US)
    with database.write(SYSTEM) as uow:
        corrected = {**week(Early=("06:00", "14:00")), "exceptions": {"2026-01-01": []}}
        service.correct(uow, "two", MONDAY - 7 * DAY_US, corrected)
        uow.emit(PlantApplied(2, MONDAY, uow.known))
    newest, first = room.history("two")
    assert (newest["corrected"], [what for what, _, _ in newest["changes"]]) == (True, ["exceptions.2026-01-01"])
    assert (first["corrected"], first["by"]) == (False, None)  # nobody's operation: a test wrote it
    assert room.spans(FILLER, MONDAY - 4 * DAY_US, MONDAY - 3 * DAY_US)[0].shift_name is None


@pytest.mark.parametrize("equipment_id, end, status", [
    (CAPPER, "2026-01-06T00:00:00Z", 404),   # outside the scope: as if it were not there
    (FILLER, "2026-01-04T00:00:00Z", 422),   # ends before it starts
    (FILLER, "2028-01-04T00:00:00Z", 422),   # two years at once
])  # fmt: skip
def test_the_api_refuses(client: TestClient, equipment_id: int, end: str, status: int) -> None:
    window = {"start": "2026-01-05T00:00:00Z", "end": end}
    answer = client.get(f"/api/v1/equipment/{equipment_id}/shifts", params=window)
    assert answer.status_code == status


def test_winter_and_summer_shifts_start_at_the_same_time_on_the_wall(sqlite_database: Database, bus: Bus) -> None:
    room = CalendarRoom(
        sqlite_database, bus=bus, calendar_of=lambda _e, _t: ("two", "Europe/Prague"), plant_moments=list
    )
    apply(sqlite_database, bus, {"two": week(Early=("06:00", "14:00"))}, 0)
    starts = [
        room.shifts(FILLER, from_datetime(datetime.fromisoformat(day)), from_datetime(datetime.fromisoformat(day)) + 1)
        for day in ("2026-01-05T07:00:00+00:00", "2026-07-06T07:00:00+00:00")
    ]
    assert [to_rfc3339(shifts[0].t0_us)[11:16] for shifts in starts] == ["05:00", "04:00"]
