"""A round of looking through everything the plant has kept: how far it is, what it found, and what that means."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Literal

import orjson

from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.limits import SCRUB_ROUND_US
from dovetail.upkeep.layout import LAST_SEARCH
from dovetail.upkeep.manifest import durable

OVERDUE_US: Final = 2 * SCRUB_ROUND_US
type Told = tuple[Literal["well", "look", "ill"], str, Literal["administrator", "time", "nobody"], str]


@dataclass(frozen=True, slots=True)
class Round:
    """`done` of about `total` samples, from the newest month to the oldest; `month` and `tag` are where it goes on.

    Found: `chunks` whose samples cannot be read, `headers` that were derived anew, `sums` of days that are made anew,
    `faults` of files as their database tells them. `last_us`: when the round before it was at its end, 0: there was
    none. `ended_us`: 0 while it goes on.
    """

    began_us: int
    total: int = 0
    done: int = 0
    month: int | None = None
    tag: int = 0
    chunks: int = 0
    headers: int = 0
    sums: int = 0
    faults: tuple[str, ...] = ()
    last_us: int = 0
    ended_us: int = 0

    def due(self, at_us: int) -> int:
        """How many samples should be done by now, for the whole to take as long as it may."""
        return self.total * min(at_us - self.began_us, SCRUB_ROUND_US) // SCRUB_ROUND_US

    @property
    def found(self) -> bool:
        """Whether anything was not what was written."""
        return bool(self.chunks or self.headers or self.sums or self.faults)

    def told(self, at_us: int) -> Told:
        """(verdict, what it rests on, who can mend it, how)."""
        newest_us = self.ended_us or self.last_us
        share = f"{self.done:,} of {max(self.total, self.done):,} samples"
        when = f"all samples were looked through until {to_rfc3339(newest_us)}" if newest_us else "the first round"
        says = when if self.ended_us else f"{when}; {share} of this round"
        says += f": {self._said()}"
        if self.faults:
            how = "look after the disk, and put a backup in its place: `dovetail restore` (docs: Back up and restore)"
            return "ill", says, "administrator", how
        if self.found:
            how = "look after the disk: it does not give back what was written; see `damage` for what is lost"
            return "look", says, "administrator", how
        if not newest_us and at_us - self.began_us < OVERDUE_US:
            return "well", says, "time", "it looks through everything in a week; `dovetail doctor --deep` does so now"
        if at_us - newest_us > OVERDUE_US:
            return (
                "look",
                says,
                "administrator",
                "`dovetail doctor --deep` looks now; the log says what hinders it",
            )
        return "well", says, "nobody", ""

    def _said(self) -> str:
        if not self.found:
            return "nothing is other than it was written"
        some = [
            f"{self.chunks} chunks cannot be read" if self.chunks else "",
            f"{self.headers} headers were derived anew from their samples" if self.headers else "",
            f"{self.sums} days were summed up anew" if self.sums else "",
            *self.faults,
        ]
        return ", ".join(one for one in some if one)


def last_round(data: Path) -> Round | None:
    """The one under way, or the last; None: nobody has ever looked."""
    try:
        said = orjson.loads((data / LAST_SEARCH).read_bytes())
        return replace(Round(**said), faults=tuple(said["faults"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def keep_round(data: Path, found: Round) -> None:
    """A restart goes on from there."""
    durable(data / LAST_SEARCH, orjson.dumps(asdict(found)))


def told_of(found: Round | None, at_us: int) -> Told:
    """What the doctor says."""
    if found is None:
        says = "nobody has looked through the samples yet"
        return "well", says, "time", "a server looks through everything in a week; `dovetail doctor --deep` does so now"
    return found.told(at_us)


def is_due(found: Round | None, at_us: int) -> bool:
    """Whether another round begins."""
    return found is None or bool(found.ended_us and at_us - found.began_us >= max(SCRUB_ROUND_US, DAY_US))
