"""Ask for lost time, put down to what explains it: the sums over whole shifts, or the slices as known at a moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any, Final

from sqlalchemy import Select, and_, case, func, literal, null, select

from dovetail.books.rollups import Bucket, rollup_job, rollup_reason
from dovetail.books.slices import CHUNK, read, slice_table, visible
from dovetail.db.uow import Reading
from dovetail.ledger.losing import WITH_PLANNED
from dovetail.ledger.model import Slice, TimeClass

WORDS: Final = ("reason", "product", "shift", "crew", "equipment")
BUSY: Final = ("AUST", "ADET", "ADOT", "APT", "NODT")

type ByClass = dict[tuple[str, bool], int]  # time, µs, by class and whether it has a reason


@dataclass(frozen=True, slots=True)
class Summed:
    """Time of one class put down to what explains it; a word that was not asked for is None, as one that is missing.

    `stops`: how many began; `units_mu`: thousandths of a piece that the standard rate would have made in `rated_us`.
    """

    equipment_id: int
    cls: TimeClass
    reason: str | None
    product: str | None
    shift: str | None
    crew: str | None
    us: int
    units_mu: int
    rated_us: int
    stops: int


def over_shifts(
    reading: Reading, equipment_ids: Collection[int], from_us: int, to_us: int, *, words: Collection[str]
) -> list[Summed]:
    """What was lost in the shifts (and days between them) that lie wholly in [from_us, to_us), by some `WORDS`.

    Where crews are asked for, a shift in which several worked is left out: its sums do not say whose they are.
    """
    c = rollup_reason.c
    crews = _crews(equipment_ids, from_us, to_us)
    named = {"reason": c.reason, "product": c.product, "shift": c.shift_name, "crew": crews.c.crew}
    asked = [(named[word] if word in words else literal("")).label(word) for word in named]
    who = (c.equipment_id if "equipment" in words else literal(0)).label("equipment_id")
    sums = [
        func.sum(c[name]).label(label)
        for name, label in (("elapsed_us", "us"), ("theoretical_mu", "mu"), ("rated_us", "rated"), ("begun", "begun"))
    ]
    query = select(who, c.cls, *asked, *sums).where(_wholly(c, equipment_ids, from_us, to_us))
    if "crew" in words:
        same = and_(*(c[key] == crews.c[key] for key in ("equipment_id", "day", "shift_id")))
        query = query.join(crews, same).where(crews.c.several == 1)
    groups = [column for word, column in named.items() if word in words]
    groups += [c.equipment_id] if "equipment" in words else []
    query = query.where(c.cls.in_(sorted(WITH_PLANNED))).group_by(c.cls, *groups)
    rows: Iterable[Sequence[Any]] = reading.connection.execute(query)
    return [_summed(row[0], row[1], [word or None for word in row[2:6]], row[6:]) for row in rows]


def _summed(equipment_id: int, cls: TimeClass, words: Sequence[str | None], sums: Sequence[int]) -> Summed:
    us, units_mu, rated_us, stops = (int(one) for one in sums)
    return Summed(equipment_id, cls, *words, us=us, units_mu=units_mu, rated_us=rated_us, stops=stops)


def _wholly(c: Any, equipment_ids: Collection[int], from_us: int, to_us: int) -> Any:
    return and_(c.equipment_id.in_(sorted(equipment_ids)), c.bucket_from_us >= from_us, c.bucket_to_us <= to_us)


def _crews(equipment_ids: Collection[int], from_us: int, to_us: int) -> Any:
    """The crew of each shift, and how many there were."""
    c = rollup_job.c
    keys = (c.equipment_id, c.day, c.shift_id)
    told = select(*keys, func.min(c.crew).label("crew"), func.count(c.crew.distinct()).label("several"))
    return told.where(_wholly(c, equipment_ids, from_us, to_us)).group_by(*keys).subquery()


def of_several_crews(reading: Reading, equipment_id: int, from_us: int, to_us: int) -> set[Bucket]:
    """The shifts in which more than one crew worked."""
    crews = _crews([equipment_id], from_us, to_us)
    query = select(crews.c.day, crews.c.shift_id).where(crews.c.several > 1)
    return {(row[0], row[1]) for row in reading.connection.execute(query)}


def times_over_shifts(reading: Reading, equipment_ids: Collection[int], from_us: int, to_us: int) -> ByClass:
    """The planned busy time of the shifts that lie wholly in a period."""
    c = rollup_reason.c
    has_reason = case((c.reason != "", 1), else_=0)
    query = select(c.cls, has_reason, func.sum(c.elapsed_us)).where(
        _wholly(c, equipment_ids, from_us, to_us), c.cls.in_(BUSY)
    )
    return {
        (row[0], bool(row[1])): int(row[2]) for row in reading.connection.execute(query.group_by(c.cls, has_reason))
    }


def _lost(equipment_id: int, period: tuple[int, int], as_of: int | None, continues_us: int | None) -> Any:
    """Lost and planned down slices that lie wholly in a period, each with whether a stop begins with it: `begun`, 0 or
    1. The one at `continues_us` goes on with what stood before the period."""
    c = slice_table.c
    was = {name: func.lag(c[name]).over(order_by=c.t0_us) for name in ("t1_us", "reason", "external", "cls")}
    follows = and_(was["t1_us"] == c.t0_us, was["external"].is_not_distinct_from(c.external))
    same = and_(follows, was["reason"].is_not_distinct_from(c.reason))
    alike = and_(same, (was["cls"] == "PLANNED_DOWN").is_not_distinct_from(c.cls == "PLANNED_DOWN"))
    begun = case((c.t0_us == (-1 if continues_us is None else continues_us), 0), (alike, 0), else_=1).label("begun")
    mine = and_(c.equipment_id == equipment_id, visible(as_of), c.t0_us >= period[0], c.t1_us <= period[1])
    return select(slice_table, begun).where(mine, c.cls.in_(sorted(WITH_PLANNED))).subquery()


def lost_by_words(
    reading: Reading,
    equipment_id: int,
    period: tuple[int, int],
    *,
    words: Collection[str],
    as_of: int | None,
    continues_us: int | None,
) -> tuple[list[Summed], list[tuple[Slice, bool]]]:
    """What was lost in the slices that lie wholly in a period, by some words; and, where products are asked for, the
    slices of several jobs one by one, with whether a stop begins with each."""
    c = _lost(equipment_id, period, as_of, continues_us).c
    named = {"reason": c.reason, "product": c.product, "shift": c.shift_name, "crew": c.crew}
    asked = [(named[word] if word in words else null()).label(word) for word in named]
    sums = [func.sum(c.t1_us - c.t0_us), *(func.sum(c[name]) for name in ("theoretical_mu", "rated_us", "begun"))]
    query = select(c.cls, *asked, *sums).group_by(c.cls, *(named[word] for word in named if word in words))
    apart = "product" in words
    rows = reading.connection.execute(query.where(c.jobs == 1) if apart else query)
    found = [_summed(equipment_id, row[0], list(row[1:5]), list[int](row[5:])) for row in rows]
    if not apart:
        return found, []
    begun = {row[0]: bool(row[1]) for row in reading.connection.execute(select(c.id, c.begun).where(c.jobs > 1))}
    shared = [one for part in batched(begun, CHUNK) for one in read(reading, _by_id(part))]
    return found, [(piece, begun[row_id]) for row_id, piece in shared]


def lost_from(
    reading: Reading,
    equipment_id: int,
    period: tuple[int, int],
    *,
    as_of: int | None,
    continues_us: int | None,
    after_us: int,
    limit: int,
) -> list[tuple[Slice, bool]]:
    """Up to `limit` lost slices that begin at or after a moment, by time, with whether a stop begins with each."""
    c = _lost(equipment_id, period, as_of, continues_us).c
    query = select(c.id, c.begun).where(c.t0_us >= after_us).order_by(c.t0_us).limit(limit)
    begun = {row[0]: bool(row[1]) for row in reading.connection.execute(query)}
    return [(piece, begun[row_id]) for part in batched(begun, CHUNK) for row_id, piece in read(reading, _by_id(part))]


def _by_id(ids: Sequence[int]) -> Select[Any]:
    return select(slice_table).where(slice_table.c.id.in_(ids)).order_by(slice_table.c.t0_us)


def busy_times(reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None) -> ByClass:
    """The planned busy time of the slices that lie wholly in a period."""
    c = slice_table.c
    has_reason = case((c.reason.is_not(None), 1), else_=0)
    mine = and_(c.equipment_id == equipment_id, visible(as_of), c.t0_us >= from_us, c.t1_us <= to_us, c.cls.in_(BUSY))
    query = select(c.cls, has_reason, func.sum(c.t1_us - c.t0_us)).where(mine).group_by(c.cls, has_reason)
    return {(row[0], bool(row[1])): int(row[2]) for row in reading.connection.execute(query)}
