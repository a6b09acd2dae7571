"""Registers and coils become the plant's columns, all points of a group at once; and one value becomes registers.

A register travels highest byte first (Modbus Application Protocol 1.1b3 §4.2); how a longer value is spread over
registers is the device maker's choice: ABCD is the highest byte first, CDAB swaps words, BADC swaps bytes in each
word, DCBA is the lowest byte first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import Kind, Value
from dovetail.core.errors import PointError
from dovetail.drivers.base import Point
from dovetail.drivers.columns import Bits, Decoder, Numbers, Piece, Texts, is_scaled, raw_number
from dovetail.drivers.modbus.address import BITS, ModbusAddress, Order

_WIRE: Final[dict[str, np.dtype[Any]]] = {
    "int16": np.dtype(">i2"), "uint16": np.dtype(">u2"), "int32": np.dtype(">i4"), "uint32": np.dtype(">u4"),
    "int64": np.dtype(">i8"), "uint64": np.dtype(">u8"), "float32": np.dtype(">f4"), "float64": np.dtype(">f8"),
}  # fmt: skip


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

    @property
    def position(self) -> int:
        return self.address.position

    @property
    def family(self) -> tuple[str, str, bool, int]:
        """Points that are decoded in one step."""
        return self.address.type, self.order, is_scaled(self.point), self.address.size


def decoder(places: Sequence[Place], *, encoding: str) -> Decoder[Place]:
    """How the joined answers of one plan become batches."""

    def piece(kind: Kind, listed: list[Place]) -> Piece:
        if listed[0].address.type == "bit":
            return Bits(*zip(*map(_bit_at, listed), strict=True))
        return _texts(listed, encoding) if listed[0].address.type == "string" else _numbers(kind, listed)

    return Decoder(places, piece)


def _numbers(kind: Kind, places: Sequence[Place]) -> Numbers:
    """Numbers of one type and order."""
    dtype = _WIRE[places[0].address.type]
    index = _bytes_at(places, byte_order(dtype.itemsize, places[0].order))
    return Numbers(kind, [place.point for place in places], index, dtype)


def _bytes_at(places: Sequence[Place], shuffle: NDArray[np.intp]) -> NDArray[np.intp]:
    starts = [place.block_at + 2 * (place.address.position - place.block_start) for place in places]
    return np.array(starts, dtype=np.intp)[:, None] + shuffle[None, :]


def _bit_at(place: Place) -> tuple[int, int]:
    """The byte and the bit in it: lowest first in a byte, the lowest byte of a register last."""
    address, ahead = place.address, place.address.position - place.block_start
    if address.area in BITS:
        return place.block_at + ahead // 8, ahead % 8
    return place.block_at + 2 * ahead + (1 if address.bit < 8 else 0), address.bit % 8


def _texts(places: Sequence[Place], encoding: str) -> Texts:
    """Strings: two characters a register, up to the first NUL, trailing spaces cut off."""
    first = places[0]
    swapped = first.order in ("BADC", "DCBA")
    shuffle = byte_order(2 * first.address.length, "BADC" if swapped else "ABCD")[: first.address.size]
    return Texts(_bytes_at(places, shuffle), lambda raw: raw.partition(b"\0")[0].decode(encoding).rstrip(" "))


def to_registers(point: Point, address: ModbusAddress, order: Order, *, value: Value, encoding: str) -> bytes:
    """One engineering value as the bytes of its registers. Raises PointError when they cannot carry it."""
    if address.type == "string":
        return _text_bytes(point, address, order, value=value, encoding=encoding)
    dtype = _WIRE[address.type]
    wire = raw_number(point, value, dtype, called=address.type, code="modbus-value")
    return wire.view(np.uint8)[byte_order(dtype.itemsize, order)].tobytes()  # every order is its own inverse


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
