"""Orders that start themselves: at their planned start, once, where the machine is free and the shift not signed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from counting_plant import EVER_US, PLANT, Plant, at, plant_on, when

from dovetail.core.bus import Bus
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError
from dovetail.db.uow import Database
from dovetail.house.rooms import build_rooms
from dovetail.operations.operation import Done, execute
from dovetail.testing.clock import ManualClock


@pytest.fixture
def line(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    with plant_on(database, tmp_path, clock, bus) as opened:
        yield opened


@pytest.fixture
def small(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    with plant_on(sqlite_database, tmp_path, clock, bus) as opened:
        yield opened


def do(plant: Plant, name: str, **given: Any) -> Done[Any]:
    rooms = plant.rooms
    every = (*rooms.dispatch.operations, *rooms.production.operations, *rooms.signatures.operations)
    operation = next(one for one in every if one.name == name)
    return execute(operation, operation.input.model_validate(given), database=plant.database, scope=plant.everyone)


def scheduled(plant: Plant, name: str, minute: float, **more: Any) -> None:
    said = {"equipment_id": plant.filler, "product": "cola", "start": "scheduled", "planned_start": when(minute)}
    do(plant, "job_order.plan", job_order=name, **(said | more))


def ran(plant: Plant, *, as_of: int | None = None) -> list[str]:
    """`5-20 filler PO-1 by schedule` for each job, in minutes."""
    with plant.database.read() as reading:
        found = plant.rooms.production.responses(reading, plant.line, 0, EVER_US, scope=plant.everyone, as_of=as_of)
    names = {plant.filler: "filler", plant.table: "table"}

    def minute(at_us: int | None) -> str:
        return "…" if at_us is None else f"{(at_us - at(0)) / 60e6:g}"

    return [
        f"{minute(job.t0_us)}-{minute(job.t1_us)} {names[job.equipment_id]} {job.job_order} by {job.started_by}"
        for job in found
    ]


def hindered(plant: Plant) -> dict[str, tuple[str, str] | None]:
    """Of each order what kind of thing is in its way, and the words for it."""
    orders = plant.rooms.dispatch.orders_at(plant.line, scope=plant.everyone)
    found = {order.id: plant.rooms.dispatch.starting.hindered(order) for order, _ in orders}
    return {order: why and (why.code, why.text) for order, why in found.items()}


def test_an_order_starts_itself_at_its_planned_start_and_once(line: Plant) -> None:
    scheduled(line, "PO-1", 5, lot="L7", standard_rate_upm=90)
    line.now(4.9)
    assert line.rooms.dispatch.step() == 0
    line.now(6)
    assert line.rooms.dispatch.step() == 1
    assert ran(line) == ["5-… filler PO-1 by schedule"]
    with line.database.read() as reading:
        (job,) = line.rooms.production.responses(reading, line.filler, 0, EVER_US, scope=line.everyone)
    assert (job.product, job.lot, job.standard_rate_upm) == ("cola", "L7", 90)
    assert line.rooms.dispatch.step() == 0


def test_after_a_restart_it_is_started_once_though_many_look(line: Plant, tmp_path: Path) -> None:
    scheduled(line, "PO-1", 5)
    line.now(120)  # nobody was there at its time
    again = [build_rooms(tmp_path / f"n{n}", line.database, clock=line.clock, bus=Bus()) for n in range(3)]
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda rooms: rooms.dispatch.step(), again)) == 1
    for rooms in again:
        rooms.historian.close()
    assert ran(line) == ["5-… filler PO-1 by schedule"]


def test_what_runs_is_not_ended_and_the_order_says_what_it_waits_for(small: Plant) -> None:
    busy = do(small, "job.start", equipment_id=small.filler, product="water", job_order="PO-0").output
    scheduled(small, "PO-1", 5)
    scheduled(small, "PO-2", 6)
    small.now(10)
    assert small.rooms.dispatch.step() == 0
    assert hindered(small) == dict.fromkeys(("PO-1", "PO-2"), ("runs", f"PO-0 (water) runs there since {when(0)}"))
    do(small, "job.end", job_response_id=busy.id, ended_at=when(8))
    assert small.rooms.dispatch.step() == 1
    assert ran(small) == ["0-8 filler PO-0 by person", "8-… filler PO-1 by schedule"]
    assert small.rooms.dispatch.step() == 0
    assert hindered(small) == {"PO-1": None, "PO-2": ("runs", f"PO-1 (cola) runs there since {when(8)}")}


def test_a_start_that_was_taken_back_stays_so_until_it_is_planned_for_later(small: Plant) -> None:
    scheduled(small, "PO-1", 5)
    small.now(6)
    small.rooms.dispatch.step()
    with small.database.read() as reading:
        (job,) = small.rooms.production.responses(reading, small.filler, 0, EVER_US, scope=small.everyone)
    do(small, "job.cancel", job_response_id=job.run_id)
    small.now(7)
    assert (small.rooms.dispatch.step(), ran(small)) == (0, [])
    scheduled(small, "PO-1", 20)
    small.now(21)
    assert (small.rooms.dispatch.step(), ran(small)) == (1, ["20-… filler PO-1 by schedule"])


def test_an_order_of_a_line_starts_on_all_of_its_machines_or_waits(small: Plant) -> None:
    scheduled(small, "PO-1", 5, equipment_id=small.line)
    busy = do(small, "job.start", equipment_id=small.table, product="water").output
    small.now(6)
    assert small.rooms.dispatch.step() == 0
    do(small, "job.end", job_response_id=busy.id)
    assert small.rooms.dispatch.step() == 1
    assert ran(small)[1:] == ["6-… filler PO-1 by schedule", "6-… table PO-1 by schedule"]


def test_nothing_starts_in_a_signed_shift(line: Plant) -> None:
    line.now(419)  # a minute before the shift is over
    scheduled(line, "PO-1", 410)
    line.now(490)
    do(line, "shift.sign", equipment_id=line.filler, start=when(0))
    assert line.rooms.dispatch.step() == 1
    assert ran(line) == ["420-… filler PO-1 by schedule"]


def test_a_product_that_is_gone_hinders_its_order(small: Plant) -> None:
    scheduled(small, "PO-1", 5)
    text = PLANT.replace("  cola: {name: Cola, rates_upm: {acme/line/filler: 120}}\n", "")
    small.now(4)
    small.rooms.equipment.apply({"plant.yaml": text.encode()}, scope=small.everyone, reason="no more cola")
    small.now(6)
    assert small.rooms.dispatch.step() == 0
    code, text = hindered(small)["PO-1"] or ("", "")
    assert (code, text.startswith("there is no product 'cola'")) == ("refused", True)


def test_a_person_starts_an_order_by_its_name_in_the_place_of_what_runs(small: Plant) -> None:
    do(small, "job.start", equipment_id=small.filler, product="water", job_order="PO-0")
    scheduled(small, "PO-1", 30, equipment_id=small.line, lot="L7")
    small.now(10)
    done = do(small, "job_order.start", equipment_id=small.filler, job_order="PO-1")
    assert ran(small) == ["0-10 filler PO-0 by person", "10-… filler PO-1 by person"]
    assert [job.lot for job in done.output.items] == ["L7"]
    with pytest.raises(ConflictError, match="PO-1 runs there already"):
        do(small, "job_order.start", equipment_id=small.filler, job_order="PO-1")
    with pytest.raises(NotFoundError, match="no job order 'PO-7'"):
        do(small, "job_order.start", equipment_id=small.filler, job_order="PO-7")


def test_a_schedule_needs_a_time(small: Plant) -> None:
    with pytest.raises(InvalidError) as refused:
        scheduled(small, "PO-1", 5, planned_start=None)
    assert refused.value.code == "order-no-start"
