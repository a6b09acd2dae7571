"""S7: a transport connection is asked for at the usual places of a CPU; who takes it and agrees on a length is one."""

from __future__ import annotations

from typing import Final

from dovetail.drivers.s7 import frames
from dovetail.finding.door import CutOffError, Door, Line
from dovetail.finding.model import Find, Way

PORT: Final = 102
SLOTS: Final = (1, 2, 0, 3)  # S7-1200 and 1500; 300; a CPU that takes any; 400, mostly
_OURS: Final = b"\x01\x00"
_OP: Final = 2  # as a panel connects: the programming device's own connection stays free
_PDU: Final = 240


async def ask(door: Door) -> list[Find]:
    """The first slot that takes a connection. A CPU cuts off who asks for a wrong one: then the next is asked."""
    for slot in SLOTS:
        try:
            async with door.line() as line:
                line.say(frames.connect_request(_OURS, bytes((_OP, slot))))
                if not frames.is_confirmed(await _packet(line)):
                    continue
                line.say(frames.message(1, frames.setup(1, _PDU)))
                reply = frames.parse((await _packet(line))[3:])
        except CutOffError:
            continue
        agreed = None if reply is None else frames.agreed(reply)
        if agreed is None:
            return []  # something else on the same transport
        options = {"host": door.host, **({} if door.port == PORT else {"port": door.port}), "slot": slot}
        notes = (
            "S7 has no security worth the name: keep it inside its zone",
            "S7-1200 and 1500 need PUT/GET permitted and blocks without optimized access",
        )
        details = (f"rack 0, slot {slot}", f"messages of up to {agreed[1]} bytes")
        return [Find(door.host, door.port, "s7", "an S7 controller", options, details, notes)]
    return []


async def _packet(line: Line) -> bytes:
    version, _, length = frames.TPKT.unpack(await line.hear(frames.TPKT.size))
    if version != 3 or not 7 <= length <= frames.FRAME_MAX:
        raise TimeoutError  # no S7: its answer never comes
    return await line.hear(length - frames.TPKT.size)


PLUGIN: Final = Way("Siemens S7", (PORT,), ask)
