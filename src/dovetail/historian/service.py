"""The plant's memory of signals: frames go in once and for ever, samples, trends and means come out by scope."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dovetail.chunkstore.files import Files
from dovetail.chunkstore.months import Months
from dovetail.core import faults
from dovetail.core.batch import Batch, Frame
from dovetail.core.bus import Bus
from dovetail.core.clock import Clock
from dovetail.core.errors import InvalidError, LinkError, NotFoundError, RefusedError
from dovetail.core.limits import AGGREGATE_SAMPLES_MAX, CONSUMER_FRAMES_MAX, SERIES_PX_MAX
from dovetail.core.scope import Scope
from dovetail.core.sink import Resumed
from dovetail.damage.known import Damage
from dovetail.events.historian import FramesStored
from dovetail.historian import aggregates, folding
from dovetail.historian import hourly as hours
from dovetail.historian.entry import Arrival, Entry
from dovetail.historian.hourly import Hourly, Keeps
from dovetail.historian.ingest import Ingest
from dovetail.historian.last import LastValues
from dovetail.historian.model import Delivery, Folded, HeadRow, Latest, Mean, Sample, Series
from dovetail.packing import frames as codec
from dovetail.packing.columns import VALID, Block
from dovetail.packing.place import Storage
from dovetail.reading.corrected import EVER_US, Corrected, Corrections, Uncorrected, as_it_counts, nothing_known
from dovetail.reading.read import Range, Reader
from dovetail.sealing.compactor import Compactor
from dovetail.sealing.dropper import Dropper
from dovetail.sealing.recent import Recent, Row, row_of
from dovetail.sealing.roller import Roller
from dovetail.sealing.sealer import Sealer
from dovetail.twicetold import head as witness

log = logging.getLogger(__name__)

VIEW = "plant.view"


class Historian:
    """All methods are thread-safe. Times are µs UTC; ranges are [from, to).

    `owner_of` names the equipment of a tag; None is a connection's own tag, which needs plant.view on one of `roots`.
    `is_tag` says whether an id was ever given to a tag; samples of others are refused. `where` is a folder for files,
    or a storage that is open already; `storage` is for a backup of it. Whatever is read is read as people corrected it,
    as far as that was known at `as_of` (a `known`; None: now).
    """

    def __init__(
        self,
        where: Path | Storage,
        *,
        clock: Clock,
        bus: Bus,
        owner_of: Callable[[int], int | None],
        roots: Callable[[], frozenset[int]] = frozenset,
        is_tag: Callable[[int], bool] = lambda _tag: True,
        corrections: Corrections | None = None,
    ) -> None:
        self.storage: Storage = Files(where, on_spoilt="set aside") if isinstance(where, Path) else where
        self._clock, self._bus, self._owner_of, self._roots = clock, bus, owner_of, roots
        self._write_lock = threading.RLock()
        self._months = Months(self.storage)
        self._head = witness.opened(self.storage, self._months)
        self._recent = Recent(_rows(self._head.rows(self._head.sealed, None)))
        self.damage = Damage(clock, self._months)
        self._reader = Reader(self._months, self._recent, self.damage)
        self._corrections: Corrections = corrections or Uncorrected()
        self._last = LastValues(is_tag=is_tag)
        self._rebuild_last()
        ingest = Ingest(self._last, held=self._reader.at, lost=self.damage.lost)
        self._entry = Entry(self._head, self._last, ingest, clock)
        self._sealer = Sealer(
            self._head, self._months, self._recent, write_lock=self._write_lock, damage=self.damage, clock=clock
        )
        self._compactor, self._roller = Compactor(self._months, self._sealer), Roller(self._months, self._sealer)
        self.refuses: str | None = None  # why nothing is taken now: samples then wait with whoever sent them
        self.dropper = Dropper(self._months, self._sealer)  # for who decides how long samples are kept

    def _rebuild_last(self) -> None:
        for block in self.damage.ends(self._months, nothing_known):
            self._last.load(block)
        for block in (block for row in self._recent.snapshot() for block in row.all()):
            self._last.load(block)

    def close(self) -> None:
        """Close the files; what was accepted is on disk already."""
        with self.sealing_paused(), self._write_lock:
            self._head.close()
            self._months.close()
            self.storage.close()

    @contextmanager
    def sealing_paused(self) -> Generator[None]:
        """While the block lasts, which must be short, nothing is sealed or released: the months stay as they are."""
        with self._sealer.idle:
            yield

    # --- in ---------------------------------------------------------------------------------------------

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        """A new epoch for `source`, never given before, and the last mark of each good-through tag that has one."""
        with self._write_lock:
            epoch = self._head.next_epoch(source)
            marks = self._last.samples(links)
        return Resumed(epoch, {tag: sample.ts_us for tag, sample in marks.items()})

    def put(self, frames: Sequence[Frame]) -> None:
        """Make the frames durable in one commit; those seen before change nothing. Raises LinkError: nothing was kept.

        Samples that cannot be kept are refused one by one and counted (`delivery`).
        """
        if self.refuses is not None:
            raise LinkError(self.refuses, code="disk-full", hint="an administrator makes room; what is sent waits")
        self._sealer.keep_pace(frames)
        with self._write_lock:
            rows = self._overlooked() + self._put(frames)
        self._publish(rows)

    def _publish(self, rows: Sequence[Row]) -> None:
        if rows:
            self._bus.publish(FramesStored(rows[-1].head_id, tuple(row.frame for row in rows)))

    def _overlooked(self) -> list[Row]:
        """Take over what stands although its commit seemed to fail; whoever sent it sends it again, to no effect."""
        return self._taken_over(self._head.overlooked())

    def _taken_over(self, found: Iterable[tuple[int, bytes]]) -> list[Row]:
        """Rows that stand in the head and are not ours, as if they were."""
        rows = _rows(found)
        for block in (block for row in rows for block in row.all()):
            self._last.load(block)
        self._recent.extend(rows)
        return rows

    def _put(self, given: Sequence[Frame]) -> list[Row]:
        entered = self._entry.put([Arrival(frame, frame.source) for frame in given])
        faults.point("historian.stored")
        others = self._taken_over(entered.others)
        accepted = enumerate(entered.accepted, entered.first_id)
        new = [Row(head_id, taken.frame, taken.blocks, taken.marks) for head_id, taken in accepted]
        self._recent.extend(new)
        return others + new

    def follow(self, wait_s: float) -> int:
        """Take over what ingest workers have stored, as soon as they have within the time; how many frames."""
        self.storage.await_others(wait_s)
        with self._write_lock:
            rows = self._overlooked() or self._taken_over(self._head.news(CONSUMER_FRAMES_MAX))
        self._publish(rows)
        return len(rows)

    def declare_gap(self, source: str, lane: str, samples: int) -> None:
        """Count samples that the source itself says are lost: a declared gap is better than a silent one."""
        if samples < 0:
            raise InvalidError("a gap cannot be negative", pointer="/samples")
        with self._write_lock:
            self._head.declare_gap(source, lane, samples)

    def delivery(self) -> list[Delivery]:
        """The account per source and lane: expected = stored + duplicate + refused + gap."""
        repeats = self._months.duplicates()
        counters, missing = self._head.account()
        return [
            Delivery(
                *key,
                expected=count["expected"],
                stored=count["stored"] - repeats[key],
                duplicate=count["duplicate"] + repeats[key],
                refused=count["refused"],
                gap=count["gap"],
                frames=count["frames"],
                frames_repeated=count["repeated"],
                frames_missing=missing.get(key, 0),
            )
            for key, count in sorted(counters.items())
        ]

    # --- the queue --------------------------------------------------------------------------------------

    def head(self, after: int, limit: int) -> list[HeadRow]:
        """Up to `limit` frames with head_id > `after`, of all lanes, in commit order.

        Raises RefusedError (head-released) when rows above `after` have been released: re-read by time, with `raw`.
        """
        if (recent := self._recent.after(after, limit)) is not None:
            return [HeadRow(row.head_id, as_it_counts(row.frame, self._corrections)) for row in recent]
        found = ((head_id, codec.decode(body)) for head_id, body in self._head.rows(after, limit))
        rows = [HeadRow(head_id, as_it_counts(frame, self._corrections)) for head_id, frame in found]
        if after < self._head.released:
            raise RefusedError(
                f"the head begins after row {self._head.released}", code="head-released", hint="re-read by time"
            )
        return rows

    def head_bounds(self) -> tuple[int, int]:
        """(released, last): `head` is complete after `released`, and `last` is the newest head_id."""
        return self._head.released, self._head.last_id

    def consumer_at(self, name: str, head_id: int | None) -> int:
        """A consumer has dealt with all up to `head_id`; the first call registers it. None: it asks how far it was."""
        with self._write_lock:
            return self._head.consumer_at(name, head_id)

    @property
    def unsealed(self) -> int:
        """Samples that are not in chunks yet."""
        return self._recent.samples

    def seal_once(self) -> int:
        """Move what is unsealed (up to SEAL_SAMPLES_MAX samples) into chunks; how many samples. Background work."""
        return self._sealer.seal_once()

    @property
    def chunks(self) -> Months:
        """What is sealed, as it was sent: for who brings it elsewhere."""
        return self._months

    def compact_once(self) -> int:
        """Put some small chunks of days that are over together, else sum some hours up; how many chunks were looked at.

        Background work.
        """
        now_us = self._clock.now_us()
        return self._compactor.step(now_us) or self._roller.step(now_us)

    def rollups(self) -> tuple[int, int]:
        """(how many days of tags are summed up by the hour or by the minute, how many of them have to be anew)."""
        return self._months.rollups()

    # --- out --------------------------------------------------------------------------------------------

    def last(
        self, tags: Sequence[int], *, scope: Scope, at_us: int | None = None, as_of: int | None = None
    ) -> dict[int, Sample]:
        """The newest sample of each tag at or before `at_us` (None: of all); tags without one are left out."""
        self.require(tags, scope=scope)
        with self._write_lock:
            samples = self._last.samples(tags)
        reader, upto_us = self._as_of(as_of), EVER_US if at_us is None else at_us + 1
        asked = {tag for tag, sample in samples.items() if sample.ts_us >= upto_us}
        asked |= {
            tag
            for tag, found in reader.of(tags).items()
            if found.from_us < upto_us and (tag not in samples or samples[tag].ts_us < found.to_us)
        }
        then = _samples(reader.before(asked, upto_us)) if asked else {}
        return {tag: sample for tag, sample in samples.items() if tag not in asked} | then

    def latest(self, tags: NDArray[np.int64], *, scope: Scope) -> Latest:
        """The newest samples of tags in columns, row by row those of `tags`."""
        asked: list[int] = tags.tolist()
        self.require(asked, scope=scope)
        with self._write_lock:
            found = self._last.latest(tags)
        corrected = self._corrections.of(asked, None)
        if not corrected:
            return found
        rows = [at for at, tag in enumerate(asked) if tag in corrected and found.ts[at] < corrected[tag].to_us]
        return found.with_samples(rows, self.last([asked[at] for at in rows], scope=scope))

    def raw(
        self,
        tags: Sequence[int],
        from_us: int,
        to_us: int,
        *,
        scope: Scope,
        limit: int | None = None,
        as_of: int | None = None,
    ) -> list[Batch]:
        """One batch per kind, ordered by (ts, tag, arrival), without repeats; the first `limit` samples in all."""
        self.require(tags, scope=scope)
        if not tags or from_us >= to_us:
            return []
        asked = Range(tuple(sorted(set(tags))), from_us, to_us)
        return [b.batch() for b in self._as_of(as_of).raw(asked, limit=limit)]

    def by_tag(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[Batch]:
        """As `raw`, but each batch by (tag, ts, arrival): for whoever sums tags up, and sooner."""
        self.require(tags, scope=scope)
        if not tags or from_us >= to_us:
            return []
        asked = Range(tuple(sorted(set(tags))), from_us, to_us)
        return [b.batch() for b in self._as_of(as_of).raw(asked, by="tag")]

    def bounding(self, tags: Sequence[int], at_us: int, *, scope: Scope, as_of: int | None = None) -> dict[int, Sample]:
        """The last sample strictly before `at_us` of each tag that has one."""
        return self.last(tags, scope=scope, at_us=at_us - 1, as_of=as_of)

    def series(self, tag: int, from_us: int, to_us: int, px: int, *, scope: Scope, as_of: int | None = None) -> Series:
        """The trend of a tag in at most `px` buckets of equal width. Raises InvalidError for px outside 1…4000."""
        self.require((tag,), scope=scope)
        if not 1 <= px <= SERIES_PX_MAX:
            raise InvalidError(f"px must be 1 to {SERIES_PX_MAX}", pointer="/px")
        return aggregates.series(self._as_of(as_of), Range((tag,), from_us, max(from_us, to_us)), px)

    def mean(
        self,
        tag: int,
        from_us: int,
        to_us: int,
        *,
        scope: Scope,
        interpolation: Literal["stepped", "sloped"] = "stepped",
        as_of: int | None = None,
    ) -> Mean:
        """The time-weighted mean over [from, min(to, now)), with bounding values (OPC UA Part 13 TimeAverage2)."""
        self.require((tag,), scope=scope)
        now_us, asked = self._clock.now_us(), Range((tag,), from_us, to_us)
        reader = self._as_of(as_of)
        return reader.settled(asked, lambda: folding.mean(reader, asked, now_us=now_us, interpolation=interpolation))

    def _as_of(self, as_of: int | None) -> Corrected:
        return Corrected(self._reader, self._corrections, as_of)

    def folded(
        self, tag: int, from_us: int, to_us: int, *, cuts: Sequence[int], extremes: bool, spreads: bool = False,
        scope: Scope, as_of: int | None = None,
    ) -> Folded:  # fmt: skip
        """The samples of a tag; between two `cuts` (sorted) only as much of them as a stepped aggregate must see.

        `extremes`: it also asks for the least or the greatest; `spreads`: for variances. Raises InvalidError: too much.
        """
        self.require((tag,), scope=scope)
        asked = Range((tag,), from_us, max(from_us, to_us))
        reader, most = self._as_of(as_of), AGGREGATE_SAMPLES_MAX
        ask = partial(folding.folded, reader, asked, cuts=cuts, extremes=extremes, spreads=spreads, most=most)
        return reader.settled(asked, ask)

    def hourly(
        self, tags: Sequence[int], from_us: int, to_us: int, *, spreads: bool = False, scope: Scope,
        as_of: int | None = None,
    ) -> Hourly:  # fmt: skip
        """[from, to) of many tags (sorted), whole hours, as far as they are summed up and a stepped sum may rest on it.

        Not for who asks for the least, the greatest, or one moment inside.
        """
        self.require(tags, scope=scope)
        return hours.hourly(self._as_of(as_of), Range(tuple(tags), from_us, to_us), spreads=spreads)

    def slotted(
        self, tags: Sequence[int], cuts: Sequence[int], keeps: Keeps, *, scope: Scope, as_of: int | None
    ) -> Hourly:
        """The same between a few moments (sorted), from samples that are opened for it; `keeps`: for what."""
        self.require(tags, scope=scope)
        return hours.slotted(self._as_of(as_of), tags, cuts, keeps)

    def require(self, tags: Iterable[int], *, scope: Scope) -> None:
        """Raises NotFoundError for a tag outside the scope: the same as for one that does not exist."""
        visible = scope.equipment(VIEW)
        if visible is None:
            return
        for tag in tags:
            owner = self._owner_of(tag)
            if owner not in visible if owner is not None else visible.isdisjoint(self._roots()):
                raise NotFoundError("there is no such tag")


def _rows(found: Iterable[tuple[int, bytes]]) -> list[Row]:
    return [row_of(head_id, codec.decode(body)) for head_id, body in found]


def _samples(blocks: Iterable[Block]) -> dict[int, Sample]:
    answer: dict[int, Sample] = {}
    for block in blocks:
        tag, ts, status = int(block.tag[0]), int(block.ts[0]), int(block.status[0])
        value = np.asarray(block.value)[:1].tolist()[0] if status >= VALID else None
        device = None if block.device is None or block.device[0] == ts else int(block.device[0])
        native = 0 if block.native is None else int(block.native[0])
        answer[tag] = Sample(tag, ts, value, status & 0xFFFF, device, native)
    return answer
