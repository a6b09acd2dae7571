"""What restating tells: definitions of the past are now others, and which equipment's time follows from them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Restated:
    """A restatement was made: what `stretches` (equipment id, from_us, to_us) came to is cut again.

    What `derived` (a tag that it reads, equipment id, from_us, to_us) did is derived again from its samples first.
    """

    restatement: int
    stretches: tuple[tuple[int, int, int], ...]
    known: int
    derived: tuple[tuple[int, int, int, int], ...] = ()
