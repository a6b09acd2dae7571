"""One host application on one broker behind the plant's small `Driver` protocol. It never reconnects by itself.

With a host id it says STATE: its will is "offline", its birth "online" with the same timestamp, both retained; when
somebody else says it is offline although it is not, it says so again (Sparkplug B 3.0 §5.3, §5.8).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson

from dovetail.core.batch import Batch, Value
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.drivers.base import Alive, Found, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.broker import reach
from dovetail.drivers.reported import News, Way
from dovetail.drivers.sparkplug import exploring
from dovetail.drivers.sparkplug.address import NODE_ITSELF, parse_address
from dovetail.drivers.sparkplug.host import Host
from dovetail.drivers.sparkplug.node import Node, Patience
from dovetail.drivers.sparkplug.options import SparkplugOptions
from dovetail.drivers.values import to_raw
from dovetail.mqtt.client import Client
from dovetail.mqtt.packets import Will
from dovetail.mqtt.sparkplug import NAMESPACE, REBIRTH, DataType, Payload, put
from dovetail.mqtt.stream import Message

TICK_S: Final = 0.1
REFUSED_FROM: Final = 0x80  # of the codes that a broker answers to a subscription
GOODBYE_S: Final = 0.5


class SparkplugDriver:
    """Listens to the edge nodes that tags name, and to no others."""

    def __init__(self, options: SparkplugOptions, around: Surroundings) -> None:
        self._options = options
        self._clock = around.clock
        self._around = around
        self._client: Client | None = None
        patience = Patience(
            reorder_us=round(options.reorder_s * SECOND_US),
            rebirth_us=round(options.rebirth_every_s * SECOND_US),
            asks=options.rebirth,
        )
        self._host = Host(patience)
        self._on_notice: Callable[[Notice], None] | None = None
        self._listens = False
        self._stated_ms = 0
        self._state_topic = f"{NAMESPACE}/STATE/{options.host_id}" if options.host_id else None

    async def open(self) -> None:
        """Connect with a clean session and the will that says we are offline; listen to our own STATE first."""
        self._stated_ms = self._clock.now_us() // 1000
        topic = self._state_topic
        will = None if topic is None else Will(topic, _state(self._stated_ms, "offline"), 1, True)
        self._client = await reach(self._options, self._around, will=will)
        if topic is not None:
            (code,) = await self._client.subscribe([(topic, 1)])
            if code >= REFUSED_FROM:
                raise ConfigError(
                    f"{self._options.where()} does not let us listen to {topic}",
                    code="sparkplug-state",
                    hint="give this user the right to read and write it, or leave `host_id` out",
                )

    async def close(self) -> None:
        """Say that we go, then drop the socket."""
        client, self._client = self._client, None
        if client is None:
            return
        if self._state_topic is not None and not client.lost.done():
            offline = _state(self._clock.now_us() // 1000, "offline")
            saying = asyncio.ensure_future(client.publish(self._state_topic, offline, qos=1, retain=True))
            await asyncio.wait({saying}, timeout=GOODBYE_S)
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)
        await client.close()

    async def probe(self) -> Alive:
        """A ping: whatever the broker had for us before its answer is here. Tells the nodes' clocks, where near."""
        asked_us = self._clock.now_us()
        await self._open_client().ping()
        answered_us = self._clock.now_us()
        clocks = [node.clock.offset_us for node in self._host.nodes.values()]
        offsets = sorted(offset for offset in clocks if offset is not None)
        middle_us = asked_us + (answered_us - asked_us) // 2
        device_us = middle_us + offsets[len(offsets) // 2] if offsets else None
        return Alive(asked_us, answered_us, device_us, in_order=True)

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        """What each metric holds: the last that its node said."""
        await self._want(points, "held")
        return self._host.last(points, self._clock.now_us())

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        """Report what nodes say until cancelled; raises LinkError when the link is lost."""
        client = self._open_client()
        self._on_notice = on_notice
        try:
            with self._around.flow.followed(client.hold, client.go_on):
                await self._want([point for group in groups for point in group.points], "reported")
                await self._keep_time(client)
        finally:
            self._on_notice = None

    async def write(self, point: Point, value: Value) -> None:
        """Send a command with the metric's own type to its node or device; the node answers with data, or does not."""
        address = parse_address(point.address)
        await self._want([point], "held")
        node = self._host.node_of(address)
        quality, _ = node.fault(address.device, address.metric)
        wanted = node.wanted[address.device][address.metric]
        if not wanted.datatype:
            raise PointError(f"{point.address}: no birth has declared it, so nobody knows its type", native=quality)
        payload = Payload(timestamp=self._clock.now_us() // 1000)
        metric = payload.metrics.add(timestamp=payload.timestamp, datatype=wanted.datatype)
        if wanted.alias is None:
            metric.name = address.metric
        else:
            metric.alias = wanted.alias
        put(metric, wanted.datatype, to_raw(point, value), wanted.slot)
        verb, tail = ("NCMD", "") if address.device == NODE_ITSELF else ("DCMD", f"/{address.device}")
        topic = f"{NAMESPACE}/{address.group}/{verb}/{address.edge}{tail}"
        await self._open_client().publish(topic, payload.SerializeToString(), qos=0)

    async def browse(self, address: str | None = None) -> list[Found]:
        """Nodes that spoke in a short while of listening; below one, what its birth declares (it is asked for one)."""
        return await exploring.look(self._options, self._around, address)

    # --- inside -----------------------------------------------------------------------------------------------

    def _open_client(self) -> Client:
        if self._client is None:
            raise LinkError(f"{self._options.where()} is not connected", code="mqtt-closed")
        return self._client

    async def _want(self, points: Sequence[Point], way: Way) -> None:
        """Listen to nodes that nobody wanted before; with the first, say that we are online (§5.3)."""
        client = self._open_client()
        new = self._host.add(points, way, self._clock.now_us())
        if not self._listens:
            client.listen(self._take)
        if new:
            filters = [f"{NAMESPACE}/{node.group}/+/{node.edge}/#" for node in new]
            codes = await client.subscribe([(name, 0) for name in filters])
            refused = [name for name, code in zip(filters, codes, strict=True) if code >= REFUSED_FROM]
            if refused:
                raise ConfigError(
                    f"{self._options.where()} does not let us listen to {refused[0]}",
                    code="sparkplug-refused",
                    hint="give this user the right to read the namespace spBv1.0",
                )
        if not self._listens:
            self._listens = True
            await self._say_online(client)

    async def _say_online(self, client: Client) -> None:
        if self._state_topic is not None:
            await client.publish(self._state_topic, _state(self._stated_ms, "online"), qos=1, retain=True)

    def _take(self, messages: list[Message]) -> None:
        now_us = self._clock.now_us()
        if self._state_topic is not None:
            ours = self._state_topic.encode()
            if any(topic == ours and _says_offline(data) for topic, data, _, _ in messages):
                self._correct_state()
        self._tell(self._host.take(messages, now_us))

    def _correct_state(self) -> None:
        """Somebody said that we are offline: the will of an older connection of ours, or a stranger."""
        client = self._client
        if client is not None and self._listens and not client.lost.done():
            client.say(self._state_topic or "", _state(self._stated_ms, "online"), qos=1, retain=True)

    def _tell(self, news: News) -> None:
        if news and self._on_notice is not None:
            self._on_notice(Notice(self._clock.now_us(), news.now, late=news.late))

    async def _keep_time(self, client: Client) -> None:
        """Gaps that do not close, devices that are not born again, nodes to be asked: until the link is lost."""
        while not client.lost.done():
            await self._clock.sleep(TICK_S)
            news, asked = self._host.tick(self._clock.now_us())
            self._tell(news)
            for node in asked:
                client.say(*rebirth(node, self._clock.now_us()))
        await client.lost


def rebirth(node: Node, at_us: int) -> tuple[str, bytes]:
    """Topic and payload that ask a node to say everything anew (§6.4.19)."""
    payload = Payload(timestamp=at_us // 1000)
    payload.metrics.add(name=REBIRTH, timestamp=at_us // 1000, datatype=DataType.Boolean, boolean_value=True)
    return f"{NAMESPACE}/{node.group}/NCMD/{node.edge}", payload.SerializeToString()


def _state(at_ms: int, state: str) -> bytes:
    return orjson.dumps({"online": state == "online", "timestamp": at_ms})


def _says_offline(data: bytes) -> bool:
    try:
        said: Any = orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return isinstance(said, dict) and said.get("online") is False
