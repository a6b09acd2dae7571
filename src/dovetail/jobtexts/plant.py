"""The `job` mapping of an equipment in the plant code: which of its tags say what it runs, and how a text is read.

It stands in the section of the equipment, so it is checked there: `with_job_checks` adds this room's check to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from dovetail.core import patterns
from dovetail.core.limits import JOB_TEXT_MAX, JOBS_AT_ONCE_MAX
from dovetail.core.written import not_bool
from dovetail.equipment.model import INTERNAL_TAGS, WORK_UNIT
from dovetail.equipment.resolve import Resolved, resolved
from dovetail.plantcode.fit import fit
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Section

NO_TAG: Final = "DT-P601"
TAG_KIND: Final = "DT-P602"
NOT_A_WORK_UNIT: Final = "DT-P603"
ONE_WAY: Final = "DT-P604"
PATTERN: Final = "DT-P605"

MEANINGS: Final[dict[str, str]] = {
    NO_TAG: "The equipment has no tag of this name that could say what it runs.",
    TAG_KIND: "A product or an order is read from text or from a whole number.",
    NOT_A_WORK_UNIT: "Jobs run on work units; only there can a tag start them.",
    ONE_WAY: "A job comes from `product_tag` (with `order_tag`) or from `text_tag`: from one of the two.",
    PATTERN: "A job's text cannot be read by this: it is no pattern, names other parts, or could take too long.",
}
KINDS: Final = ("str", "i64", "u64")
TAGS: Final = ("product_tag", "order_tag", "text_tag")
PARTS: Final = frozenset({"order", "product", "lot"})

Property = Annotated[str, Field(min_length=1, max_length=63)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, max_length=JOB_TEXT_MAX)]


class JobEntry(BaseModel):
    """How many jobs run at once, and jobs that the machine itself starts: a change of the product's tag, or of the
    text, ends one and starts the next.

    Blanks, line ends and NULs around a text are no part of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    product_tag: Property | None = Field(default=None, description="the property whose text (or number) is the product")
    order_tag: Property | None = Field(
        default=None, description="with product_tag: the property whose text is the job order"
    )
    text_tag: Property | None = Field(
        default=None, description="the property whose text names what runs: an order number, a recipe, a scanned code"
    )
    pattern: str | None = Field(
        default=None,
        description="which part of the whole text names what: `(?P<order>…)`, `(?P<product>…)`, `(?P<lot>…)`",
    )
    names: Literal["order", "product", "either"] = Field(
        default="either", description="what a text names when no pattern says so; either: an order, else a product"
    )
    products: dict[str, Said] = Field(default={}, description="what the machine calls products: its word → the product")
    at_once: Annotated[int, BeforeValidator(not_bool), Field(ge=1, le=JOBS_AT_ONCE_MAX)] = Field(
        default=1, description="how many jobs may run beside each other: moulds of a press, lanes of an oven"
    )
    ends: tuple[Said, ...] = Field(
        default=(), description='texts that end what runs, `""` among them; else empty is nothing'
    )
    ignores: tuple[Said, ...] = Field(default=(), description="texts that say nothing, as a scanner's NOREAD")


def check(plant: Plant, report: Report) -> None:
    """Every `job` mapping names tags of its own equipment that can carry what it reads, and one way to read it."""
    for equipment in resolved(plant, report).values():
        if equipment.job is not None:
            _check_one(equipment, report)


def _check_one(equipment: Resolved, report: Report) -> None:
    entry = fit(JobEntry, equipment.job, lambda *rest: equipment.where("job", *rest), report)
    if equipment.entry.level != WORK_UNIT:
        message = f"{equipment.path} is of level {equipment.entry.level}; a tag can start a job on a WorkUnit only"
        report.error(NOT_A_WORK_UNIT, equipment.where("job"), message)
    if entry is None:
        return
    _check_way(equipment, entry, report)
    for field in TAGS:
        name = getattr(entry, field)
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


def _check_way(equipment: Resolved, entry: JobEntry, report: Report) -> None:
    said = entry.model_fields_set
    tags = {name for name in TAGS if getattr(entry, name) is not None}
    if tags not in ({"product_tag"}, {"product_tag", "order_tag"}, {"text_tag"}) and (tags or "at_once" not in said):
        message = f"{equipment.path}: a job comes from product_tag (with order_tag), or from text_tag"
        report.error(ONE_WAY, equipment.where("job"), message, hint="leave one of them out")
    if entry.text_tag is None and (words := said - {*TAGS, "at_once"}):
        message = f"{equipment.path}: {', '.join(sorted(words))} says how a text is read, and there is no text_tag"
        report.error(ONE_WAY, equipment.where("job"), message, hint="name the tag as text_tag")
    if entry.pattern is None:
        return
    at = equipment.where("job", "pattern")
    try:
        parts = set(patterns.checked(entry.pattern, JOB_TEXT_MAX).groupindex)
    except ValueError as error:
        report.error(PATTERN, at, str(error))
        return
    if parts - PARTS or not parts & {"order", "product"}:
        message = "a pattern names its parts order, product and lot, one of the first two at least"
        report.error(PATTERN, at, message, hint="write (?P<order>[0-9]{1,12})")


def with_job_checks(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The same sections, where checking the equipment also checks its `job` mappings."""

    def both(section: Section) -> Section:
        def checked(plant: Plant, report: Report) -> None:
            section.check(plant, report)
            check(plant, report)

        return replace(section, check=checked)

    return tuple(both(section) if section.key == "equipment" else section for section in sections)
