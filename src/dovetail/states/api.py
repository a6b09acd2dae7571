"""Show what each work unit did and does, and the reasons there are."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pydantic import BaseModel

from dovetail.core.clock import DAY_US, from_rfc3339, to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.db.uow import Reading
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor, period
from dovetail.states.model import NO_DATA, StateRecord
from dovetail.states.service import StatesRoom, Tail

VIEW: Final = "plant.view"
LONGEST_US: Final = 400 * DAY_US  # a year and its comparison month; the page is what is limited


class StateRecordOut(BaseModel):
    """What an equipment did in [start, end); end null: still does. Provisional: not settled yet, and not stored."""

    equipment_id: int
    start: str
    end: str | None
    state: str
    mode: str
    reason: str | None
    external: bool
    source: str
    provisional: bool


class StateOut(BaseModel):
    """What an equipment does now. `since` null: nothing was ever heard of it."""

    equipment_id: int
    state: str
    mode: str
    reason: str | None
    external: bool
    since: str | None
    settled: str | None


class ReasonOut(BaseModel):
    """A reason; `key` is what a state record carries below its parent's (`mechanical/jam`: key `jam`)."""

    key: str
    name: str
    category: str
    children: list[ReasonOut] = []


def state_out(service: StatesRoom, equipment_id: int, scope: Scope) -> StateOut:
    """The state of this moment as the API and the live topic show it."""
    now = service.now(equipment_id, scope=scope)
    if now is None:
        return StateOut(
            equipment_id=equipment_id, state=NO_DATA, mode="", reason=None, external=False, since=None, settled=None
        )
    return StateOut(
        equipment_id=equipment_id,
        state=now.state,
        mode=now.mode,
        reason=now.reason,
        external=now.external,
        since=to_rfc3339(now.since_us),
        settled=to_rfc3339(now.settled_us),
    )


def routes(api: Api, service: StatesRoom) -> None:
    """Declare this room's routes."""
    _state_routes(api, service)
    _reason_routes(api, service)


def _state_routes(api: Api, service: StatesRoom) -> None:
    @api.query("GET", "/equipment/{equipment_id}/state", permission=VIEW, summary="What an equipment does now")
    def state(equipment_id: int, scope: Scope) -> StateOut:  # pyright: ignore[reportUnusedFunction]
        """Decided at once; true for good when `settled` has passed it."""
        return state_out(service, equipment_id, scope)

    @api.query("GET", "/equipment/{equipment_id}/state-records", permission=VIEW, summary="What an equipment did")
    def state_records(  # pyright: ignore[reportUnusedFunction]
        equipment_id: int,
        start: str,
        end: str,
        scope: Scope,
        as_of: str | None = None,
        cursor: str | None = None,
    ) -> Page[StateRecordOut]:
        """The records that touch [start, end), by time; without `as_of` also what is decided but not settled."""
        from_us, to_us = _from(start, end, cursor)
        with api.database.read() as reading:
            known = _as_of(reading, as_of)
            found = service.records(reading, equipment_id, from_us, to_us, scope=scope, as_of=known)
        tail = service.tail(equipment_id, scope=scope) if known is None else None
        items = [_record_out(record, provisional) for record, provisional in _with_tail(found, tail, (from_us, to_us))]
        more = encode_cursor(from_rfc3339(items[PAGE_MAX].start)) if len(items) > PAGE_MAX else None
        return Page(items=items[:PAGE_MAX], next=more)


def _reason_routes(api: Api, service: StatesRoom) -> None:
    @api.query("GET", "/reasons", permission=VIEW, summary="The reason tree")
    def reasons(scope: Scope, at: str | None = None) -> Page[ReasonOut]:  # pyright: ignore[reportUnusedFunction]
        """The reasons valid now, or `at` a moment. Seen by everyone who sees some equipment."""
        if scope.equipment(VIEW) == frozenset():
            return Page(items=[])
        tree = service.reasons(from_rfc3339(at) if at else None)
        return Page(
            items=[
                ReasonOut(
                    key=code,
                    name=body["name"],
                    category=body["category"],
                    children=[ReasonOut(key=child, **said) for child, said in body["children"].items()],
                )
                for code, body in tree.items()
            ]
        )


def _from(start: str, end: str, cursor: str | None) -> tuple[int, int]:
    """The period, from where the last page ended."""
    from_us, to_us = period(start, end, longest_us=LONGEST_US)
    place = decode_cursor(cursor)
    return (from_us if place is None else max(from_us, int(place[0]))), to_us


def _as_of(reading: Reading, as_of: str | None) -> int | None:
    """A `known`, or a moment (RFC 3339) translated into what was known then."""
    if as_of is None or as_of.isdigit():
        return None if as_of is None else int(as_of)
    return reading.known_at(from_rfc3339(as_of))


def _with_tail(records: list[StateRecord], tail: Tail | None, when: tuple[int, int]) -> list[tuple[StateRecord, bool]]:
    """(record, provisional) by time: where the tail begins, it takes the place of the open record."""
    if tail is None or not tail.records or (records and records[-1].t1_us is not None):
        return [(record, False) for record in records]
    begins_us = tail.records[0].t0_us
    settled = [(record, False) for record in records if record.t0_us < begins_us]
    if settled and settled[-1][0].t1_us is None:  # settled while we were asking
        settled[-1] = (replace(settled[-1][0], t1_us=begins_us), False)
    live = [(record, n > 0 or record.t1_us is not None) for n, record in enumerate(tail.records)]
    from_us, to_us = when
    return settled + [
        (record, provisional)
        for record, provisional in live
        if record.t0_us < to_us and (record.t1_us is None or record.t1_us > from_us)
    ]


def _record_out(record: StateRecord, provisional: bool) -> StateRecordOut:
    return StateRecordOut(
        equipment_id=record.equipment_id,
        start=to_rfc3339(record.t0_us),
        end=None if record.t1_us is None else to_rfc3339(record.t1_us),
        state=record.state,
        mode=record.mode,
        reason=record.reason,
        external=record.external,
        source=record.source,
        provisional=provisional,
    )
