"""The stops of an equipment: time in which it made nothing, as an operator answers for it.

A stop is a maximal run of not-producing time about which one thing is said: one reason, one comment, one edit. States
that follow each other within it (Stopping, Stopped, Clearing …) are one stop; the one that lasted longest names it.
It is cut where the plan changes, so that each part is planned or it is not. Time without data is no stop.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import orjson

from dovetail.timeline.model import Edit, StateRecord


class Span(Protocol):
    """A stretch of the calendar."""

    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int: ...
    @property
    def plan(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Stop:
    """[t0_us, t1_us) without production; t1_us None: still. `planned`: in a break, or outside every shift.

    `because`: the evidence for a reason that signals gave, as its state record keeps it.
    """

    equipment_id: int
    t0_us: int
    t1_us: int | None
    state: str
    mode: str
    reason: str | None
    external: bool
    comment: str | None
    source: str
    planned: bool
    edit: Edit | None
    because: str | None = None

    def lasts_us(self, now_us: int) -> int:
        """How long, so far."""
        return max(0, (now_us if self.t1_us is None else self.t1_us) - self.t0_us)

    def version(self, last_said: int) -> str:
        """A text that changes with what is shown; `last_said` is the newest word of people about this time."""
        edit_id = None if self.edit is None else self.edit.edit_id
        shown = [self.t0_us, self.t1_us, self.state, self.reason, self.comment, self.planned, edit_id]
        return f"{last_said}-{hashlib.sha256(orjson.dumps(shown)).hexdigest()[:8]}"


def stops(records: Iterable[StateRecord], spans: Sequence[Span]) -> list[Stop]:
    """The stops among state records, by time. `spans` tile the time of the records that have an end."""
    done: list[list[Stop]] = []
    for record in records:
        if record.produces or not record.is_known:
            continue
        for piece in _by_plan(record, spans):
            if done and _goes_on(done[-1][-1], piece):
                done[-1].append(piece)
            else:
                done.append([piece])
    return [_one(parts) for parts in done]


def _by_plan(record: StateRecord, spans: Sequence[Span]) -> Iterable[Stop]:
    starts = [span.t0_us for span in spans]
    at_us = record.t0_us
    while True:
        place = bisect_right(starts, at_us) - 1
        planned = place >= 0 and spans[place].plan != "BUSY"
        while place + 1 < len(spans) and (spans[place + 1].plan != "BUSY") == planned:
            place += 1
        until_us = spans[place + 1].t0_us if place + 1 < len(spans) else record.t1_us
        if record.t1_us is not None and (until_us is None or until_us > record.t1_us):
            until_us = record.t1_us
        yield Stop(
            record.equipment_id, at_us, until_us, record.state, record.mode, record.reason, record.external,
            record.comment, record.source, planned, record.edit, record.because,
        )  # fmt: skip
        if until_us is None or until_us == record.t1_us:
            return
        at_us = until_us


def _goes_on(before: Stop, after: Stop) -> bool:
    return before.t1_us == after.t0_us and _said(before) == _said(after)


def _said(stop: Stop) -> tuple[object, ...]:
    return (stop.planned, stop.reason, stop.external, stop.comment, stop.edit and stop.edit.edit_id)


def _one(parts: Sequence[Stop]) -> Stop:
    """Several states as one stop, named after the one that lasted longest; what goes on lasts longer than all."""
    end_us = parts[-1].t1_us
    longest = max(parts, key=lambda part: float("inf") if part.t1_us is None else part.t1_us - part.t0_us)
    first = parts[0]
    return Stop(
        first.equipment_id, first.t0_us, end_us, longest.state, longest.mode, first.reason, first.external,
        first.comment, longest.source, first.planned, first.edit,
        next((part.because for part in parts if part.because is not None), None),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answered:
    """How much of the unplanned stopped time has a reason."""

    stopped_us: int
    unassigned_us: int

    @property
    def without_reason(self) -> float | None:
        """Share of the unplanned stopped time that nobody and no signal gave a reason for; None: there was none."""
        return self.unassigned_us / self.stopped_us if self.stopped_us else None


def answered(found: Iterable[Stop], from_us: int, to_us: int) -> Answered:
    """The unplanned stopped time inside [from_us, to_us), and the part of it without a reason."""
    stopped_us = unassigned_us = 0
    for stop in found:
        if stop.planned:
            continue
        end_us = to_us if stop.t1_us is None else min(stop.t1_us, to_us)
        inside_us = max(0, end_us - max(stop.t0_us, from_us))
        stopped_us += inside_us
        unassigned_us += inside_us if stop.reason is None else 0
    return Answered(stopped_us, unassigned_us)
