"""Pieces and jobs of a signed shift stand as well, and the routes say so: on real rooms, on both records stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counting_plant import PLANT, Plant, plant_on, when
from fastapi.testclient import TestClient

from asking import client_of
from dovetail.core.bus import Bus
from dovetail.counting import api as counting_api
from dovetail.db.uow import Database
from dovetail.jobtexts import api as jobtexts_api
from dovetail.operations.http import Api
from dovetail.production import api as production_api
from dovetail.signatures import api
from dovetail.testing.clock import ManualClock

DAY = {"start": when(0), "end": when(600)}
EVENING = 600  # the early shift lasts until minute 420


@pytest.fixture
def plant(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    with plant_on(database, tmp_path, clock, bus) as opened:
        opened.now(EVENING)
        yield opened


@pytest.fixture
def client(plant: Plant) -> TestClient:
    routes = Api(plant.database)
    api.routes(routes, plant.rooms.signatures)
    counting_api.routes(routes, plant.rooms.counting)
    production_api.routes(routes, plant.rooms.production)
    return client_of(plant.everyone, routes)


def test_a_signed_shift_takes_no_pieces_and_no_jobs_until_it_is_reopened(client: TestClient, plant: Plant) -> None:
    def post(path: str, **body: Any) -> Any:
        return client.post(f"/api/v1/{path}", json=body, headers={"Idempotency-Key": f"{path} {body}"})

    early = {"equipment_id": plant.filler, "product": "cola", "started_at": when(10), "ended_at": when(50)}
    ran = post("job-responses", **early).json()
    signed = post(f"equipment/{plant.line}/signatures", start=when(0), comment="checked")
    assert (signed.status_code, signed.json()["shift_name"], signed.json()["by"]) == (201, "Early", "anna")

    counted = f"equipment/{plant.table}/count-entries"
    refused = [
        post(counted, good=5, start=when(0), end=when(30)),
        post(counted, good=5, start=when(400), end=when(440)),
        post("job-responses", **early | {"started_at": when(60), "ended_at": when(90)}),
        post(f"job-responses/{ran['id']}/cancel", reason="it never ran"),
    ]
    told = [(one.status_code, one.json()["code"], one.json()["signature"]["by"]) for one in refused]
    assert told == [(409, "shift-signed", "anna")] * 4
    assert plant.entries(plant.table) == []
    after = post(counted, good=7, start=when(420), end=when(440))
    assert after.status_code == 200, after.text

    signature = signed.json()["id"]
    assert post(f"signatures/{signature}/reopen").status_code == 422
    assert post(f"signatures/{signature}/reopen", reason="a pallet was missed").status_code == 200
    (listed,) = client.get(f"/api/v1/equipment/{plant.filler}/signatures", params=DAY).json()["items"]
    assert (listed["comment"], listed["reopened"]["why"]) == ("checked", "a pallet was missed")
    again = post(counted, good=5, start=when(0), end=when(30), comment="sent again")
    assert again.status_code == 200, again.text


def test_a_signed_shift_takes_no_answer_to_a_text_until_it_is_reopened(
    database: Database, tmp_path: Path, clock: ManualClock, bus: Bus
) -> None:
    recipe = '      recipe: {connection: plc, address: "ns=2;s=Recipe", kind: str}\n'
    text = PLANT.replace("    tags:\n", f"    tags:\n{recipe}", 1).replace("{at_once: 2}", "{text_tag: recipe}")
    with plant_on(database, tmp_path, clock, bus, text=text) as plant:
        plant.now(EVENING)
        plant.send([("recipe", 10, "cola"), ("recipe", 20, "PO-9")], mark=EVENING)
        while plant.rooms.production.step(100):
            pass
        plant.work()
        routes = Api(plant.database)
        api.routes(routes, plant.rooms.signatures)
        jobtexts_api.routes(routes, plant.rooms.production.texts)
        client = client_of(plant.everyone, routes)
        texts = f"/api/v1/equipment/{plant.filler}/job-texts"
        (held,) = client.get(texts, params=DAY | {"only": "held"}).json()["items"]
        signed = client.post(
            f"/api/v1/equipment/{plant.line}/signatures", json={"start": when(0), "comment": "checked"}
        )
        answer, given = f"/api/v1/job-texts/{held['id']}/answer", {"product": "water"}
        refused = client.post(answer, json=given)
        assert (refused.status_code, refused.json()["code"]) == (409, "shift-signed")
        assert client.get(texts, params=DAY | {"only": "held"}).json()["items"] == [held]
        reopen = f"/api/v1/signatures/{signed.json()['id']}/reopen"
        assert client.post(reopen, json={"reason": "it ran water"}).status_code == 200
        assert client.post(answer, json=given).json()["product"] == "water"
