"""The sections `conventions` and `targets` of the plant code: what may stand there, and what an apply will lead to."""

from __future__ import annotations

from typing import Any, Final

from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Bodies, Changes, Section
from dovetail.yardsticks import service
from dovetail.yardsticks.model import ConventionsEntry, TargetEntry

NO_EQUIPMENT: Final = "DT-P811"
NO_KPI: Final = "DT-P812"
MEANINGS: Final[dict[str, str]] = {
    NO_EQUIPMENT: "A target is set for an equipment that is not in the plant.",
    NO_KPI: "A target is set for a KPI that there is not.",
}


def target_section(kpis: frozenset[str]) -> Section:
    """The section of targets, which names KPIs there are."""

    def check(plant: Plant, report: Report) -> None:
        equipment = plant.names("equipment")
        for path, entry in plant.entries("targets", TargetEntry).items():
            if path not in equipment:
                where = ("targets", path)
                report.error(NO_EQUIPMENT, where, f"there is no equipment {path!r}", candidates=equipment, given=path)
            for kpi in entry.root:
                if kpi not in kpis:
                    report.error(
                        NO_KPI, ("targets", path, kpi), f"there is no KPI {kpi!r}", candidates=set(kpis), given=kpi
                    )

    return Section(
        key="targets",
        model=TargetEntry,
        check=check,
        bodies=lambda plant: {path: dict(one.root) for path, one in plant.entries("targets", TargetEntry).items()},
        current=lambda reading, at_us: service.current(reading, "target", at_us),
        apply=lambda uow, changes, valid_from_us: service.apply(uow, "target", changes.put(), valid_from_us),
    )


def _conventions(plant: Plant) -> Bodies:
    found = plant.single("conventions", ConventionsEntry)
    return {} if found is None else {"conventions": found.model_dump(mode="json", exclude_unset=True)}


def _impact(_reading: Any, changes: Changes) -> list[str]:
    """Whoever changes a convention learns that figures before it keep theirs."""
    return ["figures follow the new conventions from then on; what was before keeps its own"] if changes else []


CONVENTIONS: Final = Section(
    key="conventions",
    model=ConventionsEntry,
    single=True,
    check=lambda _plant, _report: None,
    bodies=_conventions,
    current=lambda reading, at_us: service.current(reading, "convention", at_us),
    apply=lambda uow, changes, valid_from_us: service.apply(uow, "convention", changes.put(), valid_from_us),
    impact=_impact,
)


def sections(kpis: frozenset[str]) -> tuple[Section, ...]:
    """The sections of this room."""
    return (CONVENTIONS, target_section(kpis))
