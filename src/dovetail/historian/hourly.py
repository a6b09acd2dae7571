"""Hours that were summed up, as what an aggregate must see of them; and those of many signals at one look.

An hour of GOOD samples with GOOD ends is its first and its last sample and what lies between, folded. Where BAD ones
lie between, one of them stands for all, and for all the time in which nothing was known: sums do not ask when that was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from dovetail.aggregates.points import off_between
from dovetail.chunkstore.rolled import HOURS
from dovetail.core import quality as q
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.historian.model import Folded
from dovetail.packing.columns import VALID, Block, DamagedError
from dovetail.packing.rollups import CLOSES_GOOD, OPENS_GOOD, PLAIN, Rollup, Rows, unpack_hours
from dovetail.reading.corrected import Corrected
from dovetail.reading.read import Range
from dovetail.reading.slots import Keeps, slots

_ENDS_GOOD = PLAIN | OPENS_GOOD | CLOSES_GOOD


def foldable(rows: Rows, *, spreads: bool = False) -> NDArray[np.bool_]:
    """bool[n]: hours that may be folded; `spreads`: how far samples lie from their mean is asked for, too."""
    known = np.isfinite(rows["sum"]) & np.isfinite(rows["tw"]) & (np.isfinite(rows["off"]) | (not spreads))
    return ((rows["flags"] & _ENDS_GOOD) == _ENDS_GOOD) & known


def folded(rows: Rows, begin: NDArray[np.int64] | None = None) -> tuple[Folded, NDArray[np.intp]]:
    """(up to three samples for each hour, int[k] of which hour each is). All must be `foldable`.

    `begin`: what their moments count from, where they are no hours.
    """
    begin = rows["unit"].astype(np.int64) * HOUR_US if begin is None else begin
    t0, t1, good_us, n, n_good = (rows[name].astype(np.int64) for name in ("t0", "t1", "good_us", "n", "n_good"))
    several, n_bad, none = n > 1, n - n_good, np.zeros(len(rows))
    between = np.where(several, n_good - 2, 0)
    total = np.where(several, rows["sum"] - rows["first"] - rows["last"], 0.0)
    off = np.where(several, off_between(rows["off"], (rows["first"], rows["last"]), between, total), 0.0)
    here = np.column_stack((np.ones(len(rows), dtype=np.bool_), n_bad > 0, several))

    def column[T: np.generic](*slots: NDArray[T]) -> NDArray[T]:
        return np.column_stack(slots)[here]

    good, bad = np.full(len(rows), q.GOOD, dtype=np.uint16), np.full(len(rows), q.BAD, dtype=np.uint16)
    valid = np.column_stack((several, np.zeros(len(rows), dtype=np.bool_), several))
    valid[:, 0] = True
    return Folded(
        column(begin + t0, begin + t0 + good_us, begin + t1),
        column(rows["first"], none, rows["last"]),
        column(good, bad, good),
        valid[here],
        column(between, np.maximum(n_bad - 1, 0), np.zeros_like(n)),
        column(total, none, none),
        column(np.where(several, rows["tw"], 0.0), none, none),
        column(off, none, none),
    ), np.nonzero(here)[0]


@dataclass(frozen=True, slots=True, eq=False)
class Hourly:
    """Folded hours of several tags: `places` of those among the tags asked for; int[k] `place` of each sample's tag."""

    places: NDArray[np.intp]
    place: NDArray[np.intp]
    folded: Folded


def hourly(reader: Corrected, asked: Range, *, spreads: bool = False) -> Hourly:
    """Of the tags whose whole [from, to), whole hours, may be folded; with what held at the start where it is at hand.

    The other tags must be read in another way, and for what held before asked of `before` where an hour before is not
    at hand.
    """
    tags, hour_before = np.array(asked.tags, dtype=np.int64), asked.from_us - HOUR_US
    unsettled = _unsettled(reader, asked, hour_before)  # first: what is sealed meanwhile is then in both
    rows, which, covered = _rows(reader, Range(asked.tags, hour_before, asked.to_us), asked.from_us)
    fits = covered == asked.to_us - asked.from_us
    fits[np.searchsorted(tags, np.array(sorted(unsettled), dtype=np.int64))] = False
    begin = rows["unit"].astype(np.int64) * HOUR_US
    inside = (begin >= asked.from_us) & (begin < asked.to_us)
    fits[which[inside & ~foldable(rows, spreads=spreads)]] = False
    chosen = inside & fits[which]
    found, of = folded(rows[chosen])
    bound = (begin == hour_before) & fits[which] & ((rows["flags"] & PLAIN) > 0)
    return Hourly(
        np.flatnonzero(fits),
        np.concatenate((which[bound], which[chosen][of])),
        joined([_closing(rows[bound]), found]),
    )


def slotted(reader: Corrected, tags: Sequence[int], cuts: Sequence[int], keeps: Keeps) -> Hourly:
    """The same of tags whose samples are opened for it, between a few moments; `keeps`: what comes to the same."""
    found = slots(reader, tags, cuts, keeps=keeps)
    folds, of = folded(found.rows, np.zeros(len(found.rows), dtype=np.int64))
    raw = [samples(block) for _, block in found.raw]
    places = np.delete(np.arange(len(tags)), np.searchsorted(tags, sorted(found.rest)))
    place = [found.rows["place"][of], *(place for place, _ in found.raw)]
    return Hourly(places, np.concatenate(place), joined([folds, *raw]))


def samples(block: Block) -> Folded:
    """Samples one by one."""
    none = np.zeros(len(block))
    quality, value = (block.status & 0xFFFF).astype(np.uint16), block.value.astype(np.float64, copy=False)
    return Folded(block.ts, value, quality, block.status >= VALID, none.astype(np.int64), none, none, none)


def _rows(reader: Corrected, asked: Range, from_us: int) -> tuple[Rows, NDArray[np.intp], NDArray[np.int64]]:
    """(hours that touch the time, the place of each one's tag, int64[tags] how much of [from_us, to) is summed up)."""
    tags, covered = np.array(asked.tags, dtype=np.int64), np.zeros(len(asked.tags), dtype=np.int64)
    days = (asked.from_us // DAY_US, (asked.to_us - 1) // DAY_US)
    found: list[Rollup] = []
    for view in reader.viewed(asked):
        found += view.rolled(asked.tags, unit=HOURS, days=days)
    place = np.searchsorted(tags, np.array([one.tag for one in found], dtype=np.int64))
    begins = np.array([one.day * DAY_US for one in found], dtype=np.int64)
    ends = np.array([one.upto_us for one in found], dtype=np.int64)
    np.add.at(covered, place, np.maximum(np.minimum(ends, asked.to_us) - np.maximum(begins, from_us), 0))
    try:
        rows, of = unpack_hours([(one.tag, one.body) for one in found])
    except DamagedError:  # then nobody's: each is read in another way, which says whose it is
        return unpack_hours([])[0], np.empty(0, dtype=np.intp), np.zeros_like(covered)
    return rows, place[of], covered


def _unsettled(reader: Corrected, asked: Range, from_us: int) -> set[int]:
    """Tags of which something was corrected, or waits to be sealed."""
    over = {tag for tag, laid in reader.of(asked.tags).items() if laid.spans(from_us, asked.to_us)}
    loose = reader.loose(Range(asked.tags, from_us, asked.to_us))
    over |= reader.damage.among(asked.tags, 0, asked.to_us)
    return over | {tag for block in loose for tag in np.unique(block.tag).tolist()}


def joined(parts: Sequence[Folded]) -> Folded:
    """One after the other."""
    return Folded(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Folded)))


def _closing(rows: Rows) -> Folded:
    """The last sample of each hour; one that is not GOOD has no value."""
    good, none = (rows["flags"] & CLOSES_GOOD) > 0, np.zeros(len(rows))
    return Folded(
        rows["unit"].astype(np.int64) * HOUR_US + rows["t1"], np.where(good, rows["last"], 0.0),
        np.where(good, q.GOOD, q.BAD).astype(np.uint16), good, none.astype(np.int64), none, none, none,
    )  # fmt: skip
