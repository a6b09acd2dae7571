"""The causes of any period come step by step, each stop once, in the step in which it begins."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dovetail.causes import paging
from dovetail.causes.paging import LONGEST_US, STEP_US, stop_page
from dovetail.core.clock import DAY_US


def stop(t0_us: int, t1_us: int) -> Any:
    return SimpleNamespace(t0_us=t0_us, t1_us=t1_us, line_lost_us=0, without=SimpleNamespace(gained_us=t1_us - t0_us))


def pages(stops: list[Any], to_us: int) -> list[Any]:
    """Every page of [0, to): each step is asked for what touches it, and none for more than a month."""
    asked: list[int] = []

    def touching(t0_us: int, t1_us: int) -> list[Any]:
        asked.append(t1_us - t0_us)
        return [one for one in stops if one.t0_us < t1_us and one.t1_us > t0_us]

    found = [stop_page((0, to_us), touching, after=None)]
    while found[-1].next is not None:
        found.append(stop_page((0, to_us), touching, after=found[-1].next))
    assert max(asked) <= LONGEST_US
    return found


@given(
    st.integers(1, 90),
    st.lists(st.tuples(st.integers(-9 * DAY_US, 90 * DAY_US), st.integers(1, 12 * DAY_US)), max_size=40),
)
def test_each_stop_of_a_period_is_on_one_page(days: int, drawn: list[tuple[int, int]]) -> None:
    to_us, stops = days * DAY_US, [stop(t0_us, t0_us + lasts_us) for t0_us, lasts_us in drawn]
    found = pages(stops, to_us)
    told = [one for page in found for one in page.items]
    inside = [one for one in stops if one.t0_us < to_us and one.t1_us > 0]
    assert sorted(map(id, told)) == sorted(map(id, inside))
    reached = [page.since_us for page in found]
    assert (reached, reached[-1]) == (sorted(reached, reverse=True), 0)
    assert all(one in told for one in inside if one.t0_us >= reached[0])


def test_a_step_of_many_stops_is_turned_over_and_says_what_it_reached(monkeypatch: Any) -> None:
    monkeypatch.setattr(paging, "PAGE_MAX", 2)
    stops = [stop(n * STEP_US + m, n * STEP_US + 10 * m + 9) for n in range(6) for m in range(3)]
    found = pages(stops, 6 * STEP_US)
    assert [len(page.items) for page in found] == [2, 1] * 6
    assert [page.since_us // STEP_US for page in found] == [6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0]
    assert [one.without.gained_us for one in found[0].items] == [27, 18]


def test_what_began_before_now_but_lies_ahead_is_nothing_yet() -> None:
    assert stop_page((5, 5), lambda *_: [stop(0, 9)], after=None).items == []
