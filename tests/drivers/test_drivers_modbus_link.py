"""A Modbus device that is slow, late, wrong, half dead or shared: what the driver makes of it."""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_device import Device, Request, from_memory

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SECOND_US, SystemClock
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import Driver, Point, Shared, Surroundings
from dovetail.drivers.modbus.cable import _Wire
from dovetail.drivers.refusals import AT_ONCE_MAX
from dovetail.testing.clock import ManualClock

F64, U64, BOOL, STR = Kind.F64, Kind.U64, Kind.BOOL, Kind.STR
PLUGIN = load("dovetail.drivers", "modbus")
SHORT_S = 0.3  # the timeout where a device stays silent
type Open = Callable[..., Awaitable[Driver]]


@pytest.fixture
async def device() -> AsyncIterator[Device]:
    made = Device()
    await made.switch_on()
    yield made
    await made.switch_off()


@pytest.fixture
async def connect(device: Device) -> AsyncIterator[Open]:
    """Opens drivers to the device that share what links of one edge share."""
    opened: list[Driver] = []
    around = Surroundings(SystemClock(), shared=Shared())

    async def make(*, clock: ManualClock | None = None, **options: Any) -> Driver:
        checked = PLUGIN.check({"host": "127.0.0.1", "port": device.port, "timeout_s": 10, **options})
        driver = PLUGIN.open(checked, around if clock is None else replace(around, clock=clock))
        await driver.open()
        opened.append(driver)
        return driver

    yield make
    for driver in opened:
        await driver.close()
        await driver.close()  # twice does no harm


def registers(*numbers: int) -> tuple[Point, ...]:
    """Points on holding registers; the tag's id is the register's position, which the device holds as its value."""
    return tuple(Point(at, f"4{at + 1:05}", U64) for at in numbers)


async def values(driver: Driver, points: tuple[Point, ...]) -> dict[int, tuple[Value, int]]:
    return {tag: (value, quality) for batch in await driver.read(points) for tag, _, value, quality in batch.rows()}


def good(*numbers: int) -> dict[int, tuple[Value, int]]:
    return {at: (at, q.GOOD) for at in numbers}


# --- reading ------------------------------------------------------------------------------------------------------


async def test_scattered_points_come_in_few_requests(device: Device, connect: Open) -> None:
    driver = await connect()
    numbers = (*range(0, 40, 2), *range(500, 640))
    assert await values(driver, registers(*numbers)) == good(*numbers)
    assert device.asked() == [(3, 0, 39), (3, 500, 125), (3, 625, 15)]


async def test_the_plan_is_made_once_for_a_group(device: Device, connect: Open) -> None:
    driver = await connect()
    points = registers(1, 2, 3)
    first, second = await driver.read(points), await driver.read(points)
    assert first[0].tag is second[0].tag
    assert first[0].ts[0] <= second[0].ts[0]


async def test_a_window_sends_ahead(device: Device, connect: Open) -> None:
    driver = await connect(window=8, max_registers=10, gap=0)
    assert await values(driver, registers(*range(200))) == good(*range(200))
    assert device.at_once > 1


async def test_a_forbidden_range_is_never_touched(device: Device, connect: Open) -> None:
    driver = await connect(forbidden=["40006-40010"])
    found = await values(driver, registers(0, 4, 7, 12))
    assert found == {**good(0, 4, 12), 7: (None, q.BAD_CONFIG)}
    assert device.asked() == [(3, 0, 5), (3, 12, 1)]


async def test_an_illegal_address_is_bad_alone_and_remembered(device: Device, connect: Open) -> None:
    device.illegal = {40, 41, 77}
    driver = await connect(max_registers=125)
    points = registers(*range(100))
    for _ in range(2):
        expected = {**good(*range(100)), **dict.fromkeys((40, 41, 77), (None, q.BAD_CONFIG))}
        assert await values(driver, points) == expected
    batches = await driver.read(points)
    assert {int(tag) for batch in batches for tag in batch.tag[batch.native == 2]} == {40, 41, 77}
    before = len(device.requests)
    await driver.read(points)
    assert device.asked()[before:] == [(3, 0, 40), (3, 42, 35), (3, 78, 22)]


async def test_an_illegal_gap_is_remembered(device: Device, connect: Open) -> None:
    device.illegal = {5}
    driver = await connect()
    assert await values(driver, registers(0, 10)) == good(0, 10)
    points = registers(0, 10)
    await driver.read(points)
    assert device.asked()[-2:] == [(3, 0, 1), (3, 10, 1)]


async def test_a_device_that_reads_less_at_once(device: Device, connect: Open) -> None:
    device.count_max = 32
    driver = await connect()
    points = registers(*range(120))
    assert await values(driver, points) == good(*range(120))
    before = len(device.requests)
    assert await values(driver, points) == good(*range(120))
    assert all(count <= 32 for _, _, count in device.asked()[before:])


async def test_an_address_that_comes_into_being_is_found_within_six_seconds(device: Device, connect: Open) -> None:
    clock = ManualClock()
    device.illegal = {4}
    driver = await connect(clock=clock)
    points = registers(*range(10))
    assert (await values(driver, points))[4] == (None, q.BAD_CONFIG)
    device.illegal = set()
    assert (await values(driver, points))[4] == (None, q.BAD_CONFIG)
    clock.tick(6 * SECOND_US)
    assert await values(driver, points) == good(*range(10))
    before = len(device.requests)
    await driver.read(points)
    assert device.asked()[before:] == [(3, 0, 10)]  # together again


async def test_everything_illegal_is_no_storm(device: Device, connect: Open) -> None:
    device.illegal = set(range(2_000))
    clock = ManualClock()
    driver = await connect(max_registers=1, clock=clock)
    points = registers(*range(300))
    found = await values(driver, points)
    assert set(found.values()) == {(None, q.BAD_CONFIG)}
    before = len(device.requests)
    await driver.read(points)
    assert len(device.requests) == before
    clock.tick(6 * SECOND_US)
    await driver.read(points)
    assert len(device.requests) == before + AT_ONCE_MAX


@pytest.mark.parametrize("code, quality", [(1, q.BAD_CONFIG), (4, q.BAD_DEVICE), (6, q.BAD_COMM)])
async def test_other_exceptions_are_bad_values(device: Device, connect: Open, code: int, quality: int) -> None:
    async def refuse(_device: Device, request: Request) -> bytes:
        return request.refuse(code) if request.start == 500 else device.answer(request)

    device.script = refuse
    driver = await connect()
    assert await values(driver, registers(1, 500)) == {**good(1), 500: (None, quality)}


async def test_coils_inputs_bits_and_texts(device: Device, connect: Open) -> None:
    device.registers |= {100: 0x4142, 101: 0x4300}
    driver = await connect()
    points = (
        Point(1, "00001", BOOL), Point(2, "00002", BOOL), Point(3, "10004", BOOL), Point(4, "40008.2", BOOL),
        Point(5, "40101:string4", STR), Point(6, "30501", F64, 0.1, 5.0),
    )  # fmt: skip
    assert {tag: value for tag, (value, _) in (await values(driver, points)).items()} == {
        1: True, 2: False, 3: True, 4: True, 5: "ABC", 6: 55.0,
    }  # fmt: skip


async def test_each_block_has_the_time_at_which_it_came(device: Device, connect: Open) -> None:
    async def slow(_device: Device, request: Request) -> bytes:
        await asyncio.sleep(0.02)
        return device.answer(request)

    device.script = slow
    driver = await connect()
    (batch,) = await driver.read(registers(1, 1000))
    assert batch.ts[1] - batch.ts[0] >= 15_000


# --- the link -----------------------------------------------------------------------------------------------------


async def test_nobody_listens(device: Device, connect: Open) -> None:
    await device.switch_off()
    with pytest.raises(LinkError, match="refuses the connection"):
        await connect()


async def test_an_unknown_host_is_said(device: Device, connect: Open) -> None:
    with pytest.raises(LinkError, match="there is no host"):
        await connect(host="no-such-host.invalid")


async def test_a_probe_is_one_small_request_and_needs_none_after_a_read(device: Device, connect: Open) -> None:
    driver = await connect()
    alive = await driver.probe()
    assert device.asked() == [(3, 0, 1)]
    assert alive.asked_us <= alive.answered_us and alive.device_us is None
    await driver.read(registers(5))
    before = len(device.requests)
    await driver.probe()
    assert len(device.requests) == before


async def test_an_exception_is_a_sign_of_life(device: Device, connect: Open) -> None:
    device.illegal = {0}
    driver = await connect()
    assert (await driver.probe()).answered_us > 0


async def test_a_half_open_link_is_lost(device: Device, connect: Open) -> None:
    driver = await connect(timeout_s=SHORT_S)
    await driver.probe()

    async def silent(_device: Device, _request: Request) -> None:
        return None

    device.script = silent
    with pytest.raises(LinkError, match="does not answer within"):
        await driver.read(registers(1))
    assert [one.start for one in device.requests].count(1) == 2  # asked again once


async def test_a_closed_connection_is_lost_for_good(device: Device, connect: Open) -> None:
    driver = await connect()
    await driver.probe()
    await device.hang_up()
    with pytest.raises(LinkError):
        await driver.read(registers(1))
    with pytest.raises(LinkError, match="has lost its connection"):
        await driver.read(registers(1))


@pytest.mark.parametrize("garbage", [
    b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 64, b"\0\1\0\0\xff\xff\1\3", b"\0\1\0\0\0\2\1\3\2\0",
])  # fmt: skip
async def test_garbage_ends_the_link(device: Device, connect: Open, garbage: bytes) -> None:
    async def nonsense(_device: Device, _request: Request) -> bytes:
        return garbage

    device.script = nonsense
    driver = await connect(timeout_s=SHORT_S)
    with pytest.raises(LinkError):
        await driver.probe()


async def test_a_slow_device_is_asked_again_and_its_late_reply_is_never_matched(
    device: Device, connect: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """The reply to the first asking comes after the second has been sent, with a value that is no longer true."""
    held: list[bytes] = []

    async def late(_device: Device, request: Request) -> bytes | None:
        if not held:
            held.append(device.answer(request))
            device.registers[7] = 4711
            return None
        return held[0] + device.answer(request)

    driver = await connect(window=4, timeout_s=SHORT_S)
    await driver.probe()
    device.script = late
    with caplog.at_level(logging.WARNING, logger="dovetail.drivers.modbus"):
        assert (await values(driver, registers(7)))[7] == (4711, q.GOOD)
        await driver.read(registers(8))
    said = [record.message for record in caplog.records if "one request at a time" in record.message]
    assert len(said) == 1


async def test_replies_that_fit_no_request_are_dropped_and_said(
    device: Device, connect: Open, caplog: pytest.LogCaptureFixture
) -> None:
    async def stranger(_device: Device, request: Request) -> bytes:
        wrong = [
            request.reply(b"\3\2\xde\xad", transaction=request.transaction ^ 0x5555),  # another transaction
            request.reply(b"\3\2\xde\xad", unit=99),  # another unit
            request.reply(b"\4\2\xde\xad"),  # another function
            request.reply(b"\3\4\xde\xad\xbe\xef"),  # another length
            request.reply(b"\3\2\xde"),  # cut short
            request.reply(b"\x84\2"),  # an exception of another function
        ]
        return b"".join(wrong) + device.answer(request)

    device.script = stranger
    driver = await connect(window=3)
    with caplog.at_level(logging.WARNING, logger="dovetail.drivers.modbus"):
        assert await values(driver, registers(9)) == good(9)
    assert len([record for record in caplog.records if "fitted no request" in record.message]) == 1


async def test_a_device_that_only_answers_strangers_says_so_in_the_cause(device: Device, connect: Open) -> None:
    async def stuck(_device: Device, request: Request) -> bytes:
        return request.reply(b"\3\2\xde\xad", transaction=0)

    device.script = stuck
    driver = await connect(timeout_s=SHORT_S)
    with pytest.raises(LinkError, match="1 replies fitted no request"):
        await driver.probe()


async def test_a_device_that_answers_only_one_of_several_is_read_one_by_one(device: Device, connect: Open) -> None:
    """As the server of a well-known library does with requests that come in one packet."""
    seen: set[int] = set()

    async def only_first(_device: Device, request: Request) -> bytes | None:
        first = not seen or request.transaction - 1 not in seen or len(device.requests) > 6
        seen.add(request.transaction)
        return device.answer(request) if first else None

    device.script = from_memory
    driver = await connect(window=6, max_registers=1, gap=0, timeout_s=SHORT_S)
    await driver.probe()
    device.requests.clear()
    device.script = only_first
    assert await values(driver, registers(*range(6))) == good(*range(6))


async def test_a_reply_in_pieces_is_put_together(device: Device, connect: Open) -> None:
    driver = await connect()
    cable = driver._trunk  # type: ignore[attr-defined]
    wire = cable._wire
    whole: list[bytes] = []
    original = wire.data_received

    def by_bytes(data: bytes) -> None:
        whole.append(data)
        for at in range(len(data)):
            original(data[at : at + 1])

    wire.data_received = by_bytes
    wire._transport.set_protocol(wire)
    assert await values(driver, registers(*range(30))) == good(*range(30))
    assert whole


async def test_pacing_leaves_a_rest(device: Device, connect: Open) -> None:
    times: list[float] = []

    async def noted(_device: Device, request: Request) -> bytes:
        times.append(asyncio.get_running_loop().time())
        return device.answer(request)

    device.script = noted
    driver = await connect(pacing_ms=20, max_registers=1, gap=0)
    await driver.read(registers(1, 2, 3))
    assert all(later - earlier >= 0.019 for earlier, later in pairwise(times))


async def test_a_long_read_does_not_keep_a_short_one_waiting(device: Device, connect: Open) -> None:
    driver = await connect(max_registers=1, gap=0)
    long, short = registers(*range(100)), registers(1_000)
    reads = [asyncio.create_task(driver.read(long)), asyncio.create_task(driver.read(short))]
    await asyncio.gather(*reads)
    order = [start for _, start, _ in device.asked()]
    assert order.index(1_000) < 5


async def test_a_cancelled_read_leaves_the_link_usable(device: Device, connect: Open) -> None:
    async def slow(_device: Device, request: Request) -> bytes:
        await asyncio.sleep(0.03)
        return device.answer(request)

    driver = await connect(window=2)
    device.script = slow
    task = asyncio.create_task(driver.read(registers(1, 1_000, 1_500)))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await values(driver, registers(5)) == good(5)
    assert driver._tap.window == 2  # type: ignore[attr-defined]  # what we withdrew ourselves is no fault of the device


async def test_what_modbus_has_not(connect: Open) -> None:
    driver = await connect()
    with pytest.raises(ConfigError, match="no subscriptions"):
        await driver.subscribe((), lambda _notice: None)
    with pytest.raises(ConfigError, match="cannot be browsed"):
        await driver.browse()


class Heard:
    """Stands where the cable does, and keeps what the wire cuts out of the stream."""

    def __init__(self) -> None:
        self.frames: list[tuple[int, bytes]] = []
        self.causes: list[str] = []

    def heard(self) -> None: ...
    def pump(self) -> None: ...

    def reply(self, transaction: int, frame: bytes, start: int, stop: int) -> None:
        self.frames.append((transaction, frame[start:stop]))

    def lost(self, _wire: object, why: str) -> None:
        self.causes.append(why)


def receive(stream: bytes, cuts: set[int]) -> Heard:
    """What the wire makes of a stream that arrives in pieces."""
    heard = Heard()
    wire = _Wire(heard)  # type: ignore[arg-type]
    for start, stop in pairwise(sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})):
        wire.data_received(stream[start:stop])
    return heard


@given(
    st.lists(st.tuples(st.integers(0, 65535), st.binary(min_size=3, max_size=254)), max_size=8), st.sets(st.integers(0))
)
def test_frames_are_the_same_however_the_stream_is_cut(frames: list[tuple[int, bytes]], cuts: set[int]) -> None:
    stream = b"".join(struct.pack(">HHH", number, 0, len(body)) + body for number, body in frames)
    heard = receive(stream, cuts)
    assert (heard.frames, heard.causes) == (frames, [])


@given(st.binary(max_size=600), st.sets(st.integers(0), max_size=5))
def test_no_stream_of_bytes_breaks_the_wire(stream: bytes, cuts: set[int]) -> None:
    heard = receive(stream, cuts)
    assert all(3 <= len(body) <= 254 for _, body in heard.frames)
    assert set(heard.causes) <= {"it sends what is no Modbus TCP"}


# --- several units behind one gateway ------------------------------------------------------------------------------


async def test_units_share_one_connection_and_take_turns(device: Device, connect: Open) -> None:
    first, second = await connect(unit=1, max_registers=1, gap=0), await connect(unit=2, max_registers=1, gap=0)
    await asyncio.gather(first.read(registers(*range(20))), second.read(registers(*range(20))))
    assert device.connections == 1
    assert device.at_once == 1  # serial within
    turns = [request.unit for request in device.requests]
    assert all(turns[at] != turns[at + 1] for at in range(2, 36))  # fair


async def test_a_dead_unit_costs_only_itself_its_link(device: Device, connect: Open) -> None:
    async def one_is_dead(_device: Device, request: Request) -> bytes | None:
        return None if request.unit == 7 else device.answer(request)

    device.script = one_is_dead
    alive, dead = await connect(unit=1), await connect(unit=7, timeout_s=SHORT_S)
    for _ in range(4):
        with pytest.raises(LinkError, match="/7 does not answer"):
            await dead.probe()
        assert await values(alive, registers(3)) == good(3)
    await dead.close()
    assert await values(alive, registers(4)) == good(4)
    assert device.connections == 1


async def test_a_gateway_that_speaks_for_a_dead_unit(device: Device, connect: Open) -> None:
    async def gateway(_device: Device, request: Request) -> bytes:
        return request.refuse(11) if request.unit == 7 else device.answer(request)

    device.script = gateway
    alive, dead = await connect(unit=1), await connect(unit=7)
    with pytest.raises(LinkError, match="0x0B gateway target device failed to respond"):
        await dead.probe()
    with pytest.raises(LinkError, match="0x0B"):
        await dead.read(registers(1))
    assert await values(alive, registers(3)) == good(3)


async def test_a_half_open_gateway_is_given_up_by_all(device: Device, connect: Open) -> None:
    async def silent(_device: Device, _request: Request) -> None:
        return None

    device.script = silent
    drivers = [await connect(unit=unit, timeout_s=SHORT_S) for unit in (1, 2)]
    for _ in range(2):
        for driver in drivers:
            with pytest.raises(LinkError):
                await driver.probe()
    with pytest.raises(LinkError, match="has lost its connection"):
        await drivers[0].probe()


async def test_who_comes_back_first_connects_for_all(device: Device, connect: Open) -> None:
    first, second = await connect(unit=1), await connect(unit=2)
    await device.hang_up()
    for driver in (first, second):
        with pytest.raises(LinkError):
            await driver.probe()
        await driver.close()
    drivers = await asyncio.gather(connect(unit=1), connect(unit=2))
    for driver in drivers:
        assert await values(driver, registers(3)) == good(3)
    assert device.connections == 2


async def test_a_late_reply_of_one_unit_is_not_anothers(device: Device, connect: Open) -> None:
    held: list[bytes] = []

    async def late(_device: Device, request: Request) -> bytes | None:
        if request.unit == 7:
            held.append(request.reply(b"\3\2\xde\xad"))
            return None
        return b"".join(held) + device.answer(request)

    device.script = late
    alive, slow = await connect(unit=1), await connect(unit=7, timeout_s=SHORT_S)
    with pytest.raises(LinkError):
        await slow.probe()
    assert await values(alive, registers(0)) == good(0)


# --- writing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point, value, functions", [
    (Point(1, "00005", BOOL),                        True,   [5, 1]),
    (Point(1, "00005", BOOL),                        False,  [5, 1]),
    (Point(1, "40010", U64),                         513,    [6, 3]),
    (Point(1, "40010:int16", F64, 0.1),              -12.5,  [6, 3]),
    (Point(1, "40010:float32:CDAB", F64),            1.5,    [16, 3]),
    (Point(1, "40010:string5", STR),                 "abc",  [16, 3]),
    (Point(1, "40010.3", BOOL),                      True,   [22, 3]),
    (Point(1, "40010.3", BOOL),                      False,  [22, 3]),
])  # fmt: skip
async def test_what_is_written_is_read_back(
    device: Device, connect: Open, point: Point, value: Value, functions: list[int]
) -> None:
    driver = await connect()
    await driver.write(point, value)
    assert [request.function for request in device.requests] == functions
    assert (await values(driver, (point,)))[1] == (value, q.GOOD)


async def test_one_bit_leaves_the_others(device: Device, connect: Open) -> None:
    device.registers[9] = 0b1010
    driver = await connect()
    await driver.write(Point(1, "40010.0", BOOL), True)
    await driver.write(Point(1, "40010.3", BOOL), False)
    assert device.registers[9] == 0b0011


async def test_a_device_without_function_6_is_written_with_16(device: Device, connect: Open) -> None:
    device.functions -= {6}
    driver = await connect()
    await driver.write(Point(1, "40010", U64), 5)
    assert [request.function for request in device.requests] == [6, 16, 3]


@pytest.mark.parametrize("point, value, why", [
    (Point(1, "30001", U64),     1,       "can only be read"),
    (Point(1, "10001", BOOL),    True,    "can only be read"),
    (Point(1, "40001", U64),     70_000,  "holds 0 to 65535"),
    (Point(1, "00001", BOOL),    1.0,     "takes true or false"),
    (Point(1, "41001", U64),     5,       "0x02 illegal data address"),
])  # fmt: skip
async def test_a_write_that_is_refused(device: Device, connect: Open, point: Point, value: Value, why: str) -> None:
    device.illegal = {1_000}
    driver = await connect()
    with pytest.raises(PointError, match=why):
        await driver.write(point, value)


async def test_a_bit_is_not_written_by_read_change_write(device: Device, connect: Open) -> None:
    device.functions -= {22}
    driver = await connect()
    with pytest.raises(PointError, match="function 22") as caught:
        await driver.write(Point(1, "40010.3", BOOL), True)
    assert caught.value.native == 1
    assert [request.function for request in device.requests] == [22]


async def test_a_value_that_does_not_stay_is_said(device: Device, connect: Open) -> None:
    async def forgetful(_device: Device, request: Request) -> bytes:
        return request.reply(bytes([6]) + request.body) if request.function == 6 else device.answer(request)

    device.script = forgetful
    driver = await connect()
    with pytest.raises(PointError, match="reads back 00 09 instead of 00 05"):
        await driver.write(Point(1, "40010", U64), 5)


async def test_a_write_with_unknown_outcome_is_not_sent_again(device: Device, connect: Open) -> None:
    async def silent(_device: Device, request: Request) -> bytes | None:
        return device.answer(request) if request.function == 3 else None

    device.script = silent
    driver = await connect(timeout_s=SHORT_S)
    await driver.probe()
    with pytest.raises(LinkError, match="does not answer"):
        await driver.write(Point(1, "40010", U64), 5)
    assert [request.function for request in device.requests].count(6) == 1
