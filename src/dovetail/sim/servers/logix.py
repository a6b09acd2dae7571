"""What a Logix controller holds and how it answers: tags, structures, programs, and the services that read and write.

It listens nowhere: bytes in, bytes out. Written from Rockwell's publication 1756-PM020. A tag's value is its bytes as a
controller keeps them, lowest byte first; a Boolean of an array is a bit of a double word.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

READ, WRITE, MODIFY, FRAGMENT, MULTIPLE, LIST, ATTRIBUTES, ATTRIBUTE = 0x4C, 0x4D, 0x4E, 0x52, 0x0A, 0x55, 3, 0x0E
NO_SUCH, SYNTAX, PARTIAL, NOT_SPOKEN, TOO_LITTLE, TOO_MUCH, EMBEDDED = 0x05, 0x04, 0x06, 0x08, 0x13, 0x15, 0x1E
PAST_END, OTHER_TYPE = 0x2105FF, 0x2107FF
BOOL, SINT, INT, DINT, LINT, UDINT, REAL, LREAL, DWORD = 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC8, 0xCA, 0xCB, 0xD3
STRUCTURE: Final = 0x02A0
FORMATS: Final[Mapping[int, str]] = {
    BOOL: "B", SINT: "b", INT: "h", DINT: "i", LINT: "q", 0xC6: "B", 0xC7: "H", UDINT: "I", 0xC9: "Q", REAL: "f",
    LREAL: "d", 0xD1: "B", 0xD2: "H", DWORD: "I", 0xD4: "Q", 0xC0: "q", 0xCC: "q", 0xCD: "H", 0xCE: "I", 0xCF: "6s",
    0xD6: "i", 0xD7: "q", 0xD8: "h", 0xDB: "i", 0xDF: "q",
}  # fmt: skip


class Member(NamedTuple):
    """One member of a structure: type or structure, where it begins, how many elements it has, which `bit` it is."""

    name: str
    type: int | Template
    at: int
    length: int = 0
    bit: int | None = None


@dataclass(frozen=True)
class Template:
    """A structure's definition, as the program's user made it."""

    number: int
    handle: int
    name: str
    size: int
    members: tuple[Member, ...]

    def member(self, name: str) -> Member | None:
        """The member of that name; upper and lower case are the same."""
        return next((one for one in self.members if one.name.lower() == name.lower()), None)

    def definition(self) -> bytes:
        """As the Template object gives it: each member's type and place, then all names."""
        heads = b""
        for one in self.members:
            info = one.length or one.bit or 0
            heads += struct.pack("<HHI", info, _type_word(one.type, dimensions=bool(one.length)), one.at)
        access = "EC" * len(self.members)  # two letters for each member, which readers of definitions expect
        names = [f"{self.name};n{access}", *(one.name for one in self.members)]
        return heads + b"".join(name.encode() + b"\0" for name in names)


STRING: Final = Template(0xFCE, 0x0FCE, "STRING", 88, (Member("LEN", DINT, 0), Member("DATA", SINT, 4, 82)))


@dataclass
class Tag:
    """A tag's bytes, its type, and how many elements it has each way."""

    type: int | Template
    dimensions: tuple[int, ...] = ()
    data: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        count = 1
        for length in self.dimensions:
            count *= length
        self.data = self.data or bytearray(count * width_of(self.type))


class _Spot(NamedTuple):
    """Where a path leads: `left` elements from there to the array's end, `bit` for a Boolean within a structure."""

    tag: Tag
    type: int | Template
    at: int
    left: int
    bit: int | None = None


class RefusedError(Exception):
    """With which status: the general one, the first extended one above it."""

    def __init__(self, code: int) -> None:
        super().__init__(f"0x{code:X}")
        self.code = code


def width_of(type: int | Template) -> int:
    """Bytes of one element."""
    return type.size if isinstance(type, Template) else struct.calcsize("<" + FORMATS[type])


def _type_word(type: int | Template, *, dimensions: int) -> int:
    word = 0x8000 | type.number if isinstance(type, Template) else type
    return word | dimensions << 13


class Controller:
    """Tags by name, `Program:Main.Speed` for a program's; `writes` whether others may change them."""

    def __init__(self, tags: Mapping[str, Tag], *, may_write: bool = True) -> None:
        self.tags = dict(tags)
        self.may_write = may_write
        self.name = "Dovetail virtual controller"

    # --- from inside --------------------------------------------------------------------------------------------

    def set(self, name: str, value: float | bool | str) -> None:
        """Give a tag or member its value, as the program in the controller would."""
        spot = self._spot(encode(name))
        if isinstance(spot.type, Template):
            coded = str(value).encode()
            spot.tag.data[spot.at : spot.at + spot.type.size] = struct.pack("<I", len(coded)) + coded.ljust(
                spot.type.size - 4, b"\0"
            )
        elif spot.bit is not None:
            self._set_bit(spot, to=bool(value))
        else:
            struct.pack_into("<" + FORMATS[spot.type], spot.tag.data, spot.at, value)

    def _set_bit(self, spot: _Spot, *, to: bool) -> None:
        at, bit = spot.at + (spot.bit or 0) // 8, (spot.bit or 0) % 8
        spot.tag.data[at] = spot.tag.data[at] & ~(1 << bit) | to << bit

    # --- from outside -------------------------------------------------------------------------------------------

    def answer(self, request: bytes, *, room: int) -> bytes:
        """The reply to one CIP service, of at most `room` bytes. Raises struct.error, IndexError for no CIP."""
        service, words = request[0], request[1]
        path, data = request[2 : 2 + 2 * words], request[2 + 2 * words :]
        try:
            code, content = self._serve(service, path, data, room=room - 4)
        except RefusedError as refused:
            code, content = refused.code, b""
        extended = struct.pack("<H", code >> 8) if code >> 8 else b""
        return bytes([service | 0x80, 0, code & 0xFF, len(extended) // 2]) + extended + content

    def _serve(self, service: int, path: bytes, data: bytes, *, room: int) -> tuple[int, bytes]:
        if service == MULTIPLE and path == bytes([0x20, 2, 0x24, 1]):
            return self._several(data, room=room)
        if path[:1] == b"\x91" and service == LIST:
            named, rest = _take_name(path)
            return self._list(named, _instance(rest), room=room)
        if path[:1] != b"\x91":
            return self._object(service, path, data, room=room)
        spot = self._spot(path)
        if service in (READ, FRAGMENT):
            count, offset = struct.unpack("<HI", data) if service == FRAGMENT else (*struct.unpack("<H", data), 0)
            return self._read(spot, count, offset, room=room)
        if service in (WRITE, MODIFY) and not self.may_write:
            raise RefusedError(0x0F)
        if service == WRITE:
            return self._write(spot, data)
        if service == MODIFY:
            return self._modify(spot, data)
        raise RefusedError(NOT_SPOKEN)

    def _several(self, data: bytes, *, room: int) -> tuple[int, bytes]:
        (count,) = struct.unpack_from("<H", data)
        offsets = [*struct.unpack_from(f"<{count}H", data, 2), len(data)]
        left = room - 2 - 2 * count
        replies: list[bytes] = []
        for start, stop in pairwise(offsets):
            reply = self.answer(data[start:stop], room=max(left, 4))
            replies.append(reply)
            left -= len(reply)
        at, places = 2 + 2 * count, list[int]()
        for reply in replies:
            places.append(at)
            at += len(reply)
        code = EMBEDDED if any(reply[2] for reply in replies) else 0
        return code, struct.pack(f"<{count + 1}H", count, *places) + b"".join(replies)

    def _read(self, spot: _Spot, count: int, offset: int, *, room: int) -> tuple[int, bytes]:
        if not 1 <= count <= spot.left:
            raise RefusedError(PAST_END)
        if spot.bit is not None:
            held = spot.tag.data[spot.at + spot.bit // 8] >> spot.bit % 8 & 1
            return 0, struct.pack("<HB", BOOL, held)
        content = bytes(spot.tag.data[spot.at : spot.at + count * width_of(spot.type)])
        head = _type_head(spot.type)
        fits = max(0, room - len(head))
        if offset >= len(content):
            raise RefusedError(PAST_END)
        part = content[offset : offset + fits]
        return (0 if offset + len(part) == len(content) else PARTIAL), head + part

    def _write(self, spot: _Spot, data: bytes) -> tuple[int, bytes]:
        if spot.bit is not None:
            if data[:2] != BOOL.to_bytes(2, "little"):
                raise RefusedError(OTHER_TYPE)
            self._set_bit(spot, to=bool(data[4]))
            return 0, b""
        head = _type_head(spot.type)
        if data[: len(head)] != head:
            raise RefusedError(OTHER_TYPE)
        (count,) = struct.unpack_from("<H", data, len(head))
        content = data[len(head) + 2 :]
        expected = count * width_of(spot.type)
        if len(content) != expected:
            raise RefusedError(TOO_LITTLE if len(content) < expected else TOO_MUCH)
        if count > spot.left:
            raise RefusedError(PAST_END)
        spot.tag.data[spot.at : spot.at + expected] = content
        return 0, b""

    def _modify(self, spot: _Spot, data: bytes) -> tuple[int, bytes]:
        (size,) = struct.unpack_from("<H", data)
        if isinstance(spot.type, Template) or spot.type in (REAL, LREAL, BOOL) or size != width_of(spot.type):
            raise RefusedError(OTHER_TYPE)
        ones, kept = data[2 : 2 + size], data[2 + size : 2 + 2 * size]
        if len(kept) != size:
            raise RefusedError(TOO_LITTLE)
        for at in range(size):
            spot.tag.data[spot.at + at] = (spot.tag.data[spot.at + at] | ones[at]) & kept[at]
        return 0, b""

    def _spot(self, path: bytes) -> _Spot:
        """Where a symbolic path leads. Raises RefusedError."""
        names = list(_segments(path))
        (name, index), *rest = names or [("", ())]
        if name.lower().startswith("program:") and rest:
            (inner, index), *rest = rest
            name = f"{name}.{inner}"
        tag = next((tag for known, tag in self.tags.items() if known.lower() == name.lower()), None)
        if tag is None:
            raise RefusedError(NO_SUCH)
        spot = self._element(_Spot(tag, tag.type, 0, 1), tag.dimensions, index)
        for member, index in rest:
            found = spot.type.member(member) if isinstance(spot.type, Template) else None
            if found is None:
                raise RefusedError(NO_SUCH)
            inside = _Spot(tag, found.type, spot.at + found.at, 1, found.bit)
            spot = self._element(inside, (found.length,) if found.length else (), index)
        return spot

    def _element(self, spot: _Spot, dimensions: tuple[int, ...], index: tuple[int, ...]) -> _Spot:
        if index and len(index) != len(dimensions):
            raise RefusedError(SYNTAX)
        if any(number >= length for number, length in zip(index, dimensions, strict=bool(index))):
            raise RefusedError(PAST_END)
        total = flat = 0
        for at, length in enumerate(dimensions):
            total = (total or 1) * length
            flat = flat * length + (index[at] if index else 0)
        return spot._replace(at=spot.at + flat * width_of(spot.type), left=max(1, total) - flat)

    # --- objects that are no tags -------------------------------------------------------------------------------

    def _object(self, service: int, path: bytes, data: bytes, *, room: int) -> tuple[int, bytes]:
        number, instance = path[1] if path[:1] == b"\x20" else 0, _instance(path)
        if number == 0x6B and service == LIST:
            return self._list(None, instance, room=room)
        if number == 0x6C:
            return self._template(service, instance, data, room=room)
        if number == 1 and service == ATTRIBUTE:
            return 0, struct.pack("<H", 0x3060)
        if number == 1 and service == 1:
            return 0, struct.pack(
                "<HHHBBHIB", 1, 0x0E, 1, 32, 11, 0x3060, 0xD07E7A11, len(self.name)
            ) + self.name.encode()
        raise RefusedError(NOT_SPOKEN if number == 1 else NO_SUCH)

    def _list(self, program: str | None, after: int, *, room: int) -> tuple[int, bytes]:
        """Instances count from 1 in the order of the names, of a program or of the controller."""
        listed = list(self._scope(program))
        content = b""
        for number, (name, tag) in enumerate(listed, start=1):
            if number < after:
                continue
            lengths = (*tag.dimensions, 0, 0, 0)[:3]
            word = 0x1068 if name.startswith("Program:") else _type_word(tag.type, dimensions=len(tag.dimensions))
            entry = struct.pack("<IH", number, len(name)) + name.encode() + struct.pack("<H3I", word, *lengths)
            if len(content) + len(entry) > room:
                return PARTIAL, content
            content += entry
        return 0, content

    def _scope(self, program: str | None) -> Iterator[tuple[str, Tag]]:
        seen: set[str] = set()
        for name, tag in self.tags.items():
            scope, _, inner = name.partition(".")
            if not inner:
                scope, inner = "", name
            if program is None and scope and scope not in seen:
                seen.add(scope)
                yield scope, Tag(DINT)
            if scope.lower() == (program or "").lower():
                yield inner, tag

    def _template(self, service: int, number: int, data: bytes, *, room: int) -> tuple[int, bytes]:
        found = next((one for one in self._templates() if one.number == number), None)
        if found is None:
            raise RefusedError(NO_SUCH)
        definition = found.definition()
        if service == ATTRIBUTES:
            (count, *wanted) = struct.unpack(f"<{len(data) // 2}H", data)
            words = (len(definition) + 23 + 3) // 4
            values = {
                1: struct.pack("<H", found.handle), 2: struct.pack("<H", len(found.members)), 3: bytes(2),
                4: struct.pack("<I", words), 5: struct.pack("<I", found.size),
            }  # fmt: skip
            listed = (struct.pack("<HH", one, 0 if one in values else 0x14) + values.get(one, b"") for one in wanted)
            return 0, struct.pack("<H", count) + b"".join(listed)
        if service != READ:
            raise RefusedError(NOT_SPOKEN)
        offset, size = struct.unpack("<IH", data)
        whole = definition.ljust(offset + size, b"\0")[offset : offset + size]
        return (0 if len(whole) <= room else PARTIAL), whole[:room]

    def _templates(self) -> Iterator[Template]:
        waiting = [tag.type for tag in self.tags.values()]
        while waiting:
            found = waiting.pop()
            if isinstance(found, Template):
                yield found
                waiting += [member.type for member in found.members]


def _type_head(type: int | Template) -> bytes:
    if isinstance(type, Template):
        return struct.pack("<HH", STRUCTURE, type.handle)
    return struct.pack("<H", type)


def encode(name: str) -> bytes:
    """A tag's name as a path: `Line.Motors[3].Speed`."""
    path = b""
    for part in name.split("."):
        bare, _, index = part.partition("[")
        path += bytes([0x91, len(bare)]) + bare.encode() + b"\0" * (len(bare) & 1)
        path += b"".join(struct.pack("<HI", 0x2A, int(one)) for one in index.rstrip("]").split(",") if one)
    return path


def _take_name(path: bytes) -> tuple[str, bytes]:
    length = path[1]
    return path[2 : 2 + length].decode("ascii", "replace"), path[2 + length + (length & 1) :]


def _instance(path: bytes) -> int:
    """The instance that a path of class and instance ends in."""
    rest = path[2:]
    return struct.unpack_from("<H", rest, 2)[0] if rest[:1] == b"\x25" else rest[1]


def _segments(path: bytes) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names with their elements. Raises RefusedError for other segments."""
    while path:
        if path[0] != 0x91 or len(path) < 2:
            raise RefusedError(SYNTAX)
        name, path = _take_name(path)
        index: list[int] = []
        while path[:1] in (b"\x28", b"\x29", b"\x2a"):
            size, shape = {0x28: (2, "<xB"), 0x29: (4, "<xxH"), 0x2A: (6, "<xxI")}[path[0]]
            index.append(struct.unpack(shape, path[:size])[0])
            path = path[size:]
        yield name, tuple(index)
