"""The list of KPIs: what each means, what the others of ISO 22400-2 wait for, and which of a package cannot be used."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from dovetail.ledger.timeclass import Settings
from dovetail.performance.kpis._found import catalogue, found
from dovetail.performance.kpis._lines import as_counted
from dovetail.performance.kpis._waiting import WAITING
from dovetail.performance.model import Kpi


class KpiOut(BaseModel):
    """What a KPI means. `iso`: its number in ISO 22400-2; `waits_for`: nothing computes it until that part is there.

    `problem`: a package offers it, and why it cannot be used.
    """

    id: str
    name: str
    formula: str
    unit: str
    range: str
    standard: str
    convention: str
    iso: int | None = None
    live: bool = True
    waits_for: str | None = None
    missing: str | None = None
    problem: str | None = None


def describe(kpi: Kpi, settings: Settings) -> KpiOut:
    """A KPI's words, with the conventions that hold here."""
    kpi = as_counted(kpi, settings, catalogue())
    same: dict[str, Any] = {name: getattr(kpi, name) for name in KpiOut.model_fields if hasattr(kpi, name)}
    same["convention"] = settings.say(kpi.convention)
    return KpiOut(**same)


def waiting() -> list[KpiOut]:
    """The KPIs of ISO 22400-2 that no part computes yet, and that no plug-in of the plant brought."""
    there = {kpi.iso for kpi in catalogue().values()}
    return [
        KpiOut(
            id=one.id,
            name=one.name,
            formula=one.formula,
            unit=one.unit,
            range="",
            standard=one.standard,
            convention="",
            iso=one.iso,
            live=False,
            waits_for=one.waits_for,
            missing=one.inputs,
        )
        for one in WAITING
        if one.iso not in there
    ]


def unusable() -> list[KpiOut]:
    """What other packages offer as KPIs and nobody can use, with what is wrong."""
    nothing = dict.fromkeys(("formula", "unit", "range", "standard", "convention"), "")
    return [
        KpiOut(id=name, name=name, live=False, problem=problem, **nothing) for name, problem in found().broken.items()
    ]
