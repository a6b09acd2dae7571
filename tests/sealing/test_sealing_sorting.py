"""What waits is handed out tag by tag, in time and in order of arrival, and each sample still says whose it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from dovetail.chunkstore.months import begin_of, month_of
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.sealing import sorting
from dovetail.sealing.recent import Row, row_of
from dovetail.sealing.sorting import OF_NO_ACCOUNT, Origin, Waiting, waiting
from dovetail.testing.clock import DAY_ZERO_US

T = DAY_ZERO_US
ORIGINS: list[Origin] = [("plc", "live"), ("press", "live")]


def row(
    head_id: int, source: str, samples: Sequence[tuple[int, int, float]], *, marks: Mapping[int, int] | None = None
) -> Row:
    """(tag, µs after T, value)."""
    batch = Batch.of(Kind.F64, [(tag, T + us, value, 0xC0) for tag, us, value in samples])
    return row_of(head_id, Frame(source, Lane.LIVE, 1, head_id, (batch,), good_through=dict(marks or {})))


def told(one: Waiting) -> list[tuple[int, int, float, int]]:
    """(tag, µs after T, value, origin), as they are handed out."""
    return [
        (tag, ts - T, value, origin)
        for runs in one.by_tags()
        for run in runs
        for tag, ts, value, origin in zip(
            run.block.tag.tolist(), run.block.ts.tolist(), run.block.value.tolist(), one.origins(run.at).tolist(),
            strict=True,
        )
    ]  # fmt: skip


ROWS = [
    row(5, "press", [(2, 20, 1.0), (1, 20, 2.0)]),
    row(6, "plc", [(1, 10, 3.0), (3, 10, 4.0), (1, 20, 5.0)]),
    row(7, "press", [(2, 10, 6.0), (2, 20, 1.0)]),
]


@pytest.mark.parametrize("at_once", [1, 2, 64])
def test_tags_come_in_time_and_in_order_of_arrival(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(sorting, "TAGS_AT_ONCE", at_once)
    (one,) = waiting(ROWS, ORIGINS)
    assert told(one) == [
        (1, 10, 3.0, 0), (1, 20, 2.0, 1), (1, 20, 5.0, 0),
        (2, 10, 6.0, 1), (2, 20, 1.0, 1), (2, 20, 1.0, 1),
        (3, 10, 4.0, 0),
    ]  # fmt: skip
    assert [len(runs) for runs in one.by_tags()] == {1: [1, 1, 1], 2: [2, 1], 64: [3]}[at_once]


@pytest.mark.parametrize(
    ("sealed", "expected"),
    [
        (4, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 1.0]),
        (5, [3.0, 4.0, 5.0, 6.0, 1.0]),
        (6, [6.0, 1.0]),
        (7, []),
    ],
)
def test_rows_that_a_month_holds_already_are_left_out(sealed: int, expected: list[float]) -> None:
    (one,) = waiting(ROWS, ORIGINS)
    assert sorted(value for *_, value, _ in told(one.after(sealed))) == sorted(expected)


def test_a_month_gets_its_own() -> None:
    month = int(month_of(np.array([T]))[0])
    next_us = begin_of(month + 1) - T
    (one,) = waiting([row(1, "plc", [(1, 10, 1.0), (2, 10, 2.0)]), row(2, "press", [(1, next_us, 3.0)])], ORIGINS)
    assert one.months() == [month, month + 1]
    assert told(one.inside(month)) == [(1, 10, 1.0, 0), (2, 10, 2.0, 0)]
    assert told(one.inside(month + 1)) == [(1, next_us, 3.0, 1)]


def test_each_kind_waits_by_itself_and_marks_are_in_no_account() -> None:
    both = waiting([row(1, "plc", [(1, 10, 1.0)], marks={9: T + 10}), row(2, "plc", [(1, 20, 2.0)])], ORIGINS)
    numbers, marks = sorted(both, key=lambda one: one.block.kind is Kind.I64)
    assert told(numbers) == [(1, 10, 1.0, 0), (1, 20, 2.0, 0)]
    assert told(marks) == [(9, 10, T + 10, OF_NO_ACCOUNT)]
