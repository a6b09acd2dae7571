"""One tag's samples in the order of their time, as columns: what an engine reads instead of one sample at a time.

Samples of one tag at one moment keep their arrival order, those that are not GOOD first (they may travel in a batch
of another kind); an identical sample says nothing new and is left out. So live and replay see the same columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Value

type Part = tuple[NDArray[np.int64], NDArray[Any], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Samples of one tag, shapes [n]: ts ascending, value of one kind, good (GOOD quality, valid and finite)."""

    ts: NDArray[np.int64]
    value: NDArray[Any]
    good: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ts)

    def between(self, after_us: int, upto_us: int) -> Series:
        """The samples with after_us < ts ≤ upto_us."""
        start, end = np.searchsorted(self.ts, (after_us, upto_us), side="right")
        return Series(self.ts[start:end], self.value[start:end], self.good[start:end])

    @classmethod
    def of(cls, rows: Iterable[tuple[int, Value]]) -> Series:
        """From (ts_us, value or None for BAD) rows: for the rim and for tests."""
        listed = list(rows)
        good = np.array([value is not None for _, value in listed], dtype=np.bool_)
        known = [value for _, value in listed if value is not None]
        zero = type(known[0])() if known else 0.0
        value = np.array([zero if value is None else value for _, value in listed])
        return joined([(np.array([ts for ts, _ in listed], dtype=np.int64), value, good)])


type Inputs = Mapping[int, Series]


def split(batches: Iterable[Batch], wanted: NDArray[np.int64]) -> dict[int, list[Part]]:
    """The samples of the `wanted` tags (sorted ids), by tag, in the order given."""
    parts: dict[int, list[Part]] = defaultdict(list)
    for batch in batches:
        place = np.searchsorted(wanted, batch.tag)
        place[place == len(wanted)] = 0
        ours = np.flatnonzero(wanted[place] == batch.tag) if len(wanted) else np.empty(0, dtype=np.intp)
        if not len(ours):
            continue
        order = ours[np.argsort(batch.tag[ours], kind="stable")]
        tags, quality = batch.tag[order], batch.quality[order]
        ts, value, good = batch.ts[order], batch.value[order], q.good_mask(quality) & batch.valid[order]
        again = bool((quality >= q.SAID_AGAIN).any())
        starts = [0, *(np.flatnonzero(tags[1:] != tags[:-1]) + 1).tolist(), len(order)]
        for tag, start, end in zip(tags[starts[:-1]].tolist(), starts, starts[1:], strict=False):
            part = ts[start:end], value[start:end], good[start:end]
            parts[tag].append(_said_last(part, quality[start:end]) if again else part)
    return parts


def _said_last(part: Part, quality: NDArray[np.uint16]) -> Part:
    """Of samples that our own publishers said again of one moment (`q.SAID_AGAIN`), the last alone holds."""
    said, ts = (quality >> 11).tolist(), part[0].tolist()
    most = {at_us: count for count, at_us in sorted(zip(said, ts, strict=True))}
    holds = np.array([most[at_us] == count for at_us, count in zip(ts, said, strict=True)], dtype=np.bool_)
    return part[0][holds], part[1][holds], part[2][holds]


def series_of(batches: Iterable[Batch], tags: Sequence[int]) -> dict[int, Series]:
    """The series of each of `tags` that has samples in these batches."""
    wanted = np.array(sorted(tags), dtype=np.int64)
    return {tag: joined(parts) for tag, parts in split(batches, wanted).items()}


def joined(parts: Sequence[Part]) -> Series:
    """One series from parts in arrival order."""
    ts = np.concatenate([part[0] for part in parts])
    good = np.concatenate([part[2] for part in parts])
    value = _one_kind(parts)
    if value.dtype.kind == "f":
        good = good & np.isfinite(value)
    if len(ts) > 1 and not bool((ts[1:] > ts[:-1]).all()):
        order = np.lexsort((good, ts))
        ts, value, good = ts[order], value[order], good[order]
        keep = _distinct(ts, value, good)
        ts, value, good = ts[keep], value[keep], good[keep]
    return Series(ts, value, good)


def _one_kind(parts: Sequence[Part]) -> NDArray[Any]:
    """The values in one column. Parts without a good sample take the kind of the others; a mix becomes objects."""
    kinds = {part[1].dtype for part in parts if part[2].any()} or {parts[0][1].dtype}
    kind = kinds.pop() if len(kinds) == 1 else np.dtype(object)
    columns = [
        part[1].astype(kind, copy=False) if part[2].any() else np.zeros(len(part[0]), dtype=kind) for part in parts
    ]
    return np.concatenate(columns)


def _distinct(ts: NDArray[np.int64], value: NDArray[Any], good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which samples to keep: at one moment each (value, good) once, at its first arrival."""
    keep = np.ones(len(ts), dtype=np.bool_)
    same = np.flatnonzero(ts[1:] == ts[:-1]) + 1
    said: set[tuple[Any, bool]] = set()
    moment = None
    for i in same.tolist():
        if ts[i] != moment:
            moment, said = ts[i], {_face(value[i - 1], good[i - 1])}
        face = _face(value[i], good[i])
        keep[i] = face not in said
        said.add(face)
    return keep


def _face(value: Any, good: Any) -> tuple[Any, bool]:
    return (value if good else None, bool(good))
