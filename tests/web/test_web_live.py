"""The live stream: what a browser may watch, what it gets at once, and how a slow one is spared and spares others."""

from __future__ import annotations

import asyncio
import re
import struct
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from starlette.websockets import WebSocketDisconnect

from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Actor, Scope
from dovetail.web import live
from dovetail.web.live import COLUMNS, HEADER, JSON_DOCUMENT, LiveHub, TopicKind, columns, document

ANNA = Scope(Actor("p1", "Anna"), at={"plant.view": frozenset({1, 2})})
BLIND = Scope(Actor("p1", "Anna"))


class Plant:
    """The truth behind the topics, changed by the test."""

    def __init__(self) -> None:
        self.good = {1: 10, 2: 20, 3: 30}
        self.rendered = 0

    def allow(self, scope: Scope, match: re.Match[str]) -> None:
        if not scope.sees("plant.view", int(match[1])):
            raise NotFoundError("there is no such equipment")

    def render(self, match: re.Match[str]) -> tuple[int, bytes]:
        self.rendered += 1
        return document({"good": self.good[int(match[1])]})


class Browser:
    """The other end of a socket."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[str | None] = asyncio.Queue()
        self.texts: asyncio.Queue[Any] = asyncio.Queue()
        self.frames: asyncio.Queue[bytes] = asyncio.Queue()
        self.reading = asyncio.Event()
        self.reading.set()
        self.closed: int | None = None

    async def accept(self) -> None: ...

    async def close(self, code: int) -> None:
        self.closed = code

    async def receive_text(self) -> str:
        text = await self.said.get()
        if text is None:
            raise WebSocketDisconnect
        return text

    async def send_text(self, text: str) -> None:
        await self.texts.put(orjson.loads(text))

    async def send_bytes(self, frame: bytes) -> None:
        await self.reading.wait()
        await self.frames.put(frame)

    async def subscribe(self, *topics: str) -> dict[str, Any]:
        await self.said.put(orjson.dumps({"op": "subscribe", "topics": topics}).decode())
        return await asyncio.wait_for(self.texts.get(), 5)

    async def next(self) -> tuple[int, Any]:
        frame = await asyncio.wait_for(self.frames.get(), 5)
        no, kind = HEADER.unpack_from(frame)
        assert kind == JSON_DOCUMENT
        return no, orjson.loads(frame[HEADER.size :])


@pytest.fixture
def plant() -> Plant:
    return Plant()


@pytest.fixture
async def hub(plant: Plant) -> AsyncIterator[LiveHub]:
    kinds = [TopicKind(re.compile(r"equipment/(\d+)/counts"), plant.allow, plant.render)]
    opened = LiveHub(kinds)
    running = asyncio.create_task(opened.run())
    yield opened
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def working_on_figures(
    plant: Plant, render: Callable[[re.Match[str]], tuple[int, bytes]]
) -> AsyncIterator[LiveHub]:
    kinds = [
        TopicKind(re.compile(r"equipment/(\d+)/counts"), plant.allow, plant.render),
        TopicKind(re.compile(r"equipment/(\d+)/kpi"), plant.allow, render, "in turn"),
    ]
    opened = LiveHub(kinds)
    running = asyncio.create_task(opened.run())
    yield opened
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def watch(hub: LiveHub, *, scope: Scope = ANNA) -> tuple[Browser, asyncio.Task[None]]:
    browser = Browser()
    return browser, asyncio.create_task(hub.serve(browser, scope, again=lambda: scope))  # type: ignore[arg-type]


async def test_a_browser_gets_the_latest_document_at_once_and_then_each_change(hub: LiveHub, plant: Plant) -> None:
    browser, serving = await watch(hub)
    answer = await browser.subscribe("equipment/1/counts")
    assert answer["op"] == "subscribed"
    assert await browser.next() == (answer["no"], {"good": 10})
    plant.good[1] = 11
    hub.touch("equipment/1/counts")
    assert await browser.next() == (answer["no"], {"good": 11})
    await browser.said.put(None)
    await serving
    assert hub.watched() == []


@pytest.mark.parametrize("topic", ["equipment/3/counts", "equipment/99/counts", "equipment/1/other", "*"])
async def test_what_is_out_of_scope_looks_like_what_does_not_exist(hub: LiveHub, topic: str) -> None:
    browser, serving = await watch(hub)
    answer = await browser.subscribe(topic)
    assert (answer["op"], answer["problem"]["code"]) == ("refused", "not-found")
    await browser.said.put(None)
    await serving


async def test_what_was_not_just_told_is_told_at_once(
    hub: LiveHub, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CONFLATE_S", 3600.0)
    browser, serving = await watch(hub)
    first = await browser.subscribe("equipment/1/counts")
    assert await browser.next() == (first["no"], {"good": 10})
    hub.touch("equipment/1/counts")  # within the hour: it waits for more of its kind, and nobody waits for it
    second = await browser.subscribe("equipment/2/counts")
    assert await browser.next() == (second["no"], {"good": 20})
    assert plant.rendered == 2
    await browser.said.put(None)
    await serving


async def test_no_state_waits_for_a_figure(plant: Plant) -> None:
    summed_up = threading.Event()

    def slow(_match: re.Match[str]) -> tuple[int, bytes]:
        assert summed_up.wait(5)
        return document({"oee": 0.5})

    async with working_on_figures(plant, slow) as hub:
        browser, serving = await watch(hub)
        figure = await browser.subscribe("equipment/1/kpi")
        state = await browser.subscribe("equipment/1/counts")
        assert await browser.next() == (state["no"], {"good": 10})
        plant.good[1] = 11
        hub.touch("equipment/1/counts")
        assert await browser.next() == (state["no"], {"good": 11})
        summed_up.set()
        assert await browser.next() == (figure["no"], {"oee": 0.5})
        await browser.said.put(None)
        await serving


async def test_a_figure_is_made_again_when_it_is_touched_while_it_is_made_and_nobody_is_passed_over(
    plant: Plant,
) -> None:
    made: list[int] = []

    def figure(match: re.Match[str]) -> tuple[int, bytes]:
        made.append(int(match[1]))
        hub.touch(f"equipment/{match[1]}/kpi")
        return document({"no": len(made)})

    async with working_on_figures(plant, figure) as hub:
        browser, serving = await watch(hub)
        for unit in (1, 2):
            await browser.subscribe(f"equipment/{unit}/kpi")
        for _ in range(4):
            await browser.next()
        await browser.said.put(None)
        await serving
    assert made[:4] in ([1, 2, 1, 2], [1, 1, 2, 1])  # the first may be made twice before the second is asked for
    assert {*made} == {1, 2}


async def test_a_topic_is_rendered_once_for_all_and_a_slow_browser_gets_the_latest_only(
    hub: LiveHub, plant: Plant
) -> None:
    fast, fast_serving = await watch(hub)
    slow, slow_serving = await watch(hub)
    await fast.subscribe("equipment/1/counts")
    assert (await fast.next())[1] == {"good": 10}
    await slow.subscribe("equipment/1/counts")
    await slow.next()
    await fast.next()
    slow.reading.clear()
    before = plant.rendered
    for good in (11, 12, 13, 14):
        plant.good[1] = good
        hub.touch("equipment/1/counts")
        assert (await fast.next())[1] == {"good": good}
    assert plant.rendered - before == 4, "one rendering serves both browsers"
    slow.reading.set()
    seen = [(await slow.next())[1]["good"] for _ in range(2)]
    assert seen == [11, 14], "the frame on its way, then the latest: nothing between is kept for a slow browser"
    for browser, serving in ((fast, fast_serving), (slow, slow_serving)):
        await browser.said.put(None)
        await serving


async def test_a_lost_right_ends_the_topic_and_an_ended_session_the_stream(
    hub: LiveHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dovetail.web.live.RECHECK_S", 0.01)
    browser = Browser()
    scopes: list[Scope | None] = [ANNA]
    serving = asyncio.create_task(hub.serve(browser, ANNA, again=lambda: scopes[-1]))  # type: ignore[arg-type]
    await browser.subscribe("equipment/1/counts")
    await browser.next()
    left = asyncio.Event()
    leave = hub._leave
    monkeypatch.setattr(hub, "_leave", lambda watcher, topic: (leave(watcher, topic), left.set()))
    scopes.append(BLIND)
    async with asyncio.timeout(5):
        await left.wait()
        assert hub.watched() == []
        scopes.append(None)
        await serving
    assert browser.closed == 4401


def test_values_travel_as_columns() -> None:
    kind, payload = columns(
        [7, 8], [100, 200], [1.5, float("nan")], [0xC0, 0x40], device_us=[100, 190], text={8: "Grün"}
    )
    assert kind == COLUMNS
    assert struct.unpack_from("<II", payload) == (2, 13)
    assert struct.unpack_from("<2q2qd", payload, 8) == (7, 8, 100, 200, 1.5)
    assert struct.unpack_from("<2q2H", payload, 56) == (100, 190, 0xC0, 0x40)
    assert orjson.loads(payload[76:]) == {"8": "Grün"}


def test_without_a_clock_of_its_own_the_device_says_the_same_time() -> None:
    _, payload = columns([7], [100], [1.5], [0xC0])
    assert struct.unpack("<IIqqdqH", payload) == (1, 0, 7, 100, 1.5, 100, 0xC0)
