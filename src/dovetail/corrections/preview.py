"""What a correction would do, before anybody says it: how many samples stand there, and the first of them after it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Literal

from pydantic import BaseModel, Field

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import InvalidError
from dovetail.corrections.asked import AmendSamples, DeleteSamples, Given, GivenSample, InsertSamples
from dovetail.corrections.model import Correction, Grade
from dovetail.corrections.overlay import laid
from dovetail.equipment.model import Tag
from dovetail.packing.columns import TEXT_KINDS, Block

SHOWN: Final = 20  # enough to see what a scale or a value does


class AskedPreview(BaseModel):
    """A correction as its operation takes it, without a reason; `value` is written as text, `end` is not for insert."""

    what: Literal["amend", "delete", "insert"]
    start: str
    end: str | None = None
    value: str | None = None
    scale: float = 1.0
    offset: float = 0.0
    quality: Grade | None = None

    def given(self, tag: Tag) -> AmendSamples | DeleteSamples | InsertSamples:
        """As the operation would be given it. Raises InvalidError."""
        if self.what == "insert":
            sample = GivenSample(ts=self.start, value=typed(tag, self.value), quality=self.quality or "good")
            return InsertSamples(tag_id=tag.id, samples=(sample,))
        if self.end is None:
            raise InvalidError("say up to when", pointer="/end", code="period")
        if self.what == "delete":
            return DeleteSamples(tag_id=tag.id, start=self.start, end=self.end)
        return AmendSamples(
            tag_id=tag.id, start=self.start, end=self.end, value=typed(tag, self.value), scale=self.scale,
            offset=self.offset, quality=self.quality,
        )  # fmt: skip


class SampleOut(BaseModel):
    """One sample."""

    ts: str
    value: float | int | bool | str | None
    quality: int
    quality_name: str


class PreviewOut(BaseModel):
    """`count` samples stand in [start, end) now; the first of them `before`, and what would stand there `after`.

    `more`: there are more than are shown.
    """

    start: str
    end: str
    count: int = Field(description="as people corrected them so far")
    before: list[SampleOut]
    after: list[SampleOut]
    more: bool


def preview_of(one: Correction, standing: Sequence[Block], *, count: int) -> PreviewOut:
    """Lay a correction over what stands, of which `standing` are the first up to SHOWN + 1 samples."""
    before = _rows(standing)
    upto_us = before[SHOWN][0] if len(before) > SHOWN else one.to_us  # of what is not shown nothing is said
    lying = laid([one])
    after = [] if lying is None else _rows(lying.lay(standing, one.from_us, upto_us))
    return PreviewOut(
        start=to_rfc3339(one.from_us),
        end=to_rfc3339(one.to_us),
        count=count,
        before=[_sample(row) for row in before[:SHOWN]],
        after=[_sample(row) for row in after if row[0] < upto_us][:SHOWN],
        more=len(before) > SHOWN,
    )


def typed(tag: Tag, text: str | None) -> Given:
    """A value that was written, as one of the tag's kind; what is none stays a text, to be refused as such.

    >>> whole = Tag(1, "a.b", 1, "b", None, None, Kind.I64)
    >>> typed(whole, "12"), typed(whole, "x")
    (12, 'x')
    """
    if text is None or tag.kind in TEXT_KINDS:
        return text
    if tag.kind is Kind.BOOL:
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def _rows(blocks: Sequence[Block]) -> list[tuple[int, Value, int]]:
    rows = [(ts, value, quality) for block in blocks for _, ts, value, quality in block.batch().rows()]
    return sorted(rows, key=lambda row: row[0])


def _sample(row: tuple[int, Value, int]) -> SampleOut:
    ts, value, quality = row
    if isinstance(value, float) and not math.isfinite(value):  # JSON has no such number
        value = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return SampleOut(ts=to_rfc3339(ts), value=value, quality=quality, quality_name=q.name(quality))
