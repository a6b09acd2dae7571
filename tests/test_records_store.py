"""The transaction that carries everything: change, audit, events and order of knowledge, on both stores."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pydantic import BaseModel
from sqlalchemy import text

from dovetail.core.bus import Bus
from dovetail.core.errors import ConflictError, InvalidError, RefusedError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db import versioned
from dovetail.db.uow import Database
from dovetail.operations import store
from dovetail.operations.operation import Call, Catalogue, Input, Operation, Undo, execute
from dovetail.testing.clock import ManualClock

rates = versioned.versioned_table("test_rate")
SYSTEM = system_scope().actor


@dataclass(frozen=True, slots=True)
class Happened:
    what: str


class SetRate(Input):
    product: str
    rate_upm: int
    secret: str = ""


class RateSet(BaseModel):
    before_upm: int


def set_rate(call: Call, given: SetRate) -> RateSet:
    current = versioned.at(call.uow, rates, at_us=call.clock.now_us()).get(given.product, {"upm": 0})
    versioned.put(call.uow, rates, {given.product: {"upm": given.rate_upm}}, valid_from_us=call.clock.now_us())
    call.uow.emit(Happened(given.product))
    return RateSet(before_upm=current["upm"])


SET_RATE = Operation(
    name="rate.set",
    summary="Set a rate",
    permission="plant.edit",
    input=SetRate,
    output=RateSet,
    handler=set_rate,
    reason="required",
    undo=lambda given, out: Undo("rate.set", SetRate(product=given.product, rate_upm=out.before_upm)),
    secret_fields=frozenset({"secret"}),
)


def rate(database: Database, clock: ManualClock) -> int | None:
    with database.read() as reading:
        return versioned.at(reading, rates, at_us=clock.now_us()).get("cola", {}).get("upm")


def test_a_change_commits_with_its_audit_row_and_its_event(database: Database, clock: ManualClock, bus: Bus) -> None:
    heard: list[Happened] = []
    bus.subscribe(Happened, heard.append)
    given = SetRate(product="cola", rate_upm=90, secret="canary")
    done = execute(SET_RATE, given, database=database, scope=system_scope(), reason="new nozzle")
    assert heard == [Happened("cola")]
    assert rate(database, clock) == 90
    with database.read() as reading:
        row = store.find_audit(reading, done.audit_id)
        assert row is not None
        assert (row.operation, row.reason, row.given["secret"]) == ("rate.set", "new nozzle", "***")
        assert store.first_broken(reading) is None
        assert reading.connection.scalar(text("select count(*) from event_log")) == 1


def test_an_actor_without_the_permission_changes_nothing(database: Database, clock: ManualClock) -> None:
    nobody = Scope(actor=Actor(id="p1", name="Eve"))
    with pytest.raises(RefusedError):
        execute(SET_RATE, SetRate(product="cola", rate_upm=1), database=database, scope=nobody, reason="x")
    with pytest.raises(InvalidError):
        execute(SET_RATE, SetRate(product="cola", rate_upm=1), database=database, scope=system_scope())
    with database.read() as reading:
        assert reading.known_now() == 0
        assert reading.connection.scalar(text("select count(*) from audit")) == 0


def test_undo_is_an_operation_of_its_own(database: Database, clock: ManualClock) -> None:
    catalogue = Catalogue([SET_RATE])
    execute(SET_RATE, SetRate(product="cola", rate_upm=90), database=database, scope=system_scope(), reason="a")
    clock.tick(1_000)
    done = execute(SET_RATE, SetRate(product="cola", rate_upm=70), database=database, scope=system_scope(), reason="b")
    clock.tick(1_000)
    catalogue.undo(done.audit_id, database=database, scope=system_scope(), reason="mistyped")
    assert rate(database, clock) == 90


def test_a_repeated_request_answers_as_the_first_did(database: Database, clock: ManualClock) -> None:
    given = SetRate(product="cola", rate_upm=90)
    first = execute(SET_RATE, given, database=database, scope=system_scope(), reason="a", idempotency_key="k1")
    again = execute(SET_RATE, given, database=database, scope=system_scope(), reason="a", idempotency_key="k1")
    assert again == first
    other = SetRate(product="cola", rate_upm=91)
    with pytest.raises(ConflictError):
        execute(SET_RATE, other, database=database, scope=system_scope(), reason="a", idempotency_key="k1")


def test_definitions_keep_their_past_and_what_was_known_of_it(database: Database, clock: ManualClock) -> None:
    with database.write(SYSTEM) as uow:
        versioned.put(uow, rates, {"cola": {"upm": 90}}, valid_from_us=1_000)
    with database.write(SYSTEM) as uow:
        versioned.put(uow, rates, {"cola": {"upm": 70}}, valid_from_us=2_000)
    with database.write(SYSTEM) as uow:
        versioned.put(uow, rates, {"cola": None}, valid_from_us=1_500)
    with database.read() as reading:
        assert versioned.at(reading, rates, at_us=1_200) == {"cola": {"upm": 90}}
        assert versioned.at(reading, rates, at_us=2_500) == {}
        assert versioned.at(reading, rates, at_us=2_500, as_of=2) == {"cola": {"upm": 70}}
        assert [row[0] for row in versioned.history(reading, rates, "cola")] == [1_000, 1_500]


def test_a_transaction_that_fails_leaves_no_trace_and_tells_nobody(database: Database, bus: Bus) -> None:
    heard: list[Happened] = []
    bus.subscribe(Happened, heard.append)
    with pytest.raises(RuntimeError), database.write(SYSTEM) as uow:
        uow.emit(Happened("never"))
        assert uow.known == 1
        raise RuntimeError
    assert heard == []
    with database.read() as reading:
        assert reading.known_now() == 0


def test_a_changed_audit_row_breaks_the_chain(database: Database) -> None:
    for upm in (1, 2, 3):
        execute(SET_RATE, SetRate(product="cola", rate_upm=upm), database=database, scope=system_scope(), reason="r")
    with database.writer.begin() as connection:
        connection.execute(text("update audit set reason = 'other' where id = 2"))
    with database.read() as reading:
        assert store.first_broken(reading) == 2
