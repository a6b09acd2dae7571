"""Hold an entry against its schema, and say each misfit in the words of the plant's files, not of the validator."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable
from types import UnionType
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from dovetail.plantcode import codes
from dovetail.plantcode.report import Path, Report, nearest

_WANTED: Final = {
    "float_": "write a number",
    "int_": "write a whole number",
    "bool_": "write true or false",
    "string_": "write a text; quote it if it looks like a number",
    "list_": "write a list: [a, b]",
    "tuple_": "write a list: [a, b]",
    "greater_": "write a larger number",
    "less_": "write a smaller number",
}


def fit[M: BaseModel](model: type[M], value: object, at: Path | Callable[..., Path], report: Report) -> M | None:
    """The value as `model`, or None with each misfit reported at its own place below `at`.

    `at` may be a function from the keys inside the entry to a path, where fields of one entry stand in several places.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        meant = {_meant(model, fault) for fault in faults if fault["type"] == "extra_forbidden"}
        for fault in faults:
            if fault["type"] != "missing" or fault["loc"] not in meant:  # a misspelt field is one fault, not two
                _report(model, fault, at, report)
        return None


def _meant(model: type[BaseModel], fault: Any) -> tuple[str | int, ...]:
    """Where the field stands that an unknown one was probably meant to be."""
    owner = model_at(model, fault["loc"][:-1])
    return (*fault["loc"][:-1], nearest(str(fault["loc"][-1]), field_names(owner) if owner else ()) or "")


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
            expected = str(fault["ctx"]["expected"])
            words, given = re.findall(r"'([^']*)'", expected), str(fault["input"])
            hint = None if words else f"it can be {expected}"
            message = f"{last} cannot be {_short(fault['input'])}"
            report.error(codes.WRONG_VALUE, where, message, candidates=words, given=given, hint=hint)
        case "model_type" | "dict_type" | "model_attributes_type":
            report.error(codes.NOT_A_MAPPING, where, f"{last} must be a mapping", hint="key: value")
        case _:
            report.error(codes.WRONG_VALUE, where, f"{last}: {_said(fault)}", hint=_way_on(model, fault))


def _said(fault: Any) -> str:
    said = fault["msg"].removeprefix("Value error, ").removeprefix("Input ").partition(", unable to")[0]
    return said if isinstance(fault["input"], dict | list) else f"{said}, not {_short(fault['input'])}"


def _way_on(model: type[BaseModel], fault: Any) -> str | None:
    """What the field is for, where its schema says so; else what kind of value it wants."""
    owner = model_at(model, fault["loc"][:-1]) if fault["loc"] else None
    fields = {field.alias or name: field for name, field in owner.model_fields.items()} if owner else {}
    field = fields.get(str(fault["loc"][-1])) if fault["loc"] else None
    if field is not None and field.description:
        return field.description
    return next((hint for begins, hint in _WANTED.items() if fault["type"].startswith(begins)), None)


def _short(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = "empty" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
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
            if isinstance(part, int) and (bare := getattr(one, "BARE_LIST", None)):  # a list that stands for one field
                return _inside(named[bare], part)
        arguments = [argument for argument in typing.get_args(one) if argument is not ...]  # tuple[X, ...]
        if arguments and typing.get_origin(one) is not None:
            return arguments[-1]
    return None
