"""A system that posts what it makes, in order, again where it got no answer; and the door that it knocks at.

The link is our own and nobody can cut it: what can break is the way of the sender to the door. That nobody is let in
without a proof is the intake's work, in front of the link, and not tried here.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock
from dovetail.core.errors import DovetailError, InvalidError
from dovetail.drivers.base import Point, Shared
from dovetail.drivers.posts import POSTS, Box, Post
from dovetail.links.model import ScanPoint
from dovetail.testing.bench import STEP, Shows, Trial
from dovetail.testing.benches.first import FirstPoint

NAMES: Final = ("rejects", "pieces", "speed")
ANSWER_S: Final = 1.0  # the sender waits no longer
AGAIN_S: Final = 0.2  # until it sends again
READY_S: Final = 1.0  # a link that begins anew is back by then


class WebhookBench(FirstPoint):
    """A sender with a key for each message."""

    driver = "webhook"
    points = tuple(ScanPoint(Point(n, f"/{name}", Kind.F64)) for n, name in enumerate(NAMES, 1))
    late_s = 2.5
    cannot: Mapping[Trial, str] = {"reconnects": "the link is our own: what breaks is the way of others to it"}
    shows: Mapping[Trial, Shows] = {  # from here nobody can tell a sender who is cut off from one who is silent
        "server restart": "held",
        "cable pull": "held",
        "half-open link": "held",
        "garbage reply": "held",
        "late reply": "held",
        "address gone": "one held",
        "type changed": "held",  # a body with a fault is refused, whole
        "clock skew": "held",
    }

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._door: asyncio.Server | None = None
        self._port = self._to = 0
        self._way: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._box, self._link = Box(), 0
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._given: list[list[int]] = [[] for _ in NAMES]
        self._sending: asyncio.Task[None] | None = None
        self._inside: set[asyncio.Task[None]] = set()
        self._off_us = 0
        self._is_off = False

    @property
    def port(self) -> int:
        return self._port

    def options(self, port: int) -> Mapping[str, object]:
        self._to = port
        return {"token": "secret://sender", "time": "/time", "time_format": "unix"}

    def meet(self, shared: Shared, link: int) -> None:
        self._box, self._link = shared.one(POSTS, Box), link

    def given(self, n: int) -> Sequence[int]:
        return self._given[n - 1]

    async def start(self) -> None:
        self._door = await asyncio.start_server(self._let_in, "127.0.0.1", self._port)
        self._port = self._door.sockets[0].getsockname()[1]
        self._sending = asyncio.create_task(self._send())

    async def stop(self) -> None:
        tasks = [*self._inside, *([self._sending] if self._sending else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._hang_up()
        if self._door is not None:
            self._door.close()

    async def switch_off(self) -> None:
        self._is_off = True

    async def switch_on(self) -> None:
        self._is_off = False

    async def make(self, number: int) -> None:
        """One message, which waits for its turn; none while the sender is off."""
        if not self._is_off:
            self._waiting.append((number, self._body(number)))

    def skew(self, offset_us: int) -> None:
        self._off_us = offset_us

    def _body(self, number: int) -> bytes:
        said: dict[str, object] = {name: STEP * number + n for n, name in enumerate(NAMES, 1)}
        if self._is_text:
            said[NAMES[0]] = "text"
        if self._is_lost:
            del said[NAMES[0]]
        return json.dumps({"time": self._clock.now_us() + self._off_us, **said}).encode()

    # --- the sender ---------------------------------------------------------------------------------------------

    async def _send(self) -> None:
        """The oldest until it is answered, then the next."""
        while True:
            if self._is_off or not self._waiting:
                await asyncio.sleep(AGAIN_S / 4)
                continue
            number, body = self._waiting[0]
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                async with asyncio.timeout(ANSWER_S):
                    answer = await self._post(number, body)
                if answer in (b"202", b"400"):
                    self._waiting.popleft()
                    self._note(number, body, answer)
                    continue
            self._hang_up()  # an answer that comes later belongs to nothing
            await asyncio.sleep(AGAIN_S)

    async def _post(self, number: int, body: bytes) -> bytes:
        if self._way is None:
            self._way = await asyncio.open_connection("127.0.0.1", self._to)
        reader, writer = self._way
        writer.write(b"%d %d\n" % (number, len(body)) + body)
        return (await reader.readexactly(4)).strip()

    def _hang_up(self) -> None:
        way, self._way = self._way, None
        if way is not None:
            way[1].transport.abort()

    def _note(self, number: int, body: bytes, answer: bytes) -> None:
        said = json.loads(body)
        for n, name in enumerate(NAMES):
            if answer == b"202" and name in said:
                self._given[n].append(number)

    # --- the door -----------------------------------------------------------------------------------------------

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._inside.add(task)
        try:
            while True:
                key, length = (await reader.readuntil(b"\n")).split()
                writer.write(await self._take(key.decode(), await reader.readexactly(int(length))))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._inside.discard(task)

    async def _take(self, key: str, body: bytes) -> bytes:
        taker = await self._box.taker(self._link, within_s=READY_S)
        if taker is None:
            return b"503\n"
        try:
            await taker.take(Post(body, key))
        except InvalidError:
            return b"400\n"
        except DovetailError:
            return b"503\n"
        return b"202\n"
