"""One TCP connection to a Modbus device or gateway, shared by all units behind it: fair, and serial where it is shared.

Every request has a transaction number (MODBUS Messaging on TCP/IP 1.0b §3.1.3); a reply that comes after its time, or
that fits no request, is drained and never matched.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from math import inf
from typing import Final

from dovetail.core.clock import Clock
from dovetail.drivers.base import SilentError
from dovetail.drivers.modbus.trunk import TICK_S, Job, Tap, Trunk, connect_tcp
from dovetail.drivers.wire import Wire

_HEADER: Final = struct.Struct(">HHHB")  # transaction, protocol 0, length of what follows, unit
_LENGTH: Final = (3, 254)  # unit, function and one byte; unit and the longest PDU of 253
_GIVEN_UP_MAX: Final = 1_000  # transactions whose late reply would still be known; older ones count as unmatched

type _Asked = tuple[Tap, Job, int, float, int]  # whose, of which job the n-th request, deadline (loop), asked (µs UTC)


class Cable(Trunk["_Wire"]):
    """The connection, its users in turn, and what is in flight."""

    def __init__(self, host: str, port: int, *, clock: Clock, forget: Callable[[], None]) -> None:
        super().__init__(clock=clock, forget=forget)
        self._host, self._port = host, port
        self._asked: dict[int, _Asked] = {}
        self._given_up: dict[int, Tap | None] = {}  # None: withdrawn by ourselves
        self._transaction = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._due = inf  # when it rings

    async def _connect(self) -> _Wire:
        return await connect_tcp(self._host, self._port, lambda: _Wire(self))

    def _waiting(self, tap: Tap) -> set[Job]:
        return {asked[1] for asked in self._asked.values() if asked[0] is tap}

    # --- the wire ---------------------------------------------------------------------------------------------

    def reply(self, transaction: int, frame: bytes, start: int, stop: int) -> None:
        """One frame; `frame[start]` is the unit, the PDU follows."""
        asked = self._asked.get(transaction)
        if asked is None:
            self._stray(transaction)
            return
        tap, job, index, _, asked_us = asked
        now_us = self._clock.now_us()
        if frame[start] != tap.unit or not job.take(index, frame, start + 1, stop, now_us):
            tap.fault("unmatched")  # it still waits for the right one
            return
        del self._asked[transaction]
        tap.in_flight -= 1
        tap.heard = (asked_us, now_us)
        if tap.pacing_s:
            loop = asyncio.get_running_loop()
            tap.not_before = loop.time() + tap.pacing_s
            loop.call_at(tap.not_before, self.pump)
        job.left -= 1
        if not job.left and not job.done.done():
            job.done.set_result(None)

    def lost(self, wire: _Wire, why: str) -> None:
        """The connection ended: every user's link is lost."""
        if wire is self._wire:
            super().lost(wire, why)
            self._asked.clear()
            self._given_up.clear()

    def pump(self) -> None:
        """Send what may be sent: each unit in turn; more than one request at once only for a unit that is alone."""
        if self._wire is None:
            return
        now = asyncio.get_running_loop().time()
        frames: list[bytes] = []
        if len(self._taps) == 1:
            (alone,) = self._taps
            while alone.wants(now):
                frames.append(self._frame(alone, now))
        elif not self._asked and (tap := self._next(now)) is not None:
            frames.append(self._frame(tap, now))
        if frames:
            self._wire.send(b"".join(frames))

    def _frame(self, tap: Tap, now: float) -> bytes:
        job = tap.jobs[0]
        index = job.draw()
        if not job.has_more:
            tap.jobs.popleft()
        elif len(tap.jobs) > 1:
            tap.jobs.rotate(-1)  # a long read must not keep a short one waiting
        transaction = self._transaction = self._free(self._transaction)
        deadline = now + tap.timeout_s
        self._asked[transaction] = (tap, job, index, deadline, self._clock.now_us())
        if deadline < self._due:  # an alarm that rings too early looks again; one too late would keep others waiting
            self._set_alarm(deadline)
        tap.in_flight += 1
        request = job.requests[index]
        return _HEADER.pack(transaction, 0, len(request) + 1, tap.unit) + request

    def _free(self, last: int) -> int:
        """The next transaction number that nobody waits for."""
        number = (last + 1) & 0xFFFF
        while number in self._asked or number in self._given_up:
            number = (number + 1) & 0xFFFF
        return number

    # --- what goes wrong --------------------------------------------------------------------------------------

    def _stray(self, transaction: int) -> None:
        """A reply that nobody waits for: drained."""
        if transaction not in self._given_up:
            for tap in self._taps:
                tap.fault("unmatched")
            return
        tap = self._given_up.pop(transaction)
        if tap is not None:
            tap.fault("late")

    def _set_alarm(self, due: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._due = due
        self._alarm = None if due == inf else asyncio.get_running_loop().call_at(due, self._ring)

    def _ring(self) -> None:
        """Look for requests whose time is up. What came in before has been read: the loop reads before it rings."""
        self._set_alarm(inf)
        now = asyncio.get_running_loop().time()
        expired = [transaction for transaction, asked in self._asked.items() if asked[3] <= now + TICK_S]
        self._silent += bool(expired)
        for transaction in expired:
            asked = self._asked.get(transaction)
            if asked is not None:  # its job may have failed with the one before
                self._expire(transaction, asked)
        if self._is_dead() and self._wire is not None:
            self.lost(self._wire, "nothing is heard any more")
        self._set_alarm(min((asked[3] for asked in self._asked.values()), default=inf))
        self.pump()

    def _expire(self, transaction: int, asked: _Asked) -> None:
        """Ask once more, one at a time, where the unit has answered before; then its link is lost, not the cable."""
        tap, job, index, *_ = asked
        self._give_up(transaction, tap)
        if job.repeatable and tap.heard is not None and index not in job.tried:
            job.tried.add(index)
            tap.one_at_a_time("a request was not answered in time")
            if not job.has_more:
                tap.jobs.appendleft(job)
            job.again.append(index)
            return
        unmatched = tap.faults["unmatched"]
        more = f"; {unmatched} replies fitted no request" if unmatched else ""
        what = f"{tap.where} does not answer within {tap.timeout_s:g} s{more}"
        tap.heard = None  # from now on one question at a time, until it is heard again
        self._fail(tap, job, SilentError(what, code="modbus-timeout"))

    def _withdraw(self, tap: Tap, job: Job) -> None:
        if job in tap.jobs:
            tap.jobs.remove(job)
        for transaction in [number for number, asked in self._asked.items() if asked[1] is job]:
            self._give_up(transaction, None)

    def _give_up(self, transaction: int, late_for: Tap | None) -> None:
        """Nobody waits for it any more; should it come after all, it is known."""
        self._asked.pop(transaction)[0].in_flight -= 1
        self._given_up[transaction] = late_for
        if len(self._given_up) > _GIVEN_UP_MAX:
            del self._given_up[next(iter(self._given_up))]

    async def gone(self) -> None:
        """A socket that was cut is gone at once."""

    def _unplug(self) -> None:
        wire, self._wire = self._wire, None
        self._set_alarm(inf)
        if wire is not None:
            wire.cut()


class _Wire(Wire):
    """The socket: cuts the stream into frames."""

    def __init__(self, cable: Cable) -> None:
        self._cable = cable
        super().__init__()
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        cable = self._cable
        cable.heard()
        if self._rest:
            data = self._rest + data
        at, end = 0, len(data)
        while end - at >= 7:
            transaction, protocol, length, _ = _HEADER.unpack_from(data, at)
            if protocol or not _LENGTH[0] <= length <= _LENGTH[1]:
                cable.lost(self, "it sends what is no Modbus TCP")
                return
            stop = at + 6 + length
            if stop > end:
                break
            cable.reply(transaction, data, at + 6, stop)
            at = stop
        self._rest = data[at:]
        cable.pump()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._cable.lost(self, f"the connection broke: {exc}" if exc else "the device closed the connection")
