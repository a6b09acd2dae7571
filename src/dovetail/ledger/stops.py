"""Stops of a work unit: records that stand one after the other are one stop, short or long, a failure or not.

Holding, Held and Unholding are one stop; Aborting, Aborted and Clearing one failure. What a record is, is asked at the
moment at which it begins, so the answer does not depend on the window that is looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dovetail.ledger.timeclass import Situation, fails, stands
from dovetail.ledger.tracks import Facts, StateTrack


@dataclass(frozen=True, slots=True)
class Stop:
    """What a record that stands is part of. `lasts_us`: the whole stop, None while it has not ended. `begins`: a stop
    begins with it; `fails`: a failure does."""

    lasts_us: int | None
    begins: bool
    fails: bool


def stops_of(facts: Facts) -> dict[int, Stop]:
    """The stop of each record that stands, by the moment at which the record begins."""
    category = _categories(facts)
    records = sorted((*facts.around, *facts.records), key=lambda record: record.t0_us)
    runs: list[list[StateTrack]] = []
    failing: dict[int, bool] = {}
    for place, record in enumerate(records):
        at_us = record.t0_us
        here = _seen(record, category(record.reason, at_us))
        if not stands(here):
            continue
        before = records[place - 1] if place and (records[place - 1].t1_us or at_us) >= at_us else None
        was = None if before is None else _seen(before, category(before.reason, at_us - 1))
        if runs and was is not None and stands(was) and runs[-1][-1] is before:
            runs[-1].append(record)
        else:
            runs.append([record])
        failed = was is not None and fails(was) and before is not None and not before.external
        failing[at_us] = fails(here) and not record.external and not failed
    return {
        record.t0_us: Stop(_lasts_us(run), record is run[0], failing[record.t0_us]) for run in runs for record in run
    }


def _lasts_us(run: Sequence[StateTrack]) -> int | None:
    end_us = run[-1].t1_us
    return None if end_us is None else end_us - run[0].t0_us


def _seen(record: StateTrack, category: str | None) -> Situation:
    return Situation("BUSY", record.state, record.mode, category, has_job=False)


def _categories(facts: Facts) -> Callable[[str | None, int], str | None]:
    starts = [one.t0_us for one in facts.definitions]

    def category(reason: str | None, at_us: int) -> str | None:
        return facts.definitions[max(0, bisect_right(starts, at_us) - 1)].category(reason)

    return category
