"""From what a device reports to the plant's columns: kind, scale, quality, and never a guessed value.

A row is (index of the point, raw Python value, native status, device time µs or NO_DEVICE_TIME). Status 0 is good;
what others mean for a value, the protocol says. A value that does not
fit its tag's kind is BAD_DEVICE; a NaN or infinite number is kept and marked UNCERTAIN_RANGE.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
import orjson

from dovetail.core import quality as q
from dovetail.core.batch import DTYPES, ZEROS, Batch, Kind, Value
from dovetail.core.clock import from_datetime
from dovetail.core.limits import STRING_BYTES_MAX
from dovetail.drivers.base import Point

type Row = tuple[int, Any, int, int]
type Converter = Callable[[Any], tuple[Value, int]]

_WRONG: Final[tuple[Value, int]] = (None, q.BAD_DEVICE)


class Table:
    """The points of one request or subscription, with a converter each; a row's index points into it.

    `quality_of` turns the protocol's native status into our quality.
    """

    def __init__(self, points: Sequence[Point], quality_of: Callable[[int], int]) -> None:
        self.points = tuple(points)
        self._quality_of = quality_of
        self._converters = [converter(point) for point in self.points]

    def batches(self, rows: Sequence[Row], *, received_us: int) -> list[Batch]:
        """Rows as one batch per kind, in the order they came."""
        by_kind: dict[Kind, list[tuple[int, Value, int, int, int]]] = defaultdict(list)
        for index, raw, status, device_us in rows:
            point = self.points[index]
            quality = self._quality_of(status) if status else q.GOOD
            value: Value = None
            if quality & q.MAJOR_MASK:
                value, fit = self._converters[index](raw)
                quality = fit if fit != q.GOOD and quality != q.UNCERTAIN_RANGE else quality
            by_kind[point.kind].append((point.tag_id, value, quality, status, device_us))
        return [_batch(kind, listed, received_us) for kind, listed in by_kind.items()]


def _batch(kind: Kind, listed: list[tuple[int, Value, int, int, int]], received_us: int) -> Batch:
    n = len(listed)
    tags, values, qualities, natives, device = zip(*listed, strict=True)
    zero = ZEROS[kind]
    column = np.array([zero if value is None else value for value in values], dtype=DTYPES[kind])
    return Batch(
        kind=kind,
        tag=np.array(tags, dtype=np.int64),
        ts=np.full(n, received_us, dtype=np.int64),
        value=column,
        valid=np.array([value is not None for value in values], dtype=np.bool_),
        quality=np.array(qualities, dtype=np.uint16),
        ts_device=np.array(device, dtype=np.int64) if any(device) else None,
        native=np.array(natives, dtype=np.uint32) if any(natives) else None,
    )


def converter(point: Point) -> Converter:
    """What turns this point's raw value into (engineering value or None, quality)."""
    return _MAKERS[point.kind](point.scale, point.offset)


def _float(scale: float, offset: float) -> Converter:
    def convert(raw: Any) -> tuple[Value, int]:
        if not isinstance(raw, (float, int)):
            return _WRONG
        value = raw * scale + offset
        return value, q.GOOD if math.isfinite(value) else q.UNCERTAIN_RANGE

    return convert


def _integer(low: int, high: int) -> Callable[[float, float], Converter]:
    def make(scale: float, offset: float) -> Converter:
        plain = scale == 1.0 and offset == 0.0

        def convert(raw: Any) -> tuple[Value, int]:
            if isinstance(raw, datetime):
                raw = from_datetime(raw)
            if isinstance(raw, float) and not raw.is_integer():  # NaN and infinity are no integers either
                return _WRONG
            if not isinstance(raw, (int, float)):
                return _WRONG
            value = int(raw) if plain else round(raw * scale + offset)
            return (value, q.GOOD) if low <= value <= high else _WRONG

        return convert

    return make


def _bool(_scale: float, _offset: float) -> Converter:
    def convert(raw: Any) -> tuple[Value, int]:
        return (bool(raw), q.GOOD) if isinstance(raw, (bool, int)) and raw in (0, 1) else _WRONG

    return convert


def _text(_scale: float, _offset: float) -> Converter:
    def convert(raw: Any) -> tuple[Value, int]:
        text = str(raw) if isinstance(raw, UUID) else getattr(raw, "Text", raw)  # LocalizedText, else itself
        try:
            return (text, q.GOOD) if isinstance(text, str) and len(text.encode()) <= STRING_BYTES_MAX else _WRONG
        except UnicodeEncodeError:  # a server's bytes that are no UTF-8 come as half letters
            return _WRONG

    return convert


def _json(_scale: float, _offset: float) -> Converter:
    def convert(raw: Any) -> tuple[Value, int]:
        try:
            text = orjson.dumps(raw, default=_plain, option=orjson.OPT_PASSTHROUGH_DATACLASS)
        except (TypeError, ValueError):
            return _WRONG
        return (text.decode(), q.GOOD) if len(text) <= STRING_BYTES_MAX else _WRONG

    return convert


def _plain(value: Any) -> object:
    """A structure of the server's own as a mapping of its fields; bytes as hex."""
    if isinstance(value, bytes):
        return value.hex()
    fields = getattr(value, "__dataclass_fields__", None)
    if fields is None:
        raise TypeError(f"{type(value).__name__} has no JSON form")
    return {name: getattr(value, name) for name in fields}


_MAKERS: Final[dict[Kind, Callable[[float, float], Converter]]] = {
    Kind.F64: _float,
    Kind.I64: _integer(-(1 << 63), (1 << 63) - 1),
    Kind.U64: _integer(0, (1 << 64) - 1),
    Kind.BOOL: _bool,
    Kind.STR: _text,
    Kind.JSON: _json,
}


def to_raw(point: Point, value: Value) -> Value:
    """The device's number for an engineering value (the way back of scale and offset)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    raw = (value - point.offset) / point.scale if (point.scale, point.offset) != (1.0, 0.0) else value
    return raw if point.kind is Kind.F64 else round(raw)
