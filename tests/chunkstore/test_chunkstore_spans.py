"""Sequence numbers that arrived are remembered as spans, whatever their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core.spans import Spans


@pytest.mark.parametrize(
    ("arrived", "expected", "missing"),
    [
        ([1, 2, 3], ((1, 3),), 0),
        ([3, 1, 2], ((1, 3),), 0),
        ([5, 1], ((1, 1), (5, 5)), 3),
        ([1, 5, 3], ((1, 1), (3, 3), (5, 5)), 2),
        ([1, 5, 3, 4], ((1, 1), (3, 5)), 1),
        ([], (), 0),
    ],
)
def test_what_is_missing_is_known(arrived: list[int], expected: tuple[tuple[int, int], ...], missing: int) -> None:
    spans = Spans()
    for seq in arrived:
        spans = spans.add(seq)
    assert spans.ranges == expected
    assert spans.missing() == missing


@given(st.lists(st.integers(0, 40)))
def test_every_number_that_arrived_is_there_and_no_other(arrived: list[int]) -> None:
    spans = Spans()
    for seq in arrived:
        spans = spans.add(seq) if not spans.has(seq) else spans
    assert [seq for seq in range(-1, 42) if spans.has(seq)] == sorted(set(arrived))
