"""Try an expression out over the API: what is wrong in it and where, or what it says of the plant's signals."""

from __future__ import annotations

from pydantic import BaseModel, Field

from dovetail.core import quality as q
from dovetail.core.clock import SECOND_US, from_rfc3339, to_rfc3339
from dovetail.core.errors import InvalidError
from dovetail.core.scope import Scope
from dovetail.expr.errors import ExpressionError
from dovetail.expr.limits import TEXT_MAX
from dovetail.operations.http import Api
from dovetail.virtual.service import VIEW, VirtualRoom
from dovetail.virtual.trial import Input


class ExpressionIn(BaseModel):
    """An expression as it would stand at a tag of an equipment; `at` is a moment of the past, default: now."""

    equipment_id: int
    expression: str = Field(max_length=TEXT_MAX * 2)
    at: str | None = None


class FaultOut(BaseModel):
    """What is wrong; `at` and `end` are characters of the text, from 0 on, end excluded."""

    message: str
    code: str
    at: int
    end: int
    hint: str | None


class InputOut(BaseModel):
    """A signal that is named: its tag, and the newest that was said of it. Null: there is no such tag."""

    name: str
    path: str
    tag_id: int | None
    value: float | int | bool | str | None
    quality_name: str | None


class ExpressionOut(BaseModel):
    """What it gives, and what it says at the moment: a null value where it is BAD, with the reason."""

    fault: FaultOut | None
    inputs: list[InputOut]
    kind: str | None = None
    unit: str | None = None
    looks_back_s: float | None = None
    at: str | None = None
    value: float | bool | str | None = None
    quality_name: str | None = None
    reason: str | None = None


def routes(api: Api, room: VirtualRoom) -> None:
    """Declare this room's routes."""

    @api.query("POST", "/tags/expressions/check", permission=VIEW, summary="Try an expression out; changes nothing")
    def check(asked: ExpressionIn, scope: Scope) -> ExpressionOut:
        """A fault is part of the answer: its place in the text, and a hint."""
        return answer(room, asked, scope=scope)


def answer(room: VirtualRoom, asked: ExpressionIn, *, scope: Scope) -> ExpressionOut:
    """What is told of an expression. Raises NotFoundError for equipment out of scope, InvalidError for no moment."""
    inputs = [_input(one) for one in room.inputs(asked.expression, asked.equipment_id, scope=scope)]
    try:
        at_us = None if asked.at is None else from_rfc3339(asked.at)
    except ValueError as error:
        raise InvalidError(f"{asked.at!r} is no moment", pointer="/at", hint="2026-01-05T06:00:00Z") from error
    try:
        found = room.tried(asked.expression, asked.equipment_id, at_us=at_us, scope=scope)
    except ExpressionError as error:
        fault = FaultOut(message=error.message, code=error.code, at=error.at, end=error.end, hint=error.hint)
        return ExpressionOut(fault=fault, inputs=inputs)
    unit = found.expression.unit
    return ExpressionOut(
        fault=None,
        inputs=inputs,
        kind=found.expression.kind,
        unit=None if unit is None or unit.is_scaled else unit.text,
        looks_back_s=found.expression.lookback_us / SECOND_US,
        at=to_rfc3339(found.at_us),
        value=found.value if isinstance(found.value, float | bool | str) else None,
        quality_name=q.name(found.quality),
        reason=found.words,
    )


def _input(one: Input) -> InputOut:
    sample = one.sample
    return InputOut(
        name=one.name,
        path=one.path,
        tag_id=None if one.tag is None else one.tag.id,
        value=None if sample is None else sample.value,
        quality_name=None if sample is None else q.name(sample.quality),
    )
