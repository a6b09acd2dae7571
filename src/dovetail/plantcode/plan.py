"""What would change if a plant were applied: section by section, entry by entry, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from dovetail.plantcode.plant import Plant
from dovetail.plantcode.section import Bodies, Body, Changes, Section

EXIT_NOTHING: Final = 0
EXIT_ERROR: Final = 1
EXIT_CHANGES: Final = 2
VALUE_SHOWN_MAX: Final = 60  # characters of a value in a plan's line

type Act = Literal["add", "change", "remove", "move"]
_SIGNS: Final[dict[Act, str]] = {"add": "+", "change": "~", "remove": "-", "move": ">"}


@dataclass(frozen=True, slots=True)
class Step:
    """One entry that would change. `fields` are (what, before, after) as text, for changed and moved entries."""

    section: str
    act: Act
    key: str
    old_key: str | None = None
    fields: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        moved = f"{self.old_key} → " if self.old_key else ""
        lines = [f"{_SIGNS[self.act]} {self.section} {moved}{self.key}"]
        lines += [f"    {what}: {before} → {after}" for what, before, after in self.fields]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that an apply would do, and what it means for the data."""

    changes: Mapping[str, Changes]
    steps: tuple[Step, ...]
    impact: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 nothing to do, 2 changes: as Terraform says it; 1 is an error."""
        return EXIT_CHANGES if self.steps else EXIT_NOTHING

    def counts(self) -> dict[str, dict[str, int]]:
        """Per section with changes: how many entries are added, changed and removed (a move is one of each)."""
        return {
            key: {"added": len(one.added), "changed": len(one.changed), "removed": len(one.removed)}
            for key, one in self.changes.items()
            if one
        }

    def __str__(self) -> str:
        if not self.steps:
            return "Nothing to change."
        words: dict[Act, str] = {"add": "to add", "change": "to change", "move": "to move", "remove": "to remove"}
        counted = [(sum(step.act == act for step in self.steps), word) for act, word in words.items()]
        total = ", ".join(f"{count} {word}" for count, word in counted if count)
        return "\n".join([*(str(step) for step in self.steps), *(f"  ! {line}" for line in self.impact), f"{total}."])


def make_plan(plant: Plant, sections: Sequence[Section], reading: Any, at_us: int) -> Plan:
    """Compare a plant without errors with what is valid at `at_us`. `reading` is handed to the sections as it is."""
    changes: dict[str, Changes] = {}
    steps: list[Step] = []
    impact: list[str] = []
    for section in sections:
        current = section.current(reading, at_us)
        found = difference(current, section.bodies(plant), section.moved(plant))
        changes[section.key] = found
        steps.extend(_steps(section.key, found, current))
        impact.extend(section.impact(reading, found) if found else [])
    return Plan(changes, tuple(steps), tuple(impact))


def difference(current: Bodies, wanted: Bodies, moved: Mapping[str, str]) -> Changes:
    """What leads from `current` to `wanted`. A move that has been applied before is no move any more."""
    return Changes(
        added={key: body for key, body in wanted.items() if key not in current},
        changed={key: body for key, body in wanted.items() if key in current and body != current[key]},
        removed={key: body for key, body in current.items() if key not in wanted},
        moved={new: old for new, old in moved.items() if new not in current},
    )


def _steps(section: str, changes: Changes, current: Bodies) -> Iterator[Step]:
    moved = {new: old for new, old in changes.moved.items() if new in changes.added and old in changes.removed}
    left = set(moved.values())
    for key, body in changes.added.items():
        if key in moved:
            yield Step(section, "move", key, moved[key], fields(current[moved[key]], body))
        else:
            yield Step(section, "add", key)
    for key, body in changes.changed.items():
        yield Step(section, "change", key, None, fields(current[key], body))
    for key in changes.removed:
        if key not in left:
            yield Step(section, "remove", key)


def fields(before: Body, after: Body) -> tuple[tuple[str, str, str], ...]:
    """(what, before, after) of every field in which two definitions differ, as text."""
    return tuple((what, _shown(was), _shown(will)) for what, was, will in values(before, after))


def values(before: Any, after: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The same with the values themselves."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from values(before.get(key), after.get(key), f"{at}.{key}" if at else str(key))
    elif before != after:
        yield at, before, after


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= VALUE_SHOWN_MAX else text[: VALUE_SHOWN_MAX - 1] + "…"
