"""The `figure` of a tag in the plant code: it stands with the equipment's tags, so it is checked with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from dovetail.equipment.entries import TagEntry
from dovetail.equipment.resolve import Resolved, resolved
from dovetail.livekpi.model import Figure
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Section

NO_FIGURE: Final = "DT-P821"
NOT_ALONE: Final = "DT-P822"
KIND: Final = "DT-P823"
NO_TIMES: Final = "DT-P824"

MEANINGS: Final[dict[str, str]] = {
    NO_FIGURE: "There is no live figure of this name.",
    NOT_ALONE: "A tag is read, computed or carries a figure: one of them, as the figure comes.",
    KIND: "The figure is of another kind or unit than its tag.",
    NO_TIMES: "The equipment has no figures of its own.",
}
_NEUTRAL: Final = {"scale": 1.0, "offset": 0.0, "deadband": 0.0}


def _check_one(report: Report, node: Resolved, name: str, figures: Mapping[str, Figure]) -> None:
    tag, at = node.tags[name], node.where("tags", name, "figure")
    others = [field for field in ("connection", "address", "expression") if getattr(tag, field) is not None]
    others += [field for field, neutral in _NEUTRAL.items() if getattr(tag, field) != neutral]
    if others:
        what = f"the tag {name} carries a figure, and has {', '.join(others)}"
        report.error(NOT_ALONE, at, what, hint=f"remove {others[0]}, or the figure")
    if tag.figure not in figures:
        report.error(NO_FIGURE, at, f"there is no figure {tag.figure!r}", candidates=set(figures), given=tag.figure)
    else:
        _check_kind(report, node, tag, figures[tag.figure], name)
    entry = node.entry
    if not node.states and not (entry.flow and entry.constraint):
        hint = "name the `constraint` of its flow" if entry.flow else "give it `states`, or `flow` and `constraint`"
        report.error(NO_TIMES, at, f"{node.path} has no times of its own: {name} is a figure of nothing", hint=hint)


def _check_kind(report: Report, node: Resolved, tag: TagEntry, figure: Figure, name: str) -> None:
    kind = figure.kind.name.lower()
    if tag.kind != kind:
        what = f"{name} is {tag.kind}, and {tag.figure} is {kind}"
        report.error(KIND, node.where("tags", name, "figure"), what, hint=f"kind: {kind}")
    if tag.unit is not None and tag.unit != figure.unit:
        what = f"{name} is in {tag.unit}, and {tag.figure} is in {figure.unit}"
        report.error(KIND, node.where("tags", name, "unit"), what, hint=f"unit: {figure.unit!r}")


def with_figures(sections: Sequence[Section], figures: Mapping[str, Figure]) -> tuple[Section, ...]:
    """The same sections, where checking the equipment also checks the figures its tags carry."""

    def both(section: Section) -> Section:
        def checked(plant: Plant, report: Report) -> None:
            section.check(plant, report)
            for node in resolved(plant, report).values():
                for name, tag in node.tags.items():
                    if tag.figure is not None:
                        _check_one(report, node, name, figures)

        return replace(section, check=checked)

    return tuple(both(section) if section.key == "equipment" else section for section in sections)
