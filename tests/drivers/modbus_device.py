"""A Modbus TCP device written for tests: it answers from its memory, or as a test's script tells it to."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple


class Request(NamedTuple):
    """One request as it came; `body` is what follows the function code."""

    transaction: int
    unit: int
    function: int
    body: bytes

    @property
    def start(self) -> int:
        return struct.unpack_from(">H", self.body)[0]

    @property
    def count(self) -> int:
        return struct.unpack_from(">H", self.body, 2)[0]

    def reply(self, pdu: bytes, *, transaction: int | None = None, unit: int | None = None) -> bytes:
        """A frame around a PDU, with this request's numbers unless others are given."""
        head = self.transaction if transaction is None else transaction, 0, len(pdu) + 1
        return struct.pack(">HHHB", *head, self.unit if unit is None else unit) + pdu

    def refuse(self, code: int) -> bytes:
        return self.reply(bytes([self.function | 0x80, code]))


type Script = Callable[[Device, Request], Awaitable[bytes | None]]


async def from_memory(device: Device, request: Request) -> bytes | None:
    """What a decent device answers."""
    return device.answer(request)


@dataclass
class Device:
    """Registers and coils, the same for all units; `illegal` holdings do not exist. `script` may answer otherwise."""

    registers: dict[int, int] = field(default_factory=lambda: {at: at for at in range(2_000)})
    coils: dict[int, bool] = field(default_factory=lambda: {at: at % 3 == 0 for at in range(2_000)})
    illegal: set[int] = field(default_factory=set)
    count_max: int = 125
    functions: set[int] = field(default_factory=lambda: {1, 2, 3, 4, 5, 6, 15, 16, 22})
    script: Script = from_memory
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    at_once: int = 0  # the most requests that one packet brought
    port: int = 0

    def __post_init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def switch_on(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def switch_off(self) -> None:
        """Close the port and drop every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.hang_up()

    async def hang_up(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def asked(self, unit: int = 1) -> list[tuple[int, int, int]]:
        """(function, start, count) of each request of a unit so far."""
        return [(one.function, one.start, one.count) for one in self.requests if one.unit == unit]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        waiting = b""
        with suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(4096):
                waiting += data
                requests: list[Request] = []
                while len(waiting) >= 8 and len(waiting) >= (end := 6 + struct.unpack_from(">H", waiting, 4)[0]):
                    transaction, _, _, unit, function = struct.unpack_from(">HHHBB", waiting)
                    requests.append(Request(transaction, unit, function, waiting[8:end]))
                    waiting = waiting[end:]
                self.at_once = max(self.at_once, len(requests))
                for request in requests:
                    self.requests.append(request)
                    answer = await self.script(self, request)
                    if answer is not None:
                        writer.write(answer)
        writer.close()

    def answer(self, request: Request) -> bytes:
        """From memory, as the specification says."""
        if request.function not in self.functions:
            return request.refuse(1)
        wanted = range(request.start, request.start + (request.count if request.function in (1, 2, 3, 4, 16) else 1))
        limit = self.count_max if request.function in (3, 4) else 2000
        if len(wanted) > limit:
            return request.refuse(3)
        if self.illegal & set(wanted):
            return request.refuse(2)
        return {1: self._bits, 2: self._bits, 3: self._words, 4: self._words}.get(request.function, self._write)(
            request
        )

    def _bits(self, request: Request) -> bytes:
        bits = [self.coils.get(request.start + at, False) for at in range(request.count)]
        data = bytearray((len(bits) + 7) // 8)
        for at, bit in enumerate(bits):
            data[at // 8] |= bit << at % 8
        return request.reply(bytes([request.function, len(data)]) + data)

    def _words(self, request: Request) -> bytes:
        words = [self.registers.get(request.start + at, 0) for at in range(request.count)]
        return request.reply(bytes([request.function, 2 * len(words)]) + struct.pack(f">{len(words)}H", *words))

    def _write(self, request: Request) -> bytes:
        at, rest = request.start, request.body[2:]
        if request.function == 5:
            self.coils[at] = rest == b"\xff\0"
        elif request.function == 6:
            self.registers[at] = int.from_bytes(rest, "big")
        elif request.function == 22:
            keep, put = struct.unpack(">HH", rest)
            self.registers[at] = self.registers.get(at, 0) & keep | put & ~keep & 0xFFFF
        elif request.function == 15:
            for number in range(request.count):
                self.coils[at + number] = bool(rest[3 + number // 8] >> number % 8 & 1)
            return request.reply(bytes([15]) + request.body[:4])
        else:
            for number, word in enumerate(struct.unpack(f">{request.count}H", rest[3:])):
                self.registers[at + number] = word
            return request.reply(bytes([16]) + request.body[:4])
        return request.reply(bytes([request.function]) + request.body)
