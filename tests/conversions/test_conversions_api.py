"""The routes of the room: pieces with their units, and those that nobody can convert, page by page."""

from __future__ import annotations

from typing import Any

import pytest
from counting_plant import Plant, when
from fastapi.testclient import TestClient
from test_conversions_room import cases, start

from asking import client_of
from dovetail.conversions import api
from dovetail.operations.http import Api

DAY = {"start": when(0), "end": when(61)}


@pytest.fixture
def client(plant: Plant) -> TestClient:
    cases(plant)
    routes = Api(plant.database)
    api.routes(routes, plant.rooms.conversions, plant.rooms.counting)
    return client_of(plant.everyone, routes)


def test_pieces_stand_in_the_unit_in_which_they_were_counted(client: TestClient, plant: Plant) -> None:
    start(plant, "cola", 0)
    plant.enter(plant.filler, good=3, end=when(20))
    plant.enter(plant.filler, good=660, unit="g", end=when(30))
    plant.enter(plant.table, good=4, end=when(30))
    records = client.get(f"/api/v1/equipment/{plant.filler}/count-records", params=DAY).json()["items"]
    assert {(one["origin"], one["kind"], one["unit"]) for one in records if one["quantity"]} == {
        ("counter", "good", "case"), ("person", "good", "g"), ("person", "good", None),
    }  # fmt: skip
    table = client.get(f"/api/v1/equipment/{plant.table}/count-records", params=DAY).json()["items"]
    assert [(one["quantity"], one["unit"]) for one in table] == [(4, None)]


def test_what_waits_is_told_page_by_page(client: TestClient, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    for unit in ("pallet", "sack"):
        plant.enter(plant.table, good=1, unit=unit, end=when(30))
    plant.enter(plant.filler, scrap=1, unit="pallet", end=when(5))
    path = f"/api/v1/equipment/{plant.line}/unconverted"

    def pages(path: str, **asked: str) -> list[list[Any]]:
        page = client.get(path, params=asked).json()
        found = [page["items"]]
        while page["next"]:
            page = client.get(path, params=asked | {"cursor": page["next"]}).json()
            found.append(page["items"])
        return found

    (whole,) = pages(path, **DAY)
    monkeypatch.setattr(api, "PAGE_MAX", 7)
    assert [one for page in pages(path, **DAY) for one in page] == whole
    anywhere = pages("/api/v1/unconverted")
    assert [one for page in anywhere for one in page] == whole
    assert {len(page) for page in anywhere[:-1]} == {7}
    assert sum(one["quantity"] for one in whole if one["unit"] == "case") == 60
    assert {(one["unit"], one["equipment_id"]) for one in whole if one["by"]} == {
        ("pallet", plant.table), ("sack", plant.table), ("pallet", plant.filler),
    }  # fmt: skip
    refused = client.get(path, params=DAY | {"cursor": "bm8"})
    assert (refused.status_code, refused.json()["code"]) == (422, "cursor")
