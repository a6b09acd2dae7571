"""A place in the tree under a number: what has been chosen on the way down, and the node a reader sees there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from dovetail.core.clock import from_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.ledger.columns import BY_NAME
from dovetail.ledger.named import LABELS
from dovetail.performance.report import catalogue

type NodeKind = Literal[
    "kpi",
    "figure",
    "cycle",
    "stop",
    "cause",
    "stretch",
    "span",
    "column",
    "equipment",
    "slice",
    "state-record",
    "timeline-edit",
    "derived-record",
    "count-record",
    "count-entry",
    "job-response",
    "sample",
    "address",
]


MOMENTS: Final = range(from_rfc3339("0001-01-02T00:00:00Z"), from_rfc3339("9999-12-01T00:00:00Z"))


class Node(BaseModel):
    """A step of the explanation. `more`: there are children to fetch by path=key, from `next` where it is given."""

    key: str
    label: str
    value: float | int | str | bool | None = None
    unit: str = ""
    kind: NodeKind
    formula: str | None = None
    convention: str | None = None
    detail: dict[str, Any] = Field(default_factory=dict)
    more: bool = False
    next: str | None = None
    children: list[Node] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the tree a path leads: the question, and what has been chosen on the way down."""

    path: str
    equipment_id: int
    from_us: int
    to_us: int
    as_of: int | None
    scope: Scope
    kpi: str = ""
    column: str = ""
    unit: int = 0
    slice_us: int = 0
    record: str = ""
    edit: int = 0
    tag: int = 0
    ts_us: int = 0
    kind: NodeKind = "kpi"

    @property
    def ledger_id(self) -> int:
        """Whose slices are shown: the unit chosen below an area, else the equipment asked about."""
        return self.unit or self.equipment_id

    def down(self, step: str) -> Place:
        """One step further; raises NotFoundError for a step that leads nowhere."""
        path = f"{self.path}/{step}" if self.path else step
        word, _, rest = step.partition(":")
        if step in catalogue():
            return replace(self, path=path, kpi=step, column="", kind="kpi")
        if step in BY_NAME or step in LABELS:
            return replace(self, path=path, column=step, kind="column")
        try:
            return _STEPS[word](replace(self, path=path), rest)
        except (KeyError, ValueError) as error:
            raise NotFoundError(f"there is nothing at {path!r}", code="explain-path") from error


def _number(text: str) -> int:
    """A moment, or an id: these are smaller. Raises ValueError for what is neither."""
    number = int(text)
    if number not in MOMENTS:
        raise ValueError(f"{text[:40]} is no moment")
    return number


def _sample_step(place: Place, rest: str) -> Place:
    """The sample of a moment, or, with a second moment, the one that held then."""
    tag, *moments = rest.split(":")
    return replace(place, tag=_number(tag), ts_us=max(map(_number, moments)), kind="sample")


def _edit_step(place: Place, rest: str) -> Place:
    """An edit beneath a state record, or, with a moment, straight beneath a figure."""
    edit, _, at_us = rest.partition(":")
    record = str(_number(at_us or place.record))
    return replace(place, edit=_number(edit), record=record, kind="timeline-edit")


def _said_step(place: Place, _rest: str) -> Place:
    """Whoever said what a count record says."""
    if place.kind != "count-record":
        raise ValueError("nothing was counted there")
    return replace(place, kind="count-entry")


_STEPS: Final[Mapping[str, Callable[[Place, str], Place]]] = {
    "equipment": lambda place, rest: replace(place, unit=_number(rest), kind="equipment"),
    "slice": lambda place, rest: replace(place, slice_us=_number(rest), kind="slice"),
    "state-record": lambda place, rest: replace(place, record=str(_number(rest)), kind="state-record"),
    "timeline-edit": _edit_step,
    "derived-record": lambda place, rest: replace(place, record=str(_number(rest)), kind="derived-record"),
    "count-record": lambda place, rest: replace(place, record=str(_number(rest)), kind="count-record"),
    "said": _said_step,
    "job-response": lambda place, rest: replace(place, record=rest, kind="job-response"),
    "sample": _sample_step,
    "address": lambda place, rest: replace(place, tag=_number(rest), kind="address"),
}
