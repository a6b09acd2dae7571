"""Show the job orders of an equipment, and let those who may plan them."""

from __future__ import annotations

from typing import Final

from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.dispatch.operations import PlanOrder, said
from dovetail.dispatch.service import DispatchRoom
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor

VIEW: Final = "plant.view"


class JobOrderOut(PlanOrder):
    """A job order; `status`: planned, running, ended or withdrawn.

    `hindered`: why one that should have started itself by now has not.
    """

    status: str
    hindered: str | None = None


def routes(api: Api, service: DispatchRoom) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/equipment/{equipment_id}/job-orders", permission=VIEW, summary="Job orders of an equipment")
    def job_orders(equipment_id: int, scope: Scope, cursor: str | None = None) -> Page[JobOrderOut]:
        """Those of a line are its own and those of its work units, by planned start."""
        found = service.orders_at(equipment_id, scope=scope)
        (offset,) = decode_cursor(cursor, int) or (0,)
        page = found[offset : offset + PAGE_MAX]
        more = encode_cursor(offset + PAGE_MAX) if len(found) > offset + PAGE_MAX else None
        items = [
            JobOrderOut(**said(order).model_dump(), status=status, hindered=service.starting.hindered(order))
            for order, status in page
        ]
        return Page(items=items, next=more)

    api.change("POST", "/job-orders", service.orders.plan)
    api.change("POST", "/job-orders/start", service.starting.start)
    api.change("POST", "/job-orders/withdraw", service.orders.withdraw)
