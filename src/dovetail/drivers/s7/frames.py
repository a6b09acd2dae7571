"""What goes over the wire to an S7 controller and what comes back, as bytes; nothing here waits or remembers.

Three layers: TPKT (RFC 1006), the connection-oriented transport protocol class 0 (ISO 8073), and in it the S7 messages
with which STEP 7 and panels read and write variables. Those are not published by their maker; they are written here
as public descriptions and the controllers themselves have them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from dovetail.drivers.s7.address import Memory

TPKT: Final = struct.Struct(">BBH")  # version 3, reserved, length with these four bytes
FRAME_MAX: Final = 8_192  # longer than any controller sends: such a length is garbage
_JOB: Final = struct.Struct(">BBHHHH")  # protocol, kind, reserved, reference, length of parameters and of data
_ACK: Final = struct.Struct(">BBHHHHBB")  # the same, then error class and code
ACK_SIZE: Final = _ACK.size
_ITEM: Final = struct.Struct(">BBBBHHB3s")  # 12 0A 10, transport size, count, data block, area, address in bits
ITEM_SIZE: Final = _ITEM.size
DATA: Final = b"\x02\xf0\x80"  # a data message that is the last of its kind
_AREAS: Final = {"DB": 0x84, "I": 0x81, "Q": 0x82, "M": 0x83}
READ, WRITE, SETUP = 0x04, 0x05, 0xF0
FINE: Final = 0xFF  # return code of an item that came
_BIT, _BYTE = 1, 2  # transport sizes of what is asked for
_IN_BITS: Final = frozenset({3, 4, 5})  # transport sizes whose length counts bits: bit, byte/word/dword, integer

WORDS: Final[dict[int, str]] = {
    0x01: "hardware fault",
    0x03: "access denied",
    0x05: "address out of range",
    0x06: "data type not supported",
    0x07: "data type inconsistent",
    0x0A: "object does not exist",
    0x8104: "function not available",
    0x8304: "protection level too low",
    0x8500: "message too long",
    0xD401: "information not available",
    0xD402: "information not available",
    0xD403: "information not available",
    0xD602: "protection level too low",
}


class Reply(NamedTuple):
    """A message from the controller: `code` is its error class and code, 0 for none."""

    kind: int
    reference: int
    parameters: bytes
    data: bytes
    code: int


def connect_request(local_tsap: bytes, remote_tsap: bytes) -> bytes:
    """Ask for a transport connection (ISO 8073 §13.3), in messages of up to 1,024 bytes."""
    options = b"\xc0\x01\x0a" + b"\xc1\x02" + local_tsap + b"\xc2\x02" + remote_tsap
    body = b"\xe0\x00\x00\x00\x01\x00" + options
    return _packed(bytes([len(body)]) + body)


def is_confirmed(packet: bytes) -> bool:
    """Whether a transport message confirms the connection; it refuses when not."""
    return len(packet) >= 7 and packet[1] & 0xF0 == 0xD0


def setup(window: int, pdu: int) -> bytes:
    """The parameters that ask how many messages may be in flight, and how long they may be."""
    return struct.pack(">BBHHH", SETUP, 0, window, window, pdu)


def agreed(reply: Reply) -> tuple[int, int] | None:
    """(messages in flight, longest message) that the controller agrees to; None for an answer to something else."""
    if reply.kind != 3 or reply.code or len(reply.parameters) != 8 or reply.parameters[0] != SETUP:
        return None
    _, _, _, window, pdu = struct.unpack(">BBHHH", reply.parameters)
    return window, pdu


def item(memory: Memory, start: int, length: int) -> bytes:
    """One stretch of bytes."""
    return _item(memory, start * 8, _BYTE, length)


def bit_item(memory: Memory, start: int, bit: int) -> bytes:
    """One bit."""
    return _item(memory, start * 8 + bit, _BIT, 1)


def _item(memory: Memory, bit_address: int, size: int, count: int) -> bytes:
    area = _AREAS[memory.area]
    return _ITEM.pack(0x12, 0x0A, 0x10, size, count, memory.db, area, bit_address.to_bytes(3, "big"))


def read_request(items: Sequence[bytes]) -> bytes:
    """The parameters of a read of several items; there is no data."""
    return bytes([READ, len(items)]) + b"".join(items)


def write_request(one: bytes) -> bytes:
    """The parameters of a write of one item."""
    return bytes([WRITE, 1]) + one


def content(data: bytes) -> bytes:
    """The data of a write of bytes."""
    return struct.pack(">BBH", 0, 4, 8 * len(data)) + data


def bit_content(value: bool) -> bytes:
    """The data of a write of one bit."""
    return struct.pack(">BBHB", 0, 3, 1, value)


def message(reference: int, parameters: bytes, data: bytes = b"") -> bytes:
    """A request in its three envelopes."""
    head = _JOB.pack(0x32, 1, 0, reference, len(parameters), len(data))
    return _packed(DATA + head + parameters + data)


def _packed(packet: bytes) -> bytes:
    return TPKT.pack(3, 0, 4 + len(packet)) + packet


def parse(pdu: bytes) -> Reply | None:
    """An S7 message; None for what is none, or says that it is longer than it is."""
    if len(pdu) < _JOB.size:
        return None
    protocol, kind, _, reference, parameters, data = _JOB.unpack_from(pdu)
    at = _ACK.size if kind in (2, 3) else _JOB.size
    if protocol != 0x32 or len(pdu) < at + parameters + data:
        return None
    code = pdu[10] << 8 | pdu[11] if kind in (2, 3) else 0
    return Reply(kind, reference, pdu[at : at + parameters], pdu[at + parameters : at + parameters + data], code)


def answer_head(length: int) -> bytes:
    """How the answer of an item of so many bytes begins."""
    return struct.pack(">BBH", FINE, 4, 8 * length)


class Answer(NamedTuple):
    """What one item of a read brought: its bytes, or the controller's return code."""

    code: int
    data: bytes = b""


def answers(reply: Reply, function: int, lengths: Sequence[int]) -> list[Answer] | None:
    """What each item of a read or write brought; None when this is no answer to items of these lengths.

    `lengths` are the bytes asked for; a write's items bring none.
    """
    parameters, data = reply.parameters, reply.data
    if reply.kind != 3 or len(parameters) != 2 or parameters[0] != function or parameters[1] != len(lengths):
        return None
    if function == WRITE:
        return [Answer(0 if code == FINE else code or 0xFE) for code in data] if len(data) == len(lengths) else None
    found: list[Answer] = []
    at = 0
    for length in lengths:
        if at + 4 > len(data):
            return None
        code, size, said = data[at], data[at + 1], data[at + 2] << 8 | data[at + 3]
        if code != FINE:
            found.append(Answer(code or 0xFE))
            at += 4  # what it says of a length does not count: there is no data
            continue
        brought = (said + 7) // 8 if size in _IN_BITS else said
        if brought != length or at + 4 + brought > len(data):
            return None
        found.append(Answer(0, data[at + 4 : at + 4 + brought]))
        at += 4 + brought + (brought & 1)  # padded to an even length, but for the last
    return found


def said(code: int) -> str:
    """A return or error code in words: `0x05 address out of range`.

    >>> said(5)
    '0x05 address out of range'
    """
    return f"0x{code:0{4 if code > 0xFF else 2}X} {WORDS.get(code, 'unknown code')}"
