"""Keys for programs: never stronger than their person, shown once, ended at once."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field

from dovetail.core import ids
from dovetail.core.clock import DAY_US
from dovetail.core.errors import NotFoundError, RefusedError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.operations.operation import Call, Input, Nothing, Operation
from dovetail.security import store
from dovetail.security.model import Token

CREATE: Final = "token.create"
TOKEN_DAYS_MAX: Final = 365  # SECURITY §5.5


class CreateToken(Input):
    """A key for a program, for at most a year."""

    name: str = Field(min_length=1, max_length=120)
    days: int = Field(default=90, ge=1, le=TOKEN_DAYS_MAX)
    login: str | None = None  # only the installation itself may make one for somebody else


class TokenMade(BaseModel):
    """The secret is shown this once."""

    id: str
    token: str = ""
    expires_us: int


class RevokeToken(Input):
    """A key that opens nothing from now on."""

    token_id: str


class Tokens:
    """The operations on tokens, and the list of one's own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clock = database.clock
        self.create = Operation(
            "token.create", "Make an API token", CREATE, CreateToken, TokenMade, self._create,
            secret_fields=frozenset({"token"}),
        )  # fmt: skip
        self.revoke = Operation("token.revoke", "End an API token", CREATE, RevokeToken, Nothing, self._revoke)
        self.operations: tuple[Operation[Any, Any], ...] = (self.create, self.revoke)

    def mine(self, scope: Scope) -> list[Token]:
        """The caller's own tokens, without their secrets."""
        with self._database.read() as reading:
            return store.tokens_of(reading, scope.actor.id)

    def _create(self, call: Call, given: CreateToken) -> TokenMade:
        owner_id = call.scope.actor.id
        if given.login is not None:
            found = store.find_login(call.uow, given.login) if call.scope.everything else None
            if found is None:
                raise NotFoundError(f"there is nobody with the login {given.login!r}")
            owner_id = found[0].id
        elif call.scope.actor.kind != "person":
            raise RefusedError("a token belongs to a person", code="token-owner", hint="name one with login")
        secret = ids.new_secret()
        now_us = self._clock.now_us()
        expires_us = now_us + given.days * DAY_US
        token = Token(ids.uuid7(self._clock).replace("-", ""), owner_id, given.name, now_us, expires_us, None, None)
        store.add_token(call.uow, token, secret_hash=ids.hash_secret(secret))
        return TokenMade(id=token.id, token=f"dt_{token.id}_{secret}", expires_us=expires_us)

    def _revoke(self, call: Call, given: RevokeToken) -> Nothing:
        found = store.find_token(call.uow, given.token_id)
        mine = found is not None and (call.scope.everything or found[0].person_id == call.scope.actor.id)
        if not mine:
            raise NotFoundError("there is no such token")
        store.revoke_tokens(call.uow, [given.token_id], at_us=self._clock.now_us())
        return Nothing()
