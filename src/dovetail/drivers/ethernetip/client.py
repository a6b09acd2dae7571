"""One Logix controller: its tags read by name in few messages, written to with read-back, and looked through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Value
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError, LinkError
from dovetail.drivers.base import Alive, Found, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.columns import Answers
from dovetail.drivers.ethernetip import messages, writing
from dovetail.drivers.ethernetip.browsing import Browser
from dovetail.drivers.ethernetip.knowledge import Knowledge, answer_in, fetch_long, parts_of, quality_of
from dovetail.drivers.ethernetip.messages import Answer
from dovetail.drivers.ethernetip.options import EthernetIpOptions
from dovetail.drivers.ethernetip.reading import Item, Message, Reading
from dovetail.drivers.ethernetip.session import Link

FRESH_US: Final = 1 * SECOND_US  # an answer this young is proof of life enough
ROUNDS_MAX: Final = 8  # reads of one group while its plan is still being learned


@dataclass(slots=True)
class _Gather:
    """A read: the bytes of all items side by side, and by block when they came and which status."""

    data: bytearray
    received_us: list[int]
    native: dict[int, int] = field(default_factory=dict[int, int])
    learned: bool = False  # something is not as it was: plan and read again


class EthernetIpDriver:
    """The client side of Logix tags behind the plant's small `Driver` protocol."""

    def __init__(self, options: EthernetIpOptions, around: Surroundings) -> None:
        self._options = options
        self._clock = around.clock
        self._link: Link | None = None
        self._where = options.where()
        self._knowledge = Knowledge(options, around.clock)
        self._browser: Browser | None = None

    # --- the link ---------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect, and agree on how long messages may be."""
        link = Link(self._options, self._clock)
        try:
            await link.open()
        except BaseException:
            await link.close()
            raise
        self._link = link
        self._knowledge.begin(link.size)
        self._browser = Browser(link.service)

    async def close(self) -> None:
        """Give the connection back and end its thread."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def probe(self) -> Alive:
        """An answer of the last second, else what every CIP device answers; a refusal is an answer too."""
        link = self._connected()
        if link.heard is None or self._clock.now_us() - link.heard[1] > FRESH_US:
            await link.service(messages.IDENTITY_STATUS)
        heard = link.heard or (self._clock.now_us(), self._clock.now_us())
        return Alive(asked_us=heard[0], answered_us=heard[1])

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        """Tags are asked for; what a controller sends by itself are not its tags."""
        raise ConfigError("a Logix controller is polled", code="ethernetip-subscribe", hint="poll instead: mode: poll")

    async def browse(self, address: str | None = None) -> list[Found]:
        """Programs, tags, members and elements, as the program in the controller names them."""
        self._connected()
        assert self._browser is not None
        return await self._browser.below(address)

    async def write(self, point: Point, value: Value) -> None:
        """Write one value or bit, and read it back; never sent twice when the outcome is unknown."""
        link = self._connected()
        await writing.write(link, self._knowledge, point, value, encoding=self._options.encoding)

    def _connected(self) -> Link:
        if self._link is None:
            raise LinkError(f"{self._where} is not connected", code="eip-lost")
        return self._link

    # --- reading ----------------------------------------------------------------------------------------------

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        """One sample per point. A name that the controller does not have is BAD alone, its neighbours are read."""
        link = self._connected()
        for left in reversed(range(ROUNDS_MAX)):
            reading = await self._knowledge.plan(points)
            if left and await self._knowledge.learn(link, reading):
                continue
            gather = await self._gather(link, reading)
            if not (left and gather.learned):
                return self._batches(reading, gather)
        raise AssertionError("the last round returns")

    def _batches(self, reading: Reading, gather: _Gather) -> list[Batch]:
        now_us = self._clock.now_us()
        found = reading.never(now_us, quality_of)
        for want in reading.wants if reading.unknown else ():  # it keeps changing: nothing is certain
            found.append(Batch.bad([want.point.tag_id], q.BAD_DEVICE, at_us=now_us, kind=want.point.kind))
        if reading.messages:
            answers = Answers.of(gather.data, gather.received_us, gather.native, quality_of)
            found += reading.decoder.batches(answers)
        return found

    async def _gather(self, link: Link, reading: Reading) -> _Gather:
        gather = _Gather(bytearray(reading.size), [0] * reading.blocks)
        for message in reading.messages:
            if message.items[0].long:
                await self._take_long(link, message, gather)
            else:
                reply = await link.ask(message.request)
                if not message.take(reply, gather.data):
                    self._take_apart(link, message, reply, gather)
            received_us = self._clock.now_us()
            for block in message.blocks:
                gather.received_us[block] = received_us
        return gather

    def _take_apart(self, link: Link, message: Message, reply: bytes, gather: _Gather) -> None:
        """An answer that does not look as the last one: perhaps one tag is bad, perhaps the program was changed."""
        parts = parts_of(link, message, reply)
        if isinstance(parts, int):
            gather.learned |= self._knowledge.ask_less(message, parts)
            gather.native |= dict.fromkeys(message.blocks, parts)
            return
        kept = [
            self._keep(item, answer_in(link, reply, bounds), gather, at=at, block=block)
            for item, bounds, at, block in zip(message.items, parts, message.starts, message.blocks, strict=False)
        ]
        if all(kept):
            message.remember(reply, parts)

    def _keep(self, item: Item, answer: Answer, gather: _Gather, *, at: int, block: int) -> bool:
        """Keep what came for one item; False when the next answer need not look the same."""
        assert item.shape is not None
        head, value = answer.data[: len(item.shape.head)], answer.data[len(item.shape.head) :]
        filled = len(value) - item.size
        fits = filled <= (item.size & 1) and (filled >= 0 or not item.shape.fixed)
        if answer.code == messages.PARTIAL:
            self._knowledge.too_long(item.ask)
            gather.learned = True
        elif answer.code:
            self._knowledge.refuse(item.ask, answer.code)
            gather.native[block] = answer.code
        elif head != item.shape.head or not fits:
            self._knowledge.changed(item.ask)
            gather.native[block] = messages.OTHER_TYPE
            gather.learned = True
        else:
            gather.data[at : at + item.size] = value[: item.size].ljust(item.size, b"\0")
            return item.shape.fixed
        return False

    async def _take_long(self, link: Link, message: Message, gather: _Gather) -> None:
        for item, at, block in zip(message.items, message.starts, message.blocks, strict=False):
            self._keep(item, await fetch_long(link, item.ask), gather, at=at, block=block)
