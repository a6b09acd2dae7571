"""The bytes that a read brought become the plant's columns, all points of a group at once.

What every protocol that reads memory by position has in common: Modbus, S7, later SLMP and FINS. A NaN or infinite
number is kept and marked UNCERTAIN_RANGE; a value that does not fit its tag's kind is BAD_DEVICE.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import DTYPES, ZEROS, Batch, Kind, Value
from dovetail.core.errors import PointError
from dovetail.drivers.base import Point

_INTEGERS: Final = {Kind.I64: (-(2.0**63), 2.0**63), Kind.U64: (0.0, 2.0**64)}  # [low, high): exact as float64

_all: Final = np.logical_and.reduce  # what `.all()` does, without its questions: small reads are many
_NO_CODES: Final = np.zeros(0, dtype=np.uint32)
_NO_QUALITY: Final = np.zeros(0, dtype=np.uint16)

type Decoded = tuple[NDArray[Any], NDArray[np.bool_] | None]  # values, and which of them are unfit


class Placed(Protocol):
    """A point of a plan: in which block it comes, where in its memory it stands, and whom it is decoded with."""

    @property
    def point(self) -> Point: ...
    @property
    def block(self) -> int: ...
    @property
    def position(self) -> int: ...
    @property
    def family(self) -> tuple[Any, ...]: ...


class Piece(Protocol):
    """Points that are decoded in one step. What it finds unfit gets its quality `unfit`."""

    @property
    def count(self) -> int: ...
    @property
    def unfit(self) -> int: ...
    def values(self, data: NDArray[np.uint8]) -> Decoded: ...


class Answers(NamedTuple):
    """What one read brought: the joined bytes, and per block when it came (µs) and the device's code, 0 for none."""

    data: NDArray[np.uint8]
    received_us: NDArray[np.int64]
    native: NDArray[np.uint32]
    quality: NDArray[np.uint16]
    failed: bool  # whether any block has a code

    @classmethod
    def of(
        cls,
        data: bytes | bytearray,
        received_us: Sequence[int] | NDArray[np.int64],
        native: Mapping[int, int],
        rate: Callable[[int], int],
    ) -> Answers:
        """From what is known by block; `rate` makes a quality of a device's code."""
        joined, received = np.frombuffer(data, dtype=np.uint8), np.asarray(received_us, dtype=np.int64)
        if not native:
            return cls(joined, received, _NO_CODES, _NO_QUALITY, failed=False)
        codes = np.zeros(len(received_us), dtype=np.uint32)
        quality = np.zeros(len(received_us), dtype=np.uint16)
        for block, code in native.items():
            codes[block], quality[block] = code, rate(code)
        return cls(joined, received, codes, quality, failed=True)


class Decoder[P: Placed]:
    """Turns the joined answers of one plan into batches; everything that does not change is worked out once."""

    def __init__(self, places: Sequence[P], piece: Callable[[Kind, list[P]], Piece]) -> None:
        by_kind: dict[Kind, list[P]] = defaultdict(list)
        for place in places:
            by_kind[place.point.kind].append(place)
        self._columns = [_Column(kind, listed, piece) for kind, listed in by_kind.items()]

    def batches(self, answers: Answers) -> list[Batch]:
        """One sample per point, one batch per kind."""
        return [column.batch(answers) for column in self._columns]


class _Column[P: Placed]:
    """The points of one kind, those of one family side by side."""

    def __init__(self, kind: Kind, places: Sequence[P], piece: Callable[[Kind, list[P]], Piece]) -> None:
        sort = sorted(places, key=lambda place: (place.family, place.block, place.position))
        self._kind = kind
        self._dtype = np.dtype(DTYPES[kind])
        self._tag = np.array([place.point.tag_id for place in sort], dtype=np.int64)
        self._block = np.array([place.block for place in sort], dtype=np.intp)
        self._good = np.full(len(sort), q.GOOD, dtype=np.uint16)
        self._valid = np.ones(len(sort), dtype=np.bool_)
        for constant in (self._tag, self._good, self._valid):
            constant.flags.writeable = False  # the same in every batch
        self._pieces = [piece(kind, part) for part in _runs(sort)]

    def batch(self, answers: Answers) -> Batch:
        zero: Any = ZEROS[self._kind]
        valid, quality, native = self._valid, self._good, None
        found = [piece.values(answers.data) for piece in self._pieces]
        received_us = answers.received_us[self._block]
        value, unfit = found[0]
        is_ready = len(found) == 1 and value.dtype == self._dtype  # fresh from its bytes: it need not be copied
        if is_ready and unfit is None and not answers.failed:  # most reads: one type of number, and all is well
            return Batch(self._kind, self._tag, received_us, value, valid, quality)
        if not is_ready:
            value = np.empty(len(self._tag), dtype=self._dtype)
            at = 0
            for values, _ in found:
                value[at : at + len(values)] = values
                at += len(values)
        at = 0
        for piece, (_, unfit) in zip(self._pieces, found, strict=True):
            stop = at + piece.count
            if unfit is not None and unfit.any():
                quality, valid = np.array(quality), np.array(valid)
                quality[at:stop][unfit] = piece.unfit
                valid[at:stop][unfit] = piece.unfit == q.UNCERTAIN_RANGE
                value[at:stop][unfit & (piece.unfit != q.UNCERTAIN_RANGE)] = zero
            at = stop
        if answers.failed:
            native = answers.native[self._block]
            bad = native != 0
            valid = valid & ~bad
            quality = np.where(bad, answers.quality[self._block], quality).astype(np.uint16)
            value[bad] = zero
            native = native if bad.any() else None
        return Batch(
            kind=self._kind,
            tag=self._tag,
            ts=received_us,
            value=value,
            valid=valid,
            quality=quality,
            native=native,
        )


def _runs[P: Placed](places: Sequence[P]) -> Iterator[list[P]]:
    run: list[P] = []
    for place in places:
        if run and run[0].family != place.family:
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def is_scaled(point: Point) -> bool:
    """Whether the engineering value differs from what the device holds."""
    return (point.scale, point.offset) != (1.0, 0.0)


class Numbers:
    """Numbers of one type: `index` [n, width] says where their bytes stand, in the order of `dtype`."""

    def __init__(self, kind: Kind, points: Sequence[Point], index: NDArray[np.intp], dtype: np.dtype[Any]) -> None:
        self.count = len(points)
        self._kind, self._index, self._dtype, self._native = kind, index, dtype, dtype.newbyteorder("=")
        scaled = is_scaled(points[0])
        self._is_float = dtype.kind == "f"
        self._scale = np.array([point.scale for point in points]) if scaled else None
        self._offset = np.array([point.offset for point in points])
        self._is_calm = _is_calm(points, dtype)
        first, bytes_in_all = int(index[0, 0]), index.size
        runs_on = bool((index.reshape(-1) == np.arange(first, first + bytes_in_all)).all())
        self._run = slice(first, first + bytes_in_all) if runs_on else None
        self.unfit = q.UNCERTAIN_RANGE if kind is Kind.F64 else q.BAD_DEVICE

    def values(self, data: NDArray[np.uint8]) -> Decoded:
        return self.scaled(self._raw(data))

    def _raw(self, data: NDArray[np.uint8]) -> NDArray[Any]:
        """What the device holds; one stretch where the bytes stand in a row."""
        if self._run is not None:
            return data[self._run].view(self._dtype)
        return data[self._index].view(self._dtype)[:, 0]

    def scaled(self, raw: NDArray[Any]) -> Decoded:
        """Engineering values of what the device holds."""
        if self._kind is Kind.F64:
            return self._floats(raw)
        return self._whole(raw) if self._scale is None else self._rounded(raw, self._scale)

    def _floats(self, raw: NDArray[Any]) -> Decoded:
        if self._is_float:
            raw = raw.astype(self._native)  # its bytes in our order: asked and reckoned with, twice as fast
        if self._is_calm and (not self._is_float or _all(np.isfinite(raw))):
            return self._engineering(raw), None
        with np.errstate(all="ignore"):  # what is not finite is marked, not complained of
            numbers = self._engineering(raw)
        finite = np.isfinite(numbers)
        return numbers, None if finite.all() else ~finite

    def _engineering(self, raw: NDArray[Any]) -> NDArray[np.float64]:
        if self._scale is None:
            return raw.astype(np.float64)
        numbers = np.multiply(raw, self._scale, dtype=np.float64)
        numbers += self._offset
        return numbers

    def _whole(self, raw: NDArray[Any]) -> Decoded:
        """Integers as they are; what the kind cannot hold is unfit."""
        numbers: NDArray[Any] = raw.astype(DTYPES[self._kind])
        if self._kind is Kind.U64:
            return numbers, raw < 0 if raw.dtype.kind == "i" else None
        return numbers, numbers < 0 if raw.dtype.kind == "u" and raw.dtype.itemsize == 8 else None

    def _rounded(self, raw: NDArray[Any], scale: NDArray[np.float64]) -> Decoded:
        numbers = np.rint(raw.astype(np.float64) * scale + self._offset)
        low, high = _INTEGERS[self._kind]
        unfit = ~((numbers >= low) & (numbers < high))
        return np.where(unfit, 0, numbers).astype(DTYPES[self._kind]), unfit


def bytes_at(starts: Sequence[int], width: int) -> NDArray[np.intp]:
    """Where the bytes of points of one width stand, [n, width]."""
    return np.array(starts, dtype=np.intp)[:, None] + np.arange(width, dtype=np.intp)[None, :]


class Bits:
    """Single bits: `starts` are their bytes, `bits` their places there, 0 the lowest."""

    unfit: int = q.BAD_DEVICE

    def __init__(self, starts: Sequence[int], bits: Sequence[int]) -> None:
        self.count = len(starts)
        self._index = np.array(starts, dtype=np.intp)
        self._mask = np.array([1 << bit for bit in bits], dtype=np.uint8)

    def values(self, data: NDArray[np.uint8]) -> Decoded:
        return (data[self._index] & self._mask) != 0, None


class Texts:
    """Texts and moments, one by one: `index` [n, width]; `read` raises ValueError for bytes that are none."""

    unfit: int = q.BAD_DEVICE

    def __init__(self, index: NDArray[np.intp], read: Callable[[bytes], str]) -> None:
        self.count = len(index)
        self._index, self._read = index, read

    def values(self, data: NDArray[np.uint8]) -> Decoded:
        texts = np.empty(self.count, dtype=object)
        unfit = np.zeros(self.count, dtype=np.bool_)
        for at, raw in enumerate(data[self._index]):
            try:
                texts[at] = self._read(raw.tobytes())
            except (ValueError, OverflowError):
                texts[at], unfit[at] = "", True
        return texts, unfit


def _is_calm(points: Sequence[Point], dtype: np.dtype[Any]) -> bool:
    """Whether no finite number that the device can hold becomes an infinite one."""
    largest = float(np.finfo(dtype).max if dtype.kind == "f" else np.iinfo(dtype).max)
    return all(np.isfinite(largest * abs(point.scale) + abs(point.offset)) for point in points)


def raw_number(point: Point, value: Value, dtype: np.dtype[Any], *, called: str, code: str) -> NDArray[Any]:
    """What the device is to hold for one engineering value, [1] of `dtype`. Raises PointError when it cannot."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise PointError(f"{point.address} takes a number, not {value!r}", code=code)
    scaled = is_scaled(point)
    raw = (value - point.offset) / point.scale if scaled else value
    if dtype.kind != "f":
        raw = _integer(point, raw, dtype, scaled=scaled, code=code)
    with np.errstate(all="ignore"):  # what is too large becomes infinite, and is refused below
        held = np.array([raw], dtype=dtype)
    if dtype.kind == "f" and not np.isfinite(held[0]) and np.isfinite(raw):
        raise PointError(f"{point.address} is {called} and cannot hold {raw}", code=code)
    return held


def _integer(point: Point, raw: float, dtype: np.dtype[Any], *, scaled: bool, code: str) -> int:
    limits = np.iinfo(dtype)
    fits = np.isfinite(raw) and (scaled or float(raw).is_integer())
    whole = round(raw) if fits else 0
    if not fits or not limits.min <= whole <= limits.max:
        raise PointError(f"{point.address} holds {limits.min} to {limits.max}, not {raw}", code=code)
    return whole
