"""See every request from outside the gate: how long it took, how it ended; the slow and the failed go to the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Connection

log = logging.getLogger(__name__)

SLOW_S: Final = 1.0  # a person notices
PATH_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that was answered. `route` is the pattern, not the address: there are only so many."""

    method: str
    route: str
    status: int
    took_s: float


class Observed:
    """ASGI: tells `on_seen` of each request. Query strings are never written down."""

    def __init__(self, app: ASGIApp, on_seen: Callable[[Seen], None]) -> None:
        self._app = app
        self._on_seen = on_seen

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        """Pass it on, and look at the clock."""
        if connection["type"] != "http":
            await self._app(connection, receive, send)
            return
        status = 500  # what the server answers when the application could not

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = time.perf_counter()
        try:
            await self._app(connection, receive, watched)
        finally:
            seen = Seen(connection["method"], _route(connection), status, time.perf_counter() - began)
            self._on_seen(seen)
            _say(connection, seen)


def _route(connection: Connection) -> str:
    path: Any = getattr(connection.get("route"), "path", None)
    return path if isinstance(path, str) else "other"


def _say(connection: Connection, seen: Seen) -> None:
    if seen.status < 500 and seen.took_s < SLOW_S:
        return
    fields = {"method": seen.method, "route": seen.route, "status": seen.status, "took_ms": round(seen.took_s * 1000)}
    log.log(
        logging.WARNING if seen.status >= 500 else logging.INFO,
        "%s %s answered %d after %.1f s",
        seen.method,
        connection["path"][:PATH_MAX],
        seen.status,
        seen.took_s,
        extra={"fields": fields},
    )
