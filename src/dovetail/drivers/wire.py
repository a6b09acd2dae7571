"""What stands between a driver and its device: a socket or a port that is written to, and dropped at once."""

from __future__ import annotations

import asyncio


class Wire(asyncio.Protocol):
    """The writing half of a link; what comes in, and what a loss means, each protocol says itself."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def send(self, data: bytes) -> None:
        """Write; a lost connection is told by `connection_lost`."""
        if self._transport is not None:
            self._transport.write(data)

    def cut(self) -> None:
        """Drop it at once: a dead peer would otherwise hold it until its buffer is sent."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
