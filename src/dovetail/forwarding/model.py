"""What is forwarded to a copy, and how that stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from dovetail.copies.model import TagName, mark_of

type Lack = Literal["no-copy", "not-taken", "behind", "away"]  # why a copy does not hold what is asked for


@dataclass(frozen=True, slots=True)
class Selection:
    """The tags that a copy is to have, by id."""

    names: tuple[TagName, ...]
    tags: tuple[int, ...]
    asked: frozenset[int]
    mark: bytes

    @classmethod
    def of(cls, names: Iterable[TagName]) -> Selection:
        """Each once, in order."""
        ordered = tuple(sorted({one.tag: one for one in names}.values(), key=lambda one: one.tag))
        tags = tuple(one.tag for one in ordered)
        return cls(ordered, tags, frozenset(tags), mark_of([tags]))


@dataclass(frozen=True, slots=True)
class Forwarded:
    """How a copy stands. `equal_us`: when it was last seen to hold all that was sealed; `months`: those yet to compare.

    `failing_us`: since when it is not reached; `cause` why, `hint` what to do, `who` can mend it.
    """

    name: str
    to: str
    site: str
    host: str
    tags: int
    equal_us: int | None
    months: int
    samples: int
    failing_us: int | None
    cause: str | None
    hint: str | None
    who: Literal["time", "administrator"]
    next_s: float
