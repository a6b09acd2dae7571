"""Work that somebody waits for is told when it takes long, and says how it ended."""

from __future__ import annotations

import pytest

from dovetail.core.errors import InvalidError
from dovetail.testing.clock import ManualClock
from dovetail.web.longwork import LongWork


def test_work_of_less_than_a_second_is_told_to_nobody(clock: ManualClock) -> None:
    work = LongWork(clock)
    with work.watched("Slow running", "machines", 2) as step:
        clock.tick(900_000)
        step(1)
        step(2)
    assert work.views() == []


def test_longer_work_says_how_far_it_is_and_that_it_is_done(clock: ManualClock) -> None:
    work = LongWork(clock)
    with work.watched("Slow running", "machines", 3) as step:
        step(1)
        clock.tick(1_000_000)
        step(2)
        assert [(one.done, one.total, one.state) for one in work.views()] == [(2, 3, "running")]
    assert [(one.done, one.state) for one in work.views()] == [(2, "done")]


def test_work_that_fails_says_so_where_it_was_told(clock: ManualClock) -> None:
    work = LongWork(clock)

    def failing() -> None:
        with work.watched("Slow running", "machines", 3) as step:
            clock.tick(2_000_000)
            step(1)
            raise InvalidError("too much", pointer="/start", code="period")

    with pytest.raises(InvalidError):
        failing()
    assert [one.state for one in work.views()] == ["failed"]
