"""`make demo`: a virtual bottling line on real protocols, an installation that collects it, and a past of a fortnight.

Live values come first; the past is imported below them. The folder remembers which life of the line it holds, so an
interrupted import goes on, and a demo started again begins a new day of the line without repeating the old ones.
"""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import sys
import threading
import webbrowser
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlparse

from dovetail.app.bootstrap import House, open_house
from dovetail.app.server import configure_logging, keep_reserve, serve_house
from dovetail.core import limits
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.core.errors import ConfigError, DovetailError
from dovetail.demo import history, panel
from dovetail.operations.operation import execute
from dovetail.ownership.settings import from_environment
from dovetail.security.service import SetUp
from dovetail.sim.hours import TWO_SHIFT
from dovetail.sim.line import BOTTLING, Setting
from dovetail.sim.plant import PORTS, VirtualPlant

log = logging.getLogger("dovetail.demo")

LINE: Final = "acme/brno/pack/line1"
PATHS: Final = {make.name: f"{LINE}/{make.name}" for make in BOTTLING}
LOGIN: Final = "demo"
WORLD_FILE: Final = "demo.json"
WARM_US: Final = 2 * HOUR_US  # a line that begins anew has already run for so long, so that its buffers are filled
JOBS_S: Final = 60.0  # the past orders take a few seconds; later ones are recorded all the same
MEND_AFTER_S: Final = 6.0  # not before the import has ended: until then the two lives must be the same
OVERLAP_US: Final = 5_000_000  # the import reaches into the first live seconds: nothing may be missing between the two


@dataclass(frozen=True, slots=True)
class World:
    """One life of the virtual line. `imported` says that its past is in the historian, up to `until_us`."""

    seed: int
    since_us: int
    live_us: int
    until_us: int | None = None
    imported: bool = False

    @property
    def setting(self) -> Setting:
        """From `live_us` on the line is always manned: a visitor may come at night."""
        return Setting(seed=self.seed, hours=TWO_SHIFT, always_from_us=self.live_us)


def load_world(data: Path) -> World | None:
    """The life that the data folder holds; None when it holds none."""
    file = data / WORLD_FILE
    return World(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


def save_world(data: Path, world: World) -> None:
    """Remember it, all or nothing."""
    new = data / f"{WORLD_FILE}.new"
    new.write_text(json.dumps(asdict(world)), encoding="utf-8")
    new.replace(data / WORLD_FILE)


def documents() -> dict[str, bytes]:
    """The plant code of the bottling demo. Raises ConfigError where it is not installed."""
    places = (Path(__file__).parent / "_bottling", Path(__file__).parents[3] / "plants" / "bottling")
    for place in places:
        if place.is_dir():
            return {file.name: file.read_bytes() for file in sorted(place.glob("*.yaml"))}
    raise ConfigError("the demo's plant code is missing", code="demo-plant", hint=f"expected at {places[0]}")


def with_endpoints(files: dict[str, bytes], endpoints: dict[str, str]) -> dict[str, bytes]:
    """The plant code with the ports on which the PLCs really listen."""
    ports = {
        b"%d" % port: b"%d" % (urlparse(endpoints[unit]).port or 0) for unit, port in zip(PATHS, PORTS, strict=True)
    }
    usual = re.compile(rb"\b(" + b"|".join(ports) + rb")\b")
    return {name: usual.sub(lambda found: ports[found[1]], content) for name, content in files.items()}


class Demo:
    """The virtual plant, its past and its visitor, around one installation."""

    def __init__(self, house: House, *, seed: int, days: int) -> None:
        self.house = house
        self._begun_us = now_us = house.clock.now_us()
        known = load_world(house.settings.data)
        self._fresh = known is None
        since_us = now_us - max(days * DAY_US, WARM_US)
        self.world = known or World(seed, since_us, now_us, imported=days == 0)
        # a line that was stopped begins a new life; only its first one has a past that is imported
        another = seed + now_us // HOUR_US
        self._life = self.world if self._fresh else World(another, now_us - WARM_US, now_us - WARM_US)
        save_world(house.settings.data, self.world)
        self._ids: dict[str, int] = {}
        self._keeper = history.JobKeeper(house.rooms.production, house.database, ids=lambda: self._ids)
        self._stop = threading.Event()
        self._importer: threading.Thread | None = None
        self._mender = threading.Timer(MEND_AFTER_S, self._mend)
        self._mender.daemon = True
        self.thread = self._plant_thread(PORTS)

    @property
    def plant(self) -> VirtualPlant:
        """The virtual plant."""
        return self.thread.plant

    def begin(self) -> None:
        """Start the virtual plant, give the installation its plant code, record the past orders, declare the panel.

        All before the installation answers and collects: a past order cannot be recorded once a later one runs, and
        each one moves all that is known after it, which is nothing yet.
        """
        try:
            self.thread.start()
        except OSError:
            log.info("a port of %s is taken: the virtual PLCs take free ones", ", ".join(map(str, PORTS)))
            self.thread.stop()
            self.thread = self._plant_thread((0,) * len(PORTS))
            self.thread.start()
        self._apply_plant()
        self._begin_jobs()
        shown = panel.SimPanel(self.thread, self.house.rooms.equipment, paths=PATHS)
        self.house.is_demo = True
        self.house.extra_routes.append(lambda api: panel.routes(api, shown))

    def ready(self, address: str) -> str:
        """The installation answers: let it collect, and begin to import; answers the visitor's way in."""
        self._importer = threading.Thread(target=self._import, name="dovetail-demo-import", daemon=True)
        self._importer.start()
        self._mender.start()
        return self._visitor(address)

    def _mend(self) -> None:
        """A visitor should find a line that runs: what had broken down when they came is repaired."""
        for unit in self.plant.units():
            if unit.state in ("Held", "Aborted") and not unit.jammed:
                self.plant.free(unit.name)

    def end(self) -> None:
        """Stop the import, the line and the recording of its orders."""
        self._stop.set()
        self._mender.cancel()
        if self._importer is not None:
            self._importer.join()
        self.thread.stop()
        self._keeper.finish()

    def _plant_thread(self, ports: tuple[int, ...]) -> panel.PlantThread:
        plant = VirtualPlant(
            self._life.setting,
            clock=self.house.clock,
            ports=ports,
            since_us=self._life.since_us,
            on_job=self._keeper.tell,
        )
        return panel.PlantThread(plant)

    def _apply_plant(self) -> None:
        files = with_endpoints(documents(), self.plant.endpoints)
        equipment = self.house.rooms.equipment
        since_us = None if equipment.plant().equipment else self.world.since_us
        equipment.apply(files, scope=history.DEMO, valid_from_us=since_us)
        self._ids = {unit: equipment.plant().by_path(path).id for unit, path in PATHS.items()}

    def _visitor(self, address: str) -> str:
        security = self.house.security
        if security.needs_set_up():
            given = SetUp(token=security.new_set_up_token(), login=LOGIN, name="Demo visitor")
            execute(security.set_up, given, database=self.house.database, scope=history.DEMO)
        return f"{address}/sign-in#once={security.new_sign_in_token(LOGIN)}"

    def _import(self) -> None:
        if self.world.imported:
            return
        past, work = self._past(), self.house.work
        job = work.begin("Virtual line: history", total=past.hours, unit="h")
        try:
            done = self._import_samples(past, job)
            work.end(job, state="done" if done else "failed", detail="" if done else "it goes on with the next start")
        except DovetailError as error:
            log.exception("the history could not be imported")
            work.end(job, state="failed", detail=error.message)

    def _past(self) -> history.Past:
        ends_us = self.house.clock.now_us() + OVERLAP_US if self._fresh else self.world.live_us
        until_us = self.world.until_us or ends_us
        if self.world.until_us is None:
            self.world = replace(self.world, until_us=until_us)
            save_world(self.house.settings.data, self.world)
        return history.Past(self.world.setting, self.world.since_us, until_us)

    def _begin_jobs(self) -> None:
        """Of a first life every order that ever ran; of a later one what runs now."""
        runs = [run for run in self.plant.past_jobs if self._fresh or run.t1_us is None]
        earliest_us = self._life.since_us if self._fresh else self._begun_us
        clipped = [replace(run, t0_us=max(run.t0_us, earliest_us)) for run in runs]
        self._keeper.start(clipped, begun_us=self._begun_us)
        self._keeper.caught_up.wait(JOBS_S)
        while self.house.rooms.performance.step():
            pass

    def _import_samples(self, past: history.Past, job: str) -> bool:
        """Put the past's samples, wait until the ledger has settled them, and say how far it is all the while."""
        rooms = self.house.rooms
        days = history.days_of(past, history.unit_tags(rooms.equipment.plant(), PATHS), stop=self._stop)
        settling = history.Settling(self.house.bus)
        try:
            done = bool(days) and history.import_samples(
                past,
                days,
                rooms.historian,
                settling=settling,
                progress=lambda hours: self.house.work.step(job, hours),
                stop=self._stop,
            )
        finally:
            settling.close()
        if done:
            self.world = replace(self.world, imported=True)
            save_world(self.house.settings.data, self.world)
        return done


def run_demo(*, data: Path, port: int, seed: int, days: int, open_browser: bool) -> None:
    """`dovetail demo`: until interrupted. Raises ConfigError, LockedError."""
    configure_logging()
    settings = from_environment(data=data, port=port or free_port())
    settings.check()
    with open_house(settings, patience_s=limits.FOLDER_PATIENCE_S) as house:
        keep_reserve(house)
        demo = Demo(house, seed=seed, days=days)
        demo.begin()

        def ready(address: str) -> None:
            link = demo.ready(address)
            print(f"Dovetail shows a virtual bottling line. Sign in once, within 15 minutes:\n\n  {link}\n", flush=True)
            if open_browser and has_browser():
                webbrowser.open(link)

        try:
            serve_house(house, on_ready=ready)
        finally:
            demo.end()


def has_browser() -> bool:
    """Whether a window can be opened here at all; a text browser in the terminal would hide the server."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
