"""The PLC of one virtual machine as an older maker would build it: ten input registers over Modbus TCP.

It listens on loopback only and answers as unit 1; nothing can be written. All registers change together and are read
with one request:

| address | | |
|---|---|---|
| 30001 | uint16 | StateCurrent |
| 30002 | uint16 | UnitModeCurrent |
| 30003 | uint16 | StopReason |
| 30004 | bits | .0 starved, .1 blocked |
| 30005 | float32 | CurMachSpeed |
| 30007 | uint32 | ProdProcessedCount |
| 30009 | uint32 | ProdDefectiveCount |
"""

from __future__ import annotations

import struct
from typing import Final, Literal

from dovetail.sim.line import Change
from dovetail.sim.samples import COUNTER_MODULUS
from dovetail.sim.servers.tcp import TcpLine, TcpUnitServer

UNIT: Final = 1
_MAP: Final = struct.Struct(">4HfII")
_HEADER: Final = struct.Struct(">HHHB")  # transaction, protocol 0, length, unit
_READ_INPUTS: Final = 4
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE, _NO_SUCH_UNIT = 1, 2, 3, 11


class ModbusUnitServer(TcpUnitServer):
    """One unit's Modbus TCP server. All calls belong to the event loop that started it."""

    def __init__(self, unit: str, *, port: int) -> None:
        super().__init__(unit, port=port)
        self._registers = bytes(_MAP.size)

    @property
    def endpoint(self) -> str:
        """What a client connects to."""
        return f"modbus://127.0.0.1:{self.port}/{UNIT}"

    async def publish(self, change: Change, *, counters: Literal["confirm", "when changed"] = "confirm") -> None:
        """What a client reads from now on; a register holds no time, so there is nothing to confirm."""
        status, counts = change.status, change.counts
        self._registers = _MAP.pack(
            int(status.state),
            int(status.mode),
            int(status.reason),
            status.starved | status.blocked << 1,
            change.speed_upm,
            counts.processed % COUNTER_MODULUS,
            counts.defective % COUNTER_MODULUS,
        )

    def line(self) -> TcpLine:
        return _Line(self)

    def answer(self, unit: int, pdu: bytes) -> bytes:
        """The PDU that answers a request (Application Protocol 1.1b3 §6.4, §7)."""
        function = pdu[0]
        if unit != UNIT:
            return bytes((function | 0x80, _NO_SUCH_UNIT))
        if function != _READ_INPUTS:
            return bytes((function | 0x80, _ILLEGAL_FUNCTION))
        if len(pdu) != 5:
            return bytes((function | 0x80, _ILLEGAL_VALUE))
        start, count = struct.unpack(">HH", pdu[1:])
        if not 1 <= count <= 125:
            return bytes((function | 0x80, _ILLEGAL_VALUE))
        if 2 * (start + count) > len(self._registers):
            return bytes((function | 0x80, _ILLEGAL_ADDRESS))
        data = self._registers[2 * start : 2 * (start + count)]
        return bytes((function, len(data))) + data


class _Line(TcpLine):
    """One client's connection; every request that a packet brings is answered, in order."""

    def __init__(self, server: ModbusUnitServer) -> None:
        super().__init__(server)
        self._server = server

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        answers: list[bytes] = []
        at = 0
        while len(data) - at >= _HEADER.size:
            transaction, protocol, length, unit = _HEADER.unpack_from(data, at)
            if protocol or not 2 <= length <= 254:
                self.cut()  # no Modbus TCP: there is no telling where the next request begins
                return
            stop = at + 6 + length
            if stop > len(data):
                break
            pdu = self._server.answer(unit, data[at + _HEADER.size : stop])
            answers.append(_HEADER.pack(transaction, 0, len(pdu) + 1, unit) + pdu)
            at = stop
        self._rest = data[at:]
        if answers and self._transport is not None:
            self._transport.write(b"".join(answers))
