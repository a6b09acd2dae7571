"""Hold an entry against its schema, and say each misfit in the words of the plant's files, not of the validator."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable
from types import UnionType
from typing import Any

from pydantic import BaseModel, ValidationError

from dovetail.plantcode import codes
from dovetail.plantcode.report import Path, Report


def fit[M: BaseModel](model: type[M], value: object, at: Path | Callable[..., Path], report: Report) -> M | None:
    """The value as `model`, or None with each misfit reported at its own place below `at`.

    `at` may be a function from the keys inside the entry to a path, where fields of one entry stand in several places.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            _report(model, fault, at, report)
        return None


def _report(model: type[BaseModel], fault: Any, at: Path | Callable[..., Path], report: Report) -> None:
    loc = tuple(part for part in fault["loc"] if part != "[key]")
    where = at(*loc) if callable(at) else (*at, *loc)
    last = str(loc[-1] if loc else where[-1])
    match fault["type"]:
        case "extra_forbidden":
            owner = model_at(model, loc[:-1])
            known = field_names(owner) if owner else []
            report.error(codes.UNKNOWN_FIELD, where, f"there is no field {last} here", candidates=known, given=last)
        case "missing":
            report.error(codes.MISSING_FIELD, where, f"{last} is missing", hint=f"add {last}: …")
        case "literal_error" | "enum":
            words = re.findall(r"'([^']*)'", fault["ctx"]["expected"])
            shown = _short(fault["input"])
            report.error(
                codes.WRONG_VALUE, where, f"{last} cannot be {shown}", candidates=words, given=str(fault["input"])
            )
        case "model_type" | "dict_type" | "model_attributes_type":
            report.error(codes.NOT_A_MAPPING, where, f"{last} must be a mapping (key: value)")
        case _:
            said = fault["msg"].removeprefix("Value error, ").removeprefix("Input ")
            report.error(codes.WRONG_VALUE, where, f"{last}: {said}, not {_short(fault['input'])}")


def _short(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = "empty" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def field_names(model: type[BaseModel]) -> list[str]:
    """The names that may be written in a file for a model's fields."""
    return [field.alias or name for name, field in model.model_fields.items()]


def model_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> type[BaseModel] | None:
    """The model that describes what stands at `loc` inside an entry; None where it is not one model's."""
    annotation: Any = model
    for part in loc:
        annotation = _inside(annotation, part)
    return next(
        (one for one in _alternatives(annotation) if isinstance(one, type) and issubclass(one, BaseModel)), None
    )


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    origin = typing.get_origin(annotation)
    if origin is typing.Union or origin is UnionType:
        return typing.get_args(annotation)
    return (annotation,)


def _inside(annotation: Any, part: str | int) -> Any:
    for one in _alternatives(annotation):
        if isinstance(one, type) and issubclass(one, BaseModel):
            named = {field.alias or name: field.annotation for name, field in one.model_fields.items()}
            if part in named:
                return named[str(part)]
        arguments = typing.get_args(one)
        if arguments and typing.get_origin(one) is not None:
            return arguments[-1]
    return None
