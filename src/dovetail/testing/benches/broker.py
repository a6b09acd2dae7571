"""Devices behind a broker: topics of MQTT that say a number each, and an edge node that speaks Sparkplug B."""

from __future__ import annotations

import json
import shutil
import ssl
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from dovetail.core.batch import Kind
from dovetail.core.clock import Clock, SystemClock
from dovetail.drivers.base import Point
from dovetail.links.model import ScanPoint
from dovetail.mqtt.sparkplug import DataType
from dovetail.sim.servers.broker import Broker
from dovetail.sim.servers.sparkplug import EdgeNode, Metrics
from dovetail.testing.bench import BEHIND, QUICK, STEP, Bench, Trial
from dovetail.testing.benches.first import FirstPoint
from dovetail.testing.certificate import make_certificate

NAMES: Final = ("rejects", "pieces", "speed")
USER: Final = "dovetail"
EACH: Final = 100  # values of one machine where there are very many
CLEAR: Final = {"tls": False, "insecure": True}


def reported(pattern: str) -> tuple[ScanPoint, ...]:
    return tuple(ScanPoint(Point(n, pattern.format(name), Kind.F64)) for n, name in enumerate(NAMES, 1))


class _BrokerBench:
    """What the two have in common; a secured broker speaks TLS and knows one user."""

    late_s = 5.0
    cannot: Mapping[Trial, str] = {}

    def __init__(self) -> None:
        self.broker = Broker()
        self._folder: Path | None = None  # of the certificate, where it is secured
        self._number = 0
        self._off_us = 0
        self._clock: Clock = SystemClock()

    @property
    def port(self) -> int:
        return self.broker.port

    def _secure(self) -> Path:
        """From now on nobody is let in who cannot prove who he is; the broker's own certificate is the authority."""
        self._folder = Path(mkdtemp(prefix="dovetail-broker-", dir=QUICK))
        certificate, key = make_certificate(self._folder)
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate, key)
        self.broker = Broker(tls=tls, users={USER: BEHIND})
        return certificate

    def _way(self, port: int) -> Mapping[str, object]:
        """How it is reached and trusted."""
        reached = {"host": "127.0.0.1", "port": port}
        if self._folder is None:
            return {**reached, "security": CLEAR}
        proof = {"user": USER, "password": "secret://broker"}
        return {**reached, **proof, "security": {"ca": str(self._folder / "device.pem")}}

    async def start(self) -> None:
        await self.broker.start()

    async def stop(self) -> None:
        await self.broker.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    async def switch_on(self) -> None:
        await self.start()

    async def switch_off(self) -> None:
        await self.broker.stop()
        self.broker.sessions.clear()
        self.broker.retained.clear()

    def skew(self, offset_us: int) -> None:
        self._off_us = offset_us

    def now_us(self) -> int:
        """What the device's clock says."""
        return self._clock.now_us() + self._off_us


class MqttBench(FirstPoint, _BrokerBench):
    """A device that says each value on a topic of its own, retained, with its own time."""

    driver = "mqtt"
    points = reported("m/{}#/v")
    writable = Point(9, "m/setpoint", Kind.F64)
    writes = (12.5, -3.0)

    def options(self, port: int) -> Mapping[str, object]:
        return {**self._way(port), "timestamp": "/ts", "silent_after_s": 1.5}

    def secured(self) -> MqttBench:
        other = MqttBench()
        other._secure()
        return other

    def wide(self, count: int, clock: Clock) -> Bench:
        return WideMqtt(count, clock)

    async def start(self) -> None:
        await super().start()
        self.broker.publish(self.writable.address, b"0.0", retain=True)

    async def make(self, number: int) -> None:
        self._number = number
        for n, name in enumerate(NAMES, 1):
            value: object = "text" if self._is_text and n == 1 else STEP * number + n
            if n > 1 or not self._is_lost:
                body = json.dumps({"v": value, "ts": self.now_us() / 1_000_000}).encode()
                self.broker.publish(f"m/{name}", body, qos=1, retain=True)


class SparkplugBench(_BrokerBench):
    """An edge node with three metrics."""

    driver = "sparkplug"
    points = reported("plant/gateway:{}")
    writable = Point(9, "plant/gateway/drive:setpoint", Kind.F64)
    writes = (12.5, -3.0)

    def __init__(self) -> None:
        super().__init__()
        drive: Metrics = {"setpoint": (DataType.Double, 0.0)}
        self.node = EdgeNode("plant", "gateway", {"": self._metrics(), "drive": drive})

    def options(self, port: int) -> Mapping[str, object]:
        return {**self._way(port), "reorder_s": 0.5, "rebirth_every_s": 1}

    def secured(self) -> SparkplugBench:
        other = SparkplugBench()
        other.node.tls = ssl.create_default_context(cafile=str(other._secure()))
        other.node.user, other.node.password = USER, BEHIND.encode()
        return other

    def wide(self, count: int, clock: Clock) -> Bench:
        return WideSparkplug(count, clock)

    async def start(self) -> None:
        await super().start()
        self.node.port = self.broker.port
        await self.node.start()

    async def stop(self) -> None:
        await self.node.stop()
        await super().stop()

    async def switch_off(self) -> None:
        await self.node.die()
        await super().switch_off()

    async def make(self, number: int) -> None:
        self._number = number
        values: dict[str, Any] = {name: float(STEP * number + n) for n, name in enumerate(NAMES, 1)}
        known = self.node.metrics[""]
        there = {name: values[name] for name in known if known[name][0] == DataType.Double}
        self.node.report(at_ms=self.now_us() // 1_000, **there)

    async def lose(self) -> None:
        del self.node.metrics[""][NAMES[0]]
        self.node.birth()

    async def find(self) -> None:
        self.node.metrics[""] = self._metrics()
        self.node.birth()

    async def retype(self) -> None:
        self.node.metrics[""][NAMES[0]] = (DataType.String, "text")
        self.node.birth()

    async def untype(self) -> None:
        await self.find()

    def _metrics(self) -> Metrics:
        return {name: (DataType.Double, float(STEP * self._number + n)) for n, name in enumerate(NAMES, 1)}


class WideMqtt(MqttBench):
    """As many machines as it takes, each with a topic of its own and a hundred members in its document."""

    def __init__(self, count: int, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.points = tuple(ScanPoint(Point(n, f"w/{n // EACH}#/v{n}", Kind.F64)) for n in range(1, count + 1))
        self._machines = [range(first, min(first + EACH, count + 1)) for first in _firsts(count)]

    def options(self, port: int) -> Mapping[str, object]:
        return {**self._way(port), "timestamp": "/ts"}

    async def make(self, number: int) -> None:
        for members in self._machines:
            values = {f"v{n}": STEP * number + n for n in members}
            body = json.dumps({"ts": self.now_us() / 1_000_000, **values}).encode()
            self.broker.publish(f"w/{members[0] // EACH}", body, qos=1, retain=True)


class WideSparkplug(SparkplugBench):
    """An edge node with as many devices as it takes, a hundred metrics each."""

    def __init__(self, count: int, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        place = "plant/gateway/d{}:v{}"
        self.points = tuple(ScanPoint(Point(n, place.format(n // EACH, n), Kind.F64)) for n in range(1, count + 1))
        machines = [range(first, min(first + EACH, count + 1)) for first in _firsts(count)]
        devices: dict[str, Metrics] = {
            f"d{members[0] // EACH}": {f"v{n}": (DataType.Double, float(n)) for n in members} for members in machines
        }
        self.node = EdgeNode("plant", "gateway", {"": {}, **devices}, now_ms=lambda: self.now_us() // 1_000)

    async def make(self, number: int) -> None:
        for device, metrics in self.node.metrics.items():
            if device:
                values: dict[str, Any] = {name: float(STEP * number + int(name[1:])) for name in metrics}
                self.node.report(device, **values)


def _firsts(count: int) -> list[int]:
    """The first point of each machine."""
    return [max(first, 1) for first in range(0, count + 1, EACH)]
