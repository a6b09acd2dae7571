"""Try an expression out before it is part of the plant: on what is known now, or was at a moment of the past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dovetail.core.batch import Value
from dovetail.equipment.model import Tag
from dovetail.expr.checking import Expression, check
from dovetail.expr.evaluate import Span, context_us, evaluate
from dovetail.historian.model import Sample
from dovetail.tracks.columns import STATUS_WORDS
from dovetail.tracks.memory import Heard
from dovetail.tracks.samples import by_tag
from dovetail.tracks.settle import rows_of
from dovetail.virtual.asked import SCOPE, Past
from dovetail.virtual.model import meaning_of


@dataclass(frozen=True, slots=True)
class Input:
    """A signal that an expression names, the tag it means (None: there is none), and what it last said."""

    name: str
    path: str
    tag: Tag | None
    sample: Sample | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What an expression says at a moment: a value, None where it is BAD, with quality and status."""

    expression: Expression
    at_us: int
    value: Value
    quality: int
    status: int

    @property
    def words(self) -> str | None:
        """Why it is BAD, where the inputs alone do not say it."""
        return STATUS_WORDS.get(self.status)


def tried(samples: Past, inputs: Sequence[Input], *, text: str, names: Sequence[str], moment_us: int) -> Tried:
    """Check and compute at a moment. `names` are offered for a misspelt one. Raises ExpressionError."""
    tags: Mapping[str, Tag | None] = {one.name: one.tag for one in inputs}
    expression = check(text, lambda name: meaning_of(tags[name]), names=names)
    start_us = context_us(expression, moment_us)
    tracks = {
        name: heard_of(samples, tag, start_us, moment_us).track(start_us)
        for name, tag in tags.items()
        if tag is not None
    }
    row = rows_of(evaluate(expression, tracks, Span(moment_us, moment_us)))[-1]
    bad = row.quality & 0xC0 == 0
    return Tried(expression, moment_us, None if bad else row.value, row.quality, row.status)


def heard_of(samples: Past, tag: Tag, start_us: int, upto_us: int) -> Heard:
    """The samples of a tag over a stretch, with the one that held before it; the tag can be computed with."""
    meaning = meaning_of(tag)
    assert meaning is not None  # the check has passed
    before = samples.bounding([tag.id], start_us + 1, scope=SCOPE).get(tag.id)
    first_us = start_us + 1 if before is None else before.ts_us
    batches = samples.raw([tag.id], first_us, upto_us + 1, scope=SCOPE)
    only = np.array([tag.id], dtype=np.int64)
    heard = Heard(meaning.kind)
    heard.fill([part for batch in batches for _, part in by_tag(batch, only)], start_us, upto_us)
    return heard
