"""Work that goes on by itself: it starts at a nudge, survives a failure, and ends when told."""

from __future__ import annotations

import logging
import threading

import pytest

from dovetail.app.roles import Worker


class Work:
    """A step whose doings the test sees; it fails as often as it was told to."""

    def __init__(self, *, waiting: int = 0, failures: int = 0) -> None:
        self.waiting = waiting
        self.failures = failures
        self.idle = threading.Event()

    def step(self) -> int:
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")
        if self.waiting:
            self.waiting -= 1
            return 1
        self.idle.set()
        return 0


def test_everything_that_waits_is_done_before_it_rests() -> None:
    work = Work(waiting=5)
    worker = Worker("test", work.step, rest_s=60)
    worker.start()
    assert work.idle.wait(10)
    worker.stop()
    assert work.waiting == 0


def test_a_nudge_ends_the_rest() -> None:
    work = Work()
    worker = Worker("test", work.step, rest_s=60, gather_s=0.01)
    worker.start()
    assert work.idle.wait(10)
    work.idle.clear()
    work.waiting = 3
    worker.nudge()
    assert work.idle.wait(10)
    worker.stop()
    assert work.waiting == 0


def test_one_that_did_something_and_is_not_behind_rests() -> None:
    work = Work(waiting=5)
    rested = threading.Event()

    def is_behind() -> bool:
        rested.set() if work.waiting <= 3 else None
        return work.waiting > 3

    worker = Worker("test", work.step, rest_s=60, is_behind=is_behind)
    worker.start()
    assert rested.wait(10)
    worker.stop()
    assert (work.waiting, worker.steps) == (3, 2)


def test_a_failure_is_said_once_and_tried_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dovetail.app.roles.FAILED_FIRST_S", 0.001)
    work = Work(waiting=1, failures=3)
    worker = Worker("ledger", work.step, rest_s=60)
    with caplog.at_level(logging.INFO, logger="dovetail.app.roles"):
        worker.start()
        assert work.idle.wait(10)
        worker.stop()
    assert [record.message for record in caplog.records] == [
        "ledger failed; it is tried again",
        "ledger works again",
    ]
    assert worker.failing is None
