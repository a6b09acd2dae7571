"""The tag table over HTTP: only what the caller sees, filtered, page by page, each tag with its newest sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from connections_world import at, unit
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from dovetail.connections import tags_api
from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import DovetailError
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.equipment.model import PlantModel, ScanClass, Tag
from dovetail.historian.model import Sample
from dovetail.operations.http import Api, problem

SPEED = Tag(1, "acme/unit1.speed", 1, "speed", "plc1", "ns=2;s=Speed", Kind.F64, "m/s", 0.1, 2.0, 0.5, "fast")
RECIPE = Tag(2, "acme/unit1.recipe", 1, "recipe", "plc2", "40001", Kind.STR)
STATE = Tag(3, "acme/unit1.state", 1, "state", None, None, Kind.I64)
HIDDEN = Tag(4, "acme/unit2.speed", 2, "speed", "plc1", "ns=2;s=Other", Kind.F64)
LINK = Tag(101, "plc1.good_through", None, "good_through", None, None, Kind.I64)
PLANT = PlantModel(
    version=1,
    equipment=[unit(1), unit(2)],
    tags=[SPEED, RECIPE, STATE, HIDDEN, LINK],
    scan_classes=[ScanClass("fast", "poll", 100)],
)
HELD = {1: Sample(1, at(5), 1.5, q.GOOD, at(4)), 2: Sample(2, at(6), None, q.BAD_COMM, None)}


@pytest.fixture
def client(sqlite_database: Database) -> TestClient:
    """The routes, asked by someone who sees only unit 1."""
    declared = Api(sqlite_database)
    tags_api.routes(declared, lambda: PLANT, lambda tags, _: {tag: HELD[tag] for tag in tags if tag in HELD})
    app = FastAPI()
    scope = Scope(actor=Actor(id="p1", name="Ada"), at={"plant.view": frozenset({1})})

    @app.middleware("http")
    async def gate(request: Request, call_next: Callable[[Request], Any]) -> Response:
        request.state.scope = scope
        return await call_next(request)

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, DovetailError)
        return problem(error)

    app.add_exception_handler(DovetailError, refused)
    app.include_router(declared.router)
    return TestClient(app)


@pytest.mark.parametrize("asked, found", [
    ({}, ["recipe", "speed", "state"]),
    ({"equipment": 1}, ["recipe", "speed", "state"]),
    ({"connection": "plc1"}, ["speed"]),
    ({"connection": "plc9"}, []),
])  # fmt: skip
def test_the_table_holds_what_is_seen_and_asked_for(
    client: TestClient, asked: dict[str, str], found: list[str]
) -> None:
    assert [tag["property"] for tag in client.get("/api/v1/tags", params=asked).json()["items"]] == found


def test_the_table_comes_page_by_page(client: TestClient) -> None:
    first = client.get("/api/v1/tags", params={"limit": 2}).json()
    second = client.get("/api/v1/tags", params={"limit": 2, "cursor": first["next"]}).json()
    assert [tag["id"] for tag in first["items"] + second["items"]] == [2, 1, 3]
    assert second["next"] is None


def test_a_tag_tells_how_it_is_read(client: TestClient) -> None:
    shown = client.get("/api/v1/tags/1").json()
    wiring = {"connection": "plc1", "address": "ns=2;s=Speed", "scan": "fast", "mode": "poll", "interval_ms": 100}
    scaling = {"scale": 0.1, "offset": 2.0, "deadband": 0.5, "unit": "m/s", "kind": "f64", "equipment_id": 1}
    assert {key: shown[key] for key in wiring | scaling} == wiring | scaling
    assert shown["last"] == {
        "value": 1.5, "ts": to_rfc3339(at(5)), "quality": 0xC0, "quality_name": "GOOD", "ts_device": to_rfc3339(at(4)),
    }  # fmt: skip
    kept = client.get("/api/v1/tags/3").json()
    assert (kept["connection"], kept["mode"], kept["last"]) == (None, None, None)


@pytest.mark.parametrize("path", ["tags/4", "tags/101", "tags/999", "tags?equipment=2"])
def test_what_is_not_seen_does_not_exist(client: TestClient, path: str) -> None:
    assert client.get(f"/api/v1/{path}").status_code == 404
