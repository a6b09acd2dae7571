"""Where a value stands in a Sparkplug plant: group, edge node, perhaps a device, and the metric's own name.

    line1/gateway:Motor/Speed              a metric of the edge node itself
    line1/gateway/filler:Motor/Speed       a metric of its device `filler`

The first colon ends the place; everything after it is the metric's name as the birth gives it. `%3A` is a colon and
`%25` a percent sign inside the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError

EXAMPLES: Final = "line1/gateway:Motor/Speed · line1/gateway/filler:Motor/Speed"
NODE_ITSELF: Final = ""  # as a device's name


@dataclass(frozen=True, slots=True)
class SparkplugAddress:
    """One metric. `device` is empty where the edge node itself has it."""

    group: str
    edge: str
    device: str
    metric: str


def parse_address(text: str) -> SparkplugAddress:
    """Pure. Raises ConfigError that says what is wrong with it."""
    place, colon, metric = text.partition(":")
    parts = [part.replace("%3A", ":").replace("%25", "%") for part in place.split("/")]
    if not colon or not metric or len(parts) not in (2, 3) or not all(parts):
        raise ConfigError(f"{text!r} names no metric", code="address", hint=f"write it like {EXAMPLES}")
    if any(letter in place for letter in "+#\0"):
        raise ConfigError(f"{text!r}: group, edge node and device have no + and no #", code="address")
    return SparkplugAddress(parts[0], parts[1], parts[2] if len(parts) == 3 else NODE_ITSELF, metric)


def fits(_address: str, _kind: Kind) -> None:
    """Only the birth tells a metric's type."""
