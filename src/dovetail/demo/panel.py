"""The virtual plant beside an installation: in its own event loop, with a panel that jams machines and pulls cables."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import Final, Literal

from pydantic import BaseModel

from dovetail.core.errors import ConfigError, NotFoundError
from dovetail.core.scope import Scope
from dovetail.equipment.service import EquipmentRoom
from dovetail.operations.http import Api
from dovetail.operations.operation import Call, Input, Nothing, Operation, Undo
from dovetail.sim.packml import Reason
from dovetail.sim.plant import UnitNow, VirtualPlant

START_S: Final = 120.0  # a fortnight is simulated in a few seconds; a machine slower than this cannot show the demo
STOP_S: Final = 10.0

type CauseName = Literal["jam", "misfeed", "sensor", "motor", "valve", "no-material", "cleaning"]
CAUSES: Final[Mapping[str, Reason]] = {
    "jam": Reason.JAM,
    "misfeed": Reason.MISFEED,
    "sensor": Reason.SENSOR,
    "motor": Reason.MOTOR,
    "valve": Reason.VALVE,
    "no-material": Reason.NO_MATERIAL,
    "cleaning": Reason.CLEANING,
}
_WORDS: Final = {**{int(reason): word for word, reason in CAUSES.items()}, int(Reason.CHANGEOVER): "changeover"}


class PlantThread:
    """Runs a virtual plant in a thread, so that a busy server does not slow the machines down."""

    def __init__(self, plant: VirtualPlant) -> None:
        self.plant = plant
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="dovetail-virtual-plant", daemon=True)

    def start(self) -> None:
        """Start the plant and return when its PLCs listen. Raises OSError when a port is taken."""
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self.plant.start(), self._loop).result(START_S)
        except TimeoutError as error:
            raise ConfigError("the virtual plant did not start", code="sim-start") from error

    def stop(self) -> None:
        """Stop the plant and its thread."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(STOP_S)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(STOP_S)
        self._loop.close()

    def cable(self, unit: str, what: Literal["pull", "plug"]) -> None:
        """Pull the network cable of a unit's PLC, or put it back; return when it is done. Raises NotFoundError."""
        doing = self.plant.unplug(unit) if what == "pull" else self.plant.plug(unit)
        asyncio.run_coroutine_threadsafe(doing, self._loop).result(STOP_S)

    async def _stop(self) -> None:
        """The plant, and what its servers still hold of clients that went away without a word."""
        await self.plant.stop()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


class SimUnit(BaseModel):
    """One virtual machine; `cause` says why it stands. Buffers in pieces; null where the line begins or ends.

    `unplugged`: the network cable of its PLC is pulled.
    """

    path: str
    name: str
    state: str
    jammed: bool
    cause: str | None
    buffer_before: int | None
    buffer_after: int | None
    speed_upm: float
    unplugged: bool


class Sim(BaseModel):
    """The virtual line along its flow, and its time-lapse factor."""

    units: list[SimUnit]
    speed: float


class Jam(Input):
    """Stop a virtual machine until it is freed; `unit` is its path or its name on the line."""

    unit: str
    cause: CauseName = "jam"


class Free(Input):
    """Mend what stops a virtual machine."""

    unit: str


class Unplug(Input):
    """Pull the network cable of a virtual machine's PLC until it is plugged in again."""

    unit: str


class Plug(Input):
    """Put the cable back."""

    unit: str


class SimPanel:
    """The operations of the virtual-plant panel. `paths`: unit → equipment path."""

    def __init__(self, thread: PlantThread, equipment: EquipmentRoom, *, paths: Mapping[str, str]) -> None:
        self._thread, self._plant = thread, thread.plant
        self._unplugged: set[str] = set()
        self._equipment = equipment
        self._paths = paths
        self.jam = self._operation(
            "sim.jam: Jam a machine of the virtual plant",
            Jam,
            self._jam,
            lambda unit: Undo("sim.free", Free(unit=unit)),
        )
        self.free = self._operation("sim.free: Free a machine of the virtual plant", Free, self._free)
        self.unplug = self._operation(
            "sim.unplug: Pull the network cable of a virtual PLC",
            Unplug,
            self._unplug,
            lambda unit: Undo("sim.plug", Plug(unit=unit)),
        )
        self.plug = self._operation("sim.plug: Put the cable back", Plug, self._plug)

    def _operation[Given: Jam | Free | Unplug | Plug](
        self,
        said: str,
        given: type[Given],
        handler: Callable[[Call, Given], Nothing],
        undo: Callable[[str], Undo] | None = None,
    ) -> Operation[Given, Nothing]:
        """An operation on one machine; `said`: its name and what it does."""
        name, _, summary = said.partition(": ")
        return Operation(
            name=name,
            summary=summary,
            permission="sim.operate",
            input=given,
            output=Nothing,
            handler=handler,
            node=lambda _uow, asked: self._id(self._unit(asked.unit)),
            undo=None if undo is None else lambda asked, _out: undo(asked.unit),
        )

    def view(self, scope: Scope) -> Sim:
        """The units that the scope sees."""
        units = [unit for unit in self._plant.units() if scope.sees("sim.operate", self._id(unit.name))]
        return Sim(units=[self._shown(unit) for unit in units], speed=self._plant.setting.speed)

    def _shown(self, unit: UnitNow) -> SimUnit:
        path = self._paths[unit.name]
        return SimUnit(
            path=path,
            name=self._equipment.plant().by_path(path).name,
            state=unit.state,
            jammed=unit.jammed,
            cause=_WORDS.get(unit.cause),
            buffer_before=unit.buffer_before,
            buffer_after=unit.buffer_after,
            speed_upm=unit.speed_upm,
            unplugged=unit.name in self._unplugged,
        )

    def _unit(self, given: str) -> str:
        found = [unit for unit, path in self._paths.items() if given in (unit, path)]
        if not found:
            raise NotFoundError(f"the virtual line has no unit {given!r}", hint=", ".join(self._paths))
        return found[0]

    def _id(self, unit: str) -> int:
        return self._equipment.plant().by_path(self._paths[unit]).id

    def _jam(self, _call: Call, given: Jam) -> Nothing:
        self._plant.jam(self._unit(given.unit), CAUSES[given.cause])
        return Nothing()

    def _free(self, _call: Call, given: Free) -> Nothing:
        self._plant.free(self._unit(given.unit))
        return Nothing()

    def _unplug(self, _call: Call, given: Unplug) -> Nothing:
        unit = self._unit(given.unit)
        self._thread.cable(unit, "pull")
        self._unplugged.add(unit)
        return Nothing()

    def _plug(self, _call: Call, given: Plug) -> Nothing:
        unit = self._unit(given.unit)
        self._thread.cable(unit, "plug")
        self._unplugged.discard(unit)
        return Nothing()


def routes(api: Api, panel: SimPanel) -> None:
    """Declare the routes of the virtual-plant panel; only a demo has them."""

    @api.query("GET", "/sim", permission="sim.operate", summary="The virtual plant")
    def get_sim(scope: Scope) -> Sim:
        return panel.view(scope)

    api.change("POST", "/sim/jam", panel.jam)
    api.change("POST", "/sim/free", panel.free)
    api.change("POST", "/sim/unplug", panel.unplug)
    api.change("POST", "/sim/plug", panel.plug)
