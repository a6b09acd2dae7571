"""The tree and the plant code over HTTP: what a caller may not see does not exist."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx2
import pytest
from equipment_plants import SMALL, documents, sections
from fastapi import FastAPI, Request
from starlette.responses import Response

from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import DovetailError
from dovetail.core.quality import GOOD
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.equipment import api as equipment_api
from dovetail.equipment.service import EquipmentRoom
from dovetail.operations.http import Api, problem
from dovetail.testing.clock import ManualClock


@dataclass(frozen=True)
class Newest:
    ts_us: int
    value: float
    quality: int
    ts_device_us: int | None


@pytest.fixture
def room(sqlite_database: Database, clock: ManualClock, bus: Bus, everyone: Scope) -> EquipmentRoom:
    room = EquipmentRoom(sqlite_database, clock, bus, sections())
    room.apply(documents(), scope=everyone)
    clock.tick(SECOND_US)
    return room


@pytest.fixture(autouse=True)
def worker_threads_end() -> Iterator[None]:
    """The server's worker threads are told to end with the test's task, and take a moment to do so."""
    yield
    for thread in [one for one in threading.enumerate() if one.name.startswith("AnyIO")]:
        thread.join(timeout=5)


@dataclass
class Caller:
    """Who asks, changed by a test."""

    scope: Scope


@pytest.fixture
def caller(everyone: Scope) -> Caller:
    return Caller(everyone)


@pytest.fixture
async def client(room: EquipmentRoom, caller: Caller) -> AsyncIterator[httpx2.AsyncClient]:
    api = Api(room.database)
    good = room.plant().tag_by_path("acme/line1/filler.good").id
    newest = Newest(room.clock.now_us(), 12, GOOD, None)
    equipment_api.routes(api, room, last=lambda ids, _scope: {good: newest} if good in ids else {})
    app = FastAPI()

    @app.middleware("http")
    async def gate(request: Request, call_next) -> Response:  # type: ignore[no-untyped-def]
        request.state.scope = caller.scope
        return await call_next(request)

    app.add_exception_handler(DovetailError, lambda _request, error: problem(error))  # type: ignore[arg-type]
    app.include_router(api.router)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://plant/api/v1") as opened:
        yield opened


def seeing(*ids: int) -> Scope:
    return Scope(actor=Actor(id="p1", name="Eve"), at={"plant.view": frozenset(ids)})


async def test_the_tree_is_shown_by_path_and_in_pages(client: httpx2.AsyncClient) -> None:
    first = (await client.get("/equipment", params={"limit": 3})).json()
    rest = (await client.get("/equipment", params={"cursor": first["next"]})).json()
    paths = [node["path"] for node in first["items"] + rest["items"]]
    assert paths == ["acme", "acme/line1", "acme/line1/capper", "acme/line1/filler"]
    assert rest["next"] is None
    line = first["items"][1]
    assert (line["flow"], line["constraint"], line["outfeed"]) == (["filler", "capper"], "filler", "capper")


async def test_who_sees_one_machine_sees_nothing_else(
    client: httpx2.AsyncClient, caller: Caller, room: EquipmentRoom
) -> None:
    filler, capper = (room.plant().by_path(f"acme/line1/{name}").id for name in ("filler", "capper"))
    caller.scope = seeing(filler)
    items = (await client.get("/equipment")).json()["items"]
    assert [(node["path"], node["parent_id"]) for node in items] == [("acme/line1/filler", None)]
    assert (await client.get(f"/equipment/{filler}")).status_code == 200
    assert (await client.get(f"/equipment/{capper}")).status_code == 404
    assert (await client.get(f"/equipment/{capper}/tags")).status_code == 404
    assert (await client.get("/equipment/999")).status_code == 404
    for method, path in (("GET", "/plant/versions"), ("GET", "/plant/export")):
        assert (await client.request(method, path)).status_code == 403
    for path in ("/plant/plan", "/plant/apply"):
        assert (await client.post(path, json={"documents": {"p.yaml": SMALL}})).status_code == 403


async def test_tags_come_with_their_newest_sample(client: httpx2.AsyncClient, room: EquipmentRoom) -> None:
    filler = room.plant().by_path("acme/line1/filler").id
    items = {tag["property"]: tag for tag in (await client.get(f"/equipment/{filler}/tags")).json()["items"]}
    assert sorted(items) == ["good", "job", "product", "rate_upm", "speed"]
    assert items["good"]["last"] == {
        "value": 12, "ts": "2026-01-05T06:00:01.000000Z", "quality": 192, "quality_name": "GOOD", "ts_device": None,
    }  # fmt: skip
    assert (items["good"]["kind"], items["good"]["connection"]) == ("u64", "plc1")
    assert (items["job"]["last"], items["job"]["address"]) == (None, None)


async def test_a_plant_is_planned_applied_listed_and_handed_back(client: httpx2.AsyncClient) -> None:
    changed = {"documents": {"plant.yaml": SMALL.replace("rate_upm: 100", "rate_upm: 90")}}
    plan = (await client.post("/plant/plan", json=changed)).json()
    assert (plan["exit_code"], plan["problems"]) == (2, [])
    assert plan["steps"][0]["fields"] == [["standard_rate_upm", "100.0", "90.0"]]
    applied = await client.post("/plant/apply", json={**changed, "reason": "new bottle"})
    assert applied.json()["version"] == 2
    assert applied.headers["X-Known"] == "2"
    versions = (await client.get("/plant/versions", params={"limit": 1})).json()
    assert [one["version"] for one in versions["items"]] == [2]
    older = (await client.get("/plant/versions", params={"cursor": versions["next"]})).json()
    assert [one["version"] for one in older["items"]] == [1]
    assert (await client.get("/plant/export")).json()["documents"] == changed["documents"]
    assert (await client.get("/plant/export", params={"version": 1})).json()["documents"] == {"plant.yaml": SMALL}
    assert (await client.get("/plant/export", params={"version": 9})).status_code == 404
    assert (await client.post("/plant/rollback", json={"version": 1})).json()["version"] == 3
    assert (await client.post("/plant/plan", json=changed)).json()["exit_code"] == 2


async def test_a_faulty_plant_is_answered_with_its_faults(client: httpx2.AsyncClient, room: EquipmentRoom) -> None:
    faulty = {"documents": {"plant.yaml": SMALL.replace("connection: plc1,", "connection: plc1x,")}}
    plan = (await client.post("/plant/plan", json=faulty)).json()
    assert plan["exit_code"] == 1
    assert [(one["line"], one["col"], one["code"]) for one in plan["problems"]] == [(16, 30, "DT-P201")]
    refused = await client.post("/plant/apply", json=faulty)
    assert (refused.status_code, refused.json()["code"]) == (422, "plant-invalid")
    assert refused.json()["hint"] == "did you mean plc1?"
    assert refused.json()["pointer"] == "/documents/plant.yaml"
    assert room.plant().version == 1
