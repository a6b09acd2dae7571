"""The routes of signals: a trend as buckets per pixel, and the samples themselves page by page."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Value
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import InvalidError
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.historian.service import VIEW, Historian
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor, period


class SampleOut(BaseModel):
    """One sample. A number that JSON cannot write is the text NaN, Infinity or -Infinity."""

    ts: str
    value: float | int | bool | str | None
    quality: int
    quality_name: str
    ts_device: str | None


class SeriesOut(BaseModel):
    """A trend in columns; null where a bucket holds no value."""

    tag: int
    unit: str | None
    t0_us: list[int]
    min: list[float | None]
    max: list[float | None]
    first: list[float | None]
    last: list[float | None]
    n: list[int]
    n_good: list[int]


def routes(api: Api, historian: Historian, *, unit_of: Callable[[int], str | None] = lambda _tag: None) -> None:
    """Declare the routes; `unit_of` names the UCUM unit of a tag, which the rooms above know."""

    @api.query("GET", "/series", permission=VIEW, summary="The trend of a tag, one row per pixel that holds samples")
    def series(tag: int, start: str, end: str, scope: Scope, px: int = 1_000) -> SeriesOut:
        found = historian.series(tag, *period(start, end), px, scope=scope)
        return SeriesOut(
            tag=tag,
            unit=unit_of(tag),
            t0_us=found.t0_us.tolist(),
            min=_finite(found.min),
            max=_finite(found.max),
            first=_finite(found.first),
            last=_finite(found.last),
            n=found.n.tolist(),
            n_good=found.n_good.tolist(),
        )

    @api.query("GET", "/tags/{tag_id}/samples", permission=VIEW, summary="The samples of a tag, oldest first")
    def samples(
        tag_id: int, start: str, end: str, scope: Scope, cursor: str | None = None, limit: int = PAGE_MAX
    ) -> Page[SampleOut]:
        from_us, to_us = period(start, end)
        from_us, skip = _place(cursor, from_us)
        wanted = skip + max(1, min(limit, PAGE_MAX))
        batches = historian.raw((tag_id,), from_us, to_us, scope=scope, limit=wanted + 1)
        rows = _rows(batches)
        page = rows[skip:wanted]
        following = rows[wanted:]
        if not following:
            return Page(items=[_sample(row) for row in page])
        ts = following[0][0]
        before = sum(row[0] == ts for row in rows[:wanted])  # samples of that same time which this page already showed
        return Page(items=[_sample(row) for row in page], next=encode_cursor(ts, before))


type Row = tuple[int, Value, int, int | None]


def _place(cursor: str | None, from_us: int) -> tuple[int, int]:
    """(time to read from, samples of that time to skip)."""
    ts, skip = decode_cursor(cursor, int, int) or (from_us, 0)
    if ts < from_us:
        raise InvalidError("this cursor belongs to another list", pointer="/cursor", code="cursor")
    return ts, skip


def _rows(batches: list[Batch]) -> list[Row]:
    """(ts, value, quality, ts_device) of all kinds by time."""
    rows: list[Row] = []
    for batch in batches:
        devices: list[int | None] = [None] * len(batch) if batch.ts_device is None else batch.ts_device.tolist()
        rows += [
            (ts, value, quality, device) for (_, ts, value, quality), device in zip(batch.rows(), devices, strict=True)
        ]
    return sorted(rows, key=lambda row: row[0])


def _sample(row: Row) -> SampleOut:
    ts, value, quality, device = row
    if isinstance(value, float) and not math.isfinite(value):
        value = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    device_text = None if device is None or device == ts else to_rfc3339(device)
    return SampleOut(
        ts=to_rfc3339(ts), value=value, quality=quality, quality_name=q.name(quality), ts_device=device_text
    )


def _finite(column: NDArray[np.float64]) -> list[float | None]:
    return [number if math.isfinite(number) else None for number in column.tolist()]
