"""A room's routes as somebody asks them over HTTP, without the house around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from dovetail.core.errors import DovetailError
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, problem


def client_of(scope: Scope, routes: Api, *, base_url: str = "http://testserver") -> TestClient:
    """Every request has this scope; what is refused is answered as the server answers it."""
    app = FastAPI()

    @app.middleware("http")
    async def gate(request: Request, call_next: Callable[[Request], Any]) -> Response:
        request.state.scope = scope
        return await call_next(request)

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, DovetailError)
        return problem(error)

    app.add_exception_handler(DovetailError, refused)
    app.include_router(routes.router)
    return TestClient(app, base_url=base_url)
