"""The edge's end: frames go to the stream, and count as kept only when a worker's database has said that it holds them.

A broker's acknowledgement is not durability: between it and the word `held` a frame stays with the edge, which asks
when the word does not come, and sends again what nobody has. The historian knows a frame that comes twice.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, Final

import orjson
from nats.aio.msg import Msg

from dovetail.core.batch import Frame, Lane
from dovetail.core.errors import DovetailError, InvalidError, LinkError, RefusedError
from dovetail.core.limits import BACKOFF_FIRST_S, BACKOFF_MAX_S, TRANSPORT_ASK_S, TRANSPORT_HELD_S
from dovetail.core.sink import Resumed
from dovetail.transport.link import TROUBLE, Link, asking, connect, look
from dovetail.transport.model import (
    ASK,
    AWAY,
    HELD,
    WAITS,
    Address,
    Numbering,
    Parcel,
    StreamState,
    Told,
    check_source,
    read_answer,
    up,
)

log = logging.getLogger(__name__)

PUBLISHED_AT_ONCE: Final = 64  # messages on their way to the stream that it has not acknowledged
BACKLOG_BYTES_AT_ONCE: Final = 128 << 10  # of what waited: on a slow line live values wait no longer than for these

type Key = tuple[Lane, int, int, int]


@dataclass(slots=True, eq=False)
class OnItsWay:
    """A parcel, whether the stream has it, and what a worker said of it."""

    parcel: Parcel
    in_stream: bool = False
    is_held: bool = False
    refused: str | None = None


class Sender:
    """A `Sink` whose historian is elsewhere. Works in a thread of its own; `put` and `resume` block like any sink's."""

    def __init__(self, address: Address, source: str) -> None:
        self._address, self._source = address, check_source(source)
        self._numbering = Numbering()
        self._frames: dict[tuple[Lane, int, int], list[OnItsWay]] = {}
        self._open: dict[Key, OnItsWay] = {}
        self._heard = asyncio.Event()
        self._link: Link | None = None
        self._linked = asyncio.Event()
        self.trouble = "not connected yet"
        self.sent_again = 0  # messages that nobody had any more
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="dovetail-transport", daemon=True)
        self._thread.start()
        self._keeping = asyncio.run_coroutine_threadsafe(self._keep(), self._loop)

    # --- as the edge sees it ------------------------------------------------------------------------------------

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        """A new epoch and the marks of links, as a worker finds them; waits until one answers, or it is closed."""
        if source != self._source:
            raise InvalidError(f"this transport speaks for {self._source}, not for {source}", code="source-name")
        return self._wait(self._resume(list(links)))

    def put(self, frames: Sequence[Frame]) -> None:
        """Until the historian's database holds them all. Raises LinkError: not now; the same may be given again."""
        self._wait(self._put(frames))

    def send(self, parcels: Sequence[Parcel]) -> list[str]:
        """The same for messages that somebody else keeps; why some are refused for good. Raises LinkError: not now."""
        return self._wait(self._send(parcels))

    def look(self) -> StreamState:
        """How the stream stands. Raises LinkError."""
        return self._wait(self._look())

    def close(self) -> None:
        """End; who waits is told that it is over."""
        self._loop.call_soon_threadsafe(self._keeping.cancel)
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait[T](self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop.is_closed():
            work.close()
            raise LinkError("the transport is closed", code="transport-closed")
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except CancelledError as error:
            raise LinkError("the transport is closed", code="transport-closed") from error

    # --- the connection -----------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """A connection, and when it breaks the next."""
        failures = 0
        while True:
            try:
                self._link = link = await connect(self._address, name=f"dovetail-{self._source}", inbox=self._source)
                await link.client.subscribe(f"{HELD}.{self._source}", cb=self._told)
            except (DovetailError, *TROUBLE) as error:
                if not failures:
                    log.warning("no way to the NATS servers: %s", error)
                self.trouble = str(error)
                await asyncio.sleep(min(BACKOFF_FIRST_S * 2 ** min(failures, 8), BACKOFF_MAX_S))
                failures += 1
                continue
            log.info("frames go to %s", link.server)
            failures, self.trouble = 0, ""
            self._linked.set()
            await link.gone.wait()
            self._linked.clear()
            self.trouble = f"the connection to {link.server} is lost"
            log.warning("%s", self.trouble)

    async def _end(self) -> None:
        if self._link is not None:
            await self._link.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _standing(self) -> Link:
        try:
            async with asyncio.timeout(TRANSPORT_ASK_S):
                await self._linked.wait()
        except TimeoutError:
            raise LinkError(self.trouble, code=AWAY) from None
        assert self._link is not None
        return self._link

    async def _look(self) -> StreamState:
        return await look(await self._standing())

    # --- frames -------------------------------------------------------------------------------------------------

    async def _put(self, frames: Sequence[Frame]) -> None:
        ways = [way for frame in frames for way in self._ways(frame)]
        await self._deliver(ways)
        refused = [way.refused for way in ways if way.refused is not None]
        self._forget(frames)
        if refused:
            raise RefusedError(f"the historian refused {len(refused)} messages: {refused[0]}", code="frame-refused")

    async def _send(self, parcels: Sequence[Parcel]) -> list[str]:
        ways = [self._open.setdefault(_key(parcel), OnItsWay(parcel)) for parcel in parcels]
        await self._deliver(ways)
        for way in ways:
            self._open.pop(_key(way.parcel), None)
        return [way.refused for way in ways if way.refused is not None]

    async def _deliver(self, ways: Sequence[OnItsWay]) -> None:
        """Until each is held or refused. Raises LinkError: not now, and what is known of them stays known."""
        until_s = self._loop.time() + TRANSPORT_HELD_S
        await self._publish([way for way in ways if not way.in_stream])
        while open_ways := [way for way in ways if not way.is_held]:
            self._heard.clear()
            try:
                async with asyncio.timeout_at(until_s):
                    await self._heard.wait()
            except TimeoutError:
                try:
                    await self._ask_after(open_ways)
                except LinkError as error:
                    raise LinkError(error.message, code=WAITS, hint=error.hint) from error
                if not all(way.is_held for way in ways):
                    says = f"{len(open_ways)} messages wait in the stream, and no worker has stored them yet"
                    raise LinkError(says, code=WAITS) from None

    def _ways(self, frame: Frame) -> list[OnItsWay]:
        """The messages of a frame, with what is known of them from an earlier attempt."""
        key = frame.lane, frame.epoch, frame.seq
        if key not in self._frames:
            ways = [OnItsWay(parcel) for parcel in self._numbering.parcels(frame)]
            self._frames[key] = ways
            self._open.update({_key(way.parcel): way for way in ways})
        return self._frames[key]

    def _forget(self, frames: Sequence[Frame]) -> None:
        for frame in frames:
            for way in self._frames.pop((frame.lane, frame.epoch, frame.seq)):
                self._open.pop(_key(way.parcel), None)

    async def _publish(self, ways: Sequence[OnItsWay]) -> None:
        """In order, some at once; what the stream acknowledged is remembered. Raises LinkError."""
        link = await self._standing()
        for some in _loads(ways):
            async with asking("the stream does not take frames"):
                answers = await asyncio.gather(*(self._publish_one(link, way) for way in some), return_exceptions=True)
                for answer in answers:
                    if isinstance(answer, BaseException):
                        raise answer

    async def _publish_one(self, link: Link, way: OnItsWay) -> None:
        parcel = way.parcel
        subject = up(self._source, parcel.shard, parcel.lane)
        await link.jetstream.publish(subject, parcel.body, timeout=TRANSPORT_ASK_S)
        way.in_stream = True

    async def _told(self, message: Msg) -> None:
        try:
            told = Told.of(message.data)
        except InvalidError:
            log.warning("a message on %s cannot be read", message.subject)
            return
        for seq, why in [*((seq, None) for seq in told.held), *told.refused.items()]:
            way = self._open.get((told.lane, told.epoch, told.shard, seq))
            if way is not None:
                way.is_held, way.refused = True, why
        self._heard.set()

    # --- questions ----------------------------------------------------------------------------------------------

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """What a worker answers. Raises LinkError when none does."""
        link = await self._standing()
        async with asking("no ingest worker answers"):
            reply = await link.client.request(f"{ASK}.{self._source}", orjson.dumps(question), timeout=TRANSPORT_ASK_S)
        return read_answer(reply.data)

    async def _ask_after(self, ways: Sequence[OnItsWay]) -> None:
        """The word may have been lost, or the stream with all that was in it: then they are to be sent again."""
        by_shard: dict[tuple[Lane, int, int], list[OnItsWay]] = {}
        for way in ways:
            by_shard.setdefault((way.parcel.lane, way.parcel.epoch, way.parcel.shard), []).append(way)
        for (lane, epoch, shard), some in by_shard.items():
            asked = {"ask": "held", "lane": lane.value, "epoch": epoch, "shard": shard}
            answer = await self._ask(asked | {"seqs": [way.parcel.seq for way in some]})
            held = set(answer["held"])
            for way in some:
                way.is_held = way.is_held or way.parcel.seq in held
            lost = [way for way in some if not way.is_held and way.in_stream and not answer["waiting"]]
            for way in lost:
                way.in_stream = False
            if lost:
                self.sent_again += len(lost)
                log.warning("the stream has lost %d messages: they are sent again", len(lost))

    async def _resume(self, links: list[int]) -> Resumed:
        said, pause_s = "", BACKOFF_FIRST_S
        while True:
            try:
                answer = await self._ask({"ask": "resume", "links": links})
                if "wait" not in answer:
                    break
                why = answer["wait"]
            except LinkError as error:
                why = str(error)
            if why != said:
                log.warning("collecting waits: %s", why)
                said = why
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, BACKOFF_MAX_S)
        return Resumed(answer["epoch"], {int(tag): mark_us for tag, mark_us in answer["marks"].items()})


def _loads(ways: Sequence[OnItsWay]) -> Iterator[list[OnItsWay]]:
    """What is on its way at the same time, in order; of what waited at least one, and otherwise few bytes."""
    load: list[OnItsWay] = []
    size = 0
    for way in ways:
        size += len(way.parcel.body) if way.parcel.lane is Lane.BACKLOG else 0
        if load and (len(load) == PUBLISHED_AT_ONCE or size > BACKLOG_BYTES_AT_ONCE):
            yield load
            load, size = [], len(way.parcel.body) if way.parcel.lane is Lane.BACKLOG else 0
        load.append(way)
    if load:
        yield load


def _key(parcel: Parcel) -> Key:
    return parcel.lane, parcel.epoch, parcel.shard, parcel.seq
