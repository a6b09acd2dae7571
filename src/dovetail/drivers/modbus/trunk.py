"""What carries requests to a Modbus device, and is shared by all units on it: a connection to a gateway, a serial line.

Its users take turns. A unit that does not answer costs only itself its link: the trunk goes on for the others, unless
nobody at all is heard on it any more.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Literal

from dovetail.core.clock import Clock
from dovetail.core.errors import LinkError
from dovetail.core.limits import CONNECT_TIMEOUT_S
from dovetail.drivers.wire import Wire

log = logging.getLogger(__name__)

TICK_S: Final = 0.001  # a loop's timer may ring this much early
SILENT_MAX: Final = 3  # timeouts in a row with not one byte heard: the connection itself is dead

type Fault = Literal["late", "unmatched"]
_FAULTS: Final[dict[Fault, str]] = {"late": "a reply came late", "unmatched": "a reply fitted no request"}


class Job(ABC):
    """Requests of one unit that belong together; done when each has its reply. Reads are repeatable, writes are not."""

    def __init__(self, requests: Sequence[bytes], *, repeatable: bool) -> None:
        self.requests = requests
        self.repeatable = repeatable
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sent = 0
        self.left = len(requests)
        self.again: list[int] = []  # timed out once, to be asked again
        self.tried: set[int] = set()

    @abstractmethod
    def take(self, index: int, reply: bytes, start: int, stop: int, received_us: int) -> bool:
        """Keep the PDU `reply[start:stop]` of request `index`; False when it is no answer to it."""

    @property
    def has_more(self) -> bool:
        return bool(self.again) or self.sent < len(self.requests)

    def draw(self) -> int:
        """The next request to send."""
        if self.again:
            return self.again.pop()
        self.sent += 1
        return self.sent - 1


class Tap:
    """One unit's way into the cable. `window` is how many of its requests may be in flight."""

    def __init__(self, unit: int, *, where: str, timeout_s: float, window: int, pacing_s: float) -> None:
        self.unit = unit
        self.where = where
        self.timeout_s = timeout_s
        self.window = window
        self.pacing_s = pacing_s
        self.jobs: deque[Job] = deque()  # those with something left to send, in turn
        self.in_flight = 0
        self.not_before = 0.0
        self.heard: tuple[int, int] | None = None  # (asked, answered) of the last reply, µs UTC
        self.faults: dict[Fault, int] = {"late": 0, "unmatched": 0}
        self.wire: Wire | None = None

    def wants(self, now: float) -> bool:
        """Whether it has something to send and may."""
        return bool(self.jobs) and self.in_flight < self.window and self.not_before <= now + TICK_S

    def fault(self, what: Fault) -> None:
        """A reply out of order: drained, counted, and from now on one request at a time."""
        self.faults[what] += 1
        self.one_at_a_time(_FAULTS[what])

    def one_at_a_time(self, why: str) -> None:
        """Give up asking ahead, and say so once."""
        if self.window > 1:
            self.window = 1
            log.warning("%s: %s; from now on one request at a time", self.where, why)


class Trunk[W: Wire](ABC):
    """Users in turn on one wire. `forget` is called when the last user has left."""

    def __init__(self, *, clock: Clock, forget: Callable[[], None]) -> None:
        self._clock = clock
        self._forget = forget
        self._connecting = asyncio.Lock()
        self._wire: W | None = None
        self._users = 0
        self._taps: deque[Tap] = deque()
        self._silent = 0

    # --- what a kind of trunk does in its own way ---------------------------------------------------------------

    @abstractmethod
    async def _connect(self) -> W:
        """A wire that stands. Raises LinkError."""

    @abstractmethod
    def pump(self) -> None:
        """Send what may be sent."""

    @abstractmethod
    def _waiting(self, tap: Tap) -> set[Job]:
        """The jobs of which a request is in flight."""

    @abstractmethod
    def _withdraw(self, tap: Tap, job: Job) -> None:
        """Nobody waits for this job any more."""

    @abstractmethod
    def _unplug(self) -> None:
        """The wire is gone: nothing is in flight on it."""

    # --- users --------------------------------------------------------------------------------------------------

    async def join(self, tap: Tap) -> None:
        """Become a user; connects when nobody has yet. Raises LinkError."""
        self._users += 1
        try:
            async with self._connecting:
                if self._wire is None:
                    self._wire = await self._connect()
                    self._silent = 0
            tap.wire = self._wire
            self._taps.append(tap)
        except BaseException:
            self._one_less()
            raise

    def leave(self, tap: Tap) -> None:
        """Go away; what this unit still waits for is withdrawn. Safe to call twice."""
        if tap not in self._taps:
            return
        self._taps.remove(tap)
        self._fail_all(tap, " was closed", code="modbus-closed")
        self._one_less()
        self.pump()

    @abstractmethod
    async def gone(self) -> None:
        """Wait until what was cut is closed."""

    async def exchange(self, tap: Tap, job: Job) -> None:
        """Send a job's requests in turn with the others and wait for all replies. Raises LinkError."""
        if tap.wire is None or tap.wire is not self._wire:
            raise LinkError(f"{tap.where} has lost its connection", code="modbus-lost")
        if not job.left:
            return
        tap.jobs.append(job)
        self.pump()
        try:
            await job.done
        except asyncio.CancelledError:
            self._withdraw(tap, job)
            self.pump()
            raise

    def heard(self) -> None:
        """Something came: the connection lives."""
        self._silent = 0

    def lost(self, wire: W, why: str) -> None:
        """The connection ended: every user's link is lost."""
        if wire is not self._wire:
            return
        for tap in self._taps:
            self._fail_all(tap, f": {why}", code="modbus-lost")
        self._unplug()

    def _one_less(self) -> None:
        self._users -= 1
        if self._users == 0:
            self._unplug()
            self._forget()

    def _is_dead(self) -> bool:
        """Whether nobody has been heard for too long."""
        return self._silent >= max(SILENT_MAX, 2 * len(self._taps)) and self._wire is not None

    def _fail_all(self, tap: Tap, what: str, *, code: str) -> None:
        for job in self._waiting(tap) | set(tap.jobs):
            self._fail(tap, job, LinkError(tap.where + what, code=code))

    def _fail(self, tap: Tap, job: Job, error: LinkError) -> None:
        self._withdraw(tap, job)
        if not job.done.done():
            job.done.set_exception(error)

    def _next(self, now: float) -> Tap | None:
        """Whose turn it is."""
        for _ in range(len(self._taps)):
            tap = self._taps[0]
            self._taps.rotate(-1)
            if tap.wants(now):
                return tap
        return None


async def connect_tcp[W: asyncio.Protocol](host: str, port: int, make: Callable[[], W]) -> W:
    """A socket to a device or gateway. Raises LinkError that says what is wrong with the way to it."""
    where = f"{host}:{port}"
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            _, wire = await asyncio.get_running_loop().create_connection(make, host, port)
    except TimeoutError as error:
        what = f"{where} does not accept a connection within {CONNECT_TIMEOUT_S:.0f} s"
        raise LinkError(what, code="modbus-connect") from error
    except socket.gaierror as error:
        raise LinkError(f"there is no host {host}", code="modbus-connect", hint="check `host`") from error
    except ConnectionRefusedError as error:
        hint = "is it on, and is Modbus TCP enabled? Many devices bear only one client"
        raise LinkError(f"{where} refuses the connection", code="modbus-connect", hint=hint) from error
    except OSError as error:
        raise LinkError(f"{where} cannot be reached: {error}", code="modbus-connect") from error
    return wire
