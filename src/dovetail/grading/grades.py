"""How far a driver can be relied on, in four words; each is worth what was seen, and nobody says it of himself. Pure.

A grade is reached when each of its criteria, and each of those below, holds or does not apply to the protocol. What
was not tried is not held to be so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

type Grade = Literal["none", "bronze", "silver", "gold", "platinum"]
type Verdict = Literal["holds", "fails", "does not apply", "not tried"]

READS: Final = "reads"
REFUSES: Final = "bad addresses fail at `validate`"
SPARES: Final = "one bad point spoils nothing"
CLOSES: Final = "close leaves nothing behind"
CABLE: Final = "survives a cable pull"
SLOW: Final = "survives a slow server"
RESTART: Final = "survives a restart"
ONCE: Final = "says once down and once up"
MAPS: Final = "maps quality and timestamps"
COALESCES: Final = "coalesces reads"
BROWSES: Final = "browses"
WRITES: Final = "writes with read-back"
SECURES: Final = "secures the link"
REDACTS: Final = "redacts secrets"
SUBSCRIBES: Final = "subscribes"
HOLDS: Final = "holds 10,000 points for an hour under the limits"
FUZZED: Final = "codec fuzzed"

CRITERIA: Final[Mapping[Grade, tuple[str, ...]]] = {
    "bronze": (READS, REFUSES, SPARES, CLOSES),
    "silver": (CABLE, SLOW, RESTART, ONCE, MAPS, COALESCES),
    "gold": (BROWSES, WRITES, SECURES, REDACTS),
    "platinum": (SUBSCRIBES, HOLDS, FUZZED),
}
IN_ORDER: Final = tuple(name for names in CRITERIA.values() for name in names)


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one criterion, and what was seen."""

    criterion: str
    verdict: Verdict
    evidence: str


def judged(criterion: str, holds: bool, evidence: str) -> Judged:
    """A criterion that was tried."""
    return Judged(criterion, "holds" if holds else "fails", evidence)


def grade_of(verdicts: Mapping[str, Verdict]) -> Grade:
    """The highest grade of which nothing is missing.

    >>> grade_of(dict.fromkeys(CRITERIA["bronze"], "holds"))
    'bronze'
    >>> grade_of(dict.fromkeys(IN_ORDER, "holds") | {"reads": "not tried"})
    'none'
    """
    reached: Grade = "none"
    for grade, names in CRITERIA.items():
        if any(verdicts.get(name) not in ("holds", "does not apply") for name in names):
            break
        reached = grade
    return reached


@dataclass(frozen=True, slots=True)
class Report:
    """What the suite found of one driver, in the order of the criteria."""

    driver: str
    found: tuple[Judged, ...]

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """By criterion."""
        return {one.criterion: one.verdict for one in self.found}

    @property
    def grade(self) -> Grade:
        return grade_of(self.verdicts)


def together(driver: str, found: Iterable[Judged]) -> Report:
    """A report of one or several benches of a driver: what fails on one fails, what holds on one was tried."""
    order: tuple[Verdict, ...] = ("fails", "holds", "not tried", "does not apply")
    worst: dict[str, Judged] = {}
    for one in found:
        before = worst.get(one.criterion)
        if before is None or order.index(one.verdict) < order.index(before.verdict):
            worst[one.criterion] = one
    return Report(driver, tuple(worst[name] for name in IN_ORDER if name in worst))
