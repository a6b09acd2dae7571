"""More pieces than the rate allows: kept and shown, counted when somebody with the right has looked at them."""

from __future__ import annotations

from typing import Any

import pytest
from counting_plant import EVER_US, Plant, when

from asking import client_of
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Actor, Scope
from dovetail.holding import api
from dovetail.operations.http import Api
from dovetail.operations.operation import Done, execute

HOUR = {"start": when(0), "end": when(60)}  # at the table, whose standard rate is 60: 7,200 are possible


def do(plant: Plant, name: str, *, why: str | None = None, scope: Scope | None = None, **given: Any) -> Done[Any]:
    every = (*plant.rooms.counting.operations, *plant.rooms.holding.operations, *plant.rooms.production.operations)
    operation = next(one for one in every if one.name == name)
    said = operation.input.model_validate(given)
    done = execute(operation, said, database=plant.database, scope=scope or plant.everyone, reason=why)
    plant.work()
    return done


def enter(plant: Plant, **given: Any) -> Any:
    return do(plant, "count.enter", equipment_id=plant.table, **given).output


def listed(plant: Plant) -> list[tuple[int, str | None, str | None]]:
    with plant.database.read() as reading:
        found = plant.rooms.holding.held(reading, plant.line, 0, EVER_US, scope=plant.everyone)
    return [(one.made, one.verdict, one.why) for one in found]


def test_what_cannot_have_been_made_is_kept_and_does_not_count(on_both: Plant) -> None:
    plant = on_both
    plant.now(60)
    out = enter(plant, good=7_190, scrap=20, reason="dimension/too-long", comment="two shifts?", **HOUR)
    assert (out.items, out.held.made, out.held.possible, out.held.rate_upm) == ([], 7_210, 7_200, 120)
    assert (plant.totals(plant.table), listed(plant)) == ({}, [(7_210, None, None)])
    done = do(plant, "count.release_entry", entry_id=out.entry_id, why="the other table was counted here")
    assert plant.totals(plant.table) == plant.sums(plant.table, 0, 60) == {"good": 7_190, "scrap": 20}
    assert {(e.by_name, e.comment, e.entry_id) for e in plant.entries(plant.table)} == {
        ("anna", "two shifts?", done.known)
    }
    assert plant.totals(plant.table, as_of=done.known - 1) == {}
    do(plant, "count.hold_again", entry_id=out.entry_id, decided=done.output.decided)
    assert (plant.totals(plant.table), listed(plant)) == ({}, [(7_210, None, None)])


def test_it_is_put_right_or_rejected_with_a_reason(plant: Plant) -> None:
    plant.now(60)
    first, second = (enter(plant, good=9_000, **HOUR).entry_id for _ in range(2))
    do(plant, "count.release_entry", entry_id=first, good=900, why="one nought too many")
    assert plant.totals(plant.table) == {"good": 900}
    with pytest.raises(InvalidError, match="needs a reason"):
        do(plant, "count.reject_entry", entry_id=second)
    do(plant, "count.reject_entry", entry_id=second, why="entered twice")
    assert plant.totals(plant.table) == {"good": 900}
    assert listed(plant) == [(9_000, "released", "one nought too many"), (9_000, "rejected", "entered twice")]
    for verb in ("count.release_entry", "count.withdraw_held"):
        with pytest.raises(ConflictError, match="anna rejected it at"):
            do(plant, verb, entry_id=second)


def test_whoever_entered_it_takes_it_back(plant: Plant) -> None:
    plant.now(60)
    out = enter(plant, good=9_000, **HOUR)
    do(plant, "count.withdraw_held", entry_id=out.entry_id)
    assert (plant.totals(plant.table), listed(plant)) == ({}, [(9_000, "withdrawn", None)])


@pytest.mark.parametrize("before, given, held", [
    (0,     {"good": 7_200, **HOUR},                           False),
    (0,     {"good": 7_201, **HOUR},                           True),
    (7_000, {"good": 201, **HOUR},                             True),   # with those that are there
    (7_000, {"scrap": 200, **HOUR},                            False),
    (7_000, {"good": -100, "scrap": 100, **HOUR},              False),  # no piece more
    (7_000, {"infeed": 9_000, **HOUR},                         False),  # what comes in is not made
    (0,     {"good": 7_201},                                   False),  # of the shift, as long as it is known
    (0,     {"good": 7_301},                                   True),
    (0,     {"good": 121, "start": when(59), "end": when(60)}, True),
])  # fmt: skip
def test_when_it_is_more_than_the_rate_allows(plant: Plant, before: int, given: dict[str, Any], held: bool) -> None:
    plant.now(60)
    enter(plant, infeed=1, good=before, **HOUR)
    assert (enter(plant, **given).held is not None) is held


@pytest.mark.parametrize("job, made, held", [
    ({},                                            12_100, True),   # a counter's 200 a minute
    ({},                                            12_000, False),
    ({"product": "cola", "standard_rate_upm": 500}, 12_100, True),   # what the machine can counts, not the plan
])  # fmt: skip
def test_a_counted_machine_is_held_against_what_it_can(
    plant: Plant, job: dict[str, Any], made: int, held: bool
) -> None:
    plant.now(60)
    said = {"product": "water"} | job
    do(plant, "job.start", equipment_id=plant.filler, started_at=when(0), **said)
    out = do(plant, "count.enter", equipment_id=plant.filler, good=made).output
    assert (out.held is not None) is held


def test_a_job_with_a_rate_of_its_own_is_held_against_that(plant: Plant) -> None:
    plant.now(60)
    given = {"equipment_id": plant.table, "product": "cola", "standard_rate_upm": 300, "started_at": when(30)}
    do(plant, "job.start", **given)
    assert enter(plant, good=36_000, **HOUR).held is None
    assert enter(plant, good=1, **HOUR).held.rate_upm == 600


def test_who_may_enter_may_not_release(plant: Plant) -> None:
    plant.now(60)
    here = frozenset({plant.table, plant.line})
    operator = Scope(Actor("o", "Olga"), at={"plant.view": here, "count.enter": here, "shift.closed": here})
    out = do(plant, "count.enter", scope=operator, equipment_id=plant.table, good=9_000, **HOUR).output
    with pytest.raises(RefusedError, match=r"permission count\.review here"):
        do(plant, "count.release_entry", scope=operator, entry_id=out.entry_id)
    with pytest.raises(NotFoundError):
        do(plant, "count.release_entry", scope=operator, entry_id=99_999)
    do(plant, "count.release_entry", entry_id=out.entry_id)
    assert {entry.by_name for entry in plant.entries(plant.table)} == {"Olga"}


@pytest.mark.parametrize("given, comes_to, code", [
    ({"total": 100},                                        {"good": 100},                             None),
    ({"total": 100, "scrap": 7},                            {"good": 93, "scrap": 7},                  None),
    ({"total": 100, "good": 90},                            {"good": 90, "scrap": 10},                 None),
    ({"total": 100, "good": 90, "rework": 4},               {"good": 90, "scrap": 6, "rework": 4},     None),
    ({"total": 100, "good": 90, "scrap": 10},               {"good": 90, "scrap": 10},                 None),
    ({"total": 100, "good": 90, "scrap": 9},                {},                                       "count-sum"),
    ({"total": 100, "good": 101},                           {},                                       "count-negative"),
])  # fmt: skip
def test_of_total_good_and_scrap_two_give_the_third(
    plant: Plant, given: dict[str, int], comes_to: dict[str, int], code: str | None
) -> None:
    plant.now(60)
    try:
        enter(plant, **given, **HOUR)
        refused = None
    except InvalidError as error:
        refused = error.code
    assert (plant.totals(plant.table), refused) == (comes_to, code)


def test_over_the_api(plant: Plant) -> None:
    plant.now(60)
    routes = Api(plant.database)
    api.routes(routes, plant.rooms.holding)
    client = client_of(plant.everyone, routes)
    out = enter(plant, good=9_000, scrap=1, reason="dimension", **HOUR)
    where, asked = f"/api/v1/equipment/{plant.line}/held-entries", HOUR | {"only": "undecided"}
    (item,) = client.get(where, params=asked).json()["items"]
    said = {"good": 9_000, "scrap": 1, "reason": "dimension", "by": "anna", "made": 9_001, "possible": 7_200}
    assert item | said == item
    assert (item["decision"], item["start"], item["end"], item["looked_s"]) == (None, when(0), when(60), 3_600)
    done = client.post(f"/api/v1/held-entries/{out.entry_id}/release", json={"good": 900, "scrap": 1})
    assert [one["quantity"] for one in done.json()["items"]] == [900, 1]
    assert client.get(where, params=asked).json()["items"] == []
    again = client.post(f"/api/v1/held-entries/{out.entry_id}/reject", json={"reason": "no"})
    assert (again.status_code, again.json()["code"]) == (409, "entry-decided")


def test_all_that_waits_is_told_to_who_may_review_and_to_nobody_else(on_both: Plant) -> None:
    plant = on_both
    plant.now(60)
    plant.send([("state", 0, 6), ("total", 0, 1_000), ("total", 10, 21_000), ("total", 60, 21_001)], mark=60)
    plant.work()
    first = enter(plant, good=9_000, **HOUR).entry_id
    do(plant, "count.reject_entry", entry_id=enter(plant, good=8_000, **HOUR).entry_id, why="twice")
    routes = Api(plant.database)
    api.routes(routes, plant.rooms.holding)
    told = client_of(plant.everyone, routes).get("/api/v1/held").json()
    (jump,) = told["jumps"]
    assert (told["waiting"], [one["entry_id"] for one in told["entries"]]) == (2, [first])
    assert (jump["equipment_id"], jump["counter"], jump["quantity"]) == (plant.filler, "total", 20_000)
    here = frozenset({plant.table})
    lead = Scope(Actor("l", "Lea"), at={"plant.view": here, "count.review": here})
    assert client_of(lead, routes).get("/api/v1/held").json()["waiting"] == 1
    operator = Scope(Actor("o", "Olga"), at={"plant.view": here, "count.enter": here})
    assert client_of(operator, routes).get("/api/v1/held").status_code == 403
