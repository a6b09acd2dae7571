"""One port of one host, knocked at politely: one connection at a time, each in its turn, each with an end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from dovetail.core.clock import Clock
from dovetail.drivers.base import Surroundings
from dovetail.finding.pace import Pace

CONNECT_S: Final = 1.0  # on a plant's own network; who is slower than this is asked by name, with more patience
ANSWER_S: Final = 1.5
PATIENT: Final = 3.0  # times as long for a host that was named by itself


class CutOffError(Exception):
    """The other side took the connection and ended it without an answer."""


class Line:
    """A connection on which one question is asked at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer_s: float) -> None:
        self._reader = reader
        self._writer = writer
        self._answer_s = answer_s

    def say(self, data: bytes) -> None:
        """Send a question."""
        self._writer.write(data)

    async def hear(self, length: int) -> bytes:
        """So many bytes of the answer. Raises TimeoutError, and CutOffError when the other side ends it."""
        try:
            async with asyncio.timeout(self._answer_s):
                return await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise CutOffError from error


@dataclass(frozen=True, slots=True)
class Door:
    """Where a way asks. `listen_s`: how long one may listen there, 0 for a host that was not named by itself."""

    host: str
    port: int
    pace: Pace
    clock: Clock
    units: tuple[int, ...]
    listen_s: float
    patience: float = 1.0
    taken: list[int] = field(default_factory=list[int])  # the ports at which somebody took a connection

    @property
    def opened(self) -> bool:
        """Whether somebody listens here, whatever it speaks."""
        return bool(self.taken)

    @property
    def around(self) -> Surroundings:
        """What a driver's own client needs; nothing is signed in to, so there are no secrets."""
        return Surroundings(self.clock)

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """A connection in its turn, dropped at the end. Raises OSError and TimeoutError."""
        await self.pace.turn()
        async with asyncio.timeout(CONNECT_S * self.patience):
            reader, writer = await asyncio.open_connection(self.host, self.port, limit=65_536)
        self.taken.append(self.port)
        try:
            yield Line(reader, writer, ANSWER_S * self.patience)
        finally:
            writer.transport.abort()
            await self.pace.rest()

    async def knock(self) -> None:
        """See whether anybody listens, before a library is let loose. Raises OSError and TimeoutError."""
        async with self.line():
            pass
        await self.pace.turn()
