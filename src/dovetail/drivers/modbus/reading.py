"""One read of a group of points as a plan: which blocks are asked, and how their joined answers become columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.core.errors import ConfigError
from dovetail.drivers import planner
from dovetail.drivers.base import Point
from dovetail.drivers.modbus.address import BITS, Area, ModbusAddress, parse_address
from dovetail.drivers.modbus.codec import Place, decoder
from dovetail.drivers.modbus.options import ModbusOptions
from dovetail.drivers.modbus.pdus import read_request
from dovetail.drivers.planner import Rules, Span

ILLEGAL: Final = frozenset({2, 3})  # illegal data address, illegal data value (a quantity too large): worth splitting

_QUALITY: Final[dict[int, int]] = {
    1: q.BAD_CONFIG,  # illegal function
    2: q.BAD_CONFIG,  # illegal data address
    3: q.BAD_CONFIG,  # illegal data value
    5: q.BAD_COMM,  # acknowledge: it is still working
    6: q.BAD_COMM,  # server device busy
}


def quality_of(code: int) -> int:
    """Our quality for a Modbus exception code (Application Protocol 1.1b3 §7).

    >>> hex(quality_of(2)), hex(quality_of(4))
    ('0x4', '0xc')
    """
    return _QUALITY.get(code, q.BAD_DEVICE)


@dataclass(frozen=True, slots=True)
class Ask:
    """One block as it goes over the wire: the request's PDU, and where in the joined answers its data goes."""

    area: Area
    block: planner.Block  # members are indices into the plan's `spans` of that area
    request: bytes
    at: int
    size: int  # bytes of data in the answer
    function: int

    @property
    def span(self) -> Span:
        return Span(self.block.start, self.block.length)


def ask_for(area: Area, block: planner.Block, at: int = 0) -> Ask:
    """The question for one block whose data begins at byte `at` of the joined answers."""
    size = (block.length + 7) // 8 if area in BITS else 2 * block.length
    request = read_request(area, block.start, block.length)
    return Ask(area, block, request, at, size, request[0])


class Reading:
    """The plan of one group of points under the rules that hold now."""

    def __init__(self, points: Sequence[Point], options: ModbusOptions, rules: Mapping[Area, Rules]) -> None:
        self.points = points
        self.asks: list[Ask] = []
        self.spans: dict[Area, list[Span]] = {}
        self.size = 0
        self._never: dict[Kind, list[int]] = defaultdict(list)
        by_area: dict[Area, list[tuple[Point, ModbusAddress]]] = defaultdict(list)
        for point in points:
            address = _parsed(point)
            if address is None:
                self._never[point.kind].append(point.tag_id)
            else:
                by_area[address.area].append((point, address))
        places: list[Place] = []
        for area, listed in by_area.items():
            places += self._lay_out(area, listed, options, rules=rules[area])
        self.lonely = {at: span for at, ask in enumerate(self.asks) if (span := ask.span) in rules[ask.area].alone}
        self.decoder = decoder(places, encoding=options.encoding)

    def _lay_out(
        self, area: Area, listed: Sequence[tuple[Point, ModbusAddress]], options: ModbusOptions, *, rules: Rules
    ) -> list[Place]:
        spans = self.spans[area] = [address.span for _, address in listed]
        layout = planner.plan(spans, rules)
        for index in layout.outside:
            point = listed[index][0]
            self._never[point.kind].append(point.tag_id)
        places: list[Place] = []
        for block in layout.blocks:
            for index in block.members:
                point, address = listed[index]
                order = address.order_or(options.order)
                places.append(Place(point, address, order, len(self.asks), block.start, self.size))
            ask = ask_for(area, block, self.size)
            self.asks.append(ask)
            self.size += ask.size
        return places

    def never(self, at_us: int) -> list[Batch]:
        """The points that are never asked for: address not understood, on forbidden ground, longer than a request."""
        return [Batch.bad(tags, q.BAD_CONFIG, at_us=at_us, kind=kind) for kind, tags in self._never.items()]


def _parsed(point: Point) -> ModbusAddress | None:
    try:
        return parse_address(point.address)
    except ConfigError:
        return None
