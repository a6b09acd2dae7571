"""What signals said at a moment, and what a stretch of time comes to: the figures beside the curves of a trend."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from dovetail.core import quality as q
from dovetail.core.batch import Value
from dovetail.core.clock import from_rfc3339, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.limits import MOMENT_TAGS_MAX
from dovetail.core.scope import Scope
from dovetail.forms.model import Named, tag_words
from dovetail.forms.samples import TEXTS
from dovetail.gone.model import stands_until
from dovetail.gone.told import GoneOf, WentOut, nothing, went_outs
from dovetail.historian.model import Sample
from dovetail.historian.service import VIEW, Historian
from dovetail.operations.http import Api, Page, as_known, period
from dovetail.signals.standing import began_with
from dovetail.signals.weighing import mean_around


class MomentOut(BaseModel):
    """The newest sample of a tag at or before the moment asked for; null where it has no value.

    `dropped`: samples came after it and before that moment which a retention rule let go, so it does not say what held.
    """

    tag: int
    ts: str
    value: float | int | bool | str | None
    quality: int
    quality_name: str
    ts_device: str | None
    dropped: bool


class StatisticsOut(BaseModel):
    """A tag over a stretch: `min`, `max` and `mean` (time-weighted) include the value that it began with.

    `good_share` is the share of the time whose value is GOOD, `covered_s` the time that has any. Null: nothing to say;
    of `min` and `max` also: an infinite value was the least or the greatest.
    `dropped` is what a retention rule let go of this time; the figures are of what is there.
    """

    tag: int
    n: int
    n_good: int
    min: float | None
    max: float | None
    mean: float | None
    covered_s: float
    good_share: float
    dropped: list[WentOut]


type Tags = Annotated[str, Query(description="ids or paths with commas between them")]
type AsOf = Annotated[str | None, Query(description="a `known` or a moment: what was corrected later does not count")]
type Find = Callable[[str], Named | None]


def routes(api: Api, historian: Historian, *, named: Find, gone: GoneOf = nothing) -> None:
    """Declare the routes; `named` finds a tag by its id or its path. Tags out of sight are left out, as if not there.

    `gone` is what went of a tag by a retention rule.

    A picture that was sent to a colleague shows what the colleague may see.
    """

    def known(as_of: str | None) -> int | None:
        with api.database.read() as reading:
            return as_known(reading, as_of)

    @api.query("GET", "/samples/at", permission=VIEW, summary="What each of several tags said at a moment")
    def at(tags: Tags, at: str, scope: Scope, as_of: AsOf = None) -> Page[MomentOut]:
        """Tags that had said nothing by then are left out."""
        at_us = from_rfc3339(at)
        seen = _visible(historian, tags, named, scope)
        found = historian.last([tag.id for tag in seen], scope=scope, at_us=at_us, as_of=known(as_of))
        return Page(items=[_moment(found[tag.id], at_us, gone) for tag in seen if tag.id in found])

    @api.query("GET", "/statistics", permission=VIEW, summary="What a stretch of time of several tags comes to")
    def statistics(tags: Tags, start: str, end: str, scope: Scope, as_of: AsOf = None) -> Page[StatisticsOut]:
        """Of numbers; texts are left out."""
        span, then = period(start, end), known(as_of)
        numbers = [tag for tag in _visible(historian, tags, named, scope) if tag.kind not in TEXTS]
        items = [_statistics(historian, tag.id, span, scope=scope, as_of=then, gone=gone) for tag in numbers]
        return Page(items=items)


def _visible(historian: Historian, words: str, named: Find, scope: Scope) -> list[Named]:
    found = {tag.id: tag for word in tag_words(words, most=MOMENT_TAGS_MAX) if (tag := named(word)) is not None}
    return [tag for tag in found.values() if _sees(historian, tag.id, scope)]


def _sees(historian: Historian, tag: int, scope: Scope) -> bool:
    try:
        historian.last((tag,), scope=scope)
    except NotFoundError:
        return False
    return True


def _statistics(
    historian: Historian, tag: int, span: tuple[int, int], *, scope: Scope, as_of: int | None, gone: GoneOf
) -> StatisticsOut:
    mean = mean_around(historian, tag, span, scope=scope, as_of=as_of, gone=gone)
    whole = historian.series(tag, *span, 1, scope=scope, as_of=as_of)
    at_start = historian.last((tag,), scope=scope, at_us=span[0], as_of=as_of).get(tag)
    if at_start is not None and at_start.ts_us == span[0]:  # what stood before ended where the stretch begins
        began = None
    else:
        began = began_with(historian, tag, span[0], scope=scope, as_of=as_of, gone=gone)
    seen = [*whole.min.tolist(), *whole.max.tolist(), *_number(None if began is None else began.value)]
    known = [number for number in seen if not math.isnan(number)]
    least, greatest = min(known, default=math.nan), max(known, default=math.nan)
    return StatisticsOut(
        tag=tag,
        n=sum(whole.n.tolist()),
        n_good=sum(whole.n_good.tolist()),
        min=least if math.isfinite(least) else None,
        max=greatest if math.isfinite(greatest) else None,
        mean=mean.value if mean.value is not None and math.isfinite(mean.value) else None,
        covered_s=mean.covered_us / 1e6,
        good_share=mean.good_fraction,
        dropped=went_outs(gone(tag, *span)),
    )


def _number(value: Value) -> list[float]:
    return [float(value)] if isinstance(value, (bool, int, float)) else []


def _moment(sample: Sample, at_us: int, gone: GoneOf) -> MomentOut:
    value, device = sample.value, sample.ts_device_us
    if isinstance(value, float) and not math.isfinite(value):
        value = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return MomentOut(
        tag=sample.tag,
        ts=to_rfc3339(sample.ts_us),
        value=value,
        quality=sample.quality,
        quality_name=q.name(sample.quality),
        ts_device=None if device is None else to_rfc3339(device),
        dropped=stands_until(gone(sample.tag, sample.ts_us, at_us + 1), sample.ts_us) is not None,
    )
