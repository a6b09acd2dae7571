"""One MTConnect agent: looked at with `current`, listened to with `sample`; a gap in its sequence is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlencode

import httpx2

from dovetail.core.batch import Batch, Kind, Value
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.drivers.base import NO_DEVICE_TIME, Alive, Found, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.mtconnect.documents import Item, Part, Refused, Streams, devices, read
from dovetail.drivers.mtconnect.items import Items
from dovetail.drivers.mtconnect.multipart import Parts, boundary_of
from dovetail.drivers.mtconnect.options import MTConnectOptions
from dovetail.drivers.weblink import Answer, WebLink

HEARTBEATS_MISSED: Final = 2.5  # a stream that is silent for longer is dead
FRESH_US: Final = 1 * SECOND_US  # an answer or a heartbeat this young is proof of life enough
_KINDS: Final = {"SAMPLE": Kind.F64, "EVENT": Kind.STR, "CONDITION": Kind.STR}
_PERSON: Final = frozenset({"NO_DEVICE", "UNAUTHORIZED", "INVALID_URI", "INVALID_URL", "UNSUPPORTED"})


class MTConnectDriver:
    """The client side of MTConnect behind the plant's small `Driver` protocol."""

    def __init__(self, options: MTConnectOptions, around: Surroundings) -> None:
        self._options = options
        self._around = around
        self._clock = around.clock
        self._link: WebLink | None = None
        self._next = 0  # the sequence number that comes next
        self._instance = ""
        self._alive: Alive | None = None

    async def open(self) -> None:
        """Make the client and take a first look: whether there is an agent, and where its sequence stands."""
        self._link = WebLink(self._options, self._around)
        await self._current()

    async def close(self) -> None:
        """Close what connections there are; a stream ends with them."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def probe(self) -> Alive:
        """The last answer or heartbeat while it is young, else one observation."""
        alive = self._alive
        if alive is None or self._clock.now_us() - alive.answered_us > FRESH_US:
            answer = await self._open_link().get(self._path("sample", {"from": self._next, "count": 1}))
            alive = self._lives(answer, self._read(answer))
        return alive

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        """One sample per point, as the agent knows it now."""
        items = Items(points)
        streams = await self._current()
        rows = items.rows(streams.seen)
        latest = {row[0]: row for row in rows}  # of several active entries of a condition the last says it all
        listed = [*latest.values(), *items.missing(rows)]
        return items.table.batches(listed, received_us=self._clock.now_us())

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        """Report what the agent streams until cancelled; what fell out of its buffer is counted as lost."""
        items = Items([point for group in groups for point in group.points])
        interval_ms = max(min(group.interval_ms for group in groups), 1)
        streams = await self._current()
        rows = items.rows(streams.seen)
        self._tell(on_notice, items, streams, [*rows, *items.missing(rows)])
        while True:
            lost = await self._listen(items, interval_ms, on_notice)
            streams = await self._current()  # we fell behind its buffer: what it has now is what we can still know
            self._tell(on_notice, items, streams, items.rows(streams.seen), lost=max(lost, 1))

    async def write(self, point: Point, value: Value) -> None:
        """MTConnect is a one-way street by design."""
        raise PointError(f"{point.address} can only be read", code="mtconnect-read-only", hint="MTConnect never writes")

    async def browse(self, address: str | None = None) -> list[Found]:
        """Devices, their components, and under each its data items."""
        link = self._open_link()
        answer = await link.get(self._path("probe", {}))
        if answer.status == 404:  # a server without the right path says so in words of its own
            raise LinkError(
                f"{link.where} has no MTConnect agent (HTTP 404)", code="mtconnect-none", hint="check `url`"
            )
        parts = devices(answer.body, where=link.where)
        if address is not None:
            part = _find(parts, address.removeprefix("part:"))
            if part is None:
                raise PointError(f"{address} does not exist on {link.where}", code="mtconnect-browse")
            return [*(_folder(one) for one in part.parts), *(_found(one) for one in part.items)]
        return [_folder(one) for one in parts]

    # --- inside -----------------------------------------------------------------------------------------------

    async def _current(self) -> Streams:
        """All items as they are now. Raises ConfigError when the agent says that a person must mend something."""
        link = self._open_link()
        answer = await link.get(self._path("current", {}))
        streams = self._read(answer)
        self._lives(answer, streams)
        if isinstance(streams, Refused):
            raise self._refusal(streams)
        self._next, self._instance = streams.next, streams.instance
        return streams

    async def _listen(self, items: Items, interval_ms: int, on_notice: Callable[[Notice], None]) -> int:
        """Follow the stream; returns how many observations were lost once the agent no longer has the next one."""
        link = self._open_link()
        beat_s = self._options.heartbeat_s
        asked = {
            "from": self._next,
            "interval": interval_ms,
            "heartbeat": round(beat_s * 1000),
            "count": self._options.count,
        }
        silence_s = (beat_s + interval_ms / 1000) * HEARTBEATS_MISSED
        try:
            async with link.stream(self._path("sample", asked), silence_s=silence_s) as response:
                link.refuse(response.status_code)
                boundary = boundary_of(response.headers.get("content-type", ""))
                if boundary is None:
                    return self._refused_stream(await self._whole(response))
                parts = Parts(boundary)
                async for data in response.aiter_bytes():
                    await self._around.flow.free()  # meanwhile the stream stands, and the agent's buffer takes over
                    for body in parts.feed(data):
                        document = read(body, where=link.where)
                        if isinstance(document, Refused):
                            return self._refused_stream(document)
                        self._take(document, items, on_notice, beat_s + interval_ms / 1000)
        except Exception as error:
            raise link.in_our_words(error) from error
        raise LinkError(f"{link.where} ended its stream", code="mtconnect-ended")

    def _take(self, streams: Streams, items: Items, on_notice: Callable[[Notice], None], next_s: float) -> None:
        if streams.instance != self._instance:
            raise LinkError(f"{self._options.where()} was started anew", code="mtconnect-instance")
        now_us = self._clock.now_us()
        self._alive = Alive(asked_us=now_us, answered_us=now_us, device_us=streams.created_us or None)
        lost = max(streams.first - self._next, 0)  # what fell out of its buffer before we had it
        self._next = max(streams.next, self._next)
        self._tell(on_notice, items, streams, items.rows(streams.seen), lost=lost, next_s=next_s)

    def _tell(
        self,
        on_notice: Callable[[Notice], None],
        items: Items,
        streams: Streams,
        rows: Sequence[tuple[int, object, int, int]],
        *,
        lost: int = 0,
        next_s: float | None = None,
    ) -> None:
        now_us = self._clock.now_us()
        on_notice(
            Notice(
                received_us=now_us,
                batches=tuple(items.table.batches(rows, received_us=now_us)),
                device_us=streams.created_us or None,
                has="all" if streams.next > streams.last else "more",
                lost_samples=lost,
                next_within_us=None if next_s is None else round(next_s * SECOND_US),
            )
        )

    def _refused_stream(self, said: Refused) -> int:
        if "OUT_OF_RANGE" in said.codes and (not said.instance or said.instance == self._instance):
            return 1  # how many exactly, the agent does not say
        raise self._refusal(said)

    async def _whole(self, response: httpx2.Response) -> Refused:
        document = read(await response.aread(), where=self._options.where())
        if isinstance(document, Refused):
            return document
        hint = "the agent is older than MTConnect 1.1: use `mode: poll`"
        raise ConfigError(f"{self._options.where()} does not stream", code="mtconnect-stream", hint=hint)

    def _refusal(self, said: Refused) -> LinkError | ConfigError:
        what = f"{self._options.where()} refuses: {' '.join(said.codes)} ({said.text})"
        if _PERSON & set(said.codes):
            return ConfigError(what, code="mtconnect-refused", hint="check `url` and `device`")
        return LinkError(what, code="mtconnect-refused")

    def _read(self, answer: Answer) -> Streams | Refused:
        where = self._options.where()
        if answer.status >= 500:
            raise LinkError(f"{where} answers HTTP {answer.status}", code="mtconnect-http")
        try:
            return read(answer.body, where=where)
        except LinkError as error:
            if answer.status == 200:
                raise
            hint = "check `url`: the agent answers at it with /probe, /current and /sample"
            raise ConfigError(f"{where} answers HTTP {answer.status}", code="mtconnect-http", hint=hint) from error

    def _lives(self, answer: Answer, said: Streams | Refused) -> Alive:
        created_us = said.created_us if isinstance(said, Streams) else NO_DEVICE_TIME
        device_us = created_us if created_us % SECOND_US else None  # a time in whole seconds is no clock to compare
        self._alive = Alive(asked_us=answer.asked_us, answered_us=answer.received_us, device_us=device_us)
        return self._alive

    def _path(self, request: str, query: dict[str, int]) -> str:
        device = "" if self._options.device is None else f"{self._options.device}/"
        return f"{device}{request}" + (f"?{urlencode(query)}" if query else "")

    def _open_link(self) -> WebLink:
        if self._link is None:
            raise LinkError(f"{self._options.where()} is not connected", code="mtconnect-closed")
        return self._link


def _find(parts: Sequence[Part], wanted: str) -> Part | None:
    for part in parts:
        found = part if part.id == wanted else _find(part.parts, wanted)
        if found is not None:
            return found
    return None


def _folder(part: Part) -> Found:
    return Found(f"part:{part.id}", part.name, is_folder=True)


def _found(item: Item) -> Found:
    words = [item.name or item.id, item.type, item.units or ""]
    return Found(item.id, " · ".join(word for word in words if word), is_folder=False, kind=_KINDS.get(item.category))
