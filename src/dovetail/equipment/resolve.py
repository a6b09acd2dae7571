"""Turn classes and parameters into what each equipment really is: its own tags, states and counters, filled in.

A class extends another, an equipment overrides its class: field by field for tags and counters, key by key for
states and job; `null` takes an inherited thing away. `{parameter}` is filled in at the equipment, last of all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from dovetail.equipment import codes
from dovetail.equipment.entries import ClassEntry, EquipmentEntry, ParameterEntry, TagEntry
from dovetail.plantcode.fit import fit
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report, nearest

_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")

type Parameter = str | int | float | bool | None
type Where = tuple[str | int, ...]


@dataclass(slots=True)
class ClassBody:
    """A class with all it extends merged in. `chain` names it and its ancestors, nearest first."""

    chain: tuple[str, ...]
    parameters: dict[str, ParameterEntry] = field(default_factory=dict[str, ParameterEntry])
    tags: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    states: dict[str, Any] | None = None
    counters: dict[str, Any] = field(default_factory=dict[str, Any])
    job: dict[str, Any] | None = None
    standard_rate_upm: Any = None


@dataclass(slots=True)
class Resolved:
    """One equipment as it really is. `where` finds the place in the files that says a thing about it."""

    plant: Plant
    path: str
    entry: EquipmentEntry
    chain: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    tags: dict[str, TagEntry]
    states: dict[str, Any] | None
    counters: dict[str, Any]
    job: dict[str, Any] | None
    standard_rate_upm: float | None
    timezone: str
    calendar: str | None

    def where(self, *rest: str | int) -> Where:
        """The path for `Report.error`: at the equipment where it says it itself, else at the class it comes from."""
        return where(self.plant, self.path, self.chain, rest)


def where(plant: Plant, path: str, chain: tuple[str, ...], rest: Where) -> Where:
    """What says `rest` about an equipment: itself, else its nearest class that does, else the equipment as a whole.

    Where the class only says `{parameter}`, it is the equipment's value for that parameter.
    """
    own = ("equipment", path, *rest)
    if plant.has(*own):
        return own
    classes = (("equipment_classes", name, *rest) for name in chain)
    there = next((at for at in classes if plant.has(*at)), None)
    if there is None:
        return own
    text = plant.raw(*there)
    whole = _PLACEHOLDER.fullmatch(text) if isinstance(text, str) else None
    given = ("equipment", path, "parameters", whole[1]) if whole else own
    return given if whole and plant.has(*given) else there


def resolved(plant: Plant, report: Report) -> dict[str, Resolved]:
    """Every equipment that could be resolved, by path, parents first; faults go to `report` the first time only."""
    return plant.once("equipment.resolved", lambda: _resolve_all(plant, report))


def _resolve_all(plant: Plant, report: Report) -> dict[str, Resolved]:
    classes = _flatten_classes(plant, report)
    done: dict[str, Resolved] = {}
    for path, entry in sorted(plant.entries("equipment", EquipmentEntry).items()):
        above = done.get(path.rpartition("/")[0])
        base = _class_of(plant, report, classes, path)
        done[path] = _resolve(plant, report, path=path, entry=entry, base=base, above=above)
    return done


def _class_of(plant: Plant, report: Report, classes: dict[str, ClassBody], path: str) -> ClassBody | None:
    name = plant.entries("equipment", EquipmentEntry)[path].class_name
    if name is None:
        return None
    if name not in plant.names("equipment_classes"):
        there = plant.names("equipment_classes")
        report.error(
            codes.NO_CLASS, ("equipment", path, "class"), f"there is no equipment class {name}", candidates=there
        )
    return classes.get(name)


def _flatten_classes(plant: Plant, report: Report) -> dict[str, ClassBody]:
    entries = plant.entries("equipment_classes", ClassEntry)
    done: dict[str, ClassBody] = {}
    for name in entries:
        line = _ancestry(plant, report, entries, name)
        for one in reversed(line):
            if one not in done:
                parent = done.get(entries[one].extends or "")
                done[one] = _extend(one, entries[one], parent)
    return done


def _ancestry(plant: Plant, report: Report, entries: Mapping[str, ClassEntry], name: str) -> list[str]:
    line = [name]
    while (above := entries[line[-1]].extends) is not None:
        at = ("equipment_classes", line[-1], "extends")
        if above in line:
            circle = " → ".join([*line[line.index(above) :], above])
            report.error(codes.CLASS_CIRCLE, at, f"a class cannot extend itself: {circle}", hint="end the circle")
            break
        if above not in plant.names("equipment_classes"):
            others = set(entries) - {line[-1]}
            report.error(codes.NO_CLASS, at, f"there is no equipment class {above}", candidates=others)
        if above not in entries:
            break
        line.append(above)
    return line


def _extend(name: str, entry: ClassEntry, base: ClassBody | None) -> ClassBody:
    base = base or ClassBody(chain=())
    return ClassBody(
        chain=(name, *base.chain),
        parameters={**base.parameters, **entry.parameters},
        tags=_by_field(base.tags, entry.tags),
        states=_by_key(base.states, entry.states),
        counters=_by_field(base.counters, entry.counters),
        job=_by_key(base.job, entry.job),
        standard_rate_upm=base.standard_rate_upm if entry.standard_rate_upm is None else entry.standard_rate_upm,
    )


def _by_field(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, body in over.items():
        if body is None:
            merged.pop(name, None)
        elif isinstance(body, dict) and isinstance(merged.get(name), dict):
            merged[name] = {**merged[name], **body}
        else:
            merged[name] = body
    return merged


def _by_key(base: Mapping[str, Any] | None, over: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if base is None and over is None:
        return None
    merged = {**(base or {}), **(over or {})}
    return {key: value for key, value in merged.items() if value is not None}


def _resolve(
    plant: Plant, report: Report, *, path: str, entry: EquipmentEntry, base: ClassBody | None, above: Resolved | None
) -> Resolved:
    body = base or ClassBody(chain=())
    given = _parameters(report, path, entry, body) if base else dict(entry.parameters)
    fill = _Filler(plant, report, path=path, chain=body.chain, values=given, known=body.parameters)
    rate = body.standard_rate_upm if entry.standard_rate_upm is None else entry.standard_rate_upm
    return Resolved(
        plant=plant,
        path=path,
        entry=entry,
        chain=body.chain,
        parameters=given,
        tags=_tags(report, fill, _by_field(body.tags, entry.tags)),
        states=fill.inside(_by_key(body.states, entry.states), ("states",)),
        counters=fill.inside(_by_field(body.counters, entry.counters), ("counters",)),
        job=fill.inside(_by_key(body.job, entry.job), ("job",)),
        standard_rate_upm=_rate(report, fill, rate),
        timezone=entry.timezone or (above.timezone if above else ""),
        calendar=entry.calendar or (above.calendar if above else None),
    )


def _rate(report: Report, fill: _Filler, rate: Any) -> float | None:
    value = fill.inside(rate, ("standard_rate_upm",))
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool) and value > 0):
        return None if value is None else float(value)
    at = fill.where("standard_rate_upm")
    report.error(
        codes.PARAMETER_VALUE, at, f"standard_rate_upm is {value!r} and not a number above 0", hint=fill.whose()
    )
    return None


def _parameters(report: Report, path: str, entry: EquipmentEntry, body: ClassBody) -> dict[str, Parameter]:
    """The values of the class's parameters at this equipment. Faults name the class that wants them."""
    values: dict[str, Parameter] = {}
    at = ("equipment", path, "parameters")
    meant = {nearest(name, body.parameters) for name in entry.parameters if name not in body.parameters}
    for name in entry.parameters:
        if name not in body.parameters:
            what = f"the class {body.chain[0]} has no parameter {name}"
            report.error(codes.UNKNOWN_PARAMETER, (*at, name), what, candidates=body.parameters, given=name)
    for name, wanted in body.parameters.items():
        if name in entry.parameters:
            value = _typed(entry.parameters[name], wanted.type)
            if value is None:
                what = f"{name} must be of type {wanted.type}, not {entry.parameters[name]!r}"
                report.error(codes.PARAMETER_VALUE, (*at, name), what, hint=f"the class {body.chain[0]} says so")
            values[name] = value
        elif "default" in wanted.model_fields_set:
            values[name] = wanted.default
        elif name not in meant:  # a misspelt parameter is one fault, not two
            what = f"the class {body.chain[0]} needs the parameter {name}"
            report.error(codes.MISSING_PARAMETER, at, what, hint=f"add {name}: … under parameters")
    return values


def _typed(value: Parameter, wanted: str) -> Parameter:
    match wanted, value:
        case "bool", bool():
            return value
        case _, bool():
            return None
        case "str", str() | int() | float():
            return str(value)
        case "int", int():
            return value
        case "float", int() | float():
            return float(value)
        case _:
            return None


class _Filler:
    """Fills `{parameter}` into the texts of one equipment."""

    def __init__(
        self,
        plant: Plant,
        report: Report,
        *,
        path: str,
        chain: tuple[str, ...],
        values: Mapping[str, Parameter],
        known: Mapping[str, ParameterEntry],
    ) -> None:
        self._plant, self._report = plant, report
        self.path, self.chain = path, chain
        self._values, self._known = values, known

    def where(self, *rest: str | int) -> Where:
        """The place that says `rest` about this equipment."""
        return where(self._plant, self.path, self.chain, rest)

    def whose(self) -> str | None:
        """Said beside a fault that stands at a class: for which equipment it arose."""
        return f"as filled in for {self.path}" if self.chain else None

    def inside(self, value: Any, rest: Where) -> Any:
        """The same data with every text in it filled in; a text that is one placeholder takes the value's type."""
        if not self.chain:
            return value
        if isinstance(value, dict):
            return {key: self.inside(below, (*rest, key)) for key, below in value.items()}
        if isinstance(value, list):
            return [self.inside(below, (*rest, n)) for n, below in enumerate(value)]
        if isinstance(value, str) and "{" in value:
            return self._text(value, rest)
        return value

    def _text(self, text: str, rest: Where) -> Any:
        whole = _PLACEHOLDER.fullmatch(text)
        if whole and whole[1] in self._values:
            return self._values[whole[1]]
        return _PLACEHOLDER.sub(lambda found: self._one(found, rest), text)

    def _one(self, found: re.Match[str], rest: Where) -> str:
        name = found[1]
        if name in self._values:
            return _written(self._values[name])
        if name not in self._known and rest[-1] != "unit":  # {bottle} is a unit to UCUM
            what = f"{found[0]} names no parameter of the class {self.chain[0]}"
            self._report.error(codes.UNKNOWN_PLACEHOLDER, self.where(*rest), what, candidates=self._known, given=name)
        return found[0]


def _written(value: Parameter) -> str:
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def _tags(report: Report, fill: _Filler, raw: Mapping[str, Any]) -> dict[str, TagEntry]:
    tags: dict[str, TagEntry] = {}
    for name, body in raw.items():
        at = partial(fill.where, "tags", name)
        tag = fit(TagEntry, fill.inside(body, ("tags", name)), at, report)
        if tag is not None:
            tags[name] = tag
    return tags
