"""Signals laid side by side hold what each of them holds alone, and what was damaged is laid nowhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dovetail.core.batch import DTYPES, Kind
from dovetail.packing import chunks
from dovetail.packing.columns import Block, DamagedError
from dovetail.reading.sheets import Line, Opener, alike, line_of, sheet
from dovetail.testing.clock import DAY_ZERO_US
from shortcuts import examples

NUMBERS = (Kind.F64, Kind.I64, Kind.U64, Kind.BOOL)
STATUS = [0x100C0, 0x100C0, 0x10040, 0x08]


@st.composite
def scans(draw: st.DrawFn) -> list[Block]:
    """Some signals read at the same moments, fewer or more than are packed."""
    n = draw(st.integers(1, 60))
    ts = np.sort(draw(hnp.arrays(np.int64, n, elements=st.integers(DAY_ZERO_US, DAY_ZERO_US + 1_000))))
    found: list[Block] = []
    for tag, kind in enumerate(draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=6)), start=1):
        value = draw(hnp.arrays(np.int64, n, elements=st.integers(0, 10_000))).astype(DTYPES[kind])
        status = draw(hnp.arrays(np.uint32, n, elements=st.sampled_from(STATUS)))
        found.append(Block(kind, np.full(n, tag), ts, value, status))
    return found


def shared(opener: Opener, block: Block) -> Line:
    rest, times = chunks.without_times(chunks.encode(block))
    return opener.line(int(block.tag[0]), rest, times)


def alone(opener: Opener, block: Block) -> Line:
    return opener.line(int(block.tag[0]), chunks.encode(block), None)


@settings(max_examples=examples(60), deadline=None)
@given(scans(), st.integers(0, 60), st.sampled_from([shared, alone, lambda _opener, block: line_of(block)]))
def test_signals_side_by_side_are_what_they_are_alone(blocks, k, how) -> None:
    opener, part = Opener(), slice(0, min(k, len(blocks[0])))
    seen: list[int] = []
    for group in alike([how(opener, block) for block in blocks]):
        laid = sheet(group, part.stop)
        for row, line in enumerate(laid.lines):
            whole, block = blocks[line.tag - 1].take(part), laid.block(row, part)
            np.testing.assert_array_equal(block.ts, whole.ts)
            np.testing.assert_array_equal(block.status, whole.status)
            np.testing.assert_array_equal(block.value, whole.value.astype(np.float64))
            seen.append(line.tag)
    assert sorted(seen) == [int(block.tag[0]) for block in blocks]


def test_what_was_read_together_is_one_sheet_for_each_kind() -> None:
    ts = np.arange(DAY_ZERO_US, DAY_ZERO_US + 900, 7)
    status = np.full(len(ts), STATUS[0], dtype=np.uint32)
    kinds = [Kind.F64, Kind.F64, Kind.I64, Kind.F64, Kind.I64]
    blocks = [
        Block(kind, np.full(len(ts), tag), ts, np.full(len(ts), tag, dtype=DTYPES[kind]), status)
        for tag, kind in enumerate(kinds, start=1)
    ]
    opener = Opener()
    found = alike([shared(opener, block) for block in blocks])
    assert [[line.tag for line in group] for group in found] == [[1, 2, 4], [3, 5]]


@settings(max_examples=examples(60), deadline=None)
@given(scans(), st.integers(0, 10_000), st.integers(1, 255), st.booleans(), st.booleans())
def test_a_damaged_byte_is_told(blocks, at, flip, is_shared, of_moments) -> None:
    parts = chunks.without_times(chunks.encode(blocks[0])) if is_shared else (chunks.encode(blocks[0]), None)
    damaged = [None if part is None else bytearray(part) for part in parts]
    hit = damaged[of_moments and is_shared]
    hit[at % len(hit)] ^= flip
    with pytest.raises(DamagedError):
        Opener().line(1, bytes(damaged[0]), None if damaged[1] is None else bytes(damaged[1]))
