"""Set-up, sign-in, sessions, tokens, and compiling a person's grants to a Scope.

Nobody exists at first: a one-time token, printed on the console, makes one person with one visible grant.
A wrong password and an unknown login take the same time and answer the same.
"""

from __future__ import annotations

import hmac
import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from pydantic import BaseModel, Field

from dovetail.core import ids, limits
from dovetail.core.clock import DAY_US, MINUTE_US, Clock
from dovetail.core.errors import InvalidError, NotFoundError, RefusedError, UnauthenticatedError
from dovetail.core.scope import Actor, EquipmentTree, Scope, system_scope
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.operations.operation import Call, Input, Nothing, Operation, execute
from dovetail.security import store
from dovetail.security.model import Grant, Person, Session, Token, check_password
from dovetail.security.roles import ADMINISTRATOR, ROLES

FAILURES_MAX: Final = 5  # SECURITY A7: the sixth within five minutes waits
FAILURES_WITHIN_US: Final = 5 * MINUTE_US
LOCKED_US: Final = 15 * MINUTE_US
TOUCH_EVERY_US: Final = MINUTE_US  # a session in use is written once a minute, not at each request
TOKEN_DAYS_MAX: Final = 365  # SECURITY §5.5
LOCALES: Final = ("en", "de")
GATE: Final = system_scope("gate")


class SetUp(Input):
    """The first person of an installation."""

    token: str
    login: str = Field(min_length=1, max_length=120, pattern=r"^[^\s]+$")
    name: str = Field(min_length=1, max_length=200)
    password: str = ""
    locale: str = "en"


class PersonMade(BaseModel):
    person_id: str


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


class SignInLink(Input):
    """A one-time way in for a person who has lost theirs."""

    login: str


class LinkMade(BaseModel):
    """The token of a one-time link, shown this once."""

    token: str = ""
    expires_us: int


class RevokeToken(Input):
    token_id: str


class SetLocale(Input):
    locale: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session and the cookie that opens it."""

    person: Person
    session: Session
    cookie: str


class SecurityRoom:
    """Answers who somebody is and what they may do; implements `core.scope.Authorizer`."""

    def __init__(self, database: Database, *, tree: EquipmentTree, clock: Clock) -> None:
        self._database = database
        self._tree = tree
        self._clock = clock
        self._hasher = PasswordHasher()
        self._hashing = threading.BoundedSemaphore(limits.PASSWORD_HASHES_AT_ONCE)
        self._nobody_hash = self._hasher.hash(ids.new_secret())
        self.set_up = Operation(
            name="installation.set-up",
            summary="Make the first person of this installation",
            permission="system.set-up",
            input=SetUp,
            output=PersonMade,
            handler=self._set_up,
            secret_fields=frozenset({"token", "password"}),
        )
        self.create_token = Operation(
            name="token.create",
            summary="Make an API token",
            permission="token.create",
            input=CreateToken,
            output=TokenMade,
            handler=self._create_token,
            secret_fields=frozenset({"token"}),
        )
        self.revoke_token = Operation(
            name="token.revoke",
            summary="End an API token",
            permission="token.create",
            input=RevokeToken,
            output=Nothing,
            handler=self._revoke_token,
        )
        self.sign_in_link = Operation(
            name="person.sign-in-link",
            summary="Make a one-time sign-in link for a person",
            permission="system.manage",
            input=SignInLink,
            output=LinkMade,
            handler=self._sign_in_link,
            secret_fields=frozenset({"token"}),
        )
        self.set_locale = Operation(
            name="person.set-locale",
            summary="Choose the language of the screens",
            permission="self",
            input=SetLocale,
            output=Nothing,
            handler=self._set_locale,
        )

    # --- set-up ---------------------------------------------------------------------------------------------
    def needs_set_up(self) -> bool:
        """Whether nobody exists yet."""
        with self._database.read() as reading:
            return not store.anybody(reading)

    def new_set_up_token(self) -> str:
        """A fresh one-time set-up token; the one before it is void. Valid for 15 minutes."""
        with self._database.write(GATE.actor) as uow:
            return self._new_one_time(uow, "setup", None)

    def new_sign_in_token(self, login: str) -> str:
        """A one-time link for a person who exists: for the demo and for someone locked out. Valid for 15 minutes."""
        given = SignInLink(login=login)
        return execute(self.sign_in_link, given, database=self._database, scope=GATE).output.token

    def _sign_in_link(self, call: Call, given: SignInLink) -> LinkMade:
        found = store.find_login(call.uow, given.login)
        if found is None:
            raise NotFoundError(f"there is nobody with the login {given.login!r}")
        token = self._new_one_time(call.uow, "sign-in", found[0].id)
        return LinkMade(token=token, expires_us=self._clock.now_us() + limits.ONE_TIME_TOKEN_US)

    def _new_one_time(self, uow: UnitOfWork, kind: store.OneTime, person_id: str | None) -> str:
        secret = ids.new_secret()
        expires_us = self._clock.now_us() + limits.ONE_TIME_TOKEN_US
        hashed = ids.hash_secret(secret)
        store.add_one_time(uow, kind, secret_hash=hashed, expires_us=expires_us, person_id=person_id)
        return secret

    def _set_up(self, call: Call, given: SetUp) -> PersonMade:
        if store.anybody(call.uow):
            raise RefusedError("this installation is set up already", code="set-up-done")
        hashed = ids.hash_secret(given.token)
        valid, _ = store.use_one_time(call.uow, "setup", secret_hash=hashed, now_us=self._clock.now_us())
        if not valid:
            raise RefusedError("this set-up token is not valid", code="set-up-token", hint="restart prints a new one")
        if given.locale not in LOCALES:
            raise InvalidError("this language is not there yet", pointer="/locale", hint=", ".join(LOCALES))
        password_hash = None
        if given.password or call.scope.actor.id != "system:demo":
            check_password(given.password, words=("dovetail", given.login, given.name))
            with self._hashing:
                password_hash = self._hasher.hash(given.password)
        made = Person(ids.uuid7(self._clock), given.login.casefold(), given.name, given.locale, active=True)
        store.add_person(call.uow, made, password_hash=password_hash)
        store.add_grant(call.uow, Grant(made.id, ADMINISTRATOR, None))
        return PersonMade(person_id=made.id)

    # --- sign-in and sessions -------------------------------------------------------------------------------
    def sign_in(self, login: str, password: str) -> SignedIn:
        """Open a session by password. Raises UnauthenticatedError, the same for unknown, wrong and locked."""
        now_us = self._clock.now_us()
        with self._database.read() as reading:
            found = store.find_login(reading, login)
            recent = store.count_failures(reading, login, since_us=now_us - FAILURES_WITHIN_US)
            locked = recent >= FAILURES_MAX
        person, password_hash = found or (None, None)
        right = self._verify(password_hash or self._nobody_hash, password) and password_hash is not None
        if locked or not right or person is None or not person.active:
            with self._database.write(GATE.actor) as uow:
                store.add_failure(uow, login, at_us=now_us, forget_before_us=now_us - LOCKED_US)
            raise UnauthenticatedError("this login and password do not open anything", code="sign-in")
        return self._open_session(person, rehash=password if self._needs_rehash(password_hash) else None)

    def _verify(self, password_hash: str, password: str) -> bool:
        with self._hashing:
            try:
                return self._hasher.verify(password_hash, password[:1024])
            except (VerifyMismatchError, InvalidHashError):
                return False

    def _needs_rehash(self, password_hash: str | None) -> bool:
        return password_hash is not None and self._hasher.check_needs_rehash(password_hash)

    def sign_in_once(self, token: str) -> SignedIn:
        """Open a session by a one-time link. Raises UnauthenticatedError when it is used, old or wrong."""
        with self._database.write(GATE.actor) as uow:
            hashed = ids.hash_secret(token)
            valid, person_id = store.use_one_time(uow, "sign-in", secret_hash=hashed, now_us=self._clock.now_us())
            person = store.find_person(uow, person_id) if valid and person_id else None
        if person is None or not person.active:
            raise UnauthenticatedError("this link has been used or is too old", code="sign-in-link")
        return self._open_session(person)

    def _open_session(self, person: Person, *, rehash: str | None = None) -> SignedIn:
        cookie = ids.new_secret()
        now_us = self._clock.now_us()
        session = Session(ids.uuid7(self._clock), person.id, now_us, now_us)
        with self._database.write(Actor(person.id, person.name, session_id=session.id)) as uow:
            store.add_session(uow, session, secret_hash=ids.hash_secret(cookie))
            if rehash is not None:
                store.set_password_hash(uow, person.id, self._hasher.hash(rehash))
        return SignedIn(person, session, cookie)

    def sign_out(self, session_id: str) -> None:
        """End a session; its cookie opens nothing from now on."""
        with self._database.write(GATE.actor) as uow:
            store.end_session(uow, session_id)

    def scope_of_cookie(self, cookie: str) -> Scope | None:
        """The scope a session cookie opens, or None when it has ended."""
        now_us = self._clock.now_us()
        with self._database.read() as reading:
            session = store.find_session(reading, ids.hash_secret(cookie))
            if session is None or not self._alive(session, now_us):
                return None
            person = store.find_person(reading, session.person_id)
            if person is None or not person.active:
                return None
            scope = self._compile(reading, Actor(person.id, person.name, session_id=session.id))
        if now_us - session.seen_us > TOUCH_EVERY_US:
            with self._database.write(GATE.actor) as uow:
                store.touch_session(uow, session.id, seen_us=now_us)
        return scope

    @staticmethod
    def _alive(session: Session, now_us: int) -> bool:
        idle_us, age_us = now_us - session.seen_us, now_us - session.created_us
        return idle_us <= limits.SESSION_IDLE_US and age_us <= limits.SESSION_MAX_US

    def scope_of_token(self, bearer: str) -> Scope | None:
        """The scope of an API token `dt_<id>_<secret>`: its owner's, for as long as the owner may enter."""
        prefix, _, rest = bearer.partition("_")
        token_id, _, secret = rest.partition("_")
        if prefix != "dt" or not secret:
            return None
        with self._database.read() as reading:
            found = store.find_token(reading, token_id)
            if found is None or not hmac.compare_digest(found[1], ids.hash_secret(secret)):
                return None
            token = found[0]
            person = store.find_person(reading, token.person_id)
            ended = token.revoked_us is not None or token.expires_us <= self._clock.now_us()
            if ended or person is None or not person.active:
                return None
            return self._compile(reading, Actor(person.id, f"{person.name} ({token.name})", kind="token"))

    # --- scope ----------------------------------------------------------------------------------------------
    def scope_of(self, actor: Actor) -> Scope:
        """The actor's scope by the grants that stand now."""
        with self._database.read() as reading:
            return self._compile(reading, actor)

    def _compile(self, reading: Reading, actor: Actor) -> Scope:
        at: defaultdict[str, set[int]] = defaultdict(set)
        system: set[str] = {"self"}
        for grant in store.grants_of(reading, actor.id):
            role = ROLES[grant.role]
            nodes = self._tree.roots() if grant.equipment_id is None else frozenset({grant.equipment_id})
            below = frozenset[int]().union(*(self._tree.subtree(node) for node in nodes))
            for permission in role.at:
                at[permission] |= below
            if grant.equipment_id is None:
                system |= role.system
        return Scope(actor, {name: frozenset(held) for name, held in at.items()}, frozenset(system))

    def person(self, person_id: str) -> tuple[Person, list[Grant]]:
        """A person with every grant. Raises NotFoundError."""
        with self._database.read() as reading:
            found = store.find_person(reading, person_id)
            if found is None:
                raise NotFoundError("there is no such person")
            return found, store.grants_of(reading, person_id)

    # --- tokens and profile ---------------------------------------------------------------------------------
    def tokens(self, scope: Scope) -> list[Token]:
        """The caller's own tokens, without their secrets."""
        with self._database.read() as reading:
            return store.tokens_of(reading, scope.actor.id)

    def _create_token(self, call: Call, given: CreateToken) -> TokenMade:
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

    def _revoke_token(self, call: Call, given: RevokeToken) -> Nothing:
        found = store.find_token(call.uow, given.token_id)
        mine = found is not None and (call.scope.everything or found[0].person_id == call.scope.actor.id)
        if not mine:
            raise NotFoundError("there is no such token")
        store.revoke_token(call.uow, given.token_id, at_us=self._clock.now_us())
        return Nothing()

    def _set_locale(self, call: Call, given: SetLocale) -> Nothing:
        if given.locale not in LOCALES:
            raise InvalidError("this language is not there yet", pointer="/locale", hint=", ".join(LOCALES))
        store.set_locale(call.uow, call.scope.actor.id, given.locale)
        return Nothing()

    def set_up_first(self, given: SetUp, *, actor_name: str = "set-up") -> SignedIn:
        """Run the set-up operation and sign the new person in."""
        done = execute(self.set_up, given, database=self._database, scope=system_scope(actor_name))
        person, _ = self.person(done.output.person_id)
        return self._open_session(person)
