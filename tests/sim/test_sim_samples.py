"""Frames of the virtual line: exact times, counters that roll over, nothing lost however the time is chopped."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from dovetail.core.batch import Frame, Kind, Lane
from dovetail.core.clock import HOUR_US, MINUTE_US, SECOND_US, from_rfc3339
from dovetail.sim.hours import TWO_SHIFT
from dovetail.sim.line import JobBegan, Line, Setting
from dovetail.sim.samples import Sampler, UnitTags

START_US = from_rfc3339("2026-01-05T03:00:00Z")  # an hour and some before the early shift
TAGS = {unit: UnitTags(*range(at, at + 8), link=at + 9) for unit, at in
        (("filler", 100), ("capper", 200), ("labeller", 300), ("palletiser", 400))}  # fmt: skip


def a_sampler(*, counter_start: int = 0, frame_samples_max: int = 5_000, every_us: int = 10 * SECOND_US) -> Sampler:
    line = Line(Setting(seed=5, hours=TWO_SHIFT, order_sizes=(2_000, 5_000)), start_us=START_US)
    return Sampler(
        line, TAGS, source="demo-history", counter_start=counter_start, frame_samples_max=frame_samples_max,
        every_us=every_us,
    )  # fmt: skip


def run(sampler: Sampler, *, hours: float, window_us: int) -> list[Frame]:
    end_us = START_US + round(hours * HOUR_US)
    return [frame for to_us in range(START_US + window_us, end_us + 1, window_us) for frame in sampler.frames(to_us)[0]]


def rows(frames: Sequence[Frame]) -> list[tuple[int, int, object, int]]:
    return sorted((row for frame in frames for batch in frame.batches for row in batch.rows()), key=lambda row: row[:2])


def of_tag(frames: Sequence[Frame], tag: int) -> list[tuple[int, int]]:
    return [(ts, int(value)) for tag_id, ts, value, _ in rows(frames) if tag_id == tag]  # type: ignore[call-overload]


def test_chopping_the_time_otherwise_gives_the_same_samples() -> None:
    hourly = run(a_sampler(), hours=6, window_us=HOUR_US)
    assert rows(hourly) == rows(run(a_sampler(), hours=6, window_us=MINUTE_US))
    assert rows(hourly) == rows(run(a_sampler(frame_samples_max=97), hours=6, window_us=HOUR_US))


def test_frames_are_numbered_limited_and_marked() -> None:
    frames = run(a_sampler(frame_samples_max=500), hours=6, window_us=HOUR_US)
    assert [frame.seq for frame in frames] == list(range(1, len(frames) + 1))
    assert max(len(frame) for frame in frames) < 560  # samples of one instant stay together
    assert {frame.lane for frame in frames} == {Lane.IMPORT}
    marks = [frame.good_through for frame in frames if frame.good_through]
    assert marks == [dict.fromkeys((109, 209, 309, 409), START_US + hour * HOUR_US) for hour in range(1, 7)]
    first_and_last = [
        (min(int(b.ts[0]) for b in frame.batches), max(int(b.ts[-1]) for b in frame.batches))
        for frame in frames
        if len(frame)
    ]
    assert all(before[1] < after[0] for before, after in pairwise(first_and_last))


def test_states_are_said_when_they_change_and_only_then() -> None:
    sampler = a_sampler()
    frames = run(sampler, hours=6, window_us=HOUR_US)
    really: list[tuple[int, int]] = []
    for at, status in sampler.line.truth["capper"].transitions():
        really += [(at, int(status.state))] * (not really or really[-1][1] != status.state)
    assert of_tag(frames, TAGS["capper"].state) == really
    kinds = {int(tag): batch.kind for frame in frames for batch in frame.batches for tag in batch.tag}
    assert [kinds[tag] for tag in range(200, 208)] == [Kind.I64] * 3 + [Kind.BOOL] * 2 + [Kind.F64] + [Kind.U64] * 2


@pytest.mark.parametrize("counter_start", [0, 2**32 - 3_000, 2**32 - 1])
def test_counters_are_the_truth_modulo_32_bits(counter_start: int) -> None:
    sampler = a_sampler(counter_start=counter_start)
    frames = run(sampler, hours=6, window_us=HOUR_US)
    for tag, at in (
        (TAGS["filler"].processed, sampler.line.truth["filler"].processed_at),
        (TAGS["filler"].defective, sampler.line.truth["filler"].defective_at),
    ):
        said = of_tag(frames, tag)
        really = (at(np.array([ts for ts, _ in said])) + counter_start) % 2**32
        assert [value for _, value in said] == really.tolist()
    assert sampler.line.machine("filler").processed > 6_000


def test_counters_are_confirmed_at_every_change_and_each_producing_minute() -> None:
    sampler = a_sampler(every_us=7 * SECOND_US)
    frames = run(sampler, hours=6, window_us=HOUR_US)
    truth = sampler.line.truth["labeller"]
    for tag in (TAGS["labeller"].processed, TAGS["labeller"].defective):
        said = {ts for ts, _ in of_tag(frames, tag)}
        assert {at for at, _ in truth.transitions()} <= said
        minutes = range(START_US + MINUTE_US, START_US + 6 * HOUR_US + 1, MINUTE_US)
        assert {at for at in minutes if truth.counts(at - MINUTE_US, at).processed} <= said


def test_jobs_come_with_the_frames() -> None:
    sampler = a_sampler()
    jobs = [job for hour in range(1, 7) for job in sampler.frames(START_US + hour * HOUR_US)[1]]
    assert [(job.t_us, job.job.unit) for job in jobs if isinstance(job, JobBegan)][:4] == [
        (START_US, unit) for unit in TAGS
    ]
    assert len(jobs) > 12
