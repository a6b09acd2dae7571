"""The PLCs of a virtual line, each in the protocol its maker chose: they start together or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, Literal, Protocol

from dovetail.sim.line import Change
from dovetail.sim.servers.ethernetip import EthernetIpUnitServer
from dovetail.sim.servers.modbus import ModbusUnitServer
from dovetail.sim.servers.opcua import Identity, Program, StandardNodes, UnitServer
from dovetail.sim.servers.s7 import S7UnitServer

type Speaks = Literal["opcua", "modbus", "s7", "ethernetip"]

MIXED: Final[Mapping[str, Speaks]] = {"labeller": "modbus", "palletiser": "modbus"}  # all others speak OPC UA
ONLY_OPCUA: Final[Mapping[str, Speaks]] = {}


class Plc(Protocol):
    """What the virtual plant asks of a machine's PLC, whatever it speaks."""

    @property
    def endpoint(self) -> str: ...
    async def start(self, first: Change) -> None: ...
    async def stop(self) -> None: ...
    async def unplug(self) -> None: ...
    async def plug(self) -> None: ...
    async def publish(self, change: Change, *, counters: Literal["confirm", "when changed"] = "confirm") -> None: ...


class Rack:
    """One PLC per unit. `ports` and `identities` by unit; `speaks` names those that do not speak OPC UA.

    `program`: what has happened until now is written to them; it runs in `cycle`, and before one sends by itself.
    """

    def __init__(
        self,
        ports: Mapping[str, int],
        *,
        speaks: Mapping[str, Speaks],
        identities: Mapping[str, Identity],
        program: Program | None = None,
    ) -> None:
        self._ports = ports
        self._speaks = speaks
        self._identities = identities
        self._program = program
        self._turn = asyncio.Lock()  # what happened is told in its order
        self._teller: asyncio.Task[None] | None = None
        self._is_up = False
        self._plcs: dict[str, Plc] = {}

    def __getitem__(self, unit: str) -> Plc:
        return self._plcs[unit]

    @property
    def endpoints(self) -> dict[str, str]:
        """Where each unit's PLC is reached."""
        return {unit: plc.endpoint for unit, plc in self._plcs.items()}

    async def start(self, first: Mapping[str, Change], standard: StandardNodes | None) -> None:
        """Start all; when one cannot, those already started are stopped again. Raises OSError when a port is taken."""
        if standard is None and any(self._speaks.get(unit, "opcua") == "opcua" for unit in self._ports):
            standard = await StandardNodes.make()
        self._plcs = {unit: self._make(unit, standard) for unit in self._ports}
        started: list[Plc] = []
        try:
            for unit, plc in self._plcs.items():
                await plc.start(first[unit])
                started.append(plc)
        except BaseException:
            await asyncio.gather(*(plc.stop() for plc in started))
            raise
        self._is_up = True

    async def stop(self) -> None:
        """Close all ports."""
        self._is_up = False
        await asyncio.gather(*(plc.stop() for plc in self._plcs.values()))
        self._plcs.clear()

    async def cycle(self) -> None:
        """Run the program once."""
        async with self._turn:
            self._teller = asyncio.current_task()
            try:
                if self._program is not None:
                    await self._program()
            finally:
                self._teller = None

    async def _before_sending(self) -> None:
        """The machines' present first, unless telling it is what makes a PLC send."""
        if self._is_up and self._teller is not asyncio.current_task():
            await self.cycle()

    def _make(self, unit: str, standard: StandardNodes | None) -> Plc:
        if self._speaks.get(unit) == "s7":
            return S7UnitServer(unit, port=self._ports[unit])
        if self._speaks.get(unit) == "ethernetip":
            return EthernetIpUnitServer(unit, port=self._ports[unit])
        if standard is None or self._speaks.get(unit) == "modbus":
            return ModbusUnitServer(unit, port=self._ports[unit])
        identity = self._identities.get(unit)
        return UnitServer(
            unit, port=self._ports[unit], standard=standard, identity=identity, program=self._before_sending
        )
