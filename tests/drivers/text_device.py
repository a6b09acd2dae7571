"""A scanner or a scale for tests: on a pair of ptys as at a serial port, or behind a socket as at a serial server."""

from __future__ import annotations

import asyncio
import os
import pty
import threading
import tty
from collections.abc import Callable
from contextlib import suppress


def never(_command: bytes) -> bytes | None:
    """A device that sends by itself takes no commands."""
    return None


class PtyDevice:
    """On a pseudo-terminal: `port` is what the driver opens."""

    def __init__(self, answer: Callable[[bytes], bytes | None] = never) -> None:
        self.answer = answer
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        self.port = os.ttyname(self._theirs)
        self._thread = threading.Thread(target=self._run, name="text pty", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with suppress(OSError):
            while data := os.read(self._ours, 256):
                said = self.answer(data)
                if said is not None:
                    os.write(self._ours, said)

    def send(self, data: bytes) -> None:
        os.write(self._ours, data)

    def unplug(self) -> None:
        for end in (self._theirs, self._ours):
            with suppress(OSError):
                os.close(end)
        self._thread.join(5)


class SocketDevice:
    """Behind a serial server's raw socket."""

    def __init__(self, answer: Callable[[bytes], bytes | None] = never) -> None:
        self.answer = answer
        self.port = 0
        self.connections = 0
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        with suppress(OSError):
            while data := await reader.read(256):
                said = self.answer(data)
                if said is not None:
                    writer.write(said)
        writer.close()

    def send(self, data: bytes) -> None:
        for writer in self._writers:
            writer.write(data)

    async def stop(self) -> None:
        for writer in self._writers:
            writer.close()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self._writers.clear()
