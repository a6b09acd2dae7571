"""Sums of whole shifts: each slice is in one row of each, and a stop is counted where it begins, whatever cuts it."""

from __future__ import annotations

import pytest

from dovetail.books.summing import rollups
from dovetail.ledger.model import JobShare, Slice, TimeClass
from dovetail.ledger.pieces import Pieces

MIN_US = 60_000_000
JAM, BELT = "mechanical/jam", "mechanical/belt"


def piece(
    begin: int, end: int, cls: TimeClass, reason: str | None, *, shift: str = "Early", shares: tuple[int, ...] = (1,)
) -> Slice:
    """A slice of `shares` jobs that divide its time evenly, the n-th at n × 60 pieces a minute."""
    lasts_us = (end - begin) * MIN_US // len(shares)
    jobs = tuple(JobShare(f"j{n}", f"p{n}", 1_000_000 // len(shares), lasts_us, Pieces(), n * 60.0) for n in shares)
    return Slice(
        1, begin * MIN_US, end * MIN_US, "Held", "Production", reason, False, False, "BUSY", "2026-01-05",
        f"{shift}-1", shift, None, cls, jobs,
    )  # fmt: skip


@pytest.mark.parametrize(
    "slices, before, begun",
    [
        ([piece(0, 5, "ADET", JAM)], None, {"Early": 1}),
        ([piece(0, 5, "ADET", JAM), piece(5, 9, "ADET", JAM, shift="Late")], None, {"Early": 1, "Late": 0}),
        ([piece(0, 5, "ADET", JAM), piece(5, 9, "ADET", BELT, shift="Late")], None, {"Early": 1, "Late": 1}),
        ([piece(0, 5, "ADET", JAM), piece(6, 9, "ADET", JAM, shift="Late")], None, {"Early": 1, "Late": 1}),
        ([piece(0, 5, "PLANNED_DOWN", JAM), piece(5, 9, "ADET", JAM)], None, {"Early": 2}),
        ([piece(5, 9, "ADET", JAM)], piece(0, 5, "ADOT", JAM), {"Early": 0}),  # it began the day before
        ([piece(5, 9, "ADET", JAM)], piece(0, 5, "APT", None), {"Early": 1}),
        ([piece(0, 5, "ADET", JAM, shares=(1, 2))], None, {"Early": 1}),  # two jobs, one stop
    ],
)
def test_a_stop_counts_where_it_begins(slices: list[Slice], before: Slice | None, begun: dict[str, int]) -> None:
    _, by_reason = rollups(slices, {} if before is None else {before.t1_us: before})
    told = {shift: sum(row["begun"] for row in by_reason if row["shift_name"] == shift) for shift in begun}
    assert told == begun


def test_time_and_lost_pieces_are_those_of_each_job() -> None:
    _, by_reason = rollups([piece(0, 10, "ADET", JAM, shares=(1, 2)), piece(10, 13, "APT", None)])
    found = {(row["product"], row["cls"]): (row["elapsed_us"] // MIN_US, row["theoretical_mu"]) for row in by_reason}
    assert found == {("p1", "ADET"): (5, 300_000), ("p2", "ADET"): (5, 600_000), ("p1", "APT"): (3, 180_000)}
