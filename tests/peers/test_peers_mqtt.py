"""Mosquitto and an npm edge node: every data type comes right, deaths and restarts are lived through, and TLS holds."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from mqtt_peers import Mosquitto, NpmEdge

sys.path.insert(0, str(Path(__file__).parents[1] / "drivers"))
from mqtt_plant import CLEAR, Store, link, runtime, scan
from peers_world import until
from test_drivers_mqtt_link import make_certificate

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SystemClock
from dovetail.drivers import mqtt, sparkplug
from dovetail.drivers.base import Point, Surroundings
from dovetail.edge.runtime import EdgeRuntime

pytestmark = pytest.mark.peers

RECOVERS_S = 10.0  # what the plant is promised (DESIGN: recover ≤ 10 s)
TYPES: list[tuple[str, Kind, Value]] = [
    ("Int8", Kind.I64, -2),
    ("Int16", Kind.I64, -300),
    ("Int32", Kind.I64, -70_000),
    ("UInt8", Kind.U64, 255),
    ("UInt16", Kind.U64, 65_535),
    ("UInt32", Kind.U64, 4_294_967_295),
    ("Int64", Kind.I64, 5_000_000_000),
    ("UInt64", Kind.U64, 5_000_000_000),
    ("Float", Kind.F64, 0.5),
    ("Double", Kind.F64, 1e300),
    ("Boolean", Kind.BOOL, True),
    ("String", Kind.STR, "žluť"),
    ("Text", Kind.STR, ""),
    ("UUID", Kind.STR, "6f2d"),
    ("DateTime", Kind.U64, 1_700_000_000_000),
    ("Bytes", Kind.STR, "01ff"),
    ("Set", Kind.JSON, '{"columns":["a","b"],"rows":[[1,"x"]]}'),
    ("Total", Kind.U64, 100),
]
TOTAL = len(TYPES)  # its tag


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    running = Mosquitto(tmp_path, "allow_anonymous true")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def node(broker: Mosquitto) -> Iterator[NpmEdge]:
    made = NpmEdge(broker.port)
    yield made
    made.kill()


@pytest.fixture
async def plant(broker: Mosquitto) -> AsyncIterator[tuple[EdgeRuntime, Store]]:
    """Every metric of the npm edge node as a tag, numbered from 1."""
    store = Store()
    points = [scan(tag, f"peer/edge/press:{name}", kind) for tag, (name, kind, _) in enumerate(TYPES, start=1)]
    edge = runtime(link("sparkplug", broker.port, *points, host_id="dovetail", reorder_s=1), store)
    await edge.start()
    yield edge, store
    await edge.stop()


async def test_every_data_type_of_the_npm_edge_node_comes_right(node: NpmEdge, plant) -> None:
    _, store = plant
    await asyncio.to_thread(node.start)
    await until(lambda: store.last(TOTAL) == (100, q.GOOD), within_s=20)
    found = {name: store.last(tag) for tag, (name, _, _) in enumerate(TYPES, start=1)}
    assert found == {name: (value, q.GOOD) for name, _, value in TYPES}
    node.set(Total=101, Boolean=False)
    await until(lambda: store.last(TOTAL) == (101, q.GOOD) and store.last(11) == (False, q.GOOD), within_s=10)


async def test_an_npm_edge_node_that_was_there_before_us_is_asked_for_its_births(node: NpmEdge, broker, until=until):
    await asyncio.to_thread(node.start)
    store = Store()
    edge = runtime(link("sparkplug", broker.port, scan(1, "peer/edge/press:Total", Kind.U64)), store)
    await edge.start()
    await until(lambda: store.last(1) == (100, q.GOOD), within_s=20)
    await edge.stop()


async def test_an_npm_edge_node_that_is_killed_is_no_data_and_comes_back(node: NpmEdge, plant) -> None:
    edge, store = plant
    await asyncio.to_thread(node.start)
    await until(lambda: store.last(TOTAL) == (100, q.GOOD), within_s=20)
    await until(lambda: edge.status()[0].up, within_s=20)  # the first values have come before the link has settled
    node.kill()
    await until(lambda: store.last(TOTAL) == (None, q.BAD_NOT_CONNECTED), within_s=RECOVERS_S)
    assert edge.status()[0].up
    await asyncio.to_thread(node.start)
    assert await until(lambda: store.last(TOTAL) == (100, q.GOOD), within_s=30) <= RECOVERS_S


async def test_a_mosquitto_that_is_killed_and_started_again_is_lived_through(node: NpmEdge, broker, plant) -> None:
    _, store = plant
    await asyncio.to_thread(node.start)
    await until(lambda: store.last(TOTAL) == (100, q.GOOD), within_s=20)
    broker.stop()
    await until(lambda: store.last(TOTAL) == (None, q.BAD_NOT_CONNECTED), within_s=RECOVERS_S)
    await asyncio.to_thread(broker.start)
    took_s = await until(lambda: store.last(TOTAL) == (100, q.GOOD), within_s=60)
    assert took_s <= RECOVERS_S


async def test_a_command_reaches_the_npm_edge_node(node: NpmEdge, broker, plant) -> None:
    _, store = plant
    host = sparkplug.PLUGIN.open(options(sparkplug.PLUGIN, broker), Surroundings(SystemClock()))
    await host.open()
    point = Point(1, "peer/edge/press:Total", Kind.U64)
    await host.read([point])
    await asyncio.to_thread(node.start)
    await until(lambda: store.last(TOTAL) == (100, q.GOOD), within_s=20)
    await host.probe()
    await host.write(point, 7)
    await until(lambda: store.last(TOTAL) == (7, q.GOOD), within_s=10)
    await host.close()


def options(plugin, broker: Mosquitto, **more: object):
    return plugin.check({"host": "127.0.0.1", "port": broker.port, "security": CLEAR, **more})


@pytest.mark.parametrize("version", ["3.1.1", "5"])
async def test_mosquitto_with_tls_a_client_certificate_and_a_password(tmp_path: Path, version: str) -> None:
    certificate, key = make_certificate(tmp_path)
    users = tmp_path / "users"
    maker = shutil.which("mosquitto_passwd")
    if maker is None:
        pytest.skip("mosquitto_passwd is not installed here: `make peers` installs it")
    await asyncio.to_thread(subprocess.run, [maker, "-b", "-c", str(users), "edge", "s3cret"], check=True)
    users.chmod(0o644)
    files = [f"{name} {path}" for name, path in (("cafile", certificate), ("certfile", certificate), ("keyfile", key))]
    for path in (tmp_path, *tmp_path.parents[:3]):
        path.chmod(0o755)
    key.chmod(0o644)
    broker = Mosquitto(tmp_path, *files, "require_certificate true", f"password_file {users}", "allow_anonymous false")
    broker.start()
    security = {"ca": str(certificate), "certificate": str(certificate), "private_key": str(key)}
    given = {"version": version, "security": security, "user": "edge", "password": "secret://broker"}
    store = Store()
    edge = runtime(link("mqtt", broker.port, scan(1, "m/speed"), **given), store, secret=lambda _: "s3cret")
    await edge.start()
    await until(lambda: edge.status()[0].up, within_s=20)
    checked = mqtt.PLUGIN.check({"host": "127.0.0.1", "port": broker.port, **given})
    device = mqtt.PLUGIN.open(checked, Surroundings(SystemClock(), lambda _: "s3cret"))
    await device.open()
    await device.write(Point(1, "m/speed", Kind.F64), 12.5)
    await until(lambda: store.last(1) == (12.5, q.GOOD), within_s=10)
    assert not edge.status()[0].insecure
    await edge.stop()
    await device.close()
    without = {**given, "security": {"ca": str(certificate)}}
    refused = runtime(link("mqtt", broker.port, scan(1, "m/speed"), **without), Store(), secret=lambda _: "s3cret")
    await refused.start()
    await until(lambda: refused.status()[0].cause not in ("", "not connected yet"), within_s=20)
    assert not refused.status()[0].up
    await refused.stop()
    broker.stop()


async def test_mosquitto_keeps_for_us_what_comes_while_we_are_away(broker: Mosquitto) -> None:
    clock, store = SystemClock(), Store()
    given = {"client_id": "edge", "session": "resume", "timestamp": "/ts"}
    plan = link("mqtt", broker.port, scan(1, "m#/v"), **given)
    edge = runtime(plan, store)
    await edge.start()
    await until(lambda: edge.status()[0].up, within_s=20)
    await edge.stop()
    device = mqtt.PLUGIN.open(options(mqtt.PLUGIN, broker), Surroundings(clock))
    await device.open()
    sent_us = clock.now_us()
    for value in (1, 2, 3):
        await device._open_client().publish("m", b'{"v": %d, "ts": %d}' % (value, sent_us + value), qos=1)
    again = runtime(plan, store)
    await again.start()
    await until(lambda: store.values(1)[-3:] == [1.0, 2.0, 3.0] or {1.0, 2.0, 3.0} <= set(store.values(1)), within_s=20)
    assert sorted(ts - sent_us for ts, value, _ in store.rows(1) if value is not None) == [1, 2, 3]
    await again.stop()
    await device.close()
