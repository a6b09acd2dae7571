"""A broker behind the edge: refused, lost, back, taken over, flooding; and what the store is told of it."""

from __future__ import annotations

import asyncio
import logging
import ssl
from contextlib import suppress

import pytest
from mqtt_plant import CLEAR, GOOD_THROUGH, Store, link, runtime, scan

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock
from dovetail.core.errors import PointError
from dovetail.drivers.base import Point, Surroundings
from dovetail.drivers.mqtt import PLUGIN
from dovetail.drivers.mqtt.client import MqttDriver
from dovetail.edge import session
from dovetail.sim.servers.broker import Broker
from dovetail.testing.certificate import make_certificate
from dovetail.testing.chaos import NONE, Fault


def driver(broker: Broker, **options: object) -> MqttDriver:
    checked = PLUGIN.check({"host": "127.0.0.1", "port": broker.port, "security": CLEAR, **options})
    return MqttDriver(checked, Surroundings(SystemClock()))


@pytest.mark.parametrize("version", ["3.1.1", "5"])
async def test_retained_values_come_at_once_and_changes_follow(broker, until, version) -> None:
    store = Store()
    broker.publish("m/speed", b"10", retain=True)
    broker.publish("m/state", b'{"running": true, "n": 4}', retain=True)
    points = (
        scan(1, "m/speed", scale=0.5),
        scan(2, "m/state#/running", Kind.BOOL),
        scan(3, "m/state#/n", Kind.U64, mode="poll", interval_ms=100),
        scan(4, "m/never"),
    )
    edge = runtime(link("mqtt", broker.port, *points, version=version), store)
    await edge.start()
    expected = [(5.0, q.GOOD), (True, q.GOOD), (4, q.GOOD), (None, q.BAD_COMM)]
    await until(lambda: edge.status()[0].up and [store.last(tag) for tag in (1, 2, 3, 4)] == expected)
    assert broker.sessions and {name for s in broker.sessions.values() for name in s.filters} == {
        "m/speed", "m/state", "m/never",
    }  # fmt: skip
    broker.publish("m/speed", b"12", qos=1)
    broker.publish("m/state", b'{"n": 5}', qos=1)
    await until(lambda: store.last(1) == (6.0, q.GOOD) and store.last(3) == (5, q.GOOD))
    await edge.stop()
    assert store.last(2) == (True, q.GOOD), "a message about n says nothing of running"


async def test_a_broker_that_goes_away_is_no_data_and_comes_back_by_itself(broker, until, caplog) -> None:
    caplog.set_level(logging.INFO, logger="dovetail")
    store, told = Store(), []
    broker.publish("m/speed", b"10", retain=True)
    edge = runtime(link("mqtt", broker.port, scan(1, "m/speed")), store, told)
    await edge.start()
    await until(lambda: edge.status()[0].up and store.last(1) == (10.0, q.GOOD))
    await broker.stop()
    await until(lambda: store.last(1) == (None, q.BAD_NOT_CONNECTED), within_s=5)
    lost_us = store.rows(1)[-1][0]
    assert all(ts < lost_us for ts, _, _ in store.rows(1)[:-1])
    broker.publish("m/speed", b"11", retain=True)
    await broker.start()
    await until(lambda: store.last(1) == (11.0, q.GOOD), within_s=10)
    await until(lambda: edge.status()[0].up)
    await edge.stop()
    assert [change.up for change in told] == [True, False, True]
    said = [r.levelname for r in caplog.records if r.name == "dovetail.edge.session"]
    assert said == ["INFO", "WARNING", "INFO"]


async def test_a_frozen_wire_is_noticed_within_four_seconds(broker, wire, until) -> None:
    store = Store()
    broker.publish("m/speed", b"10", retain=True)
    await wire.lay(broker.port)
    edge = runtime(link("mqtt", wire.port, scan(1, "m/speed")), store)
    await edge.start()
    await until(lambda: edge.status()[0].up and store.last(1) == (10.0, q.GOOD))
    frozen_us = SystemClock().now_us()
    await wire.suffer(Fault("pulled"))
    await until(lambda: store.last(1)[1] == q.BAD_NOT_CONNECTED, within_s=10)
    assert store.rows(1)[-1][0] <= frozen_us + 100_000, "nothing was good after the wire froze"
    await wire.suffer(NONE)
    await until(lambda: store.last(1) == (10.0, q.GOOD), within_s=10)
    await edge.stop()


async def test_silence_is_not_a_lost_link(broker, until) -> None:
    store = Store()
    broker.publish("m/speed", b"10", retain=True)
    edge = runtime(link("mqtt", broker.port, scan(1, "m/speed")), store)
    await edge.start()
    await until(lambda: edge.status()[0].up and store.last(1) == (10.0, q.GOOD))
    await until(lambda: GOOD_THROUGH in store.marks)
    rows, mark_us = len(store.rows(1)), store.marks[GOOD_THROUGH]
    await until(lambda: store.marks[GOOD_THROUGH] > mark_us + 1_500_000)
    assert len(store.rows(1)) == rows, "good-through follows, and no sample is made up"
    await edge.stop()


async def test_a_device_that_dies_is_said_by_its_last_will(broker, until) -> None:
    """The trap of every broker: the link is up, the device is gone, the retained value looks alive."""
    store = Store()
    device = driver(broker, client_id="device")
    broker.publish("m/1/speed", b"10", retain=True)
    broker.publish("m/2/speed", b"20", retain=True)
    presence = [{"topic": "m/{unit}/status", "covers": "m/{unit}/#", "offline": "gone"}]
    plan = link("mqtt", broker.port, scan(1, "m/1/speed"), scan(2, "m/2/speed"), presence=presence)
    edge = runtime(plan, store)
    await edge.start()
    await until(lambda: edge.status()[0].up and store.last(1) == (10.0, q.GOOD) and store.last(2) == (20.0, q.GOOD))
    broker.publish("m/1/status", b"gone", retain=True)
    await until(lambda: store.last(1) == (None, q.BAD_NOT_CONNECTED))
    assert store.last(2) == (20.0, q.GOOD) and edge.status()[0].up
    broker.publish("m/1/speed", b"11", qos=1)
    await until(lambda: store.last(1) == (11.0, q.GOOD))
    await edge.stop()
    await device.close()


async def test_a_topic_that_falls_silent_is_stale(broker, until) -> None:
    store = Store()
    broker.publish("m/speed", b"10", retain=True)
    edge = runtime(link("mqtt", broker.port, scan(1, "m/speed"), silent_after_s=1), store)
    await edge.start()
    await until(lambda: store.last(1) == (None, q.BAD_STALE))
    broker.publish("m/speed", b"12")
    await until(lambda: store.last(1) == (12.0, q.GOOD))
    await edge.stop()


async def test_a_topic_the_broker_refuses_is_bad_alone(until) -> None:
    broker = Broker(refuses=frozenset({"secret/speed"}))
    await broker.start()
    store = Store()
    broker.publish("m/speed", b"10", retain=True)
    edge = runtime(link("mqtt", broker.port, scan(1, "m/speed"), scan(2, "secret/speed")), store)
    await edge.start()
    expected = ((10.0, q.GOOD), (None, q.BAD_CONFIG))
    await until(lambda: edge.status()[0].up and (store.last(1), store.last(2)) == expected)
    natives = [b.native.tolist() for f in store.frames for b in f.batches if b.native is not None]
    assert [0x80] in natives
    await edge.stop()
    await broker.stop()


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        ({}, "does not let us in"),
        ({"user": "edge", "password": "secret://wrong"}, "no such user or password"),
        ({"user": "edge", "password": "secret://wrong", "version": "5"}, "no such user or password"),
        ({"user": "edge", "password": "secret://right"}, ""),
    ],
)
async def test_who_may_connect(until, options, cause) -> None:
    broker = Broker(users={"edge": "s3cret"})
    await broker.start()
    store = Store()
    broker.publish("m/speed", b"10", retain=True)
    secrets = {"right": "s3cret", "wrong": "guess"}
    edge = runtime(link("mqtt", broker.port, scan(1, "m/speed"), **options), store, secret=secrets.__getitem__)
    await edge.start()
    await until(lambda: edge.status()[0].up or (cause and cause in edge.status()[0].cause))
    assert "s3cret" not in edge.status()[0].cause
    await edge.stop()
    await broker.stop()


async def test_tls_checks_who_the_broker_is(tmp_path, until, monkeypatch) -> None:
    monkeypatch.setattr(session, "BACKOFF_REFUSED_S", 0.1)
    authority, key = make_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority, key)
    broker = Broker(tls=context)
    await broker.start()
    broker.publish("m/speed", b"10", retain=True)
    store = Store()
    trusted = link("mqtt", broker.port, scan(1, "m/speed"), security={"ca": str(authority)})
    edge = runtime(trusted, store)
    await edge.start()
    await until(lambda: edge.status()[0].up)
    assert not edge.status()[0].insecure
    await edge.reconfigure([link("mqtt", broker.port, scan(1, "m/speed"), security={})])
    await until(lambda: "not trusted" in edge.status()[0].cause)
    await edge.stop()
    await broker.stop()


async def test_what_was_sent_while_we_were_away_comes_late_and_not_as_now(broker, until) -> None:
    store = Store()
    options = {"client_id": "edge", "session": "resume", "timestamp": "/ts"}
    clock = SystemClock()

    def says(value: int, ago_s: float = 0.0) -> bytes:
        return b'{"v": %d, "ts": %d}' % (value, clock.now_us() - round(ago_s * 1_000_000))

    edge = runtime(link("mqtt", broker.port, scan(1, "m#/v"), **options), store)
    broker.publish("m", says(1), retain=True)
    await edge.start()
    await until(lambda: edge.status()[0].up and store.last(1)[0] == 1.0)
    await broker.stop()
    await until(lambda: store.last(1) == (None, q.BAD_NOT_CONNECTED))
    await asyncio.sleep(0.3)  # real time: the outage has a length
    kept_us = clock.now_us()
    broker.publish("m", says(2), qos=1)
    await asyncio.sleep(0.1)  # real time
    broker.publish("m", says(3), qos=1, retain=True)
    await broker.start()
    await until(lambda: edge.status()[0].up)
    await until(lambda: store.last(1) == (3.0, q.GOOD))
    late = [(ts, value) for ts, value, _ in store.rows(1) if value == 2.0]
    assert len(late) == 1 and abs(late[0][0] - kept_us) < 50_000
    await edge.stop()


async def test_a_flood_of_garbage_ends_the_link_and_not_the_edge(until) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await reader.read(1000)
            writer.write(bytes.fromhex("20020000") + b"\x30\xff\xff\xff\x7f" + bytes(1000))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    store = Store()
    edge = runtime(link("mqtt", server.sockets[0].getsockname()[1], scan(1, "m")), store)
    await edge.start()
    await until(lambda: "longer than" in edge.status()[0].cause)
    await until(lambda: store.last(1) == (None, q.BAD_NOT_CONNECTED))
    await edge.stop()
    server.close()


async def test_a_client_id_that_another_takes_over_is_said(broker, until) -> None:
    store = Store()
    edge = runtime(link("mqtt", broker.port, scan(1, "m"), client_id="same", version="5"), store)
    await edge.start()
    await until(lambda: edge.status()[0].up)
    other = driver(broker, client_id="same", version="5")
    await other.open()
    await until(lambda: "another client" in edge.status()[0].cause)
    await edge.stop()
    await other.close()


@pytest.mark.parametrize(
    ("address", "kind", "value", "topic", "payload"),
    [
        ("m/set", Kind.F64, 12.0, "m/set", b"24.0"),
        ("m/set#/a/b", Kind.I64, 3, "m/set", b'{"a":{"b":6}}'),
        ("m/set", Kind.STR, "stop", "m/set", b"stop"),
        ("m/set", Kind.BOOL, True, "m/set", b"true"),
    ],
)
async def test_a_value_is_written_to_its_topic(broker, address, kind, value, topic, payload) -> None:
    ours = driver(broker)
    await ours.open()
    broker.retained.clear()
    listener = driver(broker)
    await listener.open()
    heard: list[tuple[bytes, bytes]] = []
    client = listener._open_client()
    client.listen(lambda messages: heard.extend(message[:2] for message in messages))
    await client.subscribe([(topic, 1)])
    await ours.write(Point(1, address, kind, 0.5), value)
    await client.ping()
    assert heard == [(topic.encode(), payload)]
    await ours.close()
    await listener.close()


@pytest.mark.parametrize("address", ["m/+/set", "m#/[tag=x]/value"])
async def test_a_place_that_is_not_one_cannot_be_written(broker, address) -> None:
    ours = driver(broker)
    await ours.open()
    with pytest.raises(PointError):
        await ours.write(Point(1, address, Kind.F64), 1.0)
    await ours.close()


async def test_a_person_sees_what_the_broker_has(broker, monkeypatch) -> None:
    monkeypatch.setattr("dovetail.drivers.mqtt.exploring.LISTEN_S", 0.05)
    broker.publish("plant/filler/speed", b"12", retain=True)
    broker.publish("plant/filler/info", b'{"a": {"b": 1}, "c/d": true}', retain=True)
    ours = driver(broker)
    await ours.open()
    seen = [
        [(found.address, found.is_folder, found.kind) for found in await ours.browse(under)]
        for under in (None, "plant", "plant/filler", "plant/filler/info#", "plant/filler/info#/a")
    ]
    assert seen == [
        [("plant", True, None)],
        [("plant/filler", True, None)],
        [("plant/filler/info#", True, None), ("plant/filler/speed", False, Kind.F64)],
        [("plant/filler/info#/a", True, None), ("plant/filler/info#/c~1d", False, Kind.BOOL)],
        [("plant/filler/info#/a/b", False, Kind.F64)],
    ]
    assert len(broker.sessions) == 1, "the looking left nothing behind"
    await ours.close()


async def test_closing_leaves_nothing_behind(broker, until) -> None:
    before = asyncio.all_tasks()
    ours = driver(broker)
    await ours.open()
    await ours.probe()
    await ours.close()
    await ours.close()
    await until(lambda: not broker.lines and not broker.sessions)
    assert asyncio.all_tasks() == before
