"""The routes of signals: trends as buckets per pixel, and the samples themselves page by page, in three forms.

JSON for whoever looks, an Arrow IPC stream for analysts, float64 columns for screens (docs/how-to/read-samples.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Final

import numpy as np
from fastapi import Header, Query
from numpy.typing import NDArray
from pydantic import BaseModel
from starlette.responses import Response

from dovetail.core import quality as q
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.limits import PAGE_MAX, RAW_SAMPLES_MAX, SERIES_ROWS_MAX, SERIES_TAGS_MAX
from dovetail.core.scope import Scope
from dovetail.forms import arrow, floats
from dovetail.forms.model import ARROW, F64, Form, Named, form_of, tag_words
from dovetail.forms.samples import Samples, Trend
from dovetail.gone.told import GoneOf, TagWentOut, WentOut, all_said, nothing, went_outs, went_said
from dovetail.historian.model import Series
from dovetail.historian.service import VIEW, Historian
from dovetail.operations.http import Api, Page, as_known, period
from dovetail.signals.pages import sample_page
from dovetail.signals.standing import Standing, standing

NEXT: Final = "X-Next-Cursor"  # of a form that has no place for it beside the samples
BINARY: Final = (ARROW, F64)

type Accept = Annotated[str | None, Header()]


class SampleOut(BaseModel):
    """One sample. A number that JSON cannot write is the text NaN, Infinity or -Infinity."""

    ts: str
    value: float | int | bool | str | None
    quality: int
    quality_name: str
    ts_device: str | None


class TagSampleOut(SampleOut):
    """One sample of one of several tags."""

    tag: int


class SeriesOut(BaseModel):
    """A trend in columns; null where a bucket holds no value.

    `held`: a value still stands at the bucket's end; `before` is what stood when the trend began. `dropped` is what a
    retention rule let go of this time: there is nothing to read, and not because nobody measured.
    """

    tag: int
    unit: str | None
    width_us: int
    t0_us: list[int]
    min: list[float | None]
    max: list[float | None]
    first: list[float | None]
    last: list[float | None]
    n: list[int]
    n_good: list[int]
    held: list[bool]
    before: float | None
    dropped: list[WentOut]


class SeriesManyOut(BaseModel):
    """The trends of the tags asked for, in their order."""

    items: list[SeriesOut]


type Find = Callable[[str], Named | None]


class SamplePageOut[S: SampleOut](Page[S]):
    """Samples, oldest first; `dropped`: what a retention rule let go of the whole time asked for, tag by tag."""

    dropped: list[TagWentOut]


class AskedPeriod(BaseModel):
    """[start, end); `as_of` (a `known` or a moment) leaves out what was corrected later, 0 all that ever was."""

    start: str
    end: str
    as_of: str | None = None


class AskedSamples(AskedPeriod):
    """Which samples, from where on, and in which form; without one it is what the header Accept says."""

    cursor: str | None = None
    limit: int | None = None
    format: Form | None = None


class AskedOfMany(AskedSamples):
    """As of one tag; `tags` are ids or paths with commas between them."""

    tags: str


class AskedSeries(AskedPeriod):
    """`tag` is one, by its id; `tags` are several, by ids or paths with commas between them: name one of the two."""

    tag: int | None = None
    tags: str | None = None
    px: int = 1_000
    format: Form | None = None


def routes(api: Api, historian: Historian, *, named: Find = lambda _word: None, gone: GoneOf = nothing) -> None:
    """Declare the routes; `named` finds a tag of the plant by its id or its path, which the rooms above know.

    `gone` is what went of a tag by a retention rule.
    """

    def known(asked: AskedPeriod) -> int | None:
        with api.database.read() as reading:
            return as_known(reading, asked.as_of)

    def page(
        asked: AskedSamples, tags: list[Named], row: type[SampleOut], *, scope: Scope, accept: str | None
    ) -> object:
        form = asked.format or form_of(accept)
        return _page(historian, asked, tags, scope=scope, form=form, row=row, as_of=known(asked), gone=gone)

    @api.query(
        "GET",
        "/series",
        permission=VIEW,
        summary="The trend of a tag, or of several, one row per pixel that holds samples",
        answer=SeriesOut | SeriesManyOut,
        also=BINARY,
    )
    def series(asked: Annotated[AskedSeries, Query()], scope: Scope, accept: Accept = None) -> object:
        """Of one tag the trend alone, of several a list."""
        form = asked.format or form_of(accept)
        return _trends(
            historian, asked, _asked_tags(asked, named), scope=scope, form=form, as_of=known(asked), gone=gone
        )

    @api.query(
        "GET",
        "/samples",
        permission=VIEW,
        summary="The samples of several tags, oldest first",
        answer=SamplePageOut[TagSampleOut],
        also=BINARY,
    )
    def samples(asked: Annotated[AskedOfMany, Query()], scope: Scope, accept: Accept = None) -> object:
        """By time, then tag. Arrow and float64 pages say where the next one begins in the header X-Next-Cursor."""
        return page(asked, _tags(asked.tags, named), TagSampleOut, scope=scope, accept=accept)

    @api.query(
        "GET",
        "/tags/{tag_id}/samples",
        permission=VIEW,
        summary="The samples of a tag, oldest first",
        answer=SamplePageOut[SampleOut],
        also=BINARY,
    )
    def samples_of_one(
        tag_id: int, asked: Annotated[AskedSamples, Query()], scope: Scope, accept: Accept = None
    ) -> object:
        """As `/samples`, of one tag."""
        return page(asked, [_known(str(tag_id), named)], SampleOut, scope=scope, accept=accept)


def _asked_tags(asked: AskedSeries, named: Find) -> list[Named]:
    if (asked.tag is None) == (asked.tags is None):
        raise InvalidError("name either tag or tags", pointer="/tags", code="tags")
    return [_known(str(asked.tag), named)] if asked.tags is None else _tags(asked.tags, named)


def _trends(
    historian: Historian,
    asked: AskedSeries,
    tags: list[Named],
    *,
    scope: Scope,
    form: Form,
    as_of: int | None,
    gone: GoneOf,
) -> object:
    if asked.px * len(tags) > SERIES_ROWS_MAX:
        raise InvalidError(f"px times tags may be {SERIES_ROWS_MAX} at most", pointer="/px", code="series-too-long")
    span = period(asked.start, asked.end)
    found = [historian.series(one.id, *span, asked.px, scope=scope, as_of=as_of) for one in tags]
    stands = [standing(historian, one, span, scope=scope, as_of=as_of, gone=gone) for one in found]
    trends = [_trend(one, stood) for one, stood in zip(found, stands, strict=True)]
    dropped = {one.id: gone(one.id, *span) for one in tags}
    width_us = found[0].width_us
    said = _said(span) | {"px": asked.px, "width_us": width_us}
    if form == "arrow":
        said |= {"dropped": all_said(gone, dropped, span)}
        return Response(arrow.stream(arrow.series_table(trends, tags, said)), media_type=ARROW)
    if form == "f64":
        also = [[went_said(tag, one) for one in went] for tag, went in dropped.items()]
        return Response(floats.series_floats(trends, tags, said, also), media_type=F64)
    shown = [
        _series(trend, one.unit, width_us, went_outs(dropped[one.id])) for trend, one in zip(trends, tags, strict=True)
    ]
    return shown[0] if asked.tags is None else SeriesManyOut(items=shown)


def _trend(found: Series, stood: Standing) -> Trend:
    columns = (found.t0_us, found.min, found.max, found.first, found.last, found.n, found.n_good)
    return Trend(found.tag, *columns, stood.held, stood.before)


def _page(
    historian: Historian,
    asked: AskedSamples,
    tags: list[Named],
    *,
    scope: Scope,
    form: Form,
    row: type[SampleOut],
    as_of: int | None,
    gone: GoneOf,
) -> object:
    most = PAGE_MAX if form == "json" else RAW_SAMPLES_MAX
    limit, span = max(1, min(asked.limit or most, most)), period(asked.start, asked.end)
    page = sample_page(
        historian, [one.id for one in tags], span, scope=scope, cursor=asked.cursor, limit=limit, as_of=as_of
    )
    dropped = all_said(gone, [one.id for one in tags], span)
    if form == "json":
        items = [row.model_validate(found) for found in _rows(page.samples)]
        return SamplePageOut(items=items, next=page.next, dropped=[TagWentOut.model_validate(one) for one in dropped])
    said = _said(span) | {"next": page.next, "dropped": dropped}
    headers = None if page.next is None else {NEXT: page.next}
    if form == "arrow":
        return Response(arrow.stream(arrow.samples_table(page.samples, tags, said)), media_type=ARROW, headers=headers)
    return Response(floats.samples_floats(page.samples, tags, said), media_type=F64, headers=headers)


def _tags(words: str, named: Find) -> list[Named]:
    found = [_known(word, named) for word in tag_words(words, most=SERIES_TAGS_MAX)]
    return list({tag.id: tag for tag in found}.values())  # one may be named by its id and by its path


def _known(word: str, named: Find) -> Named:
    """The tag of that id or path; an id the plant does not know is for the historian to judge."""
    found = named(word)
    if found is None and not (word.isascii() and word.isdigit() and len(word) < 19):
        raise NotFoundError("there is no such tag")
    return found or Named(int(word), word)


def _said(span: tuple[int, int]) -> dict[str, object]:
    return {"start": to_rfc3339(span[0]), "end": to_rfc3339(span[1])}


def _rows(samples: Samples) -> list[dict[str, object]]:
    columns = zip(
        samples.tag.tolist(), samples.ts.tolist(), samples.plain(), samples.quality.tolist(), samples.device.tolist(),
        strict=True,
    )  # fmt: skip
    return [
        {
            "tag": tag,
            "ts": to_rfc3339(ts),
            "value": _writable(value),
            "quality": quality,
            "quality_name": q.name(quality),
            "ts_device": None if device == ts else to_rfc3339(device),
        }
        for tag, ts, value, quality, device in columns
    ]


def _writable(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _series(found: Trend, unit: str | None, width_us: int, dropped: list[WentOut]) -> SeriesOut:
    return SeriesOut(
        tag=found.tag,
        unit=unit,
        width_us=width_us,
        t0_us=found.t0.tolist(),
        min=_finite(found.min),
        max=_finite(found.max),
        first=_finite(found.first),
        last=_finite(found.last),
        n=found.n.tolist(),
        n_good=found.n_good.tolist(),
        held=found.held.tolist(),
        before=found.before if math.isfinite(found.before) else None,
        dropped=dropped,
    )


def _finite(column: NDArray[np.float64]) -> list[float | None]:
    return [number if math.isfinite(number) else None for number in column.tolist()]
