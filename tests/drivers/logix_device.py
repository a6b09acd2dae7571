"""A Logix controller for tests: the virtual one with a program of its own, whose answers a test's script may spoil."""

from __future__ import annotations

from collections.abc import Callable

from dovetail.sim.servers.ethernetip import EthernetIpUnitServer, _Line
from dovetail.sim.servers.logix import (
    BOOL,
    DINT,
    DWORD,
    INT,
    LINT,
    REAL,
    SINT,
    STRING,
    UDINT,
    Controller,
    Member,
    Tag,
    Template,
)

MOTOR = Template(
    0x401, 0x5A01, "Motor", 20,
    (
        Member("ZZZZZZZZZZMotor0", SINT, 0), Member("Run", BOOL, 0, bit=0), Member("Fault", BOOL, 0, bit=1),
        Member("Speed", REAL, 4), Member("Codes", INT, 8, 3), Member("Alarms", DWORD, 16, 1),
    ),
)  # fmt: skip
LABEL = Template(0x402, 0x5A02, "STRING_20", 24, (Member("LEN", DINT, 0), Member("DATA", SINT, 4, 20)))
LINE = Template(0x403, 0x5A03, "Line", 48, (Member("Motors", MOTOR, 0, 2), Member("Pieces", DINT, 40)))

type Script = Callable[[bytes], list[bytes]]


def program() -> dict[str, Tag]:
    """Every kind of tag that a Logix program has, and 400 whole numbers that hold their own number."""
    tags = {
        "Speed": Tag(REAL), "Pieces": Tag(DINT), "Total": Tag(UDINT), "Running": Tag(BOOL), "Small": Tag(SINT),
        "Word": Tag(INT), "Long": Tag(LINT), "Precise": Tag(0xCB), "Name": Tag(STRING), "Label": Tag(LABEL),
        "Temps": Tag(REAL, (10,)), "Bits": Tag(DWORD, (3,)), "Matrix": Tag(INT, (2, 3)), "Cube": Tag(INT, (2, 2, 2)),
        "Names": Tag(STRING, (3,)), "Motors": Tag(MOTOR, (4,)), "Line": Tag(LINE), "Big": Tag(DINT, (1_000,)),
        "When": Tag(0xC0), "LongWhen": Tag(0xCC), "Day": Tag(0xCD), "DayTime": Tag(0xCF), "OfDay": Tag(0xCE),
        "Cycle": Tag(0xDB), "Fine": Tag(0xDF), "Program:Main.Speed": Tag(REAL), "Program:Main.Step": Tag(DINT),
        "Program:Aux.Ready": Tag(BOOL), **{f"N{number}": Tag(DINT) for number in range(400)},
    }  # fmt: skip
    for number in range(400):
        tags[f"N{number}"].data[:] = number.to_bytes(4, "little")
    return tags


class Counted(Controller):
    """Remembers what it was asked."""

    requests: list[bytes]

    def answer(self, request: bytes, *, room: int) -> bytes:
        reply = super().answer(request, room=room)
        if request[0] != 0x0A:
            self.asked.append(request)
        return reply

    def __init__(self, tags: dict[str, Tag]) -> None:
        super().__init__(tags)
        self.asked: list[bytes] = []  # services, each one
        self.refuses: dict[int, int] = {}  # whole messages: service → status

    def _serve(self, service: int, path: bytes, data: bytes, *, room: int) -> tuple[int, bytes]:
        if service in self.refuses:
            return self.refuses[service], b""
        return super()._serve(service, path, data, room=room)


class LogixDevice(EthernetIpUnitServer):
    """The controller on one port. `script` makes what goes out of each answer to a tag: nothing, or something else."""

    def __init__(self, *, size_max: int = 4_002) -> None:
        self.program = Counted(program())
        super().__init__("device", port=0, controller=self.program, size_max=size_max)
        self.script: Script = lambda frame: [frame]
        self.frames: list[bytes] = []  # messages over the connection, as they came
        self.closed = 0  # connections that were given back

    def line(self) -> _Line:
        return _ScriptedLine(self)


class _ScriptedLine(_Line):
    def __init__(self, device: LogixDevice) -> None:
        super().__init__(device)
        self._device = device

    def _frame(self, frame: bytes) -> None:
        if frame[:2] == b"\x70\x00":
            self._device.frames.append(frame)
        self._device.closed += frame[:2] == b"\x6f\x00" and frame[40] == 0x4E
        super()._frame(frame)

    def _send(self, command: int, session: int, context: bytes, body: bytes) -> None:
        transport = self._transport
        if command != 0x70 or transport is None:
            super()._send(command, session, context, body)
            return
        head = command.to_bytes(2, "little") + len(body).to_bytes(2, "little") + session.to_bytes(4, "little")
        for frame in self._device.script(head + bytes(4) + context + bytes(4) + body):
            transport.write(frame)
