"""What really happened on the virtual line, kept by the simulator itself, so that computed figures can be verified.

Nothing here reads a sample or asks an engine. Pieces belong to (t0, t1], states hold in [t0, t1), times are µs UTC.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dovetail.sim.packml import CATEGORY, Mode, Reason, State

EXTERNAL_IN = frozenset({State.SUSPENDED, State.HELD, State.IDLE})  # where an interlock says whose fault it is
_FAULTY = frozenset({State.CLEARING, State.STOPPING, State.ABORTING, State.ABORTED})


class Status(NamedTuple):
    """All that a unit's PackTags say at one moment, counters apart."""

    state: State
    mode: Mode
    reason: Reason
    starved: bool
    blocked: bool


class Interval(NamedTuple):
    """A unit was in `status` during [t0_us, t1_us)."""

    t0_us: int
    t1_us: int
    status: Status

    @property
    def external(self) -> str | None:
        """`starved` or `blocked` where the stop is not the unit's own fault."""
        if self.status.state not in EXTERNAL_IN:
            return None
        return "starved" if self.status.starved else "blocked" if self.status.blocked else None


class Counts(NamedTuple):
    """Pieces of one unit: all it processed, and those of them it rejected."""

    processed: int
    defective: int

    @property
    def good(self) -> int:
        """Pieces passed on."""
        return self.processed - self.defective


NO_PIECES = Counts(0, 0)


@dataclass(frozen=True, slots=True)
class JobRun:
    """An order running on a unit in [t0_us, t1_us); None: still running."""

    unit: str
    job_order: str
    product: str
    rate_upm: float
    t0_us: int
    t1_us: int | None = None


class Planned(Protocol):
    """A span of the calendar: the simulator's own or the workcalendar room's."""

    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int: ...
    @property
    def plan(self) -> str: ...


@dataclass(slots=True)
class Times:
    """Times by class (STANDARDS §1), counts and theoretical run time of one unit in one window."""

    by_class_us: dict[str, int] = field(default_factory=dict[str, int])
    counts: Counts = NO_PIECES
    theoretical_us: Fraction = Fraction(0)

    def us(self, name: str) -> int:
        """µs of one class, 0 when it did not occur."""
        return self.by_class_us.get(name, 0)

    @property
    def pbt_us(self) -> int:
        """Planned busy time."""
        return sum(self.us(name) for name in ("APT", "AUST", "ADET", "ADOT"))

    @property
    def availability(self) -> Fraction | None:
        """APT/PBT."""
        return _ratio(self.us("APT"), self.pbt_us)

    @property
    def effectiveness(self) -> Fraction | None:
        """PRI·PQ/APT."""
        return _ratio(self.theoretical_us, self.us("APT"))

    @property
    def quality_ratio(self) -> Fraction | None:
        """GQ/PQ."""
        return _ratio(self.counts.good, self.counts.processed)

    @property
    def oee(self) -> Fraction | None:
        """Availability · Effectiveness · Quality ratio; None where any of them is."""
        factors = (self.availability, self.effectiveness, self.quality_ratio)
        product = Fraction(1)
        for factor in factors:
            if factor is None:
                return None
            product *= factor
        return product


class UnitTruth:
    """The record of one unit. The line writes it; `intervals`, `counts` and `times` answer from it."""

    def __init__(self, unit: str, started_us: int) -> None:
        self.unit = unit
        self.started_us = started_us
        self.until_us = started_us  # up to here the record is complete
        self.jobs: list[JobRun] = []
        self._moments: list[int] = []
        self._statuses: list[Status] = []
        self._first: list[int] = []  # runs of pieces at an even pace: first piece, pace, pieces, pieces before it
        self._pace: list[int] = []
        self._pieces: list[int] = []
        self._before: list[int] = []
        self._rejects: list[int] = []

    def status(self, at_us: int, status: Status) -> None:
        """From `at_us` on the unit is in `status`."""
        if self._moments and self._moments[-1] == at_us:
            self._moments.pop()
            self._statuses.pop()
        if not self._statuses or self._statuses[-1] != status:
            self._moments.append(at_us)
            self._statuses.append(status)

    def pieces(self, first_us: int, pace_us: int, number: int) -> None:
        """`number` pieces were completed, the first at `first_us`, each further one `pace_us` later."""
        if self._first:
            pieces = self._pieces[-1]
            if self._pace[-1] == pace_us and first_us == self._first[-1] + pieces * pace_us:
                self._pieces[-1] = pieces + number
                return
            self._before.append(self._before[-1] + pieces)
        else:
            self._before.append(0)
        self._first.append(first_us)
        self._pace.append(pace_us)
        self._pieces.append(number)

    def reject(self, at_us: int) -> None:
        """The piece completed at `at_us` was rejected."""
        self._rejects.append(at_us)

    def begin(self, job: JobRun) -> None:
        """A job starts to run."""
        self.jobs.append(job)

    def end(self, at_us: int) -> JobRun:
        """The running job has ended."""
        self.jobs[-1] = replace(self.jobs[-1], t1_us=at_us)
        return self.jobs[-1]

    def transitions(self) -> list[tuple[int, Status]]:
        """Every change of status, (µs, status from then on)."""
        return list(zip(self._moments, self._statuses, strict=True))

    def intervals(self, from_us: int, to_us: int) -> list[Interval]:
        """Status intervals that tile [max(from, start), min(to, complete))."""
        from_us, to_us = max(from_us, self.started_us), min(to_us, self.until_us)
        if from_us >= to_us:
            return []
        index = max(0, bisect_right(self._moments, from_us) - 1)
        found: list[Interval] = []
        for at in range(index, len(self._moments)):
            t0_us = max(self._moments[at], from_us)
            if t0_us >= to_us:
                break
            t1_us = self._moments[at + 1] if at + 1 < len(self._moments) else to_us
            found.append(Interval(t0_us, min(t1_us, to_us), self._statuses[at]))
        return found

    @property
    def last_change_us(self) -> int:
        """When the status changed last."""
        return self._moments[-1]

    @property
    def last_piece_us(self) -> int:
        """When the last piece so far was completed; the start where there is none."""
        return self._first[-1] + (self._pieces[-1] - 1) * self._pace[-1] if self._first else self.started_us

    def processed_at(self, at_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Pieces completed up to and including each moment: int64[n] to int64[n]."""
        if not self._first or not len(at_us):
            return np.zeros(len(at_us), dtype=np.int64)
        since = max(0, bisect_right(self._first, int(at_us.min())) - 1)  # older runs are of no interest
        columns = (self._first, self._pace, self._pieces, self._before)
        first, pace, pieces, before = (np.array(column[since:], dtype=np.int64) for column in columns)
        run = np.maximum(np.searchsorted(first, at_us, side="right") - 1, 0)
        made = np.clip((at_us - first[run]) // pace[run] + 1, 0, pieces[run])
        return before[run] + made

    def defective_at(self, at_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Pieces rejected up to and including each moment: int64[n] to int64[n]."""
        if not len(at_us):
            return np.zeros(0, dtype=np.int64)
        since = bisect_right(self._rejects, int(at_us.min()))
        later = np.array(self._rejects[since:], dtype=np.int64)
        return since + np.searchsorted(later, at_us, side="right").astype(np.int64)

    def counts(self, after_us: int, to_us: int) -> Counts:
        """Pieces completed in (after, to]."""
        ends = np.array([after_us, to_us], dtype=np.int64)
        processed, defective = self.processed_at(ends), self.defective_at(ends)
        return Counts(int(processed[1] - processed[0]), int(defective[1] - defective[0]))

    def times(self, spans: Sequence[Planned]) -> Times:
        """Times by class over contiguous `spans`, with the counts and Σ PRI·PQ of that window."""
        result = Times()
        for span in spans:
            for t0_us, t1_us, interval, job in self._pieces_of_time(span.t0_us, span.t1_us):
                name = time_class(interval.status, plan=span.plan, job=job)
                result.by_class_us[name] = result.us(name) + t1_us - t0_us
        result.counts = self.counts(spans[0].t0_us, spans[-1].t1_us)
        for job in self.jobs:
            t0_us = max(job.t0_us, spans[0].t0_us)
            t1_us = min(self.until_us if job.t1_us is None else job.t1_us, spans[-1].t1_us)
            if t0_us < t1_us:
                rate = Fraction(job.rate_upm).limit_denominator(1000)
                result.theoretical_us += self.counts(t0_us, t1_us).processed * Fraction(60_000_000) / rate
        return result

    def _pieces_of_time(self, from_us: int, to_us: int) -> list[tuple[int, int, Interval, bool]]:
        """[from, to) cut at every change of status and of job: (t0, t1, interval, a job runs)."""
        cuts = sorted({t for job in self.jobs for t in (job.t0_us, job.t1_us) if t is not None and from_us < t < to_us})
        found: list[tuple[int, int, Interval, bool]] = []
        for t0_us, t1_us in zip([from_us, *cuts], [*cuts, to_us], strict=True):
            running = any(job.t0_us <= t0_us and (job.t1_us is None or t0_us < job.t1_us) for job in self.jobs)
            found += [(i.t0_us, i.t1_us, i, running) for i in self.intervals(t0_us, t1_us)]
        return found

    def forget_before(self, at_us: int) -> None:
        """Let go of intervals and jobs that ended before `at_us`: a live plant runs for months. Counts are kept."""
        keep = max(0, bisect_right(self._moments, at_us) - 1)
        del self._moments[:keep], self._statuses[:keep]
        self.started_us = max(self.started_us, self._moments[0]) if self._moments else self.started_us
        self.jobs = [job for job in self.jobs if job.t1_us is None or job.t1_us > at_us]
        runs = max(0, bisect_right(self._first, at_us) - 1)
        del self._first[:runs], self._pace[:runs], self._pieces[:runs], self._before[:runs]


def time_class(status: Status, *, plan: str, job: bool) -> str:
    """The class of an instant: STANDARDS §1, rows 1–6, with the default settings (unplanned running extends)."""
    category = CATEGORY[status.reason]
    if status.state == State.EXECUTE and status.mode == Mode.PRODUCTION and category == "other":
        return "APT"
    if plan != "BUSY":
        return plan
    if category == "planned":
        return "PLANNED_DOWN"
    if status.mode == Mode.SETUP or category == "setup":
        return "AUST"
    return "ADET" if job or status.state in _FAULTY or category == "failure" else "ADOT"


def _ratio(part: int | Fraction, whole: int | Fraction) -> Fraction | None:
    return Fraction(part) / Fraction(whole) if whole else None
