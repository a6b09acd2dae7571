"""Many signals between a few moments: what is opened is summed up at once, side by side where they were read together;
of each stretch only its ends come, and what lies between in one row.

A stretch is what one chunk holds between two moments. Only where all of it is plainly GOOD or BAD, and its ends are
GOOD, is it summed up; else its samples come as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import Kind
from dovetail.packing.columns import TEXT_KINDS, Block
from dovetail.packing.order import ordered
from dovetail.reading.corrected import EVER_US, Corrected
from dovetail.reading.lately import TAGS_AT_ONCE
from dovetail.reading.read import Range
from dovetail.reading.runs import Runs
from dovetail.reading.sheets import Line, Sheet, alike, line_of, sheet
from dovetail.reading.thinned import thinned

SLOT: Final = np.dtype(
    [
        *((name, np.int64) for name in ("place", "t0", "t1", "good_us", "n", "n_good")),
        *((name, np.float64) for name in ("first", "last", "sum", "tw", "off")),
    ]
)
_OPENED_MOST: Final = 0.75  # of a chunk: to open a little less is not worth it
_DOUBT: Final = 1e-3  # of the size of all values: a sum of 20,000 may be off by 2e-12 of that, so by 2e-9 of itself


type Raw = tuple[NDArray[np.intp], Block]  # int[n] the place of each sample's tag, and the samples
type Part = tuple[NDArray[Any] | None, list[Raw]]
type Keeps = Literal["sums", "spreads", "extremes"]


@dataclass(slots=True)
class Slots:
    """By tags that are asked for: `rows` (SLOT) of what was summed up, `raw` samples with the place of their tag, both
    with the last sample that counts before the first moment where it was at hand; `rest`: tags that must be read in
    another way."""

    rows: NDArray[Any] = field(default_factory=lambda: np.empty(0, dtype=SLOT))
    raw: list[Raw] = field(default_factory=list[Raw])
    rest: set[int] = field(default_factory=set[int])


def slots(reader: Corrected, tags: Sequence[int], cuts: Sequence[int], *, keeps: Keeps = "sums") -> Slots:
    """The samples of tags (sorted) between cuts (sorted, two at least), and the one before them.

    `keeps`: what must come to the same; for extremes nothing is summed up, and only what may be one is `raw`.
    """
    asked = Range(tuple(tags), cuts[0], cuts[-1])
    rest = {tag for tag, over in reader.of(tags).items() if over.spans(cuts[0], cuts[-1])}
    loose = _by_tag(reader.loose(asked))  # first: what is sealed meanwhile is then in both, and its tag is left out
    bare, begun = _bare(reader, asked), dict[int, int]()
    places = np.array(tags, dtype=np.int64)
    parts: list[Part] = []
    for group in _groups(_lines(reader, asked, loose, begun), rest):
        parts += _thinned(group, cuts, places) if keeps == "extremes" else _laid(group, cuts, places, keeps)
    rows, raw = [one for one, _ in parts if one is not None], [one for _, some in parts for one in some]
    bare |= _overtaken(reader, begun, cuts[0])
    rest |= reader.damage.among(tags, 0, cuts[-1])  # last: some of it may have been found just now
    found = np.concatenate([np.empty(0, dtype=SLOT), *rows])
    for left_out, from_us in ((rest, EVER_US), (bare, cuts[0])):
        if left_out:
            some = sorted(left_out)
            found = found[~np.isin(found["place"], np.searchsorted(tags, some)) | (found["t0"] >= from_us)]
            kept = [~np.isin(block.tag, some) | (block.ts >= from_us) for _, block in raw]
            raw = [(place[which], block.take(which)) for (place, block), which in zip(raw, kept, strict=True)]
    return Slots(found[np.lexsort((found["t0"], found["place"]))], raw, rest)


def _bare(reader: Corrected, asked: Range) -> set[int]:
    """Tags whose last sample of a chunk before the first moment need not be the last one that counts before it."""
    before = replace(asked, from_us=0, to_us=asked.from_us)
    corrected = {tag for tag, over in reader.of(asked.tags).items() if over.from_us < asked.from_us}
    return corrected.union(*(np.unique(block.tag).tolist() for block in reader.loose(before)))


def _overtaken(reader: Corrected, begun: Mapping[int, int], at_us: int) -> set[int]:
    """Of tags whose chunk lies around a moment, by its begin, those with one of another kind that ended amid it."""
    if not begun:
        return set()
    found = dict[int, int]()
    tags, first_us = sorted(begun), min(begun.values())
    for view in reader.viewed(Range(tuple(tags), first_us, at_us)):
        for some in batched(tags, TAGS_AT_ONCE):
            found |= view.ended(some, first_us, at_us)
    return {tag for tag, last_us in found.items() if last_us >= begun[tag]}


def _groups(some: Iterator[list[Line]], rest: set[int]) -> Iterator[list[Line]]:
    """Lines that are alike together; tags that cannot be summed up so go to the `rest`."""
    last_us = dict[int, int]()
    for lines in some:
        for tag, kind, _, (first, last), *_ in lines:
            if kind in TEXT_KINDS or last_us.get(tag, -1) >= first:
                rest.add(tag)
            last_us[tag] = last
        yield from alike([line for line in lines if line.tag not in rest] if rest else lines)


def _laid(group: Sequence[Line], cuts: Sequence[int], tags: NDArray[np.int64], keeps: Keeps) -> Iterator[Part]:
    """Of each stretch of lines that are alike, what sums need, or spreads."""
    for laid, summed, which, part in _spread(group, cuts) if keeps == "spreads" else _summed(group, cuts):
        place = np.searchsorted(tags, [line.tag for line in laid.lines])
        summed["place"] = place
        raw = list(_as_they_are(laid, place, np.flatnonzero(~which), part))
        yield (summed if which.all() else summed[which]), raw


def _lines(reader: Corrected, asked: Range, loose: Sequence[Block], begun: dict[int, int]) -> Iterator[list[Line]]:
    """What is sealed and what is not; `begun` is told when a chunk began that lies around the first moment."""
    for view in reader.viewed(asked):
        for lines in reader.lately.lines(view, asked.tags, asked.from_us, asked.to_us):
            begun |= {line.tag: line.span[0] for line in lines if line.span[0] < asked.from_us}
            yield lines
    yield [line_of(block) for block in loose]


def _by_tag(parts: Sequence[Block]) -> list[Block]:
    """What waits to be sealed, one block for each tag and kind."""
    found: list[Block] = []
    for kind in {part.kind for part in parts}:
        whole = ordered([part for part in parts if part.kind is kind], by="tag")
        starts = np.flatnonzero(np.concatenate(([True], whole.tag[1:] != whole.tag[:-1]))).tolist()
        found += [whole.take(slice(a, b)) for a, b in zip(starts, [*starts[1:], len(whole)], strict=True)]
    return found


type _Summed = tuple[Sheet, NDArray[Any], NDArray[np.bool_], slice]


def _summed(group: Sequence[Line], cuts: Sequence[int]) -> Iterator[_Summed]:
    """Of each stretch of lines that are alike: SLOT[m] without places, bool[m] which of them hold, the samples."""
    ts = group[0].ts
    parts = _parts(ts, cuts)
    if not parts:
        return
    start, end = parts[-1]
    rest = group
    if end == len(ts) and start <= _OPENED_MOST * end and all(line.sums is not None for line in group):
        laid = sheet(group, start + 1 if start else 0)  # the last stretch is what the header says less what lies before
        runs = Runs(laid)
        for before in parts[:-1]:
            yield laid, *_opened(laid, runs, *before), slice(*before)
        rows, holds = _less(laid, runs, start)
        some = [line for line, is_held in zip(group, holds.tolist(), strict=True) if is_held]
        held = laid if len(some) == len(group) else Sheet(ts, laid.value[holds], some)
        yield held, rows[holds], np.ones(len(some), dtype=np.bool_), slice(start, end)
        rest, parts = [line for line, is_held in zip(group, holds.tolist(), strict=True) if not is_held], parts[-1:]
    if rest:
        laid = sheet(rest, end)
        runs = Runs(laid)
        for part in parts:
            yield laid, *_opened(laid, runs, *part), slice(*part)


def _spread(group: Sequence[Line], cuts: Sequence[int]) -> Iterator[_Summed]:
    """The same with how far samples lie from their mean, for which all are unpacked: no header knows that."""
    parts = _parts(group[0].ts, cuts)
    if not parts:
        return
    laid = sheet(group, parts[-1][1])
    runs = Runs(laid)
    for start, end in parts:
        rows, holds = _opened(laid, runs, start, end)
        with np.errstate(invalid="ignore", over="ignore"):
            far = laid.value[:, start:end] - (rows["sum"] / np.maximum(rows["n_good"], 1))[:, np.newaxis]
            row, at = runs.without_value(start, end)
            far[row, at - start] = 0.0
            rows["off"] = np.einsum("ij,ij->i", far, far)
        yield laid, rows, holds & np.isfinite(rows["off"]), slice(start, end)


def _as_they_are(laid: Sheet, place: NDArray[np.intp], which: NDArray[np.intp], part: slice) -> Iterator[Raw]:
    for row in which.tolist():
        block = laid.block(row, part)
        yield np.full(len(block), place[row]), block


def _thinned(group: Sequence[Line], cuts: Sequence[int], tags: NDArray[np.int64]) -> Iterator[Part]:
    """The same of what extremes need."""
    parts = _parts(group[0].ts, cuts)
    if not parts:
        return
    laid = sheet(group, parts[-1][1])
    runs = Runs(laid)
    tag = np.array([line.tag for line in group], dtype=np.int64)
    place = np.searchsorted(tags, tag)
    for start, end in parts:
        row, at, holds = thinned(laid, runs, start, end)
        status = runs.status(row, at)
        few = place[row], Block(Kind.F64, tag[row], laid.ts[at], laid.value[row, at], status)
        yield None, [few, *_as_they_are(laid, place, np.flatnonzero(~holds), slice(start, end))]


def _parts(ts: NDArray[np.int64], cuts: Sequence[int]) -> list[tuple[int, int]]:
    """Which samples lie before the first cut (the last of them alone), and between each and the next."""
    at = np.searchsorted(ts, cuts).tolist()
    return [(start, end) for start, end in zip([max(0, at[0] - 1), *at], at, strict=False) if start < end]


def _row(runs: Runs, start: int, end: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """(SLOT[m] as far as the status says, bool[m] whether they may be summed up)."""
    ts = runs.ts
    rows = np.empty(runs.m, dtype=SLOT)
    rows["t0"], rows["t1"], rows["n"], rows["off"] = ts[start], ts[end - 1], end - start, np.nan
    rows["n_good"], rows["good_us"], sound = runs.good(start, end)
    if end - start > 1 and ts[start] == ts[start + 1]:
        sound[:] = False
    return rows, sound


def _opened(laid: Sheet, runs: Runs, start: int, end: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """A stretch whose values are unpacked."""
    value = laid.value
    rows, sound = _row(runs, start, end)
    rows["first"], rows["last"] = value[:, start], value[:, end - 1]
    with np.errstate(invalid="ignore", over="ignore"):
        rows["sum"] = value[:, start:end].sum(axis=1)
        rows["tw"] = _area(value[:, start : end - 1], runs.held_us[start : end - 1])
    return rows, sound & np.isfinite(rows["sum"]) & np.isfinite(rows["tw"])


def _less(laid: Sheet, runs: Runs, start: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The stretch from `start` to the end of chunks: what their headers sum up, less what lies before.

    Where that would be less exact than the sum of its samples it does not hold, nor where anything in the chunk does
    not count as GOOD or BAD.
    """
    ts, value = runs.ts, laid.value
    rows, sound = _row(runs, start, len(ts))
    first, last, least, most, total, area = np.array([line.sums for line in laid.lines], dtype=np.float64).T
    rows["first"], rows["last"] = value[:, start] if start else first, last
    with np.errstate(invalid="ignore", over="ignore"):
        rows["sum"] = total - value[:, :start].sum(axis=1)
        rows["tw"] = area - _area(value[:, :start], runs.held_us[:start])
        doubt = _DOUBT * np.maximum(np.abs(least), np.abs(most))
        exact = (doubt * len(ts) <= np.abs(rows["sum"])) & (doubt * (ts[-1] - ts[0]) <= np.abs(rows["tw"]))
    sound &= runs.plainly & (exact | (start == 0))
    return rows, sound & np.isfinite(rows["sum"]) & np.isfinite(rows["tw"])


def _area(value: NDArray[np.float64], held_us: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.einsum("ij,j->i", value, held_us)  # not @: it would wait for threads
