"""A whole installation on both records stores: a virtual PLC's change becomes a state, a figure, an explanation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from dovetail.app.bootstrap import House, open_house
from dovetail.core.clock import HOUR_US, MINUTE_US, SystemClock, to_rfc3339
from dovetail.demo.panel import PlantThread
from dovetail.demo.run import PATHS, documents, with_endpoints
from dovetail.machinewords.packml import PACKML_STATES
from dovetail.ownership.settings import Settings
from dovetail.security.service import SetUp
from dovetail.sim.hours import TWO_SHIFT
from dovetail.sim.line import Setting
from dovetail.sim.plant import VirtualPlant

FILLER = "acme/brno/pack/line1/filler"


@pytest.fixture(scope="module")
def line() -> Iterator[VirtualPlant]:
    """The virtual line, manned from now on, its PLCs on free ports."""
    clock = SystemClock()
    now_us = clock.now_us()
    setting = Setting(seed=7, hours=TWO_SHIFT, always_from_us=now_us - HOUR_US)
    thread = PlantThread(VirtualPlant(setting, clock=clock, ports=(0,) * len(PATHS), since_us=now_us - HOUR_US))
    thread.start()
    yield thread.plant
    thread.stop()


@pytest.fixture
async def house(database_url: str, tmp_path: Path, line: VirtualPlant) -> AsyncIterator[House]:
    """The installation that collects it, running."""
    settings = Settings(data=tmp_path / "data", database_url=database_url)
    with open_house(settings) as opened:
        opened.rooms.equipment.apply(with_endpoints(documents(), line.endpoints), scope=opened.scope)
        assert opened.gated
        await opened.start()
        yield opened
        await opened.stop()


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """The first person, signed in."""
    transport = httpx2.ASGITransport(app=house.gated, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
        token = house.security.new_set_up_token()
        given = SetUp(token=token, login="anna", name="Anna", password="quiet bottles on a belt")
        answer = await opened.post("/api/v1/setup", json=given.model_dump())
        assert answer.status_code == 201, answer.text
        yield opened


async def eventually(client: httpx2.AsyncClient, path: str, wanted: Any) -> Any:
    """The answer as soon as it is as wanted; a quarter of a minute at most."""
    async with asyncio.timeout(15):
        while True:
            body = (await client.get(f"/api/v1{path}")).json()
            if wanted(body):
                return body
            await asyncio.sleep(0.05)  # the other side is a real PLC server in real time


async def test_a_signal_becomes_a_state_a_figure_and_its_explanation(house: House, client: httpx2.AsyncClient) -> None:
    unit = house.rooms.equipment.plant().by_path(FILLER).id
    state = await eventually(client, f"/equipment/{unit}/state", lambda found: found["state"] != "NO_DATA")
    assert state["state"] in PACKML_STATES.values()

    now_us = house.clock.now_us()
    period = {"start": to_rfc3339(now_us - MINUTE_US), "end": to_rfc3339(now_us + MINUTE_US)}
    asked = str(httpx2.QueryParams(period))
    figures = (await client.get(f"/api/v1/equipment/{unit}/kpis?{asked}")).json()
    times = figures["times"]
    parts = ("apt_us", "aust_us", "adet_us", "adot_us", "nodt_us")
    assert times["pbt_us"] == sum(times[part] for part in parts)
    assert {kpi["id"] for kpi in figures["kpis"]} >= {"oee_index", "availability", "teep", "nee_index"}

    explained = (await client.get("/api/v1/kpis/oee_index/explain", params={"equipment_id": unit, **period})).json()
    assert explained["kind"] == "kpi" and explained["children"]
    since = {"equipment_id": unit, "known_from": "0", **period}
    changed = (await client.get("/api/v1/kpis/availability/diff", params=since)).json()
    assert (changed["before"], [one["kind"] for one in changed["changes"]][-1:]) == (None, ["running"])

    records = (await client.get(f"/api/v1/equipment/{unit}/state-records?{asked}")).json()["items"]
    assert [record["end"] for record in records[:-1]] == [record["start"] for record in records[1:]], "contiguous"
    assert records[-1]["end"] is None

    tags = (await client.get(f"/api/v1/equipment/{unit}/tags")).json()["items"]
    assert all(tag["last"] is not None for tag in tags if tag["connection"])


async def test_a_job_is_started_once_and_taken_back(house: House, client: httpx2.AsyncClient) -> None:
    unit = house.rooms.equipment.plant().by_path(FILLER).id
    body = {"equipment_id": unit, "product": "cola-05"}
    key = {"Idempotency-Key": "touched-twice"}
    first = await client.post("/api/v1/job-responses", json=body, headers=key)
    again = await client.post("/api/v1/job-responses", json=body, headers=key)
    assert first.status_code in {200, 201}, first.text
    assert again.json() == first.json()
    other = await client.post("/api/v1/job-responses", json=body)
    assert other.status_code == 409
    undone = await client.post(f"/api/v1/audit/{first.headers['X-Audit-Id']}/undo", json={"reason": "wrong bottle"})
    assert undone.status_code == 200, undone.text


async def test_a_plant_that_does_not_fit_leaves_the_old_one(house: House, client: httpx2.AsyncClient) -> None:
    files = {name: content.decode() for name, content in documents().items()}
    files["plant.yaml"] += "\nequipment_clases: {}\n"
    before = house.rooms.equipment.plant().version
    answer = await client.post("/api/v1/plant/apply", json={"documents": files})
    assert answer.status_code == 422
    assert "plant.yaml:" in answer.json()["detail"]
    assert house.rooms.equipment.plant().version == before
