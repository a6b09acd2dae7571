"""A killed NATS server and ten minutes of backlog: the state of now comes first, and in the end nothing was lost."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from states_floor import FILLER, HELD, LINK, RUN, STATE, TOTAL, Floor, at, second

from dovetail.core.batch import Frame, Lane
from dovetail.core.errors import LinkError
from dovetail.core.limits import SHARDS
from dovetail.core.sink import Resumed
from dovetail.testing.natsserver import NatsServer, free_ports
from dovetail.transport import receiver, sender
from dovetail.transport.link import connect, make_stream
from dovetail.transport.model import Address, address
from dovetail.transport.outbox import DiskOutbox
from dovetail.transport.receiver import Counted, Pull, Receiver
from dovetail.transport.sender import Sender
from waiting import until as until_within

CUT, BACK, END = 11, 600, 640
CHANGES = {0: RUN, 100: HELD, 200: RUN, 500: HELD, 620: RUN}
STATES = [(0, 100, "Execute"), (100, 200, "Held"), (200, 500, "Execute"), (500, 620, "Held"), (620, None, "Execute")]


async def until(condition: Callable[[], object]) -> None:
    """As soon as it holds; on a busy machine a minute at most."""
    await until_within(condition, within_s=60.0)


class OnFloor:
    """The historian of the floor, as a worker stores into it."""

    def __init__(self, floor: Floor) -> None:
        self._historian = floor.historian
        self.kept: set[tuple[str, Lane, int, int]] = set()

    def put(self, arrivals: Sequence[tuple[int, Frame]]) -> None:
        self._historian.put([frame for _, frame in arrivals])  # one link, one shard: numbers are of the source alone
        self.kept |= {(one.source, one.lane, one.epoch, one.seq) for _, one in arrivals}

    def held(self, _shard: int, numbered: tuple[str, Lane, int], seqs: Sequence[int]) -> list[int]:
        return [seq for seq in seqs if (*numbered, seq) in self.kept]

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        return self._historian.resume(source, links)


@asynccontextmanager
async def storing(where: Address, shelf: OnFloor) -> AsyncIterator[None]:
    """A worker of every shard that comes again after its server."""

    async def store() -> None:
        while True:
            try:
                link = await connect(where, name="worker", inbox="ingest")
                await make_stream(link, where)
            except LinkError:
                await asyncio.sleep(0.02)
                continue
            made = Receiver(link, shelf, Counted())
            running = asyncio.create_task(made.run())
            await made.serve(range(SHARDS))
            try:
                await link.gone.wait()
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                await link.close()

    task = asyncio.create_task(store())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[NatsServer]:
    made = NatsServer(tmp_path / "nats", port=free_ports(1)[0])
    made.start()
    yield made
    made.stop()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Nothing of what waited is taken from the stream until it is set; and who waits, waits a moment only."""
    opened, some = asyncio.Event(), Pull.some

    async def gated(pull: Pull) -> object:
        found = await some(pull)
        waited = any(one.subject.endswith(".backlog") for one in found)
        await asyncio.gather(*(opened.wait() for _ in range(waited)))
        return found

    monkeypatch.setattr(Pull, "some", gated)
    monkeypatch.setattr(receiver, "BACKOFF_FIRST_S", 0.02)
    for name, seconds in {
        "TRANSPORT_ASK_S": 0.5,
        "TRANSPORT_HELD_S": 0.5,
        "BACKOFF_FIRST_S": 0.02,
        "BACKOFF_MAX_S": 0.1,
    }.items():
        monkeypatch.setattr(sender, name, seconds)
    return opened


def collected(floor: Floor, seconds: range) -> list[Frame]:
    """What the edge reads: each second a piece, and the state when it changes."""
    return [
        floor.frame([(TOTAL, one, one), *((STATE, one, CHANGES[one]) for _ in range(one in CHANGES))], mark=one)
        for one in seconds
    ]


def now_is(floor: Floor, at_second: float) -> str:
    """The state that is told then."""
    floor.clock.tick(at(at_second) - floor.clock.now_us())
    floor.drain()
    now = floor.room.now(FILLER, scope=floor.everyone)
    return "" if now is None else now.reason or now.state


@pytest.mark.kills
async def test_live_states_come_before_what_waited_and_settle_after_it(
    floor: Floor, nats: NatsServer, gate: asyncio.Event, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edge = Sender(where := address(nats.url), "edge")
    outbox = DiskOutbox(tmp_path / "outbox.db", edge, clock=floor.clock)

    async def put(seconds: range) -> None:
        await asyncio.to_thread(outbox.put, collected(floor, seconds))

    def stored(one: int) -> bool:
        return floor.historian.last([TOTAL], scope=floor.everyone)[TOTAL].ts_us >= at(one)

    async with storing(where, OnFloor(floor)):
        await asyncio.to_thread(outbox.resume, "edge", [LINK])
        await put(range(CUT))
        await until(lambda: outbox.waiting == 0)
        assert now_is(floor, CUT) == "Execute"
        nats.kill()
        await put(range(CUT, CUT + 1))
        await until(lambda: outbox.is_cut)
        await put(range(CUT + 1, BACK))
        assert now_is(floor, BACK) == "NO_DATA"
        nats.start()
        await until(lambda: edge.trouble == "")
        began_s = time.monotonic()
        await until(lambda: not outbox.is_cut)
        await put(range(BACK, BACK + 1))
        await until(lambda: stored(BACK))
        live_s = time.monotonic() - began_s
        await until(lambda: now_is(floor, BACK + 1) == "Held")  # since 500, as what waited is to say
        assert outbox.backlog == BACK - CUT - 1
        assert floor.room.settled_us(FILLER) == at(CUT)
        assert floor.states() == [(0, None, "Execute")]
        gate.set()
        for one in range(BACK + 1, END):
            await put(range(one, one + 1))
        await until(lambda: outbox.waiting == 0)
        drained_s = time.monotonic() - began_s
        await put(range(END, END + 1))
        await until(lambda: outbox.waiting == 0)
    await asyncio.to_thread(edge.close)
    await asyncio.to_thread(outbox.close)
    assert now_is(floor, END + 1) == "Execute"
    assert floor.room.settled_us(FILLER) == at(END)
    all_is_there(floor)
    with capsys.disabled():
        print(f"\n    live {live_s:.2f} s after the way was there again, all {drained_s:.2f} s after", file=sys.stderr)


def all_is_there(floor: Floor) -> None:
    """As if there had been no outage: every state, every piece, every sample once; and the account balances."""
    assert floor.states() == STATES
    tail = floor.room.tail(FILLER, scope=floor.everyone)
    assert sum(one.quantity for one in [*floor.counts(), *tail.counts]) == END
    floor.historian.seal_once()
    (batch,) = floor.historian.raw([TOTAL], 0, 1 << 60, scope=floor.everyone)
    assert [(second(ts), value) for _, ts, value, _ in batch.rows()] == [(one, one) for one in range(END + 1)]
    accounts = {one.lane: one for one in floor.historian.delivery()}
    assert set(accounts) == {"live", "backlog"}
    for one in accounts.values():
        assert one.expected == one.stored + one.duplicate + one.refused + one.gap
        assert (one.refused, one.gap, one.frames_missing) == (0, 0, 0)
    assert sum(one.stored for one in accounts.values()) == END + 1 + len(CHANGES)
