"""What was seen of a machine's signals and what it seems to mean: each claim with how sure it is, and on what it rests.

`sure` is kept for what the signals prove by themselves; `likely` is worth a look; `unknown` means: one cannot tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.retrofit.levels import Proposal
from dovetail.tracks.columns import Kind, Track

type Confidence = Literal["sure", "likely", "unknown"]
type Moments = NDArray[np.int64]
type Role = Literal["total", "good", "scrap"]
type Span = tuple[int, int]

RUNNING_NEEDED_US: Final = 20 * MINUTE_US  # with less, chance looks like proof
STOPS_NEEDED: Final = 3
GAP_MIN_US: Final = SECOND_US  # two readings lie at least so far apart for what is said here
GAPS_STILL: Final = 3.0  # a counter that rests for so many of its usual gaps stands still

RANK: Final[Mapping[Confidence, int]] = {"sure": 2, "likely": 1, "unknown": 0}


def at_most_likely(confidence: Confidence) -> Confidence:
    """What something speaks against is not sure."""
    return "likely" if confidence == "sure" else confidence


@dataclass(frozen=True, slots=True)
class Because:
    """Why something is claimed, or cannot be: a code for the screens' catalogues, and the facts that fill it in."""

    code: str
    facts: Mapping[str, float | int | str] = field(default_factory=dict[str, "float | int | str"])


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One tag over the stretch looked at. `is_whole`: its kind has no fractions."""

    tag_id: int
    name: str
    kind: Kind
    is_whole: bool
    unit: str | None
    track: Track


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """A counter's rises: when it was first read higher, and by how many. `gap_us`: usually so far apart.

    `unread` are the stretches in which nobody knows what it did. `ticks_per_s`: it keeps exactly a clock's pace while
    it runs, as a counter of hours run does, and, now and then, a machine.
    """

    seen: Seen
    ts: Moments
    pieces: Moments
    gap_us: int
    resets: tuple[int, ...]
    rollovers: tuple[int, ...]
    modulus: int | None
    unread: Sequence[Span]
    ticks_per_s: float | None = None

    @property
    def total(self) -> int:
        """Pieces in all."""
        return int(self.pieces.sum())

    def between(self, from_us: int, to_us: int) -> int:
        """Pieces in (from, to]."""
        first, last = np.searchsorted(self.ts, (from_us, to_us), side="right").tolist()
        return int(self.pieces[first:last].sum())


@dataclass(frozen=True, slots=True)
class ValueFound:
    """One value of a state signal: what it seems to mean, for how long it was seen, and what was made meanwhile.

    `state` None: one cannot tell.
    """

    value: str
    state: str | None
    confidence: Confidence
    seen_s: float
    dwells: int
    pieces: int


@dataclass(frozen=True, slots=True)
class StateFound:
    """What says what the machine does. `explained`: the share of its standing still that the signal tells of."""

    way: Literal["packml", "values", "activity"]
    tag: str
    confidence: Confidence
    because: Because
    values: tuple[ValueFound, ...] = ()
    timeout_s: float | None = None
    explained: float = 0.0


@dataclass(frozen=True, slots=True)
class CounterFound:
    """A signal that counts. `role` None: one cannot tell what; `modulus` only where it was seen to begin anew."""

    tag: str
    role: Role | None
    confidence: Confidence
    because: Because
    rises: int
    pieces: int
    resets: tuple[int, ...]
    rollovers: tuple[int, ...]
    modulus: int | None
    against_name: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """A rate that was held, and for how many minutes."""

    rate_upm: float
    minutes: float


@dataclass(frozen=True, slots=True)
class RateFound:
    """The best rate that was held; `paces` are all that were, the fastest first; the histogram is in pieces/min."""

    rate_upm: float
    confidence: Confidence
    because: Because
    paces: tuple[Pace, ...]
    histogram: tuple[tuple[float, float, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ContactFound:
    """A contact that is on only while the machine stands: starved or blocked, by its name."""

    tag: str
    use: Literal["starved", "blocked"]
    confidence: Confidence
    because: Because


@dataclass(frozen=True, slots=True)
class LevelsFound:
    """A raw signal in which levels part running from idling."""

    tag: str
    tag_id: int
    levels: Proposal


@dataclass(frozen=True, slots=True)
class Silent:
    """A signal of which nothing is claimed, and why."""

    tag: str
    because: Because


@dataclass(frozen=True, slots=True)
class Meanings:
    """All that is claimed of one machine. `running_us` and `stops` say how much there was to learn from."""

    state: StateFound | None
    counters: tuple[CounterFound, ...]
    rate: RateFound | None
    contacts: tuple[ContactFound, ...]
    levels: tuple[LevelsFound, ...]
    silent: tuple[Silent, ...]
    running_us: int
    stops: int

    @property
    def is_enough(self) -> bool:
        """Whether there was enough to learn from."""
        return self.running_us >= RUNNING_NEEDED_US and self.stops >= STOPS_NEEDED


def spans_of(ts: Moments, which: NDArray[np.bool_], end_us: int) -> list[Span]:
    """The stretches in which a column of rows is true; each row holds until the next, the last one until `end_us`."""
    if not len(ts) or not which.any():
        return []
    edges = np.flatnonzero(np.diff(which.astype(np.int8), prepend=0, append=0))
    ends = np.append(ts, end_us)
    return [(int(ends[a]), int(ends[b])) for a, b in zip(edges[::2], edges[1::2], strict=True) if ends[a] < ends[b]]


def overlap_us(spans: Sequence[Span], from_us: int, to_us: int) -> int:
    """How much of [from, to) the spans cover."""
    return sum(max(0, min(b, to_us) - max(a, from_us)) for a, b in spans)
