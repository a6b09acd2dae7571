"""One life of an installation, to be ended by SIGKILL: the real server, which writes down what it has promised to keep.

Run as a program, this file is where lives come from: it has imported everything and forks a process for each, so that
a life begins in a moment. What `Historian.put` accepted and what an operation answered goes to the journal by one
unbuffered write after the call has returned, so that whatever stands there was promised to somebody.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

import dovetail.drivers.opcua.client  # a life is short: what every life imports, the process it is forked from has
from dovetail.app.bootstrap import House, open_house
from dovetail.app.server import configure_logging, serve_house
from dovetail.core import faults, limits
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import DAY_US, MINUTE_US
from dovetail.core.quality import GOOD
from dovetail.core.scope import system_scope
from dovetail.operations.operation import Input, Operation, execute
from dovetail.ownership.settings import Settings
from dovetail.production import tagjobs
from dovetail.production.operations import CancelJob, EndJob, JobRun, StartJob

assert dovetail.drivers.opcua.client

SCOPE = system_scope("kills")
LINE = "acme/brno/pack/line1"
BALLAST = "acme/brno/pack/ballast"
BALLAST_ROWS = 50
YESTERDAY_EVERY = 25  # frames of ballast: what came late for a day that is over is summed up anew in each life
YESTERDAY_ROWS = 1_500  # so many of a signal that its hours are worth summing up
SEAL_EVERY_S = 0.3  # a life lasts seconds: sealing must happen in it
FAULT = 70
POSITION_EVERY = 20  # so that rows are released in it, too


@dataclass(frozen=True, slots=True)
class Life:
    """Where an installation lives, which plant it gets when it has none, and where (point, n-th passing) it dies."""

    folder: Path
    port: int
    plant: dict[str, str]
    number: int
    kill_at: tuple[str, int] | None = None
    database_url: str | None = None

    @property
    def settings(self) -> Settings:
        """How the installation is opened."""
        return Settings(data=self.data, port=self.port, database_url=self.database_url)

    @property
    def data(self) -> Path:
        """The installation's data folder."""
        return self.folder / "data"

    @property
    def journal(self) -> Path:
        """What was promised, in all lives; one JSON document per line."""
        return self.folder / "journal.jsonl"

    @property
    def log(self) -> Path:
        """What this life said on standard error."""
        return self.folder / f"life-{self.number}.log"

    @property
    def ready(self) -> Path:
        """Exists when the installation answers."""
        return self.folder / f"life-{self.number}.ready"


@dataclass(slots=True)
class Journal:
    """Appends documents, each by a single write: a SIGKILL right after it cannot take it back."""

    life: int
    file: int
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, document: dict[str, object]) -> None:
        line = orjson.dumps({"life": self.life, "at_us": time.time_ns() // 1000, **document}) + b"\n"
        with self.lock:
            os.write(self.file, line)

    def frames(self, frames: Sequence[Frame]) -> None:
        for frame in frames:
            rows = [[*row[:3], row[3]] for batch in frame.batches for row in batch.rows()]
            key = [frame.source, frame.lane.value, frame.epoch, frame.seq]
            marks = [[tag, mark] for tag, mark in frame.good_through.items()]
            self.write({"frame": key, "rows": rows, "marks": marks})


def die_at(name: str, nth: int) -> Callable[[str], None]:
    """A fault hook that kills this process at the n-th passing of a point."""
    lock = threading.Lock()
    left = nth

    def on_point(point: str) -> None:
        nonlocal left
        if point != name:
            return
        with lock:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return on_point


def live(life: Life) -> None:
    """Serve until a signal ends it."""
    configure_logging()
    limits.SEAL_EVERY_S = SEAL_EVERY_S  # type: ignore[misc]
    tagjobs.JOB_POSITION_EVERY = POSITION_EVERY  # type: ignore[misc,attr-defined]
    journal = Journal(life.number, os.open(life.journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    if life.kill_at is not None:
        faults.on_point = die_at(*life.kill_at)
    with open_house(life.settings) as house:
        promise(house, journal)
        load = Load(house, journal, life)
        try:
            serve_house(house, on_ready=load.begin)
        finally:
            load.end()


def promise(house: House, journal: Journal) -> None:
    """Write down every frame that the historian says it has kept."""
    keep = house.rooms.historian.put

    def put(frames: Sequence[Frame]) -> None:
        keep(frames)
        journal.frames(frames)

    house.rooms.historian.put = put  # type: ignore[method-assign]


def loudly(work: Callable[[], None]) -> None:
    """Load that ends by a fault ends the life with it: the test must not go on without."""
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(FAULT)


class Load:
    """What goes on while the installation serves."""

    def __init__(self, house: House, journal: Journal, life: Life) -> None:
        self.house, self.journal, self.life = house, journal, life
        self.over = threading.Event()
        self.threads = [threading.Thread(target=loudly, args=(work,)) for work in (self.carry_ballast, self.run_jobs)]

    def begin(self, _address: str) -> None:
        """The installation answers: give it its plant if it has none, and work to do."""
        equipment = self.house.rooms.equipment
        if not equipment.plant().equipment:
            files = {name: content.encode() for name, content in self.life.plant.items()}
            equipment.apply(files, scope=SCOPE)
        for thread in self.threads:
            thread.start()
        self.life.ready.touch()

    def end(self) -> None:
        """Before the stores are closed."""
        self.over.set()
        for thread in self.threads:
            if thread.ident is not None:
                thread.join()

    def carry_ballast(self) -> None:
        """Signals that mean nothing to the plant and much to the disk: a few thousand samples a second."""
        historian, plant = self.house.rooms.historian, self.house.rooms.equipment.plant()
        named = plant.tags_of(plant.by_path(BALLAST).id).items()
        tags = sorted(tag.id for name, tag in named if name.startswith("load"))
        epoch, past = historian.resume("ballast", []).epoch, historian.resume("yesterday", []).epoch
        seq = 0
        while not self.over.wait(0.02):
            seq += 1
            now_us = self.house.clock.now_us()
            if seq % YESTERDAY_EVERY == 1:
                self.bring_yesterday(tags[0], past, seq // YESTERDAY_EVERY)
            rows = [(tag, now_us - n, float(seq + n), GOOD) for tag in tags for n in range(BALLAST_ROWS // len(tags))]
            historian.put([Frame("ballast", Lane.BACKLOG, epoch, seq, (Batch.of(Kind.F64, rows),))])

    def bring_yesterday(self, tag: int, epoch: int, seq: int) -> None:
        """A day that is over, all of it at first and then a sample more; the roller looks again, not in an hour."""
        historian, now_us = self.house.rooms.historian, self.house.clock.now_us()
        midnight_us = now_us // DAY_US * DAY_US - DAY_US
        count = 1 if seq else YESTERDAY_ROWS
        shift_us = now_us % MINUTE_US  # a life has moments of its own
        rows = [
            (tag, midnight_us + shift_us + n * DAY_US // YESTERDAY_ROWS, float(seq + n), GOOD) for n in range(count)
        ]
        historian.put([Frame("yesterday", Lane.BACKLOG, epoch, seq, (Batch.of(Kind.F64, rows),))])
        historian._roller._until_us = None

    def run_jobs(self) -> None:
        """People start and end jobs, and find that one never was, which moves what is long settled."""
        chance, jobs = random.Random(self.life.number), self.house.rooms.production.jobs
        running, past = self._jobs()
        while not self.over.wait(chance.uniform(0.05, 0.4)):
            unit = chance.choice(list(running))
            job_id = running[unit]
            if len(past) > 2 and chance.random() < 0.25:
                self._promise(jobs.cancel, CancelJob(job_response_id=past.pop(chance.randrange(len(past)))))
            elif job_id is None:
                product = chance.choice(["cola-05", "lemonade-10"])
                running[unit] = self._promise(jobs.start, StartJob(equipment_id=unit, product=product)).id
            else:
                self._promise(jobs.end, EndJob(job_response_id=job_id))
                past.append(job_id)
                running[unit] = None

    def _promise(self, operation: Operation[Any, JobRun], given: Input) -> JobRun:
        """Do it, and write down that it was answered."""
        done = execute(operation, given, database=self.house.database, scope=SCOPE)
        self.journal.write({"audit": done.audit_id, "known": done.known})
        return done.output

    def _jobs(self) -> tuple[dict[int, str | None], list[str]]:
        """The job that runs on each unit of the line, and those that have ended: earlier lives may have left some."""
        plant = self.house.rooms.equipment.plant()
        line = plant.by_path(LINE)
        with self.house.database.read() as reading:
            now_us = self.house.clock.now_us()
            found = self.house.rooms.production.responses(reading, line.id, 0, now_us, scope=SCOPE)
        running = {job.equipment_id: job.id for job in found if job.t1_us is None}
        units = [plant.by_path(f"{LINE}/{name}").id for name in line.flow]
        return {unit: running.get(unit) for unit in units}, [job.id for job in found if job.t1_us is not None]


def bear(life: Life) -> int:
    """Fork a process that lives this life; its pid."""
    pid = os.fork()
    if pid:
        return pid
    log = os.open(life.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for standard in (1, 2):
        os.dup2(log, standard)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    code = 1
    try:
        live(life)
        code = 0
    except SystemExit as asked:
        code = int(asked.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def cradle() -> None:
    """Read a line, answer a line: JSON begins a life (its pid), a pid asks for its end (status, or nothing)."""
    print("ready", flush=True)
    for line in sys.stdin:
        asked = orjson.loads(line)
        if isinstance(asked, dict):
            kill_at = tuple(asked["kill_at"]) if asked["kill_at"] else None
            print(bear(Life(**{**asked, "folder": Path(asked["folder"]), "kill_at": kill_at})), flush=True)
        else:
            pid, status = os.waitpid(asked, os.WNOHANG)
            print(os.waitstatus_to_exitcode(status) if pid else "", flush=True)


if __name__ == "__main__":
    cradle()
