"""The gate every request passes: who is it, did it come from our own pages, and what headers does the answer carry.

It stands before the router, so a route that was forgotten is closed, not open (SECURITY C1, A19, F3).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Connection

from dovetail.core import context, limits
from dovetail.core.errors import DovetailError, InvalidError, RefusedError, UnauthenticatedError
from dovetail.core.scope import Scope
from dovetail.operations.http import problem
from dovetail.security.api import COOKIE, COOKIE_SECURE

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
DEFAULT_CSP: Final = b"default-src 'none'; frame-ancestors 'none'"

type Resolve = Callable[[str | None, str | None], Scope | None]  # (cookie, bearer) to the caller's scope


class Gate:
    """ASGI middleware. `hosts` are the names this server answers to (None: any, behind a declared proxy).

    `public` are (method, path) that answer without a session; `proven` (method, path with {parameters}) look at a proof
    of their own, and nobody is looked up for them; `streamed` bound the length of their bodies themselves.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        resolve: Resolve,
        public: frozenset[tuple[str, str]],
        hosts: frozenset[str] | None,
        proven: Sequence[tuple[str, str]] = (),
        streamed: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._app = app
        self._resolve = resolve
        self._public = public
        self._proven = [(method, compile_path(path)[0]) for method, path in proven]
        self._streamed = [(method, compile_path(path)[0]) for method, path in streamed]
        self._hosts = hosts

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        """Let the request in, or answer it here with a problem."""
        if connection["type"] == "lifespan":
            await self._app(connection, receive, send)
            return
        request_id = secrets.token_hex(8)
        state: dict[str, Any] = connection.setdefault("state", {})
        state["request_id"] = request_id
        context.REQUEST.set(request_id)  # each request is a task of its own
        context.ACTOR.set(None)
        secure = connection["scheme"] in ("https", "wss")
        guarded_send = _with_headers(send, request_id, secure=secure)
        try:
            await self._admit(connection, state)
            bounded = receive if self._is_streamed(connection) else _bounded(connection, receive)
            await self._app(connection, bounded, guarded_send)
        except DovetailError as error:
            await self._refuse(connection, receive, guarded_send, error=error)

    async def _admit(self, connection: Connection, state: dict[str, Any]) -> None:
        headers = {name: value.decode("latin-1") for name, value in connection["headers"]}
        self._check_host(headers)
        length = int(headers.get(b"content-length", "0") or 0)
        if length > limits.BODY_BYTES_MAX and not self._is_streamed(connection):
            raise InvalidError("this request is too large", code="body-too-large")
        path: str = connection["path"]
        if not path.startswith("/api/"):
            return
        cookies = _cookies(headers.get(b"cookie", ""))
        cookie = cookies.get(COOKIE_SECURE) or cookies.get(COOKIE)
        kind, _, credential = headers.get(b"authorization", "").partition(" ")
        bearer = credential.strip() if kind.lower() == "bearer" else None
        websocket = connection["type"] == "websocket"
        if websocket or (connection["method"] not in SAFE_METHODS and bearer is None):
            _check_origin(headers)
        method = "WEBSOCKET" if websocket else connection["method"]
        if any(method == one and path_of.match(path) for one, path_of in self._proven):
            state["scope"] = None
            return
        state["scope"] = await asyncio.to_thread(self._resolve, None if bearer else cookie, bearer)
        if state["scope"] is not None:
            context.ACTOR.set(state["scope"].actor.id)
        if state["scope"] is None and (method, path) not in self._public:
            raise UnauthenticatedError("sign in first")

    def _is_streamed(self, connection: Connection) -> bool:
        if connection["type"] != "http":
            return False
        asked = connection["method"], connection["path"]
        return any(asked[0] == one and path_of.match(asked[1]) for one, path_of in self._streamed)

    def _check_host(self, headers: dict[bytes, str]) -> None:
        host = urlsplit(f"//{headers.get(b'host', '')}").hostname or ""
        if self._hosts is not None and host not in self._hosts:
            raise RefusedError("this server does not answer to that name", code="host")

    @staticmethod
    async def _refuse(connection: Connection, receive: Receive, send: Send, *, error: DovetailError) -> None:
        if connection["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4401 if isinstance(error, UnauthenticatedError) else 4403})
            return
        answer = problem(error, request_id=connection["state"]["request_id"])
        await answer(connection, receive, send)


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def _check_origin(headers: dict[bytes, str]) -> None:
    """A browser says where a request comes from; what comes from another site changes nothing here."""
    site = headers.get(b"sec-fetch-site")
    origin = headers.get(b"origin")
    foreign_site = site is not None and site not in ("same-origin", "none")
    foreign_origin = origin is not None and urlsplit(origin).netloc != headers.get(b"host", "")
    if foreign_site or foreign_origin:
        raise RefusedError("this request comes from another site", code="origin")


def _with_headers(send: Send, request_id: str, *, secure: bool) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            names = {name.lower() for name, _ in headers}
            headers += [header for header in SECURITY_HEADERS if header[0] not in names]
            headers.append((b"x-request-id", request_id.encode()))
            if b"content-security-policy" not in names:
                headers.append((b"content-security-policy", DEFAULT_CSP))
            if b"cache-control" not in names:
                headers.append((b"cache-control", b"no-store"))
            if secure:
                headers.append(HSTS)
            message = {**message, "headers": headers}
        await send(message)

    return guarded


def _bounded(connection: Connection, receive: Receive) -> Receive:
    """The body, as long as it stays below the limit: for those who do not say its length beforehand."""
    if connection["type"] != "http":
        return receive
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limits.BODY_BYTES_MAX:
                raise InvalidError("this request is too large", code="body-too-large")
        return message

    return bounded
