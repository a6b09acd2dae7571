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
TAG_NAMES: Final = {"reason": "stop_reason"}  # the other tags are called as the simulator calls them
HOURS_AT_ONCE: Final = 24  # live samples must not wait behind a fortnight; less at once is derived more often
FRAMES_AT_ONCE: Final = 4  # of one commit: some 5,000 samples
NEAR_US: Final = 9 * HOUR_US  # at night nothing is said: a day's first slice may begin that far from the day
DAY_S: Final = 60.0
LOOK_S: Final = 0.25


def unit_tags(plant: PlantModel, paths: Mapping[str, str]) -> dict[str, UnitTags]:
    """The tags of each virtual unit, by the names that the bottling demo's plant code gives them.

    `paths`: unit → equipment path. Raises NotFoundError for a path that the plant does not have.
    """
    found: dict[str, UnitTags] = {}
    for unit, path in paths.items():
        tags = plant.tags_of(plant.by_path(path).id)
        ids = {name: tags[TAG_NAMES.get(name, name)].id for name in UnitTags.__dataclass_fields__ if name != "link"}
        found[unit] = UnitTags(**ids, link=plant.connections[tags["state"].connection or ""].good_through_tag)
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


def days_of(past: Past, tags: Mapping[str, UnitTags], *, stop: threading.Event) -> list[tuple[int, list[Frame]]]:
    """(start µs, frames) of each day of the past, the oldest first; none when `stop` was set meanwhile.

    The frames carry the same numbers each time: to store them again changes nothing.
    """
    sampler = Sampler(Line(past.setting, start_us=past.since_us), tags, SOURCE, lane=Lane.IMPORT)
    days: list[tuple[int, list[Frame]]] = []
    for hour in range(past.hours):
        from_us = past.since_us + hour * HOUR_US
        if hour % HOURS_AT_ONCE == 0:
            days.append((from_us, []))
        frames, _ = sampler.frames(min(from_us + HOUR_US, past.until_us))
        days[-1][1].extend(frames)
        if stop.is_set():
            return []
    return days


def import_samples(
    past: Past,
    days: list[tuple[int, list[Frame]]],
    sink: Sink,
    *,
    settling: Settling,
    progress: Callable[[int], None],
    stop: threading.Event,
) -> bool:
    """Put the days into `sink`, the newest first, each when the ledger is through the one before; whether all are in.

    Newest first, because that is what people look at, and because each day then ends where known samples begin.
    Raises LinkError when the sink cannot keep them; what was put stays. `days` is used up, to free the memory.
    """
    while days and not stop.is_set():
        day_us, frames = days.pop()
        settling.expect(day_us)
        for first in range(0, len(frames), FRAMES_AT_ONCE):
            sink.put(frames[first : first + FRAMES_AT_ONCE])
        settling.wait(stop=stop)
        progress((past.until_us - day_us) // HOUR_US)
    return not days


class Settling:
    """Knows when the ledger has come through a day that was imported."""

    def __init__(self, bus: Bus) -> None:
        self._day_us = 0
        self._reached = threading.Event()
        self.close = bus.subscribe(LedgerSettled, self._settled)

    def expect(self, day_us: int) -> None:
        """The day that begins at `day_us` is now being imported."""
        self._reached.clear()
        self._day_us = day_us

    def _settled(self, event: LedgerSettled) -> None:
        if abs(event.from_us - self._day_us) <= NEAR_US:
            self._reached.set()

    def wait(self, *, stop: threading.Event) -> None:
        """Until the ledger has come to the start of that day; at most DAY_S: a day may have nothing to settle."""
        for _ in range(round(DAY_S / LOOK_S)):
            if self._reached.wait(LOOK_S) or stop.is_set():
                return


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
        self._queue: queue.SimpleQueue[JobBegan | JobEnded | None] = queue.SimpleQueue()  # an order takes hours
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
        self._queue.put(event)

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
