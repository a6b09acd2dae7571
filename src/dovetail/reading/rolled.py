"""How much of a time is summed up already: hours and minutes that nobody doubts, and may stand for their samples.

Not those into which unsealed samples fall, and not those that a question must see sample by sample.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.chunkstore.months import View
from dovetail.chunkstore.rolled import HOURS, MINUTES
from dovetail.core.clock import DAY_US, SECOND_US
from dovetail.packing import rollups
from dovetail.packing.columns import Block, DamagedError
from dovetail.packing.rollups import Pictured, Rollup, Rows

log = logging.getLogger(__name__)

OPENED_A_DAY: Final = 2  # hours of a day that must be opened; of more, its chunks are read at one go

type Units = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rolling:
    """In which unit a question may be answered, and of which hours; None: of all."""

    unit: int
    usable: Callable[[Rows], NDArray[np.bool_]] | None = None

    @property
    def unit_us(self) -> int:
        """How long a unit is."""
        return self.unit * SECOND_US


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """[from_us, to_us) of one tag, summed up: `hours` where it was asked for hours, else only the `picture`."""

    from_us: int
    to_us: int
    hours: Rows
    picture: Pictured


def rolling_of(moments: Iterable[int]) -> int | None:
    """The coarsest unit whose edges all `moments` are; None: there is none."""
    return next((unit for unit in (HOURS, MINUTES) if not any(at % (unit * SECOND_US) for at in moments)), None)


def covers(view: View, tag: int, span: tuple[int, int], rolling: Rolling, *, loose: Iterable[Block]) -> Iterator[Cover]:
    """The parts of [from, to) that are summed up, by time; of a unit all or nothing. `loose` are unsealed samples."""
    unit_us = rolling.unit_us
    first, last = -(-span[0] // unit_us), span[1] // unit_us
    if last <= first:
        return
    days = (first * unit_us // DAY_US, (last * unit_us - 1) // DAY_US)
    found = view.rolled((tag,), unit=rolling.unit, days=days)
    if not found:
        return
    hours, picture, found = _opened(found, rolling.unit)
    units = picture.at // unit_us
    spoiled = [np.unique(block.ts // unit_us) for block in loose]
    if rolling.usable is not None:
        spoiled.append(units[~rolling.usable(hours)])
    spans = _spans(found, unit_us, np.unique(np.concatenate([*spoiled, np.empty(0, dtype=np.int64)])))
    for start, end in spans:
        from_unit, to_unit = max(start, first), min(end, last)
        if from_unit < to_unit:
            lo, hi = np.searchsorted(units, (from_unit, to_unit)).tolist()
            part = slice(lo, hi)
            yield Cover(from_unit * unit_us, to_unit * unit_us, hours[part], picture.take(part))


def _opened(found: list[Rollup], unit: int) -> tuple[Rows, Pictured, list[Rollup]]:
    """(hours, the picture of them or of minutes, what of it could be read)."""
    if unit == HOURS:
        try:
            hours, _ = rollups.unpack_hours([(one.tag, one.body) for one in found])
        except DamagedError:
            found = [one for one in found if _is_whole(one)]
            hours, _ = rollups.unpack_hours([(one.tag, one.body) for one in found])
        return hours, rollups.pictured(hours), found
    parts: list[Pictured] = []
    read: list[Rollup] = []
    for one in found:
        try:
            parts.append(rollups.unpack_minutes(one.body, tag=one.tag, day=one.day))
            read.append(one)
        except DamagedError as error:
            _say(one, error)
    return rollups.NO_ROWS, rollups.together(parts), read


def _is_whole(one: Rollup) -> bool:
    try:
        rollups.unpack_hours([(one.tag, one.body)])
    except DamagedError as error:
        _say(one, error)
        return False
    return True


def _say(one: Rollup, error: DamagedError) -> None:
    log.error("%s; day %d of it is read from its samples", error, one.day)


def _spans(found: list[Rollup], unit_us: int, spoiled: Units) -> list[tuple[int, int]]:
    """Runs [first, end) of units that are summed up and not spoiled, neighbouring days together."""
    runs: list[tuple[int, int]] = []
    for one in found:
        start, end = one.day * DAY_US // unit_us, one.upto_us // unit_us
        inside = spoiled[np.searchsorted(spoiled, start) : np.searchsorted(spoiled, end)].tolist()
        if len(inside) > OPENED_A_DAY:
            continue
        for a, b in zip([start, *(unit + 1 for unit in inside)], [*inside, end], strict=True):
            if runs and runs[-1][1] == a and a < b:
                runs[-1] = (runs[-1][0], b)
            elif a < b:
                runs.append((a, b))
    return runs
