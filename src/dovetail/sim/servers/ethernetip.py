"""The PLC of one virtual machine as a Rockwell integrator would build it: PackTags in a Logix controller.

It speaks EtherNet/IP on loopback only and takes any slot and route; nothing can be written. All values change together:

| tag | | |
|---|---|---|
| Status.StateCurrent | DINT | |
| Status.UnitModeCurrent | DINT | |
| Status.CurMachSpeed | REAL | |
| Status.EquipmentInterlock.Blocked, .Starved | BOOL | |
| Admin.StopReason.ID | DINT | |
| Admin.ProdProcessedCount[0].AccCount | UDINT | |
| Admin.ProdDefectiveCount[0].AccCount | UDINT | |
"""

from __future__ import annotations

import struct
from typing import Final, Literal

from dovetail.sim.line import Change
from dovetail.sim.samples import COUNTER_MODULUS
from dovetail.sim.servers.logix import BOOL, DINT, REAL, UDINT, Controller, Member, Tag, Template
from dovetail.sim.servers.tcp import TcpLine, TcpUnitServer

_HEAD: Final = struct.Struct("<HHII8sI")  # command, length, session, status, context, options
_REGISTER, _UNREGISTER, _IDENTITY, _RR_DATA, _UNIT_DATA = 0x65, 0x66, 0x63, 0x6F, 0x70
_MANAGER: Final = bytes([0x20, 6, 0x24, 1])
_OPEN, _OPEN_LARGE, _CLOSE, _PASS_ON = 0x54, 0x5B, 0x4E, 0x52
FRAME_MAX: Final = 8_192
UNCONNECTED_MAX: Final = 504

INTERLOCK: Final = Template(
    0x301, 0x4A11, "PMLs_EquipmentInterlock", 4,
    (Member("ZZZZZZZZZZPMLs_Equip0", 0xC2, 0), Member("Blocked", BOOL, 0, bit=0), Member("Starved", BOOL, 0, bit=1)),
)  # fmt: skip
STATUS: Final = Template(
    0x302, 0x4A12, "PMLs_Status", 16,
    (
        Member("UnitModeCurrent", DINT, 0), Member("StateCurrent", DINT, 4), Member("CurMachSpeed", REAL, 8),
        Member("EquipmentInterlock", INTERLOCK, 12),
    ),
)  # fmt: skip
COUNT: Final = Template(0x303, 0x4A13, "PMLa_ProdCount", 8, (Member("ID", DINT, 0), Member("AccCount", UDINT, 4)))
REASON: Final = Template(0x304, 0x4A14, "PMLa_StopReason", 8, (Member("ID", DINT, 0), Member("Value", DINT, 4)))
ADMIN: Final = Template(
    0x305, 0x4A15, "PMLa_Administration", 24,
    (
        Member("StopReason", REASON, 0), Member("ProdProcessedCount", COUNT, 8, 1),
        Member("ProdDefectiveCount", COUNT, 16, 1),
    ),
)  # fmt: skip


class EthernetIpUnitServer(TcpUnitServer):
    """One unit's controller. All calls belong to the event loop that started it."""

    def __init__(self, unit: str, *, port: int, controller: Controller | None = None, size_max: int = 4_002) -> None:
        super().__init__(unit, port=port)
        made = Controller({"Status": Tag(STATUS), "Admin": Tag(ADMIN)}, may_write=False)
        self.controller = controller or made
        self.size_max = size_max  # bytes of the largest connection that it grants

    @property
    def endpoint(self) -> str:
        """What a client connects to."""
        return f"eip://127.0.0.1:{self.port}/1.0"

    async def publish(self, change: Change, *, counters: Literal["confirm", "when changed"] = "confirm") -> None:
        """What a client reads from now on; a tag holds no time, so there is nothing to confirm."""
        status, counts = change.status, change.counts
        values = {
            "Status.StateCurrent": int(status.state),
            "Status.UnitModeCurrent": int(status.mode),
            "Status.CurMachSpeed": change.speed_upm,
            "Status.EquipmentInterlock.Blocked": status.blocked,
            "Status.EquipmentInterlock.Starved": status.starved,
            "Admin.StopReason.ID": int(status.reason),
            "Admin.ProdProcessedCount[0].AccCount": counts.processed % COUNTER_MODULUS,
            "Admin.ProdDefectiveCount[0].AccCount": counts.defective % COUNTER_MODULUS,
        }
        for name, value in values.items():
            self.controller.set(name, value)

    def line(self) -> _Line:
        return _Line(self)


class _Line(TcpLine):
    """One client's connection: a session, and in it one connection to the controller."""

    def __init__(self, server: EthernetIpUnitServer) -> None:
        super().__init__(server)
        self._server = server
        self._size = 0  # of the open connection; 0: none is
        self._theirs = 0  # how the client wants our answers called

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        at = 0
        while len(data) - at >= _HEAD.size and self._transport is not None:
            length = int.from_bytes(data[at + 2 : at + 4], "little")
            if length > FRAME_MAX or data[at : at + 2] == b"GE":
                self.cut()  # no EtherNet/IP: there is no telling where the next frame begins
                return
            if at + _HEAD.size + length > len(data):
                break
            try:
                self._frame(data[at : at + _HEAD.size + length])
            except (struct.error, IndexError):
                self.cut()  # its lengths do not fit its content
                return
            at += _HEAD.size + length
        self._rest = data[at:]

    def _frame(self, frame: bytes) -> None:
        command, _, session, _, context, _ = _HEAD.unpack_from(frame)
        body = frame[_HEAD.size :]
        if command == _REGISTER:
            self._send(command, 1, context, body)
        elif command == _IDENTITY:
            self._send(command, 0, context, _who(self._server.port))
        elif command == _UNREGISTER:
            self.cut()
        elif command == _RR_DATA:
            (size,) = struct.unpack_from("<H", body, 14)
            reply = self._unconnected(body[16 : 16 + size])
            self._send(command, session, context, body[:14] + struct.pack("<H", len(reply)) + reply)
        elif command == _UNIT_DATA and self._size:
            sequence, request = body[20:22], body[22:]
            reply = self._server.controller.answer(request, room=self._size - 2)
            items = struct.pack("<HHHIHH", 2, 0xA1, 4, self._theirs, 0xB1, len(reply) + 2)
            self._send(command, session, context, body[:6] + items + sequence + reply)
        else:
            self.cut()

    def _unconnected(self, request: bytes) -> bytes:
        service, path, data = request[0], request[2 : 2 + 2 * request[1]], request[2 + 2 * request[1] :]
        if path != _MANAGER:
            return self._server.controller.answer(request, room=UNCONNECTED_MAX)
        if service == _PASS_ON:
            (size,) = struct.unpack_from("<H", data, 2)
            return self._server.controller.answer(data[4 : 4 + size], room=UNCONNECTED_MAX)
        if service == _CLOSE:
            self._size = 0
            return bytes([service | 0x80, 0, 0, 0]) + data[2:10] + b"\0\0"
        if service not in (_OPEN, _OPEN_LARGE):
            return bytes([service | 0x80, 0, 8, 0])
        ours, theirs, serial, parameters = struct.unpack_from(
            "<2xII8s4x4xI" if service == _OPEN_LARGE else "<2xII8s4x4xH", data
        )
        size = parameters & (0xFFFF if service == _OPEN_LARGE else 0x1FF)
        if size > self._server.size_max:
            return bytes([service | 0x80, 0, 1, 1]) + struct.pack("<H", 0x0109) + serial + b"\0\0"
        self._size, self._theirs = size, theirs
        return bytes([service | 0x80, 0, 0, 0]) + struct.pack("<II", ours or 1, theirs) + serial + bytes(10)

    def _send(self, command: int, session: int, context: bytes, body: bytes) -> None:
        if self._transport is not None:
            self._transport.write(_HEAD.pack(command, len(body), session, 0, context, 0) + body)


def _who(port: int) -> bytes:
    """The answer to ListIdentity (CIP Volume 2, table 2-4.4): a controller, with a serial number of nobody's."""
    name = b"Virtual Logix"
    place = struct.pack(">HH4s8x", 2, port, bytes((127, 0, 0, 1)))
    product = struct.pack("<HHHBBHI", 1, 0x0E, 0xA7, 33, 11, 0x60, 0x0D0F_E7A1)
    item = struct.pack("<H", 1) + place + product + bytes([len(name)]) + name + b"\x03"
    return struct.pack("<HHH", 1, 0x0C, len(item)) + item
