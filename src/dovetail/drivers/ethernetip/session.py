"""pylogix' session with a Logix controller, in a thread of its own: it waits there, and nobody waits for it for ever.

pylogix knows how controllers of many ages are connected to: the session, the large and the small connection, routes,
Micro800. What it lacks is added here: an answer comes whole, belongs to its question and has an end, and a refusal
keeps its number. After any fault the socket is closed and never used again, so no late answer can be mistaken.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import Any, Final

from pylogix.lgx_comm import Connection

from dovetail.core.clock import SECOND_US, Clock
from dovetail.core.errors import LinkError
from dovetail.core.limits import CONNECT_TIMEOUT_S
from dovetail.drivers.ethernetip import messages
from dovetail.drivers.ethernetip.messages import Answer
from dovetail.drivers.ethernetip.options import SMALL, EthernetIpOptions, Hop, hops

FRAME_MAX: Final = 8_192  # longer than any controller sends: such a length is garbage
STRAYS_MAX: Final = 16  # answers to other questions that are passed over before the link is given up
GOODBYE_S: Final = 1.0  # a controller has few connections: it is told that one is free, but not waited for
NET_S: Final = 1.0  # beyond the socket's own time-outs: a thread that takes longer hangs
HUNG_MAX: Final = 8  # threads of one process that hang (in a name look-up) before no more are begun
_HEAD: Final = struct.Struct("<HHII8sI")  # command, length, session, status, context, options
_UNIT_DATA: Final = b"\x70\x00"
_CONNECTED: Final = b"\x02\x00\xa1\x00\x04\x00"  # two items, the first the connection's address
_hung: set[threading.Thread] = set()


@dataclass(frozen=True, slots=True)
class _Target:
    """What pylogix' connection asks of whom it belongs to; the names are pylogix' own."""

    IPAddress: str
    Port: int
    ProcessorSlot: int
    Micro800: bool
    Route: list[Hop] | None
    SocketTimeout: float


class _Connection(Connection):
    """pylogix' connection; everything of it runs in the link's thread but `drop`."""

    def __init__(self, target: _Target, clock: Clock, *, timeout_s: float) -> None:
        super().__init__(target)
        self.msg_socket.close()  # for messages from controllers, which are not listened for
        self._clock = clock
        self.timeout_s = timeout_s
        self.fault = ""
        self.last = b""

    def ask(self, request: bytes) -> bytes:
        """The answer to one CIP request over the open connection. Raises OSError; the connection is then closed."""
        frame: bytes = self._build_eip_header(request)
        due_us = self._due_us()
        try:
            self.Socket.sendall(frame)
        except OSError as error:
            self._failed(error)
            raise
        for _ in range(STRAYS_MAX):
            reply = self.receive_data(due_us)
            if reply is None:
                raise OSError(self.fault)
            if reply[:2] == _UNIT_DATA and reply[30:36] == _CONNECTED and reply[44:46] == frame[44:46]:
                return reply[46:]
        self._failed(OSError("it answers what was not asked"))
        raise OSError(self.fault)

    def receive_data(self, due_us: int | None = None) -> bytes | None:
        """One whole frame; None when none came in time, and the socket is then closed (pylogix asks for it so)."""
        due_us = self._due_us() if due_us is None else due_us
        self.last = b""
        try:
            head = self._exactly(_HEAD.size, due_us)
            _, length, _, status, _, _ = _HEAD.unpack(head)
            if length > FRAME_MAX:
                raise OSError("it sends what is no EtherNet/IP")
            frame = head + self._exactly(length, due_us)
            if status:
                raise OSError(f"it refuses the question: session status 0x{status:04X}")
        except (OSError, ValueError) as error:
            self._failed(error)
            return None
        self.last = frame
        return frame

    def drop(self) -> None:
        """Close the socket at once, from whichever thread: who waits in it is woken."""
        self.SocketConnected = False
        with suppress(OSError):
            self.Socket.shutdown(socket.SHUT_RDWR)
        self.Socket.close()

    def _due_us(self) -> int:
        return self._clock.monotonic_us() + round(self.timeout_s * SECOND_US)

    def _exactly(self, size: int, due_us: int) -> bytes:
        parts: list[bytes] = []
        while size:
            left_us = due_us - self._clock.monotonic_us()
            if left_us <= 0:
                raise TimeoutError
            self.Socket.settimeout(left_us / SECOND_US)
            part = self.Socket.recv(size)
            if not part:
                raise OSError("the controller closed the connection")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _failed(self, error: Exception) -> None:
        silent = isinstance(error, TimeoutError)
        self.fault = f"it does not answer within {self.timeout_s:g} s" if silent else str(error)
        self.drop()


class _Speaker:
    """A thread that does one thing after the other; who asked may go away, and the answer is then thrown away."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def do[T](self, work: Callable[[], T]) -> T:
        """Do `work` in the thread."""
        done: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put((work, done))
        return await done

    async def end(self, within_s: float) -> None:
        """Let it end; one that does not is counted among the hung."""
        self._jobs.put(None)
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await asyncio.shield(self._ended)
            self._thread.join()  # it has said its last word
            return
        _hung.add(self._thread)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, done = job
            if done.cancelled():
                continue
            try:
                settle = partial(_settle, done, work(), None)
            except Exception as error:  # it belongs to who asked
                settle = partial(_settle, done, None, error)
            if not self._tell(settle):
                return
        self._tell(partial(_settle, self._ended, None, None))

    def _tell(self, what: Callable[[], None]) -> bool:
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:  # the loop is gone, and everybody in it
            return False
        return True


def _settle(done: asyncio.Future[Any], result: object, error: Exception | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(result)
    else:
        done.set_exception(error)


class Link:
    """One connection to one controller; it ends once and for all, a new one is another Link."""

    def __init__(self, options: EthernetIpOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self.where = options.where()
        self.size = 0  # bytes of the longest message, as agreed
        self.heard: tuple[int, int] | None = None  # (asked, answered) of the last answer, µs UTC
        self._turn = asyncio.Lock()
        self._speaker: _Speaker | None = None
        self._connection: _Connection | None = None
        self._lost = ""

    async def open(self) -> None:
        """Connect: socket, session and a connection to the controller itself. Raises LinkError."""
        _hung.difference_update([thread for thread in _hung if not thread.is_alive()])
        if len(_hung) >= HUNG_MAX:
            hint = "name look-ups of other links hang: use an IP address"
            raise LinkError(f"{len(_hung)} links wait for an answer that does not come", code="eip-hung", hint=hint)
        self._speaker = _Speaker(f"eip {self._options.host}")
        within_s = CONNECT_TIMEOUT_S + 4 * self._options.timeout_s + NET_S
        self._connection = await self._in_thread(self._connect, within_s)
        self.size = self._connection.ConnectionSize or SMALL

    async def close(self) -> None:
        """Leave nothing behind, neither here nor in the controller."""
        self._lost = self._lost or "it was closed"
        speaker, self._speaker = self._speaker, None
        connection, self._connection = self._connection, None
        if speaker is None:
            return
        try:
            if connection is not None and connection.SocketConnected:
                async with asyncio.timeout(GOODBYE_S):
                    await speaker.do(partial(_say_goodbye, connection))
        except TimeoutError:
            pass
        finally:
            if connection is not None:
                connection.drop()
            await speaker.end(NET_S)

    async def ask(self, request: bytes) -> bytes:
        """The answer to one CIP request, in turn with the others. Raises LinkError."""
        async with self._turn:
            connection = self._connection
            if connection is None or self._lost:
                raise LinkError(f"{self.where}: {self._lost or 'not connected'}", code="eip-lost")
            asked_us = self._clock.now_us()
            reply = await self._in_thread(partial(connection.ask, request), 2 * self._options.timeout_s + NET_S)
            self.heard = (asked_us, self._clock.now_us())
            return reply

    async def service(self, request: bytes) -> Answer:
        """One service's answer. Raises LinkError, also for bytes that are none."""
        found = messages.parse(await self.ask(request))
        if found is None or found.service != request[0]:
            raise self.garbled()
        return found

    def garbled(self) -> LinkError:
        """It does not speak as it should: the connection is of no use any more."""
        return self._end("it answers what is no answer to the question")

    async def _in_thread[T](self, work: Callable[[], T], within_s: float) -> T:
        assert self._speaker is not None
        try:
            async with asyncio.timeout(within_s):
                return await self._speaker.do(work)
        except TimeoutError as error:
            raise self._end(f"its thread hangs for {within_s:g} s", error) from error
        except (OSError, struct.error, IndexError) as error:
            raise self._end(str(error), error) from error

    def _end(self, why: str, error: Exception | None = None) -> LinkError:
        self._lost = why
        if self._connection is not None:
            self._connection.drop()
        return LinkError(f"{self.where}: {why}", code="eip-lost", hint=getattr(error, "hint", None))

    # --- in the thread ------------------------------------------------------------------------------------------

    def _connect(self) -> _Connection:
        options = self._options
        target = _Target(
            IPAddress=_looked_up(options.host, options.port),
            Port=options.port,
            ProcessorSlot=options.slot,
            Micro800=options.micro800,
            Route=None if options.route is None else hops(options.route),
            SocketTimeout=CONNECT_TIMEOUT_S,
        )
        connection = _Connection(target, self._clock, timeout_s=options.timeout_s)
        connection.ConnectionSize = options.message
        try:
            connected, why = connection.connect()
        except OSError as error:
            connected, why = False, error
        if connected and not self._lost:
            return connection
        fault = _refusal(connection, why, options)
        connection.close()
        connection.drop()
        raise fault


class _NotOpenedError(OSError):
    """Why no connection came about, and what a person may look at."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


def _looked_up(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise _NotOpenedError(f"there is no host {host}", "check `host`; EtherNet/IP knows IPv4 only") from error
    return str(found[0][4][0])


def _refusal(connection: _Connection, why: object, options: EthernetIpOptions) -> _NotOpenedError:
    """What kept the connection from coming about: nobody there, no session, or no way to the controller."""
    place = f"{options.host}:{options.port}"
    if isinstance(why, ConnectionRefusedError):
        return _NotOpenedError(f"{place} refuses the connection", "is it on, and does it speak EtherNet/IP?")
    if isinstance(why, TimeoutError) and not connection.fault:
        what = f"{place} does not accept a connection within {CONNECT_TIMEOUT_S:.0f} s"
        return _NotOpenedError(what, "IP address, cable, firewall")
    if isinstance(why, OSError) and not connection.fault:
        return _NotOpenedError(f"{place} cannot be reached: {why}", "IP address, cable, firewall")
    answer = messages.parse(connection.last[40:])
    if answer is not None and answer.code:
        hint = "check `slot` or `route`; or all connections of the controller are taken"
        return _NotOpenedError(f"it refuses the connection: {messages.said(answer.code)}", hint)
    return _NotOpenedError(connection.fault or "it opens no session", "does it speak EtherNet/IP at this port?")


def _say_goodbye(connection: _Connection) -> None:
    connection.timeout_s = GOODBYE_S / 2
    connection.close()
