"""Whatever the samples, the intervals and the configuration: the columns say what the definitions say, read slowly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.aggregates.compute import Summing
from dovetail.aggregates.names import AGGREGATES, Aggregate, Config
from dovetail.aggregates.places import Intervals, named
from dovetail.aggregates.points import Points, points_of
from plain_reading import QUALITY, Reading, Sample

CONFIGS = st.builds(
    Config,
    stepped=st.booleans(),
    treat_uncertain_as_bad=st.booleans(),
    percent_bad=st.sampled_from((100, 50, 20)),
    percent_good=st.sampled_from((100, 50, 80)),
    sloped_extrapolation=st.booleans(),
)
GRADES = st.sampled_from(("good", "good", "good", "uncertain", "bad"))
VALUES = st.integers(-3, 3).map(float)
LANES = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 60), VALUES, GRADES), max_size=9, unique_by=lambda row: row[0]),
        st.integers(1, 30),
    ),
    min_size=1,
    max_size=3,
)
SPANS = st.lists(
    st.tuples(st.integers(-10, 80), st.integers(1, 40)).map(lambda span: (span[0], span[0] + span[1])),
    min_size=1,
    max_size=4,
)


def readings(lanes: list[tuple[list[tuple[int, float, str]], int]], config: Config) -> list[Reading]:
    made: list[Reading] = []
    for rows, holds in lanes:
        samples = [Sample(ts, value, grade) for ts, value, grade in sorted(rows)]  # type: ignore[arg-type]
        made.append(Reading(samples, samples[-1].ts + holds if samples else 0, config))
    return made


def columns(signals: list[Reading]) -> Points:
    rows = [(lane, sample) for lane, signal in enumerate(signals) for sample in signal.samples]
    return points_of(
        np.array([lane for lane, _ in rows], dtype=np.intp),
        np.array([sample.ts for _, sample in rows], dtype=np.int64),
        np.array([sample.value for _, sample in rows]),
        np.array([QUALITY[sample.grade] for _, sample in rows], dtype=np.uint16),
        valid=np.ones(len(rows), dtype=np.bool_),
        until=np.array([signal.until for signal in signals], dtype=np.int64),
    )


@given(lanes=LANES, spans=SPANS, config=CONFIGS)
def test_columns_say_what_the_definitions_say(
    lanes: list[tuple[list[tuple[int, float, str]], int]], spans: list[tuple[int, int]], config: Config
) -> None:
    signals = readings(lanes, config)
    summing = Summing(columns(signals), named(spans), config)
    for name in AGGREGATES:
        found = summing.of(name)
        for lane, signal in enumerate(signals):
            for i, (start, end) in enumerate(spans):
                ts, value, status, bits = signal.of(name, start, end)
                said = (int(found.ts[lane, i]), int(found.status[lane, i]), int(found.bits[lane, i]))
                assert said == (ts, status, bits), (name, start, end, signal)
                expected = np.nan if value is None else value
                assert found.value[lane, i] == pytest.approx(expected, nan_ok=True, abs=1e-9), (
                    name,
                    start,
                    end,
                    signal,
                )


def test_nothing_is_known_of_a_signal_without_samples() -> None:
    nothing = columns([Reading([], 0, Config())])
    intervals: Intervals = named([(0, 10)])
    found = {name: Summing(nothing, intervals, Config()).of(name) for name in AGGREGATES}
    assert {name: result.status.tolist() for name, result in found.items()} == {name: [[3]] for name in AGGREGATES}


@pytest.mark.parametrize(("name", "value"), [("Count", 2.0), ("Average", 5.0), ("TimeAverage2", 7.0), ("Start", 3.0)])
def test_two_samples_of_one_moment_both_count_the_last_one_holds_and_it_is_said(name: Aggregate, value: float) -> None:
    two = points_of(
        np.zeros(2, dtype=np.intp), np.array([5, 5]), np.array([3.0, 7.0]), np.full(2, 0xC0, dtype=np.uint16),
        valid=np.ones(2, dtype=np.bool_), until=np.array([9]),
    )  # fmt: skip
    found = Summing(two, named([(5, 9)]), Config()).of(name)
    assert (found.value[0, 0], found.bits[0, 0] & 8) == (value, 8)
