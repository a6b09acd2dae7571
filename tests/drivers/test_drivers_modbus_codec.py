"""Bytes on the wire and the values they mean: every type, order, scale and kind; what does not fit is said."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind, Value
from dovetail.core.errors import PointError
from dovetail.drivers.base import Point
from dovetail.drivers.columns import Answers
from dovetail.drivers.modbus import pdus
from dovetail.drivers.modbus.address import AREAS, ORDERS, Area, Order, parse_address
from dovetail.drivers.modbus.codec import to_registers
from dovetail.drivers.modbus.options import ModbusOptions
from dovetail.drivers.modbus.reading import Reading, quality_of
from dovetail.drivers.planner import Rules

F64, I64, U64, BOOL, STR = Kind.F64, Kind.I64, Kind.U64, Kind.BOOL, Kind.STR


def decode(points: list[Point], memory: dict[Area, bytes], **options: object) -> dict[int, tuple[Value, int]]:
    """Read points from a device whose areas hold these bytes from position 0 on."""
    checked = ModbusOptions.model_validate({"host": "plc", **options})
    reading = Reading(points, checked, {area: checked.rules(area) for area in AREAS.values()})
    data = bytearray()
    for ask in reading.asks:
        held = memory[ask.area].ljust(2 * ask.block.stop, b"\0")
        bits = "".join(f"{byte:08b}"[::-1] for byte in held[: ask.block.stop // 8 + 1])[
            ask.block.start : ask.block.stop
        ]
        packed = bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))
        registers = held[2 * ask.block.start : 2 * ask.block.stop]
        data += {1: packed, 2: packed}.get(ask.function, registers)
    answers = Answers.of(data, [77] * len(reading.asks), {}, quality_of)
    batches = [*reading.decoder.batches(answers), *reading.never(77)]
    assert all((batch.ts == 77).all() for batch in batches)
    return {tag: (value, quality) for batch in batches for tag, _, value, quality in batch.rows()}


def one(address: str, kind: Kind, wire: str, **how: object) -> tuple[Value, int]:
    scale, offset = float(how.pop("scale", 1.0)), float(how.pop("offset", 0.0))  # type: ignore[arg-type]
    area = parse_address(address).area
    return decode([Point(5, address, kind, scale, offset)], {area: bytes.fromhex(wire)}, **how)[5]


@pytest.mark.parametrize("address, kind, wire, value", [
    ("40001",               U64, "022B",                    555),  # 108 in the example of §6.3
    ("40001",               F64, "FFFE",                    65534.0),
    ("40001:int16",         I64, "FFFE",                    -2),
    ("40001:int16:BADC",    I64, "FEFF",                    -2),
    ("40001:int32",         I64, "FFFF FFFE",               -2),
    ("40001:int32:CDAB",    I64, "FFFE FFFF",               -2),
    ("40001:uint32",        U64, "0102 0304",               0x01020304),
    ("40001:uint32:CDAB",   U64, "0304 0102",               0x01020304),
    ("40001:uint32:BADC",   U64, "0201 0403",               0x01020304),
    ("40001:uint32:DCBA",   U64, "0403 0201",               0x01020304),
    ("40001:int64",         I64, "FFFF FFFF FFFF FFFE",     -2),
    ("40001:uint64",        U64, "0102 0304 0506 0708",     0x0102030405060708),
    ("40001:uint64:CDAB",   U64, "0708 0506 0304 0102",     0x0102030405060708),
    ("40001:uint64:BADC",   U64, "0201 0403 0605 0807",     0x0102030405060708),
    ("40001:uint64:DCBA",   U64, "0807 0605 0403 0201",     0x0102030405060708),
    ("40001:uint64",        U64, "FFFF FFFF FFFF FFFF",     2**64 - 1),
    ("40001:float32",       F64, "3FC0 0000",               1.5),
    ("40001:float32:CDAB",  F64, "0000 3FC0",               1.5),
    ("40001:float64",       F64, "3FF8 0000 0000 0000",     1.5),
    ("40001:float64:CDAB",  F64, "0000 0000 0000 3FF8",     1.5),
    ("30003:float32",       F64, "0000 0000 C2C8 0000",     -100.0),
    ("40001:string6",       STR, "4162 4300 5858",          "AbC"),
    ("40001:string6",       STR, "4162 4320 2020",          "AbC"),
    ("40001:string5",       STR, "4162 4344 4558",          "AbCDE"),
    ("40001:string6:BADC",  STR, "6241 4443 0045",          "AbCDE"),
    ("40001:string4",       STR, "C3BC 0000",               "ü"),
    ("40001.0",             BOOL, "0001",                   True),
    ("40001.0",             BOOL, "FFFE",                   False),
    ("40001.8",             BOOL, "0100",                   True),
    ("40001.15",            BOOL, "8000",                   True),
    ("40001.15",            BOOL, "7FFF",                   False),
    ("00001",               BOOL, "01",                     True),
    ("00003",               BOOL, "04",                     True),
    ("00010",               BOOL, "00 02",                  True),
    ("10009",               BOOL, "FF 00",                  False),
])  # fmt: skip
def test_a_value(address: str, kind: Kind, wire: str, value: Value) -> None:
    assert one(address, kind, wire) == (value, q.GOOD)


@pytest.mark.parametrize("address, kind, wire, scale, offset, expected", [
    ("40001:int16",   F64, "00FA",       0.1,   0.0,  (25.0, q.GOOD)),
    ("40001:int16",   F64, "FF06",       0.1, -10.0,  (-35.0, q.GOOD)),
    ("40001:int16",   I64, "0019",       0.1,   0.0,  (2, q.GOOD)),              # half to even, as everywhere
    ("40001",         U64, "0003",       -1.0,  0.0,  (None, q.BAD_DEVICE)),     # below zero
    ("40001:uint64",  I64, "FFFF FFFF FFFF FFFF", 1.0, 0.0, (None, q.BAD_DEVICE)),
    ("40001:uint64",  I64, "FFFF FFFF FFFF FFFF", 2.0, 0.0, (None, q.BAD_DEVICE)),
    ("40001:int16",   U64, "FFFF",       1.0,   0.0,  (None, q.BAD_DEVICE)),
    ("40001:float32", F64, "7F80 0000",  1.0,   0.0,  (math.inf, q.UNCERTAIN_RANGE)),
    ("40001:float32", F64, "FF80 0000",  2.0,   1.0,  (-math.inf, q.UNCERTAIN_RANGE)),
    ("40001:string2", STR, "FFFF",       1.0,   0.0,  (None, q.BAD_DEVICE)),     # no UTF-8
])  # fmt: skip
def test_scaled_and_unfit(
    address: str, kind: Kind, wire: str, scale: float, offset: float, expected: tuple[Value, int]
) -> None:
    assert one(address, kind, wire, scale=scale, offset=offset) == expected


def test_nan_is_kept_and_uncertain() -> None:
    value, quality = one("40001:float32", F64, "7FC0 0000")
    assert isinstance(value, float) and math.isnan(value)
    assert quality == q.UNCERTAIN_RANGE


def test_one_unfit_value_leaves_its_neighbours() -> None:
    points = [Point(n, f"4{n:04}:float32", F64) for n in (1, 3, 5)]
    found = decode(points, {"holding": struct.pack(">3f", 1.5, math.inf, 2.5)})
    assert found == {1: (1.5, q.GOOD), 3: (math.inf, q.UNCERTAIN_RANGE), 5: (2.5, q.GOOD)}


@pytest.mark.parametrize("order, address, wire, value", [
    ("CDAB", "40001:uint32", "0304 0102", 0x01020304),
    ("CDAB", "40001:uint32:ABCD", "0102 0304", 0x01020304),  # its own order wins
    ("DCBA", "40001", "0102", 0x0102),  # a single register is highest byte first, whatever longer values are
])  # fmt: skip
def test_the_connections_order(order: str, address: str, wire: str, value: int) -> None:
    assert one(address, U64, wire, order=order) == (value, q.GOOD)


def test_latin_1() -> None:
    assert one("40001:string2", STR, "FC00", encoding="latin-1") == ("ü", q.GOOD)


def test_everything_in_one_read() -> None:
    """Four areas, mixed kinds, scattered positions: each point gets its own value."""
    registers = b"".join(struct.pack(">H", at) for at in range(300))
    points = [Point(at, f"4{at + 1:05}", U64 if at % 2 else F64) for at in range(0, 300, 7)]
    points += [Point(1000 + at, f"3{at + 1:05}:uint32", U64) for at in range(0, 290, 13)]
    points += [Point(2000 + at, f"0{at + 1:05}", BOOL) for at in range(50)]
    points += [Point(3000 + at, f"1{at + 1:05}", BOOL) for at in range(3, 50)]
    bits = bytes([0b10110001] * 8)
    found = decode(points, {"holding": registers, "input": registers, "coil": bits, "discrete": bits})
    assert len(found) == len(points)
    for tag, (value, quality) in found.items():
        area, at = divmod(tag, 1000)
        expected = [at, at << 16 | at + 1, bool(bits[at // 8 % 8] >> at % 8 & 1), bool(bits[at // 8 % 8] >> at % 8 & 1)]
        assert (value, quality) == (expected[area], q.GOOD), tag


def test_what_is_never_asked() -> None:
    points = [
        Point(1, "40001", F64),
        Point(2, "nonsense", F64),
        Point(3, "40005", U64),
        Point(4, "40009:string20", STR),
    ]
    found = decode(points, {"holding": bytes(99)}, forbidden=["40004-40006"], max_registers=8)
    assert found == {1: (0.0, q.GOOD), 2: (None, q.BAD_CONFIG), 3: (None, q.BAD_CONFIG), 4: (None, q.BAD_CONFIG)}


# --- writing ---------------------------------------------------------------------------------------------------

NUMBERS = st.one_of(
    st.tuples(st.just("int16"), st.integers(-(2**15), 2**15 - 1)),
    st.tuples(st.just("uint16"), st.integers(0, 2**16 - 1)),
    st.tuples(st.just("int32"), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.just("uint32"), st.integers(0, 2**32 - 1)),
    st.tuples(st.just("int64"), st.integers(-(2**63), 2**63 - 1)),
)


@given(NUMBERS, st.sampled_from(ORDERS))
def test_what_is_written_reads_the_same(number: tuple[str, int], order: Order) -> None:
    kind, value = number
    address = f"40001:{kind}:{order}"
    wire = to_registers(Point(1, address, I64), parse_address(address), order, value=value, encoding="utf-8")
    assert one(address, I64, wire.hex()) == (value, q.GOOD)


@given(st.floats(width=32, allow_nan=False), st.sampled_from(ORDERS))
def test_a_written_float_reads_the_same(value: float, order: Order) -> None:
    address = f"40001:float32:{order}"
    wire = to_registers(Point(1, address, F64), parse_address(address), order, value=value, encoding="utf-8")
    assert one(address, F64, wire.hex())[0] == value


@pytest.mark.parametrize("address, kind, scale, offset, value, wire", [
    ("40001",          U64, 1.0, 0.0, 10,     "000A"),
    ("40001:int16",    F64, 0.1, 0.0, 25.0,   "00FA"),
    ("40001:int16",    F64, 0.1, -10.0, -35.0, "FF06"),
    ("40001:float32",  F64, 1.0, 0.0, 1.5,    "3FC00000"),
    ("40001:string6",  STR, 1.0, 0.0, "AbC",  "416243000000"),
    ("40001:string5:BADC", STR, 1.0, 0.0, "AbCDE", "624144430045"),
])  # fmt: skip
def test_registers_of_a_value(address: str, kind: Kind, scale: float, offset: float, value: Value, wire: str) -> None:
    parsed = parse_address(address)
    point = Point(1, address, kind, scale, offset)
    made = to_registers(point, parsed, parsed.order_or("ABCD"), value=value, encoding="utf-8")
    assert made.hex() == wire.lower()


@pytest.mark.parametrize("address, value", [
    ("40001", -1), ("40001", 65536), ("40001:int16", 40000), ("40001", 1.5), ("40001", math.nan), ("40001", math.inf),
    ("40001", "text"), ("40001", True), ("40001:float32", 1e300), ("40001:string4", "fives"), ("40001:string4", 7),
    ("40001:string4", "a\0b"), ("40001:string4", "\ud800"),
])  # fmt: skip
def test_a_value_that_does_not_fit_is_refused(address: str, value: Value) -> None:
    with pytest.raises(PointError) as caught:
        to_registers(Point(1, address, F64), parse_address(address), "ABCD", value=value, encoding="utf-8")
    assert caught.value.code == "modbus-value"


# --- frames of the specification ---------------------------------------------------------------------------------


@pytest.mark.parametrize("request_, wire", [
    (pdus.read_request("coil", 19, 19),                      "01 0013 0013"),         # §6.1
    (pdus.read_request("discrete", 196, 22),                 "02 00C4 0016"),         # §6.2
    (pdus.read_request("holding", 107, 3),                   "03 006B 0003"),         # §6.3
    (pdus.read_request("input", 8, 1),                       "04 0008 0001"),         # §6.4
    (pdus.write_coil(172, value=True).encode_request(),      "05 00AC FF00"),         # §6.5
    (pdus.write_register(1, b"\0\3").encode_request(),       "06 0001 0003"),         # §6.6
    (pdus.write_registers(1, b"\0\x0a\1\2").encode_request(), "10 0001 0002 04 000A 0102"),  # §6.12
    (pdus.write_bit(4, 3, value=True).encode_request(),      "16 0004 FFF7 0008"),    # §6.16
])  # fmt: skip
def test_requests_of_the_specification(request_: bytes, wire: str) -> None:
    assert request_ == bytes.fromhex(wire)


@pytest.mark.parametrize("area, points, wire, values", [
    # §6.1: coils 20 to 38 as CD 6B 05
    ("coil", ["00020", "00021", "00027", "00035", "00036", "00038"], "CD6B05", [True, False, True, False, True, True]),
    # §6.2: discrete inputs 197 to 218 as AC DB 35
    ("discrete", ["10197", "10199", "10204", "10218"], "ACDB35", [False, True, True, True]),
    # §6.3: registers 108 to 110 as 555, 0 and 100
    ("holding", ["40108", "40109", "40110"], "022B00000064", [555, 0, 100]),
])  # fmt: skip
def test_answers_of_the_specification(area: Area, points: list[str], wire: str, values: list[Value]) -> None:
    kind = {"holding": U64}.get(area, BOOL)
    options = ModbusOptions(host="plc")
    listed = [Point(at, address, kind) for at, address in enumerate(points)]
    reading = Reading(listed, options, {area: Rules(2000, 2000)})
    answers = Answers.of(bytes.fromhex(wire), [0], {}, quality_of)
    (batch,) = reading.decoder.batches(answers)
    found = {tag: value for tag, _, value, _ in batch.rows()}
    assert [found[at] for at in range(len(points))] == values


@pytest.mark.parametrize("code, quality", [
    (1, q.BAD_CONFIG), (2, q.BAD_CONFIG), (3, q.BAD_CONFIG), (4, q.BAD_DEVICE), (5, q.BAD_COMM), (6, q.BAD_COMM),
    (8, q.BAD_DEVICE), (0x63, q.BAD_DEVICE),
])  # fmt: skip
def test_a_refused_block_is_bad_with_the_devices_own_code(code: int, quality: int) -> None:
    options = ModbusOptions(host="plc", gap=0)
    points = [Point(1, "40001", U64), Point(2, "40050", U64), Point(3, "00001", BOOL)]
    reading = Reading(points, options, {area: options.rules(area) for area in AREAS.values()})
    answers = Answers.of(b"\1" * reading.size, [0, 0, 0], {1: code}, quality_of)
    batches: dict[Kind, Batch] = {batch.kind: batch for batch in reading.decoder.batches(answers)}
    assert batches[U64].rows() == [(1, 0, 0x0101, q.GOOD), (2, 0, None, quality)]
    assert batches[U64].native is not None and batches[U64].native.tolist() == [0, code]
    assert batches[BOOL].rows() == [(3, 0, True, q.GOOD)] and batches[BOOL].native is None
