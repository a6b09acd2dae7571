"""Every number explains itself: each step down can be computed again from what is shown, to the PLC's address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient
from performance_world import (
    AREA,
    BARE_LINE,
    FILLER,
    LINE,
    PLANT,
    PRESS,
    Job,
    World,
    counted,
    good,
    minutes,
    state,
)

from asking import client_of
from dovetail.core.batch import Kind
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.quality import GOOD
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.equipment.model import PlantModel, Tag
from dovetail.explain import api as explain_api
from dovetail.explain.service import PAGE, Explainer
from dovetail.historian.model import Sample
from dovetail.ledger.columns import BY_NAME
from dovetail.operations.http import Api
from dovetail.performance.api import routes
from dovetail.performance.report import catalogue
from dovetail.performance.service import PerformanceRoom
from dovetail.production.model import JobResponse
from dovetail.proof.tree import Node, Place
from dovetail.testing.clock import ManualClock

END = 400
RUN_HELD_RUN = ["Execute", "Held", "Execute"]


def at(minute: float) -> int:
    return minutes(minute, None)[0]


@pytest.fixture(scope="module")
def their_clock() -> ManualClock:
    """The clock of the one store that all of these ask: nobody who asks changes anything."""
    return ManualClock()


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory, their_clock: ManualClock) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path_factory.mktemp('explain') / 'records.db'}", clock=their_clock, bus=Bus())
    opened.create_for_tests()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def explainer(records: Database, their_clock: ManualClock) -> Explainer:
    """A filler that stops every other minute pair for 400 minutes: more slices than one page holds."""
    world = World(records)
    room = PerformanceRoom(records, clock=their_clock, bus=Bus(), sources=world.sources())
    names = ["Execute", "Held"]
    states = [state(FILLER, at(m), at(m + 2), names[m // 2 % 2]) for m in range(0, END, 2)]
    counts = [counted(FILLER, at(m), at(m + 3), "good", 101) for m in range(0, END - 3, 4)]
    jobs = [Job("j1", "cola", at(0), at(200), 60.0), Job("j2", "beer", at(150), None, 90.0)]
    world.samples += [good(400, at(m), 6 + m % 4) for m in range(0, END, 2)]
    world.samples += [good(401, at(m), 25 * m) for m in range(END)]
    their_clock.tick(END * MINUTE_US)
    world.say(FILLER, records=states, counts=counts, jobs=jobs, moved=(at(0), at(END)))
    world.say(PRESS, records=states[:3], moved=(at(0), at(6)))
    while room.step():
        pass
    return Explainer(room, world, world)


def ask(
    explainer: Explainer, scope: Scope, path: str, *, equipment_id: int = FILLER, cursor: str | None = None
) -> Node:
    place = Place("", equipment_id, at(0), at(END), None, scope)
    return explainer.explain("oee_index", place, path=path, cursor=cursor)


def all_children(explainer: Explainer, scope: Scope, path: str, equipment_id: int = FILLER) -> Iterator[Node]:
    cursor: str | None = None
    while True:
        page = ask(explainer, scope, path, equipment_id=equipment_id, cursor=cursor)
        yield from page.children
        cursor = page.next
        if cursor is None:
            return


def number(node: Node) -> float:
    assert isinstance(node.value, int | float)
    return node.value


def test_oee_is_a_product_of_factors_and_they_are_ratios_of_columns(explainer: Explainer, everyone: Scope) -> None:
    oee = ask(explainer, everyone, "")
    a, e, q = (number(child) for child in oee.children)
    assert number(oee) == a * e * q
    assert (oee.formula, oee.convention is not None) == ("Availability · Effectiveness · Quality ratio", True)
    availability = ask(explainer, everyone, "oee_index/availability")
    apt, held = (number(child) for child in availability.children)
    assert number(availability) == a == apt / held
    effectiveness = ask(explainer, everyone, "oee_index/effectiveness")
    ideal_ns, rated_us = (number(child) for child in effectiveness.children)
    assert number(effectiveness) == ideal_ns / (1000 * rated_us)


@pytest.mark.parametrize("equipment_id", [FILLER, LINE])
def test_every_column_is_the_sum_of_the_slices_below_it(
    explainer: Explainer, everyone: Scope, equipment_id: int
) -> None:
    for column in BY_NAME:
        path = f"oee_index/availability/{column}"
        node = ask(explainer, everyone, path, equipment_id=equipment_id)
        assert len(node.children) <= PAGE
        below = sum(number(child) for child in all_children(explainer, everyone, path, equipment_id))
        assert (column, number(node)) == (column, below)


def test_reading_a_few_days_at_a_time_cuts_no_slice(
    sqlite_database: Database, clock: ManualClock, bus: Bus, everyone: Scope
) -> None:
    world = World(sqlite_database)
    room = PerformanceRoom(sqlite_database, clock=clock, bus=bus, sources=world.sources())
    edges = [0, 7_200, 7_260, 7_300]  # it ran for five days
    records = [state(FILLER, at(a), at(b), name) for (a, b), name in zip(pairwise(edges), RUN_HELD_RUN, strict=True)]
    clock.tick(7_300 * MINUTE_US)
    world.say(FILLER, records=records, moved=(at(0), at(7_300)))
    room.step()
    place = Place("", FILLER, at(0), at(7_300), None, everyone)
    node = Explainer(room, world, world).explain("availability", place, path="availability/apt_us")
    lengths = [number(child) / MINUTE_US for child in node.children]
    assert lengths == [17 * 60, 1440, 1440, 1440, 1440, 7 * 60, 40]  # production days change at local midnight


def test_a_slice_holds_the_pieces_its_count_records_gave_it(explainer: Explainer, everyone: Scope) -> None:
    for child in list(all_children(explainer, everyone, "oee_index/quality_ratio/gq/good_observed"))[:12]:
        inside = ask(explainer, everyone, child.key).children
        given = [node for node in inside if node.kind == "count-record" and node.detail["kind"] == "good"]
        assert number(child) == sum(number(node) for node in given)
        assert [node.kind for node in inside].count("state-record") == 1


def test_a_jobs_rate_and_pieces_give_the_ideal_time(explainer: Explainer, everyone: Scope) -> None:
    children = list(all_children(explainer, everyone, "oee_index/effectiveness/pri_pq_ns/ideal_ns"))
    shared = next(child for child in children if len(child.detail["jobs"]) == 2)
    below = ask(explainer, everyone, shared.key).children
    jobs = [node for node in below if node.kind == "job-response"]
    assert number(shared) == sum(node.detail["ideal_ns"] for node in jobs)
    assert [node.value for node in jobs] == [60.0, 90.0]


def test_the_way_down_ends_at_the_address_in_the_controller(explainer: Explainer, everyone: Scope) -> None:
    columns = ask(explainer, everyone, "oee_index/availability").children
    slices = ask(explainer, everyone, columns[0].key).children
    record = ask(explainer, everyone, slices[1].key).children[0]
    sample = ask(explainer, everyone, record.key).children[0]
    assert (sample.kind, sample.detail["quality_name"], sample.detail["ts"]) == ("sample", "GOOD", to_rfc3339(at(4)))
    address = ask(explainer, everyone, sample.key).children[0]
    assert address.kind == "address"
    assert address.detail["endpoint"] == "opc.tcp://127.0.0.1:4841/"
    assert (address.detail["connection"], address.detail["address"]) == ("plc", "ns=2;s=State")
    assert ask(explainer, everyone, address.key) == address


def test_a_job_that_a_text_began_leads_to_what_was_read_and_where(
    sqlite_database: Database, clock: ManualClock, everyone: Scope
) -> None:
    recipe = Tag(403, "acme/pack/line1/filler.recipe", FILLER, "recipe", "plc", "ns=2;s=Recipe", Kind.STR)
    nodes = dict(PLANT.equipment) | {FILLER: replace(PLANT.equipment[FILLER], job={"text_tag": "recipe"})}
    tags = [*PLANT.tags.values(), recipe]
    plant = PlantModel(equipment=nodes.values(), tags=tags, connections=PLANT.connections.values())
    world = World(sqlite_database, plant_model=plant)
    world.samples.append(Sample(403, at(10), "PO-7", GOOD))
    clock.tick(60 * MINUTE_US)
    by_tag = JobResponse(
        id="j1", equipment_id=FILLER, job_order="PO-7", product="cola", lot=None, t0_us=at(10), t1_us=None,
        standard_rate_upm=60.0, crew=None, known_from=1, known_to=None, run_id="j1", run_equipment_id=FILLER,
        started_by="tag", ended_by=None,
    )  # fmt: skip
    world.say(FILLER, records=[state(FILLER, at(10), None, "Execute")], jobs=[by_tag], moved=(at(10), None))
    room = PerformanceRoom(sqlite_database, clock=clock, bus=Bus(), sources=world.sources())
    while room.step():
        pass
    explainer = Explainer(room, world, world)
    producing, *_ = ask(explainer, everyone, "oee_index/availability").children
    piece, *_ = ask(explainer, everyone, producing.key).children
    job = next(node for node in ask(explainer, everyone, piece.key).children if node.kind == "job-response")
    began = ask(explainer, everyone, job.key)
    assert (began.detail["started_by"], began.detail["job_order"]) == ("tag", "PO-7")
    (said,) = began.children
    assert (said.value, said.detail["tag"], said.detail["ts"]) == ("PO-7", recipe.path, to_rfc3339(at(10)))
    assert ask(explainer, everyone, said.key).children[0].detail["address"] == "ns=2;s=Recipe"


def test_a_count_record_shows_the_readings_it_is_the_difference_of(explainer: Explainer, everyone: Scope) -> None:
    first = next(all_children(explainer, everyone, "oee_index/quality_ratio/gq/good_observed"))
    count = next(node for node in ask(explainer, everyone, first.key).children if node.kind == "count-record")
    before, after = ask(explainer, everyone, count.key).children
    assert (before.value, after.value, before.label) == (0, 75, "acme/pack/line1/filler.good")


def test_above_a_line_a_column_opens_by_equipment(explainer: Explainer, everyone: Scope) -> None:
    node = ask(explainer, everyone, "oee_index/availability/apt_us", equipment_id=AREA)
    assert [child.detail["path"] for child in node.children] == ["acme/pack/line1", "acme/pack/press"]
    assert number(node) == sum(number(child) for child in node.children)
    press = ask(explainer, everyone, node.children[1].key, equipment_id=AREA)
    assert number(press) == sum(number(child) for child in press.children)


@pytest.mark.parametrize(
    "path",
    ["teep", "oee_index/nonsense", "oee_index/availability/apt_us/slice:x", "oee_index/availability/apt_us/sample:1"],
)
def test_a_path_that_leads_nowhere_is_not_found(explainer: Explainer, everyone: Scope, path: str) -> None:
    with pytest.raises(NotFoundError):
        ask(explainer, everyone, path)


def test_what_is_out_of_sight_does_not_exist_on_the_way_down(explainer: Explainer) -> None:
    seen = Scope(actor=Actor("p1", "Eve"), at={"plant.view": frozenset({AREA, PRESS})})
    assert [c.detail["path"] for c in ask(explainer, seen, "oee_index/apt_us", equipment_id=AREA).children] == [
        "acme/pack/press"
    ]
    for path in (f"oee_index/apt_us/equipment:{FILLER}", "oee_index/address:401", f"oee_index/sample:401:{at(5)}"):
        with pytest.raises(NotFoundError):
            ask(explainer, seen, path, equipment_id=AREA)


# --- over HTTP ---------------------------------------------------------------------------------------------------


@pytest.fixture
def client(explainer: Explainer, records: Database, everyone: Scope) -> TestClient:
    api = Api(records)
    routes(api, explainer.room)
    explain_api.routes(api, explainer)
    return client_of(everyone, api)


PERIOD = {"start": to_rfc3339(at(0)), "end": to_rfc3339(at(END))}


def test_kpis_over_http(client: TestClient) -> None:
    found = client.get(f"/api/v1/equipment/{FILLER}/kpis", params=PERIOD).json()
    assert found["times"]["elapsed_us"] == END * MINUTE_US
    assert [kpi["id"] for kpi in found["kpis"]] == sorted(catalogue())
    assert [step["key"] for step in found["losses"]][:3] == ["elapsed", "not_planned", "planned_down"]
    assert (found["coverage"], found["partial"], found["settled"]) == (1.0, False, to_rfc3339(at(END)))


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        (f"/equipment/{FILLER}/kpis", {}, 422, "period"),
        (f"/equipment/{FILLER}/kpis", {"shift": "current"}, 404, "no-shift"),  # it works around the clock
        (f"/equipment/{BARE_LINE}/slices", PERIOD, 422, "no-ledger"),
        ("/equipment/99/kpis", PERIOD, 404, "not-found"),
        ("/kpis/oee/explain", PERIOD | {"equipment_id": str(FILLER)}, 404, "no-kpi"),
    ],
)
def test_what_cannot_be_answered_says_why(
    client: TestClient, path: str, params: dict[str, str], status: int, code: str
) -> None:
    answer = client.get("/api/v1" + path, params=params)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_slices_come_in_pages_and_explain_follows_keys(client: TestClient) -> None:
    slices = client.get(f"/api/v1/equipment/{FILLER}/slices", params=PERIOD).json()["items"]
    assert sum(piece["good"] for piece in slices) == 101 * 100
    assert {piece["cls"] for piece in slices} == {"APT", "ADET"}
    asked = PERIOD | {"equipment_id": str(FILLER), "path": "oee_index/availability/apt_us"}
    first = client.get("/api/v1/kpis/oee_index/explain", params=asked).json()
    second = client.get("/api/v1/kpis/oee_index/explain", params=asked | {"cursor": first["next"]}).json()
    assert first["value"] == sum(child["value"] for child in first["children"] + second["children"])
    known = client.get("/api/v1/kpis").json()["items"]
    assert {one["id"]: one["formula"] for one in known}["availability"] == "APT / PBT"
    assert {one["id"]: one["waits_for"] for one in known if one["iso"] in (1, 8)} == {
        "availability": None,
        "worker_efficiency": "labor",
    }
