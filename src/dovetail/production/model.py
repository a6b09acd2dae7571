"""A JobResponse says what ran on a work unit, from when to when; jobs beside each other share its time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

type Origin = Literal["person", "tag", "schedule", "scan"]


@dataclass(frozen=True, slots=True)
class JobResponse:
    """One run of a job on one work unit (ISA-95 JobResponse), as known in [known_from, known_to).

    `t1_us` None: it still runs. `run_id` joins the responses that one start on a line made, one per work unit; on a
    single work unit it is the response's own id. `run_equipment_id` is the equipment that start named. `beside`: it
    was started beside what ran; the machine's own signals do not end it. `share_ppm` is its part of the time and of the
    counted pieces while others run; None: an even part of what the others leave. `follows`: the response
    it was handed over from, with what was said then in `note`.
    """

    id: str
    equipment_id: int
    job_order: str | None
    product: str
    lot: str | None
    t0_us: int
    t1_us: int | None
    standard_rate_upm: float | None
    crew: str | None
    known_from: int
    known_to: int | None
    run_id: str
    run_equipment_id: int
    started_by: Origin
    ended_by: Origin | None
    beside: bool = False
    share_ppm: int | None = None
    follows: str | None = None
    note: str | None = None

    def runs_at(self, at_us: int) -> bool:
        """Whether this is the job of a moment."""
        return self.t0_us <= at_us and (self.t1_us is None or at_us < self.t1_us)


def moved(before: JobResponse | None, after: JobResponse | None) -> tuple[int, int | None]:
    """The period [from, to) in which what ran is another when one response takes the place of another; None: to now."""
    there = [job for job in (before, after) if job is not None]
    ends = [job.t1_us for job in there]
    from_us = min(job.t0_us for job in there)
    if before is not None and after is not None:
        same = replace(after, t1_us=before.t1_us, ended_by=before.ended_by, known_from=before.known_from)
        if same == before:  # only its end moved
            from_us = min(end for end in ends if end is not None)
    return from_us, None if None in ends else max(end for end in ends if end is not None)


def words(job: JobResponse) -> str:
    """The job as a person would call it: its order, else its product.

    `PO-1001 (cola-05)` or `cola-05`
    """
    return f"{job.job_order} ({job.product})" if job.job_order else job.product
