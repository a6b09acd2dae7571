"""What may be written about retention, and which rule follows for a tag: the nearest that says something.

An entry holds for an equipment and everything below it. Inside it a rule for a class of equipment, a scan class or a
name of tags comes before what is said of all, in this order; of several names that fit, its own, else the longest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from dovetail.core.limits import FORWARD_TARGETS_MAX
from dovetail.equipment.model import PlantModel, Tag
from dovetail.retention.model import FOR_EVER, NEVER, OnFull, Rule, age_us, iso_age

Age = Annotated[str, StringConstraints(max_length=40), AfterValidator(iso_age)]
FIELDS: Final = ("drop_after", "archive_after", "on_full", "wait_for")
CopyName = Annotated[str, StringConstraints(min_length=1, max_length=120)]

COPIES_MAX: Final = FORWARD_TARGETS_MAX + 1  # each of them, and a backup


class Said(BaseModel):
    """What one rule says; what it leaves out it takes from the next one above."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    drop_after: Age | None = Field(default=None, description='an age as "90 d", "7 y", "P1Y6M", or never')
    archive_after: Age | None = Field(default=None, description='an age as "1 y", at most that of drop_after, or never')
    on_full: OnFull | None = Field(default=None, description="evict: the oldest may go before its age on a full disk")
    wait_for: list[CopyName] | None = Field(
        default=None,
        max_length=COPIES_MAX,
        description="copies that must hold samples before they go: backup (proven by a restore), names of forwarding",
    )


class RetentionEntry(Said):
    """How long the samples of an equipment, and of everything below it, are kept."""

    classes: dict[str, Said] = Field(default={}, description="for equipment of a class")
    scans: dict[str, Said] = Field(default={}, description="for tags of a scan class")
    tags: dict[str, Said] = Field(default={}, description="for tags by name: vibration, vibration_*")


def named(key: str, entry: RetentionEntry) -> Iterator[tuple[tuple[str, ...], Said]]:
    """Every rule of an entry with its place in it."""
    yield (), entry
    for group in ("classes", "scans", "tags"):
        for name, said in getattr(entry, group).items():
            yield (group, name), said


def rules_of(plant: PlantModel, bodies: Mapping[str, Mapping[str, Any]]) -> dict[int, Rule]:
    """The rule of each tag that has one. A connection's own tags stay as long as the longest kept of all tags."""
    entries = {key: RetentionEntry.model_validate(body) for key, body in bodies.items()}
    found = {
        tag.id: rule
        for tag in plant.tags.values()
        if tag.equipment_id is not None and (rule := _of(plant, entries, tag)) is not FOR_EVER
    }
    owned = [tag for tag in plant.tags.values() if tag.equipment_id is not None]
    if owned and all(tag.id in found and found[tag.id].drop_us is not None for tag in owned):
        longest = max((found[tag.id] for tag in owned), key=lambda rule: rule.drop_us or 0)
        found |= {tag.id: longest for tag in plant.tags.values() if tag.equipment_id is None}
    return found


def _of(plant: PlantModel, entries: Mapping[str, RetentionEntry], tag: Tag) -> Rule:
    """What the rules say of a tag together, from the nearest outwards."""
    node = plant.get(tag.equipment_id or 0)
    said: dict[str, Any] = {}
    name = ""
    for path in _upwards(node.path):
        for where, one in _fitting(path, entries.get(path), node.class_name, tag) if path in entries else ():
            fresh = {key: value for key in FIELDS if key not in said and (value := getattr(one, key)) is not None}
            name = where if "drop_after" in fresh or not name else name
            said |= fresh
    if not said:
        return FOR_EVER
    ages = age_us(said.get("drop_after")), age_us(said.get("archive_after"))
    return Rule(name, *ages, said.get("on_full", "refuse"), tuple(sorted({*said.get("wait_for", ())})))


def _fitting(path: str, entry: RetentionEntry | None, class_name: str | None, tag: Tag) -> Iterator[tuple[str, Said]]:
    if entry is None:
        return
    for pattern in sorted(entry.tags, key=lambda one: (one == tag.property, len(one)), reverse=True):
        if fnmatchcase(tag.property, pattern):
            yield f"{path}.{pattern}", entry.tags[pattern]
    if tag.scan in entry.scans:
        yield f"{path} scan {tag.scan}", entry.scans[tag.scan]
    if class_name in entry.classes:
        yield f"{path} class {class_name}", entry.classes[class_name]
    yield path, entry


def _upwards(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def is_unclear(said: Said, above: Said) -> bool:
    """Whether samples would be archived only after they have gone."""
    drop = age_us(said.drop_after or above.drop_after)
    archive = age_us(said.archive_after or above.archive_after)
    return drop is not None and archive is not None and archive > drop


__all__ = ["NEVER", "RetentionEntry", "Said", "is_unclear", "named", "rules_of"]
