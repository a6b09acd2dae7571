"""A scale behind a serial server's raw socket: it is asked, and answers with a telegram of three parts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from dovetail.core.batch import Kind
from dovetail.drivers.base import Point
from dovetail.links.model import ScanPoint
from dovetail.testing.bench import STEP, Trial

NAMES: Final = ("rejects", "pieces", "speed")
QUESTION: Final = b"?"


class SerialTextBench:
    """A device that sends texts when it is asked."""

    driver = "serialtext"
    points = tuple(ScanPoint(Point(n, name, Kind.F64)) for n, name in enumerate(NAMES, 1))
    late_s = 2.5
    cannot: Mapping[Trial, str] = {"clock skew": "a telegram comes without a time"}

    def __init__(self) -> None:
        self._first: str | None = None  # in place of the first number
        self._number = 0
        self._port = 0
        self._server: asyncio.Server | None = None
        self._lines: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def port(self) -> int:
        return self._port

    def options(self, port: int) -> Mapping[str, object]:
        parts = ";".join(f"(?P<{name}>[0-9a-z]{{0,9}})" for name in NAMES)
        asked = {"command": QUESTION.decode(), "every_s": 0.5, "timeout_s": 1.0}
        return {"link": "tcp", "host": "127.0.0.1", "port": port, "framing": "stx-etx", "pattern": parts, **asked}

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._lines.values():
            writer.transport.abort()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def switch_off(self) -> None:
        await self.stop()

    async def switch_on(self) -> None:
        await self.start()

    async def make(self, number: int) -> None:
        self._number = number

    async def lose(self) -> None:
        self._first = ""

    async def find(self) -> None:
        self._first = None

    async def retype(self) -> None:
        self._first = "text"

    async def untype(self) -> None:
        self._first = None

    def skew(self, offset_us: int) -> None:
        """It has no clock."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines[task] = writer
        with suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(256):
                for _ in range(data.count(QUESTION)):
                    writer.write(self._telegram())
        writer.transport.abort()
        del self._lines[task]

    def _telegram(self) -> bytes:
        first, *others = (str(STEP * self._number + n) for n in range(1, len(NAMES) + 1))
        said = ";".join((first if self._first is None else self._first, *others))
        return b"\x02" + said.encode() + b"\x03"
