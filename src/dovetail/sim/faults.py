"""What goes wrong on a machine, how often and for how long: seeded, so that the same seed is the same bad day.

Every process of every machine draws from a stream of its own: one more jam at the capper moves nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.sim.packml import Reason

NEVER: Final = 1 << 62  # later than any time a simulation reaches


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause of stops: share among the stops of its machine, and the stop's shortest and mean length, µs."""

    reason: Reason
    share: int
    shortest_us: int
    mean_us: int


@dataclass(frozen=True, slots=True)
class Habits:
    """How a machine misbehaves: mean running time between stops, its causes, spells of slow running, rejects."""

    between_stops_us: int
    causes: tuple[Cause, ...]
    between_spells_us: int
    spell_us: int
    reject_ppm: int = 0


def stream(name: str) -> Random:
    """A stream of random numbers that is the same for the same name on every machine."""
    return Random(name)  # noqa: S311 - it plays dice, it keeps no secret


class Randomness:
    """The random streams of one machine; all durations are divided by the time-lapse factor `speed`."""

    def __init__(self, habits: Habits, *, seed: int, unit: str, speed: float) -> None:
        self.habits = habits
        self._speed = speed
        self._faults = stream(f"{seed}/{unit}/faults")
        self._spells = stream(f"{seed}/{unit}/spells")
        self._rejects = stream(f"{seed}/{unit}/rejects")
        self._motions = stream(f"{seed}/{unit}/motions")
        self._people = stream(f"{seed}/{unit}/people")

    def until_fault_us(self) -> int:
        """Running time up to the next stop of the machine's own."""
        return self._exponential(self._faults, self.habits.between_stops_us)

    def fault(self) -> tuple[Reason, int]:
        """Which cause it is this time, and how long the stop lasts, µs."""
        causes: Sequence[Cause] = self.habits.causes
        cause = self._faults.choices(causes, [cause.share for cause in causes])[0]
        more_us = self._exponential(self._faults, cause.mean_us - cause.shortest_us)
        return cause.reason, self.scaled(cause.shortest_us) + more_us

    def until_spell_us(self) -> int:
        """Running time up to the next spell of slow running."""
        return self._exponential(self._spells, self.habits.between_spells_us)

    def spell(self) -> tuple[int, int]:
        """(running time it lasts µs, slowness in thousandths of the cycle time: 1100–1500)."""
        return self._exponential(self._spells, self.habits.spell_us), self._spells.randrange(1100, 1500)

    def pieces_to_reject(self) -> int:
        """How many pieces from now on the next reject is (1: the very next)."""
        share = self.habits.reject_ppm / 1_000_000
        if share <= 0:
            return NEVER
        return 1 + int(math.log(1.0 - self._rejects.random()) / math.log(1.0 - share))

    def motion_us(self, shortest_s: float, longest_s: float) -> int:
        """How long the machine takes for an acting state."""
        return self._between(self._motions, shortest_s, longest_s)

    def person_us(self, shortest_s: float, longest_s: float) -> int:
        """How long people take: to reach the machine, to change it over."""
        return self._between(self._people, shortest_s, longest_s)

    def scaled(self, duration_us: int) -> int:
        """A duration under the time-lapse factor, never zero."""
        return max(1, round(duration_us / self._speed))

    def _exponential(self, stream: Random, mean_us: int) -> int:
        return self.scaled(round(-math.log(1.0 - stream.random()) * mean_us) + SECOND_US)

    def _between(self, stream: Random, shortest_s: float, longest_s: float) -> int:
        return self.scaled(stream.randrange(round(shortest_s * SECOND_US), round(longest_s * SECOND_US)))


_JAM = Cause(Reason.JAM, 40, 20 * SECOND_US, 90 * SECOND_US)
_MISFEED = Cause(Reason.MISFEED, 25, 15 * SECOND_US, 60 * SECOND_US)
_SENSOR = Cause(Reason.SENSOR, 15, 30 * SECOND_US, 3 * MINUTE_US)
_MOTOR = Cause(Reason.MOTOR, 4, 5 * MINUTE_US, 18 * MINUTE_US)
_VALVE = Cause(Reason.VALVE, 5, 4 * MINUTE_US, 12 * MINUTE_US)
_NO_MATERIAL = Cause(Reason.NO_MATERIAL, 8, MINUTE_US, 5 * MINUTE_US)
_CLEANING = Cause(Reason.CLEANING, 5, 6 * MINUTE_US, 10 * MINUTE_US)

FILLER: Final = Habits(
    28 * MINUTE_US, (_JAM, _MISFEED, _SENSOR, _VALVE, _CLEANING), 70 * MINUTE_US, 6 * MINUTE_US, 8000
)
CAPPER: Final = Habits(40 * MINUTE_US, (_JAM, _MISFEED, _SENSOR, _MOTOR, _NO_MATERIAL), 120 * MINUTE_US, 5 * MINUTE_US)
LABELLER: Final = Habits(
    35 * MINUTE_US, (_JAM, _SENSOR, _MOTOR, _NO_MATERIAL), 90 * MINUTE_US, 7 * MINUTE_US, reject_ppm=6000
)
PALLETISER: Final = Habits(55 * MINUTE_US, (_JAM, _SENSOR, _MOTOR, _NO_MATERIAL), 150 * MINUTE_US, 8 * MINUTE_US)
