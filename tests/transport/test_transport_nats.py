"""Frames over a real NATS server: what the edge is told is kept is in the database, once, whatever breaks between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from shelf import GOOD, NOW_US, FrameShelf, frame, linked, put, worker

from dovetail.core import limits
from dovetail.core.batch import Batch, Kind
from dovetail.core.errors import DamagedError, LinkError, RefusedError
from dovetail.packing import frames as codec
from dovetail.transport import receiver, sender
from dovetail.transport.link import look
from dovetail.transport.model import STREAM, Address, up
from dovetail.transport.sender import Sender
from waiting import until


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for a word in production seconds waits a moment here."""
    monkeypatch.setattr(sender, "TRANSPORT_HELD_S", 0.3)
    monkeypatch.setattr(sender, "BACKOFF_FIRST_S", 0.05)
    monkeypatch.setattr(receiver, "BACKOFF_FIRST_S", 0.05)


@pytest.fixture
async def edge(where: Address) -> AsyncIterator[Sender]:
    made = Sender(where, "edge")
    yield made
    await asyncio.to_thread(made.close)


async def test_a_frame_is_kept_when_the_edge_is_told_so(where: Address, edge: Sender, shelf: FrameShelf) -> None:
    async with worker(where, shelf) as counted:
        await put(edge, [frame(1, link=1), frame(2, link=2), frame(3, link=1)])
        assert {(shard, seq) for _, shard, _, seq in shelf.kept} == {(1, 1), (1, 2), (2, 1)}
        await until(lambda: counted.frames == 3)
        await until(lambda: edge.look().messages == 0)
    assert shelf.repeated == 0


@pytest.mark.parametrize(
    "trouble",
    [LinkError("disk full"), DamagedError("wrong checksum"), OSError("i/o"), MemoryError()],
    ids=["away", "damaged", "disk", "memory"],
)
async def test_nothing_is_kept_or_refused_while_the_database_is_away(
    where: Address, edge: Sender, shelf: FrameShelf, trouble: Exception
) -> None:
    async with worker(where, shelf) as counted:
        shelf.away, shelf.trouble = True, trouble
        with pytest.raises(LinkError, match="no worker has stored them"):
            await asyncio.to_thread(edge.put, [frame(1), frame(2)])
        shelf.away = False
        await put(edge, [frame(1), frame(2)])
    assert (shelf.order, edge.sent_again, counted.refused) == ([1.0, 2.0], 0, 0)


async def test_what_waited_in_the_stream_is_stored_in_order(where: Address, edge: Sender, shelf: FrameShelf) -> None:
    async with worker(where, FrameShelf()):
        pass  # the stream is there, and nobody stores
    with pytest.raises(LinkError, match="no ingest worker answers"):
        await asyncio.to_thread(edge.put, [frame(seq) for seq in range(1, 101)])
    async with worker(where, shelf):
        await put(edge, [frame(seq) for seq in range(1, 101)])
    assert shelf.order == [float(seq) for seq in range(1, 101)]


async def test_a_stream_that_was_lost_is_filled_again(where: Address, edge: Sender, shelf: FrameShelf) -> None:
    """Somebody removed it with all that was in it: the edge still has what nobody has stored."""
    async with worker(where, FrameShelf()):
        pass
    with pytest.raises(LinkError):
        await asyncio.to_thread(edge.put, [frame(1), frame(2)])
    link = await linked(where)
    await link.jetstream.delete_stream(STREAM)
    await link.close()
    async with worker(where, shelf):
        with pytest.raises(LinkError):
            await asyncio.to_thread(edge.put, [frame(1), frame(2)])
        await put(edge, [frame(1), frame(2)])
    assert (shelf.order, edge.sent_again) == ([1.0, 2.0], 2)


async def test_a_word_that_was_lost_is_asked_for(
    where: Address, edge: Sender, shelf: FrameShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "HELD", "dovetail.nowhere")
    async with worker(where, shelf):
        await put(edge, [frame(1)])
    assert (shelf.order, edge.sent_again) == ([1.0], 0)


async def test_a_frame_that_cannot_be_stored_is_refused_and_its_neighbours_are_kept(
    where: Address, edge: Sender, shelf: FrameShelf
) -> None:
    shelf.refuses = {2.0}
    async with worker(where, shelf) as counted:
        with pytest.raises(RefusedError, match="not this one"):
            await asyncio.to_thread(edge.put, [frame(1), frame(2), frame(3)])
        await put(edge, [frame(4)])
    assert (shelf.order, counted.refused) == ([1.0, 3.0, 4.0], 1)


@pytest.mark.parametrize(
    "subject, body",
    [
        (up("edge", 3), b"no frame"),
        (up("edge", 3), codec.encode(frame(1, source="other"))),  # a gateway speaks for itself alone
        ("dovetail.up.edge.3x", codec.encode(frame(1))),
    ],
)
async def test_what_is_no_frame_of_its_sender_is_put_aside(
    where: Address, edge: Sender, shelf: FrameShelf, subject: str, body: bytes
) -> None:
    async with worker(where, shelf):
        link = await linked(where)
        await link.jetstream.publish(subject, body)
        await put(edge, [frame(1, link=3)])
        await until(lambda: len(shelf.kept) == 1)
        await link.close()
    assert shelf.order == [1.0]


async def test_a_full_stream_makes_the_edge_wait(where: Address, edge: Sender, shelf: FrameShelf) -> None:
    async with worker(where, FrameShelf(), bytes_max=4_000):
        pass
    frames = [frame(seq, rows=400) for seq in range(1, 31)]
    with pytest.raises(LinkError, match="the stream is full"):
        await asyncio.to_thread(edge.put, frames)
    async with worker(where, shelf, bytes_max=4_000):
        await until(lambda: len(shelf.kept) > 0)
        for at in range(0, 30, 5):
            await put(edge, frames[at : at + 5])
    assert sorted(shelf.order) == [float(seq) for seq in range(1, 31)]


async def test_a_worker_has_no_more_than_it_may(where: Address, edge: Sender, shelf: FrameShelf) -> None:
    """What it cannot store stays in the stream, not in its memory."""
    shelf.away = True
    async with worker(where, shelf):
        with pytest.raises(LinkError):
            await asyncio.to_thread(edge.put, [frame(seq) for seq in range(1, 1_001)])
        state = await asyncio.to_thread(edge.look)
        assert state.messages == 1_000
        assert sum(one.taken for one in state.shards) <= limits.TRANSPORT_PENDING_MAX
        shelf.away = False
        await put(edge, [frame(seq) for seq in range(1, 1_001)])
    assert len(shelf.kept) == 1_000


async def test_an_edge_that_begins_waits_until_what_it_sent_before_is_stored(
    where: Address, edge: Sender, shelf: FrameShelf
) -> None:
    """Its marks would be older than its samples: it would say that values were bad which are there."""
    shelf.away = True
    async with worker(where, shelf):
        with pytest.raises(LinkError):
            await asyncio.to_thread(edge.put, [frame(7, link=5)])
        begun = asyncio.create_task(asyncio.to_thread(edge.resume, "edge", [5, 6]))
        await asyncio.sleep(0.2)
        assert not begun.done()
        shelf.away = False
        resumed = await begun
    assert resumed.epoch == 1
    assert resumed.good_through == frame(7, link=5).good_through


async def test_a_large_frame_travels_in_parts_and_its_marks_come_last(
    where: Address, edge: Sender, shelf: FrameShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(101, NOW_US + i, float(i * i % 977), GOOD) for i in range(1_000)]
    whole = replace(frame(1), batches=(Batch.of(Kind.F64, rows),))
    monkeypatch.setattr("dovetail.transport.model.pieces.__kwdefaults__", {"bytes_max": 1_000})
    async with worker(where, shelf):
        await put(edge, [whole])
    parts = [shelf.kept[key] for key in sorted(shelf.kept)]
    assert len(parts) > 2
    assert [row for part in parts for row in part.batches[0].rows()] == whole.batches[0].rows()
    assert [bool(part.good_through) for part in parts] == [False] * (len(parts) - 1) + [True]


async def test_the_stream_can_be_looked_at(where: Address, edge: Sender, shelf: FrameShelf) -> None:
    async with worker(where, shelf):
        link = await linked(where)
        state = await look(link)
        await link.close()
    assert len(state.shards) == 2 * limits.SHARDS  # of each what is live, and what waited
    assert (state.replicas, state.replicas_current) == (1, 1)


async def test_who_is_closed_waits_no_longer(where: Address, shelf: FrameShelf) -> None:
    edge = Sender(where, "edge")
    begun = asyncio.create_task(asyncio.to_thread(edge.resume, "edge", []))
    await asyncio.sleep(0.1)
    await asyncio.to_thread(edge.close)
    with pytest.raises(LinkError, match="closed"):
        await begun
    async with worker(where, shelf):
        pass
