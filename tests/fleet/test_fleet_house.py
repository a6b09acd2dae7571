"""An installation of several processes: what a virtual PLC says goes over NATS, is stored by a worker, and is seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dovetail.app.bootstrap import House, open_house
from dovetail.core.clock import HOUR_US, SystemClock
from dovetail.demo.panel import PlantThread
from dovetail.demo.run import PATHS, documents, with_endpoints
from dovetail.ingestion.appending import Appender
from dovetail.ingestion.beside import Beside
from dovetail.ingestion.service import Worker
from dovetail.ownership.settings import Settings
from dovetail.sim.hours import TWO_SHIFT
from dovetail.sim.line import Setting
from dovetail.sim.plant import VirtualPlant
from dovetail.states.model import NO_DATA
from dovetail.testing.natsserver import NatsServer, free_ports
from dovetail.transport.model import address
from dovetail.vitals import metrics
from dovetail.vitals.doctor import examine
from waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("database_url", ["postgres"], indirect=True)]
FILLER = "acme/brno/pack/line1/filler"


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path / "nats", port=free_ports(1)[0])
    server.start()
    yield server
    server.stop()


@pytest.fixture
def line() -> Iterator[VirtualPlant]:
    """The virtual line, manned from now on, its PLCs on free ports."""
    clock = SystemClock()
    since_us = clock.now_us() - HOUR_US
    setting = Setting(seed=7, hours=TWO_SHIFT, always_from_us=since_us)
    thread = PlantThread(VirtualPlant(setting, clock=clock, ports=(0,) * len(PATHS), since_us=since_us))
    thread.start()
    yield thread.plant
    thread.stop()


@pytest.fixture
async def house(database_url: str, nats: NatsServer, tmp_path: Path, line: VirtualPlant) -> AsyncIterator[House]:
    """It collects, computes and serves, and stores nothing of what it collects."""
    settings = Settings(data=tmp_path / "data", database_url=database_url, nats=nats.url)
    with open_house(settings) as opened:
        opened.rooms.equipment.apply(with_endpoints(documents(), line.endpoints), scope=opened.scope)
        assert opened.gated
        await opened.start()
        yield opened
        await opened.stop()


async def test_what_is_collected_is_stored_by_a_worker_and_becomes_a_state(house: House, nats: NatsServer) -> None:
    url = house.settings.records_url
    before = findings(house)
    plant = house.rooms.equipment.plant
    appender = Appender(Beside(url), clock=house.clock, is_tag=lambda tag: tag in plant().tags)
    storing = asyncio.create_task(Worker(url, address(nats.url), appender).run())
    try:
        unit = plant().by_path(FILLER).id
        await until(lambda: any(one.source == "edge" and one.stored > 100 for one in house.rooms.historian.delivery()))
        await until(lambda: state_of(house, unit) not in (None, NO_DATA), within_s=30)
        await until(lambda: findings(house) == {"well"}, within_s=30)
        shown = metrics.render(metrics.families(house.look("quick"), house.meter))
    finally:
        storing.cancel()
        with suppress(asyncio.CancelledError):
            await storing
    assert before == {"ill"}
    assert "dovetail_transport_up 1" in shown
    assert 'dovetail_ingest_worker_shards{worker="' in shown
    for account in house.rooms.historian.delivery():
        assert account.expected == account.stored + account.duplicate + account.refused + account.gap


def state_of(house: House, unit: int) -> str | None:
    """Of this moment."""
    found = house.rooms.states.now(unit, scope=house.scope)
    return None if found is None else found.state


def findings(house: House) -> set[str]:
    """What the doctor says of the transport."""
    return {one.verdict for one in examine(house.look("quick")) if one.id == "transport"}
