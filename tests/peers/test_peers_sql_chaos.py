"""A real PostgreSQL behind a spoiled cable: the link stands every trial, and each row is taken once."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from dovetail.grading.examining import examine
from dovetail.testing.bench import Trial
from dovetail.testing.benches import SqlBench
from dovetail.testing.matrix import EXPECTED, play

psycopg = pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
pytestmark = [pytest.mark.peers, pytest.mark.postgres]
CELLS: list[Trial] = [trial for trial in EXPECTED if trial not in SqlBench.cannot]
ROLE = "do $$ begin create role reader login; exception when duplicate_object then null; end $$"


@pytest.fixture
def make(postgres_url: str) -> Callable[[], SqlBench]:
    """One more table of that server."""
    folder, numbers = psycopg.conninfo.conninfo_to_dict(postgres_url)["host"], count()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(ROLE)

    def one() -> SqlBench:
        url = postgres_url.replace("postgresql://", "postgresql+psycopg://", 1)
        return SqlBench(url, reader="reader", socket=f"{folder}/.s.PGSQL.5432", table=f"tried_{next(numbers)}")

    return one


@pytest.mark.parametrize("trial", ["server restart", *(pytest.param(one, marks=pytest.mark.soak) for one in CELLS[1:])])
async def test_a_table_behind_a_spoiled_cable(make: Callable[[], SqlBench], trial: Trial) -> None:
    assert (await play(trial, make(), make())).failed == []


@pytest.mark.soak
async def test_what_is_kept_of_the_driver_is_what_is_seen_again(make: Callable[[], SqlBench]) -> None:
    kept = json.loads((Path(__file__).parents[2] / "docs" / "grades.json").read_text(encoding="utf-8"))["sql"]
    report = await examine("sql", [make])
    assert report.verdicts == {name: one["verdict"] for name, one in kept.items()}, report.found
