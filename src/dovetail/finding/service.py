"""Look for devices as an administrator asked: one search at a time, seen while it goes on, ended when they say so.

Its results live in memory alone, until the next search or a restart: they tell too much of a network to be kept.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, StringConstraints

from dovetail.core import limits, plugins
from dovetail.core.bus import Bus
from dovetail.core.clock import Clock
from dovetail.core.errors import ConflictError, InvalidError, RefusedError
from dovetail.core.ids import uuid7
from dovetail.core.scope import Scope
from dovetail.events.finding import SearchAsked
from dovetail.finding.model import Survey, Way
from dovetail.finding.pace import Pace
from dovetail.finding.ranges import ASKS_ABOVE, HOSTS_MAX, Host, hosts, numbers
from dovetail.finding.survey import WAYS, Manner, survey
from dovetail.operations.operation import Call, Input, Nothing, Operation

log = logging.getLogger(__name__)

MANAGE: Final = "system.manage"
UNIT_HIGHEST: Final = 255
STOP_S: Final = 5.0  # a stop of the server does not wait longer for a search to be given up

type Range = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
type Port = Annotated[int, Field(ge=1, le=65_535)]
type Ports = Annotated[tuple[Port, ...], Field(min_length=1, max_length=limits.SEARCH_PORTS_MAX)]
type State = Literal["running", "done", "stopped", "failed"]


class FindDevices(Input):
    """Look at these addresses and at no others. `ways` with their ports, all of them at their usual ones by default.

    `agreed`: many addresses, or such as belong to no private network, are meant.
    """

    ranges: Annotated[tuple[Range, ...], Field(min_length=1, max_length=limits.SEARCH_RANGES_MAX)]
    ways: dict[str, Ports] | None = None
    units: Annotated[str, StringConstraints(max_length=200)] = "1-8"
    agreed: bool = False


class SearchBegun(BaseModel):
    """It goes on by itself; look at `/device-search`."""

    search_id: str
    hosts: int


@dataclass(slots=True)
class Search:
    """A search as it goes on, and what it came to."""

    id: str
    by: str
    given: FindDevices
    hosts: Sequence[Host]
    manner: Manner
    started_us: int
    survey: Survey = field(default_factory=Survey)
    state: State = "running"
    ended_us: int | None = None


class Finder:
    """The one place of an installation from which devices are looked for. All methods are thread-safe."""

    def __init__(self, clock: Clock, bus: Bus) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last: Search | None = None
        self._waiting: Search | None = None  # until it is on record that somebody asked
        self._thread: threading.Thread | None = None
        self._going: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        bus.subscribe(SearchAsked, self._begin)
        self.find = Operation(
            name="devices.find",
            summary="Look for devices in a network that is named",
            permission=MANAGE,
            input=FindDevices,
            output=SearchBegun,
            handler=self._ask,
            reason="optional",
        )
        self.end = Operation(
            name="devices.end_search",
            summary="End the search for devices that goes on",
            permission=MANAGE,
            input=Input,
            output=Nothing,
            handler=self._end,
        )

    def ways(self) -> dict[str, Way]:
        """Everything that can be asked, by name."""
        return {name: plugins.load(WAYS, name) for name in plugins.names(WAYS)}

    def last(self, *, scope: Scope) -> Search | None:
        """The search that goes on, or the last one that did."""
        scope.require(MANAGE, None)
        return self._last

    def close(self) -> None:
        """Give up what goes on."""
        self._say_enough()
        if self._thread is not None:
            self._thread.join(STOP_S)

    # --- asking for one -----------------------------------------------------------------------------------------
    def _ask(self, call: Call, given: FindDevices) -> SearchBegun:
        found = self._agreed(given)
        manner = self._manner(given)
        search = Search(uuid7(self._clock), call.scope.actor.name, given, found, manner, self._clock.now_us())
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                hint = "wait for its end, or end it"
                raise ConflictError("somebody looks for devices already", code="search-busy", hint=hint)
            self._waiting = search
        call.uow.emit(SearchAsked(search.id))  # it begins when who asked, and for what, is on record
        return SearchBegun(search_id=search.id, hosts=len(found))

    def _agreed(self, given: FindDevices) -> list[Host]:
        found = hosts(given.ranges)
        if len(found) > HOSTS_MAX:
            what = f"these are {len(found):,} addresses; at most {HOSTS_MAX:,} are asked at once"
            raise InvalidError(what, pointer="/ranges", code="discover-range")
        outside = next((host.address for host in found if host.outside), None)
        reasons = [f"{len(found):,} addresses"] if len(found) > ASKS_ABOVE else []
        reasons += [f"{outside} is no address of a private network"] if outside else []
        if reasons and not given.agreed:
            hint = "say that it is meant, when it is"
            raise RefusedError("; ".join(reasons), code="discover-many", hint=hint)
        return found

    def _manner(self, given: FindDevices) -> Manner:
        ways = self.ways()
        asked = {name: way.ports for name, way in ways.items()} if given.ways is None else given.ways
        unknown = next((name for name in asked if name not in ways), None)
        if unknown is not None or not asked:
            what = "no way is named in which to ask" if unknown is None else f"{unknown!r} is no way that is asked"
            raise InvalidError(what, pointer="/ways", code="discover-way", hint=", ".join(ways))
        whole = {name: (ways[name], tuple(ports)) for name, ports in asked.items()}
        units = tuple(numbers(given.units, highest=UNIT_HIGHEST))
        return Manner(whole, units, limits.SEARCH_LISTEN_S, limits.SEARCH_S)

    # --- going on -----------------------------------------------------------------------------------------------
    def _begin(self, asked: SearchAsked) -> None:
        with self._lock:
            search, is_busy = self._waiting, self._thread is not None and self._thread.is_alive()
            if search is None or search.id != asked.search_id or is_busy:
                return
            self._last, self._waiting = search, None
            self._thread = threading.Thread(target=self._run, args=(search,), name="dovetail-finding", daemon=True)
            self._thread.start()

    def _run(self, search: Search) -> None:
        try:
            asyncio.run(self._look(search))
        except Exception:
            log.exception("looking for devices failed")
            search.state = "failed"
        finally:
            search.ended_us = self._clock.now_us()

    async def _look(self, search: Search) -> None:
        enough = asyncio.Event()
        with self._lock:
            self._going = asyncio.get_running_loop(), enough
        try:
            pace = Pace(self._clock)
            await survey(search.hosts, search.manner, clock=self._clock, pace=pace, found=search.survey, enough=enough)
        finally:
            with self._lock:
                self._going = None
        search.state = "stopped" if enough.is_set() else "done"

    def _end(self, _call: Call, _given: Input) -> Nothing:
        if not self._say_enough():
            raise ConflictError("nobody looks for devices at the moment", code="search-none")
        return Nothing()

    def _say_enough(self) -> bool:
        with self._lock, suppress(RuntimeError):  # the loop ended just now
            if self._going is not None:
                loop, enough = self._going
                loop.call_soon_threadsafe(enough.set)
                return True
        return False
