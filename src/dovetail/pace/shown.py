"""What the API and the live topic show of the running shift and what runs in it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from dovetail.core.clock import to_rfc3339
from dovetail.pace.model import Basis, Missing
from dovetail.performance.facts import ShiftTrack
from dovetail.performance.report import Counts, KpiValue


class ShiftOut(BaseModel):
    """The shift that runs now."""

    id: str
    name: str
    start: str
    end: str


class PaceOut(BaseModel):
    """The shift against its plan. `planned`: pieces of the whole shift at the standard rates; `due`: of its known time.

    `difference` is good − due (negative: behind), `difference_min` the same in minutes at the standard rate of what
    runs now. `projected`: good pieces at the end if the rest goes as what is known did: `basis` plan: with the same
    share of the planned pieces, speed: with the same pieces per planned minute. `missing` says why it cannot be said.
    """

    planned: int | None = None
    due: int | None = None
    good: int | None = None
    difference: int | None = None
    difference_min: float | None = None
    projected: int | None = None
    basis: Basis | None = None
    missing: Missing | None = None


class RestsOn(BaseModel):
    """What an expected end rests on: so many stretches of so many good pieces of this product here."""

    stretches: int
    pieces: float


class JobPaceOut(BaseModel):
    """A job that runs: `made` of `quantity` good pieces, over all of its order's runs here.

    One in ten is done by `earliest`, half by `expected_end`, nine in ten by `latest`, as this product went here in
    the last two weeks with its stops; in planned time. `missing`: why it cannot be said.
    """

    job_response_id: str
    job_order: str | None
    product: str
    start: str
    quantity: int | None = None
    made: int | None = None
    earliest: str | None = None
    expected_end: str | None = None
    latest: str | None = None
    rests_on: RestsOn | None = None
    missing: Literal["no-quantity", "too-long", "made", "too-little", "too-far"] | None = None


class LiveKpiOut(BaseModel):
    """Shift to date, pace and end of one machine or line; without a shift, of the last eight hours.

    Up to `settled` the figures rest on what is settled; what came after is decided live and may still move.
    `known_until`: since then nobody knows what the machine does, if it lies before `until`; null: nothing is known.
    `hints` say what to configure so that more can be told.
    """

    equipment_id: int
    start: str
    end: str
    until: str
    known_until: str | None = None
    shift: ShiftOut | None
    settled: str | None
    coverage: float | None = None
    counts: Counts | None = None
    kpis: list[KpiValue] = []
    pace: PaceOut = PaceOut()
    jobs: list[JobPaceOut] = []
    hints: list[str] = []


def shift_out(shift: ShiftTrack | None) -> ShiftOut | None:
    """A shift as a screen shows it."""
    if shift is None:
        return None
    return ShiftOut(id=shift.id, name=shift.name, start=to_rfc3339(shift.t0_us), end=to_rfc3339(shift.t1_us))
