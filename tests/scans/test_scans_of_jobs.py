"""A scanned code starts or ends what it names, once; what nobody knows is told at the station and stays on record."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from counting_plant import EVER_US, Plant, at, when

from asking import client_of
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import InvalidError, RefusedError
from dovetail.core.scope import Actor, Scope
from dovetail.operations.http import Api
from dovetail.operations.operation import Catalogue, Done, execute
from dovetail.scans import api


def operations(plant: Plant) -> list[Any]:
    rooms = plant.rooms
    return [
        *rooms.scans.operations, *rooms.dispatch.operations, *rooms.production.operations, *rooms.signatures.operations
    ]  # fmt: skip


def do(plant: Plant, name: str, *, scope: Scope | None = None, **said: Any) -> Done[Any]:
    operation = next(one for one in operations(plant) if one.name == name)
    words = operation.input.model_validate(said)
    return execute(operation, words, database=plant.database, scope=scope or plant.everyone)


def scan(plant: Plant, code: str, minute: float, **more: Any) -> Done[Any]:
    plant.now(minute)
    return do(plant, "job.scan", equipment_id=plant.filler, code=code, **more)


def order(plant: Plant, name: str, **more: Any) -> None:
    do(plant, "job_order.plan", job_order=name, **({"equipment_id": plant.filler, "product": "cola"} | more))


def ran(plant: Plant) -> list[tuple[float, float | None, str, str | None, str, str | None]]:
    """(start, end, product, order, started by, ended by) of each job, in minutes."""
    with plant.database.read() as reading:
        found = plant.rooms.production.responses(reading, plant.line, 0, EVER_US, scope=plant.everyone)
    minutes = [((job.t0_us - at(0)) / 60e6, None if job.t1_us is None else (job.t1_us - at(0)) / 60e6) for job in found]
    return [
        (*when_, job.product, job.job_order, job.started_by, job.ended_by)
        for when_, job in zip(minutes, found, strict=True)
    ]


def ends(plant: Plant) -> dict[int, int | None]:
    """When the one job of each machine ended; None: it runs."""
    with plant.database.read() as reading:
        found = plant.rooms.production.responses(reading, plant.line, 0, EVER_US, scope=plant.everyone)
    return {job.equipment_id: job.t1_us for job in found}


def kept(plant: Plant) -> list[tuple[str, str]]:
    """(code, outcome) of all that was scanned, the oldest first."""
    with plant.database.read() as reading:
        found = plant.rooms.scans.scans(reading, plant.line, 0, EVER_US, scope=plant.everyone)
    return [(one.code, one.outcome) for one in reversed(found)]


def test_an_order_is_started_and_ended_by_its_code(on_both: Plant) -> None:
    plant = on_both
    order(plant, "PO-1", lot="L7")
    out = scan(plant, " PO-1 ", 5).output
    assert (out.outcome, out.product, out.job_order) == ("started", "cola", "PO-1")
    assert scan(plant, "PO-1", 20).output.outcome == "ended"
    assert ran(plant) == [(5, 20, "cola", "PO-1", "scan", "person")]
    assert kept(plant) == [("PO-1", "started"), ("PO-1", "ended")]


def test_the_next_code_takes_the_place_of_what_runs(plant: Plant) -> None:
    order(plant, "PO-1")
    scan(plant, "PO-1", 5)
    scan(plant, "water", 10)
    assert [one[:4] for one in ran(plant)] == [(5, 10, "cola", "PO-1"), (10, None, "water", None)]
    scan(plant, "water", 15)
    assert ran(plant)[1][:3] == (10, 15, "water")


def test_a_code_read_twice_does_once(on_both: Plant) -> None:
    plant = on_both
    order(plant, "PO-1")
    first = scan(plant, "PO-1", 5).output
    plant.clock.tick(9 * SECOND_US)
    again = do(plant, "job.scan", equipment_id=plant.filler, code="PO-1").output
    assert (again.outcome, again.run_id) == ("repeated", first.run_id)
    plant.clock.tick(1 * SECOND_US)
    assert do(plant, "job.scan", equipment_id=plant.filler, code="PO-1").output.outcome == "ended"
    assert len(ran(plant)) == 1


def test_a_code_scanned_again_after_an_undo_does_it_again(on_both: Plant) -> None:
    plant = on_both
    order(plant, "PO-1")
    for minute, outcome in [(5, "started"), (6, "ended")]:
        first = scan(plant, "PO-1", minute)
        Catalogue(operations(plant)).undo(first.audit_id, database=plant.database, scope=plant.everyone)
        again = scan(plant, "PO-1", minute + 0.05)  # three seconds later
        assert (first.output.outcome, again.output.outcome) == (outcome, outcome)
        assert scan(plant, "PO-1", minute + 0.1).output.outcome == "repeated"
    assert [one[:2] for one in ran(plant)] == [(5.05, 6.05)]


def test_of_scans_at_the_same_moment_one_starts_the_order(on_both: Plant) -> None:
    plant = on_both
    order(plant, "PO-1")
    plant.now(5)
    scope = plant.everyone
    operation = plant.rooms.scans.scanning.scan
    given = operation.input(equipment_id=plant.filler, code="PO-1")
    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(execute, operation, given, database=plant.database, scope=scope) for _ in range(4)]
        outcomes = sorted(one.result().output.outcome for one in tries)
    assert outcomes == ["repeated", "repeated", "repeated", "started"]
    assert len(ran(plant)) == 1


def test_what_nobody_knows_is_told_and_kept_and_changes_nothing(on_both: Plant) -> None:
    plant = on_both
    order(plant, "PO-1")
    scan(plant, "PO-1", 5)
    out = scan(plant, "colla", 6).output
    assert out.outcome == "unknown"
    assert "colla" in out.message
    assert "cola" in out.hint
    assert [one[:2] for one in ran(plant)] == [(5, None)]
    assert scan(plant, "colla", 6.05).output.outcome == "unknown"  # told again, not swallowed
    assert kept(plant) == [("PO-1", "started"), ("colla", "unknown"), ("colla", "unknown")]


def test_what_is_refused_leaves_nothing_behind_but_the_scan(plant: Plant) -> None:
    plant.now(30)
    do(plant, "job.start", equipment_id=plant.filler, product="water", started_at=when(20))
    out = do(plant, "job.scan", equipment_id=plant.filler, code="cola", at=when(10)).output  # before what runs began
    assert (out.outcome, bool(out.message), bool(out.hint)) == ("refused", True, True)
    assert [one[:3] for one in ran(plant)] == [(20, None, "water")]
    assert kept(plant) == [("cola", "refused")]


def test_a_start_and_an_end_by_scan_are_taken_back(plant: Plant) -> None:
    order(plant, "PO-1")
    plant.now(1)
    do(plant, "job.start", equipment_id=plant.filler, product="water")
    started = scan(plant, "PO-1", 5)
    catalogue = Catalogue(operations(plant))
    catalogue.undo(started.audit_id, database=plant.database, scope=plant.everyone)
    assert [one[:3] for one in ran(plant)] == [(1, None, "water")]
    ended = scan(plant, "water", 10)
    catalogue.undo(ended.audit_id, database=plant.database, scope=plant.everyone)
    assert [one[:3] for one in ran(plant)] == [(1, None, "water")]


def test_a_scan_at_one_machine_ends_the_job_of_the_line_there_only(on_both: Plant) -> None:
    plant = on_both
    plant.now(1)
    do(plant, "job.start", equipment_id=plant.line, product="cola")
    here = frozenset({plant.filler})
    of_the_filler = Scope(Actor("f", "Fay"), at={"plant.view": here, "job.operate": here})
    ended = scan(plant, "cola", 5, scope=of_the_filler)
    assert (ended.output.outcome, len(ended.output.ended)) == ("ended", 1)
    assert ends(plant) == {plant.filler: at(5), plant.table: None}
    Catalogue(operations(plant)).undo(ended.audit_id, database=plant.database, scope=of_the_filler)
    assert ends(plant) == {plant.filler: None, plant.table: None}


def test_a_scan_at_the_line_ends_the_job_on_all_of_it(plant: Plant) -> None:
    plant.now(1)
    do(plant, "job.start", equipment_id=plant.line, product="cola")
    plant.now(5)
    ended = do(plant, "job.scan", equipment_id=plant.line, code="cola")
    assert (ended.output.outcome, len(ended.output.ended)) == ("ended", 2)
    assert ends(plant) == {plant.filler: at(5), plant.table: at(5)}


def test_a_scan_in_a_signed_shift_is_held_and_counts_once_the_shift_is_reopened(plant: Plant) -> None:
    plant.now(9 * 60)  # the early shift is over
    signed = do(plant, "shift.sign", equipment_id=plant.filler, start=when(0)).output
    held = do(plant, "job.scan", equipment_id=plant.filler, code="cola", at=when(60)).output
    assert (held.outcome, held.run_id) == ("held", None)
    assert "is signed: it stands" in held.message
    assert when(60) in held.hint
    assert ran(plant) == []
    assert kept(plant) == [("cola", "held")]
    operation = next(one for one in operations(plant) if one.name == "shift.reopen")
    words = operation.input.model_validate({"signature_id": signed.id})
    execute(operation, words, database=plant.database, scope=plant.everyone, reason="a scan came late")
    assert do(plant, "job.scan", equipment_id=plant.filler, code="cola", at=when(60)).output.outcome == "started"
    assert [start for start, *_ in ran(plant)] == [60]


def test_who_may_not_scan_is_refused(plant: Plant) -> None:
    plant.now(9 * 60)  # the early shift is over
    here = frozenset({plant.filler})
    looker = Scope(Actor("l", "Lea"), at={"plant.view": here})
    with pytest.raises(RefusedError, match="needs the permission"):
        do(plant, "job.scan", scope=looker, equipment_id=plant.filler, code="cola")
    with pytest.raises(InvalidError, match="future"):
        do(plant, "job.scan", equipment_id=plant.filler, code="cola", at=when(9 * 60 + 1))
    assert kept(plant) == []


def test_over_the_api(plant: Plant) -> None:
    routes = Api(plant.database)
    api.routes(routes, plant.rooms.scans)
    client, filler = client_of(plant.everyone, routes), f"/api/v1/equipment/{plant.filler}/scans"
    plant.now(5)
    sent = [client.post(filler, json={"code": "cola"}, headers={"Idempotency-Key": "k"}).json() for _ in range(2)]
    assert [one["outcome"] for one in sent] == ["started", "started"]  # one scan, sent twice
    client.post(filler, json={"code": "XYZ"})
    span = {"start": when(0), "end": when(10)}
    found = client.get(f"/api/v1/equipment/{plant.line}/scans", params=span).json()["items"]
    assert [(one["code"], one["outcome"]) for one in found] == [("XYZ", "unknown"), ("cola", "started")]
    (unknown,) = client.get(filler, params=span | {"only": "unknown"}).json()["items"]
    assert (unknown["code"], unknown["by"]) == ("XYZ", "anna")
    assert len(ran(plant)) == 1
