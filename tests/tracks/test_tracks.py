"""Samples as they arrive become one track: ordered, with one row a moment, and nothing known before the first."""

from __future__ import annotations

import numpy as np
import pytest

from dovetail.core import quality as q
from dovetail.tracks.columns import Status, Track, aligned, constant, track_of

AGAIN = q.SAID_AGAIN


def of(rows: list[tuple[int, float, int]], start_us: int = 0) -> Track:
    return track_of(
        "number",
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.float64),
        np.array([row[2] for row in rows], dtype=np.uint16),
        valid=np.array([not q.is_bad(row[2]) for row in rows], dtype=np.bool_),
        start_us=start_us,
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(5, 1, q.GOOD), (7, 2, q.GOOD)], [(0, 0, q.BAD), (5, 1, q.GOOD), (7, 2, q.GOOD)]),
        ([(7, 2, q.GOOD), (5, 1, q.GOOD)], [(0, 0, q.BAD), (5, 1, q.GOOD), (7, 2, q.GOOD)]),
        ([(-5, 1, q.GOOD), (-2, 2, q.GOOD), (7, 3, q.GOOD)], [(0, 2, q.GOOD), (7, 3, q.GOOD)]),
        ([(0, 1, q.GOOD)], [(0, 1, q.GOOD)]),
        ([(0, 1, q.GOOD), (0, 2, q.GOOD)], [(0, 2, q.GOOD)]),  # of one moment the last to arrive
        ([(0, 1, q.GOOD), (0, 0, q.BAD_COMM)], [(0, 1, q.GOOD)]),  # but GOOD before BAD, as states have it
        ([(0, 1, q.GOOD), (0, 0, q.BAD_COMM | AGAIN)], [(0, 0, q.BAD_COMM)]),  # unless we said it again ourselves
        ([(0, 1, q.GOOD | AGAIN), (0, 2, q.GOOD)], [(0, 1, q.GOOD)]),
        ([(0, float("inf"), q.GOOD)], [(0, 0, q.BAD)]),
        ([], [(0, 0, q.BAD)]),
    ],
)
def test_samples_become_a_track(rows: list[tuple[int, float, int]], expected: list[tuple[int, float, int]]) -> None:
    found = of(rows)
    assert list(zip(found.ts.tolist(), found.value.tolist(), found.qualities.tolist(), strict=True)) == expected


def test_what_is_not_known_yet_says_so() -> None:
    assert of([(5, 1.0, q.GOOD)]).statuses.tolist() == [Status.NO_VALUE_YET, Status.NONE]


def test_tracks_meet_wherever_one_of_them_changes_from_where_all_have_begun() -> None:
    first, second, third = (
        of([(0, 1.0, q.GOOD), (4, 2.0, q.GOOD)]),
        of([(2, 7.0, q.GOOD)], start_us=2),
        constant(0, 5.0),
    )
    rows = aligned([first, second, third])
    assert [row.ts.tolist() for row in rows] == [[2, 4]] * 3
    assert [row.value.tolist() for row in rows] == [[1.0, 2.0], [7.0, 7.0], [5.0, 5.0]]


def test_rows_that_say_the_same_are_no_changes() -> None:
    assert of(
        [(0, 1.0, q.GOOD), (1, 1.0, q.GOOD), (2, 1.0, q.UNCERTAIN), (3, 2.0, q.UNCERTAIN)]
    ).changes().ts.tolist() == [0, 2, 3]
