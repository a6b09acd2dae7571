"""The chunks of days that are over are put together, by themselves, once, and nobody who reads sees a difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, MINUTE_US
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.packing import chunks
from dovetail.sealing import compactor
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

ALL = system_scope("test")
GOOD = 0xC0
START_US = DAY_ZERO_US - DAY_ZERO_US % DAY_US


@pytest.fixture
def historian(tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Historian:
    """Sealing joins nothing here: what a plant with pauses and late samples has after weeks."""
    monkeypatch.setattr(chunks, "plan", apart)
    clock.step(START_US + DAY_US - MINUTE_US - clock.now_us())
    opened = Historian(tmp_path, clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    for hour in range(8):
        rows = [(tag, START_US + hour * 60 * MINUTE_US + i, float(i), GOOD) for tag in (1, 2, 3) for i in range(5)]
        opened.put([Frame("plc", Lane.LIVE, 1, hour, (Batch.of(Kind.F64, rows),))])
        opened.seal_once()
    return opened


def apart(_kept: list[chunks.Kept], ts: list[int]) -> list[chunks.Rewrite]:
    return [chunks.Rewrite(slice(0, len(ts)), ())]


def sizes(historian: Historian) -> dict[int, list[int]]:
    """Samples in each chunk, by tag."""
    (month,) = historian._months.newest_first()
    with historian._months.view(month) as view:
        return {tag: [one.n for one in kept] for (tag, _), kept in view.all_kept(0, 1 << 62, limit=1000).items()}


def everything(historian: Historian) -> object:
    (batch,) = historian.raw([1, 2, 3], 0, 1 << 62, scope=ALL)
    trend = historian.series(1, START_US, START_US + DAY_US, 48, scope=ALL)
    mean = historian.mean(1, START_US, START_US + DAY_US // 2, scope=ALL)
    return (
        batch.rows(),
        trend.n.tolist(),
        trend.max.tolist(),
        (round(mean.value or 0, 9), mean.covered_us),
        historian.delivery(),
    )


def until_done(historian: Historian) -> int:
    """Steps until there is nothing to do."""
    steps = 0
    while historian.compact_once():
        steps += 1
    return steps


def test_a_day_that_is_over_becomes_few_chunks_and_says_the_same(historian: Historian, clock: ManualClock) -> None:
    before = everything(historian)
    until_done(historian)
    assert sizes(historian) == dict.fromkeys((1, 2, 3), [5] * 8), "the day is not over"
    clock.step(2 * MINUTE_US)
    until_done(historian)
    assert sizes(historian) == {tag: [40] for tag in (1, 2, 3)}
    assert everything(historian) == before
    historian.close()


def test_a_step_takes_no_more_than_its_share(
    historian: Historian, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compactor, "COMPACT_SAMPLES_MAX", 60)
    monkeypatch.setattr(compactor, "COMPACT_CHUNKS_MAX", 20)  # two tags and a half
    monkeypatch.setattr(chunks, "CHUNK_SAMPLES_MAX", 20)
    clock.step(2 * MINUTE_US)
    historian.compact_once()
    assert sizes(historian) == {1: [20, 20], 2: [20, *[5] * 4], 3: [5] * 8}
    assert until_done(historian) > 1
    assert sizes(historian) == {tag: [20, 20] for tag in (1, 2, 3)}
    historian.close()


def test_what_is_done_is_not_done_again_until_something_changes(historian: Historian, clock: ManualClock) -> None:
    clock.step(2 * MINUTE_US)
    until_done(historian)
    clock.step(DAY_US)
    until_done(historian)
    clock.step(DAY_US)
    assert historian._compactor.step(clock.now_us()) == 0
    late = [(1, START_US + 90 * MINUTE_US, 1.0, GOOD)]
    historian.put([Frame("plc", Lane.BACKLOG, 1, 1, (Batch.of(Kind.F64, late),))])
    historian.seal_once()
    assert historian._compactor.step(clock.now_us()) == 0, "once a day"
    clock.step(DAY_US)
    assert until_done(historian) > 0
    historian.close()


def test_nothing_moves_while_sealing_is_paused(historian: Historian, clock: ManualClock) -> None:
    """A backup's copies are of one moment."""
    clock.step(2 * MINUTE_US)
    with historian.sealing_paused():
        assert not historian._sealer.idle.acquire(blocking=False)
    until_done(historian)
    assert sizes(historian)[1] == [40]
    historian.close()
