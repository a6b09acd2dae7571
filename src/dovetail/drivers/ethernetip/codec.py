"""Bytes of a controller's tags become the plant's columns, and one value becomes bytes; all is lowest byte first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.errors import PointError
from dovetail.drivers.base import Point
from dovetail.drivers.columns import Bits, Decoded, Decoder, Numbers, Piece, Texts, bytes_at, is_scaled, raw_number
from dovetail.drivers.ethernetip import messages
from dovetail.drivers.ethernetip.address import TagAddress
from dovetail.drivers.ethernetip.elementary import (
    BOOL,
    LOGIX_STRING,
    LOGIX_STRING_MAX,
    STRING2,
    STRUCTURE,
    TYPES,
    Shape,
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CIP_EPOCH: Final = datetime(1972, 1, 1, tzinfo=UTC)  # of DATE
_US: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the plan: what comes for it, as which piece, where its bytes begin, and which bit or how many."""

    point: Point
    shape: Shape
    block: int
    at: int
    bit: int | None
    count: int

    @property
    def position(self) -> int:
        return self.at if self.bit is None else 8 * self.at + self.bit

    @property
    def family(self) -> tuple[int, int, bool, bool, int]:
        """Points that are decoded in one step."""
        scaled = is_scaled(self.point)
        return self.shape.type, self.shape.size, scaled, self.bit is None, self.count


def is_fit(kind: Kind, shape: Shape, address: TagAddress, *, bit: int | None, words: bool) -> int:
    """0 when values of this shape can be this kind, else the status a controller would refuse it with."""
    found = TYPES.get(shape.type)
    role = "text" if found is None else found.role
    if bit is not None:
        whole = found is not None and found.role == "number" and found.dtype.kind != "f"
        inside = words or bit < 8 * shape.size
        return 0 if whole and inside and (not words or shape.size % 4 == 0) else messages.OTHER_TYPE
    if address.count:
        listed = role in ("number", "bool") or (shape.handle == LOGIX_STRING and shape.size % address.count == 0)
        return 0 if listed else messages.OTHER_TYPE
    roles = {Kind.BOOL: ("bool",), Kind.STR: ("text", "moment"), Kind.JSON: ()}.get(kind, ("number",))
    if role not in roles or (kind in (Kind.I64, Kind.U64) and found is not None and found.dtype.kind == "f"):
        return messages.OTHER_TYPE
    return 0


def decoder(places: Sequence[Place], *, encoding: str) -> Decoder[Place]:
    """How the joined answers of one plan become batches."""

    def piece(kind: Kind, listed: list[Place]) -> Piece:
        first, starts = listed[0], [place.at for place in listed]
        if first.count:
            return _Arrays(listed, encoding)
        if first.bit is not None:
            bits = [place.bit or 0 for place in listed]
            return Bits([at + bit // 8 for at, bit in zip(starts, bits, strict=True)], [bit % 8 for bit in bits])
        if first.shape.type == BOOL:
            return _Bools(listed)
        found = TYPES.get(first.shape.type)
        if found is None or found.role != "number":
            return Texts(bytes_at(starts, first.shape.size), _reader(first.shape, encoding))
        return Numbers(kind, [place.point for place in listed], bytes_at(starts, first.shape.size), found.dtype)

    return Decoder(places, piece)


class _Bools:
    """Booleans of their own: anything but 0 is true (Logix sends 1 or 255)."""

    unfit: int = q.BAD_DEVICE

    def __init__(self, places: Sequence[Place]) -> None:
        self.count = len(places)
        self._index = np.array([place.at for place in places], dtype=np.intp)

    def values(self, data: NDArray[np.uint8]) -> Decoded:
        return data[self._index] != 0, None


class _Arrays:
    """Several values in a row: one value of the plant, a list in JSON. What is not finite becomes null."""

    unfit: int = q.UNCERTAIN_RANGE

    def __init__(self, places: Sequence[Place], encoding: str) -> None:
        self.count = len(places)
        self._places = places
        self._read = _reader(places[0].shape, encoding)

    def values(self, data: NDArray[np.uint8]) -> Decoded:
        texts = np.empty(self.count, dtype=object)
        unfit = np.zeros(self.count, dtype=np.bool_)
        for at, place in enumerate(self._places):
            raw = data[place.at : place.at + place.shape.size]
            try:
                listed = self._listed(place, raw)
            except (ValueError, OverflowError):
                listed, unfit[at] = [None] * place.count, True
            if isinstance(listed, np.ndarray):
                unfit[at] = listed.dtype.kind == "f" and not np.isfinite(listed).all()
                listed = listed.tolist()
            texts[at] = orjson.dumps(listed).decode()
        return texts, unfit

    def _listed(self, place: Place, raw: NDArray[np.uint8]) -> NDArray[Any] | list[str | None]:
        if place.bit is not None:
            return np.unpackbits(raw, bitorder="little")[place.bit : place.bit + place.count].astype(bool)
        if place.shape.type == STRUCTURE:
            width = place.shape.size // place.count
            return [self._read(raw[start : start + width].tobytes()) for start in range(0, len(raw), width)]
        if place.shape.type == BOOL:
            return raw != 0
        numbers = raw.view(TYPES[place.shape.type].dtype)
        point = place.point
        return numbers.astype(np.float64) * point.scale + point.offset if is_scaled(point) else numbers


def _reader(shape: Shape, encoding: str) -> Callable[[bytes], str]:
    if shape.type == STRUCTURE:
        return lambda raw: _counted(raw, 4).decode(encoding).partition("\0")[0]
    found = TYPES[shape.type]
    if found.role == "text":
        wide = shape.type == STRING2
        head = found.dtype.itemsize
        return lambda raw: _counted(raw, head, 2 if wide else 1).decode("utf-16-le" if wide else encoding)
    return _MOMENTS.get(found.name, str)


def _counted(raw: bytes, head: int, width: int = 1) -> bytes:
    length = width * int.from_bytes(raw[:head], "little")
    if length > len(raw) - head:
        raise ValueError("the text is longer than what holds it")
    return raw[head : head + length]


# --- moments ------------------------------------------------------------------------------------------------------


def _local(moment: datetime) -> str:
    """A controller's own date and time: its zone is not known, so none is said."""
    return moment.replace(tzinfo=None).isoformat()


def _date(raw: bytes) -> str:
    return (_CIP_EPOCH + timedelta(days=int.from_bytes(raw, "little"))).date().isoformat()


def _date_and_time(raw: bytes) -> str:
    ms, days = int.from_bytes(raw[:4], "little"), int.from_bytes(raw[4:], "little")
    return _local(_CIP_EPOCH + timedelta(days=days, milliseconds=ms))


def _dt(raw: bytes) -> str:
    return _local(_EPOCH + int.from_bytes(raw, "little", signed=True) * _US)


def _ldt(raw: bytes) -> str:
    return _local(_EPOCH + int.from_bytes(raw, "little", signed=True) // 1_000 * _US)


_MOMENTS: Final[dict[str, Callable[[bytes], str]]] = {
    "DT": _dt, "LDT": _ldt, "DATE": _date, "DATE_AND_TIME": _date_and_time,
}  # fmt: skip


def _moment_bytes(name: str, value: str) -> bytes:
    """Raises ValueError for what is no moment, or one that the type cannot hold."""
    at = datetime.fromisoformat(value)
    if at.tzinfo is not None:
        raise ValueError("the controller's clock knows no time zone")
    at = at.replace(tzinfo=UTC)
    days, rest = divmod(at - _CIP_EPOCH, timedelta(days=1))
    if name == "DATE":
        return days.to_bytes(2, "little")
    if name == "DATE_AND_TIME":
        return (rest // timedelta(milliseconds=1)).to_bytes(4, "little") + days.to_bytes(2, "little")
    since_us = (at - _EPOCH) // _US
    return (since_us if name == "DT" else since_us * 1_000).to_bytes(8, "little", signed=True)


# --- writing ------------------------------------------------------------------------------------------------------


def to_bytes(point: Point, shape: Shape, value: Value, *, encoding: str) -> bytes:
    """The bytes a controller is to hold. Raises PointError when the type cannot carry it."""
    found = TYPES.get(shape.type)
    if found is not None and found.role == "number":
        return raw_number(point, value, found.dtype, called=found.name, code="ethernetip-value").tobytes()
    if shape.type == BOOL:
        if not isinstance(value, bool):
            raise PointError(f"{point.address} takes true or false, not {value!r}", code="ethernetip-value")
        return bytes([value])
    if not isinstance(value, str):
        raise PointError(f"{point.address} takes a text, not {value!r}", code="ethernetip-value")
    try:
        if found is not None and found.role == "moment":
            return _moment_bytes(found.name, value)
        coded = value.encode("utf-16-le" if shape.type == STRING2 else encoding)
    except (ValueError, OverflowError) as error:
        raise PointError(f"{point.address} cannot hold {value!r}: {error}", code="ethernetip-value") from error
    return _text_bytes(point, shape, coded)


def _text_bytes(point: Point, shape: Shape, coded: bytes) -> bytes:
    width = 2 if shape.type == STRING2 else 1
    room = LOGIX_STRING_MAX if shape.handle == LOGIX_STRING else shape.size - 4
    if shape.type != STRUCTURE:
        room = min(shape.size, (1 << 8 * TYPES[shape.type].dtype.itemsize) - 1)
    length = len(coded) // width
    if length > room or b"\0" * width in coded:
        raise PointError(f"{point.address} holds {room} characters, not {length}", code="ethernetip-value")
    if shape.type != STRUCTURE:
        return length.to_bytes(TYPES[shape.type].dtype.itemsize, "little") + coded
    return length.to_bytes(4, "little") + coded.ljust(shape.size - 4, b"\0")
