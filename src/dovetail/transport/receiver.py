"""The hub's end: a worker takes the frames of its shards from the stream, and says `held` once they are committed.

Acknowledged to the stream, and told to the edge, is only what the database has. Whatever breaks before that is given
out again: to the historian a frame that it holds is no frame.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final, Protocol

import orjson
from nats.aio.msg import Msg

from dovetail.core.batch import Frame, Lane
from dovetail.core.errors import ConfigError, DamagedError, DovetailError, InvalidError, LinkError, RefusedError
from dovetail.core.limits import (
    BACKOFF_FIRST_S,
    BACKOFF_MAX_S,
    INGEST_ROWS_AT_ONCE,
    TRANSPORT_PULL,
    TRANSPORT_PULL_BYTES,
    TRANSPORT_PULL_S,
)
from dovetail.core.sink import LostShardError, Resumed
from dovetail.packing import frames as codec
from dovetail.transport.link import TROUBLE, Link, asking
from dovetail.transport.model import ASK, HELD, LANES, STREAM, Told, came_from, durable, up

log = logging.getLogger(__name__)

PULL_MARGIN_S: Final = 1.0  # the server's word that a pull is over may be this late
BACKLOG_PULL: Final = 64  # messages of what waited: what is live waits no longer than until these are stored
BACKLOG_PULL_BYTES: Final = 1 << 20
QUIET: Final = ("404", "408")  # a pull that ended as it should
WORKERS: Final = "ingest"  # of them one answers

type Numbered = tuple[str, Lane, int]


class Shelf(Protocol):
    """Port upward: where frames are kept. All block; the worker calls them in a thread."""

    def put(self, arrivals: Sequence[tuple[int, Frame]]) -> None:
        """Make (shard, frame) durable, all in one commit. Raises LinkError, LostShardError: nothing was kept."""
        ...

    def held(self, shard: int, numbered: Numbered, seqs: Sequence[int]) -> list[int]:
        """Which numbers of (source, lane, epoch) are held in a shard."""
        ...

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        """A new epoch, and the last mark of each link."""
        ...


@dataclass(slots=True)
class Counted:
    """What a worker did since it began."""

    frames: int = 0
    samples: int = 0
    redelivered: int = 0
    refused: int = 0


@dataclass(slots=True, eq=False)
class Taken:
    """A message of a shard, the frame in it, and whether that is kept."""

    shard: int
    message: Msg
    frame: Frame
    refused: str | None = None


@dataclass(slots=True, eq=False)
class _Load:
    taken: list[Taken]
    waited: bool
    done: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Receiver:
    """Stores what comes over one link, for the shards it is told to serve. Lives as long as the link."""

    def __init__(self, link: Link, shelf: Shelf, counted: Counted) -> None:
        self._link, self._shelf, self.counted = link, shelf, counted
        self._shards: dict[tuple[int, Lane], asyncio.Task[None]] = {}
        self._loads: list[_Load] = []
        self._came = asyncio.Event()
        self._is_storing = False

    async def run(self) -> None:
        """Answer and store until cancelled."""
        await self._link.client.subscribe(f"{ASK}.*", queue=WORKERS, cb=self._asked)
        self._is_storing = True
        try:
            await self._store_loads()
        finally:
            self._is_storing = False
            await self.serve(())

    async def serve(self, shards: Collection[int]) -> None:
        """From now on these shards; one that goes is let go of when what was taken of it is stored or given up."""
        wanted = set(product(shards, LANES))
        gone = [self._shards.pop(one) for one in set(self._shards) - wanted]
        for task in gone:
            task.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        for shard, lane in wanted - set(self._shards):
            name = f"shard {shard} {lane}"
            self._shards[shard, lane] = asyncio.create_task(self._shard(shard, lane), name=name)

    async def _shard(self, shard: int, lane: Lane) -> None:
        pull = Pull(self._link, shard, lane)
        await pull.open()
        try:
            while True:
                read = [one for message in await pull.some() if (one := await self._read(shard, message))]
                load = _Load(read, waited=lane is Lane.BACKLOG)
                if not load.taken:
                    continue
                self._loads.append(load)
                self._came.set()
                try:
                    await asyncio.shield(load.done)
                except asyncio.CancelledError:
                    await self._let_go(load)
                    raise
        finally:
            await pull.close()

    async def _let_go(self, load: _Load) -> None:
        """The shard goes to another: a commit under way ends first, and what waits for one is that one's at once."""
        if load in self._loads:
            self._loads.remove(load)
            with suppress(*TROUBLE):
                for one in load.taken:
                    await one.message.nak()
        elif self._is_storing:
            await load.done

    async def _read(self, shard: int, message: Msg) -> Taken | None:
        """The frame of a message; what is none, or not its sender's own, is put aside for good and counted."""
        try:
            source, own, waited = came_from(message.subject)
            frame = codec.decode(message.data)
            if (frame.source, own, frame.lane is Lane.BACKLOG) != (source, shard, waited):
                raise InvalidError(f"{source} sends a frame of {frame.source}", code="transport-source")
        except Exception as error:
            self.counted.refused += 1
            log.error("a message on %s is no frame, it is put aside: %s", message.subject, error)
            await message.term()
            return None
        if message.metadata.num_delivered and message.metadata.num_delivered > 1:
            self.counted.redelivered += 1
        return Taken(shard, message, frame)

    # --- storing ------------------------------------------------------------------------------------------------

    async def _store_loads(self) -> None:
        failures = 0
        while True:
            await self._came.wait()
            loads = self._next_loads()
            try:
                await self._put_or_refuse([one for load in loads for one in load.taken])
            except LostShardError as lost:
                self._give_up(loads, lost.shards)
                continue
            except LinkError as error:
                if not failures:
                    log.warning("the historian takes nothing now: %s", error)
                self._loads[:0] = loads
                self._came.set()
                await asyncio.sleep(min(BACKOFF_FIRST_S * 2 ** min(failures, 8), BACKOFF_MAX_S))
                failures += 1
                continue
            failures = 0
            await self._tell([one for load in loads for one in load.taken])
            for load in loads:
                load.done.set_result(True)

    def _next_loads(self) -> list[_Load]:
        """Of one commit: what is live first, and of what waited one load, so that the next commit comes soon."""
        loads, size = list[_Load](), 0
        for load in self._loads:
            if not load.waited and size < INGEST_ROWS_AT_ONCE:
                loads.append(load)
                size += len(load.taken)
        loads += [load for load in self._loads if load.waited][:1]
        self._loads = [one for one in self._loads if one not in loads]
        if not self._loads:
            self._came.clear()
        return loads

    def _give_up(self, loads: Sequence[_Load], lost: Collection[int]) -> None:
        """What was taken of shards that another has now is that one's; the rest is tried again."""
        for load in loads:
            if load.taken[0].shard in lost:
                load.done.set_result(False)
            else:
                self._loads.append(load)
        if self._loads:
            self._came.set()

    async def _put_or_refuse(self, taken: Sequence[Taken]) -> None:
        """One frame that cannot be stored must not hold up the others: it is refused, and its sender hears why.

        What ails the store itself is no fault of any frame. Raises LinkError, ConfigError.
        """
        try:
            return await asyncio.to_thread(self._shelf.put, [(one.shard, one.frame) for one in taken])
        except (LinkError, ConfigError):
            raise
        except (DamagedError, OSError, MemoryError) as error:  # a message is small: its server sees to that
            raise LinkError(f"the store is out of order: {str(error) or type(error).__name__}") from error
        except Exception as error:
            if len(taken) == 1:
                self.counted.refused += 1
                log.exception("frame %d of %s is refused", taken[0].frame.seq, taken[0].frame.source)
                taken[0].refused = str(error)
                return None
        for one in taken:
            await self._put_or_refuse([one])
        return None

    async def _tell(self, taken: Sequence[Taken]) -> None:
        """The stream may let go of them, and the edge too. When this is lost it is asked for, or given out again."""
        told = defaultdict[tuple[str, Lane, int, int], list[Taken]](list)
        try:
            for one in taken:
                await one.message.ack()
                told[one.frame.source, one.frame.lane, one.frame.epoch, one.shard].append(one)
                self.counted.frames += 1
                self.counted.samples += len(one.frame)
            for (source, lane, epoch, shard), some in told.items():
                held = [one.frame.seq for one in some if one.refused is None]
                refused = {one.frame.seq: one.refused for one in some if one.refused is not None}
                word = Told(lane, epoch, shard, held, refused)
                await self._link.client.publish(f"{HELD}.{source}", word.as_bytes())
        except TROUBLE as error:
            log.debug("what is stored could not be told: %s", error)

    # --- questions ----------------------------------------------------------------------------------------------

    async def _asked(self, message: Msg) -> None:
        try:
            source = message.subject.removeprefix(f"{ASK}.")
            answer = await self._answer(source, orjson.loads(message.data))
        except (DovetailError, *TROUBLE, ValueError, TypeError, KeyError) as error:
            answer = {"error": str(error) or type(error).__name__}
        try:
            await message.respond(orjson.dumps(answer, option=orjson.OPT_NON_STR_KEYS))
        except TROUBLE as error:
            log.debug("an answer could not be given: %s", error)

    async def _answer(self, source: str, question: Any) -> dict[str, Any]:
        if question["ask"] == "resume":
            if waiting := sum([await self._waiting(up(source, "*", lane)) for lane in LANES]):
                return {"wait": f"{waiting} messages of {source} are on their way to the historian"}
            resumed = await asyncio.to_thread(self._shelf.resume, source, [int(tag) for tag in question["links"]])
            return {"epoch": resumed.epoch, "marks": dict(resumed.good_through)}
        if question["ask"] == "held":
            shard = int(question["shard"])
            # first whether any may be on their way, then which are held: the other way round one could fall between
            lane = Lane(question["lane"])
            waiting = await self._waiting(up(source, shard, lane))
            numbered = source, lane, int(question["epoch"])
            held = await asyncio.to_thread(self._shelf.held, shard, numbered, [int(seq) for seq in question["seqs"]])
            return {"held": held, "waiting": bool(waiting)}
        raise RefusedError(f"nobody answers {question['ask']!r}", code="transport-asked")

    async def _waiting(self, subject: str) -> int:
        """Messages that the stream keeps: none of them is told to be held."""
        async with asking("the stream cannot be asked"):
            info = await self._link.jetstream.stream_info(STREAM, subjects_filter=subject)
        return sum((info.state.subjects or {}).values())


class Pull:
    """The messages of one shard and lane: asked for in bounded loads, and again when the last load is dealt with."""

    def __init__(self, link: Link, shard: int, lane: Lane) -> None:
        self._link = link
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{durable(shard, lane)}"
        waited = lane is Lane.BACKLOG
        self._most = BACKLOG_PULL if waited else TRANSPORT_PULL
        self._most_bytes = BACKLOG_PULL_BYTES if waited else TRANSPORT_PULL_BYTES
        self._inbox = link.client.new_inbox()
        self._queue = asyncio.Queue[Msg]()  # bounded by what is asked for
        self._left = 0  # messages the pull under way may still bring; 0: there is none

    async def open(self) -> None:
        """Listen for what is pulled."""
        self._subscription = await self._link.client.subscribe(self._inbox, cb=self._queue.put)

    async def close(self) -> None:
        """What still comes is given out again."""
        try:
            await self._subscription.unsubscribe()
        except TROUBLE as error:
            log.debug("%s", error)

    async def some(self) -> list[Msg]:
        """At least one message, and all that are here."""
        while True:
            if not self._left:
                await self._ask()
            try:
                async with asyncio.timeout(TRANSPORT_PULL_S + PULL_MARGIN_S):
                    found = [await self._queue.get()]
            except TimeoutError:
                self._left = 0  # it was lost
                continue
            while not self._queue.empty():
                found.append(self._queue.get_nowait())
            ends = [one.headers["Status"] for one in found if one.headers and "Status" in one.headers]
            messages = [one for one in found if not one.headers or "Status" not in one.headers]
            self._left = 0 if ends else max(0, self._left - len(messages))
            if messages:
                return messages
            if any(end not in QUIET for end in ends):
                await asyncio.sleep(BACKOFF_FIRST_S)  # no leader for the moment

    async def _ask(self) -> None:
        pull = {
            "batch": self._most,
            "max_bytes": self._most_bytes,
            "expires": int(TRANSPORT_PULL_S * 1_000_000_000),
        }
        async with asking("frames cannot be asked for"):
            await self._link.client.publish(self._subject, orjson.dumps(pull), reply=self._inbox)
        self._left = self._most
