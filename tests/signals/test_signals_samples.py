"""Signals over HTTP: trends by pixel, samples by page, and nothing of what the caller may not see."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import SECOND_US, to_rfc3339
from dovetail.core.errors import DovetailError
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.forms.model import Named
from dovetail.historian.service import Historian
from dovetail.operations.http import Api, problem
from dovetail.signals import samples_api
from dovetail.testing.clock import DAY_ZERO_US

GOOD, BAD = 0xC0, 0x08
STROKE = Named(1, "acme/press.stroke", "mm", Kind.F64)
HOUR = {"start": to_rfc3339(DAY_ZERO_US - 3_600 * SECOND_US), "end": to_rfc3339(DAY_ZERO_US + 1)}


@pytest.fixture(autouse=True)
def worker_threads_end() -> Iterator[None]:
    """The server's worker threads are told to end with the test's task, and take a moment to do so."""
    yield
    for thread in [one for one in threading.enumerate() if one.name.startswith("AnyIO")]:
        thread.join(timeout=5)


@pytest.fixture
async def client(sqlite_database: Database, historian: Historian) -> AsyncIterator[httpx2.AsyncClient]:
    """A caller who sees the machine of tags 1 and 2, not that of 6."""
    api = Api(sqlite_database)
    samples_api.routes(api, historian, named=dict.fromkeys(("1", "acme/press.stroke"), STROKE).get)
    app = FastAPI()

    @app.middleware("http")
    async def gate(request: Request, call_next) -> Response:  # type: ignore[no-untyped-def]
        request.state.scope = Scope(actor=Actor(id="p1", name="Eve"), at={"plant.view": frozenset({1})})
        return await call_next(request)

    app.add_exception_handler(DovetailError, lambda _request, error: problem(error))  # type: ignore[arg-type]
    app.include_router(api.router)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://plant/api/v1") as opened:
        yield opened


def frame(seq: int, rows: list[tuple[int, int, float | None, int]]) -> Frame:
    return Frame("edge", Lane.LIVE, 1, seq, (Batch.of(Kind.F64, rows),))


async def test_a_trend_has_one_row_per_pixel_that_holds_samples(
    client: httpx2.AsyncClient, historian: Historian
) -> None:
    ts = DAY_ZERO_US - SECOND_US
    historian.put([frame(1, [(1, ts, 1.0, GOOD), (1, ts + 1, None, BAD), (1, ts + 2, float("inf"), GOOD)])])
    found = (await client.get("/series", params={"tag": 1, **HOUR, "px": 1})).json()
    assert found == {
        "tag": 1, "unit": "mm", "width_us": 3_660 * SECOND_US,
            "t0_us": [DAY_ZERO_US - 3_600 * SECOND_US], "min": [1.0], "max": [None],
        "first": [1.0], "last": [None], "n": [3], "n_good": [2], "held": [True], "before": None,
                "dropped": [],
    }  # fmt: skip
    for px, status in ((0, 422), (4_001, 422), (4_000, 200)):
        assert (await client.get("/series", params={"tag": 1, **HOUR, "px": px})).status_code == status


async def test_samples_come_page_by_page_also_within_one_instant(
    client: httpx2.AsyncClient, historian: Historian
) -> None:
    ts = DAY_ZERO_US - SECOND_US
    historian.put([frame(1, [(1, ts + i // 4, float(i), GOOD) for i in range(10)])])
    shown: list[float] = []
    page: dict = {"next": None}
    for _ in range(4):
        page = (await client.get("/tags/1/samples", params={**HOUR, "limit": 3} | cursor(page))).json()
        shown += [item["value"] for item in page["items"]]
    assert shown == [float(i) for i in range(10)]
    assert page["next"] is None


def cursor(page: dict) -> dict:
    return {key: page["next"] for key in ("cursor",) if page["next"]}


async def test_a_sample_says_its_quality_in_words(client: httpx2.AsyncClient, historian: Historian) -> None:
    historian.put([frame(1, [(2, DAY_ZERO_US - 1, float("nan"), GOOD), (2, DAY_ZERO_US, None, BAD)])])
    items = (await client.get("/tags/2/samples", params=HOUR)).json()["items"]
    assert items == [
        {"ts": "2026-01-05T05:59:59.999999Z", "value": "NaN", "quality": 192, "quality_name": "GOOD",
         "ts_device": None},
        {"ts": "2026-01-05T06:00:00.000000Z", "value": None, "quality": 8, "quality_name": "BAD_NOT_CONNECTED",
         "ts_device": None},
    ]  # fmt: skip


@pytest.mark.parametrize("tag", [6, 99])
async def test_a_tag_out_of_scope_looks_like_none(client: httpx2.AsyncClient, historian: Historian, tag: int) -> None:
    historian.put([frame(1, [(6, DAY_ZERO_US, 1.0, GOOD)])])
    for path, params in (("/series", {"tag": tag}), (f"/tags/{tag}/samples", {})):
        answer = await client.get(path, params={**HOUR, **params})
        assert answer.status_code == 404
        assert answer.json()["code"] == "not-found"


@pytest.mark.parametrize("bad", ["x", "WzEsMl0", "WyJhIiwxXQ"])  # nonsense, a time before the period, no number
async def test_a_cursor_of_somebody_else_is_refused(client: httpx2.AsyncClient, bad: str) -> None:
    assert (await client.get("/tags/1/samples", params={**HOUR, "cursor": bad})).status_code == 422
