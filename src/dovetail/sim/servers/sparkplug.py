"""A virtual edge node that speaks Sparkplug B 3.0: births, data by alias, deaths, and answers to a rebirth request.

It connects to a broker as a gateway in the plant does. Its metrics are told by the simulation; those of a device are
under the device's name, its own under "".
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from dovetail.mqtt import packets as p
from dovetail.mqtt.client import Client, connect
from dovetail.mqtt.sparkplug import BDSEQ, NAMESPACE, REBIRTH, DataType, Payload, decode, put
from dovetail.mqtt.stream import Message
from dovetail.sim.line import Change
from dovetail.sim.samples import COUNTER_MODULUS
from dovetail.sim.servers.broker import Broker

KEEP_ALIVE_S: Final = 5
type Metrics = dict[str, tuple[DataType, Any]]


@dataclass(slots=True, eq=False)
class EdgeNode:
    """One edge node. `metrics` by device ("" its own) and name; `aliases` are numbered in the order of the birth."""

    group: str
    edge: str
    metrics: dict[str, Metrics]
    port: int = 0
    aliases: bool = True
    bdseq: int = -1
    births: int = 0
    user: str | None = None
    password: bytes | None = None
    tls: ssl.SSLContext | None = None
    now_ms: Callable[[], int] = field(default_factory=lambda: _now_ms)
    _seq: int = 0
    _client: Client | None = None
    _alias: dict[tuple[str, str], int] = field(default_factory=dict)

    async def start(self) -> None:
        """Connect with the will that says it is dead, listen to commands, and be born (§5.1)."""
        self.bdseq = (self.bdseq + 1) % 256
        will = p.Will(self._topic("NDEATH"), self._bdseq().SerializeToString(), 1)
        name = f"{self.group}-{self.edge}"
        hello = p.Hello(name, keep_alive_s=KEEP_ALIVE_S, will=will, user=self.user, password=self.password)
        where = f"mqtt://127.0.0.1:{self.port}"
        self._client = await connect("127.0.0.1", self.port, hello, tls=self.tls, where=where)
        self._client.listen(self._command)
        await self._client.subscribe([(self._topic("NCMD"), 1), (self._topic("DCMD", "+"), 1)])
        self.birth()

    async def stop(self) -> None:
        """Say its own death, then go (§5.7)."""
        client, self._client = self._client, None
        if client is not None:
            client.say(self._topic("NDEATH"), self._bdseq().SerializeToString())
            await client.close()

    async def die(self) -> None:
        """Power off: the broker says its will."""
        client, self._client = self._client, None
        if client is not None:
            client.drop()
            await asyncio.wait({client.lost})

    def birth(self) -> None:
        """Everything anew: the node's metrics, then each device's."""
        self.births += 1
        self._seq = 0
        self._alias.clear()
        payload = self._bdseq()
        payload.metrics.add(name=REBIRTH, datatype=DataType.Boolean, boolean_value=False, timestamp=payload.timestamp)
        self._declare(payload, "")
        self._send("NBIRTH", "", payload)
        for device in self.metrics:
            if device:
                self.device_birth(device)

    def device_birth(self, device: str) -> None:
        payload = Payload(timestamp=self.now_ms())
        self._declare(payload, device)
        self._send("DBIRTH", device, payload)

    def device_death(self, device: str) -> None:
        self._send("DDEATH", device, Payload(timestamp=self.now_ms()))

    def report(self, device: str = "", *, at_ms: int | None = None, historical: bool = False, **values: Any) -> None:
        """Data of now, or of then; None is a null value. Names are as in `metrics`."""
        payload = Payload(timestamp=self.now_ms())
        for name, value in values.items():
            datatype, _ = self.metrics[device][name]
            if not historical:
                self.metrics[device][name] = (datatype, value)
            metric = payload.metrics.add(timestamp=at_ms or payload.timestamp)
            if self.aliases:
                metric.alias = self._alias[device, name]
            else:
                metric.name, metric.datatype = name, datatype
            if historical:
                metric.is_historical = True
            _fill(metric, datatype, value)
        self._send("DDATA" if device else "NDATA", device, payload)

    def skip(self, count: int = 1) -> None:
        """Lose messages: their numbers are used up."""
        self._seq = (self._seq + count) % 256

    # --- inside -----------------------------------------------------------------------------------------------

    def _declare(self, payload: Any, device: str) -> None:
        for name, (datatype, value) in self.metrics.get(device, {}).items():
            metric = payload.metrics.add(name=name, datatype=datatype, timestamp=payload.timestamp)
            if self.aliases:
                metric.alias = self._alias[device, name] = len(self._alias)
            _fill(metric, datatype, value)

    def _bdseq(self) -> Any:
        payload = Payload(timestamp=self.now_ms())
        payload.metrics.add(name=BDSEQ, datatype=DataType.Int64, long_value=self.bdseq, timestamp=payload.timestamp)
        return payload

    def _send(self, verb: str, device: str, payload: Any) -> None:
        payload.seq = self._seq
        self._seq = (self._seq + 1) % 256
        if self._client is not None:
            self._client.say(self._topic(verb, device), payload.SerializeToString())

    def _topic(self, verb: str, device: str = "") -> str:
        return f"{NAMESPACE}/{self.group}/{verb}/{self.edge}{'/' if device else ''}{device}"

    def _command(self, messages: list[Message]) -> None:
        """Commands: a rebirth, or a new value, which is then reported as any change is."""
        names = {alias: key for key, alias in self._alias.items()}
        for topic, data, _, _ in messages:
            payload = decode(data)
            device = topic.decode().split("/")[4] if topic.count(b"/") == 4 else ""
            for metric in payload.metrics if payload is not None else ():
                if metric.name == REBIRTH and metric.boolean_value:
                    self.birth()
                    continue
                device, name = (device, metric.name) if metric.name else names[metric.alias]
                self.report(device, **{name: getattr(metric, metric.WhichOneof("value"))})


def _fill(metric: Any, datatype: DataType, value: Any) -> None:
    if value is None:
        metric.is_null = True
    elif isinstance(value, bytes):
        metric.bytes_value = value
    elif isinstance(value, Mapping):
        _dataset(metric.dataset_value, value)
    else:
        put(metric, datatype, value)


def _dataset(into: Any, columns: Mapping[str, list[float]]) -> None:
    into.num_of_columns = len(columns)
    into.columns.extend(columns)
    into.types.extend([DataType.Double] * len(columns))
    for cells in zip(*columns.values(), strict=True):
        row = into.rows.add()
        for cell in cells:
            row.elements.add(double_value=cell)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class SparkplugUnitServer:
    """The PLC of one virtual machine behind an edge node, with a broker of its own on loopback.

    Group `plant`, edge node `gateway`, the machine as its device; metrics `State`, `Mode`, `StopReason`, `Starved`,
    `Blocked`, `Speed`, `Processed`, `Defective`.
    """

    def __init__(self, unit: str, *, port: int) -> None:
        self.unit = unit
        self._broker = Broker(port=port)
        self._node = EdgeNode("plant", "gateway", {"": {}, unit: {}})

    @property
    def endpoint(self) -> str:
        """What a client connects to."""
        return f"mqtt://127.0.0.1:{self._broker.port}"

    async def start(self, first: Change) -> None:
        """Listen with the first values. Raises OSError when the port is taken."""
        self._node.metrics[self.unit] = _metrics(first)
        await self.plug()

    async def stop(self) -> None:
        """Close the port and every connection."""
        await self._node.stop()
        await self._broker.stop()

    async def unplug(self) -> None:
        """Pull the edge node's cable: the broker says that it died."""
        await self._node.die()

    async def plug(self) -> None:
        """Put the cable back."""
        await self._broker.start()
        self._node.port = self._broker.port
        await self._node.start()

    async def publish(self, change: Change, *, counters: Literal["confirm", "when changed"] = "confirm") -> None:
        """Report what is new by exception, as Sparkplug asks; the counters with it where they are to be confirmed."""
        known = self._node.metrics[self.unit]
        new = {name: value for name, (_, value) in _metrics(change).items() if value != known[name][1]}
        if counters == "confirm":
            new |= {name: _metrics(change)[name][1] for name in ("Processed", "Defective")}
        if new:
            self._node.report(self.unit, **new)


def _metrics(change: Change) -> Metrics:
    status, counts = change.status, change.counts
    return {
        "State": (DataType.Int32, int(status.state)),
        "Mode": (DataType.Int32, int(status.mode)),
        "StopReason": (DataType.Int32, int(status.reason)),
        "Starved": (DataType.Boolean, bool(status.starved)),
        "Blocked": (DataType.Boolean, bool(status.blocked)),
        "Speed": (DataType.Float, change.speed_upm),
        "Processed": (DataType.UInt32, counts.processed % COUNTER_MODULUS),
        "Defective": (DataType.UInt32, counts.defective % COUNTER_MODULUS),
    }
