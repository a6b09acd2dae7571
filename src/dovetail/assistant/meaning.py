"""Write what a person took over of the claims as plant code: states, counters, rate, and levels as a computed tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, StringConstraints

from dovetail.core.errors import InvalidError
from dovetail.equipment.entries import Number, Rate
from dovetail.equipment.model import Equipment
from dovetail.meanings.model import CounterFound, Meanings
from dovetail.onboarding.compose import Documents
from dovetail.onboarding.schema import Part, Property
from dovetail.operations.operation import Input
from dovetail.plantcode import edit
from dovetail.plantcode.plant import Plant
from dovetail.retrofit.code import STATES, expression
from dovetail.retrofit.levels import LEVELS_MAX, NAMES, Threshold

WAYS: Final = ("packml", "values", "activity", "by_hand")
MADE_ANEW: Final = ("total", "good", "scrap")

type Word = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class Between(Part):
    """A threshold: over `high` it is the upper level, under `low` the lower one, in between what it was."""

    low: Number
    high: Number


class LevelsBody(Part):
    """A raw signal as off, idle and running: `thresholds` from the lowest up; `states` says what each level means.

    It becomes the computed tag `name` of the same machine, and its values the machine's states. `cycles` names a
    computed contact that closes whenever the highest level begins: it counts the machine's pieces.
    """

    tag: Property
    name: Property = "doing"
    thresholds: tuple[Between, ...] = Field(min_length=1, max_length=LEVELS_MAX - 1)
    states: dict[Word, Word] = Field(default={})
    cycles: Property | None = None


class MeanMachine(Input):
    """Say what a machine's signals mean. What is left out stays as it is; `states` and `counters` as in plant code."""

    equipment_id: int
    states: dict[str, Any] | None = None
    counters: dict[str, Any] | None = None
    standard_rate_upm: Rate | None = None
    levels: LevelsBody | None = None
    seen: int | None = Field(
        default=None, description="the plant version that was looked at; refused when another holds"
    )


class MachineMeant(BaseModel):
    """What came of it: the versions that hold now and held before."""

    equipment_path: str
    version: int
    previous: int


def suggested(found: Meanings) -> dict[str, Any]:
    """The claims as an input of the same shape: all that is not unknown, ready to be looked at and changed."""
    counters = {
        one.role: _counter(one) for one in found.counters if one.role is not None and one.confidence != "unknown"
    }
    if len(counters) == len(MADE_ANEW):
        del counters["good"]  # of the three two say it all
    said: dict[str, Any] = {"states": _states(found), "counters": counters or None}
    rate = found.rate
    said["standard_rate_upm"] = None if rate is None or rate.confidence == "unknown" else round(rate.rate_upm, 1)
    return said


def _counter(one: CounterFound) -> dict[str, Any]:
    return {"tag": one.tag} | ({} if one.modulus is None else {"modulus": one.modulus})


def _states(found: Meanings) -> dict[str, Any] | None:
    state = found.state
    if state is None or state.confidence == "unknown":
        return None
    said: dict[str, Any]
    match state.way:
        case "packml":
            said = {"packml": {"state": state.tag}}
        case "activity":
            said = {"activity": {"tag": state.tag, "timeout_s": state.timeout_s, "otherwise": "Idle"}}
        case _:
            meant = {one.value: one.state for one in state.values if one.state is not None}
            said = {"values": {"tag": state.tag, "map": meant}}
    return said | {one.use: one.tag for one in found.contacts}


def put(documents: Documents, plant: Plant, standing: Equipment, given: MeanMachine) -> Documents:
    """The files in which the machine means this. Raises InvalidError for levels that are not in order.

    `standing` is the machine as it holds now, with what its class hands down.
    """
    at, files, states, said = ("equipment", standing.path), documents, given.states, given.counters
    if given.levels is not None:
        computed, states = _leveled(given.levels)
        files = _changed(files, plant, (*at, "tags", given.levels.name), computed)
        if given.levels.cycles is not None:
            files = _changed(files, plant, (*at, "tags", given.levels.cycles), _cycles(given.levels))
            said = said or {"total": {"tag": given.levels.cycles}}
    if states is not None:
        files = _changed(files, plant, (*at, "states"), _kept(plant, (*at, "states"), WAYS, standing.states) | states)
    if said is not None:
        place, before = (*at, "counters"), plant.raw(*at, "counters")
        counters = {name: _like(before, name, one) for name, one in said.items()}
        kept = _kept(plant, place, MADE_ANEW, standing.counters)
        files = _changed(files, plant, place, kept | counters)
    if given.standard_rate_upm is not None:
        rate = given.standard_rate_upm
        files = _changed(files, plant, (*at, "standard_rate_upm"), int(rate) if float(rate).is_integer() else rate)
    return files


def _leveled(given: LevelsBody) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the computed tag, the states that its words mean)."""
    edges = [value for one in given.thresholds for value in (one.low, one.high)]
    if edges != sorted(edges):
        raise InvalidError("thresholds go from the lowest up, and low is under high", pointer="/levels/thresholds")
    names = NAMES[len(given.thresholds) + 1]
    thresholds = [Threshold(one.low, one.high, 0.0) for one in given.thresholds]
    meant = {name: given.states.get(name, STATES[name]) for name in names}
    computed = {"expression": expression(given.tag, names, thresholds), "kind": "str"}
    return computed, {"values": {"tag": given.name, "map": meant}}


def _cycles(given: LevelsBody) -> dict[str, Any]:
    """The contact that closes with each cycle."""
    top = given.thresholds[-1]
    return {"expression": f"hysteresis({given.tag}, {top.low:.6g}, {top.high:.6g})", "kind": "bool"}


def _kept(
    plant: Plant, at: tuple[str, ...], anew: tuple[str, ...], inherited: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What stands there beside what is said anew: interlocks, reasons, other counters.

    Of what is said anew, what a class hands down is taken away by `null`: else the machine would have two meanings.
    """
    raw = plant.raw(*at)
    own: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    has_class = plant.has(*at[:-1], "class")
    handed = {name: None for name in anew if has_class and (name in own or name in (inherited or {}))}
    return handed | {name: said for name, said in own.items() if name not in anew}


def _like(before: Any, name: str, said: Any) -> Any:
    """A counter of the same tag keeps what else was said of it."""
    old = before.get(name) if isinstance(before, Mapping) else None
    if isinstance(old, Mapping) and isinstance(said, Mapping) and old.get("tag") == said.get("tag"):
        return {**old, **said}
    return said


def _changed(files: Documents, plant: Plant, at: tuple[str, ...], value: Any) -> Documents:
    """A line that says so already is left as its author wrote it."""
    return files if plant.has(*at) and plant.raw(*at) == value else edit.put(files, at, value)
