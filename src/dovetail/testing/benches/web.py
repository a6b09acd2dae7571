"""Machines that answer over HTTP: a document of JSON, and an MTConnect agent with its stream."""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from typing import Final

from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock, to_datetime
from dovetail.drivers.base import Point
from dovetail.links.model import ScanPoint
from dovetail.testing.bench import STEP, Trial
from dovetail.testing.benches.plc import polled
from dovetail.testing.web import Asked, Said, WebServer

NAMES: Final = ("rejects", "pieces", "speed")
SPACE: Final = "urn:mtconnect.org:MTConnectStreams:2.0"
BEAT_S: Final = 0.1


class _WebBench(ABC):
    """What the two have in common: three values, one of which may be gone or a text."""

    late_s = 2.5
    cannot: Mapping[Trial, str] = {}

    def __init__(self) -> None:
        self.number = 0
        self.server = WebServer(self.answer)
        self.is_lost = self.is_text = False
        self._clock = SystemClock()
        self._off_us = 0
        self._port = 0

    @property
    def port(self) -> int:
        return self._port

    @abstractmethod
    def answer(self, asked: Asked) -> Said:
        """What it says to one question."""

    def now_us(self) -> int:
        """What its own clock says."""
        return self._clock.now_us() + self._off_us

    def values(self) -> dict[str, object]:
        """What there is, by name."""
        self.server.asked.clear()  # nobody looks at it here
        found: dict[str, object] = {name: STEP * self.number + n for n, name in enumerate(NAMES, 1)}
        if self.is_text:
            found[NAMES[0]] = "text"
        if self.is_lost:
            del found[NAMES[0]]
        return found

    async def start(self) -> None:
        self._port = await self.server.start(port=self._port)

    async def stop(self) -> None:
        await self.server.stop()

    async def switch_off(self) -> None:
        await self.server.stop()

    async def switch_on(self) -> None:
        await self.start()

    async def make(self, number: int) -> None:
        self.number = number

    async def lose(self) -> None:
        self.is_lost = True

    async def find(self) -> None:
        self.is_lost = False

    async def retype(self) -> None:
        self.is_text = True

    async def untype(self) -> None:
        self.is_text = False

    def skew(self, offset_us: int) -> None:
        self._off_us = offset_us


class HttpBench(_WebBench):
    """A machine with a document of JSON that says when it was true."""

    driver = "http"
    points = polled(*((f"status#/{name}", Kind.F64) for name in NAMES))

    def options(self, port: int) -> Mapping[str, object]:
        url = f"http://127.0.0.1:{port}"
        return {"url": url, "timeout_s": 1.0, "alive_s": 1.0, "time": "#/time", "time_unit": "us"}

    def answer(self, asked: Asked) -> Said:
        return Said(json.dumps({"time": self.now_us(), **self.values()}).encode())


class MTConnectBench(_WebBench):
    """An agent that streams; each start of it is an instance of its own."""

    driver = "mtconnect"
    late_s = 5.0
    points = tuple(ScanPoint(Point(n, name, Kind.F64), interval_ms=100) for n, name in enumerate(NAMES, 1))

    def __init__(self) -> None:
        super().__init__()
        self._instance = 1

    def options(self, port: int) -> Mapping[str, object]:
        return {"url": f"http://127.0.0.1:{port}", "timeout_s": 1.0, "heartbeat_s": 0.5}

    async def start(self) -> None:
        self._instance += 1
        await super().start()

    def values(self) -> dict[str, object]:
        """An agent says of everything that it knows of how it is, or that it does not know."""
        return dict.fromkeys(NAMES, "UNAVAILABLE") | super().values()

    def answer(self, asked: Asked) -> Said:
        if "/sample" in asked.path:
            return Said(content_type="multipart/x-mixed-replace;boundary=cut", chunks=self._stream())
        if "/current" not in asked.path:
            return Said(self._device(), content_type="text/xml")
        return Said(self._document(), content_type="text/xml")

    async def _stream(self) -> AsyncIterator[bytes]:
        said, quiet_s = self.number, 0.0
        while True:
            if self.number != said or quiet_s >= 0.4:
                said, quiet_s = self.number, 0.0
                body = self._document()
                yield b"--cut\r\nContent-type: text/xml\r\nContent-length: %d\r\n\r\n%s\r\n" % (len(body), body)
            await asyncio.sleep(BEAT_S)
            quiet_s += BEAT_S

    def _device(self) -> bytes:
        at = to_datetime(self.now_us()).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        items = "".join(f'<DataItem category="SAMPLE" id="{name}" type="POSITION"/>' for name in NAMES)
        return (
            f'<?xml version="1.0"?><MTConnectDevices xmlns="{SPACE.replace("Streams", "Devices")}"><Header '
            f'creationTime="{at}" instanceId="{self._instance}" bufferSize="1000"/><Devices><Device id="vmc" '
            f'name="VMC" uuid="000"><DataItems>{items}</DataItems></Device></Devices></MTConnectDevices>'
        ).encode()

    def _document(self) -> bytes:
        at = to_datetime(self.now_us()).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        sequence = len(NAMES) * self.number + 1
        seen = "".join(
            f'<Position dataItemId="{name}" timestamp="{at}" sequence="{sequence + n}">{value}</Position>'
            for n, (name, value) in enumerate(self.values().items())
        )
        after = sequence + len(NAMES)
        return (
            f'<?xml version="1.0"?><MTConnectStreams xmlns="{SPACE}"><Header creationTime="{at}" '
            f'instanceId="{self._instance}" bufferSize="1000" firstSequence="1" lastSequence="{after - 1}" '
            f'nextSequence="{after}"/><Streams><DeviceStream name="VMC" uuid="000"><ComponentStream component="Linear" '
            f'name="X" componentId="x"><Samples>{seen}</Samples></ComponentStream></DeviceStream></Streams>'
            f"</MTConnectStreams>"
        ).encode()
