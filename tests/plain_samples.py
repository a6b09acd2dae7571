"""The plainest memory of samples: a list of what was sent, a list of what people said of it, and what went. No columns.

Everything that stores, seals, joins, sums up, forwards or lets go of samples is held against it.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dovetail.core.batch import Kind, Value
from dovetail.corrections.model import QUALITIES, Grade

type Row = tuple[int, int, Value, int]  # tag, ts, value, quality
type Way = tuple[str, str]  # source, lane

OVERRIDE, NONE = QUALITIES["good"], QUALITIES["bad"]
SUBSTITUTED = 1 << 10
NOW = 1 << 60  # later than every `known`
CHANGED = 5  # the tag whose kind changes


def shown(row: Row) -> tuple[int, int, str, int]:
    """A row as it is told from every other: 0.0 is not -0.0, and what is no number is equal to itself."""
    return row[0], row[1], repr(row[2]), row[3]


def kind_of(value: Value) -> Kind:
    """The kind of a sample of a tag whose kind changes; without a value it is a number."""
    return {bool: Kind.BOOL, int: Kind.I64, str: Kind.STR}.get(type(value), Kind.F64)


def in_order(row: Row) -> tuple[int, int, int]:
    """Samples lie by (ts, tag, kind, arrival): which of two kinds of one moment came first nobody can tell."""
    return row[1], row[0], kind_of(row[2]) if row[0] == CHANGED else 0


def distinct(rows: Iterable[Row]) -> list[Row]:
    """Without those that repeat an earlier one."""
    found: dict[tuple[int, int, str, int], Row] = {}
    for row in rows:
        found.setdefault(shown(row), row)
    return list(found.values())


@dataclass(frozen=True)
class Said:
    """What a person says of the samples of a stretch of a tag."""

    tag: int
    from_us: int
    to_us: int
    what: str  # delete, replace, insert, change
    samples: tuple[tuple[int, float | None], ...] = ()
    value: float | None = None
    scale: float = 1.0
    offset: float = 0.0
    quality: Grade | None = None
    id: int = 0
    known: int = 0
    undone: int = NOW

    def holds(self, as_of: int) -> bool:
        return self.known <= as_of < self.undone

    def over(self, rows: list[Row]) -> list[Row]:
        """Rows in arrival order as they are after it."""
        mine = [row[0] == self.tag and self.from_us <= row[1] < self.to_us for row in rows]
        others = [row for row, is_mine in zip(rows, mine, strict=True) if not is_mine]
        given: list[Row] = [(self.tag, ts, value, NONE if value is None else OVERRIDE) for ts, value in self.samples]
        match self.what:
            case "delete":
                return others
            case "replace":
                return others + given
            case "insert":
                return rows + given
            case _:
                return [self._changed(row) if is_mine else row for row, is_mine in zip(rows, mine, strict=True)]

    def _changed(self, row: Row) -> Row:
        tag, ts, value, quality = row
        if self.value is not None:
            return (tag, ts, self.value, QUALITIES[self.quality or "good"])
        if value is None:
            return row
        if self.quality == "bad":
            return (tag, ts, None, NONE)
        if (self.scale, self.offset) != (1.0, 0.0):
            value, quality = float(value) * self.scale + self.offset, quality | SUBSTITUTED
        return (tag, ts, value, QUALITIES[self.quality] if self.quality else quality)


@dataclass(eq=False)
class Sent:
    """A sample that came, and whether it is in a chunk by now."""

    row: Row
    way: Way
    sealed: bool = False


@dataclass
class PlainSamples:
    """Every sample in the order in which it came, every correction in the order in which it was said."""

    sent: list[Sent] = field(default_factory=list[Sent])
    said: list[Said] = field(default_factory=list[Said])
    expected: Counter[Way] = field(default_factory=Counter[Way])
    refused: Counter[Way] = field(default_factory=Counter[Way])
    duplicate: Counter[Way] = field(default_factory=Counter[Way])
    went: Counter[int] = field(default_factory=Counter[int])
    filed: list[list[Row]] = field(default_factory=list[list[Row]])  # what each archive holds

    def put(self, rows: Sequence[Row], *, way: Way, refused: int = 0) -> None:
        self.expected[way] += len(rows) + refused
        self.refused[way] += refused
        self.sent += [Sent(row, way) for row in rows]

    def seal(self) -> None:
        """What is in chunks already does not come into one again: that is counted."""
        there = {shown(one.row) for one in self.sent if one.sealed}
        for one in [one for one in self.sent if not one.sealed]:
            if shown(one.row) in there:
                self.duplicate[one.way] += 1
                self.sent.remove(one)
            else:
                there.add(shown(one.row))
                one.sealed = True

    @property
    def repeats(self) -> bool:
        """Whether something came again of which that is not counted yet."""
        return len(distinct(one.row for one in self.sent)) < len(self.sent)

    def inside(self, tag: int, t0: int, t1: int) -> list[Row]:
        """What is in chunks of [t0, t1], as it was sent."""
        rows = (one.row for one in self.sent if one.sealed and one.row[0] == tag and t0 <= one.row[1] <= t1)
        return sorted(rows, key=in_order)

    def let_go(self, rows: Sequence[Row]) -> None:
        """They are gone."""
        going = {shown(row) for row in rows}
        self.sent = [one for one in self.sent if not (one.sealed and shown(one.row) in going)]
        self.went.update(row[0] for row in rows)

    def file(self, rows: Sequence[Row]) -> None:
        """An archive holds them."""
        self.filed.append(list(rows))

    def say(self, one: Said, *, id: int, known: int) -> None:
        self.said.append(replace(one, id=id, known=known))

    def undo(self, at: int, *, known: int) -> None:
        self.said[at] = replace(self.said[at], undone=known)

    # --- what is asked of it --------------------------------------------------------------------------------------
    def rows(self, as_of: int | None = None, *, sealed: bool = False) -> list[Row]:
        """What counts, by (ts, tag, kind, arrival); `sealed`: of what is in chunks."""
        rows = distinct(one.row for one in self.sent if one.sealed or not sealed)
        for one in self.said:
            rows = one.over(rows) if one.holds(NOW - 1 if as_of is None else as_of) else rows
        return sorted(distinct(rows), key=in_order)


def between(rows: Iterable[Row], from_us: int, to_us: int, *tags: int) -> list[Row]:
    """Those of [from, to), of some tags."""
    return [row for row in rows if from_us <= row[1] < to_us and row[0] in tags]


def newest(rows: Sequence[Row], tag: int, before_us: int) -> Row | None:
    """The last one of a tag strictly before a moment; of several of that moment the one that came last."""
    return next((row for row in reversed(rows) if row[0] == tag and row[1] < before_us), None)


def in_buckets(
    rows: Sequence[Row], tag: int, span: tuple[int, int], *, begin_us: int, width_us: int
) -> list[tuple[object, ...]]:
    """(t0, min, max, first, last, n, n_good) of each bucket that holds samples, the first one from `begin_us` on."""
    answer: list[tuple[object, ...]] = []
    for t0 in sorted({begin_us + (row[1] - begin_us) // width_us * width_us for row in between(rows, *span, tag)}):
        inside = between(rows, max(span[0], t0), min(span[1], t0 + width_us), tag)
        values: list[Any] = [row[2] for row in inside if row[2] is not None]  # of one kind, that of the tag
        ends = (min(values), max(values), values[0], values[-1]) if values else (None,) * 4
        answer.append((t0, *ends, len(inside), sum(row[3] & 0xC0 == 0xC0 for row in inside)))
    return answer


def as_numbers(rows: Sequence[Row], tag: int) -> list[Row]:
    """A tag's samples as a curve shows them: a text is a sample without a number."""
    return [(tag, ts, _number(value), quality) for one, ts, value, quality in rows if one == tag]


def _number(value: Value) -> float | None:
    return None if value is None or isinstance(value, str) else float(value)


def mean(
    rows: Sequence[Row], tag: int, from_us: int, to_us: int, way: Literal["stepped", "sloped"] = "stepped"
) -> tuple[float | None, int]:
    """(time-weighted mean of what held, over how long something did); sloped: on the line to the next one, if any."""
    moments = [from_us, *sorted({row[1] for row in between(rows, from_us + 1, to_us, tag)}), to_us]
    area, covered_us = 0.0, 0
    for start_us, end_us in itertools.pairwise(moments):
        held = newest(rows, tag, start_us + 1)
        if held is not None and held[2] is not None:
            upcoming = next((row for row in rows if row[0] == tag and row[1] > start_us), None)
            area += _height(held, upcoming, (start_us + end_us) / 2, way) * (end_us - start_us)
            covered_us += end_us - start_us
    return (area / covered_us if covered_us else None), covered_us


def _height(held: Row, upcoming: Row | None, at: float, way: Literal["stepped", "sloped"]) -> float:
    value = _number(held[2]) or 0.0
    end = None if upcoming is None else _number(upcoming[2])
    if way == "stepped" or upcoming is None or end is None:
        return value
    return value + (end - value) * (at - held[1]) / (upcoming[1] - held[1])
