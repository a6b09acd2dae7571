"""A trend says where nothing stands any more, however wide its buckets are: a cut cable is not a straight line."""

from __future__ import annotations

import numpy as np
import pytest
from signals_world import EVERYBODY, at, frame

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.historian.service import Historian
from dovetail.signals.standing import standing

LOST = (None, q.BAD_NOT_CONNECTED)
DOUBT = (3.0, q.UNCERTAIN_RANGE)


@pytest.mark.parametrize(
    ("samples", "held"),
    [
        # (s, value and quality) …; buckets of 10 s
        ([(1, (1.0, q.GOOD)), (5, (2.0, q.GOOD))], [True]),
        ([(1, (1.0, q.GOOD)), (5, LOST)], [False]),  # the gap begins inside the bucket
        ([(1, LOST), (5, (2.0, q.GOOD))], [True]),  # and ends inside it
        ([(1, LOST)], [False]),
        ([(1, (1.0, q.GOOD)), (5, DOUBT)], [True]),  # doubted is still a value
        ([(1, (1.0, q.GOOD)), (5, LOST), (12, (4.0, q.GOOD))], [True, True]),  # the next bucket follows at once
        ([(1, (1.0, q.GOOD)), (5, LOST), (32, (4.0, q.GOOD)), (37, LOST)], [False, False]),
        ([], []),
    ],
)
def test_a_bucket_says_whether_a_value_stands_at_its_end(
    historian: Historian, samples: list[tuple[float, tuple[float | None, int]]], held: list[bool]
) -> None:
    rows = [(1, at(second), value, quality) for second, (value, quality) in samples]
    historian.put([frame(1, Batch.of(Kind.F64, rows))])
    span = (at(0), at(100))
    found = historian.series(1, *span, 10, scope=EVERYBODY)
    assert standing(historian, found, span, scope=EVERYBODY).held.tolist() == held


@pytest.mark.parametrize(("second", "before"), [(0, np.nan), (1, np.nan), (2, 7.0), (50, 7.0), (61, np.nan)])
def test_a_trend_says_what_stood_when_it_began(historian: Historian, second: float, before: float) -> None:
    historian.put([frame(1, Batch.of(Kind.F64, [(1, at(1), 7.0, q.GOOD), (1, at(60), *LOST)]))])
    span = (at(second), at(100))
    found = historian.series(1, *span, 10, scope=EVERYBODY)
    assert standing(historian, found, span, scope=EVERYBODY).before == pytest.approx(before, nan_ok=True)
