"""Bytes of a controller's memory become the plant's columns, and one value becomes bytes.

S7 holds everything highest byte first (STEP 7 and TIA: elementary data types). Durations keep their own unit: TIME,
TOD and S5TIME are milliseconds, LTIME nanoseconds. A moment becomes text like 2026-03-01T06:30:00.250, of the
controller's own clock: it does not say in which time zone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.errors import PointError
from dovetail.drivers.base import Point
from dovetail.drivers.columns import Bits, Decoded, Decoder, Numbers, Piece, Texts, bytes_at, is_scaled, raw_number
from dovetail.drivers.s7.address import MOMENTS, TEXTS, S7Address

_WIRE: Final[dict[str, np.dtype[Any]]] = {
    "byte": np.dtype("u1"), "usint": np.dtype("u1"), "sint": np.dtype("i1"), "word": np.dtype(">u2"),
    "uint": np.dtype(">u2"), "int": np.dtype(">i2"), "dword": np.dtype(">u4"), "udint": np.dtype(">u4"),
    "dint": np.dtype(">i4"), "lword": np.dtype(">u8"), "ulint": np.dtype(">u8"), "lint": np.dtype(">i8"),
    "real": np.dtype(">f4"), "lreal": np.dtype(">f8"), "time": np.dtype(">i4"), "ltime": np.dtype(">i8"),
    "tod": np.dtype(">u4"), "s5time": np.dtype(">u2"),
}  # fmt: skip
_DAY_ZERO: Final = date(1990, 1, 1)  # of DATE
_NS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the plan: what it is, in which block it comes, and where in the joined answers its block begins."""

    point: Point
    address: S7Address
    block: int
    block_start: int  # first byte of the block in the controller's memory
    block_at: int  # byte of the joined answers

    @property
    def position(self) -> int:
        return self.address.start

    @property
    def family(self) -> tuple[str, bool, int, int]:
        """Points that are decoded in one step."""
        address = self.address
        return address.type, is_scaled(self.point), address.size, address.count

    @property
    def at(self) -> int:
        """Its first byte in the joined answers."""
        return self.block_at + self.address.start - self.block_start


def decoder(places: Sequence[Place], *, encoding: str) -> Decoder[Place]:
    """How the joined answers of one plan become batches."""

    def piece(kind: Kind, listed: list[Place]) -> Piece:
        address, starts = listed[0].address, [place.at for place in listed]
        if address.count:
            return _Arrays(listed)
        if address.type == "bit":
            return Bits(starts, [place.address.bit for place in listed])
        if address.type in TEXTS or address.type in MOMENTS:
            return Texts(bytes_at(starts, address.length), _reader(address, encoding))
        dtype = _WIRE[address.type]
        numbers = _S5Times if address.type == "s5time" else Numbers
        return numbers(kind, [place.point for place in listed], bytes_at(starts, dtype.itemsize), dtype)

    return Decoder(places, piece)


class _S5Times(Numbers):
    """S5TIME: three decimal digits and a base of 10 ms to 10 s; in milliseconds."""

    def values(self, data: NDArray[np.uint8]) -> Decoded:
        raw = data[self._index].view(self._dtype)[:, 0].astype(np.int64)
        digits = np.stack([raw >> 8 & 0xF, raw >> 4 & 0xF, raw & 0xF])
        numbers, unfit = self.scaled((digits[0] * 100 + digits[1] * 10 + digits[2]) * 10 ** (1 + (raw >> 12 & 3)))
        wrong = (digits > 9).any(axis=0)
        self.unfit = q.BAD_DEVICE
        return numbers, wrong if unfit is None else wrong | unfit


class _Arrays:
    """Several numbers or bits in a row: one value of the plant, a list in JSON. What is not finite becomes null."""

    unfit: int = q.UNCERTAIN_RANGE

    def __init__(self, places: Sequence[Place]) -> None:
        self.count = len(places)
        first = places[0].address
        self._dtype = _WIRE.get(first.type)
        self._elements = first.count
        self._bits = [place.address.bit for place in places]
        self._index = [slice(place.at, place.at + place.address.length) for place in places]
        self._points = [place.point for place in places]

    def values(self, data: NDArray[np.uint8]) -> Decoded:
        texts = np.empty(self.count, dtype=object)
        unfit = np.zeros(self.count, dtype=np.bool_)
        for at, (where, bit, point) in enumerate(zip(self._index, self._bits, self._points, strict=True)):
            if self._dtype is None:
                bits = np.unpackbits(data[where], bitorder="little")[bit : bit + self._elements]
                texts[at] = orjson.dumps(bits.astype(bool).tolist()).decode()
                continue
            raw = data[where].view(self._dtype)
            numbers = raw.astype(np.float64) * point.scale + point.offset if is_scaled(point) else raw
            unfit[at] = numbers.dtype.kind == "f" and not np.isfinite(numbers).all()
            texts[at] = orjson.dumps(numbers.tolist()).decode()
        return texts, unfit


def _reader(address: S7Address, encoding: str) -> Callable[[bytes], str]:
    def string(raw: bytes) -> str:
        return _until_nul(_checked(raw[2:], raw[1], address.size).decode(encoding))

    def wstring(raw: bytes) -> str:
        length = int.from_bytes(raw[2:4], "big")
        return _until_nul(_checked(raw[4:], 2 * length, 2 * address.size).decode("utf-16-be"))

    def char(raw: bytes) -> str:
        return _until_nul(raw.decode(encoding))

    return {"string": string, "wstring": wstring, "char": char, **_MOMENTS}[address.type]


def _until_nul(text: str) -> str:
    return text.partition("\0")[0]


def _checked(raw: bytes, length: int, limit: int) -> bytes:
    if length > limit:
        raise ValueError("the string is longer than its address says")
    return raw[:length]


# --- moments ------------------------------------------------------------------------------------------------------


def _bcd(byte: int) -> int:
    high, low = byte >> 4, byte & 0xF
    if high > 9 or low > 9:
        raise ValueError("no decimal digits")
    return 10 * high + low


def _local(moment: datetime) -> str:
    """A controller's own date and time: its zone is not known, so none is said."""
    return moment.replace(tzinfo=None).isoformat()


def _date(raw: bytes) -> str:
    return (_DAY_ZERO + timedelta(days=int.from_bytes(raw, "big"))).isoformat()


def _dt(raw: bytes) -> str:
    """DATE_AND_TIME: decimal digits, years 1990 to 2089, the last digit is the day of the week."""
    year, month, day, hour, minute, second, hundredths = (_bcd(byte) for byte in raw[:7])
    ms = 10 * hundredths + _bcd(raw[7] & 0xF0) // 10
    full = 1900 + year if year >= 90 else 2000 + year
    return _local(datetime(full, month, day, hour, minute, second, ms * 1000, UTC))


def _dtl(raw: bytes) -> str:
    year, ns = int.from_bytes(raw[:2], "big"), int.from_bytes(raw[8:], "big")
    return _local(datetime(year, raw[2], raw[3], raw[5], raw[6], raw[7], ns // _NS, UTC))


def _ldt(raw: bytes) -> str:
    ns = int.from_bytes(raw, "big", signed=True)
    return _local(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ns // _NS))


_MOMENTS: Final[dict[str, Callable[[bytes], str]]] = {"date": _date, "dt": _dt, "dtl": _dtl, "ldt": _ldt}


def _two(number: int) -> int:
    """Two decimal digits in a byte."""
    return number // 10 << 4 | number % 10


def _moment_bytes(name: str, value: str) -> bytes:
    """Raises ValueError for what is no moment, or one that the type cannot hold."""
    if name == "date":
        days = (date.fromisoformat(value) - _DAY_ZERO).days
        return days.to_bytes(2, "big")
    at = datetime.fromisoformat(value)
    if at.tzinfo is not None:
        raise ValueError("the controller's clock knows no time zone")
    weekday = at.isoweekday() % 7 + 1  # Sunday is 1
    if name == "dt":
        if not 1990 <= at.year <= 2089:
            raise ValueError("its years are 1990 to 2089")
        ms = at.microsecond // 1000
        parts = (at.year % 100, at.month, at.day, at.hour, at.minute, at.second, ms // 10)
        return bytes([*map(_two, parts), ms % 10 << 4 | weekday])
    if name == "dtl":
        head = bytes([at.month, at.day, weekday, at.hour, at.minute, at.second])
        return at.year.to_bytes(2, "big") + head + (at.microsecond * _NS).to_bytes(4, "big")
    since = at.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since // timedelta(microseconds=1) * _NS).to_bytes(8, "big", signed=True)


# --- writing ------------------------------------------------------------------------------------------------------


def to_bytes(point: Point, address: S7Address, value: Value, *, encoding: str) -> tuple[int, bytes]:
    """(how many bytes after its address it begins, the bytes). Raises PointError when the type cannot carry it.

    A string is written from its actual length on: its greatest length belongs to the controller.
    """
    if address.count or address.type == "s5time":
        what = "an array" if address.count else "an S5TIME"
        raise PointError(f"{point.address}: {what} is not written", code="s7-value", hint="write its parts")
    if address.type in _WIRE:
        return 0, raw_number(point, value, _WIRE[address.type], called=address.type, code="s7-value").tobytes()
    if not isinstance(value, str):
        raise PointError(f"{point.address} takes a text, not {value!r}", code="s7-value")
    try:
        if address.type in MOMENTS:
            return 0, _moment_bytes(address.type, value)
        coded = value.encode("utf-16-be" if address.type == "wstring" else encoding)
    except (ValueError, OverflowError) as error:
        raise PointError(f"{point.address} cannot hold {value!r}: {error}", code="s7-value") from error
    width = 2 if address.type == "wstring" else 1
    room = 1 if address.type == "char" else address.size
    length = len(coded) // width
    if length > room or (address.type == "char" and length != 1) or "\0" in value:
        raise PointError(f"{point.address} holds {room} characters, not {length}", code="s7-value")
    return (0, coded) if address.type == "char" else (width, length.to_bytes(width, "big") + coded)
