"""Every operation by its name, and the way back: what the command line, rules and agents use."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Header, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select

from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.operations import store
from dovetail.operations.http import Api, Page
from dovetail.operations.operation import Catalogue, Done, execute


class OperationView(BaseModel):
    """What an operation needs."""

    name: str
    summary: str
    permission: str
    reason: str
    input: list[str]


class Given(BaseModel):
    """The input of an operation, and why."""

    model_config = ConfigDict(extra="forbid")
    given: dict[str, Any] = {}
    reason: str | None = None


class Reason(BaseModel):
    """Why something is taken back."""

    model_config = ConfigDict(extra="forbid")
    reason: str | None = None


class Outcome(BaseModel):
    """What came of it."""

    output: dict[str, Any]
    known: int
    audit_id: int


class AuditCheck(BaseModel):
    """Whether the audit chain holds."""

    rows: int
    first_broken: int | None


def routes(api: Api, catalogue: Catalogue, database: Database) -> None:
    """Declare the routes; each operation checks its own permission when it runs."""

    @api.query("GET", "/operations", permission="self", summary="Every operation by its name")
    def get_operations() -> Page[OperationView]:
        return Page(items=[_view(catalogue, name) for name in catalogue.names()])

    @api.query("POST", "/operations/{name}", permission="self", summary="Run an operation by its name")
    def post_operation(
        name: str,
        asked: Given,
        response: Response,
        scope: Scope,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> Outcome:
        operation = catalogue.find(name)
        scope.require_somewhere(operation.permission)
        given = operation.input.model_validate(asked.given)
        done = execute(
            operation,
            given,
            database=database,
            scope=scope,
            reason=asked.reason,
            idempotency_key=idempotency_key,
        )
        return _outcome(done, response)

    @api.query("POST", "/audit/{audit_id}/undo", permission="self", summary="Take a change back")
    def post_undo(
        audit_id: int,
        response: Response,
        scope: Scope,
        asked: Annotated[Reason | None, Body()] = None,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> Outcome:
        done = catalogue.undo(
            audit_id,
            database=database,
            scope=scope,
            reason=asked.reason if asked else None,
            idempotency_key=idempotency_key,
        )
        return _outcome(done, response)

    @api.query("GET", "/audit/verify", permission="system.manage", summary="Whether the audit chain holds")
    def get_verify(scope: Scope) -> AuditCheck:
        scope.require("system.manage", None)
        with database.read() as reading:
            rows = reading.connection.scalar(select(func.count()).select_from(store.audit)) or 0
            return AuditCheck(rows=rows, first_broken=store.first_broken(reading))


def _view(catalogue: Catalogue, name: str) -> OperationView:
    found = catalogue.find(name)
    return OperationView(
        name=found.name,
        summary=found.summary,
        permission=found.permission,
        reason=found.reason,
        input=list(found.input.model_fields),
    )


def _outcome(done: Done[BaseModel], response: Response) -> Outcome:
    response.headers["X-Known"] = str(done.known)
    response.headers["X-Audit-Id"] = str(done.audit_id)
    return Outcome(output=done.output.model_dump(mode="json"), known=done.known, audit_id=done.audit_id)
