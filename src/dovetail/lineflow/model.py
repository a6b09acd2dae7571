"""A line as material passes it: steps one after the other, in a step units or lanes of units side by side, buffers.

Pure. Times are µs UTC, an interval is [t0_us, t1_us). What a unit did is told by its state records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

type Kind = Literal["run", "own", "starved", "blocked", "no_data"]
type Role = Literal["own", "pace", "outside", "no_data", "unclear"]
type How = Literal["record", "signal", "level", "inferred"]

STARVED_REASON: Final = "external/starved"
BLOCKED_REASON: Final = "external/blocked"
WAITS: Final = frozenset({"starved", "blocked"})


class Record(Protocol):
    """What a unit did in [t0_us, t1_us); t1_us None: still does."""

    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int | None: ...
    @property
    def state(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def reason(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Buffer:
    """What lies before a unit: how many pieces it holds at most (None: not said), how long a piece is under way."""

    capacity: int | None = None
    transport_us: int = 0


NO_BUFFER: Final = Buffer()


def lane_of[T](unit: T, lanes: Sequence[Sequence[T]]) -> Sequence[T]:
    """The units that a piece passes on one way through a step, in order; most ways have one."""
    return next((lane for lane in lanes if unit in lane), (unit,))


def next_to[T](
    unit: T, side: Literal[-1, 1], *, steps: Sequence[Sequence[T]], lanes: Sequence[Sequence[T]]
) -> tuple[T, ...]:
    """The units right before (-1) or behind (1) one: along its lane, else the ends of the lanes of the next step.

    >>> next_to("d", -1, steps=["a", "bcx", "d"], lanes=["bc"]), next_to("a", 1, steps=["a", "bcx", "d"], lanes=["bc"])
    (('c', 'x'), ('b', 'x'))
    """
    lane = lane_of(unit, lanes)
    along = lane.index(unit) + side
    if 0 <= along < len(lane):
        return (lane[along],)
    place = next(number for number, step in enumerate(steps) if unit in step) + side
    step = steps[place] if 0 <= place < len(steps) else ()
    end = 0 if side == 1 else -1  # pieces come from the last of each lane, and go to its first
    return tuple(near for near in step if lane_of(near, lanes)[end] == near)


@dataclass(frozen=True, slots=True)
class Line:
    """The steps of a line in the order of the flow, each the ids of the units side by side in it.

    `lanes`: of units in one step those that stand one behind the other, on a way of their own.
    """

    steps: tuple[tuple[int, ...], ...]
    buffers: Mapping[int, Buffer] = field(default_factory=dict[int, Buffer])  # by the unit they lie before
    lanes: tuple[tuple[int, ...], ...] = ()

    @property
    def units(self) -> tuple[int, ...]:
        """Every unit along the flow."""
        return tuple(unit for step in self.steps for unit in step)

    def place(self, unit: int) -> int:
        """The number of the step a unit stands in."""
        return next(number for number, step in enumerate(self.steps) if unit in step)

    def neighbours(self, unit: int, kind: str) -> tuple[int, ...]:
        """The units a starved one gets its pieces from, or those a blocked one gives them to."""
        return next_to(unit, -1 if kind == "starved" else 1, steps=self.steps, lanes=self.lanes)

    def buffer(self, unit: int) -> Buffer:
        """What lies before a unit."""
        return self.buffers.get(unit, NO_BUFFER)


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch in which a unit did one thing. `record_us`: the begin of the record that says so.

    `stood_us`: since when it has not produced. `reason` of its own stop is that of the record or, where that says
    none, the one given for the same standstill. `how`: who says that it waits.
    """

    t0_us: int
    t1_us: int
    kind: Kind
    state: str
    reason: str | None
    record_us: int
    stood_us: int
    how: How = "record"


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the way from a stop to its cause: at `unit` the record that began at `record_us` says `kind`."""

    unit: int
    record_us: int
    kind: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Who a stretch of lost time comes from, and why.

    `role`: a stop of its `own`; it ran, but too slowly to keep its neighbour going (`pace`); whoever lies `outside`
    the line; nobody knows what it did (`no_data`); or the records contradict each other (`unclear`).
    """

    unit: int
    role: Role
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """[t0_us, t1_us) of a unit's standing, and its cause. `stop_us`: the record of the cause's stop.

    `trail`: the records it rests on, from the unit that lost the time to the one it comes from. `inferred`: some step
    of it is not said by any signal.
    """

    t0_us: int
    t1_us: int
    cause: Cause
    state: str
    stop_us: int
    trail: tuple[Link, ...]
    inferred: bool = False

    @property
    def lasts_us(self) -> int:
        """How long it is, µs."""
        return self.t1_us - self.t0_us
