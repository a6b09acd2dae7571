"""The ledger balances: whatever states, counts, jobs, shifts and clock changes come, no second and no piece is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from performance_world import CATEGORIES, Job, counted, state

from dovetail.core.clock import HOUR_US, MINUTE_US, from_rfc3339
from dovetail.core.shares import split
from dovetail.ledger.columns import sum_slices
from dovetail.ledger.cutting import LedgerError, cut
from dovetail.ledger.timeclass import Settings
from dovetail.ledger.tracks import Definitions, Facts
from dovetail.states.model import CountRecord, StateRecord
from dovetail.workcalendar.model import Break, Calendar, Rota, ShiftPattern
from shortcuts import examples

DAYS = frozenset(range(7))
PAUSE = Break("Lunch", 10 * 60, 10 * 60 + 30)
SHIFTS = Calendar(
    "three-shift",
    (
        ShiftPattern("Early", 6 * 60, 14 * 60, DAYS, (PAUSE,), "A"),
        ShiftPattern("Late", 14 * 60, 22 * 60, DAYS, (), "B"),
        ShiftPattern("Night", 22 * 60, 27 * 60, DAYS, (), "C"),  # to 03:00: the clock change falls into it
    ),
)
LOCAL_DAYS = {
    "an ordinary day": ("2026-01-05T00:00:00+01:00", "2026-01-06T00:00:00+01:00", 24, "2026-01-04"),
    "spring forward": ("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23, "2026-03-28"),
    "fall back": ("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 25, "2026-10-24"),
}


def facts_of(
    from_us: int,
    to_us: int,
    *,
    records: Sequence[StateRecord],
    counts: Sequence[CountRecord] = (),
    jobs: Sequence[Job] = (),
) -> Facts:
    return Facts(
        equipment_id=1,
        timezone="Europe/Prague",
        records=records,
        spans=Rota(SHIFTS, ZoneInfo("Europe/Prague")).spans(from_us, to_us),
        jobs=jobs,
        counts=counts,
        definitions=[Definitions(from_us, to_us, CATEGORIES, {"cola": 100.0}, 60.0)],
    )


@pytest.mark.parametrize("day", LOCAL_DAYS)
def test_a_day_of_23_24_or_25_hours_sums_exactly(day: str) -> None:
    start, end, hours, eve = LOCAL_DAYS[day]
    from_us, to_us = from_rfc3339(start), from_rfc3339(end)
    made = cut(
        facts_of(from_us, to_us, records=[state(1, from_us, None, "Execute")]),
        from_us, to_us, settings=Settings(unplanned_run="apart"),
    )  # fmt: skip
    sums = sum_slices(made)
    assert sums["elapsed_us"] == hours * HOUR_US
    assert sums["planned_down_us"] == HOUR_US // 2  # the break
    night = [piece.day for piece in made if piece.shift_name == "Night"]
    assert night == [eve, start[:10]]  # the small hours count to the evening before


def test_a_slice_ends_where_any_track_changes_and_nowhere_else() -> None:
    start = from_rfc3339("2026-01-05T06:00:00+01:00")  # Early begins
    at = [start + minute * MINUTE_US for minute in range(0, 600, 30)]
    records = [state(1, start, at[3], "Execute"), state(1, at[3], None, "Held", reason="mechanical/jam")]
    jobs = [Job("j1", "cola", at[1], at[4]), Job("j2", None, at[4], None, 30.0)]
    made = cut(facts_of(start, at[10], records=records, jobs=jobs), start, at[10], settings=Settings())
    assert [(piece.t0_us - start) // MINUTE_US for piece in made] == [0, 30, 90, 120, 240, 270]
    assert [piece.rate_upm for piece in made] == [60.0, 100.0, 100.0, 30.0, 30.0, 30.0]
    assert [piece.cls for piece in made] == ["APT", "APT", "ADET", "ADET", "PLANNED_DOWN", "ADET"]


@pytest.mark.parametrize(
    ("t0_min", "t1_min", "quantity", "spread", "expected"),
    [
        # run 0–30, held 30–60, no data 60–90
        (0, 1, 7, False, [7, 0, 0]),  # inside one slice: there
        (30, 31, 7, False, [0, 7, 0]),  # (30, 31]: the slice that begins there
        (29, 30, 7, False, [7, 0, 0]),  # (29, 30]: the slice that ends there
        (20, 40, 7, False, [4, 3, 0]),  # straddling: by time, whole pieces, the earlier half up
        (0, 90, 10, True, [5, 0, 5]),  # an outage: only where it ran or nothing is known
        (35, 55, 9, True, [0, 9, 0]),  # nowhere else to put it
        (30, 30, -2, False, [-2, 0, 0]),  # a correction at an instant: what ended there
        (0, 90, -10, False, [-4, -3, -3]),
    ],
)
def test_pieces_go_to_the_slices_in_which_they_were_made(
    t0_min: int, t1_min: int, quantity: int, spread: bool, expected: list[int]
) -> None:
    start = from_rfc3339("2026-01-05T06:00:00+01:00")
    at = [start + minute * MINUTE_US for minute in range(91)]
    records = [
        state(1, start, at[30], "Execute"),
        state(1, at[30], at[60], "Held"),
        state(1, at[60], at[90], "NO_DATA"),
    ]
    counts = [counted(1, at[t0_min], at[t1_min], "good", quantity, spread=spread)]
    made = cut(facts_of(start, at[90], records=records, counts=counts), start, at[90], settings=Settings())
    assert [piece.pieces.good for piece in made] == expected


def test_two_jobs_at_once_share_time_and_pieces_to_the_last_ppm() -> None:
    start = from_rfc3339("2026-01-05T06:00:00+01:00")
    jobs = [Job("a", "cola", start, None), Job("b", "beer", start, None), Job("c", None, start, None, 10.0)]
    end = start + 10 * MINUTE_US + 1
    counts = [counted(1, start, end, "good", 100)]
    facts = facts_of(start, end, records=[state(1, start, None, "Execute")], counts=counts, jobs=jobs)
    (piece,) = cut(facts, start, end, settings=Settings())
    assert [share.share_ppm for share in piece.shares] == [333_334, 333_333, 333_333]
    assert sum(share.elapsed_us for share in piece.shares) == end - start
    assert [share.pieces.good for share in piece.shares] == [34, 33, 33]
    assert [share.rate_upm for share in piece.shares] == [100.0, 60.0, 10.0]


def test_a_hole_in_the_records_is_time_without_data() -> None:
    start = from_rfc3339("2026-01-05T06:00:00+01:00")
    records = [state(1, start + MINUTE_US, start + 2 * MINUTE_US, "Execute")]
    made = cut(
        facts_of(start, start + 5 * MINUTE_US, records=records), start, start + 5 * MINUTE_US, settings=Settings()
    )
    assert [(piece.state, piece.cls) for piece in made] == [
        ("NO_DATA", "NODT"),
        ("Execute", "APT"),
        ("NO_DATA", "NODT"),
    ]


def test_books_that_do_not_balance_are_refused() -> None:
    start = from_rfc3339("2026-01-05T06:00:00+01:00")
    end = start + MINUTE_US
    reaching_out = [counted(1, start - 1, end, "good", 1)]
    with pytest.raises(LedgerError, match="out of the period"):
        cut(
            facts_of(start, end, records=[state(1, start, None, "Execute")], counts=reaching_out),
            start, end, settings=Settings(),
        )  # fmt: skip


# --- properties ------------------------------------------------------------------------------------------------

NAMES = ["Execute", "Held", "Stopped", "Aborted", "NO_DATA", "UNKNOWN", "STARVED", "CHANGEOVER", "Idle"]
REASONS = [None, "mechanical/jam", "setup/format", "planned/cleaning", "organisational", "unheard/of"]
SETTINGS = st.builds(
    Settings,
    no_data=st.sampled_from(["observed", "as_loss"]),
    unplanned_run=st.sampled_from(["extend", "apart"]),
    micro_stop=st.sampled_from(["delay", "speed"]),
    pbt=st.sampled_from(["calendar", "calendar_and_job"]),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, int, Facts]:
    """Up to three days around a clock change: contiguous records, counts and jobs anywhere in them."""
    start, end, *_ = LOCAL_DAYS[draw(st.sampled_from(sorted(LOCAL_DAYS)))]
    from_us = from_rfc3339(start) - draw(st.integers(0, 26 * 3600)) * 1_000_003
    to_us = from_rfc3339(end) + draw(st.integers(0, 26 * 3600)) * 999_983
    moments = st.integers(from_us, to_us)
    edges = sorted({from_us, to_us, *draw(st.lists(moments, max_size=12))})
    records = [
        state(1, t0, t1, draw(st.sampled_from(NAMES)), reason=draw(st.sampled_from(REASONS)))
        for t0, t1 in pairwise(edges)
    ]
    spans = [sorted((draw(moments), draw(moments))) for _ in range(draw(st.integers(0, 8)))]
    counts = [
        counted(1, t0, t1, draw(st.sampled_from(["good", "scrap", "rework", "infeed"])), draw(st.integers(-50, 5_000)),
                spread=draw(st.booleans()))
        for t0, t1 in spans
    ]  # fmt: skip
    runs = [sorted((draw(moments), draw(moments))) for _ in range(draw(st.integers(0, 4)))]
    jobs = [
        Job(f"j{n}", draw(st.sampled_from(["cola", "beer", None])), t0, draw(st.sampled_from([t1, None])))
        for n, (t0, t1) in enumerate(runs)
    ]
    return from_us, to_us, facts_of(from_us, to_us, records=records, counts=counts, jobs=jobs)


@budget(max_examples=examples(150), deadline=None)
@given(history=histories(), settings=SETTINGS)
def test_the_books_always_balance(history: tuple[int, int, Facts], settings: Settings) -> None:
    from_us, to_us, facts = history
    made = cut(facts, from_us, to_us, settings=settings)  # checks tiles, PBT and pieces itself
    sums = sum_slices(made)
    assert sums["elapsed_us"] == to_us - from_us
    classes = ("apt_us", "aust_us", "adet_us", "adot_us", "nodt_us", "planned_down_us", "not_planned_us")
    assert sum(sums[name] for name in classes) == to_us - from_us
    for kind in ("good", "scrap", "rework", "infeed"):
        assert sums[kind] == sum(count.quantity for count in facts.counts if count.kind == kind)
    for piece in made:
        assert sum(share.share_ppm for share in piece.shares) == 1_000_000


@budget(max_examples=examples(100), deadline=None)
@given(history=histories(), settings=SETTINGS, where=st.floats(0, 1))
def test_a_cut_for_a_question_changes_no_sum_of_time(
    history: tuple[int, int, Facts], settings: Settings, where: float
) -> None:
    from_us, to_us, facts = history
    facts = replace(facts, counts=[])
    at_us = from_us + round((to_us - from_us) * where)
    whole = sum_slices(cut(facts, from_us, to_us, settings=settings))
    parts = cut(facts, from_us, to_us, settings=settings, cuts=(at_us,))
    halves = [sum_slices(p for p in parts if p.t1_us <= at_us), sum_slices(p for p in parts if p.t0_us >= at_us)]
    exact = [name for name in whole if not name.endswith("_mu")]  # thousandths of a piece are rounded
    assert {name: halves[0][name] + halves[1][name] for name in exact} == {name: whole[name] for name in exact}


@given(quantity=st.integers(-(10**6), 10**6), weights=st.lists(st.integers(0, 10**12), min_size=1).filter(any))
def test_largest_remainder_keeps_the_whole_and_is_fair_to_one_piece(quantity: int, weights: list[int]) -> None:
    parts = split(quantity, weights)
    assert sum(parts) == quantity
    total = sum(weights)
    assert all(abs(part * total - quantity * weight) < total for part, weight in zip(parts, weights, strict=True))
