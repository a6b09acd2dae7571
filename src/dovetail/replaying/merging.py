"""Two tellings of one ledger side by side, part by part: what has been compared is let go of. Pure.

Every figure is a sum over slices, so it comes to the same as over all of them at once, however the parts are cut; held
are the slices of a part, and those that reach beyond its end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from dovetail.core.clock import DAY_US
from dovetail.ledger.columns import Sums, add, nothing, sum_slices
from dovetail.ledger.model import Slice

type Span = tuple[int, int]
type Shift = tuple[int, int, str]
type Differ = Callable[[Sequence[Slice], Sequence[Slice], int, int], int]


@dataclass(slots=True)
class Window:
    """The sums of a stretch in both tellings. `across`: a slice as held reaches over one of its ends."""

    from_us: int
    to_us: int
    name: str
    was: Sums = field(default_factory=nothing)
    would: Sums = field(default_factory=nothing)
    across: bool = False

    def take(self, was: Sequence[Slice], would: Sequence[Slice], *, reaching: Sequence[Slice]) -> None:
        """Add the slices that lie inside; `reaching` began in an earlier part and ends later."""
        self.was = add(self.was, sum_slices(self._inside(was)))
        self.would = add(self.would, sum_slices(self._inside(would)))
        edges = (self.from_us, self.to_us)
        self.across |= any(one.t0_us < edge < one.t1_us for one in (*reaching, *was) for edge in edges)

    def _inside(self, slices: Sequence[Slice]) -> Iterator[Slice]:
        return (one for one in slices if self.from_us <= one.t0_us and one.t1_us <= self.to_us)


class Merging:
    """One ledger over a period: as it is held, and as it would be around what is signed.

    `windows` are its shifts by time; what is signed stands, so it is part of no figure but its own shift's. `differ`
    is shown both tellings of each part, and says how much time of [from, to) they tell otherwise.
    """

    def __init__(self, period: Span, signed: Sequence[Span], windows: Sequence[Shift], differ: Differ) -> None:
        self.whole = Window(*period, "")
        self.moved_us = self.was_total = self.would_total = 0
        self._signed, self._differ, self._reached_us = signed, differ, period[0]
        self._ahead: deque[Slice] = deque()
        self._to_come, self._open = deque(windows), list[Window]()
        self._was: list[Slice] = []
        self._would: list[Slice] = []
        self._last: Slice | None = None

    def part(self, was: Sequence[Slice], free: Sequence[Slice], upto_us: int) -> list[Window]:
        """Both tellings up to a moment, each by time; the windows that are complete by it.

        `was` may reach further than the part; `free` is told as if nothing were signed, and has a cut at the moment.
        """
        self._ahead.extend(was)
        held: list[Slice] = []
        while self._ahead and self._ahead[0].t0_us < upto_us:
            held.append(self._ahead.popleft())
        stands = [one for one in held if _within(one, self._signed)]
        would = sorted([*stands, *(one for one in free if not _within(one, self._signed))], key=lambda one: one.t0_us)
        self._count(held, would)
        self.whole.take(held, would, reaching=())
        complete = self._windows(held, free, upto_us)
        self._was += held
        self._would += would
        self.moved_us += self._differ(self._was, self._would, self._reached_us, upto_us)
        self._was = [one for one in self._was if one.t1_us > upto_us]
        self._would = [one for one in self._would if one.t1_us > upto_us]
        self._reached_us = upto_us
        return complete

    def _count(self, was: Sequence[Slice], would: Sequence[Slice]) -> None:
        """What was only cut so that it could be derived a day at a time is one slice, over the parts too."""
        before = [] if self._last is None else [self._last]
        self.was_total += len(was)
        self.would_total += count_of([*before, *would], self.whole.from_us) - len(before)
        self._last = would[-1] if would else self._last

    def _windows(self, was: Sequence[Slice], free: Sequence[Slice], upto_us: int) -> list[Window]:
        while self._to_come and self._to_come[0][0] < upto_us:
            self._open.append(Window(*self._to_come.popleft()))
        for one in self._open:
            one.take(was, free, reaching=self._was)
        complete = [one for one in self._open if one.to_us <= upto_us]
        self._open = [one for one in self._open if one.to_us > upto_us]
        return complete


def _within(one: Slice, windows: Sequence[Span]) -> bool:
    return any(t0_us <= one.t0_us and one.t1_us <= t1_us for t0_us, t1_us in windows)


def count_of(slices: Sequence[Slice], from_us: int) -> int:
    """How many slices there are, those that were only cut to be derived a day at a time taken together."""
    seams = [(one, other) for one, other in pairwise(slices) if (other.t0_us - from_us) % DAY_US == 0]
    return len(slices) - sum(_face(one) == _face(other) for one, other in seams)


def _face(one: Slice) -> tuple[object, ...]:
    jobs = tuple((share.job_response_id, share.share_ppm, share.rate_upm) for share in one.shares)
    return (
        one.state,
        one.mode,
        one.reason,
        one.external,
        one.unplanned,
        one.plan,
        one.day,
        one.shift_id,
        one.crew,
        one.cls,
        jobs,
    )
