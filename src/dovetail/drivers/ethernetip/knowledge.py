"""What one controller has told of its tags: their types, the names it does not know, arrays of Booleans.

A plan is made of it, and anew when something in it turns out to be otherwise: another program may run by then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from dovetail.core import quality as q
from dovetail.core.clock import SECOND_US, Clock
from dovetail.drivers.base import Point
from dovetail.drivers.ethernetip import messages
from dovetail.drivers.ethernetip.elementary import STRUCTURE, Shape, shape_of
from dovetail.drivers.ethernetip.messages import Answer
from dovetail.drivers.ethernetip.options import EthernetIpOptions
from dovetail.drivers.ethernetip.reading import Ask, Known, Limits, Message, Reading, Want, guess, is_packed, pack
from dovetail.drivers.ethernetip.session import Link

REFUSED_AGAIN_US: Final = (
    5 * SECOND_US
)  # a tag that does not exist is asked for again this often: one more in a message
BUSY_AGAIN_US: Final = 1 * SECOND_US  # and one that could not be read just now
READINGS_MAX: Final = 16  # scan classes of one link whose plans are kept
KNOWN_MAX: Final = 100_000  # names of one link whose type is remembered
PLANNED_AT_ONCE_MAX: Final = 500  # points; a plan of more would hold the loop for over 10 ms
VALUE_BYTES_MAX: Final = 64_000  # of one array that comes in several messages
_NEVER_US: Final = 1 << 62


def quality_of(code: int) -> int:
    """Our quality for a controller's status.

    >>> hex(quality_of(0x05)), hex(quality_of(0x02))
    ('0x4', '0xc')
    """
    return q.BAD_CONFIG if messages.is_for_a_person(code) else q.BAD_DEVICE


def parts_of(link: Link, message: Message, reply: bytes) -> list[tuple[int, int]] | int:
    """Where each item's answer is, or the status with which all were refused. Raises LinkError."""
    answer = messages.parse(reply)
    several = len(message.items) > 1
    if answer is None or answer.service != message.request[0]:
        raise link.garbled()
    if several and answer.code and answer.code & 0xFF != messages.EMBEDDED:
        return answer.code
    bounds = messages.bounds(reply, len(message.items))
    if bounds is None:
        raise link.garbled()
    return bounds


def answer_in(link: Link, reply: bytes, bounds: tuple[int, int]) -> Answer:
    """The answer to one read among others. Raises LinkError."""
    found = messages.parse(reply[bounds[0] : bounds[1]])
    if found is None or found.service != messages.READ:
        raise link.garbled()
    return found


async def fetch_long(link: Link, ask: Ask) -> Answer:
    """A value that comes in several messages; it may then mix an old and a new one. Raises LinkError."""
    head, value = b"", bytearray()
    while True:
        answer = await link.service(messages.read_from(ask.path, ask.elements, len(value)))
        if answer.code not in (0, messages.PARTIAL):
            return answer
        size = 4 if answer.data[:2] == STRUCTURE.to_bytes(2, "little") else 2
        head, more = answer.data[:size], answer.data[size:]
        value += more
        if answer.code == 0:
            return Answer(messages.READ, 0, head + bytes(value))
        if not more or len(value) > VALUE_BYTES_MAX:
            raise link.garbled()


class Knowledge:
    """Of one connection; all of it is forgotten with the next."""

    def __init__(self, options: EthernetIpOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self.limits = Limits(0, 1)
        self.shapes: dict[Ask, Shape] = {}
        self.refused: dict[Ask, tuple[int, int]] = {}  # code, and when it is asked for again
        self._packed: dict[bytes, bool] = {}
        self._long: set[Ask] = set()
        self._readings: list[tuple[Reading, int]] = []  # with the moment up to which what was refused stays so

    def begin(self, size: int) -> None:
        """A new connection with messages of up to `size` bytes: another program may run in the controller."""
        self.limits = Limits(size, 1 if self._options.micro800 else self._options.max_items)
        for known in (self.shapes, self.refused, self._packed, self._long, self._readings):
            known.clear()

    async def plan(self, points: Sequence[Point]) -> Reading:
        """How these points are read; a tuple's plan is kept while it holds. A long one is made beside the loop."""
        now_us = self._clock.now_us()
        for reading, until_us in self._readings:
            if reading.points is points and now_us < until_us:
                return reading
            if reading.points is points:
                for ask in reading.misfits:
                    self.shapes.pop(ask, None)  # perhaps it is of another type by now
        self._readings = [held for held in self._readings if held[0].points is not points]
        refused = {ask: code for ask, (code, again_us) in self.refused.items() if again_us > now_us}
        known = Known(
            dict(self.shapes), refused, dict(self._packed), frozenset(self._long), micro800=self._options.micro800
        )
        make = partial(Reading, points, self.limits, known, encoding=self._options.encoding)
        reading = make() if len(points) <= PLANNED_AT_ONCE_MAX else await asyncio.to_thread(make)
        if isinstance(points, tuple) and not reading.unknown:
            until = [self.refused[want.ask][1] for want in reading.wants if want.ask in refused]
            until += [now_us + REFUSED_AGAIN_US] if reading.misfits else []
            self._readings = [*self._readings[1 - READINGS_MAX :], (reading, min(until, default=_NEVER_US))]
        return reading

    async def learn(self, link: Link, reading: Reading) -> bool:
        """Ask for what is not known; True when another plan is to be made. Raises LinkError."""
        if reading.settled:
            return False
        if not reading.unknown:
            reading.settled = not self._learn_words(reading.wants)
            return not reading.settled
        if len(self.shapes) + len(reading.unknown) > KNOWN_MAX:
            self.shapes.clear()
        for message in pack([guess(want) for want in reading.unknown.values()], self.limits):
            reply = await link.ask(message.request)
            parts = parts_of(link, message, reply)
            if not isinstance(parts, int):
                for item, bounds in zip(message.items, parts, strict=True):
                    await self._learn_one(link, reading.unknown[item.ask], answer_in(link, reply, bounds))
            elif self.ask_less(message, parts):
                break  # they are asked for again, fewer at once
            else:
                for item in message.items:
                    self.refuse(item.ask, parts)
        return True

    async def _learn_one(self, link: Link, want: Want, answer: Answer) -> None:
        ask = want.ask
        if answer.code == messages.PARTIAL or answer.code & 0xFF in messages.TOO_LARGE:
            self._long.add(ask)
            answer = await fetch_long(link, ask)
        if messages.is_for_a_person(answer.code) and want.address.count and not want.words:
            await self._scout(link, want)
        shape = None if answer.code else shape_of(answer.data, ask.elements)
        if shape is None:
            self.refuse(ask, answer.code or messages.OTHER_TYPE)
        else:
            self.shapes[ask] = shape
            self.refused.pop(ask, None)

    async def _scout(self, link: Link, want: Want) -> None:
        """An array that ends too early may be one of Booleans, which come 32 in a word."""
        base = messages.path_of(want.address.base)
        answer = await link.service(messages.read(base, 1))
        shape = None if answer.code else shape_of(answer.data, 1)
        if shape is not None and is_packed(shape) and not self._options.micro800:
            self._packed[base] = True

    def _learn_words(self, wants: Sequence[Want]) -> bool:
        """Whether something about arrays of Booleans was learned that makes another plan."""
        learned = False
        for want in wants:
            shape = self.shapes.get(want.ask)
            if shape is None or not (want.words or want.address.count) or self._options.micro800:
                continue
            base, packed = messages.path_of(want.address.base), is_packed(shape)
            if packed is not None and self._packed.get(base) != packed:
                self._packed[base] = packed
                learned = True
        if learned:
            self._readings.clear()
        return learned

    # --- what turned out otherwise ------------------------------------------------------------------------------

    def refuse(self, ask: Ask, code: int) -> None:
        """The controller does not give it: it is left out for a while."""
        again_us = REFUSED_AGAIN_US if messages.is_for_a_person(code) else BUSY_AGAIN_US
        self.refused[ask] = code, self._clock.now_us() + again_us
        self.changed(ask)

    def changed(self, ask: Ask) -> None:
        """The tag is not what it was: the program in the controller was changed."""
        self.shapes.pop(ask, None)
        self._readings.clear()

    def too_long(self, ask: Ask) -> None:
        """It does not come in one message."""
        self._long.add(ask)
        self._readings.clear()

    def ask_less(self, message: Message, code: int) -> bool:
        """A message was refused as a whole: too much in one. True when there is less to ask at once."""
        general = code & 0xFF
        if len(message.items) == 1 or not (general == messages.NOT_SPOKEN or general in messages.TOO_LARGE):
            return False
        less = 1 if general == messages.NOT_SPOKEN else max(1, len(message.items) // 2)
        self.limits = replace(self.limits, items=less)
        self._readings.clear()
        return True
