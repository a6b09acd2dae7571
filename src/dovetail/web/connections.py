"""The links to controllers as people see them: up or down, since when and why, how far their values hold."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import RefusedError
from dovetail.core.scope import Scope
from dovetail.edge.model import LinkStatus
from dovetail.operations.http import Api, Page

type Statuses = Callable[[], list[LinkStatus]]
type Feeds = Callable[[str], frozenset[int]]  # connection name to the equipment whose tags come over it


class ConnectionView(BaseModel):
    """One link. `good_through` is the moment up to which the values held are true."""

    name: str
    driver: str
    endpoint: str
    up: bool
    since: str
    cause: str
    good_through: str | None
    clock_offset_us: int | None
    samples_per_s: float
    overruns: int
    reconnects: int
    lost_samples: int
    points_bad: int
    insecure: bool


def view(status: LinkStatus) -> ConnectionView:
    """A link's status in the API's words."""
    return ConnectionView(
        name=status.name,
        driver=status.driver,
        endpoint=status.endpoint,
        up=status.up,
        since=to_rfc3339(status.since_us),
        cause=status.cause,
        good_through=None if status.good_through_us is None else to_rfc3339(status.good_through_us),
        clock_offset_us=status.clock_offset_us,
        samples_per_s=round(status.samples_per_s, 3),
        overruns=status.overruns,
        reconnects=status.reconnects,
        lost_samples=status.lost_samples,
        points_bad=status.points_bad,
        insecure=status.insecure,
    )


def visible(statuses: list[LinkStatus], feeds: Feeds, scope: Scope) -> list[ConnectionView]:
    """The links that feed at least one equipment which the caller sees."""
    seen = scope.equipment("plant.view")
    return [view(status) for status in statuses if seen is None or seen & feeds(status.name)]


def require_all(statuses: list[LinkStatus], feeds: Feeds, scope: Scope) -> None:
    """Raise RefusedError unless the caller sees every link: the pushed document is the same for all who watch it."""
    if len(visible(statuses, feeds, scope)) != len(statuses):
        raise RefusedError("you see only some of the connections; ask for the list instead", code="partial")


def routes(api: Api, statuses: Statuses, feeds: Feeds) -> None:
    """Declare the list of links."""

    @api.query("GET", "/connections", permission="plant.view", summary="Links to controllers and their health")
    def get_connections(scope: Scope) -> Page[ConnectionView]:
        return Page(items=visible(statuses(), feeds, scope))
