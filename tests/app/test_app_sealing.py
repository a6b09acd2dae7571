"""Samples go into chunks together: a sealing that follows the one before only because some came would never rest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dovetail.app.sealing import sealing
from dovetail.core import limits
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.quality import GOOD
from dovetail.historian.service import Historian
from dovetail.testing.clock import ManualClock

NOW = 1_767_225_600_000_000


class Steady(Historian):
    """A historian to which two samples come while each sealing runs."""

    sealed: list[int]
    seq = 0
    rested: threading.Semaphore

    def bring(self, samples: int) -> None:
        self.seq += 1
        rows = [(1, NOW + 10 * self.seq + at, float(at), GOOD) for at in range(samples)]
        self.put([Frame("edge", Lane.LIVE, 1, self.seq, (Batch.of(Kind.F64, rows),))])

    def seal_once(self) -> int:
        self.sealed.append(super().seal_once())
        self.bring(2)
        self.rested.release()
        return self.sealed[-1]


@pytest.fixture
def steady(tmp_path: Path, bus: Bus) -> Iterator[Steady]:
    historian = Steady(tmp_path, clock=ManualClock(NOW), bus=bus, owner_of={1: 1}.get)
    historian.sealed, historian.rested = [], threading.Semaphore(0)
    yield historian
    historian.close()


def test_samples_that_keep_coming_are_sealed_after_the_rest_and_at_once_only_when_they_are_many(
    steady: Steady, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SEAL_EVERY_S", 3_600.0)
    monkeypatch.setattr(limits, "SEAL_AT_ONCE_SAMPLES", 5)
    steady.bring(3)
    worker = sealing(steady, bus)
    worker.start()
    assert steady.rested.acquire(timeout=10)
    steady.bring(2)  # four wait
    steady.bring(2)  # six: more than five
    assert steady.rested.acquire(timeout=10)
    worker.stop()
    assert steady.sealed[:2] == [3, 6]  # without a rest it were 3, 2, 2, ...
    assert steady.unsealed == 2
