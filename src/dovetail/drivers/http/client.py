"""One web server, polled: every document is asked for once a read, however many values stand in it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from dovetail.core.batch import Batch, Value
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.drivers.base import Alive, Found, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.http.address import WebAddress, parse_address
from dovetail.drivers.http.options import HttpOptions
from dovetail.drivers.http.reading import quality_of, rows
from dovetail.drivers.values import Row, Table
from dovetail.drivers.weblink import CONNECTIONS_MAX, WebLink

PLANS_MAX: Final = 16  # scan classes of one link whose plans are kept

type Here = tuple[int, Point, WebAddress]  # index in the read, the point, where it stands


class Plan:
    """The points of one read by the document they stand in."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.points = points
        self.table = Table(points, quality_of)
        self.documents: dict[str, list[Here]] = defaultdict(list)
        for index, point in enumerate(points):
            address = parse_address(point.address)
            self.documents[address.document].append((index, point, address))


class HttpDriver:
    """The client side of JSON over HTTP behind the plant's small `Driver` protocol."""

    def __init__(self, options: HttpOptions, around: Surroundings) -> None:
        self._options = options
        self._around = around
        self._clock = around.clock
        self._link: WebLink | None = None
        self._probed = ""  # the document that a proof of life is asked from
        self._plans: list[Plan] = []
        self._time = None if options.time is None else parse_address(options.time).steps

    async def open(self) -> None:
        """Make the client; whether the server answers, the first probe says."""
        self._link = WebLink(self._options, self._around)

    async def close(self) -> None:
        """Close what connections there are."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def probe(self) -> Alive:
        """The last answer while it is young, else one document that is read anyway; any status is life."""
        link = self._open_link()
        heard = link.heard
        if heard is None or self._clock.now_us() - heard.received_us > self._options.alive_s * SECOND_US:
            heard = await link.get(self._probed)
            if 300 <= heard.status < 400:
                what = f"{link.where} sends us elsewhere (HTTP {heard.status})"
                raise ConfigError(
                    what, code="http-redirect", hint="enter where it leads to: redirects are not followed"
                )
        return heard.alive

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        """One sample per point; what a document does not hold is BAD alone."""
        link = self._open_link()
        plan = self._plan_of(points)
        if plan.documents:
            self._probed = next(iter(plan.documents))
        gate = asyncio.Semaphore(CONNECTIONS_MAX)

        async def ask(document: str, here: Sequence[Here]) -> list[Row]:
            async with gate:
                answer = await link.get(document)
            return rows(here, answer.status, answer.body, time=self._time, unit=self._options.time_unit)

        try:
            async with asyncio.TaskGroup() as group:
                asked = [group.create_task(ask(document, here)) for document, here in plan.documents.items()]
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from errors
        found = [row for task in asked for row in task.result()]
        return plan.table.batches(found, received_us=self._clock.now_us())

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        """A web server reports nothing by itself."""
        raise ConfigError("HTTP has no subscriptions", code="http-subscribe", hint="poll instead: mode: poll")

    async def write(self, point: Point, value: Value) -> None:
        """What a web server takes, its maker alone knows."""
        raise PointError(f"{point.address} can only be read", code="http-read-only", hint="use the machine's PLC")

    async def browse(self, address: str | None = None) -> list[Found]:
        """Web servers have no list of what they have."""
        hint = "take paths and names from the device's manual, or open its page in a browser"
        raise ConfigError("a web server cannot be browsed", code="http-browse", hint=hint)

    def _plan_of(self, points: Sequence[Point]) -> Plan:
        """Which document each point stands in; of a scan class, which is read again and again, it is kept."""
        for plan in self._plans:
            if plan.points is points:
                return plan
        plan = Plan(points)
        if isinstance(points, tuple):
            self._plans = [*self._plans[1 - PLANS_MAX :], plan]
        return plan

    def _open_link(self) -> WebLink:
        if self._link is None:
            raise LinkError(f"{self._options.where()} is not connected", code="http-closed")
        return self._link
