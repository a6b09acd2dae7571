"""An S7 controller that is slow, late, wrong, small or forbids something: what the driver makes of it."""

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
from s7_device import CONFIRM, Request, S7Device, packed, refusal, with_reference

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SECOND_US, SystemClock
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import Driver, Point, Surroundings
from dovetail.drivers.s7.link import _Wire
from dovetail.testing.clock import ManualClock

F64, U64, BOOL, STR = Kind.F64, Kind.U64, Kind.BOOL, Kind.STR
PLUGIN = load("dovetail.drivers", "s7")
SHORT_S = 0.3  # the timeout where a controller stays silent
type Open = Callable[..., Awaitable[Driver]]


@pytest.fixture
async def device() -> AsyncIterator[S7Device]:
    made = S7Device()
    await made.switch_on()
    yield made
    await made.switch_off()


@pytest.fixture
async def connect(device: S7Device) -> AsyncIterator[Open]:
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


def flat(*places: int, db: int = 1) -> tuple[Point, ...]:
    """Points on single bytes; the tag's id is the byte's position, which data block 1 holds as its value."""
    return tuple(Point(at, f"DB{db}.DBB{at}", U64) for at in places)


async def values(driver: Driver, points: tuple[Point, ...]) -> dict[int, tuple[Value, int]]:
    return {tag: (value, quality) for batch in await driver.read(points) for tag, _, value, quality in batch.rows()}


def good(*places: int) -> dict[int, tuple[Value, int]]:
    return {at: (at % 251, q.GOOD) for at in places}


NOT_THERE = (None, q.BAD_CONFIG)


# --- reading ------------------------------------------------------------------------------------------------------


async def test_scattered_points_come_in_one_message(device: S7Device, connect: Open) -> None:
    driver = await connect()
    places = tuple(range(0, 2_000, 110))
    assert await values(driver, flat(*places)) == good(*places)
    assert device.asked() == [[("DB1", at, 1) for at in places]]


async def test_neighbours_are_one_item_and_a_long_block_several(device: S7Device, connect: Open) -> None:
    driver = await connect()
    places = (*range(0, 40, 2), *range(500, 740))
    assert await values(driver, flat(*places)) == good(*places)
    assert sorted(item for items in device.asked() for item in items) == [
        ("DB1", 0, 39), ("DB1", 500, 222), ("DB1", 722, 18),
    ]  # fmt: skip


async def test_messages_are_as_long_as_the_controller_agrees_to(device: S7Device, connect: Open) -> None:
    device.pdu = 480
    driver = await connect()
    await driver.read(flat(*range(462)))
    assert device.asked() == [[("DB1", 0, 462)]]


async def test_the_plan_is_made_once_for_a_group(device: S7Device, connect: Open) -> None:
    driver = await connect()
    points = flat(1, 2, 3)
    first, second = await driver.read(points), await driver.read(points)
    assert first[0].tag is second[0].tag


async def test_a_window_sends_ahead(device: S7Device, connect: Open) -> None:
    driver = await connect(window=8)
    assert await values(driver, flat(*range(1_500))) == good(*range(1_500))
    assert device.at_once > 1


async def test_a_forbidden_stretch_is_never_touched(device: S7Device, connect: Open) -> None:
    driver = await connect(forbidden=["DB1.DBB5-DBB9"])
    assert await values(driver, flat(0, 4, 7, 12)) == {**good(0, 4, 12), 7: NOT_THERE}
    assert device.asked() == [[("DB1", 0, 5), ("DB1", 12, 1)]]


async def test_an_address_past_the_end_is_bad_alone_and_remembered(device: S7Device, connect: Open) -> None:
    driver = await connect()
    points = tuple(Point(at, f"DB2.DBB{at}", U64) for at in range(20))
    expected = {at: (0, q.GOOD) if at < 16 else NOT_THERE for at in range(20)}
    assert await values(driver, points) == expected
    assert await values(driver, points) == expected
    batches = await driver.read(points)
    assert {int(tag) for batch in batches for tag in batch.tag[batch.native == 5]} == {16, 17, 18, 19}
    assert device.asked()[-1] == [("DB2", 0, 16)]


async def test_a_block_that_does_not_exist_spoils_nothing(device: S7Device, connect: Open) -> None:
    driver = await connect()
    points = (*flat(1, 2), Point(90, "DB77.DBW0", U64), Point(91, "DB77.DBW40", U64))
    assert await values(driver, points) == {**good(1, 2), 90: NOT_THERE, 91: NOT_THERE}
    before = len(device.requests)
    assert await values(driver, points) == {**good(1, 2), 90: NOT_THERE, 91: NOT_THERE}
    assert device.asked()[before:] == [[("DB1", 1, 2)]]


async def test_a_block_that_comes_into_being_is_found_within_six_seconds(device: S7Device, connect: Open) -> None:
    clock = ManualClock()
    driver = await connect(clock=clock)
    points = tuple(Point(at, f"DB77.DBB{at}", U64) for at in (0, 1, 2))
    assert set((await values(driver, points)).values()) == {NOT_THERE}
    device.blocks[0x84, 77] = bytearray([5, 6, 7])
    assert set((await values(driver, points)).values()) == {NOT_THERE}
    clock.tick(6 * SECOND_US)
    assert await values(driver, points) == {0: (5, q.GOOD), 1: (6, q.GOOD), 2: (7, q.GOOD)}
    await driver.read(points)
    assert device.asked()[-1] == [("DB77", 0, 3)]  # together again


async def test_a_gap_that_does_not_exist_is_remembered(device: S7Device, connect: Open) -> None:
    async def holes(_device: S7Device, request: Request) -> bytes:
        message = bytearray(device.answer(request))
        if any(start <= 5 < start + count for _, start, count in request.items):
            message = bytearray(message[:12] + b"\x04\x01\x05\x00\x00\x00")
            message[6:10] = struct.pack(">HH", 2, 4)
        return packed(bytes(message))

    device.script = holes
    driver = await connect()
    points = flat(0, 10)
    assert await values(driver, points) == good(0, 10)
    await driver.read(points)
    assert device.asked()[-1] == [("DB1", 0, 1), ("DB1", 10, 1)]


async def test_everything_illegal_is_no_storm(device: S7Device, connect: Open) -> None:
    driver = await connect()
    points = tuple(Point(at, f"DB77.DBB{at}", U64) for at in range(300))
    assert set((await values(driver, points)).values()) == {NOT_THERE}
    before = len(device.requests)
    await driver.read(points)
    assert len(device.requests) == before


async def test_a_controller_that_bears_fewer_items_is_asked_for_fewer(device: S7Device, connect: Open) -> None:
    async def five(_device: S7Device, request: Request) -> bytes:
        return packed(refusal(request, 0x8500) if len(request.items) > 5 else device.answer(request))

    device.script = five
    driver = await connect()
    places = tuple(range(0, 2_000, 110))
    assert await values(driver, flat(*places)) == good(*places)
    before = len(device.requests)
    assert await values(driver, flat(*places)) == good(*places)
    assert all(len(items) <= 5 for items in device.asked()[before:])


@pytest.mark.parametrize("code, quality", [(0x01, q.BAD_DEVICE), (0x03, q.BAD_CONFIG), (0x42, q.BAD_DEVICE)])
async def test_other_return_codes_are_bad_values(device: S7Device, connect: Open, code: int, quality: int) -> None:
    async def refuse(_device: S7Device, request: Request) -> bytes:
        message = device.answer(request)
        if len(request.items) == 2:  # the first item's byte is filled up to two; the second is a return code alone
            message = message[:8] + b"\0\x0a" + message[10:20] + bytes([code, 0, 0, 0])
        return packed(message)

    device.script = refuse
    driver = await connect()
    assert await values(driver, flat(1, 500)) == {**good(1), 500: (None, quality)}


async def test_without_put_get_a_person_is_told(device: S7Device, connect: Open) -> None:
    async def protected(_device: S7Device, request: Request) -> bytes:
        return packed(refusal(request, 0x8104))

    device.script = protected
    clock = ManualClock()
    driver = await connect(clock=clock)
    with pytest.raises(ConfigError, match="does not permit reading: 0x8104") as caught:
        await driver.read(flat(1))
    assert "PUT/GET" in (caught.value.hint or "")
    clock.tick(2 * SECOND_US)
    with pytest.raises(ConfigError, match="0x8104"):
        await driver.probe()


# --- the link -----------------------------------------------------------------------------------------------------


async def test_nobody_listens(device: S7Device, connect: Open) -> None:
    await device.switch_off()
    with pytest.raises(LinkError, match="refuses the connection"):
        await connect()


async def test_an_unknown_host_is_said(device: S7Device, connect: Open) -> None:
    with pytest.raises(LinkError, match="there is no host"):
        await connect(host="no-such-host.invalid")


@pytest.mark.parametrize("confirm", [bytes.fromhex("0300000B 06 80 0001 0001 00"), b""])
async def test_a_wrong_slot_is_said(device: S7Device, connect: Open, confirm: bytes) -> None:
    device.confirm = confirm
    with pytest.raises(LinkError) as caught:
        await connect(timeout_s=SHORT_S)
    assert caught.value.message.startswith(f"s7://127.0.0.1:{device.port}/0.1")


async def test_a_probe_is_one_small_request_and_needs_none_after_a_read(device: S7Device, connect: Open) -> None:
    clock = ManualClock()
    driver = await connect(clock=clock)
    clock.tick(2 * SECOND_US)
    await driver.probe()
    assert device.asked() == [[("M", 0, 1)]]
    await driver.read(flat(5))
    before = len(device.requests)
    await driver.probe()
    assert len(device.requests) == before


async def silent(_device: S7Device, _request: Request) -> None:
    return None


async def test_a_half_open_link_is_lost(device: S7Device, connect: Open) -> None:
    driver = await connect(timeout_s=SHORT_S)
    device.script = silent
    with pytest.raises(LinkError, match="does not answer within"):
        await driver.read(flat(1))
    assert len(device.requests) == 2  # asked again once


async def test_a_closed_connection_is_lost_for_good(device: S7Device, connect: Open) -> None:
    driver = await connect()
    await device.hang_up()
    for _ in range(2):
        with pytest.raises(LinkError):
            await driver.read(flat(1))
    await driver.close()
    with pytest.raises(LinkError, match="is not connected"):
        await driver.read(flat(1))


@pytest.mark.parametrize("garbage", [
    b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 64, b"\3\0\xff\xff\2\xf0\x80", packed(b"\x72\1\0\0"), packed(b"\x32"),
    bytes.fromhex("0300000B 06 80 0001 0001 00"),
])  # fmt: skip
async def test_garbage_ends_the_link(device: S7Device, connect: Open, garbage: bytes) -> None:
    async def nonsense(_device: S7Device, _request: Request) -> bytes:
        return garbage

    device.script = nonsense
    driver = await connect(timeout_s=SHORT_S)
    with pytest.raises(LinkError):
        await driver.read(flat(1))


async def test_a_slow_controller_is_asked_again_and_its_late_reply_is_never_matched(
    device: S7Device, connect: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """The reply to the first asking comes after the second has been sent, with a value that is no longer true."""
    held: list[bytes] = []

    async def late(_device: S7Device, request: Request) -> bytes | None:
        if not held:
            held.append(packed(device.answer(request)))
            device.memory[7] = 99
            return None
        return held[0] + packed(device.answer(request))

    driver = await connect(window=4, timeout_s=SHORT_S)
    device.script = late
    with caplog.at_level(logging.WARNING, logger="dovetail.drivers.s7"):
        assert (await values(driver, flat(7)))[7] == (99, q.GOOD)
        await driver.read(flat(8))
    said = [record.message for record in caplog.records if "one request at a time" in record.message]
    assert len(said) == 1


async def test_replies_that_fit_no_request_are_dropped_and_said(
    device: S7Device, connect: Open, caplog: pytest.LogCaptureFixture
) -> None:
    async def stranger(_device: S7Device, request: Request) -> bytes:
        right = device.answer(request)
        head, parameters, data = right[:12], right[12:14], right[14:]
        longer = head[:8] + struct.pack(">H", 6) + head[10:] + parameters + b"\xff\4\0\x10" + b"\xde\xad"
        wrong = [
            with_reference(right, request.reference ^ 0x5555),  # another reference
            right[:1] + b"\x07" + right[2:],  # another kind of message
            head + b"\x05\x01" + data,  # another function
            head + b"\x04\x02" + data,  # another number of items
            longer,  # another length
        ]
        return b"".join(packed(message) for message in [*wrong, right])

    device.script = stranger
    driver = await connect(window=3)
    with caplog.at_level(logging.WARNING, logger="dovetail.drivers.s7"):
        assert await values(driver, flat(9)) == good(9)
    assert len([record for record in caplog.records if "fitted no request" in record.message]) == 1


async def test_a_controller_that_only_answers_strangers_says_so_in_the_cause(device: S7Device, connect: Open) -> None:
    async def stuck(_device: S7Device, request: Request) -> bytes:
        return packed(with_reference(device.answer(request), 0xBEEF))

    device.script = stuck
    driver = await connect(timeout_s=SHORT_S)
    with pytest.raises(LinkError, match="2 replies fitted no request"):
        await driver.read(flat(1))


async def test_a_message_in_several_packets_is_put_together(device: S7Device, connect: Open) -> None:
    async def in_parts(_device: S7Device, request: Request) -> bytes:
        message = device.answer(request)
        parts = [message[at : at + 30] for at in range(0, len(message), 30)]
        last = len(parts) - 1
        return b"".join(
            struct.pack(">BBH", 3, 0, 7 + len(part)) + b"\x02\xf0" + (b"\x80" if at == last else b"\x00") + part
            for at, part in enumerate(parts)
        )

    device.script = in_parts
    driver = await connect()
    assert await values(driver, flat(*range(200))) == good(*range(200))


async def test_a_long_read_does_not_keep_a_short_one_waiting(device: S7Device, connect: Open) -> None:
    driver = await connect()
    reads = [asyncio.create_task(driver.read(flat(*range(3_000)))), asyncio.create_task(driver.read(flat(3_900)))]
    await asyncio.gather(*reads)
    order = [items[0][1] for items in device.asked()]
    assert order.index(3_900) < 4


async def test_a_cancelled_read_leaves_the_link_usable(device: S7Device, connect: Open) -> None:
    async def slow(_device: S7Device, request: Request) -> bytes:
        await asyncio.sleep(0.03)
        return packed(device.answer(request))

    driver = await connect(window=2)
    device.script = slow
    task = asyncio.create_task(driver.read(flat(1, 1_000, 1_500)))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await values(driver, flat(5)) == good(5)
    assert driver._link.window == 2  # type: ignore[attr-defined]  # what we withdrew is no fault of the controller


async def test_what_s7_has_not(connect: Open) -> None:
    driver = await connect()
    with pytest.raises(ConfigError, match="S7 is polled"):
        await driver.subscribe((), lambda _notice: None)
    with pytest.raises(ConfigError, match="tells no names"):
        await driver.browse()


class Heard:
    """Stands where the link does, and keeps what the wire cuts out of the stream."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.causes: list[str] = []
        self.wire = _Wire(self)  # type: ignore[arg-type]
        self.wire._transport = object()  # type: ignore[assignment]

    def pump(self) -> None: ...

    def reply(self, message: bytes) -> None:
        self.messages.append(message)

    def lost(self, why: str) -> None:
        self.causes.append(why)
        self.wire._transport = None


def receive(stream: bytes, cuts: set[int]) -> Heard:
    """What the wire makes of a stream that arrives in pieces."""
    heard = Heard()
    for start, stop in pairwise(sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})):
        if not heard.causes:
            heard.wire.data_received(stream[start:stop])
    return heard


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=8), st.sets(st.integers(0)))
def test_messages_are_the_same_however_the_stream_is_cut(messages: list[bytes], cuts: set[int]) -> None:
    heard = receive(b"".join(packed(message) for message in messages), cuts)
    assert (heard.messages, heard.causes) == (messages, [])


@given(st.binary(max_size=600), st.sets(st.integers(0), max_size=5))
def test_no_stream_of_bytes_breaks_the_wire(stream: bytes, cuts: set[int]) -> None:
    heard = receive(CONFIRM + stream, cuts)
    assert len(heard.causes) <= 1 and sum(map(len, heard.messages)) <= len(stream)


# --- writing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point, value, functions", [
    (Point(1, "DB1.DBX5.3", BOOL),            True,   [5, 4]),
    (Point(1, "DB1.DBX5.0", BOOL),            False,  [5, 4]),
    (Point(1, "DB1.DBW10:int", F64, 0.1),     -12.5,  [5, 4]),
    (Point(1, "DB1.DBD10:real", F64),         1.5,    [5, 4]),
    (Point(1, "MB3", U64),                    200,    [5, 4]),
    (Point(1, "Q2.1", BOOL),                  True,   [5, 4]),
    (Point(1, "DB1.DBB100:string30", STR),    "abc",  [4, 5, 4]),  # its greatest length is asked for first
    (Point(1, "DB1.DBB10:dtl", STR),          "2026-03-01T06:30:15", [5, 4]),
])  # fmt: skip
async def test_what_is_written_is_read_back(
    device: S7Device, connect: Open, point: Point, value: Value, functions: list[int]
) -> None:
    driver = await connect()
    await driver.write(point, value)
    assert [request.function for request in device.requests] == functions
    assert (await values(driver, (point,)))[1] == (value, q.GOOD)


async def test_one_bit_leaves_the_others(device: S7Device, connect: Open) -> None:
    device.memory[9] = 0b1010
    driver = await connect()
    await driver.write(Point(1, "DB1.DBX9.0", BOOL), True)
    await driver.write(Point(1, "DB1.DBX9.3", BOOL), False)
    assert device.memory[9] == 0b0011


async def test_a_strings_greatest_length_is_the_controllers(device: S7Device, connect: Open) -> None:
    device.memory[20:22] = bytes([4, 0])
    driver = await connect()
    await driver.write(Point(1, "DB1.DBB20:string30", STR), "abcd")
    assert device.memory[20:27] == bytes([4, 4]) + b"abcd" + bytes([26])
    with pytest.raises(PointError, match="at most 4 characters in the controller, not 5"):
        await driver.write(Point(1, "DB1.DBB20:string30", STR), "abcde")


@pytest.mark.parametrize("point, value, why", [
    (Point(1, "I0.0", BOOL),              True,      "can only be read"),
    (Point(1, "DB1.DBW0:int", F64),       40_000,    "holds -32768 to 32767"),
    (Point(1, "DB1.DBX0.0", BOOL),        1.0,       "takes true or false"),
    (Point(1, "DB77.DBW0", U64),          5,         "0x0A object does not exist"),
    (Point(1, "DB2.DBW15", U64),          5,         "0x05 address out of range"),
    (Point(1, "DB1.DBB0:string254", STR), "x" * 240, "does not fit into one message"),
])  # fmt: skip
async def test_a_write_that_is_refused(connect: Open, point: Point, value: Value, why: str) -> None:
    driver = await connect()
    with pytest.raises(PointError, match=why):
        await driver.write(point, value)


async def test_a_value_that_does_not_stay_is_said(device: S7Device, connect: Open) -> None:
    async def forgetful(_device: S7Device, request: Request) -> bytes:
        before = bytes(device.memory)
        reply = packed(device.answer(request))
        device.memory[:] = before
        return reply

    device.script = forgetful
    driver = await connect()
    with pytest.raises(PointError, match="reads back 0a 0b instead of 00 05"):
        await driver.write(Point(1, "DB1.DBW10", U64), 5)


async def test_a_write_with_unknown_outcome_is_not_sent_again(device: S7Device, connect: Open) -> None:
    driver = await connect(timeout_s=SHORT_S)
    device.script = silent
    with pytest.raises(LinkError, match="does not answer"):
        await driver.write(Point(1, "DB1.DBW10", U64), 5)
    assert [request.function for request in device.requests] == [5]
