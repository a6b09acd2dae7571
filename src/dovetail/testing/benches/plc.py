"""PLCs that are polled by number: registers over Modbus TCP and behind a serial gateway, a data block over S7."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final, Literal

from dovetail.core.batch import Kind
from dovetail.drivers.base import Point
from dovetail.drivers.modbus.rtu import checksum
from dovetail.links.model import ScanPoint
from dovetail.sim.line import Change, Counts
from dovetail.sim.packml import Mode, Reason, State
from dovetail.sim.servers.modbus import ModbusUnitServer
from dovetail.sim.servers.s7 import BLOCK, FLAGS, S7UnitServer, answer
from dovetail.sim.servers.tcp import TcpLine
from dovetail.sim.truth import Status
from dovetail.testing.bench import SCAN_S, STEP, Trial

RUNS: Final = Status(State.EXECUTE, Mode.PRODUCTION, Reason.NONE, False, False)
READ: Final = 8  # bytes of a request to read, or to write one register, on a serial line: unit, five, checksum
HOLDING: Final = bytes((3, 0, 0, 0, 1))  # read the first holding register
WRITES: Final = bytes((6, 0, 0))  # write it
HOLDING_BYTES: Final = 5
LOST: Final = 16  # bytes of the memory that are left when its last value, the first point, is gone


def change(number: int, *, at_us: int = 0) -> Change:
    """What point 1 (rejects), 2 (pieces) and 3 (speed) show."""
    return Change(at_us, "tried", RUNS, STEP * number + 3.0, Counts(STEP * number + 2, STEP * number + 1))


def polled(*addresses: tuple[str, Kind]) -> tuple[ScanPoint, ...]:
    return tuple(
        ScanPoint(Point(n, address, kind), mode="poll", interval_ms=round(1_000 * SCAN_S))
        for n, (address, kind) in enumerate(addresses, 1)
    )


class _Registers(ModbusUnitServer):
    """Registers of which the last can go, and one holding register that may be written."""

    is_short = False
    holding = 0

    def answer(self, unit: int, pdu: bytes) -> bytes:
        if pdu == HOLDING:
            return struct.pack(">BBH", pdu[0], 2, self.holding)
        if pdu[:3] == WRITES and len(pdu) == HOLDING_BYTES:
            (self.holding,) = struct.unpack(">H", pdu[3:])
            return pdu
        return super().answer(unit, pdu)

    async def publish(self, change: Change, *, counters: Literal["confirm", "when changed"] = "confirm") -> None:
        await super().publish(change, counters=counters)
        self._registers = self._registers[: LOST if self.is_short else None]


class _BehindGateway(_Registers):
    """The same registers on a serial line, whose frames a gateway passes on as they are."""

    def line(self) -> TcpLine:
        return _SerialLine(self)


class _SerialLine(TcpLine):
    """One client of the gateway; a unit keeps silent about what is no request to read."""

    def __init__(self, server: _BehindGateway) -> None:
        super().__init__(server)
        self._server = server

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        while len(data) >= READ:
            frame, data = data[:READ], data[READ:]
            if checksum(frame[:-2]) != frame[-2:]:
                data = b""
            elif self._transport is not None:
                reply = frame[:1] + self._server.answer(frame[0], frame[1:-2])
                self._transport.write(reply + checksum(reply))
        self._rest = data


class _Block(S7UnitServer):
    """A data block that may be loaded shorter, and another that may be written."""

    is_short = False

    def __init__(self, unit: str, *, port: int) -> None:
        super().__init__(unit, port=port)
        self._written = bytearray(4)

    def answer(self, message: bytes) -> bytes:
        return answer(message, {BLOCK: self._block, FLAGS: bytes(16), (BLOCK[0], 2): self._written}, writes="take")

    async def publish(self, change: Change, *, counters: Literal["confirm", "when changed"] = "confirm") -> None:
        await super().publish(change, counters=counters)
        self._block = self._block[: LOST if self.is_short else None]


class _PlcBench:
    """What the two have in common."""

    late_s = 2.5
    cannot: Mapping[Trial, str]
    _server: _Registers | _Block

    def __init__(self) -> None:
        self._number = 0

    @property
    def port(self) -> int:
        return self._server.port

    def options(self, port: int) -> Mapping[str, object]:
        return {"host": "127.0.0.1", "port": port, "timeout_s": 1.0}

    async def start(self) -> None:
        await self._server.start(change(0))

    async def stop(self) -> None:
        await self._server.stop()

    async def switch_off(self) -> None:
        await self._server.unplug()

    async def switch_on(self) -> None:
        await self._server.plug()

    async def make(self, number: int) -> None:
        self._number = number
        await self._server.publish(change(number))

    async def lose(self) -> None:
        self._server.is_short = True
        await self.make(self._number)

    async def find(self) -> None:
        self._server.is_short = False
        await self.make(self._number)

    async def retype(self) -> None:
        raise ValueError(self.cannot["type changed"])  # who plays it did not look into `cannot`

    async def untype(self) -> None:
        """It always was what it is."""

    def skew(self, offset_us: int) -> None:
        """Its clock is not in its answers."""


class ModbusBench(_PlcBench):
    """A Modbus TCP device."""

    driver = "modbus"
    points = polled(("30009:uint32", Kind.U64), ("30007:uint32", Kind.U64), ("30005:float32", Kind.F64))
    writable = Point(9, "40001:uint16", Kind.U64)
    writes = (12, 65_000)
    cannot: Mapping[Trial, str] = {
        "type changed": "a register has no type of its own",
        "clock skew": "a register comes without a time",
    }

    def __init__(self) -> None:
        super().__init__()
        self._server = _Registers("tried", port=0)


class ModbusRtuBench(ModbusBench):
    """The same device on a serial line behind a gateway (RTU over TCP)."""

    def __init__(self) -> None:
        super().__init__()
        self._server = _BehindGateway("tried", port=0)

    def options(self, port: int) -> Mapping[str, object]:
        return {**super().options(port), "link": "rtu-over-tcp"}


class S7Bench(_PlcBench):
    """An S7 controller."""

    driver = "s7"
    points = polled(("DB1.DBD16:udint", Kind.U64), ("DB1.DBD12:udint", Kind.U64), ("DB1.DBD8:real", Kind.F64))
    writable = Point(9, "DB2.DBD0:real", Kind.F64)
    writes = (12.5, -3.0)
    cannot: Mapping[Trial, str] = {
        "type changed": "bytes of a data block have no type of their own",
        "clock skew": "a data block comes without a time",
    }

    def __init__(self) -> None:
        super().__init__()
        self._server = _Block("tried", port=0)
