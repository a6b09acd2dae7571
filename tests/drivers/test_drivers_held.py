"""Drivers whose devices send by themselves stop reading while they are held, and lose nothing by it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from mqtt_plant import Store, link, runtime, scan

from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock
from dovetail.core.errors import LinkError
from dovetail.core.plugins import load
from dovetail.drivers.base import PACKAGE, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.flow import Flow
from dovetail.drivers.opcua.listening import _Listener, _publish_forever, _Subscription
from dovetail.edge import pressure
from dovetail.mqtt import client
from dovetail.mqtt import packets as p
from dovetail.testing.web import Asked, Said, WebServer

MESSAGES, BODY = 3_000, 6_000  # far more bytes than the sockets of both sides take
DOCUMENTS, FILLER = 300, 60_000  # as many bytes


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


# --- MTConnect ----------------------------------------------------------------------------------------------------

PART = b"--cut\r\nContent-type: text/xml\r\nContent-length: %d\r\n\r\n%s\r\n"
DOCUMENT = (
    '<MTConnectStreams><Header creationTime="2026-03-01T10:00:00.5Z" instanceId="1" firstSequence="1" '
    'lastSequence="{0}" nextSequence="{1}"/><Streams><DeviceStream><ComponentStream><Samples><Position dataItemId="x" '
    'timestamp="2026-03-01T10:00:00.5Z" sequence="{0}">{0}</Position></Samples></ComponentStream></DeviceStream>'
    "</Streams><!--{2}--></MTConnectStreams>"
)


class Agent:
    """An MTConnect agent that says a new value as soon as it got rid of the one before; `said`: the last."""

    def __init__(self) -> None:
        self.said = 0
        self.server = WebServer(self._answer)

    def _answer(self, asked: Asked) -> Said:
        if "/sample" in asked.path:
            return Said(content_type="multipart/x-mixed-replace;boundary=cut", chunks=self._stream())
        return Said(DOCUMENT.format(0, 1, "").encode(), content_type="text/xml")

    async def _stream(self) -> AsyncIterator[bytes]:
        filler = "x" * FILLER
        for self.said in range(1, DOCUMENTS + 1):
            body = DOCUMENT.format(self.said, self.said + 1, filler).encode()
            yield PART % (len(body), body)
        await asyncio.Event().wait()


async def test_an_mtconnect_agent_keeps_what_a_held_link_does_not_read(until) -> None:
    agent, flow, notices = Agent(), Flow(), list[Notice]()
    spec = load(PACKAGE, "mtconnect")
    options = spec.check({"url": f"http://127.0.0.1:{await agent.server.start()}"})
    driver = spec.open(options, Surroundings(SystemClock(), flow=flow))
    await driver.open()
    flow.hold()
    listening = asyncio.create_task(driver.subscribe([ListenGroup(1, (Point(1, "x", Kind.F64),))], notices.append))
    before = -1
    while agent.said == 0 or agent.said != before:  # until neither side's sockets take any more
        before = agent.said
        await asyncio.sleep(0.1)
    assert (agent.said < DOCUMENTS, len(notices)) == (True, 1), "what there was at first, and nothing of the stream"
    flow.go_on()
    await until(lambda: len(notices) > DOCUMENTS)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await driver.close()
    await agent.server.stop()
    values = [value for notice in notices for batch in notice.batches for value in batch.value.tolist()]
    assert values == [float(n) for n in range(DOCUMENTS + 1)]
    assert sum(notice.lost_samples for notice in notices) == 0


# --- QoS 1 --------------------------------------------------------------------------------------------------------


class Sender:
    """A broker of one client: sends what it is told to at QoS 1, and notes which numbers are acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []
        self._writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        while head := await reader.read(2):
            body = await reader.readexactly(head[1])
            if head[0] & 0xF0 == p.CONNECT:
                writer.write(p.connack(p.Welcome(0), 4))
            elif head[0] & 0xF0 == p.PUBACK:
                self.acknowledged.append(int.from_bytes(body[:2], "big"))
        writer.close()

    def send(self, *numbers: int) -> None:
        assert self._writer is not None
        for number in numbers:
            self._writer.write(p.publish("m", str(number).encode(), version=4, packet_id=number))


async def test_a_broker_is_told_that_a_message_is_here_only_once_it_was_handed_over(until) -> None:
    sender, heard = Sender(), list[bytes]()
    server = await asyncio.start_server(sender.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    line = await client.connect("127.0.0.1", port, p.Hello("tried"), tls=None, where="here")
    sender.send(1, 2)  # nobody listens yet
    await asyncio.sleep(0.05)
    assert sender.acknowledged == []
    line.listen(lambda messages: heard.extend(payload for _, payload, _, _ in messages))
    await until(lambda: sender.acknowledged == [1, 2])
    line.hold()
    sender.send(3, 4, 5)
    await asyncio.sleep(0.05)
    assert (heard, sender.acknowledged) == ([b"1", b"2"], [1, 2]), "it would be lost with us, and nobody would know"
    line.go_on()
    await until(lambda: sender.acknowledged == [1, 2, 3, 4, 5])
    assert heard == [b"1", b"2", b"3", b"4", b"5"]
    await line.close()
    server.close()


async def test_a_message_that_could_not_be_handed_over_is_not_acknowledged(until) -> None:
    sender = Sender()
    server = await asyncio.start_server(sender.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    line = await client.connect("127.0.0.1", port, p.Hello("tried"), tls=None, where="here")

    def full(_messages: list) -> None:
        raise OSError("no room")

    line.listen(full)
    sender.send(1)
    with pytest.raises(LinkError, match="no room"):
        await line.lost
    await asyncio.sleep(0.05)
    assert sender.acknowledged == []
    server.close()
