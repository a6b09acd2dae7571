"""One read of a group of tags as a plan: what is asked for under which name, packed in how few messages.

What type a tag has, the controller says in its first answer. From then on an answer that looks as the one before is
taken apart in one step, and any other is looked at piece by piece.
"""

from __future__ import annotations

import struct
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.core.errors import ConfigError
from dovetail.drivers.base import Point
from dovetail.drivers.ethernetip import messages
from dovetail.drivers.ethernetip.address import TagAddress, parse_address
from dovetail.drivers.ethernetip.codec import Place, decoder, is_fit
from dovetail.drivers.ethernetip.elementary import BOOL, DWORD, LOGIX_STRING_MAX, Shape

_OPEN_MAX: Final = 8  # messages with room left that an item is tried in: more gains nothing and costs time
_PART: Final = 2 + 4  # its place among the offsets, and the head of one service's answer
_TYPE_MAX: Final = 4  # bytes that say a type
_GUESS: Final = 8  # bytes of a value of which nothing is known yet
_PATH_MAX: Final = 400  # bytes of a name; longer goes into no small message


class Ask(NamedTuple):
    """What is asked for in one piece: a name as a path, and how many elements."""

    path: bytes
    elements: int


class Want(NamedTuple):
    """A point as what must be asked for it: `bit` of what comes; `words`, where Booleans come 32 in a word."""

    point: Point
    address: TagAddress
    ask: Ask
    bit: int | None = None
    words: bool = False


def want_of(point: Point, address: TagAddress, *, packed: bool | None) -> Want:
    """Booleans of an array come 32 in a DWORD in Logix (`packed`; None: not known yet, so that is tried first)."""
    last = address.path[-1].element
    if address.bit is not None:
        return Want(point, address, Ask(messages.path_of(address.path), 1), address.bit)
    start = last[0] if last else 0
    if address.count and packed and len(last) <= 1:
        count = (start % 32 + address.count + 31) // 32
        return Want(point, address, Ask(messages.path_of(address.at(start // 32)), count), start % 32, words=True)
    if point.kind is Kind.BOOL and len(last) == 1 and packed is not False:
        return Want(point, address, Ask(messages.path_of(address.at(start // 32)), 1), start % 32, words=True)
    return Want(point, address, Ask(messages.path_of(address.path), max(1, address.count)))


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may carry: bytes, as agreed with the controller, and services."""

    size: int
    items: int

    @property
    def room(self) -> int:
        """Bytes of one message for what is asked, and of its answer: without sequence number and envelope."""
        return self.size - 2 - len(messages.MULTIPLE_HEAD) - 2


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of the plan: what is asked, and how many bytes are expected. A `long` one comes in several messages."""

    ask: Ask
    size: int
    shape: Shape | None = None  # not known yet
    long: bool = False

    @property
    def request(self) -> bytes:
        return messages.read(self.ask.path, self.ask.elements)

    @property
    def cost(self) -> int:
        """Bytes of a message that it takes, in the question or in the answer."""
        return max(2 + len(self.request), _PART + _TYPE_MAX + self.size + (self.size & 1))


class Message:
    """A request of several items, made once and sent at every read, and how its last good answer looked.

    The items' values stand side by side from byte `at` of the joined answers on, and their blocks from `block` on.
    """

    def __init__(self, items: Sequence[Item], *, at: int = 0, block: int = 0) -> None:
        self.items = tuple(items)
        self.request = messages.multiple([item.request for item in items])
        self.starts = list(accumulate((item.size for item in items), initial=at))
        self.blocks = range(block, block + len(items))
        self._length = 0
        self._heads = b""
        self._head_at = self._value_at = np.empty(0, dtype=np.intp)

    def take(self, reply: bytes, into: bytearray) -> bool:
        """Keep the values of an answer that looks as the last good one; False for any other."""
        if len(reply) != self._length:
            return False
        found = np.frombuffer(reply, dtype=np.uint8)
        if found[self._head_at].tobytes() != self._heads:
            return False
        into[self.starts[0] : self.starts[-1]] = found[self._value_at].tobytes()
        return True

    def remember(self, reply: bytes, bounds: Sequence[tuple[int, int]]) -> None:
        """This answer was good in all its parts, of the sizes expected: the next is compared with it."""
        is_value = np.zeros(len(reply), dtype=np.bool_)
        is_head = np.ones(len(reply), dtype=np.bool_)
        for item, (start, stop) in zip(self.items, bounds, strict=True):
            assert item.shape is not None
            begins = start + 4 + len(item.shape.head)
            is_value[begins : begins + item.size] = True
            is_head[begins:stop] = False  # what fills up is compared with nothing
        self._length = len(reply)
        self._head_at, self._value_at = np.flatnonzero(is_head), np.flatnonzero(is_value)
        self._heads = np.frombuffer(reply, dtype=np.uint8)[self._head_at].tobytes()


def pack(items: Iterable[Item], limits: Limits) -> list[Message]:
    """Items in few messages: each in the first that has room for it; a long one alone."""
    groups: list[list[Item]] = []
    room: list[int] = []
    tried: deque[int] = deque(maxlen=_OPEN_MAX)
    for item in items:
        for index in tried if not item.long else ():
            if room[index] >= item.cost and len(groups[index]) < limits.items:
                break
        else:
            index = len(groups)
            groups.append([])
            room.append(limits.room)
            if not item.long:
                tried.append(index)
        groups[index].append(item)
        room[index] -= item.cost
    made: list[Message] = []
    for group in groups:
        at, block = (made[-1].starts[-1], made[-1].blocks.stop) if made else (0, 0)
        made.append(Message(group, at=at, block=block))
    return made


@dataclass(frozen=True, slots=True)
class Known:
    """What was learned of a controller: shapes, names it refuses (with which code), and arrays of Booleans."""

    shapes: Mapping[Ask, Shape]
    refused: Mapping[Ask, int]
    packed: Mapping[bytes, bool]
    long: frozenset[Ask] = frozenset()
    micro800: bool = False


class Reading:
    """The plan of one group of points under what is known now. What is `unknown` must be asked for first."""

    def __init__(self, points: Sequence[Point], limits: Limits, known: Known, *, encoding: str) -> None:
        self.points = points
        self.wants: list[Want] = []
        self.unknown: dict[Ask, Want] = {}
        self.misfits: list[Ask] = []  # of a type that their points cannot hold
        self.settled = False  # nothing more is to be learned about it
        self.blocks = 0
        self.messages: list[Message] = []
        self.size = 0
        self._never: dict[Kind, list[tuple[int, int]]] = defaultdict(list)  # (tag, code)
        fit = [want for want in map(partial(self._known, known), points) if want is not None]
        if not self.unknown:
            self._lay_out(fit, limits, known, encoding)

    def _known(self, known: Known, point: Point) -> Want | None:
        """What is asked for this point, when it can be asked for."""
        want = _wanted(point, known)
        if want is None:
            self._never[point.kind].append((point.tag_id, 0))
            return None
        self.wants.append(want)
        code, shape = known.refused.get(want.ask, 0), known.shapes.get(want.ask)
        if shape is not None and not code:
            code = is_fit(point.kind, shape, want.address, bit=want.bit, words=want.words)
            self.misfits += [want.ask] if code else []
        if code:
            self._never[point.kind].append((point.tag_id, code))
        elif shape is None:
            self.unknown.setdefault(want.ask, want)
        return None if code else want

    def _lay_out(self, wants: Sequence[Want], limits: Limits, known: Known, encoding: str) -> None:
        items: dict[Ask, Item] = {}
        for ask in dict.fromkeys(want.ask for want in wants):
            shape = known.shapes[ask]
            item = Item(ask, shape.size, shape)
            is_long = ask in known.long or item.cost > limits.room
            items[ask] = replace(item, long=True) if is_long else item
        self.messages = pack(items.values(), limits)
        begins: dict[Ask, tuple[int, int]] = {}
        for message in self.messages:
            for item, at, block in zip(message.items, message.starts, message.blocks, strict=False):
                begins[item.ask] = at, block
        self.blocks = len(begins)
        self.size = self.messages[-1].starts[-1] if self.messages else 0
        places = [_place(want, known.shapes[want.ask], *begins[want.ask]) for want in wants]
        self.decoder = decoder(places, encoding=encoding)

    def never(self, at_us: int, quality_of: Callable[[int], int]) -> list[Batch]:
        """The points that are not asked for now: not understood, refused, or of a type that does not fit."""
        found: list[Batch] = []
        for kind, listed in self._never.items():
            by_code: dict[int, list[int]] = defaultdict(list)
            for tag, code in listed:
                by_code[code].append(tag)
            for code, tags in by_code.items():
                quality = quality_of(code) if code else q.BAD_CONFIG
                found.append(Batch.bad(tags, quality, at_us=at_us, kind=kind, native=code))
        return found


def _place(want: Want, shape: Shape, at: int, block: int) -> Place:
    return Place(want.point, shape, block, at, want.bit, want.address.count)


def _wanted(point: Point, known: Known) -> Want | None:
    try:
        address = parse_address(point.address)
        packed = False if known.micro800 else known.packed.get(messages.path_of(address.base))
        want = want_of(point, address, packed=packed)
    except (ConfigError, struct.error):
        return None
    return want if len(want.ask.path) <= _PATH_MAX else None


def guess(want: Want) -> Item:
    """How a name is first asked for, when nothing is known of it."""
    size = 6 + LOGIX_STRING_MAX if want.point.kind is Kind.STR else _GUESS * want.ask.elements
    return Item(want.ask, size)


def is_packed(shape: Shape) -> bool | None:
    """Whether an array's elements are Booleans, 32 in a word; None for what are none at all."""
    return True if shape.type == DWORD else False if shape.type == BOOL else None
