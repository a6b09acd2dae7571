"""The links to controllers as people see them: up or down, since when and why, now and before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel

from dovetail.connections.model import Period, Totals
from dovetail.connections.service import ConnectionsRoom
from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.errors import RefusedError
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.edge.model import LinkStatus
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor, period

type Statuses = Callable[[], list[LinkStatus]]
type Feeds = Callable[[str], frozenset[int]]  # connection name to the equipment whose tags come over it

HISTORY_MAX_US = 3_660 * DAY_US  # ten years: a period is a row, the page is what is limited


class ConnectionView(BaseModel):
    """One link. `good_through` is the moment up to which the values held are true.

    `state`: `demoted` is down because the device is silent although its link stands; it is asked now and then.
    `rtt_*_us`, of the last requests; `bad_ratio` and `lag_us`, of the last minute; null where nothing was measured.
    `waiting`: parcels (of files, rows, posts) on our disk until the historian has them; `refused`: it never will.
    """

    name: str
    driver: str
    endpoint: str
    up: bool
    state: Literal["down", "settling", "up", "demoted"]
    since: str
    cause: str
    good_through: str | None
    clock_offset_us: int | None
    samples_per_s: float
    reads_per_s: float
    rtt_p50_us: int | None
    rtt_p99_us: int | None
    bad_ratio: float | None
    lag_us: int | None
    held_ratio: float
    overruns: int
    reconnects: int
    demotions: int
    lost_samples: int
    points_bad: int
    insecure: bool
    waiting: int
    waiting_since: str | None
    refused: int
    refused_why: str


class CauseOut(BaseModel):
    """Why a connection was down from a moment on."""

    at: str
    cause: str


class PeriodOut(BaseModel):
    """A time in which a connection was up, or down; `end` null: still. `alerted`: it lasted long enough to be told."""

    state: Literal["up", "down"]
    connection: str
    start: str
    end: str | None
    duration_us: int | None
    causes: list[CauseOut]
    alerted: bool


class AvailabilityOut(BaseModel):
    """How a connection did over a time. Before it was first seen nothing is known, and that counts to neither side.

    `availability` = up / observed, null where nothing was observed; Dovetail's own absence counts as down.
    """

    connection: str
    start: str
    end: str
    observed_us: int
    up_us: int
    down_us: int
    availability: float | None
    outages: int
    longest_us: int
    longest: PeriodOut | None


def view(status: LinkStatus) -> ConnectionView:
    """A link's status in the API's words."""
    health = status.health
    return ConnectionView(
        name=status.name,
        driver=status.driver,
        endpoint=status.endpoint,
        up=status.up,
        state=status.state,
        since=to_rfc3339(status.since_us),
        cause=status.cause,
        good_through=None if status.good_through_us is None else to_rfc3339(status.good_through_us),
        clock_offset_us=status.clock_offset_us,
        samples_per_s=round(status.samples_per_s, 3),
        reads_per_s=round(health.reads_per_s, 3),
        rtt_p50_us=health.rtt_p50_us,
        rtt_p99_us=health.rtt_p99_us,
        bad_ratio=None if health.bad_ratio is None else round(health.bad_ratio, 6),
        lag_us=health.lag_us,
        held_ratio=round(health.held_ratio, 6),
        overruns=status.overruns,
        reconnects=status.reconnects,
        demotions=status.demotions,
        lost_samples=status.lost_samples,
        points_bad=status.points_bad,
        insecure=status.insecure,
        waiting=status.waiting,
        waiting_since=None if status.waiting_since_us is None else to_rfc3339(status.waiting_since_us),
        refused=status.refused,
        refused_why=status.refused_why,
    )


def visible(statuses: list[LinkStatus], feeds: Feeds, scope: Scope) -> list[ConnectionView]:
    """The links that feed at least one equipment which the caller sees."""
    seen = scope.equipment("plant.view")
    return [view(status) for status in statuses if seen is None or seen & feeds(status.name)]


def require_all(statuses: list[LinkStatus], feeds: Feeds, scope: Scope) -> None:
    """Raise RefusedError unless the caller sees every link: the pushed document is the same for all who watch it."""
    if len(visible(statuses, feeds, scope)) != len(statuses):
        raise RefusedError("you see only some of the connections; ask for the list instead", code="partial")


def routes(api: Api, room: ConnectionsRoom, statuses: Statuses, feeds: Feeds) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/connections", permission="plant.view", summary="Links to controllers and their health")
    def get_connections(scope: Scope) -> Page[ConnectionView]:
        return Page(items=visible(statuses(), feeds, scope))

    @api.query(
        "GET",
        "/connections/{name}/history",
        permission="plant.view",
        summary="When a connection was up or down, and why",
    )
    def history(
        name: str,
        start: str,
        end: str,
        scope: Scope,
        state: Literal["up", "down"] | None = None,
        cursor: str | None = None,
    ) -> Page[PeriodOut]:
        """The periods that touch [start, end), newest first; `state=down` for the outages alone."""
        from_us, to_us = period(start, end, longest_us=HISTORY_MAX_US)
        at = decode_cursor(cursor, int, int)
        found = room.history(
            name,
            from_us,
            to_us,
            scope=scope,
            up=None if state is None else state == "up",
            before=None if at is None else (at[0], at[1]),
            limit=PAGE_MAX + 1,
        )
        page = found[:PAGE_MAX]
        more = encode_cursor(page[-1].t0_us, page[-1].id) if len(found) > PAGE_MAX else None
        return Page(items=[_period_out(one) for one in page], next=more)

    @api.query(
        "GET", "/connections/{name}/availability", permission="plant.view", summary="How reliable a connection was"
    )
    def availability(name: str, start: str, end: str, scope: Scope) -> AvailabilityOut:
        """Share of [start, end) with the link up, number of outages, and the longest."""
        from_us, to_us = period(start, end, longest_us=HISTORY_MAX_US)
        return _availability_out(name, from_us, to_us, room.totals(name, from_us, to_us, scope=scope))


def _period_out(one: Period) -> PeriodOut:
    return PeriodOut(
        state="up" if one.up else "down",
        connection=one.connection,
        start=to_rfc3339(one.t0_us),
        end=None if one.t1_us is None else to_rfc3339(one.t1_us),
        duration_us=None if one.t1_us is None else one.t1_us - one.t0_us,
        causes=[CauseOut(at=to_rfc3339(cause.at_us), cause=cause.text) for cause in one.causes],
        alerted=one.told is not None,
    )


def _availability_out(name: str, from_us: int, to_us: int, found: Totals) -> AvailabilityOut:
    longest = found.longest
    return AvailabilityOut(
        connection=name,
        start=to_rfc3339(from_us),
        end=to_rfc3339(to_us),
        observed_us=found.observed_us,
        up_us=found.up_us,
        down_us=found.down_us,
        availability=found.availability,
        outages=found.outages,
        longest_us=found.longest_us,
        longest=None if longest is None else _period_out(longest),
    )
