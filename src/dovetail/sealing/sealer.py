"""Move what the head log holds into chunks: upsert chunks → commit → mark sealed → commit → delete head rows.

May be killed between any two steps and repeated: each month's file knows up to which head row it holds everything.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.chunkstore.months import Month, Months, View
from dovetail.core import faults
from dovetail.core.batch import Frame
from dovetail.core.clock import SECOND_US, Clock
from dovetail.core.limits import (
    HEAD_BYTES_MAX,
    HEAD_ROWS_RELEASED_AT_ONCE,
    SEAL_SAMPLES_MAX,
    UNSEALED_SAMPLES_MAX,
)
from dovetail.damage.known import Damage
from dovetail.headlog.head import Head
from dovetail.packing import chunks, fresh
from dovetail.packing.fresh import ChunkRow, NewChunk
from dovetail.packing.rollups import Touched
from dovetail.sealing.recent import Recent, Row
from dovetail.sealing.sorting import OF_NO_ACCOUNT, Origin, Run, Waiting, waiting

log = logging.getLogger(__name__)

GIVE_WAY_S: Final = 0.001  # of one commit; 5,000 tags are then sealed in five seconds, where commits never cease
GIVE_WAY_BELOW: Final = 0.75  # of UNSEALED_SAMPLES_MAX: from there on sealing is what is urgent
KEEP_PACE_S: Final = 1.0  # of one commit, however large; at the limit it is the caller who seals


@dataclass(slots=True)
class _Work:
    """What one month's commit will bring."""

    gone: list[int] = field(default_factory=list[int])
    new: list[ChunkRow] = field(default_factory=list[ChunkRow])
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
        self._sample_s = 0.0  # what the last sealing took for a sample, without what it gave way for
        self._gave_way_us = 0  # of the sealing that runs
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
                began_us, self._gave_way_us = self._clock.monotonic_us(), 0
                self._seal(rows)
                took_us = self._clock.monotonic_us() - began_us - self._gave_way_us
                self._sample_s = took_us / SECOND_US / max(sealed, 1)
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
        every = waiting(rows, origins)
        months = {number for one in every for number in one.months()}
        for number in sorted(months):
            self.changed.add(number)
            self.unrolled.add(number)
            with self._months.use(number) as month:
                inside = [one.inside(number) for one in every]
                while not self._seal_month(month, inside, upto, origins=origins, number=number):
                    faults.point("historian.set-aside")
            faults.point("historian.chunk-written")
        with self._write_lock:
            self._head.seal(upto)
        faults.point("historian.sealed")
        self._recent.drop(upto)

    def _seal_month(
        self, month: Month, inside: list[Waiting], upto: int, *, origins: list[Origin], number: int
    ) -> bool:
        """False: a chunk that was to be joined cannot be read. It is set aside, and all is to be placed anew."""
        work = _Work()
        with month.view(self.damage.watch(number)) as view:
            for one in inside:
                new = one.after(view.sealed)
                for runs in new.by_tags():
                    repeats = _place(view, runs, work=work, give_way=self._give_way)
                    if len(repeats):
                        _count(work.duplicates, new.origins(repeats), origins)
        if self.damage.set_aside(number, month):
            return False
        month.write(work.gone, work.new, sealed=upto, duplicates=work.duplicates, touched=work.touched)
        return True

    def _give_way(self) -> None:
        """Let a commit that is under way end first, a moment at most: else it waits for the interpreter at each step.

        Not where so much waits that samples would soon have to.
        """
        if self._recent.samples >= GIVE_WAY_BELOW * UNSEALED_SAMPLES_MAX:
            return
        if not self._write_lock.acquire(blocking=False):
            began_us = self._clock.monotonic_us()
            held = self._write_lock.acquire(timeout=GIVE_WAY_S)
            self._gave_way_us += self._clock.monotonic_us() - began_us
            if not held:
                return
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


def _place(view: View, runs: list[Run], *, work: _Work, give_way: Callable[[], None]) -> NDArray[np.intp]:
    """Put some tags' new samples into new chunks, together with the chunks that they touch; asked for all at once.

    Which of them were there already.
    """
    tags = [int(run.block.tag[0]) for run in runs]
    plans = [
        chunks.plan(kept, run.block.ts) for run, kept in zip(runs, view.kept(tags, runs[0].block.kind), strict=True)
    ]
    wanted = [(tag, kept.id) for tag, plan in zip(tags, plans, strict=True) for one in plan for kept in one.absorbed]
    taken = view.taken(wanted)
    new: list[NewChunk] = []
    repeats: list[NDArray[np.intp]] = [np.empty(0, dtype=np.intp)]
    for tag, run, plan in zip(tags, runs, plans, strict=True):
        give_way()
        for rewrite in plan:
            part = run if len(plan) == 1 else run.take(rewrite.part)
            old = [taken[kept.id] for kept in rewrite.absorbed if kept.id in taken]  # else it is done anew, without it
            whole, again = chunks.merge([one.block for one in old], part.block)
            if again is not None and again.any():
                repeats.append(part.at[again])
                if again.all():
                    continue  # nothing new: the chunk keeps its revision
            ts = part.block.ts
            work.touched.append(Touched(tag, int(ts[0]), int(ts[-1])))
            work.gone += [kept.id for kept in rewrite.absorbed]
            rev = max((one.rev for one in old), default=0) + 1
            new += [NewChunk(block, rev, chunks.encode(block)) for block in chunks.pieces(whole)]
    work.new += fresh.rows(new)
    return np.concatenate(repeats)


def _count(duplicates: dict[Origin, int], found: NDArray[np.int64], origins: list[Origin]) -> None:
    for number, n in zip(*(column.tolist() for column in np.unique(found, return_counts=True)), strict=True):
        if number != OF_NO_ACCOUNT:
            duplicates[origins[number]] = duplicates.get(origins[number], 0) + n
