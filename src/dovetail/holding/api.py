"""Show the entries that are held, and let line leads decide on them."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel

from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.counting.api import HeldJumpOut, jump_out
from dovetail.counting.reviewing import REVIEW
from dovetail.holding.model import HeldEntry
from dovetail.holding.service import VIEW, HoldingRoom
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor, period

LONGEST_US = 400 * DAY_US  # a year and its comparison month; the page is what is limited


class HeldEntryOut(BaseModel):
    """Pieces that a person entered and that wait: with them `made` in `looked_s` seconds, where `possible` are.

    `decision`: released (it counts as `counted_as`), rejected, or withdrawn by whoever entered it; null: it waits.
    """

    entry_id: int
    equipment_id: int
    good: int = 0
    scrap: int = 0
    rework: int = 0
    infeed: int = 0
    reason: str | None = None
    comment: str | None = None
    start: str
    end: str
    by: str
    at: str
    made: int
    possible: int
    rate_upm: float
    looked_s: float
    decision: Literal["released", "rejected", "withdrawn"] | None
    decided: int | None
    decided_by: str | None
    decided_at: str | None
    why: str | None
    counted_as: int | None


class HeldOut(BaseModel):
    """What waits for whoever may review, the oldest first; of more than a page the first.

    `waiting`: how much in all.
    """

    waiting: int
    entries: list[HeldEntryOut]
    jumps: list[HeldJumpOut]


def routes(api: Api, service: HoldingRoom) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/equipment/{equipment_id}/held-entries", permission=VIEW, summary="Entries that were held")
    def held_entries(
        equipment_id: int, start: str, end: str, scope: Scope, only: Literal["undecided"] | None = None,
        cursor: str | None = None,
    ) -> Page[HeldEntryOut]:  # fmt: skip
        """The entries by hand of more pieces than the rate allows, in (start, end] by time, and what was decided; for
        a line those of its work units. `only=undecided`: those that wait for a person."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        (offset,) = decode_cursor(cursor, int) or (0,)
        with api.database.read() as reading:
            found = service.held(reading, equipment_id, from_us, to_us, scope=scope)
        items = [_out(entry) for entry in found if only is None or entry.verdict is None]
        more = encode_cursor(offset + PAGE_MAX) if len(items) > offset + PAGE_MAX else None
        return Page(items=items[offset : offset + PAGE_MAX], next=more)

    @api.query("GET", "/held", permission=REVIEW, summary="All that is held and waits for you")
    def held(scope: Scope) -> HeldOut:
        """Entries by hand and counter jumps that wait for a decision, of every work unit where you may review."""
        with api.database.read() as reading:
            entries, jumps = service.waiting(reading, scope=scope)
        shown = [_out(entry) for entry in entries[:PAGE_MAX]], [jump_out(jump) for jump in jumps[:PAGE_MAX]]
        return HeldOut(waiting=len(entries) + len(jumps), entries=shown[0], jumps=shown[1])

    api.change("POST", "/held-entries/{entry_id}/release", service.reviewing.release)
    api.change("POST", "/held-entries/{entry_id}/reject", service.reviewing.reject)
    api.change("POST", "/held-entries/{entry_id}/hold-again", service.reviewing.hold_again)
    api.change("POST", "/held-entries/{entry_id}/withdraw", service.reviewing.withdraw)


def _out(entry: HeldEntry) -> HeldEntryOut:
    said = json.loads(entry.given)
    words = {name: said[name] for name in ("good", "scrap", "rework", "infeed", "reason", "comment") if name in said}
    same = {name: getattr(entry, name) for name in ("entry_id", "equipment_id", "made", "possible", "rate_upm")}
    decided = entry.verdict is not None
    return HeldEntryOut(
        **words, **same, start=to_rfc3339(entry.t0_us), end=to_rfc3339(entry.t1_us), by=entry.by_name,
        at=to_rfc3339(entry.at_us), looked_s=entry.looked_us / 1e6, decision=entry.verdict,
        decided=entry.known_from if decided else None, decided_by=entry.decided_by, why=entry.why,
        decided_at=to_rfc3339(entry.decided_us) if entry.decided_us is not None else None, counted_as=entry.counted_as,
    )  # fmt: skip
