"""An installation of several machines: what is collected goes over NATS to ingest workers, which store it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from dovetail.core.bus import Bus
from dovetail.core.clock import Clock, SystemClock
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.sink import Sink
from dovetail.db.uow import Database
from dovetail.edge.runtime import EdgeRuntime
from dovetail.equipment.service import EquipmentRoom
from dovetail.fleet.model import Transported
from dovetail.ingestion.appending import Appender
from dovetail.ingestion.beside import Beside
from dovetail.ingestion.service import Worker, known_tags, standing
from dovetail.transport.model import Address
from dovetail.transport.outbox import DiskOutbox
from dovetail.transport.sender import Sender

OUTBOX: Final = "outbox.db"  # in the data folder: what is collected and not held yet

log = logging.getLogger(__name__)


class Between:
    """The transport of a collecting process; opened with its start."""

    def __init__(self, address: Address, source: str, *, records_url: str, data: Path, clock: Clock) -> None:
        self._address, self._source, self._url = address, source, records_url
        self._file, self._clock = data / OUTBOX, clock
        self._sender: Sender | None = None
        self._outbox: DiskOutbox | None = None
        self._starting: asyncio.Task[None] | None = None

    def open(self) -> Sink:
        """Where the edge lays down frames."""
        self._sender = Sender(self._address, self._source)
        self._outbox = DiskOutbox(self._file, self._sender, clock=self._clock)
        return self._outbox

    def begin(self, edge: EdgeRuntime) -> None:
        """Start the edge; the first time as soon as a worker has said from where it goes on."""

        async def start() -> None:
            try:
                await edge.start()
            except LinkError as error:
                log.info("collecting did not begin: %s", error)

        self._starting = asyncio.create_task(start(), name="edge start")

    async def end_start(self) -> None:
        """A start that still waits is given up."""
        if self._starting is not None and not self._starting.done():
            await asyncio.to_thread(self.close)
            await self._starting

    def close(self) -> None:
        """Nothing is sent any more."""
        if self._sender is not None and self._outbox is not None:
            self._outbox.end()
            self._sender.close()
            self._outbox.close()
            self._sender = None

    def look(self) -> Transported:
        """The stream and the workers, for the doctor and the metrics."""
        try:
            workers = tuple(standing(self._url))
            if self._sender is None:
                return Transported(workers=workers, fault="nothing is sent yet")
            sent_again = self._sender.sent_again
            return self._with_waiting(Transported(self._sender.look(), workers, sent_again=sent_again))
        except LinkError as error:
            return self._with_waiting(Transported(fault=error.message, hint=error.hint))

    def _with_waiting(self, seen: Transported) -> Transported:
        box = self._outbox
        return seen if box is None else replace(seen, on_disk=box.waiting, backlog=box.backlog)


async def _until_told(worker: Worker, ready: Callable[[], None]) -> None:
    """A service manager ends it with SIGTERM, a person with Ctrl-C; either way its share is given back."""
    storing = asyncio.create_task(worker.run(on_ready=ready))
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, storing.cancel)
    try:
        await storing
    except asyncio.CancelledError:
        log.info("the worker ends")


def run_worker(records_url: str, address: Address | None, *, on_ready: Callable[[str], None]) -> None:
    """`dovetail ingest`: store what comes until told to end; `on_ready` hears the worker's name. Raises ConfigError."""
    if address is None:
        raise ConfigError(
            "an ingest worker needs the NATS servers from which frames come",
            code="nats-missing",
            hint="--nats tls://host:4222, or DOVETAIL_NATS",
        )
    clock, bus = SystemClock(), Bus()
    database = Database(records_url, clock=clock, bus=bus)
    equipment = EquipmentRoom(database, clock, bus, ())
    is_tag = known_tags(equipment.tags, equipment.refresh)
    worker = Worker(records_url, address, Appender(Beside(records_url), clock=clock, is_tag=is_tag))
    try:
        asyncio.run(_until_told(worker, lambda: on_ready(worker.name)))
    finally:
        database.close()
