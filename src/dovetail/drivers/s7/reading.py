"""One read of a group of points as a plan: which stretches are asked for, packed in how few messages."""

from __future__ import annotations

import struct
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.core.errors import ConfigError
from dovetail.drivers import planner
from dovetail.drivers.base import Point
from dovetail.drivers.planner import Block, Rules, Span
from dovetail.drivers.s7 import frames
from dovetail.drivers.s7.address import Memory, S7Address, parse_address
from dovetail.drivers.s7.codec import Place, decoder

ILLEGAL: Final = frozenset({0x03, 0x05, 0x06, 0x07, 0x0A})  # of this address and no other: worth splitting
_OPEN_MAX: Final = 8  # messages with room left that an item is tried in: more gains nothing and costs time
_ITEM_HEAD: Final = 4  # return code, transport size and length before an item's bytes


def quality_of(code: int) -> int:
    """Our quality for a controller's return code.

    >>> hex(quality_of(5)), hex(quality_of(1))
    ('0x4', '0xc')
    """
    return q.BAD_CONFIG if code in ILLEGAL else q.BAD_DEVICE


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may carry: bytes, as agreed with the controller, and items."""

    pdu: int
    items: int

    @property
    def item_max(self) -> int:
        """The longest stretch that comes in one message."""
        return self.pdu - frames.ACK_SIZE - 2 - _ITEM_HEAD

    @property
    def count_max(self) -> int:
        """Items that one request has room for."""
        return min(self.items, (self.pdu - 12) // frames.ITEM_SIZE)


class Item(NamedTuple):
    """A stretch that is asked for in one piece, of which block it is, and where in the joined answers its bytes go."""

    memory: Memory
    start: int
    length: int
    at: int
    block: int


class Planned(NamedTuple):
    """A block of the plan: points that come together; `members` are indices into the spans of its memory."""

    memory: Memory
    block: Block
    at: int

    @property
    def span(self) -> Span:
        return Span(self.block.start, self.block.length)


@dataclass(frozen=True, slots=True)
class Message:
    """A request of several items, made once and sent at every read, and how its answer looks when all are well."""

    items: tuple[Item, ...]
    request: bytes
    shape: struct.Struct  # bytes of one item after the other, without their heads
    mask: int  # which bits of the answer are heads
    heads: int  # and what they are, when every item is well
    goes: slice | None  # where all bytes go, when each item's go where those of the one before end
    blocks: NDArray[np.intp] | slice  # of its items

    @classmethod
    def of(cls, items: Sequence[Item]) -> Message:
        """Items in the order of the request."""
        last = len(items) - 1
        padding = [at < last and one.length & 1 for at, one in enumerate(items)]
        shape = "".join(f"{_ITEM_HEAD}x{one.length}s" + "x" * pad for one, pad in zip(items, padding, strict=True))
        request = frames.read_request([frames.item(one.memory, one.start, one.length) for one in items])
        mask, heads = (
            b"".join(head(one) + bytes(one.length + pad) for one, pad in zip(items, padding, strict=True))
            for head in (lambda _one: b"\xff" * _ITEM_HEAD, lambda one: frames.answer_head(one.length))
        )
        runs_on = all(one.at + one.length == following.at for one, following in pairwise(items))
        goes = slice(items[0].at, items[-1].at + items[-1].length) if runs_on else None
        blocks = [one.block for one in items]
        in_a_row = blocks == [*range(blocks[0], blocks[0] + len(blocks))]
        return cls(
            items=tuple(items),
            request=request,
            shape=struct.Struct(shape),
            mask=int.from_bytes(mask, "little"),
            heads=int.from_bytes(heads, "little"),
            goes=goes,
            blocks=slice(blocks[0], blocks[-1] + 1) if in_a_row else np.array(blocks, dtype=np.intp),
        )

    def take(self, data: bytes, into: bytearray) -> bool:
        """Keep the bytes of an answer in which every item is well; False for any other."""
        if len(data) < self.shape.size:
            return False
        if int.from_bytes(data, "little") & self.mask != self.heads:  # all heads at once
            return False
        found = self.shape.unpack_from(data)
        if self.goes is not None:
            into[self.goes] = b"".join(found)
            return True
        for item, brought in zip(self.items, found, strict=True):
            into[item.at : item.at + item.length] = brought
        return True


def pack(items: Iterable[Item], limits: Limits) -> list[Message]:
    """Items in few messages: each in the first that has room for its answer and for itself.

    >>> of = Memory("DB", 1)
    >>> items = [Item(of, 0, length, 0, 0) for length in (100, 180, 90)]
    >>> [len(one.items) for one in pack(items, Limits(240, 20))]
    [2, 1]
    """
    messages: list[list[Item]] = []
    room: list[int] = []  # bytes left in each message's answer
    tried: deque[int] = deque(maxlen=_OPEN_MAX)
    for item in items:
        cost = _ITEM_HEAD + item.length + (item.length & 1)
        for index in tried:
            if room[index] >= cost and len(messages[index]) < limits.count_max:
                break
        else:
            index = len(messages)
            messages.append([])
            room.append(limits.pdu - frames.ACK_SIZE - 2)
            tried.append(index)
        messages[index].append(item)
        room[index] -= cost
    return [Message.of(one) for one in messages]


class Reading:
    """The plan of one group of points under the rules and limits that hold now."""

    def __init__(
        self, points: Sequence[Point], limits: Limits, rules: Callable[[Memory], Rules], *, encoding: str
    ) -> None:
        self.points = points
        self.limits = limits
        self.blocks: list[Planned] = []
        self.spans: dict[Memory, list[Span]] = {}
        self.size = 0
        self.lonely: dict[int, tuple[Memory, Span]] = {}  # blocks that stand alone because they were refused once
        self._items: list[Item] = []
        self._never: dict[Kind, list[int]] = defaultdict(list)
        self._packed: tuple[frozenset[int], list[Message]] | None = None
        by_memory: dict[Memory, list[tuple[Point, S7Address]]] = defaultdict(list)
        for point in points:
            address = _parsed(point)
            if address is None:
                self._never[point.kind].append(point.tag_id)
            else:
                by_memory[address.memory].append((point, address))
        places: list[Place] = []
        for memory, listed in by_memory.items():
            places += self._lay_out(memory, listed, rules(memory))
        self.decoder = decoder(places, encoding=encoding)

    def _lay_out(self, memory: Memory, listed: Sequence[tuple[Point, S7Address]], rules: Rules) -> list[Place]:
        spans = self.spans[memory] = [address.span for _, address in listed]
        layout = planner.plan(spans, rules)
        blocks = list(layout.blocks)
        for index in layout.outside:
            if spans[index].length > rules.length_max and not _is_forbidden(spans[index], rules):
                blocks.append(Block(*spans[index], (index,)))  # longer than a message: it comes in several
            else:
                point = listed[index][0]
                self._never[point.kind].append(point.tag_id)
        places: list[Place] = []
        for block in blocks:
            number = len(self.blocks)
            places += [Place(*listed[index], number, block.start, self.size) for index in block.members]
            self._items += _items_of(memory, block, at=self.size, number=number, longest=rules.length_max)
            planned = Planned(memory, block, self.size)
            self.blocks.append(planned)
            if planned.span in rules.alone:
                self.lonely[number] = (memory, planned.span)
            self.size += block.length
        return places

    def messages(self, asleep: frozenset[int]) -> list[Message]:
        """The requests, without blocks that are not asked for now."""
        if self._packed is None or self._packed[0] != asleep:
            awake = (item for item in self._items if item.block not in asleep)
            self._packed = asleep, pack(awake, self.limits)
        return self._packed[1]

    def never(self, at_us: int) -> list[Batch]:
        """The points that are never asked for: address not understood, or on forbidden ground."""
        return [Batch.bad(tags, q.BAD_CONFIG, at_us=at_us, kind=kind) for kind, tags in self._never.items()]


def _items_of(memory: Memory, block: Block, *, at: int, number: int, longest: int) -> list[Item]:
    return [
        Item(memory, block.start + ahead, min(longest, block.length - ahead), at + ahead, number)
        for ahead in range(0, block.length, longest)
    ]


def _is_forbidden(span: Span, rules: Rules) -> bool:
    return bool(planner.plan([span], replace(rules, length_max=span.length)).outside)


def _parsed(point: Point) -> S7Address | None:
    try:
        return parse_address(point.address)
    except ConfigError:
        return None
