"""Who is there on EtherNet/IP: the ListIdentity question that every device answers, by TCP or UDP, and its answer.

Pure: bytes in, bytes out (CIP Volume 2, chapter 2: the CIP Identity item). The question can be asked of one address or
broadcast, to port 44818.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

PORT: Final = 44818
LIST_IDENTITY: Final = 0x63
ITEM: Final = 0x0C
NAME_MAX: Final = 32  # characters of a product's name
_HEAD: Final = struct.Struct("<HHII8sI")  # command, length, session, status, context, options
_ADDRESS: Final = struct.Struct(">HH4s8x")  # family, port, address: highest byte first, as a socket has them
_PRODUCT: Final = struct.Struct("<HHHBBHI")  # vendor, type, code, revision, status, serial number
VENDORS: Final[dict[int, str]] = {
    1: "Rockwell Automation/Allen-Bradley",
    47: "Omron",
    40: "WAGO",
    26: "Festo",
    44: "Parker Hannifin",
    48: "Turck",
    90: "HMS Industrial Networks",
    108: "Beckhoff",
    119: "SMC",
    243: "Schneider Electric",
    283: "Hilscher",
    808: "SICK",
    1251: "Siemens",
}
DEVICE_TYPES: Final[dict[int, str]] = {
    0x02: "AC drive", 0x03: "motor overload", 0x07: "discrete I/O", 0x0C: "communications adapter",
    0x0E: "programmable logic controller", 0x10: "position controller", 0x18: "human-machine interface",
    0x1B: "pneumatic valves", 0x1F: "process control", 0x25: "CIP Motion drive", 0x2B: "generic device",
    0x2C: "managed switch",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identity:
    """A device as it names itself. `address` is what it takes for its own; where it answered from says more."""

    address: str
    port: int
    vendor: int
    device_type: int
    product_code: int
    revision: tuple[int, int]
    status: int
    serial: int
    name: str
    state: int = 0xFF

    @property
    def is_controller(self) -> bool:
        """Whether it may have tags."""
        return self.device_type == 0x0E

    @property
    def says(self) -> str:
        """In words: maker, product, revision, serial number."""
        maker = VENDORS.get(self.vendor, f"maker {self.vendor}")
        return f"{maker} {self.name} {self.revision[0]}.{self.revision[1]:03d}, serial number {self.serial:08X}"


def question(context: bytes = b"dovetail") -> bytes:
    """Ask who is there. `context` (8 bytes) comes back in the answers."""
    return _HEAD.pack(LIST_IDENTITY, 0, 0, 0, context[:8].ljust(8, b"\0"), 0)


def is_question(frame: bytes) -> bool:
    """Whether somebody asks who is there."""
    return len(frame) >= _HEAD.size and frame[:4] == struct.pack("<HH", LIST_IDENTITY, 0)


def answer(identity: Identity, *, to: bytes = b"\0" * 24) -> bytes:
    """What a device answers to the question `to`. Raises ValueError for an address that is no IPv4 address."""
    try:
        numbers = bytes(int(part) for part in identity.address.split("."))
        place = _ADDRESS.pack(2, identity.port, numbers)
    except struct.error as error:
        raise ValueError(f"{identity.address} is no IPv4 address and port") from error
    if len(numbers) != 4:
        raise ValueError(f"{identity.address} is no IPv4 address")
    kind = (identity.vendor, identity.device_type, identity.product_code)
    product = _PRODUCT.pack(*kind, *identity.revision, identity.status, identity.serial)
    name = identity.name.encode("latin-1", "replace")[:NAME_MAX]
    item = struct.pack("<H", 1) + place + product + bytes([len(name)]) + name + bytes([identity.state])
    body = struct.pack("<HHH", 1, ITEM, len(item)) + item
    return _HEAD.pack(LIST_IDENTITY, len(body), 0, 0, to[12:20], 0) + body


def identities(frame: bytes) -> list[Identity]:
    """The devices in an answer: one, seldom more. Empty for a frame that is none; never raises."""
    if len(frame) < _HEAD.size + 2:
        return []
    command, length, _, status, _, _ = _HEAD.unpack_from(frame)
    if command != LIST_IDENTITY or status or len(frame) < _HEAD.size + length:
        return []
    found: list[Identity] = []
    at = _HEAD.size + 2
    for _ in range(int.from_bytes(frame[_HEAD.size : at], "little")):
        if at + 4 > len(frame):
            break
        kind, size = struct.unpack_from("<HH", frame, at)
        one = _item(frame[at + 4 : at + 4 + size]) if kind == ITEM else None
        if one is not None:
            found.append(one)
        at += 4 + size
    return found


def _item(item: bytes) -> Identity | None:
    start = 2 + _ADDRESS.size
    name_at = start + _PRODUCT.size + 1
    if len(item) < name_at:
        return None
    _, port, numbers = _ADDRESS.unpack_from(item, 2)
    vendor, device_type, code, major, minor, status, serial = _PRODUCT.unpack_from(item, start)
    length = item[name_at - 1]
    if len(item) < name_at + length:
        return None
    coded = item[name_at : name_at + length]
    name = "".join(letter for letter in coded.decode("latin-1") if letter.isprintable()).strip()
    state = item[name_at + length] if len(item) > name_at + length else 0xFF
    address = ".".join(map(str, numbers))
    return Identity(address, port, vendor, device_type, code, (major, minor), status, serial, name, state)
