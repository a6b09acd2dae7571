"""Devices that send by themselves: MTConnect, scanners and scales; and who answers when we look around."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path

from fuzz_judge import Target
from fuzz_sound import in_pieces, sound, text_of

from dovetail.core import patterns
from dovetail.core.batch import Kind
from dovetail.core.errors import InvalidError, LinkError
from dovetail.core.plugins import load
from dovetail.drivers.base import Point
from dovetail.drivers.mtconnect import documents
from dovetail.drivers.mtconnect.items import Items
from dovetail.drivers.mtconnect.multipart import Parts, boundary_of
from dovetail.drivers.serialtext.fields import Telegrams
from dovetail.drivers.serialtext.framing import Framer, unescaped
from dovetail.finding.dnswords import PTR, SRV, TXT, Said, _packed, take
from dovetail.finding.ranges import HOSTS_MAX, hosts, numbers

NOW_US = 1_767_225_600_000_000
KINDS = tuple(Kind)
PACKET_MAX = 100_000

# --- MTConnect ----------------------------------------------------------------------------------------------------

EXAMPLES = Path(__file__).parent / "examples"
STREAMS, PROBE = ((EXAMPLES / f"mtconnect-{name}.xml").read_bytes() for name in ("streams", "devices"))
FAILED = b'<MTConnectError><Header instanceId="1"/><Errors><Error errorCode="X">no</Error></Errors></MTConnectError>'
ITEM_ADDRESSES = [
    ("Xact", Kind.F64),
    ("Xpos", Kind.I64),
    ("path", Kind.JSON),
    ("exec", Kind.STR),
    ("door", Kind.BOOL),
    ("vars#R1", Kind.F64),
    ("vars", Kind.JSON),
    ("Xload", Kind.STR),
    ("Xload.code", Kind.STR),
    ("Xload", Kind.U64),
    ("Xact", Kind.BOOL),
]
ITEM_POINTS = [Point(number, address, kind) for number, (address, kind) in enumerate(ITEM_ADDRESSES, start=1)]


def mtconnect_document(data: bytes) -> None:
    """A document of an agent, read as streams and as devices."""
    try:
        found = documents.read(data, where="agent")
    except LinkError:
        documents.devices(data, where="agent")
        return
    if isinstance(found, documents.Streams):
        items = Items(ITEM_POINTS)
        rows = items.rows(found.seen)
        sound(items.table.batches([*rows, *items.missing(rows)], received_us=NOW_US))


def mtconnect_multipart(data: bytes) -> None:
    """However the stream is cut, the same documents come out."""
    boundary_of(text_of(data))
    found: list[bytes] = []
    parts = Parts(b"cut")
    in_pieces(lambda piece: found.extend(parts.feed(piece)), data)
    at_once = Parts(b"cut").feed(data[1:])
    assert found == at_once


# --- scanners and scales ------------------------------------------------------------------------------------------

LONGEST = 16
SCALE = load("dovetail.drivers", "serialtext").check(
    {
        "link": "tcp",
        "host": "scale",
        "decimal": "comma",
        "stable": "status=ST",
        "pattern": r"^(?P<status>ST|US|OL),(?P<mode>GS|NT),(?P<weight>[-+ ][ 0-9.,]{1,9})(?P<unit>kg|g|lb)$",
    }
)
SCALE_POINTS = [
    Point(number, address, kind)
    for number, (address, kind) in enumerate(
        [
            ("weight[g]", Kind.F64),
            ("weight", Kind.I64),
            ("weight[kg]", Kind.U64),
            ("unit", Kind.STR),
            ("telegram", Kind.STR),
            ("telegram", Kind.U64),
            ("status", Kind.BOOL),
            ("nope", Kind.STR),
            ("telegram", Kind.JSON),
        ],
        start=1,
    )
]
TELEGRAMS = (
    Telegrams(SCALE_POINTS, SCALE),
    Telegrams(
        [point for point in SCALE_POINTS if point.address == "telegram"],
        load("dovetail.drivers", "serialtext").check({"link": "tcp", "host": "scanner", "encoding": "utf-8"}),
    ),
)


def serial_frames(data: bytes) -> None:
    """Whatever comes, no telegram is too long and what waits stays bounded."""
    for kind in ("line", "end", "stx-etx", "length", "gap"):
        framer = Framer(kind, LONGEST, b";\n", 5)
        found: list[bytes] = []
        size = 1 + data[0] % 61 if data else 1
        for at in range(1, len(data), size):
            found += framer.feed(data[at : at + size])
            assert len(framer._waiting) <= LONGEST + 2
        found += framer.flush()
        assert all(0 < len(frame) <= LONGEST for frame in found)


def serial_telegram(data: bytes) -> None:
    for one in TELEGRAMS:
        sound(one.batches(data, NOW_US))


def serial_pattern(data: bytes) -> None:
    """A pattern is refused, or it is through with the worst telegram soon."""
    pattern, _, frame = text_of(data).partition("\n")
    found = patterns.checked(pattern, 64)
    found.search(frame[:64])
    found.search("a" * 64)


def serial_escapes(data: bytes) -> None:
    unescaped(text_of(data))


# --- looking around -----------------------------------------------------------------------------------------------


def dns_record(name: str, kind: int, content: bytes) -> bytes:
    return _packed(name) + struct.pack(">HHIH", kind, 1, 120, len(content)) + content


def dns_answer(*records: bytes) -> bytes:
    return struct.pack(">6H", 0, 0x8400, 0, len(records), 0, 0) + b"".join(records)


SERVICE = "_opcua-tcp._tcp.local"
MDNS = dns_answer(
    dns_record(SERVICE, PTR, _packed(f"Filler.{SERVICE}")),
    dns_record(f"Filler.{SERVICE}", SRV, struct.pack(">3H", 0, 0, 4840) + _packed("plc.local")),
    dns_record(f"Filler.{SERVICE}", TXT, b"\x09path=/uax\x06caps=1"),
)


def mdns(data: bytes) -> None:
    found = Said()
    take(data, found)
    assert all(0 <= port <= 65_535 for port, _ in found.places.values())
    assert sum(map(len, found.instances.values())) <= 200


def named_hosts(data: bytes) -> None:
    """Ranges as people write them: at most as many hosts as may be asked at once."""
    words = text_of(data).split("\n")[:4]
    with suppress(InvalidError):
        assert len(hosts(words)) <= 4 * (HOSTS_MAX + 2)
    with suppress(InvalidError):
        assert len(numbers(words[0], highest=255)) <= 256


TARGETS = [
    Target(
        "mtconnect-document",
        "streams, errors and devices of an MTConnect agent",
        (STREAMS, PROBE, FAILED),
        mtconnect_document,
        (LinkError,),
        (
            b"<Entry key='R1'>",
            b"removed='true'",
            b"UNAVAILABLE",
            b"<!DOCTYPE x>",
            b"<Normal dataItemId='Xload' sequence='1'/>",
        ),
        slow=True,
    ),
    Target(
        "mtconnect-multipart",
        "the endless stream of an MTConnect agent",
        (
            b"\x0b" + b"--cut\r\nContent-Length: 5\r\n\r\n<a/>\n\r\n" * 2,
            b"\x1d--cut\r\n\r\n<a/>\r\n--cut\r\n\r\n<b/>\r\n--cut--",
            b'\x00multipart/x-mixed-replace;boundary="a b"',
        ),
        mtconnect_multipart,
        (LinkError,),
        (b"--cut\r\n", b"\r\n\r\n", b"Content-Length: 99999999"),
    ),
    Target(
        "serial-frames",
        "bytes of scanners and scales, in every framing",
        (b"\x07A\rB\nC\r\nD", b"\x03A;\nB\n;C;\n", b"\x0b\x02A\x03\r\n\x02B\x03", b"\x01" + b"x" * 40),
        serial_frames,
        words=(b"\x02", b"\x03", b";\n", b"\r\n"),
        slow=True,
    ),
    Target(
        "serial-telegram",
        "telegrams of scanners and scales",
        (b"ST,GS,+  12,345kg", b"US,NT,-   0,500g", b"04006381333931", b"OL,GS,+ 1.5lb"),
        serial_telegram,
        words=(b"ST,", b"kg", b"lb", b"US,", b"+  1"),
        slow=True,
    ),
    Target(
        "serial-pattern",
        "patterns that people write for telegrams",
        (
            rb"^(?P<w>[-+ ][0-9.]{1,9})(?P<u>kg|g)" + b"\n+12.5kg",
            rb"(?P<code>\d{8,14})" + b"\n12345678",
            rb"^(?P<a>(?:ab){1,3}x|\w+?)(?=y)" + b"\nabaabxy",
        ),
        serial_pattern,
        (ValueError,),
        (
            b"{1,9}",
            b"*",
            b"+",
            b"?",
            b"(?:",
            b")",
            b"|",
            b"(?P<b>",
            b"[a-z]",
            b"\\w",
            b".*",
            b"(?=",
            b"(?>",
            b"*+",
            b"(?i)",
        ),
        slow=True,
    ),
    Target(
        "serial-escapes",
        "bytes as options write them",
        (rb"SI\r\n\x05", rb"\\", rb"\0A"),
        serial_escapes,
        (ValueError,),
        (b"\\x", b"\\n", b"\\\\"),
    ),
    Target(
        "mdns",
        "answers of devices to mDNS",
        (MDNS, dns_answer(dns_record("x.local", PTR, b"\xc0\x0c"))),
        mdns,
        (ValueError,),
        (b"\xc0\x0c", b"\x00\x21\x00\x01", b"\x00\x10\x00\x01"),
    ),
    Target(
        "named-hosts",
        "ranges of addresses and units that people name",
        (b"10.1.2.0/30", b"10.1.2.5-10.1.2.20\nfe80::1", b"1-8,255"),
        named_hosts,
        words=(b"/28", b"/8", b"-", b"::", b"255.255.255.255", b",", b"10.0.0.1"),
        slow=True,
    ),
]
