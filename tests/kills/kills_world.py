"""A virtual line that outlives every server, and the lives of the installation that collects it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
import serve_under_test
from serve_under_test import BALLAST, LINE, Life

from dovetail.core.clock import SECOND_US, SystemClock
from dovetail.demo.panel import PlantThread
from dovetail.demo.run import PATHS, documents, free_port, with_endpoints
from dovetail.ownership.control import Control
from dovetail.ownership.datafolder import SOCKET
from dovetail.sim.line import Setting
from dovetail.sim.packml import Reason
from dovetail.sim.plant import PORTS, VirtualPlant
from dovetail.sim.servers.rack import MIXED, ONLY_OPCUA
from simulated import without_first_out

SPEED = 20
WARM_US = 10 * SECOND_US  # of wall time: the buffers are filled
UP_S = 60.0  # a machine that is busy otherwise; a life on an idle one answers within a second
UNITS = tuple(PATHS)
POLLED = {unit: port for unit, port in zip(UNITS, PORTS, strict=True) if unit in MIXED}
JAMS = (Reason.JAM, Reason.MISFEED, Reason.SENSOR)

BALLAST_PLANT = f"""
equipment:
  {BALLAST}:
    level: WorkUnit
    name: Ballast
    tags: {{{", ".join(f"load{n}: {{kind: f64}}" for n in range(10))}}}
"""


def plant_code(endpoints: dict[str, str]) -> dict[str, str]:
    """The demo's plant where its PLCs listen, for machines that are SPEED times as fast, and the ballast.

    All PLCs report with the time at which each thing happened: only then is what is told true to the microsecond.
    """
    files = with_endpoints(reporting(without_first_out(documents())), endpoints)
    faster = {
        name: content.decode().replace("max_rate_upm: 400", f"max_rate_upm: {400 * SPEED}")
        for name, content in files.items()
    }
    return {**faster, "ballast.yaml": BALLAST_PLANT}


def reporting(files: dict[str, bytes]) -> dict[str, bytes]:
    """The demo's plant with its polled machines on OPC UA as well."""
    found = {name: content.decode() for name, content in files.items()}
    for unit, port in POLLED.items():
        polled = f"{{driver: modbus, options: {{host: 127.0.0.1, port: {port}}}}}"
        security = '{policy: "None", insecure: true}'
        reported = f'{{driver: opcua, options: {{endpoint: "opc.tcp://127.0.0.1:{port}/", security: {security}}}}}'
        of_class = f"class: packml-modbus\n    parameters: {{connection: plc-{unit}}}"
        named = f"class: packml-machine\n    parameters: {{connection: plc-{unit}, node: {unit.capitalize()}}}"
        assert polled in found["connections.yaml"] and of_class in found["equipment.yaml"], unit
        found["connections.yaml"] = found["connections.yaml"].replace(polled, reported)
        found["equipment.yaml"] = found["equipment.yaml"].replace(of_class, named)
    return {name: text.encode() for name, text in found.items()}


class Cradle:
    """The process that servers are forked from."""

    def __init__(self) -> None:
        command = [sys.executable, serve_under_test.__file__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._said()

    def bear(self, life: Life) -> Server:
        """Begin a life."""
        document = orjson.dumps(asdict(life), default=str).decode()
        return Server(self, int(self._ask(document)))

    def exitcode(self, pid: int) -> int | None:
        """How a life ended; None while it lasts."""
        answer = self._ask(str(pid))
        return int(answer) if answer else None

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._said()

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        """No more lives."""
        self._process.communicate(timeout=10)


@dataclass(slots=True)
class Server:
    """One process that serves."""

    cradle: Cradle
    pid: int
    ended: int | None = None

    @property
    def exitcode(self) -> int | None:
        """None while it runs; −9 when it was killed."""
        if self.ended is None:
            self.ended = self.cradle.exitcode(self.pid)
        return self.ended

    def signal(self, number: int, *, within_s: float) -> int:
        """Send a signal and wait for the end."""
        if self.exitcode is None:
            os.kill(self.pid, number)
        deadline = time.monotonic() + within_s
        while self.exitcode is None:
            assert time.monotonic() < deadline, f"process {self.pid} does not end"
            time.sleep(0.01)
        return self.exitcode


@dataclass(slots=True)
class World:
    """A running virtual line in this process, and an installation that is started and killed beside it."""

    folder: Path
    line: PlantThread
    cradle: Cradle
    chance: random.Random
    database_url: str | None = None
    port: int = field(default_factory=free_port)
    lives: list[Life] = field(default_factory=list)
    server: Server | None = None
    jammed: dict[str, int] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def plant(self) -> VirtualPlant:
        return self.line.plant

    def begin(self, kill_at: tuple[str, int] | None = None) -> Life:
        """Start a server on the data folder as it is."""
        life = Life(
            self.folder, self.port, plant_code(self.plant.endpoints), len(self.lives), kill_at, self.database_url
        )
        self.lives.append(life)
        self.server = self.cradle.bear(life)
        return life

    @property
    def running(self) -> Server:
        assert self.server is not None
        return self.server

    def kill(self) -> int:
        """SIGKILL, and nothing left of it."""
        return self.running.signal(signal.SIGKILL, within_s=10)

    def wait_for_death(self, within_s: float) -> bool:
        """Whether the server killed itself in that time."""
        running = self.running
        self.until(lambda: running.exitcode is not None, within_s=within_s, on_timeout="answer")
        died = running.exitcode == -signal.SIGKILL
        self.kill()
        return died

    def end(self) -> None:
        """Ask the server to stop, as a service manager does."""
        ended = self.running.signal(signal.SIGTERM, within_s=30)
        assert ended in (0, -signal.SIGTERM), f"the server ended with {ended}: {self.last_words()}"

    def until_ready(self) -> None:
        self.until(lambda: self.lives[-1].ready.exists(), within_s=UP_S)

    def until(self, condition: Callable[[], object], *, within_s: float, on_timeout: str = "fail") -> None:
        """Poll a process that we do not control, jamming and freeing machines meanwhile."""
        deadline = time.monotonic() + within_s
        while not condition():
            if time.monotonic() > deadline:
                assert on_timeout == "answer", f"not within {within_s} s: {self.last_words()}"
                return
            self.disturb()
            time.sleep(0.02)

    def live_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end, within_s=seconds + 10)

    def disturb(self) -> None:
        """Now and then a machine jams, and a little later somebody frees it."""
        for unit, polls in list(self.jammed.items()):
            self.jammed[unit] = polls - 1
            if polls <= 0:
                self.plant.free(unit)
                del self.jammed[unit]
        if len(self.jammed) < 2 and self.chance.random() < 0.05:
            unit = self.chance.choice(UNITS)
            if unit not in self.jammed:
                self.plant.jam(unit, self.chance.choice(JAMS))
                self.jammed[unit] = self.chance.randint(5, 40)

    def get(self, path: str, **query: object) -> Any:
        """Ask the API, over the local socket."""
        return Control(self.data / SOCKET).call("GET", path, **query)

    def ids(self) -> dict[str, int]:
        """Equipment id of each unit."""
        by_path = {item["path"]: item["id"] for item in self.get("/equipment")["items"]}
        return {unit: by_path[path] for unit, path in PATHS.items()} | {"line": by_path[LINE]}

    def states(self) -> dict[str, str]:
        return {
            unit: self.get(f"/equipment/{number}/state")["state"]
            for unit, number in self.ids().items()
            if unit != "line"
        }

    def unplug(self, unit: str) -> None:
        """Pull the cable of one PLC."""
        self._in_plant(self.plant.unplug(unit))

    def plug(self, unit: str) -> None:
        """And put it back."""
        self._in_plant(self.plant.plug(unit))

    def _in_plant(self, doing: Any) -> None:
        asyncio.run_coroutine_threadsafe(doing, self.line._loop).result(10)

    def close_books(self) -> None:
        """A life that is not killed: all PLCs heard, then switched off, so that everything is settled."""
        self.begin()
        self.until_ready()
        self.until(lambda: "NO_DATA" not in self.states().values(), within_s=UP_S)
        self.live_for(1.0)
        self.close_ports_and_end()

    def close_ports_and_end(self) -> None:
        """All PLCs are switched off and everybody knows it: the timeline is closed, every count written."""
        for unit in UNITS:
            self.unplug(unit)
        self.until(lambda: set(self.states().values()) == {"NO_DATA"}, within_s=UP_S)
        self.end()

    def last_words(self) -> str:
        log = self.lives[-1].log
        return log.read_text()[-3000:] if log.exists() else "nothing was said"


@contextmanager
def world(folder: Path, cradle: Cradle, *, seed: int, database_url: str | None = None) -> Iterator[World]:
    """A line at SPEED × that has run for a while, without a server yet."""
    clock = SystemClock()
    setting = Setting(seed=seed, speed=SPEED)
    plant = VirtualPlant(
        setting, clock=clock, ports=(0,) * len(UNITS), since_us=clock.now_us() - WARM_US, speaks=ONLY_OPCUA
    )
    line = PlantThread(plant)
    line.start()
    made = World(folder, line, cradle, random.Random(seed), database_url)
    try:
        yield made
    finally:
        if made.server is not None:
            made.kill()
        line.stop()
