"""The names a Logix program has, as its controller lists them: tags, programs, and the members of structures.

Written from Rockwell's publication 1756-PM020: the Symbol object (class 0x6B) lists tags page by page, the Template
object (class 0x6C) says what a structure consists of.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, NamedTuple

from dovetail.drivers.ethernetip import messages
from dovetail.drivers.ethernetip.elementary import BOOL

LIST, ATTRIBUTES, READ_TEMPLATE = 0x55, 0x03, 0x4C
_SYMBOL, _TEMPLATE = 0x6B, 0x6C
_WANTED: Final = struct.pack("<HHHH", 3, 1, 2, 8)  # name, type, dimensions
_TEMPLATE_WANTED: Final = struct.pack(
    "<HHHHH", 4, 4, 5, 2, 1
)  # size of its definition, of the structure, members, handle
_OVERHEAD: Final = 23  # bytes that the size of a definition counts too many (1756-PM020)
_STRUCTURE, _DIMENSIONS, _SYSTEM = 0x8000, 0x6000, 0x1000
_NOT_TAGS: Final = ("Routine:", "Map:", "Task:", "Cxn:", "UDI:", "Trend:")
_HOST: Final = "ZZZZZZZZZZ"  # a hidden member that only holds bits


class Kindred(NamedTuple):
    """What a tag or member is: an elementary type's code or a template's number, and how many elements each way."""

    code: int
    is_structure: bool
    dimensions: tuple[int, ...] = ()


class Symbol(NamedTuple):
    """One tag, or one member of a structure."""

    name: str
    what: Kindred


@dataclass(frozen=True, slots=True)
class TemplateSize:
    """How long a structure's definition is (bytes), how many members it has, and its handle."""

    definition: int
    members: int
    handle: int


def _object(number: int, instance: int) -> bytes:
    return struct.pack("<BB", 0x20, number) + struct.pack("<HH", 0x25, instance)


def list_request(program: str | None, after: int) -> bytes:
    """The next page of tags, of a program or of the controller, from instance `after` on."""
    scope = b"" if program is None else messages.named(program)
    return messages.service(LIST, scope + _object(_SYMBOL, after), _WANTED)


def template_request(number: int) -> bytes:
    """How large a structure's definition is."""
    return messages.service(ATTRIBUTES, _object(_TEMPLATE, number), _TEMPLATE_WANTED)


def definition_request(number: int, offset: int, size: int) -> bytes:
    """The definition's bytes from `offset` on."""
    return messages.service(READ_TEMPLATE, _object(_TEMPLATE, number), struct.pack("<IH", offset, size))


def _kindred(word: int, dimensions: tuple[int, ...]) -> Kindred:
    count = (word & _DIMENSIONS) >> 13
    if word & _STRUCTURE:
        return Kindred(word & 0xFFF, True, dimensions[:count])
    return Kindred(word & 0xFF, False, dimensions[:count])


def page(data: bytes) -> tuple[list[Symbol], int]:
    """The symbols of one page, and the last instance on it. Raises ValueError for bytes that are none.

    What the controller keeps for itself is left out.
    """
    found: list[Symbol] = []
    at = last = 0
    try:
        while at < len(data):
            last, length = struct.unpack_from("<IH", data, at)
            name = data[at + 6 : at + 6 + length].decode("ascii", "replace")
            word, *dimensions = struct.unpack_from("<H3I", data, at + 6 + length)
            at += 6 + length + 14
            hidden = name.startswith("__") or name.startswith(_NOT_TAGS) or not name.isprintable()
            if name and not hidden and (not word & _SYSTEM or name.startswith("Program:")):
                found.append(Symbol(name, _kindred(word, tuple(dimensions))))
    except struct.error as error:
        raise ValueError("the list of tags is cut short") from error
    return found, last


def template_size(data: bytes) -> TemplateSize:
    """From the answer to `template_request`. Raises ValueError."""
    try:
        count, *rest = struct.unpack_from("<HHHIHHIHHHHHH", data)
    except struct.error as error:
        raise ValueError("a structure's attributes are cut short") from error
    statuses = (rest[1], rest[4], rest[7], rest[10])
    if count != 4 or any(statuses):
        raise ValueError("a structure's attributes were refused")
    return TemplateSize(max(0, 4 * rest[2] - _OVERHEAD), rest[8], rest[11])


def members(data: bytes, count: int) -> list[Symbol]:
    """A structure's members, without those that only hold bits. Raises ValueError."""
    names = data[8 * count :].split(b"\0")[1:]  # the first is the structure's own
    if len(data) < 8 * count or len(names) < count:
        raise ValueError("a structure's definition is cut short")
    found: list[Symbol] = []
    for at, coded in enumerate(names[:count]):
        info, word, _ = struct.unpack_from("<HHI", data, 8 * at)
        name = coded.decode("ascii", "replace")
        if name and name.isprintable() and not name.startswith((_HOST, "__")):
            is_bit = not word & _STRUCTURE and word & 0xFF == BOOL  # `info` is then its place in the hidden member
            found.append(Symbol(name, _kindred(word & ~_DIMENSIONS if is_bit else word, (info,))))
    return found
