"""A JobOrder says what is to run on an equipment, how much of it and from when (ISA-95 part 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from dovetail.core.clock import HOUR_US

LATE_MAX_US: Final = 26 * HOUR_US  # a day and a clock change: what was due longer ago a person has to start

type Status = Literal["planned", "running", "ended", "withdrawn"]
type Start = Literal["manual", "scheduled"]


@dataclass(frozen=True, slots=True)
class JobOrder:
    """One order on one work unit or line. `quantity`: good pieces; None: until somebody ends it.

    `start` scheduled: it starts itself at its planned start. `dispatched_us`: when it was started as an order; the
    schedule does so once, and a start that a person took back stays so until it is planned for later than that.
    """

    id: str
    equipment_id: int
    product: str
    quantity: int | None
    planned_start_us: int | None
    lot: str | None
    standard_rate_upm: float | None
    withdrawn: bool
    dispatched_us: int | None
    known_from: int
    known_to: int | None
    start: Start = "manual"

    def waits(self, now_us: int) -> bool:
        """Whether the schedule has to start it by now, and has not."""
        start_us = self.planned_start_us
        if self.start != "scheduled" or self.withdrawn or start_us is None:
            return False
        return now_us - LATE_MAX_US <= start_us <= now_us and (self.dispatched_us or start_us - 1) < start_us


class Ran(Protocol):
    """A job response, as far as an order looks at it."""

    @property
    def job_order(self) -> str | None: ...
    @property
    def equipment_id(self) -> int: ...
    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int | None: ...


def status_of(order: JobOrder, ran: Iterable[Ran]) -> Status:
    """How far an order is, by the responses on its equipment."""
    if order.withdrawn:
        return "withdrawn"
    ours = [job for job in ran if job.job_order == order.id]
    if not ours:
        return "planned"
    return "running" if any(job.t1_us is None for job in ours) else "ended"


def nearest(orders: Iterable[JobOrder], job_order: str, places: Sequence[int]) -> JobOrder | None:
    """The order of that name at the first of these places that has one: the unit itself, then what it belongs to."""
    by_place = {order.equipment_id: order for order in orders if order.id == job_order and not order.withdrawn}
    return next((by_place[place] for place in places if place in by_place), None)


def due(orders: Iterable[JobOrder], ran: Sequence[Ran], *, now_us: int) -> tuple[JobOrder, int] | None:
    """The order that should begin on an equipment, and from when; None: nothing is due, or something runs there.

    It begins at its planned start, or when what ran before it ended; not before the one that was planned earlier.
    """
    if any(job.t1_us is None for job in ran):
        return None
    named = {job.job_order for job in ran}
    waiting = [
        (order.planned_start_us, order.id, order)
        for order in orders
        if order.planned_start_us is not None and order.waits(now_us) and order.id not in named
    ]
    if not waiting:
        return None
    start_us, _, order = min(waiting)
    free_us = max((job.t1_us or 0 for job in ran), default=0)
    return order, max(start_us, free_us)
