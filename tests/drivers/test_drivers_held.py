"""Drivers whose devices send by themselves stop reading while they are held, and lose nothing by it."""

from __future__ import annotations

import asyncio
import threading

import pytest
from mqtt_plant import Store, link, runtime, scan

from dovetail.core.errors import LinkError
from dovetail.drivers.flow import Flow
from dovetail.drivers.opcua.listening import _Listener, _publish_forever, _Subscription
from dovetail.edge import pressure
from dovetail.mqtt import client

MESSAGES, BODY = 3_000, 6_000  # far more bytes than the sockets of both sides take


class SlowStore(Store):
    """A store whose commits take until the test lets them end."""

    def __init__(self) -> None:
        super().__init__()
        self.goes = threading.Event()
        self.goes.set()

    def put(self, frames) -> None:
        self.goes.wait()
        super().put(frames)


@pytest.mark.parametrize("qos", [0, 1])
async def test_a_broker_keeps_what_the_store_does_not_take_yet(broker, until, monkeypatch, qos) -> None:
    monkeypatch.setattr(pressure, "WAITING_HIGH", 1_000)
    monkeypatch.setattr(pressure, "WAITING_LEAST", 1_000)
    monkeypatch.setattr(client, "SILENT_S", 0.2)
    monkeypatch.setattr(client, "STALLED_S", 5.0)
    store = SlowStore()
    broker.publish("m", b'{"n": -1}', retain=True)  # nobody waits for a first value
    edge = runtime(link("mqtt", broker.port, scan(1, "m#/n"), qos=qos), store)
    await edge.start()
    await until(lambda: edge.status()[0].up)
    store.goes.clear()
    filler = "x" * BODY
    for n in range(MESSAGES):
        broker.publish("m", f'{{"n": {n}, "filler": "{filler}"}}'.encode(), qos=qos)
        await asyncio.sleep(0)
    await until(lambda: edge.status()[0].health.held_ratio > 0.005)  # 0.3 s
    status = edge.status()[0]
    assert status.samples < MESSAGES // 2, "the rest lies in the sockets and at the broker"
    assert status.up and status.reconnects == 0, "silence while we do not read is not the broker's"
    store.goes.set()
    await until(lambda: len(store.values(1)) > MESSAGES)
    await edge.stop()
    assert store.values(1)[-MESSAGES:] == [float(n) for n in range(MESSAGES)]
    assert edge.delivery()["gap_samples"] == 0


class Channel:
    """What listening asks of an OPC UA session: counts publish requests, and never answers."""

    def __init__(self) -> None:
        self.flow = Flow()
        self.asked = 0

    def monotonic_us(self) -> int:
        return 1_000

    async def ask(self, _request, _timeout_s=None):
        self.asked += 1
        raise LinkError("enough")


async def test_an_opcua_server_is_not_asked_for_more_while_held() -> None:
    channel, subscription = Channel(), _Subscription(1, 1_000, 0)
    channel.flow.hold()
    asking = asyncio.create_task(_publish_forever(_Listener(channel, [], lambda _notice: None), subscription))
    for _ in range(5):
        await asyncio.sleep(0)
    assert channel.asked == 0
    channel.flow.go_on()
    with pytest.raises(LinkError, match="enough"):
        await asking
    assert (channel.asked, subscription.heard_us) == (1, 1_000), "the pause was ours, not the server's silence"
