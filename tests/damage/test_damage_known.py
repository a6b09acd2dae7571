"""What is known of damage: until when a sample can be said to hold, and of whom nothing is wrong."""

from __future__ import annotations

import pytest

from dovetail.chunkstore.aside import Damaged
from dovetail.core.errors import DamagedError
from dovetail.damage.known import Damage
from dovetail.testing.clock import ManualClock


class Set:
    """A month that sets aside whatever it is told."""

    def set_aside(self, damaged: list[Damaged]) -> list[Damaged]:
        return damaged


class Found:
    """A view of a month in which these are damaged."""

    def __init__(self, *damaged: Damaged) -> None:
        self.damaged = list(damaged)

    def search(self, tag: int, *, at_us: int) -> list[Damaged]:
        return [one for one in self.damaged if one.tag == tag]


def hole(chunk: int, t0: int, t1: int) -> Damaged:
    return Damaged(chunk, 1, 1, t0, t1, 10, 0, "spoilt")


@pytest.fixture
def damage() -> Damage:
    """Of tag 1 what lies in 100 … 200 and in 300 … 400."""
    known = Damage(ManualClock())
    known.watch(5)(Found(hole(1, 100, 200), hole(2, 300, 400)), 1, DamagedError("spoilt"))
    return known


@pytest.mark.parametrize(
    ("ts_us", "at_us", "until_us"),
    [
        # a sample, asked for, says nothing from
        (50, 90, None),
        (50, 150, 100),  # it held when the hole began
        (50, 350, 100),
        (150, 180, None),  # it came late, or a person gave it back: it holds until the next one
        (150, 350, 300),
        (100, 180, None),
        (250, 280, None),
        (250, 500, 300),
        (450, 500, None),
    ],
)
def test_how_long_a_sample_holds(damage: Damage, ts_us: int, at_us: int, until_us: int | None) -> None:
    assert damage.holds_until(1, ts_us, at_us) == until_us


def test_only_of_whom_something_is_lost_in_that_time_it_is_said(damage: Damage) -> None:
    assert damage.among((1, 2), 0, 101) == {1}
    assert damage.among((1, 2), 201, 300) == set()


def test_it_is_set_aside_once_and_goes_with_its_month(damage: Damage) -> None:
    assert damage.months() == [5]
    assert damage.set_aside(5, Set())
    assert [(one.t0, one.is_aside) for one in damage.all()] == [(100, True), (300, True)]
    assert not damage.set_aside(5, Set())
    damage.went(5)
    assert damage.all() == []


SPOILT = DamagedError("spoilt")


def test_of_a_copy_all_of_it_is_known_and_what_its_site_mends_is_not_held_against_it() -> None:
    known = Damage(ManualClock(), where="copy")
    known.watch(5)(Found(Damaged(9, 2, 1, 100, 200, 10, 0, "spoilt")), 2, SPOILT)
    known.watch(5)(Found(hole(1, 100, 200)), 1, SPOILT)
    known.watch(5)(Found(hole(1, 100, 200), hole(2, 300, 400)), 1, SPOILT)
    assert [(one.of.tag, one.t0) for one in known.all()] == [(1, 100), (1, 300), (2, 100)]
    known.watch(5)(Found(hole(2, 300, 400)), 1, SPOILT)
    assert [(one.of.tag, one.t0) for one in known.all()] == [(1, 300), (2, 100)]


def test_who_reads_a_copy_searches_once() -> None:
    known, view = Damage(ManualClock(), where="copy"), Found(hole(1, 100, 200))
    heard = known.watch(5)
    heard(view, 1, SPOILT)
    view.damaged = []  # a second search would find nothing, and raise
    heard(view, 1, SPOILT)
    assert [one.t0 for one in known.all()] == [100]
