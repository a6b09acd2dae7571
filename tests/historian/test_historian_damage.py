"""A disk spoils a chunk: that stretch of that signal is a hole that is told, and nothing else is stopped or lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from naive_historian import frame, rows_of

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.core.scope import system_scope
from dovetail.corrections.index import CorrectionIndex
from dovetail.corrections.model import Correction
from dovetail.damage.known import Hole
from dovetail.historian.service import Historian
from dovetail.packing.columns import Block
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from samples_stores import Store

ALL = system_scope("test")
type Open = Callable[[], Historian]
END_US = DAY_ZERO_US + 2 * HOUR_US
SECOND_US = 1_000_000


@pytest.fixture
def store(each_store: Store) -> Store:
    return each_store


def spoil(historian: Historian, tag: int, *, most: int = 100) -> None:
    """What a bad sector does to the chunks of a tag, the oldest first."""
    (month,) = historian.chunks.newest_first()
    with historian.chunks.use(month) as opened, opened._place.transaction() as session:
        table = opened._words.chunk
        found = f"select id, body from {table} where tag = ? order by t0 limit ?"
        for chunk_id, body in session.execute(found, (tag, most)).fetchall():
            wrong = bytearray(body)
            wrong[-3] ^= 0x40
            session.execute(f"update {table} set body = ? where id = ?", (bytes(wrong), chunk_id))


def spoilt(historian: Historian, n: int = 50) -> None:
    """Two tags of samples, a second apart; the chunk of tag 1 is spoilt."""
    rows = [(tag, DAY_ZERO_US + i * SECOND_US, float(i), q.GOOD) for tag in (1, 2) for i in range(n)]
    historian.put([frame(1, rows)])
    historian.seal_once()
    spoil(historian, 1)


def holes(historian: Historian) -> list[tuple[int, int, int, int, bool]]:
    def said(one: Hole) -> tuple[int, int, int, int, bool]:
        return one.of.tag, (one.t0 - DAY_ZERO_US) // SECOND_US, (one.t1 - DAY_ZERO_US) // SECOND_US, one.n, one.is_aside

    return [said(one) for one in historian.damage.all()]


def of(historian: Historian, *tags: int) -> list[tuple[int, int, object]]:
    found = rows_of(historian.raw(tags, DAY_ZERO_US, END_US, scope=ALL))
    return sorted((tag, (ts - DAY_ZERO_US) // SECOND_US, value) for tag, ts, value, _ in found)


SECOND = [(2, i, float(i)) for i in range(50)]


def test_who_reads_many_tags_gets_the_others_and_is_told_of_the_hole(historian: Historian) -> None:
    spoilt(historian)
    assert holes(historian) == []
    assert of(historian, 1, 2) == SECOND
    assert holes(historian) == [(1, 0, 49, 50, False)]


def test_a_late_sample_inside_it_is_stored_and_seals_with_all_others(reopen: Open) -> None:
    historian = reopen()
    spoilt(historian)
    late = [(1, DAY_ZERO_US + 25 * SECOND_US, 7.0, q.GOOD), (2, DAY_ZERO_US + 60 * SECOND_US, 8.0, q.GOOD)]
    historian.put([frame(2, late)])
    assert historian.seal_once() == 2
    assert (historian.unsealed, historian.seal_once()) == (0, 0)
    assert of(historian, 1, 2) == [(1, 25, 7.0), *SECOND, (2, 60, 8.0)]
    historian = reopen()
    assert holes(historian) == [(1, 0, 49, 50, True)]
    assert of(historian, 1, 2) == [(1, 25, 7.0), *SECOND, (2, 60, 8.0)]
    (account,) = historian.delivery()
    assert (account.expected, account.stored, account.duplicate) == (102, 102, 0)


def test_days_are_put_together_and_summed_up_around_it(historian: Historian, clock: ManualClock) -> None:
    spoilt(historian, 5_000)
    clock.step(2 * DAY_US)
    looked = [historian.compact_once() for _ in range(20)]
    assert looked[-1] == 0
    assert holes(historian) == [(1, 0, 4_999, 5_000, True)]
    assert historian.rollups() == (1, 0)  # the hours of tag 2
    assert of(historian, 1, 2) == [(2, i, float(i)) for i in range(5_000)]


def test_what_a_day_put_together_sets_aside_of_a_month_that_is_over_is_summed_up_anew(
    historian: Historian, clock: ManualClock
) -> None:
    historian.put([frame(1, [(1, DAY_ZERO_US + i * SECOND_US, float(i), q.GOOD) for i in range(25_000)])])
    historian.seal_once()
    clock.step(70 * DAY_US)
    until_nothing_is_left(historian)
    summed_up = historian.rollups()
    spoil(historian, 1, most=1)
    of(historian, 1)
    clock.step(DAY_US)
    until_nothing_is_left(historian)
    assert [one.is_aside for one in historian.damage.all()] == [True]
    clock.step(HOUR_US)
    until_nothing_is_left(historian)
    assert historian.rollups() == summed_up
    assert summed_up[0] and not summed_up[1]


def until_nothing_is_left(historian: Historian) -> None:
    assert 0 in [historian.compact_once() for _ in range(20)]


def test_small_chunks_are_put_together_without_it(historian: Historian, clock: ManualClock) -> None:
    spoilt(historian)
    historian.put([frame(2, [(tag, DAY_ZERO_US + HOUR_US, 1.0, q.GOOD) for tag in (1, 2)])])
    historian.seal_once()
    clock.step(2 * DAY_US)
    assert [historian.compact_once() for _ in range(20)][-1] == 0
    assert holes(historian) == [(1, 0, 49, 50, True)]
    assert of(historian, 1, 2) == [(1, 3600, 1.0), *SECOND, (2, 3600, 1.0)]


@pytest.mark.parametrize("late", [[], [(1, DAY_ZERO_US + 30 * SECOND_US + 1, 0.5, q.GOOD)]], ids=["joined", "sealed"])
def test_a_spoilt_header_puts_no_chunk_in_the_wrong_place(
    historian: Historian, clock: ManualClock, late: list[tuple[int, int, object, int]]
) -> None:
    """Samples of three chunks, the newest of which says that it is the oldest: who puts them together is not fooled."""
    for seq, start in enumerate((40, 20, 0), start=1):
        rows = [(1, DAY_ZERO_US + (start + i) * SECOND_US, float(start + i), q.GOOD) for i in range(20)]
        historian.put([frame(seq, rows)])
        historian.seal_once()
    (month,) = historian.chunks.newest_first()
    with historian.chunks.use(month) as opened, opened._place.transaction() as session:
        table = opened._words.chunk
        moved = f"update {table} set t0 = t0 - ? where t0 = (select max(t0) from {table})"
        session.execute(moved, (100 * SECOND_US,))
    historian.put([frame(9, late)])
    historian.seal_once()
    clock.step(2 * DAY_US)
    until_nothing_is_left(historian)
    assert len(of(historian, 1)) == 60 + len(late)
    from_us, to_us = DAY_ZERO_US + 30 * SECOND_US, DAY_ZERO_US + 50 * SECOND_US
    found = rows_of(historian.raw([1], from_us, to_us, scope=ALL))
    assert [value for _, _, value, _ in found if value != 0.5] == [float(i) for i in range(30, 50)]
    assert (holes(historian), historian.damage.mended) == ([], 1)


def test_samples_that_go_after_their_header_stop_no_sealing(historian: Historian) -> None:
    """The header was found, and was to be derived from samples that were whole then: now they are a hole."""
    rows = [(tag, DAY_ZERO_US + i * SECOND_US, float(i), q.GOOD) for tag in (1, 2) for i in range(50)]
    historian.put([frame(1, rows)])
    historian.seal_once()
    (month,) = historian.chunks.newest_first()
    with historian.chunks.use(month) as opened, opened._place.transaction() as session:
        session.execute(f"update {opened._words.chunk} set max = 77777 where tag = 1")
    assert historian.series(1, DAY_ZERO_US, END_US, 1, scope=ALL).max.tolist() == [49.0]
    spoil(historian, 1)
    historian.put([frame(2, [(2, DAY_ZERO_US + 50 * SECOND_US, 50.0, q.GOOD)])])
    historian.seal_once()
    historian.seal_once()
    assert holes(historian) == [(1, 0, 49, 50, True)]
    assert of(historian, 1, 2) == [*SECOND, (2, 50, 50.0)]
    assert historian.unsealed == 0


def test_what_only_a_reader_stumbled_over_is_set_aside_by_the_next_sealing(historian: Historian) -> None:
    spoilt(historian)
    of(historian, 1)
    historian.seal_once()
    assert holes(historian) == [(1, 0, 49, 50, True)]


@pytest.mark.parametrize("again", [False, True], ids=["at once", "after a restart"])
def test_nothing_is_held_through_it_and_the_time_is_not_good(reopen: Open, clock: ManualClock, *, again: bool) -> None:
    historian = reopen()
    historian.put([frame(1, [(1, DAY_ZERO_US + i * SECOND_US, float(i), q.GOOD) for i in range(50)])])
    historian.seal_once()
    spoil(historian, 1)
    sound = [(1, DAY_ZERO_US - 10 * SECOND_US, 5.0, q.GOOD), (1, DAY_ZERO_US + 100 * SECOND_US, 3.0, q.GOOD)]
    historian.put([frame(2, sound)])
    span = (DAY_ZERO_US - 10 * SECOND_US, DAY_ZERO_US + 110 * SECOND_US)
    clock.step(HOUR_US)
    of(historian, 1)
    historian.seal_once()
    opened = {False: lambda: historian, True: reopen}[again]()
    mean = opened.mean(1, *span, scope=ALL)
    assert (mean.value, mean.covered_us) == (4.0, 20 * SECOND_US)
    assert mean.good_fraction == pytest.approx(20 / 120)
    held = opened.bounding([1], DAY_ZERO_US + 60 * SECOND_US, scope=ALL)[1]
    assert (held.value, held.quality, held.ts_us) == (None, q.BAD, DAY_ZERO_US)


def test_the_newest_sample_is_not_an_older_one_after_a_restart(reopen: Open) -> None:
    historian = reopen()
    spoilt(historian)
    of(historian, 1)
    historian.seal_once()
    newest = reopen().last([1, 2], scope=ALL)
    assert (newest[1].value, newest[1].quality, newest[1].ts_us) == (None, q.BAD, DAY_ZERO_US + 49 * SECOND_US)
    assert newest[2].value == 49.0


@pytest.mark.parametrize("set_aside", [False, True], ids=["passed over", "set aside"])
def test_samples_that_a_person_brought_back_count_as_those_that_were_lost(
    store: Store, clock: ManualClock, bus: Bus, *, set_aside: bool
) -> None:
    index = CorrectionIndex()
    historian = Historian(store.open(), clock=clock, bus=bus, owner_of={1: 1, 2: 1}.get, corrections=index)
    spoilt(historian)
    clock.step(HOUR_US)
    of(historian, 1)
    {True: historian.seal_once, False: lambda: 0}[set_aside]()
    given = Block.of(Batch.of(Kind.F64, [(1, DAY_ZERO_US + i * SECOND_US, float(i), q.GOOD) for i in range(50)]))
    inserted = Correction(
        1, 1, 1, "insert", DAY_ZERO_US, DAY_ZERO_US + 50 * SECOND_US, change=None, given=given, under=0,
        reason="never sent", by_id="p1", by_name="Ada", at_us=0, known=1,
    )  # fmt: skip
    index.take([inserted], {}, known=1)
    middle_us = DAY_ZERO_US + 25 * SECOND_US + SECOND_US // 2
    assert historian.bounding([1], middle_us, scope=ALL)[1].value == 25.0
    assert historian.last([1], at_us=middle_us, scope=ALL)[1].value == 25.0
    assert historian.last([1], scope=ALL)[1].value == 49.0
    mean = historian.mean(1, middle_us, middle_us + SECOND_US, scope=ALL)
    assert (mean.value, mean.covered_us, mean.good_fraction) == (25.5, SECOND_US, 1.0)
    historian.close()


def test_a_late_sample_amid_it_holds_until_the_next_one_for_whoever_asks(
    historian: Historian, clock: ManualClock
) -> None:
    spoilt(historian)
    historian.put([frame(2, [(1, DAY_ZERO_US + 25 * SECOND_US, 7.0, q.GOOD)])])
    historian.seal_once()
    clock.step(HOUR_US)
    late_us, later_us = DAY_ZERO_US + 25 * SECOND_US, DAY_ZERO_US + 30 * SECOND_US
    assert historian.bounding([1], later_us, scope=ALL)[1].value == 7.0
    whole, rest = (historian.mean(1, at_us, later_us + SECOND_US, scope=ALL) for at_us in (late_us, later_us))
    assert (whole.value, whole.covered_us, rest.value, rest.covered_us) == (7.0, 6 * SECOND_US, 7.0, SECOND_US)


def test_it_goes_with_its_month(historian: Historian) -> None:
    spoilt(historian)
    of(historian, 1)
    historian.seal_once()
    (month,) = historian.dropper.months()
    with historian.dropper.still():
        historian.dropper.drop(month, None, [])
    assert (holes(historian), of(historian, 1, 2)) == ([], [])


@pytest.mark.parametrize("damage", ["cut", "flipped"])
@pytest.mark.parametrize("at", [0.3, 0.6, 0.9])
def test_an_end_of_the_head_that_is_lost_is_not_written_over(
    tmp_path: Path, clock: ManualClock, bus: Bus, caplog: pytest.LogCaptureFixture, *, damage: str, at: float
) -> None:
    """A consumer has read 39 frames, of which the disk loses some, and nobody has told of them beside: what comes next
    it reads, and it is sealed."""
    historian = Historian(tmp_path / "is", clock=clock, bus=bus, owner_of={1: 1}.get)
    for seq in range(1, 40):
        historian.put([frame(seq, [(1, DAY_ZERO_US + seq * 10 + i, float(i), q.GOOD) for i in range(10)])])
    shutil.copytree(tmp_path / "is", tmp_path / "was")
    historian.close()
    (tmp_path / "was" / "head.db-shm").unlink(missing_ok=True)
    (tmp_path / "was" / "head.witness").unlink()
    journal = tmp_path / "was" / "head.db-wal"
    data, place = bytearray(journal.read_bytes()), int(journal.stat().st_size * at)
    data[place] ^= 0x40
    journal.write_bytes({"cut": bytes(data[:place]), "flipped": bytes(data)}[damage])

    again = Historian(tmp_path / "was", clock=clock, bus=bus, owner_of={1: 1}.get)
    _, last = again.head_bounds()
    assert last < 39
    again.consumer_at("states", 39)
    assert f"none after {last}" in caplog.text
    again.put([frame(40, [(1, DAY_ZERO_US + HOUR_US, 1.0, q.GOOD)])])
    assert [row.head_id for row in again.head(39, 10)] == [40]
    assert [row.head_id for row in again.head(last, 10)] == [40]
    again.seal_once()
    assert len(rows_of(again.raw([1], 0, DAY_ZERO_US + 2 * HOUR_US, scope=ALL))) == last * 10 + 1
    again.close()


# --- rows of the head ---------------------------------------------------------------------------------------------
def test_who_had_seen_a_row_that_is_lost_misses_nothing_that_comes_then(reopen: Callable[[], Historian]) -> None:
    """The last row of the log: its number stays given, else whoever is past it passes over the next frame."""
    historian = reopen()
    historian.put([frame(seq, [(1, DAY_ZERO_US + seq, float(seq), q.GOOD)]) for seq in (1, 2)])
    historian.consumer_at("states", 2)
    for lost in (2, 3):
        with historian.storage.head.transaction() as session:
            session.execute("update head set body = ? where head_id = ?", (b"spoilt", lost))
        historian = reopen()
        historian.put([frame(lost + 1, [(1, DAY_ZERO_US + lost + 1, 1.0, q.GOOD)])])
        assert [row.frame.seq for row in historian.head(lost, 9)] == [lost + 1]
    historian = reopen()
    (account,) = historian.delivery()
    assert (account.expected, account.stored, account.gap) == (4, 2, 2)
    historian.put([frame(seq, [(1, DAY_ZERO_US + seq, float(seq), q.GOOD)]) for seq in (2, 3)])
    (account,) = historian.delivery()
    assert (account.expected, account.stored, account.gap) == (4, 4, 0)
