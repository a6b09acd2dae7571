"""Plan a job order, change what it says, withdraw it: what a planner or the ERP may do, each with its way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, StringConstraints

from dovetail.core.clock import Clock, to_rfc3339
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.db.uow import UnitOfWork
from dovetail.dispatch import store
from dovetail.dispatch.model import JobOrder, Start
from dovetail.equipment.model import PlantModel
from dovetail.events.jobtexts import JobOrderPlanned
from dovetail.materials.model import Product
from dovetail.operations.moment import moment
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.plantcode.report import did_you_mean
from dovetail.production.operations import work_units

QUANTITY_MAX: Final = 10**12  # pieces: beyond it a number was mistyped

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class PlanOrder(Input):
    """What is to run on a work unit or a line. An order of the same name there is changed to this."""

    equipment_id: int
    job_order: Text
    product: Text
    quantity: Annotated[int, Field(gt=0, le=QUANTITY_MAX, description="good pieces to be made")] | None = None
    planned_start: Annotated[str, Field(description="RFC 3339 with offset")] | None = None
    lot: Text | None = None
    standard_rate_upm: float | None = Field(default=None, gt=0, le=1_000_000, allow_inf_nan=False)
    start: Annotated[Start, Field(description="scheduled: it starts itself at its planned start")] = "manual"


class WithdrawOrder(Input):
    """The order is not to run; what ran for it stays."""

    equipment_id: int
    job_order: Text


class ForgetOrder(WithdrawOrder):
    """The order was planned by mistake: it never stood there."""


class Planned(BaseModel):
    """The order as it stands, and what it said before; null: it was not there."""

    order: PlanOrder
    before: PlanOrder | None = None


def said(order: JobOrder) -> PlanOrder:
    """What an order says, as it would be planned again."""
    return PlanOrder(
        equipment_id=order.equipment_id, job_order=order.id, product=order.product, quantity=order.quantity,
        planned_start=None if order.planned_start_us is None else to_rfc3339(order.planned_start_us),
        lot=order.lot, standard_rate_upm=order.standard_rate_upm, start=order.start,
    )  # fmt: skip


class OrderOperations:
    """The operations on job orders. `plant` is the plant of now, `products` those of a moment."""

    def __init__(
        self, *, plant: Callable[[], PlantModel], products: Callable[[int], Mapping[str, Product]], clock: Clock
    ) -> None:
        self._plant, self._products, self._clock = plant, products, clock
        self.plan = Operation(
            "job_order.plan", "Plan a job order, or change what it says", "job.operate", PlanOrder, Planned,
            self._plan, lambda _uow, given: given.equipment_id, "optional", _unplanned,
        )  # fmt: skip
        self.withdraw = Operation(
            "job_order.withdraw", "Withdraw a job order: it is not to run", "job.operate", WithdrawOrder, Planned,
            self._withdraw, lambda _uow, given: given.equipment_id, "optional",
            lambda _given, out: Undo("job_order.plan", out.order),
        )  # fmt: skip
        self.forget = Operation(
            "job_order.forget", "Take the planning of a job order back", "job.operate", ForgetOrder, Planned,
            self._forget, lambda _uow, given: given.equipment_id, "optional",
        )  # fmt: skip

    @property
    def all(self) -> tuple[Operation[Any, Any], ...]:
        """For the catalogue."""
        return (self.plan, self.withdraw, self.forget)

    def _plan(self, call: Call, given: PlanOrder) -> Planned:
        known = call.uow.known  # from here on nobody else writes
        work_units(self._plant(), given.equipment_id)  # an order runs where a job may
        self._require_product(given.product)
        start_us = None if given.planned_start is None else moment(given.planned_start, "/planned_start")
        if given.start == "scheduled" and start_us is None:
            raise InvalidError(
                "nothing says when it starts", pointer="/planned_start", code="order-no-start",
                hint="give it a planned start, or start it by hand",
            )  # fmt: skip
        before = _found(call.uow, given.job_order, given.equipment_id)
        order = JobOrder(
            id=given.job_order, equipment_id=given.equipment_id, product=given.product, quantity=given.quantity,
            planned_start_us=start_us, lot=given.lot, standard_rate_upm=given.standard_rate_upm, withdrawn=False,
            dispatched_us=None if before is None else before.dispatched_us, known_from=known, known_to=None,
            start=given.start,
        )  # fmt: skip
        store.put(call.uow, order)
        call.uow.emit(JobOrderPlanned(order.equipment_id, order.id, known))
        is_there = before is not None and not before.withdrawn
        return Planned(order=said(order), before=said(before) if before is not None and is_there else None)

    def _withdraw(self, call: Call, given: WithdrawOrder) -> Planned:
        _ = call.uow.known  # nobody else writes from here on
        order = _there(call.uow, given)
        store.put(call.uow, replace(order, withdrawn=True))
        return Planned(order=said(order))

    def _forget(self, call: Call, given: ForgetOrder) -> Planned:
        _ = call.uow.known  # nobody else writes from here on
        order = _there(call.uow, given)
        store.forget(call.uow, given.job_order, given.equipment_id)
        return Planned(order=said(order))

    def _require_product(self, product: str) -> None:
        known = self._products(self._clock.now_us())
        if product not in known:
            raise InvalidError(
                f"there is no product {product!r}",
                pointer="/product",
                code="product-unknown",
                hint=did_you_mean(product, known) or "add it to the plant's products",
            )


def _found(uow: UnitOfWork, job_order: str, equipment_id: int) -> JobOrder | None:
    return next(iter(store.of(uow, [equipment_id], job_order_id=job_order)), None)


def _there(uow: UnitOfWork, given: WithdrawOrder) -> JobOrder:
    order = _found(uow, given.job_order, given.equipment_id)
    if order is None or order.withdrawn:
        raise NotFoundError(f"there is no job order {given.job_order!r} here", code="no-job-order")
    return order


def _unplanned(given: PlanOrder, out: Planned) -> Undo:
    if out.before is not None:
        return Undo("job_order.plan", out.before)
    return Undo("job_order.forget", ForgetOrder(equipment_id=given.equipment_id, job_order=given.job_order))
