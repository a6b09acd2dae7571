"""What a shift came to, worked by hand: times, pieces, KPIs, bounds, losses; lines and areas above the units."""

from __future__ import annotations

import doctest
import importlib
from dataclasses import replace

import pytest
from performance_world import (
    AREA,
    BARE_LINE,
    CAPPER,
    ENTERPRISE,
    FILLER,
    LINE,
    PRESS,
    T0,
    Job,
    World,
    as_loss,
    counted,
    minutes,
    state,
)

from dovetail.core.bus import Bus
from dovetail.core.clock import HOUR_US, MINUTE_US
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.ledger.columns import nothing
from dovetail.ledger.timeclass import Settings
from dovetail.performance.report import catalogue, figures
from dovetail.performance.service import PerformanceRoom, Period
from dovetail.states.model import StateRecord
from dovetail.testing.clock import ManualClock
from dovetail.workcalendar.model import Break, Calendar, ShiftPattern
from dovetail.yardsticks.model import Target, targets_of

SHIFT = 480  # minutes
NO_CONSTRAINT = "name its `constraint`, one of: saw, drill"
UNCOUNTED = "acme/pack/press: nothing counts good pieces, give it `counters`"


def at(minute: float) -> int:
    return minutes(minute, None)[0]


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_kpi_shows_an_example_that_is_true(name: str) -> None:
    module = importlib.import_module(f"dovetail.performance.kpis.{name}")
    ran = doctest.testmod(module)
    assert (ran.attempted > 0, ran.failed, catalogue()[name].id) == (True, 0, name)


def hours(**times_min: int) -> dict[str, int]:
    """Sums of a shift from its classes in minutes; rated production time is all of it unless said otherwise."""
    sums = nothing() | {f"{name}_us": value * MINUTE_US for name, value in times_min.items()}
    return sums | {"elapsed_us": sum(value for name, value in sums.items() if name.endswith("_us"))}


def pieces(sums: dict[str, int], *, good: int, scrap: int, pri_s: float) -> dict[str, int]:
    return sums | {
        "good": good, "scrap": scrap, "good_observed": good, "scrap_observed": scrap,
        "apt_rated_us": sums["apt_us"], "ideal_ns": round((good + scrap) * pri_s * 1e9),
        "ideal_good_ns": round(good * pri_s * 1e9), "theoretical_mu": round(sums["apt_us"] / pri_s / 1000),
    }  # fmt: skip


# The widely used worked example of a shift (Vorne, "OEE calculation"): 8 h, breaks 60 min, stops 47 min,
# ideal cycle 1.0 s, 19,271 pieces of which 423 rejected: A 88.81 %, P 86.11 %, Q 97.80 %, OEE 74.79 %.
VORNE = pieces(hours(apt=373, adot=47, planned_down=60), good=18_848, scrap=423, pri_s=1.0)
# The ISO way with setup: PBT 450 = APT 300 + AUST 60 + ADET 60 + ADOT 30; PRI 0.6 s, 27,000 made, 26,460 good.
WITH_SETUP = pieces(hours(apt=300, aust=60, adet=60, adot=30, planned_down=30), good=26_460, scrap=540, pri_s=0.6)


@pytest.mark.parametrize(
    ("sums", "expected"),
    [
        (VORNE, {"availability": 0.8881, "effectiveness": 0.8611, "quality_ratio": 0.9780, "oee_index": 0.7479,
                 "teep": 0.6544, "nee_index": 0.7479}),
        (WITH_SETUP, {"availability": 0.6667, "effectiveness": 0.9, "quality_ratio": 0.98, "oee_index": 0.588,
                      "teep": 0.5513, "nee_index": 0.7056}),
        (hours(apt=60), {"availability": 1.0, "effectiveness": None, "quality_ratio": None, "oee_index": None,
                         "teep": None, "nee_index": None}),  # no rate, nothing made
        (hours(not_planned=480), {"availability": None, "effectiveness": None, "quality_ratio": None,
                                  "oee_index": None, "teep": None, "nee_index": None}),
    ],
    ids=["vorne", "with setup", "no rate", "free shift"],
)  # fmt: skip
def test_worked_shifts(sums: dict[str, int], expected: dict[str, float | None]) -> None:
    found = {kpi.id: kpi.value and round(kpi.value, 4) for kpi in figures(sums, Settings()).kpis}
    assert {name: found[name] for name in expected} == expected


def test_the_waterfall_ends_at_effective_time_and_loses_nothing() -> None:
    steps = figures(WITH_SETUP, Settings()).losses
    assert {step.key: step.us / MINUTE_US for step in steps} == {
        "elapsed": 480, "not_planned": 0, "planned_down": 30, "no_data": 0, "setup": 60, "delay": 60,
        "delay_external": 0, "down": 30, "speed": 30, "quality": 5.4, "effective": 264.6,
    }  # fmt: skip
    assert steps[0].us == sum(step.us for step in steps[1:])
    assert [step.units for step in steps if step.key in {"speed", "quality"}] == [3000.0, 540.0]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        # 480 min planned, 120 of them without data, 300 run at the standard rate, 60 down
        (Settings(), (0.8333, 0.625, 0.875)),  # observed: 300/360; all lost: 300/480; all produced: 420/480
        (as_loss(), (0.625, 0.625, 0.875)),
    ],
)
def test_much_unknown_time_puts_bounds_beside_a_ratio(settings: Settings, expected: tuple[float, ...]) -> None:
    known = pieces(hours(apt=300, adot=60, nodt=120), good=18_000, scrap=0, pri_s=1.0)
    sums = known | {"nodt_rated_us": 120 * MINUTE_US, "theoretical_nodt_mu": 120 * 60 * 1000}
    found = figures(sums, settings)
    assert found.coverage == 0.75
    for name in ("availability", "oee_index"):
        kpi = next(one for one in found.kpis if one.id == name)
        assert tuple(round(one, 4) for one in (kpi.value, kpi.low, kpi.high) if one is not None) == expected


def test_a_period_without_any_knowledge_has_no_value_but_bounds() -> None:
    kpi = next(one for one in figures(hours(nodt=60), Settings()).kpis if one.id == "availability")
    assert (kpi.value, kpi.low, kpi.high) == (None, 0.0, 1.0)


# --- through the room --------------------------------------------------------------------------------------------

EARLY = Calendar(
    "two-shift",
    (ShiftPattern("Early", 7 * 60, 15 * 60, frozenset(range(7)), (Break("Lunch", 11 * 60, 11 * 60 + 30),), "Red"),),
)  # 07:00 in Prague is 06:00 UTC: T0


def week(equipment_id: int, *, jam_min: int) -> list[StateRecord]:
    return [
        state(equipment_id, at(0), at(100), "Execute"),
        state(equipment_id, at(100), at(100 + jam_min), "Held", reason="mechanical/jam"),
        state(equipment_id, at(100 + jam_min), at(SHIFT), "Execute"),
        state(equipment_id, at(SHIFT), None, "Idle"),
    ]


@pytest.fixture
def room(database: Database, clock: ManualClock, bus: Bus) -> tuple[World, PerformanceRoom]:
    world = World(database, calendar_of=EARLY)
    performance = PerformanceRoom(database, clock=clock, bus=bus, sources=world.sources())
    clock.tick(SHIFT * MINUTE_US)
    job = [Job("j1", "cola", at(0), None)]
    filled = [counted(FILLER, at(0), at(100), "good", 5_700), counted(FILLER, at(0), at(100), "scrap", 60)]
    capped = [counted(CAPPER, at(0), at(SHIFT), "good", 20_000), counted(CAPPER, at(1), at(99), "scrap", 40)]
    world.say(FILLER, records=week(FILLER, jam_min=20), counts=filled, jobs=job, moved=(at(0), None))
    world.say(CAPPER, records=week(CAPPER, jam_min=5), counts=capped, jobs=job, moved=(at(0), None))
    world.say(PRESS, records=week(PRESS, jam_min=40), counts=[], jobs=[], moved=(at(0), None))
    while performance.step():
        pass
    return world, performance


def kpi(found: Period, name: str) -> float | None:
    return next(one.value for one in found.figures.kpis if one.id == name)


def test_a_units_shift(room: tuple[World, PerformanceRoom], everyone: Scope) -> None:
    _, performance = room
    shift = performance.shift(FILLER, "two-shift/2026-01-05/Early", scope=everyone)
    found = performance.kpis(FILLER, shift.t0_us, shift.t1_us, scope=everyone, shift=shift)
    times = found.figures.times
    # the run goes on over the lunch break: 30 min more of planned busy time, marked
    assert [us / MINUTE_US for us in (times.pot_us, times.pbt_us, times.apt_us, times.adet_us, times.extended_us)] == [
        480, 480, 460, 20, 30,
    ]  # fmt: skip
    assert kpi(found, "availability") == 460 / 480
    assert kpi(found, "effectiveness") == 5_760 / (460 * 60)
    assert found.figures.counts.good == 5_700


@pytest.mark.parametrize("node_id, good, infeed, blind, hints", [
    (FILLER, 5_700, None, False, []),
    (PRESS, None, None, True, [UNCOUNTED]),  # it ran, and nobody knows what it made
    (AREA, 20_000, None, False, [f"acme/pack/line2: {NO_CONSTRAINT}", UNCOUNTED]),
    (BARE_LINE, None, None, True, [f"acme/pack/line2: {NO_CONSTRAINT}"]),
])  # fmt: skip
def test_pieces_that_nothing_counts_are_not_zero_and_what_needs_them_is_unknown(
    room: tuple[World, PerformanceRoom],
    everyone: Scope,
    node_id: int,
    good: int | None,
    infeed: int | None,
    blind: bool,
    hints: list[str],
) -> None:
    found = room[1].kpis(node_id, at(0), at(SHIFT), scope=everyone)
    shown = found.figures
    assert (shown.counts.good, shown.counts.infeed) == (good, infeed)
    needing = [
        one.value for one in shown.kpis if one.id in {"effectiveness", "quality_ratio", "oee_index", "nee_index"}
    ]
    assert [value is None for value in needing] == [blind] * 4
    assert [loss.key for loss in shown.losses][-1] == ("production" if blind else "effective")
    whole, *steps, last = [loss.us for loss in shown.losses]
    assert whole - sum(steps) == last
    assert sorted(found.leaves.hints) == sorted(hints)


@pytest.mark.parametrize("kind", ["good", "scrap"])
def test_what_a_person_entered_is_shown_where_nothing_counts(
    room: tuple[World, PerformanceRoom], everyone: Scope, kind: str
) -> None:
    world, performance = room
    world.say(PRESS, counts=[counted(PRESS, at(0), at(60), kind, 30)], moved=(at(0), at(60)))
    while performance.step():
        pass
    found = performance.kpis(PRESS, at(0), at(SHIFT), scope=everyone)
    counts = found.figures.counts
    assert {name: getattr(counts, name) for name in ("good", "scrap", "rework")} == {
        "good": None, "scrap": None, "rework": None, kind: 30,
    }  # fmt: skip
    assert (kpi(found, "effectiveness") is None) == (kind == "scrap")  # scrap alone says nothing of the good ones


def test_a_line_takes_times_from_its_constraint_good_from_its_outfeed_and_scrap_from_the_constraint_on(
    room: tuple[World, PerformanceRoom], everyone: Scope
) -> None:
    _, performance = room
    found = performance.kpis(LINE, at(0), at(SHIFT), scope=everyone)
    assert found.line_method == "constraint"
    assert found.figures.times.adet_us == 20 * MINUTE_US  # the filler's jam, not the capper's
    counts = found.figures.counts
    assert (counts.good, counts.scrap) == (20_000, 100)
    assert kpi(found, "quality_ratio") == 20_000 / 20_100
    assert kpi(found, "effectiveness") == 20_100 / (460 * 60)  # at the filler's rate


def test_a_line_without_a_constraint_says_what_to_configure(
    room: tuple[World, PerformanceRoom], everyone: Scope
) -> None:
    _, performance = room
    found = performance.kpis(BARE_LINE, at(0), at(SHIFT), scope=everyone)
    assert kpi(found, "oee_index") is None
    assert found.leaves.hints == ("acme/pack/line2: name its `constraint`, one of: saw, drill",)
    with pytest.raises(InvalidError, match="no times of its own"):
        performance.slices(BARE_LINE, at(0), at(SHIFT), scope=everyone)


@pytest.mark.parametrize("node", [AREA, ENTERPRISE])
def test_an_area_is_the_sum_of_its_lines_and_units_never_a_mean_of_ratios(
    room: tuple[World, PerformanceRoom], everyone: Scope, node: int
) -> None:
    _, performance = room
    found = performance.kpis(node, at(0), at(SHIFT), scope=everyone)
    assert found.leaves.ids == (LINE, PRESS)
    assert found.figures.times.elapsed_us == 2 * SHIFT * MINUTE_US
    assert kpi(found, "availability") == (460 + 440) / (480 + 480)
    assert found.leaves.hints != () and not found.leaves.hidden


def test_what_is_out_of_sight_is_said_and_not_summed(room: tuple[World, PerformanceRoom]) -> None:
    _, performance = room
    seen = Scope(actor=Actor("p1", "Eve"), at={"plant.view": frozenset({AREA, PRESS})})
    found = performance.kpis(AREA, at(0), at(SHIFT), scope=seen)
    assert (found.leaves.ids, found.leaves.hidden) == ((PRESS,), True)
    with pytest.raises(NotFoundError):
        performance.kpis(FILLER, at(0), at(SHIFT), scope=seen)


def test_a_period_before_the_first_record_is_unknown_not_idle(
    room: tuple[World, PerformanceRoom], everyone: Scope
) -> None:
    _, performance = room
    found = performance.kpis(FILLER, at(-24 * 60), at(-16 * 60), scope=everyone)  # yesterday's shift
    assert found.figures.times.nodt_us == 450 * MINUTE_US
    assert found.figures.coverage == 0.0
    assert kpi(found, "availability") is None


def test_the_current_shift_goes_up_to_now(
    room: tuple[World, PerformanceRoom], clock: ManualClock, everyone: Scope
) -> None:
    _, performance = room
    clock.step(-60 * MINUTE_US)
    shift = performance.shift(FILLER, "current", scope=everyone)
    found = performance.kpis(FILLER, shift.t0_us, shift.t1_us, scope=everyone, shift=shift)
    assert (found.until_us, found.to_us) == (at(SHIFT - 60), at(SHIFT))
    assert found.figures.times.elapsed_us == (SHIFT - 60) * MINUTE_US
    clock.step(12 * HOUR_US)
    with pytest.raises(NotFoundError):
        performance.shift(FILLER, "current", scope=everyone)


def test_pieces_in_time_without_knowledge_stay_in_the_totals_and_out_of_the_ratios(
    database: Database, clock: ManualClock, bus: Bus, everyone: Scope
) -> None:
    world = World(database)
    records = [state(FILLER, at(0), at(60), "Execute"), state(FILLER, at(60), at(120), "NO_DATA")]
    counts = [counted(FILLER, at(0), at(60), "good", 3_000), counted(FILLER, at(60), at(120), "good", 1_000)]
    clock.tick(120 * MINUTE_US)
    world.say(FILLER, records=records, counts=counts, moved=(at(0), at(120)))
    for settings, availability in ((Settings(), 1.0), (as_loss(), 0.5)):
        room = PerformanceRoom(database, clock=clock, bus=bus, sources=world.sources(), settings=settings)
        room.settle(FILLER, T0)
        found = room.kpis(FILLER, at(0), at(120), scope=everyone)
        assert (found.figures.counts.good, found.figures.counts.outside) == (4_000, 1_000)
        assert (kpi(found, "availability"), kpi(found, "effectiveness")) == (availability, 3_000 / 3_600)
        assert kpi(found, "oee_index") == availability * 3_000 / 3_600
    assert replace(Settings(), no_data="as_loss") == as_loss()


def test_the_six_big_losses_come_to_the_planned_busy_time() -> None:
    # PBT 450 = run 280 + set-up 60 + delay 80 (failures 30, 4 of it short; outside 20, 2 short; short 26) + idle 30
    sums = hours(apt=280, aust=60, adet=80, adot=30)
    sums = pieces(sums, good=24_000, scrap=500, pri_s=0.6) | {
        "failing_us": 30 * MINUTE_US, "short_failing_us": 4 * MINUTE_US, "external_us": 20 * MINUTE_US,
        "short_external_us": 2 * MINUTE_US, "short_us": 26 * MINUTE_US,
        "ideal_setup_ns": 120 * 10**9, "ideal_good_setup_ns": 60 * 10**9,
    }  # fmt: skip
    found = {loss.key: loss.us / MINUTE_US for loss in figures(sums, Settings()).big_losses}
    assert found == {
        "breakdowns": 26, "setup": 60, "short_stops": 26, "external": 18, "other": 40, "no_data": 0,
        "reduced_speed": 35, "defects": 4, "startup": 1, "effective": 240,
    }  # fmt: skip
    assert sum(found.values()) == 450
    blind = {loss.key: loss.us / MINUTE_US for loss in figures(sums | {"good": 0}, Settings(), ["good"]).big_losses}
    assert (blind["production"], sum(blind.values())) == (280, 450)


def test_short_stops_are_the_same_loss_whatever_the_convention() -> None:
    delay = hours(apt=300, adet=60) | {"short_us": 20 * MINUTE_US}
    speed = hours(apt=320, adet=40) | {"short_run_us": 20 * MINUTE_US}
    keys = ("short_stops", "other", "effective")
    found = [{one.key: one.us for one in figures(sums, Settings()).big_losses} for sums in (delay, speed)]
    assert [found[0][key] for key in keys] == [found[1][key] for key in keys]


@pytest.mark.parametrize(("kpi_id", "target", "meets"), [
    ("oee_index", 0.7, True), ("oee_index", 0.75, False),  # 0.7479
    ("scrap_ratio", 0.03, True), ("scrap_ratio", 0.02, False),  # the lower the better: 0.02195
    ("mttr", 60.0, None),  # it did not fail
])  # fmt: skip
def test_a_kpi_stands_beside_its_target(kpi_id: str, target: float, meets: bool | None) -> None:
    found = figures(VORNE, Settings(), targets={kpi_id: Target(target, "acme", 0)}).kpis
    (told,) = [kpi for kpi in found if kpi.target is not None]
    assert (told.id, told.target, told.target_of, told.meets) == (kpi_id, target, "acme", meets)


def test_the_target_of_a_period_is_that_which_held_at_its_end(
    database: Database, clock: ManualClock, bus: Bus, everyone: Scope
) -> None:
    versions = [("acme", 0, {"availability": 0.5}), ("acme/pack/line1", at(30), {"availability": 0.95})]
    world = World(database)
    sources = replace(world.sources(), targets=lambda path, at_us: targets_of(versions, path, at_us))
    clock.tick(60 * MINUTE_US)
    records = [state(FILLER, at(0), at(18), "Execute"), state(FILLER, at(18), at(20), "Held"),
               state(FILLER, at(20), at(60), "Execute")]  # fmt: skip
    world.say(FILLER, records=records, moved=(at(0), at(60)))
    room = PerformanceRoom(database, clock=clock, bus=bus, sources=sources)
    room.step()
    told = [
        next(kpi for kpi in room.kpis(who, at(0), at(end), scope=everyone).figures.kpis if kpi.id == "availability")
        for who, end in ((FILLER, 20), (FILLER, 60), (AREA, 60))
    ]
    assert [(one.target, one.target_of, one.meets) for one in told] == [
        (0.5, "acme", True), (0.95, "acme/pack/line1", True), (0.5, "acme", True),
    ]  # fmt: skip
