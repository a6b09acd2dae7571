"""What may be written about the flow of a line in a plant's files, and what must hold of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from dovetail.core.written import not_bool
from dovetail.plantcode.report import Report

FLOW: Final = "DT-P110"
CONSTRAINT: Final = "DT-P111"
BUFFER: Final = "DT-P119"
METHOD: Final = "DT-P120"
LEVEL: Final = "DT-P121"
NUMBERS: Final = ("f64", "i64", "u64")
MEANINGS: Final[dict[str, str]] = {
    FLOW: "The flow names something that is not directly below this equipment, or twice.",
    CONSTRAINT: "Constraint and outfeed are one of the flow, and stand alone in their step.",
    BUFFER: "A buffer lies before a unit of the flow that is not its first.",
    LEVEL: "The level of a buffer is a tag that the unit behind it has, and a number.",
    METHOD: "Only an equipment with a flow can be figured by `line`.",
}

_NAME: Final = {"type": "string", "minLength": 1, "maxLength": 400}
_LANE: Final = {"type": "array", "items": _NAME, "minItems": 2}
_STEP: Final = {"anyOf": [_NAME, {"type": "array", "items": {"anyOf": [_NAME, _LANE]}, "minItems": 1}]}


def _alone(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Name = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Lane = Annotated[tuple[Name, ...], Field(min_length=2)]
Step = Annotated[tuple[Name | Lane, ...], BeforeValidator(_alone), Field(min_length=1), WithJsonSchema(_STEP)]
Seconds = Annotated[float, BeforeValidator(not_bool), Field(ge=0, le=86_400, allow_inf_nan=False)]
LineMethod = Literal["constraint", "aggregate"]  # whose time and pieces make up the figures of a line
Pieces = Annotated[int, BeforeValidator(not_bool), Field(ge=1, le=1_000_000)]


class BufferEntry(BaseModel):
    """What lies before a unit of a line: room for pieces, and the way there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    capacity: Pieces | None = Field(default=None, description="a number: pieces it holds at most")
    level: Name | None = Field(default=None, description="the tag of the unit behind it that tells how many lie in it")
    transport_s: Seconds = Field(default=0.0, description="a number: seconds that a piece is under way")


class Tag(Protocol):
    """A tag as it is written."""

    @property
    def kind(self) -> str: ...


class Written(Protocol):
    """The part of an equipment's entry that says how material passes it."""

    @property
    def flow(self) -> tuple[tuple[str | tuple[str, ...], ...], ...]: ...
    @property
    def constraint(self) -> str | None: ...
    @property
    def outfeed(self) -> str | None: ...
    @property
    def line(self) -> LineMethod | None: ...
    @property
    def buffers(self) -> Mapping[str, BufferEntry]: ...


# of each step what stands side by side: a unit, or a lane of them
type Steps = Sequence[Sequence[str | tuple[str, ...]]]


def ways(flow: Steps) -> list[list[tuple[str, ...]]]:
    """Of each step the ways that a piece may take through it, each the units that it passes."""
    return [[(one,) if isinstance(one, str) else one for one in step] for step in flow]


def flat(flow: Steps) -> list[tuple[str, ...]]:
    """Of each step its units, whatever way they stand in."""
    return [tuple(name for way in step for name in way) for step in ways(flow)]


def lanes(flow: Steps) -> list[tuple[str, ...]]:
    """The lanes of a flow: ways with several units one behind the other."""
    return [way for step in ways(flow) for way in step if len(way) > 1]


def named(flow: Steps) -> tuple[str, ...]:
    """The names of a flow in its order, units side by side one after the other."""
    return tuple(name for step in flat(flow) for name in step)


def body_of(entry: Written) -> dict[str, Any]:
    """The flow as it is kept: a unit that stands alone by its name; buffers and `line` only where they are said."""
    last = ways(entry.flow[-1:])[0] if entry.flow else []
    body: dict[str, Any] = {
        "flow": [_step_body(step) for step in entry.flow],
        "constraint": entry.constraint,
        "outfeed": entry.outfeed or (last[0][-1] if len(last) == 1 else None),
    }
    unsaid = {"level"}  # kept only where it is said: a plant from before it is still the same plant
    buffers = {n: b.model_dump(mode="json", exclude=unsaid - b.model_fields_set) for n, b in entry.buffers.items()}
    body |= {"buffers": buffers} if buffers else {}
    return {**body, "line": entry.line} if entry.line else body


def _step_body(step: Sequence[str | tuple[str, ...]]) -> str | list[str | list[str]]:
    kept = [one if isinstance(one, str) else list(one) for one in step]
    return kept[0] if len(kept) == 1 and isinstance(kept[0], str) else kept


def steps_of(kept: Sequence[str | Sequence[str | Sequence[str]]]) -> tuple[tuple[str | tuple[str, ...], ...], ...]:
    """The steps of a flow as `body_of` kept it."""
    return tuple(
        (step,) if isinstance(step, str) else tuple(one if isinstance(one, str) else tuple(one) for one in step)
        for step in kept
    )


def check_flow(
    report: Report, path: str, entry: Written, below: Collection[str], tags_of: Callable[[str], Mapping[str, Tag]]
) -> None:
    """A flow names children of the line once each; constraint, outfeed and buffers are of the flow."""
    at = ("equipment", path)
    every = named(entry.flow)
    if entry.line and not every:
        report.error(METHOD, (*at, "line"), f"{path} has no flow: it is no line", hint="flow: [filler, capper]")
    seen: set[str] = set()
    for name, where in _places(entry.flow, (*at, "flow")):
        if name not in below:
            what = f"{name} does not stand directly below {path}"
            report.error(FLOW, where, what, candidates=below, given=name)
        elif name in seen:
            report.error(FLOW, where, f"{name} is in the flow twice", hint="name it once")
        seen.add(name)
    for field in ("constraint", "outfeed"):
        name = getattr(entry, field)
        if name is not None:
            _check_alone(report, (*at, field), field, name, entry.flow)
    if entry.constraint and not entry.outfeed and entry.flow and body_of(entry)["outfeed"] is None:
        hint = "name as `outfeed` a unit that every piece passes"
        report.error(
            CONSTRAINT, at, "the flow ends with several units side by side, and no outfeed is named", hint=hint
        )
    first = tuple(way[0] for way in ways(entry.flow[:1])[0]) if entry.flow else ()
    for name in entry.buffers:
        if name not in every or name in first:
            what = f"no buffer can lie before {name}: it is {'the first of' if name in first else 'not in'} the flow"
            report.error(BUFFER, (*at, "buffers", name), what, candidates=set(every) - set(first), given=name)
        elif (level := entry.buffers[name].level) is not None:
            _check_level(report, (*at, "buffers", name, "level"), level, tags_of(f"{path}/{name}"))


def _places(flow: Steps, at: tuple[str | int, ...]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Each name of a flow, and where in the file it stands."""
    for n, step in enumerate(flow):
        for m, one in enumerate(step):
            where = (*at, n) if len(step) == 1 else (*at, n, m)
            if isinstance(one, str):
                yield one, where
            else:
                yield from ((name, (*at, n, m, k)) for k, name in enumerate(one))


def _check_level(report: Report, at: tuple[str, ...], level: str, tags: Mapping[str, Tag]) -> None:
    if level not in tags:
        report.error(LEVEL, at, f"the unit behind this buffer has no tag {level}", candidates=tags, given=level)
    elif tags[level].kind not in NUMBERS:
        what = f"{level} is {tags[level].kind} and tells no number of pieces"
        report.error(LEVEL, at, what, hint=f"kind: {' or '.join(NUMBERS)}")


def _check_alone(report: Report, at: tuple[str, ...], field: str, name: str, flow: Steps) -> None:
    found = [(ways(flow)[n], step) for n, step in enumerate(flat(flow)) if name in step]
    if not found:
        report.error(CONSTRAINT, at, f"the {field} {name} is not in the flow", candidates=named(flow))
    elif len(found[0][0]) > 1:
        others = ", ".join(other for other in found[0][1] if other != name)
        hint = f"name a unit that every piece passes; side by side with it stands {others}"
        report.error(CONSTRAINT, at, f"only a part of the pieces passes the {field} {name}", hint=hint)
