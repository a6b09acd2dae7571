"""What rests on hours that were summed up equals what rests on the samples, aggregate by aggregate."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recaps_world import DOOR, EVERYBODY, INNER, PLANT, TEMP, Happened, room_of

from dovetail.aggregates.compute import Results
from dovetail.aggregates.names import EXTREMES, FOLDABLE, Aggregate, Config
from dovetail.aggregates.places import Intervals, evenly
from dovetail.aggregates.status import Bits
from dovetail.chunkstore.postgres import Server
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.db.uow import Database
from dovetail.historian.service import Historian
from dovetail.packing import rollups
from dovetail.packing.place import Storage
from dovetail.recaps import service
from dovetail.recaps.service import Asked
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from shortcuts import examples

MIDNIGHT_US = DAY_ZERO_US // DAY_US * DAY_US
GOOD, UNCERTAIN, BAD = 0xC0, 0x40, 0x08
SUMS: tuple[Aggregate, ...] = tuple(sorted(FOLDABLE - EXTREMES))
OUTERMOST: tuple[Aggregate, ...] = tuple(sorted(EXTREMES))
MOMENTS = (0, 1, HOUR_US // 3, HOUR_US // 2, HOUR_US - 1)
INSTANTS = [MIDNIGHT_US + hour * HOUR_US + at_us for hour in range(3) for at_us in MOMENTS]
VALUES, ODD_VALUES = [0.0, 1.5, -4.0, 7.25], [0.0, 1.5, float("inf"), 7.25]
QUALITIES, ODD_QUALITIES = [GOOD, GOOD, BAD], [GOOD, BAD, UNCERTAIN]


@pytest.fixture
def samples_url(postgres_url: str) -> Iterator[str]:
    """A database for samples alone."""
    base, _, query = postgres_url.partition("?")
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("create database recaps")
        yield f"{base.rsplit('/', 1)[0]}/recaps?{query}"
        admin.execute("drop database recaps with (force)")


def samples_of(values: list[float], qualities: list[int]) -> st.SearchStrategy[tuple[int, int, float, int]]:
    return st.tuples(
        st.sampled_from([TEMP, TEMP, TEMP, INNER]),
        st.sampled_from(INSTANTS),
        st.sampled_from(values),
        st.sampled_from(qualities),
    )


PLAIN = st.lists(samples_of(VALUES, QUALITIES), min_size=8, max_size=40)  # most hours can be folded
ODD = st.lists(samples_of(ODD_VALUES, ODD_QUALITIES), min_size=1, max_size=40)
INTERVALS: dict[str, Intervals] = {
    "each hour": evenly(MIDNIGHT_US, MIDNIGHT_US + 5 * HOUR_US, HOUR_US),
    "two hours": evenly(MIDNIGHT_US + HOUR_US, MIDNIGHT_US + 5 * HOUR_US, 2 * HOUR_US),
    "a day": evenly(MIDNIGHT_US, MIDNIGHT_US + DAY_US, DAY_US),
    "part of an hour": evenly(MIDNIGHT_US + HOUR_US // 3, MIDNIGHT_US + HOUR_US + 17, HOUR_US),
    "bits of hours": evenly(MIDNIGHT_US + HOUR_US // 5, MIDNIGHT_US + 3 * HOUR_US, HOUR_US // 3 + 1),
    "at an angle": evenly(MIDNIGHT_US + HOUR_US // 2, MIDNIGHT_US + 20 * HOUR_US, 13 * HOUR_US),
}


def batches(samples: list[tuple[int, int, float, int]]) -> tuple[Batch, ...]:
    rows = [(tag, ts, None if quality == BAD else value, quality) for tag, ts, value, quality in samples]
    return (Batch.of(Kind.F64, rows),)


EXAMPLES = {
    "samples": st.one_of(PLAIN, PLAIN, ODD),
    "late": st.one_of(st.just([]), st.lists(samples_of(VALUES, QUALITIES), max_size=3)),
    "over": st.sampled_from(list(INTERVALS)),
    "uncertain_is_bad": st.booleans(),
}
AT_LEISURE = [HealthCheck.function_scoped_fixture]
# how the same question is answered: sample by sample, from hours, summed up as chunks are opened, from hours and so;
# and what is asked at once
WAYS = {
    "plain": (False, 0, [SUMS, OUTERMOST]),
    "hours": (True, 0, [SUMS, OUTERMOST]),
    "opened": (False, service.SLOTS_MAX, [SUMS, OUTERMOST]),
    "both": (True, service.SLOTS_MAX, [OUTERMOST + SUMS]),
}


def answers(
    open_one: Callable[[str], Path | Storage], database: Database, given: dict[str, Any]
) -> dict[str, dict[Aggregate, Results]]:
    """By way. What is late has not been sealed yet."""
    clock = ManualClock(MIDNIGHT_US + 2 * DAY_US)
    found: dict[str, dict[Aggregate, Results]] = {}
    for way, (is_rolled, slots_max, at_once) in WAYS.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rollups, "HOURS_FROM", 0)
            patch.setattr(service, "SLOTS_MAX", slots_max)
            historian = Historian(open_one(way), clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
            historian.put([Frame("plc", Lane.LIVE, 1, 1, batches(given["samples"]))])
            historian.seal_once()
            while is_rolled and historian.compact_once():
                pass
            late = given["late"]
            historian.put([Frame("plc", Lane.BACKLOG, 1, 1, batches(late))] if late else [])
            room = room_of(historian, database, clock, Happened())
            config = Config(treat_uncertain_as_bad=given["uncertain_is_bad"])
            recaps = [
                room.over([TEMP, DOOR, INNER], INTERVALS[given["over"]], Asked(names, config), scope=EVERYBODY)
                for names in at_once
            ]
            found[way] = {name: results for one in recaps for name, results in one.results.items()}
            historian.close()
    return found


def assert_all_the_same(found: dict[str, dict[Aggregate, Results]]) -> None:
    plain = found["plain"]
    for way, name in product(found, SUMS + OUTERMOST):
        through, samples = found[way][name], plain[name]
        said = f"{name}, {way}"
        np.testing.assert_allclose(through.value, samples.value, rtol=1e-9, atol=1e-9, err_msg=said)
        np.testing.assert_array_equal(through.status, samples.status, err_msg=said)
        np.testing.assert_array_equal(through.ts, samples.ts, err_msg=said)
        one_by_one = np.uint8(Bits.EXTRA_DATA)  # is only told of samples that were read so
        np.testing.assert_array_equal(through.bits & ~one_by_one, samples.bits & ~one_by_one, err_msg=said)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=AT_LEISURE)
@given(st.fixed_dictionaries(EXAMPLES))
def test_hours_and_samples_come_to_the_same(sqlite_database: Database, given: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        assert_all_the_same(answers(lambda way: Path(folder) / way, sqlite_database, given))


def dense(seed: int) -> dict[str, Any]:
    """Three hours of two signals, a sample every half minute or so, some BAD or in doubt; a few came late.

    Those of an even seed were read together, to the microsecond.
    """
    chance = random.Random(seed)
    scans = range(MIDNIGHT_US, MIDNIGHT_US + 3 * HOUR_US, 30_000_000)
    late_us = {(one, at_us): chance.randrange(1_000_000) for one in (TEMP, INNER) for at_us in scans}
    rows = [
        (
            tag,
            at_us + late_us[(tag, TEMP)[seed % 2 == 0], at_us],
            chance.uniform(least, least + 10),
            chance.choices([GOOD, BAD, UNCERTAIN], odds)[0],
        )
        for tag, least, odds in ((TEMP, 15, (95, 5, 0)), (INNER, -5, (980, 15, 5)))
        for at_us in scans
    ]
    return {"samples": rows, "late": [(TEMP, MIDNIGHT_US + HOUR_US + 40 * seed * 1_000_000, 2.0, GOOD)][: seed % 2]}


@pytest.mark.parametrize("over", ["each hour", "two hours", "part of an hour", "bits of hours"])
@pytest.mark.parametrize("seed", [1, 2, 4])
def test_what_is_summed_up_as_it_is_opened_comes_to_the_same(
    sqlite_database: Database, tmp_path: Path, seed: int, over: str
) -> None:
    given = {**dense(seed), "over": over, "uncertain_is_bad": seed == 1}
    found = answers(lambda way: tmp_path / way, sqlite_database, given)
    assert_all_the_same(found)
    assert np.nanmax(found["opened"]["Count"].value) > 30


@pytest.mark.postgres
@settings(max_examples=examples(16), deadline=None, suppress_health_check=AT_LEISURE)
@given(st.fixed_dictionaries(EXAMPLES))
def test_hours_and_samples_come_to_the_same_in_postgresql(
    sqlite_database: Database, samples_url: str, given: dict[str, Any]
) -> None:
    def emptied(_way: str) -> Storage:
        with psycopg.connect(samples_url, autocommit=True) as connection:
            connection.execute("drop schema if exists historian cascade")
        return Server(samples_url)

    assert_all_the_same(answers(emptied, sqlite_database, given))


def test_the_mean_of_an_hour_opens_no_chunk(
    tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(MIDNIGHT_US + 5 * HOUR_US)
    historian = Historian(tmp_path, clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    rows = [(TEMP, MIDNIGHT_US + i * 10_000_000, float(i % 7), GOOD) for i in range(4 * 360)]
    historian.put([Frame("plc", Lane.LIVE, 1, 1, (Batch.of(Kind.F64, rows),))])
    historian.seal_once()
    while historian.compact_once():
        pass
    monkeypatch.setattr("dovetail.packing.chunks.decode", None)
    room = room_of(historian, sqlite_database, clock, Happened())
    hour = evenly(MIDNIGHT_US + 2 * HOUR_US, MIDNIGHT_US + 3 * HOUR_US, HOUR_US)
    asked = Asked(("Average", "Count", "StandardDeviationSample"), Config())
    found = room.over([TEMP], hour, asked, scope=EVERYBODY).results
    expected = [i % 7 for i in range(720, 1080)]
    assert found["StandardDeviationSample"].value.tolist() == [[pytest.approx(statistics.stdev(expected))]]
    assert found["Count"].value.tolist() == [[360.0]]
    assert found["Average"].value.tolist() == [[pytest.approx(sum(expected) / 360)]]
    assert PLANT.tags[TEMP].kind is Kind.F64
    historian.close()
