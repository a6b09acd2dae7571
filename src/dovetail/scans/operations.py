"""Take a scanned code: what it names begins, or ends where it runs; a code that nobody knows is kept and told.

What the job's own rules refuse is answered in words, and the code stays on record. What would change a signed shift is
held: on record, and nothing begins. A missing right, a moment to come and a closed shift refuse the scan itself: of
that nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Protocol

from pydantic import BaseModel, Field, StringConstraints

from dovetail.core.clock import Clock, to_rfc3339
from dovetail.core.errors import NotFoundError, RefusedError
from dovetail.core.scope import system_scope
from dovetail.dispatch.model import JobOrder
from dovetail.dispatch.starting import StartOrder
from dovetail.equipment.model import PlantModel
from dovetail.materials.model import Product
from dovetail.operations.moment import past_moment
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.plantcode.report import did_you_mean
from dovetail.production.model import JobResponse, Origin
from dovetail.production.operations import CancelJob, EndJob, JobRun, ReopenJob, StartJob
from dovetail.production.service import ProductionRoom
from dovetail.scans import store
from dovetail.scans.model import Outcome, Scan, is_again, running_of

CODE_MAX: Final = 200  # the longest that is printed on a traveller; more is noise
EVER_US: Final = 1 << 62
OWN: Final = system_scope("scans")

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=CODE_MAX)]


class Signed(Protocol):
    """What is asked of the signatures: (from, to, known) of the stretches that stand in a period of an equipment."""

    def __call__(
        self, reading: Any, equipment_id: int, from_us: int, to_us: int, as_of: int | None, /
    ) -> Sequence[tuple[int, int, int]]: ...


class Orders(Protocol):
    """What is asked of the dispatch room."""

    def found(self, reading: Any, job_order: str, equipment_id: int) -> JobOrder: ...
    def begin(self, call: Call, given: StartOrder, by: Origin = "person") -> JobRun: ...


class ScanCode(Input):
    """A code that was read at a work unit or a line: a job order's name, or a product's.

    What it names and runs there ends; else it begins in the place of what runs there. The same code within ten seconds
    was read twice, and does nothing more.
    """

    equipment_id: int
    code: Code
    at: Annotated[str, Field(description="when it was read, RFC 3339 with offset; default: now")] | None = None


class ScanOut(BaseModel):
    """What came of a scan. `message` and `hint`: why nothing did, and the way on."""

    scan_id: int
    code: str
    outcome: Outcome
    message: str | None = None
    hint: str | None = None
    product: str | None = None
    job_order: str | None = None
    run_id: str | None = None
    ended: list[str] = []


@dataclass(frozen=True, slots=True)
class Done:
    """What a code led to."""

    outcome: Outcome
    run: JobRun


class Scanning:
    """The operation on scanned codes."""

    def __init__(
        self, *, plant: Callable[[], PlantModel], products: Callable[[int], Mapping[str, Product]],
        production: ProductionRoom, orders: Orders, signed: Signed, clock: Clock,
    ) -> None:  # fmt: skip
        self._signed = signed
        self._plant, self._products, self._production = plant, products, production
        self._orders, self._clock = orders, clock
        self.scan: Operation[ScanCode, ScanOut] = Operation(
            name="job.scan", summary="Start or end what a scanned code names", permission="job.operate",
            input=ScanCode, output=ScanOut, handler=self._scan, node=lambda _uow, given: given.equipment_id,
            undo=_undo,
        )  # fmt: skip

    def _scan(self, call: Call, given: ScanCode) -> ScanOut:
        known = call.uow.known  # nobody else writes from here on: of two scans at once the second sees the first
        at_us = past_moment(given.at, "/at", now_us=self._clock.now_us())
        self._plant().get(given.equipment_id)
        last = store.last(call.uow, given.equipment_id)
        running = self._running(call, given.equipment_id)
        if last is not None and is_again(last, given.code, at_us, running):
            out = ScanOut(scan_id=known, code=given.code, outcome="repeated", run_id=last.run_id, message=last.message)
            return self._kept(call, given, out, at_us)
        if (held := self._held(call, given, at_us)) is not None:
            return self._kept(call, given, held, at_us)
        before = len(call.uow.events)
        try:
            with call.uow.connection.begin_nested():  # what is refused half-way leaves nothing behind but the scan
                done = self._done(call, given, running, at_us)
        except RefusedError as error:
            del call.uow.events[before:]
            outcome: Outcome = "unknown" if error.code == "scan-unknown" else "refused"
            out = ScanOut(
                scan_id=known, code=given.code, outcome=outcome, message=error.message,
                hint=error.hint or "ask your line lead: the code is on record",
            )  # fmt: skip
            return self._kept(call, given, out, at_us)
        first = done.run.items[0]
        out = ScanOut(
            scan_id=known, code=given.code, outcome=done.outcome, product=first.product, job_order=first.job_order,
            run_id=done.run.id, ended=[job.id for job in (done.run.ended or ())],
        )  # fmt: skip
        if done.outcome == "ended":
            out = out.model_copy(update={"ended": [job.id for job in done.run.items]})
        return self._kept(call, given, out, at_us)

    def _held(self, call: Call, given: ScanCode, at_us: int) -> ScanOut | None:
        """A code whose job would reach into a shift that somebody signed waits for a review; None: it does not."""
        until_us = self._clock.now_us() + 1
        units = self._plant().subtree(given.equipment_id)
        stands = [one for unit in sorted(units) for one in self._signed(call.uow, unit, at_us, until_us, None)]
        if not stands:
            return None
        return ScanOut(
            scan_id=call.uow.known, code=given.code, outcome="held",
            message=f"the shift up to {to_rfc3339(min(to_us for _, to_us, _ in stands))} is signed: it stands",
            hint=f"whoever may reopen shifts does so; then send the code again, read at {to_rfc3339(at_us)}",
        )  # fmt: skip

    def _done(self, call: Call, given: ScanCode, running: list[JobResponse], at_us: int) -> Done:
        """Raises RefusedError for what cannot be, with `scan-unknown` where nobody knows the code."""
        moment = to_rfc3339(at_us)
        stands = running_of(given.code, running)
        if stands is not None:
            end = self._production.jobs.end.handler
            ends = [  # only what runs here: the right was asked for here, and the rest of the line runs on
                end(call, EndJob(job_response_id=job.id, ended_at=moment))
                for job in running if job.run_id == stands.run_id
            ]  # fmt: skip
            return Done("ended", JobRun(id=stands.run_id, items=[job for one in ends for job in one.items]))
        try:
            self._orders.found(call.uow, given.code, given.equipment_id)
        except NotFoundError:
            return Done("started", self._begin_product(call, given, running, moment))
        start = StartOrder(equipment_id=given.equipment_id, job_order=given.code, started_at=moment)
        return Done("started", self._orders.begin(call, start, "scan"))

    def _begin_product(self, call: Call, given: ScanCode, running: list[JobResponse], moment: str) -> JobRun:
        known = self._products(self._clock.now_us())
        if given.code not in known:
            raise RefusedError(
                f"nobody knows the code {given.code!r}: it is no job order here and no product", code="scan-unknown",
                hint=did_you_mean(given.code, known) or "plan the job order, or start the product by hand",
            )  # fmt: skip
        start = StartJob(
            equipment_id=given.equipment_id, product=given.code, started_at=moment,
            ends=tuple(job.id for job in running),
        )  # fmt: skip
        return self._production.jobs.begin(call, start, "scan")

    def _running(self, call: Call, equipment_id: int) -> list[JobResponse]:
        plant = self._plant()
        units = plant.subtree(equipment_id)
        now_us = self._clock.now_us()
        found = [
            job for unit in sorted(units)
            for job in self._production.responses(call.uow, unit, now_us, EVER_US, scope=OWN)
            if job.t1_us is None
        ]  # fmt: skip
        return list({job.id: job for job in found}.values())

    def _kept(self, call: Call, given: ScanCode, out: ScanOut, at_us: int) -> ScanOut:
        who = call.scope.actor
        said = out.message
        scan = Scan(
            out.scan_id, given.equipment_id, given.code, out.outcome, said, out.hint, out.run_id, who.id, who.name,
            at_us,
        )  # fmt: skip
        store.add(call.uow, scan)
        return out


def _undo(_given: ScanCode, out: ScanOut) -> Undo | None:
    if out.outcome == "started" and out.run_id is not None:
        return Undo("job.cancel", CancelJob(job_response_id=out.run_id, reopens=tuple(out.ended)))
    if out.outcome == "ended":
        return Undo("job.reopen", ReopenJob(job_response_ids=tuple(out.ended)))
    return None
