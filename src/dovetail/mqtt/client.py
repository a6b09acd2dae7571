"""One connection to one broker: messages in order, answers to what was asked, and a loss that is told once.

It never reconnects by itself. There is no queue between the socket and who listens: what is read is handed over in the
same step, and a message with QoS 1 is acknowledged only after that. Whoever cannot take more says `hold`: then the
socket is not read, and TCP stalls the broker.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Literal

from dovetail.core.errors import ConfigError, DovetailError, LinkError
from dovetail.core.limits import CONNECT_TIMEOUT_S
from dovetail.mqtt import packets as p
from dovetail.mqtt.stream import Message, Stream

PACKET_MAX: Final = 4_000_000  # bytes; a birth of 50,000 metrics. More is a broken or hostile broker
IN_FLIGHT_MAX: Final = 1_000  # messages with QoS 1 that we let be on their way
EARLY_MAX: Final = 10_000  # messages of a resumed session that came before anybody listens
FILTERS_PER_PACKET: Final = 100  # brokers in the cloud bear no more, and a packet stays short
UNSENT_MAX: Final = 1_000_000  # bytes that the broker does not take; it is dead or hostile
SILENT_S: Final = 1.5  # without one byte after a question: a half-open link is known within 3 s
STALLED_S: Final = 0.3  # a timeout that came this much late was late itself: what we wait for may lie in the socket
GOODBYE_S: Final = 0.5

# What a person must mend: asking faster only fills the broker's log (3.1.1 §3.2.2.3, 5 §3.2.2.2).
_REFUSED: Final[dict[int, str]] = {
    1: "does not speak this version of MQTT", 2: "does not accept our client id", 4: "knows no such user or password",
    5: "does not let us in", 0x84: "does not speak this version of MQTT", 0x85: "does not accept our client id",
    0x86: "knows no such user or password", 0x87: "does not let us in", 0x8A: "has banned us",
    0x8C: "wants another way to sign in", 0x9C: "wants us to use another broker", 0x9D: "has moved",
}  # fmt: skip
_BYE: Final[dict[int, str]] = {
    0x87: "does not let us any more",
    0x8B: "shuts down",
    0x8D: "heard nothing from us",
    0x8E: "let another client take over our client id",
    0x93: "says that too much is on its way at once",
    0x95: "says that a packet was too large",
    0x97: "says that a quota is used up",
    0x98: "was told to drop us",
    0x9C: "wants us to use another broker",
}


class Client(asyncio.Protocol):
    """Made by `connect`. `lost` ends with the reason when the connection does."""

    def __init__(self, hello: p.Hello, where: str) -> None:
        loop = asyncio.get_running_loop()
        self.where = where
        self.session_present = False
        self.lost: asyncio.Future[None] = loop.create_future()
        self.lost.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._loop = loop
        self._hello = hello
        self._version: p.Version = hello.version
        self._stream = Stream(
            packet_max=PACKET_MAX,
            on_messages=self._arrived,
            on_control=self._control,
            version=hello.version,
        )
        self._transport: asyncio.Transport | None = None
        self._welcome: asyncio.Future[p.Welcome] = loop.create_future()
        self._welcome.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._pings: deque[asyncio.Future[None]] = deque()
        self._asked: dict[int, asyncio.Future[bytes]] = {}  # packet id → what SUBACK or PUBACK says
        self._number = 0
        self._listener: Callable[[list[Message]], None] | None = None
        self._early: list[Message] = []
        self._bytes = 0
        self._is_held = False
        self._turns = 0  # how often reading stopped or went on

    # --- what is asked of it ----------------------------------------------------------------------------------

    def listen(self, on_messages: Callable[[list[Message]], None]) -> None:
        """Hand messages over from now on, first those that are here already. Called in the loop, must not block."""
        self._listener = on_messages
        early, self._early = self._early, []
        if early:
            self._arrived(early)

    async def subscribe(self, filters: Sequence[tuple[str, int]]) -> list[int]:
        """Ask for topics, each with a QoS; one code a filter, from 0x80 on it was refused."""
        codes: list[int] = []
        for start in range(0, len(filters), FILTERS_PER_PACKET):
            part = filters[start : start + FILTERS_PER_PACKET]
            said = await self._ask(lambda number, part=part: p.subscribe(number, part, self._version))
            if len(said) != len(part):
                raise self._fail(p.MalformedError(f"{self.where} answers {len(said)} of {len(part)} subscriptions"))
            codes += said
        return codes

    async def publish(self, topic: str, payload: bytes, *, qos: Literal[0, 1], retain: bool = False) -> int:
        """Send a message; at QoS 1 returns when the broker has it, with its reason code (0: all is well)."""
        if qos == 0:
            self._send(p.publish(topic, payload, version=self._version, retain=retain))
            return 0
        said = await self._ask(
            lambda number: p.publish(topic, payload, version=self._version, packet_id=number, retain=retain)
        )
        return said[0] if said else 0

    def say(self, topic: str, payload: bytes, *, qos: Literal[0, 1] = 0, retain: bool = False) -> None:
        """Send a message without waiting for its acknowledgement. Nothing happens when the link is lost."""
        if not self.lost.done():
            number = self._next_number() if qos else 0
            self._send(p.publish(topic, payload, version=self._version, packet_id=number, retain=retain))

    async def ping(self) -> None:
        """Ask for a sign of life: everything the broker sent before its answer is here when this returns.

        A long answer is no silence: LinkError only when not one byte came for SILENT_S in which we read.
        """
        answered: asyncio.Future[None] = self._loop.create_future()
        self._pings.append(answered)
        self._send(bytes((p.PINGREQ, 0)))
        heard, asked_s = (self._bytes, self._turns), self._loop.time()
        while True:
            await asyncio.wait({answered, self.lost}, timeout=SILENT_S, return_when=asyncio.FIRST_COMPLETED)
            if answered.done():
                return answered.result()
            if self.lost.done():
                return self.lost.result()
            stalled = self._loop.time() - asked_s > SILENT_S + STALLED_S
            if (self._bytes, self._turns) == heard and not stalled and not self._is_held:
                raise self._fail(LinkError(f"{self.where} does not answer within {SILENT_S} s", code="mqtt-silent"))
            heard, asked_s = (self._bytes, self._turns), self._loop.time()

    def hold(self) -> None:
        """Read nothing more until `go_on`: what the broker sends waits in its own memory."""
        self._is_held = True
        self._turns += 1
        if self._transport is not None:
            self._transport.pause_reading()

    def go_on(self) -> None:
        """Read again."""
        self._is_held = False
        self._turns += 1
        if self._transport is not None:
            self._transport.resume_reading()

    async def close(self) -> None:
        """Say goodbye, so that no will is said, then drop the socket. Never raises; safe to call twice."""
        transport, self._transport = self._transport, None
        if transport is None:
            return
        if not self.lost.done():
            transport.write(p.disconnect(self._version))
            transport.close()
            await asyncio.wait({self.lost}, timeout=GOODBYE_S)
        transport.abort()

    def drop(self) -> None:
        """Go without a goodbye: the broker says our will."""
        if self._transport is not None:
            self._transport.abort()

    # --- inside -----------------------------------------------------------------------------------------------

    async def welcome(self) -> p.Welcome:
        """The broker's answer to our CONNECT; the connection's end is an answer too."""
        await asyncio.wait({self._welcome, self.lost}, return_when=asyncio.FIRST_COMPLETED)
        if not self._welcome.done():
            self.lost.result()
        said = self._welcome.result()
        if said.code:
            words = _REFUSED.get(said.code)
            reason = said.properties.get(p.REASON) or said.properties.get(p.SERVER_REFERENCE)
            hint = str(reason) if reason else None
            if words is not None:
                raise ConfigError(f"{self.where} {words}", code="mqtt-refused", hint=hint)
            raise LinkError(f"{self.where} is not available (code {said.code})", code="mqtt-unavailable", hint=hint)
        self.session_present = said.session_present
        return said

    async def _ask(self, make: Callable[[int], bytes]) -> bytes:
        """Send a packet with a number and wait for its acknowledgement."""
        number = self._next_number()
        answer: asyncio.Future[bytes] = self._loop.create_future()
        self._asked[number] = answer
        try:
            self._send(make(number))
            await asyncio.wait({answer, self.lost}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                self.lost.result()
            return answer.result()
        finally:
            self._asked.pop(number, None)

    def _next_number(self) -> int:
        """A packet number that no question waits for."""
        while True:
            self._number = self._number % 0xFFFF + 1
            if self._number not in self._asked:
                return self._number

    def _send(self, data: bytes) -> None:
        if self.lost.done():
            self.lost.result()
        if self._transport is None:
            raise LinkError(f"{self.where} is not connected", code="mqtt-closed")
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > UNSENT_MAX:
            self._fail(LinkError(f"{self.where} takes nothing any more", code="mqtt-stuck"))

    def _fail(self, error: DovetailError) -> DovetailError:
        """The connection is of no use any more."""
        if not self.lost.done():
            self.lost.set_exception(error)
        if self._transport is not None:
            self._transport.abort()
        return error

    def _arrived(self, messages: list[Message]) -> None:
        if self._listener is None:
            self._early += messages
            if len(self._early) > EARLY_MAX:
                self._fail(LinkError(f"{self.where} sends {EARLY_MAX} messages unasked", code="mqtt-flood"))
            return
        self._listener(messages)
        owed = [p.acknowledge(p.PUBACK, number) for _, _, _, number in messages if number]
        if owed and self._transport is not None:
            self._send(b"".join(owed))

    def _control(self, head: int, data: bytes) -> None:
        """What is not a message (the client's half of §4.3 to §4.13)."""
        kind, body = head & 0xF0, p.Body(data)
        if kind == p.PINGRESP:
            if self._pings:
                answered = self._pings.popleft()
                if not answered.done():
                    answered.set_result(None)
        elif kind == p.CONNACK and not self._welcome.done():
            self._welcome.set_result(p.read_connack(body, self._version))
        elif kind == p.SUBACK:
            number, codes = p.read_suback(body, self._version)
            self._answered(number, codes)
        elif kind == p.PUBACK:
            number, reason = p.read_acknowledged(body, self._version)
            self._answered(number, bytes((reason,)))
        elif kind == p.DISCONNECT and self._version == 5:
            reason, words = p.read_disconnect(body, self._version)
            said = words or _BYE.get(reason, f"ends the connection (code 0x{reason:02X})")
            raise LinkError(f"{self.where} {said}", code="mqtt-goodbye")
        elif kind != p.UNSUBACK:
            raise p.MalformedError(f"{self.where} sends what only a client may (0x{head:02X})")

    def _answered(self, number: int, said: bytes) -> None:
        answer = self._asked.get(number)
        if answer is not None and not answer.done():
            answer.set_result(said)

    # --- asyncio.Protocol -------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(p.connect(self._hello))

    def feed(self, data: bytes) -> None:
        """What a broker says, whoever it is. Raises LinkError for what none would say."""
        self._stream.feed(data)

    def data_received(self, data: bytes) -> None:
        self._bytes += len(data)
        if self.lost.done():
            return
        try:
            self.feed(data)
        except LinkError as error:
            if isinstance(error, p.MalformedError):
                error = p.MalformedError(f"{self.where}: {error.message}")
            self._fail(error)
        except Exception as error:  # a fault of who listens must end this link, not the whole loop's peace
            self._fail(LinkError(f"{self.where}: {type(error).__name__}: {error}", code="mqtt-failed"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self.lost.done():
            self.lost.set_exception(lost_because(self.where, exc))


def lost_because(where: str, error: BaseException | None) -> DovetailError:
    """Why a connection ended, in words; what TLS refuses a person must mend."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return ConfigError(
            f"{where} presents a certificate that is not trusted: {error.verify_message}",
            code="mqtt-certificate",
            hint="set `security.ca` to the authority that signed it",
        )
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or str(error)).lower().replace("_", " ")
        if "certificate required" in reason or "unknown ca" in reason or "bad certificate" in reason:
            return ConfigError(
                f"{where} does not accept our certificate: {reason}",
                code="mqtt-own-certificate",
                hint="set `security.certificate` and `security.private_key` to a pair that the broker knows",
            )
        return LinkError(f"{where}: TLS fails: {reason}", code="mqtt-tls")
    if isinstance(error, OSError):
        return LinkError(f"{where}: {error.strerror or error}", code="mqtt-connect")
    return LinkError(f"{where} closed the connection", code="mqtt-lost")


async def connect(host: str, port: int, hello: p.Hello, *, tls: ssl.SSLContext | None, where: str) -> Client:
    """A client that the broker has welcomed; the caller closes it. Raises LinkError or ConfigError."""
    loop = asyncio.get_running_loop()
    client = Client(hello, where)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await loop.create_connection(
                lambda: client, host, port, ssl=tls, server_hostname=host if tls is not None else None
            )
            await client.welcome()
    except TimeoutError as error:
        await client.close()
        raise LinkError(f"{where} does not answer within {CONNECT_TIMEOUT_S:.0f} s", code="mqtt-timeout") from error
    except OSError as error:
        raise lost_because(where, error) from error
    except BaseException:
        await client.close()
        raise
    return client
