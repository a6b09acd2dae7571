"""One S7 controller: scattered values read in few messages, and written to with read-back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from dovetail.core.batch import Batch, Value
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.drivers.base import Alive, Found, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.columns import Answers
from dovetail.drivers.planner import Rules, Span
from dovetail.drivers.refusals import Refusals
from dovetail.drivers.s7 import frames
from dovetail.drivers.s7.address import Memory, S7Address, parse_address
from dovetail.drivers.s7.codec import to_bytes
from dovetail.drivers.s7.frames import Reply
from dovetail.drivers.s7.link import Job, Link
from dovetail.drivers.s7.options import S7Options
from dovetail.drivers.s7.reading import ILLEGAL, Item, Limits, Message, Reading, pack, quality_of

FRESH_US: Final = 1 * SECOND_US  # a reply this young is proof of life enough
SPLITS_MAX: Final = 50  # requests spent on finding bad addresses in one read; the next read goes on
READINGS_MAX: Final = 16  # scan classes of one link whose plans are kept
PLANNED_AT_ONCE_MAX: Final = 500  # points; a plan of more would hold the loop for over 10 ms
ROUNDS_MAX: Final = 6  # reads of one group while its plan is still being learned
_NOT_PERMITTED: Final = frozenset({0x8104, 0x8304, 0xD602})  # what a CPU says that permits no PUT/GET
_WRITE_HEAD: Final = 28  # of a message that writes: header, one item, and the head of its data
_PROBE: Final = Message.of([Item(Memory("M"), 0, 1, 0, 0)])  # every controller has a first byte of flags


class _Gather(Job):
    """A read: the bytes of all items side by side, return codes by block, and error codes of whole requests."""

    def __init__(self, messages: Sequence[Message], size: int, blocks: int) -> None:
        super().__init__([(message.request, b"") for message in messages], repeatable=True)
        self.messages = messages
        self.data = bytearray(size)
        self.received_us = np.zeros(blocks, dtype=np.int64)
        self.native: dict[int, int] = {}
        self.refused: dict[int, int] = {}

    def take(self, index: int, reply: Reply, received_us: int) -> bool:
        message = self.messages[index]
        is_read = reply.kind == 3 and not reply.code and reply.parameters == message.request[:2]
        if not (is_read and message.take(reply.data, self.data)) and not self._take_one_by_one(index, reply):
            return False
        self.received_us[message.blocks] = received_us
        return True

    def _take_one_by_one(self, index: int, reply: Reply) -> bool:
        """The answer when not all is well, or is none."""
        items = self.messages[index].items
        if reply.code:
            self.refused[index] = reply.code
            self.native |= dict.fromkeys((item.block for item in items), reply.code)
            return True
        answers = frames.answers(reply, frames.READ, [item.length for item in items])
        for item, answer in zip(items, answers or (), strict=answers is not None):
            if answer.code:
                self.native[item.block] = answer.code
            else:
                self.data[item.at : item.at + item.length] = answer.data
        return answers is not None


class _Order(Job):
    """One write, sent at most once, and its return code."""

    def __init__(self, item: bytes, content: bytes) -> None:
        super().__init__([(frames.write_request(item), content)], repeatable=False)
        self.native = 0

    def take(self, index: int, reply: Reply, received_us: int) -> bool:
        if reply.code:
            self.native = reply.code
            return True
        answers = frames.answers(reply, frames.WRITE, [0])
        if answers is None:
            return False
        self.native = answers[0].code
        return True


class S7Driver:
    """The client side of S7 behind the plant's small `Driver` protocol."""

    def __init__(self, options: S7Options, around: Surroundings) -> None:
        self._options = options
        self._clock = around.clock
        self._link: Link | None = None
        self._where = options.where()
        self._limits = Limits(options.pdu, options.max_items)
        self._rules: dict[Memory, Rules] = {}
        self._refused: Refusals[tuple[Memory, Span]] = Refusals()
        self._readings: list[Reading] = []
        self._splits = 0

    # --- the link ---------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect, and agree on how long messages may be."""
        link = Link(self._options, self._clock)
        try:
            await link.open()
        except BaseException:
            link.close()
            raise
        self._link = link
        self._limits = Limits(link.pdu, self._options.max_items)
        self._rules.clear()
        self._readings.clear()

    async def close(self) -> None:
        """Drop the connection."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    async def probe(self) -> Alive:
        """A reply of the last second, else one byte of flags; a return code is an answer too."""
        link = self._connected()
        if link.heard is None or self._clock.now_us() - link.heard[1] > FRESH_US:
            job = _Gather([_PROBE], 1, 1)
            await link.exchange(job)
            self._refuse_access(job)
        heard = link.heard or (self._clock.now_us(), self._clock.now_us())
        return Alive(asked_us=heard[0], answered_us=heard[1])

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        """What S7 calls subscription not every controller has."""
        raise ConfigError("S7 is polled", code="s7-subscribe", hint="poll instead: mode: poll")

    async def browse(self, address: str | None = None) -> list[Found]:
        """A controller names no variables over this protocol."""
        hint = "take the offsets from the data block in STEP 7 or TIA, or use OPC UA"
        raise ConfigError("an S7 controller tells no names over this protocol", code="s7-browse", hint=hint)

    def _connected(self) -> Link:
        if self._link is None:
            raise LinkError(f"{self._where} is not connected", code="s7-lost")
        return self._link

    # --- reading ----------------------------------------------------------------------------------------------

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        """One sample per point. An address that the controller does not have is BAD alone, its neighbours are read."""
        link = self._connected()
        self._splits = SPLITS_MAX
        rounds = 0
        while True:
            rounds += 1
            reading = await self._reading_of(points)
            asleep = self._asleep(reading)
            job = _Gather(reading.messages(frozenset(asleep)), reading.size, len(reading.blocks))
            await link.exchange(job)
            self._refuse_access(job)
            learned = (job.native or reading.lonely) and await self._learn(reading, job, asleep)
            if not learned or rounds == ROUNDS_MAX:
                return self._batches(reading, job, asleep)

    def _batches(self, reading: Reading, job: _Gather, asleep: dict[int, int]) -> list[Batch]:
        now_us = self._clock.now_us()
        for block in asleep:
            job.received_us[block] = now_us
        answers = Answers.of(job.data, job.received_us, job.native | asleep, quality_of)
        return reading.decoder.batches(answers) + reading.never(now_us)

    async def _reading_of(self, points: Sequence[Point]) -> Reading:
        """The plan for these points; a tuple's is kept while its rules hold. A long one is made beside the loop."""
        for reading in self._readings:
            if reading.points is points:
                return reading
        limits, rules = self._limits, dict(self._rules)
        make = partial(Reading, points, limits, self._rules_of, encoding=self._options.encoding)
        reading = make() if len(points) <= PLANNED_AT_ONCE_MAX else await asyncio.to_thread(make)
        if isinstance(points, tuple) and all(self._rules[of] == held for of, held in rules.items()):
            self._readings = [*self._readings[1 - READINGS_MAX :], reading]
        return reading

    def _rules_of(self, memory: Memory) -> Rules:
        found = self._rules.get(memory)
        if found is None:
            found = self._rules[memory] = self._options.rules(memory, self._limits.item_max)
        return found

    def _asleep(self, reading: Reading) -> dict[int, int]:
        """Blocks not asked for now because the controller has said that it does not have them: index → code."""
        if not reading.lonely:
            return {}
        return self._refused.asleep(reading.lonely, now_us=self._clock.now_us())

    def _refuse_access(self, job: _Gather) -> None:
        if not job.refused:
            return
        code = next((code for code in job.refused.values() if code in _NOT_PERMITTED), 0)
        if code:
            what = f"{self._where} does not permit reading: {frames.said(code)}"
            hint = "permit access with PUT/GET in the CPU's protection settings"
            raise ConfigError(what, code="s7-access", hint=hint)

    async def _learn(self, reading: Reading, job: _Gather, asleep: dict[int, int]) -> bool:
        """Take from refusals what is read alone; True when reading again would bring more."""
        if job.refused:
            return self._ask_less(job)
        again = False
        for at, planned in enumerate(reading.blocks):
            code = job.native.get(at, 0)
            if code in ILLEGAL:
                again |= await self._isolate(reading, at, code)
            elif not code and at in reading.lonely and at not in asleep:
                self._refused.accept(reading.lonely[at])
                self._set_rules(planned.memory, self._rules_of(planned.memory).accepted(planned.span))
        return again

    def _ask_less(self, job: _Gather) -> bool:
        """A request was refused as a whole: perhaps it was too long. True when there is less to ask at once."""
        longest = max(len(job.messages[index].items) for index in job.refused)
        if longest == 1:
            return False
        self._limits = replace(self._limits, items=max(1, longest // 2))
        self._readings.clear()
        return True

    async def _isolate(self, reading: Reading, at: int, code: int) -> bool:
        """Find what is bad in a refused block, so that it stands alone; True when the rest is to be read again."""
        memory, block, _ = reading.blocks[at]
        spans = sorted({reading.spans[memory][index] for index in block.members})
        if len(spans) == 1:
            self._refuse(memory, spans[0], code)
            return False
        items = [Item(memory, span.start, span.length, 0, number) for number, span in enumerate(spans)]
        messages = pack(items, self._limits)
        if len(messages) > self._splits:
            return False
        self._splits -= len(messages)
        job = _Gather(messages, self._limits.pdu, len(items))
        await self._connected().exchange(job)
        refused = {number: said for number, said in job.native.items() if said in ILLEGAL}
        for number, said in refused.items():
            self._refuse(memory, spans[number], said)
        if not refused:  # each alone is good: it is what lies between that does not exist
            rules = self._rules_of(memory)
            for span in spans[1:]:
                rules = rules.cut_at(span.start)
            self._set_rules(memory, rules)
        return True

    def _refuse(self, memory: Memory, span: Span, code: int) -> None:
        self._refused.note((memory, span), code, now_us=self._clock.now_us())
        self._set_rules(memory, self._rules_of(memory).refused(span))

    def _set_rules(self, memory: Memory, rules: Rules) -> None:
        if rules != self._rules_of(memory):
            self._rules[memory] = rules
            self._readings.clear()

    # --- writing ----------------------------------------------------------------------------------------------

    async def write(self, point: Point, value: Value) -> None:
        """Write one bit or value, and read it back; never sent twice when the outcome is unknown."""
        address = parse_address(point.address)
        if address.memory.area == "I":
            raise PointError(f"{point.address} can only be read", code="s7-read-only", hint="inputs have no write")
        if address.type == "bit" and not address.count:
            await self._write_bit(point, address, value)
            return
        ahead, content = to_bytes(point, address, value, encoding=self._options.encoding)
        if len(content) > self._limits.pdu - _WRITE_HEAD:
            what = f"{point.address} does not fit into one message of {self._limits.pdu} bytes"
            raise PointError(what, code="s7-too-long")
        start = address.start + ahead
        if address.type in ("string", "wstring"):
            await self._check_room(point, address, width=ahead, content=content)
        item = frames.item(address.memory, start, len(content))
        await self._order(point, item, frames.content(content))
        await self._read_back(point, address.memory, start, wanted=content)

    async def _write_bit(self, point: Point, address: S7Address, value: Value) -> None:
        if not isinstance(value, bool):
            raise PointError(f"{point.address} takes true or false, not {value!r}", code="s7-value")
        item = frames.bit_item(address.memory, address.start, address.bit)
        await self._order(point, item, frames.bit_content(value))
        wanted = bytes([value << address.bit])
        await self._read_back(point, address.memory, address.start, wanted=wanted, mask=1 << address.bit)

    async def _check_room(self, point: Point, address: S7Address, *, width: int, content: bytes) -> None:
        """A string's greatest length is the controller's: what is longer would run over its neighbour."""
        room = int.from_bytes(await self._fetch(point, address.memory, address.start, width), "big")
        length = int.from_bytes(content[:width], "big")
        if length > room:
            what = f"{point.address} is a string of at most {room} characters in the controller, not {length}"
            raise PointError(what, code="s7-value")

    async def _order(self, point: Point, item: bytes, content: bytes) -> None:
        job = _Order(item, content)
        await self._connected().exchange(job)
        _refuse_write(point, job.native)

    async def _read_back(
        self, point: Point, memory: Memory, start: int, *, wanted: bytes, mask: int | None = None
    ) -> None:
        found = await self._fetch(point, memory, start, len(wanted))
        seen = bytes([found[0] & mask]) if mask is not None else found
        if seen != wanted:
            what = f"{point.address} was written but reads back {seen.hex(' ')} instead of {wanted.hex(' ')}"
            raise PointError(what, code="s7-read-back")

    async def _fetch(self, point: Point, memory: Memory, start: int, length: int) -> bytes:
        job = _Gather(_in_pieces(memory, start, length, longest=self._limits.item_max), length, 1)
        await self._connected().exchange(job)
        _refuse_write(point, job.native.get(0, 0))
        return bytes(job.data)


def _in_pieces(memory: Memory, start: int, length: int, *, longest: int) -> list[Message]:
    return [
        Message.of([Item(memory, start + at, min(longest, length - at), at, 0)]) for at in range(0, length, longest)
    ]


def _refuse_write(point: Point, code: int) -> None:
    if code:
        raise PointError(f"{point.address} was not written: {frames.said(code)}", native=code, code="s7-refused")
