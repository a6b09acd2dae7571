"""Read data messages as one table: metrics of steady nodes look alike byte for byte, so they are cut all at once.

Pure. A metric of data is mostly alias, time and one number. Messages that came together, where every metric is that
and no more, become rows of one table, which is many times faster than looking at them one by one; a message of which
a single metric is anything else has no part in it, and protobuf reads it. What a message costs is then a few steps,
whatever it holds. Wire format: protobuf's encoding page; field numbers: Sparkplug B 3.0 §6.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

METRICS_MIN: Final = 48  # together; below it the one-by-one way is as fast
SHAPES_MAX: Final = 8  # of metrics of one length, new at once or remembered; more are no steady nodes'
FIELDS: Final = ("int_value", "long_value", "boolean_value", "float_value", "double_value")
FIRST_FLOAT: Final = FIELDS.index("float_value")
_METRIC, _TIMESTAMP, _SEQ = 0x12, 0x08, 0x18  # tags of the payload's fields
_HEAD: Final = bytes((_METRIC,))
_NAME, _ALIAS, _TIME, _TYPE = 0x0A, 0x10, 0x18, 0x20  # tags of a metric's fields
_VALUES: Final = {tag: field for field, tag in enumerate((0x50, 0x58, 0x70, 0x65, 0x69))}
_FIXED: Final = {0x65: (4, "<f4"), 0x69: (8, "<f8")}
_VARINT_MAX: Final = 9  # bytes: 63 bits; the tenth is only needed by negative numbers, which go the other way
_LONG: Final = 0x80  # bytes: so long is only a metric that carries text
_WORD: Final = 8  # bytes that are compared at once
_WINDOW: Final = 128  # metrics that are looked at together for where a run ends
_BLOCK: Final = 128  # metrics that are compared at once
_BEHIND: Final = bytes(_LONG + 2 * _WORD)
_BODIES: Final = [np.dtype(f"V{_WORD * words}") for words in range(2 + _LONG // _WORD)]
# A varint's digits, seven bits a byte, the lowest first: those of the first bytes; and of pairs, of fours, of eights
# the upper half that closes up, by how many bits, and how many bytes do not need it.
_DIGITS: Final = np.array([[0x7F7F7F7F7F7F7F7F >> max(0, 64 - 8 * size)] for size in range(1, 10)], dtype="<u8")
_CLOSE: Final = tuple(
    (np.array([high], dtype=np.uint64), np.array([bits], dtype=np.uint64), reach)
    for high, bits, reach in ((0x7F007F007F007F00, 1, 1), (0x3FFF00003FFF0000, 2, 2), (0x0FFFFFFF00000000, 4, 4))
)


class Head(NamedTuple):
    """A data message of nothing but simple metrics: which rows of the table they are, in their order."""

    seq: int
    sent_ms: int
    first: int
    stop: int


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """n metrics of several messages, message by message; `heads`: one a message, None where it is to be read otherwise.

    Columns of n, rows of messages without a head are nobody's: place in FIELDS, alias, time (ms, 0: none), and the
    number, of which floats are there as the bits of a double.
    """

    heads: Sequence[Head | None]
    field: NDArray[np.int8]
    alias: NDArray[np.int64]
    time_ms: NDArray[np.int64]
    number: NDArray[np.int64]


type Shapes = dict[int, list[Layout]]  # how metrics of a length looked, the last used first


def read(messages: Sequence[bytes], seen: Shapes) -> Table | None:
    """Data messages as one table; None where they hold so few metrics that it is not worth it."""
    runs = _Runs([], [], [], [])
    heads: list[Head | None] = []
    base = rows = 0
    for data in messages:
        before = len(runs.lengths)
        try:
            seq, sent_ms, stop = _walk(data, base, rows, runs)
        except (IndexError, ValueError):
            heads.append(None)
            for column in runs:
                del column[before:]
        else:
            heads.append(Head(seq, sent_ms, rows, stop))
            rows = stop
        base += len(data)
    if rows < METRICS_MIN:
        return None
    parts, odd = _cut_all(b"".join((*messages, _BEHIND)), runs, seen)
    if odd:
        _behead(heads, odd)
    if len(parts) == 1 and not odd:
        return Table(heads, *parts[0].columns)
    table = Table(heads, np.zeros(rows, np.int8), *(np.zeros(rows, np.int64) for _ in range(3)))
    for part in parts:
        for column, cut in zip((table.field, table.alias, table.time_ms, table.number), part.columns, strict=True):
            column[part.row] = cut
    return table


# --- where metrics stand ------------------------------------------------------------------------------------------


class _Runs(NamedTuple):
    """Metrics of one length that follow each other: bytes of one, where the first is among all, how many, its row."""

    lengths: list[int]
    places: list[int]
    counts: list[int]
    rows: list[int]


def _walk(data: bytes, base: int, row: int, runs: _Runs) -> tuple[int, int, int]:
    """Number, time and the row after the last. Raises ValueError or IndexError for what is not metrics and no more."""
    at, end = 0, len(data)
    seq, sent_ms = -1, 0
    lengths, places, counts, rows = runs
    while at < end:
        tag = data[at]
        if tag == _METRIC:
            length = data[at + 1]
            if length >= _LONG or data[at + 2] == _NAME:
                raise ValueError
            size = 2 + length
            count = 1
            if data[at + size : at + size + 2] == data[at : at + 2]:
                count = _run(data, at, length)
            lengths.append(length)
            places.append(base + at + 2)
            counts.append(count)
            rows.append(row)
            row += count
            at += count * size
        elif tag == _TIMESTAMP:
            sent_ms, at = _varint(data, at + 1)
        elif tag == _SEQ:
            seq, at = _varint(data, at + 1)
        else:
            raise ValueError
    if at > end or seq < 0:
        raise ValueError
    return seq, sent_ms, row


def _run(data: bytes, at: int, length: int) -> int:
    """How many metrics of this length follow each other: where one ends the next begins."""
    size = 2 + length
    room, window, width = (len(data) - at) // size, _WINDOW, bytes((length,))
    while True:
        stop = at + min(window, room) * size
        heads, widths = data[at:stop:size], data[at + 1 : stop : size]
        alike = len(heads) - max(len(heads.lstrip(_HEAD)), len(widths.lstrip(width)))
        if alike < window:
            return alike
        window *= 4


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


# --- what they hold -----------------------------------------------------------------------------------------------


class _Part(NamedTuple):
    """Metrics of one shape: their rows, and their columns as in the table."""

    row: NDArray[np.intp]
    columns: tuple[NDArray[np.int8], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _cut_all(data: bytes, runs: _Runs, seen: Shapes) -> tuple[list[_Part], list[int]]:
    """All metrics of one length together; and the rows of those that are not simple."""
    parts, odd = list[_Part](), list[int]()
    lengths = set(runs.lengths)
    columns = [np.array(column, dtype=np.intp) for column in runs] if len(lengths) < len(runs.lengths) else []
    for length in lengths:
        words = -(-length // _WORD) + 1  # whole ones, and one more behind the last byte
        size = 2 + length
        if runs.lengths.count(length) == 1:
            at = runs.lengths.index(length)
            row = np.arange(runs.rows[at], runs.rows[at] + runs.counts[at])
            bodies = np.ndarray((len(row),), _BODIES[words], data, runs.places[at], (size,)).copy()
        else:
            place, count, row = (column[columns[0] == length] for column in columns[1:])
            place, row = _each(place, count, size), _each(row, count, 1)
            bodies = np.ndarray((len(data) - words * _WORD,), _BODIES[words], data, 0, (1,))[place]
        odd += _cut_alike(parts, row, bodies, length, seen)
    return parts, odd


def _each(first: NDArray[np.intp], count: NDArray[np.intp], step: int) -> NDArray[np.intp]:
    """`first`, `first + step`, … for each run, one run after the other."""
    stop = count.cumsum()
    return (first - (stop - count) * step).repeat(count) + np.arange(0, stop[-1] * step, step, dtype=np.intp)


def _cut_alike(parts: list[_Part], row: NDArray[np.intp], bodies: NDArray[Any], length: int, seen: Shapes) -> list[int]:
    """Metrics of one length, shape by shape; the rows of those that have none, or one too many."""
    known, used, odd = seen.get(length, []), list[Layout](), list[int]()
    for turn in range(len(known) + SHAPES_MAX):
        layout = known[turn] if turn < len(known) else _layout(bodies[0].tobytes()[:length])
        if layout is None:
            odd.append(int(row[0]))
            row, bodies = row[1:], bodies[1:]
        elif layout.is_of_all(bodies):
            parts.append(_Part(row, layout.cut(bodies)))
            used.append(layout)
            row = row[:0]
        elif not (differs := layout.differs(bodies)).all():
            parts.append(_Part(row[~differs], layout.cut(bodies[~differs])))
            used.append(layout)
            row, bodies = row[differs], bodies[differs]
        if not len(row):
            break
    if known[: len(used)] != used:
        seen[length] = [*used, *(one for one in known if one not in used)][:SHAPES_MAX]
    return odd + row.tolist()


def _behead(heads: list[Head | None], odd: list[int]) -> None:
    """A message with a metric that is not simple has no head."""
    there = [(at, head.stop) for at, head in enumerate(heads) if head is not None]
    stops = [stop for _, stop in there]
    for which in set(np.searchsorted(stops, odd, side="right").tolist()):
        heads[there[which][0]] = None


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where the fields of a metric stand. `fixed`: what all of its shape have in common, in the bits of `mask`."""

    field: int
    value: tuple[int, int]  # first byte, bytes
    form: str  # of a float; "" for a varint
    alias: tuple[int, int]
    time: tuple[int, int] | None
    mask: NDArray[np.uint64]  # these two for _BLOCK metrics side by side, so that long rows of words are compared
    fixed: NDArray[np.uint64]

    def is_of_all(self, bodies: NDArray[Any]) -> bool:
        """Whether all have this shape."""
        words = bodies.view(np.uint64)
        whole = len(words) - len(words) % len(self.mask)
        if whole and not ((words[:whole].reshape(-1, len(self.mask)) & self.mask) == self.fixed).all():
            return False
        rest = words[whole:]
        return bool(((rest & self.mask[: len(rest)]) == self.fixed[: len(rest)]).all())

    def differs(self, bodies: NDArray[Any]) -> NDArray[np.bool_]:
        """Which have another shape."""
        words = bodies.view(np.uint64).reshape(len(bodies), -1)
        found = np.zeros(len(bodies), dtype=np.bool_)
        for at in range(words.shape[1] - 1):
            found |= (words[:, at] & self.mask[at : at + 1]) != self.fixed[at : at + 1]
        return found

    def cut(
        self, bodies: NDArray[Any]
    ) -> tuple[NDArray[np.int8], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The columns of metrics of this shape."""
        n = len(bodies)
        time_ms = np.zeros(n, dtype=np.int64) if self.time is None else _numbers(bodies, self.time)
        if self.form:
            raw = np.ndarray((n,), self.form, bodies, self.value[0], (bodies.itemsize,))
            number = raw.astype(np.float64).view(np.int64)
        else:
            number = _numbers(bodies, self.value)
        return np.full(n, self.field, dtype=np.int8), _numbers(bodies, self.alias), time_ms, number


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
            spans[tag] = (at, _FIXED[tag][0])
            at += _FIXED[tag][0]
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
    _, form = _FIXED.get(value, (0, ""))
    filled = bytes(-end % _WORD + _WORD)
    held = np.frombuffer((bytes(mask) + filled) * _BLOCK, dtype=np.uint64)
    fixed = np.frombuffer((body + filled) * _BLOCK, dtype=np.uint64) & held
    return Layout(_VALUES[value], spans[value], form, spans[_ALIAS], spans.get(_TIME), held, fixed)


def _numbers(bodies: NDArray[Any], span: tuple[int, int]) -> NDArray[np.int64]:
    """Varints of one width, one a row: eight bytes are read, those behind it cleared, and the digits closed up."""
    first, size = span
    n, width = len(bodies), bodies.itemsize
    if size == 1:
        return (np.ndarray((n,), np.uint8, bodies, first, (width,))).astype(np.int64)
    found = np.ndarray((n,), "<u8", bodies, first, (width,)) & _DIGITS[size - 1]
    for high, bits, reach in _CLOSE:
        if size > reach:
            moved = found & high
            found -= moved - (moved >> bits)
    whole = found.view(np.int64)
    if size == _VARINT_MAX:
        last = np.ndarray((n,), np.uint8, bodies, first + _WORD, (width,))
        whole += last.astype(np.int64) << (7 * _WORD)
    return whole
