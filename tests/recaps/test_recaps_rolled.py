"""What rests on hours that were summed up equals what rests on the samples, aggregate by aggregate."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recaps_world import DOOR, EVERYBODY, INNER, PLANT, TEMP, Happened, room_of

from dovetail.aggregates.names import EXTREMES, FOLDABLE, Aggregate, Config
from dovetail.aggregates.places import Intervals, evenly
from dovetail.aggregates.status import Bits
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.db.uow import Database
from dovetail.historian.service import Historian
from dovetail.packing import rollups
from dovetail.recaps.service import Asked
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from shortcuts import examples

MIDNIGHT_US = DAY_ZERO_US // DAY_US * DAY_US
GOOD, UNCERTAIN, BAD = 0xC0, 0x40, 0x08
NAMES: tuple[Aggregate, ...] = tuple(sorted(FOLDABLE - EXTREMES))
MOMENTS = (0, 1, HOUR_US // 3, HOUR_US // 2, HOUR_US - 1)
INSTANTS = [MIDNIGHT_US + hour * HOUR_US + at_us for hour in range(3) for at_us in MOMENTS]
VALUES, ODD_VALUES = [0.0, 1.5, -4.0, 7.25], [0.0, 1.5, float("inf"), 7.25]
QUALITIES, ODD_QUALITIES = [GOOD, GOOD, BAD], [GOOD, BAD, UNCERTAIN]


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
    "at an angle": evenly(MIDNIGHT_US + HOUR_US // 2, MIDNIGHT_US + 20 * HOUR_US, 13 * HOUR_US),
}


def batches(samples: list[tuple[int, int, float, int]]) -> tuple[Batch, ...]:
    rows = [(tag, ts, None if quality == BAD else value, quality) for tag, ts, value, quality in samples]
    return (Batch.of(Kind.F64, rows),)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(PLAIN, PLAIN, ODD),
    st.one_of(st.just([]), st.lists(samples_of(VALUES, QUALITIES), max_size=3)),
    st.sampled_from(list(INTERVALS)),
    st.booleans(),
)
def test_hours_and_samples_come_to_the_same(
    sqlite_database: Database,
    samples: list[tuple[int, int, float, int]],
    late: list[tuple[int, int, float, int]],
    over: str,
    uncertain_is_bad: bool,
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rollups, "HOURS_FROM", 0)
        clock = ManualClock(MIDNIGHT_US + 2 * DAY_US)
        found = []
        for name, rolled in (("plain", False), ("rolled", True)):
            historian = Historian(Path(folder) / name, clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
            historian.put([Frame("plc", Lane.LIVE, 1, 1, batches(samples))])
            historian.seal_once()
            while rolled and historian.compact_once():
                pass
            historian.put([Frame("plc", Lane.BACKLOG, 1, 1, batches(late))] if late else [])
            room = room_of(historian, sqlite_database, clock, Happened())
            asked = Asked(NAMES, Config(treat_uncertain_as_bad=uncertain_is_bad))
            found.append(room.over([TEMP, DOOR, INNER], INTERVALS[over], asked, scope=EVERYBODY))
            historian.close()
    plain, through = found
    for name in NAMES:
        np.testing.assert_allclose(
            through.results[name].value, plain.results[name].value, rtol=1e-9, atol=1e-9, err_msg=name
        )
        np.testing.assert_array_equal(through.results[name].status, plain.results[name].status, err_msg=name)
        one_by_one = np.uint8(Bits.EXTRA_DATA)  # is only told of samples that were read so
        bits = [found.results[name].bits & ~one_by_one for found in (through, plain)]
        np.testing.assert_array_equal(*bits, err_msg=name)


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
    found = room.over([TEMP], hour, Asked(("Average", "Count"), Config()), scope=EVERYBODY).results
    expected = [i % 7 for i in range(720, 1080)]
    assert found["Count"].value.tolist() == [[360.0]]
    assert found["Average"].value.tolist() == [[pytest.approx(sum(expected) / 360)]]
    assert PLANT.tags[TEMP].kind is Kind.F64
    historian.close()
