"""The same sums as JSON, as an Arrow stream and as plain float64: one answer in three forms."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from httpx2 import Response
from recaps_world import EVERYBODY, OVEN_ONLY, Happened, asked_by, at, baked, job, room_of

from dovetail.core.clock import to_rfc3339
from dovetail.db.uow import Database
from dovetail.forms.model import ARROW, F64
from dovetail.historian.service import Historian
from dovetail.testing.clock import ManualClock

HOUR = {"start": to_rfc3339(at(0)), "end": to_rfc3339(at(60))}
MAXIMA = {"tags": "acme/oven.temp,2", "aggregates": "MaximumActualTime,VarianceSample", "every_s": 1_200, **HOUR}
JOBS = {"tags": "acme/oven.temp", "over": "jobs", "equipment": 1, **HOUR}


@pytest.fixture
def happened() -> Happened:
    return Happened(jobs=[job("a", 0, 20, lot="L7"), job("b", 25, 30), job("c", 40, None)])


@pytest.fixture
def room(historian: Historian, sqlite_database: Database, clock: ManualClock, happened: Happened):
    clock.tick(at(60) - clock.now_us())
    baked(historian)
    return room_of(historian, sqlite_database, clock, happened)


def table(answer: Response) -> pa.Table:
    assert answer.headers["content-type"] == ARROW
    return pa.ipc.open_stream(answer.content).read_all()


def floats(answer: Response) -> tuple[dict[str, Any], list[dict[str, list[float]]]]:
    """As docs/how-to/read-samples.md says that they lie."""
    assert answer.headers["content-type"] == F64
    magic, length, _ = struct.unpack_from("<8sII", answer.content)
    assert magic == b"DVTF64\x01\x00"
    head, offset, found = json.loads(answer.content[16 : 16 + length]), 16 + length, list[dict[str, list[float]]]()
    for tag in head["tags"]:
        size = tag["rows"] * len(head["columns"])
        columns = np.frombuffer(answer.content, "<f8", size, offset).reshape(len(head["columns"]), tag["rows"])
        found.append(dict(zip(head["columns"], columns.tolist(), strict=True)))
        offset += columns.nbytes
    assert offset == len(answer.content)
    return head, found


def told(value: float) -> float | None:
    return None if math.isnan(value) else value


def test_intervals_say_the_same_in_each_form(room, sqlite_database: Database) -> None:
    client = asked_by(OVEN_ONLY, sqlite_database, room)
    plain = client.get("/aggregates", params=MAXIMA).json()
    rows = table(client.get("/aggregates", params=MAXIMA, headers={"accept": ARROW})).to_pylist()
    head, columns = floats(client.get("/aggregates", params={**MAXIMA, "format": "f64"}))
    assert len(plain["items"]) == len(columns) == 4
    for at_item, (item, of, column) in enumerate(zip(plain["items"], head["tags"], columns, strict=True)):
        mine = rows[at_item::4]  # interval by interval, in each tag by tag and aggregate by aggregate
        assert [(one["path"], one["aggregate"], one["unit"]) for one in mine] == [
            (item["path"], item["aggregate"], item["unit"])
        ] * 3
        assert (of["path"], of["aggregate"], of["unit"]) == (item["path"], item["aggregate"], item["unit"])
        ts = item["ts"] or plain["start"]
        assert [to_rfc3339(round(one["ts"].timestamp() * 1e6)) for one in mine] == ts
        assert [to_rfc3339(int(one)) for one in column["ts_us"]] == ts
        assert [one["value"] for one in mine] == item["value"] == [told(one) for one in column["value"]]
        assert [one["status"] for one in mine] == item["status"]
        assert [one["status_code"] for one in mine] == column["status"]
        assert [one["quality"] for one in mine] == item["quality"] == column["quality"]


def test_a_status_is_the_code_of_the_standard(room, sqlite_database: Database) -> None:
    """Part 4, 7.39 and Part 13, 5.4.3: an hour with a BAD part, calculated: UncertainDataSubNormal and its bits."""
    client = asked_by(EVERYBODY, sqlite_database, room)
    (row,) = table(client.get("/aggregates", params={"tags": "1", "format": "arrow", **HOUR})).to_pylist()
    assert row["status"].startswith("UncertainDataSubNormal, Calculated")
    assert row["status_code"] & 0xFFFF0C01 == 0x40A40401


def test_jobs_come_page_by_page_with_what_they_were(room, sqlite_database: Database) -> None:
    client = asked_by(OVEN_ONLY, sqlite_database, room)
    first = client.get("/aggregates/intervals", params={**JOBS, "format": "arrow", "limit": 2})
    second = client.get(
        "/aggregates/intervals", params={**JOBS, "format": "arrow", "cursor": first.headers["X-Next-Cursor"]}
    )
    assert "X-Next-Cursor" not in second.headers
    found = pl.from_arrow(pa.concat_tables([table(first), table(second)]))
    assert isinstance(found, pl.DataFrame)
    assert found.select("name", "job_order", "lot", "equipment", "value").rows() == [
        ("PO-a (bread)", "PO-a", "L7", "acme/oven", 190.0),
        ("PO-b (bread)", "PO-b", None, "acme/oven", None),  # uncertain counts as bad
        ("PO-c (bread)", "PO-c", None, "acme/oven", 200.0),
    ]
    assert found["ended"].to_list() == [to_rfc3339(at(20)), to_rfc3339(at(30)), None]


def test_jobs_as_floats_have_what_they_were_in_the_head(room, sqlite_database: Database) -> None:
    client = asked_by(OVEN_ONLY, sqlite_database, room)
    head, (column,) = floats(client.get("/aggregates/intervals", params={**JOBS, "format": "f64"}))
    assert head["beside"]["lot"] == ["L7", None, None]
    assert [told(value) for value in column["value"]] == [190.0, None, 200.0]


@pytest.mark.parametrize("form", ["arrow", "f64"])
def test_none_is_none_in_each_form(room, sqlite_database: Database, happened: Happened, form: str) -> None:
    happened.jobs.clear()
    client = asked_by(OVEN_ONLY, sqlite_database, room)
    answer = client.get("/aggregates/intervals", params={**JOBS, "format": form})
    assert answer.status_code == 200
    assert client.get("/aggregates/intervals", params={**JOBS, "tags": "4", "format": form}).status_code == 404
