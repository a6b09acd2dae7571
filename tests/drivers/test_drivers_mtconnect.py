"""An MTConnect agent, its documents written after the standard: looked at, listened to, restarted, overrun."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SystemClock
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import Driver, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.mtconnect.documents import read
from dovetail.drivers.mtconnect.multipart import Parts, boundary_of
from dovetail.testing.web import Asked, Said, WebServer

F64, I64, BOOL, STR, JSON = Kind.F64, Kind.I64, Kind.BOOL, Kind.STR, Kind.JSON
PLUGIN = load("dovetail.drivers", "mtconnect")
SPACE = "urn:mtconnect.org:MTConnectStreams:2.0"
AT = "2026-03-01T10:00:00.500Z"
AT_US = 1_772_359_200_500_000

DEVICES = b"""<?xml version="1.0" encoding="UTF-8"?>
<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:2.0"><Header instanceId="1" creationTime=""/>
<Devices><Device id="d1" name="VMC" uuid="000">
<DataItems><DataItem category="EVENT" id="avail" type="AVAILABILITY"/></DataItems>
<Components><Axes id="ax" name="base"><Components><Linear id="x" name="X"><DataItems>
<DataItem category="SAMPLE" id="Xact" name="Xpos" type="POSITION" units="MILLIMETER"/>
<DataItem category="CONDITION" id="Xload" type="LOAD"/></DataItems></Linear></Components></Axes></Components>
</Device></Devices></MTConnectDevices>"""


def streams(
    inner: str = "", *, first: int = 1, last: int = 20, instance: str = "1", following: int | None = None
) -> bytes:
    """A streams document around observations."""
    after = last + 1 if following is None else following
    return (
        f'<?xml version="1.0"?><MTConnectStreams xmlns="{SPACE}"><Header creationTime="{AT}" instanceId="{instance}" '
        f'bufferSize="100" firstSequence="{first}" lastSequence="{last}" nextSequence="{after}"/>'
        f'<Streams><DeviceStream name="VMC" uuid="000"><ComponentStream component="Linear" name="X" componentId="x">'
        f"{inner}</ComponentStream></DeviceStream></Streams></MTConnectStreams>"
    ).encode()


def observed(group: str, tag: str, item: str, text: str, sequence: int = 5, more: str = "") -> str:
    return f'<{group}><{tag} dataItemId="{item}" timestamp="{AT}" sequence="{sequence}" {more}>{text}</{tag}></{group}>'


def failed(code: str, instance: str = "1") -> bytes:
    return (
        f'<MTConnectError xmlns="urn:mtconnect.org:MTConnectError:2.0"><Header instanceId="{instance}" '
        f'creationTime="{AT}"/><Errors><Error errorCode="{code}">no</Error></Errors></MTConnectError>'
    ).encode()


NOW = streams(
    observed("Samples", "Position", "Xact", "12.5", 5, 'name="Xpos"')
    + observed("Samples", "PathPosition", "path", "1 2.5 3", 6)
    + observed("Events", "Execution", "exec", "ACTIVE", 7)
    + observed("Events", "PartCount", "parts", "41", 8)
    + observed("Events", "DoorState", "door", "UNAVAILABLE", 9)
    + observed("Condition", "Warning", "Xload", "hot", 10, 'nativeCode="W1" qualifier="HIGH"')
    + observed("Condition", "Fault", "Xload", "stuck", 11, 'nativeCode="F9"')
    + observed("Condition", "Unavailable", "sys", "", 12)
    + observed("Events", "VariableDataSet", "vars", '<Entry key="R1">10</Entry><Entry key="R2">x</Entry>', 13)
)


class Agent:
    """What the agent says: `now` to current, and a queue of documents to the stream."""

    def __init__(self) -> None:
        self.now = NOW
        self.stream: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.sample = Said(streams(), content_type="text/xml")
        self.server = WebServer(self.answer)

    def answer(self, asked: Asked) -> Said:
        name = asked.path.partition("?")[0].rpartition("/")[2]
        if name == "sample" and "heartbeat" in asked.path:
            return Said(content_type="multipart/x-mixed-replace;boundary=cut", chunks=self._stream())
        if name == "sample":
            return self.sample
        return Said({"current": self.now, "probe": DEVICES}.get(name, b"?"), content_type="text/xml")

    async def _stream(self) -> AsyncIterator[bytes]:
        while (body := await self.stream.get()) is not None:
            whole = b"--cut\r\nContent-type: text/xml\r\nContent-length: %d\r\n\r\n%s\r\n" % (len(body), body)
            yield whole[:40]  # a document seldom comes in one piece
            yield whole[40:]


type Open = Callable[..., Awaitable[Driver]]


@pytest.fixture
async def agent() -> AsyncIterator[Agent]:
    made = Agent()
    yield made
    await made.server.stop()


@pytest.fixture
async def connect(agent: Agent) -> AsyncIterator[Open]:
    opened: list[Driver] = []

    async def make(**options: Any) -> Driver:
        port = await agent.server.start()
        checked = PLUGIN.check({"url": f"http://127.0.0.1:{port}", **options})
        driver = PLUGIN.open(checked, Surroundings(SystemClock()))
        opened.append(driver)
        await driver.open()
        return driver

    yield make
    for driver in opened:
        await driver.close()


READS: list[tuple[str, Kind, Value, int]] = [
    ("Xact", F64, 12.5, q.GOOD),
    ("Xpos", F64, 12.5, q.GOOD),
    ("exec", STR, "ACTIVE", q.GOOD),
    ("exec", F64, None, q.BAD_DEVICE),
    ("parts", I64, 41, q.GOOD),
    ("door", STR, None, q.BAD_NOT_CONNECTED),
    ("path", JSON, "[1,2.5,3]", q.GOOD),
    ("Xload", STR, "Fault", q.GOOD),
    ("Xload", BOOL, True, q.GOOD),
    ("Xload", I64, 2, q.GOOD),
    ("Xload.code", STR, "F9", q.GOOD),
    ("Xload.text", STR, "stuck", q.GOOD),
    ("sys", STR, None, q.BAD_NOT_CONNECTED),
    ("vars#R1", I64, 10, q.GOOD),
    ("vars#R7", I64, None, q.BAD_CONFIG),
    ("vars", JSON, '{"R1":"10","R2":"x"}', q.GOOD),
    ("nowhere", F64, None, q.BAD_CONFIG),
]


@pytest.mark.parametrize(("address", "kind", "value", "quality"), READS)
async def test_what_an_agent_knows_now(connect: Open, address: str, kind: Kind, value: Value, quality: int) -> None:
    (batch,) = await (await connect()).read([Point(1, address, kind)])
    ((_, _, found, said),) = batch.rows()
    assert (found, said) == (value, quality)


async def test_one_device_of_an_agent(connect: Open, agent: Agent) -> None:
    await (await connect(device="VMC")).read([Point(1, "Xact", F64)])
    assert {asked.path for asked in agent.server.asked} == {"/VMC/current"}


class Listening:
    """A driver that listens in the background, and what it has told."""

    def __init__(self, driver: Driver, *points: Point) -> None:
        self.notices: asyncio.Queue[Notice] = asyncio.Queue()
        self.task = asyncio.create_task(driver.subscribe([ListenGroup(100, points)], self.notices.put_nowait))

    async def rows(self) -> list[tuple[int, Value, int]]:
        """The next notice's rows; what ended the listening is raised."""
        coming = asyncio.create_task(self.notices.get())
        await asyncio.wait({coming, self.task}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            coming.cancel()
            await asyncio.wait_for(self.task, 1)
        self.last = coming.result()
        return [(tag, value, quality) for batch in self.last.batches for tag, _, value, quality in batch.rows()]

    async def __aenter__(self) -> Listening:
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


X = Point(1, "Xact", F64)
LOAD = Point(2, "Xload", STR)


async def test_changes_come_in_their_order_and_silence_is_proof(connect: Open, agent: Agent) -> None:
    async with Listening(await connect(), X, LOAD) as heard:
        assert sorted(await heard.rows()) == [(1, 12.5, q.GOOD), (2, "Fault", q.GOOD), (2, "Warning", q.GOOD)]
        later = observed("Samples", "Position", "Xact", "14", 22) + observed("Samples", "Position", "Xact", "13", 21)
        cleared = observed("Condition", "Normal", "Xload", "", 23, 'nativeCode="F9"')
        agent.stream.put_nowait(streams(later + cleared, last=23))
        assert await heard.rows() == [(1, 13.0, q.GOOD), (1, 14.0, q.GOOD), (2, "Warning", q.GOOD)]
        (first, _) = heard.last.batches
        assert first.ts_device is not None
        assert first.ts_device.tolist() == [AT_US, AT_US]
        agent.stream.put_nowait(streams(observed("Condition", "Normal", "Xload", "", 24), last=24))
        assert await heard.rows() == [(2, "Normal", q.GOOD)]
        agent.stream.put_nowait(streams(last=24))  # a heartbeat
        assert await heard.rows() == []
        assert (heard.last.has, heard.last.device_us, heard.last.lost_samples) == ("all", AT_US, 0)
    assert "from=21&" in agent.server.asked[-1].path


async def test_a_message_that_is_not_the_last_says_so(connect: Open, agent: Agent) -> None:
    async with Listening(await connect(), X) as heard:
        await heard.rows()
        agent.stream.put_nowait(streams(observed("Samples", "Position", "Xact", "1", 21), last=900, following=22))
        await heard.rows()
        assert heard.last.has == "more"


async def test_what_fell_out_of_the_buffer_is_counted_and_the_present_is_known(connect: Open, agent: Agent) -> None:
    async with Listening(await connect(), X) as heard:
        await heard.rows()
        agent.now = streams(observed("Samples", "Position", "Xact", "99", 150), first=51, last=150)
        for body in (failed("OUT_OF_RANGE"), None):
            agent.stream.put_nowait(body)
        assert await heard.rows() == [(1, 99.0, q.GOOD)]
        assert heard.last.lost_samples >= 1
        agent.stream.put_nowait(streams(observed("Samples", "Position", "Xact", "7", 201), first=161, last=201))
        assert await heard.rows() == [(1, 7.0, q.GOOD)]
        assert heard.last.lost_samples == 10, "151 to 160 are gone"


ENDS: list[tuple[bytes | None, type[Exception], str]] = [
    (streams(instance="2"), LinkError, "started anew"),
    (failed("INTERNAL_ERROR"), LinkError, "INTERNAL_ERROR"),
    (failed("NO_DEVICE"), ConfigError, "NO_DEVICE"),
    (b"<html/>", LinkError, "instead of streams"),
    (b"<not xml", LinkError, "no MTConnect document"),
    (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', LinkError, "no MTConnect document"),
    (streams().replace(b"nextSequence", b"x"), LinkError, "without sequence numbers"),
    (None, LinkError, "ended its stream"),
]


@pytest.mark.parametrize(("body", "error", "words"), ENDS)
async def test_what_ends_a_stream(
    connect: Open, agent: Agent, body: bytes | None, error: type[Exception], words: str
) -> None:
    async with Listening(await connect(), X) as heard:
        await heard.rows()
        agent.stream.put_nowait(body)
        with pytest.raises(error, match=words):
            await heard.rows()


async def test_a_silent_stream_is_a_lost_link(connect: Open) -> None:
    async with Listening(await connect(heartbeat_s=0.5), X) as heard:
        await heard.rows()
        with pytest.raises(LinkError, match="does not answer in time"):
            await heard.rows()


async def test_a_machine_is_browsed(connect: Open) -> None:
    driver = await connect()
    (device,) = await driver.browse()
    assert (device.name, device.is_folder) == ("Device VMC", True)
    found = await driver.browse(device.address)
    assert [(one.address, one.is_folder) for one in found] == [("part:ax", True), ("avail", False)]
    items = await driver.browse("part:x")
    assert [(one.address, one.name, one.kind) for one in items] == [
        ("Xact", "Xpos · POSITION · MILLIMETER", F64),
        ("Xload", "Xload · LOAD", STR),
    ]
    with pytest.raises(PointError):
        await driver.browse("part:nothing")


async def test_life_is_asked_for_and_an_error_document_is_life(connect: Open, agent: Agent) -> None:
    driver = await connect()
    first = await driver.probe()
    await asyncio.sleep(1.1)
    agent.sample = Said(failed("OUT_OF_RANGE"), 404, "text/xml")
    assert (await driver.probe()).answered_us > first.answered_us


async def test_a_page_of_another_kind_is_no_agent(connect: Open, agent: Agent) -> None:
    agent.server.answer = lambda _asked: Said(b"<html>hello</html>", 404, "text/html")
    with pytest.raises(ConfigError, match="HTTP 404"):
        await connect()


@pytest.mark.parametrize("text", ["", "a b", "#x", "a" * 600])
def test_addresses_that_do_not_hold(text: str) -> None:
    with pytest.raises(ConfigError):
        PLUGIN.parse_address(text)


@given(st.binary(max_size=300))
def test_no_document_does_more_than_end_the_link(body: bytes) -> None:
    try:
        read(body, where="agent")
    except LinkError as error:
        assert error.code.startswith("mtconnect-")


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=6), st.integers(1, 40))
def test_a_stream_is_cut_into_what_was_sent(bodies: list[bytes], step: int) -> None:
    whole = b"".join(b"--b\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(body), body) for body in bodies)
    parts = Parts(b"b")
    found = [one for at in range(0, len(whole), step) for one in parts.feed(whole[at : at + step])]
    assert found == bodies


@given(st.binary(max_size=200), st.integers(1, 50))
def test_any_bytes_are_held_within_bounds(data: bytes, step: int) -> None:
    parts = Parts(b"b")
    found = [one for at in range(0, len(data), step) for one in parts.feed(data[at : at + step])]
    assert sum(map(len, found)) <= len(data)


def test_a_boundary_is_found() -> None:
    assert boundary_of("text/xml") is None
    assert boundary_of("multipart/x-mixed-replace; boundary=a1") == b"a1"
