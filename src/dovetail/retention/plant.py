"""The `retention` section of the plant code: what may stand there, what is checked, and what an apply will lead to."""

from __future__ import annotations

from typing import Any, Final

from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Bodies, Changes, Section
from dovetail.retention import service
from dovetail.retention.model import BACKUP
from dovetail.retention.rules import RetentionEntry, is_unclear, named

NO_EQUIPMENT: Final = "DT-P701"
NO_CLASS: Final = "DT-P702"
NO_SCAN: Final = "DT-P703"
TOO_LATE: Final = "DT-P704"
NO_COPY: Final = "DT-P705"

MEANINGS: Final[dict[str, str]] = {
    NO_EQUIPMENT: "A retention rule names an equipment that is not in the plant.",
    NO_CLASS: "A retention rule names an equipment class that is not in the plant.",
    NO_SCAN: "A retention rule names a scan class that is not in the plant.",
    TOO_LATE: "Samples would be archived only after they have gone.",
    NO_COPY: "A retention rule waits for a copy that the plant code does not name.",
}


def check(plant: Plant, report: Report) -> None:
    """Every rule names what is there, and archives before it drops."""
    known = {
        "classes": (NO_CLASS, "equipment class", plant.names("equipment_classes")),
        "scans": (NO_SCAN, "scan class", plant.names("scan_classes") | {"default"}),
    }
    equipment, copies = plant.names("equipment"), plant.names("forwarding") | {BACKUP}
    for key, entry in plant.entries("retention", RetentionEntry).items():
        if key not in equipment:
            where = ("retention", key)
            report.error(NO_EQUIPMENT, where, f"there is no equipment {key!r}", candidates=equipment, given=key)
        for place, said in named(key, entry):
            group, name = place if place else ("", "")
            if group in known and name not in known[group][2]:
                code, what, there = known[group]
                where = ("retention", key, group, name)
                report.error(code, where, f"there is no {what} {name!r}", candidates=there, given=name)
            for index, copy in enumerate(said.wait_for or ()):
                if copy not in copies:
                    where = ("retention", key, *place, "wait_for", index)
                    report.error(NO_COPY, where, f"there is no copy {copy!r}", candidates=copies, given=copy)
            if is_unclear(said, entry):
                field = "archive_after" if said.archive_after is not None else "drop_after"
                where = ("retention", key, *place, field)
                hint = "archive_after may be as old as drop_after at most"
                report.error(TOO_LATE, where, "samples would go before they are archived", hint=hint)


def bodies(plant: Plant) -> Bodies:
    """What is said, as plain data, ages in ISO 8601."""
    entries = plant.entries("retention", RetentionEntry)
    return {key: entry.model_dump(mode="json", exclude_unset=True) for key, entry in entries.items()}


def impact(_reading: Any, changes: Changes) -> list[str]:
    """Whoever changes how long samples are kept learns before it happens what to look at."""
    if not changes:
        return []
    touched = ", ".join(sorted({*changes.added, *changes.changed, *changes.removed}))
    return [f"how long samples of {touched} are kept changes from tomorrow on: `dovetail samples retention plan` says"]


SECTIONS: tuple[Section, ...] = (
    Section(
        key="retention",
        model=RetentionEntry,
        check=check,
        bodies=bodies,
        current=service.current,
        apply=lambda uow, changes, valid_from_us: service.apply(uow, changes.put(), valid_from_us),
        impact=impact,
    ),
)
