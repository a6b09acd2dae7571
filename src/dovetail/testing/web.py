"""A web server as machines carry them: scripted answers by path, streams, hangs and cuts; asyncio and nothing else."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

REASONS: Final = {200: "OK", 302: "Found", 401: "Unauthorized", 404: "Not Found", 503: "Service Unavailable"}


@dataclass(frozen=True)
class Asked:
    """What came."""

    path: str
    headers: Mapping[str, str]


@dataclass
class Said:
    """An answer; `chunks` make it one that goes on, `hangs` one that never comes."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    chunks: AsyncIterator[bytes] | None = None
    hangs: bool = False


class WebServer:
    """Start with a function from what is asked to what is said; `asked` holds everything that came."""

    def __init__(self, answer: Callable[[Asked], Said]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self, context: ssl.SSLContext | None = None, *, port: int = 0) -> int:
        """Listen on loopback; the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, ssl=context)
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.gather(*self._open, return_exceptions=True)

    def cut(self) -> None:
        """Every connection ends in the middle of what it says."""
        for task in self._open:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._say(head.decode("latin-1"), writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            with suppress(Exception):
                writer.transport.abort()

    async def _say(self, head: str, writer: asyncio.StreamWriter) -> None:
        first, *lines = head.split("\r\n")
        pairs = (line.split(": ", 1) for line in lines if ": " in line)
        asked = Asked(first.split(" ")[1], {name.lower(): value for name, value in pairs})
        self.asked.append(asked)
        said = self.answer(asked)
        if said.hangs:
            await asyncio.Event().wait()
        extra = "".join(f"{name}: {value}\r\n" for name, value in said.headers.items())
        reason = REASONS.get(said.status, "So")
        start = f"HTTP/1.1 {said.status} {reason}\r\n{extra}content-type: {said.content_type}\r\n"
        if said.chunks is None:
            writer.write(f"{start}content-length: {len(said.body)}\r\n\r\n".encode() + said.body)
            await writer.drain()
            return
        writer.write(f"{start}transfer-encoding: chunked\r\n\r\n".encode())
        async for chunk in said.chunks:
            writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
