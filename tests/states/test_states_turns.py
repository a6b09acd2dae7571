"""What may wait takes turns: nobody stands behind all of it, everybody comes, and it takes its share of the time."""

from __future__ import annotations

from dovetail.core.turns import PART, SHARE, Turns

ALL = range(150)


def test_without_a_pace_all_come_at_every_step() -> None:
    turns = Turns()
    assert turns.take(0, lambda: ALL) == turns.take(0, lambda: ALL) == frozenset(ALL)
    assert not turns.is_open


def test_a_round_comes_in_parts_and_the_next_when_its_time_has_come() -> None:
    turns = Turns(1_000_000)
    parts = [turns.take(at_us, lambda: ALL) for at_us in (0, 10, 20)]
    assert [len(part) for part in parts] == [PART, PART, len(ALL) - 2 * PART]
    assert frozenset().union(*parts) == frozenset(ALL)
    assert not turns.is_open
    assert turns.take(999_999, lambda: ALL) == frozenset()
    assert len(turns.take(1_000_000, lambda: ALL)) == PART
    assert turns.is_open


def test_a_round_that_took_long_lets_the_others_have_their_time() -> None:
    turns = Turns(1_000_000)
    for at_us in (0, 200_000, 400_000):
        turns.took(turns.take(at_us, lambda: ALL), 200_000)
    turns.took(frozenset(), 5_000_000)  # a step in which nobody had a turn is not counted
    assert turns.take(SHARE * 600_000 - 1, lambda: ALL) == frozenset()
    assert len(turns.take(SHARE * 600_000, lambda: ALL)) == PART
