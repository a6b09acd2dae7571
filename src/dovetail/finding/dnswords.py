"""The few words of DNS that a device uses to say which services it has: questions out, PTR, SRV and TXT records in.

RFC 1035 §4 (messages, compression), RFC 2782 (SRV), RFC 6763 (service discovery). What a stranger sends is bounded:
names by their length, pointers by going backwards only, records by their number.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

PTR: Final = 12
TXT: Final = 16
SRV: Final = 33
RECORDS_MAX: Final = 200  # of one message
_NAME_MAX: Final = 255  # RFC 1035 §2.3.4
_HEAD: Final = struct.Struct(">6H")
_ANSWER: Final = 0x8000


@dataclass(slots=True)
class Said:
    """What one or more messages said: instances by service, and where each is (port, host, texts)."""

    instances: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    places: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    texts: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])


def question(number: int, names: list[str], kind: int) -> bytes:
    """One message that asks for records of a kind; class IN, one answer each by unicast."""
    body = b"".join(_packed(name) + struct.pack(">HH", kind, 1) for name in names)
    return _HEAD.pack(number, 0, len(names), 0, 0, 0) + body


def _packed(name: str) -> bytes:
    labels = [label.encode()[:63] for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def take(message: bytes, said: Said) -> None:
    """Read one answer into what was said. Raises ValueError for what is none, or is not well made."""
    if len(message) < _HEAD.size:
        raise ValueError("too short")
    _, flags, asked, *counts = _HEAD.unpack_from(message)
    if not flags & _ANSWER or asked > RECORDS_MAX or sum(counts) > RECORDS_MAX:
        raise ValueError("no answer")
    at = _HEAD.size
    for _ in range(asked):
        at = _name(message, at)[1] + 4
    for _ in range(sum(counts)):
        at = _record(message, at, said)


def _record(message: bytes, at: int, said: Said) -> int:
    name, at = _name(message, at)
    if at + 10 > len(message):
        raise ValueError("cut off")
    kind, _, _, length = struct.unpack_from(">HHIH", message, at)
    at, end = at + 10, at + 10 + length
    if end > len(message):
        raise ValueError("cut off")
    if kind == PTR:
        instance = _name(message, at)[0]
        known = said.instances.setdefault(name.lower(), [])
        if instance not in known:
            known.append(instance)
    elif kind == SRV and length >= 7:
        (port,) = struct.unpack_from(">H", message, at + 4)
        said.places[name] = (port, _name(message, at + 6)[0])
    elif kind == TXT:
        said.texts[name] = _texts(message[at:end])
    return end


def _name(message: bytes, at: int) -> tuple[str, int]:
    """(the name, where what follows it begins); a pointer only leads backwards, so it ends."""
    labels: list[str] = []
    size, end, least = 0, 0, at
    while True:
        if at >= len(message):
            raise ValueError("cut off")
        length = message[at]
        if length >= 0xC0:
            if at + 1 >= len(message):
                raise ValueError("cut off")
            end = end or at + 2
            at = (length & 0x3F) << 8 | message[at + 1]
            if at >= least:
                raise ValueError("a pointer that does not lead backwards")
            least = at
            continue
        if length > 63:
            raise ValueError("no label")
        if length == 0:
            return ".".join(labels), end or at + 1
        size += length + 1
        if size > _NAME_MAX or at + 1 + length > len(message):
            raise ValueError("cut off")
        labels.append(message[at + 1 : at + 1 + length].decode(errors="replace").replace(".", "\u2024"))
        at += 1 + length


def _texts(data: bytes) -> dict[str, str]:
    """`key=value` of a TXT record (RFC 6763 §6)."""
    found: dict[str, str] = {}
    at = 0
    while at < len(data):
        key, _, value = data[at + 1 : at + 1 + data[at]].decode(errors="replace").partition("=")
        found.setdefault(key.lower(), value)
        at += 1 + data[at]
    return found
