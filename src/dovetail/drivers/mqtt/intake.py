"""What topics bring becomes samples of the points that want it; who is away or silent is said, once.

Pure: told what came and when. A *source* is one topic or filter of the plant with its points. A wrong payload spoils
only the points that read it. Messages that arrive together are a microsecond apart, so that their order stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

import numpy as np
import orjson
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import Batch
from dovetail.drivers.base import NO_DEVICE_TIME, Point
from dovetail.drivers.clocks import moment_us
from dovetail.drivers.mqtt.address import MqttAddress, Pointer, find, parse_address
from dovetail.drivers.mqtt.presence import Status
from dovetail.drivers.mqtt.source import TOGETHER_MIN, Alike, Inside, Part, Source
from dovetail.drivers.reported import Arrivals, Coming, Flat, News, Way
from dovetail.mqtt import topics
from dovetail.mqtt.stream import Message

type Age = Literal["now", "kept", "retained"]
type Read = tuple[list[Any], list[Part]]
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
        self._alike: dict[tuple[object, ...], Alike] = {}
        self._waiting: list[Alike] = []  # those for whom something came

    # --- what is wanted ---------------------------------------------------------------------------------------

    def add(self, points: Iterable[Point], way: Way) -> list[Source]:
        """Points that were not wanted before; the sources that are new with them."""
        new: list[Source] = []
        touched: dict[str, Source] = {}
        for point in points:
            if point in self._arrivals:
                continue
            index, coming = self._arrivals.add(point, way)
            address = parse_address(point.address)
            source = self.sources.get(address.topic)
            if source is None:
                source = self.sources[address.topic] = Source(address.topic)
                new.append(source)
                self._route(source, address)
            self._join(source, index, address, coming)
            touched[source.topic] = source
        self._arrivals.added()
        for source in touched.values():
            self._liken(source)
        return new

    def _join(self, source: Source, index: int, address: MqttAddress, coming: Coming) -> None:
        if address.pointer is None:
            source.texts.append(((index,), coming))
        else:
            source.read_inside(Inside(index, address.pointer, address.time or self._time, coming))

    def _route(self, source: Source, address: MqttAddress) -> None:
        if address.is_filter:
            self._filters.append(source)
        else:
            self._exact.setdefault(source.topic.encode(), []).append(source)
        self._routes.clear()

    def _liken(self, source: Source) -> None:
        """Find the others that are read as this one is."""
        key = Alike.key(source)
        source.alike = None
        if key is not None:
            alike = source.alike = self._alike.setdefault(key, Alike(source))
            source.number = alike.join(source)

    def watch(self, topic: str, status: Status) -> None:
        """A topic that says whether sources are there."""
        self._statuses[topic.encode()].append(status)
        self._routes.clear()

    # --- what comes -------------------------------------------------------------------------------------------

    def take(self, messages: Sequence[Message], *, at_us: int, age: Literal["now", "kept"] = "now") -> News:
        """Samples of these messages, received at `at_us`; `kept` are those the broker kept while we were away."""
        at_us = max(at_us, self._last_us)
        routes, statuses = self._routes, self._statuses
        for topic, payload, flags, _ in messages:
            at_us += 1
            sources = routes.get(topic)
            if sources is None:
                sources = self._resolve(topic)
            if statuses and topic in statuses:
                self._read_together(age)
                self._presence(statuses[topic], payload, at_us)
            for source in sources:
                source.heard_us = at_us
                if flags & 0x01 or source.state != "there":
                    self._read_together(age)
                    self._with_care(source, payload, flags, at_us, age)
                    continue
                alike = source.alike
                if alike is None:
                    self._one(source, payload, at_us, age)
                    continue
                if not alike.numbers:
                    self._waiting.append(alike)
                alike.numbers.append(source.number)
                alike.payloads.append(payload)
                alike.received_us.append(at_us)
        self._read_together(age)
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

    def _read_together(self, age: Age) -> None:
        """What came for sources that are read alike, all at once where that is possible."""
        waiting, self._waiting = self._waiting, []
        for alike in waiting:
            numbers, payloads, received = alike.took()
            found = alike.read(numbers, payloads) if len(numbers) >= TOGETHER_MIN else None
            sources = [alike.sources[number] for number in numbers]
            if found is None:
                for source, payload, at_us in zip(sources, payloads, received, strict=True):
                    self._one(source, payload, at_us, age)
            else:
                self._put_together(alike, sources, found, received, age)

    def _put_together(
        self, alike: Alike, sources: Sequence[Source], found: Read, received: Sequence[int], age: Age
    ) -> None:
        """What was read, with its times; where some of it is old news, one by one."""
        documents, parts = found
        received_us = np.array(received, dtype=np.int64)
        device_us: NDArray[np.int64] | None = None
        where = alike.time
        if where is not None:
            triples = zip(sources, documents, received, strict=True)
            said = [self._when(source, document, where, at_us, age) for source, document, at_us in triples]
            if any(when == "then" for when, _ in said):
                for source, document, at_us, says in zip(sources, documents, received, said, strict=True):
                    self._document(source, document, at_us, {where: says}, age)
                parts = [part for part in parts if not part.is_inside]
            times = [device_us for _, device_us in said]
            device_us = np.array(times, dtype=np.int64) if any(times) else None
        for part in parts:
            said_us = np.repeat(device_us, part.width) if part.is_inside and device_us is not None else None
            flat = Flat(part.points, part.raws, np.repeat(received_us, part.width), said_us)
            self._arrivals.put_flat(part.coming, flat)

    def _one(self, source: Source, payload: bytes, at_us: int, age: Age) -> None:
        """A message of now, by itself."""
        for index, coming in source.texts:
            coming.put((index, (payload,), at_us, NO_DEVICE_TIME))
        if source.documents:
            self._documents(source, payload, at_us, age)

    def _with_care(self, source: Source, payload: bytes, flags: int, at_us: int, age: Literal["now", "kept"]) -> None:
        """A message of which the broker or the device's standing says that it may not be of now."""
        is_retained = bool(flags & 0x01)
        if is_retained and (self._ignores_retained or not payload):
            return
        if source.state == "silent" or (source.state == "away" and not is_retained):
            source.state = "there"  # who speaks is there
        for index, coming in source.texts:
            if source.state == "away":
                self._hold(index, (payload,), at_us, NO_DEVICE_TIME)
            else:
                coming.put((index, (payload,), at_us, NO_DEVICE_TIME))
        if source.documents:
            self._documents(source, payload, at_us, "retained" if is_retained else age)

    def _documents(self, source: Source, payload: bytes, at_us: int, age: Age) -> None:
        try:
            document = orjson.loads(payload)
        except orjson.JSONDecodeError:
            groups = source.documents
            self._arrivals.bad += [(index, at_us, q.BAD_DEVICE, 0) for group in groups for index in group.indices]
            source.alike = None  # it would keep the others from being read together
            return
        self._document(source, document, at_us, {}, age)

    def _document(
        self, source: Source, document: Any, at_us: int, said: dict[Pointer, tuple[str, int]], age: Age
    ) -> None:
        """`said`: what is known already of the times in it."""
        is_there = source.state != "away"
        for group in source.documents:
            indices = group.indices
            try:
                raws = group.members(find(document, group.parent) if group.parent else document)
            except (KeyError, TypeError):
                indices, raws = group.some_of(document)
                source.alike = None
                if not indices:
                    continue  # this message is about something else
            when, device_us = "now", NO_DEVICE_TIME
            if group.time is not None:
                if group.time not in said:
                    said[group.time] = self._when(source, document, group.time, at_us, age)
                when, device_us = said[group.time]
            if when == "then":
                self._late(indices, raws, device_us, at_us)
            elif is_there:
                group.coming.put((indices, raws, at_us, device_us))
            else:
                self._hold(indices, raws, at_us, device_us)

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

    def _hold(self, indices: Sequence[int], raws: Sequence[Any], at_us: int, device_us: int) -> None:
        """What a broker remembers of a device that is away is kept, but is not the present."""
        for index, raw in zip(indices, raws, strict=True):
            if raw is None:
                self._arrivals.bad.append((index, at_us, q.BAD_DEVICE, 0))
            else:
                self._arrivals.held.keep((index, raw, at_us, device_us))

    def _late(self, indices: Sequence[int], raws: Sequence[Any], then_us: int, at_us: int) -> None:
        """Old news; that there was nothing then is known only now."""
        for index, raw in zip(indices, raws, strict=True):
            if raw is None:
                self._arrivals.bad.append((index, at_us, q.BAD_DEVICE, 0))
            else:
                self._arrivals.late.append((index, raw, then_us, NO_DEVICE_TIME))

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
