"""Definitions that are put into the past: what they say of each moment, and what was known before."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dovetail.core.scope import system_scope
from dovetail.db import versioned
from dovetail.db.uow import Database
from dovetail.materials.store import material_definition as table
from shortcuts import examples

SYSTEM = system_scope("test").actor
LAST = 12  # moments that are looked at
BODY = st.one_of(st.none(), st.integers(0, 3).map(lambda n: {"n": n}))
PUT = st.tuples(st.just("put"), st.integers(0, LAST), st.none(), BODY)
RESTATE = st.tuples(st.just("restate"), st.integers(0, LAST), st.one_of(st.none(), st.integers(1, 6)), BODY)


def told(database: Database, key: str, as_of: int | None) -> list[Any]:
    with database.read() as reading:
        return [versioned.at(reading, table, at_us=at, as_of=as_of).get(key) for at in range(LAST + 1)]


def do(database: Database, key: str, act: tuple[str, int, int | None, Any]) -> int:
    what, from_us, lasts_us, body = act
    to_us = versioned.EVER_US if lasts_us is None else from_us + lasts_us
    with database.write(SYSTEM) as uow:
        {
            "put": lambda: versioned.put(uow, table, {key: body}, valid_from_us=from_us),
            "restate": lambda: versioned.restate(uow, table, {key: [(from_us, body)]}, from_us=from_us, to_us=to_us),
        }[what]()
        return uow.known


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(PUT | RESTATE, min_size=1, max_size=6))
def test_each_moment_has_what_was_said_of_it_last_and_the_past_stays_known(
    sqlite_database: Database, acts: list[Any]
) -> None:
    with sqlite_database.read() as reading:
        key = f"k{reading.known_now()}"
    expected: list[Any] = [None] * (LAST + 1)
    known: dict[int, list[Any]] = {}
    for act in acts:
        _, from_us, lasts_us, body = act
        to_us = LAST + 1 if lasts_us is None else min(LAST + 1, from_us + lasts_us)
        expected = [*expected[:from_us], *[body] * (to_us - from_us), *expected[to_us:]]
        known[do(sqlite_database, key, act)] = expected
        assert told(sqlite_database, key, None) == expected
    assert {one: told(sqlite_database, key, one) for one in known} == known


def test_on_postgresql_too(database: Database) -> None:
    do(database, "cola", ("put", 2, None, {"n": 1}))
    do(database, "cola", ("put", 6, None, {"n": 2}))
    known = do(database, "cola", ("restate", 4, 4, {"n": 3}))
    n = [None if one is None else one["n"] for one in told(database, "cola", None)]
    assert n == [None, None, 1, 1, 3, 3, 3, 3, 2, 2, 2, 2, 2]
    before = [None if one is None else one["n"] for one in told(database, "cola", known - 1)]
    assert before == [None, None, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2]
