"""Write the ledger of an equipment anew where its facts moved: only the slices affected, only the rows that differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from dovetail.books.rollups import replace_rollups
from dovetail.books.summing import rollups
from dovetail.core import faults
from dovetail.core.clock import DAY_US
from dovetail.db.uow import UnitOfWork
from dovetail.ledger.cutting import cut
from dovetail.ledger.model import Slice
from dovetail.performance import store
from dovetail.performance.facts import Gathering

FOREVER_US: Final = 1 << 62
WIDER_MAX_US: Final = 6 * DAY_US  # by edges; where slices end elsewhere now, edge by edge it would be months


def settle(
    uow: UnitOfWork, gathering: Gathering, equipment_id: int, period: tuple[int, int], *, known: int
) -> tuple[int, int] | None:
    """Make the slices that touch a period those that follow from the facts as known at `known`.

    Slices end where the open state record begins: what follows is derived at query time. Answers the period in
    which rows changed, None where none did. The rollups of the days touched change in the same transaction.
    """
    whole = gathering.whole(uow, equipment_id, period, known)
    wider, *_ = _reach(uow, gathering, equipment_id, gathering.near(equipment_id, whole, as_of=known), known=known)
    while True:
        how = "to an edge" if wider[1] - wider[0] <= whole[1] - whole[0] + WIDER_MAX_US else "as a whole"
        lo_us, hi_us, records, counts = gathering.close_over(uow, equipment_id, *wider, as_of=known, long=how)
        wider, beside, held = _reach(uow, gathering, equipment_id, (lo_us, hi_us), known=known)
        if wider == (lo_us, hi_us):
            break
    if not records:  # what people said of it, where no signal spoke, is withdrawn
        return _replace(uow, equipment_id, held, [], known=known)
    (before_us, after_us), last = beside, records[-1]
    keep_from_us = records[0].t0_us if before_us is None else lo_us
    keep_to_us = hi_us if after_us is not None and last.t1_us is not None else last.t1_us or last.t0_us
    facts = gathering.facts(uow, equipment_id, (lo_us, hi_us), (records, counts), as_of=known)
    signed = gathering.signed(uow, equipment_id, lo_us, min(hi_us, max(keep_to_us, lo_us)), as_of=known)
    ends = {end for window in signed for end in window[:2]}
    made = cut(facts, lo_us, hi_us, settings=gathering.settings, cuts=ends)
    for t0_us, t1_us, then in signed:  # stands as it was signed: what is known since is written once it is reopened
        made = [piece for piece in made if piece.t1_us <= t0_us or piece.t0_us >= t1_us]
        made += gathering.derive(uow, equipment_id, t0_us, t1_us, as_of=then)
    made.sort(key=lambda piece: piece.t0_us)
    wanted = [piece for piece in made if piece.t0_us >= keep_from_us and piece.t1_us <= keep_to_us]
    if last.t1_us is None:
        held = store.overlapping(uow, equipment_id, lo_us, FOREVER_US)
    return _replace(uow, equipment_id, held, wanted, known=known)


def _reach(
    uow: UnitOfWork, gathering: Gathering, equipment_id: int, period: tuple[int, int], *, known: int
) -> tuple[tuple[int, int], tuple[int | None, int | None], list[tuple[int, Slice]]]:
    """A period widened to whole stored slices, and to the nearest ones or, before all of them, to the first record;
    where these are that stand beside it, and those that it holds."""
    lo_us, hi_us = period
    held = store.overlapping(uow, equipment_id, lo_us, hi_us)
    if held:
        lo_us, hi_us = min(lo_us, held[0][1].t0_us), max(hi_us, held[-1][1].t1_us)
    beside = before_us, after_us = store.neighbours(uow, equipment_id, lo_us, hi_us)
    if before_us is None:
        earlier = gathering.records(uow, equipment_id, 0, lo_us, as_of=known)
        before_us = min([lo_us, *(record.t0_us for record in earlier)])
    return (before_us, hi_us if after_us is None else after_us), beside, held


def _replace(
    uow: UnitOfWork, equipment_id: int, held: Sequence[tuple[int, Slice]], wanted: Sequence[Slice], *, known: int
) -> tuple[int, int] | None:
    """Close the rows that no longer say what is wanted, add those that are missing, and sum their days anew."""
    by_begin = {piece.t0_us: (row_id, piece) for row_id, piece in held}
    kept = {piece.t0_us for piece in wanted if piece.t0_us in by_begin and by_begin[piece.t0_us][1] == piece}
    gone = [(row_id, piece) for row_id, piece in held if piece.t0_us not in kept]
    new = [piece for piece in wanted if piece.t0_us not in kept]
    if not gone and not new:
        return None
    store.close(uow, [row_id for row_id, _ in gone], known=known)
    store.add(uow, new, known=known)
    changed = [piece for _, piece in gone] + new
    if len({piece.shift_id for piece in new}) > 1:
        faults.point("ledger.over-a-shift")
    ends = {piece.t1_us for piece in changed}
    following = [piece for piece in (*wanted, *(one for _, one in held)) if piece.t0_us in ends]
    following += store.beside(uow, equipment_id, max(ends), side="after")  # where its stop begins may have moved
    sum_days(uow, equipment_id, {piece.day for piece in (*changed, *following)})
    return min(piece.t0_us for piece in changed), max(piece.t1_us for piece in changed)


def sum_days(uow: UnitOfWork, equipment_id: int, days: Iterable[str]) -> None:
    """Make the rollups of whole production days of one equipment those of the slices held."""
    listed = sorted(days)
    slices = store.of_days(uow, equipment_id, listed)
    ends = {piece.t1_us for piece in slices}
    starts = [piece.t0_us for piece in slices if piece.t0_us not in ends]
    before = [one for at_us in starts for one in store.beside(uow, equipment_id, at_us, side="before")]
    by_job, by_reason = rollups(slices, {piece.t1_us: piece for piece in before})
    replace_rollups(uow, equipment_id, listed, by_job=by_job, by_reason=by_reason)


def recut(uow: UnitOfWork, gathering: Gathering, equipment_id: int, from_us: int, *, known: int) -> int | None:
    """Cut a day of one ledger again and sum it anew, since columns were added; where the next begins, None: no more.
    One that is not in the plant any more keeps its slices as they are."""
    held = store.extent(uow, equipment_id)
    if held is None or held[1] <= from_us:
        return None
    to_us = min(held[1], from_us + DAY_US)
    if gathering.has_ledger(equipment_id):
        settle(uow, gathering, equipment_id, (from_us, to_us), known=known)
    sum_days(uow, equipment_id, {piece.day for _, piece in store.overlapping(uow, equipment_id, from_us, to_us)})
    return to_us
