"""After an outage between edge and historian: live states come at once, and settle when what waited is there."""

from __future__ import annotations

from states_floor import FILLER, HELD, LINK, RUN, STATE, TOTAL, Floor, at

from dovetail.core.batch import Frame, Lane
from dovetail.core.clock import SECOND_US


def ahead(floor: Floor, rows: list[tuple[int, float, object]], since: float, until: float) -> None:
    """A live frame beside what still waits: true from one second to the other."""
    one = floor.frame(rows)
    floor.historian.put([Frame(one.source, one.lane, 2, one.seq, one.batches, {}, {LINK: (at(since), at(until))})])


def told(floor: Floor) -> list[tuple[float, float | None, str]]:
    """What is told beyond what is settled, in seconds of the test's day."""
    tail = floor.room.tail(FILLER, scope=floor.everyone)
    return [(second(one.t0_us) or 0.0, second(one.t1_us), one.state) for one in tail.records]


def second(us: int | None) -> float | None:
    return None if us is None else (us - at(0)) / SECOND_US


def now_is(floor: Floor, at_second: float) -> None:
    floor.clock.tick(at(at_second) - floor.clock.now_us())
    floor.drain()


def outage(floor: Floor) -> None:
    """Good through second 10; from 100 on live values come again, and the machine stands since 40."""
    floor.send([(STATE, 0, RUN), (TOTAL, 0, 0), (TOTAL, 10, 5)], mark=10)
    now_is(floor, 10)
    now_is(floor, 100)
    ahead(floor, [(STATE, 40, HELD), (TOTAL, 39, 30)], since=99, until=99)
    ahead(floor, [], since=99, until=100)
    floor.drain()


def test_the_state_of_now_is_there_before_what_waited(floor: Floor) -> None:
    outage(floor)
    now_is(floor, 101)
    assert told(floor) == [(0, 10.000001, "Execute"), (10.000001, 99, "NO_DATA"), (99, None, "Held")]
    assert [now.state for now in floor.said] == ["Execute", "NO_DATA", "Held"]
    assert floor.room.settled_us(FILLER) == at(10)
    assert floor.states() == [(0, None, "Execute")]


def test_live_changes_are_told_while_what_waited_comes_and_nothing_settles_past_it(floor: Floor) -> None:
    outage(floor)
    floor.send([(STATE, 20, HELD), (STATE, 30, RUN)], mark=35, lane=Lane.BACKLOG)
    ahead(floor, [(STATE, 102, RUN)], since=99, until=103)
    now_is(floor, 103)
    assert floor.said[-1].state == "Execute"
    assert floor.room.settled_us(FILLER) == at(35)
    assert floor.states() == [(0, 20, "Execute"), (20, 30, "Held"), (30, None, "Execute")]
    assert told(floor)[-3:] == [(35.000001, 99, "NO_DATA"), (99, 102, "Held"), (102, None, "Execute")]


def test_when_what_waited_is_there_it_is_as_if_there_had_been_no_outage(floor: Floor) -> None:
    outage(floor)
    ahead(floor, [(STATE, 102, RUN), (TOTAL, 103, 33)], since=99, until=103)
    floor.send([(STATE, 20, HELD), (STATE, 30, RUN), (TOTAL, 38, 29)], mark=35, lane=Lane.BACKLOG)
    floor.send([(TOTAL, 39, 30), (STATE, 40, HELD)], mark=99, lane=Lane.BACKLOG)  # of it some was said already
    now_is(floor, 104)
    assert told(floor)[-1] == (102, None, "Execute")
    floor.send([], mark=180)
    now_is(floor, 180)
    assert floor.room.settled_us(FILLER) == at(180)
    states = [(0, 20, "Execute"), (20, 30, "Held"), (30, 40, "Execute"), (40, 102, "Held"), (102, None, "Execute")]
    assert floor.states() == states
    assert sum(one.quantity for one in floor.counts()) == 33
    floor.historian.seal_once()
    (live, backlog) = sorted(floor.historian.delivery(), key=lambda one: one.lane, reverse=True)
    assert (live.duplicate + backlog.duplicate, live.stored + backlog.stored) == (2, 10)
    assert live.expected + backlog.expected == 12


def test_a_lane_that_falls_silent_again_is_no_data_again(floor: Floor) -> None:
    outage(floor)
    now_is(floor, 110)
    assert told(floor) == [
        (0, 10.000001, "Execute"), (10.000001, 99, "NO_DATA"), (99, 100.000001, "Held"), (100.000001, None, "NO_DATA"),
    ]  # fmt: skip


def test_after_a_restart_it_is_known_as_soon_as_the_lane_speaks(floor: Floor) -> None:
    """What waits for its mark is read again at once, though nothing settles."""
    outage(floor)
    floor.reopen()
    now_is(floor, 101)
    assert told(floor) == [(0, 10.000001, "Execute"), (10.000001, None, "NO_DATA")]
    ahead(floor, [], since=99, until=101)
    now_is(floor, 102)
    assert told(floor)[-2:] == [(10.000001, 99, "NO_DATA"), (99, None, "Held")]
