"""A section of the plant code: one top-level key, what may stand under it, and what its room does with it.

`plantcode/` is only the mechanism; rooms export `SECTIONS` from their `plant.py` and `app/bootstrap.py` brings them
together. Codes: DT-P0xx plant code itself, 1xx equipment, 2xx connections and tags, 3xx products, 4xx calendars,
5xx reasons, states and counters, 6xx jobs, 7xx retention, 80x copies, 81x conventions and targets, 9xx computed tags.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report

type Body = dict[str, Any]
type Bodies = dict[str, Body]


@dataclass(frozen=True, slots=True)
class Changes:
    """What one section's apply has to do. `moved` maps a new key to its old one (new in added, old in removed)."""

    added: Bodies = field(default_factory=dict[str, Body])
    changed: Bodies = field(default_factory=dict[str, Body])
    removed: Bodies = field(default_factory=dict[str, Body])
    moved: Mapping[str, str] = field(default_factory=dict[str, str])

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def put(self) -> dict[str, Body | None]:
        """What a versioned table is given: a body per added or changed key, None per removed one."""
        return {**self.added, **self.changed, **dict.fromkeys(self.removed)}


def _no_moves(_plant: Plant) -> Mapping[str, str]:
    return {}


def _no_impact(_reading: Any, _changes: Changes) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Section:
    """What a room says about its part of the plant code.

    `model` is the schema of one entry (`single`: of the whole section, which then has one entry, keyed ""). `check`
    finds what crosses entries; it runs also when other entries are faulty, and never raises. `bodies` gives the
    resolved definitions as plain JSON data, and is only asked of a plant without errors. `current` and `apply` get a
    db Reading / UnitOfWork (typed loosely: plantcode lies beside db). `moved` gives new key → old key. `impact` gets
    (reading, changes) and gives lines for `plan`. `schema` may refine the JSON Schema of the section for editors.
    """

    key: str
    model: type[BaseModel]
    check: Callable[[Plant, Report], None]
    bodies: Callable[[Plant], Bodies]
    current: Callable[[Any, int], Bodies]
    apply: Callable[[Any, Changes, int], None]
    impact: Callable[[Any, Changes], list[str]] = _no_impact
    single: bool = False
    moved: Callable[[Plant], Mapping[str, str]] = _no_moves
    schema: Callable[[dict[str, Any]], dict[str, Any]] | None = None
