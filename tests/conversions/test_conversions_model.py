"""What a count comes to in the unit of what ran: exact, whole, nothing lost between jobs, definitions and days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.conversions.model import Converted, Definition, Told, Unconverted, block, converted, doubtful
from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US
from dovetail.counting.pieces import Said
from dovetail.materials.measures import ratio
from dovetail.states.model import CountRecord

EVER = 1 << 60
TAG = 7
RATIOS = {"cola": Fraction(12), "water": Fraction(100, 33), "milk": Fraction(1, 7)}


@dataclass(frozen=True)
class Job:
    id: str
    product: str | None
    t0_us: int
    t1_us: int | None
    share_ppm: int | None = None


def count(t0: int, t1: int, quantity: int, *, spread: bool = False) -> CountRecord:
    return CountRecord(1, t0, t1, "good", quantity, "counter", TAG, spread)


def defined(**ratios: Fraction) -> list[Definition]:
    return [Definition(-EVER, EVER, {TAG: "case"}, lambda product, _unit: ratios.get(product))]


def seen(told: Told) -> list[tuple[int, str | None]]:
    return [(one.quantity, one.job_response_id) for one in told.counts]


H = HOUR_US


@pytest.mark.parametrize(
    ("what", "counts", "jobs", "expected", "waits"),
    [
        ("cases of one job", [count(0, H, 5)], [Job("a", "cola", 0, None)], [(60, None)], []),
        ("nothing ran", [count(0, H, 5)], [], [], [(5, "no-job")]),
        ("nobody said", [count(0, H, 5)], [Job("a", "beer", 0, None)], [], [(5, "no-conversion")]),
        ("a job without a product", [count(0, H, 5)], [Job("a", None, 0, None)], [], [(5, "no-conversion")]),
        ("across two jobs, by time", [count(0, 4 * H, 8)], [Job("a", "cola", 0, H), Job("b", "water", H, None)],
         [(24, None), (18, None)], []),
        ("the end of the job is known, what came after waits", [count(0, 2 * H, 8)], [Job("a", "cola", 0, H)],
         [(96, None)], []),
        ("beside each other, alike", [count(0, H, 5)], [Job("a", "cola", 0, None), Job("b", "cola", 0, None)],
         [(60, None)], []),
        ("beside each other, unlike", [count(0, H, 5)], [Job("a", "cola", 0, None), Job("b", "water", 0, None)],
         [(6, "b"), (36, "a")], []),
        ("at a moment: what ran until then", [count(H, H, 5)], [Job("a", "cola", 0, H), Job("b", "water", H, None)],
         [(60, None)], []),
        ("taken out", [count(0, H, -5)], [Job("a", "cola", 0, None)], [(-60, None)], []),
        ("no piece yet, then one", [count(0, H, 3), count(H, 2 * H, 1)], [Job("a", "milk", 0, None)],
         [(0, None), (1, None)], []),
    ],
)  # fmt: skip
def test_a_count_comes_to_pieces_of_what_ran(
    what: str, counts: Sequence[CountRecord], jobs: Sequence[Job], expected: object, waits: object
) -> None:
    told = converted(counts, jobs, defined(**RATIOS))
    assert seen(told) == expected, what
    assert [(one.quantity, one.why) for one in told.waiting] == waits, what


def test_another_ratio_from_a_moment_on_keeps_the_old_truth_for_what_was_made_before() -> None:
    before, after = ({"cola": Fraction(n)} for n in (12, 10))
    definitions = [
        Definition(0, H, {TAG: "case"}, lambda product, _unit: before.get(product)),
        Definition(H, EVER, {TAG: "case"}, lambda product, _unit: after.get(product)),
    ]
    told = converted([count(0, H, 5), count(H, 2 * H, 5)], [Job("a", "cola", 0, None)], definitions)
    assert seen(told) == [(60, None), (50, None)]


@pytest.mark.parametrize(
    ("unit", "base", "said", "expected"),
    [
        ("case", "{#}", {"case": Fraction(12)}, Fraction(12)),
        ("pcs", "{#}", {}, Fraction(1)),
        ("t", "kg", {}, Fraction(1000)),
        ("g", "{#}", {"kg": Fraction(100, 33)}, Fraction(1, 330)),
        ("m3", "L", {}, Fraction(1000)),
        ("kg", "m", {"case": Fraction(12)}, None),
    ],
)
def test_units_are_known_by_nature_or_because_somebody_said_so(
    unit: str, base: str, said: dict[str, Fraction], expected: Fraction | None
) -> None:
    assert ratio(unit, base, said) == expected


MINUTES = st.integers(0, 3 * 24 * 60)
JOBS = st.lists(st.tuples(MINUTES, st.sampled_from(["cola", "water", "milk", "beer", None])), max_size=5)
COUNTS = st.lists(
    st.tuples(MINUTES, st.integers(0, 300), st.integers(-40, 400), st.sampled_from(["case", "kg", None])), max_size=25
)


def _counts(rows: Sequence[tuple[int, int, int, str | None]]) -> list[CountRecord]:
    return [count(at * MINUTE_US, (at + long) * MINUTE_US, quantity) for at, long, quantity, _ in rows]


def _jobs(rows: Sequence[tuple[int, str | None]]) -> list[Job]:
    starts = [*sorted(rows, key=lambda row: row[0]), (5 * 24 * 60, None)]
    return [
        Job(str(n), product, at * MINUTE_US, end * MINUTE_US)
        for n, ((at, product), (end, _)) in enumerate(pairwise(starts))
    ]


@given(COUNTS, JOBS)
def test_nothing_is_lost_whatever_ran(
    rows: Sequence[tuple[int, int, int, str | None]], ran: list[tuple[int, str | None]]
) -> None:
    """Σ measured = Σ converted + Σ waiting, to the unit; and of each day, sign and ratio what counts is that of what
    was measured rounded once."""
    counts = _counts(rows)
    told = converted(counts, _jobs(ran), defined(**RATIOS))
    done = [one for one in told.counts if isinstance(one, Converted)]
    assert len(done) == len(told.counts)
    measured = sum(one.step.measured for one in done) + sum(one.quantity for one in told.waiting)
    assert measured == sum(one.quantity for one in counts)
    exact: dict[object, list[Fraction]] = {}
    for one in done:
        key = (block(one.t1_us), one.step.per, one.step.measured < 0)
        sums = exact.setdefault(key, [Fraction(0), Fraction(0)])
        sums[0] += one.step.exact
        sums[1] += one.quantity
    assert all(abs(measured - counted) <= Fraction(1, 2) for measured, counted in exact.values())


@given(COUNTS, JOBS, st.integers(0, 2))
def test_a_day_by_itself_is_what_it_is_among_others(
    rows: Sequence[tuple[int, int, int, str | None]], ran: list[tuple[int, str | None]], day: int
) -> None:
    """Why: a change recuts the days that it touches, and no others."""
    counts = _counts(rows)
    whole = [one for one in converted(counts, _jobs(ran), defined(**RATIOS)).counts if block(one.of.t1_us) == day]
    alone = converted([one for one in counts if block(one.t1_us) == day], _jobs(ran), defined(**RATIOS)).counts
    assert sorted(map(repr, whole)) == sorted(map(repr, alone))


@given(COUNTS, JOBS)
def test_what_waits_lies_where_it_may(
    rows: Sequence[tuple[int, int, int, str | None]], ran: list[tuple[int, str | None]]
) -> None:
    """Why: counts are read there alone."""
    jobs, definitions = _jobs(ran), defined(**RATIOS)
    places = doubtful(definitions[0], jobs, ["case"])
    waits = converted(_counts(rows), jobs, definitions).waiting
    assert all(any(t0_us <= one.at_us < t1_us for t0_us, t1_us in places) for one in waits)


def test_an_entry_says_its_own_unit_and_a_person_s_word_stays_beside_the_pieces() -> None:
    said = Said("entry", "4", "anna", 0, None, None, unit="kg")
    entry = CountRecord(1, 0, DAY_US, "scrap", 3, "person", None)
    told = converted([_Person(entry, said)], [Job("a", "cola", 0, None)], defined(cola=Fraction(2)))
    (one,) = told.counts
    assert (one.quantity, one.said, one.kind) == (6, said, "scrap")
    assert isinstance(one, Converted)
    assert one.step.formula == "3 kg × 2 = 6"
    assert not [type(one) for one in told.waiting if isinstance(one, Unconverted)]


@dataclass(frozen=True)
class _Person:
    """A count that a person said."""

    of: CountRecord
    said: Said

    def __getattr__(self, name: str) -> object:
        return getattr(self.of, name)
