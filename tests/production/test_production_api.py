"""Jobs over HTTP, as the screens and the ERP use them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from production_plant import World, world

from asking import client_of
from dovetail.core.bus import Bus
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.operations.http import Api
from dovetail.production import api
from dovetail.testing.clock import ManualClock

DAY = {"start": "2026-01-05T00:00:00Z", "end": "2026-01-06T00:00:00Z"}


@pytest.fixture
def plant(sqlite_database: Database, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[World]:
    with world(sqlite_database, clock, bus, folder=tmp_path / "historian") as made:
        yield made


@pytest.fixture
def client(plant: World) -> TestClient:
    """The room's routes, asked by someone who sees the line and operates the capper."""
    routes = Api(plant.database)
    api.routes(routes, plant.production)
    sees = frozenset(plant.id(path) for path in ("line1", "filler", "capper"))
    operates = frozenset({plant.id("capper")})
    scope = Scope(actor=Actor(id="p1", name="Ada"), at={"plant.view": sees, "job.operate": operates})
    return client_of(scope, routes)


def test_a_job_is_started_shown_ended_and_taken_back(client: TestClient, plant: World) -> None:
    plant.now(10)
    body = {"equipment_id": plant.id("capper"), "product": "cola", "job_order": "PO-1"}
    begun = client.post("/api/v1/job-responses", json=body, headers={"Idempotency-Key": "tap-1"})
    assert begun.status_code == 200
    assert int(begun.headers["X-Audit-Id"]) > 0
    again = client.post("/api/v1/job-responses", json=body, headers={"Idempotency-Key": "tap-1"})
    assert again.json() == begun.json()
    plant.now(20)
    ended = client.post(f"/api/v1/job-responses/{begun.json()['id']}/end", json={"reason": "tank empty"})
    assert ended.status_code == 200
    shown = client.get(f"/api/v1/equipment/{plant.id('line1')}/job-responses", params=DAY).json()
    assert [(item["job_order"], item["start"], item["end"]) for item in shown["items"]] == [
        ("PO-1", "2026-01-05T06:10:00.000000Z", "2026-01-05T06:20:00.000000Z")
    ]
    cancelled = client.post(f"/api/v1/job-responses/{begun.json()['id']}/cancel", json={})
    assert cancelled.status_code == 200
    assert client.get(f"/api/v1/equipment/{plant.id('line1')}/job-responses", params=DAY).json()["items"] == []
    before = {**DAY, "as_of": ended.headers["X-Known"]}
    shown = client.get(f"/api/v1/equipment/{plant.id('line1')}/job-responses", params=before).json()
    assert len(shown["items"]) == 1


@pytest.mark.parametrize("path, product, status, code", [
    ("capper", "coal", 422, "product-unknown"),
    ("filler", "cola", 403, "permission"),     # seen, but not theirs to operate
    ("line1", "cola", 403, "permission"),
])  # fmt: skip
def test_what_is_refused_says_why(
    client: TestClient, plant: World, path: str, product: str, status: int, code: str
) -> None:
    answer = client.post("/api/v1/job-responses", json={"equipment_id": plant.id(path), "product": product})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_second_start_names_the_running_job(client: TestClient, plant: World) -> None:
    body = {"equipment_id": plant.id("capper"), "product": "cola", "job_order": "PO-1"}
    client.post("/api/v1/job-responses", json=body)
    answer = client.post("/api/v1/job-responses", json={**body, "product": "water"})
    assert answer.status_code == 409
    assert answer.json()["detail"] == "Capper runs PO-1 (cola) since 2026-01-05T06:00:00.000000Z"


def test_equipment_out_of_scope_is_not_there(client: TestClient, plant: World) -> None:
    enterprise = plant.equipment.plant().by_path("acme").id
    assert client.get(f"/api/v1/equipment/{enterprise}/job-responses", params=DAY).status_code == 404
    body = {"equipment_id": enterprise, "product": "cola"}
    assert client.post("/api/v1/job-responses", json=body).status_code == 404
