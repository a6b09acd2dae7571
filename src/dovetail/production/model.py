"""A JobResponse says what ran on a work unit, from when to when; this release knows one at a time per work unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type Origin = Literal["person", "tag"]


@dataclass(frozen=True, slots=True)
class JobResponse:
    """One run of a job on one work unit (ISA-95 JobResponse), as known in [known_from, known_to).

    `t1_us` None: it still runs. `run_id` joins the responses that one start on a line made, one per work unit; on a
    single work unit it is the response's own id. `run_equipment_id` is the equipment that start named.
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

    def runs_at(self, at_us: int) -> bool:
        """Whether this is the job of a moment."""
        return self.t0_us <= at_us and (self.t1_us is None or at_us < self.t1_us)


def words(job: JobResponse) -> str:
    """The job as a person would call it: its order, else its product.

    `PO-1001 (cola-05)` or `cola-05`
    """
    return f"{job.job_order} ({job.product})" if job.job_order else job.product
