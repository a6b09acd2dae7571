"""From what devices say in texts and JSON to the plant's columns: kind, scale, quality, and never a guessed value.

Used by drivers whose devices send by themselves, many values at once: rows are collected as they come and converted
together. A raw value is `bytes` (a text as it came) or what JSON knows. What does not fit its tag's kind is
BAD_DEVICE; a NaN or infinite number is kept and marked UNCERTAIN_RANGE.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import DTYPES, ZEROS, Batch, Column, Kind, Value
from dovetail.core.limits import STRING_BYTES_MAX
from dovetail.drivers.base import Point

type Row = tuple[int, Any, int, int]  # index of the point, raw value, received µs, device time µs or NO_DEVICE_TIME
# values of one message: indices of the points, as many raw values, received µs, device time µs or NO_DEVICE_TIME
type Block = tuple[Sequence[int], Sequence[Any], int, int]
type BadRow = tuple[int, int, int, int]  # index of the point, received µs, quality, native code

_TRUE: Final = frozenset({"true", "1", "on", "yes"})
_FALSE: Final = frozenset({"false", "0", "off", "no"})
_RANGES: Final = {Kind.I64: (-(1 << 63), (1 << 63) - 1), Kind.U64: (0, (1 << 64) - 1)}
_WHOLE: Final = frozenset({int, bytes, bool})
_NUMBERS: Final = frozenset({int, float, bool})


class Columns:
    """The points of one link; a row's index points into them."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.points = tuple(points)
        self.kinds = [point.kind for point in self.points]
        self._tags = np.array([point.tag_id for point in self.points], dtype=np.int64)
        self._scales = np.array([point.scale for point in self.points], dtype=np.float64)
        self._offsets = np.array([point.offset for point in self.points], dtype=np.float64)
        self._plain = np.array([point.scale == 1.0 and point.offset == 0.0 for point in self.points], dtype=np.bool_)
        self._all_plain = bool(self._plain.all())

    def batches(self, rows: dict[Kind, list[Row]], bad: Sequence[BadRow] = ()) -> list[Batch]:
        """Rows by kind, each in the order they came, as one batch a kind; then those without a value."""
        made = [self._batch(kind, listed) for kind, listed in rows.items() if listed]
        if bad:
            made += self._bad(bad)
        return made

    def rows(self, rows: Sequence[Row]) -> dict[Kind, list[Row]]:
        """Rows of mixed points, by kind."""
        by_kind: dict[Kind, list[Row]] = defaultdict(list)
        for row in rows:
            by_kind[self.kinds[row[0]]].append(row)
        return by_kind

    def _batch(self, kind: Kind, rows: Sequence[Row]) -> Batch:
        indices, raws, received, device = zip(*rows, strict=True)
        device_us = np.array(device, dtype=np.int64) if any(device) else None
        index, received_us = np.array(indices, dtype=np.intp), np.array(received, dtype=np.int64)
        return self.batch(kind, index, raws, received_us, device_us, set(map(type, raws)))

    def batch(
        self,
        kind: Kind,
        index: NDArray[np.intp],
        raws: Sequence[Any],
        received_us: NDArray[np.int64],
        device_us: NDArray[np.int64] | None,
        types: set[type],
    ) -> Batch:
        """Raw values of points of one kind, side by side; `types` are those of the raw values."""
        value, quality = self._values(kind, index, raws, types)
        return Batch(
            kind=kind,
            tag=self._tags[index],
            ts=received_us,
            value=value,
            valid=(quality & q.MAJOR_MASK) != q.BAD,
            quality=quality,
            ts_device=device_us,
        )

    def numbers(
        self,
        kind: Kind,
        index: NDArray[np.intp],
        raws: NDArray[Any],
        received_us: NDArray[np.int64],
        device_us: NDArray[np.int64] | None,
    ) -> Batch:
        """Numbers that came as such; those that are not F64 are of points without a scale."""
        quality = np.full(len(index), q.GOOD, dtype=np.uint16)
        value: NDArray[Any] = raws.astype(DTYPES[kind], copy=False)
        if kind is Kind.F64:
            if not self._all_plain and not self._plain[index].all():
                value = value * self._scales[index] + self._offsets[index]
            is_finite = np.isfinite(value)
            if not is_finite.all():
                quality[~is_finite] = q.UNCERTAIN_RANGE
        return Batch(
            kind=kind,
            tag=self._tags[index],
            ts=received_us,
            value=value,
            valid=np.ones(len(index), dtype=np.bool_),
            quality=quality,
            ts_device=device_us,
        )

    def _bad(self, bad: Sequence[BadRow]) -> list[Batch]:
        by_kind: dict[Kind, list[BadRow]] = defaultdict(list)
        for row in bad:
            by_kind[self.kinds[row[0]]].append(row)
        batches: list[Batch] = []
        for kind, listed in by_kind.items():
            indices, received, qualities, natives = zip(*listed, strict=True)
            n = len(listed)
            batches.append(
                Batch(
                    kind=kind,
                    tag=self._tags[np.array(indices, dtype=np.intp)],
                    ts=np.array(received, dtype=np.int64),
                    value=np.full(n, ZEROS[kind], dtype=DTYPES[kind]),
                    valid=np.zeros(n, dtype=np.bool_),
                    quality=np.array(qualities, dtype=np.uint16),
                    native=np.array(natives, dtype=np.uint32) if any(natives) else None,
                )
            )
        return batches

    def _values(
        self, kind: Kind, index: NDArray[np.intp], raws: Sequence[Any], types: set[type]
    ) -> tuple[Column, NDArray[np.uint16]]:
        """All at once where they are what they should be; one by one when a single one is not."""
        good = np.full(len(raws), q.GOOD, dtype=np.uint16)
        are_numbers = types <= _NUMBERS
        if kind is Kind.F64 and (are_numbers or not _has_underscore(raws)):
            try:
                values = np.array(raws if are_numbers else list(map(float, raws)), dtype=np.float64)
            except (TypeError, ValueError, OverflowError):
                pass
            else:
                if not self._plain[index].all():
                    values = values * self._scales[index] + self._offsets[index]
                good[~np.isfinite(values)] = q.UNCERTAIN_RANGE
                return values, good
        if kind in _RANGES and self._plain[index].all() and types <= _WHOLE and not _has_underscore(raws):
            try:
                return np.array(list(map(int, raws)), dtype=DTYPES[kind]), good
            except (ValueError, OverflowError):
                pass
        return self._one_by_one(kind, index, raws)

    def _one_by_one(
        self, kind: Kind, index: NDArray[np.intp], raws: Sequence[Any]
    ) -> tuple[Column, NDArray[np.uint16]]:
        convert = _CONVERT[kind]
        values: list[Value] = []
        qualities: list[int] = []
        for at, raw in zip(index.tolist(), raws, strict=True):
            value = convert(raw, self.points[at])
            wrong = value is None
            odd = isinstance(value, float) and not np.isfinite(value)
            values.append(ZEROS[kind] if wrong else value)
            qualities.append(q.BAD_DEVICE if wrong else q.UNCERTAIN_RANGE if odd else q.GOOD)
        return np.array(values, dtype=DTYPES[kind]), np.array(qualities, dtype=np.uint16)


def last_known(batch: Batch) -> Batch:
    """The same, of which only is known that it was so."""
    quality = np.where(batch.quality == q.GOOD, q.UNCERTAIN_LAST_KNOWN, batch.quality).astype(np.uint16)
    return replace(batch, quality=quality)


def _has_underscore(raws: Sequence[Any]) -> bool:
    """Python reads 1_000 as a number, no device writes it."""
    try:
        return b"_" in b"".join(raws)
    except TypeError:
        return any(b"_" in raw if type(raw) is bytes else "_" in raw if type(raw) is str else False for raw in raws)


def _number(raw: Any) -> int | float | None:
    """A number, or a text that is one."""
    if isinstance(raw, (int, float)):
        return raw
    if not isinstance(raw, (bytes, str)) or _has_underscore((raw,)):
        return None
    for read in (int, float):
        try:
            return read(raw)
        except ValueError:
            continue
    return None


def _float(raw: Any, point: Point) -> Value:
    number = _number(raw)
    try:
        return None if number is None else float(number) * point.scale + point.offset
    except OverflowError:
        return None


def _whole(raw: Any, point: Point) -> Value:
    number = _number(raw)
    if number is None or (isinstance(number, float) and not number.is_integer()):
        return None
    plain = point.scale == 1.0 and point.offset == 0.0
    try:
        value = int(number) if plain else round(number * point.scale + point.offset)
    except (OverflowError, ValueError):
        return None
    low, high = _RANGES[point.kind]
    return value if low <= value <= high else None


def _bool(raw: Any, _point: Point) -> Value:
    if isinstance(raw, (bool, int, float)):
        return bool(raw) if raw in (0, 1) else None
    text = _decoded(raw)
    word = "" if text is None else text.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _text(raw: Any, _point: Point) -> Value:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)  # an order number that a device sends as a number is the same order
    text = _decoded(raw)
    return text if text is not None and len(text.encode()) <= STRING_BYTES_MAX else None


def _decoded(raw: Any) -> str | None:
    if isinstance(raw, str):
        return raw if raw.isprintable() or _is_unicode(raw) else None
    try:
        return raw.decode() if isinstance(raw, bytes) else None
    except UnicodeDecodeError:
        return None


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json(raw: Any, _point: Point) -> Value:
    try:
        text = orjson.dumps(orjson.loads(raw) if isinstance(raw, bytes) else raw)
    except (TypeError, ValueError):
        return None
    return text.decode() if len(text) <= STRING_BYTES_MAX else None


_CONVERT: Final[dict[Kind, Callable[[Any, Point], Value]]] = {
    Kind.F64: _float,
    Kind.I64: _whole,
    Kind.U64: _whole,
    Kind.BOOL: _bool,
    Kind.STR: _text,
    Kind.JSON: _json,
}
