"""Move what the head log holds into chunks: upsert chunks → commit → mark sealed → commit → delete head rows.

May be killed between any two steps and repeated: each month's file knows up to which head row it holds everything.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.chunkstore.months import Month, Months, View, month_of
from dovetail.core import faults
from dovetail.core.batch import Frame, Kind
from dovetail.core.clock import SECOND_US, Clock
from dovetail.core.limits import (
    HEAD_BYTES_MAX,
    HEAD_ROWS_RELEASED_AT_ONCE,
    SEAL_SAMPLES_MAX,
    UNSEALED_SAMPLES_MAX,
)
from dovetail.damage.known import Damage
from dovetail.headlog.head import Head
from dovetail.packing import chunks
from dovetail.packing.columns import Block, concat
from dovetail.packing.fresh import NewChunk
from dovetail.packing.rollups import Touched
from dovetail.sealing.recent import Recent, Row

log = logging.getLogger(__name__)

GIVE_WAY_S: Final = 0.001  # of one commit; 5,000 tags are then sealed in five seconds, where commits never cease
KEEP_PACE_S: Final = 1.0  # of one commit, however large; at the limit it is the caller who seals
TAGS_AT_ONCE: Final = 64  # asked for together, held together: at most some 30 MB of chunks

type Origin = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """Unsealed samples of one kind by (tag, ts, arrival); `head_id` and `origin` [n] say where each came from.

    `origin` is an index into the sources of this sealing; -1 marks a good-through mark, which is in no account.
    """

    block: Block
    head_id: NDArray[np.int64]
    origin: NDArray[np.int64]

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Sorted:
        """The samples that a mask, an index or a slice selects."""
        return Sorted(self.block.take(which), self.head_id[which], self.origin[which])


@dataclass(slots=True)
class _Work:
    """What one month's commit will bring."""

    gone: list[int] = field(default_factory=list[int])
    new: list[NewChunk] = field(default_factory=list[NewChunk])
    duplicates: dict[Origin, int] = field(default_factory=dict[Origin, int])
    touched: list[Touched] = field(default_factory=list[Touched])


class Sealer:
    """`write_lock` is that of the head's writer: held only for marking and deleting, never while compressing.

    `idle` is held while a sealing runs.
    """

    def __init__(
        self, head: Head, months: Months, recent: Recent, *, write_lock: threading.RLock, damage: Damage, clock: Clock
    ) -> None:
        self._head, self._months, self._recent, self.damage = head, months, recent, damage
        self._write_lock, self._clock = write_lock, clock
        self._sample_s = 0.0  # what the last sealing took for a sample
        self.idle = threading.Lock()
        self.changed: set[int] = set()  # months, for who puts their chunks together; while idle is held
        self.unrolled: set[int] = set()  # months, for who sums them up; while idle is held
        self._behind: set[str] = set()
        for number in months.newest_first():  # a month that holds rows which the head has lost would pass over new ones
            with months.view(number) as view:
                head.given(view.sealed, "a month of chunks")

    def seal_once(self) -> int:
        """Seal up to SEAL_SAMPLES_MAX samples; how many. Raises LinkError when the disk refuses; nothing is lost."""
        with self.idle:
            self._set_aside()
            rows = _first_rows(self._recent.snapshot(), self._head.sealed)
            sealed = sum(map(len, rows))
            if rows:
                began_us = self._clock.monotonic_us()
                self._seal(rows)
                self._sample_s = (self._clock.monotonic_us() - began_us) / SECOND_US / max(sealed, 1)
            self._release()
            return sealed

    def keep_pace(self, frames: Sequence[Frame]) -> None:
        """Before these are stored: wait so long that samples do not come faster than they are sealed for ever.

        Nothing while less than half of UNSEALED_SAMPLES_MAX wait; from there on gradually more, until at the limit
        storing takes as long as sealing does: nobody stands for a whole sealing. Beyond it the caller seals.
        """
        full = self._recent.samples / UNSEALED_SAMPLES_MAX
        if full > 1:
            self.seal_once()
        elif full > 0.5:
            samples = sum(len(batch) for frame in frames for batch in frame.batches)
            time.sleep(min(samples * self._sample_s * (2 * full - 1), KEEP_PACE_S))

    def _set_aside(self) -> None:
        """What somebody has stumbled over who only read."""
        for number in sorted(self._months.malformed):
            self.damage.renew(self._months, number, "a month that is no whole database any more")
            self.changed.add(number)
            self.unrolled.add(number)
        for number in self.damage.months():
            with self._months.use(number) as month:
                self.damage.set_aside(number, month)
            self.changed.add(number)
            self.unrolled.add(number)

    def _seal(self, rows: list[Row]) -> None:
        upto = rows[-1].head_id
        origins: list[Origin] = sorted({(row.frame.source, row.frame.lane) for row in rows})
        sorts = [_sorted(rows, kind, origins) for kind in {block.kind for row in rows for block in row.all()}]
        months = {number for part in sorts for number in _months(part)}
        for number in sorted(months):
            self.changed.add(number)
            self.unrolled.add(number)
            with self._months.use(number) as month:
                parts = [_in_month(part, number) for part in sorts]
                while not self._seal_month(month, parts, upto, origins=origins, number=number):
                    faults.point("historian.set-aside")
            faults.point("historian.chunk-written")
        with self._write_lock:
            self._head.seal(upto)
        faults.point("historian.sealed")
        self._recent.drop(upto)

    def _seal_month(self, month: Month, parts: list[Sorted], upto: int, *, origins: list[Origin], number: int) -> bool:
        """False: a chunk that was to be joined cannot be read. It is set aside, and all is to be placed anew."""
        work = _Work()
        with month.view(self.damage.watch(number)) as view:
            for part in parts:
                new = part.head_id > view.sealed
                runs = _by_tag(part if new.all() else part.take(new))
                while some := list(islice(runs, TAGS_AT_ONCE)):
                    _place(view, some, work=work, origins=origins, give_way=self._give_way)
        if self.damage.set_aside(number, month):
            return False
        month.write(work.gone, work.new, sealed=upto, duplicates=work.duplicates, touched=work.touched)
        return True

    def _give_way(self) -> None:
        """Let a commit that is under way end first, a moment at most: else it waits for the interpreter at each step.

        Not where so much waits that samples would soon have to.
        """
        if self._recent.samples < UNSEALED_SAMPLES_MAX // 2 and self._write_lock.acquire(timeout=GIVE_WAY_S):
            self._write_lock.release()

    def _release(self) -> None:
        """Let go of head rows that are sealed and passed by every consumer; those beyond the limit in any case."""
        head = self._head
        consumers = dict(head.consumers)
        upto = min([head.sealed, *consumers.values()]) if consumers else head.released  # none has said what it has read
        if head.kept_bytes > HEAD_BYTES_MAX:
            with self._write_lock:
                upto = max(upto, min(head.sealed, head.oldest_over(HEAD_BYTES_MAX)))
            self._say_behind({name for name, at in consumers.items() if at < upto})
        released = False
        while upto > head.released:
            with self._write_lock:
                if not head.release(upto, rows_max=HEAD_ROWS_RELEASED_AT_ONCE):
                    break
            released = True
        if released:
            faults.point("historian.head-deleted")

    def _say_behind(self, behind: set[str]) -> None:
        for name in behind - self._behind:
            log.warning("%s is so far behind that its head rows are released: it must re-read chunks by time", name)
        self._behind = behind


def _first_rows(rows: list[Row], sealed: int) -> list[Row]:
    """The oldest unsealed rows that one sealing may hold; at least one."""
    chosen: list[Row] = []
    n = 0
    for row in rows:
        if row.head_id <= sealed:
            continue
        n += len(row)
        if chosen and n > SEAL_SAMPLES_MAX:
            break
        chosen.append(row)
    return chosen


def _sorted(rows: list[Row], kind: Kind, origins: list[Origin]) -> Sorted:
    blocks: list[Block] = []
    ids: list[int] = []
    sources: list[int] = []
    for row in rows:
        for block in row.all():
            if block.kind is kind:
                blocks.append(block)
                ids.append(row.head_id)
                sources.append(-1 if block is row.marks else origins.index((row.frame.source, row.frame.lane)))
    lengths = [len(block) for block in blocks]
    whole = Sorted(concat(blocks), np.repeat(ids, lengths), np.repeat(sources, lengths))
    if (whole.block.tag[1:] < whole.block.tag[:-1]).any():
        whole = whole.take(np.argsort(whole.block.tag, kind="stable"))  # quick: drivers deliver ascending runs
    tag, ts = whole.block.tag, whole.block.ts
    if ((tag[1:] == tag[:-1]) & (ts[1:] < ts[:-1])).any():
        whole = whole.take(np.lexsort((ts, tag)))
    return whole


def _months(part: Sorted) -> list[int]:
    """Mostly one: calendars are slow, so the first and the last moment are asked before all are."""
    ends = month_of(np.array([part.block.ts.min(), part.block.ts.max()]))
    return ends[:1].tolist() if ends[0] == ends[1] else np.unique(month_of(part.block.ts)).tolist()


def _in_month(part: Sorted, month: int) -> Sorted:
    if _months(part) == [month]:
        return part
    inside = month_of(part.block.ts) == month
    return part if inside.all() else part.take(inside)


def _by_tag(part: Sorted) -> Iterator[Sorted]:
    """Each tag's samples."""
    tag = part.block.tag
    if not len(tag):
        return
    starts = np.flatnonzero(np.concatenate(([True], tag[1:] != tag[:-1]))).tolist()
    for start, end in zip(starts, [*starts[1:], len(tag)], strict=True):
        yield part.take(slice(start, end))


def _place(view: View, runs: list[Sorted], *, work: _Work, origins: list[Origin], give_way: Callable[[], None]) -> None:
    """Put some tags' new samples into new chunks, together with the chunks that they touch; asked for all at once."""
    tags = [int(run.block.tag[0]) for run in runs]
    plans = [
        chunks.plan(kept, run.block.ts) for run, kept in zip(runs, view.kept(tags, runs[0].block.kind), strict=True)
    ]
    wanted = [(tag, kept.id) for tag, plan in zip(tags, plans, strict=True) for one in plan for kept in one.absorbed]
    taken = view.taken(wanted)
    for run, plan in zip(runs, plans, strict=True):
        give_way()
        for rewrite in plan:
            part = run if len(plan) == 1 else run.take(rewrite.part)
            old = [taken[kept.id] for kept in rewrite.absorbed if kept.id in taken]  # else it is done anew, without it
            whole, again = chunks.merge([one.block for one in old], part.block)
            if again is not None and again.any():
                _count(work.duplicates, part.origin[again], origins)
                if again.all():
                    continue  # nothing new: the chunk keeps its revision
            tag, ts = int(part.block.tag[0]), part.block.ts
            work.touched.append(Touched(tag, int(ts[0]), int(ts[-1])))
            work.gone += [kept.id for kept in rewrite.absorbed]
            rev = max((one.rev for one in old), default=0) + 1
            work.new += [NewChunk(block, rev, chunks.encode(block)) for block in chunks.pieces(whole)]


def _count(duplicates: dict[Origin, int], found: NDArray[np.int64], origins: list[Origin]) -> None:
    for number, n in zip(*(column.tolist() for column in np.unique(found, return_counts=True)), strict=True):
        if number >= 0:
            duplicates[origins[number]] = duplicates.get(origins[number], 0) + n
