"""What of one's words can stand beside another's: of no matter do two people speak at the same time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.accord.model import Words, beside, spoken

R, C, E, S = frozenset({"reason"}), frozenset({"comment"}), frozenset({"state", "reason"}), frozenset({"cut"})
RUN, NONE = Words(28, 30, E, is_run=True), frozenset[str]()
MATTERS = ("state", "reason", "comment", "cut")


def told(words: list[Words]) -> list[tuple[int, int | None, str]]:
    return [(one.t0_us, one.t1_us, " ".join(sorted(one.matters))) for one in words]


@pytest.mark.parametrize(
    "mine, others, expected",
    [
        # mine                    what others said           what of mine can stand beside it
        (Words(20, 30, R), [], [(20, 30, "reason")]),
        (Words(20, 30, R), [Words(20, 30, C)], [(20, 30, "reason")]),
        (Words(20, 30, R), [Words(20, 30, R)], []),
        (Words(20, 30, R | C), [Words(20, 30, R)], [(20, 30, "comment")]),
        (Words(20, 30, R), [Words(24, 30, R)], [(20, 24, "reason")]),
        (Words(20, 30, R), [Words(24, 30, S)], [(20, 24, "reason"), (24, 30, "reason")]),  # their cut stays one
        (Words(20, 30, R), [Words(24, 30, S, holds=False)], [(20, 30, "reason")]),
        (Words(20, None, R), [Words(24, None, C)], [(20, 24, "reason"), (24, None, "reason")]),
        (Words(24, 30, S), [Words(20, 30, R)], [(24, 30, "cut")]),
        (Words(24, 30, S), [Words(24, 30, S)], []),  # it is cut there
        (Words(24, 30, S), [Words(26, 30, S)], [(24, 26, "cut")]),
        (Words(24, 30, S | R), [Words(20, 30, R)], [(24, 30, "cut")]),
        (Words(20, 30, E), [Words(20, 30, R)], [(20, 30, "state")]),
        (RUN, [Words(20, 30, R)], []),  # a run has no reason: it would take theirs away
        (RUN, [Words(20, 30, C)], [(28, 30, "reason state")]),
        (Words(20, 30, R), [RUN], [(20, 28, "reason")]),
        (Words(20, 30, R), [Words(20, 30, R, holds=False)], []),  # they took just that back
        (Words(20, 30, R), [Words(40, 50, R)], [(20, 30, "reason")]),
        (Words(20, 30, NONE), [Words(20, 30, R)], []),
    ],
)
def test_what_is_left_beside_others(
    mine: Words, others: list[Words], expected: list[tuple[int, int | None, str]]
) -> None:
    assert told(beside(mine, others)) == expected


@pytest.mark.parametrize(
    "others, expected",
    [
        ([Words(20, 32, C)], [(20, 32, "reason state")]),
        ([Words(20, 30, C)], []),  # what was to be one would be two
        ([Words(20, 32, E)], []),
    ],
)
def test_two_records_become_one_or_nothing(others: list[Words], expected: list[tuple[int, int | None, str]]) -> None:
    assert told(beside(Words(20, 32, E), others, whole=True)) == expected


@st.composite
def some_words(draw: st.DrawFn) -> Words:
    begin = draw(st.integers(0, 8))
    end = draw(st.one_of(st.none(), st.integers(begin + 1, 10)))
    return Words(begin, end, draw(st.frozensets(st.sampled_from(MATTERS), min_size=1)), holds=draw(st.booleans()))


@given(mine=some_words(), others=st.lists(some_words(), max_size=4))
def test_nobody_speaks_of_the_same_matter_at_the_same_time(mine: Words, others: list[Words]) -> None:
    left = beside(mine, others)
    assert all(one.matters <= mine.matters and one.matters for one in left)
    assert all(before.end_us <= after.t0_us for before, after in pairwise(left))
    assert all(mine.t0_us <= one.t0_us < one.end_us <= mine.end_us for one in left)
    both = [
        (one.matters - {"cut"}) & other.matters
        for one in left
        for other in others
        if other.t0_us < one.end_us and other.end_us > one.t0_us
    ]
    assert not any(both)
    inside = {at for other in others if other.holds for at in (other.t0_us, other.end_us)}
    assert not any(one.t0_us < at < one.end_us for one in left for at in inside)


def test_of_what_an_edit_speaks() -> None:
    assert spoken("reclassify", None, is_run=False, says=["reason"]) == R
    assert spoken("merge", "Held", is_run=False, says=["reason"]) == E
    assert spoken("acknowledge", None, is_run=False, says=[]) == NONE
