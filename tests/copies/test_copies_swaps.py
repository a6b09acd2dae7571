"""What is swapped in a copy: only what differs, in pieces that stand alone, and never what only the copy still has."""

from __future__ import annotations

import numpy as np
import pytest

from dovetail.copies import native
from dovetail.copies.clickhouse import nth
from dovetail.copies.model import Held, Stretch, swaps

A, B, C, HALF = b"a" * 16, b"b" * 16, b"c" * 16, b""


def held(from_us: int, end_us: int, mark: bytes, added: bool = False) -> Held:
    return Held(from_us, end_us, mark, added)


def ours(from_us: int, end_us: int, mark: bytes, added: bool = False) -> Stretch:
    return Stretch(7, from_us, end_us, mark, added, 1)


CASES = [
    # the site holds, the copy holds, what goes and what comes, swap by swap
    ([ours(0, 5, A)],                  [held(0, 5, A)],                   []),
    ([ours(0, 5, A)],                  [],                                [([], [0])]),
    ([ours(0, 5, A), ours(5, 9, B)],   [held(0, 5, A)],                   [([], [5])]),
    ([ours(0, 9, C)],                  [held(0, 5, A), held(5, 9, B)],    [([0, 5], [0])]),
    ([ours(0, 5, B), ours(7, 9, C)],   [held(0, 5, A), held(7, 9, B)],    [([0], [0]), ([7], [7])]),
    ([ours(0, 5, A)],                  [held(0, 5, HALF)],                [([0], [0])]),
    ([ours(3, 5, B)],                  [held(0, 5, A)],                   [([0], [3])]),
    # retention took away what lay before, or all of it: the copy keeps it
    ([ours(5, 9, B)],                  [held(0, 5, A), held(5, 9, B)],    []),
    ([],                               [held(0, 5, A)],                   []),
    ([ours(0, 2, C)],                  [held(0, 2, C), held(3, 5, A)],    []),
    # what only people gave goes when they take it back
    ([],                               [held(0, 5, A, added=True)],       [([0], [])]),
    ([ours(5, 9, B)],                  [held(0, 5, A, added=True)],       [([0], []), ([], [5])]),
    # and does not come a second time where the copy has the samples that were beside it
    ([ours(0, 4, C, added=True)],      [held(0, 5, A)],                   []),
]  # fmt: skip


LATE = [
    # the site holds, the copy holds, what goes and what comes, where (0, 4) went by a rule: the copy keeps what it has
    ([ours(3, 5, B)],                  [held(0, 5, A)],                   []),
    ([ours(3, 5, B), ours(5, 9, C)],   [held(0, 5, A), held(5, 9, A)],    [([5], [5])]),
    ([ours(2, 3, B)],                  [held(0, 2, A), held(3, 5, A)],    [([], [2])]),  # it has nothing of that
    ([ours(3, 5, B)],                  [held(0, 5, HALF)],                [([0], [3])]),  # it was left half written
]  # fmt: skip


@pytest.mark.parametrize(("site", "copy", "expected"), LATE)
def test_what_comes_late_for_time_that_went_takes_nothing_away(
    site: list[Stretch], copy: list[Held], expected: list[tuple[list[int], list[int]]]
) -> None:
    found = swaps(7, site, copy, [(0, 4)])
    assert [([one.from_us for one in swap.gone], [one.from_us for one in swap.new]) for swap in found] == expected


@pytest.mark.parametrize(("site", "copy", "expected"), CASES)
def test_only_what_differs_is_swapped(
    site: list[Stretch], copy: list[Held], expected: list[tuple[list[int], list[int]]]
) -> None:
    found = swaps(7, site, copy)
    assert [([one.from_us for one in swap.gone], [one.from_us for one in swap.new]) for swap in found] == expected


def test_samples_of_one_time_are_counted_in_their_order() -> None:
    assert nth(np.array([1, 2, 2, 2, 5, 5], dtype=np.int64)).tolist() == [0, 0, 1, 2, 0, 1]


@pytest.mark.parametrize(("number", "expected"), [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02")])
def test_lengths_are_written_as_leb128(number: int, expected: str) -> None:
    assert native.varint(number).hex() == expected


def test_a_block_of_columns_is_what_clickhouse_reads() -> None:
    """One column x UInt8 of two rows: columns, rows, name, type, values (as its documentation of Native has it)."""
    assert native.block([native.numbers("x", "UInt8", np.array([1, 2], dtype=np.uint8))], 2).hex() == (
        "010201780555496e74380102"
    )
