"""Samples as people corrected them: what was sent lies beneath, as it was, and what people said is laid over it.

Only time of which a correction speaks is read in this way; of all other time, and of all other signals, readers learn
with one look that nobody said anything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

import numpy as np

from dovetail.chunkstore.months import Months, View
from dovetail.core.batch import DTYPES, Batch, Frame, Kind
from dovetail.core.clock import DAY_US
from dovetail.core.quality import BAD
from dovetail.damage.known import Damage
from dovetail.packing.columns import TEXT_KINDS, Block
from dovetail.packing.order import Order, ordered
from dovetail.reading.lately import Lately
from dovetail.reading.read import Range, Reader, first

type Span = tuple[int, int]

EVER_US = np.iinfo(np.int64).max


class Laid(Protocol):
    """What is laid over the samples of one tag. Spans are [from, to), ascending and disjoint."""

    @property
    def from_us(self) -> int:
        """Before this moment nothing was corrected."""
        ...

    @property
    def to_us(self) -> int:
        """From this moment on nothing was corrected."""
        ...

    def spans(self, from_us: int, to_us: int) -> Sequence[Span]:
        """The parts of [from_us, to_us) of which a correction speaks."""
        ...

    def sent(self, from_us: int, to_us: int) -> Sequence[Span]:
        """The parts of [from_us, to_us) in which samples that were sent count."""
        ...

    def blank_from(self, at_us: int) -> int | None:
        """Where the stretch begins in which nothing sent counts at `at_us`; None: it counts."""
        ...

    def newest_added(self, before_us: int) -> int | None:
        """The newest moment before another for which a person gave a sample."""
        ...

    def lay(self, parts: Iterable[Block], from_us: int, to_us: int) -> list[Block]:
        """What counts of [from_us, to_us), of which `parts` were sent: a block per kind, by (ts, arrival)."""
        ...

    def of_sent(self, parts: Iterable[Block]) -> list[Block]:
        """What counts of samples that were sent, and as what."""
        ...


class Corrections(Protocol):
    """Who knows what people corrected."""

    @property
    def until_us(self) -> int:
        """From this moment on nothing is corrected now, of no tag."""
        ...

    def of(self, tags: Iterable[int], as_of: int | None) -> Mapping[int, Laid]:
        """What is laid over tags, as known at `as_of` (None: now); tags without a correction are left out."""
        ...


class Uncorrected:
    """Nobody ever corrected anything."""

    until_us = 0

    def of(self, tags: Iterable[int], as_of: int | None) -> Mapping[int, Laid]:
        """Nothing."""
        return {}


class Corrected:
    """Answers as a Reader does, with corrections laid over, as known at `as_of`. Thread-safe."""

    def __init__(self, sent: Reader, corrections: Corrections, as_of: int | None) -> None:
        self._sent, self._corrections, self._as_of = sent, corrections, as_of

    def of(self, tags: Iterable[int]) -> Mapping[int, Laid]:
        """What is laid over tags; those of which nothing was corrected are left out."""
        return self._corrections.of(tags, self._as_of)

    def sent_alone(self, asked: Range) -> list[tuple[Range, Reader | None]]:
        """The range in parts by time, each with the reader that has all of it as it counts; None: read it here."""
        (tag,) = asked.tags
        found = self.of(asked.tags).get(tag)
        parts: list[tuple[Range, Reader | None]] = []
        at_us = asked.from_us
        for start_us, end_us in () if found is None else found.spans(asked.from_us, asked.to_us):
            parts += [(replace(asked, from_us=at_us, to_us=start_us), self._sent)] if at_us < start_us else []
            for day_us in range(start_us, end_us, DAY_US):  # never more at once than a day of it
                until_us = min(day_us + DAY_US, end_us)
                parts.append((replace(asked, from_us=day_us, to_us=until_us), None))
            at_us = end_us
        return [*parts, (replace(asked, from_us=at_us), self._sent)] if at_us < asked.to_us or not parts else parts

    @property
    def months(self) -> Months:
        """Where chunks lie, with what was sent."""
        return self._sent.months

    @property
    def damage(self) -> Damage:
        """What of it cannot be read."""
        return self._sent.damage

    @property
    def lately(self) -> Lately:
        """What of it was opened lately, as it was sent."""
        return self._sent.lately

    def settled[T](self, asked: Range, ask: Callable[[], T]) -> T:
        """An answer about a tag that knows of every hole in its range: anew where one was found on the way to it."""
        (tag,), damage = asked.tags, self.damage
        known = damage.of(tag, asked.from_us, asked.to_us)
        answer = ask()
        return answer if damage.of(tag, asked.from_us, asked.to_us) == known else ask()

    def views(self, months: Collection[int]) -> AbstractContextManager[Callable[[int], AbstractContextManager[View]]]:
        """Views of several months, as a Reader's."""
        return self._sent.views(months)

    def viewed(self, asked: Range) -> Iterator[View]:
        """Each month of a range in turn, as it was sent."""
        months = self.months.between(asked.from_us, asked.to_us)
        with self.views(months) as views:
            for month in months:
                with views(month) as view:
                    yield view

    def loose(self, asked: Range) -> list[Block]:
        """What was sent and is in no chunk yet."""
        return self._sent.loose(asked)

    def is_as_sent(self, tag: int, from_us: int, to_us: int) -> bool:
        """Whether no correction speaks of [from_us, to_us)."""
        found = self.of((tag,)).get(tag)
        return found is None or not found.spans(from_us, to_us)

    def raw(self, asked: Range, *, limit: int | None = None, by: Order = "time") -> list[Block]:
        """As a Reader's."""
        over = {tag: found for tag, found in self.of(asked.tags).items() if found.spans(asked.from_us, asked.to_us)}
        if not over:
            return self._sent.raw(asked, limit=limit, by=by)
        others = tuple(tag for tag in asked.tags if tag not in over)
        parts = self._sent.raw(replace(asked, tags=others), limit=limit) if others else []
        for tag, found in over.items():
            parts = parts + self._of_one(found, replace(asked, tags=(tag,)), limit)
        kinds = sorted({part.kind for part in parts})
        merged = [ordered([part for part in parts if part.kind is kind], by=by) for kind in kinds]
        return merged if limit is None else first(merged, limit)

    def _of_one(self, found: Laid, asked: Range, limit: int | None) -> list[Block]:
        """At least `limit` samples where there are so many."""
        parts: list[Block] = []
        at_us = asked.from_us
        while at_us < asked.to_us and (limit is None or sum(map(len, parts)) < limit):
            upto_us, sent = self._sent_of(found, replace(asked, from_us=at_us), limit)
            parts += found.lay(sent, at_us, upto_us)
            at_us = upto_us
        return parts

    def _sent_of(self, found: Laid, asked: Range, limit: int | None) -> tuple[int, list[Block]]:
        """(up to where, what was sent and counts until there), with about `limit` samples."""
        spans = found.sent(asked.from_us, asked.to_us)
        if limit is None:
            return asked.to_us, [part for span in spans for part in self._sent.raw(Range(asked.tags, *span))]
        if not spans:
            return asked.to_us, []
        parts = self._sent.raw(Range(asked.tags, *spans[0]), limit=limit)
        if sum(map(len, parts)) < limit:
            return spans[0][1], parts
        last_us = max(int(part.ts[-1]) for part in parts)
        whole = [part.take(part.ts < last_us) for part in parts]  # of that moment there may be more
        return last_us + 1, whole + self._sent.at(asked.tags, last_us)

    def before(self, tags: Iterable[int], at_us: int) -> list[Block]:
        """The last sample strictly before `at_us` of each tag that has one, each a block of one."""
        wanted = list(tags)
        over = self.of(wanted)
        answer = self._sent.before([tag for tag in wanted if tag not in over], at_us)
        for tag, found in over.items():
            answer += self._newest(tag, found, at_us)
        return [self._as_far_as_known(one, at_us) for one in answer]

    def _as_far_as_known(self, one: Block, at_us: int) -> Block:
        """What came after a sample may be lost: then nothing is known from there on, and BAD says so."""
        until_us = self.damage.holds_until(int(one.tag[0]), int(one.ts[0]), at_us)
        return one if until_us is None else nothing_known(int(one.tag[0]), one.kind, until_us)

    def _newest(self, tag: int, found: Laid, at_us: int) -> list[Block]:
        sent_us, added_us = self._newest_sent(tag, found, at_us), found.newest_added(at_us)
        newest_us = max((one for one in (sent_us, added_us) if one is not None), default=None)
        if newest_us is None:
            return []
        parts = self._sent.at((tag,), newest_us) if newest_us == sent_us else []
        last = found.lay(parts, newest_us, newest_us + 1)[-1]
        return [last.take(slice(len(last) - 1, len(last)))]

    def _newest_sent(self, tag: int, found: Laid, at_us: int) -> int | None:
        while True:
            parts = self._sent.before((tag,), at_us)
            if not parts:
                return None
            sent_us = int(parts[0].ts[0])
            blank_us = found.blank_from(sent_us)
            if blank_us is None:
                return sent_us
            at_us = blank_us


def nothing_known(tag: int, kind: Kind, at_us: int) -> Block:
    """From a moment on: a BAD sample without a value, which nobody sent."""
    value = np.array([""], dtype=object) if kind in TEXT_KINDS else np.zeros(1, dtype=DTYPES[kind])
    whose, when = np.array([tag], dtype=np.int64), np.array([at_us], dtype=np.int64)
    return Block(kind, whose, when, value, np.array([BAD], dtype=np.uint32))


def as_it_counts(frame: Frame, corrections: Corrections) -> Frame:
    """A frame of the head with what came late for corrected time as it counts; what people gave is not in it."""
    if not any(len(batch) and int(batch.ts.min()) < corrections.until_us for batch in frame.batches):
        return frame
    batches: list[Batch] = []
    changed = False
    for batch in frame.batches:
        over = {
            tag: found
            for tag, found in corrections.of(np.unique(batch.tag).tolist(), None).items()
            if ((batch.tag == tag) & (batch.ts >= found.from_us) & (batch.ts < found.to_us)).any()
        }
        changed = changed or bool(over)
        others = batch.take(~np.isin(batch.tag, list(over))) if over else batch
        batches += [others] if len(others) or not over else []
        for tag, found in over.items():
            batches += [part.batch() for part in found.of_sent([Block.of(batch.take(batch.tag == tag))])]
    return replace(frame, batches=tuple(batches)) if changed else frame
