"""Units on a serial line: broken frames, noise, echoes and late replies are drained and never taken for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_device import Device, Request
from rtu_device import PtyDevice, RtuDevice, framed, from_memory

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SystemClock
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import Driver, Point, Shared, SilentError, Surroundings
from dovetail.drivers.modbus.places import Serial
from dovetail.drivers.modbus.rtu import checksum, find, unlike

U64, F64, BOOL, STR = Kind.U64, Kind.F64, Kind.BOOL, Kind.STR
PLUGIN = load("dovetail.drivers", "modbus")
SHORT_S = 0.2  # the timeout where a unit stays silent
type Open = Callable[..., Awaitable[Driver]]


@pytest.fixture
async def device() -> AsyncIterator[RtuDevice]:
    made = RtuDevice(script=from_memory)
    await made.switch_on()
    yield made
    await made.switch_off()


@pytest.fixture
async def connect(device: RtuDevice) -> AsyncIterator[Open]:
    """Opens drivers that share the line."""
    opened: list[Driver] = []
    around = Surroundings(SystemClock(), shared=Shared())

    async def make(**options: Any) -> Driver:
        usual = {"link": "rtu-over-tcp", "host": "127.0.0.1", "port": device.port, "timeout_s": 10}
        driver = PLUGIN.open(PLUGIN.check({**usual, **options}), around)
        opened.append(driver)
        await driver.open()
        return driver

    yield make
    for driver in opened:
        await driver.close()


def registers(*numbers: int) -> tuple[Point, ...]:
    return tuple(Point(at, f"4{at + 1:05}", U64) for at in numbers)


async def values(driver: Driver, points: tuple[Point, ...]) -> dict[int, tuple[Value, int]]:
    return {tag: (value, quality) for batch in await driver.read(points) for tag, _, value, quality in batch.rows()}


def good(*numbers: int) -> dict[int, tuple[Value, int]]:
    return {at: (at, q.GOOD) for at in numbers}


# --- frames -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame, crc", [
    ("0207", "4112"),  # the example of the specification's appendix B
    ("010300000001", "840a"),
    ("", "ffff"),
])  # fmt: skip
def test_a_checksum(frame: str, crc: str) -> None:
    assert checksum(bytes.fromhex(frame)).hex() == crc


@given(st.binary(max_size=40), st.binary(min_size=1, max_size=60), st.binary(max_size=20))
def test_a_frame_is_found_behind_noise(noise: bytes, content: bytes, rest: bytes) -> None:
    body = bytes([9, 3, len(content)]) + content
    frame = body + checksum(body)
    clean = bytes(byte for byte in noise if byte != 9)  # what may begin like the frame itself is a test of its own
    assert find(clean + frame + rest, 9, 3) == (len(clean), len(clean) + len(frame))


@given(st.binary(max_size=300), st.integers(0, 255), st.sampled_from([1, 2, 3, 4, 5, 6, 15, 16, 22]))
def test_no_bytes_break_the_search(data: bytes, unit: int, function: int) -> None:
    found = find(data, unit, function)
    assert found is None or checksum(data[found[0] : found[1] - 2]) == data[found[1] - 2 : found[1]]


@given(st.sampled_from([1, 2, 3, 4]), st.integers(0, 60_000), st.integers(1, 125))
def test_the_clearing_question_is_answered_at_another_length(function: int, start: int, count: int) -> None:
    request = bytes([function]) + start.to_bytes(2, "big") + count.to_bytes(2, "big")
    width = {1: lambda n: (n + 7) // 8, 2: lambda n: (n + 7) // 8}.get(function, lambda n: 2 * n)
    other = unlike(request)
    assert width(int.from_bytes(other[3:], "big")) != width(count) and other[:3] == request[:3]


@pytest.mark.parametrize("baud, gap_ms", [(1_200, 32.1), (9_600, 4.0), (19_200, 2.0), (38_400, 1.75), (115_200, 1.75)])
def test_the_silence_between_frames(baud: int, gap_ms: float) -> None:
    assert Serial("/dev/ttyS0", baud, "even", 1).gap_s * 1000 == pytest.approx(gap_ms, abs=0.05)


@pytest.mark.parametrize("options, why", [
    ({}, "link tcp needs `host`"),
    ({"link": "serial"}, "needs `serial_port`"),
    ({"link": "serial", "serial_port": "/dev/ttyS0", "host": "plc"}, "and no `host`"),
    ({"host": "plc", "serial_port": "/dev/ttyS0"}, "needs `link: serial`"),
    ({"link": "rtu-over-tcp"}, "needs `host`"),
    ({"link": "rtu-over-tcp", "host": "gateway", "window": 4}, "one request at a time"),
    ({"link": "serial", "serial_port": "/dev/ttyS0", "stop_bits": 3}, "stop_bits"),
])  # fmt: skip
def test_options_that_do_not_hold(options: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        PLUGIN.check(options)


@pytest.mark.parametrize("options, where", [
    ({"host": "plc"}, "modbus://plc:502/1"),
    ({"link": "rtu-over-tcp", "host": "gw", "port": 4001, "unit": 7}, "modbus-rtu://gw:4001/7"),
    ({"link": "serial", "serial_port": "/dev/ttyS0", "unit": 3}, "modbus-rtu:///dev/ttyS0/3"),
])  # fmt: skip
def test_where_it_is(options: dict[str, object], where: str) -> None:
    assert PLUGIN.check(options).where() == where


def test_every_option_reads_well_in_a_form() -> None:
    fields = PLUGIN.options.model_json_schema()["properties"]
    assert [name for name, field in fields.items() if "title" not in field] == []


# --- reading and writing ------------------------------------------------------------------------------------------


async def test_all_areas_are_read(device: RtuDevice, connect: Open) -> None:
    device.registers |= {100: 0x4142, 101: 0x4300}
    driver = await connect()
    points = (
        Point(1, "00001", BOOL), Point(2, "00002", BOOL), Point(3, "10004", BOOL), Point(4, "40008.2", BOOL),
        Point(5, "40101:string4", STR), Point(6, "30501", F64, 0.1, 5.0),
    )  # fmt: skip
    assert {tag: value for tag, (value, _) in (await values(driver, points)).items()} == {
        1: True, 2: False, 3: True, 4: True, 5: "ABC", 6: 55.0,
    }  # fmt: skip
    assert await values(driver, registers(*range(300))) == {**good(*range(300)), 100: (0x4142, 192), 101: (0x4300, 192)}


async def test_an_illegal_address_is_bad_alone(device: RtuDevice, connect: Open) -> None:
    device.illegal = {40}
    driver = await connect()
    assert await values(driver, registers(*range(60))) == {**good(*range(60)), 40: (None, q.BAD_CONFIG)}


@pytest.mark.parametrize("point, value, functions", [
    (Point(1, "00005", BOOL),               True,   [5, 1]),
    (Point(1, "40010", U64),                513,    [6, 3]),
    (Point(1, "40010:float32:CDAB", F64),   1.5,    [16, 3]),
    (Point(1, "40010.3", BOOL),             True,   [22, 3]),
])  # fmt: skip
async def test_what_is_written_is_read_back(
    device: RtuDevice, connect: Open, point: Point, value: Value, functions: list[int]
) -> None:
    driver = await connect()
    await driver.write(point, value)
    assert [request.function for request in device.requests] == functions
    assert (await values(driver, (point,)))[1] == (value, q.GOOD)


async def test_a_unit_without_function_5_is_written_with_15(device: RtuDevice, connect: Open) -> None:
    device.functions -= {5}
    driver = await connect()
    await driver.write(Point(1, "00005", BOOL), True)
    assert [request.function for request in device.requests] == [5, 15, 1]
    assert device.coils[4] is True


async def test_a_refused_write_says_why(device: RtuDevice, connect: Open) -> None:
    device.illegal = {1_000}
    driver = await connect()
    with pytest.raises(PointError, match="0x02 illegal data address"):
        await driver.write(Point(1, "41001", U64), 5)


# --- what goes wrong on a line ------------------------------------------------------------------------------------


async def echo(device: Device, request: Request) -> bytes:
    """An adapter that hears itself speak."""
    sent = bytes([request.unit, request.function]) + request.body
    return sent + checksum(sent) + framed(device.answer(request))


async def noise(device: Device, request: Request) -> bytes:
    """Glitches before and after, one of which looks like the beginning of a frame."""
    return b"\0\xff" + bytes([request.unit, request.function]) + framed(device.answer(request)) + b"\xff"


async def strangers(device: Device, request: Request) -> bytes:
    """Frames of another unit, another function and another length before the right one."""
    wrong = [
        request.reply(b"\3\2\xde\xad", unit=99),
        request.reply(b"\4\2\xde\xad"),
        request.reply(b"\3\6" + b"\xde" * 6),
    ]
    return b"".join(framed(one) for one in wrong) + framed(device.answer(request))


@pytest.mark.parametrize("script", [echo, noise, strangers])
async def test_what_is_no_answer_is_drained(device: RtuDevice, connect: Open, script: Any) -> None:
    device.script = script
    driver = await connect()
    for _ in range(3):
        assert await values(driver, registers(5, 6)) == good(5, 6)


async def test_a_frame_in_pieces_is_put_together(device: RtuDevice, connect: Open) -> None:
    driver = await connect()
    line = driver._trunk  # type: ignore[attr-defined]
    whole = line.received

    def by_bytes(data: bytes) -> None:
        for at in range(len(data)):
            whole(data[at : at + 1])

    line.received = by_bytes
    assert await values(driver, registers(*range(30))) == good(*range(30))


async def test_a_broken_frame_is_asked_for_again(device: RtuDevice, connect: Open) -> None:
    broken: list[bytes] = []

    async def once(_device: Device, request: Request) -> bytes:
        frame = framed(device.answer(request))
        if request.start == 7 and not broken:
            broken.append(frame)
            return frame[:-1] + bytes([frame[-1] ^ 1])
        return frame

    driver = await connect(timeout_s=SHORT_S)
    await driver.probe()
    device.script = once
    assert await values(driver, registers(7)) == good(7)


async def test_a_unit_that_only_sends_broken_frames_says_so(device: RtuDevice, connect: Open) -> None:
    async def always(_device: Device, request: Request) -> bytes:
        return framed(device.answer(request))[:-1]

    device.script = always
    driver = await connect(timeout_s=SHORT_S)
    with pytest.raises(SilentError, match="answers with broken frames"):
        await driver.probe()


async def test_a_late_reply_is_never_the_answer_to_the_next_question(device: RtuDevice, connect: Open) -> None:
    """Register 7 is asked for and not answered in time; its reply comes when register 8 is being asked for."""
    held: list[bytes] = []

    async def late(_device: Device, request: Request) -> bytes | None:
        if request.start == 7 and not held:
            held.append(framed(device.answer(request)))
            return None
        before, held[:] = list(held), [b""]
        return b"".join(before) + framed(device.answer(request))

    driver = await connect(timeout_s=SHORT_S)
    await driver.probe()
    device.script = late
    assert await values(driver, registers(7)) == good(7)
    assert await values(driver, registers(8)) == good(8)
    assert await values(driver, registers(9)) == good(9)


async def test_every_reply_one_question_late_is_no_value(device: RtuDevice, connect: Open) -> None:
    """A gateway that has fallen one reply behind and stays there: the worst that a line can do."""
    held = [framed(Request(0, 1, 3, b"\0\0\0\1").reply(b"\3\2\xde\xad"))]

    async def behind(_device: Device, request: Request) -> bytes:
        held.append(framed(device.answer(request)))
        return held.pop(0)

    driver = await connect(timeout_s=SHORT_S)
    await driver.probe()

    async def silent(_device: Device, _request: Request) -> None:
        return None

    device.script = silent
    with pytest.raises(SilentError):
        await driver.read(registers(3))
    device.script = behind
    with pytest.raises(SilentError):
        await driver.read(registers(5))


async def test_a_cancelled_read_does_not_shift_the_answers(device: RtuDevice, connect: Open) -> None:
    async def slow(_device: Device, request: Request) -> bytes:
        await asyncio.sleep(0.05)
        return framed(device.answer(request))

    driver = await connect()
    device.script = slow
    task = asyncio.create_task(driver.read(registers(3)))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await values(driver, registers(5)) == good(5)


async def test_a_dead_unit_costs_only_itself_its_link(device: RtuDevice, connect: Open) -> None:
    async def one_is_dead(_device: Device, request: Request) -> bytes | None:
        return None if request.unit == 7 else framed(device.answer(request))

    device.script = one_is_dead
    alive, dead = await connect(unit=1), await connect(unit=7, timeout_s=SHORT_S)
    for _ in range(3):
        with pytest.raises(SilentError, match="/7 does not answer"):
            await dead.probe()
        assert await values(alive, registers(3)) == good(3)
    device.script = from_memory
    assert await values(dead, registers(4)) == good(4)
    assert device.connections == 1


async def test_units_take_turns(device: RtuDevice, connect: Open) -> None:
    first, second = await connect(unit=1, max_registers=1, gap=0), await connect(unit=2, max_registers=1, gap=0)
    await asyncio.gather(first.read(registers(*range(20))), second.read(registers(*range(20))))
    turns = [request.unit for request in device.requests]
    assert all(turns[at] != turns[at + 1] for at in range(2, 36))


async def test_a_gateway_that_hangs_up_is_lost_for_all(device: RtuDevice, connect: Open) -> None:
    drivers = [await connect(unit=unit) for unit in (1, 2)]
    await drivers[0].probe()
    await device.hang_up()
    for driver in drivers:
        with pytest.raises(LinkError):
            await driver.read(registers(1))
        await driver.close()
    assert await values(await connect(), registers(1)) == good(1)


async def test_a_half_open_gateway_is_given_up(device: RtuDevice, connect: Open) -> None:
    async def silent(_device: Device, _request: Request) -> None:
        return None

    device.script = silent
    driver = await connect(timeout_s=SHORT_S)
    for _ in range(3):
        with pytest.raises(LinkError):
            await driver.probe()
    with pytest.raises(LinkError, match="has lost its connection"):
        await driver.probe()


# --- a serial port ------------------------------------------------------------------------------------------------


@pytest.fixture
def line() -> Iterator[PtyDevice]:
    made = PtyDevice()
    yield made
    made.pull()


async def test_a_serial_port_is_read_and_its_loss_is_seen(line: PtyDevice) -> None:
    around = Surroundings(SystemClock(), shared=Shared())
    options = {"link": "serial", "serial_port": line.port, "timeout_s": 5}
    drivers = [PLUGIN.open(PLUGIN.check({**options, "unit": unit}), around) for unit in (1, 2)]
    for driver in drivers:
        await driver.open()
        assert await values(driver, registers(*range(200))) == good(*range(200))
    other = PLUGIN.open(PLUGIN.check({**options, "baud": 9_600}), around)
    with pytest.raises(ConfigError, match="open with other settings"):
        await other.open()
    line.pull()
    for driver in drivers:
        with pytest.raises(LinkError):
            await driver.read(registers(1))
        await driver.close()


async def test_a_port_that_is_not_there_is_said() -> None:
    options = PLUGIN.check({"link": "serial", "serial_port": "/dev/serial/by-id/none"})
    driver = PLUGIN.open(options, Surroundings(SystemClock()))
    with pytest.raises(LinkError, match="there is no serial port"):
        await driver.open()
