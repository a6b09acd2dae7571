"""Lost minutes for which the causes and the simulator name another culprit, by what explains them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from culprits import Culprit, Culprits
from ground_truth_world import EVERYTHING, PATHS, REASONS, START_US, Installation, Life, installation

from dovetail.core.clock import HOUR_US
from dovetail.demo.run import documents
from dovetail.sim.packml import Reason

CHANGEOVER: Final = "setup/changeover"
EXPLAINED: Final = {
    "edge": "the right machine; where its reason begins or ends within one standstill",
    "changeover": "a changeover goes down the line, machine by machine: at which of them it is",
    "pace": "one that runs, too slowly for its neighbour, against one that stands farther on",
    "two": "two machines stood, at once or one after the other: which of them is still waited for",
}

type Named = tuple[str, str | None]  # a unit and its reason; None: it gave none, or it ran too slowly


@dataclass(frozen=True)
class Miss:
    """[t0_us, t1_us) of a unit's lost time in which the two do not name the same."""

    t0_us: int
    t1_us: int
    said: Named
    true: Named
    both_stood: bool  # each of the two, for its reason, within the last hour

    @property
    def why(self) -> str:
        """A key of `EXPLAINED`, or `unexplained`."""
        (said_unit, said_reason), (true_unit, true_reason) = self.said, self.true
        found = {
            "edge": said_unit == true_unit,
            "changeover": CHANGEOVER in (said_reason, true_reason),
            "pace": None in (said_reason, true_reason),
            "two": self.both_stood,
        }
        return next((why for why, is_so in found.items() if is_so), "unexplained")


@dataclass(frozen=True)
class Judged:
    """The lost time of a unit, µs, and what of it is named otherwise."""

    lost_us: int
    misses: list[Miss]

    @property
    def right(self) -> float:
        """The share for which both name the same."""
        return 1 - sum(miss.t1_us - miss.t0_us for miss in self.misses) / self.lost_us

    @property
    def by_cause(self) -> Counter[str]:
        """µs of the misses by what explains them."""
        found: Counter[str] = Counter()
        for miss in self.misses:
            found[miss.why] += miss.t1_us - miss.t0_us
        return found


def judged(folder: Path, *, seed: int, days: int) -> Iterator[tuple[str, Judged]]:
    """Some days of the demo's line, read over its tags with first-outs and buffers: each unit, and `line`."""
    with installation(folder, hours=24 * days, files=documents()) as plant:
        truth: list[Culprits] = []
        life = plant.live(seed, watched=lambda line: truth.append(Culprits(line)))
        plant.record_jobs(life.jobs)
        plant.store(life.frames)
        line = plant.rooms.equipment.plant().by_path(PATHS["filler"].rpartition("/")[0]).id
        for name, number in {"line": line, **plant.ids}.items():
            yield name, _judged(plant, life, truth[0], number)


def _judged(plant: Installation, life: Life, truth: Culprits, number: int) -> Judged:
    names = {one: unit for unit, one in plant.ids.items()}
    found = plant.rooms.causes.found(number, START_US, life.until_us, scope=EVERYTHING)
    misses: list[Miss] = []
    for piece, _ in found.pieces:
        said = (names[piece.cause.unit], piece.cause.reason)
        for t0_us, t1_us, culprit in truth.over(names[found.unit], piece.t0_us, piece.t1_us):
            true = _true(culprit)
            if said != true:
                both_stood = all(_stood(life, named, t0_us, t1_us) for named in (said, true))
                misses.append(Miss(t0_us, t1_us, said, true, both_stood))
    assert sum(piece.lasts_us for piece, _ in found.pieces) == found.lost_us
    return Judged(found.lost_us, misses)


def _true(culprit: Culprit | None) -> Named:
    unit, why = culprit or ("nobody", Reason.NONE)
    return unit, REASONS[why] if isinstance(why, Reason) else None


def _stood(life: Life, named: Named, t0_us: int, t1_us: int) -> bool:
    unit, reason = named
    lately = life.line.truth[unit].intervals(t0_us - HOUR_US, t1_us)
    return any(REASONS[one.status.reason] == reason for one in lately)
