"""Pages of stops over any time hold each stop once, the newest first, whatever stands how densely and reaches where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from timeline_world import CAPPER, FILLER, LINE, SYSTEM, World, at, said

from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.db.uow import Database
from dovetail.insight.paging import LOOKS_MAX, WIDEST_US, Place, Stretch, page
from dovetail.testing.clock import ManualClock

YEAR_US = 366 * DAY_US


@dataclass(frozen=True, slots=True)
class Stood:
    """A stop as far as a page looks at it."""

    t0_us: int
    t1_us: int
    unit: int


def place_of(stop: Stood) -> Place:
    return Place(stop.t0_us, stop.unit)


STOPS = st.lists(
    st.builds(
        lambda begin_us, lasts_us, unit: Stood(begin_us, begin_us + lasts_us, unit),
        st.one_of(st.integers(0, 5 * YEAR_US), st.integers(3 * YEAR_US, 3 * YEAR_US + DAY_US)),
        st.one_of(st.integers(1, HOUR_US), st.integers(1, YEAR_US)),
        st.integers(1, 3),
    ),
    max_size=60,
    unique_by=place_of,
)


@given(stops=STOPS, ends=st.tuples(st.integers(0, 5 * YEAR_US), st.integers(1, 5 * YEAR_US)), limit=st.integers(1, 9))
def test_all_pages_together_are_the_list(stops: Sequence[Stood], ends: tuple[int, int], limit: int) -> None:
    from_us, to_us = ends[0], ends[0] + ends[1]
    touching = [one for one in stops if one.t0_us < to_us and one.t1_us > from_us]
    widest_us = 0

    def look(lo_us: int, hi_us: int) -> list[Stood]:
        nonlocal widest_us
        widest_us = max(widest_us, hi_us - lo_us)
        return [one for one in touching if one.t0_us < hi_us and one.t1_us > lo_us]

    found: list[Stood] = []
    pages, more = 0, None
    while not pages or more is not None:
        items, more = page(Stretch(from_us, to_us, more), look, place_of=place_of, limit=limit)
        assert len(items) <= limit
        found, pages = found + items, pages + 1
    assert found == sorted(touching, key=place_of, reverse=True)
    assert widest_us <= WIDEST_US  # whatever the period: so much is held in memory at once


def test_a_page_of_a_time_in_which_nothing_stood_ends_and_says_where_to_go_on() -> None:
    looked: list[int] = []
    items, more = page(
        Stretch(0, 100 * YEAR_US, None), lambda lo, _hi: looked.append(lo) or [], place_of=place_of, limit=9
    )
    assert (items, len(looked), more) == ([], LOOKS_MAX, Place(looked[-1], 0))


def test_the_stops_of_two_years_come_in_pages_as_they_come_at_once(
    sqlite_database: Database, clock: ManualClock, bus: Bus
) -> None:
    world = World(sqlite_database, clock, bus)
    days = range(0, 700, 7)
    for unit, shift in ((FILLER, 0), (CAPPER, 5)):
        records = [
            one
            for day in days
            for minute in [day * 1440 + shift]
            for one in (said(unit, minute, minute + 10, "Held"), said(unit, minute + 10, minute + 7 * 1440, "Execute"))
        ]
        world.signals(unit, *records)
    world.minutes_pass(700 * 1440)
    found, more, pages = [], None, 0
    while not pages or more is not None:
        asked = Stretch(at(3), at(700 * 1440), more)
        out, more = world.insight.stops_before(LINE, asked, scope=SYSTEM, limit=30)
        found, pages = found + out.items, pages + 1
    assert found == world.stops(LINE, 3, 700 * 1440).items
