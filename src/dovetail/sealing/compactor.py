"""Put the small chunks of days that are over together: a year of a signal is then few chunks, and few reads.

Sealing joins chunks as it goes, but the last ones before a pause, and those that came late, stay small. A step takes
a few of them, while nothing is sealed, in one commit of their month: killed anywhere, it is done or it is not.
"""

from __future__ import annotations

from dataclasses import dataclass

from dovetail.chunkstore.months import Months
from dovetail.core import faults
from dovetail.core.batch import Kind
from dovetail.core.clock import DAY_US
from dovetail.core.limits import COMPACT_CHUNKS_MAX, COMPACT_SAMPLES_MAX
from dovetail.packing import chunks
from dovetail.packing.chunks import Kept
from dovetail.packing.columns import concat
from dovetail.packing.fresh import NewChunk, rows
from dovetail.sealing.sealer import Sealer


@dataclass(frozen=True, slots=True)
class _Group:
    """Chunks of one tag that become one."""

    tag: int
    kept: tuple[Kept, ...]


class Compactor:
    """Works only while the sealer is idle, so that one of the two moves chunks at a time. One thread."""

    def __init__(self, months: Months, sealer: Sealer) -> None:
        self._months, self._sealer = months, sealer
        self._to_do: dict[int, int] = {}  # months, and from which tag on
        self._day: int | None = None
        sealer.changed.update(months.newest_first())  # a new process does not know what the last one has done

    def step(self, now_us: int) -> int:
        """Look at some chunks and put together what fits; how many were looked at, 0: there is nothing to do.

        Raises LinkError: then nothing of the step is done.
        """
        today = now_us // DAY_US
        with self._sealer.idle:
            if today != self._day:
                self._to_do |= dict.fromkeys(self._sealer.changed, 0)
                if self._day is not None:  # what changed on the first day is over only on the next one
                    self._sealer.changed.clear()
                self._day = today
            if not self._to_do:
                return 0
            return self._some_of(max(self._to_do), today * DAY_US)

    def _some_of(self, number: int, until_us: int) -> int:
        with self._months.use(number) as month:
            with month.view(self._sealer.damage.watch(number)) as view:
                found = view.all_kept(self._to_do[number], until_us, limit=COMPACT_CHUNKS_MAX)
                groups, next_tag = _chosen(found)
                old = view.taken([(group.tag, kept.id) for group in groups for kept in group.kept])
                sealed = view.sealed
            if self._sealer.damage.set_aside(number, month):
                self._sealer.unrolled.add(number)  # of a month that is over nobody else would sum it up anew
                return max(1, sum(map(len, found.values())))  # the next step looks at what is left
            if groups:
                new = [_one_of([old[kept.id] for kept in group.kept]) for group in groups]
                gone = [kept.id for group in groups for kept in group.kept]
                month.write(gone, list(rows(new)), sealed=sealed, duplicates={})
                faults.point("historian.compacted")
            if next_tag is None:
                month.shrink()
        if next_tag is None:
            del self._to_do[number]
        else:
            self._to_do[number] = next_tag
        return max(1, sum(map(len, found.values())))


def _chosen(found: dict[tuple[int, Kind], list[Kept]]) -> tuple[list[_Group], int | None]:
    """(what one step puts together, the tag at which the next one begins; None: there is none)."""
    groups: list[_Group] = []
    n = 0
    for (tag, _kind), kept in found.items():
        for fitting in chunks.joined(kept):
            n += sum(one.n for one in fitting)
            if groups and n > COMPACT_SAMPLES_MAX:
                return groups, tag
            groups.append(_Group(tag, fitting))
    return groups, max(tag for tag, _kind in found) + 1 if found else None


def _one_of(old: list[NewChunk]) -> NewChunk:
    """The same samples in one chunk. Nothing of them changes, so it is of the newest revision among them."""
    return NewChunk(concat([one.block for one in old]), max(one.rev for one in old))
