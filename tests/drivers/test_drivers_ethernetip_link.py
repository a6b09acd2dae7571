"""A Logix controller that is slow, late, wrong, small or changed: what the driver makes of it."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from logix_device import MOTOR, LogixDevice

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SECOND_US, SystemClock
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import Driver, Point, Surroundings
from dovetail.drivers.ethernetip import session
from dovetail.sim.servers.logix import DINT, REAL, Tag
from dovetail.testing.clock import ManualClock

F64, I64, U64, BOOL, STR, JSON = Kind.F64, Kind.I64, Kind.U64, Kind.BOOL, Kind.STR, Kind.JSON
PLUGIN = load("dovetail.drivers", "ethernetip")
SHORT_S = 0.3  # the timeout where a controller stays silent
OTHER_TYPE, PAST_END = 0x2107FF, 0x2105FF
type Open = Callable[..., Awaitable[Driver]]


@pytest.fixture
async def device() -> AsyncIterator[LogixDevice]:
    made = LogixDevice()
    await made.plug()
    yield made
    await made.stop()


@pytest.fixture
async def connect(device: LogixDevice) -> AsyncIterator[Open]:
    opened: list[Driver] = []
    around = Surroundings(SystemClock())

    async def make(*, clock: ManualClock | None = None, **options: Any) -> Driver:
        checked = PLUGIN.check({"host": "127.0.0.1", "port": device.port, "timeout_s": 10, **options})
        driver = PLUGIN.open(checked, around if clock is None else replace(around, clock=clock))
        opened.append(driver)
        await driver.open()
        return driver

    yield make
    for driver in opened:
        await driver.close()
        await driver.close()  # twice does no harm
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("eip")] == []


def points(*addresses: str, kind: Kind = F64) -> tuple[Point, ...]:
    return tuple(Point(at, address, kind) for at, address in enumerate(addresses))


async def values(driver: Driver, wanted: tuple[Point, ...]) -> list[Value]:
    rows = [row for batch in await driver.read(wanted) for row in batch.rows()]
    return [value for _, _, value, _ in sorted(rows)]


async def told(driver: Driver, wanted: tuple[Point, ...]) -> dict[str, tuple[Value, int, int]]:
    """Value, quality and the controller's own status of each, by its address."""
    found: dict[str, tuple[Value, int, int]] = {}
    names = {point.tag_id: point.address for point in wanted}
    for batch in await driver.read(wanted):
        native = batch.native if batch.native is not None else [0] * len(batch)
        for (tag, _, value, quality), status in zip(batch.rows(), native, strict=True):
            found[names[tag]] = (value, quality, int(status))
    return found


NUMBERED = tuple(Point(number, f"N{number}", I64) for number in range(400))


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point, name, held, value", [
    (Point(1, "Speed", F64),                "Speed", 12.5,         12.5),
    (Point(1, "SPEED", F64, 0.5, 1.0),      "Speed", 12.5,         7.25),
    (Point(1, "Pieces", I64),               "Pieces", -7,          -7),
    (Point(1, "Total", U64),                "Total", 2**32 - 1,    2**32 - 1),
    (Point(1, "Long", I64),                 "Long", -(2**63),      -(2**63)),
    (Point(1, "Running", BOOL),             "Running", True,       True),
    (Point(1, "Word.15", BOOL),             "Word", -(2**15),      True),
    (Point(1, "Long.62", BOOL),             "Long", 2**62,         True),
    (Point(1, "Name", STR),                 "Name", "Línea 7",     "Línea 7"),
    (Point(1, "Label", STR),                "Label", "x" * 20,     "x" * 20),
    (Point(1, "Names[2]", STR),             "Names[2]", "third",   "third"),
    (Point(1, "Names{3}", JSON),            "Names[1]", "b",       '["","b",""]'),
    (Point(1, "Temps[9]", F64),             "Temps[9]", 3.5,       3.5),
    (Point(1, "Temps[8]{2}", JSON),         "Temps[9]", 3.5,       "[0.0,3.5]"),
    (Point(1, "Matrix[1,2]", I64),          "Matrix[1,2]", -5,     -5),
    (Point(1, "Cube[1,0,1]", I64),          "Cube[1,0,1]", 9,      9),
    (Point(1, "Motors[3].Speed", F64),      "Motors[3].Speed", 1.5, 1.5),
    (Point(1, "Motors[3].Fault", BOOL),     "Motors[3].Fault", True, True),
    (Point(1, "Line.Motors[1].Codes[2]", I64), "Line.Motors[1].Codes[2]", -3, -3),
    (Point(1, "Line.Motors[1].Codes[2].0", BOOL), "Line.Motors[1].Codes[2]", -3, True),
    (Point(1, "Program:Main.Speed", F64),   "Program:Main.Speed", 2.5, 2.5),
    (Point(1, "Cycle", I64),                "Cycle", 4_000,        4_000),
    (Point(1, "When", STR),                 "When", 1_000_000,     "1970-01-01T00:00:01"),
])  # fmt: skip
async def test_what_a_tag_holds(
    device: LogixDevice, connect: Open, point: Point, name: str, held: Any, value: Value
) -> None:
    device.program.set(name, held)
    driver = await connect()
    assert await values(driver, (point,)) == [value]
    assert await values(driver, (point,)) == [value]  # the second time by the shape of the first


@pytest.mark.parametrize("size, messages", [(4_002, 2), (504, 12)])
async def test_many_tags_come_in_few_messages(connect: Open, device: LogixDevice, size: int, messages: int) -> None:
    device.size_max = size
    driver = await connect()
    await values(driver, NUMBERED)
    device.frames.clear()
    assert await values(driver, NUMBERED) == list(range(400))
    assert len(device.frames) == messages
    assert max(len(frame) for frame in device.frames) <= 24 + 20 + size


async def test_bits_of_one_number_are_asked_for_once(device: LogixDevice, connect: Open) -> None:
    driver = await connect()
    bits = points(*(f"Pieces.{bit}" for bit in range(32)), kind=BOOL)
    device.program.set("Pieces", 0b1010)
    assert await values(driver, bits) == [False, True, False, True, *[False] * 28]
    device.program.asked.clear()
    await values(driver, bits)
    assert len(device.program.asked) == 1


async def test_booleans_of_an_array_come_in_words(device: LogixDevice, connect: Open) -> None:
    for bit in (0, 31, 37, 95):
        device.program.tags["Bits"].data[bit // 8] |= 1 << bit % 8
    driver = await connect()
    wanted = points(*(f"Bits[{bit}]" for bit in range(96)), kind=BOOL)
    assert [at for at, value in enumerate(await values(driver, wanted)) if value] == [0, 31, 37, 95]
    device.program.asked.clear()
    await values(driver, wanted)
    assert len(device.program.asked) == 3
    assert await values(driver, (Point(1, "Bits[30]{10}", JSON),)) == [
        "[false,true,false,false,false,false,false,true,false,false]"
    ]
    assert await values(driver, (Point(1, "Motors[0].Alarms[0]", BOOL),)) == [False]


async def test_a_bad_tag_spoils_nothing_and_says_why(device: LogixDevice, connect: Open) -> None:
    driver = await connect()
    wanted = (
        *points("Speed", "Nope", "Temps[10]", "Temps[0,0]", "Line.Nope", "Motors[0]"), Point(6, "SPEED", I64),
        Point(7, "Pieces.40", BOOL), Point(8, "Temps[5]{6}", JSON), Point(9, "a b", F64),
    )  # fmt: skip
    device.program.set("Speed", 5.0)
    expected = {
        "Nope": (None, q.BAD_CONFIG, 0x05), "Temps[10]": (None, q.BAD_CONFIG, PAST_END),
        "Temps[0,0]": (None, q.BAD_CONFIG, 0x04), "Line.Nope": (None, q.BAD_CONFIG, 0x05),
        "Motors[0]": (None, q.BAD_CONFIG, OTHER_TYPE), "Pieces.40": (None, q.BAD_CONFIG, OTHER_TYPE),
        "Temps[5]{6}": (None, q.BAD_CONFIG, PAST_END), "a b": (None, q.BAD_CONFIG, 0),
        "SPEED": (None, q.BAD_CONFIG, OTHER_TYPE), "Speed": (5.0, q.GOOD, 0),
    }  # fmt: skip
    assert await told(driver, wanted) == expected
    assert await told(driver, wanted) == expected


async def test_what_is_refused_is_asked_for_again_each_five_seconds(
    device: LogixDevice, connect: Open, clock: ManualClock
) -> None:
    driver = await connect(clock=clock)
    wanted = points("Speed", "Later")
    assert await values(driver, wanted) == [0.0, None]
    device.program.tags["Later"] = Tag(REAL)
    device.program.set("Later", 7.5)
    await clock.advance(4.0)
    assert await values(driver, wanted) == [0.0, None]
    await clock.advance(2.0)
    assert await values(driver, wanted) == [0.0, 7.5]


async def test_a_tag_that_was_a_structure_for_a_while(device: LogixDevice, connect: Open, clock: ManualClock) -> None:
    driver = await connect(clock=clock)
    wanted = points("Speed", "Pieces")
    assert await values(driver, wanted) == [0.0, 0.0]
    before, device.program.tags["Speed"] = device.program.tags["Speed"], device.program.tags["Line"]
    assert (await told(driver, wanted))["Speed"] == (None, q.BAD_CONFIG, OTHER_TYPE)
    device.program.tags["Speed"] = before
    await clock.advance(6.0)
    assert await values(driver, wanted) == [0.0, 0.0]


async def test_another_program_in_the_controller(device: LogixDevice, connect: Open) -> None:
    """A tag that gets another type, and one that goes: seen at the next read, each for itself."""
    driver = await connect()
    wanted = points("Speed", "Pieces", "Temps[0]")
    assert await values(driver, wanted) == [0.0, 0.0, 0.0]
    device.program.tags["Speed"] = Tag(DINT, (), bytearray(b"\x07\0\0\0"))
    assert await values(driver, wanted) == [7.0, 0.0, 0.0]
    del device.program.tags["Pieces"]
    assert (await told(driver, wanted))["Pieces"] == (None, q.BAD_CONFIG, 0x05)
    assert await values(driver, wanted) == [7.0, None, 0.0]


async def test_an_array_longer_than_a_message(device: LogixDevice, connect: Open) -> None:
    device.size_max = 504
    struct.pack_into("<1000i", device.program.tags["Big"].data, 0, *range(1_000))
    driver = await connect()
    wanted = (Point(1, "Big{1000}", JSON), Point(2, "Speed", F64))
    text = "[" + ",".join(map(str, range(1_000))) + "]"
    assert await values(driver, wanted) == [text, 0.0]
    assert await values(driver, wanted) == [text, 0.0]


@pytest.mark.parametrize("service, status, items", [
    (0x0A, 0x08, 1),   # it knows no messages of several
    (0x0A, 0x11, 1),   # it says that it is too much, whatever it is
])  # fmt: skip
async def test_a_controller_that_bears_less(
    device: LogixDevice, connect: Open, service: int, status: int, items: int
) -> None:
    device.program.refuses[service] = status
    driver = await connect()
    assert await values(driver, NUMBERED[:20]) == list(range(20))
    device.frames.clear()
    assert await values(driver, NUMBERED[:20]) == list(range(20))
    assert len(device.frames) == 20 // items


async def test_a_micro800_takes_one_question_in_a_message(device: LogixDevice, connect: Open) -> None:
    driver = await connect(micro800=True)
    assert await values(driver, NUMBERED[:5]) == list(range(5))
    device.frames.clear()
    await values(driver, NUMBERED[:5])
    assert len(device.frames) == 5


async def test_a_route_is_taken(connect: Open) -> None:
    driver = await connect(route="1.3/2.192.168.1.5/1.0")
    assert await values(driver, NUMBERED[:5]) == list(range(5))


# --- the link -----------------------------------------------------------------------------------------------------


def silent(_frame: bytes) -> list[bytes]:
    return []


async def test_silence_ends_the_link_in_time(device: LogixDevice, connect: Open) -> None:
    driver = await connect(timeout_s=SHORT_S)
    device.script = silent
    began = time.monotonic()
    with pytest.raises(LinkError, match=r"does not answer within 0\.3 s"):
        await driver.read(NUMBERED)
    assert time.monotonic() - began < 5
    with pytest.raises(LinkError, match="does not answer"):  # it is over: nothing is sent on it any more
        await driver.read(NUMBERED)
    assert len(device.frames) == 1


@pytest.mark.parametrize("spoil, why", [
    (lambda frame: [frame[:44] + b"\xff\xff" + frame[46:]] * 20, "answers what was not asked"),
    (lambda frame: [b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(60_000)], "no EtherNet/IP"),
    (lambda frame: [frame[:8] + b"\x64\0\0\0" + frame[12:]], "refuses the question: session status 0x0064"),
    (lambda frame: [frame[:46] + b"\x4c" + frame[47:]], "no answer to the question"),
    (lambda frame: [frame[:2] + b"\x16\0" + frame[4:46]], "no answer to the question"),
    (lambda frame: [frame[:52] + b"\xff\xff" * ((len(frame) - 52) // 2) + frame[-(len(frame) % 2) :]], "no answer"),
])  # fmt: skip
async def test_what_is_no_answer_ends_the_link(
    device: LogixDevice, connect: Open, spoil: Callable[[bytes], list[bytes]], why: str
) -> None:
    driver = await connect(timeout_s=2)
    device.script = spoil
    with pytest.raises(LinkError, match=why):
        await driver.read(NUMBERED[:10])


async def test_an_answer_in_pieces_and_a_stray_one_before_it(device: LogixDevice, connect: Open) -> None:
    driver = await connect()

    def stray_then_pieces(frame: bytes) -> list[bytes]:
        return [frame[:44] + b"\x77\x77" + frame[46:], frame[:10], frame[10:100], frame[100:]]

    device.script = stray_then_pieces
    assert await values(driver, NUMBERED) == list(range(400))


async def test_drops_that_never_end_are_ended(device: LogixDevice, connect: Open) -> None:
    """A controller that sends a byte now and then: each would renew a simple time-out for ever."""
    driver = await connect(timeout_s=SHORT_S)
    (line,) = device._lines
    loop = asyncio.get_running_loop()

    def drip(frame: bytes, at: int = 0) -> list[bytes]:
        transport = line._transport
        if transport is not None and at < len(frame):
            transport.write(frame[at : at + 1])
            loop.call_later(0.05, drip, frame, at + 1)
        return []

    device.script = drip
    with pytest.raises(LinkError, match="does not answer within"):
        await driver.read(NUMBERED[:10])


async def test_who_goes_away_leaves_no_answer_to_others(
    device: LogixDevice, connect: Open, until: Callable[..., Awaitable[None]]
) -> None:
    driver = await connect()
    wanted = NUMBERED[:3]
    assert await values(driver, wanted) == [0, 1, 2]
    held: list[bytes] = []
    device.script = lambda frame: held.append(frame) or []
    reading = asyncio.create_task(driver.read(wanted))
    await until(lambda: held)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    device.script = lambda frame: [*held, frame]  # the late answer comes before the new one
    again = asyncio.create_task(driver.read(NUMBERED[10:13]))
    await asyncio.sleep(0.05)
    (line,) = device._lines
    assert line._transport is not None
    line._transport.write(held[0])
    assert sorted(row[2] for batch in await again for row in batch.rows()) == [10, 11, 12]


async def test_reads_take_turns(device: LogixDevice, connect: Open) -> None:
    """A long read must not keep a short one waiting."""
    device.size_max = 504
    driver = await connect()
    short = (Point(1, "Speed", F64),)
    await asyncio.gather(driver.read(NUMBERED), driver.read(short))
    order: list[str] = []

    async def named(name: str, wanted: tuple[Point, ...]) -> None:
        await driver.read(wanted)
        order.append(name)

    await asyncio.gather(named("long", NUMBERED), named("short", short))
    assert order == ["short", "long"]


async def test_a_closed_link_gives_the_connection_back(device: LogixDevice, connect: Open) -> None:
    driver = await connect()
    await driver.read(NUMBERED[:3])
    await driver.close()
    assert device.closed == 1
    with pytest.raises(LinkError, match="not connected"):
        await driver.read(NUMBERED[:3])


async def test_closing_under_a_silent_controller_is_quick(
    device: LogixDevice, connect: Open, until: Callable[..., Awaitable[None]]
) -> None:
    driver = await connect(timeout_s=30)
    device.script = silent
    reading = asyncio.create_task(driver.read(NUMBERED[:3]))
    await until(lambda: device.frames)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    began = time.monotonic()
    await driver.close()
    assert time.monotonic() - began < 10


async def test_a_thread_that_hangs_does_not_hang_the_link(device: LogixDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name look-up has no time-out of its own. Its thread is left behind, counted, and there are few of them."""
    wake = threading.Event()
    monkeypatch.setattr(session, "CONNECT_TIMEOUT_S", 0.05)
    monkeypatch.setattr(session, "NET_S", 0.05)
    monkeypatch.setattr(session, "HUNG_MAX", 2)
    monkeypatch.setattr(session.socket, "getaddrinfo", lambda *_: wake.wait(60) and [])
    options = PLUGIN.check({"host": "plc", "port": device.port, "timeout_s": 0.05})
    for _ in range(2):
        with pytest.raises(LinkError, match="its thread hangs"):
            await PLUGIN.open(options, Surroundings(SystemClock())).open()
    with pytest.raises(LinkError, match="2 links wait for an answer that does not come"):
        await PLUGIN.open(options, Surroundings(SystemClock())).open()
    hung = list(session._hung)
    wake.set()
    for thread in hung:
        await asyncio.to_thread(thread.join, 10)
    monkeypatch.undo()
    again = PLUGIN.open(PLUGIN.check({"host": "127.0.0.1", "port": device.port}), Surroundings(SystemClock()))
    await again.open()
    await again.close()


async def test_a_proof_of_life(device: LogixDevice, connect: Open, clock: ManualClock) -> None:
    driver = await connect(clock=clock)
    await driver.probe()
    assert len(device.frames) == 1
    await driver.probe()  # what was heard within the last second is enough
    assert len(device.frames) == 1
    await clock.advance(1.5)
    alive = await driver.probe()
    assert len(device.frames) == 2 and alive.answered_us >= alive.asked_us > clock.now_us() - SECOND_US


async def test_only_a_large_connection_is_refused(device: LogixDevice, connect: Open) -> None:
    device.size_max = 504
    driver = await connect()
    assert await values(driver, NUMBERED[:3]) == [0, 1, 2]


async def test_a_connection_that_is_refused_says_with_which_status(device: LogixDevice, connect: Open) -> None:
    device.size_max = 100
    with pytest.raises(LinkError, match="refuses the connection: 0x01/0x0109") as caught:
        await connect()
    assert "`slot` or `route`" in (caught.value.hint or "")


async def test_nobody_listens(connect: Open) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(LinkError, match="refuses the connection"):
        await connect(port=port)


async def test_a_host_that_does_not_exist(connect: Open) -> None:
    with pytest.raises(LinkError, match="there is no host"):
        await connect(host="no-such-controller.invalid")


async def test_something_else_listens(connect: Open) -> None:
    async def web(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(web, "127.0.0.1", 0)
    with pytest.raises(LinkError) as caught:
        await connect(port=server.sockets[0].getsockname()[1])
    assert "EtherNet/IP" in f"{caught.value.message} {caught.value.hint}"
    server.close()
    await server.wait_closed()


async def test_a_pulled_cable_and_the_controller_again(device: LogixDevice, connect: Open) -> None:
    driver = await connect()
    await driver.read(NUMBERED[:3])
    await device.unplug()
    with pytest.raises(LinkError, match=r"closed the connection|reset"):
        await driver.read(NUMBERED[:3])
    await device.plug()
    assert await values(await connect(), NUMBERED[:3]) == [0, 1, 2]


async def test_there_are_no_subscriptions(connect: Open) -> None:
    driver = await connect()
    with pytest.raises(ConfigError, match="is polled"):
        await driver.subscribe((), logging.debug)


# --- writing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point, value", [
    (Point(1, "Speed", F64),             1.25),
    (Point(1, "Word", F64, 0.1),         -12.5),
    (Point(1, "Total", U64),             2**32 - 1),
    (Point(1, "Long", I64),              -(2**63)),
    (Point(1, "Running", BOOL),          True),
    (Point(1, "Pieces.31", BOOL),        True),
    (Point(1, "Bits[70]", BOOL),         True),
    (Point(1, "Motors[2].Run", BOOL),    True),
    (Point(1, "Line.Motors[1].Speed", F64), 2.5),
    (Point(1, "Program:Main.Step", I64), 7),
    (Point(1, "Name", STR),              "Línea 7"),
    (Point(1, "Label", STR),             "x" * 20),
    (Point(1, "Label", STR),             ""),
    (Point(1, "When", STR),              "2026-03-01T06:30:15.250000"),
    (Point(1, "Day", STR),               "2026-03-01"),
])  # fmt: skip
async def test_what_is_written_is_read_back(connect: Open, point: Point, value: Value) -> None:
    driver = await connect()
    await driver.write(point, value)
    assert await values(driver, (point,)) == [value]


async def test_one_bit_leaves_the_others(device: LogixDevice, connect: Open) -> None:
    device.program.set("Pieces", 0b1010)
    driver = await connect()
    await driver.write(Point(1, "Pieces.0", BOOL), True)
    await driver.write(Point(1, "Pieces.3", BOOL), False)
    assert device.program.tags["Pieces"].data == bytearray([0b0011, 0, 0, 0])


@pytest.mark.parametrize("point, value, why", [
    (Point(1, "Word", F64),         40_000,    "holds -32768 to 32767"),
    (Point(1, "Running", BOOL),     1.0,       "takes true or false"),
    (Point(1, "Pieces.3", BOOL),    1.0,       "takes true or false"),
    (Point(1, "Nope", F64),         5,         "0x05 path destination unknown"),
    (Point(1, "Temps[10]", F64),    5,         "0xFF/0x2105 past the end"),
    (Point(1, "Speed", I64),        5,         "is REAL and not i64"),
    (Point(1, "Motors[0]", F64),    5,         "is a structure and not f64"),
    (Point(1, "Name", STR),         "x" * 83,  "holds 82 characters"),
    (Point(1, "Label", STR),        "x" * 21,  "holds 20 characters"),
    (Point(1, "Temps{3}", JSON),    "[1,2,3]", "an array is not written"),
])  # fmt: skip
async def test_a_write_that_is_refused(connect: Open, point: Point, value: Value, why: str) -> None:
    driver = await connect()
    with pytest.raises(PointError, match=why):
        await driver.write(point, value)


async def test_a_controller_that_may_only_be_read(device: LogixDevice, connect: Open) -> None:
    device.program.may_write = False
    driver = await connect()
    with pytest.raises(PointError, match="0x0F privilege violation") as caught:
        await driver.write(Point(1, "Speed", F64), 5.0)
    assert caught.value.native == 0x0F


async def test_a_value_that_does_not_stay_is_said(device: LogixDevice, connect: Open) -> None:
    driver = await connect()
    written = device.program._write
    device.program._write = lambda spot, data: (written(spot, data), device.program.set("Pieces", 6))[0]
    with pytest.raises(PointError, match="reads back 06 00 00 00 instead of 05 00 00 00"):
        await driver.write(Point(1, "Pieces", I64), 5)


async def test_a_write_with_unknown_outcome_is_not_sent_again(device: LogixDevice, connect: Open) -> None:
    driver = await connect(timeout_s=SHORT_S)
    await driver.read((Point(1, "Pieces", I64),))
    device.script = silent
    device.program.asked.clear()
    with pytest.raises(LinkError, match="does not answer"):
        await driver.write(Point(1, "Pieces", I64), 5)
    assert [request[0] for request in device.program.asked] == [0x4D]


# --- looking through ----------------------------------------------------------------------------------------------


async def looked(driver: Driver, address: str | None) -> list[str]:
    return [
        f"{one.address} {'/' if one.is_folder else one.kind and one.kind.name}" for one in await driver.browse(address)
    ]


async def test_a_program_is_looked_through(device: LogixDevice, connect: Open) -> None:
    for name in [name for name in device.program.tags if name.startswith("N") and name[1:].isdigit()]:
        del device.program.tags[name]
    driver = await connect()
    assert (await looked(driver, None))[:12] == [
        "Program:Main /", "Program:Aux /", "Big /", "Bits /", "Cube /", "Cycle I64", "Day STR", "DayTime STR",
        "Fine I64", "Label STR", "Line /", "Long I64",
    ]  # fmt: skip
    assert await looked(driver, "Program:Main") == ["Program:Main.Speed F64", "Program:Main.Step I64"]
    assert await looked(driver, "Line") == ["Line.Motors /", "Line.Pieces I64"]
    assert await looked(driver, "Line.Motors") == ["Line.Motors[0] /", "Line.Motors[1] /"]
    assert await looked(driver, "Line.Motors[1]") == [
        "Line.Motors[1].Alarms /", "Line.Motors[1].Codes /", "Line.Motors[1].Fault BOOL", "Line.Motors[1].Run BOOL",
        "Line.Motors[1].Speed F64",
    ]  # fmt: skip
    assert (await looked(driver, "Line.Motors[1].Alarms"))[:2] == [
        "Line.Motors[1].Alarms[0]{32} JSON", "Line.Motors[1].Alarms[0] BOOL",
    ]  # fmt: skip
    assert len(await looked(driver, "Matrix")) == 6 and len(await looked(driver, "Bits")) == 97


@pytest.mark.parametrize("size", [4_002, 504, 220])
async def test_all_that_is_found_can_be_read(device: LogixDevice, connect: Open, size: int) -> None:
    """In messages of any length: the list comes in pages, a definition in parts."""
    device.size_max = size
    driver = await connect(message=size)
    found: list[Point] = []
    waiting: list[str | None] = [None]
    while waiting:
        for one in await driver.browse(waiting.pop()):
            if one.is_folder:
                waiting.append(one.address)
            elif one.kind is not None:
                found.append(Point(len(found), one.address, one.kind))
    assert len(found) > 900
    sample = tuple(found[:: max(1, len(found) // 300)])
    assert {name: got for name, got in (await told(driver, sample)).items() if got[1] != q.GOOD} == {}


async def test_what_is_not_there_is_said(connect: Open) -> None:
    driver = await connect()
    with pytest.raises(ConfigError, match="there is no Nope"):
        await driver.browse("Line.Nope")


async def test_a_device_without_a_list_says_so(device: LogixDevice, connect: Open) -> None:
    device.program.refuses[0x55] = 0x08
    driver = await connect()
    with pytest.raises(ConfigError, match="does not list its tags: 0x08") as caught:
        await driver.browse(None)
    assert "by hand" in (caught.value.hint or "")


def test_the_test_programs_structures_are_as_long_as_they_say() -> None:
    assert MOTOR.size == 20 and MOTOR.members[-1].at + 4 == MOTOR.size
