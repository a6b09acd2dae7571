"""A host application and edge nodes on one broker: born, dead, asked anew, commanded; and what STATE says of us."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from mqtt_plant import CLEAR, Store, link, runtime, scan

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock
from dovetail.core.errors import PointError
from dovetail.drivers.base import Point, Surroundings
from dovetail.drivers.sparkplug import PLUGIN
from dovetail.drivers.sparkplug.client import SparkplugDriver
from dovetail.mqtt.client import connect
from dovetail.mqtt.packets import Hello
from dovetail.mqtt.sparkplug import DataType as T
from dovetail.mqtt.sparkplug import decode
from dovetail.sim.servers.broker import Broker
from dovetail.sim.servers.sparkplug import EdgeNode

STATE = "spBv1.0/STATE/dovetail"


@pytest.fixture
async def node(broker: Broker) -> AsyncIterator[EdgeNode]:
    metrics = {
        "": {"Speed": (T.Double, 10.0), "Name": (T.String, "cola")},
        "filler": {"Count": (T.UInt32, 7), "Temp": (T.Int16, -5)},
    }
    made = EdgeNode("line1", "gw", metrics, broker.port)
    yield made
    await made.stop()


def points(*more):
    return (
        scan(1, "line1/gw:Speed"),
        scan(2, "line1/gw/filler:Count", Kind.U64),
        scan(3, "line1/gw/filler:Temp", Kind.I64, mode="poll", interval_ms=100),
        scan(4, "line1/gw:Name", Kind.STR),
        *more,
    )


def shows(store: Store, *expected):
    return lambda: tuple(store.last(tag)[0] for tag in (1, 2, 3, 4)) == expected


async def test_a_node_that_was_born_before_us_is_asked_and_understood(broker, node, until) -> None:
    """The most repeated complaint: after a restart of the host, aliases that nobody knows until somebody acts."""
    store = Store()
    await node.start()
    edge = runtime(link("sparkplug", broker.port, *points(scan(5, "line1/gw:Nothing"))), store)
    await edge.start()
    await until(lambda: edge.status()[0].up and shows(store, 10.0, 7, -5, "cola")())
    assert node.births == 2 and store.last(5) == (None, q.BAD_CONFIG)
    node.report("filler", Count=8, Temp=None)
    node.report(Speed=11.0)
    await until(shows(store, 11.0, 8, None, "cola"))
    assert store.last(3)[1] == q.BAD_DEVICE
    await edge.stop()


async def test_a_node_that_dies_is_no_data_and_its_birth_brings_it_back(broker, node, until) -> None:
    store = Store()
    edge = runtime(link("sparkplug", broker.port, *points(), host_id="dovetail"), store)
    await edge.start()
    await until(lambda: edge.status()[0].up)
    assert node.births == 0 and store.last(1) in ((None, q.BAD_COMM), (None, q.BAD_NOT_CONNECTED))
    await node.start()
    await until(shows(store, 10.0, 7, -5, "cola"))
    node.device_death("filler")
    await until(lambda: store.last(2) == store.last(3) == (None, q.BAD_NOT_CONNECTED))
    assert store.last(1) == (10.0, q.GOOD)
    await node.die()
    await until(lambda: store.last(1) == (None, q.BAD_NOT_CONNECTED))
    assert edge.status()[0].up, "the broker is there; the node is not"
    await node.start()
    await until(shows(store, 10.0, 7, -5, "cola"))
    await edge.stop()


async def test_a_lost_message_is_noticed_and_everything_is_asked_for_once(broker, node, until) -> None:
    store = Store()
    await node.start()
    edge = runtime(link("sparkplug", broker.port, *points(), reorder_s=0.2, rebirth_every_s=3600), store)
    await edge.start()
    await until(lambda: edge.status()[0].up and node.births == 2)
    node.metrics[""]["Name"] = (T.String, "lemon")
    node.skip()  # the change of the name was lost
    node.report(Speed=12.0)
    await until(shows(store, 12.0, 7, -5, "cola"))
    assert node.births == 2, "patience: the last rebirth was only just asked for"
    await edge.stop()


async def test_history_is_stored_where_it_belongs(broker, node, until) -> None:
    store = Store()
    await node.start()
    edge = runtime(link("sparkplug", broker.port, *points()), store)
    await edge.start()
    await until(lambda: edge.status()[0].up)
    then_ms = SystemClock().now_us() // 1000 - 60_000
    node.report(at_ms=then_ms, historical=True, Speed=5.0)
    node.report(Speed=11.0)
    await until(lambda: store.last(1) == (11.0, q.GOOD))
    assert [ts for ts, value, _ in store.rows(1) if value == 5.0] == [then_ms * 1000]
    await edge.stop()


def state_of(broker: Broker) -> dict:
    return json.loads(broker.retained.get(STATE, b"{}"))


async def test_state_says_whether_we_are_there(broker, node, until) -> None:
    """[host-topic-phid-birth-*, -death-*; operational-behavior-host-application-*; payloads-state-*]"""
    wills = []
    before_ms = SystemClock().now_us() // 1000
    edge = runtime(link("sparkplug", broker.port, *points(), host_id="dovetail"), Store())
    await edge.start()
    await until(lambda: state_of(broker).get("online") is True)
    wills = [line.will for line in broker.lines]
    said = state_of(broker)
    assert set(said) == {"online", "timestamp"} and said["timestamp"] >= before_ms
    assert [(w.topic, json.loads(w.payload), w.qos, w.retain) for w in wills] == [
        (STATE, {"online": False, "timestamp": said["timestamp"]}, 1, True)
    ]
    session = next(iter(broker.sessions.values()))
    assert list(session.filters) == [STATE, "spBv1.0/line1/+/gw/#"], "our own STATE first, then the nodes"
    broker.publish(STATE, json.dumps({"online": False, "timestamp": before_ms}).encode(), retain=True)
    await until(lambda: state_of(broker).get("online") is True)
    assert state_of(broker)["timestamp"] == said["timestamp"], "a stranger's word does not make us offline"
    await edge.stop()
    assert state_of(broker)["online"] is False
    assert state_of(broker)["timestamp"] >= said["timestamp"]


async def test_a_host_that_dies_is_said_to_be_offline_by_its_will(broker, until) -> None:
    options = PLUGIN.check({"host": "127.0.0.1", "port": broker.port, "security": CLEAR, "host_id": "dovetail"})
    host = SparkplugDriver(options, Surroundings(SystemClock()))
    await host.open()
    await host.read([Point(1, "line1/gw:Speed", Kind.F64)])
    assert state_of(broker)["online"] is True
    host._open_client().drop()
    await until(lambda: state_of(broker)["online"] is False)
    await host.close()


async def test_commands_carry_the_metrics_own_type(broker, node, until) -> None:
    """[payloads-ncmd-*, payloads-dcmd-*, topics-ncmd-mqtt, topics-dcmd-mqtt]"""
    store = Store()
    await node.start()
    edge = runtime(link("sparkplug", broker.port, *points()), store)
    await edge.start()
    await until(shows(store, 10.0, 7, -5, "cola"))
    options = PLUGIN.check({"host": "127.0.0.1", "port": broker.port, "security": CLEAR})
    host = SparkplugDriver(options, Surroundings(SystemClock()))
    await host.open()
    speed = Point(1, "line1/gw:Speed", Kind.F64, 0.5)
    pieces = Point(2, "line1/gw/filler:Count", Kind.U64)
    for point in (speed, pieces):
        with pytest.raises(PointError, match="no birth"):
            await host.write(point, 20.0)  # nobody knows its type
    node.birth()
    await host.probe()
    await host.write(speed, 20.0)
    await host.write(pieces, 9)
    await until(shows(store, 40.0, 9, -5, "cola"))
    with pytest.raises(PointError, match="cannot be sent"):
        await host.write(pieces, -1)
    await host.close()
    await edge.stop()


async def test_a_broker_that_restarts_is_lived_through(broker, node, until) -> None:
    store = Store()
    await node.start()
    edge = runtime(link("sparkplug", broker.port, *points(), host_id="dovetail"), store)
    await edge.start()
    await until(shows(store, 10.0, 7, -5, "cola"))
    await broker.stop()
    await until(lambda: store.last(1) == (None, q.BAD_NOT_CONNECTED))
    await node.stop()
    await broker.start()
    await node.start()
    await until(shows(store, 10.0, 7, -5, "cola"))
    await until(lambda: state_of(broker).get("online") is True)
    await edge.stop()


async def test_a_person_sees_nodes_devices_and_metrics(broker, node, monkeypatch, until) -> None:
    monkeypatch.setattr("dovetail.drivers.sparkplug.exploring.LISTEN_S", 0.3)
    await node.start()
    options = PLUGIN.check({"host": "127.0.0.1", "port": broker.port, "security": CLEAR})
    host = SparkplugDriver(options, Surroundings(SystemClock()))
    await host.open()
    top = await host.browse("line1/gw")
    assert [(f.address, f.is_folder, f.kind) for f in top] == [
        ("line1/gw/filler", True, None),
        ("line1/gw:bdSeq", False, Kind.I64),
        ("line1/gw:Node Control/Rebirth", False, Kind.BOOL),
        ("line1/gw:Speed", False, Kind.F64),
        ("line1/gw:Name", False, Kind.STR),
    ]
    below = await host.browse("line1/gw/filler")
    assert [(f.address, f.kind) for f in below] == [
        ("line1/gw/filler:Count", Kind.U64),
        ("line1/gw/filler:Temp", Kind.I64),
    ]
    await host.close()


async def test_commands_are_what_the_specification_asks(broker, node, until) -> None:
    """Topic, QoS, retain, timestamp, no sequence number; by alias where the birth gave one, and a rebirth by name."""
    options = PLUGIN.check({"host": "127.0.0.1", "port": broker.port, "security": CLEAR})
    host = SparkplugDriver(options, Surroundings(SystemClock()))
    ear = await connect("127.0.0.1", broker.port, Hello("ear"), tls=None, where="ear")
    heard: list[tuple[str, Any, int]] = []
    ear.listen(lambda messages: heard.extend((t.decode(), decode(d), f) for t, d, f, _ in messages))
    await ear.subscribe([("spBv1.0/line1/NCMD/#", 1), ("spBv1.0/line1/DCMD/#", 1)])
    await host.open()
    speed, pieces = Point(1, "line1/gw:Speed", Kind.F64), Point(2, "line1/gw/filler:Count", Kind.U64)
    await host.read([speed, pieces])
    await node.start()
    await host.probe()
    await host.write(speed, 20.0)
    await host.write(pieces, 9)
    listening = asyncio.create_task(host.subscribe([], lambda _notice: None))
    await host.read([Point(3, "line1/gw:New", Kind.F64)])  # a metric that was not looked for at the birth
    await until(lambda: len(heard) == 3)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    (ncmd, by_alias, f1), (dcmd, to_device, f2), (again, rebirth, f3) = heard
    assert (ncmd, dcmd, again) == (
        "spBv1.0/line1/NCMD/gw", "spBv1.0/line1/DCMD/gw/filler", "spBv1.0/line1/NCMD/gw",
    )  # fmt: skip
    assert (f1, f2, f3) == (0, 0, 0), "QoS 0, not retained"
    assert all(p.timestamp and not p.HasField("seq") for p in (by_alias, to_device, rebirth))
    assert [(m.name, m.alias, m.datatype, m.double_value) for m in by_alias.metrics] == [("", 0, T.Double, 20.0)]
    assert [(m.name, m.alias, m.datatype, m.int_value) for m in to_device.metrics] == [("", 2, T.UInt32, 9)]
    assert [(m.name, m.HasField("alias"), m.datatype, m.boolean_value) for m in rebirth.metrics] == [
        ("Node Control/Rebirth", False, T.Boolean, True)
    ]
    await host.close()
    await ear.close()
