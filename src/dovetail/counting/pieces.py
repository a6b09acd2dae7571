"""A count of pieces, whoever said it: what every reader of counts may see of it, and how many lie in a period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from dovetail.core.shares import split

KINDS: Final[tuple[str, ...]] = ("good", "scrap", "rework", "infeed")


def told_by(counters: Iterable[str]) -> frozenset[str]:
    """The kinds of pieces that a machine's counters tell of: of total, good and scrap two give the third.

    >>> [sorted(told_by(names)) for names in (["total"], ["total", "good"], ["scrap", "infeed"])]
    [['good'], ['good', 'scrap'], ['infeed', 'scrap']]
    """
    names = frozenset(counters)
    rest = {"scrap" if "good" in names else "good"} if "total" in names else set[str]()
    return (names - {"total"}) | rest


@dataclass(frozen=True, slots=True)
class Said:
    """Who said that pieces were made: `id` is the entry's, or the held jump's that was accepted.

    `unit`: in which they were said; None: in that of the product that ran.
    """

    how: Literal["entry", "jump"]
    id: str
    by: str
    at_us: int
    why: str | None
    reason: str | None
    tag_id: int | None = None
    unit: str | None = None


class CountTrack(Protocol):
    """A CountRecord: `quantity` pieces of a kind in (t0_us, t1_us]; `spread` over what may have produced them.

    `job_response_id`: pieces of that job alone; None: of whatever ran. `said`: by whom, where it was not a counter.
    """

    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def spread(self) -> bool: ...
    @property
    def origin(self) -> str: ...
    @property
    def tag_id(self) -> int | None: ...
    @property
    def job_response_id(self) -> str | None: ...
    @property
    def said(self) -> Said | None: ...


def begin_us(count: CountTrack) -> int:
    """The first moment a count touches; one at an instant touches the moment before it."""
    return count.t0_us if count.t0_us < count.t1_us else count.t1_us - 1


def within(count: CountTrack, from_us: int, to_us: int) -> int:
    """How many of a count's pieces lie in (from_us, to_us], shared out by time."""
    if count.t0_us >= count.t1_us:
        return count.quantity if from_us < count.t1_us <= to_us else 0
    edges = [count.t0_us, *(min(max(edge, count.t0_us), count.t1_us) for edge in (from_us, to_us)), count.t1_us]
    return split(count.quantity, [edges[n + 1] - edges[n] for n in range(3)])[1]


def not_yet_held(fresh: Sequence[CountTrack], held: Sequence[CountTrack]) -> list[CountTrack]:
    """The fresh counts that no count record covers: between two looks, what was fresh may have been recorded."""
    reached: dict[tuple[int | None, str], int] = {}
    for count in held:
        key = (count.tag_id, count.kind)
        reached[key] = max(reached.get(key, count.t1_us), count.t1_us)
    return [one for one in fresh if one.t1_us > reached.get((one.tag_id, one.kind), one.t0_us)]
