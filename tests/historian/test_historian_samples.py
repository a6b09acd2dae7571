"""Every kind of value comes back exactly, in whatever order it came and however often it is sealed."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_historian import frame, rows_of

from dovetail.core.batch import Kind
from dovetail.core.bus import Bus
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.packing import chunks
from dovetail.sealing import sealer
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from shortcuts import examples

ALL = system_scope("test")
GOOD, BAD = 0xC0, 0x08


@settings(max_examples=examples(10), deadline=None)
@given(st.permutations([*range(24), *range(12)]), st.integers(1, 9))
def test_late_shuffled_and_doubled_make_the_same_chunks_as_in_order(order: list[int], seal_every: int) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(chunks, "CHUNK_SAMPLES_MAX", 8)
        clock = ManualClock()
        historian = Historian(Path(folder), clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
        for seq, at in enumerate(order):
            historian.put([frame(seq, [(1, DAY_ZERO_US + at, float(at), GOOD)])])
            [historian.seal_once() for _ in range(seq % seal_every == 0)]
        historian.seal_once()
        expected = [(1, DAY_ZERO_US + at, float(at), GOOD) for at in range(24)]
        assert rows_of(historian.raw([1], DAY_ZERO_US, DAY_ZERO_US + 99, scope=ALL)) == expected
        (account,) = historian.delivery()
        assert (account.stored, account.duplicate) == (24, 12)
        historian.close()


KINDS: list[tuple[Kind, list[object]]] = [
    (Kind.F64, [1.5, math.inf, -math.inf, -0.0, 5e-324]),
    (Kind.I64, [-(2**63), 2**63 - 1, 0]),
    (Kind.U64, [2**64 - 1, 2**53 + 1, 0]),
    (Kind.BOOL, [True, False, True]),
    (Kind.STR, ["", "Füller läuft", "\x00", "長い"]),
    (Kind.JSON, ['{"a": 1}', "null"]),
]


@pytest.mark.parametrize(("kind", "values"), KINDS)
@pytest.mark.parametrize("sealed", [False, True])
def test_every_kind_of_value_comes_back_exactly(historian: Historian, kind: Kind, values: list, sealed: bool) -> None:
    rows = [(1, DAY_ZERO_US + i, value, GOOD) for i, value in enumerate(values)]
    historian.put([frame(1, rows, kind=kind)])
    [historian.seal_once() for _ in range(sealed)]
    (batch,) = historian.raw([1], DAY_ZERO_US, DAY_ZERO_US + 99, scope=ALL)
    assert batch.kind is kind
    assert batch.rows() == rows
    newest = historian.last([1], scope=ALL)[1]
    assert (newest.value, type(newest.value)) == (values[-1], type(values[-1]))


def test_a_lost_value_keeps_the_kind_of_its_tag(historian: Historian) -> None:
    """The edge says BAD without knowing the type; readers find one series, not two."""
    historian.put([frame(1, [(1, DAY_ZERO_US, True, GOOD)], kind=Kind.BOOL)])
    historian.put([frame(2, [(1, DAY_ZERO_US + 1, None, BAD)], kind=Kind.F64)])
    (batch,) = historian.raw([1], 0, DAY_ZERO_US + 9, scope=ALL)
    assert batch.kind is Kind.BOOL
    assert batch.rows() == [(1, DAY_ZERO_US, True, GOOD), (1, DAY_ZERO_US + 1, None, BAD)]


def test_a_tag_that_changed_its_kind_keeps_both(historian: Historian) -> None:
    historian.put([frame(1, [(1, DAY_ZERO_US, 3, GOOD), (1, DAY_ZERO_US + 4, 5, GOOD)], kind=Kind.I64)])
    historian.seal_once()
    historian.put([frame(2, [(1, DAY_ZERO_US + 2, 4.5, GOOD)], kind=Kind.F64)])
    historian.seal_once()
    assert [batch.kind for batch in historian.raw([1], 0, DAY_ZERO_US + 9, scope=ALL)] == [Kind.F64, Kind.I64]
    found = historian.series(1, DAY_ZERO_US, DAY_ZERO_US + 5, 1, scope=ALL)
    assert [float(column[0]) for column in (found.first, found.min, found.max, found.last)] == [3.0, 3.0, 5.0, 5.0]


def test_many_samples_need_more_than_one_sealing(historian: Historian, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "SEAL_SAMPLES_MAX", 5)
    for seq in range(4):
        historian.put([frame(seq, [(1, DAY_ZERO_US + seq * 3 + i, 1.0 * i, GOOD) for i in range(3)])])
    assert [historian.seal_once() for _ in range(5)] == [3, 3, 3, 3, 0]
    assert len(rows_of(historian.raw([1], 0, DAY_ZERO_US + 99, scope=ALL))) == 12
