"""What it costs that headers are vouched for: a year of a tag and means of 500 tags, with and without looking.

Both are asked of one store in one run, one after the other, many times; the middle one of each counts.

    python bench/header_bench.py
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.core.quality import GOOD
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.packing import checks
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

ALL = system_scope("bench")
ROUNDS = 41
SECOND_US = 1_000_000
TAGS = 500


@contextmanager
def blind() -> Iterator[None]:
    """Nobody looks."""
    with patch.object(checks, "holds", lambda _check, _row: True), patch.object(checks, "owns", lambda *_asked: True):
        yield


def took_ms(ask: Callable[[], object]) -> tuple[float, float]:
    """(with, without), the middle of many, in turns."""
    looking, not_looking = [], []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        ask()
        looking.append((time.perf_counter() - began_s) * 1_000)
        with blind():
            began_s = time.perf_counter()
            ask()
            not_looking.append((time.perf_counter() - began_s) * 1_000)
    return statistics.median(looking), statistics.median(not_looking)


def frame(seq: int, tag: np.ndarray, ts: np.ndarray) -> Frame:
    """Samples of tags as one frame."""
    value = np.round(np.random.default_rng(seq).normal(50, 5, len(ts)), 1)
    ok, quality = np.ones(len(ts), dtype=np.bool_), np.full(len(ts), GOOD, dtype=np.uint16)
    return Frame("bench", Lane.IMPORT, 1, seq, (Batch(Kind.F64, tag, ts, value, ok, quality),), {})


def main() -> None:
    """Fill a store, ask, say."""
    with tempfile.TemporaryDirectory() as folder:
        clock = ManualClock()
        clock.tick(400 * DAY_US)
        historian = Historian(Path(folder), clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
        year = DAY_ZERO_US + np.arange(365 * 24 * 60, dtype=np.int64) * 60 * SECOND_US  # a sample a minute
        historian.put([frame(1, np.full(len(year), 1_000, dtype=np.int64), year)])
        hour = DAY_ZERO_US + np.arange(3_600, dtype=np.int64) * SECOND_US
        tags = np.arange(1, TAGS + 1, dtype=np.int64)
        historian.put([frame(2, np.repeat(tags, len(hour)), np.tile(hour, TAGS))])
        while historian.seal_once():
            pass
        span = (DAY_ZERO_US, DAY_ZERO_US + 365 * DAY_US)
        questions = {
            "a year of a tag at a sample a minute, 1,400 buckets, from headers and chunks": lambda: historian.series(
                1_000, *span, 1_400, scope=ALL
            ),
            "500 tags, mean of half an hour": lambda: historian.slotted(
                tags.tolist(), [DAY_ZERO_US, DAY_ZERO_US + HOUR_US // 2], "sums", scope=ALL, as_of=None
            ),
            "the last before, of 500 tags": lambda: historian.bounding(tags.tolist(), DAY_ZERO_US + DAY_US, scope=ALL),
        }
        print("| question | looking, ms | not looking, ms | × |\n|---|---|---|---|")
        for name, ask in questions.items():
            ask()
            looking, not_looking = took_ms(ask)
            print(f"| {name} | {looking:.2f} | {not_looking:.2f} | {looking / not_looking:.2f} |")
        historian.close()


if __name__ == "__main__":
    main()
