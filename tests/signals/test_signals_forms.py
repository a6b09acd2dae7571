"""Samples and trends in three forms: the same numbers, whatever reads them; many tags in pages that hang together."""

from __future__ import annotations

import json
import math
import struct

import httpx2
import numpy as np
import pyarrow as pa
import pytest
from test_signals_samples import BAD, GOOD, HOUR, client, frame, worker_threads_end

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.forms.model import ARROW, F64
from dovetail.historian.service import Historian
from dovetail.testing.clock import DAY_ZERO_US

__all__ = ["client", "worker_threads_end"]  # the fixtures of the samples' own tests

T = DAY_ZERO_US - 1_800 * SECOND_US


def filled(historian: Historian) -> None:
    """Tag 1 a number with a bad moment, tag 2 a text and a device time, tag 3 large integers and a truth."""
    device = np.array([T - 5, T + 1], dtype=np.int64)
    texts = Batch.of(Kind.STR, [(2, T, "red", GOOD), (2, T + 1, "=1+1", GOOD)])
    said = Batch(texts.kind, texts.tag, texts.ts, texts.value, texts.valid, texts.quality, ts_device=device)
    numbers = Batch.of(Kind.F64, [(1, T, 1.5, GOOD), (1, T + 2, None, BAD), (1, T + 3, math.inf, GOOD)])
    whole = Batch.of(Kind.I64, [(3, T, (1 << 53) + 1, GOOD)])
    truth = Batch.of(Kind.BOOL, [(3, T + 4, True, GOOD)])
    historian.put([Frame("edge", Lane.LIVE, 1, 1, (numbers, said, whole, truth))])


def table_of(answer: httpx2.Response) -> pa.Table:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == ARROW
    return pa.ipc.open_stream(answer.content).read_all()


def floats_of(answer: httpx2.Response) -> tuple[dict, list[np.ndarray]]:
    """As a browser reads it: a head, and columns that lie at multiples of eight."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == F64
    magic, length, _ = struct.unpack_from("<8sII", answer.content)
    assert (magic, length % 8) == (b"DVTF64\x01\x00", 0)
    head = json.loads(answer.content[16 : 16 + length])
    rest = np.frombuffer(answer.content, "<f8", offset=16 + length)
    rows = [tag["rows"] for tag in head["tags"] for _ in head["columns"]]
    assert len(rest) == sum(rows)
    return head, np.split(rest, np.cumsum(rows)[:-1])


async def test_samples_of_all_kinds_are_one_arrow_table(client: httpx2.AsyncClient, historian: Historian) -> None:
    filled(historian)
    table = table_of(
        await client.get("/samples", params={**HOUR, "tags": "acme/press.stroke,2,3"} | {"format": "arrow"})
    )
    assert [str(field.type) for field in table.schema] == [
        "int64", "timestamp[us, tz=UTC]", "double", "int64", "bool", "string", "uint16", "timestamp[us, tz=UTC]",
        "uint32",
    ]  # fmt: skip
    assert table.column("tag").to_pylist() == [1, 2, 3, 2, 1, 1, 3]
    assert table.column("ts").cast("int64").to_pylist() == [T, T, T, T + 1, T + 2, T + 3, T + 4]
    assert table.column("value_f64").to_pylist() == [1.5, None, None, None, None, math.inf, None]
    assert table.column("value_i64").to_pylist() == [None, None, (1 << 53) + 1, None, None, None, None]
    assert table.column("value_bool").to_pylist() == [None] * 6 + [True]
    assert table.column("value_str").to_pylist() == [None, "red", None, "=1+1", None, None, None]
    assert table.column("quality").to_pylist() == [GOOD] * 4 + [BAD, GOOD, GOOD]
    assert table.column("ts_device").cast("int64").to_pylist() == [None, T - 5, *[None] * 5]
    said = json.loads(table.schema.metadata[b"dovetail"])
    assert said["tags"] == [
        {"id": 1, "path": "acme/press.stroke", "unit": "mm", "kind": "f64"},
        {"id": 2, "path": "2", "unit": None, "kind": None},
        {"id": 3, "path": "3", "unit": None, "kind": None},
    ]
    assert said["next"] is None


async def test_samples_as_floats_lie_tag_by_tag(client: httpx2.AsyncClient, historian: Historian) -> None:
    filled(historian)
    head, columns = floats_of(await client.get("/samples", params={**HOUR, "tags": "3,1,2"}, headers={"accept": F64}))
    assert head["columns"] == ["ts_us", "value", "quality", "ts_device_us"]
    assert [(tag["id"], tag["rows"]) for tag in head["tags"]] == [(3, 2), (1, 3), (2, 2)]
    shown = [column.tolist() for column in columns]
    assert shown[:3] == [[T, T + 4], [1 << 53, 1.0], [GOOD, GOOD]]  # beyond 2^53 a float64 holds no more digits
    np.testing.assert_equal(shown[5], [1.5, math.nan, math.inf])
    np.testing.assert_equal(shown[11], [T - 5, math.nan])


async def test_a_trend_of_several_tags_says_the_same_in_every_form(
    client: httpx2.AsyncClient, historian: Historian
) -> None:
    historian.put([frame(1, [(tag, T + i * SECOND_US, float(i * tag), GOOD) for tag in (1, 2) for i in range(50)])])
    historian.put([frame(2, [(1, T + 10 * MINUTE_US, None, BAD)])])
    asked = {**HOUR, "tags": "2,1", "px": 120}
    items = (await client.get("/series", params=asked)).json()["items"]
    assert [item["tag"] for item in items] == [2, 1]
    alone = [(await client.get("/series", params={**HOUR, "tag": tag, "px": 120})).json() for tag in (2, 1)]
    assert items == alone
    table = table_of(await client.get("/series", params=asked, headers={"accept": f"{ARROW}, */*;q=0.1"}))
    columns = table.to_pydict()
    head, floats = floats_of(await client.get("/series", params=asked | {"format": "f64"}))
    assert head["columns"] == ["t0_us", "min", "max", "first", "last", "n", "n_good", "held"]
    for at, name in enumerate(("min", "max", "first", "last", "n", "n_good", "held")):
        whole = [value for item in items for value in item[name]]
        assert columns[name] == whole
        np.testing.assert_equal(np.concatenate([floats[at + 1], floats[at + 9]]), np.array(whole, dtype=np.float64))
    times = [t0 for item in items for t0 in item["t0_us"]]
    assert table.column("t0").cast("int64").to_pylist() == times == [*floats[0], *floats[8]]


@pytest.mark.parametrize("limit", [1, 3, 7, 1_000])
async def test_pages_of_many_tags_hang_together(client: httpx2.AsyncClient, historian: Historian, limit: int) -> None:
    """Much at one moment, then days of nothing, then more: no page holds more than asked, and nothing comes twice."""
    times = [T, T, T, T + 1, T + 25 * MINUTE_US]
    historian.put([frame(at, [(tag, ts, float(at), GOOD) for tag in (2, 1)]) for at, ts in enumerate(times)])
    whole = [(item["tag"], item["ts"], item["value"]) for item in await pages(client, 1_000)]
    assert len(whole) == 10
    assert [(item["tag"], item["ts"], item["value"]) for item in await pages(client, limit)] == whole
    assert sorted(whole, key=lambda one: (one[1], one[0])) == whole


async def pages(client: httpx2.AsyncClient, limit: int) -> list[dict]:
    shown: list[dict] = []
    cursor: str | None = ""
    while cursor is not None:
        given = {"cursor": cursor} if cursor else {}
        page = (await client.get("/samples", params={**HOUR, "tags": "1,2", "limit": limit, **given})).json()
        assert len(page["items"]) <= limit
        shown += page["items"]
        cursor = page["next"]
    return shown


async def test_a_page_of_columns_says_in_a_header_where_the_next_begins(
    client: httpx2.AsyncClient, historian: Historian
) -> None:
    historian.put([frame(1, [(1, T + i, float(i), GOOD) for i in range(5)])])
    shown: list[float] = []
    given: dict[str, str] = {}
    for _ in range(3):
        answer = await client.get("/tags/1/samples", params={**HOUR, "limit": 2, "format": "arrow", **given})
        shown += table_of(answer).column("value_f64").to_pylist()
        given = {"cursor": answer.headers.get("x-next-cursor", "")}
    assert shown == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert given == {"cursor": ""}


@pytest.mark.parametrize(
    "path, params, status, code",
    [
        ("/series", {"tags": "1,6"}, 404, "not-found"),  # out of scope: as if it did not exist
        ("/series", {"tags": "acme/nowhere.speed"}, 404, "not-found"),
        ("/series", {}, 422, "tags"),
        ("/series", {"tag": 1, "tags": "1"}, 422, "tags"),
        ("/series", {"tags": ","}, 422, "tags"),
        ("/series", {"tags": "1,2", "px": 4_001}, 422, "invalid"),
        ("/series", {"tags": ",".join(map(str, range(1, 102)))}, 422, "tags-too-many"),
        ("/series", {"tags": ",".join(map(str, range(1, 52))), "px": 4_000}, 422, "series-too-long"),
        ("/series", {"tags": "1", "format": "xml"}, 422, "literal"),
        ("/samples", {"tags": "1,99"}, 404, "not-found"),
        ("/samples", {"tags": "1,2", "cursor": "x"}, 422, "cursor"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("accept", [ARROW, "application/json"])
async def test_a_refusal_is_a_problem_in_every_form(
    client: httpx2.AsyncClient, path: str, params: dict, status: int, code: str, accept: str
) -> None:
    answer = await client.get(path, params={**HOUR, **params}, headers={"accept": accept})
    assert answer.status_code == status, answer.text
    assert code in answer.text
