"""Sums as files: interval by interval and job by job, in each form, and who gets them."""

from __future__ import annotations

import csv
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from exports_world import ADA, JOBS, T, seeing

from dovetail.core.clock import DAY_US, SECOND_US, to_rfc3339
from dovetail.core.errors import DovetailError, InvalidError, NotFoundError
from dovetail.db.uow import Database
from dovetail.exports import sums
from dovetail.exports.asked import AskExport
from dovetail.exports.model import Export
from dovetail.exports.service import ExportsRoom
from dovetail.forms.sheets import time_text
from dovetail.operations.operation import execute
from dovetail.taglists.xlsx import grid_of
from waiting import until

ADAS = seeing(ADA, 1, 2)
EVERY_30_S = {"aggregates": "TimeAverage2,Count,Maximum", "every_s": 30}
OVER_JOBS = {"aggregates": "Maximum", "over": "jobs", "equipment": 1}
EVENLY = [  # the stroke is 1.5, from 25 s on -2, bad from 40 s on, 9 from 70 s on
    (0, 30, (25 * 1.5 - 5 * 2.0) / 30, 2.0, 1.5),
    (30, 60, -2.0, None, None),  # its only sample is bad
    (60, 90, 9.0, 1.0, 9.0),
]


async def exported(room: ExportsRoom, database: Database, **given: object) -> Export:
    whole = {
        "tags": ["acme/press.stroke"], "start": to_rfc3339(T), "end": to_rfc3339(T + 90 * SECOND_US), "zone": "UTC"
    } | given  # fmt: skip
    asked = AskExport.model_validate(whole)
    export_id = execute(room.ask, asked, database=database, scope=ADAS).output.export_id
    await until(lambda: room.one(export_id, scope=ADAS).state != "running")
    found = room.one(export_id, scope=ADAS)
    assert found.state == "done", found.detail
    return found


@pytest.mark.parametrize("block", [1, 2, 2_000])
async def test_a_row_for_each_interval(
    room: ExportsRoom, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(sums, "EXPORT_BLOCK_ROWS", block)
    done = await exported(room, sqlite_database, aggregate=EVERY_30_S, shape="wide", format="parquet")
    assert (done.rows, done.wanted.file_name()) == (3, "press.stroke_aggregates_2026-01-05.parquet")
    table = pl.read_parquet(room.file(done.id, scope=ADAS)[1])
    columns = ["acme/press.stroke TimeAverage2", "acme/press.stroke Count", "acme/press.stroke Maximum"]
    assert table.columns == ["start", "end", *columns]
    edges = table.select(pl.col("start", "end").dt.epoch("us")).rows()
    assert edges == [(T + start * SECOND_US, T + end * SECOND_US) for start, end, *_ in EVENLY]
    assert table.select(columns).rows() == [pytest.approx(values) for _, _, *values in EVENLY]


async def test_long_says_how_far_each_may_be_believed(room: ExportsRoom, sqlite_database: Database) -> None:
    done = await exported(room, sqlite_database, aggregate=EVERY_30_S, format="csv")
    head, *rows = csv.reader(room.file(done.id, scope=ADAS)[1].read_text("utf-8-sig").splitlines())
    assert head == ["start (UTC)", "end (UTC)", "tag", "aggregate", "value", "unit", "status"]
    assert [row[3:] for row in rows[3:6]] == [
        ["TimeAverage2", "-2.0", "mm", "UncertainDataSubNormal, Calculated"],
        ["Count", "", "", "Bad"],
        ["Maximum", "", "mm", "BadNoData"],
    ]


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
async def test_a_row_for_each_job(room: ExportsRoom, sqlite_database: Database, form: str) -> None:
    """Each whole, though the period begins amid the first; one goes on, and so it has no end of its own."""
    begun = {"start": to_rfc3339(T + 10 * SECOND_US)}
    done = await exported(room, sqlite_database, aggregate=OVER_JOBS, format=form, shape="wide", language="de", **begun)
    path = room.file(done.id, scope=ADAS)[1]
    assert (done.rows, path.suffix) == (2, f".{form}")
    assert READ[form](path) == [("PO-a (lid)", "La", 1.5), ("PO-b (lid)", "Lb", 9.0)]


async def test_when_a_job_ended_is_told_on_the_clock_of_the_file(room: ExportsRoom, sqlite_database: Database) -> None:
    """In a sheet of wall times in UTC too: the hour that comes twice in autumn stays two hours."""
    told = {"aggregate": OVER_JOBS, "shape": "wide", "zone": "Europe/Prague"}
    done = await exported(room, sqlite_database, format="csv", **told)
    first, *_ = csv.DictReader(room.file(done.id, scope=ADAS)[1].read_text("utf-8-sig").splitlines())
    assert first["ended (Europe/Prague)"] == time_text(JOBS[0].t1_us or 0, ZoneInfo("Europe/Prague"))
    done = await exported(room, sqlite_database, format="xlsx", **told)
    head, row, *_ = [cells for _, cells in grid_of(room.file(done.id, scope=ADAS)[1].read_bytes())[0]]
    at = head.index("ended (Europe/Prague)")
    assert head[at + 1] == "ended (UTC)"
    assert float(row[at]) - float(row[at + 1]) == pytest.approx(1 / 24)


def _of_csv(path: Any) -> list[tuple[str, str, float]]:
    head, *rows = csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";")
    assert head == [
        "Beginn (UTC)", "Ende (UTC)", "Kennung", "Name", "Anlage", "Auftrag", "Produkt", "Los", "Mannschaft", "Grund",
        "beendet (UTC)", "acme/press.stroke Maximum [mm]",
    ]  # fmt: skip
    assert [row[10] for row in rows] == [time_text(JOBS[0].t1_us or 0, UTC), ""]
    return [(row[3], row[7], float(row[11].replace(",", "."))) for row in rows]


def _of_xlsx(path: Any) -> list[tuple[str, str, float]]:
    _, *rows = [row for _, row in grid_of(path.read_bytes())[0]]
    return [(row[3], row[7], float(row[11])) for row in rows]


def _of_parquet(path: Any) -> list[tuple[Any, ...]]:
    table = pl.read_parquet(path)
    assert table["equipment_id"].to_list() == [1, 1]
    return table.select("name", "lot", "acme/press.stroke Maximum").rows()


READ = {"csv": _of_csv, "xlsx": _of_xlsx, "parquet": _of_parquet}


async def test_who_may_not_see_the_machine_any_more_gets_nothing(room: ExportsRoom, sqlite_database: Database) -> None:
    over = {"aggregates": "Count", "over": "jobs", "equipment": 1}
    done = await exported(room, sqlite_database, tags=["acme/oven.on"], aggregate=over)
    assert room.file(done.id, scope=ADAS)[1].is_file()
    with pytest.raises(NotFoundError):
        room.file(done.id, scope=seeing(ADA, 2))


@pytest.mark.parametrize(
    "given, error, code",
    [
        ({"aggregates": "Mean"}, InvalidError, "aggregate"),
        ({"over": "jobs"}, InvalidError, "occasions"),  # of which machine?
        ({"over": "jobs", "equipment": 1, "every_s": 60}, InvalidError, "occasions"),
        ({"over": "jobs", "equipment": 3}, NotFoundError, "not-found"),  # out of scope looks like none
        ({"every_s": 0.0001}, InvalidError, "export-interval"),
    ],
)
async def test_what_cannot_be_is_refused_at_once(
    room: ExportsRoom, sqlite_database: Database, given: dict[str, Any], error: type[DovetailError], code: str
) -> None:
    with pytest.raises(error) as refused:
        await exported(room, sqlite_database, aggregate=given, start=to_rfc3339(T - DAY_US))
    assert refused.value.code == code
    assert room.mine(scope=ADAS) == []
