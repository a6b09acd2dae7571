"""How a line is figured: by its constraint, or summed over its units; the number says which and opens into it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "counting"))
from counting_plant import PLANT, Plant, an_hour, at, plant_on

from dovetail.core.bus import Bus
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.performance.report import KpiValue
from dovetail.performance.service import Period
from dovetail.proof.tree import Place
from dovetail.testing.clock import ManualClock

SUMMED = PLANT.replace("constraint: filler}", "constraint: filler, line: aggregate}")


@pytest.fixture
def summed(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    """An hour of filler and packing table, the line summed over both; on SQLite and on PostgreSQL."""
    with plant_on(database, tmp_path, clock, bus, text=SUMMED) as opened:
        an_hour(opened)
        yield opened


def period(plant: Plant, equipment_id: int, start: float = 0, end: float = 60, *, scope: Scope | None = None) -> Period:
    return plant.rooms.performance.kpis(equipment_id, at(start), at(end), scope=scope or plant.everyone)


def kpi(found: Period, name: str) -> KpiValue:
    return next(one for one in found.figures.kpis if one.id == name)


def test_oee_of_a_summed_line_is_ideal_time_of_good_pieces_by_planned_time(summed: Plant) -> None:
    line, units = period(summed, summed.line), [period(summed, one) for one in (summed.filler, summed.table)]
    assert (line.line_method, line.leaves.ids) == ("aggregate", (summed.filler, summed.table))
    for column in ("apt_us", "good", "scrap", "ideal_good_ns"):
        assert line.sums[column] == sum(one.sums[column] for one in units)
    held_us = line.figures.times.pbt_us - line.figures.times.nodt_us
    assert kpi(line, "oee_index").value == pytest.approx(line.sums["ideal_good_ns"] / (1_000 * held_us))
    assert kpi(line, "oee_index").convention.endswith("line: aggregate")
    assert "line" not in kpi(units[0], "oee_index").convention


def test_each_step_of_its_explanation_can_be_computed_again(summed: Plant) -> None:
    place = Place("", summed.line, at(0), at(60), None, summed.everyone)
    oee = summed.rooms.explainer.explain("oee_index", place)
    factors = [node for node in oee.children if node.kind == "kpi"]
    value = 1.0
    for node in factors:
        assert isinstance(node.value, float)
        value *= node.value
    assert oee.value == pytest.approx(value)
    quality = summed.rooms.explainer.explain("oee_index", place, path="oee_index/quality_ratio")
    inputs = quality.detail["inputs"]
    assert quality.formula == "Σ PRI · GQ / Σ PRI · PQ"
    assert quality.value == pytest.approx(inputs["pri_gq_ns"] / inputs["pri_pq_ns"])
    column = summed.rooms.explainer.explain("oee_index", place, path="oee_index/quality_ratio/pri_gq_ns/ideal_good_ns")
    assert [node.detail["equipment_id"] for node in column.children] == [summed.filler, summed.table]
    assert sum(int(node.value or 0) for node in column.children) == inputs["pri_gq_ns"]


def test_the_method_holds_from_its_day_on(summed: Plant) -> None:
    summed.now(61)
    summed.rooms.equipment.apply({"plant.yaml": PLANT.encode()}, scope=system_scope("test"), reason="by its constraint")
    summed.now(90)
    assert period(summed, summed.line).line_method == "aggregate"
    assert period(summed, summed.line, 62, 90).line_method == "constraint"


def test_what_is_out_of_sight_is_not_summed_and_it_is_said(summed: Plant) -> None:
    only = {"plant.view": frozenset({summed.line, summed.filler})}
    found = period(summed, summed.line, scope=Scope(Actor("bo", "Bo", "person"), only))
    assert (found.leaves.ids, found.leaves.hidden) == ((summed.filler,), True)
