"""Bring a virtual line's past into the installation: its samples as an import, its orders as jobs that ran.

The line is simulated a second time from the same seed, hour by hour; what the live plant continues is then what the
imported history ends with. Repeating an import changes nothing: the frames carry the same numbers.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dovetail.core.batch import Frame, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import HOUR_US, MINUTE_US, to_rfc3339
from dovetail.core.errors import RefusedError
from dovetail.core.scope import Scope, system_scope
from dovetail.core.sink import Sink
from dovetail.db.uow import Database
from dovetail.equipment.model import PlantModel
from dovetail.events.performance import LedgerSettled
from dovetail.operations.operation import execute
from dovetail.production.operations import EndJob, StartJob
from dovetail.production.service import ProductionRoom
from dovetail.sim.line import JobBegan, JobEnded, Line, Setting
from dovetail.sim.samples import Sampler, UnitTags
from dovetail.sim.truth import JobRun

log = logging.getLogger("dovetail.demo")

SOURCE: Final = "demo-history"
DEMO: Final[Scope] = system_scope("demo")
PAUSE_S: Final = 0.05  # between two imported hours: live samples must not wait behind a fortnight
QUIET_S: Final = 30.0  # a ledger that stands still for so long has nothing more to settle
JOBS_WAITING_MAX: Final = 10_000  # orders of years


def unit_tags(plant: PlantModel, paths: Mapping[str, str]) -> dict[str, UnitTags]:
    """The tags of each virtual unit, by the names that the bottling demo's plant code gives them.

    `paths`: unit → equipment path. Raises NotFoundError for a path that the plant does not have.
    """
    found: dict[str, UnitTags] = {}
    for unit, path in paths.items():
        tags = plant.tags_of(plant.by_path(path).id)
        state = tags["state"]
        found[unit] = UnitTags(
            state=state.id,
            mode=tags["mode"].id,
            reason=tags["stop_reason"].id,
            starved=tags["starved"].id,
            blocked=tags["blocked"].id,
            speed=tags["speed"].id,
            processed=tags["processed"].id,
            defective=tags["defective"].id,
            link=plant.connections[state.connection or ""].good_through_tag,
        )
    return found


@dataclass(frozen=True, slots=True)
class Past:
    """A stretch of the virtual line's life: what to simulate, and from when to when."""

    setting: Setting
    since_us: int
    until_us: int

    @property
    def hours(self) -> int:
        """Windows of an hour to import, the last one cut short."""
        return -(-(self.until_us - self.since_us) // HOUR_US)


def import_samples(
    past: Past,
    tags: Mapping[str, UnitTags],
    sink: Sink,
    *,
    stop: threading.Event,
    pause_s: float = PAUSE_S,
) -> bool:
    """Put the past's samples into `sink`, the newest hour first; answers whether it came to the end.

    Newest first, because that is what people look at, and because each hour then ends where known samples begin:
    forwards, the last state of each hour would be held up to now until the next hour came. Raises LinkError when the
    sink cannot keep them; what was put stays, and a repeat changes nothing.
    """
    sampler = Sampler(Line(past.setting, start_us=past.since_us), tags, SOURCE, lane=Lane.IMPORT)
    hours: list[list[Frame]] = []
    for hour in range(1, past.hours + 1):
        frames, _ = sampler.frames(min(past.since_us + hour * HOUR_US, past.until_us))
        hours.append(frames)
        if stop.is_set():
            return False
    while hours:
        sink.put(hours.pop())
        if stop.wait(pause_s):
            return False
    return True


class Settling:
    """How far back the ledger has come through a past that is being imported, told in hours to `progress`."""

    def __init__(self, past: Past, bus: Bus, *, progress: Callable[[int], None]) -> None:
        self._past = past
        self._progress = progress
        self._moved = threading.Event()
        self._from_us = past.until_us
        self._unsubscribe = bus.subscribe(LedgerSettled, self._settled)

    def _settled(self, event: LedgerSettled) -> None:
        if event.from_us < self._from_us:
            self._from_us = max(event.from_us, self._past.since_us)
            self._moved.set()
            self._progress((self._past.until_us - self._from_us) // HOUR_US)

    def wait(self, *, stop: threading.Event) -> None:
        """Until the ledger has reached the first hour of the past, or has not moved for QUIET_S."""
        while self._from_us > self._past.since_us + HOUR_US and not stop.is_set():
            self._moved.clear()
            if not self._moved.wait(QUIET_S):
                break
        self._unsubscribe()


class JobKeeper:
    """Records the virtual line's orders as jobs, one thread, in the order in which they happened.

    `tell` may be called from any thread, before `start` too, and never blocks; `finish` ends the thread after what
    waits. `ids` gives the equipment of each unit; it is asked only by the thread.
    """

    def __init__(self, production: ProductionRoom, database: Database, *, ids: Callable[[], Mapping[str, int]]) -> None:
        self._production = production
        self._database = database
        self._ids = ids
        self._running: dict[str, str] = {}  # unit → job response
        self._queue: queue.Queue[JobBegan | JobEnded | None] = queue.Queue(JOBS_WAITING_MAX)
        self._thread: threading.Thread | None = None
        self.caught_up = threading.Event()  # set when the runs that `start` was given are recorded

    def start(self, runs: Iterable[JobRun], *, begun_us: int) -> None:
        """Begin with `runs`, each as it was; jobs that an earlier demo left running are ended at `begun_us`."""
        began = [JobBegan(run.t0_us, run) for run in runs]
        ended = [JobEnded(event.job.t1_us, event.job) for event in began if event.job.t1_us is not None]
        first = sorted([*ended, *began], key=lambda event: event.t_us)  # an end before a start at the same moment
        self._thread = threading.Thread(
            target=self._work, args=(first, begun_us), name="dovetail-demo-jobs", daemon=True
        )
        self._thread.start()

    def tell(self, event: JobBegan | JobEnded) -> None:
        """An order began or ended just now."""
        try:
            self._queue.put_nowait(event)
        except queue.Full:
            log.error("an order of the virtual line is not recorded: too many wait")

    def finish(self) -> None:
        """End after what waits."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()

    def _work(self, first: Sequence[JobBegan | JobEnded], begun_us: int) -> None:
        self._end_what_was_left(begun_us)
        for event in first:
            self._record_or_say(event)
        self.caught_up.set()
        for event in iter(self._queue.get, None):
            self._record_or_say(event)

    def _record_or_say(self, event: JobBegan | JobEnded) -> None:
        try:
            self.record(event)
        except RefusedError as error:
            log.warning("the order %s on %s was not recorded: %s", event.job.job_order, event.job.unit, error)

    def record(self, event: JobBegan | JobEnded) -> None:
        """Start or end the job as an operation. Raises RefusedError."""
        unit, at = event.job.unit, to_rfc3339(event.t_us)
        if isinstance(event, JobBegan):
            given = StartJob(
                equipment_id=self._ids()[unit],
                product=event.job.product,
                job_order=event.job.job_order,
                standard_rate_upm=event.job.rate_upm,
                started_at=at,
            )
            done = execute(self._production.jobs.start, given, database=self._database, scope=DEMO)
            self._running[unit] = done.output.id
        elif unit in self._running:
            end = EndJob(job_response_id=self._running.pop(unit), ended_at=at)
            execute(self._production.jobs.end, end, database=self._database, scope=DEMO)

    def _end_what_was_left(self, at_us: int) -> None:
        """A demo that was stopped leaves jobs running; the line that now begins has not begun them."""
        for equipment_id in self._ids().values():
            with self._database.read() as reading:
                found = self._production.responses(reading, equipment_id, at_us - MINUTE_US, at_us, scope=DEMO)
            for job in found:
                if job.t1_us is None:
                    given = EndJob(job_response_id=job.id, ended_at=to_rfc3339(at_us))
                    execute(self._production.jobs.end, given, database=self._database, scope=DEMO)
