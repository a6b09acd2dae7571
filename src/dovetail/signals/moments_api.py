"""What signals said at a moment, and what a stretch of time comes to: the figures beside the curves of a trend."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import Query
from pydantic import BaseModel

from dovetail.core import quality as q
from dovetail.core.batch import Value
from dovetail.core.clock import from_rfc3339, to_rfc3339
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.limits import MOMENT_TAGS_MAX
from dovetail.core.scope import Scope
from dovetail.historian.model import Sample
from dovetail.historian.service import VIEW, Historian
from dovetail.operations.http import Api, Page, period

DIGITS_MAX: Final = 15  # of a tag's id: what every client can count to


class MomentOut(BaseModel):
    """The newest sample of a tag at or before the moment asked for; null where it has no value."""

    tag: int
    ts: str
    value: float | int | bool | str | None
    quality: int
    quality_name: str
    ts_device: str | None


class StatisticsOut(BaseModel):
    """A tag over a stretch: `min`, `max` and `mean` (time-weighted) include the value that it began with.

    `good_share` is the share of the time whose value is GOOD, `covered_s` the time that has any. Null: nothing to say.
    """

    tag: int
    n: int
    n_good: int
    min: float | None
    max: float | None
    mean: float | None
    covered_s: float
    good_share: float


type Ids = Annotated[str, Query(description="ids with commas between them", max_length=2_000)]


def routes(api: Api, historian: Historian) -> None:
    """Declare the routes; of tags out of sight they tell as little as of tags that do not exist."""

    @api.query("GET", "/samples/at", permission=VIEW, summary="What each of several tags said at a moment")
    def at(tags: Ids, at: str, scope: Scope) -> Page[MomentOut]:
        """Tags that had said nothing by then are left out."""
        at_us = from_rfc3339(at)
        found = (historian.last((tag,), scope=scope, at_us=at_us) for tag in _visible(historian, tags, scope))
        return Page(items=[_moment(sample) for samples in found for sample in samples.values()])

    @api.query("GET", "/statistics", permission=VIEW, summary="What a stretch of time of several tags comes to")
    def statistics(tags: Ids, start: str, end: str, scope: Scope) -> Page[StatisticsOut]:
        """Of numbers; texts are left out."""
        span = period(start, end)
        return Page(items=list(_statistics(historian, _visible(historian, tags, scope), span, scope)))


def _visible(historian: Historian, words: str, scope: Scope) -> Iterator[int]:
    """The tags asked for that the caller sees: a picture that was sent to a colleague shows what the colleague may."""
    given = list(dict.fromkeys(words.split(",")))
    if len(given) > MOMENT_TAGS_MAX:
        raise InvalidError(f"at most {MOMENT_TAGS_MAX} tags at once", pointer="/tags", code="tags")
    for word in given:
        if not (word.isascii() and word.isdecimal() and len(word) <= DIGITS_MAX):
            raise InvalidError(f"{word!r} is not the id of a tag", pointer="/tags", code="tags")
        try:
            historian.last((int(word),), scope=scope)
        except NotFoundError:
            continue
        yield int(word)


def _statistics(
    historian: Historian, tags: Iterator[int], span: tuple[int, int], scope: Scope
) -> Iterator[StatisticsOut]:
    for tag in tags:
        try:
            mean = historian.mean(tag, *span, scope=scope)
        except InvalidError:  # a text
            continue
        whole = historian.series(tag, *span, 1, scope=scope)
        began = historian.bounding((tag,), span[0], scope=scope).get(tag)
        numbers = [*whole.min.tolist(), *whole.max.tolist(), *_number(began and began.value)]
        known = [number for number in numbers if math.isfinite(number)]
        yield StatisticsOut(
            tag=tag,
            n=sum(whole.n.tolist()),
            n_good=sum(whole.n_good.tolist()),
            min=min(known, default=None),
            max=max(known, default=None),
            mean=mean.value if mean.value is not None and math.isfinite(mean.value) else None,
            covered_s=mean.covered_us / 1e6,
            good_share=mean.good_fraction,
        )


def _number(value: Value) -> list[float]:
    return [float(value)] if isinstance(value, (bool, int, float)) else []


def _moment(sample: Sample) -> MomentOut:
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
    )
