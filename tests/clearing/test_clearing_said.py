"""Who reads a time of which samples went is told so, in every form: it never looks as if nobody had measured."""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
from pathlib import Path
from typing import Any

import httpx2
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from clearing_world import ALL, SPEED, World, at
from fastapi.testclient import TestClient

from asking import client_of
from dovetail.core.clock import HOUR_US, to_rfc3339
from dovetail.exports import files
from dovetail.exports.model import Format, Shape, Wanted, wanted_of
from dovetail.forms.model import Named
from dovetail.operations.http import Api
from dovetail.production.model import JobResponse
from dovetail.recaps.service import RecapsRoom
from dovetail.recaps.service import Sources as Occasions
from dovetail.signals import moments_api, samples_api
from dovetail.taglists.xlsx import grid_of

NAMED = Named(SPEED, "acme/filler.speed", "1/min", None)
QUARTER = (at("2024-01-01"), at("2024-04-01"))
WENT = {
    "act": "drop", "rule": "acme", "samples": 364,
    "start": "2024-01-01T00:00:00.000000Z", "end": "2024-03-31T18:00:00.000001Z",
}  # fmt: skip


@pytest.fixture
def cleared(world: World) -> World:
    """Of the speed the first quarter of 2024 went; what is left begins at six on New Year's Day of 2025."""
    world.live()
    world.rule(acme={"drop_after": "P1Y"})
    world.clear()
    return world


def asking(world: World) -> TestClient:
    """The routes of signals over what is left."""
    declared = Api(world.database)
    samples_api.routes(declared, world.historian, named=lambda _word: NAMED, gone=world.room.gone.of)
    moments_api.routes(declared, world.historian, named=lambda _word: NAMED, gone=world.room.gone.of)
    return client_of(ALL, declared, base_url="http://plant/api/v1")


def period(span: tuple[int, int]) -> dict[str, str]:
    return {"start": to_rfc3339(span[0]), "end": to_rfc3339(span[1])}


def head_of(answer: httpx2.Response) -> dict[str, Any]:
    """What an answer of float64 columns says before them."""
    length = int.from_bytes(answer.content[8:12], "little")
    return json.loads(answer.content[16 : 16 + length])


def meta_of(answer: httpx2.Response) -> dict[str, Any]:
    with pa.ipc.open_stream(answer.content) as stream:
        return json.loads(stream.schema.metadata[b"dovetail"])


def said(dropped: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without when it went, and of which tag."""
    return [{key: one[key] for key in WENT} for one in dropped]


def test_every_form_of_a_read_says_what_went(cleared: World) -> None:
    client = asking(cleared)
    of_many = {"tags": str(SPEED), **period(QUARTER)}
    assert said(client.get("/series", params={"tag": SPEED, **period(QUARTER)}).json()["dropped"]) == [WENT]
    assert said(client.get("/samples", params=of_many).json()["dropped"]) == [WENT]
    assert said(client.get("/statistics", params=of_many).json()["items"][0]["dropped"]) == [WENT]
    for path in ("/series", "/samples"):
        assert said(meta_of(client.get(path, params={**of_many, "format": "arrow"}))["dropped"]) == [WENT]
    (tag,) = head_of(client.get("/series", params={**of_many, "format": "f64"}))["tags"]
    assert (tag["rows"], said(tag["dropped"])) == (0, [WENT])
    assert said(head_of(client.get("/samples", params={**of_many, "format": "f64"}))["dropped"]) == [WENT]
    later = period((at("2024-06-01"), at("2024-07-01")))
    assert client.get("/series", params={"tag": SPEED, **later}).json()["dropped"] == []  # there was nothing


def test_a_value_that_was_held_back_says_nothing_of_what_went_after_it(world: World) -> None:
    """February is held for a court; its last value does not stand through March, nor at any moment of it, and no
    figure counts it there."""
    world.live()
    world.rule(acme={"drop_after": "P1Y"})
    world.do(world.room.holds.hold, start="2024-02-10T00:00:00Z", end="2024-02-12T00:00:00Z", tags=[SPEED])
    world.clear()
    client = asking(world)
    begins, march = at("2024-02-01"), at("2024-03-01")
    trend = client.get("/series", params={"tag": SPEED, "px": 60, **period((begins, at("2024-03-31")))}).json()
    assert trend["held"][-1] is False
    assert client.get("/series", params={"tag": SPEED, **period((march, march + HOUR_US))}).json()["before"] is None
    (held,) = client.get("/samples/at", params={"tags": str(SPEED), "at": to_rfc3339(march)}).json()["items"]
    assert (held["ts"] < to_rfc3339(march), held["dropped"]) == (True, True)
    (figures,) = client.get("/statistics", params={"tags": str(SPEED), **period((begins, march))}).json()["items"]
    assert (figures["n"], figures["covered_s"], figures["dropped"]) == (29 * 4, 29 * 86_400.0, [])
    year = period((march, at("2025-01-02")))
    (figures,) = client.get("/statistics", params={"tags": str(SPEED), **year}).json()["items"]
    assert figures["covered_s"] == 18 * 3600.0  # from the first sample of 2025 on


def test_a_sample_that_comes_late_for_what_went_is_kept_counted_and_told_beside_it(cleared: World) -> None:
    """It is not refused: who sent it waits for nobody, and the account balances. It goes as the rest went."""
    before = cleared.sent()
    late = at("2024-02-03") + 7
    cleared.send(SPEED, [late])
    assert cleared.sent() == before + 1
    trend = asking(cleared).get("/series", params={"tag": SPEED, "px": 4_000, **period(QUARTER)}).json()
    assert (trend["t0_us"][0] <= late, trend["n"], trend["held"]) == (True, [1], [False])
    assert said(trend["dropped"]) == [WENT]


class NoJobs:
    """Samples are what is exported here."""

    def responses(self, *_asked: object, **_more: object) -> list[JobResponse]:
        return []


def written(world: World, folder: Path, file: Format, shape: Shape) -> Path:
    """An export of New Year's Day 2025 and the year before it, as the records keep what was asked for."""
    span = (at("2024-01-01"), at("2025-01-02"))
    gone = tuple((SPEED, one) for one in world.room.gone.of(SPEED, 0, span[1]))
    wanted = Wanted((NAMED,), *span, shape, file, 91 * 24 * HOUR_US, "UTC", "en", None, gone)
    kept = wanted_of(json.loads(json.dumps(wanted.kept())))
    assert kept == wanted
    path = folder / f"{shape}.{file}"
    nothing = Occasions(NoJobs(), lambda _unit, _from, _to: (), lambda _unit, _from, _to, _scope: ())
    recaps = RecapsRoom(
        world.database, historian=world.historian, plant=lambda: world.plant, sources=nothing, clock=world.clock
    )
    files.write(path, kept, files.Sources(world.historian, recaps), lambda: ALL, lambda _share: None)
    return path


def test_a_file_says_what_went(cleared: World, tmp_path: Path) -> None:
    long = csv.reader(io.StringIO(written(cleared, tmp_path, "csv", "long").read_text("utf-8-sig")))
    _, gone, left = [[row[0], row[2], row[4]] for row in long]
    assert gone == ["2024-01-01T00:00:00.000000+00:00", "", "DROPPED"]
    assert left[0] == "2025-01-01T06:00:00.000000+00:00"
    names, told = "xl/worksheets/sheet2.xml", written(cleared, tmp_path, "xlsx", "long")
    assert len(grid_of(told.read_bytes())[0]) == 3
    assert b"364 samples from 2024-01-01T00:00:00" in _part(told, names)
    metadata = pq.read_schema(written(cleared, tmp_path, "parquet", "long")).metadata
    assert said(json.loads(metadata[b"dovetail"])["dropped"]) == [WENT]


def test_nothing_stands_in_a_table_where_samples_went(cleared: World, tmp_path: Path) -> None:
    """A late sample amid what went says nothing of the moments after it."""
    cleared.send(SPEED, [at("2024-01-01") - HOUR_US, at("2024-02-03")])
    table = pl.read_parquet(written(cleared, tmp_path, "parquet", "wide"))
    assert [one is not None and not math.isnan(one) for one in table["acme/filler.speed"]] == [False] * 5


def _part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as book:
        return book.read(name)
