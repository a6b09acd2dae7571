"""The room on a real historian and a real records store: live, late, doubled, interrupted — always the same records."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from states_floor import FILLER, HELD, JOB, RUN, SCRAP, STARVED, STATE, TOTAL, Floor, at, plant

from dovetail.core import faults
from dovetail.core.batch import Lane
from dovetail.core.clock import HOUR_US, SECOND_US
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Actor, Scope
from dovetail.events.equipment import PlantApplied
from shortcuts import examples


def test_a_signal_becomes_a_state_and_a_count(floor_on: Floor) -> None:
    floor = floor_on
    floor.send([(STATE, 0, RUN), (TOTAL, 0, 5)], mark=1)
    floor.send([(TOTAL, 10, 25), (STATE, 30.5, HELD)], mark=31)
    floor.send([], mark=61)
    floor.drain()
    assert floor.states() == [(0, 30.5, "Execute"), (30.5, None, "Held")]
    assert [(c.t0_us, c.t1_us, c.kind, c.quantity, c.tag_id) for c in floor.counts()] == [
        (at(0), at(30.5), "good", 20, TOTAL)
    ]
    told = [(change.equipment_id, change.from_us, change.to_us) for change in floor.changed]
    assert told[-1] == (FILLER, at(0), None)


def test_the_state_is_told_at_once_and_settles_with_the_mark(floor: Floor) -> None:
    floor.send([(STATE, 0, RUN)], mark=0)
    floor.drain()
    floor.clock.tick(2 * SECOND_US)
    floor.send([(STATE, 1.5, HELD)], mark=1)
    floor.drain()
    assert [(now.state, now.since_us) for now in floor.said] == [("Execute", at(0)), ("Held", at(1.5))]
    assert floor.states() == [(0, None, "Execute")]
    tail = floor.room.tail(FILLER, scope=floor.everyone)
    assert [(r.t0_us, r.t1_us, r.state) for r in tail.records] == [
        (at(0), at(1.5), "Execute"),
        (at(1.5), None, "Held"),
    ]
    floor.send([], mark=2)
    floor.drain()
    assert floor.states() == [(0, 1.5, "Execute"), (1.5, None, "Held")]
    assert len(floor.said) == 2


def test_pieces_of_the_running_minute_are_in_the_tail(floor: Floor) -> None:
    floor.send([(STATE, 0, RUN), (TOTAL, 0, 0), (TOTAL, 5, 4)], mark=6)
    floor.send([(TOTAL, 7, 6)], mark=6)
    floor.clock.tick(8 * SECOND_US)
    floor.drain()
    assert floor.counts() == []
    assert sum(c.quantity for c in floor.room.tail(FILLER, scope=floor.everyone).counts) == 6


def test_a_lost_link_is_no_data_from_the_last_good_through(floor: Floor) -> None:
    floor.send([(STATE, 0, RUN)], mark=10)
    floor.send([(STATE, 10.000001, None)], mark=15)
    floor.send([(STATE, 40, RUN)], mark=41)
    floor.drain()
    assert floor.states() == [(0, 10.000001, "Execute"), (10.000001, 40, "NO_DATA"), (40, None, "Execute")]


def test_a_silent_gateway_is_no_data_for_now_and_its_backlog_says_what_was(floor: Floor) -> None:
    floor.send([(STATE, 0, RUN)], mark=1)
    floor.drain()
    floor.clock.tick(5 * SECOND_US)
    floor.drain()
    assert [(now.state, now.since_us) for now in floor.said] == [("Execute", at(0)), ("NO_DATA", at(1) + 1)]
    assert floor.states() == [(0, None, "Execute")]  # nothing of that is settled
    floor.send([(STATE, 3, HELD)], mark=5, lane=Lane.BACKLOG)
    floor.drain()
    assert floor.states() == [(0, 3, "Execute"), (3, None, "Held")]
    assert floor.said[-1].state == "Held"


def test_a_link_that_only_hesitated_is_told_again(floor: Floor) -> None:
    floor.send([(STATE, 0, RUN)], mark=1)
    floor.drain()
    floor.clock.tick(5 * SECOND_US)
    floor.drain()
    floor.send([], mark=5)
    floor.clock.tick(SECOND_US)
    floor.drain()
    assert [now.state for now in floor.said] == ["Execute", "NO_DATA", "Execute"]


def test_late_samples_make_one_new_revision_and_the_old_one_stays(floor_on: Floor) -> None:
    floor = floor_on
    floor.send([(STATE, 0, RUN), (STATE, 100, HELD), (STATE, 200, RUN)], mark=300)
    floor.drain()
    with floor.database.read() as reading:
        before = reading.known_now()
    floor.send([(STATE, 50, HELD)], mark=301)
    floor.drain()
    assert floor.states() == [(0, 50, "Execute"), (50, 200, "Held"), (200, None, "Execute")]
    then = [(r.t0_us, r.t1_us, r.state) for r in floor.records(as_of=before)]
    assert then == [(at(0), at(100), "Execute"), (at(100), at(200), "Held"), (at(200), None, "Execute")]
    assert len({r.known_from for r in floor.records() if r.known_from > before}) == 1
    assert [r.known_from for r in floor.records()][-1] <= before  # what it did not touch is not written again


def test_a_repeated_frame_and_repeated_samples_change_nothing(floor: Floor) -> None:
    rows = [(STATE, 0, RUN), (TOTAL, 0, 0), (TOTAL, 20, 9), (STATE, 40, HELD), (TOTAL, 70, 9)]
    floor.send(rows, mark=120)
    floor.drain()
    before, changes = floor.truth(), len(floor.changed)
    floor.send(rows, mark=121)
    floor.send(list(reversed(rows)), mark=122, lane=Lane.BACKLOG)
    floor.drain()
    assert floor.truth() == before
    assert len(floor.changed) == changes


def test_history_brought_in_below_the_live_samples(floor: Floor) -> None:
    day = 86_400
    floor.send([(STATE, 0, RUN), (TOTAL, 0, 500)], mark=60)
    floor.drain()
    for n, start in enumerate(range(-3 * day, -day, day // 4)):
        floor.send(
            [
                (STATE, start, RUN),
                (TOTAL, start, 100 * n),
                (TOTAL, start + 600, 100 * n + 50),
                (STATE, start + 3_600, HELD),
                (STATE, start + 7_200, RUN),
                (TOTAL, start + 7_201, 100 * n + 51),
            ],
            lane=Lane.IMPORT,
        )
        floor.room.step()
    floor.drain()
    states = floor.states()
    assert states[0] == (-3 * day, -3 * day + 3_600, "Execute")
    assert states[-1][1:] == (None, "Execute")
    assert all(a[1] == b[0] for a, b in pairwise(states))
    assert sum(c.quantity for c in floor.counts() if c.t1_us < at(-day - 1)) == 751


def test_live_goes_on_while_a_late_stretch_is_half_derived(floor: Floor) -> None:
    floor.send([(STATE, 226, RUN)], mark=3_069, lane=Lane.BACKLOG)
    floor.room.step()
    floor.send([(STATE, 3_600, RUN)], lane=Lane.IMPORT)
    floor.send([(STATE, 2_000, HELD), (STATE, 7_300, RUN)], mark=6_343, lane=Lane.BACKLOG)
    floor.room.step()  # derived again up to the hour; what follows from it waits while more comes
    floor.send([], mark=4 * 3_600)
    floor.drain()
    assert floor.states() == [(226, 2_000, "Execute"), (2_000, 3_600, "Held"), (3_600, None, "Execute")]


def test_a_jump_is_held_and_shown(floor: Floor) -> None:
    floor.send([(STATE, 0, RUN), (TOTAL, 0, 0), (TOTAL, 1, 900), (TOTAL, 2, 903)], mark=61)
    floor.drain()
    assert [(h.before, h.after, h.quantity, h.cause) for h in floor.held()] == [(0, 900, 900, "jump")]
    assert sum(c.quantity for c in floor.counts()) == 3


def test_other_rules_hold_from_the_moment_they_were_applied(floor: Floor) -> None:
    floor.send([(STATE, 0, RUN), (STATE, 50, HELD), (STARVED, 0, True)], mark=100)
    floor.drain()
    other = {"values": {"tag": "state", "map": {"6": "RUN", "11": "STARVED"}}}
    floor.plants.versions.append((at(20), plant(states=other)))
    with floor.database.write(floor.everyone.actor) as uow:
        uow.emit(PlantApplied(2, at(20), uow.known))
    floor.drain()
    assert floor.states() == [(0, 20, "Execute"), (20, 50, "RUN"), (50, None, "external/starved")]


def test_rules_applied_while_we_were_down_are_heard_of(floor: Floor) -> None:
    floor.send([(STATE, 0, RUN)], mark=100)
    floor.drain()
    floor.plants.versions.append((at(20), plant(states={"values": {"tag": "state", "map": {"6": "RUN"}}})))
    floor.historian.close()
    with floor.database.write(floor.everyone.actor) as uow:
        uow.emit(PlantApplied(2, at(20), uow.known))
    floor.open()
    floor.drain()
    assert floor.states() == [(0, 20, "Execute"), (20, None, "RUN")]


def test_a_job_change_cuts_the_counts(floor: Floor) -> None:
    floor.send([(STATE, 0, RUN), (JOB, 0, "A"), (TOTAL, 0, 0), (TOTAL, 20, 4), (JOB, 30, "B"), (TOTAL, 31, 5)], mark=60)
    floor.drain()
    assert [(c.t0_us, c.t1_us, c.quantity) for c in floor.counts()] == [(at(0), at(30), 4), (at(30), at(60), 1)]


def test_out_of_scope_is_not_there(floor: Floor) -> None:
    floor.send([(STATE, 0, RUN)], mark=1)
    floor.drain()
    nobody = Scope(Actor("p:1", "Nobody"))
    with floor.database.read() as reading, pytest.raises(NotFoundError):
        floor.room.records(reading, FILLER, 0, at(10), scope=nobody)
    with pytest.raises(NotFoundError):
        floor.room.now(FILLER, scope=nobody)


# --- the same samples in any order, in any pieces, with any interruption --------------------------------------


def a_shift(seed: int, hours: float = 2.0) -> list[tuple[int, float, object]]:
    """A few hours of a filler: runs, stops, an outage, resets, scrap, jobs."""
    rng = random.Random(seed)
    rows: list[tuple[int, float, object]] = []
    total, scrap, now = 0, 0, 0.0
    while now < hours * 3600:
        rows.append((STATE, round(now, 3), RUN))
        rows.append((JOB, round(now, 3), rng.choice(["A", "B"])))
        for _ in range(rng.randrange(5, 60)):
            now += rng.uniform(0.4, 3.0)
            total = 0 if rng.random() < 0.01 else (total + 1) % 1_000
            rows.append((TOTAL, round(now, 3), total))
            if rng.random() < 0.05:
                scrap += 1
                rows.append((SCRAP, round(now, 3), scrap))
        stopped = None if rng.random() < 0.15 else HELD
        rows += [(tag, round(now, 3), stopped) for tag in ((STATE, TOTAL, SCRAP) if stopped is None else (STATE,))]
        now += rng.uniform(5, 400)
        if stopped is None:
            total = (total + rng.randrange(0, 30)) % 1_000
            rows += [(TOTAL, round(now, 3), total), (SCRAP, round(now, 3), scrap)]
    return rows


def in_order(floor: Floor, rows: list[tuple[int, float, object]]) -> None:
    floor.send(rows, mark=4 * 3600)
    floor.drain()


def live(floor: Floor, rows: list[tuple[int, float, object]]) -> None:
    for start in range(0, len(rows), 17):
        part = rows[start : start + 17]
        floor.send(part, mark=part[-1][1])
        floor.room.step()
    floor.send([], mark=4 * 3600)
    floor.drain()


def shuffled(floor: Floor, rows: list[tuple[int, float, object]]) -> None:
    rng = random.Random(1)
    parts = [rows[start : start + 11] for start in range(0, len(rows), 11)]
    rng.shuffle(parts)
    for n, part in enumerate(parts):
        floor.send(part, mark=n * 13_000 / len(parts), lane=rng.choice(list(Lane)))
        floor.room.step()
    floor.send([], mark=4 * 3600)
    floor.drain()


def late_and_doubled(floor: Floor, rows: list[tuple[int, float, object]]) -> None:
    first = [row for n, row in enumerate(rows) if n % 5]
    floor.send(first, mark=2 * 3600)
    floor.drain()
    floor.send(rows, mark=4 * 3600)
    floor.drain()
    floor.send(rows, mark=4 * 3600, lane=Lane.IMPORT)
    floor.drain()


def at_a_pace(floor: Floor, rows: list[tuple[int, float, object]]) -> None:
    floor.room.keep_pace(20 * SECOND_US)
    for n in range(0, len(rows), 7):
        part = rows[n : n + 7]
        floor.send(part, mark=part[n % len(part)][1])
        floor.clock.tick(n % 5 * SECOND_US)
        floor.room.step()
    floor.send([], mark=4 * 3600)
    floor.clock.tick(20 * SECOND_US)
    floor.drain()


def with_restarts(floor: Floor, rows: list[tuple[int, float, object]]) -> None:
    for start in range(0, len(rows), 40):
        part = rows[start : start + 40]
        floor.send(part, mark=part[len(part) // 2][1])
        floor.room.step()
        if start % 120 == 0:
            floor.reopen()
    floor.send([], mark=4 * 3600)
    floor.drain()


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.soak)])  # 1 of 2 shifts in `make test`
@pytest.mark.parametrize(
    "way", [live, shuffled, late_and_doubled, at_a_pace, with_restarts], ids=lambda way: way.__name__
)
def test_however_samples_came_the_records_are_the_same_bit_for_bit(new_floor, way, seed) -> None:
    rows = a_shift(seed)
    plain, other = new_floor(), new_floor()
    in_order(plain, rows)
    way(other, rows)
    assert other.truth() == plain.truth()
    assert balanced(other)


def balanced(floor: Floor) -> bool:
    records = floor.records()
    ends = [record.t1_us for record in records[-1:]]
    return ends in ([], [None]) and all(a.t1_us == b.t0_us for a, b in pairwise(records))


moments = st.one_of(
    st.integers(0, 7_300).map(float),
    st.sampled_from([0.0, 59.0, 60.0, 3_600.0, 3_602.0, 7_200.0]),  # where hours, minutes and marks meet
)
values = {STATE: [RUN, HELD, 2, None], TOTAL: [0, 3, 9, 40, 990, None], SCRAP: [0, 1, 2], JOB: ["A", "B"]}
sample = st.sampled_from(sorted(values)).flatmap(
    lambda tag: st.tuples(st.just(tag), moments, st.sampled_from(values[tag]))
)


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(sample, min_size=1, max_size=25, unique_by=lambda row: row[:2]),
    st.randoms(use_true_random=False),
    st.integers(1, 7),
)
def test_shuffled_late_and_doubled_samples_give_the_same_records(new_floor, rows, rng, size) -> None:
    plain, other = new_floor(), new_floor()
    in_order(plain, sorted(rows, key=lambda row: (row[1], row[0])))
    mixed = rows + rng.sample(rows, len(rows) // 3)
    rng.shuffle(mixed)
    for start in range(0, len(mixed), size):
        other.send(mixed[start : start + size], mark=rng.uniform(0, 8_000), lane=rng.choice(list(Lane)))
        other.room.step()
        assert balanced(other)  # at every moment, also while a late stretch is half derived
    other.send([], mark=4 * 3600)
    other.drain()
    assert other.truth() == plain.truth()
    assert balanced(other)


class Killed(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("name", ["states.decided", "states.committed"])
@pytest.mark.parametrize("seed", [4])
def test_a_kill_between_any_two_steps_loses_nothing(new_floor, monkeypatch, name, seed) -> None:
    rows = a_shift(seed, hours=1.5)
    plain, other = new_floor(), new_floor()
    in_order(plain, rows)
    kills = []

    def die(said: str) -> None:
        if said == name and len(kills) < 40 and (len(other.changed) + len(kills)) % 3 == 0:
            kills.append(said)
            raise Killed

    monkeypatch.setattr(faults, "on_point", die)
    for start in range(0, len(rows), 29):
        part = rows[start : start + 29]
        other.send(part, mark=part[-1][1])
        late = rows[max(0, start - 200) : max(0, start - 190)]
        other.send(late, lane=Lane.BACKLOG)
        survive(other)
    other.send([], mark=4 * 3600)
    survive(other)
    monkeypatch.undo()
    other.reopen()
    other.drain()
    assert kills
    assert other.truth() == plain.truth()


def survive(floor: Floor) -> None:
    """Work until there is nothing to do, starting again after every death."""
    for _ in range(100):
        try:
            floor.drain()
        except Killed:
            floor.reopen()
        else:
            return


def test_a_late_sample_reads_an_hour_not_the_history(floor: Floor) -> None:
    """What is asked of the historian for one late sample lies between the checkpoint before it and the one after."""
    floor.clock.tick(49 * HOUR_US)
    rows = [(TOTAL, minute * 60, minute % 1_000) for minute in range(0, 48 * 60)]
    stops = [(STATE, hour * 1800, HELD if hour % 2 else RUN) for hour in range(0, 96)]
    floor.send([*stops, *rows], mark=48 * 3600)
    floor.drain()
    asked = []
    real = floor.historian.raw
    floor.historian.raw = lambda tags, from_us, to_us, **named: (
        asked.append((from_us, to_us)) or real(tags, from_us, to_us, **named)
    )
    floor.send([(STATE, 24 * 3600 + 100, None), (STATE, 24 * 3600 + 200, RUN)], mark=48 * 3600)
    floor.drain()
    assert [(from_us > at(23 * 3600) - 2, to_us - from_us <= 8 * HOUR_US) for from_us, to_us in asked] == [(True, True)]
    assert (24 * 3600 + 100, 24 * 3600 + 200, "NO_DATA") in floor.states()
