"""A value goes into a controller: range checked, sent once, and read back.

What happens to a write whose answer does not come, nobody knows: it is never sent twice.
"""

from __future__ import annotations

from typing import Final

from dovetail.core.batch import Value
from dovetail.core.errors import PointError
from dovetail.drivers.base import Point
from dovetail.drivers.ethernetip import messages
from dovetail.drivers.ethernetip.address import Segment, TagAddress, parse_address
from dovetail.drivers.ethernetip.codec import is_fit, to_bytes
from dovetail.drivers.ethernetip.elementary import BOOL, LOGIX_STRING, STRUCTURE, Shape
from dovetail.drivers.ethernetip.knowledge import Knowledge
from dovetail.drivers.ethernetip.reading import Want
from dovetail.drivers.ethernetip.session import Link

_ROUNDS_MAX: Final = 8  # plans for one tag while its type is being learned


async def write(link: Link, knowledge: Knowledge, point: Point, value: Value, *, encoding: str) -> None:
    """Write one value or bit. Raises PointError with the controller's status, LinkError."""
    address = parse_address(point.address)
    if address.count:
        raise PointError(f"{point.address}: an array is not written", code="ethernetip-value", hint="write its parts")
    want, shape = await _known(link, knowledge, point)
    if want.bit is not None:
        await _write_bit(link, point, want, shape, value)
        return
    content = to_bytes(point, shape, value, encoding=encoding)
    if shape.type == STRUCTURE and shape.handle != LOGIX_STRING:
        await _check_room(link, point, address, content)
    request = messages.write(want.ask.path, shape.head, content)
    if len(request) > knowledge.limits.size - 2:
        raise PointError(f"{point.address} does not fit into one message", code="ethernetip-too-long")
    await _order(link, point, request)
    seen = await _read_back(link, point, want, shape)
    length = 4 + int.from_bytes(content[:4], "little") if shape.type == STRUCTURE else len(content)
    held = bytes([seen[0] != 0]) if shape.type == BOOL else seen[:length]  # true is 1 or 255
    if held != content[:length]:
        raise _not_held(point, held, content[:length])


async def _write_bit(link: Link, point: Point, want: Want, shape: Shape, value: Value) -> None:
    assert want.bit is not None
    if not isinstance(value, bool):
        raise PointError(f"{point.address} takes true or false, not {value!r}", code="ethernetip-value")
    await _order(link, point, messages.modify(want.ask.path, shape.size, bit=want.bit, to=value))
    seen = await _read_back(link, point, want, shape)
    held = seen[want.bit // 8] >> want.bit % 8 & 1
    if held != value:
        raise _not_held(point, bytes([held]), bytes([value]))


async def _known(link: Link, knowledge: Knowledge, point: Point) -> tuple[Want, Shape]:
    """What a point is in the controller, asked for when it is not known. Raises PointError."""
    reading = await knowledge.plan([point])
    for _ in range(_ROUNDS_MAX):
        if not await knowledge.learn(link, reading):
            break
        reading = await knowledge.plan([point])
    want = reading.wants[0] if reading.wants else None
    shape = None if want is None else knowledge.shapes.get(want.ask)
    if want is None or shape is None:
        code = knowledge.refused.get(want.ask, (0, 0))[0] if want is not None else messages.PATH_SYNTAX
        raise PointError(f"{point.address} was not written: {messages.said(code)}", native=code, code="eip-refused")
    code = is_fit(point.kind, shape, want.address, bit=want.bit, words=want.words)
    if code:
        what = f"{point.address} is {shape.called} and not {point.kind.name.lower()}"
        raise PointError(what, native=code, code="ethernetip-kind")
    return want, shape


async def _check_room(link: Link, point: Point, address: TagAddress, content: bytes) -> None:
    """A string type of the program's own holds as many characters as its DATA has elements."""
    length = int.from_bytes(content[:4], "little")
    last = messages.path_of((*address.path, Segment("DATA", (max(length, 1) - 1,))))
    answer = await link.service(messages.read(last, 1))
    if answer.code:
        what = f"{point.address} has no room for {length} characters: {messages.said(answer.code)}"
        raise PointError(what, native=answer.code, code="ethernetip-value")


async def _order(link: Link, point: Point, request: bytes) -> None:
    answer = await link.service(request)
    if answer.code:
        what = f"{point.address} was not written: {messages.said(answer.code)}"
        raise PointError(what, native=answer.code, code="eip-refused")


async def _read_back(link: Link, point: Point, want: Want, shape: Shape) -> bytes:
    answer = await link.service(messages.read(want.ask.path, 1))
    head = len(shape.head)
    if answer.code or answer.data[:head] != shape.head or len(answer.data) == head:
        what = f"{point.address} was written but cannot be read back: {messages.said(answer.code)}"
        raise PointError(what, native=answer.code, code="eip-read-back")
    return answer.data[head:]


def _not_held(point: Point, seen: bytes, wanted: bytes) -> PointError:
    what = f"{point.address} was written but reads back {seen.hex(' ')} instead of {wanted.hex(' ')}"
    return PointError(what, code="eip-read-back")
