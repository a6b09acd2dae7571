"""An installation without a server: the bottling demo's plant, fed with the virtual line's samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import numpy as np

from dovetail.core.batch import Batch, Frame
from dovetail.core.bus import Bus
from dovetail.core.clock import HOUR_US, MINUTE_US, from_rfc3339
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.demo import history
from dovetail.demo.run import PATHS, documents
from dovetail.house.rooms import Rooms, build_rooms
from dovetail.sim.hours import TWO_SHIFT
from dovetail.sim.line import JobBegan, JobEnded, Line, Setting
from dovetail.sim.samples import Sampler
from dovetail.sim.truth import Interval
from dovetail.testing.clock import ManualClock
from simulated import without_first_out

EVERYTHING = system_scope("test")
START_US = from_rfc3339("2026-01-05T00:00:00Z")  # a Monday
REASONS: Mapping[int, str | None] = {
    0: None,
    11: "mechanical/jam",
    12: "mechanical/misfeed",
    13: "electrical/sensor",
    21: "electrical/motor",
    22: "mechanical/valve",
    31: "setup/changeover",
    41: "organisational/no-material",
    42: "planned/cleaning",
}

type Said = tuple[int, int | None, str, str, str | None, bool]  # t0, t1, state, mode, reason, external
type Counted = tuple[int, int, str, int]  # t0, t1, kind, quantity


@dataclass(slots=True)
class Life:
    """A stretch of the virtual line: what really happened, what its PLCs said, and which orders ran."""

    line: Line
    until_us: int
    frames: list[Frame] = field(default_factory=list[Frame])
    jobs: list[JobBegan | JobEnded] = field(default_factory=list[JobBegan | JobEnded])


@dataclass(slots=True)
class Installation:
    """Rooms put together as the program does it, with the background work done by hand."""

    rooms: Rooms
    database: Database
    ids: Mapping[str, int]
    until_us: int

    def live(
        self,
        seed: int,
        *,
        window_us: int = HOUR_US,
        counter_start: int = 0,
        watched: Callable[[Line], object] = lambda _line: None,
    ) -> Life:
        """Let the line of `seed` live up to now; nothing is stored yet. `watched` sees it before it begins."""
        setting = Setting(seed=seed, hours=TWO_SHIFT, order_sizes=(4_000, 12_000))
        line = Line(setting, start_us=START_US)
        watched(line)
        tags = history.unit_tags(self.rooms.equipment.plant(), PATHS)
        sampler = Sampler(line, tags, "walk", counter_start=counter_start)
        life = Life(line, self.until_us)
        for to_us in range(START_US + window_us, life.until_us + 1, window_us):
            frames, jobs = sampler.frames(to_us)
            life.frames += frames
            life.jobs += jobs
        return life

    def record_jobs(self, jobs: Sequence[JobBegan | JobEnded]) -> None:
        """Start and end the orders as operations."""
        keeper = history.JobKeeper(self.rooms.production, self.database, ids=lambda: self.ids)
        for event in jobs:
            keeper.record(event)
        self.work()  # as in a demo: each start and end is settled while there is little to settle

    def store(self, frames: Sequence[Frame], *, at_once: int = 50) -> None:
        """Put the frames in this order and derive after every `at_once` of them, to the end."""
        for first in range(0, len(frames), at_once):
            self.rooms.historian.put(frames[first : first + at_once])
            self.work()

    def work(self) -> None:
        """Do what the background roles do, until nothing is left to do."""
        while self.rooms.production.step(500) + self.rooms.states.step(500):
            pass
        while self.rooms.performance.step():
            pass

    def states(self, unit: str, until_us: int) -> list[Said]:
        """The state records of a unit from the start on, cut at `until_us`."""
        with self.database.read() as reading:
            found = self.rooms.states.records(reading, self.ids[unit], START_US, until_us, scope=EVERYTHING)
        return [
            (max(r.t0_us, START_US), min(r.t1_us or until_us, until_us), r.state, r.mode, r.reason, r.external)
            for r in found
        ]

    def counted(self, unit: str, until_us: int) -> list[Counted]:
        """The count records of a unit, by time."""
        with self.database.read() as reading:
            found = self.rooms.states.counts(reading, self.ids[unit], START_US, until_us, scope=EVERYTHING)
        return sorted((r.t0_us, r.t1_us, r.kind, r.quantity) for r in found)

    def slices(self, unit: str, until_us: int) -> list[object]:
        """The slices of a unit without the names that another installation gives its jobs."""
        found = self.rooms.performance.slices(self.ids[unit], START_US, until_us, scope=EVERYTHING)
        return [
            replace(one, shares=tuple(replace(share, job_response_id=None) for share in one.shares)) for one in found
        ]


def with_own_mode(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The plant code with the virtual machines' own mode 4 named; a no-op where it names it already."""
    bare, named = b"packml: {state: state, mode: mode}", b"packml: {state: state, mode: mode, modes: {4: Setup}}"
    return {name: content.replace(bare, named) for name, content in files.items()}


@contextmanager
def installation(folder: Path, *, hours: int, files: Mapping[str, bytes] | None = None) -> Iterator[Installation]:
    """An empty installation in `folder`, `hours` after the start of the line's life; its plant (`files`) is the demo's,
    of which each state has the reason that the simulator's truth has."""
    until_us = START_US + hours * HOUR_US
    clock, bus = ManualClock(until_us), Bus()
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(f"sqlite:///{folder / 'records.db'}", clock=clock, bus=bus)
    database.create_for_tests()
    rooms = build_rooms(folder, database, clock=clock, bus=bus)
    rooms.equipment.apply(
        with_own_mode(without_first_out(documents()) if files is None else files),
        scope=EVERYTHING,
        valid_from_us=START_US - MINUTE_US,
    )
    plant = rooms.equipment.plant()
    try:
        ids = {unit: plant.by_path(path).id for unit, path in PATHS.items()}
        yield Installation(rooms, database, ids, until_us)
    finally:
        rooms.historian.close()
        database.close()


def really(life: Life, unit: str) -> list[Said]:
    """The truth's intervals in the words of state records; those that say the same follow each other as one."""
    said: list[Said] = []
    for interval in life.line.truth[unit].intervals(START_US, life.until_us):
        t0_us, t1_us, *facts = _said(interval)
        if said and list(said[-1][2:]) == facts:
            t0_us = said.pop()[0]
        said.append((t0_us, t1_us, *facts))  # type: ignore[arg-type]
    return said


def _said(interval: Interval) -> Said:
    status, external = interval.status, interval.external
    reason = f"external/{external}" if external else REASONS[status.reason]
    return (interval.t0_us, interval.t1_us, status.state.title, status.mode.title, reason, external is not None)


def shuffled(frames: Sequence[Frame], random: Random) -> list[Frame]:
    """The frames in any order, and the samples of each in any order."""
    mixed = [replace(frame, batches=tuple(_shuffled(batch, random) for batch in frame.batches)) for frame in frames]
    random.shuffle(mixed)
    return mixed


def _shuffled(batch: Batch, random: Random) -> Batch:
    order = list(range(len(batch)))
    random.shuffle(order)
    return batch.take(np.array(order, dtype=np.intp))


def doubled(frames: Sequence[Frame]) -> list[Frame]:
    """Every frame twice, and all of it a third time under other numbers."""
    again = [replace(frame, epoch=frame.epoch + 1) for frame in frames]
    return [*(frame for frame in frames for _ in range(2)), *again]


def late(frames: Sequence[Frame], random: Random) -> list[Frame]:
    """A third of the frames only after all the others, when everything seemed settled."""
    behind = [frame for frame in frames if random.random() < 1 / 3]
    held = {frame.seq for frame in behind}
    return [*(frame for frame in frames if frame.seq not in held), *behind]
