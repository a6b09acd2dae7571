"""A planner looks at a calendar, looks at what a change would do, makes it, and finds it in the history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from dovetail.calendaredit import api
from dovetail.calendaredit.service import CalendarEditing
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, from_rfc3339
from dovetail.core.errors import DovetailError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.equipment.service import EquipmentRoom
from dovetail.house.definitions import calendar_room
from dovetail.house.rooms import plant_sections
from dovetail.operations.http import Api, problem
from dovetail.testing.clock import ManualClock

NOW = from_rfc3339("2026-10-23T10:00:00Z")  # a Friday; on Sunday the clock goes back
PLANT = """# where things stand
plant: {format: 1, name: Test}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague}
  acme/line1: {level: ProductionLine, calendar: two}
  acme/line1/filler: {level: WorkUnit}
  acme/kiln: {level: WorkUnit, calendar: turns}
"""
CALENDARS = """holidays:
  cz: {name: Czechia, dates: {"2026-10-28": Independence Day, "2026-12-25": Christmas Day}}
calendars:
  # as agreed with the works council
  two:
    name: Two shifts
    shifts:
      - {name: Early, start: "06:00", end: "14:00", days: [mon, tue, wed, thu, fri],
         breaks: [{start: "10:00", end: "10:30"}]}
      - {name: Night, start: "22:00", end: "06:00", days: [mon, tue, wed, thu, fri, sat, sun], crew: N}
    holidays: {cz: []}
  turns:
    shifts:
      - {name: Day, start: "06:00", end: "18:00"}
      - {name: Night, start: "18:00", end: "06:00"}
    rotation: {anchor: "2026-01-05", cycle: [Day, Night, rest, rest], crews: {A: 0, B: 1, C: 2, D: 3}}
"""


@pytest.fixture
def equipment(sqlite_database: Database, clock: ManualClock, bus: Bus) -> EquipmentRoom:
    clock.step(NOW - clock.now_us() - 7 * DAY_US)
    room = EquipmentRoom(sqlite_database, clock, bus, plant_sections())
    files = {"plant.yaml": PLANT.encode(), "calendars.yaml": CALENDARS.encode()}
    room.apply(files, scope=system_scope("test"))
    clock.tick(7 * DAY_US)
    return room


@pytest.fixture
def rights() -> dict[str, Any]:
    """What the caller may do; a test may take something away."""
    return {"system": frozenset({"calendar.edit"})}


@pytest.fixture
def client(equipment: EquipmentRoom, sqlite_database: Database, bus: Bus, rights: dict[str, Any]) -> TestClient:
    """The room's routes, asked by someone who sees the line and not the kiln."""
    plant, database = equipment.plant, sqlite_database
    calendar = calendar_room(database, bus, equipment)
    routes = Api(database)
    api.routes(routes, CalendarEditing(calendar, equipment), lambda _who, t0_us, t1_us: (t1_us - t0_us) // HOUR_US)
    app = FastAPI()
    seen = frozenset(node.id for node in plant().equipment.values() if "kiln" not in node.path)

    @app.middleware("http")
    async def gate(request: Request, call_next: Callable[[Request], Any]) -> Response:
        at = {"plant.view": seen, "calendar.edit": seen}
        request.state.scope = Scope(actor=Actor(id="p1", name="Ada"), at=at, **rights)
        return await call_next(request)

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, DovetailError)
        return problem(error)

    app.add_exception_handler(DovetailError, refused)
    app.include_router(routes.router)
    return TestClient(app)


def get(client: TestClient, path: str, **params: str) -> Any:
    answer = client.get(f"/api/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_list_says_who_keeps_which_calendar_as_far_as_one_sees(client: TestClient) -> None:
    two, turns = sorted(get(client, "/calendars")["items"], key=lambda one: one["key"], reverse=True)
    assert (two["key"], two["name"], two["by"], two["crews"]) == ("two", "Two shifts", "week", ["N"])
    assert [node["path"] for node in two["used_by"]] == ["acme/line1", "acme/line1/filler"]
    assert (turns["key"], turns["by"], turns["crews"]) == ("turns", "rotation", ["A", "B", "C", "D"])
    assert turns["used_by"] == []  # the kiln is not this person's to see


def test_a_week_shows_shifts_breaks_crews_and_holidays(client: TestClient) -> None:
    days = get(client, "/calendars/two/days", start="2026-10-26", end="2026-10-28")["items"]
    told = [
        (day["date"], [(s["name"], s["start"], s["end"], s["crew"], len(s["breaks"])) for s in day["shifts"]])
        for day in days
    ]
    usual = [("Early", "06:00", "14:00", None, 1), ("Night", "22:00", "06:00", "N", 0)]
    assert told == [("2026-10-26", usual), ("2026-10-27", usual), ("2026-10-28", [])]
    assert days[2]["notes"] == [{"kind": "holiday", "name": "Independence Day"}]
    crews = [
        [shift["crew"] for shift in day["shifts"]]
        for day in get(client, "/calendars/turns/days", start="2026-01-05", end="2026-01-07")["items"]
    ]
    assert crews == [["A", "D"], ["B", "A"], ["C", "B"]]


@pytest.mark.parametrize("path, params, status", [
    ("/calendars/three", {}, 404),
    ("/calendars/two/days", {"start": "2026-10-26", "end": "2026-10-25"}, 422),
    ("/calendars/two/days", {"start": "2026-01-01", "end": "2028-01-01"}, 422),
    ("/calendars/two/days", {"start": "today", "end": "2026-10-25"}, 422),
])  # fmt: skip
def test_what_cannot_be_shown(client: TestClient, path: str, params: dict[str, str], status: int) -> None:
    assert client.get(f"/api/v1{path}", params=params).status_code == status


def test_a_change_is_looked_at_made_found_in_the_history_and_in_the_files(
    client: TestClient, equipment: EquipmentRoom
) -> None:
    overtime = {"name": "Rush", "add": [{"name": "Overtime", "start": "06:00", "end": "12:00"}]}
    asked = {"date": "2026-10-24", "exception": overtime}
    preview = client.post("/api/v1/calendars/two/preview", json=asked).json()
    assert (preview["needs_reason"], [node["path"] for node in preview["equipment"]]) == (
        False,
        ["acme/line1", "acme/line1/filler"],
    )
    (change,) = preview["shifts"]
    assert (change["before"], change["after"]["name"], change["after"]["notes"]) == (
        None,
        "Overtime",
        [{"kind": "exception", "name": "Rush"}],
    )
    assert equipment.plant().version == 1  # looking changes nothing
    seen = get(client, "/calendars/two")["version"]
    done = client.put("/api/v1/calendars/two/exceptions/2026-10-24", json={"exception": overtime, "seen": seen})
    assert (done.status_code, done.json()["corrected"]) == (200, [])
    assert int(done.headers["x-audit-id"]) > 0
    (day,) = get(client, "/calendars/two/days", start="2026-10-24", end="2026-10-24")["items"]
    assert [shift["name"] for shift in day["shifts"]] == ["Overtime", "Night"]
    newest, first = get(client, "/calendars/two/history")["items"]
    assert (newest["by"], newest["operation"], newest["corrected"]) == ("Ada", "calendar.put_exception", False)
    assert newest["changes"][0][0] == "exceptions.2026-10-24"
    assert first["operation"] == "plant.apply"
    text = equipment.export(scope=system_scope("test"))[1]["calendars.yaml"]
    assert "  # as agreed with the works council\n" in text
    assert text.startswith(CALENDARS[: CALENDARS.index("    holidays: {cz: []}")])


def test_a_past_day_says_what_is_cut_again_and_asks_for_a_reason(client: TestClient) -> None:
    asked = {"exception": [{"name": "Early", "start": "06:00", "end": "12:00"}]}
    preview = client.post("/api/v1/calendars/two/preview", json={"date": "2026-10-22", **asked}).json()
    assert preview["needs_reason"]
    assert {node["path"]: node["settled"] for node in preview["equipment"]} == {
        "acme/line1": 10,  # two hours of the early shift, eight of the night
        "acme/line1/filler": 10,
    }
    refused = client.put("/api/v1/calendars/two/exceptions/2026-10-22", json=asked)
    assert (refused.status_code, refused.json()["code"], refused.json()["pointer"]) == (
        422,
        "reason-missing",
        "/reason",
    )
    done = client.put("/api/v1/calendars/two/exceptions/2026-10-22", json={**asked, "reason": "power cut"})
    assert done.status_code == 200
    assert get(client, "/calendars/two/history")["items"][0]["corrected"]


@pytest.mark.parametrize("method, path, body, status, code, pointer", [
    ("put", "two/exceptions/2026-10-26", {"exception": [{"name": "Long", "start": "20:00", "end": "07:00"}]},
     422, "DT-P401", "/exception"),
    ("put", "two/exceptions/2026-10-24", {"exception": {"add": [{"name": "X", "start": "06:00", "end": "07:00",
     "breaks": [{"start": "07:00", "end": "08:00"}]}]}}, 422, "DT-P402", "/exception/add/0/breaks/0"),
    ("put", "two/exceptions/2026-10-24", {"exception": [], "seen": "another"}, 409, "calendar-changed", None),
    ("put", "three/exceptions/2026-10-24", {"exception": []}, 404, "not-found", None),
    ("post", "two/exceptions/2026-10-24/remove", {}, 404, "not-found", None),
    ("post", "two/remove", {}, 422, "DT-P116", None),                              # the line keeps it
    ("put", "new", {"body": {"shifts": [{"name": "Day", "start": "06:00", "end": "14:00"}]}},
     422, "DT-P405", "/body/shifts/0"),
])  # fmt: skip
def test_what_is_refused_says_where_and_changes_nothing(
    client: TestClient,
    equipment: EquipmentRoom,
    method: str,
    path: str,
    body: dict[str, Any],
    status: int,
    code: str,
    pointer: str | None,
) -> None:
    answer = client.request(method, f"/api/v1/calendars/{path}", json=body)
    assert (answer.status_code, answer.json()["code"], answer.json().get("pointer")) == (status, code, pointer)
    assert equipment.plant().version == 1


def test_a_calendar_is_written_taken_into_use_and_ended(client: TestClient, equipment: EquipmentRoom) -> None:
    body = {"shifts": [{"name": "Day", "start": "06:00", "end": "14:00", "days": ["mon"]}], "holidays": {"cz": []}}
    made = client.put("/api/v1/calendars/new", json={"body": body}).json()
    assert made["previous"] is None
    shown = get(client, "/calendars/new")
    assert (shown["version"], shown["holiday_dates"]["cz"]["2026-12-25"]) == (made["version"], "Christmas Day")
    changed = client.put("/api/v1/calendars/new", json={"body": {**body, "name": "New"}, "seen": made["version"]})
    assert changed.json()["previous"]["name"] is None
    assert client.post("/api/v1/calendars/new/remove", json={}).status_code == 200
    assert client.get("/api/v1/calendars/new").status_code == 404
    assert "new" not in equipment.export(scope=system_scope("test"))[1]["calendars.yaml"]


def test_who_may_not_edit_is_refused(client: TestClient, rights: dict[str, Any]) -> None:
    rights["system"] = frozenset()
    answer = client.put("/api/v1/calendars/two/exceptions/2026-10-24", json={"exception": []})
    assert (answer.status_code, answer.json()["code"]) == (403, "permission")
    assert client.post("/api/v1/calendars/two/preview", json={"date": "2026-10-24"}).status_code == 403


def test_holidays_are_listed(client: TestClient) -> None:
    (cz,) = get(client, "/holidays")["items"]
    assert (cz["name"], cz["dates"]["2026-10-28"]) == ("Czechia", "Independence Day")
