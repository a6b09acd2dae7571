"""What edge nodes say through a broker, read without either: for whoever tries what may come from a stranger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

from dovetail.drivers.base import Point
from dovetail.drivers.sparkplug.host import Host
from dovetail.drivers.sparkplug.node import Patience
from dovetail.drivers.sparkplug.options import SparkplugOptions
from dovetail.mqtt import packets
from dovetail.mqtt.client import Client
from dovetail.mqtt.stream import Message

FIRST_US, EACH_US = 1_700_000_000_000_000, 10_000
LOOKED_AT = 10  # points, of what they hold after each piece


def codec(options: SparkplugOptions, points: Sequence[Point]) -> Callable[[bytes], object]:
    """What takes a piece of a connection: packets, payloads, births and order, up to columns. Needs a running loop."""
    host = Host(Patience())
    host.add(points, "reported", FIRST_US)
    version: packets.Version = 5 if options.version == "5" else 4
    times = count(FIRST_US, EACH_US)

    def hear(messages: list[Message]) -> None:
        host.take(messages, next(times))

    def take(data: bytes) -> object:
        line = Client(packets.Hello("tried", version=version), "the broker")
        line.listen(hear)
        line.feed(data)
        host.tick(next(times))
        return host.last(points[:LOOKED_AT], next(times))

    return take
