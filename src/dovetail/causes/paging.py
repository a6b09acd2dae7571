"""The stops of any period with what they come from, so much at a time as can be walked along a line at once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from dovetail.causes.model import StopCause
from dovetail.core.clock import DAY_US
from dovetail.core.limits import PAGE_MAX

LONGEST_US: Final = 32 * DAY_US  # a month: the records of every unit of the line are held and walked for each answer
STEP_US: Final = 7 * DAY_US  # of a longer period: a second's work, so that whoever waits sees it go on


@dataclass(frozen=True, slots=True)
class StopPage:
    """The stops of a step, the one that cost its line most first; how far back all pages so far reach."""

    items: Sequence[StopCause]
    since_us: int
    next: tuple[int, int] | None  # where the next step ends, and how many of it were told


def stop_page(
    period: tuple[int, int], stops: Callable[[int, int], Sequence[StopCause]], *, after: tuple[int, int] | None
) -> StopPage:
    """A month and less in one step, a longer period from its end back; each stop stands in the step in which it begins,
    and those that went on when the period began in the last. `stops` tells those that touch a time."""
    from_us, to_us = period
    upto_us, offset = (to_us, 0) if after is None else (min(after[0], to_us), after[1])
    since_us = from_us if to_us - from_us <= LONGEST_US else max(from_us, upto_us - STEP_US)
    touching = stops(since_us, upto_us) if since_us < upto_us else ()
    found = [one for one in touching if (one.t0_us >= since_us or since_us == from_us) and one.t0_us < upto_us]
    found.sort(key=lambda one: (-one.without.gained_us, -one.line_lost_us, -one.t0_us))
    rest = offset + PAGE_MAX
    if len(found) > rest:
        return StopPage(found[offset:rest], upto_us, (upto_us, rest))
    return StopPage(found[offset:rest], since_us, (since_us, 0) if since_us > from_us else None)
