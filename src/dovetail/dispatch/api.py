"""Show the job orders of an equipment, and let those who may plan them."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel

from dovetail.core.clock import to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.dispatch.operations import PlanOrder, said
from dovetail.dispatch.service import DispatchRoom
from dovetail.dispatch.starting import Hindrance
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor

VIEW: Final = "plant.view"


class HindranceOut(BaseModel):
    """What is in the way, `text` in English. `code`: another `job` `runs` there `since` a moment, one of the order's
    name `ran` already, the equipment is `gone`, or the start was `refused`."""

    code: Literal["runs", "ran", "gone", "refused"]
    text: str
    job: str | None = None
    since: str | None = None


class JobOrderOut(PlanOrder):
    """A job order; `status`: planned, running, ended or withdrawn.

    `hindered`: why one that should have started itself by now has not.
    """

    status: str
    hindered: HindranceOut | None = None


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
            JobOrderOut(**said(order).model_dump(), status=status, hindered=_out(service.starting.hindered(order)))
            for order, status in page
        ]
        return Page(items=items, next=more)

    api.change("POST", "/job-orders", service.orders.plan)
    api.change("POST", "/job-orders/start", service.starting.start)
    api.change("POST", "/job-orders/withdraw", service.orders.withdraw)


def _out(why: Hindrance | None) -> HindranceOut | None:
    if why is None:
        return None
    since = None if why.since_us is None else to_rfc3339(why.since_us)
    return HindranceOut(code=why.code, text=why.text, job=why.job, since=since)
