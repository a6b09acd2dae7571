"""After an outage live values go beside what waited, and vouch for themselves alone until that is held."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shelf import FrameShelf

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.errors import InvalidError, LinkError
from dovetail.core.sink import Resumed
from dovetail.core.sqlitelib import sqlite_module
from dovetail.packing import frames as codec
from dovetail.testing.clock import ManualClock
from dovetail.transport import newest as newest_module
from dovetail.transport import outbox as outbox_module
from dovetail.transport import receiver
from dovetail.transport.model import Parcel, came_from, up
from dovetail.transport.newest import Newest
from dovetail.transport.outbox import DiskOutbox
from dovetail.transport.receiver import Counted, Receiver, Taken

GOOD, SECOND, LINK, TAG, OTHER = 0xC0, 1_000_000, 3, 30, 31


class Road:
    """The way to a historian; a lane that is shut says so, and `came` is what has arrived, in order."""

    def __init__(self) -> None:
        self.shut = {Lane.LIVE: False, Lane.BACKLOG: False}
        self.came: list[Frame] = []
        self.refused = 0
        self.lock = threading.Lock()

    def resume(self, _source: str, _links: Sequence[int]) -> Resumed:
        return Resumed(1, {})

    def send(self, parcels: Sequence[Parcel]) -> list[str]:
        with self.lock:
            if any(self.shut[one.lane] for one in parcels):
                self.refused += 1
                raise LinkError("nobody answers")
            self.came += [codec.decode(one.body) for one in parcels]
        return []

    def cut(self) -> None:
        self.shut = dict.fromkeys(self.shut, True)

    def mend(self, *lanes: Lane) -> None:
        self.shut.update(dict.fromkeys(lanes, False))


def frame(second: int, *values: tuple[int, float], at: int | None = None) -> Frame:
    """Of (tag, value) at a second (or another), good through that second. The source numbers what it puts."""
    rows = [(tag, (second if at is None else at) * SECOND, value, GOOD) for tag, value in values]
    batches = (Batch.of(Kind.F64, rows),) if rows else ()
    return Frame("edge", Lane.LIVE, 1, second, batches, {LINK: second * SECOND})


def until(condition: Callable[[], bool]) -> None:
    """As soon as it holds; ten seconds at most."""
    until_s = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until_s
        time.sleep(0.002)


@pytest.fixture
def road() -> Road:
    return Road()


@pytest.fixture
def outbox(tmp_path: Path, road: Road, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[DiskOutbox]:
    monkeypatch.setattr(outbox_module, "BACKOFF_FIRST_S", 0.002)
    monkeypatch.setattr(outbox_module, "BACKOFF_MAX_S", 0.002)
    made = DiskOutbox(tmp_path / "outbox.db", road, clock=clock)
    yield made
    made.close()


def outage(outbox: DiskOutbox, road: Road) -> None:
    """Seconds 1 and 2 arrive; in second 3 the way is cut, which is seen, and 4 and 5 wait."""
    outbox.put([frame(1, (TAG, 1.0), (OTHER, 1.0))])
    outbox.put([frame(2, (TAG, 2.0))])
    until(lambda: outbox.waiting == 0)
    road.cut()
    outbox.put([frame(3, (TAG, 3.0))])
    until(lambda: outbox.is_cut)
    outbox.put([frame(4, (TAG, 4.0))])
    outbox.put([frame(5, (OTHER, 5.0))])


def said(one: Frame) -> tuple[Lane, list[tuple[int, float]], dict[int, int], dict[int, tuple[int, int]]]:
    rows = [(tag, value) for batch in one.batches for tag, _, value, _ in batch.rows()]
    marks = {link: us // SECOND for link, us in one.good_through.items()}
    return one.lane, rows, marks, {link: (a // SECOND, b // SECOND) for link, (a, b) in one.ahead.items()}


def test_live_values_go_beside_what_waited(outbox: DiskOutbox, road: Road) -> None:
    outage(outbox, road)
    road.mend(Lane.LIVE)
    until(lambda: not outbox.is_cut)
    outbox.put([frame(6, (TAG, 6.0))])
    until(lambda: outbox.waiting == outbox.backlog == 2)
    live = [said(one) for one in road.came]
    assert live == [
        (Lane.LIVE, [(TAG, 1.0), (OTHER, 1.0)], {LINK: 1}, {}),
        (Lane.LIVE, [(TAG, 2.0)], {LINK: 2}, {}),
        (Lane.LIVE, [(TAG, 3.0)], {LINK: 3}, {}),
        (Lane.LIVE, [(TAG, 4.0), (OTHER, 5.0)], {}, {LINK: (5, 5)}),  # what holds, though its way is still to come
        (Lane.LIVE, [(TAG, 6.0)], {}, {LINK: (5, 6)}),
    ]
    road.mend(Lane.BACKLOG)
    until(lambda: outbox.waiting == outbox.backlog == 0)  # which are counted down one after the other
    outbox.put([frame(7)])
    until(lambda: outbox.waiting == 0)
    assert [said(one) for one in road.came[5:]] == [
        (Lane.BACKLOG, [(TAG, 4.0)], {LINK: 4}, {}),
        (Lane.BACKLOG, [(OTHER, 5.0)], {LINK: 5}, {}),
        (Lane.LIVE, [], {LINK: 7}, {}),
    ]


def test_every_lane_numbers_what_goes_on_it_without_a_hole(outbox: DiskOutbox, road: Road) -> None:
    outage(outbox, road)
    road.mend(Lane.LIVE)
    until(lambda: not outbox.is_cut)
    outbox.put([frame(6), frame(9)])  # two frames of the source are lost and declared
    road.mend(Lane.BACKLOG)
    until(lambda: outbox.waiting == 0)
    numbers = {lane: [one.seq for one in road.came if one.lane is lane] for lane in (Lane.LIVE, Lane.BACKLOG)}
    assert numbers == {Lane.LIVE: [1, 2, 3, 4, 5, 8], Lane.BACKLOG: [1, 2]}


def test_what_waited_goes_only_when_what_was_live_before_it_is_held(outbox: DiskOutbox, road: Road) -> None:
    """A mark of what waited covers it."""
    outage(outbox, road)
    road.mend(Lane.BACKLOG)
    tried = road.refused
    until(lambda: road.refused > tried + 5)  # all this time the way is open for it, and it does not go
    assert len(road.came) == 2
    road.mend(Lane.LIVE)
    until(lambda: outbox.waiting == 0)
    assert [one.lane for one in road.came[2:]] == [Lane.LIVE, Lane.BACKLOG, Lane.BACKLOG]


def test_a_second_outage_begins_the_live_lane_anew(outbox: DiskOutbox, road: Road) -> None:
    outage(outbox, road)
    road.mend(Lane.LIVE)
    until(lambda: not outbox.is_cut)
    road.cut()
    outbox.put([frame(6, (TAG, 6.0))])
    until(lambda: outbox.is_cut)
    outbox.put([frame(7, (TAG, 7.0))])
    road.mend(Lane.LIVE)
    until(lambda: not outbox.is_cut)
    outbox.put([frame(8)])
    until(lambda: outbox.waiting == outbox.backlog == 3)
    assert [said(one) for one in road.came[-2:]] == [
        (Lane.LIVE, [(TAG, 7.0), (OTHER, 5.0)], {}, {LINK: (7, 7)}),
        (Lane.LIVE, [], {}, {LINK: (7, 8)}),
    ]
    road.mend(Lane.BACKLOG)
    until(lambda: outbox.waiting == 0)
    assert [next(iter(one.good_through.values())) // SECOND for one in road.came if one.lane is Lane.BACKLOG] == [
        4,
        5,
        7,
    ]


def test_what_waited_when_the_machine_was_switched_off_waits_under_its_numbers(
    tmp_path: Path, outbox: DiskOutbox, road: Road, clock: ManualClock
) -> None:
    outage(outbox, road)
    outbox.close()
    again = DiskOutbox(tmp_path / "outbox.db", road, clock=clock)
    assert (again.waiting, again.backlog) == (3, 2)
    road.mend(*Lane)
    until(lambda: again.waiting == 0)
    again.close()
    assert [(one.lane, one.seq) for one in road.came[2:]] == [(Lane.LIVE, 3), (Lane.BACKLOG, 1), (Lane.BACKLOG, 2)]


@pytest.mark.parametrize("lane", [Lane.LIVE, Lane.BACKLOG])
def test_a_lane_is_found_without_looking_through_the_other(
    tmp_path: Path, outbox: DiskOutbox, road: Road, clock: ManualClock, lane: Lane
) -> None:
    """Of which there may be millions of messages; also in a file that an older version began."""
    outbox.close()
    with sqlite_module().connect(tmp_path / "outbox.db") as older:
        older.execute("drop index parcel_by_lane")
    older.close()
    DiskOutbox(tmp_path / "outbox.db", road, clock=clock).close()
    looking = sqlite_module().connect(tmp_path / "outbox.db")
    plan = [row[3] for row in looking.execute(f"explain query plan {outbox_module._OLDEST[lane]}", (500,))]
    looking.close()
    assert plan[0].startswith("SEARCH parcel USING INDEX parcel_by_lane")
    assert not [step for step in plan if step.startswith("SCAN parcel")]


ROWS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5), st.integers(0, 2)), max_size=8)


@given(st.lists(st.tuples(st.sampled_from((Kind.F64, Kind.I64)), ROWS), max_size=12))
def test_the_newest_of_every_tag_is_kept_in_its_order(came: list[tuple[Kind, list[tuple[int, int, int]]]]) -> None:
    """Held against a plain list; of equal samples the first counts."""
    newest = Newest()
    plain: dict[int, list[tuple[int, int, Kind]]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(newest_module, "ROWS_MIN", 3)
        for kind, rows in came:
            newest.add([Batch.of(kind, [(tag, ts, value, GOOD) for tag, ts, value in rows])])
            for tag, ts, value in rows:
                plain.setdefault(tag, []).append((ts, value, kind))
        kept = [(row, batch.kind) for batch in newest.batches() for row in batch.rows()]
    for tag, rows in plain.items():
        last = max(ts for ts, _, _ in rows)
        for kind in (Kind.F64, Kind.I64):
            wanted = list(dict.fromkeys(value for ts, value, of in rows if ts == last and of is kind))
            assert [row[2] for row, of in kept if of is kind and row[0] == tag] == wanted
    assert {row[0] for row, _ in kept} == set(plain)


def test_a_frame_that_is_ahead_is_read_back_as_it_was() -> None:
    one = Frame("edge", Lane.LIVE, 1, 1, frame(1, (TAG, 1.0)).batches, {}, {LINK: (5, 6), LINK + 1: (7, 9)})
    found = codec.decode(codec.encode(one))
    assert (found.good_through, found.ahead) == ({}, one.ahead)
    assert found.batches[0].rows() == one.batches[0].rows()


@pytest.mark.parametrize("lane", [Lane.LIVE, Lane.BACKLOG])
def test_a_subject_says_source_shard_and_lane(lane: Lane) -> None:
    assert came_from(up("edge", 7, lane)) == ("edge", 7, lane is Lane.BACKLOG)


@pytest.mark.parametrize("subject", ["dovetail.up.edge.7.late", "dovetail.up.edge.backlog", "dovetail.up.edge.16"])
def test_what_is_no_subject_of_frames_is_refused(subject: str) -> None:
    with pytest.raises(InvalidError, match="carries no frames"):
        came_from(subject)


async def test_a_commit_takes_what_is_live_first_and_a_little_of_what_waited(
    shelf: FrameShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the next one comes soon, and what waited goes on however much is live."""
    monkeypatch.setattr(receiver, "INGEST_ROWS_AT_ONCE", 3)
    made = Receiver(None, shelf, Counted())  # nothing goes over a link here
    some = [Taken(0, None, frame(second)) for second in range(2)]
    waited, live = ([receiver._Load(some, waited=one) for _ in range(3)] for one in (True, False))
    made._loads = [*waited, *live]
    assert made._next_loads() == [live[0], live[1], waited[0]]
    assert made._next_loads() == [live[2], waited[1]]
    assert made._next_loads() == [waited[2]]
