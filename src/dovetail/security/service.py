"""Set-up, sign-in and sessions, and the scope behind a cookie or a token.

Nobody exists at first: a one-time token, printed on the console, makes one person with one visible grant.
A wrong password and an unknown login take the same time and answer the same.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from dovetail.core import ids
from dovetail.core.clock import MINUTE_US, Clock
from dovetail.core.errors import NotFoundError, RefusedError, UnauthenticatedError
from dovetail.core.scope import Actor, EquipmentTree, Scope, system_scope
from dovetail.db.uow import Database, Reading
from dovetail.events.security import RightsChanged
from dovetail.operations.operation import Call, Input, Operation, execute
from dovetail.security import store
from dovetail.security.account import Account
from dovetail.security.compile import compile_scope, only_self
from dovetail.security.model import Grant, Person, Session, check_locale, check_password
from dovetail.security.passwords import Failures, Passwords
from dovetail.security.people import Login, Name, People, SignInLink
from dovetail.security.roles import ADMINISTRATOR
from dovetail.security.tokens import Tokens

TOUCH_EVERY_US: Final = MINUTE_US  # a session or token in use is written once a minute, not at each request
GATE: Final = system_scope("gate")


class SetUp(Input):
    """The first person of an installation."""

    token: str
    login: Login
    name: Name
    password: str = ""
    locale: str = "en"


class PersonMade(BaseModel):
    person_id: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session and the cookie that opens it."""

    person: Person
    session: Session
    cookie: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's own account. `password_due`: this session opens nothing before a password is chosen."""

    person: Person
    grants: list[Grant]
    has_password: bool
    password_due: bool


class SecurityRoom:
    """Answers who somebody is and what they may do; implements `core.scope.Authorizer`."""

    def __init__(self, database: Database, *, tree: EquipmentTree, clock: Clock) -> None:
        self._database = database
        self._tree = tree
        self._clock = clock
        self._passwords = Passwords()
        self._failures = Failures(database)
        self.people = People(database, tree=tree, passwords=self._passwords)
        self.account = Account(database, passwords=self._passwords, failures=self._failures)
        self.tokens = Tokens(database)
        self.set_up = Operation(
            name="installation.set-up",
            summary="Make the first person of this installation",
            permission="system.set-up",
            input=SetUp,
            output=PersonMade,
            handler=self._set_up,
            secret_fields=frozenset({"token", "password"}),
        )

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        return (self.set_up, *self.tokens.operations, *self.people.operations, *self.account.operations)

    # --- set-up ---------------------------------------------------------------------------------------------
    def needs_set_up(self) -> bool:
        """Whether nobody exists yet."""
        with self._database.read() as reading:
            return not store.anybody(reading)

    def new_set_up_token(self) -> str:
        """A fresh one-time set-up token; the one before it is void. Valid for 15 minutes."""
        with self._database.write(GATE.actor) as uow:
            return self.people.new_link(uow, "setup", None).token

    def new_sign_in_token(self, login: str) -> str:
        """A one-time link for a person who exists and keeps their password: for the demo. Valid for 15 minutes."""
        with self._database.read() as reading:
            found = store.find_login(reading, login)
        if found is None:
            raise NotFoundError(f"there is nobody with the login {login!r}")
        given = SignInLink(person_id=found[0].id, ask="nothing")
        return execute(self.people.sign_in_link, given, database=self._database, scope=GATE).output.token

    def _set_up(self, call: Call, given: SetUp) -> PersonMade:
        if store.anybody(call.uow):
            raise RefusedError("this installation is set up already", code="set-up-done")
        hashed = ids.hash_secret(given.token)
        if store.use_one_time(call.uow, ("setup",), secret_hash=hashed, now_us=self._clock.now_us()) is None:
            raise RefusedError("this set-up token is not valid", code="set-up-token", hint="restart prints a new one")
        check_locale(given.locale)
        password_hash = None
        if given.password or call.scope.actor.id != "system:demo":
            check_password(given.password, words=("dovetail", given.login, given.name))
            password_hash = self._passwords.hash(given.password)
        made = Person(ids.uuid7(self._clock), given.login.casefold(), given.name, given.locale, active=True)
        store.add_person(call.uow, made, password_hash=password_hash)
        store.add_grant(call.uow, Grant(made.id, ADMINISTRATOR, None))
        return PersonMade(person_id=made.id)

    def set_up_first(self, given: SetUp, *, actor_name: str = "set-up", agent: str = "") -> SignedIn:
        """Run the set-up operation and sign the new person in."""
        done = execute(self.set_up, given, database=self._database, scope=system_scope(actor_name))
        person = Person(done.output.person_id, given.login.casefold(), given.name, given.locale, active=True)
        return self._open_session(person, agent=agent)

    # --- sign-in and sessions -------------------------------------------------------------------------------
    def sign_in(self, login: str, password: str, *, agent: str = "") -> SignedIn:
        """Open a session by password. Raises UnauthenticatedError, the same for unknown, wrong and locked."""
        with self._database.read() as reading:
            found = store.find_login(reading, login)
        locked = self._failures.locked(login)
        person, password_hash = found or (None, None)
        right = self._passwords.right(password_hash, password)
        if locked or not right or person is None or not person.active:
            self._failures.add(login)
            raise UnauthenticatedError("this login and password do not open anything", code="sign-in")
        rehash = self._passwords.hash(password) if self._passwords.outdated(password_hash) else None
        return self._open_session(person, agent=agent, rehash=rehash)

    def sign_in_once(self, token: str, *, agent: str = "") -> SignedIn:
        """Open a session by a one-time link. Raises UnauthenticatedError when it is used, old or wrong."""
        with self._database.write(GATE.actor) as uow:
            hashed, now_us = ids.hash_secret(token), self._clock.now_us()
            used = store.use_one_time(uow, ("sign-in", "new-password"), secret_hash=hashed, now_us=now_us)
            person = store.find_person(uow, used[1]) if used and used[1] else None
        if used is None or person is None or not person.active:
            raise UnauthenticatedError("this link has been used or is too old", code="sign-in-link")
        return self._open_session(person, agent=agent, password_due=used[0] == "new-password")

    def _open_session(
        self, person: Person, *, agent: str, rehash: str | None = None, password_due: bool = False
    ) -> SignedIn:
        cookie = ids.new_secret()
        now_us = self._clock.now_us()
        session = Session(ids.uuid7(self._clock), person.id, now_us, now_us, agent[:300], password_due)
        with self._database.write(Actor(person.id, person.name, session_id=session.id)) as uow:
            store.forget_sessions(uow, person.id, now_us=now_us)
            store.add_session(uow, session, secret_hash=ids.hash_secret(cookie))
            store.touch_person(uow, person.id, seen_us=now_us)
            if rehash is not None:
                store.set_password_hash(uow, person.id, rehash)
        return SignedIn(person, session, cookie)

    def sign_out(self, scope: Scope) -> None:
        """End the caller's session; its cookie opens nothing from now on. A token has none."""
        if scope.actor.session_id is not None:
            with self._database.write(scope.actor) as uow:
                store.end_session(uow, scope.actor.session_id)
                uow.emit(RightsChanged(scope.actor.id))

    # --- scope ----------------------------------------------------------------------------------------------
    def scope_of_cookie(self, cookie: str) -> Scope | None:
        """The scope a session cookie opens, or None when it has ended."""
        now_us = self._clock.now_us()
        with self._database.read() as reading:
            session = store.find_session(reading, ids.hash_secret(cookie))
            if session is None or not session.alive(now_us):
                return None
            person = store.find_person(reading, session.person_id)
            if person is None or not person.active:
                return None
            actor = Actor(person.id, person.name, session_id=session.id)
            scope = only_self(actor) if session.password_due else self._compile(reading, actor)
        if now_us - session.seen_us > TOUCH_EVERY_US:
            with self._database.write(GATE.actor) as uow:
                store.touch_session(uow, session, seen_us=now_us)
        return scope

    def scope_of_token(self, bearer: str) -> Scope | None:
        """The scope of an API token `dt_<id>_<secret>`: its owner's, for as long as the owner may enter."""
        prefix, _, rest = bearer.partition("_")
        token_id, _, secret = rest.partition("_")
        if prefix != "dt" or not secret:
            return None
        now_us = self._clock.now_us()
        with self._database.read() as reading:
            found = store.find_token(reading, token_id)
            if found is None or not hmac.compare_digest(found[1], ids.hash_secret(secret)):
                return None
            token = found[0]
            person = store.find_person(reading, token.person_id)
            ended = token.revoked_us is not None or token.expires_us <= now_us
            if ended or person is None or not person.active:
                return None
            scope = self._compile(reading, Actor(person.id, f"{person.name} ({token.name})", kind="token"))
        if token.last_used_us is None or now_us - token.last_used_us > TOUCH_EVERY_US:
            with self._database.write(GATE.actor) as uow:
                store.touch_token(uow, token.id, used_us=now_us)
        return scope

    def scope_of(self, actor: Actor) -> Scope:
        """The actor's scope by the grants that stand now."""
        with self._database.read() as reading:
            return self._compile(reading, actor)

    def _compile(self, reading: Reading, actor: Actor) -> Scope:
        return compile_scope(self._tree, actor, store.grants_of(reading, actor.id))

    def standing(self, scope: Scope) -> Standing:
        """The caller's own account. Raises NotFoundError for who is no person."""
        me = scope.actor.id
        with self._database.read() as reading:
            found = store.find_person(reading, me)
            if found is None:
                raise NotFoundError("there is no such person")
            has_password = store.password_hash_of(reading, me) is not None
            sessions = store.sessions_of(reading, me)
            due = any(one.password_due for one in sessions if one.id == scope.actor.session_id)
            return Standing(found, store.grants_of(reading, me), has_password, due)
