"""Whatever the order, the lane and the state of sealing: the historian answers as a plain list of rows would."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_historian import NaiveHistorian, Row, frame, rows_of
from stores import Store

from dovetail.core.batch import Kind
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.packing import chunks
from dovetail.sealing import sealer
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from shortcuts import examples

ALL = system_scope("test")
TAGS = [1, 2, 3]
GOOD, BAD, UNCERTAIN = 0xC0, 0x08, 0x40
# the plant's instants: a few close together, some just before and after the turn of the month
NEAR = [DAY_ZERO_US + i for i in range(8)]
JANUARY_ENDS_US = 1_769_904_000_000_000
INSTANTS = [*NEAR, *(JANUARY_ENDS_US + i for i in (-2, -1, 0, 1))]

VALUES = st.sampled_from([0.0, 1.5, -2.0, 7.0])
ROWS = st.tuples(st.sampled_from(TAGS), st.sampled_from(INSTANTS)).flatmap(
    lambda where: st.one_of(
        st.tuples(st.just(where[0]), st.just(where[1]), VALUES, st.sampled_from([GOOD, UNCERTAIN])),
        st.tuples(st.just(where[0]), st.just(where[1]), st.none(), st.just(BAD)),
    )
)
STEPS = st.lists(
    st.one_of(
        st.lists(st.lists(ROWS, min_size=1, max_size=6), min_size=1, max_size=3),  # frames of one put
        st.just("seal"),
        st.just("restart"),
        st.just("kill"),
        st.just("compact"),
    ),
    min_size=1,
    max_size=12,
)


def play(historian: Historian, naive: NaiveHistorian, step: list[list[Row]], seq: int) -> None:
    """Put the same frames into both."""
    historian.put([frame(seq + i, rows) for i, rows in enumerate(step)])
    for rows in step:
        naive.put(rows)


def compare(historian: Historian, naive: NaiveHistorian) -> None:
    """All questions, asked of both."""
    ends = (min(INSTANTS) - 3, max(INSTANTS) + 3)
    assert rows_of(historian.raw(TAGS, *ends, scope=ALL)) == naive.raw(set(TAGS), *ends)
    by_tag = rows_of(historian.by_tag(TAGS, *ends, scope=ALL))
    assert by_tag == [row for tag in TAGS for row in naive.raw({tag}, *ends)]
    assert rows_of(historian.raw([2], NEAR[2], NEAR[6], scope=ALL)) == naive.raw({2}, NEAR[2], NEAR[6])
    assert rows_of(historian.raw(TAGS, *ends, scope=ALL, limit=5)) == naive.raw(set(TAGS), *ends)[:5]
    for at_us in (NEAR[0], NEAR[3], JANUARY_ENDS_US, ends[1]):
        found = historian.bounding(TAGS, at_us, scope=ALL)
        expected = {tag: row for tag in TAGS if (row := naive.before(tag, at_us)) is not None}
        assert {tag: (s.tag, s.ts_us, s.value, s.quality) for tag, s in found.items()} == expected
    newest = historian.last(TAGS, scope=ALL)
    assert newest == historian.bounding(TAGS, ends[1], scope=ALL)
    for px in (1, 3, 40):
        found = historian.series(1, NEAR[0] - 1, NEAR[7] + 1, px, scope=ALL)
        columns = (found.t0_us, found.min, found.max, found.first, found.last, found.n, found.n_good)
        listed = [[None if number != number else number for number in column.tolist()] for column in columns]
        expected_rows = naive.series(1, from_us=NEAR[0] - 1, to_us=NEAR[7] + 1, px=px)
        assert list(zip(*listed, strict=True)) == expected_rows
    means = historian.mean(1, NEAR[1], NEAR[7], scope=ALL)
    value, covered_us = naive.mean(1, NEAR[1], NEAR[7])
    assert means.covered_us == covered_us
    assert means.value == (value if value is None else pytest.approx(value))
    account = historian.delivery()
    for lane in account:
        assert lane.expected == lane.stored + lane.duplicate + lane.refused + lane.gap
    assert sum(lane.stored for lane in account) >= len(naive.rows)


@pytest.fixture
def store(each_store: Store) -> Store:
    """What is asked here is asked of both databases."""
    return each_store


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_answers_equal_those_of_a_plain_list(store: Store, steps: list[str | list[list[Row]]]) -> None:
    """Late, shuffled and doubled samples in any state of sealing, after any restart and any kill."""
    store.empty()
    clock = ManualClock(JANUARY_ENDS_US + 1_000_000)
    naive = NaiveHistorian()

    def start() -> Historian:
        return Historian(store.open(), clock=clock, bus=Bus(), owner_of=lambda _tag: 1)

    historian = start()

    def act(step: str | list[list[Row]], seq: int) -> Historian:
        match step:
            case "seal":
                historian.seal_once()
                return historian
            case "compact":
                clock.step(DAY_US)
                historian.compact_once()
                return historian
            case "restart":
                historian.close()
                return start()
            case "kill":
                store.kill(historian)
                return start()
            case _:
                play(historian, naive, list(step), seq)  # type: ignore[arg-type]
                return historian

    for number, step in enumerate(steps):
        historian = act(step, number * 10)
        compare(historian, naive)
    historian.seal_once()
    compare(historian, naive)
    found = historian.delivery()
    assert sum(lane.duplicate for lane in found) == naive.duplicate  # after sealing every repeat has been found
    assert sum(lane.stored for lane in found) == len(naive.rows)
    historian.close()


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
