"""What is told of texts that name jobs: somebody said what one meant; and that there are other orders it may name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JobTextAnswered:
    """What a machine's text of a moment means is another from then on; `to_us` None means up to now."""

    equipment_id: int
    from_us: int
    known: int
    to_us: int | None = None


@dataclass(frozen=True, slots=True)
class JobOrderPlanned:
    """There is another job order on an equipment, or it says something else."""

    equipment_id: int
    job_order: str
    known: int
