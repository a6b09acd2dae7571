"""Controllers that are asked for their memory: Modbus and S7, from frames to the plant's values."""

from __future__ import annotations

import struct
from typing import Any

from fuzz_judge import Target
from fuzz_sound import in_pieces, inside_loop, sound

from dovetail.core.batch import Kind
from dovetail.drivers.base import Point
from dovetail.drivers.columns import Answers
from dovetail.drivers.modbus import cable, client, pdus, rtu
from dovetail.drivers.modbus.address import AREAS
from dovetail.drivers.modbus.options import ModbusOptions
from dovetail.drivers.modbus.reading import Reading, quality_of
from dovetail.drivers.planner import Rules
from dovetail.drivers.s7 import client as s7_client
from dovetail.drivers.s7 import frames
from dovetail.drivers.s7 import link as s7_link
from dovetail.drivers.s7 import reading as s7_reading
from dovetail.finding.ways.modbus import _identity

F64, I64, U64, BOOL, STR, JSON = Kind.F64, Kind.I64, Kind.U64, Kind.BOOL, Kind.STR, Kind.JSON


class Heard:
    """Stands where a link stands: keeps what its wire cut out of the stream."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def heard(self) -> None: ...
    def pump(self) -> None: ...

    def lost(self, *why: object) -> None:
        self.said.append("lost")

    def reply(self, *what: Any) -> None:
        self.said.append(what if len(what) == 1 else (what[0], what[1][what[2] : what[3]]))


# --- Modbus -------------------------------------------------------------------------------------------------------

POINTS = tuple(
    Point(number, address, kind, scale=scale)
    for number, (address, kind, scale) in enumerate(
        [
            ("40001", F64, 0.1),
            ("40001:int16", I64, 1.0),
            ("40003:float32", F64, 1.0),
            ("40003:float64:CDAB", F64, 1e300),
            ("40007:int64:DCBA", I64, 1.0),
            ("40007:uint64", I64, 1.0),
            ("40011:string8", STR, 1.0),
            ("40011.3", BOOL, 1.0),
            ("40012:string5:BADC", STR, 1.0),
            ("30001:uint32", U64, -7.5),
            ("00017", BOOL, 1.0),
            ("10005", BOOL, 1.0),
        ],
        start=1,
    )
)
MODBUS = Reading(POINTS, OPTIONS := ModbusOptions(host="plc"), {area: OPTIONS.rules(area) for area in AREAS.values()})
MODBUS_READ = inside_loop(lambda: client._Gather(MODBUS.asks, MODBUS.size))
MODBUS_WRITES = [
    inside_loop(lambda pdu=pdu: client._Order(pdu))
    for pdu in (
        pdus.write_coil(3, value=True),
        pdus.write_coils(3, values=[True, False]),
        pdus.write_bit(9, 3, value=True),
        pdus.write_register(7, b"\x01\x02"),
        pdus.write_registers(7, b"\x01\x02\x03\x04"),
    )
]
REPLIES = [bytes((ask.function, ask.size)) + bytes(range(ask.size)) for ask in MODBUS.asks]


def tcp(pdu: bytes, transaction: int = 7) -> bytes:
    return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, 1) + pdu


def modbus_tcp(data: bytes) -> None:
    """However the stream is cut, the same frames are heard, and none is longer than the protocol allows."""
    at_once, cut = Heard(), Heard()
    cable._Wire(at_once).data_received(data[1:])  # type: ignore[arg-type]
    wire = cable._Wire(cut)  # type: ignore[arg-type]
    in_pieces(wire.data_received, data)
    upto = at_once.said.index("lost") if "lost" in at_once.said else len(at_once.said)
    assert cut.said[:upto] == at_once.said[:upto]
    assert all(3 <= len(frame) <= 254 for _, frame in at_once.said[:upto])


def modbus_rtu(data: bytes) -> None:
    for function in (1, 3, 16, 22):
        found = rtu.find(data, 1, function)
        if found is not None:
            start, stop = found
            assert data[start] == 1 and rtu.checksum(data[start : stop - 2]) == data[stop - 2 : stop]


def modbus_pdu(data: bytes) -> None:
    """A reply of a unit, as both kinds of link hand it over: at least two bytes stand there."""
    frame = b"\x01" + data[1:].ljust(2, b"\0")
    for number in range(len(MODBUS.asks)):
        MODBUS_READ.take(number, frame, 1, len(frame), 5)
    for job in MODBUS_WRITES:
        job.take(0, frame, 1, len(frame), 5)
    for request in (b"\x03\0\x10\0\x02", b"\x01\0\x10\0\x09"):
        inside = rtu._Sync.__new__(rtu._Sync)
        inside.requests = [request]
        inside.take(0, frame, 1, len(frame), 5)
    assert len(MODBUS_READ.data) == MODBUS.size
    MODBUS_READ.native.clear()
    _identity(data)


def modbus_values(data: bytes) -> None:
    native = {0: data[0]} if data[:1] > b"\xf0" else {}
    held = data.ljust(MODBUS.size, b"\0")[: MODBUS.size]
    sound(MODBUS.decoder.batches(Answers.of(held, [5] * len(MODBUS.asks), native, quality_of)))


# --- S7 -----------------------------------------------------------------------------------------------------------

S7_TYPES = [
    ("DBX0.0", BOOL),
    ("DBB1:sint", I64),
    ("DBW2:int", F64),
    ("DBD4:real", F64),
    ("DBL8:lreal", F64),
    ("DBL16:lint", I64),
    ("DBL24:ulint", I64),
    ("DBD32:time", I64),
    ("DBW36:s5time", I64),
    ("DBB38:char", STR),
    ("DBB40:string5", STR),
    ("DBB50:wstring3", STR),
    ("DBW64:date", STR),
    ("DBB66:dt", STR),
    ("DBB74:dtl", STR),
    ("DBL86:ldt", STR),
    ("DBW94:int[3]", JSON),
    ("DBD100:real[2]", JSON),
    ("DBD108:tod", U64),
]
S7_POINTS = tuple(Point(number, f"DB1.{text}", kind) for number, (text, kind) in enumerate(S7_TYPES, start=1))
S7_LIMITS = s7_reading.Limits(240, 20)
S7 = s7_reading.Reading(S7_POINTS, S7_LIMITS, lambda _memory: Rules(S7_LIMITS.item_max, 0), encoding="utf-8")
S7_MESSAGES = S7.messages(frozenset())
S7_READ = inside_loop(lambda: s7_client._Gather(S7_MESSAGES, S7.size, len(S7.blocks)))
S7_WRITE = inside_loop(lambda: s7_client._Order(frames.bit_item(S7.blocks[0].memory, 0, 0), frames.bit_content(True)))


def s7_ack(parameters: bytes, data: bytes = b"", code: int = 0, kind: int = 3) -> bytes:
    return struct.pack(">BBHHHHH", 0x32, kind, 0, 1, len(parameters), len(data), code) + parameters + data


def s7_answer() -> bytes:
    items = S7_MESSAGES[0].items
    parts = [frames.answer_head(one.length) + bytes(one.length) + b"\0" * (one.length & 1) for one in items]
    return s7_ack(bytes((frames.READ, len(items))), b"".join(parts))


def s7_stream(data: bytes) -> None:
    """However the stream is cut, the same messages are heard."""
    at_once, cut = Heard(), Heard()
    for heard, feed in (
        (at_once, lambda wire, all_of_it: wire.data_received(all_of_it[1:])),
        (cut, lambda wire, all_of_it: in_pieces(wire.data_received, all_of_it)),
    ):
        wire = s7_link._Wire(heard)  # type: ignore[arg-type]
        wire._transport = Transport()  # type: ignore[assignment]
        feed(wire, data)
    upto = at_once.said.index("lost") if "lost" in at_once.said else len(at_once.said)
    assert cut.said[:upto] == at_once.said[:upto]


class Transport:
    """A socket that is there."""

    def abort(self) -> None: ...


def s7_pdu(data: bytes) -> None:
    frames.is_confirmed(data)
    reply = frames.parse(data)
    if reply is None:
        return
    frames.agreed(reply)
    for number in range(len(S7_MESSAGES)):
        S7_READ.take(number, reply, 5)
    S7_WRITE.take(0, reply, 5)
    assert len(S7_READ.data) == S7.size
    S7_READ.native.clear()
    S7_READ.refused.clear()


def s7_values(data: bytes) -> None:
    native = {0: data[0]} if data[:1] > b"\xf0" else {}
    held = data.ljust(S7.size, b"\0")[: S7.size]
    sound(S7.decoder.batches(Answers.of(held, [5] * len(S7.blocks), native, s7_reading.quality_of)))


TARGETS = [
    Target(
        "modbus-tcp",
        "the stream of a Modbus TCP device",
        (*tuple(b"\x07" + tcp(one) for one in REPLIES), b"\x03" + b"".join(map(tcp, REPLIES))),
        modbus_tcp,
    ),
    Target(
        "modbus-rtu",
        "what comes on a serial line of Modbus units",
        tuple(
            b"\x01" + one + rtu.checksum(b"\x01" + one)
            for one in [*REPLIES, b"\x83\x02", b"\x10\0\x07\0\x02", b"\x16\0\x09\0\x01\0\x02"]
        ),
        modbus_rtu,
    ),
    Target(
        "modbus-pdu",
        "one answer of a Modbus unit",
        (
            *tuple(b"\x01" + one for one in REPLIES),
            b"\x01\x83\x02",
            b"\x01\x05\x00\x03\xff\x00",
            b"\x01\x0f\x00\x03\x00\x02",
            b"\x01\x10\x00\x07\x00\x02",
            b"\x01\x06\x00\x07\x01\x02",
            b"+\x0e\x01\x01\x00\x00\x02\x00\x04Acme\x01\x02P1",
        ),
        modbus_pdu,
    ),
    Target(
        "modbus-values",
        "registers and coils of a Modbus unit",
        (bytes(MODBUS.size), bytes(range(MODBUS.size)), b"\xff" * 40),
        modbus_values,
        slow=True,
    ),
    Target(
        "s7-stream",
        "the stream of an S7 controller",
        (
            b"\x07" + frames._packed(b"\x02\xf0\x80" + s7_answer()),
            b"\x03"
            + frames._packed(b"\x02\xf0\x00" + s7_answer()[:20])
            + frames._packed(b"\x02\xf0\x80" + s7_answer()[20:]),
            b"\x05" + frames._packed(b"\x02\x80\x00"),
        ),
        s7_stream,
    ),
    Target(
        "s7-pdu",
        "one message of an S7 controller",
        (
            s7_answer(),
            s7_ack(frames.setup(1, 240)),
            s7_ack(b"\x05\x01", b"\xff"),
            s7_ack(b"", code=0x8104),
            b"\x06\xd0\0\x01\0\x01\0",
            s7_ack(bytes((frames.READ, 2)), b"\x05\0\0\0\xff\x04\0\x08\x01"),
        ),
        s7_pdu,
    ),
    Target(
        "s7-values",
        "memory of an S7 controller in all its types",
        (
            bytes(S7.size),
            bytes(range(S7.size)),
            bytes.fromhex(
                "01FE0102"
                "3FC00000"
                "3FF8000000000000"
                "FFFFFFFFFFFFFFFE"
                "FFFFFFFFFFFFFFFF"
                "00000FA0"
                "2127"
                "4100"
                "0503416263585800"
                "0000"
                "0003000200 4D20AC00580000 0000"
                "3398"
                "2603010630152501"
                "07EA030101061E0F0EE6B280"
            ),
        ),
        s7_values,
        slow=True,
    ),
]
