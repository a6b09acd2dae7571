"""The virtual line: the same seed is the same week, no piece is lost in a buffer, every move is one PackML allows."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US, from_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.sim.hours import TWO_SHIFT
from dovetail.sim.line import BOTTLING, Change, JobBegan, Line, Setting
from dovetail.sim.packml import Mode, Reason, State, legal
from shortcuts import examples

MONDAY_US = from_rfc3339("2026-01-05T00:00:00Z")
SMALL_ORDERS = (2_000, 6_000)  # a changeover every half hour instead of every few hours


def a_line(seed: int, *, hours: float, exact: bool = False, orders: tuple[int, int] = SMALL_ORDERS) -> Line:
    line = Line(Setting(seed=seed, hours=TWO_SHIFT, exact=exact, order_sizes=orders), start_us=MONDAY_US)
    line.run_until(MONDAY_US + round(hours * HOUR_US))
    return line


def record(line: Line) -> list[object]:
    """Everything the truth holds, in a form that can be compared."""
    return [
        (unit, truth.transitions(), truth.jobs, truth._first, truth._pace, truth._pieces, truth._rejects)
        for unit, truth in line.truth.items()
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_same_seed_is_the_same_day(seed: int) -> None:
    assert record(a_line(seed, hours=20)) == record(a_line(seed, hours=20))


def test_another_seed_is_another_day() -> None:
    assert record(a_line(1, hours=12)) != record(a_line(2, hours=12))


@pytest.mark.parametrize("seed", range(examples(6)))
def test_moving_whole_runs_at_once_changes_nothing(seed: int) -> None:
    assert record(a_line(seed, hours=14)) == record(a_line(seed, hours=14, exact=True))


@pytest.mark.parametrize("step_us", [997_003, 61 * SECOND_US, 47 * MINUTE_US])
def test_how_often_the_line_is_asked_changes_nothing(step_us: int) -> None:
    line = Line(Setting(seed=4, hours=TWO_SHIFT, order_sizes=SMALL_ORDERS), start_us=MONDAY_US)
    end_us = MONDAY_US + 9 * HOUR_US
    events = [event for at in range(MONDAY_US + step_us, end_us, step_us) for event in line.run_until(at)]
    events += line.run_until(end_us)
    assert record(line) == record(a_line(4, hours=9))
    assert [event.t_us for event in events] == sorted(event.t_us for event in events)


@pytest.mark.parametrize("seed", range(examples(8)))
def test_pieces_are_conserved(seed: int) -> None:
    line = a_line(seed, hours=15.3)
    machines = [line.machine(unit) for unit in line.units]
    assert machines[0].processed > 10_000
    for before, behind, make in zip(machines, machines[1:], BOTTLING[1:], strict=False):
        assert before.processed - before.defective == behind.processed + behind.infeed
        assert 0 <= behind.infeed <= make.buffer
        assert behind.infeed + before.room == make.buffer
    assert all(line.truth[m.name].counts(0, line.now_us) == (m.processed, m.defective) for m in machines)


@pytest.mark.parametrize("seed", range(examples(8)))
def test_intervals_tile_the_time_and_every_move_is_legal(seed: int) -> None:
    line = a_line(seed, hours=24)
    for truth in line.truth.values():
        intervals = truth.intervals(MONDAY_US, line.now_us)
        assert intervals[0].t0_us == MONDAY_US
        assert intervals[-1].t1_us == line.now_us
        moves = list(pairwise(intervals))
        assert all(a.t1_us == b.t0_us > a.t0_us for a, b in moves)
        states = [(a.status.state, b.status.state) for a, b in moves if a.status.state != b.status.state]
        assert [move for move in states if not legal(*move)] == []
        assert all(a.status.mode == b.status.mode or a.status.state == State.IDLE for a, b in moves)


def test_pieces_fall_only_into_execute() -> None:
    truth = a_line(5, hours=14).truth["labeller"]
    for interval in truth.intervals(MONDAY_US, MONDAY_US + 14 * HOUR_US):
        made = truth.counts(interval.t0_us, interval.t1_us).processed
        assert made == 0 or interval.status.state == State.EXECUTE


def test_every_kind_of_stop_occurs() -> None:
    line = a_line(1, hours=48)
    seen = {i.status for truth in line.truth.values() for i in truth.intervals(MONDAY_US, line.now_us)}
    assert {status.state for status in seen} == set(State)
    assert {status.reason for status in seen} == set(Reason)
    assert {status.mode for status in seen} == {Mode.PRODUCTION, Mode.SETUP}
    external = {(status.starved, status.blocked) for status in seen if status.state == State.SUSPENDED}
    assert external >= {(True, False), (False, True)}


def test_an_order_passes_every_unit_with_no_piece_too_many() -> None:
    line = a_line(2, hours=16)
    made: dict[str, list[int]] = {}
    for unit, truth in line.truth.items():
        ended = [job for job in truth.jobs if job.t1_us is not None]
        made[unit] = [truth.counts(job.t0_us, job.t1_us or 0).processed for job in ended]
        assert [a.job_order for a in truth.jobs] == sorted(a.job_order for a in truth.jobs)
        assert len(ended) >= 4
    good = [
        line.truth["filler"].counts(job.t0_us, job.t1_us or 0).good
        for job in line.truth["filler"].jobs
        if job.t1_us is not None
    ]
    done = len(made["capper"])
    assert made["capper"] == good[:done]
    assert made["labeller"] == good[: len(made["labeller"])]


def test_nobody_works_in_breaks_and_at_night() -> None:
    line = a_line(3, hours=24)
    filler = line.truth["filler"]
    manned = TWO_SHIFT.manned(MONDAY_US, MONDAY_US + DAY_US)
    assert [(t1 - t0) / HOUR_US for t0, t1 in manned] == [4.0, 7.5, 3.5]
    in_break = filler.intervals(manned[0][1] + 40 * SECOND_US, manned[1][0])
    assert {i.status.state for i in in_break} <= {State.STOPPED, State.ABORTED, State.CLEARING}
    assert filler.counts(manned[2][1] + MINUTE_US, line.now_us).processed == 0


@pytest.mark.parametrize(
    "day, hours",
    [
        ("2026-03-29", 23),  # clocks go forward at 02:00, before the shift
        ("2026-10-25", 25),
        ("2026-01-05", 24),
    ],
)
def test_the_calendar_tiles_days_of_23_and_25_hours(day: str, hours: int) -> None:
    start_us = from_rfc3339(f"{day}T00:00:00{'+02:00' if day == '2026-10-25' else '+01:00'}")
    spans = TWO_SHIFT.spans(start_us, start_us + hours * HOUR_US)
    assert sum(span.t1_us - span.t0_us for span in spans) == hours * HOUR_US
    assert sum(span.t1_us - span.t0_us for span in spans if span.plan == "BUSY") == 15 * HOUR_US
    assert all(a.t1_us == b.t0_us for a, b in pairwise(spans))


def test_times_by_class_sum_to_the_elapsed_time() -> None:
    line = a_line(6, hours=48)
    spans = TWO_SHIFT.spans(MONDAY_US, line.now_us)
    for truth in line.truth.values():
        times = truth.times(spans)
        assert sum(times.by_class_us.values()) == 2 * DAY_US
        assert times.oee == times.availability * times.effectiveness * times.quality_ratio
        assert 0.2 < times.oee < 0.95


def test_a_week_of_four_machines_is_simulated_within_eight_seconds() -> None:
    began = time.process_time()
    a_line(1, hours=7 * 24, orders=(12_000, 30_000))
    assert time.process_time() - began < 8


def running_line() -> Line:
    line = Line(Setting(seed=1), start_us=MONDAY_US)
    line.run_until(MONDAY_US + 20 * MINUTE_US)
    return line


@pytest.mark.parametrize(
    "cause, stopping, stopped",
    [
        (Reason.JAM, State.HOLDING, State.HELD),
        (Reason.MOTOR, State.ABORTING, State.ABORTED),
    ],
)
def test_jam_stops_until_freed(cause: Reason, stopping: State, stopped: State) -> None:
    line = running_line()
    line.jam("capper", cause)
    first = [e for e in line.run_until(line.now_us + SECOND_US // 3) if isinstance(e, Change) and e.unit == "capper"]
    assert (first[0].status.state, first[0].status.reason) == (stopping, cause)
    line.run_until(line.now_us + 30 * MINUTE_US)
    assert line.snapshot("capper").status.state == stopped
    assert line.snapshot("filler").status[:2] == (State.SUSPENDED, Mode.PRODUCTION)
    assert line.snapshot("filler").status.blocked
    assert line.snapshot("palletiser").status.starved
    line.free("capper")
    line.run_until(line.now_us + 2 * MINUTE_US)
    assert State.EXECUTE in {
        i.status.state for i in line.truth["capper"].intervals(line.now_us - MINUTE_US, line.now_us)
    }


@pytest.mark.parametrize("seed", range(examples(5)))
def test_jams_and_mends_at_any_moment_keep_to_packml(seed: int) -> None:
    line = Line(Setting(seed=seed, order_sizes=(500, 900)), start_us=MONDAY_US)
    for number in range(400):
        line.run_until(line.now_us + (7_919 * (number + seed) % 90) * SECOND_US)
        unit = line.units[number * 7 % 4]
        (line.jam if number % 3 else lambda unit, _cause: line.free(unit))(unit, (11, 21)[number % 2])
        (line.free if number % 5 else str)(line.units[number * 3 % 4])
    for truth in line.truth.values():
        states = [status.state for _, status in truth.transitions()]
        moves = [(a, b) for a, b in pairwise(states) if a != b]
        assert [move for move in moves if not legal(*move)] == []


def test_a_unit_that_does_not_exist_is_named() -> None:
    with pytest.raises(NotFoundError, match="press"):
        running_line().jam("press", 11)


def test_time_lapse_divides_every_duration() -> None:
    line = Line(Setting(seed=1, speed=20), start_us=MONDAY_US)
    line.run_until(MONDAY_US + 10 * MINUTE_US)
    assert line.truth["filler"].counts(MONDAY_US, line.now_us).processed > 8_000


def test_a_line_that_lives_long_forgets_but_keeps_counting() -> None:
    line = a_line(1, hours=30)
    truth = line.truth["capper"]
    window = (MONDAY_US + 25 * HOUR_US, line.now_us)
    before = (truth.counts(*window), truth.intervals(*window), line.machine("capper").processed)
    truth.forget_before(MONDAY_US + 24 * HOUR_US)
    line.run_until(line.now_us)
    assert (truth.counts(*window), truth.intervals(*window), line.machine("capper").processed) == before
    assert len(truth.transitions()) < 200


def test_the_first_job_begins_with_the_line() -> None:
    line = Line(Setting(seed=1), start_us=MONDAY_US)
    jobs = [event for event in line.run_until(MONDAY_US + 1) if isinstance(event, JobBegan)]
    assert [(job.t_us, job.job.unit, job.job.job_order) for job in jobs] == [
        (MONDAY_US, unit, "PO-1001") for unit in ("filler", "capper", "labeller", "palletiser")
    ]


@pytest.mark.parametrize(
    "always_from",
    [
        "2026-01-05T03:00:00Z",  # before the early shift
        "2026-01-05T09:10:00Z",  # in a break
        "2026-01-05T12:00:00Z",  # in a shift: the line must not stop at its end
        "2026-01-05T23:30:00Z",  # at night
    ],
)
def test_from_a_moment_on_somebody_is_always_there(always_from: str) -> None:
    always_us = from_rfc3339(always_from)
    line = Line(Setting(seed=1, hours=TWO_SHIFT, always_from_us=always_us), start_us=MONDAY_US)
    line.run_until(MONDAY_US + 2 * DAY_US)  # past the latest of these moments a whole day
    palletiser = line.truth["palletiser"]
    made = [palletiser.counts(at, at + 2 * HOUR_US).processed for at in range(always_us, line.now_us, 2 * HOUR_US)]
    assert min(made) > 500
