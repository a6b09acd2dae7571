"""Start, end, cancel and reopen jobs: what a person (or the ERP, or a rule) may do, each with its way back.

A job runs on a work unit. A start on a line is one start on each of its work units, all or none; its responses share a
run, and the run's id ends, reopens or cancels them together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Final

from pydantic import BaseModel, Field, StringConstraints

from dovetail.core.clock import Clock, from_rfc3339, to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.ids import uuid7
from dovetail.db.uow import UnitOfWork
from dovetail.equipment.model import WORK_UNIT, PlantModel
from dovetail.events.production import JobResponseChanged
from dovetail.materials.model import Product
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.plantcode.report import did_you_mean
from dovetail.production import store
from dovetail.production.model import JobResponse, words

LINES: Final = frozenset({"ProductionLine", "ProcessCell", "ProductionUnit", "WorkCenter"})
NOWHERE: Final = -1  # an id no equipment has: for a person, a job that is not there lies out of scope like any other

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Moment = Annotated[str, Field(description="RFC 3339 with offset; default: now")]


class StartJob(Input):
    """A product begins to run on a work unit, or on all of a line's."""

    equipment_id: int
    product: Text
    job_order: Text | None = None
    lot: Text | None = None
    standard_rate_upm: float | None = Field(default=None, gt=0, le=1_000_000, allow_inf_nan=False)
    crew: Text | None = None
    started_at: Moment | None = None


class EndJob(Input):
    """A job stops running; a run's id ends it on every work unit where it still runs."""

    job_response_id: str
    ended_at: Moment | None = None


class CancelJob(Input):
    """A start was a mistake: the job, or every one of the run, never ran."""

    job_response_id: str


class ReopenJob(Input):
    """An end was a mistake: these jobs still run."""

    job_response_ids: tuple[str, ...] = Field(min_length=1)


class JobResponseOut(BaseModel):
    """One run of a job on one work unit; `end` null: it still runs."""

    id: str
    run_id: str
    equipment_id: int
    job_order: str | None
    product: str
    lot: str | None
    start: str
    end: str | None
    standard_rate_upm: float | None
    crew: str | None
    started_by: str
    ended_by: str | None


class JobRun(BaseModel):
    """The responses an operation made or changed; `id` is the run's, or the response's where it was only one."""

    id: str
    items: list[JobResponseOut]


def shown(job: JobResponse) -> JobResponseOut:
    """A response as the API shows it."""
    return JobResponseOut(
        id=job.id,
        run_id=job.run_id,
        equipment_id=job.equipment_id,
        job_order=job.job_order,
        product=job.product,
        lot=job.lot,
        start=to_rfc3339(job.t0_us),
        end=None if job.t1_us is None else to_rfc3339(job.t1_us),
        standard_rate_upm=job.standard_rate_upm,
        crew=job.crew,
        started_by=job.started_by,
        ended_by=job.ended_by,
    )


def work_units(plant: PlantModel, equipment_id: int) -> list[int]:
    """The work units a job on this equipment runs on. Raises NotFoundError, or InvalidError for other levels."""
    node = plant.get(equipment_id)
    if node.level == WORK_UNIT:
        return [equipment_id]
    units = sorted(unit for unit in plant.subtree(equipment_id) if plant.equipment[unit].level == WORK_UNIT)
    if node.level not in LINES or not units:
        raise InvalidError(
            f"{node.name} is of level {node.level}; a job runs on a work unit, or on a line that has some",
            pointer="/equipment_id",
            code="job-equipment",
        )
    return units


class JobOperations:
    """The operations on jobs. `plant` is the plant of now, `products` those of a moment."""

    def __init__(
        self, *, plant: Callable[[], PlantModel], products: Callable[[int], Mapping[str, Product]], clock: Clock
    ) -> None:
        self._plant, self._products, self._clock = plant, products, clock
        self.start: Operation[StartJob, JobRun] = Operation(
            name="job.start",
            summary="Start a job on a work unit or a line",
            permission="job.operate",
            input=StartJob,
            output=JobRun,
            handler=self._start,
            node=lambda _uow, given: given.equipment_id,
            reason="optional",
            undo=lambda _given, out: Undo("job.cancel", CancelJob(job_response_id=out.id)),
        )
        self.end: Operation[EndJob, JobRun] = Operation(
            name="job.end",
            summary="End a job",
            permission="job.operate",
            input=EndJob,
            output=JobRun,
            handler=self._end,
            node=lambda uow, given: _where(store.by_id(uow, given.job_response_id)),
            reason="optional",
            undo=lambda _given, out: Undo("job.reopen", ReopenJob(job_response_ids=tuple(job.id for job in out.items))),
        )
        self.cancel: Operation[CancelJob, JobRun] = Operation(
            name="job.cancel",
            summary="Take a job's start back: it never ran",
            permission="job.operate",
            input=CancelJob,
            output=JobRun,
            handler=self._cancel,
            node=lambda uow, given: _where(store.by_id(uow, given.job_response_id)),
            reason="optional",
        )
        self.reopen: Operation[ReopenJob, JobRun] = Operation(
            name="job.reopen",
            summary="Take a job's end back: it still runs",
            permission="job.operate",
            input=ReopenJob,
            output=JobRun,
            handler=self._reopen,
            node=lambda uow, given: _where(_all_by_id(uow, given.job_response_ids)),
            reason="optional",
        )

    def _start(self, call: Call, given: StartJob) -> JobRun:
        known = call.uow.known  # from here on nobody else writes: two starts at once see each other
        plant = self._plant()
        units = work_units(plant, given.equipment_id)
        t0_us = self._moment(given.started_at, "/started_at")
        self._require_product(given.product, t0_us)
        for other in store.between(call.uow, units, t0_us, None):
            if other.t1_us != t0_us:
                raise _taken(plant, other)
        run_id = uuid7(call.clock)
        jobs = [
            JobResponse(
                id=run_id if units == [given.equipment_id] else uuid7(call.clock),
                equipment_id=unit,
                job_order=given.job_order,
                product=given.product,
                lot=given.lot,
                t0_us=t0_us,
                t1_us=None,
                standard_rate_upm=given.standard_rate_upm,
                crew=given.crew,
                known_from=known,
                known_to=None,
                run_id=run_id,
                run_equipment_id=given.equipment_id,
                started_by="person",
                ended_by=None,
            )
            for unit in units
        ]
        return _keep(call.uow, jobs, from_us=t0_us, id=run_id)

    def _end(self, call: Call, given: EndJob) -> JobRun:
        _ = call.uow.known  # nobody else writes from here on
        jobs = _found(store.by_id(call.uow, given.job_response_id))
        t1_us = self._moment(given.ended_at, "/ended_at")
        running = [job for job in jobs if job.t1_us is None]
        if not running:
            ended = to_rfc3339(max(job.t1_us or 0 for job in jobs))
            raise ConflictError(f"{words(jobs[0])} ended already at {ended}", code="job-ended")
        begun_us = max(job.t0_us for job in running)
        if t1_us <= begun_us:
            message = f"{words(running[0])} started at {to_rfc3339(begun_us)}; it cannot end before"
            raise InvalidError(message, pointer="/ended_at", code="job-ends-before-start")
        changed = [replace(job, t1_us=t1_us, ended_by="person") for job in running]
        return _keep(call.uow, changed, from_us=t1_us, id=given.job_response_id)

    def _cancel(self, call: Call, given: CancelJob) -> JobRun:
        _ = call.uow.known  # nobody else writes from here on
        jobs = _found(store.by_id(call.uow, given.job_response_id))
        if any(job.started_by == "tag" for job in jobs):
            raise RefusedError("the machine's own signal started this job", code="job-by-tag", hint="end it instead")
        store.forget(call.uow, [job.id for job in jobs])
        _tell(call.uow, jobs, min(job.t0_us for job in jobs))
        return JobRun(id=given.job_response_id, items=[shown(job) for job in jobs])

    def _reopen(self, call: Call, given: ReopenJob) -> JobRun:
        _ = call.uow.known  # nobody else writes from here on
        jobs = _found(_all_by_id(call.uow, given.job_response_ids))
        ends = [job.t1_us for job in jobs if job.t1_us is not None]
        if len(ends) < len(jobs):
            raise ConflictError(f"{words(jobs[0])} still runs", code="job-running")
        ours = {job.id for job in jobs}
        plant = self._plant()
        for job, end_us in zip(jobs, ends, strict=True):
            for other in store.between(call.uow, [job.equipment_id], end_us, None):
                if other.id not in ours and other.t1_us != end_us:
                    raise _taken(plant, other)
        changed = [replace(job, t1_us=None, ended_by=None) for job in jobs]
        run_id = jobs[0].id if len(jobs) == 1 else jobs[0].run_id
        return _keep(call.uow, changed, from_us=min(ends), id=run_id)

    def _moment(self, text: str | None, pointer: str) -> int:
        now_us = self._clock.now_us()
        if text is None:
            return now_us
        try:
            at_us = from_rfc3339(text)
        except InvalidError as error:
            raise InvalidError(error.message, pointer=pointer, code=error.code, hint=error.hint) from error
        if at_us > now_us:
            raise InvalidError(f"{text} lies in the future", pointer=pointer, code="time-in-future")
        return at_us

    def _require_product(self, product: str, at_us: int) -> None:
        known = {**self._products(at_us), **self._products(self._clock.now_us())}
        if product not in known:
            raise InvalidError(
                f"there is no product {product!r}",
                pointer="/product",
                code="product-unknown",
                hint=did_you_mean(product, known) or "add it to the plant's products",
            )


def _all_by_id(uow: UnitOfWork, ids: Sequence[str]) -> list[JobResponse]:
    found = [store.by_id(uow, one) for one in ids]
    return [job for jobs in found for job in jobs] if all(found) else []


def _where(jobs: Sequence[JobResponse]) -> int:
    """The equipment whose permission counts: the work unit, or the line where a whole run is meant."""
    units = {job.equipment_id for job in jobs}
    starts = {job.run_equipment_id for job in jobs}
    return next(iter(units if len(units) == 1 else starts)) if len(starts) == 1 else NOWHERE


def _found(jobs: list[JobResponse]) -> list[JobResponse]:
    if not jobs:
        raise NotFoundError("there is no such job response")
    return jobs


def _taken(plant: PlantModel, other: JobResponse) -> ConflictError:
    node = plant.equipment.get(other.equipment_id)
    where = node.name if node else f"equipment {other.equipment_id}"
    if other.t1_us is None:
        message = f"{where} runs {words(other)} since {to_rfc3339(other.t0_us)}"
        return ConflictError(message, code="job-running", hint="end it first")
    message = f"{where} ran {words(other)} from {to_rfc3339(other.t0_us)} to {to_rfc3339(other.t1_us)}"
    return ConflictError(message, code="job-overlap", hint="start after its end")


def _keep(uow: UnitOfWork, jobs: Sequence[JobResponse], *, from_us: int, id: str) -> JobRun:
    store.put(uow, jobs)
    _tell(uow, jobs, from_us)
    return JobRun(id=id, items=[shown(job) for job in jobs])


def _tell(uow: UnitOfWork, jobs: Sequence[JobResponse], from_us: int) -> None:
    for job in jobs:
        uow.emit(JobResponseChanged(job.equipment_id, job.id, from_us, uow.known))
