"""Every KPI of ISO 22400-2 is either computed or says what it waits for; those of orders and pieces worked by hand."""

from __future__ import annotations

import pytest
from performance_world import FILLER, T0, Job, World, as_loss, counted, minutes, state

from dovetail.books.rollups import sums_by_rollup
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.ledger.columns import NAMES
from dovetail.ledger.timeclass import Settings
from dovetail.performance.kpis._listed import waiting
from dovetail.performance.report import catalogue, figures
from dovetail.performance.service import PerformanceRoom
from dovetail.testing.clock import ManualClock
from dovetail.workcalendar.model import Break, Calendar, ShiftPattern

# The 34 KPIs by the names and formulas of the standard's public ontology (hsu-aut IndustrialStandard-ODP-ISO22400-2,
# 54c749b, MIT), with PRI for its draft name PRU and AUST for ASUT; None where it gives none.
ONTOLOGY = {
    "WorkerEfficiency": (1, "APWT / APAT"),
    "AllocationRatio": (2, "AUBT / AOET"),
    "ThroughputRate": (3, "PQ / AOET"),
    "AllocationEfficiency": (4, "AUBT / PBT"),
    "UtilizationEfficiency": (5, "APT / AUBT"),
    "OverallEquipmentEffectiveness": (6, "Availability · Effectiveness · Quality ratio"),
    "NetEquipmentEffectiveness": (7, "(AUPT / PBT) · Effectiveness · Quality ratio"),
    "Availability": (8, "APT / PBT"),
    "Effectiveness": (9, "PRI · PQ / APT"),
    "QualityRatio": (10, "GQ / PQ"),
    "SetUpRate": (11, "AUST / AUPT"),
    "TechnicalEfficiency": (12, "APT / (APT + ADET)"),
    "ProductionProcessRate": (13, "APT / AOET"),
    "ActualToPlannedScrapRatio": (14, "SQ / PSQ"),
    "FirstPassYield": (15, "GP / IP"),
    "ScrapRatio": (16, "SQ / PQ"),
    "ReworkRatio": (17, "RQ / PQ"),
    "FallOfRatio": (18, "SQ / PQ of the first"),
    "MachineCapabilityIndex": (19, "(USL − LSL) / (6 s)"),
    "CriticalMachineCapabilityIndex": (20, "min(USL − x̄, x̄ − LSL) / (3 s)"),
    "ProcessCapabilityIndex": (21, "(USL − LSL) / (6 σ̂)"),
    "CriticalProcessCapabilityIndex": (22, "min(USL − x̿, x̿ − LSL) / (3 σ̂)"),
    "ComprehensiveEnergyConsumption": (23, "(Σ Mi · Ri + Q) / PQ"),
    "InventoryTurns": (24, "TH / average inventory"),
    "FinishedGoodsRatio": (25, "GQ / CM"),
    "IntegratedGoodsRatio": (26, "IGQ / CM"),
    "ProductionLossRatio": (27, "PL / CM"),
    "StorageAndTransportationLossRatio": (28, "STL / CM"),
    "OtherLossRatio": (29, "OL / CM"),
    "EquipmentLoadRate": (30, "PQ / EPC"),
    "MeanOperationTimeBetweenFailures": (31, "Σ TBF / (FE + 1)"),
    "MeanTimeToFailure": (32, "Σ TTF / (FE + 1)"),
    "MeanTimeToRestoration": (33, "Σ TTR / (FE + 1)"),
    "CorrectiveMaintenanceRatio": (34, "CMT / (CMT + PMT)"),
}


@pytest.mark.parametrize("name", ONTOLOGY)
def test_each_of_the_34_is_computed_or_waits_by_name(name: str) -> None:
    number, formula = ONTOLOGY[name]
    computed = [kpi.formula for kpi in catalogue().values() if kpi.iso == number]
    waits = [one.formula for one in waiting() if one.iso == number and one.waits_for and one.missing]
    (said,) = computed + waits
    assert said.startswith(formula)


def test_what_waits_has_no_value_anywhere() -> None:
    shown = {kpi.id for kpi in figures(dict.fromkeys(NAMES, 1), Settings()).kpis}
    assert shown == set(catalogue())
    assert not shown & {one.id for one in waiting()}


# Early, 06:00–14:00 UTC with a break 10:00–10:30. j1: cola 0–120 min (set-up 0–20, run 20–80, held 80–110, run to 120),
# j2: beer 180–300 (run 180–240, break, run 270–300); idle without an order 120–180.
SHIFT = Calendar(
    "one", (ShiftPattern("Early", 6 * 60, 14 * 60, frozenset(range(7)), (Break("Lunch", 10 * 60, 10 * 60 + 30),)),)
)
STATES = ((0, 20, "CHANGEOVER"), (20, 80, "Execute"), (80, 110, "Held"), (110, 120, "Execute"), (120, 180, "Idle"),
          (180, 240, "Execute"), (240, 270, "Idle"), (270, 300, "Execute"))  # fmt: skip
WORKED = {
    "allocation_ratio": (20 + 60 + 30 + 10 + 60 + 30) / 240,  # busy with orders of the 240 min that they took
    "throughput_rate": 4_800 / 4,  # an hour
    "allocation_efficiency": 210 / 270,
    "utilization_efficiency": 160 / 210,
    "setup_ratio": 20 / 180,
    "technical_efficiency": 160 / 190,
    "production_process_ratio": 160 / 240,
    "first_pass_yield": 4_560 / 4_800,
    "scrap_ratio": 144 / 4_800,
    "rework_ratio": 96 / 4_800,
}


def at(minute: float) -> int:
    return minutes(minute, None)[0]


def worked(database: Database, clock: ManualClock, bus: Bus) -> PerformanceRoom:
    world = World(database, calendar_of=SHIFT, zone="UTC")
    clock.tick(300 * MINUTE_US)
    records = [state(FILLER, at(t0), at(t1), name) for t0, t1, name in STATES]
    jobs = [Job("j1", "cola", at(0), at(120)), Job("j2", "beer", at(180), at(300))]
    ran = [(t0, t1) for t0, t1, name in STATES if name == "Execute"]  # 30 pieces a minute, of 160
    counts = [counted(FILLER, at(t0), at(t1), kind, (t1 - t0) * share) for t0, t1 in ran
              for kind, share in (("good", 285), ("scrap", 9), ("rework", 6))]  # fmt: skip
    tenth = [counted(c.equipment_id, c.t0_us, c.t1_us, c.kind, c.quantity // 10) for c in counts]
    world.say(FILLER, records=records, jobs=jobs, counts=tenth, moved=(at(0), at(300)))
    room = PerformanceRoom(database, clock=clock, bus=bus, sources=world.sources())
    room.step()
    return room


def test_worked_by_hand(database: Database, clock: ManualClock, bus: Bus, everyone: Scope) -> None:
    found = worked(database, clock, bus).kpis(FILLER, T0, at(300), scope=everyone)
    values = {kpi.id: kpi.value for kpi in found.figures.kpis}
    assert {name: values[name] for name in WORKED} == pytest.approx(WORKED)


def test_sums_of_orders_are_the_same_from_slices_and_from_rollups(
    database: Database, clock: ManualClock, bus: Bus, everyone: Scope
) -> None:
    room = worked(database, clock, bus)
    by_slices = room.sums(FILLER, at(0), at(300), scope=everyone)
    with database.read() as reading:
        by_shifts = sums_by_rollup(reading, [FILLER], at(0), at(300))[()]
    values = {kpi.id: kpi.value for kpi in figures(by_shifts, room.settings_for(at(300))).kpis}
    assert {name: values[name] for name in WORKED} == pytest.approx(WORKED)
    assert (by_slices["order_us"], by_slices["order_good"]) == (240 * MINUTE_US, 4_560)


def test_an_order_of_which_nothing_is_known_counts_only_as_loss() -> None:
    sums = dict.fromkeys(NAMES, 0) | {"order_us": 40, "order_nodt_us": 10, "order_apt_us": 30}
    found = [
        {kpi.id: kpi.value for kpi in figures(sums, settings).kpis}["production_process_ratio"]
        for settings in (Settings(), as_loss())
    ]
    assert found == [0.75, 0.6]
