"""A time of which samples went by rule comes to nothing: the value before it is not held through, and it is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recaps_world import DOOR, EVERYBODY, RECIPE, TEMP, Happened, asked_by, at, job, put, room_of

from dovetail.aggregates.names import Aggregate, Config
from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import MINUTE_US, to_rfc3339
from dovetail.db.uow import Database
from dovetail.gone.model import Drop, Gone, Stretch, Went, stands_until
from dovetail.historian.service import Historian
from dovetail.recaps.lost import ends
from dovetail.recaps.service import Asked, RecapsRoom
from dovetail.testing.clock import ManualClock

HOUR: dict[str, str] = {"start": to_rfc3339(at(0)), "end": to_rfc3339(at(60))}


@pytest.fixture
def happened() -> Happened:
    return Happened()


@pytest.fixture
def room(historian: Historian, sqlite_database: Database, clock: ManualClock, happened: Happened) -> RecapsRoom:
    """Of what the oven said from 10 to 30 nothing is left but a sample at 22; it says 180 before and 240 from 40 on."""
    clock.tick(at(60) - clock.now_us())
    rows = [(TEMP, 0, 180.0, q.GOOD), (TEMP, 22, 200.0, q.GOOD), (TEMP, 40, 240.0, q.GOOD)]
    put(historian, 1, Kind.F64, rows, through=1)
    put(historian, 2, Kind.STR, [(RECIPE, 0, "rye", q.GOOD), (RECIPE, 40, "oat", q.GOOD)], through=2)
    put(historian, 3, Kind.BOOL, [(DOOR, 0, True, q.GOOD)], through=60)
    gone = Gone()
    of = (Stretch(TEMP, at(10), at(30), 20), Stretch(RECIPE, at(10), at(30), 20))
    gone.take([Drop(1, "drop", "acme", 672, at(31), None, 40, 90, of, at(59), "a rule", 1)])
    return room_of(historian, sqlite_database, clock, happened, gone=gone.of)


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("name, expected", [
    #                    [0, 10) [10, 20) [20, 30) [30, 40) [40, 50) [50, 60)
    ("TimeAverage2",    [180.0,  None,    200.0,   None,    240.0,   240.0]),
    ("PercentGood",     [100.0,  0.0,     0.0,     0.0,     100.0,   100.0]),
    ("DurationBad",     [0.0,    600_000, 600_000, 600_000, 0.0,     0.0]),
    ("Maximum2",        [180.0,  None,    200.0,   None,    240.0,   240.0]),
    ("StartBound",      [180.0,  None,    None,    None,    240.0,   240.0]),
])  # fmt: skip
def test_no_value_is_held_through_what_went(
    room: RecapsRoom, historian: Historian, sealed: bool, name: Aggregate, expected: Sequence[float | None]
) -> None:
    """The sample that stayed says its own moment and nothing beyond."""
    _ = sealed and historian.seal_once()
    config = Config(percent_bad=100, percent_good=0)
    found = room.evenly([TEMP], (at(0), at(60)), 10 * MINUTE_US, Asked((name,), config), scope=EVERYBODY).results[name]
    values = [None if np.isnan(value) else value for value in found.value[0].tolist()]
    assert values == [one if one is None else pytest.approx(one, abs=0.01) for one in expected]


def test_texts_are_not_held_through_it_and_what_nothing_went_of_is_as_it_was(room: RecapsRoom) -> None:
    asked = Asked(("PercentGood",), Config())
    found = room.evenly([DOOR, RECIPE], (at(0), at(60)), 10 * MINUTE_US, asked, scope=EVERYBODY)
    assert found.results["PercentGood"].value.tolist() == [[100.0] * 6, [100.0, 0.0, 0.0, 0.0, 100.0, 100.0]]


def said(dropped: list[dict[str, Any]]) -> list[tuple[int, str, int, str, str]]:
    return [(one["tag"], one["rule"], one["samples"], one["start"], one["end"]) for one in dropped]


def test_what_went_is_said_of_a_period_and_of_every_occasion(
    room: RecapsRoom, sqlite_database: Database, happened: Happened
) -> None:
    happened.jobs += [job("a", 2, 8), job("b", 12, 20), job("c", 42, 50)]
    client = asked_by(EVERYBODY, sqlite_database, room)
    went = (TEMP, "acme", 20, to_rfc3339(at(10)), to_rfc3339(at(30) + 1))
    of = {"tags": f"{TEMP},{DOOR}", "aggregates": "TimeAverage2", **HOUR}
    assert said(client.get("/aggregates", params=of).json()["dropped"]) == [went]
    temp, door = client.get("/aggregates", params={**of, "every_s": "600"}).json()["items"]
    assert (temp["dropped"], any(door["dropped"])) == ([False, True, True, True, False, False], False)
    page = client.get("/aggregates/intervals", params={**of, "over": "jobs", "equipment": 1}).json()
    told = [
        (one["id"], one["values"][0]["value"], one["values"][0]["dropped"], said(one["dropped"]))
        for one in page["items"]
    ]
    assert told == [("a", 180.0, False, []), ("b", None, True, [went]), ("c", 240.0, False, [])]


MOMENTS = st.integers(0, 30)
SPANS = st.tuples(MOMENTS, MOMENTS).map(lambda ends: (min(ends), max(ends)))


@given(st.lists(MOMENTS, unique=True).map(sorted), st.lists(SPANS, max_size=4), MOMENTS)
def test_what_ends_a_value_is_what_ends_it_everywhere(
    samples: list[int], spans: list[tuple[int, int]], moment: int
) -> None:
    """As trends and statistics have it (`stands_until`), but that a sample is true of its own moment."""
    went = [Went(t0, t1, 1, "acme", "drop", 0, 0) for t0, t1 in spans]
    found = ends(went, np.array(samples, dtype=np.int64))
    held = [ts for ts in samples if ts <= moment]
    for ts in held[-1:]:
        until = stands_until(went, ts)
        stands = until is None or moment < max(until, ts + 1)
        assert stands is not any(ts < end <= moment for end in found.tolist())
