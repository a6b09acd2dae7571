"""One ingest worker: a lease on its share of the plant, a link to the stream, and the database that says `held`.

A worker that dies is missed when its lease runs out, and the others take over what it had. Whether it was dead does not
matter: with the token that it had, the database takes nothing more from it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Container, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Final

from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.limits import BACKOFF_FIRST_S, BACKOFF_MAX_S, LEASE_BEAT_S
from dovetail.ingestion.appending import Appender
from dovetail.ingestion.model import Standing, decide, tokens_of
from dovetail.ingestion.store import Leases, standing
from dovetail.transport.link import Link, connect, make_stream
from dovetail.transport.model import Address
from dovetail.transport.receiver import Counted, Receiver

log = logging.getLogger(__name__)

MAY_MAKE: Final = "most servers of a cluster must live, and our certificate be a worker's (CN=ingest in plant.conf)"
TAGS_LOOK_S: Final = 1.0  # a tag that is not known may have been applied since; the plant is read again no more often


class Worker:
    """Stores until it is cancelled. Raises ConfigError where a person must mend something."""

    def __init__(self, url: str, address: Address, appender: Appender) -> None:
        host = socket.gethostname()
        self.name = f"{host}-{os.getpid()}-{secrets.token_hex(2)}"
        self.counted = Counted()
        self._address, self._appender = address, appender
        self._leases = Leases(url, name=self.name, host=host)
        self._tokens: Mapping[int, int] = {}
        self._receiver: Receiver | None = None

    async def run(self, *, on_ready: Callable[[], None] = lambda: None) -> None:
        """Until cancelled; then what it has is given back at once."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_leases(), name="leases")
                group.create_task(self._keep_link(on_ready), name="link")
        except ExceptionGroup as errors:
            raise next((one for one in errors.exceptions if isinstance(one, ConfigError)), errors) from None
        finally:
            with suppress(LinkError):
                await asyncio.to_thread(self._leases.end)
            self._leases.close()
            self._appender.close()

    # --- what is ours -------------------------------------------------------------------------------------------

    async def _keep_leases(self) -> None:
        is_away = False
        while True:
            try:
                await self._beat()
                is_away = False
            except LinkError as error:
                if not is_away:
                    log.warning("the lease cannot be renewed: %s", error)
                is_away = True
            await asyncio.sleep(LEASE_BEAT_S)

    async def _beat(self) -> None:
        holdings, alive = await asyncio.to_thread(self._leases.beat, asdict(self.counted))
        move = decide(self.name, holdings, alive)
        tokens = {shard: token for shard, token in tokens_of(self.name, holdings).items() if shard not in move.give}
        if self._receiver is None:
            await self._own({})  # without a link nothing is stored: others may
            if tokens or move.give:
                await asyncio.to_thread(self._leases.give, [*tokens, *move.give])
            return
        if move.give:
            await self._own(tokens)
            await asyncio.to_thread(self._leases.give, move.give)
        if move.take:
            tokens |= await asyncio.to_thread(self._leases.take, move.take)
        await self._own(tokens)

    async def _own(self, tokens: Mapping[int, int]) -> None:
        if tokens == self._tokens:
            return
        renewed = {shard for shard, token in tokens.items() if self._tokens.get(shard, token) != token}
        if self._receiver is not None:
            await self._receiver.serve(set(tokens) & set(self._tokens) - renewed)
        self._appender.own(tokens)
        if self._receiver is not None:
            await self._receiver.serve(tokens)
        log.info("this worker stores shards %s", ", ".join(map(str, sorted(tokens))) or "none")
        self._tokens = dict(tokens)

    # --- the way to us ------------------------------------------------------------------------------------------

    async def _keep_link(self, on_ready: Callable[[], None]) -> None:
        failures = 0
        while True:
            try:
                link = await reach(self._address, name=f"dovetail-ingest-{self.name}")
            except LinkError as error:
                if not failures:
                    hint = f" ({error.hint})" if error.hint else ""
                    log.warning("no frames from the NATS servers: %s%s", error, hint)
                await asyncio.sleep(min(BACKOFF_FIRST_S * 2 ** min(failures, 8), BACKOFF_MAX_S))
                failures += 1
                continue
            failures = 0
            log.info("frames come from %s", link.server)
            await self._receive(link, on_ready)

    async def _receive(self, link: Link, on_ready: Callable[[], None]) -> None:
        """As long as the link lasts."""
        receiver = Receiver(link, self._appender, self.counted)
        storing = asyncio.create_task(receiver.run(), name="storing")
        gone = asyncio.create_task(link.gone.wait(), name="link gone")
        try:
            await receiver.serve(self._tokens)
            self._receiver = receiver
            on_ready()
            await asyncio.wait({storing, gone}, return_when=asyncio.FIRST_COMPLETED)
            if storing.done():
                storing.result()  # what ended it is for a person
        finally:
            self._receiver = None
            await receiver.serve(())
            for task in (storing, gone):
                task.cancel()
            outcomes = await asyncio.gather(storing, gone, return_exceptions=True)
            await link.close()
            for outcome in outcomes:
                if isinstance(outcome, Exception) and not isinstance(outcome, ConfigError):
                    log.warning("storing ended: %s", outcome)


async def reach(address: Address, *, name: str) -> Link:
    """A link to servers that keep the stream; where they do not, none stays open. Raises LinkError, ConfigError."""
    link = await connect(address, name=name, inbox="ingest")
    try:
        await make_stream(link, address)
    except LinkError as error:
        await link.close()
        raise LinkError(error.message, code=error.code, hint=error.hint or MAY_MAKE) from error
    except BaseException:
        await link.close()
        raise
    return link


def known_tags(tags: Callable[[], Container[int]], refresh: Callable[[], None]) -> Callable[[int], bool]:
    """Whether a tag was ever given, in a process that is not told when a plant is applied."""
    looked_s = 0.0

    def is_tag(tag: int) -> bool:
        nonlocal looked_s
        if tag in tags():
            return True
        if time.monotonic() - looked_s < TAGS_LOOK_S:
            return False
        refresh()
        looked_s = time.monotonic()
        return tag in tags()

    return is_tag


__all__ = ["Standing", "Worker", "known_tags", "reach", "standing"]
