"""What the timeline tells: a person said what an equipment did, or took it back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimelineEdited:
    """State records of one equipment changed by edits in [from_us, to_us); `to_us` None means up to now."""

    equipment_id: int
    from_us: int
    to_us: int | None
    known: int
