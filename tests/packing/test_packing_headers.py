"""What a chunk's header says, by hand; and many at one go say what each says alone."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.core.batch import DTYPES, Kind
from dovetail.packing import headers as headers_of
from dovetail.packing.columns import VALID, Block
from dovetail.packing.headers import header, headers
from shortcuts import examples

GOOD, UNCERTAIN, BAD = 0xC0 | VALID, 0x40 | VALID, 0x08
N, S = None, 1_000_000


def block(kind: Kind, rows: list[tuple[int, object, int]]) -> Block:
    """(second, value, status) as a chunk of tag 7."""
    ts = np.array([second * S for second, _, _ in rows], dtype=np.int64)
    value = np.array([value for _, value, _ in rows], dtype=DTYPES[kind])
    status = np.array([status for _, _, status in rows], dtype=np.uint32)
    return Block(kind, np.full(len(ts), 7, dtype=np.int64), ts, value, status)


CASES = [
    # kind, samples (s, value, status), (t0, t1, n, n_good, first, last, min, max, sum, tw / s, covered s, good s)
    (Kind.F64, [(1, 2.0, GOOD), (2, 4.0, GOOD), (5, 1.0, GOOD)], (1, 5, 3, 3, 2.0, 1.0, 1.0, 4.0, 7.0, 14.0, 4, 4)),
    (Kind.F64, [(1, 2.0, GOOD), (2, 0.0, BAD), (5, 8.0, GOOD)], (1, 5, 3, 2, 2.0, 8.0, 2.0, 8.0, 10.0, 2.0, 1, 1)),
    (Kind.F64, [(1, 0.0, BAD), (2, 9.0, UNCERTAIN), (4, 3.0, GOOD)], (1, 4, 3, 1, 9.0, 3.0, 3.0, 9.0, 3.0, 18.0, 2, 0)),
    (Kind.F64, [(1, nan, GOOD), (2, 5.0, GOOD), (3, nan, GOOD)], (1, 3, 3, 3, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 1, 1)),
    (Kind.F64, [(1, 0.0, BAD), (3, 0.0, BAD)], (1, 3, 2, 0, N, N, N, N, N, N, 0, 0)),
    (Kind.F64, [(1, inf, GOOD), (1, 2.0, GOOD), (2, -inf, GOOD)], (1, 2, 3, 3, inf, -inf, -inf, inf, N, 2.0, 1, 1)),
    (Kind.I64, [(1, 2, GOOD), (1, 6, GOOD), (2, 4, UNCERTAIN)], (1, 2, 3, 2, 2.0, 4.0, 2.0, 6.0, 8.0, 6.0, 1, 1)),
    (Kind.U64, [(9, 2**63, GOOD)], (9, 9, 1, 1, 2.0**63, 2.0**63, 2.0**63, 2.0**63, 2.0**63, 0.0, 0, 0)),
    (Kind.BOOL, [(1, True, GOOD), (3, False, GOOD)], (1, 3, 2, 2, 1.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2, 2)),
    (Kind.STR, [(1, "on", GOOD), (3, "off", GOOD)], (1, 3, 2, 2, N, N, N, N, N, N, 0, 0)),
]


def said(kind: Kind, rows: list[tuple[int, object, int]]) -> tuple[object, ...]:
    """The header with times in seconds."""
    found = header(block(kind, rows))
    area = None if found.tw is None else found.tw / S
    return (found.t0 // S, found.t1 // S, *found[2:9], area, found.covered_us // S, found.good_us // S)


@pytest.mark.parametrize(("kind", "rows", "expected"), CASES)
def test_a_header_sums_up_its_samples(
    kind: Kind, rows: list[tuple[int, object, int]], expected: tuple[object, ...]
) -> None:
    assert said(kind, rows) == expected


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.sampled_from([block(kind, rows) for kind, rows, _ in CASES]), max_size=12), st.integers(1, 9))
def test_chunks_together_say_what_each_says_alone(some: list[Block], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(headers_of, "_AT_ONCE", at_once)
        assert list(headers(some)) == [header(one) for one in some]
