"""What is asked of a Logix controller and what it answers, as bytes; nothing here waits or remembers.

Written from Rockwell's own description (publication 1756-PM020, Logix 5000 Controllers Data Access): Read Tag, Read Tag
Fragmented, Write Tag, Read Modify Write Tag, and several of them in one Multiple Service Packet.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from dovetail.drivers.ethernetip.address import Segment

READ, WRITE, MODIFY, FRAGMENT, MULTIPLE = 0x4C, 0x4D, 0x4E, 0x52, 0x0A
REPLY: Final = 0x80
PATH_SYNTAX, PATH_UNKNOWN = 0x04, 0x05
PARTIAL: Final = 0x06  # there is more than fits into one answer
NOT_SPOKEN: Final = 0x08
TOO_LARGE: Final = frozenset({0x11, 0x1B, 0x23})
EMBEDDED: Final = 0x1E  # one of several services failed; their answers are there
PAST_END: Final = 0x2105FF
OTHER_TYPE: Final = 0x2107FF
MULTIPLE_HEAD: Final = bytes([MULTIPLE, 2, 0x20, 2, 0x24, 1])  # to the message router
IDENTITY_STATUS: Final = bytes([0x0E, 3, 0x20, 1, 0x24, 1, 0x30, 5])  # what every CIP device answers
# of this name and no other, as long as the program stays as it is
ILLEGAL: Final = frozenset(
    {0x04, 0x05, 0x08, 0x09, 0x0A, 0x0E, 0x0F, 0x13, 0x14, 0x15, 0x16, 0x1C, 0x20, 0x25, 0x26, 0x28, 0x29, 0x2C}
)
_EXTENDED: Final = frozenset({0x2104, 0x2105, 0x2107})
_WORDS: Final[dict[int, str]] = {
    0x01: "connection failure",
    0x02: "resource unavailable",
    0x03: "invalid parameter value",
    PATH_SYNTAX: "path segment error: there is no such tag",
    PATH_UNKNOWN: "path destination unknown: there is no such tag",
    PARTIAL: "partial transfer",
    0x07: "connection lost",
    NOT_SPOKEN: "service not supported",
    0x09: "invalid attribute value",
    0x0A: "attribute list error",
    0x0C: "object state conflict",
    0x0E: "attribute not settable",
    0x0F: "privilege violation: no external access",
    0x10: "device state conflict",
    0x11: "reply data too large",
    0x13: "not enough data",
    0x14: "attribute not supported",
    0x15: "too much data",
    0x16: "object does not exist",
    0x1A: "request too large to be routed",
    0x1B: "reply too large to be routed",
    0x1C: "missing attribute list entry",
    EMBEDDED: "embedded service error",
    0x20: "invalid parameter",
    0x23: "buffer overflow",
    0x25: "key failure in path",
    0x26: "path size invalid",
    0x28: "invalid member",
    0x29: "member not settable",
    0x2C: "attribute not gettable",
    0xFF: "general error",
}
_EXTENDED_WORDS: Final[dict[int, str]] = {
    0x2101: "the keyswitch forbids it",
    0x2104: "offset past the end",
    0x2105: "past the end of the array",
    0x2107: "the tag has another type",
    0x2108: "the tag cannot be reached",
    0x0100: "the connection is in use",
    0x0113: "all its connections are taken",
    0x0119: "all its connections are taken",
    0x0204: "the request timed out",
    0x0311: "there is no such port",
    0x0312: "nothing answers at that slot or address",
    0x0315: "the route is not understood",
    0x0318: "the route leads back to itself",
}


class Answer(NamedTuple):
    """One service's answer: `code` is its general status, with the first extended status above it; 0 for none."""

    service: int
    code: int
    data: bytes


def is_for_a_person(code: int) -> bool:
    """Whether a person must change the address: asking again soon brings nothing."""
    general = code & 0xFF
    return general in ILLEGAL or (general == 0xFF and code >> 8 in _EXTENDED)


def said(code: int) -> str:
    """A status in words, with its number.

    >>> said(0x2105FF)
    '0xFF/0x2105 past the end of the array'
    """
    general, extended = code & 0xFF, code >> 8
    words = _EXTENDED_WORDS.get(extended) or _WORDS.get(general, "unknown status")
    return f"0x{general:02X}/0x{extended:04X} {words}" if extended else f"0x{general:02X} {words}"


# --- questions ----------------------------------------------------------------------------------------------------


def path_of(segments: Iterable[Segment]) -> bytes:
    """A name as the path of a request: symbolic segments, and elements as member segments."""
    return b"".join(named(one.name) + b"".join(map(_element, one.element)) for one in segments)


def named(name: str) -> bytes:
    coded = name.encode("ascii")
    return bytes([0x91, len(coded)]) + coded + b"\0" * (len(coded) & 1)


def _element(number: int) -> bytes:
    if number < 0x100:
        return struct.pack("<BB", 0x28, number)
    return struct.pack("<HH", 0x29, number) if number < 0x10000 else struct.pack("<HI", 0x2A, number)


def service(code: int, path: bytes, data: bytes = b"") -> bytes:
    """A request of one service. Raises struct.error for a path of more than 510 bytes."""
    return struct.pack("<BB", code, len(path) // 2) + path + data


def read(path: bytes, count: int) -> bytes:
    """Read Tag."""
    return service(READ, path, struct.pack("<H", count))


def read_from(path: bytes, count: int, offset: int) -> bytes:
    """Read Tag Fragmented: the bytes from `offset` on, as many as fit."""
    return service(FRAGMENT, path, struct.pack("<HI", count, offset))


def write(path: bytes, head: bytes, content: bytes) -> bytes:
    """Write Tag, one element; `head` says its type."""
    return service(WRITE, path, head + struct.pack("<H", 1) + content)


def modify(path: bytes, width: int, *, bit: int, to: bool) -> bytes:
    """Read Modify Write Tag: one bit of a whole number of `width` bytes, the others untouched."""
    mask = 1 << bit
    everything = (1 << 8 * width) - 1
    set_mask, keep_mask = (mask, everything) if to else (0, everything & ~mask)
    masks = set_mask.to_bytes(width, "little") + keep_mask.to_bytes(width, "little")
    return service(MODIFY, path, struct.pack("<H", width) + masks)


def multiple(requests: Sequence[bytes]) -> bytes:
    """Several services in one message; one alone goes without the envelope."""
    if len(requests) == 1:
        return requests[0]
    at = 2 + 2 * len(requests)
    offsets: list[int] = []
    for request in requests:
        offsets.append(at)
        at += len(request)
    return MULTIPLE_HEAD + struct.pack(f"<{len(requests) + 1}H", len(requests), *offsets) + b"".join(requests)


# --- answers ------------------------------------------------------------------------------------------------------


def parse(reply: bytes) -> Answer | None:
    """The answer of one service; None for bytes that are none."""
    if len(reply) < 4 or not reply[0] & REPLY:
        return None
    start = 4 + 2 * reply[3]
    if len(reply) < start:
        return None
    extended = int.from_bytes(reply[4:6], "little") if reply[3] else 0
    return Answer(reply[0] & ~REPLY, reply[2] | extended << 8, reply[start:])


def bounds(reply: bytes, count: int) -> list[tuple[int, int]] | None:
    """Where each of `count` answers begins and ends in a whole reply; None when it does not hold so many."""
    if count == 1:
        return [(0, len(reply))]
    base = 4 + 2 * reply[3] if len(reply) >= 4 else 0
    if len(reply) < base + 2 + 2 * count or reply[0] != MULTIPLE | REPLY:
        return None
    found, *offsets = struct.unpack_from(f"<{count + 1}H", reply, base)
    starts = [base + offset for offset in offsets] + [len(reply)]
    rising = all(first < second for first, second in pairwise(starts))
    return list(pairwise(starts)) if found == count and rising else None
