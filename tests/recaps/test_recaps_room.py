"""What signals came to over intervals and occasions, against sums worked by hand; and what nobody may ask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recaps_world import (
    DOOR,
    EVERYBODY,
    INNER,
    MARK,
    OVEN_ONLY,
    RECIPE,
    TEMP,
    Happened,
    Shift,
    Stop,
    asked_by,
    at,
    baked,
    job,
    put,
    room_of,
)  # fmt: skip

from dovetail.aggregates.names import FOLDABLE, OF_ANYTHING, OF_VALUES, Aggregate, Config
from dovetail.aggregates.places import named as intervals_of
from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import MINUTE_US, to_rfc3339
from dovetail.db.uow import Database
from dovetail.historian import service as historian_service
from dovetail.historian.service import Historian
from dovetail.recaps import samples, service
from dovetail.recaps.model import of_lots
from dovetail.recaps.samples import looks
from dovetail.recaps.service import Asked
from dovetail.testing.clock import ManualClock
from said_of_samples import amended

HOUR: dict[str, str] = {"start": to_rfc3339(at(0)), "end": to_rfc3339(at(60))}


@pytest.fixture
def happened() -> Happened:
    return Happened()


@pytest.fixture
def room(historian: Historian, sqlite_database: Database, clock: ManualClock, happened: Happened):
    clock.tick(at(60) - clock.now_us())
    baked(historian)
    return room_of(historian, sqlite_database, clock, happened)


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize(
    ("name", "config", "expected"),
    [
        # [0, 20) [20, 40) [40, 60): the link's word ends at 50
        ("TimeAverage2", Config(treat_uncertain_as_bad=False), [190.0, 220.0, 200.0]),
        ("TimeAverage2", Config(), [190.0, None, 200.0]),
        ("Maximum", Config(treat_uncertain_as_bad=False), [200.0, None, 200.0]),  # of GOOD samples alone
        ("Count", Config(percent_bad=100), [2.0, None, 1.0]),
        ("PercentGood", Config(), [100.0, 0.0, 100.0]),
        ("DurationBad", Config(treat_uncertain_as_bad=False), [0.0, 300_000.0, 0.0]),
        ("StartBound", Config(treat_uncertain_as_bad=False), [180.0, None, 200.0]),
        ("EndBound", Config(treat_uncertain_as_bad=False), [None, 200.0, None]),
        # sloped: 180→200 over 10 min, 200 held into BAD; 220→200 over 15 min; the newest held
        ("TimeAverage2", Config(stepped=False, treat_uncertain_as_bad=False), [195.0, 210.0, 200.0]),
        ("TimeAverage", Config(treat_uncertain_as_bad=False), [(190 * 10 + (200 + 200 + 20 * 10 / 15) / 2 * 10) / 20,
            ((213.3333 + 220) / 2 * 5 + 210 * 15) / 20, 200.0]),
    ],
)  # fmt: skip
def test_means_of_twenty_minutes(
    room, historian: Historian, sealed: bool, name: Aggregate, config: Config, expected: list[float | None]
) -> None:
    _ = sealed and historian.seal_once()
    found = room.evenly([TEMP], (at(0), at(60)), 20 * MINUTE_US, Asked((name,), config), scope=EVERYBODY).results[name]
    values = [None if np.isnan(value) else value for value in found.value[0].tolist()]
    assert values == [one if one is None else pytest.approx(one, rel=1e-5) for one in expected]


def test_a_value_holds_until_its_link_says_nothing_more(room) -> None:
    asked = Asked(("DurationGood",), Config())
    found = room.evenly([TEMP, INNER], (at(40), at(60)), 10 * MINUTE_US, asked, scope=EVERYBODY).results["DurationGood"]
    assert found.value[0].tolist() == [600_000.0, 0.001]  # of the tag over the link; 0.001 ms is the mark itself
    assert np.isnan(found.value[1]).all()  # nothing was ever heard of the other


@pytest.mark.parametrize("stepped", [True, False])
@pytest.mark.parametrize("look_min", [7, 30, 10_000])
def test_a_question_cut_in_pieces_has_the_same_answer(
    room, historian: Historian, monkeypatch: pytest.MonkeyPatch, stepped: bool, look_min: int
) -> None:
    rows = [
        (TEMP, 40 + i / 3, float(i * 7 % 5), (q.GOOD, q.GOOD, q.UNCERTAIN, q.GOOD, q.BAD_COMM)[i % 5])
        for i in range(1, 30)
    ]
    put(historian, 9, Kind.F64, rows, through=55)
    intervals = intervals_of([(at(a), at(b)) for a, b in ((41, 47), (0, 60), (43, 44), (48, 52), (20, 25), (44, 48))])
    asked = Asked((*OF_VALUES, *OF_ANYTHING), Config(stepped=stepped))
    whole = room.over([TEMP, DOOR], intervals, asked, scope=EVERYBODY)
    monkeypatch.setattr(samples, "AGGREGATE_LOOK_US", look_min * MINUTE_US)
    cut = room.over([TEMP, DOOR], intervals, asked, scope=EVERYBODY)
    differ = [
        name for name in asked.names
        for one, other in [(whole.results[name], cut.results[name])]
        if not np.allclose(one.value, other.value, equal_nan=True) or (one.status != other.status).any()
        or (one.bits != other.bits).any() or (one.ts != other.ts).any()
    ]  # fmt: skip
    assert differ == []


@given(tags=st.integers(1, 5), spans=st.lists(st.tuples(st.integers(0, 50), st.integers(1, 5)), min_size=1, max_size=9))
def test_every_interval_of_every_tag_is_looked_at_once(tags: int, spans: list[tuple[int, int]]) -> None:
    day = samples.AGGREGATE_LOOK_US // 4
    intervals = intervals_of([(start * day, (start + length) * day) for start, length in spans])
    seen = np.zeros((tags, len(spans)), dtype=int)
    for look in looks(tags, intervals, count=lambda _tag, _from, _to: 0):
        seen[look.tags, look.intervals] += 1
    assert seen.tolist() == [[1] * len(spans)] * tags


# Chunks of 64, 30, 14, 6 and 2 samples from minute 100 on, one a minute, none of which takes in the one before it.
CHUNKS = [(100, 64), (164, 30), (194, 14), (208, 6), (214, 2)]


def sealed_in_chunks(historian: Historian, value_of: Any, bad: frozenset[int], late: list[int]) -> None:
    seq = iter(range(100, 200))
    for first, n in CHUNKS:
        rows = [
            (INNER, minute, value_of(minute), q.BAD_COMM if minute in bad else q.GOOD)
            for minute in range(first, first + n)
        ]
        put(historian, next(seq), Kind.I64, rows, through=first + n)
        historian.seal_once()
    for minute in late:
        put(historian, next(seq), Kind.I64, [(INNER, minute + 0.5, -50, q.GOOD)], through=217)


@pytest.mark.parametrize(
    ("value_of", "bad", "late", "folded"),
    [
        (lambda minute: minute * 7919 % 101, frozenset[int](), [], True),
        (lambda minute: minute * 7919 % 5, frozenset[int](), [], True),  # the same extreme many times
        (lambda _minute: 4, frozenset[int](), [], True),
        (lambda minute: minute * 7919 % 101, frozenset({170}), [], True),  # that chunk is opened, others are not
        (lambda minute: minute * 7919 % 101, frozenset[int](), [120, 220], True),
        (lambda minute: minute * 7919 % 101, frozenset(range(100, 216, 2)), [], False),
    ],
)
@pytest.mark.parametrize("uncertain", [True, False])
def test_what_headers_say_is_what_the_samples_say(
    room, historian: Historian, clock: ManualClock, monkeypatch: pytest.MonkeyPatch,
    value_of: Any, bad: frozenset[int], late: list[int], folded: bool, uncertain: bool,
) -> None:  # fmt: skip
    clock.tick(at(300) - clock.now_us())
    sealed_in_chunks(historian, value_of, bad, late)
    spans = [
        (90, 230),
        (100, 164),
        (100, 163),
        (101, 230),
        (150, 195),
        (164, 208),
        (194.2, 207.5),
        (164, 164.5),
        (240, 250),
    ]
    intervals = intervals_of([(at(start), at(end)) for start, end in spans])
    asked = Asked(tuple(sorted(FOLDABLE)), Config(treat_uncertain_as_bad=uncertain))
    answers = []
    for fold_from_us in (1, 1 << 60):
        monkeypatch.setattr(service, "AGGREGATE_FOLD_FROM_US", fold_from_us)
        answers.append(room.over([INNER], intervals, asked, scope=EVERYBODY).results)
    one, other = answers
    differ = [
        name for name in asked.names
        if not np.allclose(one[name].value, other[name].value, equal_nan=True) or (one[name].ts != other[name].ts).any()
        or (one[name].status != other[name].status).any() or (one[name].bits != other[name].bits).any()
    ]  # fmt: skip
    assert differ == []
    stored = historian.folded(INNER, at(90), at(230), cuts=[at(90), at(230)], extremes=False, scope=EVERYBODY)
    assert bool(stored.n.sum() > 0) == folded


# --- occasions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        ([job("a", 0, 10, lot="L1"), job("b", 10, 20, lot="L1")], [("L1", 0, 20)]),  # handed over
        ([job("a", 0, 10, lot="L1"), job("b", 15, 20, lot="L1")], [("L1", 0, 10), ("L1", 15, 20)]),  # interrupted
        ([job("a", 0, 10, lot="L1"), job("b", 5, None, lot="L1")], [("L1", 0, None)]),
        (
            [job("a", 0, 10, lot="L1"), job("b", 0, 10, lot="L1", unit=2)],
            [("L1", 0, 10), ("L1", 0, 10)],
        ),  # two machines
        ([job("a", 0, 10), job("b", 10, 20, lot="L2")], [("L2", 10, 20)]),  # without a lot
    ],
)
def test_lots_are_runs_of_jobs(jobs: list[Any], expected: list[tuple[str, float, float | None]]) -> None:
    found = [(one.name, one.t0_us, one.t1_us) for one in of_lots(jobs)]
    assert found == [(name, at(start), None if end is None else at(end)) for name, start, end in expected]


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        # job b goes on: up to the link's last word, and partial
        ("jobs", [("PO-a (bread)", 190.0, "Good, Calculated"), ("PO-b (bread)", 200.0, "Good, Calculated, Partial")]),
        ("lots", [("L7", 190.0, "Good, Calculated")]),
        ("shifts", [("early", 5800 / 30, "UncertainDataSubNormal, Calculated, Partial")]),
        ("stops", [("jam", 200.0, "Good, Calculated"), ("HELD", 200.0, "Good, Calculated")]),
    ],
)
def test_the_mean_of_every_occasion(
    room, sqlite_database: Database, happened: Happened, over: str, expected: list[tuple[str, float, str]]
) -> None:
    happened.jobs += [job("a", 0, 20, lot="L7"), job("b", 40, None)]
    happened.shifts += [Shift("cal/2026-01-05/early", "early", at(0), at(480), "A")]
    happened.stops += [Stop(1, at(45), at(50), "HELD", None), Stop(1, at(10), at(12), "HELD", "jam")]
    client = asked_by(OVEN_ONLY, sqlite_database, room)
    answer = client.get(
        "/aggregates/intervals", params={"tags": "acme/oven.temp", "over": over, "equipment": 1, **HOUR}
    )
    values = [(one["name"], one["values"][0]["value"], one["values"][0]["status"]) for one in answer.json()["items"]]
    assert {one["equipment"] for one in answer.json()["items"]} == {"acme/oven"}
    assert values == [(name, pytest.approx(value), status) for name, value, status in expected]


def test_occasions_come_page_by_page(room, sqlite_database: Database, happened: Happened) -> None:
    happened.jobs += [job(str(i), i, i + 1) for i in range(5)]
    client = asked_by(EVERYBODY, sqlite_database, room)
    asked: dict[str, Any] = {"tags": "1", "over": "jobs", "equipment": 1, "limit": 2, **HOUR}
    first = client.get("/aggregates/intervals", params=asked).json()
    second = client.get("/aggregates/intervals", params=asked | {"cursor": first["next"]}).json()
    assert [[one["id"] for one in page["items"]] for page in (first, second)] == [["0", "1"], ["2", "3"]]


@pytest.mark.parametrize("fold_from_us", [0, 1 << 62])
@pytest.mark.parametrize("stepped", [True, False])
def test_as_known_before_a_correction_every_aggregate_is_as_it_was(
    room, historian: Historian, monkeypatch: pytest.MonkeyPatch, fold_from_us: int, stepped: bool
) -> None:
    """From `known` 3 on somebody says that the oven had 500 °C in the first 20 minutes."""
    monkeypatch.setattr(service, "AGGREGATE_FOLD_FROM_US", fold_from_us)
    intervals = intervals_of([(at(0), at(20)), (at(5), at(60))])
    asked = Asked((*OF_VALUES, *OF_ANYTHING), Config(stepped=stepped))
    before = room.over([TEMP], intervals, asked, scope=EVERYBODY).results
    monkeypatch.setattr(historian, "_corrections", amended(TEMP, (at(0), at(20)), 500.0, known=3))
    then = room.over([TEMP], intervals, replace(asked, as_of=2), scope=EVERYBODY).results
    now = room.over([TEMP], intervals, asked, scope=EVERYBODY).results
    assert [name for name in asked.names if not np.array_equal(then[name].value, before[name].value, True)] == []
    assert now["Maximum"].value.tolist() == [[500.0, 500.0]]


def test_a_job_that_was_told_later_is_no_occasion_before(room, sqlite_database: Database, happened: Happened) -> None:
    happened.jobs += [job("a", 0, 20), replace(job("b", 30, 40), known_from=7)]
    client = asked_by(EVERYBODY, sqlite_database, room)
    asked = {"tags": "1", "over": "jobs", "equipment": 1, **HOUR}
    then: tuple[dict[str, Any], ...] = ({}, {"as_of": 7}, {"as_of": 6})
    known = [client.get("/aggregates/intervals", params=asked | as_of).json() for as_of in then]
    assert [[one["id"] for one in page["items"]] for page in known] == [["a", "b"], ["a", "b"], ["a"]]


# --- the routes -------------------------------------------------------------------------------------------------


def test_columns_of_several_aggregates(room, sqlite_database: Database) -> None:
    client = asked_by(OVEN_ONLY, sqlite_database, room)
    asked = {"tags": "acme/oven.temp,2", "aggregates": "maximumactualtime,Count", "every_s": 1_200, **HOUR}
    answer = client.get("/aggregates", params=asked).json()
    assert answer["start"] == [to_rfc3339(at(minute)) for minute in (0, 20, 40)]
    assert [(one["path"], one["aggregate"], one["unit"]) for one in answer["items"]] == [
        ("acme/oven.temp", "MaximumActualTime", "Cel"),
        ("acme/oven.temp", "Count", None),
        ("acme/oven.door", "MaximumActualTime", None),
        ("acme/oven.door", "Count", None),
    ]
    hottest = answer["items"][0]
    assert hottest["ts"] == [to_rfc3339(at(minute)) for minute in (10, 20, 40)]
    assert hottest["status"] == ["Good", "BadNoData", "Good, Partial"]
    assert (hottest["value"], hottest["quality"]) == ([200.0, None, 200.0], [0xC0, 0x00, 0xC0])


def test_texts_are_counted_and_change(room) -> None:
    asked = Asked(("Count", "NumberOfTransitions", "DurationGood"), Config(stepped=False))
    found = room.evenly([RECIPE], (at(0), at(40)), None, asked, scope=OVEN_ONLY).results
    assert [found[name].value[0, 0] for name in asked.names] == [2.0, 2.0, 2_400_000.0]


@pytest.mark.parametrize("tags", [[DOOR, RECIPE], [RECIPE, DOOR]])
def test_texts_beside_a_yes_and_no_are_counted_as_alone(room, tags: list[int]) -> None:
    asked = Asked(("Count", "NumberOfTransitions", "PercentGood"), Config())
    beside = room.evenly(tags, (at(0), at(40)), None, asked, scope=OVEN_ONLY).results
    alone = [room.evenly([tag], (at(0), at(40)), None, asked, scope=OVEN_ONLY).results for tag in tags]
    for name in asked.names:
        assert beside[name].value[:, 0].tolist() == [one[name].value[0, 0] for one in alone]


def test_a_number_that_was_a_text_for_a_while_has_no_value_then(room, historian: Historian) -> None:
    put(historian, 9, Kind.STR, [(INNER, 5, "off", q.GOOD), (INNER, 6, "on", q.GOOD)], through=60)
    put(historian, 10, Kind.I64, [(INNER, 20, 4, q.GOOD)], through=60)
    asked = Asked(("StandardDeviationPopulation", "DurationInStateZero"), Config())
    found = room.evenly([INNER], (at(0), at(15)), None, asked, scope=EVERYBODY).results
    assert [np.isnan(found[name].value[0, 0]) for name in asked.names] == [True] * 2
    later = room.evenly([INNER], (at(15), at(30)), None, asked, scope=EVERYBODY).results
    assert later["StandardDeviationPopulation"].value[0, 0] == 0.0


@pytest.mark.parametrize("every_s", ["1e9", "1e300", "inf"])
def test_an_interval_longer_than_the_period_is_the_period(room, sqlite_database: Database, every_s: str) -> None:
    answer = asked_by(OVEN_ONLY, sqlite_database, room).get(
        "/aggregates", params={**HOUR, "tags": "1", "every_s": every_s}
    )
    assert answer.status_code == 200
    assert (answer.json()["start"], answer.json()["end"]) == ([HOUR["start"]], [HOUR["end"]])


@pytest.mark.parametrize(
    ("route", "given", "status", "code"),
    [
        ("/aggregates", {"tags": "acme/press.force"}, 404, "not-found"),  # out of sight is not there
        ("/aggregates", {"tags": "acme/oven.nothing"}, 404, "not-found"),
        ("/aggregates", {"tags": "1", "aggregates": "Average,Maximun"}, 422, "aggregate"),
        ("/aggregates", {"tags": "acme/oven.recipe", "aggregates": "Count,Average"}, 422, "aggregate"),
        ("/aggregates", {"tags": "1", "aggregates": ","}, 422, "aggregate"),
        ("/aggregates", {"tags": "1", "every_s": 0.001}, 422, "aggregate-too-many"),
        ("/aggregates", {"tags": "1", "end": "2036-01-01T00:00:00Z"}, 422, "aggregate-too-many"),
        ("/aggregates", {"tags": ""}, 422, "tags"),
        ("/aggregates/intervals", {"tags": "1", "over": "jobs", "equipment": 2}, 404, "not-found"),
        (
            "/aggregates/intervals",
            {"tags": "1", "over": "jobs", "equipment": 1, "end": "2036-01-01T00:00:00Z"},
            422,
            "period",
        ),
        ("/aggregates/intervals", {"tags": "4", "over": "jobs", "equipment": 1}, 404, "not-found"),
    ],
)
def test_what_cannot_be_asked(
    room, sqlite_database: Database, happened: Happened, route: str, given: dict[str, Any], status: int, code: str
) -> None:
    happened.jobs.append(job("a", 0, 20))
    answer = asked_by(OVEN_ONLY, sqlite_database, room).get(route, params={**HOUR, **given})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("name", "place", "limits"),
    [
        ("NumberOfTransitions", samples, {"AGGREGATE_LOOK_US": 1, "AGGREGATE_SAMPLES_MAX": 3}),  # every sample counts
        ("Average", historian_service, {"AGGREGATE_SAMPLES_MAX": 3}),  # what headers do not say has to be read
    ],
)
def test_an_interval_that_memory_cannot_bear_is_refused(
    room, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, name: str, place: object, limits: dict[str, int]
) -> None:
    monkeypatch.setattr(service, "AGGREGATE_FOLD_FROM_US", 1)
    for limit, value in limits.items():
        monkeypatch.setattr(place, limit, value)
    answer = asked_by(OVEN_ONLY, sqlite_database, room).get(
        "/aggregates", params={"tags": "1", "aggregates": name, **HOUR}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "aggregate-too-long")


def test_what_is_not_a_number_does_not_spoil_its_neighbours(room, historian: Historian) -> None:
    rows = [(INNER, at(41 + i), value, q.GOOD) for i, value in enumerate([1.0, float("nan"), float("inf"), 3.0])]
    historian.put([Frame("edge", Lane.LIVE, 1, 20, (Batch.of(Kind.F64, rows),), {MARK: at(60)})])
    asked = Asked(("Average", "Count", "TimeAverage2"), Config())
    found = room.evenly([INNER], (at(41), at(45)), None, asked, scope=EVERYBODY).results
    assert [found[name].value[0, 0] for name in asked.names] == [2.0, 2.0, 2.0]
