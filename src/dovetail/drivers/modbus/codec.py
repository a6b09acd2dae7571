"""Registers and coils become the plant's columns, all points of a group at once; and one value becomes registers.

A register travels highest byte first (Modbus Application Protocol 1.1b3 §4.2); how a longer value is spread over
registers is the device maker's choice: ABCD is the highest byte first, CDAB swaps words, BADC swaps bytes in each
word, DCBA is the lowest byte first. A NaN or infinite number is kept and marked UNCERTAIN_RANGE; a value that does
not fit its tag's kind is BAD_DEVICE.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import DTYPES, ZEROS, Batch, Kind, Value
from dovetail.core.errors import PointError
from dovetail.drivers.base import Point
from dovetail.drivers.modbus.address import BITS, ModbusAddress, Order

_WIRE: Final[dict[str, np.dtype[Any]]] = {
    "int16": np.dtype(">i2"), "uint16": np.dtype(">u2"), "int32": np.dtype(">i4"), "uint32": np.dtype(">u4"),
    "int64": np.dtype(">i8"), "uint64": np.dtype(">u8"), "float32": np.dtype(">f4"), "float64": np.dtype(">f8"),
}  # fmt: skip
_INTEGERS: Final = {Kind.I64: (-(2.0**63), 2.0**63), Kind.U64: (0.0, 2.0**64)}  # [low, high): exact as float64


def byte_order(width: int, order: Order) -> NDArray[np.intp]:
    """Where on the wire the bytes of a value of `width` bytes stand, highest first.

    >>> byte_order(4, "CDAB").tolist()
    [2, 3, 0, 1]
    """
    at = np.arange(width, dtype=np.intp)
    if order in ("BADC", "DCBA"):
        at = at ^ 1
    return at.reshape(-1, 2)[::-1].reshape(-1) if order in ("CDAB", "DCBA") else at


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the plan: what it is, in which block it comes, and where in the joined answers its block begins."""

    point: Point
    address: ModbusAddress
    order: Order
    block: int
    block_start: int  # position of the block's first register or bit
    block_at: int  # byte of the joined answers


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one read brought: the joined bytes, and per block when it came (µs) and the exception code, 0 for none."""

    data: NDArray[np.uint8]
    received_us: NDArray[np.int64]
    native: NDArray[np.uint32]
    quality: NDArray[np.uint16]


class Decoder:
    """Turns the joined answers of one plan into batches; everything that does not change is worked out once."""

    def __init__(self, places: Sequence[Place], *, encoding: str) -> None:
        by_kind: dict[Kind, list[Place]] = defaultdict(list)
        for place in places:
            by_kind[place.point.kind].append(place)
        self._columns = [_Column(kind, listed, encoding) for kind, listed in by_kind.items()]

    def batches(self, answers: Answers) -> list[Batch]:
        """One sample per point, one batch per kind."""
        failed = bool(answers.native.any())
        return [column.batch(answers, failed=failed) for column in self._columns]


class _Column:
    """The points of one kind, those of one type and order side by side."""

    def __init__(self, kind: Kind, places: Sequence[Place], encoding: str) -> None:
        sort = sorted(places, key=lambda place: (_family(place), place.block, place.address.position))
        self._kind = kind
        self._tag = np.array([place.point.tag_id for place in sort], dtype=np.int64)
        self._block = np.array([place.block for place in sort], dtype=np.intp)
        self._good = np.full(len(sort), q.GOOD, dtype=np.uint16)
        self._valid = np.ones(len(sort), dtype=np.bool_)
        for constant in (self._tag, self._good, self._valid):
            constant.flags.writeable = False  # the same in every batch
        self._pieces = [_piece(kind, part, encoding) for part in _runs(sort)]

    def batch(self, answers: Answers, *, failed: bool) -> Batch:
        zero: Any = ZEROS[self._kind]
        value: NDArray[Any] = np.empty(len(self._tag), dtype=DTYPES[self._kind])
        valid, quality, native = self._valid, self._good, None
        at = 0
        for piece in self._pieces:
            stop = at + piece.count
            value[at:stop], unfit = piece.values(answers.data)
            if unfit is not None and unfit.any():
                quality, valid = np.array(quality), np.array(valid)
                quality[at:stop][unfit] = piece.unfit
                valid[at:stop][unfit] = piece.unfit == q.UNCERTAIN_RANGE
                value[at:stop][unfit & (piece.unfit != q.UNCERTAIN_RANGE)] = zero
            at = stop
        if failed:
            native = answers.native[self._block]
            bad = native != 0
            valid = valid & ~bad
            quality = np.where(bad, answers.quality[self._block], quality).astype(np.uint16)
            value[bad] = zero
            native = native if bad.any() else None
        return Batch(
            kind=self._kind,
            tag=self._tag,
            ts=answers.received_us[self._block],
            value=value,
            valid=valid,
            quality=quality,
            native=native,
        )


type _Family = tuple[str, str, bool, int]


def _family(place: Place) -> _Family:
    """Points that are decoded in one step."""
    address, point = place.address, place.point
    scaled = (point.scale, point.offset) != (1.0, 0.0)
    return address.type, place.order, scaled, address.size


def _runs(places: Sequence[Place]) -> Iterator[list[Place]]:
    run: list[Place] = []
    for place in places:
        if run and _family(run[0]) != _family(place):
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _piece(kind: Kind, places: Sequence[Place], encoding: str) -> _Bits | _Text | _Numbers:
    kinds = {"bit": lambda: _Bits(places), "string": lambda: _Text(places, encoding)}
    return kinds.get(places[0].address.type, lambda: _Numbers(kind, places))()


def _bytes_at(places: Sequence[Place], shuffle: NDArray[np.intp]) -> NDArray[np.intp]:
    starts = [place.block_at + 2 * (place.address.position - place.block_start) for place in places]
    return np.array(starts, dtype=np.intp)[:, None] + shuffle[None, :]


class _Bits:
    """Coils, discrete inputs and bits of registers: lowest first in a byte, lowest byte of a register last."""

    unfit: Final = q.BAD_DEVICE

    def __init__(self, places: Sequence[Place]) -> None:
        self.count = len(places)
        where = [self._where(place) for place in places]
        self._index = np.array([byte for byte, _ in where], dtype=np.intp)
        self._mask = np.array([1 << bit for _, bit in where], dtype=np.uint8)

    @staticmethod
    def _where(place: Place) -> tuple[int, int]:
        address, ahead = place.address, place.address.position - place.block_start
        if address.area in BITS:
            return place.block_at + ahead // 8, ahead % 8
        return place.block_at + 2 * ahead + (1 if address.bit < 8 else 0), address.bit % 8

    def values(self, data: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        return (data[self._index] & self._mask) != 0, None


class _Text:
    """Strings: two characters a register, up to the first NUL, trailing spaces cut off."""

    unfit: Final = q.BAD_DEVICE

    def __init__(self, places: Sequence[Place], encoding: str) -> None:
        self.count = len(places)
        self._encoding = encoding
        first = places[0]
        swapped = first.order in ("BADC", "DCBA")
        width = 2 * first.address.length
        self._index = _bytes_at(places, byte_order(width, "BADC" if swapped else "ABCD")[: first.address.size])

    def values(self, data: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        texts = np.empty(self.count, dtype=object)
        unfit = np.zeros(self.count, dtype=np.bool_)
        for at, raw in enumerate(data[self._index]):
            try:
                texts[at] = raw.tobytes().partition(b"\0")[0].decode(self._encoding).rstrip(" ")
            except UnicodeDecodeError:
                texts[at], unfit[at] = "", True
        return texts, unfit


class _Numbers:
    """Numbers of one type and order."""

    def __init__(self, kind: Kind, places: Sequence[Place]) -> None:
        self.count = len(places)
        self._kind = kind
        self._dtype = _WIRE[places[0].address.type]
        self._index = _bytes_at(places, byte_order(self._dtype.itemsize, places[0].order))
        self._is_float = self._dtype.kind == "f"
        scaled = _family(places[0])[2]
        self._scale = np.array([place.point.scale for place in places]) if scaled else None
        self._offset = np.array([place.point.offset for place in places])
        self.unfit = q.UNCERTAIN_RANGE if kind is Kind.F64 else q.BAD_DEVICE

    def values(self, data: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        raw: NDArray[Any] = data[self._index].view(self._dtype)[:, 0]
        if self._kind is Kind.F64:
            return self._floats(raw)
        return self._whole(raw) if self._scale is None else self._rounded(raw, self._scale)

    def _floats(self, raw: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        with np.errstate(all="ignore"):  # what is not finite is marked, not complained of
            numbers = raw.astype(np.float64)
            if self._scale is not None:
                numbers = numbers * self._scale + self._offset
        return numbers, ~np.isfinite(numbers) if self._is_float else None

    def _whole(self, raw: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """Integers as they are; what the kind cannot hold is unfit."""
        numbers: NDArray[Any] = raw.astype(DTYPES[self._kind])
        if self._kind is Kind.U64:
            return numbers, raw < 0 if self._dtype.kind == "i" else None
        return numbers, numbers < 0 if self._dtype == _WIRE["uint64"] else None

    def _rounded(self, raw: NDArray[Any], scale: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        numbers = np.rint(raw.astype(np.float64) * scale + self._offset)
        low, high = _INTEGERS[self._kind]
        unfit = ~((numbers >= low) & (numbers < high))
        return np.where(unfit, 0, numbers).astype(DTYPES[self._kind]), unfit


def to_registers(point: Point, address: ModbusAddress, order: Order, *, value: Value, encoding: str) -> bytes:
    """One engineering value as the bytes of its registers. Raises PointError when they cannot carry it."""
    if address.type == "string":
        return _text_bytes(point, address, order, value=value, encoding=encoding)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise PointError(f"{point.address} takes a number, not {value!r}", code="modbus-value")
    scaled = (point.scale, point.offset) != (1.0, 0.0)
    raw = (value - point.offset) / point.scale if scaled else value
    dtype = _WIRE[address.type]
    if dtype.kind != "f":
        raw = _integer(point, raw, dtype, scaled=scaled)
    with np.errstate(all="ignore"):  # what is too large becomes infinite, and is refused below
        wire = np.array([raw], dtype=dtype)
    if dtype.kind == "f" and not np.isfinite(wire[0]) and np.isfinite(raw):
        raise PointError(f"{point.address} is {address.type} and cannot hold {raw}", code="modbus-value")
    return wire.view(np.uint8)[byte_order(dtype.itemsize, order)].tobytes()  # every order is its own inverse


def _integer(point: Point, raw: float, dtype: np.dtype[Any], *, scaled: bool) -> int:
    limits = np.iinfo(dtype)
    fits = np.isfinite(raw) and (scaled or float(raw).is_integer())
    whole = round(raw) if fits else 0
    if not fits or not limits.min <= whole <= limits.max:
        raise PointError(f"{point.address} holds {limits.min} to {limits.max}, not {raw}", code="modbus-value")
    return whole


def _text_bytes(point: Point, address: ModbusAddress, order: Order, *, value: Value, encoding: str) -> bytes:
    if not isinstance(value, str):
        raise PointError(f"{point.address} takes a text, not {value!r}", code="modbus-value")
    try:
        coded = value.encode(encoding)
    except UnicodeEncodeError as error:
        raise PointError(f"{point.address}: {value!r} is not {encoding}", code="modbus-value") from error
    if len(coded) > address.size or b"\0" in coded:
        raise PointError(f"{point.address} holds {address.size} bytes, not {len(coded)}", code="modbus-value")
    padded = np.frombuffer(coded.ljust(2 * address.length, b"\0"), dtype=np.uint8)
    swapped = order in ("BADC", "DCBA")
    return padded[byte_order(2 * address.length, "BADC" if swapped else "ABCD")].tobytes()
