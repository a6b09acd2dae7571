"""Find samples again, wherever they are: in memory until sealed, then in the months' chunks; each exactly once.

A reader takes the unsealed rows first and the chunks after: what is sealed in between is then in both, and the month
itself says up to which head row it holds everything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dovetail.chunkstore.months import Months, View, month_of
from dovetail.damage.known import Damage
from dovetail.packing.columns import Block, concat
from dovetail.packing.order import Order, ordered
from dovetail.reading.lately import Lately
from dovetail.sealing.recent import Recent, Row


@dataclass(frozen=True, slots=True)
class Range:
    """Samples of `tags` (sorted) with ts in [from_us, to_us)."""

    tags: tuple[int, ...]
    from_us: int
    to_us: int


class Reader:
    """Answers in blocks; knows nothing of scope. Thread-safe."""

    def __init__(self, months: Months, recent: Recent, damage: Damage) -> None:
        self.months, self._recent, self.damage = months, recent, damage
        self.lately = Lately()

    def view(self, month: int) -> AbstractContextManager[View]:
        """One month at one moment; what cannot be read of it is passed over, and is a hole from then on."""
        return self.months.view(month, self.damage.watch(month))

    @contextmanager
    def views(self, months: Collection[int]) -> Iterator[Callable[[int], AbstractContextManager[View]]]:
        """Views of several months; where they lie together, they are of one moment and session."""
        with self.months.storage.whole() if len(months) > 1 else nullcontext() as within:
            yield lambda month: self.months.view(month, self.damage.watch(month), within)

    def raw(self, asked: Range, *, limit: int | None = None, by: Order = "time") -> list[Block]:
        """One block per kind, each by (ts, tag, arrival), without repeats; the first `limit` samples in all.

        `by` tag: by (tag, ts, arrival) instead, as chunks lie; then without a limit.
        """
        rows = self._recent.snapshot()
        parts: list[Block] = []
        sealed: dict[int, int] = {}
        taken = _Taken(limit)
        months = self.months.between(asked.from_us, asked.to_us)
        with self.views(months) as views:
            for month in months:
                if all(taken.enough(tag, None) for tag in asked.tags):
                    break
                with views(month) as view:
                    sealed[month] = view.sealed
                    parts += _from_chunks(view, asked, taken=taken)
        parts += self.unsealed(rows, asked, sealed)
        kinds = sorted({part.kind for part in parts})
        merged = [ordered([part for part in parts if part.kind is kind], by=by) for kind in kinds]
        return merged if limit is None else first(merged, limit)

    def unsealed(self, rows: Sequence[Row], asked: Range, sealed: dict[int, int]) -> list[Block]:
        """What rows hold of a range, in commit order, without what a month says it holds itself."""
        tags, newest = np.array(asked.tags, dtype=np.int64), max(sealed.values(), default=0)
        parts: list[Block] = []
        for row in rows if asked.tags else ():
            for block in row.all() if row.first_us < asked.to_us and row.last_us >= asked.from_us else ():
                mask = (block.ts >= asked.from_us) & (block.ts < asked.to_us)
                if mask.any():  # most are not of this time, and that is told much sooner than whose they are
                    mask &= tags[np.searchsorted(tags, block.tag).clip(max=len(tags) - 1)] == block.tag
                if not mask.any():
                    continue
                part = block.take(mask)
                if row.head_id <= newest:
                    held = [sealed.get(month, 0) < row.head_id for month in month_of(part.ts).tolist()]
                    part = part.take(np.array(held, dtype=np.bool_))
                if len(part):
                    parts.append(part)
        return parts

    def loose(self, asked: Range) -> list[Block]:
        """What is in no chunk yet, and maybe some of what has come into one just now."""
        return self.unsealed(self._recent.snapshot(), asked, {})

    def at(self, tags: Sequence[int], ts: int) -> list[Block]:
        """The samples of tags (sorted) at exactly one time."""
        return self.raw(Range(tuple(tags), ts, ts + 1))

    def rows(self) -> list[Row]:
        """The unsealed rows of this moment, to be taken before any chunk is read."""
        return self._recent.snapshot()

    def before(self, tags: Iterable[int], at_us: int) -> list[Block]:
        """The last sample strictly before `at_us` of each tag that has one, each a block of one."""
        wanted = set(tags)
        asked = Range(tuple(sorted(wanted)), np.iinfo(np.int64).min, at_us)
        best, ties, found = dict[int, Block](), set[int](), set[int]()
        parts = self.unsealed(self._recent.snapshot(), asked, {})
        for kind in {part.kind for part in parts}:
            for newest in _newest_by_tag(concat([part for part in parts if part.kind is kind])):
                _take_newer(best, newest, ties)
        months = [month for month in self.months.newest_first() if month <= _month(np.array([at_us]))]
        with self.views(months) as views:
            for month in months:
                searched = [tag for tag in wanted - found if tag not in best or _month(best[tag].ts) <= month]
                if not searched:
                    continue
                with views(month) as view:
                    for chunk in view.newest_before(searched, at_us):
                        _take_newer(best, _last_before(chunk, at_us), ties)
                        found.add(int(chunk.tag[0]))
        for tag in ties:  # which of them arrived last is told by reading that instant as a whole
            for block in self.at((tag,), int(best[tag].ts[0])):
                best[tag] = block.take(slice(len(block) - 1, len(block)))
        return list(best.values())


class _Taken:
    """How many samples of each tag the chunks read so far hold, and up to when."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self.is_limited = limit is not None
        self._of: dict[int, tuple[int, int]] = {}

    def add(self, tag: int, part: Block) -> None:
        n, newest = self._of.get(tag, (0, int(part.ts[-1])))
        self._of[tag] = (n + len(part), max(newest, int(part.ts[-1])))

    def enough(self, tag: int, next_us: int | None) -> bool:
        """Whether a chunk that begins at `next_us` (None: a later month) can hold nothing within the limit."""
        if self._limit is None or tag not in self._of:
            return False
        n, newest = self._of[tag]
        return n >= self._limit and (next_us is None or next_us > newest)


def _from_chunks(view: View, asked: Range, *, taken: _Taken) -> list[Block]:
    parts: list[Block] = []
    for some in [(tag,) for tag in asked.tags] if taken.is_limited else [asked.tags]:
        for block in view.bodies(some, asked.from_us, asked.to_us):
            tag = int(block.tag[0])
            if taken.enough(tag, int(block.ts[0])):
                break
            start, end = np.searchsorted(block.ts, (asked.from_us, asked.to_us), side="left").tolist()
            if start < end:
                parts.append(block.take(slice(start, end)))
                taken.add(tag, parts[-1])
    return parts


def first(blocks: list[Block], limit: int) -> list[Block]:
    """The first `limit` samples of all blocks together, by (ts, tag)."""
    if sum(map(len, blocks)) <= limit:
        return blocks
    ts = np.concatenate([block.ts for block in blocks])
    tag = np.concatenate([block.tag for block in blocks])
    which = np.repeat(np.arange(len(blocks)), [len(block) for block in blocks])
    chosen = np.bincount(which[np.lexsort((tag, ts))[:limit]], minlength=len(blocks)).tolist()
    return [block.take(slice(0, n)) for block, n in zip(blocks, chosen, strict=True) if n]


def _newest_by_tag(block: Block) -> list[Block]:
    whole = block.take(np.lexsort((block.ts, block.tag)))
    newest = np.append(whole.tag[1:] != whole.tag[:-1], True)
    twice = (whole.tag[1:] == whole.tag[:-1]) & (whole.ts[1:] == whole.ts[:-1])
    newest[:-1] |= newest[1:] & twice  # which of them arrived last is told elsewhere
    return [whole.take(row) for row in np.flatnonzero(newest)[:, np.newaxis]]


def _last_before(block: Block, at_us: int) -> Block:
    """The last of one tag's sorted samples that lies before `at_us`; there is one."""
    end = int(np.searchsorted(block.ts, at_us, side="left"))
    return block.take(slice(end - 1, end))


def _take_newer(best: dict[int, Block], one: Block, ties: set[int]) -> None:
    """Keep `one` unless what is kept of its tag is newer; note a tag with several samples of one time."""
    tag = int(one.tag[0])
    if tag in best and best[tag].ts[0] == one.ts[0]:
        ties.add(tag)
    elif tag not in best or best[tag].ts[0] < one.ts[0]:
        best[tag] = one
        ties.discard(tag)


def _month(ts: NDArray[np.int64]) -> int:
    return int(month_of(ts)[0])
