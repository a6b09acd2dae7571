"""A Logix controller with three tags, of which one may be deleted or become a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dovetail.core.batch import Kind
from dovetail.drivers.base import Point
from dovetail.sim.servers.ethernetip import EthernetIpUnitServer
from dovetail.sim.servers.logix import UDINT, Controller, Member, Tag, Template
from dovetail.testing.bench import STEP, Trial
from dovetail.testing.benches.plc import polled

NAMES: Final = ("Rejects", "Pieces", "Speed")
SETPOINT: Final = "Setpoint"
OTHER: Final = Template(0x310, 0x4A31, "Recipe", 4, (Member("Id", UDINT, 0),))  # a structure is no number


class EthernetIpBench:
    """A controller whose program may be changed while it runs."""

    driver = "ethernetip"
    late_s = 4.0
    points = polled(*((name, Kind.U64) for name in NAMES))
    cannot: Mapping[Trial, str] = {"clock skew": "a tag comes without a time"}
    writable = Point(9, SETPOINT, Kind.U64)
    writes = (12, 4_000_000_000)

    def __init__(self) -> None:
        self._controller = Controller({name: Tag(UDINT) for name in (*NAMES, SETPOINT)}, may_write=True)
        self._server = EthernetIpUnitServer("tried", port=0, controller=self._controller)

    @property
    def port(self) -> int:
        return self._server.port

    def options(self, port: int) -> Mapping[str, object]:
        return {"host": "127.0.0.1", "port": port, "timeout_s": 1.0}

    async def start(self) -> None:
        await self.make(0)
        await self._server.plug()

    async def stop(self) -> None:
        await self._server.stop()

    async def switch_off(self) -> None:
        await self._server.unplug()

    async def switch_on(self) -> None:
        await self._server.plug()

    async def make(self, number: int) -> None:
        for n, name in enumerate(NAMES, 1):
            tag = self._controller.tags.get(name)
            if tag is not None and tag.type == UDINT:
                self._controller.set(name, STEP * number + n)

    async def lose(self) -> None:
        del self._controller.tags[NAMES[0]]

    async def find(self) -> None:
        self._controller.tags[NAMES[0]] = Tag(UDINT, data=bytearray((1).to_bytes(4, "little")))

    async def retype(self) -> None:
        self._controller.tags[NAMES[0]] = Tag(OTHER)

    async def untype(self) -> None:
        await self.find()

    def skew(self, offset_us: int) -> None:
        """Its clock is not in its answers."""
