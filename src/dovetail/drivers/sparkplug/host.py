"""All edge nodes that the plant's tags name, behind one broker: who is meant by a message, and who is to be asked anew.

Pure. A message whose bytes are no payload is dropped and counted; the hole it leaves in the node's numbers is noticed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final, cast

from dovetail.core.batch import Batch
from dovetail.drivers.base import Point
from dovetail.drivers.reported import Arrivals, News, Way
from dovetail.drivers.sparkplug.address import NODE_ITSELF, SparkplugAddress, parse_address
from dovetail.drivers.sparkplug.node import Node, Patience, Told, Verb
from dovetail.drivers.sparkplug.shapes import Shapes, Table, read
from dovetail.mqtt.sparkplug import NAMESPACE, decode
from dovetail.mqtt.stream import Message

VERBS: Final = frozenset({"NBIRTH", "NDEATH", "DBIRTH", "DDEATH", "NDATA", "DDATA"})
_DATA: Final = frozenset({"NDATA", "DDATA"})
ASKS_PER_TICK: Final = 10  # a plant that comes back after a power cut is not asked all at once
TOPICS_MAX: Final = 100_000  # of one broker; beyond it they are read anew

type Meant = tuple[Node, Verb, str] | None


class Host:
    """The receiving half of a host application."""

    def __init__(self, patience: Patience) -> None:
        self.nodes: dict[tuple[str, str], Node] = {}
        self.arrivals = Arrivals()
        self.undecodable = 0
        self._patience = patience
        self._topics: dict[bytes, Meant] = {}
        self._last_us = 0
        self._shapes: Shapes = {}

    def add(self, points: Iterable[Point], way: Way, at_us: int) -> list[Node]:
        """Points that were not wanted before; the nodes that are new with them."""
        new: list[Node] = []
        for point in points:
            if point in self.arrivals:
                continue
            index, coming = self.arrivals.add(point, way)
            address = parse_address(point.address)
            key = (address.group, address.edge)
            node = self.nodes.get(key)
            if node is None:
                node = self.nodes[key] = Node(*key, self.arrivals, self._patience, at_us)
                new.append(node)
                self._topics.clear()
            node.want(address.device, address.metric, (index, coming.put))
        self.arrivals.added()
        return new

    def take(self, messages: Sequence[Message], at_us: int) -> News:
        """Messages of the namespace, received at `at_us`; those of other nodes and other hosts are passed over."""
        at_us = max(at_us, self._last_us)
        told: list[tuple[Node, Told]] = []
        data: list[bytes] = []
        for topic, body, flags, _ in messages:
            meant = self._topics.get(topic) if topic in self._topics else self._read_topic(topic)
            if meant is None or flags & 0x01:  # births and data are never retained: what is remembered is of the past
                continue
            at_us += 1
            node, verb, device = meant
            if verb in _DATA:
                told.append((node, Told(verb, device, body, at_us, len(data))))
                data.append(body)
            else:
                told.append((node, Told(verb, device, body, at_us)))
        self._last_us = at_us
        table = read(data, self._shapes)
        if table is None:
            for node, one in told:
                self._hear(node, one)
        else:
            self._hear_together(told, table)
        return self.arrivals.flush()

    def _hear_together(self, told: Sequence[tuple[Node, Told]], table: Table) -> None:
        """The data of each node in one piece, up to where it is born or dies."""
        data: dict[Node, list[Told]] = defaultdict(list)
        for node, one in told:
            if one.verb in _DATA:
                data[node].append(one)
                continue
            node.hear_data(data.pop(node, ()), table, partial(self._hear, node))
            self._hear(node, one)
        for node, listed in data.items():
            node.hear_data(listed, table, partial(self._hear, node))

    def _hear(self, node: Node, told: Told) -> None:
        """One message, as protobuf reads it."""
        payload = decode(told.data)
        if payload is None:
            self.undecodable += 1
        else:
            node.hear(told.verb, told.device, payload, told.at_us)

    def _read_topic(self, topic: bytes) -> Meant:
        if len(self._topics) >= TOPICS_MAX:
            self._topics.clear()
        parts = topic.decode(errors="replace").split("/")
        meant: Meant = None
        if parts[0] == NAMESPACE and len(parts) in (4, 5) and parts[2] in VERBS:
            node = self.nodes.get((parts[1], parts[3]))
            device = parts[4] if len(parts) == 5 else NODE_ITSELF
            if node is not None and bool(device) == parts[2].startswith("D"):
                meant = node, cast("Verb", parts[2]), device
        self._topics[topic] = meant
        return meant

    def tick(self, now_us: int) -> tuple[News, list[Node]]:
        """What time alone has changed, and the nodes to be asked for a rebirth now."""
        asked: list[Node] = []
        for node in self.nodes.values():
            if len(asked) < ASKS_PER_TICK and node.tick(now_us):
                asked.append(node)
        return self.arrivals.flush(), asked

    def last(self, points: Sequence[Point], at_us: int) -> list[Batch]:
        """What each point holds now; BAD where its node, device or metric is not there."""
        return self.arrivals.last(points, at_us, self._fault)

    def _fault(self, point: Point) -> tuple[int, int]:
        address = parse_address(point.address)
        return self.node_of(address).fault(address.device, address.metric)

    def node_of(self, address: SparkplugAddress) -> Node:
        """The node of an address that is wanted."""
        return self.nodes[address.group, address.edge]
