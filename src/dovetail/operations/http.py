"""The HTTP adapter: a room declares its routes here, each with its permission; what is not declared does not boot.

Queries are plain functions that take `scope: Scope`; changes run an `Operation`. Errors become problem+json
(RFC 9457) with a stable `code`; a list answers `{"items": [...], "next": cursor}`.
"""

from __future__ import annotations

import base64
import inspect
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, create_model

from dovetail.core.clock import DAY_US, from_rfc3339
from dovetail.core.errors import (
    ConfigError,
    ConflictError,
    DovetailError,
    InvalidError,
    LinkError,
    NotFoundError,
    RefusedError,
    TooOftenError,
    UnauthenticatedError,
)
from dovetail.core.scope import Scope
from dovetail.db.uow import Database, Reading
from dovetail.operations.late import LateRoute
from dovetail.operations.operation import Operation, execute

SIGNATURE: Final = "__signature__"  # by which `inspect`, and so FastAPI, knows what a function takes
PUBLIC: Final = "public"  # the declared permission of the few routes that answer without a session

PROOF: Final = "proof"  # of a route that has no session either and looks itself at what proves who is calling

STATUS: Final[tuple[tuple[type[DovetailError], int], ...]] = (
    (UnauthenticatedError, 401),
    (TooOftenError, 429),
    (NotFoundError, 404),
    (ConflictError, 409),
    (InvalidError, 422),
    (RefusedError, 403),
    (ConfigError, 422),
    (LinkError, 503),
    (DovetailError, 500),
)


class Page[T](BaseModel):
    """One page of a list; `next` is the cursor of the following page, null at the end."""

    items: list[T]
    next: str | None = None


def encode_cursor(*parts: int | str) -> str:
    """The place where the next page begins, opaque to callers."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type[int | str]) -> tuple[Any, ...] | None:
    """What `encode_cursor` was given, of these kinds. Raises InvalidError for a cursor of another list, or for none."""
    if cursor is None:
        return None
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise InvalidError("this cursor is not one of ours", pointer="/cursor", code="cursor") from error
    if not isinstance(parts, list) or list(map(type, parts)) != list(kinds) or not all(map(_fits, parts)):
        raise InvalidError("this cursor belongs to another list", pointer="/cursor", code="cursor")
    return tuple(parts)


def _fits(part: int | str) -> bool:
    """Whether a store can look for it."""
    return 0 <= part < 1 << 63 if isinstance(part, int) else "\0" not in part


def period(
    start: str | None, end: str | None, *, longest_us: int | None = None, instead: str = "ask for it part by part"
) -> tuple[int, int]:
    """[start, end) of a query in µs. Raises InvalidError when it runs backwards, is longer than allowed (`instead`: the
    way on), or is left out by whoever might have named a shift instead."""
    if start is None or end is None:
        message, hint = "say from when to when, or which shift", "shift=current"
        raise InvalidError(message, pointer="/start", code="period", hint=hint)
    from_us, to_us = from_rfc3339(start), from_rfc3339(end)
    if to_us <= from_us:
        raise InvalidError("the end lies before the start", pointer="/end", code="period")
    if longest_us is not None and to_us - from_us > longest_us:
        message = f"this period is too long for one request: at most {longest_us // DAY_US} days"
        raise InvalidError(message, pointer="/end", code="period", hint=instead)
    return from_us, to_us


def as_known(reading: Reading, as_of: str | None) -> int | None:
    """`as_of` of a query: a `known`, or a moment (RFC 3339) translated into what was known then."""
    if as_of is None or (as_of.isascii() and as_of.isdigit() and len(as_of) < 19):
        return None if as_of is None else int(as_of)
    return reading.known_at(from_rfc3339(as_of))


@dataclass(frozen=True, slots=True)
class Declared:
    """What a route needs: a permission, PUBLIC, or PROOF. `streamed`: its body goes to the disk, of any length."""

    method: str
    path: str
    permission: str
    operation: str | None = None
    streamed: bool = False


def current_scope(request: Request) -> Scope:
    """The caller's scope, put there by the gate in `web/`; UnauthenticatedError when nobody is signed in."""
    scope = getattr(request.state, "scope", None)
    if scope is None:
        raise UnauthenticatedError("sign in first")
    return scope


def _holder(permission: str) -> Callable[[Request], Scope]:
    """The caller's scope, once it holds the declared permission somewhere: a route that forgets to ask stays closed.

    Where it must be held is for the handler to say. This stands before the request is validated: who may not do a
    thing learns nothing about its input.
    """

    def holder(request: Request) -> Scope:
        scope = current_scope(request)
        scope.require_somewhere(permission)
        return scope

    return holder


def _body_model(operation: Operation[Any, Any], path: str) -> type[BaseModel]:
    """The operation's input without what the path already says, with `reason` where the operation takes one."""
    in_path = set(re.findall(r"{(\w+)}", path))
    fields: dict[str, Any] = {
        name: (field.annotation, field) for name, field in operation.input.model_fields.items() if name not in in_path
    }
    if operation.reason == "required":
        fields["reason"] = (str, ...)
    elif operation.reason == "optional":
        fields["reason"] = (str | None, None)
    title = "".join(part.title() for part in re.split(r"[._]", operation.name)) + "Request"
    return create_model(title, __config__={"extra": "forbid"}, **fields)


def _endpoint_of_query(handler: Callable[..., Any], permission: str) -> Callable[..., Any]:
    """The handler as FastAPI calls it: a session with the permission stands before it where the route is not PUBLIC."""
    signature = inspect.signature(handler, eval_str=True)
    takes_scope = "scope" in signature.parameters
    parameters = [p for p in signature.parameters.values() if p.name != "scope"]
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
    if permission != PUBLIC:
        wanted = Annotated[Scope, Depends(_holder(permission))]
        parameters.append(inspect.Parameter("scope", inspect.Parameter.KEYWORD_ONLY, annotation=wanted))

    def endpoint(**given: Any) -> Any:
        scope = given.pop("scope", None)
        return handler(**given, scope=scope) if takes_scope else handler(**given)

    endpoint.__name__ = handler.__name__
    endpoint.__doc__ = handler.__doc__
    setattr(endpoint, SIGNATURE, signature.replace(parameters=parameters))
    return endpoint


def _endpoint_of_change(operation: Operation[Any, Any], path: str, database: Database) -> Callable[..., BaseModel]:
    """The function that runs an operation with what path and body say."""

    def endpoint(
        response: Response,
        scope: Scope,
        body: Any,
        idempotency_key: str | None,
        **path_values: Any,
    ) -> BaseModel:
        fields = body.model_dump(exclude_unset=True)
        reason = None if operation.reason == "none" else fields.pop("reason", None)
        given = operation.input.model_validate({**fields, **path_values})
        done = execute(
            operation,
            given,
            database=database,
            scope=scope,
            reason=reason,
            idempotency_key=idempotency_key,
        )
        response.headers["X-Known"] = str(done.known)
        response.headers["X-Audit-Id"] = str(done.audit_id)
        return done.output

    kind = inspect.Parameter.KEYWORD_ONLY
    header = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]
    parameters = [
        inspect.Parameter("response", kind, annotation=Response),
        inspect.Parameter("scope", kind, annotation=Annotated[Scope, Depends(_holder(operation.permission))]),
        inspect.Parameter("body", kind, annotation=_body_model(operation, path)),
        inspect.Parameter("idempotency_key", kind, annotation=header, default=None),
        *(
            inspect.Parameter(name, kind, annotation=operation.input.model_fields[name].annotation)
            for name in re.findall(r"{(\w+)}", path)
        ),
    ]
    endpoint.__name__ = operation.name.replace(".", "_")
    setattr(endpoint, SIGNATURE, inspect.Signature(parameters, return_annotation=operation.output))
    return endpoint


class Api:
    """Collects the rooms' routes under one prefix, each declared."""

    def __init__(self, database: Database, *, prefix: str = "/api/v1") -> None:
        self.database = database
        self.prefix = prefix
        self.router = APIRouter()
        self.declared: dict[tuple[str, str], Declared] = {}

    def _add(self, declared: Declared, endpoint_of: Callable[[], Callable[..., Any]], **options: Any) -> None:
        path = self.prefix + declared.path
        self.router.routes.append(LateRoute(path, endpoint_of, declared.method, **options))
        self.declared[declared.method, path] = declared

    def query(
        self,
        method: str,
        path: str,
        *,
        permission: str,
        summary: str,
        status: int = 200,
        answer: Any = None,
        also: Sequence[str] = (),
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a route served by a plain function; a parameter `scope: Scope` gets the caller's.

        Not PUBLIC means: without a session, or without holding the permission anywhere, the function is never reached.
        `also` are media types that it answers with besides JSON; `answer` is then the shape of the JSON.
        """
        described: dict[str, Any] = {}
        if also:
            described = {"response_model": answer, "responses": {status: {"content": {media: {} for media in also}}}}

        def add(handler: Callable[..., Any]) -> Callable[..., Any]:
            self._add(
                Declared(method, path, permission),
                lambda: _endpoint_of_query(handler, permission),
                summary=summary,
                status_code=status,
                openapi_extra={"x-permission": permission},
                **described,
            )
            return handler

        return add

    def receive(
        self,
        method: str,
        path: str,
        handler: Callable[[Request], Awaitable[Response]],
        *,
        permission: str,
        summary: str,
        streamed: Sequence[str] = (),
    ) -> None:
        """Declare a route whose handler reads the body itself, in the loop, and looks at whatever it wants to know.

        `streamed`: names of its query; its body is a file of any length, which the handler must bound itself.
        """
        media = "application/octet-stream" if streamed else "application/json"
        described = {"content": {media: {"schema": {}}}, "required": True}
        names = re.findall(r"{(\w+)}", path)
        parameters = [{"name": one, "in": "path", "required": True, "schema": {"type": "string"}} for one in names]
        parameters += [{"name": one, "in": "query", "schema": {"type": "string"}} for one in streamed]
        self._add(
            Declared(method, path, permission, streamed=bool(streamed)),
            lambda: handler,
            summary=summary,
            status_code=202,
            response_model=None,
            openapi_extra={"x-permission": permission, "requestBody": described, "parameters": parameters},
        )

    def change(self, method: str, path: str, operation: Operation[Any, Any], *, status: int = 200) -> None:
        """Declare a route that runs an operation: path parameters and body together are its input."""
        self._add(
            Declared(method, path, operation.permission, operation.name),
            lambda: _endpoint_of_change(operation, path, self.database),
            summary=operation.summary,
            status_code=status,
            response_model=operation.output,
            openapi_extra={"x-permission": operation.permission, "x-operation": operation.name},
        )


def status_of(error: DovetailError) -> int:
    """The HTTP status of an error, by the tree of `core.errors`."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def problem(error: DovetailError, *, request_id: str | None = None) -> JSONResponse:
    """An error as problem+json: what happened, where (`pointer`), and the way on (`hint`)."""
    status = status_of(error)
    body: dict[str, Any] = {
        "type": f"urn:dovetail:problem:{error.code}",
        "title": error.code.replace("-", " "),
        "status": status,
        "detail": error.message,
        "code": error.code,
    }
    extra = {"hint": error.hint, "pointer": getattr(error, "pointer", None), "request_id": request_id}
    body.update({key: value for key, value in extra.items() if value})
    body.update(getattr(error, "members", {}))  # RFC 9457 extension members: both versions of a conflict
    again_s = getattr(error, "retry_after_s", None)
    headers = None if again_s is None else {"retry-after": str(again_s)}
    return JSONResponse(body, status_code=status, media_type="application/problem+json", headers=headers)


def invalid_request(error: RequestValidationError, *, request_id: str | None = None) -> JSONResponse:
    """A request that does not fit its schema: each fault with its JSON pointer."""
    faults = [
        {"pointer": "/" + "/".join(str(part) for part in fault["loc"][1:]), "detail": fault["msg"]}
        for fault in error.errors()
    ]
    first = faults[0] if faults else {"pointer": "", "detail": "the request does not fit"}
    body = {
        "type": "urn:dovetail:problem:invalid",
        "title": "invalid",
        "status": 422,
        "detail": f"{first['pointer']}: {first['detail']}",
        "code": "invalid",
        "errors": faults,
        "request_id": request_id,
    }
    return JSONResponse(body, status_code=422, media_type="application/problem+json")
