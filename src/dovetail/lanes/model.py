"""The time of a machine as columns of segments, and how so many of them are put together that a picture can show them.

Pure. A segment is a state record, or several short ones that follow each other within one pixel: those are shown as
what took most of their time, say how many they are, and say which kinds of time they hide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.timeline.model import StateRecord

type Ints = NDArray[np.int64]

EDITED, CHANGED, PROVISIONAL, PERSON, COMMENTED, OPEN = 1, 2, 4, 8, 16, 32  # marks of a segment
VOID, STANDS, PRODUCES = 1, 2, 4  # kinds of time
COLUMNS: Final = ("t0_us", "t1_us", "look", "marks", "n", "holds")


@dataclass(frozen=True, slots=True)
class Look:
    """What segments that look the same say: state, mode and reason; `kind` of time: VOID, STANDS or PRODUCES."""

    state: str
    mode: str
    reason: str | None
    external: bool
    kind: int


def look_of(record: StateRecord) -> Look:
    """What is seen of a record."""
    kind = VOID if not record.is_known else PRODUCES if record.produces else STANDS
    return Look(record.state, record.mode, record.reason, record.external, kind)


class Looks:
    """Every look once, under a number."""

    def __init__(self) -> None:
        self._numbers: dict[Look, int] = {}

    def number(self, look: Look) -> int:
        """The number of a look; a new one for one that was not met before."""
        return self._numbers.setdefault(look, len(self._numbers))

    @property
    def all(self) -> list[Look]:
        """The looks in the order of their numbers."""
        return list(self._numbers)


@dataclass(frozen=True, slots=True)
class Segments:
    """Segments by time, as columns. `look`: numbers of `Looks`; `n`: how many records each is; `holds`: their kinds."""

    t0_us: Ints
    t1_us: Ints
    look: Ints
    marks: Ints
    n: Ints
    holds: Ints

    def __len__(self) -> int:
        return len(self.t0_us)


def segments_of(
    records: Sequence[StateRecord], looks: Looks, *, changed: frozenset[int], settled_us: int, now_us: int
) -> Segments:
    """State records as columns; the one that goes on reaches to now. `changed`: edits whose evidence has changed."""
    rows = [_row(record, looks, changed=changed, settled_us=settled_us, now_us=now_us) for record in records]
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), len(COLUMNS)).T
    return Segments(*columns)


def _row(
    record: StateRecord, looks: Looks, *, changed: frozenset[int], settled_us: int, now_us: int
) -> tuple[int, int, int, int, int, int]:
    end_us = max(now_us, record.t0_us) if record.t1_us is None else record.t1_us
    look = look_of(record)
    marks = OPEN if record.t1_us is None else 0
    marks |= PROVISIONAL if (record.t0_us if record.t1_us is None else record.t1_us) > settled_us else 0
    if record.edit is not None:
        marks |= EDITED | (CHANGED if record.edit.edit_id in changed else 0)
        marks |= (PERSON if record.source == "person" else 0) | (COMMENTED if record.comment else 0)
    return record.t0_us, end_us, looks.number(look), marks, 1, look.kind


def decimated(segments: Segments, bucket_us: int) -> Segments:
    """The same time in fewer segments: those shorter than a bucket that follow each other in one become one.

    A longer one is kept as it is, so nothing that can be seen moves. Buckets are counted from 1970, so that two
    stretches that overlap are put together alike. At most three segments a bucket are left.
    """
    if len(segments) < 2:
        return segments
    short = segments.t1_us - segments.t0_us < bucket_us
    bucket = segments.t0_us // bucket_us
    joins = short[1:] & short[:-1] & (bucket[1:] == bucket[:-1])
    group = np.concatenate(([0], np.cumsum(~joins)))
    first = np.flatnonzero(np.concatenate(([True], ~joins)))
    last = np.concatenate((first[1:] - 1, [len(segments) - 1]))
    return Segments(
        t0_us=segments.t0_us[first],
        t1_us=segments.t1_us[last],
        look=_took_most(segments, group, len(first)),
        marks=np.bitwise_or.reduceat(segments.marks, first),
        n=np.add.reduceat(segments.n, first),
        holds=np.bitwise_or.reduceat(segments.holds, first),
    )


def _took_most(segments: Segments, group: Ints, groups: int) -> Ints:
    """Of each group the look that took most of its time."""
    looks = int(segments.look.max()) + 1
    pairs, place = np.unique(group * looks + segments.look, return_inverse=True)
    lasts_us = np.zeros(len(pairs), dtype=np.int64)
    np.add.at(lasts_us, place, segments.t1_us - segments.t0_us)
    order = np.lexsort((lasts_us, pairs // looks))
    ends = np.searchsorted(pairs[order] // looks, np.arange(groups), side="right") - 1
    return pairs[order][ends] % looks


def bucket_of(from_us: int, to_us: int, px: int) -> int:
    """How long a pixel is, µs."""
    return max(1, -(-(to_us - from_us) // px))
