"""What may be asked of a correction, read and found to make sense of its tag: else it is said where it does not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np
import orjson
from pydantic import Field

from dovetail.core.batch import ZEROS, Kind, Value
from dovetail.core.clock import DAY_US
from dovetail.core.errors import InvalidError
from dovetail.core.limits import CORRECTION_LONGEST_US, CORRECTION_SAMPLES_MAX, STRING_BYTES_MAX
from dovetail.corrections.model import QUALITIES, Change, Grade
from dovetail.corrections.overlay import column
from dovetail.equipment.model import Tag
from dovetail.operations.moment import moment, past_moment
from dovetail.operations.operation import Input
from dovetail.packing.columns import TEXT_KINDS, VALID, Block

Moment = Annotated[str, Field(description="RFC 3339 with offset")]
Given = float | int | bool | str | None


class GivenSample(Input):
    """One sample as a person gives it; without a value, or with a bad quality, it says that there was none."""

    ts: Moment
    value: Given = None
    quality: Grade = "good"


class AmendSamples(Input):
    """In [start, end) of a tag the samples are these `samples`; or each has this `value`, or value · scale + offset.

    A `quality` alone says what they are worth. What comes late for this time is corrected in the same way.
    """

    tag_id: int
    start: Moment
    end: Moment
    samples: tuple[GivenSample, ...] | None = Field(default=None, min_length=1, max_length=CORRECTION_SAMPLES_MAX)
    value: Given = None
    scale: float = Field(default=1.0, allow_inf_nan=False)
    offset: float = Field(default=0.0, allow_inf_nan=False)
    quality: Grade | None = None


class DeleteSamples(Input):
    """In [start, end) of a tag there are no samples, neither those there are nor those that come late."""

    tag_id: int
    start: Moment
    end: Moment


class InsertSamples(Input):
    """These samples were never sent; they stand beside those there are, after one of the same moment."""

    tag_id: int
    samples: tuple[GivenSample, ...] = Field(min_length=1, max_length=CORRECTION_SAMPLES_MAX)


class UndoCorrection(Input):
    """A correction no longer counts: what lay beneath it stands again."""

    correction_id: int


def period_of(start: str, end: str, *, now_us: int) -> tuple[int, int]:
    """[start, end) in µs. Raises InvalidError for what is reversed, too long, or has not happened yet."""
    from_us, to_us = moment(start, "/start"), past_moment(end, "/end", now_us=now_us)
    if to_us <= from_us:
        raise InvalidError("the end lies before the start", pointer="/end", code="period")
    require_short(from_us, to_us, "/end")
    return from_us, to_us


def require_short(from_us: int, to_us: int, pointer: str) -> None:
    if to_us - from_us > CORRECTION_LONGEST_US:
        message = f"this is longer than {CORRECTION_LONGEST_US // DAY_US} days"
        raise InvalidError(message, pointer=pointer, code="correction-too-long", hint="correct it in parts")


def require_alone(given: AmendSamples) -> None:
    """Raise InvalidError where given samples come with something else."""
    said = given.model_fields_set & {"value", "scale", "offset", "quality"}
    if said:
        message = "samples that are given have their own values and qualities"
        raise InvalidError(message, pointer=f"/{min(said)}", code="correction-unclear")


def change_of(tag: Tag, given: AmendSamples) -> Change:
    """What becomes of each sample. Raises InvalidError where nothing would, or where it makes no sense of this tag."""
    scaled = given.scale != 1.0 or given.offset != 0.0
    if given.value is None and not scaled and given.quality is None:
        hint = "give samples, a value, a scale or offset, or a quality"
        raise InvalidError("this says nothing", pointer="/value", code="correction-empty", hint=hint)
    if given.value is not None and scaled:
        message = "a value is not scaled: give it as it was"
        raise InvalidError(message, pointer="/scale", code="correction-unclear")
    if scaled and (tag.kind is Kind.BOOL or tag.kind in TEXT_KINDS):
        pointer = "/scale" if given.scale != 1.0 else "/offset"
        raise InvalidError(f"{tag.path} is no number", pointer=pointer, code="correction-kind")
    if given.quality == "bad" and (given.value is not None or scaled):
        raise InvalidError("what is bad has no value", pointer="/quality", code="correction-unclear")
    value = None if given.value is None else _value(tag, given.value, "/value")
    quality = None if given.quality is None else QUALITIES[given.quality]
    return Change(tag.kind, value, given.scale, given.offset, quality)


def given_block(tag: Tag, samples: Sequence[GivenSample], from_us: int, to_us: int) -> Block:
    """Given samples in columns, by (ts, place in the list). Raises InvalidError that points at the one at fault."""
    ts, values, status = list[int](), list[Value](), list[int]()
    for n, one in enumerate(samples):
        pointer = f"/samples/{n}"
        at_us = moment(one.ts, f"{pointer}/ts")
        if not from_us <= at_us < to_us:
            message = f"{one.ts} lies outside what is corrected"
            raise InvalidError(message, pointer=f"{pointer}/ts", code="correction-outside")
        if one.value is not None and one.quality == "bad":
            raise InvalidError("what is bad has no value", pointer=f"{pointer}/quality", code="correction-unclear")
        has = one.value is not None
        ts.append(at_us)
        values.append(_value(tag, one.value, f"{pointer}/value") if has else ZEROS[tag.kind])
        status.append(VALID | QUALITIES[one.quality] if has else QUALITIES["bad"])
    order = np.argsort(np.array(ts, dtype=np.int64), kind="stable")
    block = Block(
        tag.kind,
        np.full(len(ts), tag.id, dtype=np.int64),
        np.array(ts, dtype=np.int64),
        column(tag.kind, values),
        np.array(status, dtype=np.uint32),
    )
    return block.take(order)


def _value(tag: Tag, value: Given, pointer: str) -> Value:
    """A value as one of the tag's kind. Raises InvalidError."""
    kind, fits = tag.kind, False
    match value:
        case bool():
            fits = kind is Kind.BOOL
        case int() | float() if kind is Kind.F64:
            fits, value = math.isfinite(value), float(value)
        case int() | float() if kind in (Kind.I64, Kind.U64):
            limits = np.iinfo(np.uint64 if kind is Kind.U64 else np.int64)
            fits = math.isfinite(value) and value == int(value) and limits.min <= int(value) <= limits.max
            value = int(value) if fits else value
        case str():
            fits = kind in TEXT_KINDS and _is_text(value, kind)
        case _:
            pass
    if not fits:
        message = f"{tag.path} is of kind {kind.name.lower()}: this is no value of it"
        raise InvalidError(message, pointer=pointer, code="correction-kind")
    return value


def _is_text(text: str, kind: Kind) -> bool:
    try:
        encoded = text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: no text
        return False
    if kind is Kind.JSON:
        try:
            orjson.loads(encoded)
        except ValueError:
            return False
    return len(encoded) <= STRING_BYTES_MAX
