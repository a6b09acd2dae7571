"""What topics bring becomes samples of the points that want it; who is away or silent is said, once.

Pure: told what came and when. A *source* is one topic or filter of the plant with its points. A wrong payload spoils
only the points that read it. Messages that arrive together are a microsecond apart, so that their order stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal

import orjson

from dovetail.core import quality as q
from dovetail.core.batch import Batch
from dovetail.drivers.arrivals import Arrivals, News, Row, Way
from dovetail.drivers.base import NO_DEVICE_TIME, Point
from dovetail.drivers.clocks import moment_us
from dovetail.drivers.mqtt.address import MISSING, MqttAddress, Pointer, find, parse_address
from dovetail.drivers.mqtt.presence import Status
from dovetail.drivers.mqtt.source import Inside, Source
from dovetail.mqtt import topics
from dovetail.mqtt.stream import Message

ROUTES_MAX: Final = 50_000  # topics that wildcards were found to mean; beyond it they are looked up anew


class Intake:
    """All points of one connection."""

    def __init__(self, *, time: Pointer | None, retained: Literal["use", "ignore"]) -> None:
        self.sources: dict[str, Source] = {}
        self.lost_texts = 0  # topics that were no text
        self._arrivals = Arrivals()
        self._time = time
        self._ignores_retained = retained == "ignore"
        self._exact: dict[bytes, list[Source]] = {}
        self._routes: dict[bytes, list[Source]] = {}
        self._filters: list[Source] = []
        self._statuses: dict[bytes, list[Status]] = defaultdict(list)
        self._last_us = 0

    # --- what is wanted ---------------------------------------------------------------------------------------

    def add(self, points: Iterable[Point], way: Way) -> list[Source]:
        """Points that were not wanted before; the sources that are new with them."""
        new: list[Source] = []
        for point in points:
            if point in self._arrivals:
                continue
            index, put = self._arrivals.add(point, way)
            address = parse_address(point.address)
            source = self.sources.get(address.topic)
            if source is None:
                source = self.sources[address.topic] = Source(address.topic)
                new.append(source)
                self._route(source, address)
            self._join(source, index, address, put)
        self._arrivals.added()
        return new

    def _join(self, source: Source, index: int, address: MqttAddress, put: Callable[[Row], None]) -> None:
        if address.pointer is None:
            source.texts.append((index, put))
        else:
            source.documents.append(Inside(index, address.pointer, address.time or self._time, put))

    def _route(self, source: Source, address: MqttAddress) -> None:
        if address.is_filter:
            self._filters.append(source)
        else:
            self._exact.setdefault(source.topic.encode(), []).append(source)
        self._routes.clear()

    def watch(self, topic: str, status: Status) -> None:
        """A topic that says whether sources are there."""
        self._statuses[topic.encode()].append(status)
        self._routes.clear()

    # --- what comes -------------------------------------------------------------------------------------------

    def take(self, messages: Sequence[Message], *, at_us: int, age: Literal["now", "kept"] = "now") -> News:
        """Samples of these messages, received at `at_us`; `kept` are those the broker kept while we were away."""
        at_us = max(at_us, self._last_us)
        routes = self._routes
        for topic, payload, flags, _ in messages:
            at_us += 1
            sources = routes.get(topic)
            if sources is None:
                sources = self._resolve(topic)
            if self._statuses and topic in self._statuses:
                self._presence(self._statuses[topic], payload, at_us)
            for source in sources:
                source.heard_us = at_us
                if source.documents or flags & 0x01 or source.state != "there":
                    self._with_care(source, payload, flags, at_us, age)
                    continue
                for index, put in source.texts:
                    put((index, payload, at_us, NO_DEVICE_TIME))
        self._last_us = at_us
        return self._arrivals.flush()

    def _resolve(self, topic: bytes) -> list[Source]:
        """The sources that mean this topic; remembered."""
        try:
            name = topic.decode()
        except UnicodeDecodeError:
            self.lost_texts += 1
            return []
        if len(self._routes) >= ROUTES_MAX:
            self._routes.clear()
        found = [*self._exact.get(topic, ()), *(s for s in self._filters if topics.matches(s.topic, name))]
        self._routes[topic] = found
        return found

    def _with_care(self, source: Source, payload: bytes, flags: int, at_us: int, age: Literal["now", "kept"]) -> None:
        """A message whose payload or standing has to be looked into."""
        is_retained = bool(flags & 0x01)
        if is_retained and (self._ignores_retained or not payload):
            return
        if source.state == "silent" or (source.state == "away" and not is_retained):
            source.state = "there"  # who speaks is there
        for index, put in source.texts:
            self._keep(source, (index, payload, at_us, NO_DEVICE_TIME), put)
        if source.documents:
            self._documents(source, payload, at_us, "retained" if is_retained else age)

    def _documents(self, source: Source, payload: bytes, at_us: int, age: Literal["now", "kept", "retained"]) -> None:
        try:
            document = orjson.loads(payload)
        except orjson.JSONDecodeError:
            self._arrivals.bad += [(inside.index, at_us, q.BAD_DEVICE, 0) for inside in source.documents]
            return
        said: dict[Pointer | None, tuple[str, int]] = {None: ("now", NO_DEVICE_TIME)}
        for inside in source.documents:
            raw = find(document, inside.pointer)
            if raw is MISSING:
                continue  # this message is about something else
            if inside.time not in said:
                said[inside.time] = self._when(source, document, inside.time, at_us, age)
            when, device_us = said[inside.time]
            if raw is None:
                self._arrivals.bad.append((inside.index, at_us, q.BAD_DEVICE, 0))
            elif when == "then":
                self._arrivals.late.append((inside.index, raw, device_us, NO_DEVICE_TIME))
            else:
                self._keep(source, (inside.index, raw, at_us, device_us), inside.put)

    @staticmethod
    def _when(source: Source, document: Any, where: Pointer | None, at_us: int, age: str) -> tuple[str, int]:
        """Whether the document speaks of now or then, and the device's time where it means something."""
        device_us = moment_us(find(document, where or ()))
        if device_us is None:
            return "now", NO_DEVICE_TIME
        if age == "retained":
            return "now", device_us if device_us <= at_us else NO_DEVICE_TIME
        if age == "kept":
            return ("then", device_us) if device_us <= at_us else ("now", NO_DEVICE_TIME)
        says = source.clock.judge(device_us, at_us)
        return ("now", NO_DEVICE_TIME) if says == "nothing" else (says, device_us)

    def _keep(self, source: Source, row: Row, put: Callable[[Row], None]) -> None:
        """Hand a value on; what a broker remembers of a device that is away is kept, but is not the present."""
        if source.state == "away":
            self._arrivals.held[row[0]] = row
        else:
            put(row)

    def _presence(self, statuses: list[Status], payload: bytes, at_us: int) -> None:
        for status in statuses:
            is_away = status.says_away(payload)
            for source in status.sources if is_away is not None else ():
                if is_away:
                    self._end(source, "away", q.BAD_NOT_CONNECTED, at_us)
                elif source.state == "away":
                    self._return(source, at_us)

    def _end(self, source: Source, state: Literal["away", "silent"], quality: int, at_us: int) -> None:
        if source.state != state:
            source.state = state
            self._arrivals.bad += [(index, at_us, quality, 0) for index in source.indices]

    def _return(self, source: Source, at_us: int) -> None:
        """The device is back but has not spoken yet: what it said last is all that is known, and no more than that."""
        source.state = "there"
        held = self._arrivals.held
        known = [index for index in source.indices if index in held]
        self._arrivals.again += [(index, held[index][1], at_us, NO_DEVICE_TIME) for index in known]

    # --- what is handed over ----------------------------------------------------------------------------------

    def silent(self, before_us: int, at_us: int) -> News:
        """Sources that were last heard before that moment are stale."""
        for source in self.sources.values():
            if source.state == "there" and not source.refused and 0 < source.heard_us < before_us:
                self._end(source, "silent", q.BAD_STALE, at_us)
        return self._arrivals.flush()

    def refuse(self, source: Source, code: int, at_us: int) -> News:
        """The broker does not give us this topic."""
        source.refused = code
        self._arrivals.bad += [(index, at_us, q.BAD_CONFIG, code) for index in source.indices]
        return self._arrivals.flush()

    def last(self, points: Sequence[Point], at_us: int) -> list[Batch]:
        """What each point holds now; BAD where nothing came yet, or where what came is no value any more."""
        return self._arrivals.last(points, at_us, self._fault)

    def _fault(self, point: Point) -> tuple[int, int]:
        """(quality, native code) of a point that holds nothing, or nothing any more."""
        source = self.sources[parse_address(point.address).topic]
        if source.refused:
            return q.BAD_CONFIG, source.refused
        if source.state != "there":
            return q.BAD_NOT_CONNECTED if source.state == "away" else q.BAD_STALE, 0
        if self._arrivals.place(point) in self._arrivals.held:
            return q.GOOD, 0
        return (q.BAD_CONFIG if source.heard_us else q.BAD_COMM), 0  # heard, but never with this member
