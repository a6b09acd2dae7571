"""What cost most: minutes, stops and pieces put down to what explains them, and never more than the ledger holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from performance_world import AREA, CAPPER, FILLER, LINE, PLANT, PRESS, T0, Job, World, minutes, state

from dovetail.books.lost import Summed
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.equipment.model import PlantModel
from dovetail.ledger.columns import sum_slices
from dovetail.ledger.losing import LOST, beginnings
from dovetail.ledger.model import JobShare, Slice
from dovetail.ledger.pieces import Pieces
from dovetail.losses.model import By, Measure, Wanted, bars, lost_of, total
from dovetail.losses.service import Asked, LossesRoom
from dovetail.performance.service import PerformanceRoom
from dovetail.testing.clock import ManualClock
from dovetail.workcalendar.model import Calendar, ShiftPattern

EVERYTHING = system_scope("test")
DAYS = frozenset(range(7))
JAM, WASH = "mechanical/jam", "setup/wash"
# minute 60 of the story is 08:00 in Prague: the Early shift hands over to the Late one
SHIFTS = Calendar("two-shift", (ShiftPattern("Early", 0, 8 * 60, DAYS), ShiftPattern("Late", 8 * 60, 24 * 60, DAYS)))


def at(minute: float) -> int:
    return minutes(minute, None)[0]


DEEP = "mechanical/infeed/jam"


@pytest.mark.parametrize("level, keys", [
    (1, {"mechanical": 60, None: 5}),
    (2, {"mechanical/infeed": 30, "mechanical/motor": 10, "mechanical": 20, None: 5}),
    (3, {DEEP: 30, "mechanical/motor": 10, "mechanical": 20, None: 5}),
    (None, {DEEP: 30, "mechanical/motor": 10, "mechanical": 20, None: 5}),
])  # fmt: skip
def test_reasons_are_put_together_at_a_level_and_none_is_lost(level: int | None, keys: dict[str | None, int]) -> None:
    told = {DEEP: 30, "mechanical/motor": 10, "mechanical": 20, None: 5}
    summed = [Summed(FILLER, "ADOT", reason, None, None, None, us, 0, 0, 1) for reason, us in told.items()]
    assert {bar.key: bar.us for bar in bars(summed, "reason", "minutes", level=level)} == keys


@pytest.fixture
def performance(sqlite_database: Database, clock: ManualClock, bus: Bus) -> PerformanceRoom:
    """Two hours of two machines: cola at 60 a minute, then water at 30; the press says nothing."""
    world = World(sqlite_database, calendar_of=SHIFTS)
    room = PerformanceRoom(sqlite_database, clock=clock, bus=bus, sources=world.sources())
    clock.step(at(120) - clock.now_us())
    world.say(
        FILLER,
        records=[
            state(FILLER, at(0), at(20), "Execute"),
            state(FILLER, at(20), at(30), "Held", reason=JAM),
            state(FILLER, at(30), at(50), "Execute"),
            state(FILLER, at(50), at(70), "Held"),  # over the end of the shift: one stop
            state(FILLER, at(70), at(80), "Held", reason=JAM),
            state(FILLER, at(80), at(90), "NO_DATA", mode=""),
            state(FILLER, at(90), at(100), "Stopped", reason=WASH),
            state(FILLER, at(100), None, "Execute"),
        ],
        jobs=[Job("a", "cola", at(0), at(75), 60.0, "red"), Job("b", "water", at(75), None, 30.0, "blue")],
        moved=(at(0), None),
    )
    world.say(
        CAPPER,
        records=[state(CAPPER, at(0), at(100), "Execute"), state(CAPPER, at(100), None, "Held", reason=JAM)],
        moved=(at(0), None),
    )
    while room.step():
        pass
    return room


@pytest.fixture
def room(performance: PerformanceRoom) -> LossesRoom:
    return LossesRoom(performance)


def asked(equipment_id: int, start: float = 0, end: float = 120, **wanted: object) -> Asked:
    return Asked(equipment_id, at(start), at(end), Wanted(**wanted))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "by, measure, expected",
    [
        #                       key      min stops pieces
        ("reason", "minutes", [(None, 20, 1, 1200), (JAM, 20, 2, 1050), (WASH, 10, 1, 300)]),
        ("reason", "count", [(JAM, 20, 2, 1050), (None, 20, 1, 1200), (WASH, 10, 1, 300)]),
        ("reason", "lost_units", [(None, 20, 1, 1200), (JAM, 20, 2, 1050), (WASH, 10, 1, 300)]),
        ("product", "minutes", [("cola", 35, 3, 2100), ("water", 15, 1, 450)]),
        ("shift", "minutes", [("Late", 30, 2, 1350), ("Early", 20, 2, 1200)]),
        ("crew", "count", [("red", 35, 3, 2100), ("blue", 15, 1, 450)]),
        ("equipment", "minutes", [(FILLER, 50, 4, 2550)]),
    ],
)
def test_what_a_machine_lost_and_why(room: LossesRoom, by: By, measure: Measure, expected: list[object]) -> None:
    found = room.pareto(asked(FILLER), by=by, measure=measure, scope=EVERYTHING)
    assert [(bar.key, bar.us / MINUTE_US, bar.stops, bar.units) for bar in found.bars] == expected


def test_the_bars_are_the_lost_time_of_the_ledger(room: LossesRoom, performance: PerformanceRoom) -> None:
    sums = performance.sums(FILLER, at(0), at(120), scope=EVERYTHING)
    found = room.pareto(asked(FILLER), by="reason", measure="minutes", scope=EVERYTHING)
    assert found.total.us == sums["aust_us"] + sums["adet_us"] + sums["adot_us"] == found.times.lost_us
    assert found.times.nodt_us == sums["nodt_us"] == 10 * MINUTE_US  # nobody's loss
    assert found.times.without_reason == pytest.approx(20 / 50)


def test_of_a_line_all_its_machines_and_of_a_period_what_lies_in_it(room: LossesRoom) -> None:
    found = room.pareto(asked(LINE, 90, 110), by="equipment", measure="minutes", scope=EVERYTHING)
    assert [(bar.key, bar.us / MINUTE_US, bar.stops) for bar in found.bars] == [(FILLER, 10, 1), (CAPPER, 10, 1)]


@pytest.mark.parametrize(
    "wanted, expected",
    [
        ({"reason": JAM}, [(20, 30), (70, 75), (75, 80)]),
        ({"reason": "mechanical"}, [(20, 30), (70, 75), (75, 80)]),
        ({"reason": "-"}, [(50, 60), (60, 70)]),
        ({"reason": JAM, "product": "water"}, [(75, 80)]),
        ({"shift": "Early"}, [(20, 30), (50, 60)]),
        ({"crew": "blue"}, [(75, 80), (90, 100)]),
        ({"reason": "mech"}, []),
    ],
)
def test_under_a_bar_lie_the_stretches_it_sums(
    room: LossesRoom, wanted: dict[str, object], expected: list[tuple[int, int]]
) -> None:
    found = room.losses(asked(FILLER, **wanted), scope=EVERYTHING).items
    assert [((one.t0_us - T0) / MINUTE_US, (one.t1_us - T0) / MINUTE_US) for one in found] == expected
    drilled = room.pareto(asked(FILLER, **wanted), by="reason", measure="minutes", scope=EVERYTHING)
    assert drilled.total.us == sum(one.us for one in found)


def test_what_is_out_of_sight_is_left_out_and_said(room: LossesRoom) -> None:
    seen = Scope(Actor("u1", "Ada"), at={"plant.view": frozenset({AREA, LINE, CAPPER})})
    found = room.pareto(asked(LINE), by="equipment", measure="minutes", scope=seen)
    assert ([bar.key for bar in found.bars], found.partial) == ([CAPPER], True)
    with pytest.raises(NotFoundError):
        room.pareto(asked(LINE, equipment=FILLER), by="reason", measure="minutes", scope=seen)


def test_nothing_lost_is_no_share(room: LossesRoom) -> None:
    found = room.pareto(asked(PRESS), by="reason", measure="minutes", scope=EVERYTHING)
    assert (found.bars, found.times.without_reason) == ([], None)


REASONS = st.sampled_from([None, JAM, WASH, "mechanical"])
CLASSES = st.sampled_from(["APT", "AUST", "ADET", "ADOT", "NODT", "PLANNED_DOWN", "NOT_PLANNED"])


@given(st.lists(st.tuples(st.integers(1, 90), CLASSES, REASONS, st.sampled_from([None, 60.0, 7.5])), max_size=30))
def test_however_it_is_cut_nothing_is_counted_twice(rows: list[tuple[int, object, str | None, float | None]]) -> None:
    slices: list[Slice] = []
    for lasts, cls, reason, rate in rows:
        t0_us = slices[-1].t1_us if slices else T0
        share = JobShare(None, "cola" if rate else None, 1_000_000, lasts * MINUTE_US, Pieces(0, 0, 0, 0), rate)
        slices.append(
            Slice(
                1,
                t0_us,
                t0_us + lasts * MINUTE_US,
                "Held",
                "Production",
                reason,
                False,
                False,
                "BUSY",
                "2026-01-05",
                None,
                None,
                None,
                cls,
                (share,),  # type: ignore[arg-type]
            )
        )
    losses, sums = lost_of(beginnings(slices)), sum_slices(slices)
    ways = [total(bars(losses, by, "minutes")) for by in ("reason", "product", "shift", "crew", "equipment")]
    assert len({(one.us, one.stops, one.units_mu) for one in ways}) == 1
    assert ways[0].us == sums["aust_us"] + sums["adet_us"] + sums["adot_us"]
    assert ways[0].stops <= sum(piece.cls in LOST for piece in slices)


def test_a_machine_that_told_nothing_then_counts_where_its_history_was_brought_in_since(
    performance: PerformanceRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = PlantModel(
        equipment=[replace(one, states=None) if one.id == CAPPER else one for one in PLANT.equipment.values()]
    )
    plants = performance.sources.equipment
    monkeypatch.setattr(plants, "plant", lambda *, at_us=None: PLANT if at_us is None else then)
    seen, _ = LossesRoom(performance).machines(Asked(AREA, at(0), at(120), Wanted()), EVERYTHING)
    leaves = performance.leaves(PLANT, AREA, EVERYTHING, at_us=at(120) - 1).ids
    assert (CAPPER in seen, FILLER in seen, LINE in leaves) == (True, True, True)
