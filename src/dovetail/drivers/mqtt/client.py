"""One connection to one broker behind the plant's small `Driver` protocol. It never reconnects by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import orjson

from dovetail.core.batch import Batch, Value
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import LinkError, PointError
from dovetail.drivers.base import Alive, Found, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.broker import reach
from dovetail.drivers.mqtt import exploring
from dovetail.drivers.mqtt.address import Only, parse_address
from dovetail.drivers.mqtt.intake import Intake
from dovetail.drivers.mqtt.options import SESSION_S, MqttOptions
from dovetail.drivers.mqtt.presence import statuses
from dovetail.drivers.mqtt.source import Source
from dovetail.drivers.reported import News, Way
from dovetail.drivers.values import to_raw
from dovetail.mqtt.client import Client
from dovetail.mqtt.stream import Message

REFUSED_FROM: Final = 0x80  # of the codes that a broker answers to a subscription
TURN_S: Final = 0.2  # in which a session that has points to listen to begins to
LOOK_EVERY_S: Final = 0.5  # for topics that fell silent


class MqttDriver:
    """Listens to the topics that tags need, and to no others."""

    def __init__(self, options: MqttOptions, around: Surroundings) -> None:
        self._options = options
        self._around = around
        self._clock = around.clock
        self._client: Client | None = None
        self._intake = Intake(time=options.time, retained=options.retained)
        self._on_notice: Callable[[Notice], None] | None = None
        self._reports = asyncio.Event()  # somebody wants to be told what comes
        self._asked = False

    async def open(self) -> None:
        """Connect and be welcomed."""
        session_s = SESSION_S if self._options.session == "resume" else 0
        self._client = await reach(self._options, self._around, session_s=session_s)

    async def close(self) -> None:
        """Say goodbye when somebody listens, then drop the socket."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def probe(self) -> Alive:
        """A ping: whatever the broker had for us before its answer is here. Tells the devices' clocks, where near."""
        client = self._open_client()
        asked_us = self._clock.now_us()
        await client.ping()
        answered_us = self._clock.now_us()
        offsets = sorted(
            source.clock.offset_us for source in self._intake.sources.values() if source.clock.offset_us is not None
        )
        middle_us = asked_us + (answered_us - asked_us) // 2
        device_us = middle_us + offsets[len(offsets) // 2] if offsets else None
        return Alive(asked_us, answered_us, device_us, in_order=True)

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        """What each point holds: the last that came. A topic that was not listened to before is, from now on."""
        if not self._asked and self._open_client().session_present:
            with suppress(TimeoutError):  # what the broker kept for us is for those who want to be told of it
                async with asyncio.timeout(TURN_S):
                    await self._reports.wait()
        if await self._want(points, "held"):
            await self._open_client().ping()  # what the broker remembers of the new topics is here after its answer
        return self._intake.last(points, self._clock.now_us())

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        """Report what comes until cancelled; raises LinkError when the link is lost."""
        client = self._open_client()
        self._on_notice = on_notice
        self._reports.set()
        try:
            with self._around.flow.followed(client.hold, client.go_on):
                await self._want([point for group in groups for point in group.points], "reported")
                await self._listen(client)
        finally:
            self._on_notice = None
            client.hold()  # what nobody is told of any more is not acknowledged either: the broker keeps it

    async def write(self, point: Point, value: Value) -> None:
        """Publish the raw value to the point's own topic, as text or as the one member of a JSON document, at QoS 1."""
        address = parse_address(point.address)
        if address.is_filter or any(isinstance(step, Only) for step in address.pointer or ()):
            raise PointError(f"{point.address} does not name one place to write to")
        raw = to_raw(point, value)
        if address.pointer is None:
            payload = raw.encode() if isinstance(raw, str) else orjson.dumps(raw)
        else:
            document: object = raw
            for step in reversed(address.pointer):
                document = {step: document}
            payload = orjson.dumps(document)
        code = await self._open_client().publish(address.topic, payload, qos=1)
        if code >= REFUSED_FROM:
            raise PointError(f"{address.topic} was not taken: code 0x{code:02X}", native=code)

    async def browse(self, address: str | None = None) -> list[Found]:
        """Topics below one, as seen in a short while of listening on a connection of its own; members of a JSON one."""
        return await exploring.look(self._options, self._around, address)

    # --- inside -----------------------------------------------------------------------------------------------

    def _open_client(self) -> Client:
        if self._client is None:
            raise LinkError(f"{self._options.where()} is not connected", code="mqtt-closed")
        return self._client

    async def _want(self, points: Sequence[Point], way: Way) -> bool:
        """Ask the broker for topics that nobody wanted before; whether there were any."""
        client = self._open_client()
        new = self._intake.add(points, way)
        if not self._asked:
            self._asked = True
            client.listen(self._take_kept if client.session_present else self._take)
        watched = statuses(self._options.presence, new)
        for status in watched:
            self._intake.watch(status.topic, status)
        if new:
            await self._ask(client, new, [status.topic for status in watched])
        return bool(new)

    async def _ask(self, client: Client, new: Sequence[Source], status_topics: Sequence[str]) -> None:
        """Subscribe, the status topics first: who is away is known before what the broker remembers of it."""
        topics = [*dict.fromkeys([*status_topics, *(source.topic for source in new)])]
        codes = await client.subscribe([(topic, self._options.qos) for topic in topics])
        client.listen(self._take)
        for topic, code in zip(topics, codes, strict=True):
            source = self._intake.sources.get(topic)
            if code >= REFUSED_FROM and source is not None:
                self._tell(self._intake.refuse(source, code, self._clock.now_us()))

    def _take(self, messages: list[Message]) -> None:
        self._tell(self._intake.take(messages, at_us=self._clock.now_us()))

    def _take_kept(self, messages: list[Message]) -> None:
        """Before our subscription is confirmed: what the broker kept while we were away."""
        self._tell(self._intake.take(messages, at_us=self._clock.now_us(), age="kept"))

    def _tell(self, news: News) -> None:
        if news and self._on_notice is not None:
            self._on_notice(Notice(self._clock.now_us(), news.now, late=news.late))

    async def _listen(self, client: Client) -> None:
        looking = asyncio.create_task(self._look_for_silence())
        try:
            await asyncio.wait({client.lost, looking}, return_when=asyncio.FIRST_COMPLETED)
            await client.lost if client.lost.done() else await looking
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _look_for_silence(self) -> None:
        after_s = self._options.silent_after_s
        if after_s is None:
            await asyncio.Event().wait()
            return
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            now_us = self._clock.now_us()
            self._tell(self._intake.silent(now_us - round(after_s * SECOND_US), now_us))
