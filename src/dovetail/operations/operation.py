"""What may be done in the plant, said once: name, permission, input, output, reason and the way back.

`execute` is the only way in. The change, its audit row and its events commit together or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from dovetail.core import faults
from dovetail.core.clock import Clock
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database, UnitOfWork
from dovetail.operations import store


class Input(BaseModel):
    """Base of every operation's input: frozen, and unknown fields are refused rather than ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(BaseModel):
    """The output of an operation that only changes something."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler may use: the transaction, who asks, and why."""

    uow: UnitOfWork
    scope: Scope
    clock: Clock
    reason: str | None


@dataclass(frozen=True, slots=True)
class Undo:
    """The operation that takes a change back, by name, with its input."""

    operation: str
    given: BaseModel


@dataclass(frozen=True, slots=True)
class Operation[I: BaseModel, O: BaseModel]:
    """One thing that may be done. `node` names the equipment it acts on (None: the installation as a whole)."""

    name: str
    summary: str
    permission: str
    input: type[I]
    output: type[O]
    handler: Callable[[Call, I], O]
    node: Callable[[UnitOfWork, I], int | None] = lambda _uow, _given: None
    reason: Literal["none", "optional", "required"] = "none"
    undo: Callable[[I, O], Undo | None] | None = None
    secret_fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Done[O: BaseModel]:
    """What came of it: the output, and the audit row by which it can be found and taken back."""

    output: O
    known: int
    audit_id: int


def execute[I: BaseModel, O: BaseModel](
    operation: Operation[I, O],
    given: I,
    *,
    database: Database,
    scope: Scope,
    reason: str | None = None,
    idempotency_key: str | None = None,
) -> Done[O]:
    """Authorise, do, audit and commit. Raises RefusedError (and its kinds) before anything changes.

    With an `idempotency_key` a repeat by the same actor answers as the first did, and changes nothing.
    """
    if operation.reason == "required" and not (reason and reason.strip()):
        raise InvalidError(f"{operation.name} needs a reason", pointer="/reason", code="reason-missing")
    body = given.model_dump(mode="json")
    # a digest is no place for a password either: what is secret takes no part in it
    digest = hashlib.sha256(given.model_dump_json(exclude=set(operation.secret_fields)).encode()).hexdigest()
    with database.write(scope.actor) as uow:
        if idempotency_key is not None:
            earlier = store.find_idempotent(uow, actor_id=scope.actor.id, key=idempotency_key)
            if earlier is not None:
                if earlier.operation != operation.name or earlier.digest != digest:
                    raise ConflictError("this Idempotency-Key was used for something else", code="idempotency-key")
                return Done(operation.output.model_validate(earlier.output), earlier.known, earlier.audit_id)
        node = operation.node(uow, given)
        scope.require(operation.permission, node)
        output = operation.handler(Call(uow, scope, database.clock, reason), given)
        for refuse in database.gates:
            refuse(uow, scope)
        undo = operation.undo(given, output) if operation.undo else None
        masked = {key: "***" if key in operation.secret_fields else value for key, value in body.items()}
        audit_id = store.write_audit(
            uow,
            store.AuditRow(
                operation=operation.name,
                actor_id=scope.actor.id,
                actor_name=scope.actor.name,
                session_id=scope.actor.session_id,
                equipment_id=node,
                given=masked,
                reason=reason,
                undo_operation=undo.operation if undo else None,
                undo_given=undo.given.model_dump(mode="json") if undo else None,
            ),
        )
        if idempotency_key is not None:
            kept = output.model_dump(mode="json", exclude=set(operation.secret_fields))
            row = store.Idempotent(operation.name, digest, kept, uow.known, audit_id)
            store.keep_idempotent(uow, actor_id=scope.actor.id, key=idempotency_key, row=row)
        known = uow.known
        faults.point("operations.audited")
    faults.point("operations.committed")
    return Done(output, known, audit_id)


class Catalogue:
    """Every operation of the installation by name: what undo, rules and agents look up."""

    def __init__(self, operations: list[Operation[BaseModel, BaseModel]]) -> None:
        self._by_name = {operation.name: operation for operation in operations}

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._by_name)

    def find(self, name: str) -> Operation[BaseModel, BaseModel]:
        """The operation of that name. Raises NotFoundError."""
        if name not in self._by_name:
            raise NotFoundError(f"there is no operation {name!r}")
        return self._by_name[name]

    def undo(
        self,
        audit_id: int,
        *,
        database: Database,
        scope: Scope,
        reason: str | None = None,
        idempotency_key: str | None = None,
    ) -> Done[BaseModel]:
        """Take back what the audit row `audit_id` records, as an operation of its own with its own permission.

        With an `idempotency_key` a repeat answers as the first did, where else it would find nothing to take back.
        """
        with database.read() as reading:
            row = store.find_audit(reading, audit_id)
        if row is None:
            raise NotFoundError("there is no such change")
        if row.undo_operation is None or row.undo_given is None:
            raise RefusedError(f"{row.operation} cannot be taken back", code="no-undo")
        operation = self.find(row.undo_operation)
        given = operation.input.model_validate(row.undo_given)
        return execute(operation, given, database=database, scope=scope, reason=reason, idempotency_key=idempotency_key)
