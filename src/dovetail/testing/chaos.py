"""A cable with faults to order: it lies on loopback between a link and its device, and spoils what comes back.

One `ChaosProxy` carries any protocol over TCP. What it does to answers it does on the clock that it is given; the
same seed spoils in the same way.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from contextlib import suppress
from socket import socket as Socket
from typing import Final

from dovetail.core.clock import SECOND_US, Clock, SystemClock
from dovetail.testing.bench import Fault

CHUNK: Final = 65_536
WAITING_MAX: Final = 1_024  # pieces of answers on their way; a device that says more has to wait
ABORT: Final = struct.pack("ii", 1, 0)  # SO_LINGER that resets instead of saying goodbye

NONE: Final = Fault()


class _Line:
    """One connection through the cable."""

    def __init__(self, near: asyncio.StreamWriter) -> None:
        self.is_forgotten = False  # its device knows nothing of it any more
        self._near = near

    def write(self, data: bytes) -> None:
        if not self._near.is_closing():
            self._near.write(data)

    def reset(self) -> None:
        """End it without a goodbye."""
        there = self._near.get_extra_info("socket")
        if there is not None:
            with suppress(OSError):
                there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        self._near.transport.abort()


class ChaosProxy:
    """Lay it to a port of loopback, connect to its own, and say what is wrong. Belongs to the loop that laid it.

    With `socket`, the path of a Unix socket, it leads there instead.
    """

    def __init__(self, *, seed: int = 0, clock: Clock | None = None, socket: str | None = None) -> None:
        self.port = 0
        self.fault = NONE
        self.connections = 0  # that were taken
        self.questions = 0  # pieces of what was asked, as they came
        self.answers: list[bytes] | None = None  # pieces of what the device said, for whoever put a list here
        self._rng = random.Random(seed)  # noqa: S311 - noise that can be made again
        self._clock = clock or SystemClock()
        self._target = 0
        self._socket = socket
        self._server: asyncio.Server | None = None
        self._held: Socket | None = None  # bound and deaf: while nobody listens, nobody else is given the port
        self._flows = asyncio.Event()
        self._flows.set()
        self._lines: dict[_Line, asyncio.Task[None]] = {}

    async def lay(self, target_port: int) -> None:
        """Listen, and pass everything on to `target_port`."""
        self._target = target_port
        self._held = Socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", self.port))
        self.port = self._held.getsockname()[1]
        await self._listen()

    async def remove(self) -> None:
        """Take it away with every connection through it."""
        await self._refuse()
        if self._held is not None:
            self._held.close()

    async def suffer(self, fault: Fault) -> None:
        """From now on this is wrong with it, and nothing else."""
        before, self.fault = self.fault, fault
        if fault.kind == "refused":
            await self._refuse()
        elif before.kind == "refused":
            await self._listen()
        if fault.kind == "half-open":
            for line in self._lines:
                line.is_forgotten = True
        elif before.kind == "half-open":
            self.reset()
        if fault.kind == "pulled":
            self._flows.clear()
        else:
            self._flows.set()

    def reset(self) -> None:
        """Every connection breaks; new ones are taken as before."""
        for line in list(self._lines):
            line.reset()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, reuse_address=True)

    async def _refuse(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        self.reset()
        tasks = list(self._lines.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        line = _Line(writer)
        self._lines[line] = task
        self.connections += 1
        try:
            await self._flows.wait()
            if self.fault.kind == "half-open":
                line.is_forgotten = True
                while await reader.read(CHUNK):
                    self.questions += 1
            else:
                await self._carry(line, reader)
        except (OSError, asyncio.CancelledError):
            pass  # whoever ended it knows; a handler of the library's server must end in peace
        finally:
            line.reset()
            del self._lines[line]

    async def _carry(self, line: _Line, near: asyncio.StreamReader) -> None:
        far_reader, far_writer = await self._reach()
        waiting: asyncio.Queue[tuple[int, bytes]] = asyncio.Queue(WAITING_MAX)
        ways = (self._ask(line, near, far_writer), self._take(line, far_reader, waiting), self._give(line, waiting))
        tasks = [asyncio.create_task(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            far_writer.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._socket is not None:
            return await asyncio.open_unix_connection(self._socket)
        return await asyncio.open_connection("127.0.0.1", self._target)

    async def _ask(self, line: _Line, near: asyncio.StreamReader, far: asyncio.StreamWriter) -> None:
        while data := await near.read(CHUNK):
            self.questions += 1
            await self._flows.wait()
            if far.is_closing():
                break
            if not line.is_forgotten:
                far.write(data)

    async def _take(self, line: _Line, far: asyncio.StreamReader, waiting: asyncio.Queue[tuple[int, bytes]]) -> None:
        """What the device says, and when it is to arrive."""
        while data := await far.read(CHUNK):
            due_us = self._clock.monotonic_us() + round(self.fault.delay_s * SECOND_US)
            if self.answers is not None:
                self.answers.append(data)
            if line.is_forgotten:
                continue
            if self.fault.kind == "garbage":
                data = self._rng.randbytes(len(data))
            pieces = [data]
            if self.fault.kind in ("slow", "late", "truncated"):
                pieces = [data[: len(data) // 2], data[len(data) // 2 :]]
            if self.fault.kind == "truncated":
                await waiting.put((due_us, pieces[0]))
                break
            for piece in pieces:
                await waiting.put((due_us, piece))
        await waiting.put((0, b""))

    async def _give(self, line: _Line, waiting: asyncio.Queue[tuple[int, bytes]]) -> None:
        while True:
            due_us, data = await waiting.get()
            rest_us = due_us - self._clock.monotonic_us()
            if rest_us > 0:
                await self._clock.sleep(rest_us / SECOND_US)
            await self._flows.wait()
            if not data and not due_us:
                await asyncio.sleep(0.01)  # what was written last is to leave before the reset
                return
            if not line.is_forgotten:
                line.write(data)
