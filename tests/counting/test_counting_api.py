"""The routes of the room: what a screen reads and sends, with its error answers."""

from __future__ import annotations

import pytest
from counting_plant import Plant, an_hour, when
from fastapi.testclient import TestClient

from asking import client_of
from dovetail.conversions import api as conversions_api
from dovetail.counting import api
from dovetail.operations.http import Api

DAY = {"start": when(0), "end": when(61)}


@pytest.fixture
def hour(plant: Plant) -> Plant:
    """Lived here and not started anew: the minute that is not over is told by who has seen it begin."""
    an_hour(plant)
    return plant


@pytest.fixture
def client(hour: Plant) -> TestClient:
    routes = Api(hour.database)
    api.routes(routes, hour.rooms.counting)
    conversions_api.routes(routes, hour.rooms.conversions, hour.rooms.counting)
    return client_of(hour.everyone, routes)


def test_an_entry_comes_back_in_the_list_and_among_the_counts(client: TestClient, hour: Plant) -> None:
    body = {"good": 5, "scrap": 2, "reason": "dimension/too-long", "comment": "edge", "start": when(0), "end": when(30)}
    key = {"Idempotency-Key": "one"}
    made = client.post(f"/api/v1/equipment/{hour.filler}/count-entries", json=body, headers=key)
    again = client.post(f"/api/v1/equipment/{hour.filler}/count-entries", json=body, headers=key)
    assert made.status_code == 200, made.text
    assert again.json() == made.json()
    entry_id = made.json()["entry_id"]
    assert made.headers["X-Audit-Id"]
    listed = client.get(f"/api/v1/equipment/{hour.line}/count-entries", params=DAY).json()["items"]
    assert [(e["entry_id"], e["kind"], e["quantity"], e["taken_from"], e["reason"], e["by"]) for e in listed] == [
        (entry_id, "scrap", 2, "good", "dimension/too-long", "anna"),
        (entry_id, "good", 5, None, None, "anna"),
    ]
    records = client.get(f"/api/v1/equipment/{hour.filler}/count-records", params=DAY).json()["items"]
    said = [(r["kind"], r["quantity"], r["origin"], r["by"], r["start"]) for r in records if r["entry_id"] == entry_id]
    assert said == [
        ("good", 5, "person", "anna", when(0)),
        ("good", -2, "correction", "anna", when(0)),
        ("scrap", 2, "person", "anna", when(0)),
    ]
    back = client.post(f"/api/v1/count-entries/{entry_id}/withdraw", json={"reason": "slip"})
    assert back.status_code == 200
    listed = client.get(f"/api/v1/equipment/{hour.filler}/count-entries", params=DAY).json()["items"]
    assert {(e["withdrawn"], e["withdrawn_by"]) for e in listed} == {(True, "anna")}


def test_counts_include_the_minute_that_is_not_over(client: TestClient, hour: Plant) -> None:
    hour.send([("total", 60.4, 5_142)])
    hour.now(60.5)
    hour.work()
    items = client.get(f"/api/v1/equipment/{hour.filler}/count-records", params=DAY).json()["items"]
    assert [(i["kind"], i["quantity"]) for i in items if i["provisional"]] == [("good", 2)]


def test_the_reasons_for_scrap_and_a_problem(client: TestClient, hour: Plant) -> None:
    found = client.get(f"/api/v1/equipment/{hour.filler}/scrap-reasons").json()
    child = {"key": "too-long", "name": "Too long", "children": []}
    assert found == {"items": [{"key": "dimension", "name": "Dimension", "children": [child]}], "last_used": []}
    refused = client.post(f"/api/v1/equipment/{hour.filler}/count-entries", json={"scrap": 9_999})
    assert (refused.status_code, refused.json()["code"]) == (422, "count-negative")
    assert "made 4134 good" in refused.json()["detail"]
    empty = client.post(f"/api/v1/equipment/{hour.filler}/count-entries", json={})
    assert (empty.status_code, empty.json()["code"]) == (422, "count-empty")
