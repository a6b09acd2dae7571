"""Copies of this site over HTTP: how far behind each is and why, and a push to compare one now."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from dovetail.core.clock import SECOND_US, Clock, to_rfc3339
from dovetail.core.scope import Scope
from dovetail.forwarding.model import Forwarded
from dovetail.forwarding.service import MANAGE, ForwardingRoom
from dovetail.operations.http import Api, Page


class CopyView(BaseModel):
    """A copy. `equal_as_of`: when it was last seen to hold all that was sealed here; `behind_s` is since then.

    `months_waiting` are yet to be compared, `samples` were brought since the server began. While it is not reached,
    `failing_since`, `cause`, `hint` and `mended_by` say why, and who can help.
    """

    name: str
    to: str
    site: str
    host: str
    tags: int
    state: Literal["equal", "behind", "failing"]
    equal_as_of: str | None
    behind_s: float | None
    months_waiting: int
    samples: int
    failing_since: str | None
    cause: str | None
    hint: str | None
    mended_by: str | None
    next_look_s: float


def routes(api: Api, room: ForwardingRoom, clock: Clock) -> None:
    """Declare them."""
    api.change("POST", "/forwarding/run", room.run)

    @api.query("GET", "/forwarding", permission=MANAGE, summary="The copies of this site elsewhere, and how they stand")
    def get_forwarding(scope: Scope) -> Page[CopyView]:
        return Page(items=[_view(one, clock.now_us()) for one in room.copies(scope=scope)])


def _view(one: Forwarded, now_us: int) -> CopyView:
    state = "failing" if one.cause is not None else "behind" if one.equal_us is None or one.months else "equal"
    return CopyView(
        name=one.name,
        to=one.to,
        site=one.site,
        host=one.host,
        tags=one.tags,
        state=state,
        equal_as_of=None if one.equal_us is None else to_rfc3339(one.equal_us),
        behind_s=None if one.equal_us is None else (now_us - one.equal_us) / SECOND_US,
        months_waiting=one.months,
        samples=one.samples,
        failing_since=None if one.failing_us is None else to_rfc3339(one.failing_us),
        cause=one.cause,
        hint=one.hint,
        mended_by=None if one.cause is None else one.who,
        next_look_s=round(one.next_s, 1),
    )
