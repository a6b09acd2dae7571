"""MQTT's packets as bytes, 3.1.1 and 5, for both ends of the wire; pure, every length checked before it is believed.

Written from the OASIS standards MQTT 3.1.1 (2014) and MQTT 5.0 (2019). Where the two differ, `version` is 4 or 5, as
on the wire. What breaks the rules raises MalformedError, and then there is no telling where the next packet begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from dovetail.core.errors import LinkError

type Version = Literal[4, 5]
type Property = int | str | bytes | list[tuple[str, str]]

CONNECT: Final = 0x10
CONNACK: Final = 0x20
PUBLISH: Final = 0x30
PUBACK: Final = 0x40
PUBREC: Final = 0x50
PUBREL: Final = 0x60
PUBCOMP: Final = 0x70
SUBSCRIBE: Final = 0x80
SUBACK: Final = 0x90
UNSUBSCRIBE: Final = 0xA0
UNSUBACK: Final = 0xB0
PINGREQ: Final = 0xC0
PINGRESP: Final = 0xD0
DISCONNECT: Final = 0xE0

SESSION_EXPIRY: Final = 0x11
REASON: Final = 0x1F
RECEIVE_MAX: Final = 0x21
USER_PROPERTY: Final = 0x26
PACKET_MAX: Final = 0x27
ASSIGNED_ID: Final = 0x12
SERVER_REFERENCE: Final = 0x1C

LENGTH_MAX: Final = 268_435_455  # four bytes of seven bits (MQTT 5 §1.5.5)
_U8, _U16, _U32, _VARINT, _TEXT, _BYTES, _PAIR = range(7)
_TYPES: Final[dict[int, int]] = {
    0x01: _U8, 0x02: _U32, 0x03: _TEXT, 0x08: _TEXT, 0x09: _BYTES, 0x0B: _VARINT, 0x11: _U32, 0x12: _TEXT, 0x13: _U16,
    0x15: _TEXT, 0x16: _BYTES, 0x17: _U8, 0x18: _U32, 0x19: _U8, 0x1A: _TEXT, 0x1C: _TEXT, 0x1F: _TEXT, 0x21: _U16,
    0x22: _U16, 0x23: _U16, 0x24: _U8, 0x25: _U8, 0x26: _PAIR, 0x27: _U32, 0x28: _U8, 0x29: _U8, 0x2A: _U8,
}  # fmt: skip  # MQTT 5 §2.2.2.2
_SIZES: Final = {_U8: 1, _U16: 2, _U32: 4}


class MalformedError(LinkError):
    """The other side does not speak MQTT, or breaks its rules: the connection is of no use any more."""

    code = "mqtt-malformed"


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us when we are gone without a word."""

    topic: str
    payload: bytes
    qos: Literal[0, 1] = 0
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Hello:
    """Who connects, and how. `password` never appears in a repr."""

    client_id: str
    version: Version = 4
    session: Literal["clean", "resume"] = "clean"
    keep_alive_s: int = 15
    user: str | None = None
    password: bytes | None = field(default=None, repr=False)
    will: Will | None = None
    properties: Mapping[int, Property] = field(default_factory=dict[int, Property])


@dataclass(frozen=True, slots=True)
class Welcome:
    """The broker's answer to Hello: 0 is yes."""

    code: int
    session_present: bool = False
    properties: Mapping[int, Property] = field(default_factory=dict[int, Property])


# --- writing --------------------------------------------------------------------------------------------------


def packet(head: int, *parts: bytes) -> bytes:
    """A whole packet: type and flags, the length of the rest, the rest."""
    body = b"".join(parts)
    return bytes((head,)) + varint(len(body)) + body


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    if not 0 <= number <= LENGTH_MAX:
        raise ValueError(f"{number} is too long for a packet")
    written = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        written.append(low | 0x80 if number else low)
        if not number:
            return bytes(written)


def u16(number: int) -> bytes:
    return number.to_bytes(2, "big")


def text(value: str) -> bytes:
    return binary(value.encode())


def binary(value: bytes) -> bytes:
    if len(value) > 0xFFFF:
        raise ValueError("a name in MQTT has at most 65,535 bytes")
    return u16(len(value)) + value


def properties(version: Version, given: Mapping[int, Property] | None = None) -> bytes:
    """The properties of a packet; 3.1.1 has none."""
    if version == 4:
        return b""
    body = b"".join(_property(key, value) for key, value in (given or {}).items())
    return varint(len(body)) + body


def _property(key: int, value: Property) -> bytes:
    kind, head = _TYPES[key], bytes((key,))
    if isinstance(value, int):
        return head + (varint(value) if kind == _VARINT else value.to_bytes(_SIZES[kind], "big"))
    if isinstance(value, list):
        return b"".join(head + text(name) + text(said) for name, said in value)
    return head + (text(value) if isinstance(value, str) else binary(value))


def connect(hello: Hello) -> bytes:
    """CONNECT (§3.1)."""
    will = hello.will
    flags = (0x02 if hello.session == "clean" else 0) | (0x80 if hello.user is not None else 0)
    flags |= 0x40 if hello.password is not None else 0
    parts = [text("MQTT"), bytes((hello.version,))]
    tail = [text(hello.client_id)]
    if will is not None:
        flags |= 0x04 | will.qos << 3 | (0x20 if will.retain else 0)
        tail += [properties(hello.version), text(will.topic), binary(will.payload)]
    if hello.user is not None:
        tail.append(text(hello.user))
    if hello.password is not None:
        tail.append(binary(hello.password))
    head = [bytes((flags,)), u16(hello.keep_alive_s), properties(hello.version, hello.properties)]
    return packet(CONNECT, *parts, *head, *tail)


def connack(welcome: Welcome, version: Version) -> bytes:
    """CONNACK (§3.2)."""
    head = bytes((1 if welcome.session_present else 0, welcome.code))
    return packet(CONNACK, head, properties(version, welcome.properties))


def publish(
    topic: str | bytes,
    payload: bytes,
    *,
    version: Version,
    packet_id: int = 0,
    retain: bool = False,
    again: bool = False,
) -> bytes:
    """PUBLISH (§3.3); with a packet id at QoS 1, without at QoS 0."""
    name = topic.encode() if isinstance(topic, str) else topic
    head = PUBLISH | (0x02 if packet_id else 0) | (0x01 if retain else 0) | (0x08 if again else 0)
    number = u16(packet_id) if packet_id else b""
    return packet(head, binary(name), number, properties(version), payload)


def acknowledge(head: int, packet_id: int) -> bytes:
    """PUBACK and its like (§3.4 ff.), with success."""
    return bytes((head | 0x02 if head == PUBREL else head, 2)) + u16(packet_id)


def subscribe(packet_id: int, filters: Sequence[tuple[str, int]], version: Version) -> bytes:
    """SUBSCRIBE (§3.8): each filter with the QoS that is wanted."""
    wanted = [part for name, qos in filters for part in (text(name), bytes((qos,)))]
    return packet(SUBSCRIBE | 0x02, u16(packet_id), properties(version), *wanted)


def suback(packet_id: int, codes: Sequence[int], version: Version, head: int = SUBACK) -> bytes:
    """SUBACK and UNSUBACK (§3.9, §3.11); the latter has no codes in 3.1.1."""
    said = b"" if head == UNSUBACK and version == 4 else bytes(codes)
    return packet(head, u16(packet_id), properties(version), said)


def unsubscribe(packet_id: int, filters: Sequence[str], version: Version) -> bytes:
    """UNSUBSCRIBE (§3.10)."""
    return packet(UNSUBSCRIBE | 0x02, u16(packet_id), properties(version), *(text(name) for name in filters))


def disconnect(version: Version, reason: int = 0) -> bytes:
    """DISCONNECT (§3.14): a goodbye after which the broker says no will."""
    return packet(DISCONNECT, b"" if version == 4 or not reason else bytes((reason, 0)))


# --- reading --------------------------------------------------------------------------------------------------


class Body:
    """The body of one packet, read from its start to its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        start, self._at = self._at, self._at + count
        if self._at > len(self._data):
            raise MalformedError("a packet ends before it is complete")
        return self._data[start : self._at]

    def rest(self) -> bytes:
        return self.take(self.left)

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def binary(self) -> bytes:
        return self.take(self.number(2))

    def text(self) -> str:
        try:
            return self.binary().decode()
        except UnicodeDecodeError as error:
            raise MalformedError("a name is no UTF-8") from error

    def varint(self) -> int:
        number = 0
        for shift in (0, 7, 14, 21):
            byte = self.number(1)
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
        raise MalformedError("a length has more than four bytes")

    def properties(self, version: Version) -> dict[int, Property]:
        """Properties by number; those that may come several times as a list."""
        found: dict[int, Property] = {}
        if version == 4:
            return found
        inside = Body(self.take(self.varint()))
        while inside.left:
            key = inside.varint()
            kind = _TYPES.get(key)
            if kind is None:
                raise MalformedError(f"there is no property 0x{key:02X}")
            if kind == _PAIR:
                pairs = found.setdefault(key, [])
                assert isinstance(pairs, list)
                pairs.append((inside.text(), inside.text()))
            elif kind == _VARINT:
                found[key] = inside.varint()
            elif kind in _SIZES:
                found[key] = inside.number(_SIZES[kind])
            else:
                found[key] = inside.text() if kind == _TEXT else inside.binary()
        return found


def read_connect(body: Body) -> Hello:
    """CONNECT, as a broker reads it."""
    if body.text() != "MQTT":
        raise MalformedError("this is no MQTT")
    level, flags, keep_alive_s = body.number(1), body.number(1), body.number(2)
    if level not in (4, 5) or flags & 0x01:
        raise MalformedError(f"protocol level {level} is neither 3.1.1 nor 5")
    version: Version = 5 if level == 5 else 4
    given = body.properties(version)
    client_id = body.text()
    will = _read_will(body, flags, version) if flags & 0x04 else None
    user = body.text() if flags & 0x80 else None
    password = body.binary() if flags & 0x40 else None
    session: Literal["clean", "resume"] = "clean" if flags & 0x02 else "resume"
    return Hello(client_id, version, session, keep_alive_s, user, password, will, given)


def _read_will(body: Body, flags: int, version: Version) -> Will:
    body.properties(version)
    return Will(body.text(), body.binary(), 1 if flags & 0x18 else 0, bool(flags & 0x20))


def read_connack(body: Body, version: Version) -> Welcome:
    """CONNACK; a broker that cannot speak 5 answers in the form of 3.1.1."""
    present, code = body.number(1), body.number(1)
    given = body.properties(version) if body.left else {}
    return Welcome(code, bool(present & 1), given)


def read_suback(body: Body, version: Version) -> tuple[int, bytes]:
    """(packet id, one code a filter): 0 to 2 is the granted QoS, from 0x80 on it is refused."""
    packet_id = body.number(2)
    body.properties(version)
    return packet_id, body.rest()


def read_acknowledged(body: Body, version: Version) -> tuple[int, int]:
    """(packet id, reason) of PUBACK and its like; 5 leaves the reason out when all is well."""
    packet_id = body.number(2)
    return packet_id, body.number(1) if version == 5 and body.left else 0


def read_subscribe(body: Body, version: Version) -> tuple[int, list[tuple[str, int]]]:
    """(packet id, (filter, wanted QoS) each), as a broker reads it."""
    packet_id = body.number(2)
    body.properties(version)
    filters: list[tuple[str, int]] = []
    while body.left:
        name = body.text()
        filters.append((name, body.number(1) & 0x03))
    if not filters:
        raise MalformedError("a subscription names no topic")
    return packet_id, filters


def read_unsubscribe(body: Body, version: Version) -> tuple[int, list[str]]:
    """(packet id, filters), as a broker reads it."""
    packet_id = body.number(2)
    body.properties(version)
    filters: list[str] = []
    while body.left:
        filters.append(body.text())
    return packet_id, filters


def read_disconnect(body: Body, version: Version) -> tuple[int, str]:
    """(reason, the broker's own words or "")."""
    reason = body.number(1) if version == 5 and body.left else 0
    given = body.properties(version) if body.left else {}
    return reason, str(given.get(REASON, ""))
