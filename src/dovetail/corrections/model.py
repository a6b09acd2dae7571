"""What a person said of the samples of a tag: in this stretch of time they were others, or none, or there were more.

A Correction is a fact: it is kept for ever, at most taken back by another. It speaks of [from_us, to_us), whatever was
sent for that time and whenever it came; the samples that were sent stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.packing.columns import Block

type What = Literal["amend", "delete", "insert"]
type Grade = Literal["good", "uncertain", "bad"]

QUALITIES: Final[dict[Grade, int]] = {
    "good": q.GOOD_LOCAL_OVERRIDE | q.SUBSTITUTED,
    "uncertain": q.UNCERTAIN | q.SUBSTITUTED,
    "bad": q.BAD | q.SUBSTITUTED,
}  # a value that a person gave is told from one that was measured wherever it goes


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of each sample of a stretch: another value, or value · `scale` + `offset`; another quality.

    `value` None: none is given. A `quality` alone leaves the value, unless it is bad: then there is none. Where no
    value was sent, only a given one helps: no scale and no quality makes one.
    """

    kind: Kind
    value: Value = None
    scale: float = 1.0
    offset: float = 0.0
    quality: int | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """Who took a correction back, when and why; from `known` on it does not count."""

    by_name: str
    at_us: int
    reason: str
    known: int


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """One correction. `given`: the samples a person gave, by (ts, arrival); `change`: what becomes of those there are.

    amend: one of the two, given ones in the place of all there are; delete: neither; insert: given, beside those there
    are. `under` is how many samples lay beneath when it was made.
    """

    id: int
    tag: int
    equipment_id: int
    what: What
    from_us: int
    to_us: int
    change: Change | None
    given: Block | None
    under: int
    reason: str
    by_id: str
    by_name: str
    at_us: int
    known: int
    undone: Undone | None = None

    @property
    def blanks(self) -> bool:
        """Whether no sample that was sent counts in its stretch."""
        return self.what == "delete" or (self.what == "amend" and self.given is not None)

    def stands(self, as_of: int | None) -> bool:
        """Whether it counts, as known at `as_of` (None: now)."""
        if as_of is None:
            return self.undone is None
        return self.known <= as_of and (self.undone is None or self.undone.known > as_of)

    def undo(self, undone: Undone) -> Correction:
        """The same, taken back."""
        return replace(self, undone=undone)

    def touches(self, from_us: int, to_us: int) -> bool:
        """Whether it says anything of [from_us, to_us)."""
        return self.from_us < to_us and self.to_us > from_us
