"""What two sources send into a log that is told twice."""

from __future__ import annotations

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import SECOND_US
from dovetail.historian.service import Historian
from dovetail.testing.clock import DAY_ZERO_US

SENT = {"press": (1, 10), "oven": (2, 7)}  # source: its tag, and how many samples each of its frames has


def frame(source: str, seq: int) -> Frame:
    tag, n = SENT[source]
    at_us = DAY_ZERO_US + seq * 100 * SECOND_US
    rows = [(tag, at_us + i * SECOND_US, float(seq), q.GOOD) for i in range(n)]
    return Frame(source, Lane.LIVE, 1, seq, (Batch.of(Kind.F64, rows),))


def send(historian: Historian, *seqs: int) -> None:
    for seq in seqs:
        historian.put([frame("press", seq)])
        historian.put([frame("oven", seq)])
