"""What restating tells: definitions of the past are now others, and which equipment's time follows from them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Restated:
    """A restatement was made: what `stretches` (equipment id, from_us, to_us) came to is cut again."""

    restatement: int
    stretches: tuple[tuple[int, int, int], ...]
    known: int
