"""An S7 controller written for tests: it answers from its memory, or as a test's script tells it to."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from dovetail.sim.servers.s7 import answer

CONFIRM = bytes.fromhex("0300 0016 11 D0 0001 0001 00 C0010A C1020100 C2020201")
_AREAS = {0x84: "DB", 0x81: "I", 0x82: "Q", 0x83: "M"}


class Request(NamedTuple):
    """One message as it came."""

    message: bytes

    @property
    def reference(self) -> int:
        return struct.unpack_from(">H", self.message, 4)[0]

    @property
    def function(self) -> int:
        return self.message[10]

    @property
    def items(self) -> list[tuple[str, int, int]]:
        """(block or area, first byte, count) of each item that is read or written."""
        found: list[tuple[str, int, int]] = []
        for at in range(12, 12 + 12 * self.message[11], 12):
            _, _, _, _, count, block, area, bits = struct.unpack_from(">BBBBHHB3s", self.message, at)
            name = _AREAS[area]
            found.append((f"DB{block}" if name == "DB" else name, int.from_bytes(bits, "big") // 8, count))
        return found


type Script = Callable[[S7Device, Request], Awaitable[bytes | None]]


def packed(message: bytes) -> bytes:
    """A message in its envelopes."""
    return struct.pack(">BBH", 3, 0, 7 + len(message)) + b"\x02\xf0\x80" + message


def with_reference(message: bytes, reference: int) -> bytes:
    return message[:4] + struct.pack(">H", reference) + message[6:]


def refusal(request: Request, code: int) -> bytes:
    """An answer that refuses the request as a whole."""
    return struct.pack(">BBHHHHH", 0x32, 3, 0, request.reference, 0, 0, code)


async def from_memory(device: S7Device, request: Request) -> bytes | None:
    """What a decent controller answers."""
    return packed(device.answer(request))


@dataclass
class S7Device:
    """Data block 1 whose bytes hold their own position, 2 of 16 bytes, and flags, inputs and outputs."""

    pdu: int = 240
    confirm: bytes = CONFIRM
    script: Script = from_memory
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    at_once: int = 0  # the most requests that one packet brought
    port: int = 0

    def __post_init__(self) -> None:
        self.blocks: dict[tuple[int, int], bytearray] = {
            (0x84, 1): bytearray(at % 251 for at in range(4_096)),
            (0x84, 2): bytearray(16),
            **{(area, 0): bytearray(64) for area in (0x81, 0x82, 0x83)},
        }
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def memory(self) -> bytearray:
        """Data block 1."""
        return self.blocks[0x84, 1]

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

    def asked(self) -> list[list[tuple[str, int, int]]]:
        """The items of each request so far."""
        return [request.items for request in self.requests]

    def answer(self, request: Request) -> bytes:
        """From memory."""
        return answer(request.message, self.blocks, pdu=self.pdu, writes="take")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        waiting = b""
        with suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(4096):
                waiting += data
                packets: list[bytes] = []
                while len(waiting) >= 4 and len(waiting) >= (size := struct.unpack_from(">H", waiting, 2)[0]):
                    packets.append(waiting[:size])
                    waiting = waiting[size:]
                self.at_once = max(self.at_once, len(packets))
                for packet in packets:
                    reply = await self._reply(packet)
                    if reply is not None:
                        writer.write(reply)
        writer.close()

    async def _reply(self, packet: bytes) -> bytes | None:
        if packet[5] == 0xE0:
            return self.confirm
        request = Request(packet[7:])
        if request.function == 0xF0:
            return packed(self.answer(request))
        self.requests.append(request)
        return await self.script(self, request)
