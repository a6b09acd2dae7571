"""Assemble the rooms' routes behind the gate, and refuse to start while a route is undeclared."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, APIWebSocketRoute
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from dovetail import __version__
from dovetail.core.errors import ConfigError, DovetailError, InvalidError, NotFoundError
from dovetail.core.scope import Scope
from dovetail.operations.http import PROOF, PUBLIC, Api, invalid_request, problem
from dovetail.security.api import COOKIE, COOKIE_SECURE
from dovetail.web.gate import Gate, Resolve
from dovetail.web.live import LiveHub
from dovetail.web.observe import Observed, Seen
from dovetail.web.static import page_or_file

log = logging.getLogger(__name__)

LIVE_PATH: Final = "/live"
OPENAPI_PATH: Final = "/openapi.json"


class Health(BaseModel):
    """Whether the server answers; nothing about the plant."""

    status: str


def create_app(
    api: Api,
    hub: LiveHub,
    *,
    resolve: Resolve,
    start: Callable[[], Any] | None = None,
    stop: Callable[[], Any] | None = None,
) -> FastAPI:
    """The application without its gate. `start` and `stop` are awaited around its life."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        live = asyncio.create_task(hub.run())
        if start is not None:
            await start()
        yield
        if stop is not None:
            await stop()
        live.cancel()
        with suppress(asyncio.CancelledError):
            await live

    app = FastAPI(
        title="Dovetail",
        version=__version__,
        summary="An open manufacturing execution system",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    _own_routes(api, app)
    app.router.routes.extend(api.router.routes)  # included, each route would be analysed anew and at once
    _add_live(app, api, hub, resolve)
    _add_error_handlers(app)
    app.add_route("/{path:path}", page_or_file, methods=["GET", "HEAD"], include_in_schema=False)
    refuse_undeclared(app.routes, api)
    return app


def _own_routes(api: Api, app: FastAPI) -> None:
    @api.query("GET", "/health", permission=PUBLIC, summary="Whether the server answers")
    def get_health() -> Health:
        return Health(status="ok")

    @api.query("GET", OPENAPI_PATH, permission="self", summary="This API, described in OpenAPI 3.1")
    def get_openapi() -> dict[str, Any]:
        return app.openapi()


def _add_live(app: FastAPI, api: Api, hub: LiveHub, resolve: Resolve) -> None:
    @app.websocket(api.prefix + LIVE_PATH)
    async def live(socket: WebSocket) -> None:
        """One stream of topics; each subscription is decided by the caller's scope."""
        scope: Scope = socket.state.scope
        cookie = socket.cookies.get(COOKIE_SECURE) or socket.cookies.get(COOKIE)
        kind, _, credential = socket.headers.get("authorization", "").partition(" ")
        bearer = credential.strip() if kind.lower() == "bearer" else None
        await hub.serve(socket, scope, again=lambda: resolve(None if bearer else cookie, bearer))


def _add_error_handlers(app: FastAPI) -> None:
    def request_id(request: Request) -> str | None:
        return getattr(request.state, "request_id", None)

    async def ours(request: Request, error: Exception) -> JSONResponse:
        return problem(error, request_id=request_id(request))  # type: ignore[arg-type]  # registered for DovetailError

    async def misfit(request: Request, error: Exception) -> JSONResponse:
        return invalid_request(error, request_id=request_id(request))  # type: ignore[arg-type]

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        fault = error.errors()[0]  # type: ignore[attr-defined]  # registered for ValidationError
        pointer = "/" + "/".join(str(part) for part in fault["loc"])
        return problem(InvalidError(fault["msg"], pointer=pointer), request_id=request_id(request))

    async def framework(request: Request, error: Exception) -> Response:
        status = error.status_code  # type: ignore[attr-defined]  # registered for HTTPException
        if status == 404:
            return problem(NotFoundError("there is nothing here"), request_id=request_id(request))
        body = {"type": "about:blank", "title": error.detail, "status": status, "code": "http"}  # type: ignore[attr-defined]
        return JSONResponse(body, status_code=status, media_type="application/problem+json")

    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("request %s failed", request_id(request), exc_info=error)
        fault = DovetailError("something went wrong on our side; the log has it under the request id", code="internal")
        return problem(fault, request_id=request_id(request))

    app.add_exception_handler(DovetailError, ours)
    app.add_exception_handler(RequestValidationError, misfit)
    app.add_exception_handler(ValidationError, invalid)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(Exception, unforeseen)


def flat(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """Every route, those of included routers too."""
    found: list[BaseRoute] = []
    for route in routes:
        included = getattr(route, "original_router", None)  # FastAPI keeps an included router as one entry
        found += flat(included.routes) if included is not None else [route]
    return found


def refuse_undeclared(routes: Iterable[BaseRoute], api: Api) -> None:
    """Raise ConfigError for a route that nobody declared a permission for: it would be open by accident."""
    allowed = {("GET", "/{path:path}"), ("HEAD", "/{path:path}"), ("WEBSOCKET", api.prefix + LIVE_PATH)}
    allowed |= set(api.declared)
    for route in flat(routes):
        path = str(getattr(route, "path", route))
        methods = {"WEBSOCKET"} if isinstance(route, APIWebSocketRoute) else getattr(route, "methods", None) or {"?"}
        plain = not isinstance(route, (Route, APIRoute, APIWebSocketRoute))
        for method in methods:
            if plain or (method, path) not in allowed:
                raise ConfigError(f"the route {method} {path} declares no permission", code="route-undeclared")


def gated(
    app: ASGIApp,
    api: Api,
    *,
    resolve: Resolve,
    hosts: frozenset[str] | None,
    on_seen: Callable[[Seen], None] = lambda _seen: None,
) -> ASGIApp:
    """The application behind its gate: what a socket is given to serve. `on_seen` is told of every request."""
    public = frozenset(key for key, declared in api.declared.items() if declared.permission == PUBLIC)
    proven = tuple(key for key, declared in api.declared.items() if declared.permission == PROOF)
    streamed = tuple(key for key, declared in api.declared.items() if declared.streamed)
    gate = Gate(app, resolve=resolve, public=public, proven=proven, streamed=streamed, hosts=hosts)
    return Observed(gate, on_seen)
