"""The connection to one S7 controller: what is in flight on it, what came late, and that it is lost when it is.

Every request has a reference number; a reply that comes after its time, or that fits no request, is drained and never
matched. After a request that was not answered in time one is sent at a time.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from typing import Final

from dovetail.core.clock import Clock
from dovetail.core.errors import LinkError
from dovetail.core.limits import CONNECT_TIMEOUT_S
from dovetail.drivers.s7 import frames
from dovetail.drivers.s7.frames import Reply
from dovetail.drivers.s7.options import S7Options
from dovetail.drivers.wire import Wire

log = logging.getLogger(__name__)

_GIVEN_UP_MAX: Final = 100  # references whose late reply would still be known; older ones count as unmatched
_TICK_S: Final = 0.001  # a loop's timer may ring this much early
_HEAD: Final = frames.TPKT.size + len(frames.DATA)  # before a message in its packet
_PDU_MIN: Final = 112  # less than this no controller agrees to


class Job(ABC):
    """Requests that belong together, each (parameters, data); done when each has its reply."""

    def __init__(self, requests: Sequence[tuple[bytes, bytes]], *, repeatable: bool) -> None:
        self.requests = requests
        self.repeatable = repeatable  # reads are, writes are not
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.left = len(requests)
        self.waiting = deque(range(len(requests)))  # not sent, or to be sent again
        self.tried: frozenset[int] = frozenset()

    @abstractmethod
    def take(self, index: int, reply: Reply, received_us: int) -> bool:
        """Keep the reply to request `index`; False when it is no answer to it."""


class _Setup(Job):
    """The first question: how much may be asked at once."""

    def __init__(self, window: int, pdu: int) -> None:
        super().__init__([(frames.setup(window, pdu), b"")], repeatable=False)
        self.agreed = (1, 0)

    def take(self, index: int, reply: Reply, received_us: int) -> bool:
        agreed = frames.agreed(reply)
        if agreed is None:
            return False
        self.agreed = agreed
        return True


type _Asked = tuple[Job, int, float, int]  # of which job the n-th request, deadline (loop), asked (µs UTC)


class Link:
    """One TCP connection; it ends once and for all, a new one is another Link."""

    def __init__(self, options: S7Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self.where = options.where()
        self.pdu = 0  # bytes of the longest message, as agreed
        self.window = 1
        self.heard: tuple[int, int] | None = None  # (asked, answered) of the last reply, µs UTC
        self._wire: _Wire | None = None
        self._jobs: deque[Job] = deque()
        self._asked: dict[int, _Asked] = {}  # in the order of their deadlines: all have the same time
        self._given_up: dict[int, str] = {}  # reference → why
        self._reference = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._unmatched = 0
        self._lost = ""

    # --- its life -----------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect on all three layers. Raises LinkError."""
        wire = await self._connect()
        try:
            async with asyncio.timeout(self._options.timeout_s):
                if not frames.is_confirmed(await wire.handshake(frames.connect_request(*self._options.tsaps()))):
                    raise self.refused()
        except TimeoutError as error:
            raise self._silent("takes no S7 connection") from error
        asked = _Setup(self._options.window, self._options.pdu)
        await self.exchange(asked)
        window, pdu = asked.agreed
        if pdu < _PDU_MIN:
            raise LinkError(f"{self.where} agrees to messages of {pdu} bytes only", code="s7-setup")
        self.pdu = min(pdu, self._options.pdu)
        self.window = max(1, min(window, self._options.window))

    def close(self) -> None:
        """Leave nothing behind; what still waits is told."""
        self.lost("it was closed")

    async def exchange(self, job: Job) -> None:
        """Send a job's requests in turn with the others and wait for all replies. Raises LinkError."""
        if self._wire is None:
            raise LinkError(f"{self.where}: {self._lost or 'not connected'}", code="s7-lost")
        if not job.left:
            return
        self._jobs.append(job)
        self.pump()
        try:
            await job.done
        except asyncio.CancelledError:
            self._withdraw(job)
            self.pump()
            raise

    async def _connect(self) -> _Wire:
        host, port = self._options.host, self._options.port
        loop = asyncio.get_running_loop()
        self._wire = wire = _Wire(self)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await loop.create_connection(lambda: wire, host, port)
        except TimeoutError as error:
            what = f"{host}:{port} does not accept a connection within {CONNECT_TIMEOUT_S:.0f} s"
            raise LinkError(what, code="s7-connect") from error
        except socket.gaierror as error:
            raise LinkError(f"there is no host {host}", code="s7-connect", hint="check `host`") from error
        except ConnectionRefusedError as error:
            hint = "is it on, and is this the CPU or its Ethernet module?"
            raise LinkError(f"{host}:{port} refuses the connection", code="s7-connect", hint=hint) from error
        except OSError as error:
            raise LinkError(f"{host}:{port} cannot be reached: {error}", code="s7-connect") from error
        return wire

    def refused(self) -> LinkError:
        """The controller accepts the socket and not what is to run over it."""
        hint = "check rack and slot; or all connections of its kind are taken: try `connection: pg` or `s7`"
        return LinkError(f"{self.where} refuses the S7 connection", code="s7-refused", hint=hint)

    def _silent(self, what: str) -> LinkError:
        more = f"; {self._unmatched} replies fitted no request" if self._unmatched else ""
        return LinkError(f"{self.where} {what} within {self._options.timeout_s:g} s{more}", code="s7-timeout")

    # --- the wire -----------------------------------------------------------------------------------------------

    def reply(self, pdu: bytes) -> None:
        """One S7 message."""
        found = frames.parse(pdu)
        if found is None:
            self.lost("it sends what is no S7 message")
            return
        asked = self._asked.get(found.reference)
        if asked is None:
            self._stray(found.reference)
            return
        job, index, _, asked_us = asked
        now_us = self._clock.now_us()
        if not job.take(index, found, now_us):
            self._fault("a reply fitted no request")  # it still waits for the right one
            return
        del self._asked[found.reference]
        self.heard = (asked_us, now_us)
        job.left -= 1
        if not job.left and not job.done.done():
            job.done.set_result(None)

    def pump(self) -> None:
        """Send what may be sent, each job in turn."""
        messages = b""
        while self._jobs and len(self._asked) < self.window:
            job = self._jobs.popleft()
            index = job.waiting.popleft()
            if job.waiting:
                self._jobs.append(job)  # a long read must not keep a short one waiting
            messages += self._message(job, index)
        if messages and self._wire is not None:
            self._wire.send(messages)

    def _message(self, job: Job, index: int) -> bytes:
        reference = (self._reference + 1) & 0xFFFF
        while reference in self._asked or reference in self._given_up:
            reference = (reference + 1) & 0xFFFF
        self._reference = reference
        deadline = asyncio.get_running_loop().time() + self._options.timeout_s
        self._asked[reference] = (job, index, deadline, self._clock.now_us())
        if self._alarm is None:
            self._set_alarm()
        return frames.message(reference, *job.requests[index])

    # --- what goes wrong ----------------------------------------------------------------------------------------

    def lost(self, why: str) -> None:
        """The connection ended: everybody who waits is told."""
        wire, self._wire = self._wire, None
        if wire is None:
            return
        self._lost = why
        wire.cut()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        jobs = {asked[0] for asked in self._asked.values()} | set(self._jobs)
        self._asked.clear()
        self._jobs.clear()
        for job in jobs:
            self._fail(job, LinkError(f"{self.where}: {why}", code="s7-lost"))

    def _stray(self, reference: int) -> None:
        """A reply that nobody waits for: drained."""
        why = self._given_up.pop(reference, "a reply fitted no request")
        if why:
            self._fault(why)

    def _fault(self, what: str) -> None:
        self._unmatched += what == "a reply fitted no request"
        if self.window > 1:
            self.window = 1
            log.warning("%s: %s; from now on one request at a time", self.where, what)

    def _set_alarm(self) -> None:
        loop = asyncio.get_running_loop()
        due = next(iter(self._asked.values()))[2] if self._asked else None
        self._alarm = None if due is None else loop.call_at(due, self._ring)

    def _ring(self) -> None:
        """Look for requests whose time is up. What came in before has been read: the loop reads before it rings."""
        now = asyncio.get_running_loop().time()
        for reference, asked in list(self._asked.items()):
            if asked[2] <= now + _TICK_S and reference in self._asked:
                self._expire(reference, asked)
        self._set_alarm()
        self.pump()

    def _expire(self, reference: int, asked: _Asked) -> None:
        """Ask once more, one at a time, where the controller has answered before; then the link is lost."""
        job, index, *_ = asked
        self._give_up(reference, "a reply came late")
        if job.repeatable and self.heard is not None and index not in job.tried:
            job.tried |= {index}
            self._fault("a request was not answered in time")
            if not job.waiting:
                self._jobs.appendleft(job)
            job.waiting.append(index)
            return
        self._withdraw(job)
        self._fail(job, self._silent("does not answer"))

    def _fail(self, job: Job, error: LinkError) -> None:
        if not job.done.done():
            job.done.set_exception(error)

    def _withdraw(self, job: Job) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
        for reference in [number for number, asked in self._asked.items() if asked[0] is job]:
            self._give_up(reference, "")  # no fault of the controller's, should it come

    def _give_up(self, reference: int, why: str) -> None:
        del self._asked[reference]
        self._given_up[reference] = why
        if len(self._given_up) > _GIVEN_UP_MAX:
            del self._given_up[next(iter(self._given_up))]


class _Wire(Wire):
    """The socket: cuts the stream into packets, and joins messages that came in several."""

    def __init__(self, link: Link) -> None:
        self._link = link
        super().__init__()
        self._rest = b""
        self._begun = b""  # of a message whose last part has not come
        self._first: asyncio.Future[bytes] | None = None

    async def handshake(self, request: bytes) -> bytes:
        """Send the transport's own question and wait for the packet that answers it. Raises LinkError."""
        if self._transport is None:  # it went away at once
            raise self._link.refused()
        self._first = asyncio.get_running_loop().create_future()
        self.send(request)
        try:
            return await self._first
        finally:
            self._first = None

    def cut(self) -> None:
        super().cut()
        if self._first is not None and not self._first.done():
            self._first.set_exception(self._link.refused())

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        at, end = 0, len(data)
        while end - at >= frames.TPKT.size:
            version, _, length = frames.TPKT.unpack_from(data, at)
            if version != 3 or not 7 <= length <= frames.FRAME_MAX:
                self._link.lost("it sends what is no S7 message")
                return
            if at + length > end:
                break
            if data.startswith(frames.DATA, at + frames.TPKT.size) and not self._begun and self._first is None:
                self._link.reply(data[at + _HEAD : at + length])  # a message in one packet, as nearly all are
            else:
                self._packet(data[at + frames.TPKT.size : at + length])
            if self._transport is None:
                return
            at += length
        self._rest = data[at:]
        self._link.pump()

    def _packet(self, packet: bytes) -> None:
        if self._first is not None:
            if not self._first.done():
                self._first.set_result(packet)
        elif packet[1] == 0x80:
            self._link.lost("the controller ended the connection")
        elif packet[:2] != b"\x02\xf0" or len(self._begun) > frames.FRAME_MAX:
            self._link.lost("it sends what is no S7 message")
        elif packet[2] & 0x80:
            message, self._begun = self._begun + packet[3:], b""
            self._link.reply(message)
        else:
            self._begun += packet[3:]

    def connection_lost(self, exc: Exception | None) -> None:
        self._link.lost(f"the connection broke: {exc}" if exc else "the controller closed the connection")
