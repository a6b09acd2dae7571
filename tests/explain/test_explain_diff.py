"""What moved a figure between two moments of knowledge: each step with its author, together the whole difference."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from performance_world import Job, counted, minutes, state
from performance_world import World as Facts
from timeline_world import ENTERPRISE, FILLER, LINE, SYSTEM, World, at, drain, ledger_on, said

from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.db.uow import Database
from dovetail.events.corrections import SamplesCorrected
from dovetail.explain import diff_api
from dovetail.explain.diff import Asked, Differ, Difference
from dovetail.explain.diff_api import diff_out
from dovetail.performance.service import PerformanceRoom
from dovetail.testing.clock import ManualClock
from shortcuts import examples

STOOD = (said(FILLER, 0, 20, "Execute"), said(FILLER, 20, 30, "Held"), said(FILLER, 30, 60, "Execute"))
OPEN = said(FILLER, 60, None, "Held")


def plant(database: Database, clock: ManualClock, bus: Bus) -> tuple[World, PerformanceRoom]:
    """A filler that stood from minute 20 to 30, and stands since minute 60; it is minute 90, all of it settled."""
    world = World(database, clock, bus)
    world.reasons["cleaning"] = {"name": "Cleaning", "category": "planned", "children": {}}
    world.minutes_pass(90)
    world.signals(FILLER, *STOOD, OPEN)
    ledger = ledger_on(world)
    drain(world, ledger)
    return world, ledger


@pytest.fixture
def settled(database: Database, clock: ManualClock, bus: Bus) -> tuple[World, PerformanceRoom]:
    return plant(database, clock, bus)


def now(ledger: PerformanceRoom) -> int:
    with ledger.database.read() as reading:
        return reading.known_now()


def diff(
    ledger: PerformanceRoom, since: int, equipment_id: int = FILLER, *, kpi: str = "availability", start: float = 0,
    end: float = 60, until: int | None = None,
) -> Difference:  # fmt: skip
    return Differ(ledger).diff(Asked(kpi, equipment_id, at(start), at(end), since, until, SYSTEM))


def told(found: Difference) -> list[tuple[str, str | None, dict[tuple[str, str], float]]]:
    """(kind, who, minutes by class before and now) of each change."""
    return [
        (one.cause.kind, one.cause.by, {move: us / MINUTE_US for move, us in one.moves.items()})
        for one in found.changes
    ]


def sums_up(found: Difference) -> bool:
    return sum((one.contribution for one in found.changes if one.contribution), Decimal(0)) == found.difference


@pytest.mark.parametrize("equipment_id", [FILLER, LINE, ENTERPRISE])
def test_a_recoded_stop_stands_under_the_figure_it_moved(settled: Any, equipment_id: int) -> None:
    world, ledger = settled
    before = now(ledger)
    world.edit(FILLER, 20, 30, reason="cleaning", why="seen on the camera")
    drain(world, ledger)
    found = diff(ledger, before, equipment_id)
    assert told(found) == [("timeline-edit", "Ada", {("ADOT", "PLANNED_DOWN"): 10})]
    [change] = found.changes
    assert (change.cause.why, change.cause.said["reason"]) == ("seen on the camera", "cleaning")
    assert (found.before, found.after) == (Decimal("0.833333333"), Decimal("1.000000000"))
    assert change.contribution == found.difference == Decimal("0.166666667")


def test_taken_back_it_moves_the_figure_back_and_both_are_told(settled: Any) -> None:
    world, ledger = settled
    before = now(ledger)
    done = world.edit(FILLER, 20, 30, reason="cleaning")
    drain(world, ledger)
    world.undo(done, who="Ben")
    drain(world, ledger)
    found = diff(ledger, before)
    assert [(one[0], one[1]) for one in told(found)] == [("timeline-edit", "Ada"), ("timeline-withdrawal", "Ben")]
    assert found.difference == 0 and sums_up(found)
    until = found.changes[0].cause.known
    assert told(diff(ledger, before, until=until)) == [("timeline-edit", "Ada", {("ADOT", "PLANNED_DOWN"): 10})]


def test_data_that_came_late_and_samples_that_were_corrected_are_told_apart(settled: Any) -> None:
    world, ledger = settled
    before = now(ledger)
    world.signals(FILLER, STOOD[0], said(FILLER, 20, 28, "Held"), said(FILLER, 28, 60, "Execute"), OPEN)
    drain(world, ledger)
    with world.database.write(SYSTEM.actor) as uow:
        uow.emit(SamplesCorrected(400, FILLER, at(19), at(22), uow.known))
    world.signals(
        FILLER, said(FILLER, 0, 22, "Execute"), said(FILLER, 22, 28, "Held"), said(FILLER, 28, 60, "Execute"), OPEN
    )
    drain(world, ledger)
    found = diff(ledger, before)
    assert told(found) == [
        ("late-data", None, {("ADOT", "APT"): 2}),
        ("sample-correction", None, {("ADOT", "APT"): 2}),
    ]
    assert sums_up(found)


def test_time_that_went_on_is_told_as_one(settled: Any) -> None:
    world, ledger = settled
    before = now(ledger)
    world.minutes_pass(120)
    world.signals(FILLER, *STOOD, said(FILLER, 60, 100, "Held"), said(FILLER, 100, None, "Execute"))
    world.edit(FILLER, 20, 30, reason="cleaning")
    drain(world, ledger)
    found = diff(ledger, before, end=480)
    assert [one.cause.kind for one in found.changes] == ["timeline-edit", "running"]
    assert sums_up(found)


def test_a_corrected_rate_and_late_pieces_move_performance(
    sqlite_database: Database, clock: ManualClock, bus: Bus
) -> None:
    facts = Facts(sqlite_database)
    clock.step(minutes(0, 120)[0] + 120 * MINUTE_US - clock.now_us())
    ran = [state(4, *minutes(0, 60), "Execute"), state(4, *minutes(60, None), "Held")]
    pieces = [counted(4, *minutes(0, 60), "good", 2400)]
    facts.say(4, records=ran, counts=pieces, jobs=[Job("J1", "cola", *minutes(0, 60), 60.0)], moved=minutes(0, None))
    ledger = PerformanceRoom(sqlite_database, clock=clock, bus=bus, sources=facts.sources())
    while ledger.step():
        pass
    before = now(ledger)
    facts.say(4, jobs=[Job("J1", "cola", *minutes(0, 60), 50.0)], moved=minutes(0, None))
    facts.say(4, counts=[*pieces, counted(4, *minutes(30, 60), "good", 300)], moved=minutes(0, 60))
    while ledger.step():
        pass
    asked = Asked("effectiveness", 4, *minutes(0, 60), before, None, SYSTEM)  # type: ignore[arg-type]
    found = Differ(ledger).diff(asked)
    assert [(one.cause.kind, one.pieces, one.ideal_us // MINUTE_US) for one in found.changes] == [
        ("job", {}, 8),
        ("late-data", {"good": 300}, 6),
    ]
    assert (found.before, found.after) == (Decimal("0.666666667"), Decimal("0.900000000")) and sums_up(found)


def test_the_api_pages_and_refuses_what_makes_no_sense(settled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff_api, "DIFF_PAGE_MAX", 3)
    world, ledger = settled
    before = now(ledger)
    for n in range(5):
        world.edit(FILLER, 20, 30, reason=("cleaning", "setup")[n % 2])
        drain(world, ledger)
    asked = Asked("availability", FILLER, at(0), at(60), before, None, SYSTEM)
    found = Differ(ledger).diff(asked)
    first, second = diff_out(ledger, asked, found), diff_out(ledger, asked, found, from_place=3)
    assert (len(first.changes), len(second.changes), first.count) == (3, 2, 5)
    assert (first.next is None, second.next is None) == (False, True)
    assert sums_up(found)
    with pytest.raises(NotFoundError):
        diff(ledger, before, kpi="nonsense")
    with pytest.raises(InvalidError):
        diff(ledger, before + 2, until=before)


WORDS = st.sampled_from([{"reason": "cleaning"}, {"reason": "setup"}, {"state": "Execute"}, {"comment": "?"}])
PLACES = st.tuples(st.integers(0, 58), st.integers(1, 40))


@settings(max_examples=examples(24), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(st.tuples(st.sampled_from(["edit", "withdraw", "late"]), PLACES, WORDS), min_size=1, max_size=6),
    period=PLACES,
    ends=st.tuples(st.integers(0, 30), st.integers(0, 30)),
)
def test_whatever_happens_the_steps_sum_up_to_the_difference(
    sqlite_database: Database, clock: ManualClock, bus: Bus, acts: Any, period: Any, ends: Any
) -> None:
    world, ledger = plant(sqlite_database, clock, bus)
    first = now(ledger)
    made: list[int] = []
    for what, (start, length), words in acts:
        _do(world, made, what, start, min(start + length, 60), words)
        drain(world, ledger)
    since = first + min(ends[0], now(ledger) - first)
    until = since + min(ends[1], now(ledger) - since)
    start, end = period[0], min(60, period[0] + period[1])
    for kpi in ("oee_index", "availability"):
        found = diff(ledger, since, ENTERPRISE, kpi=kpi, start=start, end=end, until=until)
        assert found.difference is None or sums_up(found)
        assert "running" not in {one.cause.kind for one in found.changes}
        assert found.now.sums == ledger.kpis(ENTERPRISE, at(start), at(end), scope=SYSTEM, as_of=until).sums


def _do(world: World, made: list[int], what: str, start: int, end: int, words: Any) -> None:
    acts = {
        "edit": lambda: made.append(world.edit(FILLER, start, end, **words).output.edit_id),
        "withdraw": lambda: made and world.withdraw(FILLER, made.pop()),
        "late": lambda: world.signals(
            FILLER, said(FILLER, 0, start + 1, "Execute"), said(FILLER, start + 1, end + 1, "Held"),
            said(FILLER, end + 1, 62, "Execute"), said(FILLER, 62, None, "Held"),
        ),
    }  # fmt: skip
    acts[what]()
