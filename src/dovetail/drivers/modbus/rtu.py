"""Modbus RTU: a serial line with several units, or the same frames through a socket to a serial gateway.

One request at a time, silence between frames, and a checksum (Modbus over Serial Line 1.02 §2.5). A frame has no
number, so a late reply looks like the answer to the next question. It must never be taken for that: a unit that still
owes an answer is first asked something whose answer has another length, and what comes before it is drained.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from dovetail.core.clock import Clock
from dovetail.drivers.base import SilentError
from dovetail.drivers.modbus.pdus import FAILED
from dovetail.drivers.modbus.places import Place, Serial, Socket
from dovetail.drivers.modbus.trunk import TICK_S, Job, Tap, Trunk, connect_tcp
from dovetail.drivers.serialport import open_serial
from dovetail.drivers.wire import Wire

FRAME_MAX: Final = 256  # unit, PDU of 253, checksum
CLOSE_S: Final = 3.0  # a port closes when what was written to it has left it
OWED_S: Final = 10.0  # no unit answers later than this
_ECHOED: Final = {5: 8, 6: 8, 15: 8, 16: 8, 22: 10}  # length of a write's reply, by function
_READS: Final = frozenset({1, 2, 3, 4})
_BIT_READS: Final = frozenset({1, 2})


def _table() -> tuple[int, ...]:
    rows: list[int] = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
        rows.append(crc)
    return tuple(rows)


_CRC: Final = _table()


def checksum(data: bytes) -> bytes:
    """CRC-16, lowest byte first (§6.2.2).

    >>> checksum(bytes.fromhex("0207")).hex()
    '4112'
    """
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")


@dataclass(frozen=True, slots=True)
class _Asked:
    """The request in flight."""

    tap: Tap
    job: Job
    index: int
    request: bytes
    asked_us: int


class _Owed(NamedTuple):
    """A reply that did not come: how it would look, and until when (loop) it may."""

    function: int
    size: int
    until: float


class _Sync(Job):
    """A question whose answer cannot be mistaken for one that is owed."""

    def __init__(self, request: bytes) -> None:
        super().__init__([request], repeatable=False)
        self.done.cancel()  # nobody waits for it

    def take(self, index: int, reply: bytes, start: int, stop: int, received_us: int) -> bool:
        request = self.requests[0]
        if reply[start] == request[0] | FAILED:
            return True
        return reply[start] == request[0] and reply[start + 1] == _size_of(request)


class _Drain(_Sync):
    """Stands for a request that nobody waits for any more, while its unit may still be about to speak."""


def _size_of(request: bytes) -> int:
    """Bytes of data that answer a read."""
    count = int.from_bytes(request[3:5], "big")
    return (count + 7) // 8 if request[0] in _BIT_READS else 2 * count


def unlike(request: bytes) -> bytes:
    """A read at the same place whose answer has another length.

    >>> unlike(bytes.fromhex("0300100002")).hex(), unlike(bytes.fromhex("0100100009")).hex()
    ('0300100001', '0100100001')
    """
    one, two = (1, 9) if request[0] in _BIT_READS else (1, 2)
    other = one if _size_of(request) != _size_of(request[:3] + one.to_bytes(2, "big")) else two
    return request[:3] + other.to_bytes(2, "big")


def find(data: bytes, unit: int, function: int) -> tuple[int, int] | None:
    """(start, stop) of the first whole frame of this unit and function; noise before it is skipped."""
    for start in range(len(data) - 4):
        if data[start] != unit or data[start + 1] & ~FAILED != function:
            continue
        stop = start + _length(data, start)
        if stop <= len(data) and checksum(data[start : stop - 2]) == data[stop - 2 : stop]:
            return start, stop
    return None


def _length(data: bytes, start: int) -> int:
    """How long the frame is whose first bytes stand there."""
    function = data[start + 1]
    if function & FAILED:
        return 5
    return 5 + data[start + 2] if function in _READS else _ECHOED.get(function, 8)


class Line(Trunk["_Port"]):
    """The line, its units in turn, and the one request in flight."""

    def __init__(self, place: Place, *, clock: Clock, forget: Callable[[], None]) -> None:
        super().__init__(clock=clock, forget=forget)
        self.place = place
        self._asked: _Asked | None = None
        self._owed: dict[int, list[_Owed]] = {}  # by unit
        self._got = b""
        self._quiet_from = 0.0  # (loop) when the line may be spoken on again
        self._alarm: asyncio.TimerHandle | None = None
        self._going: _Port | None = None  # cut, and perhaps not closed yet

    async def gone(self) -> None:
        """Wait until a port that was cut is closed: only then can it be opened again."""
        if self._going is not None and not self._going.closed.done():
            await asyncio.wait({self._going.closed}, timeout=CLOSE_S)

    async def _connect(self) -> _Port:
        await self.gone()
        if isinstance(self.place, Socket):
            return await connect_tcp(self.place.host, self.place.port, lambda: _Port(self))
        return await _open_serial(self.place, lambda: _Port(self))

    def _waiting(self, tap: Tap) -> set[Job]:
        return {self._asked.job} if self._asked is not None and self._asked.tap is tap else set()

    # --- the wire -----------------------------------------------------------------------------------------------

    def pump(self) -> None:
        """Send the next request when none is in flight and the line has been silent long enough."""
        if self._wire is None or self._asked is not None:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._quiet_from > now + TICK_S / 10:
            self._set_alarm(self._quiet_from)
            return
        tap = self._next(now)
        if tap is None:
            return
        job = tap.jobs[0]
        index = job.draw()
        if not job.has_more:
            tap.jobs.popleft()
        elif len(tap.jobs) > 1:
            tap.jobs.rotate(-1)  # a long read must not keep a short one waiting
        request = job.requests[index]
        if self._could_be_mistaken(tap, request, now):
            job.again.append(index)  # after the line is clear
            if job not in tap.jobs:
                tap.jobs.appendleft(job)
            job, index = _Sync(unlike(request)), 0
            request = job.requests[0]
        self._send(tap, job, index, request)

    def _send(self, tap: Tap, job: Job, index: int, request: bytes) -> None:
        assert self._wire is not None
        self._got = b""  # what lay there was nobody's
        self._asked = _Asked(tap, job, index, request, self._clock.now_us())
        tap.in_flight += 1
        frame = bytes([tap.unit]) + request
        frame += checksum(frame)
        on_the_line_s = (len(frame) + FRAME_MAX) * self.place.char_s
        self._set_alarm(asyncio.get_running_loop().time() + tap.timeout_s + on_the_line_s)
        self._wire.send(frame)

    def received(self, data: bytes) -> None:
        """Bytes from the line; those that complete the reply end the wait."""
        self.heard()
        self._quiet_from = asyncio.get_running_loop().time() + self.place.gap_s
        asked = self._asked
        if asked is None:
            return  # late, or noise
        self._got = (self._got + data)[-4 * FRAME_MAX :]
        while (found := find(self._got, asked.tap.unit, asked.request[0])) is not None:
            start, stop = found
            frame, self._got = self._got[start:stop], self._got[stop:]
            if self._take(asked, frame):
                self.pump()
                return

    def _take(self, asked: _Asked, frame: bytes) -> bool:
        now_us = self._clock.now_us()
        tap = asked.tap
        if not asked.job.take(asked.index, frame, 1, len(frame) - 2, now_us):
            tap.fault("late" if tap.unit in self._owed else "unmatched")
            return False  # it still waits for the right one
        self._free(asked)
        if isinstance(asked.job, _Sync):
            if not isinstance(asked.job, _Drain):
                self._owed.pop(tap.unit, None)
            return True
        tap.heard = (asked.asked_us, now_us)
        if tap.pacing_s:
            loop = asyncio.get_running_loop()
            tap.not_before = loop.time() + tap.pacing_s
            loop.call_at(tap.not_before, self.pump)
        asked.job.left -= 1
        if not asked.job.left and not asked.job.done.done():
            asked.job.done.set_result(None)
        return True

    def _free(self, asked: _Asked) -> None:
        asked.tap.in_flight -= 1
        self._asked = None
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    # --- what goes wrong ----------------------------------------------------------------------------------------

    def _could_be_mistaken(self, tap: Tap, request: bytes, now: float) -> bool:
        """Whether a reply that this unit owes would pass for the answer to this request."""
        owed = [one for one in self._owed.get(tap.unit, ()) if one.until > now]
        if not owed:
            self._owed.pop(tap.unit, None)
            return False
        self._owed[tap.unit] = owed
        return request[0] in _READS and any(one[:2] == (request[0], _size_of(request)) for one in owed)

    def _set_alarm(self, due: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_at(due, self._ring)

    def _ring(self) -> None:
        """The line is free, or the time of the request in flight is up."""
        self._alarm = None
        if self._asked is not None:
            self._expire(self._asked)
        self.pump()

    def _expire(self, asked: _Asked) -> None:
        """Ask once more where the unit has answered before; then its link is lost, not the line."""
        tap, job, index = asked.tap, asked.job, asked.index
        self._silent += not self._got
        broken = bool(self._got)
        self._free(asked)
        self._owe(asked)
        if isinstance(job, _Drain):
            return
        if job.repeatable and tap.heard is not None and index not in job.tried:
            job.tried.add(index)
            if not job.has_more:
                tap.jobs.appendleft(job)
            job.again.append(index)
            return
        what = "answers with broken frames" if broken else f"does not answer within {tap.timeout_s:g} s"
        tap.heard = None  # from now on one question at a time, until it is heard again
        for lost in [job, *tap.jobs] if isinstance(job, _Sync) else [job]:
            self._fail(tap, lost, SilentError(f"{tap.where} {what}", code="modbus-timeout"))
        if self._is_dead() and isinstance(self.place, Socket) and self._wire is not None:
            self.lost(self._wire, "nothing is heard any more")

    def _owe(self, asked: _Asked) -> None:
        if asked.request[0] in _READS:
            until = asyncio.get_running_loop().time() + OWED_S
            owed = self._owed.setdefault(asked.tap.unit, [])
            owed[:] = [*owed[-7:], _Owed(asked.request[0], _size_of(asked.request), until)]

    def _withdraw(self, tap: Tap, job: Job) -> None:
        if job in tap.jobs:
            tap.jobs.remove(job)
        if self._asked is not None and self._asked.job is job:
            self._asked = replace(self._asked, job=_Drain(self._asked.request), index=0)

    def _unplug(self) -> None:
        wire, self._wire = self._wire, None
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._asked = None
        self._owed.clear()
        if wire is not None:
            self._going = wire
            wire.cut()


class _Port(Wire):
    """The serial port or socket."""

    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self._line.received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self.closed.done():
            self.closed.set_result(None)
        self._line.lost(self, f"the line broke: {exc}" if exc else "the gateway closed the connection")


async def _open_serial(place: Serial, make: Callable[[], _Port]) -> _Port:
    """A serial port. Raises LinkError: an adapter may be plugged in again."""
    return await open_serial(
        make, place.port, baud=place.baud, parity=place.parity, stop_bits=place.stop_bits, code="modbus-connect"
    )
