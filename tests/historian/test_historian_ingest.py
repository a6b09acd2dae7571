"""Each frame counts once, each sample by its own merit, and everything not kept is in the account."""

from __future__ import annotations

import weakref
from collections.abc import Callable

import numpy as np
import pytest
from naive_historian import frame, rows_of

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US
from dovetail.core.errors import NotFoundError, RefusedError
from dovetail.core.limits import STRING_BYTES_MAX
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.events.historian import FramesStored
from dovetail.historian import ingest, last
from dovetail.historian.last import LastValues
from dovetail.historian.service import Historian
from dovetail.packing.columns import VALID, Block
from dovetail.reading.read import Reader
from dovetail.sealing import sealer
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

ALL = system_scope("test")
GOOD, BAD = 0xC0, 0x08
NOW = DAY_ZERO_US
type Open = Callable[[], Historian]


def account(historian: Historian) -> tuple[int, int, int, int, int]:
    """(expected, stored, duplicate, refused, gap) of the only lane there is."""
    (found,) = historian.delivery()
    return found.expected, found.stored, found.duplicate, found.refused, found.gap


@pytest.mark.parametrize(
    ("kind", "row", "kept"),
    [
        (Kind.F64, (1, NOW, 1.0, GOOD), True),
        (Kind.F64, (0, NOW, 1.0, GOOD), False),  # no tag
        (Kind.F64, (-5, NOW, 1.0, GOOD), False),
        (Kind.F64, (666, NOW, 1.0, GOOD), False),  # an id never given to a tag
        (Kind.F64, (1, ingest.TS_MIN_US - 1, 1.0, GOOD), False),  # before any plant's time
        (Kind.F64, (1, ingest.TS_MIN_US, 1.0, GOOD), True),
        (Kind.F64, (1, NOW + DAY_US, 1.0, GOOD), True),
        (Kind.F64, (1, NOW + DAY_US + 1, 1.0, GOOD), False),  # a clock that far ahead is wrong
        (Kind.F64, (1, NOW, float("nan"), GOOD), True),  # stored as it comes, with its quality
        (Kind.F64, (1, NOW, float("-inf"), 0x40), True),
        (Kind.STR, (1, NOW, "x" * STRING_BYTES_MAX, GOOD), True),
        (Kind.STR, (1, NOW, "x" * (STRING_BYTES_MAX + 1), GOOD), False),  # no signal
        (Kind.STR, (1, NOW, "ü" * (STRING_BYTES_MAX // 2 + 1), GOOD), False),  # bytes count, not letters
        (Kind.STR, (1, NOW, "\ud800", GOOD), False),  # half of a letter
        (Kind.STR, (1, NOW, 17, GOOD), False),  # not a text at all
    ],
)
def test_a_refused_sample_is_counted_and_its_neighbours_stay(
    tmp_path, clock: ManualClock, kind: Kind, row: tuple, kept: bool
) -> None:
    historian = Historian(tmp_path, clock=clock, bus=Bus(), owner_of=lambda _: 1, is_tag=lambda tag: tag != 666)
    neighbours = [
        (2, NOW - 1, "a" if kind is Kind.STR else 1.0, GOOD),
        (3, NOW - 1, "b" if kind is Kind.STR else 2.0, GOOD),
    ]
    historian.put([frame(1, [neighbours[0], row, neighbours[1]], kind=kind)])
    assert account(historian) == (3, 2 + kept, 0, 1 - kept, 0)
    assert set(historian.last([2, 3], scope=ALL)) == {2, 3}
    assert len(historian.last([row[0]], scope=ALL)) == kept
    historian.close()


def test_values_of_another_type_than_promised_are_refused_as_a_batch(historian: Historian) -> None:
    wrong = Batch(
        Kind.I64,
        np.array([1]),
        np.array([NOW]),
        np.array([1.5]),
        np.array([True]),
        np.array([GOOD], dtype=np.uint16),
    )
    right = Batch.of(Kind.F64, [(2, NOW, 1.0, GOOD)])
    historian.put([Frame("gateway", Lane.LIVE, 1, 1, (wrong, right))])
    assert account(historian) == (2, 1, 0, 1, 0)


def test_a_repeated_frame_changes_nothing_even_long_after_its_head_row_has_gone(reopen: Open) -> None:
    historian = reopen()
    frames = [frame(seq, [(1, NOW + seq, float(seq), GOOD)]) for seq in (1, 2, 3)]
    historian.consumer_at("states", 0)
    historian.put(frames)
    historian.consumer_at("states", 3)
    historian.seal_once()
    assert historian.head_bounds() == (3, 3)
    historian = reopen()
    historian.put([frames[2], frames[0], frames[1]])
    assert historian.head_bounds() == (3, 3)
    (found,) = historian.delivery()
    assert (found.expected, found.stored, found.frames, found.frames_repeated) == (3, 3, 3, 3)


def test_the_same_seq_in_another_lane_or_epoch_is_another_frame(historian: Historian) -> None:
    historian.put([frame(1, [(1, NOW, 1.0, GOOD)])])
    historian.put([frame(1, [(1, NOW + 1, 1.0, GOOD)], epoch=2)])
    historian.put([frame(1, [(1, NOW + 2, 1.0, GOOD)], lane=Lane.BACKLOG)])
    assert historian.head_bounds() == (0, 3)


def test_holes_in_the_numbers_are_known(historian: Historian) -> None:
    for seq in (1, 2, 5, 9):
        historian.put([frame(seq, [(1, NOW + seq, 1.0, GOOD)])])
    assert historian.delivery()[0].frames_missing == 5


def test_a_source_that_does_not_count_is_refused(historian: Historian, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.historian.entry.SEQ_SPANS_MAX", 3)
    with pytest.raises(RefusedError, match="holes"):
        historian.put([frame(seq, [(1, NOW + seq, 1.0, GOOD)]) for seq in range(0, 20, 2)])
    assert historian.head_bounds() == (0, 0)


def test_different_values_of_one_instant_are_all_kept_in_arrival_order(historian: Historian) -> None:
    for seq, value in enumerate([1.0, 2.0, 1.0, 3.0, 2.0]):  # the third and the fifth repeat
        historian.put([frame(seq, [(1, NOW, value, GOOD)])])
    assert account(historian) == (5, 3, 2, 0, 0)  # known at once: it is the newest instant of the tag
    expected = [(1, NOW, 1.0, GOOD), (1, NOW, 2.0, GOOD), (1, NOW, 3.0, GOOD)]
    assert rows_of(historian.raw([1], NOW, NOW + 1, scope=ALL)) == expected
    assert [row for one in historian.head(0, 9) for row in rows_of(list(one.frame.batches))] == expected
    assert historian.last([1], scope=ALL)[1].value == 3.0


def test_a_declared_gap_is_part_of_what_was_expected(historian: Historian) -> None:
    historian.declare_gap("gateway", "live", 40)
    historian.put([frame(1, [(1, NOW, 1.0, GOOD)])])
    assert account(historian) == (41, 1, 0, 0, 40)


def test_an_epoch_is_never_given_twice_and_marks_are_remembered(reopen: Open) -> None:
    historian = reopen()
    assert historian.resume("gateway", [9]).epoch == 1
    historian.put([Frame("gateway", Lane.LIVE, 1, 1, (), {9: NOW})])
    historian.put([Frame("gateway", Lane.LIVE, 1, 2, (), {9: NOW})])  # a mark that says nothing new
    historian.put([Frame("gateway", Lane.LIVE, 1, 3, (), {9: NOW + 1_000_000, 0: NOW, 8: NOW + 2 * DAY_US})])
    historian.seal_once()
    resumed = reopen().resume("gateway", [8, 9])
    assert resumed.epoch == 2
    assert resumed.good_through == {9: NOW + 1_000_000}
    (batch,) = reopen().raw([9], 0, NOW + DAY_US, scope=ALL)
    assert batch.rows() == [(9, NOW, NOW, GOOD), (9, NOW + 1_000_000, NOW + 1_000_000, GOOD)]
    assert reopen().head_bounds() == (0, 2)


def test_a_commit_is_told_with_its_frames(historian: Historian, bus: Bus) -> None:
    told: list[FramesStored] = []
    bus.subscribe(FramesStored, told.append)
    historian.put([frame(1, [(1, NOW, 1.0, GOOD)]), frame(2, [(2, NOW, 1.0, GOOD)])])
    historian.put([frame(2, [(2, NOW, 1.0, GOOD)])])
    assert [(one.head_id, len(one.frames)) for one in told] == [(2, 2)]


# --- the head as a queue ------------------------------------------------------------------------------------


def test_the_head_is_read_in_commit_order_in_any_state(reopen: Open) -> None:
    historian = reopen()
    historian.consumer_at("states", 0)
    for seq in range(1, 7):
        historian.put([frame(seq, [(1, NOW - seq, float(seq), GOOD)])])
    historian.consumer_at("states", 2)
    historian.seal_once()
    historian.put([frame(7, [(1, NOW + 7, 7.0, GOOD)])])
    for opened in (lambda: historian, reopen):
        rows = opened().head(2, 4)
        assert [(row.head_id, row.frame.seq) for row in rows] == [(3, 3), (4, 4), (5, 5), (6, 6)]
        assert [row.head_id for row in opened().head(6, 4)] == [7]
        with pytest.raises(RefusedError, match="begins after row 2"):
            opened().head(1, 4)


def test_nothing_goes_before_a_consumer_has_said_what_it_read(historian: Historian) -> None:
    historian.put([frame(1, [(1, NOW, 1.0, GOOD)])])
    historian.seal_once()
    assert historian.head_bounds() == (0, 1)
    historian.consumer_at("states", 1)
    historian.consumer_at("alarms", 0)
    historian.seal_once()
    assert historian.head_bounds() == (0, 1)  # the slowest decides
    historian.consumer_at("alarms", 1)
    historian.seal_once()
    assert historian.head_bounds() == (1, 1)


def test_a_consumer_too_far_behind_is_left_and_it_is_said(
    historian: Historian, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sealer, "HEAD_BYTES_MAX", 300)
    historian.consumer_at("states", 0)
    for seq in range(10):
        historian.put([frame(seq, [(1, NOW + seq, float(seq), GOOD)])])
    historian.seal_once()
    released, newest = historian.head_bounds()
    assert 0 < released < newest == 10
    assert "states is so far behind" in caplog.text
    assert len(rows_of(historian.raw([1], 0, NOW + 99, scope=ALL))) == 10  # the samples are all there


# --- scope --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sees", "tag", "visible"),
    [
        ({1}, 1, True),
        ({1}, 3, False),  # another machine
        ({1}, 99, False),  # does not exist: the same answer
        ({1}, 9, False),  # a connection's own tag needs a root
        ({1, 100}, 9, True),
        (set(), 1, False),
    ],
)
def test_a_tag_out_of_scope_does_not_exist(
    tmp_path, clock: ManualClock, sees: set[int], tag: int, visible: bool
) -> None:
    owners = {1: 1, 2: 1, 3: 2, 99: 77}
    historian = Historian(tmp_path, clock=clock, bus=Bus(), owner_of=owners.get, roots=lambda: frozenset({100}))
    historian.put([frame(1, [(1, NOW, 1.0, GOOD), (3, NOW, 1.0, GOOD), (9, NOW, 1.0, GOOD)])])
    scope = Scope(Actor("p", "Petra"), at={"plant.view": frozenset(sees)})
    questions = (
        lambda: historian.last([tag], scope=scope),
        lambda: historian.raw([tag], 0, NOW + 1, scope=scope),
        lambda: historian.bounding([tag], NOW + 1, scope=scope),
        lambda: historian.series(tag, 0, NOW + 1, 10, scope=scope),
        lambda: historian.mean(tag, 0, NOW + 1, scope=scope),
    )
    refused = 0
    for question in questions:
        try:
            question()
        except NotFoundError:
            refused += 1
    assert refused == (0 if visible else len(questions))
    historian.close()


def test_thousands_that_tie_in_time_cost_one_look_for_each_moment(tmp_path, clock: ManualClock, monkeypatch) -> None:
    """A node that catches up after a pause gives all values of a millisecond the same time."""
    looks: list[int] = []
    found = Reader.at
    monkeypatch.setattr(Reader, "at", lambda self, tags, ts: (looks.append(ts), found(self, tags, ts))[1])
    historian = Historian(tmp_path, clock=clock, bus=Bus(), owner_of=lambda _: 1)
    tags, moments = range(1, 1_001), (NOW, NOW + 1_000)

    def rows(value: float) -> list[tuple]:
        return [(tag, ts, value, GOOD) for ts in moments for tag in tags]

    for seq, value in enumerate((1.0, 2.0, 3.0, 2.0), start=1):  # the last say again what is held
        historian.put([Frame("edge", Lane.LIVE, 1, seq, (Batch.of(Kind.F64, rows(value)[1_000 * (seq > 1) :]),), {})])
    assert account(historian) == (5_000, 4_000, 1_000, 0, 0)
    assert looks == [moments[1]] * 3
    historian.close()


def test_a_column_given_again_is_found_anew_when_tags_come_between() -> None:
    """A link gives the same column of tags with every read; what is no tag yet may be one after the plant changed."""
    are_tags = {5, 7}
    values = LastValues(is_tag=are_tags.__contains__)
    column, later = np.array([5, 7]), np.array([3, 6, 7])
    for tags in (column, later):
        tags.flags.writeable = False
    seen: list[list[bool]] = []
    for grown in ((), (3,), (6,)):
        are_tags.update(grown)
        for tags in (column, later):
            slots = values.slots(tags)
            seen.append((slots >= 0).tolist())
            assert values.tag[slots[slots >= 0]].tolist() == tags[slots >= 0].tolist()
    assert seen == [[True, True], [False, False, True], [True, True], [True, False, True], [True] * 2, [True] * 3]


def test_columns_that_are_not_given_again_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that begins anew each minute brings new columns of all its tags."""
    monkeypatch.setattr(last, "KNOWN_TAGS_MAX", 10)
    values = LastValues(is_tag=lambda _tag: True)
    looked_up: list[weakref.ref[object]] = []

    def begin_anew() -> None:
        tags = np.array([1, 2, 3, 4])
        tags.flags.writeable = False
        assert (values.slots(tags) >= 0).all()
        looked_up.append(weakref.ref(tags))

    for _ in range(5):
        begin_anew()
    assert sum(one() is not None for one in looked_up) <= 2


@pytest.mark.parametrize("other", [11, last.PLACES_MAX + 11])
def test_of_several_reads_in_one_frame_the_newest_of_each_tag_stands(other: int) -> None:
    """Tags in any order, times that go back, numbers below and above those of the table."""
    tags = np.array([7, 3, 5, 5, 3, 7, 9, -4, other])
    ts = np.array([10, 20, 30, 10, 20, 40, 5, 50, 60])
    value = np.arange(9.0)
    status = np.array([GOOD | VALID] * 6 + [BAD, GOOD | VALID, GOOD | VALID], dtype=np.uint32)
    values = LastValues(is_tag=lambda _tag: True)
    values.load(Block(Kind.STR, np.array([3]), np.array([1]), np.array(["before"], dtype=object), status[:1]))
    values.update(Block(Kind.F64, tags, ts, value, status), values.slots(tags))
    found = {tag: (one.ts_us, one.value) for tag, one in values.samples([3, 5, 7, 9, other]).items()}
    assert found == {7: (40, 5.0), 3: (20, 4.0), 5: (30, 2.0), 9: (5, None), other: (60, 8.0)}
    values.roll_back()
    assert {tag: one.value for tag, one in values.samples([3, 5, 7, 9]).items()} == {3: "before"}


def test_what_has_no_value_takes_its_tags_kind_beside_others(historian: Historian) -> None:
    """A driver says BAD of many tags in one batch of floats: the one that is a text costs its neighbours nothing."""
    historian.put([frame(1, [(1, NOW - 5, "stopped", GOOD)], kind=Kind.STR)])
    historian.put([frame(2, [(2, NOW - 4, 1.5, GOOD), (1, NOW - 4, None, 0x08), (3, NOW - 4, 2.5, GOOD)])])
    found = {batch.kind: rows_of([batch]) for batch in historian.raw([1, 2, 3], 0, NOW, scope=ALL)}
    assert found == {
        Kind.F64: [(2, NOW - 4, 1.5, GOOD), (3, NOW - 4, 2.5, GOOD)],
        Kind.STR: [(1, NOW - 5, "stopped", GOOD), (1, NOW - 4, None, 0x08)],
    }


@pytest.mark.parametrize("first", ["number", "text"])
def test_of_two_kinds_of_one_moment_the_newest_is_the_same_before_and_after_a_restart(
    first: str, reopen: Callable[[], Historian]
) -> None:
    sent = [frame(1, [(1, NOW, 1.5, GOOD)]), frame(2, [(1, NOW, "stopped", GOOD)], kind=Kind.STR)]
    historian = reopen()
    historian.put(sent[:: 1 if first == "number" else -1])
    told = [historian.last([1], scope=ALL)[1].value, historian.bounding([1], NOW + 1, scope=ALL)[1].value]
    historian.seal_once()
    historian = reopen()
    told += [historian.last([1], scope=ALL)[1].value, historian.bounding([1], NOW + 1, scope=ALL)[1].value]
    assert told == ["stopped"] * 4


def test_a_curve_counts_two_kinds_of_one_moment_twice_sealed_or_not(historian: Historian) -> None:
    historian.put([frame(1, [(1, NOW, 1.0, GOOD)]), frame(2, [(1, NOW, 1, GOOD)], kind=Kind.I64)])
    counted = [historian.series(1, NOW, NOW + width, 1, scope=ALL).n.tolist() for width in (1, DAY_US)]
    historian.seal_once()
    counted += [historian.series(1, NOW, NOW + width, 1, scope=ALL).n.tolist() for width in (1, DAY_US)]
    assert counted == [[2]] * 4
