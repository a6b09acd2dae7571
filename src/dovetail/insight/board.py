"""The board of a shift: what each hour should have made, what it made, and what it lost most of its time to.

Pure. Hours are those of the clock on the wall: a shift of a day with a clock change has one row more or less. Planned
pieces are the busy minutes of the calendar times the standard rate of what ran then; whole pieces, so that the rows
add up to the total.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from dovetail.core.clock import MINUTE_US, SECOND_US, to_datetime
from dovetail.insight.stops import Span

STOPPED: Final = frozenset({"AUST", "ADET", "ADOT"})  # planned time in which nothing was made, and it is known why not
NO_KNOWLEDGE: Final = frozenset({"NO_DATA", "UNKNOWN", "Undefined"})
STOPS_SHOWN: Final = 3  # what fits into a row that is read in passing


class Share(Protocol):
    """The part of a slice that belongs to one of its jobs."""

    @property
    def share_ppm(self) -> int: ...
    @property
    def rate_upm(self) -> float | None: ...


class Piece(Protocol):
    """A slice of the ledger, as far as the board looks at it."""

    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def cls(self) -> str: ...
    @property
    def shares(self) -> Sequence[Share]: ...


@dataclass(frozen=True, slots=True)
class Lost:
    """Time of one hour lost to one reason; None: nobody has said why."""

    reason: str | None
    minutes: float


def hours(from_us: int, to_us: int, zone: ZoneInfo) -> list[tuple[int, int]]:
    """[from_us, to_us) cut at the full hours of local time; the first and the last may be parts of one.

    >>> from dovetail.core.clock import from_rfc3339, to_rfc3339
    >>> night = (from_rfc3339("2026-10-24T22:00:00Z"), from_rfc3339("2026-10-25T23:00:00Z"))
    >>> len(hours(*night, ZoneInfo("Europe/Prague")))  # the day on which the clock goes back
    25
    """
    found: list[tuple[int, int]] = []
    while from_us < to_us:
        local = to_datetime(from_us).astimezone(zone)
        past_us = (local.minute * 60 + local.second) * SECOND_US + local.microsecond
        next_us = min(to_us, from_us + 60 * MINUTE_US - past_us)
        found.append((from_us, next_us))
        from_us = next_us
    return found


def rate_of(piece: Piece) -> float | None:
    """The standard rate of what ran in a slice, of several jobs by their shares; None where one has none."""
    rates = [(share.rate_upm, share.share_ppm) for share in piece.shares]
    known = [(rate, ppm) for rate, ppm in rates if rate is not None]
    return sum(rate * ppm for rate, ppm in known) / 1_000_000 if known and len(known) == len(rates) else None


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch in which one rate holds: so much of it is planned for production. `rate_upm` None: nobody gave one."""

    t0_us: int
    t1_us: int
    busy_us: int
    rate_upm: float | None

    @property
    def due(self) -> float | None:
        """Pieces due in it; where nothing is planned none are, whatever the rate."""
        if self.rate_upm is None:
            return None if self.busy_us else 0.0
        return self.busy_us / MINUTE_US * self.rate_upm


class Plan:
    """What should be made in any stretch of a shift: busy time of `spans` times the rate of the slice at that time.

    Where there is no slice (yet), the rate is that of the slice before, else of the first one, else `own_rate_upm`.
    """

    def __init__(self, spans: Sequence[Span], pieces: Sequence[Piece], own_rate_upm: float | None) -> None:
        self._busy = [(span.t0_us, span.t1_us) for span in spans if span.plan == "BUSY"]
        self._edges = [piece.t0_us for piece in pieces]
        self._rates = [rate_of(piece) for piece in pieces] or [own_rate_upm]

    def planned(self, from_us: int, to_us: int) -> float | None:
        """Pieces due in [from_us, to_us); None where busy time has no rate."""
        due = [part.due for part in self.parts(from_us, to_us)]
        return None if None in due else sum(part or 0.0 for part in due)

    def parts(self, from_us: int, to_us: int) -> list[Part]:
        """What the plan of [from_us, to_us) is made of: a part per slice that begins in it."""
        cuts = [edge for edge in self._edges if from_us < edge < to_us]
        found: list[Part] = []
        for t0_us, t1_us in zip([from_us, *cuts], [*cuts, to_us], strict=True):
            busy_us = sum(max(0, min(end, t1_us) - max(begin, t0_us)) for begin, end in self._busy)
            rate = self._rates[max(0, bisect_right(self._edges, t0_us) - 1)]
            found.append(Part(t0_us, t1_us, busy_us, rate))
        return found


def known(pieces: Iterable[Piece]) -> list[tuple[int, int]]:
    """The stretches in which it is known what the machine did."""
    return [(piece.t0_us, piece.t1_us) for piece in pieces if piece.state not in NO_KNOWLEDGE]


def common(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The time that lies in both.

    >>> common([(0, 10), (20, 30)], [(5, 25)])
    [(5, 10), (20, 25)]
    """
    both = [(max(a0, b0), min(a1, b1)) for a0, a1 in one for b0, b1 in other]
    return [(t0, t1) for t0, t1 in both if t0 < t1]


def whole(parts: Iterable[float | None]) -> list[int | None]:
    """Whole pieces per row whose sum is the whole of the sum; what is not known stays so.

    >>> whole([0.4, 0.4, None, 0.4])
    [0, 1, None, 0]
    """
    told: list[int | None] = []
    sum_so_far, given = 0.0, 0
    for part in parts:
        if part is None:
            told.append(None)
            continue
        sum_so_far += part
        told.append(round(sum_so_far) - given)
        given = round(sum_so_far)
    return told


def lost(pieces: Iterable[Piece]) -> tuple[Lost, ...]:
    """What planned time was lost to, the most first; time without data is not among it, for nobody knows."""
    sums: dict[str | None, int] = defaultdict(int)
    for piece in pieces:
        if piece.cls in STOPPED:
            sums[piece.reason] += piece.t1_us - piece.t0_us
    most = sorted(sums.items(), key=lambda one: (-one[1], one[0] or ""))[:STOPS_SHOWN]
    return tuple(Lost(reason, round(us / MINUTE_US, 1)) for reason, us in most)
