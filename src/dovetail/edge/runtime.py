"""All links of one edge: started together, changed one by one with the plant, stopped without losing a sample."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Final

from dovetail.core import faults
from dovetail.core.clock import Clock
from dovetail.core.errors import ConfigError
from dovetail.core.plugins import load
from dovetail.core.sink import Sink
from dovetail.drivers.base import DriverSpec, no_secrets
from dovetail.edge.model import LinkChange, LinkPlan, LinkStatus
from dovetail.edge.outbox import Outbox
from dovetail.edge.session import Company, LinkSession

log = logging.getLogger(__name__)

STOP_TIMEOUT_S: Final = 5.0  # what the sink has not taken by then is counted as a gap
CANCEL_AGAIN_S: Final = 10.0  # longer than a link takes to say goodbye


def _load_driver(name: str) -> DriverSpec:
    return load("dovetail.drivers", name)


def _silently(change: LinkChange) -> None:
    """Nobody asked to be told."""


class EdgeRuntime:
    """The links of this edge. Lives in the caller's event loop; `sink` is called in a thread of its own."""

    def __init__(
        self,
        plan: Iterable[LinkPlan],
        sink: Sink,
        *,
        clock: Clock,
        on_link: Callable[[LinkChange], None] = _silently,
        rng: random.Random | None = None,
        source: str = "edge",
        secret: Callable[[str], str] = no_secrets,
        drivers: Callable[[str], DriverSpec] = _load_driver,
    ) -> None:
        self._outbox = Outbox(sink, source, clock)
        self._company = Company(
            clock=clock,
            rng=rng or random.SystemRandom(),
            outbox=self._outbox,
            on_link=on_link,
            load=drivers,
            secret=secret,
        )
        self.shared = self._company.shared  # cables and the like: for whoever tries a link beside these
        self._plan = _by_name(plan)
        self._sessions: dict[str, LinkSession] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._marks: dict[int, int] = {}  # good-through tag → last mark of this run, for links that come back
        self._changing = asyncio.Lock()

    async def start(self) -> None:
        """Ask the sink how far each link was good, say that nothing is connected since, and begin."""
        async with self._changing:
            await self._prepare(self._plan.values())
            await self._resume(self._plan.values())
            for link in self._plan.values():
                self._begin(link)

    async def stop(self) -> None:
        """Close every link and commit what waits. Values stay good until their last mark; a start says BAD there."""
        async with self._changing:
            await self._end(list(self._sessions))
            await self._outbox.close(timeout_s=STOP_TIMEOUT_S)

    async def reconfigure(self, plan: Iterable[LinkPlan]) -> None:
        """Go over to a new plan; links whose plan is the same are not touched."""
        async with self._changing:
            wanted = _by_name(plan)
            changed = [name for name, link in self._plan.items() if wanted.get(name) != link]
            sessions = [self._sessions[name] for name in changed]
            await self._prepare(link for name, link in wanted.items() if self._plan.get(name) != link)
            await self._end(changed)
            for session in sessions:
                session.retire("changed in the plant")
                self._remember(session)
            started = [link for name, link in wanted.items() if self._plan.get(name) != link]
            unknown = [link for link in started if link.good_through_tag not in self._marks]
            if unknown:
                await self._resume(unknown)
            self._plan = wanted
            for link in started:
                self._begin(link)

    def status(self) -> list[LinkStatus]:
        """Every link as the screens show it, by name."""
        return [self._sessions[name].status() for name in sorted(self._sessions)]

    def delivery(self) -> dict[str, int]:
        """What became of frames and samples since the start: kept by the sink, refused, lost and declared, waiting."""
        return {**asdict(self._outbox.counted), "waiting_frames": self._outbox.waiting}

    async def _prepare(self, links: Iterable[LinkPlan]) -> None:
        """The drivers' slow imports, in a thread; what is wrong with one its own session will say."""

        def prepare(name: str) -> None:
            with suppress(Exception):
                self._company.load(name).prepare()

        for name in sorted({link.driver for link in links}):
            await asyncio.get_running_loop().run_in_executor(None, prepare, name)

    async def _resume(self, links: Iterable[LinkPlan]) -> None:
        """A new epoch; marks that the sink remembers, for links that this run has not seen."""
        resumed = await self._outbox.resume([link.good_through_tag for link in links])
        faults.point("edge.resumed")
        for tag, mark_us in resumed.good_through.items():
            self._marks.setdefault(tag, mark_us)

    def _begin(self, link: LinkPlan) -> None:
        session = LinkSession(link, self._company, mark_us=self._marks.get(link.good_through_tag))
        self._sessions[link.name] = session
        self._tasks[link.name] = asyncio.create_task(session.run(), name=f"link {link.name}")

    async def _end(self, names: Iterable[str]) -> None:
        tasks = [self._tasks.pop(name) for name in names]
        left = set(tasks)
        while left:  # a library that is just connecting may swallow a cancellation: then it is asked again
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("a link ended with a fault", exc_info=outcome)
        for name in names:
            self._sessions.pop(name)

    def _remember(self, session: LinkSession) -> None:
        if session.mark_us is not None:
            self._marks[session.plan.good_through_tag] = session.mark_us


def _by_name(plan: Iterable[LinkPlan]) -> Mapping[str, LinkPlan]:
    links = list(plan)
    named = {link.name: link for link in links}
    if len(named) != len(links):
        raise ConfigError("two connections have the same name", code="link-twice")
    return named
