"""The `job` mapping of an equipment in the plant code: which of its tags say what it runs.

It stands in the section of the equipment, so it is checked there: `with_job_checks` adds this room's check to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from dovetail.equipment.model import INTERNAL_TAGS, WORK_UNIT
from dovetail.equipment.resolve import Resolved, resolved
from dovetail.plantcode.fit import fit
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Section

NO_TAG: Final = "DT-P601"
TAG_KIND: Final = "DT-P602"
NOT_A_WORK_UNIT: Final = "DT-P603"

MEANINGS: Final[dict[str, str]] = {
    NO_TAG: "The equipment has no tag of this name that could say what it runs.",
    TAG_KIND: "A product or an order is read from text or from a whole number.",
    NOT_A_WORK_UNIT: "Jobs run on work units; only there can a tag start them.",
}
KINDS: Final = ("str", "i64", "u64")

Property = Annotated[str, Field(min_length=1, max_length=63)]


class JobEntry(BaseModel):
    """Jobs that the machine itself starts: a change of the product's tag ends one and starts the next."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    product_tag: Property = Field(description="the property whose text (or number) is the product")
    order_tag: Property | None = Field(default=None, description="the property whose text is the job order")


def check(plant: Plant, report: Report) -> None:
    """Every `job` mapping names tags of its own equipment that can carry a product and an order."""
    for equipment in resolved(plant, report).values():
        if equipment.job is not None:
            _check_one(equipment, report)


def _check_one(equipment: Resolved, report: Report) -> None:
    entry = fit(JobEntry, equipment.job, lambda *rest: equipment.where("job", *rest), report)
    if equipment.entry.level != WORK_UNIT:
        message = f"{equipment.path} is of level {equipment.entry.level}; a tag can start a job on a WorkUnit only"
        report.error(NOT_A_WORK_UNIT, equipment.where("job"), message)
    for field in ("product_tag", "order_tag"):
        name = None if entry is None else getattr(entry, field)
        if name is None:
            continue
        tag = equipment.tags.get(name)
        at = equipment.where("job", field)
        if tag is None:
            named = {key: tag for key, tag in equipment.tags.items() if key not in INTERNAL_TAGS}
            message = f"{equipment.path} has no tag {name!r}"
            report.error(NO_TAG, at, message, candidates=named, given=name)
        elif tag.kind not in KINDS:
            message = f"{name} is of kind {tag.kind}; a job is read from {', '.join(KINDS)}"
            report.error(TAG_KIND, at, message)


def with_job_checks(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The same sections, where checking the equipment also checks its `job` mappings."""

    def both(section: Section) -> Section:
        def checked(plant: Plant, report: Report) -> None:
            section.check(plant, report)
            check(plant, report)

        return replace(section, check=checked)

    return tuple(both(section) if section.key == "equipment" else section for section in sections)
