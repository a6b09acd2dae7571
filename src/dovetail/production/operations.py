"""Start, end, cancel and reopen jobs: what a person (or the ERP, or a rule) may do, each with its way back.

A job runs on a work unit. A start on a line is one start on each of its work units, all or none; its responses share a
run, and the run's id ends, reopens or cancels them together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Final

from pydantic import BaseModel, Field, StringConstraints

from dovetail.core.clock import Clock, to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.ids import uuid7
from dovetail.core.shares import SHARE_PPM
from dovetail.db.uow import UnitOfWork
from dovetail.equipment.model import WORK_UNIT, PlantModel
from dovetail.events.production import JobResponseChanged
from dovetail.jobtexts.beside import require_room
from dovetail.materials.model import Product
from dovetail.operations.moment import past_moment
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.plantcode.report import did_you_mean
from dovetail.production import store
from dovetail.production.model import JobResponse, Origin, moved, words

LINES: Final = frozenset({"ProductionLine", "ProcessCell", "ProductionUnit", "WorkCenter"})
NOWHERE: Final = -1  # an id no equipment has: for a person, a job that is not there lies out of scope like any other

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Moment = Annotated[str, Field(description="RFC 3339 with offset; default: now")]


class StartJob(Input):
    """A product begins to run on a work unit, or on all of a line's; with `ended_at` one that ran in the past.

    `beside` (or a share) starts it beside what runs there, as many as plant code allows; else that is refused.
    `share_ppm` is its part of time and counted pieces while others run (250000: a quarter); jobs without one divide
    what is left evenly.
    `ends`: jobs (or runs) in whose place it begins; those that still run end at its start, all of it or nothing.
    """

    equipment_id: int
    product: Text
    job_order: Text | None = None
    lot: Text | None = None
    standard_rate_upm: float | None = Field(default=None, gt=0, le=1_000_000, allow_inf_nan=False)
    crew: Text | None = None
    started_at: Moment | None = None
    ended_at: Annotated[str, Field(description="RFC 3339 with offset; default: it still runs")] | None = None
    beside: bool = False
    share_ppm: Annotated[int, Field(gt=0, le=SHARE_PPM)] | None = None
    ends: tuple[str, ...] = Field(default=(), max_length=100)


class EndJob(Input):
    """A job stops running; a run's id ends it on every work unit where it still runs."""

    job_response_id: str
    ended_at: Moment | None = None


class HandOverJob(Input):
    """Others go on with a running job: from then on a response of its own, with the note for them.

    A run's id hands it over on every work unit where it still runs.
    """

    job_response_id: str
    crew: Text | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)] | None = None
    handed_over_at: Moment | None = None


class CancelJob(Input):
    """A start was a mistake: the job, or every one of the run, never ran. `reopens`: those it ended run on."""

    job_response_id: str
    reopens: tuple[str, ...] = ()


class ReopenJob(Input):
    """An end was a mistake: these jobs still run."""

    job_response_ids: tuple[str, ...] = Field(min_length=1)


class TakeBackHandOver(ReopenJob):
    """A hand-over was a mistake: those who had these jobs go on with them."""


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
    beside: bool
    share_ppm: int | None
    follows: str | None
    note: str | None


class JobRun(BaseModel):
    """The responses an operation made or changed; `id` is the run's, or the response's where it was only one.

    `ended`: those that a start took the place of.
    """

    id: str
    items: list[JobResponseOut]
    ended: list[JobResponseOut] = []


def shown(job: JobResponse) -> JobResponseOut:
    """A response as the API shows it."""
    same = {name: getattr(job, name) for name in JobResponseOut.model_fields if hasattr(job, name)}
    return JobResponseOut(**same, start=to_rfc3339(job.t0_us), end=None if job.t1_us is None else to_rfc3339(job.t1_us))


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
    """The operations on jobs. `plant` is the plant of now (or of `at_us`), `products` those of a moment."""

    def __init__(
        self, *, plant: Callable[..., PlantModel], products: Callable[[int], Mapping[str, Product]], clock: Clock
    ) -> None:
        self._plant, self._products, self._clock = plant, products, clock
        self.start = _operation(
            "job.start", "Start a job on a work unit or a line", StartJob, self.begin,
            node=lambda _uow, given: given.equipment_id,
            undo=lambda _given, out: Undo("job.cancel", CancelJob(job_response_id=out.id, reopens=_ids(out.ended))),
        )  # fmt: skip
        self.end = _operation(
            "job.end", "End a job", EndJob, self._end,
            node=lambda uow, given: _where(store.by_id(uow, given.job_response_id)),
            undo=lambda _given, out: Undo("job.reopen", ReopenJob(job_response_ids=_ids(out.items))),
        )  # fmt: skip
        self.hand_over = _operation(
            "job.hand_over", "Hand a running job over to the next crew, with a note", HandOverJob, self._hand_over,
            node=lambda uow, given: _where(store.by_id(uow, given.job_response_id)),
            undo=lambda _given, out: Undo(
                "job.take_back_hand_over", TakeBackHandOver(job_response_ids=_ids(out.items))
            ),
        )  # fmt: skip
        self.take_back = _operation(
            "job.take_back_hand_over", "Take a hand-over back", TakeBackHandOver, self._take_back,
            node=lambda uow, given: _where(_all_by_id(uow, given.job_response_ids)),
        )  # fmt: skip
        self.cancel = _operation(
            "job.cancel", "Take a job's start back: it never ran", CancelJob, self._cancel,
            node=lambda uow, given: _where(store.by_id(uow, given.job_response_id)),
        )  # fmt: skip
        self.reopen = _operation(
            "job.reopen", "Take a job's end back: it still runs", ReopenJob, self._reopen,
            node=lambda uow, given: _where(_all_by_id(uow, given.job_response_ids)),
        )  # fmt: skip

    def begin(self, call: Call, given: StartJob, by: Origin = "person") -> JobRun:
        known = call.uow.known  # from here on nobody else writes: two starts at once see each other
        plant = self._plant()
        units = work_units(plant, given.equipment_id)
        t0_us = self._moment(given.started_at, "/started_at")
        t1_us = None if given.ended_at is None else self._moment(given.ended_at, "/ended_at")
        if t1_us is not None and t1_us <= t0_us:
            raise InvalidError("it cannot end before it starts", pointer="/ended_at", code="job-ends-before-start")
        self._require_product(given.product, t0_us)
        beside = given.beside or given.share_ppm is not None
        replaced = [job for one in given.ends for job in store.by_id(call.uow, one) if job.t1_us is None]
        ended = _ended(call.uow, _only_on(units, replaced), t0_us, "/ends") if replaced else []
        for unit in units:
            others = [job for job in store.between(call.uow, [unit], t0_us, t1_us) if job.t1_us != t0_us]
            if others and not beside:
                raise _taken(plant, others[0])
            node = self._plant(at_us=t0_us).equipment.get(unit) or plant.equipment[unit]
            require_room(node, others, given.share_ppm, t0_us)
        run_id = uuid7(call.clock)
        jobs = [
            JobResponse(
                id=run_id if units == [given.equipment_id] else uuid7(call.clock), equipment_id=unit, run_id=run_id,
                run_equipment_id=given.equipment_id, job_order=given.job_order, product=given.product, lot=given.lot,
                t0_us=t0_us, t1_us=t1_us, standard_rate_upm=given.standard_rate_upm, crew=given.crew, beside=beside,
                share_ppm=given.share_ppm, started_by=by, ended_by=None if t1_us is None else "person",
                known_from=known, known_to=None,
            )
            for unit in units
        ]  # fmt: skip
        return _keep(call.uow, [(None, job) for job in jobs], id=run_id).model_copy(update={"ended": ended})

    def _end(self, call: Call, given: EndJob) -> JobRun:
        _ = call.uow.known  # nobody else writes from here on
        jobs = _found(store.by_id(call.uow, given.job_response_id))
        t1_us = self._moment(given.ended_at, "/ended_at")
        return JobRun(id=given.job_response_id, items=_ended(call.uow, jobs, t1_us, "/ended_at"))

    def _hand_over(self, call: Call, given: HandOverJob) -> JobRun:
        known = call.uow.known  # nobody else writes from here on
        at_us = self._moment(given.handed_over_at, "/handed_over_at")
        running = _running(_found(store.by_id(call.uow, given.job_response_id)), at_us, "/handed_over_at")
        if given.crew is None and given.note is None:
            raise InvalidError("say who goes on, or leave them a note", pointer="/note", code="hand-over-empty")
        going_on = [
            replace(
                job, id=uuid7(call.clock), t0_us=at_us, crew=given.crew or job.crew, note=given.note, follows=job.id,
                started_by="person", known_from=known,
            )
            for job in running
        ]  # fmt: skip
        _ended(call.uow, running, at_us, "/handed_over_at")
        return _keep(call.uow, [(None, job) for job in going_on], id=running[0].run_id)

    def _take_back(self, call: Call, given: TakeBackHandOver) -> JobRun:
        _ = call.uow.known  # nobody else writes from here on
        jobs = _found(_all_by_id(call.uow, given.job_response_ids))
        before = [store.by_id(call.uow, job.follows or "") for job in jobs]
        if not all(before):
            raise InvalidError("this job was not handed over", pointer="/job_response_ids", code="no-hand-over")
        _forget(call.uow, jobs)
        changed = [
            (old[0], replace(old[0], t1_us=job.t1_us, ended_by=job.ended_by))
            for old, job in zip(before, jobs, strict=True)
        ]
        return _keep(call.uow, changed, id=jobs[0].run_id)

    def _cancel(self, call: Call, given: CancelJob) -> JobRun:
        _ = call.uow.known  # nobody else writes from here on
        jobs = _found(store.by_id(call.uow, given.job_response_id))
        if any(job.started_by == "tag" for job in jobs):
            raise RefusedError("the machine's own signal started this job", code="job-by-tag", hint="end it instead")
        _forget(call.uow, jobs)
        if given.reopens:
            _only_on([job.equipment_id for job in jobs], _all_by_id(call.uow, given.reopens))
            self._reopen(call, ReopenJob(job_response_ids=given.reopens))
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
            others = [one for one in store.between(call.uow, [job.equipment_id], end_us, None) if one.id not in ours]
            for other in others:
                if other.t1_us != end_us and not (job.beside or other.beside):
                    raise _taken(plant, other)
            if job.equipment_id in plant.equipment:
                require_room(plant.equipment[job.equipment_id], others, job.share_ppm, end_us)
        changed = [(job, replace(job, t1_us=None, ended_by=None)) for job in jobs]
        return _keep(call.uow, changed, id=jobs[0].id if len(jobs) == 1 else jobs[0].run_id)

    def _moment(self, text: str | None, pointer: str) -> int:
        return past_moment(text, pointer, now_us=self._clock.now_us())

    def _require_product(self, product: str, at_us: int) -> None:
        known = {**self._products(at_us), **self._products(self._clock.now_us())}
        if product not in known:
            raise InvalidError(
                f"there is no product {product!r}",
                pointer="/product",
                code="product-unknown",
                hint=did_you_mean(product, known) or "add it to the plant's products",
            )


def _operation[I: Input](
    name: str,
    summary: str,
    given: type[I],
    handler: Callable[[Call, I], JobRun],
    *,
    node: Callable[[UnitOfWork, I], int | None],
    undo: Callable[[I, JobRun], Undo] | None = None,
) -> Operation[I, JobRun]:
    """What is done to jobs needs one permission, and answers with the jobs as they are then."""
    return Operation(name, summary, "job.operate", given, JobRun, handler, node, "optional", undo)


def _ids(jobs: Sequence[JobResponseOut]) -> tuple[str, ...]:
    return tuple(job.id for job in jobs)


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


def _only_on(units: Sequence[int], jobs: list[JobResponse]) -> list[JobResponse]:
    """The jobs, where each ran on one of these: the permission that was asked for reaches no further."""
    return _found(jobs if all(job.equipment_id in units for job in jobs) else [])


def _taken(plant: PlantModel, other: JobResponse) -> ConflictError:
    node = plant.equipment.get(other.equipment_id)
    where = node.name if node else f"equipment {other.equipment_id}"
    if other.t1_us is None:
        message = f"{where} runs {words(other)} since {to_rfc3339(other.t0_us)}"
        return ConflictError(message, code="job-running", hint="end it first, or start `beside` it")
    message = f"{where} ran {words(other)} from {to_rfc3339(other.t0_us)} to {to_rfc3339(other.t1_us)}"
    return ConflictError(message, code="job-overlap", hint="start after its end, or end before its start")


def _running(jobs: Sequence[JobResponse], at_us: int, pointer: str) -> list[JobResponse]:
    """Those that still run. Raises ConflictError when none does, InvalidError when one began after `at_us`."""
    running = [job for job in jobs if job.t1_us is None]
    if not running:
        ended = to_rfc3339(max(job.t1_us or 0 for job in jobs))
        raise ConflictError(f"{words(jobs[0])} ended already at {ended}", code="job-ended")
    begun_us = max(job.t0_us for job in running)
    if at_us <= begun_us:
        message = f"{words(running[0])} started at {to_rfc3339(begun_us)}; it cannot end before"
        raise InvalidError(message, pointer=pointer, code="job-ends-before-start")
    return running


def _ended(uow: UnitOfWork, jobs: Sequence[JobResponse], at_us: int, pointer: str) -> list[JobResponseOut]:
    """Those of the jobs that still run end."""
    changed = [(job, replace(job, t1_us=at_us, ended_by="person")) for job in _running(jobs, at_us, pointer)]
    return _keep(uow, changed, id="").items


def _keep(uow: UnitOfWork, changed: Sequence[tuple[JobResponse | None, JobResponse]], *, id: str) -> JobRun:
    """Know the second of each pair, in place of the first where there is one."""
    store.put(uow, [after for _, after in changed])
    for before, after in changed:
        from_us, to_us = moved(before, after)
        uow.emit(JobResponseChanged(after.equipment_id, after.id, from_us, uow.known, to_us))
    return JobRun(id=id, items=[shown(after) for _, after in changed])


def _forget(uow: UnitOfWork, jobs: Sequence[JobResponse]) -> None:
    store.forget(uow, [job.id for job in jobs])
    for job in jobs:
        uow.emit(JobResponseChanged(job.equipment_id, job.id, job.t0_us, uow.known, job.t1_us))
