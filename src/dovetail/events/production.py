"""What production tells: a job started, ended or was corrected on an equipment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JobResponseChanged:
    """What ran on one equipment changed in [from_us, to_us); `to_us` None means up to now."""

    equipment_id: int
    job_response_id: str
    from_us: int
    known: int
    to_us: int | None = None
