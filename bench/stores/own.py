"""Dovetail's historian in files and in PostgreSQL, sealing and compacting in a thread as an installation does."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from stores.asked import Answer
from stores.workload import COUNTERS, GOOD, TAGS, YEAR_TAG, Columns

from dovetail.aggregates.names import Config
from dovetail.aggregates.places import named
from dovetail.core import limits
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, SystemClock
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.equipment.model import PlantModel, Tag
from dovetail.historian.service import Historian
from dovetail.packing.place import Storage
from dovetail.recaps.service import Asked, Recap, RecapsRoom, Sources
from dovetail.upkeep.serverlook import look

ALL = system_scope("bench")
MEAN = Asked(("TimeAverage2",), Config())


class _Clock(SystemClock):
    """The machine's, set forward for as long as it takes to do what is done once a day is over."""

    ahead_us = 0

    def now_us(self) -> int:
        return super().now_us() + self.ahead_us


class _Nothing:
    """No rooms beside: the jobs are named by the bench itself."""

    def responses(self, *_where: object, scope: object) -> list[object]:
        return []


class Own:
    """Frames as the edge puts them; sealed when an installation would seal."""

    note = "full quality, both times, rollups; batches are made before the clock runs"

    def __init__(self, where: Path | Storage, *, name: str, url: str | None = None, pids: Sequence[int] = ()) -> None:
        self.name = name
        self._where = where
        self._url = url
        self._pids = list(pids)
        self._clock = _Clock()
        self._historian = self._opened()
        self._historian.consumer_at("bench", 0)
        self._seq = 0
        self._settled = 0
        self._stop = threading.Event()
        self._sealer = threading.Thread(target=self._seal, daemon=True)
        self._sealer.start()
        self._folder = tempfile.TemporaryDirectory()
        self._database = Database(f"sqlite:///{self._folder.name}/records.db", clock=SystemClock(), bus=Bus())

    def _opened(self) -> Historian:
        return Historian(self._where, clock=self._clock, bus=Bus(), owner_of=lambda _tag: None)

    def _seal(self) -> None:
        while not self._stop.wait(0.2):
            self._historian.consumer_at("bench", self._historian.head_bounds()[1])
            if self._historian.unsealed > limits.SEAL_AT_ONCE_SAMPLES:
                self._historian.seal_once()

    def prepare(self, samples: Columns) -> tuple[Batch, ...]:
        """What a driver hands over: a batch of each kind."""
        tag, ts, value, quality = samples
        valid = quality == GOOD
        counter = (tag > COUNTERS[0]) & (tag <= COUNTERS[1])
        floats = Batch(Kind.F64, tag, ts, value, valid, quality)
        if counter.any():
            counts = Batch(Kind.I64, tag, ts, value.astype(np.int64), valid, quality)
            return floats.take(~counter), counts.take(counter)
        return (floats,)

    def put(self, batches: tuple[Batch, ...]) -> None:
        self._seq += 1
        self._historian.put([Frame("bench", Lane.LIVE, 1, self._seq, batches)])

    def settle(self) -> None:
        """Sealed, compacted and summed up as when the day is over; files are closed once, which empties their logs."""
        self._stop.set()
        self._sealer.join()
        self._historian.consumer_at("bench", self._historian.head_bounds()[1])
        while self._historian.seal_once():
            pass
        self._settled += 1
        self._clock.ahead_us = 2 * self._settled * DAY_US  # a day is dealt with once: each time it is a later one
        while self._historian.compact_once():
            pass
        self._clock.ahead_us = 0
        if self._url is None:
            self._historian.close()
            self._historian = self._opened()
        self._stop = threading.Event()
        self._sealer = threading.Thread(target=self._seal, daemon=True)
        self._sealer.start()

    def bytes(self) -> int:
        if self._url is not None:
            found = look(self._url)
            return sum(found.months.values()) if found else 0
        assert isinstance(self._where, Path)
        return sum(path.stat().st_size for path in self._where.glob("chunks-*"))

    def pids(self) -> list[int]:
        return self._pids

    def reader(self) -> _Reader:
        return _Reader(self._historian, self._database)

    def close(self) -> None:
        self._stop.set()
        self._sealer.join()
        self._database.close()
        self._historian.close()
        self._folder.cleanup()


class _Reader:
    def __init__(self, historian: Historian, database: Database) -> None:
        self._historian = historian
        every = (*range(1, TAGS + 1), YEAR_TAG)
        tags = [Tag(tag, f"acme/cell.t{tag}", None, f"t{tag}", None, None, Kind.F64) for tag in every]
        plant = PlantModel(version=1, tags=tags)
        self._recaps = RecapsRoom(
            database, historian=historian, plant=lambda: plant, clock=SystemClock(),
            sources=Sources(_Nothing(), lambda *_where: [], lambda *_where: []),
        )  # fmt: skip

    def last(self, _end_us: int) -> Answer:
        found = self._historian.last(range(1, TAGS + 1), scope=ALL)
        return np.array([float(found[tag].value or 0.0) for tag in range(1, TAGS + 1)])

    def hour(self, tag: int, from_us: int, to_us: int) -> Answer:
        (batch,) = self._historian.raw([tag], from_us, to_us, scope=ALL)
        return batch.value[batch.valid]

    def extremes(self, tag: int, from_us: int, to_us: int, width_us: int) -> Answer:
        found = self._historian.series(tag, from_us, to_us, -(-(to_us - from_us) // width_us), scope=ALL)
        assert found.width_us == width_us
        return np.concatenate((found.min[~np.isnan(found.min)], found.max[~np.isnan(found.max)]))

    def means(self, tags: int, from_us: int, to_us: int) -> Answer:
        found = self._recaps.over(list(range(1, tags + 1)), named([(from_us, to_us)]), MEAN, scope=ALL)
        return _values(found)

    def weighted(self, tag: int, from_us: int, to_us: int) -> Answer:
        return np.array([self._historian.mean(tag, from_us, to_us, scope=ALL).value])

    def jobs(self, tag: int, spans: list[tuple[int, int]]) -> Answer:
        return _values(self._recaps.over([tag], named(spans), MEAN, scope=ALL))


def _values(found: Recap) -> Answer:
    return found.results["TimeAverage2"].value.ravel()
