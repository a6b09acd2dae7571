"""Sum signals up by the hour and the minute, in the background: a year of one is then a few hundred rows, not chunks.

Hours are summed up soon after they are over, minutes when their day is; where samples come late, or are taken away,
what they were summed up to is dirty at once and made anew at the next round. A step takes some of it, while nothing is
sealed, in one commit of its month: killed anywhere, it is done or it is not, and until then chunks answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from dovetail.chunkstore.months import Months, View, begin_of
from dovetail.chunkstore.rolled import HOURS, MINUTES
from dovetail.core import faults
from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US
from dovetail.core.errors import DamagedError
from dovetail.core.limits import COMPACT_CHUNKS_MAX, ROLL_AFTER_US, ROLL_HELD_SAMPLES, ROLL_SAMPLES_MAX
from dovetail.packing import rollups
from dovetail.packing.columns import Block
from dovetail.packing.order import clipped, floats
from dovetail.packing.rollups import Due, Rollup, Rows
from dovetail.sealing.sealer import Sealer


@dataclass(slots=True)
class _Step:
    """What one commit will bring, and how many samples were opened for it."""

    new: list[Rollup]
    n: int = 0


class Roller:
    """Works only while the sealer is idle, so that no chunk changes between summing it up and saying so. One thread."""

    def __init__(self, months: Months, sealer: Sealer) -> None:
        self._months, self._sealer = months, sealer
        self._to_do: dict[int, int] = {}  # months, and from which tag on
        self._until_us: int | None = None
        sealer.unrolled.update(months.newest_first())  # a new process does not know what the last one has done

    def step(self, now_us: int) -> int:
        """Look at some tags and sum up what is due; how many chunks were looked at, 0: there is nothing to do.

        Raises LinkError: then nothing of the step is done.
        """
        until_us = (now_us - ROLL_AFTER_US) // HOUR_US * HOUR_US
        with self._sealer.idle:
            if until_us != self._until_us:
                self._to_do |= dict.fromkeys(self._sealer.unrolled, 0)
                over = {month for month in self._sealer.unrolled if begin_of(month + 1) <= until_us}
                self._sealer.unrolled -= over  # the others hold samples of hours that are not over
                self._until_us = until_us
            if not self._to_do:
                return 0
            return self._some_of(max(self._to_do), until_us)

    def _some_of(self, number: int, until_us: int) -> int:
        with self._months.use(number) as month:
            with month.view(self._sealer.damage.watch(number)) as view:
                found = view.to_roll(self._to_do[number], until_us, limit=COMPACT_CHUNKS_MAX)
                step, next_tag, looked = _Step([]), None, 0
                for tag, (chunks, there) in found.items():
                    if step.n > ROLL_SAMPLES_MAX:
                        next_tag = tag
                        break
                    looked += len(chunks)
                    hours, minutes = there.get(HOURS, {}), there.get(MINUTES, {})
                    for one in rollups.due(chunks, hours, minutes, until_us=until_us):
                        _sum_up(view, tag, one, step)
                else:
                    next_tag = max(found) + 1 if found else None
            if self._sealer.damage.set_aside(number, month):
                return max(1, looked)  # the next step sums up what is left
            if step.new:
                month.roll(step.new)
                faults.point("historian.rolled")
        if next_tag is None:
            del self._to_do[number]
        else:
            self._to_do[number] = next_tag
        return max(1, looked)


def _sum_up(view: View, tag: int, due: Due, step: _Step) -> None:
    before = _before(view, tag, due)
    if before is None:
        before, due = rollups.NO_ROWS, replace(due, from_us=due.day * DAY_US)
    hours, minutes = [before], [rollups.NO_ROWS]
    for part in _by_hours(view, tag, due):
        step.n += len(part)
        hours.append(rollups.summed(part, HOUR_US))
        if due.with_minutes:
            minutes.append(rollups.summed(part, MINUTE_US))
    step.new.append(Rollup(tag, HOURS, due.day, due.upto_us, rollups.pack_hours(np.concatenate(hours))))
    if due.with_minutes:
        packed = rollups.pack_minutes(np.concatenate(minutes))
        step.new.append(Rollup(tag, MINUTES, due.day, due.upto_us, packed))


def _by_hours(view: View, tag: int, due: Due) -> Iterator[Block]:
    """The samples that are due, as float64, in parts of whole hours: never a day of a quick signal at once."""
    held: list[Block] = []
    for body in view.bodies((tag,), due.from_us, due.upto_us):
        cut_us = int(body.ts[0]) // HOUR_US * HOUR_US  # nothing that follows lies before it
        if sum(map(len, held)) > ROLL_HELD_SAMPLES and int(held[0].ts[0]) < cut_us:
            yield from floats([part.take(part.ts < cut_us) for part in held])
            held = [part.take(part.ts >= cut_us) for part in held]
            held = [part for part in held if len(part)]
        part = clipped(body, due.from_us, due.upto_us)
        held += [part] if len(part) else []
    yield from floats(held)


def _before(view: View, tag: int, due: Due) -> Rows | None:
    """The hours of that day that are summed up already and stay; None: they are not what was written any more."""
    if due.from_us == due.day * DAY_US:
        return rollups.NO_ROWS
    found = view.rolled((tag,), unit=HOURS, days=(due.day, due.day))
    try:
        return rollups.unpack_hours([(tag, one.body) for one in found])[0] if found else None
    except DamagedError:  # of an earlier version nothing vouches for the row
        return None
