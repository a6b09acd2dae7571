"""The virtual plant's MQTT broker: on loopback, in memory, speaks 3.1.1 and 5 as a real one does.

Retained messages, last wills, QoS 0 and 1, sessions that outlive a connection, users with passwords, refused filters:
enough for the devices of a plant and for tests of who listens to them. Nothing is kept on disk.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections import deque
from collections.abc import Mapping
from typing import Final

from dovetail.mqtt import packets as p
from dovetail.mqtt import topics
from dovetail.mqtt.stream import Message, Stream

PACKET_MAX: Final = 4_000_000
CLIENTS_MAX: Final = 200  # more is a test that forgets to close
KEPT_MAX: Final = 10_000  # messages for a client that is away
UNSENT_MAX: Final = 32_000_000  # bytes for a client that does not read
NOT_AUTHORISED: Final = {4: 5, 5: 0x87}
BAD_PASSWORD: Final = {4: 4, 5: 0x86}
REFUSED: Final = {4: 0x80, 5: 0x87}
TAKEN_OVER: Final = 0x8E


class Session:
    """What the broker knows of one client id: subscriptions, and messages while it is away."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        self.filters: dict[str, int] = {}
        self.kept: deque[tuple[str, bytes]] = deque(maxlen=KEPT_MAX)
        self.line: _Line | None = None


class Broker:
    """All calls belong to the event loop that started it. `users` by name; empty: everyone is let in."""

    def __init__(
        self,
        *,
        port: int = 0,
        users: Mapping[str, str] | None = None,
        refuses: frozenset[str] = frozenset(),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.port = port
        self.users = dict(users or {})
        self.refuses = refuses
        self.sessions: dict[str, Session] = {}
        self.retained: dict[str, bytes] = {}
        self.lines: set[_Line] = set()
        self._tls = tls
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: _Line(self), "127.0.0.1", self.port, ssl=self._tls)
            self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Power off: the port closes and every connection breaks; what is retained stays, as on a disk."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for line in list(self.lines):
            line.cut()
        if server is not None:
            await server.wait_closed()

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Pass a message on to everyone who wants it; an empty retained one is forgotten."""
        if retain:
            if payload:
                self.retained[topic] = payload
            else:
                self.retained.pop(topic, None)
        for session in self.sessions.values():
            wanted = [granted for name, granted in session.filters.items() if topics.matches(name, topic)]
            if not wanted:
                continue
            at = min(qos, max(wanted))
            if session.line is not None:
                session.line.send(topic, payload, qos=at)
            elif at:
                session.kept.append((topic, payload))

    def subscribe(self, session: Session, name: str, qos: int, version: p.Version) -> int:
        """The code that answers a subscription."""
        if name in self.refuses or topics.fault_of_filter(name) is not None:
            return REFUSED[version]
        session.filters[name] = min(qos, 1)
        return min(qos, 1)

    def admit(self, hello: p.Hello, line: _Line) -> p.Welcome:
        """Let a client in, or say why not; the older of two with one client id is dropped."""
        if self.users and hello.user is None:
            return p.Welcome(NOT_AUTHORISED[hello.version])
        if self.users and self.users.get(hello.user or "") != (hello.password or b"").decode(errors="replace"):
            return p.Welcome(BAD_PASSWORD[hello.version])
        name = hello.client_id or f"auto-{secrets.token_hex(4)}"
        session = self.sessions.get(name)
        if session is not None and session.line is not None:
            session.line.leave(TAKEN_OVER)
        known = session is not None and hello.session == "resume"
        if session is None or not known:
            session = self.sessions[name] = Session(name)
        session.line = line
        line.session = session
        return p.Welcome(0, session_present=known)

    def dismiss(self, line: _Line, *, says_will: bool) -> None:
        """A client has gone, with a goodbye or without."""
        self.lines.discard(line)
        session = line.session
        if session is not None and session.line is line:
            session.line = None
            if not line.is_kept:
                self.sessions.pop(session.client_id, None)
        will = line.will
        if says_will and will is not None:
            self.publish(will.topic, will.payload, qos=will.qos, retain=will.retain)


class _Line(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, broker: Broker) -> None:
        self.session: Session | None = None
        self.will: p.Will | None = None
        self.is_kept = False
        self._broker = broker
        self._transport: asyncio.Transport | None = None
        self._version: p.Version = 4
        self._number = 0
        self._said_goodbye = False
        self._stream = Stream(packet_max=PACKET_MAX, on_messages=self._messages, on_control=self._control)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._broker.lines.add(self)
        if len(self._broker.lines) > CLIENTS_MAX:
            self.cut()

    def data_received(self, data: bytes) -> None:
        try:
            self._stream.feed(data)
        except p.MalformedError:
            self.cut()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._broker.dismiss(self, says_will=not self._said_goodbye)

    def cut(self) -> None:
        """Drop the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def leave(self, reason: int) -> None:
        """Another client has taken its place."""
        if self._transport is not None:
            if self._version == 5:
                self._transport.write(p.disconnect(5, reason))
            self._transport.close()
        self.session = None

    def send(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> None:
        """Pass one message on."""
        if self._transport is None:
            return
        self._number = self._number % 0xFFFF + 1 if qos else self._number
        number = self._number if qos else 0
        self._transport.write(p.publish(topic, payload, version=self._version, packet_id=number, retain=retain))
        if self._transport.get_write_buffer_size() > UNSENT_MAX:
            self.cut()

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def _messages(self, messages: list[Message]) -> None:
        if self.session is None:
            raise p.MalformedError("a message before the greeting")
        for topic, payload, flags, number in messages:
            name = topic.decode(errors="replace")
            if topics.fault_of_name(name) is not None:
                raise p.MalformedError("a message to a topic that cannot be")
            self._broker.publish(name, payload, qos=flags >> 1 & 3, retain=bool(flags & 1))
            if number:
                self._write(p.acknowledge(p.PUBACK, number))

    def _control(self, head: int, data: bytes) -> None:
        kind, body = head & 0xF0, p.Body(data)
        if kind == p.CONNECT and self.session is None:
            self._greet(p.read_connect(body))
        elif self.session is None:
            raise p.MalformedError("something before the greeting")
        elif kind == p.PINGREQ:
            self._write(bytes((p.PINGRESP, 0)))
        elif kind == p.SUBSCRIBE:
            self._subscribe(self.session, *p.read_subscribe(body, self._version))
        elif kind == p.UNSUBSCRIBE:
            number, names = p.read_unsubscribe(body, self._version)
            for name in names:
                self.session.filters.pop(name, None)
            self._write(p.suback(number, [0] * len(names), self._version, p.UNSUBACK))
        elif kind == p.DISCONNECT:
            reason, _ = p.read_disconnect(body, self._version)
            self._said_goodbye = reason != 0x04  # 4: disconnect, but do say my will
            self.cut()
        elif kind not in (p.PUBACK, p.PUBREC, p.PUBREL, p.PUBCOMP):
            raise p.MalformedError("something that only a broker may say")

    def _greet(self, hello: p.Hello) -> None:
        self._version = self._stream.version = hello.version
        welcome = self._broker.admit(hello, self)
        self._write(p.connack(welcome, self._version))
        if welcome.code or self.session is None:
            self._said_goodbye = True
            if self._transport is not None:
                self._transport.close()
            return
        self.will = hello.will
        expiry = hello.properties.get(p.SESSION_EXPIRY, 0)
        self.is_kept = hello.session == "resume" and (hello.version == 4 or bool(expiry))
        kept = self.session.kept
        while kept:
            topic, payload = kept.popleft()
            self.send(topic, payload, qos=1)

    def _subscribe(self, session: Session, number: int, filters: list[tuple[str, int]]) -> None:
        codes = [self._broker.subscribe(session, name, qos, self._version) for name, qos in filters]
        self._write(p.suback(number, codes, self._version))
        for (name, _), code in zip(filters, codes, strict=True):
            for topic, payload in self._broker.retained.items():
                if code <= 1 and topics.matches(name, topic):
                    self.send(topic, payload, qos=code, retain=True)
