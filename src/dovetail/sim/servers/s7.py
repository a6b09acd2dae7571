"""The PLC of one virtual machine as a Siemens integrator would build it: data block 1, read over S7.

It listens on loopback only and takes any rack and slot; nothing can be written. All values change together:

| address | | |
|---|---|---|
| DB1.DBW0:int | | StateCurrent |
| DB1.DBW2:int | | UnitModeCurrent |
| DB1.DBW4:int | | StopReason |
| DB1.DBX6.0, DB1.DBX6.1 | | starved, blocked |
| DB1.DBD8:real | | CurMachSpeed |
| DB1.DBD12:udint | | ProdProcessedCount |
| DB1.DBD16:udint | | ProdDefectiveCount |
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final, Literal

from dovetail.sim.line import Change
from dovetail.sim.samples import COUNTER_MODULUS
from dovetail.sim.servers.tcp import TcpLine, TcpUnitServer

PDU: Final = 240  # as a small CPU agrees to
BLOCK, FLAGS = (0x84, 1), (0x83, 0)  # (area, data block)
_MAP: Final = struct.Struct(">3hBxfII")
_ITEM: Final = struct.Struct(">BBBBHHB3s")
_FINE, _NO_ACCESS, _NO_ADDRESS, _NO_TYPE, _NO_OBJECT = 0xFF, 0x03, 0x05, 0x06, 0x0A
_READ, _WRITE, _SETUP = 0x04, 0x05, 0xF0

type Blocks = Mapping[tuple[int, int], bytes | bytearray]


def answer(message: bytes, blocks: Blocks, *, pdu: int = PDU, writes: Literal["refuse", "take"] = "refuse") -> bytes:
    """The message that answers a request; memory is named by (area, number of the data block)."""
    _, _, _, reference, length, _ = struct.unpack_from(">BBHHHH", message)
    parameters, data = message[10 : 10 + length], message[10 + length :]
    if parameters[0] == _SETUP:
        _, _, caller, callee, wanted = struct.unpack(">BBHHH", parameters)
        return _ack(reference, struct.pack(">BBHHH", _SETUP, 0, min(caller, 8), min(callee, 8), min(wanted, pdu)))
    if parameters[0] == _READ:
        items = [_read(parameters[at : at + 12], blocks) for at in range(2, len(parameters), 12)]
        joined = b"".join(item + b"\0" * (len(item) & 1) for item in items[:-1]) + items[-1]
        return _ack(reference, parameters[:2], joined)
    if parameters[0] == _WRITE and writes == "take":
        return _ack(reference, parameters[:2], bytes([_write(parameters[2:14], data, blocks)]))
    if parameters[0] == _WRITE:
        return _ack(reference, parameters[:2], bytes([_NO_ACCESS]) * parameters[1])
    return _ack(reference, b"", code=0x8104)


def _ack(reference: int, parameters: bytes, data: bytes = b"", *, code: int = 0) -> bytes:
    return struct.pack(">BBHHHHH", 0x32, 3, 0, reference, len(parameters), len(data), code) + parameters + data


def _place(item: bytes, blocks: Blocks) -> tuple[int, int, int, int, bytes | bytearray | None]:
    """(transport size, count, byte, bit, the memory it is in)."""
    _, _, _, size, count, block, area, address = _ITEM.unpack(item)
    at = int.from_bytes(address, "big")
    return size, count, at // 8, at % 8, blocks.get((area, block))


def _read(item: bytes, blocks: Blocks) -> bytes:
    size, count, at, bit, held = _place(item, blocks)
    if held is None or size not in (1, 2) or at + count > len(held):
        return bytes([_NO_OBJECT if held is None else _NO_TYPE if size not in (1, 2) else _NO_ADDRESS, 0, 0, 0])
    if size == 1:
        return struct.pack(">BBHB", _FINE, 3, 1, held[at] >> bit & 1)
    return struct.pack(">BBH", _FINE, 4, 8 * count) + bytes(held[at : at + count])


def _write(item: bytes, data: bytes, blocks: Blocks) -> int:
    size, count, at, bit, held = _place(item, blocks)
    if not isinstance(held, bytearray):
        return _NO_OBJECT if held is None else _NO_ACCESS
    if at + count > len(held):
        return _NO_ADDRESS
    if size == 1:
        held[at] = held[at] & ~(1 << bit) | (data[4] & 1) << bit
    else:
        held[at : at + count] = data[4 : 4 + count]
    return _FINE


class S7UnitServer(TcpUnitServer):
    """One unit's S7 server. All calls belong to the event loop that started it."""

    def __init__(self, unit: str, *, port: int) -> None:
        super().__init__(unit, port=port)
        self._block = bytes(_MAP.size)

    @property
    def endpoint(self) -> str:
        """What a client connects to."""
        return f"s7://127.0.0.1:{self.port}/0.1"

    async def publish(self, change: Change, *, counters: Literal["confirm", "when changed"] = "confirm") -> None:
        """What a client reads from now on; a data block holds no time, so there is nothing to confirm."""
        status, counts = change.status, change.counts
        self._block = _MAP.pack(
            int(status.state),
            int(status.mode),
            int(status.reason),
            status.starved | status.blocked << 1,
            change.speed_upm,
            counts.processed % COUNTER_MODULUS,
            counts.defective % COUNTER_MODULUS,
        )

    def answer(self, message: bytes) -> bytes:
        """The message that answers a request."""
        return answer(message, {BLOCK: self._block, FLAGS: bytes(16)})

    def line(self) -> _Line:
        return _Line(self)


class _Line(TcpLine):
    """One client's connection: first the transport's handshake, then every request is answered, in order."""

    def __init__(self, server: S7UnitServer) -> None:
        super().__init__(server)
        self._server = server

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        at = 0
        while len(data) - at >= 4 and self._transport is not None:
            version, _, length = struct.unpack_from(">BBH", data, at)
            if version != 3 or not 7 <= length <= 1024:
                self.cut()  # no S7: there is no telling where the next packet begins
                return
            if at + length > len(data):
                break
            self._packet(data[at + 4 : at + length])
            at += length
        self._rest = data[at:]

    def _packet(self, packet: bytes) -> None:
        if packet[1] == 0xE0 and len(packet) >= 7:
            self._send(bytes([packet[0], 0xD0]) + packet[4:6] + b"\0\1" + packet[6:])
            return
        message = packet[3:]
        if packet[:2] != b"\x02\xf0" or len(message) < 12 or message[:2] != b"\x32\x01":
            self.cut()
            return
        try:
            self._send(b"\x02\xf0\x80" + self._server.answer(message))
        except (struct.error, IndexError):
            self.cut()  # its lengths do not fit its content

    def _send(self, packet: bytes) -> None:
        if self._transport is not None:
            self._transport.write(struct.pack(">BBH", 3, 0, 4 + len(packet)) + packet)
