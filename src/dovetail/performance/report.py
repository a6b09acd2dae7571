"""Figures of a period as a person reads them: times, pieces, KPIs with their convention, and where the time went.

Pure: everything follows from the sums of the ledger's columns and the settings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel

from dovetail.counting.pieces import KINDS
from dovetail.ledger.bounds import extremes
from dovetail.ledger.named import value_of
from dovetail.ledger.timeclass import Settings
from dovetail.ledger.waterfall import Loss, six_big_losses, waterfall
from dovetail.performance.kpis._columns import count_model, time_model
from dovetail.performance.kpis._found import catalogue, computed
from dovetail.performance.kpis._why import UNCOUNTED, WORDS, why
from dovetail.performance.model import CountModel, Goal, Kpi, TimeModel

COVERAGE_LOW: Final = 0.9  # below it a ratio stands with its bounds (STANDARDS §1)


class KpiValue(BaseModel):
    """A KPI of a period; value None where there is no denominator, bounds where much of the time is unknown.

    `why` there is no value: a key that screens put into words, and the words in English.
    `target` holds at the end of the period, `target_of` is the equipment it was set for; `meets`: as good or better;
    `problem`: why the formula of a plant's own KPI gave no figure.
    """

    id: str
    name: str
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    convention: str
    standard: str
    target: float | None = None
    target_of: str | None = None
    meets: bool | None = None
    problem: str | None = None
    why: str | None = None
    why_words: str | None = None


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


class Figures(BaseModel):
    """What follows from the sums alone."""

    times: Times
    counts: Counts
    coverage: float | None
    unrated: float | None
    kpis: list[KpiValue]
    losses: list[Loss]
    big_losses: list[Loss]


def compute(kpi: Kpi, sums: Mapping[str, int], settings: Settings) -> float | None:
    """One KPI from the sums of a group."""
    return computed(kpi, time_model(sums, settings), count_model(sums, settings))[0]


def figures(
    sums: Mapping[str, int],
    settings: Settings,
    untold: Collection[str] = (),
    *,
    targets: Mapping[str, Goal] = MappingProxyType({}),
) -> Figures:
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
        kpis=[against(one, targets.get(one.id)) for one in values(sums, settings, blind=blind)],
        losses=waterfall(sums, blind=blind),
        big_losses=six_big_losses(sums, blind=blind),
    )


def against(found: KpiValue, goal: Goal | None) -> KpiValue:
    """A KPI beside its target."""
    if goal is not None:
        found.target, found.target_of = goal.value, goal.of
        found.meets = None if found.value is None else catalogue()[found.id].is_met(found.value, goal.value)
    return found


def values(sums: Mapping[str, int], settings: Settings, *, blind: bool = False) -> list[KpiValue]:
    """Every KPI of a group, with bounds where coverage is low. `blind`: nothing tells of good pieces."""
    coverage = time_model(sums, settings).coverage
    cases = (sums,) if coverage is None or coverage >= COVERAGE_LOW else (sums, *extremes(sums))
    models = [(time_model(case, settings), count_model(case, settings)) for case in cases]
    return [_value(kpi, models, settings, hidden=blind and kpi.needs_pieces) for kpi in catalogue().values()]


def _value(kpi: Kpi, models: Sequence[tuple[TimeModel, CountModel]], settings: Settings, *, hidden: bool) -> KpiValue:
    """A KPI of a group; the models after the first are those of the extremes."""
    told = [(None, None)] if hidden else [computed(kpi, time, count) for time, count in models]
    cases = [value for value, _ in told]
    known = [one for one in cases if one is not None]
    low, high = (None, None) if len(cases) == 1 or not known else (min(known), max(known))
    problem = next((problem for _, problem in told if problem), None)
    missing = (UNCOUNTED if hidden else why(kpi, *models[0])) if cases[0] is None and problem is None else None
    return KpiValue(
        id=kpi.id,
        name=kpi.name,
        value=cases[0],
        unit=kpi.unit,
        low=0.0 if low is not None and cases[1] is None else low,
        high=high,
        convention=settings.say(kpi.convention),
        standard=kpi.standard,
        problem=problem,
        why=missing,
        why_words=missing and WORDS[missing],
    )
