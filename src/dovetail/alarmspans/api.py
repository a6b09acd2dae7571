"""Show when the alarms of a machine stood, for the bands behind a trend and for whoever looks for the first of them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Query
from pydantic import BaseModel

from dovetail.alarmspans.service import VIEW, AlarmSpansRoom
from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.limits import SERIES_PX_MAX
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, as_known, period

LONGEST_US: Final = 128 * DAY_US  # a month in view with as much on either side: every sample of a code is read


class AlarmSpanOut(BaseModel):
    """A fault code or an alarm of a machine while it stood. `end` null: it still stands.

    `code`: as the machine tells it, of an alarm the name of its tag; `text`: its words for it; `reason`: what it stands
    for in the plant code, null where that does not name it. `n`: more than one: so many, too near to be told apart at
    this width. `began_before`: it stood already when the stretch began.
    """

    tag: int
    code: str
    text: str | None
    reason: str | None
    start: str
    end: str | None
    n: int
    began_before: bool


class AlarmSpansOut(BaseModel):
    """The alarms of a stretch by their beginnings; `until`: how far they are known."""

    start: str
    end: str
    until: str
    as_of: int | None = None
    items: list[AlarmSpanOut]


def routes(api: Api, room: AlarmSpansRoom) -> None:
    """Declare this room's route."""

    @api.query(
        "GET", "/equipment/{equipment_id}/alarm-spans", permission=VIEW, summary="When the alarms of a machine stood"
    )
    def alarm_spans(
        equipment_id: int,
        start: str,
        end: str,
        scope: Scope,
        px: Annotated[int, Query(ge=16, le=SERIES_PX_MAX, description="how many pixels wide they are drawn")] = 1_000,
        as_of: str | None = None,
    ) -> AlarmSpansOut:
        """Of the tags that `states.reason` names, its code and its alarms; those of one pixel become one."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
        apart_us = (to_us - from_us) // px
        found = room.found(equipment_id, from_us, to_us, apart_us=apart_us, scope=scope, as_of=known)
        return AlarmSpansOut(
            start=to_rfc3339(from_us),
            end=to_rfc3339(to_us),
            until=to_rfc3339(found.until_us),
            as_of=known,
            items=[
                AlarmSpanOut(
                    tag=one.tag, code=one.code, text=one.text, reason=one.reason, start=to_rfc3339(one.t0_us),
                    end=None if one.t1_us is None else to_rfc3339(one.t1_us), n=one.n, began_before=one.began_before,
                )
                for one in found.spans
            ],
        )  # fmt: skip
