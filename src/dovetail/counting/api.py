"""Show the pieces entered and by whom, let operators enter theirs, and let line leads review held jumps."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel

from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.counting.fold import Jump
from dovetail.counting.model import Entry
from dovetail.counting.service import VIEW, CountingRoom, ReasonTree
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor, period
from dovetail.reasoning.tree import below

LONGEST_US: Final = 400 * DAY_US  # a year and its comparison month; the page is what is limited


class CountEntryOut(BaseModel):
    """Pieces of one kind that a person entered over (start, end]; an action that entered several has one `entry_id`.

    `taken_from`: the kind that these pieces were counted as before, and are taken out of.
    """

    entry_id: int
    equipment_id: int
    kind: str
    quantity: int
    taken_from: str | None
    unit: str | None
    reason: str | None
    start: str
    end: str
    by: str
    at: str
    comment: str | None
    job_response_id: str | None
    withdrawn: bool
    withdrawn_by: str | None
    withdrawn_at: str | None


class HeldJumpOut(BaseModel):
    """A counter movement that the machine cannot make: not counted until a person says so.

    `counted`: the pieces that count by the decision, from `counted_start` to `counted_end`. `evidence_changed`: late
    samples changed the jump since it was decided on; `gone`: they explain it altogether, so it counts nothing.
    """

    held_id: str
    equipment_id: int
    start: str
    end: str
    counter: str
    tag_id: int
    before: int
    after: int
    quantity: int
    cause: str
    decision: Literal["accepted", "dismissed"] | None
    decided: int | None
    decided_by: str | None
    decided_at: str | None
    why: str | None
    counted: int
    counted_start: str | None
    counted_end: str | None
    evidence_changed: bool
    gone: bool


class ScrapReasonOut(BaseModel):
    """A reason for scrap; what is entered is its key with all above it (`dimension/too-long`)."""

    key: str
    name: str
    children: list[ScrapReasonOut] = []


class ScrapReasons(BaseModel):
    """The reasons for scrap as a tree, and those last given here, newest first."""

    items: list[ScrapReasonOut]
    last_used: list[str]


def routes(api: Api, service: CountingRoom) -> None:
    """Declare this room's routes."""
    _entry_routes(api, service)
    _jump_routes(api, service)


def _entry_routes(api: Api, service: CountingRoom) -> None:
    @api.query("GET", "/equipment/{equipment_id}/count-entries", permission=VIEW, summary="Pieces entered by hand")
    def count_entries(
        equipment_id: int, start: str, end: str, scope: Scope, cursor: str | None = None
    ) -> Page[CountEntryOut]:
        """The entries that touch (start, end], the newest first, those taken back too; for a line those of its
        work units."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        (offset,) = decode_cursor(cursor, int) or (0,)
        with api.database.read() as reading:
            found = service.entries(reading, equipment_id, from_us, to_us, scope=scope)[::-1]
        more = encode_cursor(offset + PAGE_MAX) if len(found) > offset + PAGE_MAX else None
        return Page(items=[_entry_out(entry) for entry in found[offset : offset + PAGE_MAX]], next=more)

    @api.query("GET", "/equipment/{equipment_id}/scrap-reasons", permission=VIEW, summary="The reasons for scrap")
    def scrap_reasons(equipment_id: int, scope: Scope) -> ScrapReasons:
        """The reasons of category quality, and those last given at this equipment."""
        with api.database.read() as reading:
            tree, last_used = service.scrap_reasons(reading, equipment_id, scope=scope)
        return ScrapReasons(items=_tree(tree), last_used=last_used)

    api.change("POST", "/equipment/{equipment_id}/count-entries", service.entering.enter)
    api.change("POST", "/count-entries/{entry_id}/withdraw", service.entering.withdraw)


def _jump_routes(api: Api, service: CountingRoom) -> None:
    @api.query("GET", "/equipment/{equipment_id}/held-jumps", permission=VIEW, summary="Counter jumps that were held")
    def held_jumps(
        equipment_id: int, start: str, end: str, scope: Scope, only: Literal["undecided"] | None = None,
        cursor: str | None = None,
    ) -> Page[HeldJumpOut]:  # fmt: skip
        """The jumps held in (start, end] by time, and what was decided; for a line those of its work units.

        `only=undecided`: those that wait for a person, because nothing is decided or late samples changed them since.
        """
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        (offset,) = decode_cursor(cursor, int) or (0,)
        with api.database.read() as reading:
            found = service.jumps(reading, equipment_id, from_us, to_us, scope=scope)
        items = [jump_out(jump) for jump in found]
        if only == "undecided":
            items = [one for one in items if one.decision is None or one.evidence_changed]
        more = encode_cursor(offset + PAGE_MAX) if len(items) > offset + PAGE_MAX else None
        return Page(items=items[offset : offset + PAGE_MAX], next=more)

    api.change("POST", "/held-jumps/{held_id}/accept", service.reviewing.accept)
    api.change("POST", "/held-jumps/{held_id}/dismiss", service.reviewing.dismiss)
    api.change("POST", "/held-jumps/{held_id}/reopen", service.reviewing.reopen)


def _entry_out(entry: Entry) -> CountEntryOut:
    same = {name: getattr(entry, name) for name in CountEntryOut.model_fields if hasattr(entry, name)}
    return CountEntryOut(
        **same,
        taken_from=entry.less,
        start=to_rfc3339(entry.t0_us),
        end=to_rfc3339(entry.t1_us),
        by=entry.by_name,
        at=to_rfc3339(entry.at_us),
        withdrawn=entry.known_to is not None,
        withdrawn_at=None if entry.withdrawn_us is None else to_rfc3339(entry.withdrawn_us),
    )


def jump_out(jump: Jump) -> HeldJumpOut:
    """A held jump as it stands, or as it was decided on where it is gone."""
    shown, made = jump.shown, jump.decision
    same = {name: getattr(shown, name) for name in HeldJumpOut.model_fields if hasattr(shown, name)}
    placed = made is not None and made.verdict == "accepted"
    return HeldJumpOut(
        **same,
        held_id=jump.held_id,
        start=to_rfc3339(shown.t0_us),
        end=to_rfc3339(shown.t1_us),
        decision=made.verdict if made else None,
        decided=made.known_from if made else None,
        decided_by=made.by_name if made else None,
        decided_at=to_rfc3339(made.at_us) if made else None,
        why=made.why if made else None,
        counted=made.counted(jump.now) if made else 0,
        counted_start=to_rfc3339(made.t0_us) if made and placed else None,
        counted_end=to_rfc3339(made.t1_us) if made and placed else None,
        evidence_changed=made is not None and not made.still_seen(jump.now),
        gone=jump.now is None,
    )


def _tree(tree: ReasonTree) -> list[ScrapReasonOut]:
    return [
        ScrapReasonOut(
            key=code,
            name=body["name"],
            children=_tree(below(body)),
        )
        for code, body in tree.items()
    ]
