"""A real PostgreSQL as somebody else's database: late commits, a cut cable, a killed session, a life that is killed."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import orjson
import pytest

sys.path.append(str(Path(__file__).parents[1] / "drivers"))  # the world of links that take for good stands there
import taking_life
from taking_life import Life
from taking_world import Taking, until

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError, LinkError

psycopg = pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
pytestmark = [pytest.mark.peers, pytest.mark.postgres]
TABLE = """
drop table if exists pieces;
create table pieces (id bigserial, made_at timestamptz default clock_timestamp(), machine text, good numeric(12,2));
do $$ begin create role reader login; exception when duplicate_object then null; end $$;
grant select on pieces to reader;
"""
POINTS = (("spool.written", 2), ("spool.kept", 1), ("spool.delivered", 2), ("sql.taken", 1))
LIFE_ROWS = 25
PIECES = "select id, made_at, machine, good, '10:30'::text as shift from pieces"


class Cable:
    """From a port of TCP to the socket on which the database listens: it can be cut and mended. A thread of its own."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cable", daemon=True)
        self._thread.start()
        self._flows: set[asyncio.Task[None]] = set()
        self._is_cut = False
        self._server = self._do(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]

    def _do(self, job: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(job, self._loop).result(20)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._carry, "127.0.0.1", 0)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._flows.add(task)
        with suppress(OSError, asyncio.CancelledError):
            if not self._is_cut:
                far_reader, far_writer = await asyncio.open_unix_connection(self._target)
                try:
                    await asyncio.gather(_flow(reader, far_writer), _flow(far_reader, writer))
                finally:
                    far_writer.close()
        writer.close()
        self._flows.discard(task)

    async def _cut(self) -> None:
        self._is_cut = True
        flows = [*self._flows]
        for task in flows:
            task.cancel()
        await asyncio.gather(*flows, return_exceptions=True)

    def cut(self) -> None:
        self._do(self._cut())

    def mend(self) -> None:
        self._is_cut = False

    async def _end(self) -> None:
        self._server.close()
        await self._cut()

    def remove(self) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


async def _flow(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
    sink.close()


@pytest.fixture
def cable(postgres_url: str) -> Iterator[Cable]:
    folder = psycopg.conninfo.conninfo_to_dict(postgres_url)["host"]
    laid = Cable(f"{folder}/.s.PGSQL.5432")
    yield laid
    laid.remove()


@pytest.fixture
def writer(postgres_url: str) -> Iterator[Any]:
    """The program that fills the table."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(TABLE)
        yield connection


@pytest.fixture
async def taking(tmp_path: Path) -> AsyncIterator[Taking]:
    made = Taking("sql", tmp_path)
    yield made
    await made.end()


def options(cable: Cable, **given: Any) -> dict[str, Any]:
    url = f"postgresql://reader@127.0.0.1:{cable.port}/postgres"
    return {"url": url, "statement": PIECES, "watermark": "id", "start": "beginning", "every_s": 0.2, **given}


def add(writer: Any, count: int, machine: str = "M1") -> None:
    for _ in range(count):
        writer.execute("insert into pieces (machine, good) values (%s, 12.5)", (machine,))


async def test_rows_come_with_their_own_types_and_times(taking: Taking, cable: Cable, writer: Any) -> None:
    add(writer, 3)
    await taking.begin(options(cable, time="made_at"), ("id", Kind.I64), ("good", Kind.F64), ("shift", Kind.STR))
    await until(lambda: taking.kept.values() == [1, 2, 3])
    assert taking.kept.values(2) == [12.5] * 3 and taking.kept.values(3) == ["10:30"] * 3
    assert all(abs(at_us / 1e6 - time.time()) < 60 for at_us, _ in taking.kept.rows(1))


async def test_a_transaction_that_ends_late_is_found_within_reach(
    taking: Taking, cable: Cable, writer: Any, postgres_url: str
) -> None:
    """Its rows have lower numbers than rows that were seen before them."""
    with psycopg.connect(postgres_url) as slow:
        slow.execute("insert into pieces (machine) values ('slow')")
        add(writer, 2, "fast")
        await taking.begin(options(cable, look_back=1000), ("machine", Kind.STR))
        await until(lambda: taking.kept.values() == ["fast", "fast"])
        slow.commit()
    await until(lambda: taking.kept.values() == ["fast", "fast", "slow"])


async def test_a_time_as_watermark_with_many_rows_of_one_moment(taking: Taking, cable: Cable, writer: Any) -> None:
    writer.execute(
        "insert into pieces (machine, made_at) select 'M' || n, '2026-03-01 10:00Z' from generate_series(1, 50) n"
    )
    await taking.begin(options(cable, watermark="made_at", tie="id", max_rows=7, look_back=2), ("id", Kind.I64))
    await until(lambda: len(taking.kept.values()) >= 50)
    writer.execute("insert into pieces (machine, made_at) values ('late', '2026-03-01 09:59:59Z')")
    await until(lambda: len(taking.kept.values()) >= 51)
    assert sorted(taking.kept.values()) == list(range(1, 52))


async def test_a_cut_cable_is_a_lost_link_and_rows_go_on_where_they_were(
    taking: Taking, cable: Cable, writer: Any
) -> None:
    add(writer, 2)
    await taking.begin(options(cable), ("id", Kind.I64))
    await until(lambda: taking.kept.values() == [1, 2])
    cable.cut()
    assert taking.task is not None
    with pytest.raises(LinkError, match="cannot be asked"):
        await asyncio.wait_for(taking.task, 30)
    await taking.end()
    add(writer, 2)
    cable.mend()
    await taking.begin(options(cable), ("id", Kind.I64))
    await until(lambda: taking.kept.values() == [1, 2, 3, 4])


async def test_a_session_that_the_database_ends_is_made_anew(taking: Taking, cable: Cable, writer: Any) -> None:
    """As a restart does, between two questions."""
    add(writer, 1)
    await taking.begin(options(cable, every_s=1.0), ("id", Kind.I64))
    await until(lambda: taking.kept.values() == [1])
    writer.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader'")
    add(writer, 1)
    with suppress(LinkError):
        await until(lambda: len(taking.kept.values()) == 2)


REFUSED = [
    ({"statement": "select id from secrets"}, "does not exist"),
    ({"statement": "select nextval('pieces_id_seq') as id"}, "read-only|permission denied"),
    ({"url": "postgresql://nobody@127.0.0.1:{port}/postgres"}, 'role "nobody" does not exist'),
    ({"url": "postgresql://reader@127.0.0.1:{port}/elsewhere"}, "does not exist"),
]


@pytest.mark.parametrize(("given", "why"), REFUSED)
async def test_what_a_person_must_mend_is_said(
    taking: Taking, cable: Cable, writer: Any, given: dict[str, str], why: str
) -> None:
    assert writer
    with pytest.raises(ConfigError, match=why):
        await taking.begin(
            options(cable, **{name: text.replace("{port}", str(cable.port)) for name, text in given.items()})
        )


async def test_a_question_that_takes_too_long_has_an_end(taking: Taking, cable: Cable, writer: Any) -> None:
    add(writer, 1)
    slow = "select id, pg_sleep(20)::text as s from pieces"
    with pytest.raises(LinkError, match="no answer within 1 s"):
        await taking.begin(options(cable, statement=slow, timeout_s=1))


def wait_until_taken(spool: Path, mark: str) -> None:
    """The last row is taken, and nothing waits."""
    deadline = time.monotonic() + 30
    with closing(sqlite3.connect(spool, timeout=10)) as file:
        while True:
            (position,) = file.execute("select value from memory where key = 'watermark:id'").fetchone()
            (waiting,) = file.execute("select count(*) from parcel").fetchone()
            if orjson.loads(position)[0] == ["i", mark] and not waiting:
                return
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.mark.kills
@pytest.mark.parametrize("kills", [2, pytest.param(len(POINTS), marks=pytest.mark.soak)])
def test_a_kill_at_any_moment_takes_each_row_once(tmp_path: Path, cable: Cable, writer: Any, kills: int) -> None:
    """Rows without times, so that nothing but the bookkeeping tells them apart."""
    chance = random.Random(5)
    life = Life("sql", options(cable, max_rows=7, look_back=20), [("id", int(Kind.I64))], str(tmp_path))
    for kill_at in chance.sample(POINTS, kills):
        add(writer, LIFE_ROWS)
        process = taking_life.begin(Life(life.driver, life.options, life.points, life.folder, kill_at))
        assert process.wait(30) == -9, kill_at
        taking_life.end(process)
    add(writer, LIFE_ROWS)
    process = taking_life.begin(life)
    time.sleep(chance.random() / 2)  # the moment is what is tried here
    taking_life.end(process)
    process = taking_life.begin(life)
    rows = LIFE_ROWS * (kills + 1)
    wait_until_taken(tmp_path / "spool.db", str(rows))
    time.sleep(0.5)  # whatever would come twice
    taking_life.end(process)
    assert taking_life.stored(tmp_path, 1) == Counter(range(1, rows + 1))
