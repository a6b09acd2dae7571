"""Samples in PostgreSQL: one process writes, a lost connection loses and doubles nothing, months are partitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from naive_historian import frame, rows_of

from dovetail.chunkstore import postgres
from dovetail.chunkstore.postgres import Server
from dovetail.core import faults
from dovetail.core.bus import Bus
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.scope import system_scope
from dovetail.events.historian import FramesStored
from dovetail.historian.service import Historian
from dovetail.packing.place import Session
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from samples_stores import ServerStore

pytestmark = pytest.mark.postgres
ALL = system_scope("test")
GOOD = 0xC0
DECEMBER_US = 1_767_225_599_999_999  # its last microsecond


@pytest.fixture
def store(server_store: ServerStore) -> ServerStore:
    server_store.empty()
    return server_store


@pytest.fixture
def historian(reopen: Callable[[], Historian]) -> Historian:
    return reopen()


def values(historian: Historian) -> list[object]:
    return [row[2] for row in rows_of(historian.raw([1], 0, DAY_ZERO_US + 10_000, scope=ALL))]


def test_a_second_process_may_not_write(
    store: ServerStore, historian: Historian, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(postgres, "HISTORIAN_LOCK_WAIT_S", 0.6)
    with pytest.raises(ConfigError, match="another Dovetail writes"):
        store.open()
    told = [record.message for record in caplog.records if "another Dovetail writes" in record.message]
    assert told == ["another Dovetail writes the samples of this database: waiting up to 1 s for it"]
    historian.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])])
    assert values(historian) == [1.0]


def test_what_was_written_by_another_meanwhile_stops_the_first(store: ServerStore, historian: Historian) -> None:
    """The server was away, and while it was another one began to write: two memories of one plant would drift apart."""
    store.break_links()
    Historian(store.open(), clock=ManualClock(), bus=Bus(), owner_of=lambda _tag: 1).close()
    with pytest.raises(LinkError):
        historian.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])])
    with pytest.raises(ConfigError, match="while the connection was lost"):
        historian.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])])


def test_who_lost_the_lock_unnoticed_moves_no_chunk(store: ServerStore, historian: Historian) -> None:
    """Its own connection for sealing is made anew at once, and must not write beside the other's."""
    historian.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])])
    store.break_links()
    other = Historian(store.open(), clock=ManualClock(), bus=Bus(), owner_of=lambda _tag: 1)
    with pytest.raises(ConfigError, match="another Dovetail has written"):
        historian.seal_once()
    assert other.seal_once() == 1
    assert values(other) == [1.0]
    other.close()


def test_an_epoch_is_never_given_twice(reopen: Callable[[], Historian]) -> None:
    given = [reopen().resume("plc", []).epoch for _ in range(3)]
    assert given == [1, 2, 3]


def test_a_user_without_the_right_is_told_which(store: ServerStore) -> None:
    with psycopg.connect(store.url, autocommit=True) as admin:
        admin.execute("drop role if exists poor")
        admin.execute("create role poor login")
    with pytest.raises(ConfigError, match="may not keep samples"):
        Server(store.url.replace("postgres:@", "poor:@"))


def test_a_historian_closes_though_its_server_is_away(store: ServerStore, historian: Historian) -> None:
    historian.consumer_at("states", 0)
    historian.consumer_at("states", 1)  # would be told with the close
    store.break_links()
    historian.close()


def test_a_server_that_comes_back_is_used_again(store: ServerStore, historian: Historian) -> None:
    historian.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])])
    historian.seal_once()
    store.break_links()
    assert values(historian) == [1.0]  # readers do not even notice
    with pytest.raises(LinkError):
        historian.put([frame(2, [(1, DAY_ZERO_US + 1, 2.0, GOOD)])])
    assert values(historian) == [1.0]
    historian.put([frame(2, [(1, DAY_ZERO_US + 1, 2.0, GOOD)])])
    store.break_links()
    with pytest.raises(LinkError):
        historian.seal_once()
    assert historian.seal_once() == 1
    assert values(historian) == [1.0, 2.0]


@pytest.fixture
def lose_answers() -> Iterator[Callable[[], None]]:
    """From now on the server commits, and then the answer is lost on its way."""
    with pytest.MonkeyPatch.context() as patch:
        untouched = postgres._Head.transaction

        @contextmanager
        def deaf(head: postgres._Head) -> Iterator[Session]:
            with untouched(head) as session:
                yield session
            patch.undo()
            head._writer.close()
            raise LinkError("the answer was lost")

        yield lambda: patch.setattr(postgres._Head, "transaction", deaf)


def test_a_commit_whose_answer_was_lost_counts_once(
    store: ServerStore, bus: Bus, clock: ManualClock, lose_answers: Callable[[], None]
) -> None:
    """The sender was told that nothing was kept, and sends again: it is there already, and followers hear of it."""
    heard: list[FramesStored] = []
    bus.subscribe(FramesStored, heard.append)
    historian = Historian(store.open(), clock=clock, bus=bus, owner_of=lambda _tag: 1)
    historian.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])])
    lose_answers()
    with pytest.raises(LinkError):
        historian.put([frame(2, [(1, DAY_ZERO_US + 1, 2.0, GOOD)])])
    assert values(historian) == [1.0]
    historian.put([frame(2, [(1, DAY_ZERO_US + 1, 2.0, GOOD)]), frame(3, [(1, DAY_ZERO_US + 2, 3.0, GOOD)])])
    assert values(historian) == [1.0, 2.0, 3.0]
    assert historian.last([1], scope=ALL)[1].value == 3.0
    assert [row.head_id for row in historian.head(0, 10)] == [1, 2, 3]
    assert [len(event.frames) for event in heard] == [1, 2]
    (account,) = historian.delivery()
    assert (account.expected, account.stored, account.frames_repeated) == (3, 3, 1)
    historian.close()


def test_a_month_is_a_partition_that_is_made_when_it_is_needed(store: ServerStore, historian: Historian) -> None:
    historian.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD), (1, DECEMBER_US, 2.0, GOOD)])])
    historian.seal_once()
    with psycopg.connect(store.url, options="-c search_path=historian") as connection:
        found = connection.execute("select tableoid::regclass::text, t0 from chunk order by t0").fetchall()
    assert found == [("chunk_2025_12", DECEMBER_US), ("chunk_2026_01", DAY_ZERO_US)]


def test_a_schema_of_version_2_gets_what_came_later(store: ServerStore, reopen: Callable[[], Historian]) -> None:
    """As an earlier Dovetail left it: every chunk with its own moments, and no table for shared ones."""
    historian = reopen()
    historian.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])])
    historian.seal_once()
    historian.close()
    with psycopg.connect(store.url, options="-c search_path=historian") as older:
        older.execute("drop table moments_2026_01")
        older.execute("alter table chunk drop column moments, drop column checked")
        older.execute("alter table rollup drop column checked")
        older.execute("alter table head drop column told")
        older.execute("drop table head_aside")
        older.execute("update user_version set version = 2")
    again = reopen()
    again.put([frame(2, [(1, DAY_ZERO_US + 1, 2.0, GOOD), (1, DECEMBER_US, 0.0, GOOD)])])
    again.seal_once()
    assert values(again) == [0.0, 1.0, 2.0]


def test_sealing_waits_for_nobody_who_reads_the_whole_table(store: ServerStore, historian: Historian) -> None:
    """A report that has read all chunks, and has not ended yet, does not keep a new month from beginning."""
    historian.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])])
    historian.seal_once()
    with psycopg.connect(store.url, options="-c search_path=historian") as report:
        report.execute("select count(*) from chunk").fetchone()
        historian.put([frame(2, [(1, DECEMBER_US, 2.0, GOOD)])])
        assert historian.seal_once() == 1


def test_a_schema_from_the_future_is_not_touched(store: ServerStore, reopen: Callable[[], Historian]) -> None:
    reopen().close()
    with psycopg.connect(store.url, options="-c search_path=historian") as connection:
        connection.execute("update user_version set version = 99")
    with pytest.raises(ConfigError, match="newer"):
        store.open()


def test_a_table_that_somebody_holds_keeps_the_sample_with_its_sender(
    store: ServerStore, historian: Historian, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "on_point", lambda _name: None)
    historian._head._place._writer.execute("set lock_timeout = '50ms'")
    with psycopg.connect(store.url, options="-c search_path=historian") as admin:
        admin.execute("lock table head")
        with pytest.raises(LinkError, match="lock timeout"):
            historian.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])])
    historian.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])])
    assert values(historian) == [1.0]
