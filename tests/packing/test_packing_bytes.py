"""Frames and chunks survive their way through bytes, and damage is noticed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dovetail.core.batch import DTYPES, Batch, Frame, Kind, Lane
from dovetail.packing import chunks, frames
from dovetail.packing.columns import Block, DamagedError
from dovetail.packing.headers import header
from dovetail.testing.clock import DAY_ZERO_US
from shortcuts import examples

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
ELEMENTS = {
    Kind.F64: st.floats(width=64),
    Kind.I64: st.integers(-(2**63), 2**63 - 1),
    Kind.U64: st.integers(0, 2**64 - 1),
    Kind.BOOL: st.booleans(),
    Kind.STR: TEXTS,
    Kind.JSON: TEXTS,
}


@st.composite
def blocks(draw: st.DrawFn, *, min_size: int = 0, one_tag: bool = False) -> Block:
    """Samples of one kind, in any order; with `one_tag` sorted, as a chunk holds them."""
    kind = draw(st.sampled_from(Kind))
    n = draw(st.integers(min_size, 60))
    tags = st.just(7) if one_tag else st.integers(1, 2**40)
    ts = draw(hnp.arrays(np.int64, n, elements=st.integers(DAY_ZERO_US, DAY_ZERO_US + 10**9)))
    status = draw(hnp.arrays(np.uint32, n, elements=st.sampled_from([0x100C0, 0x10040, 0x08, 0x1FFFF])))
    device = draw(st.none() | hnp.arrays(np.int64, n, elements=st.integers(0, 2**60)))
    native = draw(st.none() | hnp.arrays(np.uint32, n, elements=st.integers(1, 2**32 - 1)))
    values = draw(st.lists(ELEMENTS[kind], min_size=n, max_size=n))
    value = np.empty(n, dtype=DTYPES[kind])
    value[:] = values
    tag = draw(hnp.arrays(np.int64, n, elements=tags))
    return Block(kind, tag, np.sort(ts) if one_tag else ts, value, status, device, native)


def same(left: Block, right: Block) -> None:
    """Bit for bit."""
    assert left.kind is right.kind
    for name in ("tag", "ts", "status", "device", "native"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name), err_msg=name)
    assert left.value.dtype == right.value.dtype
    np.testing.assert_array_equal(left.keys(), right.keys())
    assert left.value.astype(str).tolist() == right.value.astype(str).tolist()


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(blocks(), max_size=4),
    TEXTS,
    st.sampled_from(Lane),
    st.dictionaries(st.integers(1, 2**60), st.integers(0, 2**60), max_size=3),
)
def test_a_frame_comes_back_as_it_was(held: list[Block], source: str, lane: Lane, marks: dict[int, int]) -> None:
    frame = Frame(source, lane, 3, 2**40, tuple(block.batch() for block in held), marks)
    back = frames.decode(frames.encode(frame))
    assert (back.source, back.lane, back.epoch, back.seq, back.good_through) == (source, lane, 3, 2**40, marks)
    for left, right in zip(held, back.batches, strict=True):
        same(left, Block.of(right))


@settings(max_examples=examples(150), deadline=None)
@given(blocks(min_size=1, one_tag=True))
def test_a_chunk_comes_back_as_it_was(block: Block) -> None:
    same(block, chunks.decode(chunks.encode(block), tag=7))


@pytest.mark.parametrize("at", range(0, 60, 3))
def test_one_flipped_bit_is_noticed(at: int) -> None:
    block = Block.of(Batch.of(Kind.F64, [(7, DAY_ZERO_US + i, i / 3, 0xC0) for i in range(40)]))
    for encode, decode in (
        (lambda: chunks.encode(block), lambda data: chunks.decode(data, tag=7)),
        (lambda: frames.encode(Frame("a", Lane.LIVE, 1, 1, (block.batch(),))), frames.decode),
    ):
        data = bytearray(encode())
        data[at] ^= 0x10
        with pytest.raises(DamagedError):
            decode(bytes(data))


@pytest.mark.parametrize(
    ("kept", "new", "expected"),
    [
        # existing (t0, t1, n)                         new ts            which new samples go with which chunks
        ([], [5, 6], [((0, 2), [])]),
        ([(0, 9, 100)], [10, 11], [((0, 2), [])]),  # a small run beside a big chunk stands alone
        ([(0, 9, 100), (10, 11, 2)], [12, 13], [((0, 2), [1])]),  # and later takes in its like
        ([(0, 9, 3), (10, 11, 2)], [12, 13], [((0, 2), [0, 1])]),  # until it is as big as what stands before it
        ([(10, 19, 100)], [5, 15, 25], [((0, 1), []), ((1, 3), [0])]),  # before, inside and after
        ([(10, 19, 9), (30, 39, 9)], [20, 35], [((0, 1), []), ((1, 2), [1])]),
    ],
)
def test_new_samples_find_their_chunk(
    kept: list[tuple[int, int, int]], new: list[int], expected: list[tuple[tuple[int, int], list[int]]]
) -> None:
    found = chunks.plan([chunks.Kept(i, *row) for i, row in enumerate(kept)], np.array(new, dtype=np.int64))
    assert [((one.part.start, one.part.stop), [kept.id for kept in one.absorbed]) for one in found] == expected


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([9], []),
        ([4, 4], [(0, 1)]),
        ([4, 4, 4], [(0, 1)]),  # the third begins the next one
        ([1, 2, 3, 4], [(0, 1, 2, 3)]),
        ([9, 1, 9, 1], [(0, 1), (2, 3)]),
        ([12, 3, 3], [(1, 2)]),  # larger than it should be: not joined
    ],
)
def test_neighbours_that_fit_are_joined(
    monkeypatch: pytest.MonkeyPatch, sizes: list[int], expected: list[tuple[int, ...]]
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_SAMPLES_MAX", 10)
    found = chunks.joined([chunks.Kept(i, i, i, n) for i, n in enumerate(sizes)])
    assert [tuple(kept.id for kept in one) for one in found] == expected


def test_a_chunk_is_never_cut_between_equal_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_SAMPLES_MAX", 4)
    ts = [1, 2, 3, 3, 3, 3, 4, 5, 6]
    block = Block.of(Batch.of(Kind.I64, [(7, at, i, 0xC0) for i, at in enumerate(ts)]))
    assert [part.ts.tolist() for part in chunks.pieces(block)] == [[1, 2], [3, 3, 3, 3], [4, 5, 6]]


@settings(max_examples=examples(60), deadline=None)
@given(blocks(min_size=1, one_tag=True))
def test_a_chunk_that_is_all_good_is_summed_up_as_any_other(block: Block) -> None:
    plain, limited = (replace(block, status=np.full(len(block), one, dtype=np.uint32)) for one in (0x100C0, 0x100C1))
    assert header(plain) == header(limited)
