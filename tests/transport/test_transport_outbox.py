"""The outbox on disk: what it took is there after any end, under the number it had, until the historian holds it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from shelf import frame

from dovetail.core import faults
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.sink import Resumed
from dovetail.core.sqlitelib import sqlite_module
from dovetail.packing import frames as codec
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from dovetail.transport import outbox as outbox_module
from dovetail.transport.model import LANES, Parcel
from dovetail.transport.outbox import DiskOutbox


class Road:
    """The way to a historian that may be away, and refuses what it is told to."""

    def __init__(self) -> None:
        self.held: list[tuple[int, int, int]] = []  # epoch, shard, seq
        self.values: list[float] = []
        self.refuses = 0
        self.asked = 0
        self.open = threading.Event()

    def resume(self, _source: str, links: Sequence[int]) -> Resumed:
        self.asked += 1
        return Resumed(1, {link: DAY_ZERO_US for link in links if link == 1})

    def send(self, parcels: Sequence[Parcel]) -> list[str]:
        if not self.open.is_set():
            raise LinkError("the historian is away")
        self.held += [(one.epoch, one.shard, one.seq) for one in parcels]
        self.values += [float(codec.decode(one.body).batches[0].value[0]) for one in parcels]
        return ["not this one"] * self.refuses


@pytest.fixture
def road() -> Road:
    return Road()


type Open = Callable[[], DiskOutbox]


@pytest.fixture
def reopen(tmp_path: Path, road: Road, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """The outbox of this test; a second call closes the first one."""
    monkeypatch.setattr(outbox_module, "BACKOFF_FIRST_S", 0.01)
    monkeypatch.setattr(outbox_module, "BACKOFF_MAX_S", 0.02)
    opened: list[DiskOutbox] = []

    def again() -> DiskOutbox:
        while opened:
            opened.pop().close()
        opened.append(DiskOutbox(tmp_path / "outbox.db", road, clock=clock))
        return opened[0]

    yield again
    while opened:
        opened.pop().close()


def empty(outbox: DiskOutbox) -> bool:
    """As soon as everything is held; five seconds at most."""
    until_s = time.monotonic() + 5
    while outbox.waiting and time.monotonic() < until_s:
        time.sleep(0.005)
    return outbox.waiting == 0


def begun(outbox: DiskOutbox) -> int:
    return outbox.resume("edge", [1, 2]).epoch


def test_what_was_taken_while_the_historian_was_away_comes_in_order_after_a_restart(reopen: Open, road: Road) -> None:
    outbox = reopen()
    first = begun(outbox)
    outbox.put([frame(seq, link=1, epoch=first) for seq in (1, 2, 3)])
    outbox = reopen()
    second = begun(outbox)
    outbox.put([frame(1, link=1, epoch=second), frame(2, link=2, epoch=second)])
    road.open.set()
    assert empty(outbox)
    assert second > first
    assert road.held == [(first, 1, 1), (first, 1, 2), (first, 1, 3), (second, 1, 1), (second, 2, 1)]


def test_only_a_new_file_asks_from_where_it_goes_on(reopen: Open, road: Road) -> None:
    """After that the machine that collects can be started whoever is away."""
    outbox = reopen()
    assert outbox.resume("edge", [1, 2]).good_through == {1: DAY_ZERO_US}
    outbox.put([one := frame(1, link=2, epoch=outbox.resume("edge", []).epoch)])
    found = reopen().resume("edge", [1, 2])
    assert found.good_through == {1: DAY_ZERO_US, **one.good_through}
    assert road.asked == 1


async def test_an_epoch_of_a_file_that_was_lost_is_never_given_again(
    reopen: Open, road: Road, tmp_path: Path, clock: ManualClock
) -> None:
    first = begun(reopen())
    await clock.advance(1.0)
    other = DiskOutbox(tmp_path / "another.db", road, clock=clock)
    assert begun(other) > first
    other.close()


def test_a_number_that_did_not_reach_the_disk_is_not_given(
    reopen: Open, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = reopen()
    epoch = begun(outbox)

    def fails(point: str) -> None:
        raise LinkError(f"the disk is full at {point}")

    with monkeypatch.context() as patch:
        patch.setattr(faults, "point", fails)
        with pytest.raises(LinkError, match="the disk is full"):
            outbox.put([frame(1, epoch=epoch)])
    outbox.put([frame(1, epoch=epoch)])
    road.open.set()
    assert empty(outbox)
    assert road.held == [(epoch, 1, 1)]


@pytest.mark.parametrize("error", [LinkError("broken"), RuntimeError("a fault of ours")])
def test_what_was_held_and_not_let_go_is_sent_again(
    reopen: Open, road: Road, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """To no effect: the historian knows its number."""
    outbox = reopen()
    epoch = begun(outbox)
    outbox.put([frame(1, epoch=epoch)])
    ways = iter([error])

    def once(_point: str) -> None:
        for one in ways:
            raise one

    monkeypatch.setattr(faults, "point", once)
    road.open.set()
    assert empty(outbox)
    assert road.held == [(epoch, 1, 1)] * 2


def test_what_is_refused_for_good_is_counted_and_holds_up_nobody(reopen: Open, road: Road) -> None:
    outbox = reopen()
    epoch = begun(outbox)
    road.refuses = 1
    road.open.set()
    outbox.put([frame(1, epoch=epoch)])
    assert empty(outbox)
    assert outbox.refused == 1


def test_a_full_outbox_takes_nothing_more(reopen: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the edge reads more slowly, and declares a gap in the end."""
    monkeypatch.setattr(outbox_module, "OUTBOX_BYTES_MAX", 50)
    outbox = reopen()
    epoch = begun(outbox)
    outbox.put([frame(1, epoch=epoch, rows=50)])
    with pytest.raises(LinkError, match="is full"):
        outbox.put([frame(2, epoch=epoch)])


def test_a_file_that_cannot_be_read_for_a_while_is_read_again(
    reopen: Open, road: Road, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By both lanes, and it does not make what comes meanwhile a backlog."""
    road.open.set()
    with monkeypatch.context() as patch:
        for lane in LANES:
            patch.setitem(outbox_module._OLDEST, lane, "select * from nothing limit ?")
        outbox = reopen()
        epoch = begun(outbox)
        outbox.put([frame(1, epoch=epoch)])
        until_s = time.monotonic() + 5
        while caplog.text.count("cannot be read") < len(LANES) and time.monotonic() < until_s:
            time.sleep(0.005)
        assert [record.levelname for record in caplog.records] == ["WARNING"] * len(LANES), "each lane says it once"
        assert (road.held, outbox.is_cut) == ([], False)
    assert empty(outbox)
    assert road.held == [(epoch, 1, 1)]


def test_a_file_that_cannot_be_read_is_for_a_person(reopen: Open, tmp_path: Path) -> None:
    (tmp_path / "outbox.db").write_bytes(b"no database, and longer than a header of one would have to be" * 4)
    with pytest.raises(ConfigError, match="cannot be used"):
        reopen()


def test_a_file_of_a_newer_version_is_left_alone(reopen: Open, tmp_path: Path) -> None:
    newer = sqlite_module().connect(tmp_path / "outbox.db")
    newer.execute("pragma user_version=99")
    newer.close()
    with pytest.raises(ConfigError, match="newer Dovetail"):
        reopen()
