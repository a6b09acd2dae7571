"""Modbus units on one serial line, for tests: behind a socket as a serial gateway would be, or on a pair of ptys."""

from __future__ import annotations

import asyncio
import os
import pty
import threading
import tty
from contextlib import suppress
from dataclasses import dataclass

from modbus_device import Device, Request

from dovetail.drivers.modbus.rtu import checksum


def framed(reply: bytes) -> bytes:
    """What a `Request` answers, as a frame on the line."""
    return reply[6:] + checksum(reply[6:])


def cut(waiting: bytes) -> tuple[Request | None, bytes]:
    """The first request of a stream, and the rest."""
    if len(waiting) < 8:
        return None, waiting
    function = waiting[1]
    size = 9 + waiting[6] if function in (15, 16) else 10 if function == 22 else 8
    if len(waiting) < size:
        return None, waiting
    assert checksum(waiting[: size - 2]) == waiting[size - 2 : size]
    return Request(0, waiting[0], function, waiting[2 : size - 2]), waiting[size:]


@dataclass
class RtuDevice(Device):
    """Behind a socket. A script answers with the bytes that go on the line."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        waiting = b""
        with suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(4096):
                waiting += data
                request, waiting = cut(waiting)
                if request is not None:
                    assert not waiting  # one request at a time
                    self.requests.append(request)
                    answer = await self.script(self, request)
                    if answer is not None:
                        writer.write(answer)
        writer.close()


async def from_memory(device: Device, request: Request) -> bytes | None:
    """What a decent unit answers."""
    return framed(device.answer(request))


class PtyDevice:
    """On a pseudo-terminal: `port` is what the driver opens."""

    def __init__(self) -> None:
        self.device = Device()
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        self.port = os.ttyname(self._theirs)
        self._thread = threading.Thread(target=self._run, name="pty", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        waiting = b""
        with suppress(OSError):
            while data := os.read(self._ours, 256):
                request, waiting = cut(waiting + data)
                if request is not None:
                    self.device.requests.append(request)
                    os.write(self._ours, framed(self.device.answer(request)))

    def pull(self) -> None:
        """Unplug the adapter."""
        for end in (self._theirs, self._ours):
            with suppress(OSError):
                os.close(end)
