"""Rows of somebody else's database: each is taken once, in time, and nothing is ever changed there."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taking_world import Taking, until

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock, from_rfc3339
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import Point, Surroundings
from dovetail.drivers.sql import pages
from dovetail.drivers.sql.address import parse_address
from dovetail.drivers.sql.statement import checked, plain

F64, I64, BOOL, STR = Kind.F64, Kind.I64, Kind.BOOL, Kind.STR
PLUGIN = load("dovetail.drivers", "sql")
PIECES = "select id, made_at, machine, good from pieces"


# --- what may be asked ----------------------------------------------------------------------------------------

ASKED = [
    "select id from t",
    "SELECT id FROM t",
    "with x as (select 1 as id) select id from x",
    "select id, 'drop table; --' as note from t",
    "select \"update\" from t where a = 'it''s'",
    "select [delete], `insert` from t",
    "select id from t -- the new ones",
    "-- the new ones\n(select id from t)",
    "select /* into */ id from t",
    "select $$insert;$$ as a, id from t",
    "select replace(a, 'x', 'y') from t",
    "select updated_at from t",
    "select id from t -- the new ones;",  # the remark's own
    "select 'C:\\temp' as a from t",
]
REFUSED = [
    ("insert into t values (1)", "begins with SELECT"),
    ("select 1; drop table t", "one statement only"),
    ("select 1 --1; drop table t", "two dashes"),
    ("select 1 /*! ; drop table t */", "run by MySQL"),
    ("select '\\' or '; drop table t; -- '", "backslash"),
    ("select 1;;", "one statement only"),
    ("select * into x from t", "only reads: there is INTO"),
    ("with x as (delete from t returning *) select * from x", "only reads: there is DELETE"),
    ("select * from t for update", "only reads: there is UPDATE"),
    ("select 'open from t", "does not end"),
    ("select 1 /* open", "does not end"),
    ("explain analyze select 1", "begins with SELECT"),
    ("", "begins with SELECT"),
    ("-- only a remark", "begins with SELECT"),
    ('"sp_configure" select', "begins with SELECT"),  # SQL Server would call it
    ("[x] select 1", "begins with SELECT"),
]


@pytest.mark.parametrize("statement", ASKED)
def test_one_select_is_accepted(statement: str) -> None:
    assert checked(statement) == statement
    assert checked(f"{statement}\n;") == statement


@pytest.mark.parametrize(("statement", "why"), REFUSED)
def test_what_is_no_single_select_is_refused(statement: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        checked(statement)


def test_a_colon_is_a_colon() -> None:
    assert plain("select '10:30', x::int, :y") == r"select '10\:30', x::int, \:y"


OPTIONS = [
    ({"url": "postgresql://reader:secret@host/db"}, "no password in the URL"),
    ({"url": "postgresql:///db"}, "a host stands after"),
    ({"url": "postgresql://host/db?options=-c%20x"}, "nothing after"),
    ({"url": "foxpro://host/db"}, "one of postgresql"),
    ({"url": "sqlite:///relative.db"}, "whole path"),
    ({"url": "sqlite:////srv/../etc/x.db"}, "whole path"),
    ({"password": "secret"}, "secret://name"),
    ({"statement": "delete from t"}, "begins with SELECT"),
    ({"watermark": "#1"}, "no column's name"),
    ({"zone": "Nowhere"}, "no time zone"),
]


@pytest.mark.parametrize(("given_options", "why"), OPTIONS)
def test_options_that_cannot_be_meant(given_options: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        PLUGIN.check({"url": "postgresql://reader@host/db", "statement": PIECES, "watermark": "id", **given_options})


def test_the_place_is_shown_without_the_user() -> None:
    options = PLUGIN.check({"url": "postgresql://reader@host:5433/db", "statement": PIECES, "watermark": "id"})
    assert options.where() == "postgresql://host:5433/db"


@pytest.mark.parametrize("address", ["#3", "@1-2", "/a", "a?#1=2", ""])
def test_addresses_that_are_no_columns(address: str) -> None:
    with pytest.raises(ConfigError):
        parse_address(address)


async def test_a_driver_that_is_not_installed_is_named() -> None:
    given_options = {"url": "mysql://reader@127.0.0.1/db", "statement": PIECES, "watermark": "id"}
    driver = PLUGIN.open(PLUGIN.check(given_options), Surroundings(SystemClock()))
    with pytest.raises(ConfigError, match="pymysql is not installed"):
        await driver.open()


# --- watermarks -----------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 6), max_size=30), st.integers(1, 5), st.integers(0, 3), st.randoms())
def test_however_rows_appear_within_reach_each_is_taken_once(
    marks: list[int], size: int, look_back: int, chance: random.Random
) -> None:
    """Rows come in the order of their watermarks, but for the reach of `look_back`, and are asked for in between."""
    shuffled = sorted(range(len(marks)), key=lambda n: marks[n] + chance.uniform(0, look_back + 0.5))
    table: list[tuple[int, str]] = []
    taken: list[str] = []
    position: pages.Position | None = None
    waiting = [(marks[n], f"row {n}") for n in shuffled]
    for upto in [*range(0, len(waiting), 3), len(waiting)]:
        table = sorted(waiting[:upto])
        while True:
            lower = -1 if position is None else position.lower(look_back)
            limit = size + (0 if position is None else len(position.seen))
            page = [row for row in table if row[0] >= lower][:limit]
            new, position = pages.advance(position, page, look_back)
            position = None if position is None else pages.loads(position.dumps())  # as after a restart
            taken += [page[index][1] for index in new]
            if not new:
                break
    assert sorted(taken) == sorted(name for _, name in waiting)


MARKS = [
    7, -1, 2.5, Decimal("1.10"), "AB-7", b"\x00\x01", date(2026, 3, 1),
    datetime(2026, 3, 1, 10, 0, 0, 123456), datetime(2026, 3, 1, tzinfo=UTC),
]  # fmt: skip


@pytest.mark.parametrize("mark", MARKS)
def test_a_watermark_is_remembered_to_the_last_digit(mark: Any) -> None:
    assert pages.loads(pages.Position(mark, ((mark, "x"),)).dumps()) == pages.Position(mark, ((mark, "x"),))


def test_a_watermark_that_tells_nothing_apart_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SEEN_MAX", 3)
    with pytest.raises(ConfigError, match="4 rows lie within reach"):
        pages.advance(None, [(1, str(n)) for n in range(4)], 0)
    with pytest.raises(ConfigError, match="cannot be compared"):
        pages.Position(None).dumps()
    with pytest.raises(ConfigError, match="needs a watermark that is a number"):
        pages.Position("AB").lower(5)


# --- a database -----------------------------------------------------------------------------------------------


class Bench:
    """The results of a test bench, in SQLite."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.do("create table pieces (id integer, made_at text, machine text, good real)")

    def do(self, statement: str, rows: Any = ((),)) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executemany(statement, rows)
            connection.commit()

    def add(self, *ids: int, machine: str = "M1", at: str = "2026-03-02 11:00:00") -> None:
        self.do("insert into pieces values (?, ?, ?, ?)", [(n, at, machine, n / 2) for n in ids])

    def options(self, **given_options: Any) -> dict[str, Any]:
        url = f"sqlite:///{self.path}"
        start = {"url": url, "statement": PIECES, "watermark": "id", "start": "beginning", "every_s": 0.2}
        return {**start, **given_options}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "bench.db")


@pytest.fixture
async def taking(tmp_path: Path) -> AsyncIterator[Taking]:
    made = Taking("sql", tmp_path)
    yield made
    await made.end()


async def test_rows_become_samples_of_several_tags_at_their_own_time(taking: Taking, bench: Bench) -> None:
    bench.add(1, 2)
    bench.add(3, machine="M2")
    options = bench.options(time="made_at", zone="Europe/Prague")
    await taking.begin(options, ("good?machine=M1", F64), ("GOOD?machine=M2", F64), ("machine", STR))
    await until(lambda: taking.kept.values(3) == ["M1", "M1", "M2"])
    at = from_rfc3339("2026-03-02T10:00:00Z")
    assert taking.kept.rows(1) == [(at, 0.5), (at + 1, 1.0)]  # two of one second are two
    assert taking.kept.values(2) == [1.5]


async def test_new_rows_are_taken_in_every_life_and_old_ones_never_again(taking: Taking, bench: Bench) -> None:
    for life in range(3):
        bench.add(*range(life * 10, life * 10 + 10))
        await taking.begin(bench.options(max_rows=3), ("id", I64))
        await until(lambda wanted=(life + 1) * 10: len(taking.kept.values()) >= wanted)
        await taking.end()
    assert taking.kept.values() == list(range(30))


async def test_from_now_on_what_is_there_counts_as_taken(taking: Taking, bench: Bench) -> None:
    bench.add(1, 2, 3)
    await taking.begin(bench.options(start="now"), ("id", I64))
    await until(lambda: taking.told(1))
    bench.add(4, 5)
    await until(lambda: taking.kept.values() == [4, 5])
    await taking.end()
    bench.add(6)  # while nobody looked: it is not "there already" for the next life
    await taking.begin(bench.options(start="now"), ("id", I64))
    await until(lambda: taking.kept.values() == [4, 5, 6])


async def test_one_more_row_of_the_same_watermark_and_one_that_came_late_are_found(
    taking: Taking, bench: Bench
) -> None:
    bench.add(10, machine="A")
    await taking.begin(bench.options(look_back=5), ("id", I64), ("machine", STR))
    await until(lambda: taking.kept.values(2) == ["A"])
    bench.add(10, machine="B")  # the same watermark
    await until(lambda: taking.kept.values(2) == ["A", "B"])
    bench.add(7, machine="C")  # a transaction that began earlier and ended later
    await until(lambda: taking.kept.values(2) == ["A", "B", "C"])


async def test_a_bad_row_stops_the_link_or_is_left_out(taking: Taking, bench: Bench) -> None:
    bench.add(1)
    bench.do("insert into pieces values (2, '', 'M1', 'broken')")
    bench.add(3)
    await taking.begin(bench.options(), ("good", F64))
    assert taking.task is not None
    with pytest.raises(ConfigError, match="the row with id = 2, column good: 'broken' is no value of kind f64"):
        await asyncio.wait_for(taking.task, 15)
    assert taking.kept.values() == []
    await taking.end()
    await taking.begin(bench.options(bad_row="skip"), ("good", F64))
    await until(lambda: taking.kept.values() == [0.5, 1.5])


async def test_a_column_that_is_not_there_is_bad_alone(taking: Taking, bench: Bench) -> None:
    bench.add(1)
    driver = await taking.begin(bench.options(), ("id", I64), ("nope", F64))
    await until(lambda: taking.kept.values() == [1])
    assert taking.told(2) == [(None, q.BAD_CONFIG)]
    assert (await driver.probe()).device_us is None
    with pytest.raises(PointError):
        await driver.write(Point(1, "id", I64), 1)


REFUSALS = [
    ({"statement": "select id from nowhere"}, ConfigError, "no such table"),
    ({"watermark": "nope"}, ConfigError, "no such column"),
    ({"statement": "select id from"}, ConfigError, "syntax error"),
    ({"url": "sqlite:////nowhere/at/all.db"}, LinkError, "unable to open"),
    ({"statement": "with recursive c(id) as (select 1 union all select id + 1 from c) select max(id) as id from c",
      "timeout_s": 0.5}, LinkError, "no answer within 0.5 s"),
]  # fmt: skip


@pytest.mark.parametrize(("given_options", "kind", "why"), REFUSALS)
async def test_what_the_database_refuses_is_said(
    bench: Bench, given_options: dict[str, Any], kind: type[Exception], why: str
) -> None:
    driver = PLUGIN.open(PLUGIN.check(bench.options(**given_options)), Surroundings(SystemClock()))
    with pytest.raises(kind, match=why):
        await driver.open()
    await driver.close()


async def test_nothing_is_written_and_our_own_records_are_not_read(bench: Bench, tmp_path: Path) -> None:
    driver = PLUGIN.open(PLUGIN.check(bench.options()), Surroundings(SystemClock()))
    await driver.open()
    with pytest.raises(Exception, match="readonly database"):
        driver._database._engine.connect().exec_driver_sql("delete from pieces")
    await driver.close()
    (tmp_path / "owner.lock").touch()
    driver = PLUGIN.open(PLUGIN.check(bench.options()), Surroundings(SystemClock()))
    with pytest.raises(ConfigError, match="data folder of an installation"):
        await driver.open()
    await driver.close()


async def test_on_trial_the_newest_rows_are_shown_and_count_as_not_taken(bench: Bench) -> None:
    bench.add(1)
    bench.add(2, machine="M2")
    driver = PLUGIN.open(PLUGIN.check(bench.options()), Surroundings(SystemClock()))
    await driver.open()
    assert [(one.address, one.kind) for one in await driver.browse()] == [
        ("id", I64), ("made_at", STR), ("machine", STR), ("good", F64),
    ]  # fmt: skip
    batches = await driver.read([Point(0, "good?machine=M1", F64), Point(1, "nope", F64)])
    assert sorted(row[::2] for batch in batches for row in batch.rows()) == [(0, 0.5), (1, None)]
    await driver.close()
