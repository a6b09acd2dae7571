"""What a replay found: where a machine's past would read otherwise, by how much, and what that does to its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

from dovetail.core.limits import REPLAY_STRETCHES_MAX
from dovetail.ledger.tracks import StateTrack

type Said = tuple[str, str, str]  # state, mode, reason


@dataclass(frozen=True, slots=True)
class Moved:
    """[t0_us, t1_us) was one thing and would be another; None: nothing was known to be there at all."""

    t0_us: int
    t1_us: int
    was: Said | None
    would: Said | None

    @property
    def us(self) -> int:
        """How long it lasts."""
        return self.t1_us - self.t0_us


@dataclass(frozen=True, slots=True)
class Brief:
    """Figures of one period: times in µs and pieces by name, KPIs by id (None: no denominator)."""

    times: Mapping[str, int]
    counts: Mapping[str, int | None]
    kpis: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Compared:
    """One period as it was and as it would be. `shift` is empty for the whole of it."""

    from_us: int
    to_us: int
    shift: str
    was: Brief
    would: Brief

    @property
    def differs(self) -> bool:
        """Whether anything would be another."""
        return self.was != self.would

    @property
    def pieces(self) -> int:
        """How many pieces more or less are counted, of any kind."""
        kinds = self.was.counts.keys() & self.would.counts.keys()
        return sum(abs((self.would.counts[kind] or 0) - (self.was.counts[kind] or 0)) for kind in kinds)

    @property
    def reclassed_us(self) -> int:
        """How much time belongs to another class of ISO 22400."""
        names = self.was.times.keys() & self.would.times.keys() - {"elapsed_us", "pot_us", "pbt_us"}
        return sum(abs(self.would.times[name] - self.was.times[name]) for name in names) // 2


@dataclass(frozen=True, slots=True)
class Machine:
    """One equipment: the stretches that would read otherwise, the longest first, the whole period, and its shifts that
    differ. Of very many stretches the longest are kept, of shifts the first; how many there are is counted."""

    equipment_id: int
    path: str
    moved: Sequence[Moved]
    moved_total: int
    moved_us: int
    slices: tuple[int, int]  # how many there are, and how many there would be
    held: tuple[int, int]  # counter jumps that wait for a person
    whole: Compared
    shifts: Sequence[Compared]
    shifts_total: int

    @property
    def differs(self) -> bool:
        """Whether anything would be another."""
        return bool(self.moved_total or self.shifts_total) or self.whole.differs

    @property
    def weight(self) -> tuple[int, int, int, str]:
        """The biggest difference first, by time and then by pieces."""
        return (-max(self.moved_us, self.whole.reclassed_us), -self.whole.pieces, -int(self.differs), self.path)


@dataclass(frozen=True, slots=True)
class Replay:
    """What recorded samples of [from_us, to_us) would have come to; the biggest differences first."""

    from_us: int
    to_us: int
    machines: Sequence[Machine]
    notes: Sequence[str]
    samples: int
    took_s: float


class Longest:
    """The longest stretches that two timelines tell otherwise, taken part by part; `total`: how many there are."""

    def __init__(self, most: int = REPLAY_STRETCHES_MAX) -> None:
        self.total, self._most = 0, most
        self._kept: list[tuple[int, int, Moved]] = []
        self._last: Moved | None = None

    def take(self, was: Sequence[StateTrack], would: Sequence[StateTrack], from_us: int, to_us: int) -> int:
        """A part that follows the one before; how much of its time they tell otherwise."""
        found = sorted(differences(was, would, from_us, to_us), key=lambda one: one.t0_us)
        for one in found:
            last = self._last
            if last is not None and (last.t1_us, last.was, last.would) == (one.t0_us, one.was, one.would):
                self._last = Moved(last.t0_us, one.t1_us, one.was, one.would)
            else:
                self._keep()
                self._last = one
        return sum(one.us for one in found)

    def _keep(self) -> None:
        if self._last is not None:
            self.total += 1
            heappush(self._kept, (self._last.us, -self._last.t0_us, self._last))
            _ = heappop(self._kept) if len(self._kept) > self._most else None
        self._last = None

    def done(self) -> list[Moved]:
        """The longest first."""
        self._keep()
        return [one for _, _, one in sorted(self._kept, key=lambda one: one[:2], reverse=True)]


def differences(was: Iterable[StateTrack], would: Iterable[StateTrack], from_us: int, to_us: int) -> list[Moved]:
    """Where two timelines of [from, to) say something else, the longest stretches first."""
    left, right = _pieces(was, from_us, to_us), _pieces(would, from_us, to_us)
    edges = sorted({from_us, to_us, *(t for one in (*left, *right) for t in one[:2])})
    found: list[Moved] = []
    i = j = 0
    for t0_us, t1_us in pairwise(edges):
        while i < len(left) and left[i][1] <= t0_us:
            i += 1
        while j < len(right) and right[j][1] <= t0_us:
            j += 1
        one = left[i][2] if i < len(left) and left[i][0] <= t0_us else None
        other = right[j][2] if j < len(right) and right[j][0] <= t0_us else None
        if one == other:
            continue
        if found and found[-1].t1_us == t0_us and (found[-1].was, found[-1].would) == (one, other):
            found[-1] = Moved(found[-1].t0_us, t1_us, one, other)
        else:
            found.append(Moved(t0_us, t1_us, one, other))
    return sorted(found, key=lambda moved: (-moved.us, moved.t0_us))


def _pieces(records: Iterable[StateTrack], from_us: int, to_us: int) -> list[tuple[int, int, Said]]:
    cut = (
        (max(one.t0_us, from_us), min(to_us if one.t1_us is None else one.t1_us, to_us), one)
        for one in records
    )  # fmt: skip
    return [(t0, t1, (one.state, one.mode, one.reason or "")) for t0, t1, one in cut if t0 < t1]
