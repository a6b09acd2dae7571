"""One device that sends texts, by itself or when it is asked, behind the plant's small `Driver` protocol.

Each telegram is an event: two scans of the same code are two, however close. A scanner that is silent lives; a scale
that is asked and does not answer does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Value
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.drivers.arrivals import last_known
from dovetail.drivers.base import Alive, Found, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.serialport import open_serial, open_socket
from dovetail.drivers.serialtext.fields import NOTHING_YET, Telegrams
from dovetail.drivers.serialtext.framing import Framer, unescaped
from dovetail.drivers.serialtext.options import SerialTextOptions
from dovetail.drivers.wire import Wire

CODE: Final = "serialtext-connect"
LOOK_S: Final = 0.25  # for a stream that fell silent
READ_S: Final = 2.0  # on trial, a telegram is waited for so long
KEPT_MAX: Final = 1000  # telegrams that came before anybody listened; a scanner has no more in its own memory


class SerialTextDriver:
    """Listens to the telegrams of one device."""

    def __init__(self, options: SerialTextOptions, around: Surroundings) -> None:
        self._options = options
        self._clock = around.clock
        self._wire: _Line | None = None
        self._framer = _framer(options)
        self._lost: asyncio.Future[None] | None = None
        self._gap: asyncio.TimerHandle | None = None
        self._came: list[tuple[bytes, int]] = []  # telegrams and when, µs
        self._news = asyncio.Event()
        self._last: tuple[bytes, int] | None = None
        self._last_us = 0  # the latest moment given to a telegram

    async def open(self) -> None:
        """Open the port or the socket."""
        o = self._options
        self._lost = asyncio.get_running_loop().create_future()
        if o.serial_port is not None:
            self._wire = await open_serial(
                self._made, o.serial_port, baud=o.baud, parity=o.parity, stop_bits=o.stop_bits, data_bits=o.data_bits,
                code=CODE,
            )  # fmt: skip
        else:
            self._wire = await open_socket(self._made, o.host, o.port, code=CODE)

    def _made(self) -> _Line:
        return _Line(self._received, self._ended)

    async def close(self) -> None:
        """Let the port go."""
        if self._gap is not None:
            self._gap.cancel()
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.cut()
            await wire.closed

    async def probe(self) -> Alive:
        """Whether the line stands; where the device is asked, nothing is said to be up before it has answered."""
        self._open_wire()
        if self._options.command and self._last is None:
            await self._ask()
        now_us = self._clock.now_us()
        return Alive(now_us, now_us)

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        """The last telegram again, as what is known last; on trial one is waited for."""
        if self._last is None:
            await self._first()
        telegrams, now_us = Telegrams(points, self._options), self._clock.now_us()
        if self._last is None:
            return telegrams.bad(NOTHING_YET, q.BAD_NOT_CONNECTED, now_us)
        return [last_known(batch) for batch in telegrams.batches(self._last[0], now_us)]

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        """Report telegrams until cancelled; raises LinkError when the line is lost or the device silent."""
        telegrams = Telegrams([point for group in groups for point in group.points], self._options)
        if self._last is None and not self._came:
            now_us = self._clock.now_us()
            on_notice(Notice(now_us, tuple(telegrams.bad(NOTHING_YET, q.BAD_NOT_CONNECTED, now_us))))
        asking = asyncio.create_task(self._ask_again()) if self._options.command else None
        heard_us = self._clock.monotonic_us()
        try:
            while True:
                came, self._came = self._came, []
                for frame, at_us in came:
                    heard_us = self._clock.monotonic_us()
                    if batches := telegrams.batches(frame, at_us):
                        on_notice(Notice(at_us, tuple(batches)))
                self._open_wire()
                if asking is not None and asking.done():
                    asking.result()
                self._must_speak(heard_us)
                await self._more()
        finally:
            if asking is not None:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)

    async def write(self, point: Point, value: Value) -> None:
        """Nothing is sent to a scanner or a scale but the question for its telegram."""
        raise PointError(f"{point.address} can only be read", code="serialtext-read-only")

    async def browse(self, address: str | None = None) -> list[Found]:
        """A device that sends texts does not tell what they mean."""
        hint = "scan or weigh something while you try `telegram`, then write a pattern for what you see"
        raise ConfigError("a device that sends texts cannot be browsed", code="serialtext-browse", hint=hint)

    # --- the line -----------------------------------------------------------------------------------------------

    def _open_wire(self) -> _Line:
        if self._wire is None or self._lost is None:
            raise LinkError(f"{self._options.where()} is not connected", code="serialtext-closed")
        if self._lost.done():
            self._lost.result()
        return self._wire

    def _received(self, data: bytes) -> None:
        self._take(self._framer.feed(data))
        if self._options.framing == "gap":
            if self._gap is not None:
                self._gap.cancel()
            loop = asyncio.get_running_loop()
            self._gap = loop.call_later(self._options.gap_ms / 1000, lambda: self._take(self._framer.flush()))

    def _take(self, frames: Sequence[bytes]) -> None:
        """Two telegrams of one moment are two: each has its own microsecond."""
        for frame in frames:
            self._last_us = max(self._clock.now_us(), self._last_us + 1)
            self._last = (frame, self._last_us)
            self._came = [*self._came[1 - KEPT_MAX :], self._last]
        if frames:
            self._news.set()

    def _ended(self, why: Exception | None) -> None:
        if self._lost is not None and not self._lost.done():
            said = f"the line broke: {why}" if why else "the other side closed the connection"
            self._lost.set_exception(LinkError(said, code="serialtext-lost"))
            self._lost.exception()  # told to whoever asks next; nobody need ask
        self._news.set()

    async def _more(self) -> None:
        """Until something came, or it is time to look whether anything should have."""
        self._news.clear()
        if self._came or (self._lost is not None and self._lost.done()):
            return
        coming = asyncio.ensure_future(self._news.wait())
        timer = asyncio.ensure_future(self._clock.sleep(LOOK_S))
        try:
            await asyncio.wait({coming, timer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (coming, timer):
                task.cancel()
            await asyncio.gather(coming, timer, return_exceptions=True)

    def _must_speak(self, heard_us: int) -> None:
        after_s = self._options.silent_after_s
        if after_s is not None and self._clock.monotonic_us() - heard_us > after_s * SECOND_US:
            hint = "is it switched on, and set to send all the time?"
            raise LinkError(f"no telegram for {after_s:g} s", code="serialtext-silent", hint=hint)

    async def _ask_again(self) -> None:
        """Ask for a telegram, again and again; raises LinkError when none comes in time."""
        while True:
            await self._ask()
            await self._clock.sleep(self._options.every_s)

    async def _ask(self) -> None:
        before = self._last
        self._open_wire().send(unescaped(self._options.command or ""))
        due_us = self._clock.monotonic_us() + round(self._options.timeout_s * SECOND_US)
        while self._last is before:
            if self._clock.monotonic_us() > due_us:
                hint = "compare baud rate, parity, command and the end of telegrams with the device"
                raise LinkError(f"no answer within {self._options.timeout_s:g} s", code="serialtext-silent", hint=hint)
            await self._clock.sleep(0.02)

    async def _first(self) -> None:
        if self._options.command:
            await self._ask()
            return
        due_us = self._clock.monotonic_us() + round(READ_S * SECOND_US)
        while self._last is None and self._clock.monotonic_us() < due_us:
            self._open_wire()
            await self._clock.sleep(0.05)


class _Line(Wire):
    """The serial port or socket."""

    def __init__(self, received: Callable[[bytes], None], ended: Callable[[Exception | None], None]) -> None:
        super().__init__()
        self._received, self._ended = received, ended
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self._received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self.closed.done():
            self.closed.set_result(None)
        self._ended(exc)


def _framer(options: SerialTextOptions) -> Framer:
    return Framer(options.framing, options.longest, unescaped(options.end), options.length)
