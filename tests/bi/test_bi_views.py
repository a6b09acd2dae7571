"""The views say what the rooms say, in the columns that the manual names, on both databases."""

from __future__ import annotations

import pytest
from bi_world import World
from counting_plant import at, when
from sqlalchemy import text

from dovetail.bi.views import VIEWS
from dovetail.core.clock import MINUTE_US
from dovetail.core.scope import system_scope
from dovetail.states.service import apply_reasons

SYSTEM = system_scope("test")


def test_every_view_has_the_columns_that_the_manual_names(hour: World) -> None:
    with hour.database.read() as reading:
        found = {name: list(reading.connection.execute(text(f"select * from {name}")).keys()) for name in VIEWS}
    assert found == {name: list(view.columns) for name, view in VIEWS.items()}


@pytest.mark.parametrize("name", ["line", "line/filler", "line/table"])
def test_the_ledger_in_sql_is_the_ledger(hour: World, name: str) -> None:
    """A unit with counters, one without any (nothing is known of its pieces), and the line above them."""
    plant = hour.plant
    unit = plant.rooms.equipment.plant().by_path(f"acme/{name}").id
    found = plant.rooms.performance.kpis(unit, at(0), at(60), scope=plant.everyone).figures
    shown = VIEWS["bi_oee_shift"].columns
    figures = {kpi.id: kpi.value for kpi in found.kpis if kpi.id in shown} | {"coverage": found.coverage}
    assert len(figures) == 7
    (row,) = hour.rows(
        f"select {', '.join(figures)} from bi_oee_shift where equipment_id = :unit and from_us = :start",
        unit=unit,
        start=at(0),
    )
    assert [None if value is None else pytest.approx(value) for value in figures.values()] == list(row)
    columns = ", ".join(f"sum({name}_s)" for name in ("elapsed", "pbt", "apt", "aust", "adet", "adot", "nodt"))
    (times,) = hour.rows(
        f"select {columns} from bi_oee where equipment_id = :unit and from_us = :start", unit=unit, start=at(0)
    )
    told = found.times
    in_us = (told.elapsed_us, told.pbt_us, told.apt_us, told.aust_us, told.adet_us, told.adot_us, told.nodt_us)
    assert [float(one) for one in times] == [us / 1e6 for us in in_us]


def test_slices_tile_the_hour_and_states_and_stops_follow(hour: World) -> None:
    unit = hour.plant.filler
    slices = hour.rows("select from_us, to_us from bi_slice where equipment_id = :unit order by from_us", unit=unit)
    assert [one.to_us for one in slices[:-1]] == [one.from_us for one in slices[1:]]
    states = hour.rows(
        "select from_us, to_us, state from bi_state where equipment_id = :unit and from_us >= :start order by from_us",
        unit=unit,
        start=at(0),
    )
    minutes = [((one.from_us - at(0)) / MINUTE_US, (one.to_us - at(0)) / MINUTE_US, one.state) for one in states]
    assert minutes == [(0, 30, "Execute"), (30, 40, "Held"), (40, 60, "Execute")]
    (stop,) = hour.rows(
        "select duration_s, reason, planned from bi_stop where equipment_id = :unit and from_us >= :start",
        unit=unit,
        start=at(0),
    )
    assert (stop.duration_s, stop.reason, bool(stop.planned)) == (600.0, None, False)


def test_pieces_jobs_shifts_losses_and_names(hour: World) -> None:
    unit = hour.plant.filler
    pieces = hour.rows("select kind, sum(quantity) from bi_count where equipment_id = :unit group by kind", unit=unit)
    assert {kind: int(n) for kind, n in pieces} == {"good": 4_134, "scrap": 6}
    (job,) = hour.rows(
        "select job_order, product, good, scrap, to_at from bi_job where equipment_id = :unit", unit=unit
    )
    assert tuple(job) == ("PO-1", "cola", 4_134, 6, None)
    (shift,) = hour.rows("select production_day, from_us from bi_shift where equipment_id = :unit", unit=unit)
    assert shift.production_day == "2026-01-05"
    losses = hour.rows(
        "select time_class, sum(duration_s) from bi_loss where equipment_id = :unit and shift = 'Early'"
        " group by time_class",
        unit=unit,
    )
    assert {cls: float(seconds) for cls, seconds in losses} == {"APT": 3_000.0, "ADET": 600.0}
    assert tuple(hour.rows("select name, level from bi_equipment where equipment_id = :unit", unit=unit)[0]) == (
        "Filler",
        "WorkUnit",
    )
    tags = hour.rows("select property, tag, kind, connection from bi_tag where equipment_id = :unit", unit=unit)
    assert ("total", "acme/line/filler.total", "u64", "plc") in [tuple(one) for one in tags]
    reasons = hour.rows("select reason, name, reason_group from bi_reason order by reason")
    assert ("mechanical/jam", "Jam", "mechanical") in [tuple(one) for one in reasons]
    assert [tuple(one) for one in hour.rows("select product, name from bi_product order by product")] == [
        ("cola", "Cola"),
        ("water", "Water"),
    ]


def test_a_reason_of_the_third_level_stands_in_its_group(world: World) -> None:
    leaf = {"name": "Belt", "category": "failure"}
    group = {"name": "Infeed", "category": "failure", "children": {"belt": leaf}}
    body = {"name": "Mechanical", "category": "failure", "children": {"jam": {**leaf, "name": "Jam"}, "infeed": group}}
    with world.database.write(SYSTEM.actor) as uow:
        apply_reasons(uow, {"mechanical": body}, at(0))
    found = world.rows(
        "select reason, name, reason_group from bi_reason where reason like 'mechanical%' order by reason"
    )
    assert [tuple(one) for one in found] == [
        ("mechanical", "Mechanical", None),
        ("mechanical/infeed", "Infeed", "mechanical"),
        ("mechanical/infeed/belt", "Belt", "mechanical/infeed"),
        ("mechanical/jam", "Jam", "mechanical"),
    ]


def test_what_people_say_of_a_stop_is_in_the_views_and_what_was_known_before_is_not(world: World) -> None:
    plant = world.plant
    plant.enter(plant.filler, scrap=4, reason="dimension/too-long", end=when(50))
    plant.work()
    (row,) = world.rows(
        "select sum(quantity) as scrap from bi_count where equipment_id = :unit and kind = 'scrap'", unit=plant.filler
    )
    assert int(row.scrap) == plant.totals(plant.filler)["scrap"]
