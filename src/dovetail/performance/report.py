"""Figures of a period as a person reads them: times, pieces, KPIs with their convention, and where the time went.

Pure: everything follows from the sums of the ledger's columns and the settings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Final

from pydantic import BaseModel

from dovetail.core import plugins
from dovetail.counting.pieces import KINDS
from dovetail.ledger.bounds import extremes
from dovetail.ledger.named import value_of
from dovetail.ledger.timeclass import Settings
from dovetail.performance.columns import count_model, time_model
from dovetail.performance.kpis._waiting import WAITING
from dovetail.performance.model import CountModel, Kpi, TimeModel

COVERAGE_LOW: Final = 0.9  # below it a ratio stands with its bounds (STANDARDS §1)


class KpiOut(BaseModel):
    """What a KPI means. `iso`: its number in ISO 22400-2; `waits_for`: nothing computes it until that part is there."""

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


class KpiValue(BaseModel):
    """A KPI of a period; value None where there is no denominator, bounds where much of the time is unknown."""

    id: str
    name: str
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    convention: str
    standard: str


class Times(BaseModel):
    """Times of ISO 22400-2, µs: elapsed = not planned + POT, POT = planned down + PBT, PBT = the five classes."""

    elapsed_us: int
    not_planned_us: int
    planned_down_us: int
    pot_us: int
    pbt_us: int
    apt_us: int
    aust_us: int
    adet_us: int
    adot_us: int
    nodt_us: int
    external_us: int
    extended_us: int
    apart_us: int


class Counts(BaseModel):
    """Pieces of the period, those in time without knowledge included; `outside` is how many a ratio leaves out.

    Null: no counter tells of this kind and nobody entered any, which is no zero.
    """

    good: int | None
    scrap: int | None
    rework: int | None
    infeed: int | None
    outside: int


class Loss(BaseModel):
    """A step of the waterfall from elapsed to effective time; `units` is what it comes to at the standard rate."""

    key: str
    label: str
    us: int
    units: float | None


class Figures(BaseModel):
    """What follows from the sums alone."""

    times: Times
    counts: Counts
    coverage: float | None
    unrated: float | None
    kpis: list[KpiValue]
    losses: list[Loss]


@cache
def catalogue() -> Mapping[str, Kpi]:
    """The KPIs of this installation by id, found in their folder."""
    return dict(plugins.load_all("dovetail.performance.kpis"))


def describe(kpi: Kpi, settings: Settings) -> KpiOut:
    """A KPI's words, with the conventions that hold here."""
    return KpiOut(
        id=kpi.id,
        name=kpi.name,
        formula=kpi.formula,
        unit=kpi.unit,
        range=kpi.range,
        standard=kpi.standard,
        convention=settings.say(kpi.convention),
        iso=kpi.iso,
        live=kpi.live,
    )


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


def compute(kpi: Kpi, sums: Mapping[str, int], settings: Settings) -> float | None:
    """One KPI from the sums of a group."""
    return kpi.compute(time_model(sums, settings), count_model(sums, settings))


def figures(sums: Mapping[str, int], settings: Settings, untold: Collection[str] = ()) -> Figures:
    """Everything a page about a period shows. `untold`: the kinds of pieces that no counter tells of."""
    names = Times.model_fields
    time = time_model(sums, settings)
    totals = {kind: None if kind in untold and not sums[kind] else sums[kind] for kind in KINDS}
    blind = totals["good"] is None
    outside = sums["good"] + sums["scrap"] + sums["rework"] - value_of("pq", sums, settings)
    return Figures(
        times=Times(**{name: value_of(name, sums, settings) for name in names}),
        counts=Counts(**totals, outside=outside),
        coverage=time.coverage,
        unrated=1 - sums["apt_rated_us"] / sums["apt_us"] if sums["apt_us"] else None,
        kpis=values(sums, settings, blind=blind),
        losses=waterfall(sums, blind=blind),
    )


def values(sums: Mapping[str, int], settings: Settings, *, blind: bool = False) -> list[KpiValue]:
    """Every KPI of a group, with bounds where coverage is low. `blind`: nothing tells of good pieces."""
    coverage = time_model(sums, settings).coverage
    cases = (sums,) if coverage is None or coverage >= COVERAGE_LOW else (sums, *extremes(sums))
    models = [(time_model(case, settings), count_model(case, settings)) for case in cases]
    return [_value(kpi, models, settings, hidden=blind and kpi.needs_pieces) for kpi in catalogue().values()]


def _value(kpi: Kpi, models: Sequence[tuple[TimeModel, CountModel]], settings: Settings, *, hidden: bool) -> KpiValue:
    """A KPI of a group; the models after the first are those of the extremes."""
    found = [None] if hidden else [kpi.compute(time, count) for time, count in models]
    known = [one for one in found if one is not None]
    low, high = (None, None) if len(found) == 1 or not known else (min(known), max(known))
    return KpiValue(
        id=kpi.id,
        name=kpi.name,
        value=found[0],
        unit=kpi.unit,
        low=0.0 if low is not None and found[1] is None else low,
        high=high,
        convention=settings.say(kpi.convention),
        standard=kpi.standard,
    )


def waterfall(sums: Mapping[str, int], *, blind: bool = False) -> list[Loss]:
    """From elapsed time to effective time, in the order in which losses are taken; the steps sum up exactly.

    Where nothing tells of good pieces (`blind`) it ends at the production time: nobody knows how much was effective.
    """
    rated_us = sums["apt_rated_us"]
    ideal_us, ideal_good_us = _round_us(sums["ideal_ns"]), _round_us(sums["ideal_good_ns"])
    steps = [
        ("elapsed", "Elapsed time", sums["elapsed_us"]),
        ("not_planned", "Not planned", sums["not_planned_us"]),
        ("planned_down", "Planned down", sums["planned_down_us"]),
        ("no_data", "No data", sums["nodt_us"]),
        ("setup", "Setup", sums["aust_us"]),
        ("delay", "Delay", sums["adet_us"] - sums["external_us"]),
        ("delay_external", "Delay from outside", sums["external_us"]),
        ("down", "Down", sums["adot_us"]),
        ("speed", "Speed loss", rated_us - ideal_us),
        ("quality", "Quality loss", ideal_us - ideal_good_us),
        ("effective", "Effective", sums["apt_us"] - rated_us + ideal_good_us),
    ]
    if blind:
        steps[-3:] = [("production", "Production time", sums["apt_us"])]
    return [Loss(key=key, label=label, us=us, units=_units(us, sums)) for key, label, us in steps]


def _round_us(ns: int) -> int:
    return (ns + 500) // 1000


def _units(us: int, sums: Mapping[str, int]) -> float | None:
    """Pieces that this time comes to at the mean standard rate of the production time; None where none has a rate."""
    rated_us = sums["apt_rated_us"]
    return round(us * sums["theoretical_mu"] / (1000 * rated_us), 3) if rated_us else None
