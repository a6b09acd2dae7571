"""What must hold for the computed tags of a plant: each fits its kind and unit, and none follows from itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dovetail.equipment.entries import KINDS as ENTRY_KINDS
from dovetail.equipment.entries import TagEntry
from dovetail.equipment.model import GOOD_THROUGH, INTERNAL_TAGS, WORK_UNIT
from dovetail.equipment.resolve import Resolved, resolved
from dovetail.expr.checking import Expression, Meaning, check
from dovetail.expr.errors import ExpressionError
from dovetail.expr.evaluate import KINDS
from dovetail.expr.naming import full_path
from dovetail.expr.units import unit_of
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Section
from dovetail.virtual.model import KIND_OF, circles

READ_OR_COMPUTED: Final = "DT-P901"
EXPRESSION: Final = "DT-P902"
KIND: Final = "DT-P903"
UNIT: Final = "DT-P904"
CIRCLE: Final = "DT-P905"
MARK: Final = "DT-P906"

MEANINGS: Final[dict[str, str]] = {
    READ_OR_COMPUTED: "A tag is read from a connection or computed by an expression, not both.",
    EXPRESSION: "The expression cannot be computed: the place in it is said.",
    KIND: "The expression gives values of another kind than the tag's.",
    UNIT: "The expression gives another unit than the tag's.",
    CIRCLE: "Computed tags follow from each other in a circle.",
    MARK: "Where tags are computed, Dovetail itself keeps good_through of the equipment.",
}
_NEUTRAL: Final = {"scale": 1.0, "offset": 0.0, "deadband": 0.0}


def check_computed(plant: Plant, report: Report) -> None:
    """Every tag with an expression, inherited ones included."""
    nodes = resolved(plant, report)
    tags = {f"{path}.{name}": tag for path, node in nodes.items() for name, tag in node.tags.items()}
    meanings = {path: _meaning(tag) for path, tag in tags.items()}
    internal = {name: Meaning(KINDS[kind], unit) for name, (kind, unit) in INTERNAL_TAGS.items()}
    for path, node in nodes.items():
        for name, one in internal.items() if node.entry.level == WORK_UNIT else ():
            meanings.setdefault(f"{path}.{name}", one)
    graph: dict[str, Sequence[str]] = {}
    owners: dict[str, tuple[Resolved, str]] = {}
    for path, node in nodes.items():
        for name, tag in node.tags.items():
            if tag.expression is not None:
                found = _check_one(report, node, name, tag.expression, meanings)
                graph[f"{path}.{name}"] = [full_path(path, one) for one in found.signals] if found else ()
                owners[f"{path}.{name}"] = node, name
    for circle in circles(graph):
        node, name = owners[circle[0]]
        what = f"{circle[0]} follows from itself: {' ← '.join(circle)}"
        report.error(CIRCLE, node.where("tags", name, "expression"), what, hint="end the circle")


def _meaning(tag: TagEntry) -> Meaning | None:
    kind = KINDS.get(ENTRY_KINDS[tag.kind])
    return None if kind is None else Meaning(kind, tag.unit)


def _check_one(
    report: Report, node: Resolved, name: str, text: str, meanings: Mapping[str, Meaning | None]
) -> Expression | None:
    tag, at = node.tags[name], node.where("tags", name, "expression")
    if tag.connection is not None or tag.address is not None:
        what = f"the tag {name} is computed, and has a {'connection' if tag.connection is not None else 'address'}"
        report.error(READ_OR_COMPUTED, node.where("tags", name, "expression"), what, hint="remove the one or the other")
        return None
    if GOOD_THROUGH in node.tags:
        where = node.where("tags", GOOD_THROUGH)
        report.error(MARK, where, f"{GOOD_THROUGH} is not free: {name} is computed here", hint="choose another name")
    scaled = next((field for field, neutral in _NEUTRAL.items() if getattr(tag, field) != neutral), None)
    if scaled is not None:
        what = f"a computed tag has no {scaled}"
        report.error(READ_OR_COMPUTED, node.where("tags", name, scaled), what, hint="put it into the expression")
    try:
        found = check(text, lambda one: meanings.get(full_path(node.path, one)), names=_near(node, meanings))
    except ExpressionError as error:
        whose = f"as filled in for {node.path}: {text}" if plant_differs(node, name, text) else None
        hint = error.hint or whose
        report.error(EXPRESSION, at, f"{node.path}.{name}: {error.message}", hint=hint, inside=error.at)
        return None
    if KIND_OF[found.kind].name.lower() != tag.kind:
        what = f"{name} is {tag.kind}, and its expression gives {KIND_OF[found.kind].name.lower()}"
        report.error(KIND, at, what, hint=f"kind: {KIND_OF[found.kind].name.lower()}")
    elif tag.unit is not None and found.unit is not None and not found.unit.is_same(unit_of(tag.unit)):
        like = found.unit.is_like(unit_of(tag.unit))
        what = f"{name} is in {tag.unit}, and its expression gives {found.unit.text}"
        report.error(UNIT, at, what, hint=f'to(…, "{tag.unit}") converts' if like else f"unit: {found.unit.text!r}")
    return found


def plant_differs(node: Resolved, name: str, text: str) -> bool:
    """Whether parameters were filled in, so that the file says something else."""
    return node.plant.raw(*node.where("tags", name, "expression")) != text


def _near(node: Resolved, meanings: Mapping[str, Meaning | None]) -> Iterator[str]:
    """What may be meant by a misspelt name: the tags of the same equipment. Looked for only when one is."""
    own = f"{node.path}."
    yield from (path.removeprefix(own) for path in meanings if path.startswith(own))


def with_computed_tags(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The same sections, where checking the equipment also checks its computed tags."""

    def both(section: Section) -> Section:
        def checked(plant: Plant, report: Report) -> None:
            section.check(plant, report)
            check_computed(plant, report)

        return replace(section, check=checked)

    return tuple(both(section) if section.key == "equipment" else section for section in sections)
