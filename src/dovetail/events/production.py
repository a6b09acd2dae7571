"""What production tells: a job started, ended or was corrected on an equipment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JobResponseChanged:
    """The run of a job on one equipment changed from `from_us` on."""

    equipment_id: int
    job_response_id: str
    from_us: int
    known: int
