"""Which figures of the running shift a tag can carry, and what each says of a moment.

Pure. A figure without a value is a sample without one, and its quality says who can mend that; a figure of a machine of
which nothing is known any more keeps its value, marked as the last known one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import MINUTE_US, from_rfc3339
from dovetail.pace.shown import JobPaceOut, LiveKpiOut

type Needs = Literal["time", "pieces", "plan", "job"]
type Number = float | int | None
type Pick = Callable[[LiveKpiOut], Number]


class Known(Protocol):
    """A KPI of the catalogue, as far as a tag of it is concerned."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def needs_pieces(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Figure:
    """What a tag may carry. `needs`: what must be configured or run, so that there can be a value."""

    words: str
    kind: Kind
    unit: str
    needs: Needs
    pick: Pick


@dataclass(frozen=True, slots=True)
class Said:
    """What a tag says: a value, or none, and how far it can be believed."""

    value: Number
    quality: int


def _pieces(kind: Literal["good", "scrap", "rework"]) -> Pick:
    return lambda out: None if out.counts is None else getattr(out.counts, kind)


def _keeps_pace(out: LiveKpiOut) -> Number:
    """Good pieces of those due."""
    good, due = out.pace.good, out.pace.due
    return None if good is None or not due else good / due


def next_done(out: LiveKpiOut) -> JobPaceOut | None:
    """Of the jobs that run, the one that is done first; None where no end can be told."""
    told = [job for job in out.jobs if job.expected_end is not None]
    return min(told, key=lambda job: from_rfc3339(job.expected_end or ""), default=None)


def _end(which: Literal["earliest", "expected_end", "latest"]) -> Pick:
    def pick(out: LiveKpiOut) -> Number:
        job = next_done(out)
        at: str | None = None if job is None else getattr(job, which)
        return None if at is None else from_rfc3339(at)

    return pick


def _minutes_left(out: LiveKpiOut) -> Number:
    end_us = _end("expected_end")(out)
    return None if end_us is None else round((end_us - from_rfc3339(out.until)) / MINUTE_US, 1)


def _pieces_left(out: LiveKpiOut) -> Number:
    left = [job.quantity - job.made for job in out.jobs if job.quantity is not None and job.made is not None]
    return max(0, min(left)) if left else None


OWN: Final[Mapping[str, Figure]] = {
    "good": Figure("good pieces so far", Kind.I64, "{#}", "pieces", _pieces("good")),
    "scrap": Figure("scrapped pieces so far", Kind.I64, "{#}", "pieces", _pieces("scrap")),
    "rework": Figure("pieces to rework so far", Kind.I64, "{#}", "pieces", _pieces("rework")),
    "coverage": Figure("share of planned time with data", Kind.F64, "1", "time", lambda out: out.coverage),
    "planned": Figure("pieces the whole shift should make", Kind.I64, "{#}", "plan", lambda out: out.pace.planned),
    "due": Figure("pieces due by now", Kind.I64, "{#}", "plan", lambda out: out.pace.due),
    "pace": Figure("good pieces of those due", Kind.F64, "1", "plan", _keeps_pace),
    "ahead": Figure("good pieces less those due", Kind.I64, "{#}", "plan", lambda out: out.pace.difference),
    "ahead_min": Figure("the same in minutes", Kind.F64, "min", "plan", lambda out: out.pace.difference_min),
    "projected": Figure("good pieces at the shift's end", Kind.I64, "{#}", "pieces", lambda out: out.pace.projected),
    "job_left": Figure("pieces a running job still lacks", Kind.I64, "{#}", "job", _pieces_left),
    "job_left_min": Figure("minutes until it is done", Kind.F64, "min", "job", _minutes_left),
    "job_end": Figure("when it is done, µs UTC", Kind.I64, "us", "job", _end("expected_end")),
    "job_earliest": Figure("one in ten is done by then, µs UTC", Kind.I64, "us", "job", _end("earliest")),
    "job_latest": Figure("nine in ten are done by then, µs UTC", Kind.I64, "us", "job", _end("latest")),
}


def vocabulary(kpis: Mapping[str, Known]) -> dict[str, Figure]:
    """Every figure by its name: those of this room, and each KPI by its id."""
    return {kpi_id: _of_kpi(kpi_id, kpi) for kpi_id, kpi in kpis.items()} | dict(OWN)


def _of_kpi(kpi_id: str, kpi: Known) -> Figure:
    def pick(out: LiveKpiOut) -> Number:
        return next((one.value for one in out.kpis if one.id == kpi_id), None)

    return Figure(
        f"{kpi.name}, of the shift so far", Kind.F64, kpi.unit, "pieces" if kpi.needs_pieces else "time", pick
    )


def said(figure: Figure, out: LiveKpiOut) -> Said:
    """What a tag of this figure says now.

    Nothing known: not connected. No counter or no rate: a person configures it. Else there is only nothing to divide.
    """
    value = figure.pick(out)
    is_known = out.known_until is not None and out.known_until >= out.until
    if value is not None:
        return Said(_as(figure.kind, value), q.GOOD if is_known else q.UNCERTAIN_LAST_KNOWN)
    if not is_known:
        return Said(None, q.BAD_NOT_CONNECTED)
    blind = out.counts is None or out.counts.good is None
    unplanned = figure.needs == "plan" and out.pace.planned is None
    return Said(None, q.BAD_CONFIG if unplanned or (blind and figure.needs in ("pieces", "plan")) else q.BAD)


def _as(kind: Kind, value: float) -> float | int:
    return round(value) if kind is Kind.I64 else float(value)
