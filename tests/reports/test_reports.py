"""A frozen report is opened exactly as it was, says what moved since and by whom, and whether somebody changed it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from sqlalchemy import update
from test_performance_as_known import CONVENTION, House, house_on
from test_performance_rooms import PLANT, at

from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, MINUTE_US, from_rfc3339, to_rfc3339
from dovetail.core.errors import DovetailError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.operations.http import Api, problem
from dovetail.operations.operation import Catalogue
from dovetail.operations.store import audit
from dovetail.reports import api
from dovetail.reports.model import digest_of, figures_of
from dovetail.reports.store import frozen_report
from dovetail.testing.clock import ManualClock

STATES = "{level: WorkUnit, class: machine, calendar: day, parameters: {connection: plc}}"
WITH_LINE = PLANT.replace(
    b"connections:\n",
    f"""\
  acme/line: {{level: ProductionLine, flow: [press, oven]}}
  acme/line/press: {STATES}
  acme/line/oven: {STATES}
  acme/bare: {{level: ProductionLine, flow: [saw, drill]}}
  acme/bare/saw: {{level: WorkUnit}}
  acme/bare/drill: {{level: WorkUnit}}
connections:
""".encode(),
    1,
)
LINE = ("acme/line", "acme/line/press", "acme/line/oven")


class Office:
    """The house with its reports, as people reach them over HTTP."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ids = {node.path: node.id for node in house.rooms.equipment.plant().equipment.values()}
        self.scope = self.person("Ada")
        self.room = house.rooms.reports
        routes = Api(house.rooms.performance.database)
        api.routes(routes, self.room)
        app = FastAPI()

        @app.middleware("http")
        async def gate(request: Request, call_next: Callable[[Request], Any]) -> Response:
            request.state.scope = self.scope
            try:
                return await call_next(request)
            except DovetailError as error:
                return problem(error)

        app.include_router(routes.router)
        self.client = TestClient(app)
        self.asked = 0

    def person(self, name: str, paths: tuple[str, ...] = ("acme", "acme/filler")) -> Scope:
        seen = frozenset(self.ids[path] for path in paths)
        return Scope(Actor(name.lower(), name), at={"plant.view": seen, "timeline.edit": seen})

    def post(self, path: str, **body: Any) -> Any:
        self.asked += 1
        return self.client.post(f"/api/v1/{path}", json=body, headers={"Idempotency-Key": str(self.asked)}).json()

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/{path}").json()

    def freeze(self, view: str = "kpis", **words: Any) -> Any:
        given = {"name": "Early", "view": view, "start": to_rfc3339(at(0)), "end": to_rfc3339(at(50))} | words
        return self.post("reports", **({"equipment_id": self.ids["acme/filler"]} | given))

    def runs(self, path: str, *changes: tuple[float, int]) -> None:
        """A machine's state by minutes: 6 Execute, 11 Held."""
        self.house.tags = self.house.rooms.equipment.plant().tags_of(self.ids[path])
        self.house.send([("state", minute, state) for minute, state in changes], mark=60)

    def kept(self, view: str, path: str) -> tuple[Any, Any]:
        """(the report frozen of an equipment, its content)."""
        made = self.freeze(view, equipment_id=self.ids[path])
        return made, self.get(f"reports/{made['id']}")["content"]


def office_on(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Office]:
    with house_on(database, tmp_path, clock, bus, code=WITH_LINE) as house:
        yield Office(house)


@pytest.fixture
def office(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Office]:
    yield from office_on(database, tmp_path, clock, bus)


@pytest.fixture
def quick_office(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Office]:
    yield from office_on(sqlite_database, tmp_path, clock, bus)


def test_a_report_stays_and_says_what_moved_since_and_by_whom(office: Office) -> None:
    kept = {view: office.freeze(view) for view in ("kpis", "losses", "stops")}
    opened = {view: office.get(f"reports/{one['id']}") for view, one in kept.items()}
    assert {one["broken"] for one in opened.values()} == {None}
    kpis = {one["key"]: one["value"] for one in opened["kpis"]["figures"]}
    assert (kpis["kpi:availability"], kpis["time:adot_us"]) == (0.8, 10 * MINUTE_US)
    assert office.get(f"reports/{kept['kpis']['id']}/diff")["moved"] == []
    office.house.recode(31, "mechanical")
    office.house.restate(CONVENTION, "conventions", {"no_data": "as_loss"}, 0, None)
    for view, one in kept.items():
        assert office.get(f"reports/{one['id']}") == opened[view]
    since = office.get(f"reports/{kept['losses']['id']}/diff")
    moved = {one["key"]: (one["frozen"], one["now"]) for one in since["moved"]}
    assert moved == {
        "time:-": (10 * MINUTE_US, 6 * MINUTE_US), "time:mechanical": (None, 4 * MINUTE_US),
        "stops:-": (1, 2), "stops:mechanical": (None, 1),
    }  # fmt: skip
    assert [one["kind"] for one in since["changes"]] == ["timeline-edit", "plant"]
    assert since["changes"][0]["by"] == "test"
    stops = office.get(f"reports/{kept['stops']['id']}/diff")["moved"]
    assert [(one["frozen"], one["now"]) for one in stops] == [
        (10 * MINUTE_US, MINUTE_US), (None, 4 * MINUTE_US), (None, 5 * MINUTE_US),
    ]  # fmt: skip


def test_it_is_what_was_known_at_an_earlier_moment(quick_office: Office) -> None:
    before = quick_office.house.known()
    quick_office.house.recode(31, "mechanical")
    then, now = quick_office.freeze(as_of=str(before)), quick_office.freeze()
    figures = [quick_office.get(f"reports/{one['id']}")["content"]["answer"]["times"]["adet_us"] for one in (then, now)]
    assert (then["as_of"], figures) == (before, [0, 4 * MINUTE_US])


@pytest.mark.parametrize(("table", "changed", "broken"), [
    (frozen_report, lambda text: {"content": text.replace("0.8", "0.9")}, "content"),
    (frozen_report, lambda text: {"content": ""}, "content"),
    (frozen_report, lambda _: {"digest": digest_of("{}"), "content": "{}"}, "audit"),
    (audit, lambda _: {"actor_name": "somebody else"}, "audit"),
])  # fmt: skip
def test_who_changes_it_in_the_database_is_found_out(
    quick_office: Office, table: Any, changed: Any, broken: str
) -> None:
    made = quick_office.freeze()
    database = quick_office.house.rooms.performance.database
    with database.read() as reading:
        text = reading.connection.scalar(frozen_report.select().with_only_columns(frozen_report.c.content))
    with database.write(system_scope("test").actor) as uow:
        uow.connection.execute(update(table).where(table.c.known == made["known"]).values(**changed(text)))
    assert quick_office.get(f"reports/{made['id']}")["broken"] == broken
    assert quick_office.get(f"reports/{made['id']}/diff")["broken"] == broken


def stops_of(content: Any) -> list[tuple[str, float, float, int]]:
    """(machine, begin, end, minutes lost) of a report of stops; times in minutes."""
    return [
        (
            one["equipment"].rpartition("/")[2],
            (from_rfc3339(one["start"]) - at(0)) / MINUTE_US,
            (from_rfc3339(one["end"]) - at(0)) / MINUTE_US,
            one["us"] // MINUTE_US,
        )
        for one in content["answer"]["stops"]
    ]


@pytest.mark.parametrize(("path", "expected"), [
    ("acme/line/press", [("press", 5, 10, 5), ("press", 40, 45, 5)]),
    ("acme/line", [("oven", 7, 12, 5), ("oven", 20, 23, 3), ("press", 5, 10, 5), ("press", 40, 45, 5)]),
])  # fmt: skip
def test_two_stops_of_one_reason_with_a_run_between_are_two(quick_office: Office, path: str, expected: Any) -> None:
    office = quick_office
    office.scope = office.person("Ada", LINE)
    office.runs("acme/line/press", (0, 6), (5, 11), (10, 6), (40, 11), (45, 6))
    office.runs("acme/line/oven", (0, 6), (7, 11), (12, 6), (20, 11), (23, 6))
    assert stops_of(office.kept("stops", path)[1]) == expected


@pytest.mark.parametrize(("view", "part"), [("losses", "bars"), ("stops", "stops")])
def test_a_line_without_a_constraint_is_frozen_for_what_its_machines_lost(
    quick_office: Office, view: str, part: str
) -> None:
    office = quick_office
    office.scope = office.person("Ada", LINE)
    office.runs("acme/line/press", (0, 6), (5, 11), (10, 6))
    office.runs("acme/line/oven", (0, 6))
    made, content = office.kept(view, "acme/line")
    assert sum(one["us"] for one in content["answer"][part]) == 5 * MINUTE_US
    assert (content["partial"], content["hints"]) == (False, [])
    assert office.get(f"reports/{made['id']}/diff")["moved"] == []
    assert office.freeze(equipment_id=office.ids["acme/line"])["code"] == "no-ledger"  # KPIs need the constraint
    office.scope = office.person("Ben", LINE[:2])
    assert office.client.get(f"/api/v1/reports/{made['id']}").status_code == 404
    assert office.kept(view, "acme/line")[1]["partial"] is True


@pytest.mark.parametrize("view", ["losses", "stops"])
def test_where_no_machine_tells_its_states_nothing_is_frozen(quick_office: Office, view: str) -> None:
    quick_office.scope = quick_office.person("Ada", ("acme/bare", "acme/bare/saw", "acme/bare/drill"))
    said = quick_office.freeze(view, equipment_id=quick_office.ids["acme/bare"])
    assert (said["code"], "`states`" in said["hint"]) == ("no-ledger", True)


def test_who_does_not_see_all_of_it_is_not_shown_it(quick_office: Office) -> None:
    made = quick_office.freeze(equipment_id=quick_office.ids["acme"])
    quick_office.scope = quick_office.person("Ben", ("acme",))
    assert quick_office.get("reports")["items"] == []
    assert quick_office.client.get(f"/api/v1/reports/{made['id']}").status_code == 404
    assert quick_office.client.get(f"/api/v1/reports/{made['id']}/diff").status_code == 404
    quick_office.scope = quick_office.person("Ben")
    assert [one["id"] for one in quick_office.get("reports")["items"]] == [made["id"]]


def test_its_author_withdraws_it_and_takes_that_back(quick_office: Office) -> None:
    office = quick_office
    made, ada, ben = office.freeze(), office.scope, office.person("Ben")
    assert (made["by"], made["by_id"]) == ("Ada", "ada")
    office.scope = ben
    assert office.post(f"reports/{made['id']}/withdraw")["code"] == "not-yours"
    office.scope = ada
    assert office.post(f"reports/{made['id']}/withdraw")["withdrawn"]["by"] == "Ada"
    assert office.post(f"reports/{made['id']}/withdraw")["code"] == "report-state"
    assert office.post(f"reports/{made['id']}/restore")["withdrawn"] is None
    database = office.house.rooms.performance.database
    with database.read() as reading:
        audit_id = reading.connection.scalar(
            audit.select().with_only_columns(audit.c.id).where(audit.c.known == made["known"])
        )
    Catalogue(list(office.room.operations)).undo(audit_id or 0, database=database, scope=ada)
    assert office.get(f"reports/{made['id']}")["report"]["withdrawn"]["by"] == "Ada"
    assert office.get(f"reports/{made['id']}")["broken"] is None


@pytest.mark.parametrize(("words", "code"), [
    ({"end": to_rfc3339(at(-1))}, "period"),
    ({"end": to_rfc3339(at(0) + 401 * DAY_US)}, "period"),
    ({"start": to_rfc3339(at(90)), "end": to_rfc3339(at(99))}, "time-in-future"),
    ({"start": "yesterday"}, "time"),
])  # fmt: skip
def test_what_cannot_be_kept_is_refused_with_a_word(quick_office: Office, words: dict[str, str], code: str) -> None:
    said = quick_office.freeze(**words)
    assert said["code"].startswith(code), said


def test_a_running_period_ends_where_it_was_known(quick_office: Office) -> None:
    made = quick_office.freeze(end=to_rfc3339(at(600)))
    assert made["end"] == to_rfc3339(at(60))
    assert figures_of(quick_office.get(f"reports/{made['id']}")["content"])[0].value is not None
    assert quick_office.get(f"reports/{made['id']}/diff")["moved"] == []
