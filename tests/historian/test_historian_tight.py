"""What sealing and joining left behind in a PostgreSQL is given back once a day is put together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import psycopg
import pytest
from naive_historian import frame, rows_of

from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, SECOND_US
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.serverlink import tightening
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from samples_stores import ServerStore

pytestmark = pytest.mark.postgres
ALL = system_scope("test")
TAGS, SEALINGS, EACH = 20, 6, 40
CHUNKS = "historian.chunk_2026_01"
ADDED = [
    [(tag, DAY_ZERO_US + at * SECOND_US + tag, float(value), 0xC0) for tag, value in enumerate(values, 1)]
    for at, values in enumerate(np.random.default_rng(1).normal(size=(SEALINGS * EACH, TAGS)))
]


@pytest.fixture
def inside(server_store: ServerStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection]:
    """Beside the historian's own connections; a few kilobytes are worth it here."""
    monkeypatch.setattr(tightening, "LEAST", 0)
    server_store.empty()
    with psycopg.connect(server_store.url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def historian(server_store: ServerStore, inside: psycopg.Connection) -> Iterator[Historian]:
    """A day of small chunks, each written anew at every sealing; and the day after it."""
    clock = ManualClock()
    opened = Historian(server_store.open(), clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    for part in range(SEALINGS):
        rows = [row for moment in ADDED[part * EACH : (part + 1) * EACH] for row in moment]
        opened.put([frame(part + 1, rows)])
        opened.seal_once()
    clock.tick(2 * DAY_US)
    yield opened
    opened.close()


def compacted(historian: Historian) -> None:
    while historian.compact_once():
        pass
    found = rows_of(historian.raw(list(range(1, TAGS + 1)), 0, DAY_ZERO_US + DAY_US, scope=ALL))
    assert found == sorted((row for moment in ADDED for row in moment), key=lambda row: (row[1], row[0]))


def size(inside: psycopg.Connection) -> int:
    (found,) = inside.execute("select pg_table_size(to_regclass(%s))", (CHUNKS,)).fetchone() or (0,)
    return int(found)


def used(inside: psycopg.Connection) -> int:
    (found,) = inside.execute(f"select sum(pg_column_size(body)) from {CHUNKS}").fetchone() or (0,)
    return int(found)


def test_a_table_that_is_mostly_air_is_written_anew(historian: Historian, inside: psycopg.Connection) -> None:
    before = size(inside)
    compacted(historian)
    assert size(inside) < before / 2
    assert size(inside) < used(inside) + TAGS * tightening.ROW_BYTES + 5 * 8_192  # the page that each part ends with


def test_one_that_somebody_reads_stays_as_it_is(historian: Historian, inside: psycopg.Connection) -> None:
    before = size(inside)
    with inside.transaction():
        inside.execute(f"select 1 from {CHUNKS} limit 1")
        compacted(historian)
    assert size(inside) >= before


def test_a_large_one_stays_as_it_is(
    historian: Historian, inside: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = size(inside)
    monkeypatch.setattr(tightening, "TIGHTEN_BYTES_MAX", 1)
    compacted(historian)
    assert size(inside) >= before
