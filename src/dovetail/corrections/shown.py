"""A correction as people see it: what it says, of when, by whom and why, and how much came after it."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, Field

from dovetail.core import quality as q
from dovetail.core.clock import to_rfc3339
from dovetail.corrections.model import QUALITIES, Correction

GRADES: Final = {quality: grade for grade, quality in QUALITIES.items()}


class UndoneOut(BaseModel):
    """Who took it back, when and why."""

    by: str
    at: str
    reason: str


class CorrectionOut(BaseModel):
    """A correction of [start, end). `given` samples, or what becomes of each that was sent; `undone` null: it counts.

    `under` samples lay beneath it when it was made, `came_after` more have come since; it counts for them as well.
    `known` is its place in the order of knowledge: with `as_of` one less, samples are shown as they were before it.
    """

    id: int
    tag_id: int
    what: str
    start: str
    end: str
    given: int | None
    value: float | int | bool | str | None
    scale: float
    offset: float
    quality: str | None = Field(description="the word of a grade: good, uncertain or bad")
    reason: str
    by: str
    at: str
    known: int
    undone: UndoneOut | None
    under: int
    came_after: int


def correction_out(one: Correction, *, beneath: int) -> CorrectionOut:
    """As the API answers it; `beneath` samples lie beneath it now."""
    change, undone = one.change, one.undone
    return CorrectionOut(
        id=one.id,
        tag_id=one.tag,
        what=one.what,
        start=to_rfc3339(one.from_us),
        end=to_rfc3339(one.to_us),
        given=None if one.given is None else len(one.given),
        value=None if change is None else change.value,
        scale=1.0 if change is None else change.scale,
        offset=0.0 if change is None else change.offset,
        quality=None if change is None or change.quality is None else grade(change.quality),
        reason=one.reason,
        by=one.by_name,
        at=to_rfc3339(one.at_us),
        known=one.known,
        undone=None
        if undone is None
        else UndoneOut(by=undone.by_name, at=to_rfc3339(undone.at_us), reason=undone.reason),
        under=one.under,
        came_after=max(0, beneath - one.under),
    )


def grade(quality: int) -> str:
    """The word for a quality that a person gave."""
    return GRADES.get(quality, q.name(quality))
