"""Controllers that are asked by name: EtherNet/IP and OPC UA, from answers to the plant's values."""

from __future__ import annotations

import struct
import traceback
from typing import Any

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_to_binary
from fuzz_judge import Target
from fuzz_sound import sound

from dovetail.core.batch import Kind
from dovetail.drivers.base import Point
from dovetail.drivers.columns import Answers
from dovetail.drivers.ethernetip import identity, messages, taglist
from dovetail.drivers.ethernetip.codec import Place, decoder
from dovetail.drivers.ethernetip.elementary import TYPES, Shape, shape_of
from dovetail.drivers.ethernetip.reading import Ask, Item, Message
from dovetail.drivers.modbus.reading import quality_of
from dovetail.drivers.opcua.publish import decode as published
from dovetail.drivers.opcua.status import quality_of as opcua_quality
from dovetail.drivers.opcua.structures import Part, Structures
from dovetail.drivers.opcua.structures import Shape as UaShape
from dovetail.drivers.values import Table

F64, I64, U64, BOOL, STR, JSON = Kind.F64, Kind.I64, Kind.U64, Kind.BOOL, Kind.STR, Kind.JSON


# --- EtherNet/IP --------------------------------------------------------------------------------------------------

INT, REAL, LOGIX = Shape(0xC4, 4), Shape(0xCA, 8), Shape(0x02A0, 88, 0x0FCE)
ITEMS = [
    Item(Ask(messages.named(name), 1), shape.size, shape) for name, shape in (("A", INT), ("B", REAL), ("C", LOGIX))
]


def cip(service: int, data: bytes, status: int = 0) -> bytes:
    return bytes((service | messages.REPLY, 0, status, 0)) + data


CIP_PARTS = [cip(messages.READ, item.shape.head + bytes(item.size)) for item in ITEMS if item.shape]
CIP_MANY = cip(
    messages.MULTIPLE,
    struct.pack("<4H", 3, 8, 8 + len(CIP_PARTS[0]), 8 + len(CIP_PARTS[0]) + len(CIP_PARTS[1])) + b"".join(CIP_PARTS),
)


def cip_answer(data: bytes) -> None:
    """An answer of one service or several: its parts stand inside it, and what looked well once fits again."""
    one = messages.parse(data)
    for count in (1, 2, 3):
        bounds = messages.bounds(data, count)
        if bounds is None:
            continue
        assert all(0 <= start < stop <= len(data) or count == 1 for start, stop in bounds)
        for start, stop in bounds:
            answer = messages.parse(data[start:stop])
            shape = None if answer is None or answer.code else shape_of(answer.data, count)
            assert shape is None or (shape.called and shape.size >= 0)
    if one is not None:
        messages.said(one.code)
        shape_of(one.data, 1)
    message = Message(ITEMS)
    message.remember(CIP_MANY, messages.bounds(CIP_MANY, 3) or ())
    into = bytearray(message.starts[-1])
    message.take(data, into)
    assert len(into) == message.starts[-1]


CIP_SHAPES = [Shape(code, max(found.dtype.itemsize, 1)) for code, found in TYPES.items() if found.role != "text"]
CIP_SHAPES += [Shape(0xDA, 512), Shape(0xD0, 512), Shape(0xD5, 512), LOGIX, Shape(0x02A0, 24, 0x5A02)]


def _cip_places() -> list[Place]:
    places: list[Place] = []
    kinds = {"bool": BOOL, "number": F64, "moment": STR, "text": STR}
    at = 0
    for number, shape in enumerate(CIP_SHAPES, start=1):
        role = TYPES[shape.type].role if shape.type in TYPES else "text"
        places.append(Place(Point(number, f"T{number}", kinds[role]), shape, 0, at, None, 0))
        at += shape.size
    wide = Shape(0xCA, 12)
    places.append(Place(Point(99, "R{3}", JSON), wide, 0, at, None, 3))
    places.append(Place(Point(98, "S{2}", JSON), Shape(0x02A0, 176, 0x0FCE), 0, at + 12, None, 2))
    return places


CIP_PLACES = _cip_places()
CIP_SIZE = CIP_PLACES[-1].at + CIP_PLACES[-1].shape.size
CIP_DECODER = decoder(CIP_PLACES, encoding="utf-8")


def cip_values(data: bytes) -> None:
    held = data.ljust(CIP_SIZE, b"\0")[:CIP_SIZE]
    sound(CIP_DECODER.batches(Answers.of(held, [5], {}, quality_of)))


def cip_tags(data: bytes) -> None:
    """Pages of tags, and the definition of a structure; the first byte says how many members it is said to have."""
    count = data[0] if data else 0
    for read in (taglist.page, taglist.template_size, lambda body: taglist.members(body, count)):
        try:
            read(data[1:])
        except ValueError as error:
            assert "structure" in str(error) or "list of tags" in str(error)


def cip_identity(data: bytes) -> None:
    for one in identity.identities(data):
        assert one.says and one.name.isprintable()


PAGE = struct.pack("<IH", 7, 5) + b"Speed" + struct.pack("<H3I", 0xC4, 0, 0, 0)
DEFINITION = struct.pack("<HHI", 0, 0xC1, 0) + struct.pack("<HHI", 3, 0x20C4, 4) + b"UDT;n\0ZZZZZZZZZZUDT0\0Codes\0"
SIZES = struct.pack("<HHHIHHIHHHHHH", 4, 4, 0, 30, 5, 0, 88, 2, 0, 4, 1, 0, 0x5A02)
FILLER = identity.Identity("192.168.1.20", 44818, 1, 14, 94, (33, 11), 0x3160, 0xC0FFEE, "1769-L33ER/A", 3)


# --- OPC UA -------------------------------------------------------------------------------------------------------

UA_KINDS = (F64, I64, U64, BOOL, STR, JSON)
UA_TABLE = Table([Point(number, "i=1", kind) for number, kind in enumerate(UA_KINDS, start=1)], opcua_quality)


def ua_message(*values: Any, good: bool = True) -> bytes:
    """A publish response as a server sends it, each value told to each kind of tag."""
    items = [
        ua.MonitoredItemNotification(
            at % len(UA_KINDS),
            ua.DataValue(ua.Variant(value), ua.StatusCode(0 if good else 0x80AB0000), ua.datetime.now()),
        )
        for at, value in enumerate(values)
    ]
    response = ua.PublishResponse()
    message = ua.NotificationMessage(5, ua.datetime.now())
    message.NotificationData = [ua.DataChangeNotification(items)] if items else []
    response.Parameters.SubscriptionId = 3
    response.Parameters.AvailableSequenceNumbers = [4, 5]
    response.Parameters.NotificationMessage = message
    return struct_to_binary(response)


def ua_published(data: bytes) -> None:
    """Scalars by the short way, anything else by the library, whose errors end the link; every row becomes a sample."""
    try:
        found = published(Buffer(data))
    except Exception as error:
        if any(frame.name == "_by_library" for frame in traceback.extract_tb(error.__traceback__)):
            raise ua.UaError from error
        raise
    rows = [(row[0] % len(UA_KINDS), *row[1:]) for row in found.rows]
    sound(UA_TABLE.batches(rows, received_us=1_700_000_000_000_000))


INNER = UaShape(
    ua.StructureType.Structure,
    (Part("speed", ua.VariantType.Double, 0, False), Part("note", ua.VariantType.String, 0, False)),
)
EMPTY = UaShape(ua.StructureType.Structure, ())
EITHER = UaShape(ua.StructureType.Union, (Part("a", ua.VariantType.Int32, 0, False), Part("b", INNER, 0, False)))
RECIPE = UaShape(
    ua.StructureType.StructureWithOptionalFields,
    (
        Part("name", ua.VariantType.String, 0, False),
        Part("steps", INNER, 1, True),
        Part("matrix", ua.VariantType.Int16, 2, True),
        Part("nothing", EMPTY, 2, True),
        Part("either", EITHER, 0, True),
        Part("any", ua.VariantType.Variant, 0, True),
    ),
)
RECIPE_BYTES = b"".join((
    struct.pack("<Ii", 0b11111, 2) + b"No",
    struct.pack("<id", 1, 1.5) + struct.pack("<i", 2) + b"ok",
    struct.pack("<3i4h", 2, 2, 2, 1, 2, 3, 4),
    struct.pack("<3i", 2, 1, 3),
    struct.pack("<Ii", 1, 7),
    b"\x06" + struct.pack("<i", 9),
))  # fmt: skip
FOLDED = ua.NodeId(5001, 3)


def ua_structure(data: bytes) -> None:
    """A structure whose description is known: its members, or its bytes as they came."""
    known = Structures()
    known.by_encoding[FOLDED] = RECIPE
    folded = ua.ExtensionObject(FOLDED, data)
    found = known.unfolded(folded)
    assert found is folded or list(found) == [part.name for part in RECIPE.parts]
    sound(UA_TABLE.batches([(5, found, 0, 0)], received_us=1_700_000_000_000_000))


TARGETS = [
    Target(
        "ethernetip-answer",
        "one answer of a Logix controller",
        (
            CIP_MANY,
            *CIP_PARTS,
            cip(messages.READ, b"", 5),
            cip(messages.MULTIPLE, b"", 0x1E),
            b"\xcc\x00\xff\x01\x05\x21",
        ),
        cip_answer,
    ),
    Target(
        "ethernetip-values",
        "tags of a Logix controller in all their types",
        (bytes(CIP_SIZE), bytes(range(256)) * 4, b"\xff" * CIP_SIZE),
        cip_values,
        slow=True,
    ),
    Target(
        "ethernetip-tags",
        "a Logix controller's list of its tags",
        (b"\0" + PAGE + PAGE, b"\x02" + DEFINITION, b"\0" + SIZES),
        cip_tags,
        words=(b"Program:Main", b"__hidden", b"Routine:"),
    ),
    Target(
        "ethernetip-identity", "what a device says of itself to ListIdentity", (identity.answer(FILLER),), cip_identity
    ),
    Target(
        "opcua-publish",
        "a publish message of an OPC UA server",
        (
            ua_message(1.5, 7, 2**40, True, "text", -3),
            ua_message(),
            ua_message([1, 2, 3], good=False),
            ua_message(ua.LocalizedText("Zustand", "de"), b"\x01\x02", ua.NodeId(7, 2)),
        ),
        ua_published,
        (ua.UaError,),
        slow=True,
    ),
    Target(
        "opcua-structure", "a structure of an OPC UA server", (RECIPE_BYTES, RECIPE_BYTES[:20]), ua_structure, slow=True
    ),
]
