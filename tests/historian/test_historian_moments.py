"""Signals that are read together have their moments kept once; of each of them comes out what went in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from naive_historian import rows_of

from dovetail.chunkstore import moments
from dovetail.chunkstore.files import connect
from dovetail.chunkstore.months import month_of
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from samples_stores import FileStore, Store

ALL = system_scope("test")
GOOD = 0xC0
SCANS = 100
JITTER_US = np.random.default_rng(1).integers(0, 20_000, SCANS)  # quite even moments are not worth sharing
(MONTH,) = month_of(np.array([DAY_ZERO_US], dtype=np.int64)).tolist()
type Open = Callable[[], Historian]


@pytest.fixture
def store(each_store: Store) -> Store:
    return each_store


def scans(seq: int, tags: list[int], *, shift_us: int = 0, n: int = SCANS) -> Frame:
    """So many scans of tags, a second apart, each tag with values of its own."""
    ts = DAY_ZERO_US + shift_us + np.arange(n, dtype=np.int64) * 1_000_000 + JITTER_US[:n]
    tag = np.tile(np.array(tags, dtype=np.int64), n)
    value = tag * 1_000.0 + np.arange(n).repeat(len(tags))
    good, valid = np.full(len(tag), GOOD, dtype=np.uint16), np.ones(len(tag), dtype=np.bool_)
    batch = Batch(Kind.F64, tag, ts.repeat(len(tags)), value, valid, good)
    return Frame("gateway", Lane.LIVE, 1, seq, (batch,))


def expected(frames: list[Frame]) -> list[tuple[object, ...]]:
    return sorted((row for one in frames for row in rows_of(list(one.batches))), key=lambda row: (row[1], row[0]))


def kept(historian: Historian) -> tuple[int, int]:
    """(how many columns of moments the month keeps for several chunks, how many chunks share one)."""
    with historian.chunks.view(MONTH) as view:
        columns = view._session.execute(f"select count(*) from {view._words.moments}").fetchone()[0]
        shared = f"select count(*) from {view._words.chunk} where moments is not null"
        return columns, view._session.execute(shared).fetchone()[0]


def test_what_was_read_together_is_kept_once(historian: Historian, reopen: Open) -> None:
    sent = [scans(1, [1, 2]), scans(2, [3], shift_us=250_000)]
    historian.put(sent)
    assert historian.seal_once() == 3 * SCANS
    assert kept(historian) == (1, 2)  # that of tag 3 lies with it
    again = reopen()
    assert rows_of(again.raw([1, 2, 3], 0, 2**62, scope=ALL)) == expected(sent)


def test_who_comes_later_finds_the_moments_of_others(historian: Historian) -> None:
    historian.put([scans(1, [1, 2])])
    historian.seal_once()
    historian.put([scans(2, [3])])
    historian.seal_once()
    assert kept(historian) == (1, 3)


def test_a_late_sample_takes_a_chunk_out_and_nobody_else(historian: Historian) -> None:
    sent = [scans(1, [1, 2, 3]), scans(2, [2], shift_us=500_000, n=1)]
    for one in sent:
        historian.put([one])
        historian.seal_once()
    assert kept(historian) == (1, 2)
    assert rows_of(historian.raw([1, 2, 3], 0, 2**62, scope=ALL)) == expected(sent)


def test_moments_go_with_the_last_chunk_that_shares_them(historian: Historian) -> None:
    historian.put([scans(1, [1, 2])])
    historian.seal_once()
    historian.put([scans(2, [1, 2], shift_us=SCANS * 1_000_000)])
    historian.seal_once()  # the chunks become longer: other moments, and the former ones go
    assert kept(historian) == (1, 2)
    historian.put([scans(3, [1], shift_us=500_000, n=1), scans(4, [2], shift_us=600_000, n=1)])
    historian.seal_once()
    assert kept(historian) == (0, 0)


def test_what_is_dropped_takes_its_moments_along(historian: Historian) -> None:
    historian.put([scans(1, [1, 2, 3])])
    historian.seal_once()
    with historian.chunks.view(MONTH) as view:
        ids = {piece.tag: piece.id for piece in view.pieces([1, 2, 3], 2**62)}
    with historian.chunks.use(MONTH) as month:
        month.drop([ids[1]], [])
        assert kept(historian) == (1, 2)
        month.drop([ids[2], ids[3]], [])
    assert kept(historian) == (0, 0)


def test_what_chunks_weigh_holds_their_part_of_the_moments_they_share(historian: Historian) -> None:
    historian.put([scans(1, [1, 2, 3])])
    historian.seal_once()
    with historian.chunks.view(MONTH) as view:
        sizes = "select (select sum(length(body)) from {}), (select sum(length(body)) from {})"
        words = view._words
        alone, shared = map(int, view._session.execute(sizes.format(words.chunk, words.moments)).fetchone())
        of_all, of_some = view.weights(2**62), view.weights(2**62, [1, 2, 3])
        pieces = view.pieces([1, 2, 3], 2**62)
    assert of_all == of_some
    assert [one.bytes for one in pieces] == [one.bytes for one in of_all.values()]
    assert sum(one.bytes for one in pieces) == pytest.approx(alone + shared, abs=len(pieces))  # a part is whole bytes
    assert shared > 64


def test_two_columns_with_one_number_are_not_taken_for_each_other(
    historian: Historian, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moments, "_id", lambda _times: 7)
    sent = [scans(1, [1, 2]), scans(2, [3], shift_us=250_000)]
    historian.put(sent)
    historian.seal_once()
    assert kept(historian) == (1, 2)
    assert rows_of(historian.raw([1, 2, 3], 0, 2**62, scope=ALL)) == expected(sent)


@pytest.mark.parametrize(
    "damage", ["update moments set body = cast(x'00' || substr(body, 2) as blob)", "delete from moments"]
)
def test_moments_that_are_damaged_or_gone_are_told_and_not_served(
    tmp_path: Path, clock: ManualClock, bus: Bus, damage: str
) -> None:
    store = FileStore(tmp_path / "historian")
    historian = Historian(store.open(), clock=clock, bus=bus, owner_of={1: 1, 2: 1}.get)
    historian.put([scans(1, [1, 2])])
    historian.seal_once()
    connection = connect(store.folder / "chunks-2026-01.db", role="writer")
    connection.execute(damage)
    connection.close()
    assert historian.raw([1, 2], 0, 2**62, scope=ALL) == []
    assert [(one.of.tag, one.n) for one in historian.damage.all()] == [(1, SCANS), (2, SCANS)]
    historian.seal_once()
    assert all(one.is_aside for one in historian.damage.all())
    historian.close()


def test_a_month_of_version_2_opens_and_what_comes_is_shared(tmp_path: Path, clock: ManualClock, bus: Bus) -> None:
    """As an earlier Dovetail left it: every chunk with its own moments, and no table for shared ones."""
    store = FileStore(tmp_path / "historian")
    historian = Historian(store.open(), clock=clock, bus=bus, owner_of={1: 1, 2: 1}.get)
    sent = [scans(1, [1]), scans(2, [2], shift_us=250_000), scans(3, [1, 2], shift_us=SCANS * 1_000_000)]
    historian.put(sent[:2])
    historian.seal_once()
    historian.close()
    older = connect(store.folder / "chunks-2026-01.db", role="writer")
    older.executescript(
        "drop index chunk_moments; alter table chunk drop column moments; drop table moments; pragma user_version=2;"
        "alter table chunk drop column checked; alter table rollup drop column checked;"
    )
    older.close()
    historian = Historian(store.open(), clock=clock, bus=bus, owner_of={1: 1, 2: 1}.get)
    assert rows_of(historian.raw([1, 2], 0, 2**62, scope=ALL)) == expected(sent[:2])
    historian.put(sent[2:])
    historian.seal_once()
    assert rows_of(historian.raw([1, 2], 0, 2**62, scope=ALL)) == expected(sent)
    historian.close()
