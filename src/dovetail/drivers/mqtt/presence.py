"""Whether a device is there: what its status topic or last will says, and which of the plant's topics that concerns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import orjson

from dovetail.drivers.mqtt.address import MISSING, Pointer, find, parse_address
from dovetail.drivers.mqtt.options import NAME, Presence
from dovetail.drivers.mqtt.source import Source


@dataclass(slots=True, eq=False)
class Status:
    """One device's status topic. `topic` may be a filter where the plant's topics do not say which device it is."""

    topic: str
    offline: str
    pointer: Pointer | None
    sources: list[Source] = field(default_factory=list)

    def says_away(self, payload: bytes) -> bool | None:
        """Whether the device is away; None for a payload that says nothing."""
        if not payload:
            return None
        if self.pointer is None:
            return payload.decode(errors="replace").strip() == self.offline
        try:
            said = find(orjson.loads(payload), self.pointer)
        except orjson.JSONDecodeError:
            return None
        if said is MISSING or said is None:
            return None
        word = said if isinstance(said, str) else orjson.dumps(said).decode()
        return word == self.offline


def statuses(rules: Sequence[Presence], sources: Iterable[Source]) -> list[Status]:
    """The status topics that these sources need, each with its sources: nothing else is listened to."""
    found: dict[tuple[str, int], Status] = {}
    for number, rule in enumerate(rules):
        address = parse_address(NAME.sub("+", rule.topic))
        pattern = _pattern(rule.covers)
        plain = rule.topic.partition("#/")[0] if address.pointer is not None else rule.topic
        for source in sources:
            fits = pattern.fullmatch(source.topic)
            if fits is None:
                continue
            names = fits.groupdict()
            topic = NAME.sub(lambda name, names=names: names.get(name[1], "+"), plain)
            status = found.setdefault((topic, number), Status(topic, rule.offline, address.pointer))
            status.sources.append(source)
    return list(found.values())


def _pattern(covers: str) -> re.Pattern[str]:
    """A filter with named levels as an expression over topics."""
    seen: set[str] = set()

    def level(text: str) -> str:
        parts: list[str] = []
        at = 0
        for name in NAME.finditer(text):
            parts.append(re.escape(text[at : name.start()]))
            parts.append(f"(?P={name[1]})" if name[1] in seen else f"(?P<{name[1]}>[^/]+?)")
            seen.add(name[1])
            at = name.end()
        return "".join([*parts, re.escape(text[at:])])

    levels = covers.split("/")
    tail = "(?:/.*)?" if levels[-1] == "#" and len(levels) > 1 else ""
    if tail:
        levels.pop()
    return re.compile("/".join(level(one) for one in levels) + tail, re.DOTALL)
