"""Ingest workers beside the historian: one order of rows, each frame once, and nothing from who lost its shard."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive_historian import NaiveHistorian, Row, rows_of

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.scope import system_scope
from dovetail.core.sink import LostShardError
from dovetail.events.historian import FramesStored
from dovetail.historian.service import Historian
from dovetail.ingestion import beside
from dovetail.ingestion.appending import Appender
from dovetail.ingestion.beside import Beside
from dovetail.ingestion.store import Leases
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from samples_stores import ServerStore

pytestmark = pytest.mark.postgres
ALL = system_scope("test")
GOOD = 0xC0
NOTHING = {"frames": 0, "samples": 0, "redelivered": 0, "refused": 0}


@pytest.fixture
def store(server_store: ServerStore) -> ServerStore:
    server_store.empty()
    return server_store


@pytest.fixture
def historian(reopen: Callable[[], Historian]) -> Historian:
    return reopen()


type MakeWorker = Callable[[str], "Hand"]


class Hand:
    """A worker's hands without its link: its lease, and what it appends."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.leases = Leases(url, name=name, host="here")
        self.appender = Appender(Beside(url), clock=ManualClock(), is_tag=lambda _tag: True)
        self.holdings, self.alive = self.leases.beat(NOTHING)

    def take(self, *shards: int) -> None:
        """Own these, whoever did before."""
        holdings, _ = self.leases.beat(NOTHING)
        self.appender.own(self.leases.take([one for one in holdings if one.shard in shards]))

    def close(self) -> None:
        self.appender.close()
        self.leases.close()


@pytest.fixture
def hand(historian: Historian, store: ServerStore) -> Iterator[MakeWorker]:
    made: list[Hand] = []

    def make(name: str) -> Hand:
        made.append(Hand(store.url, name))
        return made[-1]

    yield make
    for one in made:
        one.close()


def frame(seq: int, rows: list[Row], *, marks: dict[int, int] | None = None) -> Frame:
    return Frame("edge", Lane.LIVE, 1, seq, (Batch.of(Kind.F64, rows),), marks or {})


def values(historian: Historian, tag: int = 1) -> list[object]:
    return [row[2] for row in rows_of(historian.raw([tag], 0, DAY_ZERO_US + 10_000_000, scope=ALL))]


def test_what_a_worker_stores_is_seen_by_who_reads_and_who_follows(
    historian: Historian, hand: MakeWorker, bus: Bus
) -> None:
    heard: list[FramesStored] = []
    bus.subscribe(FramesStored, heard.append)
    worker = hand("a")
    worker.take(1, 2)
    historian.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])])
    worker.appender.put(
        [(1, frame(1, [(1, DAY_ZERO_US + 1, 2.0, GOOD)])), (2, frame(1, [(2, DAY_ZERO_US, 9.0, GOOD)]))]
    )
    assert historian.follow(5.0) == 2
    historian.put([frame(2, [(1, DAY_ZERO_US + 2, 3.0, GOOD)])])
    assert (values(historian), values(historian, 2)) == ([1.0, 2.0, 3.0], [9.0])
    assert historian.last([1, 2], scope=ALL)[2].value == 9.0
    assert [row.head_id for row in historian.head(0, 10)] == [1, 2, 3, 4]
    assert [event.head_id for event in heard] == [1, 3, 4]


def test_who_writes_takes_over_what_others_wrote_before(historian: Historian, hand: MakeWorker, bus: Bus) -> None:
    """It was not told of it yet; its own rows come after them all the same, and followers hear of both."""
    heard: list[FramesStored] = []
    bus.subscribe(FramesStored, heard.append)
    worker = hand("a")
    worker.take(1)
    worker.appender.put([(1, frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)]))])
    historian.put([frame(1, [(1, DAY_ZERO_US + 1, 2.0, GOOD)])])
    assert [len(event.frames) for event in heard] == [2]
    assert (values(historian), historian.follow(0.0)) == ([1.0, 2.0], 0)


def test_a_shard_that_was_taken_over_takes_nothing_more_from_its_last_owner(
    historian: Historian, hand: MakeWorker
) -> None:
    """Believed dead it only stood still, and goes on where it stood."""
    first, second = hand("a"), hand("b")
    first.take(1, 2)
    first.appender.put([(1, frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)]))])
    second.take(1)
    with pytest.raises(LostShardError) as lost:
        first.appender.put(
            [(1, frame(2, [(1, DAY_ZERO_US + 1, 2.0, GOOD)])), (2, frame(1, [(2, DAY_ZERO_US, 5.0, GOOD)]))]
        )
    assert lost.value.shards == {1}
    second.appender.put(
        [(1, frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])), (1, frame(2, [(1, DAY_ZERO_US + 1, 2.0, GOOD)]))]
    )
    first.appender.put([(2, frame(1, [(2, DAY_ZERO_US, 5.0, GOOD)]))])
    historian.follow(5.0)
    assert (values(historian), values(historian, 2)) == ([1.0, 2.0], [5.0])
    (account,) = historian.delivery()
    assert (account.expected, account.stored, account.frames, account.frames_repeated) == (3, 3, 3, 1)
    assert account.frames_missing == 0


def test_a_take_over_waits_for_the_commit_under_way(historian: Historian, hand: MakeWorker, store: ServerStore) -> None:
    first, second = hand("a"), hand("b")
    first.take(1)
    taken = threading.Event()

    def take() -> None:
        second.take(1)
        taken.set()

    with psycopg.connect(store.url, options="-c search_path=historian") as writing:
        writing.execute("select token from shard where number = 1 for share").fetchone()
        taking = threading.Thread(target=take)
        taking.start()
        assert not taken.wait(0.3)
    taking.join()
    with pytest.raises(LostShardError):
        first.appender.put([(1, frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)]))])


def test_who_comes_again_finds_what_another_has_stored_meanwhile(historian: Historian, hand: MakeWorker) -> None:
    first, second = hand("a"), hand("b")
    first.take(1)
    first.appender.put([(1, frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)]))])
    second.take(1)
    second.appender.put([(1, frame(2, [(1, DAY_ZERO_US + 1, 2.0, GOOD)]))])
    first.take(1)
    first.appender.put([(1, frame(2, [(1, DAY_ZERO_US + 1, 2.0, GOOD)]))])
    historian.follow(5.0)
    assert values(historian) == [1.0, 2.0]
    assert first.appender.held(1, ("edge", "live", 1), [1, 2, 3]) == [1, 2]


def test_an_edge_resumes_from_marks_in_chunks_and_in_rows(historian: Historian, hand: MakeWorker) -> None:
    worker = hand("a")
    worker.take(1, 2)
    worker.appender.put(
        [(1, frame(1, [], marks={51: DAY_ZERO_US + 5})), (2, frame(1, [], marks={52: DAY_ZERO_US + 6}))]
    )
    historian.follow(5.0)
    historian.seal_once()
    worker.appender.put([(2, frame(2, [], marks={52: DAY_ZERO_US + 9}))])
    resumed = worker.appender.resume("edge", [51, 52, 53])
    assert resumed.good_through == {51: DAY_ZERO_US + 5, 52: DAY_ZERO_US + 9}
    assert [worker.appender.resume("edge", []).epoch for _ in range(2)] == [resumed.epoch + 1, resumed.epoch + 2]


def test_who_stores_waits_for_who_seals(
    historian: Historian, hand: MakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = hand("a")
    worker.take(1)
    monkeypatch.setattr(beside, "UNSEALED_SAMPLES_MAX", 1)
    monkeypatch.setattr("dovetail.ingestion.appending.LOOK_S", 0.0)
    worker.appender.put([(1, frame(1, [(1, DAY_ZERO_US + i, 1.0, GOOD) for i in range(3)]))])
    with pytest.raises(LinkError, match="waits to be sealed"):
        worker.appender.put([(1, frame(2, [(1, DAY_ZERO_US + 9, 1.0, GOOD)]))])
    historian.follow(5.0)
    historian.seal_once()
    worker.appender.put([(1, frame(2, [(1, DAY_ZERO_US + 9, 1.0, GOOD)]))])


def test_a_worker_makes_no_tables(store: ServerStore) -> None:
    with pytest.raises(ConfigError, match="holds no samples yet"):
        Beside(store.url)


def test_a_worker_of_another_version_stores_nothing(historian: Historian, store: ServerStore) -> None:
    with psycopg.connect(store.url, autocommit=True, options="-c search_path=historian") as admin:
        admin.execute("update user_version set version = version + 1")
    with pytest.raises(ConfigError, match="this version writes"):
        Beside(store.url)


type Step = tuple[str, int, int]

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(0, 3), st.integers(1, 6)),  # shard, seq
        st.tuples(st.just("own"), st.just(0), st.integers(1, 6)),
        st.tuples(st.sampled_from(["follow", "seal", "swap"]), st.just(0), st.just(0)),
    ),
    max_size=25,
)


class Play:
    """Two workers of which one owns all, the process that reads and seals, and a plain list of what each stored."""

    def __init__(self, store: ServerStore) -> None:
        store.empty()
        self.historian = Historian(store.open(), clock=ManualClock(), bus=Bus(), owner_of=lambda _tag: 1)
        self.workers = [Hand(store.url, "a"), Hand(store.url, "b")]
        self.naive = NaiveHistorian()
        self.swap()

    def append(self, shard: int, seq: int) -> None:
        row = (shard + 1, DAY_ZERO_US + seq, float(seq), GOOD)
        self.workers[0].appender.put([(shard, frame(seq, [row]))])
        self.naive.put([row])

    def own(self, _shard: int, seq: int) -> None:
        row = (11, DAY_ZERO_US + seq, float(seq), GOOD)
        self.historian.put([frame(seq, [row])])
        self.naive.put([row])

    def follow(self, *_: int) -> None:
        self.historian.follow(0.0)

    def seal(self, *_: int) -> None:
        self.historian.seal_once()

    def swap(self, *_: int) -> None:
        self.workers.reverse()
        self.workers[0].take(0, 1, 2, 3)

    def close(self) -> None:
        for worker in self.workers:
            worker.close()
        self.historian.close()


@given(steps=STEPS)
def test_any_order_of_workers_and_sealing_gives_the_plain_answer(server_store: ServerStore, steps: list[Step]) -> None:
    play = Play(server_store)
    try:
        for what, shard, seq in steps:
            getattr(play, what)(shard, seq)
        play.follow()
        tags = [1, 2, 3, 4, 11]
        expected = play.naive.raw(set(tags), 0, DAY_ZERO_US + 100)
        assert rows_of(play.historian.raw(tags, 0, DAY_ZERO_US + 100, scope=ALL)) == expected
        accounts = play.historian.delivery()
        assert sum(one.stored for one in accounts) == len(expected)
        assert all(one.expected == one.stored + one.duplicate + one.refused + one.gap for one in accounts)
    finally:
        play.close()
