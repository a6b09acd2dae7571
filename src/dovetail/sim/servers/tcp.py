"""What PLCs of the virtual plant that serve TCP have in common: a port that is plugged in or out, and few clients."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Final, Literal

from dovetail.sim.line import Change

CONNECTIONS_MAX: Final = 8  # more is a client that forgets to close


class TcpUnitServer(ABC):
    """One unit's server on one port. All calls belong to the event loop that started it."""

    def __init__(self, unit: str, *, port: int) -> None:
        self.unit = unit
        self.port = port
        self._server: asyncio.Server | None = None
        self._lines: set[TcpLine] = set()

    @property
    @abstractmethod
    def endpoint(self) -> str:
        """What a client connects to."""

    @abstractmethod
    async def publish(self, change: Change, *, counters: Literal["confirm", "when changed"] = "confirm") -> None:
        """What a client reads from now on."""

    @abstractmethod
    def line(self) -> TcpLine:
        """One more client's connection."""

    async def start(self, first: Change) -> None:
        """Listen with the first values. Raises OSError when the port is taken."""
        await self.publish(first)
        await self.plug()

    async def stop(self) -> None:
        """Close the port and every connection."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for line in list(self._lines):
            line.cut()
        if server is not None:
            await server.wait_closed()

    async def unplug(self) -> None:
        """Pull the cable: the port closes and every connection breaks; the machine goes on."""
        await self.stop()

    async def plug(self) -> None:
        """Put the cable back, on the same port."""
        if self._server is None:
            self._server = await asyncio.get_running_loop().create_server(self.line, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    def admit(self, line: TcpLine) -> bool:
        """Whether one more client is borne."""
        if len(self._lines) >= CONNECTIONS_MAX:
            return False
        self._lines.add(line)
        return True

    def dismiss(self, line: TcpLine) -> None:
        """A client has gone."""
        self._lines.discard(line)


class TcpLine(asyncio.Protocol):
    """One client's connection; `_rest` is the beginning of a request whose end has not come."""

    def __init__(self, server: TcpUnitServer) -> None:
        self._of = server
        self._transport: asyncio.Transport | None = None
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if not self._of.admit(self):
            self.cut()

    def connection_lost(self, exc: Exception | None) -> None:
        self._of.dismiss(self)
        self._transport = None

    def cut(self) -> None:
        """Drop the connection at once."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
