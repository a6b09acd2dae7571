"""What waits to be sealed, tag by tag. Four million samples lie there once, as they came: of a few tags at a time the
columns are put in order, made into chunks and let go of, so that a sealing holds half of what it would otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.chunkstore.months import month_of
from dovetail.core.batch import Kind
from dovetail.packing.columns import Block, concat
from dovetail.sealing.recent import Row

TAGS_AT_ONCE: Final = 64  # asked for together, held together: at most some 30 MB of chunks
OF_NO_ACCOUNT: Final = -1

type Origin = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One tag's new samples by (ts, arrival); `at` [n] says which of all that wait each of them is."""

    block: Block
    at: NDArray[np.intp]

    def take(self, which: slice) -> Run:
        """Some that follow each other."""
        return Run(self.block.take(which), self.at[which])


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """Unsealed samples of one kind in the order of their arrival; `order` [n]: which of them, by (tag, arrival).

    They came in pieces: up to `ends` [k], excluded, they are of the head row `head_id` [k], and `origin` [k] is an
    index into the sources of this sealing (OF_NO_ACCOUNT: a good-through mark).
    """

    block: Block
    order: NDArray[np.intp]
    ends: NDArray[np.intp]
    head_id: NDArray[np.int64]
    origin: NDArray[np.int64]

    def months(self) -> list[int]:
        """Mostly one: calendars are slow, so the first and the last moment are asked before all are."""
        ts = self.block.ts
        first, last = month_of(np.array([ts.min(), ts.max()])).tolist()
        return [first] if first == last else np.unique(month_of(ts)).tolist()

    def inside(self, month: int) -> Waiting:
        """Those of one month."""
        if self.months() == [month]:
            return self
        return replace(self, order=self.order[(month_of(self.block.ts) == month)[self.order]])

    def after(self, head_id: int) -> Waiting:
        """Those of the head rows behind this one."""
        old = int(np.searchsorted(self.head_id, head_id, side="right"))
        return self if old == 0 else replace(self, order=self.order[self.order >= self.ends[old - 1]])

    def origins(self, at: NDArray[np.intp]) -> NDArray[np.int64]:
        """Of some samples."""
        return self.origin[np.searchsorted(self.ends, at, side="right")]

    def by_tags(self) -> Iterator[list[Run]]:
        """Of each tag a run, those of some tags at once."""
        tag = self.block.tag[self.order]
        bounds = [0, *(np.flatnonzero(tag[1:] != tag[:-1]) + 1).tolist(), len(tag)] if len(tag) else [0]
        for first in range(0, len(bounds) - 1, TAGS_AT_ONCE):
            cuts = bounds[first : first + TAGS_AT_ONCE + 1]
            yield self._runs(self.order[cuts[0] : cuts[-1]], [cut - cuts[0] for cut in cuts])

    def _runs(self, at: NDArray[np.intp], cuts: Sequence[int]) -> list[Run]:
        some = self.block.take(at)
        if ((some.tag[1:] == some.tag[:-1]) & (some.ts[1:] < some.ts[:-1])).any():
            order = np.lexsort((some.ts, some.tag))
            at, some = at[order], some.take(order)
        whole = Run(some, at)
        return [whole.take(slice(start, end)) for start, end in pairwise(cuts)]


def waiting(rows: Sequence[Row], origins: Sequence[Origin]) -> list[Waiting]:
    """What rows of the head hold, kind by kind; `origins` are all sources and lanes that are in them."""
    number = {origin: at for at, origin in enumerate(origins)}
    parts: dict[Kind, list[tuple[Block, int, int]]] = {}
    for row in rows:
        of = number[row.frame.source, row.frame.lane]
        for block in row.all():
            origin = OF_NO_ACCOUNT if block is row.marks else of
            parts.setdefault(block.kind, []).append((block, row.head_id, origin))
    return [_waiting(some) for some in parts.values()]


def _waiting(parts: Sequence[tuple[Block, int, int]]) -> Waiting:
    blocks, head_id, origin = zip(*parts, strict=True)
    whole = concat(blocks)
    order = np.argsort(whole.tag, kind="stable")  # quick: drivers deliver ascending runs
    ends = np.cumsum([len(block) for block in blocks])
    return Waiting(whole, order, ends, np.array(head_id), np.array(origin))
