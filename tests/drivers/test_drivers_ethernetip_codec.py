"""CIP as bytes: every elementary type, what is no answer, a list of tags cut short, and who a device says it is."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logix_device import program

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.errors import PointError
from dovetail.drivers.base import Point
from dovetail.drivers.columns import Answers
from dovetail.drivers.ethernetip import identity, messages, taglist
from dovetail.drivers.ethernetip.address import parse_address
from dovetail.drivers.ethernetip.codec import Place, decoder, is_fit, to_bytes
from dovetail.drivers.ethernetip.elementary import TYPES, Shape, shape_of
from dovetail.drivers.ethernetip.knowledge import quality_of
from dovetail.drivers.ethernetip.messages import said
from dovetail.sim.servers.logix import Controller

F64, I64, U64, BOOL, STR, JSON = Kind.F64, Kind.I64, Kind.U64, Kind.BOOL, Kind.STR, Kind.JSON
INF = float("inf")

# type, bytes as they come · kind · value and quality
TYPED: list[tuple[int, str, Kind, Value, int]] = [
    (0xC1, "00",               BOOL, False,          q.GOOD),
    (0xC1, "01",               BOOL, True,           q.GOOD),
    (0xC1, "FF",               BOOL, True,           q.GOOD),
    (0xC2, "80",               I64,  -128,           q.GOOD),
    (0xC3, "0080",             I64,  -32768,         q.GOOD),
    (0xC4, "FEFFFFFF",         I64,  -2,             q.GOOD),
    (0xC4, "FEFFFFFF",         U64,  None,           q.BAD_DEVICE),
    (0xC5, "FEFFFFFFFFFFFFFF", I64,  -2,             q.GOOD),
    (0xC6, "FE",               U64,  254,            q.GOOD),
    (0xC7, "FEFF",             F64,  65534.0,        q.GOOD),
    (0xC8, "FEFFFFFF",         U64,  2**32 - 2,      q.GOOD),
    (0xC9, "FEFFFFFFFFFFFFFF", U64,  2**64 - 2,      q.GOOD),
    (0xC9, "FEFFFFFFFFFFFFFF", I64,  None,           q.BAD_DEVICE),
    (0xCA, "00509A44",         F64,  1234.5,         q.GOOD),
    (0xCA, "000080FF",         F64,  -INF,           q.UNCERTAIN_RANGE),
    (0xCB, "000000000000F83F", F64,  1.5,            q.GOOD),
    (0xD1, "A5",               U64,  0xA5,           q.GOOD),
    (0xD2, "01A5",             U64,  0xA501,         q.GOOD),
    (0xD3, "010000A5",         U64,  0xA5000001,     q.GOOD),
    (0xD4, "01000000000000A5", U64,  0xA500000000000001, q.GOOD),
    (0xCE, "00E1F505",         U64,  100_000_000,    q.GOOD),
    (0xD6, "FEFFFFFF",         I64,  -2,             q.GOOD),
    (0xD7, "FEFFFFFFFFFFFFFF", I64,  -2,             q.GOOD),
    (0xD8, "FEFF",             I64,  -2,             q.GOOD),
    (0xDB, "A00F0000",         I64,  4_000,          q.GOOD),
    (0xDF, "FEFFFFFFFFFFFFFF", I64,  -2,             q.GOOD),
    (0xC0, "6394909766050600", STR,  "2023-09-15T14:27:27.901795", q.GOOD),
    (0xCC, "00CA9A3B00000000", STR,  "1970-01-01T00:00:01", q.GOOD),
    (0xCD, "0100",             STR,  "1972-01-02",   q.GOOD),
    (0xCF, "E80300000100",     STR,  "1972-01-02T00:00:01", q.GOOD),
    (0xC0, "FFFFFFFFFFFFFF7F", STR,  None,           q.BAD_DEVICE),
    (0xDA, "03616263" + "00" * 508, STR, "abc",      q.GOOD),
    (0xDA, "FF616263" + "00" * 508, STR, "abc" + "\0" * 252, q.GOOD),
    (0xD0, "0300616263" + "00" * 507, STR, "abc",    q.GOOD),
    (0xD0, "FFFF616263" + "00" * 507, STR, None,     q.BAD_DEVICE),
    (0xD5, "0100AC20" + "00" * 508, STR, "€",        q.GOOD),
]  # fmt: skip


def decoded(shape: Shape, data: bytes, point: Point, *, bit: int | None = None, count: int = 0) -> tuple[Value, int]:
    made = decoder([Place(point, shape, 0, 0, bit, count)], encoding="utf-8")
    (batch,) = made.batches(Answers.of(bytearray(data), [5], {}, quality_of))
    ((_, at_us, value, quality),) = batch.rows()
    assert at_us == 5
    return value, quality


@pytest.mark.parametrize("code, data, kind, value, quality", TYPED)
def test_every_type(code: int, data: str, kind: Kind, value: Value, quality: int) -> None:
    raw = bytes.fromhex(data)
    assert decoded(Shape(code, len(raw)), raw, Point(1, "T", kind)) == (value, quality)


def test_no_type_is_left_out() -> None:
    assert TYPES.keys() - {row[0] for row in TYPED} == {0xDD}  # ENGUNIT is an unsigned number as UINT is


STRING = Shape(0x02A0, 88, 0x0FCE)


@pytest.mark.parametrize("shape, data, value, quality", [
    (STRING, struct.pack("<I82s2x", 5, "Líne".encode()), "Líne", q.GOOD),
    (STRING, struct.pack("<I82s2x", 0, b"old text"), "", q.GOOD),
    (STRING, struct.pack("<I82s2x", 85, b"x"), None, q.BAD_DEVICE),
    (STRING, struct.pack("<I82s2x", 3, b"\xff\xfe\xfd"), None, q.BAD_DEVICE),
    (Shape(0x02A0, 24, 0x5A02), struct.pack("<I20s", 20, b"x" * 20), "x" * 20, q.GOOD),
])  # fmt: skip
def test_a_string(shape: Shape, data: bytes, value: Value, quality: int) -> None:
    assert decoded(shape, data.ljust(shape.size, b"\0"), Point(1, "T", STR)) == (value, quality)


@pytest.mark.parametrize("shape, data, bit, count, value", [
    (Shape(0xC3, 6), "0100 FEFF 0300", None, 3, "[1,-2,3]"),
    (Shape(0xCA, 8), "0000C03F 0000C07F", None, 2, "[1.5,null]"),
    (Shape(0xC1, 3), "01 00 FF", None, 3, "[true,false,true]"),
    (Shape(0xD3, 8), "00000080 01000000", 31, 3, "[true,true,false]"),
])  # fmt: skip
def test_an_array(shape: Shape, data: str, bit: int | None, count: int, value: str) -> None:
    found, _ = decoded(shape, bytes.fromhex(data), Point(1, "T{3}", JSON), bit=bit, count=count)
    assert found == value


@pytest.mark.parametrize("text, kind, shape, bit, fits", [
    ("T",     F64,  Shape(0xCA, 4), None, True),
    ("T",     I64,  Shape(0xCA, 4), None, False),
    ("T",     F64,  Shape(0xC1, 1), None, False),
    ("T",     BOOL, Shape(0xC4, 4), None, False),
    ("T",     STR,  Shape(0xC4, 4), None, False),
    ("T",     F64,  STRING,         None, False),
    ("T",     STR,  STRING,         None, True),
    ("T.31",  BOOL, Shape(0xC4, 4), 31,   True),
    ("T.32",  BOOL, Shape(0xC4, 4), 32,   False),
    ("T.1",   BOOL, Shape(0xCA, 4), 1,    False),
    ("T{2}",  JSON, STRING,         None, True),
    ("T{2}",  JSON, Shape(0x02A0, 40, 7), None, False),
])  # fmt: skip
def test_what_fits(text: str, kind: Kind, shape: Shape, bit: int | None, fits: bool) -> None:
    assert (is_fit(kind, shape, parse_address(text), bit=bit, words=False) == 0) is fits


@pytest.mark.parametrize("shape, point, value, data", [
    (Shape(0xC1, 1), Point(1, "T", BOOL),          True,   "01"),
    (Shape(0xC3, 2), Point(1, "T", I64),           -2,     "FEFF"),
    (Shape(0xC3, 2), Point(1, "T", F64, 0.1, 5.0), 4.8,    "FEFF"),
    (Shape(0xCA, 4), Point(1, "T", F64),           1234.5, "00509A44"),
    (Shape(0xC9, 8), Point(1, "T", U64),           2**64 - 1, "FF" * 8),
    (Shape(0xDA, 512), Point(1, "T", STR),         "abc",  "03616263"),
    (Shape(0xD5, 512), Point(1, "T", STR),         "€",    "0100AC20"),
    (Shape(0xC0, 8), Point(1, "T", STR),           "1970-01-01T00:00:01", "40420F0000000000"),
    (Shape(0xCD, 2), Point(1, "T", STR),           "1972-01-02", "0100"),
    (Shape(0xCF, 6), Point(1, "T", STR),           "1972-01-02T00:00:01", "E80300000100"),
    (Shape(0x02A0, 8, 7), Point(1, "T", STR),      "ab",   "02000000 61620000"),
])  # fmt: skip
def test_a_value_as_bytes(shape: Shape, point: Point, value: Value, data: str) -> None:
    assert to_bytes(point, shape, value, encoding="utf-8") == bytes.fromhex(data)


@pytest.mark.parametrize("shape, kind, value, why", [
    (Shape(0xC3, 2), F64,  40_000,   "holds -32768 to 32767"),
    (Shape(0xC3, 2), F64,  1.5,      "holds -32768 to 32767"),
    (Shape(0xC4, 4), F64,  True,     "takes a number"),
    (Shape(0xCA, 4), F64,  1e300,    "REAL and cannot hold"),
    (Shape(0xC1, 1), BOOL, 1,        "takes true or false"),
    (STRING,         STR,  5,        "takes a text"),
    (STRING,         STR,  "x" * 83, "holds 82 characters, not 83"),
    (STRING,         STR,  "a\0b",   "holds 82 characters"),
    (Shape(0xDA, 512), STR, "x" * 256, "holds 255 characters, not 256"),
    (Shape(0xC0, 8), STR,  "noon",   "cannot hold 'noon'"),
    (Shape(0xC0, 8), STR,  "2026-03-01T06:30:15Z", "knows no time zone"),
    (Shape(0xCD, 2), STR,  "1960-01-01", "cannot hold"),
])  # fmt: skip
def test_a_value_that_cannot_be_held(shape: Shape, kind: Kind, value: Value, why: str) -> None:
    with pytest.raises(PointError, match=why):
        to_bytes(Point(1, "T", kind), shape, value, encoding="utf-8")


@pytest.mark.parametrize("data, count, shape", [
    ("C400 01000000", 1, Shape(0xC4, 4)),
    ("C400 0100000002000000", 2, Shape(0xC4, 8)),
    ("C400 010000", 1, None),
    ("C400", 1, None),
    ("", 1, None),
    ("A002 CE0F " + "00" * 88, 1, STRING),
    ("A002 CE0F", 1, None),
    ("9900 00", 1, None),
    ("DA00 0161", 1, Shape(0xDA, 512)),
    ("DA00 0161", 2, None),
])  # fmt: skip
def test_the_shape_of_an_answer(data: str, count: int, shape: Shape | None) -> None:
    assert shape_of(bytes.fromhex(data), count) == shape


@pytest.mark.parametrize("code, words, quality", [
    (0x04,     "0x04 path segment error: there is no such tag", q.BAD_CONFIG),
    (0x05,     "0x05 path destination unknown: there is no such tag", q.BAD_CONFIG),
    (0x02,     "0x02 resource unavailable", q.BAD_DEVICE),
    (0x0F,     "0x0F privilege violation: no external access", q.BAD_CONFIG),
    (0x10,     "0x10 device state conflict", q.BAD_DEVICE),
    (0x2105FF, "0xFF/0x2105 past the end of the array", q.BAD_CONFIG),
    (0x2107FF, "0xFF/0x2107 the tag has another type", q.BAD_CONFIG),
    (0x1234FF, "0xFF/0x1234 general error", q.BAD_DEVICE),
    (0x77,     "0x77 unknown status", q.BAD_DEVICE),
])  # fmt: skip
def test_a_status_in_words(code: int, words: str, quality: int) -> None:
    assert (said(code), quality_of(code)) == (words, quality)


def test_one_bit_leaves_the_others() -> None:
    assert messages.modify(b"", 2, bit=9, to=True) == bytes.fromhex("4E00 0200 0002 FFFF")
    assert messages.modify(b"", 2, bit=9, to=False) == bytes.fromhex("4E00 0200 0000 FFFD")


# --- bytes that are none ------------------------------------------------------------------------------------------


@given(st.binary(max_size=200), st.integers(1, 20))
def test_any_bytes_are_an_answer_or_none(reply: bytes, count: int) -> None:
    answer = messages.parse(reply)
    bounds = messages.bounds(reply, count)
    assert answer is None or len(answer.data) <= len(reply) - 4
    assert bounds is None or (len(bounds) == count and bounds[-1][1] == len(reply))


@given(st.binary(max_size=200), st.integers(0, 40))
def test_any_bytes_are_a_list_of_tags_or_none(data: bytes, count: int) -> None:
    for parse in (
        lambda: taglist.page(data),
        lambda: taglist.template_size(data),
        lambda: taglist.members(data, count),
    ):
        try:
            parse()
        except ValueError as error:
            assert "structure" in str(error) or "list of tags" in str(error)


@given(st.binary(max_size=120))
def test_any_bytes_are_a_request_or_refused(request: bytes) -> None:
    """The virtual controller: a refusal, an answer, or the two errors that end a connection; nothing else."""
    try:
        reply = CONTROLLER.answer(request, room=500)
    except (struct.error, IndexError):
        return
    assert messages.parse(reply) is not None and len(reply) <= 500 + 4


CONTROLLER = Controller(program(), may_write=False)


@given(st.sampled_from([0x4C, 0x52, 0x4E, 0x4D, 0x55, 0x03, 0x0A]), st.binary(max_size=60), st.sampled_from(
    ["Big[3]", "Line.Motors[1].Codes[2]", "Bits[1]", "Name", "Nope", "Matrix[1,2]"]))  # fmt: skip
def test_any_service_on_a_tag_is_answered(service: int, data: bytes, name: str) -> None:
    try:
        reply = CONTROLLER.answer(messages.service(service, messages.path_of(parse_address(name).path), data), room=500)
    except (struct.error, IndexError):
        return
    assert reply[0] == service | 0x80


# --- who is there -------------------------------------------------------------------------------------------------

FILLER = identity.Identity(
    "192.168.1.20", 44818, 1, 0x0E, 94, (33, 11), 0x3160, 0xC0FFEE, "1769-L33ER/A LOGIX5333ER", 3
)


def test_a_device_says_who_it_is() -> None:
    asked = identity.question(b"line1")
    assert identity.is_question(asked) and len(asked) == 24
    reply = identity.answer(FILLER, to=asked)
    assert identity.identities(reply) == [FILLER] and reply[12:20] == b"line1\0\0\0"
    assert FILLER.is_controller
    assert FILLER.says == "Rockwell Automation/Allen-Bradley 1769-L33ER/A LOGIX5333ER 33.011, serial number 00C0FFEE"


def test_an_answer_as_a_real_device_gives_it() -> None:
    """A PowerFlex drive's answer, byte by byte as CIP Volume 2, table 2-4.4 lays it out."""
    head = "6300 3600 00000000 00000000 0000000000000000 00000000 0100 0C00 3000 0100"
    place = "0002 AF12 C0A80114 0000000000000000"
    product = "0100 0200 9600 0504 0000 78563412 0E 506F776572466C65782035323545 03".replace(" ", "")
    frame = bytes.fromhex(head.replace(" ", "") + place.replace(" ", "") + product)
    (found,) = identity.identities(frame[:2] + (len(frame) - 24).to_bytes(2, "little") + frame[4:])
    assert (found.name, found.address, found.port) == ("PowerFlex 525E", "192.168.1.20", 44818)
    assert (found.serial, found.revision, found.state) == (0x12345678, (5, 4), 3)


@pytest.mark.parametrize("address", ["192.168.1", "fe80::1", "300.1.1.1", "plc"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        identity.answer(identity.Identity(address, 44818, 1, 14, 1, (1, 1), 0, 1, "x"))


@given(st.binary(max_size=150))
def test_any_bytes_are_devices_or_none(frame: bytes) -> None:
    for one in identity.identities(frame):
        assert one.says and one.name.isprintable()


@given(st.integers(0, 90), st.integers(0, 255))
def test_a_spoiled_answer_is_a_device_or_none(at: int, byte: int) -> None:
    good = bytearray(identity.answer(FILLER))
    good[at % len(good)] = byte
    assert len(identity.identities(bytes(good))) <= 1
    assert identity.identities(bytes(good[:at])) == [] or at >= len(good)
