"""Bytes of a controller and the values they mean, both ways; and how scattered values are packed into messages."""

from __future__ import annotations

import math
import struct
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.errors import PointError
from dovetail.drivers.base import Point
from dovetail.drivers.columns import Answers
from dovetail.drivers.planner import Rules
from dovetail.drivers.s7 import frames
from dovetail.drivers.s7.address import Memory, parse_address
from dovetail.drivers.s7.codec import to_bytes
from dovetail.drivers.s7.reading import Item, Limits, Reading, pack, quality_of

F64, I64, U64, BOOL, STR, JSON = Kind.F64, Kind.I64, Kind.U64, Kind.BOOL, Kind.STR, Kind.JSON


def decode(points: list[Point], memory: bytes, *, pdu: int = 240, encoding: str = "latin-1") -> dict[int, tuple]:
    """Read points from a controller in which every block begins with these bytes."""
    limits = Limits(pdu, 20)
    reading = Reading(points, limits, lambda _memory: Rules(limits.item_max, 16), encoding=encoding)
    data = bytearray(reading.size)
    held = memory.ljust(65536, b"\0")
    for message in reading.messages(frozenset()):
        for item in message.items:
            data[item.at : item.at + item.length] = held[item.start : item.start + item.length]
    answers = Answers.of(data, [77] * len(reading.blocks), {}, quality_of)
    batches = [*reading.decoder.batches(answers), *reading.never(77)]
    return {tag: (value, quality) for batch in batches for tag, _, value, quality in batch.rows()}


def one(address: str, kind: Kind, wire: str, *, scale: float = 1.0, offset: float = 0.0) -> tuple[Value, int]:
    start = parse_address(address).start
    return decode([Point(5, address, kind, scale, offset)], bytes(start) + bytes.fromhex(wire))[5]


@pytest.mark.parametrize("address, kind, wire, value", [
    ("DB1.DBX0.0",        BOOL, "01",                      True),
    ("DB1.DBX0.0",        BOOL, "FE",                      False),
    ("DB1.DBX3.7",        BOOL, "80",                      True),
    ("DB1.DBB1",          U64,  "FE",                      254),
    ("DB1.DBB1:sint",     I64,  "FE",                      -2),
    ("DB1.DBW2",          U64,  "0102",                    0x0102),
    ("DB1.DBW2:int",      I64,  "FFFE",                    -2),
    ("DB1.DBD2",          U64,  "01020304",                0x01020304),
    ("DB1.DBD2:udint",    U64,  "FFFFFFFF",                2**32 - 1),
    ("DB1.DBD2:dint",     I64,  "FFFFFFFE",                -2),
    ("DB1.DBL2:lint",     I64,  "FFFFFFFFFFFFFFFE",        -2),
    ("DB1.DBL2:ulint",    U64,  "FFFFFFFFFFFFFFFF",        2**64 - 1),
    ("DB1.DBD4:real",     F64,  "3FC00000",                1.5),
    ("DB1.DBL4:lreal",    F64,  "3FF8000000000000",        1.5),
    ("DB1.DBD4:time",     I64,  "00000FA0",                4_000),
    ("DB1.DBD4:time",     I64,  "FFFFFC18",                -1_000),
    ("DB1.DBL4:ltime",    I64,  "0000000000000FA0",        4_000),
    ("DB1.DBD4:tod",      U64,  "05265BFF",                86_399_999),
    ("DB1.DBW4:s5time",   I64,  "2127",                    127_000),  # base 2 is 1 s
    ("DB1.DBW4:s5time",   I64,  "0999",                    9_990),
    ("DB1.DBB4:char",     STR,  "41",                      "A"),
    ("DB1.DBB4:string5",  STR,  "05 03 416263 5858",       "Abc"),
    ("DB1.DBB4:string5",  STR,  "05 00 5858585858",        ""),
    ("DB1.DBB4:string5",  STR,  "05 05 4D FC 6C 6C 65",    "Mülle"),
    ("DB1.DBB4:wstring3", STR,  "0003 0002 004D 20AC 0058", "M€"),
    ("DB1.DBW4:date",     STR,  "0000",                    "1990-01-01"),
    ("DB1.DBW4:date",     STR,  "3398",                    "2026-03-01"),
    ("DB1.DBB4:dt",       STR,  "26 03 01 06 30 15 25 01", "2026-03-01T06:30:15.250000"),
    ("DB1.DBB4:dt",       STR,  "90 12 31 23 59 59 99 92", "1990-12-31T23:59:59.999000"),
    ("DB1.DBB4:dtl",      STR,  "07EA 03 01 01 06 1E 0F 0EE6B280", "2026-03-01T06:30:15.250000"),
    ("DB1.DBB4:dtl",      STR,  "07EA 03 01 01 06 1E 0F 00000000", "2026-03-01T06:30:15"),
    ("DB1.DBL4:ldt",      STR,  "0000000000000000",        "1970-01-01T00:00:00"),
    ("DB1.DBW4:int[3]",   JSON, "0001 FFFE 0003",          "[1,-2,3]"),
    ("DB1.DBD4:real[2]",  JSON, "3FC00000 C0200000",       "[1.5,-2.5]"),
    ("DB1.DBX4.6:bool[4]", JSON, "40 02",                  "[true,false,false,true]"),
    ("MW4:int",           I64,  "FFFE",                    -2),
    ("I0.3",              BOOL, "08",                      True),
])  # fmt: skip
def test_a_value(address: str, kind: Kind, wire: str, value: Value) -> None:
    assert one(address, kind, wire) == (value, q.GOOD)


@pytest.mark.parametrize("address, kind, wire, scale, offset, expected", [
    ("DB1.DBW0:int",      F64,  "00FA",                     0.1,   0.0,   (25.0, q.GOOD)),
    ("DB1.DBW0:int",      F64,  "FF06",                     0.1,   -10.0, (-35.0, q.GOOD)),
    ("DB1.DBD0:time",     F64,  "00000FA0",                 0.001, 0.0,   (4.0, q.GOOD)),
    ("DB1.DBW0:int",      U64,  "FFFF",                     1.0,   0.0,   (None, q.BAD_DEVICE)),
    ("DB1.DBL0:ulint",    I64,  "FFFFFFFFFFFFFFFF",         1.0,   0.0,   (None, q.BAD_DEVICE)),
    ("DB1.DBD0:real",     F64,  "7F800000",                 1.0,   0.0,   (math.inf, q.UNCERTAIN_RANGE)),
    ("DB1.DBW0:s5time",   I64,  "0A00",                     1.0,   0.0,   (None, q.BAD_DEVICE)),
    ("DB1.DBB0:string3",  STR,  "08 05 4142434445",         1.0,   0.0,   (None, q.BAD_DEVICE)),  # longer than said
    ("DB1.DBB0:wstring2", STR,  "0002 0001 D800 0000",      1.0,   0.0,   (None, q.BAD_DEVICE)),  # half a character
    ("DB1.DBB0:dtl",      STR,  "0000 00 00 00 00 00 00 00000000", 1.0, 0.0, (None, q.BAD_DEVICE)),
    ("DB1.DBB0:dt",       STR,  "AA 00 00 00 00 00 00 00",  1.0,   0.0,   (None, q.BAD_DEVICE)),
    ("DB1.DBD0:real[2]",  JSON, "3FC00000 7FC00000",        1.0,   0.0,   ("[1.5,null]", q.UNCERTAIN_RANGE)),
    ("DB1.DBW0:int[2]",   JSON, "0064 00C8",                0.5,   1.0,   ("[51.0,101.0]", q.GOOD)),
])  # fmt: skip
def test_scaled_and_unfit(
    address: str, kind: Kind, wire: str, scale: float, offset: float, expected: tuple[Value, int]
) -> None:
    assert one(address, kind, wire, scale=scale, offset=offset) == expected


def test_everything_in_one_read() -> None:
    """Mixed kinds at scattered places of several blocks: each point gets its own value."""
    memory = bytes(at % 251 for at in range(2_000))
    points = [Point(at, f"DB{1 + at % 3}.DBW{at}", U64) for at in range(0, 900, 7)]
    points += [Point(2_000 + at, f"MB{at}:usint", F64) for at in range(0, 250, 11)]
    points += [Point(3_000 + at, f"DB2.DBX{at}.{at % 8}", BOOL) for at in range(0, 200, 3)]
    found = decode(points, memory)
    expected = {at: struct.unpack_from(">H", memory, at)[0] for at in range(0, 900, 7)}
    expected |= {2_000 + at: float(memory[at]) for at in range(0, 250, 11)}
    expected |= {3_000 + at: bool(memory[at] >> at % 8 & 1) for at in range(0, 200, 3)}
    assert {tag: value for tag, (value, _) in found.items()} == expected


def test_what_is_longer_than_a_message_comes_in_several() -> None:
    text = "x" * 254
    wire = b"\xfe\xfe" + text.encode()
    assert decode([Point(1, "DB1.DBB0:string254", STR)], wire, pdu=240)[1] == (text, q.GOOD)
    assert decode([Point(1, "DB1.DBD0:dint[300]", JSON)], struct.pack(">300i", *range(300)))[1] == (
        "[" + ",".join(str(number) for number in range(300)) + "]", q.GOOD,
    )  # fmt: skip


def test_an_address_that_is_none_is_bad() -> None:
    assert decode([Point(1, "40001", U64), Point(2, "DB1.DBW0", U64)], b"\0\7") == {
        1: (None, q.BAD_CONFIG), 2: (7, q.GOOD),
    }  # fmt: skip


@given(
    st.lists(st.integers(1, 222), min_size=1, max_size=120), st.sampled_from([240, 480, 960]), st.integers(1, 40)
)  # fmt: skip
def test_every_message_fits_and_nothing_is_lost(lengths: list[int], pdu: int, items_max: int) -> None:
    items = [Item(Memory("DB", 1), 0, length, 0, at) for at, length in enumerate(lengths)]
    messages = pack(items, Limits(pdu, items_max))
    assert sorted(item.block for message in messages for item in message.items) == list(range(len(lengths)))
    for message in messages:
        padded = sum(4 + item.length + item.length % 2 for item in message.items)
        assert 14 + padded <= pdu and 10 + len(message.request) <= pdu and len(message.items) <= items_max


def test_twenty_scattered_values_are_one_message() -> None:
    points = [Point(at, f"DB{at + 1}.DBD{100 * at}:real", F64) for at in range(20)]
    limits = Limits(480, 20)
    reading = Reading(points, limits, lambda _memory: Rules(limits.item_max, 16), encoding="latin-1")
    assert [len(message.items) for message in reading.messages(frozenset())] == [20]


# --- writing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address, value, ahead, wire", [
    ("DB1.DBD0:real",     1.5,     0, "3FC00000"),
    ("DB1.DBW0:int",      -2,      0, "FFFE"),
    ("DB1.DBL0:lint",     -2,      0, "FFFFFFFFFFFFFFFE"),
    ("DB1.DBD0:time",     4_000,   0, "00000FA0"),
    ("DB1.DBB0:char",     "A",     0, "41"),
    ("DB1.DBB0:string5",  "Mü",    1, "02 4D FC"),
    ("DB1.DBB0:wstring5", "M€",    2, "0002 004D 20AC"),
    ("DB1.DBW0:date",     "2026-03-01", 0, "3398"),
    ("DB1.DBB0:dt",       "2026-03-01T06:30:15.259", 0, "26 03 01 06 30 15 25 91"),  # a Sunday is day 1
    ("DB1.DBB0:dtl",      "2026-03-01T06:30:15.25", 0, "07EA 03 01 01 06 1E 0F 0EE6B280"),
    ("DB1.DBL0:ldt",      "1970-01-01T00:00:01", 0, "000000003B9ACA00"),
])  # fmt: skip
def test_what_is_written(address: str, value: Value, ahead: int, wire: str) -> None:
    point = Point(1, address, STR if isinstance(value, str) else F64)
    assert to_bytes(point, parse_address(address), value, encoding="latin-1") == (ahead, bytes.fromhex(wire))


@pytest.mark.parametrize("address, value, why", [
    ("DB1.DBW0:int",     40_000,       "holds -32768 to 32767"),
    ("DB1.DBW0:int",     1.5,          "holds -32768 to 32767"),
    ("DB1.DBW0:int",     True,         "takes a number"),
    ("DB1.DBW0:int",     "5",          "takes a number"),
    ("DB1.DBD0:real",    1e300,        "cannot hold"),
    ("DB1.DBB0:string3", "abcd",       "holds 3 characters, not 4"),
    ("DB1.DBB0:string3", "€",          "cannot hold"),
    ("DB1.DBB0:string3", 5,            "takes a text"),
    ("DB1.DBB0:char",    "",           "holds 1 characters"),
    ("DB1.DBB0:dt",      "1989-01-01", "1990 to 2089"),
    ("DB1.DBB0:dtl",     "yesterday",  "cannot hold"),
    ("DB1.DBB0:dtl",     "2026-03-01T06:30:15+01:00", "no time zone"),
    ("DB1.DBW0:int[4]",  5,            "an array is not written"),
])  # fmt: skip
def test_a_value_that_it_cannot_carry(address: str, value: Value, why: str) -> None:
    with pytest.raises(PointError, match=why):
        to_bytes(Point(1, address, F64), parse_address(address), value, encoding="latin-1")


@given(st.datetimes(datetime(1990, 1, 1), datetime(2089, 12, 31)))
@pytest.mark.parametrize("name, unit_us", [("dtl", 1), ("ldt", 1), ("dt", 1_000)])
def test_a_moment_comes_back(name: str, unit_us: int, at: datetime) -> None:
    exact = at.replace(microsecond=at.microsecond // unit_us * unit_us)
    address = f"DB1.DBB0:{name}"
    _, wire = to_bytes(Point(1, address, STR), parse_address(address), exact.isoformat(), encoding="latin-1")
    assert one(address, STR, wire.hex()) == (exact.isoformat(), q.GOOD)


# --- messages -----------------------------------------------------------------------------------------------------


def test_messages_byte_by_byte() -> None:
    """As the public descriptions of the protocol lay them out; Snap7 in the tests against it agrees."""
    assert frames.connect_request(b"\x01\x00", b"\x01\x02").hex() == "0300001611e00000000100c0010ac1020100c2020102"
    setup = frames.message(0, frames.setup(1, 480))
    assert setup.hex() == "0300001902f08032010000000000080000f0000001000101e0"
    read = frames.message(1, frames.read_request([frames.item(Memory("DB", 1), 4, 4)]))
    assert read.hex() == "0300001f02f080320100000001000e00000401120a10020004000184000020"
    bit = frames.message(2, frames.write_request(frames.bit_item(Memory("M"), 4, 5)), frames.bit_content(True))
    assert bit.hex() == "0300002402f080320100000002000e00050501120a1001000100008300002500030001" + "01"


@given(st.binary(max_size=400), st.lists(st.integers(1, 60), max_size=6))
def test_no_message_breaks_the_reader(message: bytes, lengths: list[int]) -> None:
    reply = frames.parse(b"\x32\x03" + message)
    found = reply and frames.answers(reply, frames.READ, lengths)
    assert found is None or [len(answer.data) for answer in found if not answer.code] == [
        length for length, answer in zip(lengths, found, strict=True) if not answer.code
    ]


def test_the_limits_of_messages_grow() -> None:
    assert all(a.item_max < b.item_max for a, b in pairwise([Limits(112, 20), Limits(240, 20), Limits(960, 20)]))
