"""The same shift by five definitions, worked by hand, and each difference from ISO said in minutes and pieces."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from performance_world import CATEGORIES, FILLER, T0, Job, World, counted, minutes, state

from dovetail.core.bus import Bus
from dovetail.core.clock import HOUR_US, MINUTE_US
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.ledger.columns import NAMES, Sums, sum_slices
from dovetail.ledger.cutting import cut
from dovetail.ledger.timeclass import Settings
from dovetail.ledger.tracks import Definitions, Facts
from dovetail.performance.report import figures
from dovetail.performance.service import PerformanceRoom
from dovetail.switchboard.api import conventions_out
from dovetail.switchboard.model import CONVENTIONS, Outcome, Quantities, iso, quantities
from dovetail.testing.clock import ManualClock
from dovetail.workcalendar.model import Span

BY_ID = {one.id: one for one in CONVENTIONS}


def sums_of(minutes_of: dict[str, int], **others: int) -> Sums:
    times = {f"{name}_us": value * MINUTE_US for name, value in minutes_of.items()}
    return dict.fromkeys(NAMES, 0) | times | others


# 8 h, break 30 min. Planned 450 = production 300 + set-up 60 + delay 60 + idle 30; of the delay 20 min in 8 short
# stops. Standard rate 100/min; 27,000 made, 26,460 of them good.
SHIFT = sums_of(
    {"elapsed": 480, "planned_down": 30, "apt": 300, "apt_rated": 300, "aust": 60, "adet": 60, "adot": 30,
     "short": 20, "short_rated": 20},
    short_stops=8, good_observed=26_460, scrap_observed=540, ideal_ns=270 * 60 * 10**9,
    theoretical_mu=30_000_000, short_mu=2_000_000, busy_mu=45_000_000, elapsed_mu=48_000_000,
    busy_rated_us=450 * MINUTE_US, elapsed_rated_us=480 * MINUTE_US,
)  # fmt: skip
# Vorne's published worked shift ("OEE calculation"): 8 h, breaks 60, stops 47, ideal cycle 1.0 s, 19,271 made, 423
# rejected: availability 88.81 %, performance 86.11 %, quality 97.80 %, OEE 74.79 %.
VORNE = sums_of(
    {"elapsed": 480, "planned_down": 60, "apt": 373, "apt_rated": 373, "adot": 47},
    good_observed=18_848, scrap_observed=423, ideal_ns=19_271 * 10**9,
    theoretical_mu=22_380_000, busy_mu=25_200_000, elapsed_mu=28_800_000,
)  # fmt: skip
# Two products, two hours each: 100/min, 9,600 made of 12,000 possible; 10/min, 1,200 made of 1,200. All of them good.
MIXED = sums_of(
    {"elapsed": 240, "apt": 240, "apt_rated": 240}, good_observed=10_800, ideal_ns=(96 + 120) * 60 * 10**9,
    theoretical_mu=13_200_000, busy_mu=13_200_000, elapsed_mu=13_200_000,
)  # fmt: skip


@pytest.mark.parametrize(("sums", "convention", "a", "p", "q", "oee"), [
    (SHIFT, "iso22400",    300 / 450, 270 / 300, 0.98, 0.588),
    (SHIFT, "traksys",     320 / 450, 270 / 320, 0.98, 0.588),
    (SHIFT, "aveva",       300 / 420, 270 / 300, 0.98, 0.63),   # 30 min without an order are nobody's loss
    (SHIFT, "classic",     320 / 450, 270 / 320, 0.98, 0.588),  # what availability wins, performance loses
    (SHIFT, "umh_classic", 390 / 450, 300 / 390, 0.98, 0.6533),  # 30 min of slow running are not seen
    (VORNE, "classic",     0.8881,    0.8611,    0.9780, 0.7479),
    (VORNE, "iso22400",    0.8881,    0.8611,    0.9780, 0.7479),
    (MIXED, "iso22400",    1.0, 0.9, 1.0, 0.9),
    (MIXED, "traksys",     1.0, 10_800 / 13_200, 1.0, 0.8182),  # by pieces the fast product weighs more
])  # fmt: skip
def test_worked_by_hand(sums: Sums, convention: str, a: float, p: float, q: float, oee: float) -> None:
    found = BY_ID[convention].work_out(quantities(sums, Settings())).factors
    assert [found.a.value, found.p.value, found.q.value, found.oee] == pytest.approx([a, p, q, oee], abs=5e-5)


def test_what_only_traksys_has() -> None:
    found = BY_ID["traksys"].work_out(quantities(SHIFT, Settings()))
    assert found.more == pytest.approx({"A2": 320 / 450, "OEE2": 0.588, "TEEP": 0.55125, "TEEP2": 0.55125})
    assert BY_ID["classic"].work_out(quantities(VORNE, Settings())).more["TEEP"] == pytest.approx(
        0.7479 * 420 / 480, abs=5e-5
    )


@pytest.mark.parametrize("no_data", ["observed", "as_loss"])
def test_teep_is_the_kpi_of_that_name_however_much_is_unknown(no_data: Any) -> None:
    """24 h, 8 of them planned, of 2 of which nothing is known; 100 a minute in the other 6, all of them good."""
    hours, minute = 60 * MINUTE_US, 100_000
    sums = dict.fromkeys(NAMES, 0) | {
        "elapsed_us": 24 * hours, "elapsed_rated_us": 24 * hours, "not_planned_us": 16 * hours, "apt_us": 6 * hours,
        "apt_rated_us": 6 * hours, "busy_rated_us": 6 * hours, "nodt_us": 2 * hours, "nodt_rated_us": 2 * hours,
        "good_observed": 36_000, "ideal_ns": 6 * 3600 * 10**9, "theoretical_mu": 360 * minute, "busy_mu": 360 * minute,
        "theoretical_nodt_mu": 120 * minute, "elapsed_mu": 1440 * minute,
    }  # fmt: skip
    settings = Settings(no_data=no_data)
    seen = quantities(sums, settings)
    shown = {kpi.id: kpi.value for kpi in figures(sums, settings).kpis}
    told = {f"{one.id} {name}": value for one in CONVENTIONS for name, value in one.work_out(seen).more.items()}
    teeps = [shown["teep"], shown["teep_units"], *(value for name, value in told.items() if "TEEP" in name)]
    expected = {"observed": 8 / 24, "as_loss": 6 / 24}[no_data]  # as far as is known it lost nothing; or 2 h of it
    assert teeps == pytest.approx([expected] * 6)


def test_each_step_says_what_it_moves() -> None:
    steps = {one.id: one.work_out(quantities(SHIFT, Settings())).steps for one in CONVENTIONS}
    told = {(name, step.key): step.us and step.us / MINUTE_US for name, found in steps.items() for step in found}
    assert told == {
        ("traksys", "short_stops"): 20, ("traksys", "units"): None, ("aveva", "neither"): 30,
        ("classic", "short_stops"): 20, ("umh_classic", "speed"): 30, ("umh_classic", "stops"): 90,
    }  # fmt: skip


def test_production_without_a_rate_has_no_theoretical_units() -> None:
    found = BY_ID["traksys"].work_out(
        quantities(SHIFT | {"apt_rated_us": 200 * MINUTE_US, "busy_rated_us": 350 * MINUTE_US}, Settings())
    )
    assert (found.factors.p.value, found.factors.oee, found.more["A2"]) == (None, None, None)
    assert found.steps[1].us == 100 * MINUTE_US


COLUMNS = [name for name in NAMES if name not in {"apt_rated_us", "short_rated_us"}]


@given(st.fixed_dictionaries({name: st.integers(0, 10**9) for name in COLUMNS}))
def test_the_steps_end_where_the_definition_does_and_begin_at_iso(drawn: Sums) -> None:
    sums = drawn | {"apt_rated_us": drawn["apt_us"], "short_rated_us": drawn["short_us"]}
    seen = quantities(sums, Settings())
    for convention in CONVENTIONS:
        outcome: Outcome = convention.work_out(seen)
        ends = [iso(seen), *(step.after for step in outcome.steps)]
        assert outcome.factors == ends[-1]
        assert all(before != after for before, after in pairwise(ends)) or not moved(seen)
    shown = {kpi.id: kpi.value for kpi in figures(sums | {"short_run_us": 0, "short_run_rated_us": 0}, Settings()).kpis}
    plain = quantities(sums | {"short_run_us": 0, "short_run_rated_us": 0}, Settings())
    assert iso(plain).oee == pytest.approx(shown["oee_index"])


def moved(seen: Quantities) -> bool:
    """Whether every rule has something to move."""
    return min(seen.short_us, seen.adot_us, seen.stopped_us, seen.pq, seen.run_mu, seen.ideal_ns) > 0


TOLD = ((0, 20, "Execute", None), (20, 21, "Holding", None), (21, 21.5, "Held", None), (21.5, 40, "Execute", None),
        (40, 50, "Aborted", None), (50, 55, "CHANGEOVER", None), (55, 60, "Execute", None))  # fmt: skip


@pytest.mark.parametrize("convention", BY_ID)
def test_what_an_installation_does_with_short_stops_changes_no_definition(convention: str) -> None:
    end = T0 + HOUR_US
    records = [state(1, *minutes(t0, t1), name, reason=reason) for t0, t1, name, reason in TOLD]  # type: ignore[arg-type]
    counts = [counted(1, *minutes(0, 20), "good", 900)]  # type: ignore[arg-type]
    definitions = [Definitions(T0, end, CATEGORIES, {}, 60.0)]
    facts = Facts(1, "UTC", records, [Span(T0, end, "BUSY")], [Job("j", None, T0, None)], counts, definitions)
    found = [
        BY_ID[convention].work_out(quantities(sum_slices(cut(facts, T0, end, settings=settings)), settings))
        for settings in (Settings(), Settings(micro_stop="speed"))
    ]
    assert found[0] == found[1]


def test_over_the_ledger(database: Database, clock: ManualClock, bus: Bus, everyone: Scope) -> None:
    world = World(database)
    clock.tick(HOUR_US)
    records = [state(FILLER, *minutes(t0, t1), name, reason=reason) for t0, t1, name, reason in TOLD]  # type: ignore[arg-type]
    counts = [counted(FILLER, *minutes(0, 20), "good", 900)]  # type: ignore[arg-type]
    world.say(FILLER, records=records, counts=counts, moved=(T0, T0 + HOUR_US))
    room = PerformanceRoom(database, clock=clock, bus=bus, sources=world.sources())
    room.step()
    found = conventions_out(room, room.kpis(FILLER, T0, T0 + HOUR_US, scope=everyone))
    by_id = {one.id: one for one in found.conventions}
    assert (found.shown, found.short_stops, found.short_stop_max_s) == ("iso22400", 1, 120)
    assert by_id["iso22400"].availability == 43.5 / 60
    assert by_id["classic"].availability == 45 / 60
    assert by_id["classic"].difference == pytest.approx(0)
    assert by_id["aveva"].steps[0].us == 1.5 * MINUTE_US  # a fault is downtime, order or not


def test_of_a_machine_whose_pieces_nothing_counts_only_availability_is_known(
    database: Database, clock: ManualClock, bus: Bus, everyone: Scope
) -> None:
    press = 6
    world = World(database)
    clock.tick(HOUR_US)
    world.say(press, records=[state(press, *minutes(0, 60), "Execute")], moved=(T0, T0 + HOUR_US))  # type: ignore[arg-type]
    room = PerformanceRoom(database, clock=clock, bus=bus, sources=world.sources())
    room.step()
    found = conventions_out(room, room.kpis(press, T0, T0 + HOUR_US, scope=everyone)).conventions
    assert {(one.availability, one.performance, one.oee, one.difference) for one in found} == {(1.0, None, None, None)}
