"""What a broker says to us, read without a broker: for whoever tries what may come from a stranger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

from dovetail.drivers.base import Point
from dovetail.drivers.mqtt.intake import Intake
from dovetail.drivers.mqtt.options import MqttOptions
from dovetail.mqtt import packets
from dovetail.mqtt.client import Client
from dovetail.mqtt.stream import Message

FIRST_US, EACH_US = 1_700_000_000_000_000, 1_000
LOOKED_AT = 10  # points, of what they hold after each piece


def codec(options: MqttOptions, points: Sequence[Point]) -> Callable[[bytes], object]:
    """What takes a piece of a connection: packets, topics, JSON, up to columns. Needs a running loop."""
    intake = Intake(time=options.time, retained=options.retained)
    intake.add(points, "reported")
    version: packets.Version = 5 if options.version == "5" else 4
    times = count(FIRST_US, EACH_US)

    def hear(messages: list[Message]) -> None:
        intake.take(messages, at_us=next(times))

    def take(data: bytes) -> object:
        line = Client(packets.Hello("tried", version=version), "the broker")
        line.listen(hear)
        line.feed(data)
        return intake.last(points[:LOOKED_AT], next(times))

    return take
