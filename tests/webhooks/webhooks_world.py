"""A receiver on loopback that does what a test says, and the room in front of it, on a clock that the test owns."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.events.operations import OperationsEvent
from dovetail.operations.operation import execute
from dovetail.testing.clock import ManualClock
from dovetail.vault.service import VaultRoom
from dovetail.webhooks.service import CreateWebhook, OneDelivery, OneWebhook, WebhooksRoom

EVERYONE = system_scope("test")
KINDS = {"connection.down": "down", "connection.back": "back", "alarm.raised": "raised"}


@dataclass
class Got:
    """One request as the receiver saw it."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class Receiver:
    """An HTTP server; `does` is what comes next: a status, a location to redirect to, or something worse."""

    does: list[int | str] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    location: str = ""

    def __post_init__(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                receiver.answer(self)

            def log_message(self, *_args: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook?token=sesame-4711"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        act = self.does.pop(0) if self.does else 200
        acts = {
            "hang": self._hang,
            "close": self._close,
            "garbage": self._garbage,
            "drip": self._drip,
            "huge": self._huge,
        }
        if isinstance(act, str):
            acts[act](handler)
            return
        handler.send_response(act)
        handler.send_header("location", self.location)
        handler.send_header("content-length", "12")
        handler.end_headers()
        handler.wfile.write(b"inner secret")

    def _hang(self, _handler: BaseHTTPRequestHandler) -> None:
        self._end.wait(60)

    def _close(self, handler: BaseHTTPRequestHandler) -> None:
        handler.connection.shutdown(socket.SHUT_RDWR)

    def _garbage(self, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"\x00\xff not http at all\r\n\r\n")

    def _drip(self, handler: BaseHTTPRequestHandler) -> None:
        """A header that never ends, a byte at a time: each byte alone is within any timeout."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
        while not self._end.wait(0.05):
            try:
                handler.wfile.write(b"x")
            except OSError:
                return

    def _huge(self, handler: BaseHTTPRequestHandler) -> None:
        """A body without end: whoever reads it all is lost."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while not self._end.is_set():
                handler.wfile.write(b"x" * 65_536)
        except OSError:
            return

    def stop(self) -> None:
        self._end.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@dataclass
class World:
    """The room, its vault, and how a test speaks with them."""

    database: Database
    clock: ManualClock
    folder: Path
    allowed: tuple[str, ...] = ("127.0.0.1",)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Dovetail starts (again)."""
        self.vault = VaultRoom(self.database, data=self.folder, bus=self.database.bus)
        self.room = WebhooksRoom(
            self.database, vault=self.vault, clock=self.clock, kinds=lambda: KINDS, allowed=self.allowed
        )

    def add(self, url: str, *kinds: str, name: str = "") -> tuple[str, str]:
        given = CreateWebhook(url=SecretStr(url), kinds=list(kinds or ("*",)), name=name)
        made = execute(self.room.create, given, database=self.database, scope=EVERYONE).output
        return made.id, made.secret

    def happen(self, kind: str, n: int = 0, *, source: str = "plc1") -> str:
        """Something happens; answers the event's id."""
        event = OperationsEvent(f"event-{kind}-{n}", kind, "Alert", self.clock.now_us(), source, (1, 2), f"{kind} {n}")
        with self.database.write(EVERYONE.actor) as uow:
            uow.emit(event)
        return event.id

    def test(self, webhook_id: str) -> None:
        execute(self.room.test, OneWebhook(webhook_id=webhook_id), database=self.database, scope=EVERYONE)

    def replay(self, delivery_id: int) -> None:
        execute(self.room.replay, OneDelivery(delivery_id=delivery_id), database=self.database, scope=EVERYONE)

    def log(self, webhook_id: str) -> list[tuple[str, str, int, int | None]]:
        """(event, state, attempts, status) of every delivery, oldest first."""
        found = self.room.deliveries(webhook_id, scope=EVERYONE, states=(), before=None, limit=1_000)
        return [(one.event_id, one.state, one.attempts, one.status) for one in reversed(found)]

    def settle(self) -> None:
        """Steps until nothing is under way and nothing may be tried at this moment."""
        deadline = time.monotonic() + 30
        quiet = 0
        while quiet < 2:
            assert time.monotonic() < deadline
            quiet = 0 if self.room.step() or self.room._flying else quiet + 1
            time.sleep(0.005)  # the receiver is a real server in real time

    def later(self, seconds: float) -> None:
        self.clock.tick(round(seconds * 1_000_000))
        self.settle()


@contextmanager
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    try:
        yield made
    finally:
        made.stop()
