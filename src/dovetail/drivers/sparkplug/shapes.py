"""Read a data message as columns: metrics of a steady node look alike byte for byte, so they are cut all at once.

Pure. A metric of data is mostly alias, time and one number. Where every metric of a message is that and no more, this
is several times faster than looking at them one by one; where a single one is not, `columns` says so, and protobuf
reads the message. Wire format: protobuf's encoding page; field numbers: Sparkplug B 3.0 §6.4.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

METRICS_MIN: Final = 16  # below it the one-by-one way is as fast
SHAPES_MAX: Final = 4  # of metrics of one length; more are no steady node's
_METRIC, _TIMESTAMP, _SEQ = 0x12, 0x08, 0x18  # tags of the payload's fields
_ALIAS, _TIME, _TYPE = 0x10, 0x18, 0x20  # tags of a metric's fields
_VALUES: Final = {
    0x50: "int_value",
    0x58: "long_value",
    0x65: "float_value",
    0x69: "double_value",
    0x70: "boolean_value",
}
_FIXED: Final = {0x65: 4, 0x69: 8}
_VARINT_MAX: Final = 9  # bytes: 63 bits; the tenth is only needed by negative numbers, which go the other way
_WEIGHTS: Final = np.array([1 << (7 * place) for place in range(_VARINT_MAX)], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Simple:
    """Metrics that look alike: n aliases, times (ms, 0: none) and values of one field."""

    field: str
    alias: NDArray[np.int64]
    time_ms: NDArray[np.int64]
    value: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Message:
    """A whole data message."""

    seq: int
    sent_ms: int
    parts: tuple[Simple, ...]


def columns(data: bytes, seen: dict[int, Layout] | None = None) -> Message | None:
    """The message as columns; None when it has to be read the ordinary way. `seen`: how metrics of a length looked."""
    seen = {} if seen is None else seen
    try:
        seq, sent_ms, bodies = _bodies(data)
    except (IndexError, ValueError):
        return None
    count = sum(len(one) for listed in bodies.values() for one in listed)
    if seq < 0 or count < METRICS_MIN:
        return None
    parts: list[Simple] = []
    for listed in bodies.values():
        found = _alike(listed[0] if len(listed) == 1 else np.concatenate(listed), seen)
        if found is None:
            return None
        parts += found
    if len(parts) > 1 and len(np.unique(np.concatenate([part.alias for part in parts]))) != count:
        return None  # a metric that comes twice: which is the newer only the order in the message tells
    return Message(seq, sent_ms, tuple(parts))


type _Bodies = dict[int, list[NDArray[np.uint8]]]  # length of a metric → [metrics, length] pieces


def _bodies(data: bytes) -> tuple[int, int, _Bodies]:
    """Number, time and the bytes of the metrics. Raises ValueError or IndexError for what is not that and no more."""
    all_bytes = np.frombuffer(data, dtype=np.uint8)
    at, end = 0, len(data)
    seq, sent_ms = -1, 0
    bodies: _Bodies = defaultdict(list)
    while at < end:
        tag = data[at]
        if tag == _METRIC:
            length = data[at + 1]
            if length > 0x7F or at + 2 + length > end:
                raise ValueError  # a long metric carries text
            size = 2 + length
            run = _run(all_bytes, at, size) if data[at + size : at + size + 2] == data[at : at + 2] else 1
            bodies[length].append(all_bytes[at : at + run * size].reshape(run, size)[:, 2:])
            at += run * size
        elif tag == _TIMESTAMP:
            sent_ms, at = _varint(data, at + 1)
        elif tag == _SEQ:
            seq, at = _varint(data, at + 1)
        else:
            raise ValueError
    return seq, sent_ms, bodies


def _run(all_bytes: NDArray[np.uint8], at: int, size: int) -> int:
    """How many metrics of this length follow each other: where one ends the next begins."""
    rows = all_bytes[at : at + (len(all_bytes) - at) // size * size].reshape(-1, size)
    differs = (rows[:, 0] != _METRIC) | (rows[:, 1] != size - 2)
    first = int(differs.argmax())
    return first if differs[first] else len(rows)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number, shift = 0, 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at
        if shift == 7 * _VARINT_MAX:
            raise ValueError


def _alike(bodies: NDArray[np.uint8], seen: dict[int, Layout]) -> list[Simple] | None:
    """Metrics of one length, in groups that have the same shape; a handful of shapes, or they are no steady node's."""
    length = bodies.shape[1]
    guess = seen.get(length)
    if guess is not None and ((bodies & guess.mask) == guess.fixed).all():
        return [_cut(bodies, guess)]
    parts: list[Simple] = []
    left = bodies
    for _ in range(SHAPES_MAX):
        layout = _layout(left[0].tobytes())
        if layout is None:
            return None
        same = ((left & layout.mask) == layout.fixed).all(axis=1)
        seen[length] = layout
        if same.all():
            parts.append(_cut(left, layout))
            return parts
        parts.append(_cut(left[same], layout))
        left = left[~same]
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where the fields of a metric stand. `fixed`: what all of its shape have in common, in the bits of `mask`."""

    field: str
    value: tuple[int, int]  # first byte, bytes
    is_varint: bool
    alias: tuple[int, int]
    time: tuple[int, int] | None
    mask: NDArray[np.uint8]
    fixed: NDArray[np.uint8]


def _layout(body: bytes) -> Layout | None:
    at, end = 0, len(body)
    mask = bytearray(end)
    spans: dict[int, tuple[int, int]] = {}
    while at < end:
        tag = body[at]
        if tag in spans or tag not in (_ALIAS, _TIME, _TYPE, *_VALUES):
            return None
        mask[at] = 0xFF
        at += 1
        if tag in _FIXED:
            spans[tag] = (at, _FIXED[tag])
            at += _FIXED[tag]
            continue
        first = at
        while at < end and body[at] & 0x80:
            mask[at] = 0x80
            at += 1
        if at == end:
            return None
        mask[at] = 0x80
        at += 1
        spans[tag] = (first, at - first)
        if at - first > _VARINT_MAX:
            return None
    values = [tag for tag in spans if tag in _VALUES]
    if at != end or len(values) != 1 or _ALIAS not in spans:
        return None
    (value,) = values
    held = np.frombuffer(bytes(mask), dtype=np.uint8)
    fixed = np.frombuffer(body, dtype=np.uint8) & held
    return Layout(_VALUES[value], spans[value], value not in _FIXED, spans[_ALIAS], spans.get(_TIME), held, fixed)


def _cut(bodies: NDArray[np.uint8], layout: Layout) -> Simple:
    alias = _numbers(bodies, layout.alias)
    time_ms = np.zeros(len(bodies), dtype=np.int64) if layout.time is None else _numbers(bodies, layout.time)
    first, size = layout.value
    if layout.is_varint:
        return Simple(layout.field, alias, time_ms, _numbers(bodies, layout.value))
    raw = np.ascontiguousarray(bodies[:, first : first + size])
    return Simple(layout.field, alias, time_ms, raw.view("<f8" if size == 8 else "<f4")[:, 0].astype(np.float64))


def _numbers(bodies: NDArray[np.uint8], span: tuple[int, int]) -> NDArray[np.int64]:
    """Varints of one width, one a row."""
    first, size = span
    digits = bodies[:, first : first + size]
    if size > 1 and (digits == digits[0]).all():  # the times of a message mostly are the same
        return np.full(len(bodies), _varint(digits[0].tobytes(), 0)[0], dtype=np.int64)
    return (digits & 0x7F).astype(np.int64) @ _WEIGHTS[:size]
