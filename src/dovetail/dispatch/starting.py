"""Start what an order names: a person does, or the schedule does when its time has come and its machines are free."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Protocol

from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Scope, system_scope
from dovetail.db.uow import Database, Reading
from dovetail.dispatch import store
from dovetail.dispatch.model import LATE_MAX_US, JobOrder, due, nearest
from dovetail.dispatch.operations import Text
from dovetail.equipment.model import PlantModel
from dovetail.operations.operation import Call, Input, Operation, Undo, execute
from dovetail.production.model import JobResponse, Origin, words
from dovetail.production.operations import CancelJob, JobOperations, JobRun, StartJob

log = logging.getLogger(__name__)

SCHEDULE: Final = system_scope("schedule")
EVER_US: Final = 1 << 62


class Jobs(Protocol):
    """What is asked of the production room."""

    @property
    def jobs(self) -> JobOperations: ...
    def responses(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[JobResponse]: ...


type Signed = Callable[[Reading, int, int, int, int | None], Sequence[tuple[int, int, int]]]


class StartOrder(Input):
    """What an order says begins to run, on the equipment given or on what the order stands on. What runs there ends."""

    equipment_id: int
    job_order: Text
    started_at: str | None = None


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What is in the way of an order that is due, in words. `code` says which kind: another job `runs` since a moment,
    one of its name `ran`, its equipment is `gone`, or the start was `refused`."""

    code: Literal["runs", "ran", "gone", "refused"]
    text: str
    job: str | None = None
    since_us: int | None = None


class Starting:
    """Starts orders. `step` is the schedule's work: level-triggered, safe to repeat, and it starts each order once."""

    def __init__(self, database: Database, *, jobs: Jobs, plant: Callable[[], PlantModel], signed: Signed) -> None:
        self._database, self._jobs, self._plant, self._signed = database, jobs, plant, signed
        self._hindered: dict[tuple[int, str], Hindrance] = {}
        self.start = self._operation("job_order.start", "Start what a job order says; what runs there ends", self.begin)
        self._start_due = self._operation("job_order.start_due", "Start a job order as the schedule has it", self._due)

    def _operation(self, name: str, summary: str, handler: Callable[[Call, StartOrder], JobRun]) -> Operation[Any, Any]:
        return Operation(
            name, summary, "job.operate", StartOrder, JobRun, handler, lambda _uow, given: given.equipment_id,
            "optional", lambda _given, out: Undo("job.cancel", CancelJob(job_response_id=out.id, reopens=_ids(out))),
        )  # fmt: skip

    def hindered(self, order: JobOrder) -> Hindrance | None:
        """Why an order that is due has not started itself; None: nothing is in its way."""
        return self._hindered.get((order.equipment_id, order.id))

    def step(self) -> int:
        """Start what is due; answers how many orders were started."""
        now_us = self._database.clock.now_us()
        with self._database.read() as reading:
            waiting = [one for one in store.scheduled(reading, now_us - LATE_MAX_US, now_us) if one.waits(now_us)]
            by_place: dict[int, list[JobOrder]] = {}
            for order in waiting:
                by_place.setdefault(order.equipment_id, []).append(order)
            ready = [one for place, orders in by_place.items() for one in self._ready(reading, place, orders, now_us)]
        for gone in self._hindered.keys() - {(one.equipment_id, one.id) for one in waiting}:
            del self._hindered[gone]
        return sum(self._tried(order, start_us) for order, start_us in ready)

    def begin(self, call: Call, given: StartOrder, by: Origin = "person") -> JobRun:
        """Start an order in the place of what runs there."""
        _ = call.uow.known  # nobody else writes from here on
        order = self.found(call.uow, given.job_order, given.equipment_id)
        now_us = call.clock.now_us()
        ran = self._jobs.responses(call.uow, given.equipment_id, now_us, EVER_US, scope=SCHEDULE)
        running = [job for job in ran if job.t1_us is None]
        if any(job.job_order == order.id for job in running):
            raise ConflictError(
                f"{order.id} runs there already", code="job-running", hint="end it, or leave it running"
            )
        return self._run(call, order, replace_ids=[job.id for job in running], given=given, by=by)

    def found(self, reading: Reading, job_order: str, equipment_id: int) -> JobOrder:
        """The order of a name at an equipment or at what it belongs to. Raises NotFoundError."""
        places = [equipment_id, *self._plant().ancestors(equipment_id)]
        order = nearest(store.of(reading, places, job_order_id=job_order), job_order, places)
        if order is None:
            raise NotFoundError(
                f"there is no job order {job_order!r} here", code="no-job-order", hint="plan it, or start the product"
            )
        return order

    # --- the schedule ----------------------------------------------------------------------------------------
    def _due(self, call: Call, given: StartOrder) -> JobRun:
        order = self.found(call.uow, given.job_order, given.equipment_id)
        if not order.waits(call.clock.now_us()):
            raise ConflictError(f"{order.id} is not due", code="order-not-due")  # somebody was faster
        return self._run(call, order, replace_ids=(), given=given, by="schedule")

    def _run(self, call: Call, order: JobOrder, *, replace_ids: Sequence[str], given: StartOrder, by: Origin) -> JobRun:
        start = StartJob(
            equipment_id=given.equipment_id, product=order.product, job_order=order.id, lot=order.lot,
            standard_rate_upm=order.standard_rate_upm, started_at=given.started_at, ends=tuple(replace_ids),
        )  # fmt: skip
        run = self._jobs.jobs.begin(call, start, by)
        store.put(call.uow, replace(order, dispatched_us=call.clock.now_us()))
        return run

    def _ready(
        self, reading: Reading, place: int, waiting: Sequence[JobOrder], now_us: int
    ) -> list[tuple[JobOrder, int]]:
        """The order to start at a place, if one can be, and from when."""
        if place not in self._plant().equipment:
            return self._hinder(waiting, Hindrance("gone", "its equipment is no more"))
        running = [
            job for job in self._jobs.responses(reading, place, now_us, EVER_US, scope=SCHEDULE) if not job.t1_us
        ]
        if running:
            job, since_us = words(running[0]), running[0].t0_us
            why = f"{job} runs there since {to_rfc3339(since_us)}"
            return self._hinder(waiting, Hindrance("runs", why, job, since_us))
        ran = self._jobs.responses(reading, place, -EVER_US, EVER_US, scope=SCHEDULE)
        found = due(waiting, ran, now_us=now_us)
        if found is None:
            return self._hinder(waiting, Hindrance("ran", "a job of its name has run there already"))
        order, start_us = found
        signed = self._signed(reading, place, start_us, now_us + 1, None)
        start_us = max([start_us, *(to_us for _, to_us, _ in signed)])
        return [(order, start_us)]

    def _hinder(self, waiting: Sequence[JobOrder], why: Hindrance) -> list[tuple[JobOrder, int]]:
        self._hindered.update({(order.equipment_id, order.id): why for order in waiting})
        return []

    def _tried(self, order: JobOrder, start_us: int) -> int:
        given = StartOrder(equipment_id=order.equipment_id, job_order=order.id, started_at=to_rfc3339(start_us))
        try:
            execute(self._start_due, given, database=self._database, scope=SCHEDULE, reason="planned start")
        except (ConflictError, InvalidError, RefusedError) as error:
            key, why = (order.equipment_id, order.id), Hindrance("refused", str(error))
            if self._hindered.get(key) != why:  # said once
                log.warning("the schedule cannot start job order %s: %s", order.id, why.text)
            self._hindered[key] = why
            return 0
        return 1


def _ids(out: JobRun) -> tuple[str, ...]:
    return tuple(job.id for job in out.ended)
