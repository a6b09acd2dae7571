"""What the corrections room tells: a person corrected the samples of a tag, or took a correction back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SamplesCorrected:
    """The samples of a tag in [from_us, to_us) are others than before; none of those that were sent is gone."""

    tag_id: int
    equipment_id: int
    from_us: int
    to_us: int
    known: int
