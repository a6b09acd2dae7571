"""Push what a person may see as it happens: one WebSocket, one topic per equipment and kind, encoded once for all.

Scope decides at subscription and again while the socket lives, never inside a frame. A slow browser gets the latest
of each topic instead of a queue (SECURITY §1 row 15): per client and topic at most one frame waits.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from dovetail.core import limits
from dovetail.core.errors import DovetailError, InvalidError, NotFoundError
from dovetail.core.scope import Scope

log = logging.getLogger(__name__)

HEADER: Final = struct.Struct("<IB3x")
JSON_DOCUMENT: Final = 1
COLUMNS: Final = 3  # 2 had neither device times nor texts
CONFLATE_S: Final = 0.05  # the first change goes out at once; what changes within this time after it is one frame
RENDERED_AT_ONCE: Final = 16  # a step into a thread costs more than a document where hundreds of machines change
FIGURES_REST: Final = 9.0  # a figure is worked out a tenth of the time at most: what is quick keeps the processor
FIGURES_AGAIN_S: Final = 0.5  # nobody reads a figure that changes faster, and states want the processor
FIGURES_REST_MAX_S: Final = 30.0  # and however long it takes, it is no older than this and itself
RECHECK_S: Final = 2.0  # SECURITY A10, C5: what nobody tells us, such as a session that grew too old, ends by then


@dataclass(frozen=True, slots=True)
class TopicKind:
    """A family of topics. `allow` raises when the scope may not; `render` makes (kind, payload) in a thread.

    `when`: what is read is pushed at once; what is summed up waits its turn, so that no state waits for a figure.
    """

    pattern: re.Pattern[str]
    allow: Callable[[Scope, re.Match[str]], None]
    render: Callable[[re.Match[str]], tuple[int, bytes]]
    when: Literal["at once", "in turn"] = "at once"


def document(value: Any) -> tuple[int, bytes]:
    """A JSON document as payload; NaN becomes null, so what goes out is always valid JSON."""
    return JSON_DOCUMENT, orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)


def columns(
    tag: Any, ts_us: Any, value: Any, quality: Any, *, device_us: Any = None, text: Mapping[int, str] | None = None
) -> tuple[int, bytes]:
    """Values as columns: u32 n, u32 length of the texts, i64 tag[n], i64 ts_us[n], f64 value[n], i64 device_us[n],
    u16 quality[n], and the texts as a JSON object by tag. A text has NaN for its number.

    `device_us` None: the device's clock says the same everywhere. Every column lies on a multiple of its width.
    """
    texts = orjson.dumps(text, option=orjson.OPT_NON_STR_KEYS) if text else b""
    device = ts_us if device_us is None else device_us
    numbers = ((tag, "<i8"), (ts_us, "<i8"), (value, "<f8"), (device, "<i8"), (quality, "<u2"))
    head = struct.pack("<II", len(tag), len(texts))
    return COLUMNS, head + b"".join(np.asarray(part, dtype).tobytes() for part, dtype in numbers) + texts


@dataclass(eq=False, slots=True)
class Topic:
    """One thing that can be watched, and who watches it."""

    no: int
    name: str
    kind: TopicKind
    match: re.Match[str]
    watchers: set[Watcher] = field(default_factory=set)
    rests_until_s: float = 0.0  # by the clock of the event loop


@dataclass(eq=False, slots=True)
class Watcher:
    """One browser: the latest frame of each topic that it has not been sent yet."""

    scope: Scope
    waiting: dict[int, bytes] = field(default_factory=dict[int, bytes])
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    topics: dict[str, Topic] = field(default_factory=dict[str, Topic])
    doubted: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, no: int, frame: bytes) -> None:
        self.waiting[no] = frame
        self.ready.set()


class LiveHub:
    """Knows who watches what. `touch` and `doubt` may be called from any thread; the rest belongs to the event loop."""

    def __init__(self, kinds: list[TopicKind]) -> None:
        self._kinds = kinds
        self._numbers = itertools.count(1)
        self._topics: dict[str, Topic] = {}
        self._watchers: set[Watcher] = set()
        self._touched: dict[str, None] = {}  # in the order in which they were
        self._wake = asyncio.Event()
        self._figures: dict[str, None] = {}  # whose turn comes, who has waited longest first
        self._figures_wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def touch(self, name: str) -> None:
        """Say that the topic's truth has changed; free when nobody watches it."""
        if name in self._topics and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._mark, name)

    def doubt(self, actor_id: str) -> None:
        """Say that somebody's rights or sessions changed: what they watch is decided anew at once."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._doubt, actor_id)

    def _doubt(self, actor_id: str) -> None:
        for watcher in self._watchers:
            if watcher.scope.actor.id == actor_id:
                watcher.doubted.set()

    @property
    def clients(self) -> int:
        """How many browsers listen now."""
        return len(self._watchers)

    def watched(self) -> list[str]:
        """The topics somebody watches now."""
        return list(self._topics)

    def _mark(self, name: str) -> None:
        topic = self._topics.get(name)
        if topic is not None and topic.kind.when == "in turn":
            self._figures[name] = None
            self._figures_wake.set()
        else:
            self._touched[name] = None
            self._wake.set()

    async def run(self) -> None:
        """Render what was touched, a few times a second, until cancelled."""
        self._loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as both:
            both.create_task(self._at_once())
            both.create_task(self._in_turn())

    async def _at_once(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            found = [topic for name in self._touched if (topic := self._topics.get(name)) is not None]
            ready = [topic for topic in found if topic.rests_until_s <= loop.time()][:RENDERED_AT_ONCE]
            made = set(ready)
            self._touched = dict.fromkeys(topic.name for topic in found if topic not in made)
            if ready:
                await self._render(ready)
                for topic in ready:
                    topic.rests_until_s = loop.time() + CONFLATE_S
            else:
                await self._until_touched(self._wake, [topic.rests_until_s for topic in found])

    async def _in_turn(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            waiting = [topic for name in self._figures if (topic := self._topics.get(name)) is not None]
            topic = next((one for one in waiting if one.rests_until_s <= loop.time()), None)
            if topic is None:
                self._figures = {one.name: None for one in waiting}
                await self._until_touched(self._figures_wake, [one.rests_until_s for one in waiting])
                continue
            del self._figures[topic.name]
            began_s = loop.time()
            await self._render([topic])
            took_s = loop.time() - began_s
            topic.rests_until_s = loop.time() + max(FIGURES_AGAIN_S, min(FIGURES_REST * took_s, FIGURES_REST_MAX_S))

    @staticmethod
    async def _until_touched(wake: asyncio.Event, rests: Sequence[float]) -> None:
        """Return when something is touched, or when the first of what rests has rested."""
        wake.clear()
        at_most_s = min(rests, default=math.inf) - asyncio.get_running_loop().time()
        with suppress(TimeoutError):
            await asyncio.wait_for(wake.wait(), None if at_most_s == math.inf else max(0.0, at_most_s))

    async def _render(self, topics: Sequence[Topic]) -> None:
        """Make the frames in one step of a thread, and offer them to those who watched when it began."""
        watching = [list(topic.watchers) for topic in topics]
        frames = await asyncio.to_thread(lambda: [_frame(topic) for topic in topics])
        for topic, watchers, frame in zip(topics, watching, frames, strict=True):
            if frame is not None:
                for watcher in watchers:
                    watcher.offer(topic.no, frame)

    # --- one browser ----------------------------------------------------------------------------------------
    async def serve(self, socket: WebSocket, scope: Scope, *, again: Callable[[], Scope | None]) -> None:
        """Serve one browser until it leaves or its session ends; `again` compiles its scope anew."""
        await socket.accept()
        watcher = Watcher(scope)
        self._watchers.add(watcher)
        tasks = [
            asyncio.create_task(self._listen(socket, watcher)),
            asyncio.create_task(self._send(socket, watcher)),
            asyncio.create_task(self._recheck(socket, watcher, again)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except (WebSocketDisconnect, RuntimeError):
            log.debug("a browser left")
        finally:
            self._watchers.discard(watcher)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for topic in list(watcher.topics.values()):
                self._leave(watcher, topic)

    async def _listen(self, socket: WebSocket, watcher: Watcher) -> None:
        while True:
            text = await socket.receive_text()
            for answer in await self._hear(watcher, text):
                await socket.send_text(orjson.dumps(answer).decode())

    async def _hear(self, watcher: Watcher, text: str) -> list[dict[str, Any]]:
        try:
            asked = orjson.loads(text)
            op, names = asked["op"], [str(name) for name in asked["topics"]]
        except (ValueError, KeyError, TypeError):
            return [{"op": "refused", "topic": None, "problem": {"code": "invalid", "detail": "not a request of ours"}}]
        if op == "unsubscribe":
            for name in names:
                if name in watcher.topics:
                    self._leave(watcher, watcher.topics[name])
            return [{"op": "unsubscribed", "topics": names}]
        return [await self._subscribe(watcher, name) for name in names]

    async def _subscribe(self, watcher: Watcher, name: str) -> dict[str, Any]:
        try:
            if len(watcher.topics) >= limits.LIVE_TOPICS_MAX:
                raise InvalidError("too many topics on one connection", code="topics-max")
            kind, match = self._find(name)
            await asyncio.to_thread(kind.allow, watcher.scope, match)
        except DovetailError as error:
            return _refused(name, error)
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = Topic(next(self._numbers), name, kind, match)
        topic.watchers.add(watcher)
        watcher.topics[name] = topic
        asyncio.get_running_loop().call_soon(self._mark, name)  # the latest document comes at once
        return {"op": "subscribed", "topic": name, "no": topic.no}

    def _find(self, name: str) -> tuple[TopicKind, re.Match[str]]:
        for kind in self._kinds:
            match = kind.pattern.fullmatch(name)
            if match is not None:
                return kind, match
        raise NotFoundError("there is no such topic")

    def _leave(self, watcher: Watcher, topic: Topic) -> None:
        topic.watchers.discard(watcher)
        watcher.topics.pop(topic.name, None)
        watcher.waiting.pop(topic.no, None)
        if not topic.watchers:
            self._topics.pop(topic.name, None)

    @staticmethod
    async def _send(socket: WebSocket, watcher: Watcher) -> None:
        while True:
            await watcher.ready.wait()
            watcher.ready.clear()
            waiting, watcher.waiting = watcher.waiting, {}
            for frame in waiting.values():
                await socket.send_bytes(frame)

    async def _recheck(self, socket: WebSocket, watcher: Watcher, again: Callable[[], Scope | None]) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(watcher.doubted.wait(), RECHECK_S)
            watcher.doubted.clear()
            scope = await asyncio.to_thread(again)
            if scope is None:
                await socket.close(code=4401)
                return
            if (scope.at, scope.system) == (watcher.scope.at, watcher.scope.system):
                continue
            watcher.scope = scope
            await socket.send_text('{"op":"rights"}')  # what the screens offer may have to change too
            for topic in list(watcher.topics.values()):
                try:
                    await asyncio.to_thread(topic.kind.allow, scope, topic.match)
                except DovetailError as error:
                    self._leave(watcher, topic)
                    await socket.send_text(orjson.dumps(_refused(topic.name, error)).decode())


def _frame(topic: Topic) -> bytes | None:
    """A topic as it is now; None where that cannot be said, which the log says."""
    try:
        kind, payload = topic.kind.render(topic.match)
    except DovetailError as error:
        log.info("topic %s: %s", topic.name, error.message)
        return None
    except Exception:
        log.exception("topic %s could not be rendered", topic.name)
        return None
    return HEADER.pack(topic.no, kind) + payload


def _refused(name: str, error: DovetailError) -> dict[str, Any]:
    return {"op": "refused", "topic": name, "problem": {"code": error.code, "detail": error.message}}
