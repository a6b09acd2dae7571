"""What everybody does for themselves: choose a password and a language, see where they are signed in, and end that."""

from __future__ import annotations

from typing import Any, Final, Literal

from dovetail.core.errors import InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.events.security import RightsChanged
from dovetail.operations.operation import Call, Input, Nothing, Operation, execute
from dovetail.security import store
from dovetail.security.model import Session, check_locale, check_password
from dovetail.security.passwords import Failures, Passwords

SELF: Final = "self"


class SetLocale(Input):
    """The language one reads."""

    locale: str


class SignOutEverywhere(Input):
    """End one's sessions; `this` says whether the one that asks goes too."""

    this: Literal["keep", "end"] = "keep"


class EndSession(Input):
    """One of one's own sessions."""

    session_id: str


class ChangePassword(Input):
    """A new password for oneself. `old` is not asked of somebody whom a link let in, or who has none yet."""

    password: str
    old: str = ""


class KeepPassword(Input):
    """The hash of a password that was checked; never part of the catalogue."""

    password_hash: str


class Account:
    """The operations on one's own account."""

    def __init__(self, database: Database, *, passwords: Passwords, failures: Failures) -> None:
        self._database = database
        self._clock = database.clock
        self._passwords = passwords
        self._failures = failures
        self.set_locale = Operation(
            "person.set-locale", "Choose the language of the screens", SELF, SetLocale, Nothing, self._set_locale
        )
        self.end_session = Operation(
            "session.end", "End one of my sessions", SELF, EndSession, Nothing, self._end_session
        )
        self.sign_out_everywhere = Operation(
            "session.end-all", "Sign out everywhere", SELF, SignOutEverywhere, Nothing, self._end_all
        )
        self._keep_password = Operation(
            "person.change-password", "Change my password", SELF, KeepPassword, Nothing, self._keep,
            secret_fields=frozenset({"password_hash"}),
        )  # fmt: skip
        self.operations: tuple[Operation[Any, Any], ...] = (
            self.set_locale, self.end_session, self.sign_out_everywhere
        )  # fmt: skip

    def sessions(self, scope: Scope) -> list[Session]:
        """The caller's own sessions that still open something, used last first."""
        with self._database.read() as reading:
            found = store.sessions_of(reading, scope.actor.id)
        return [session for session in found if session.alive(self._clock.now_us())]

    def change_password(self, given: ChangePassword, *, scope: Scope) -> None:
        """Keep the caller's new password and end their other sessions.

        The old one is checked first and outside of the transaction: hashing takes long, and a wrong guess must be
        counted though nothing else changes. Raises InvalidError, RefusedError.
        """
        person_id, session_id = scope.actor.id, scope.actor.session_id
        with self._database.read() as reading:
            person = store.find_person(reading, person_id)
            password_hash = store.password_hash_of(reading, person_id)
            mine = [one for one in store.sessions_of(reading, person_id) if one.id == session_id]
        if person is None or not mine:
            raise RefusedError("a password is changed by a person who is signed in", code="password-session")
        if password_hash is not None and not mine[0].password_due:
            if self._failures.locked(person.login):
                raise RefusedError("too many wrong passwords", code="password-locked", hint="wait a quarter of an hour")
            if not self._passwords.right(password_hash, given.old):
                self._failures.add(person.login)
                raise InvalidError("this is not your password", pointer="/old", code="password-wrong")
        check_password(given.password, words=("dovetail", person.login, person.name))
        if given.password == given.old:
            raise InvalidError("this is the password you have", pointer="/password", code="password-same")
        kept = KeepPassword(password_hash=self._passwords.hash(given.password))
        execute(self._keep_password, kept, database=self._database, scope=scope)

    def _keep(self, call: Call, given: KeepPassword) -> Nothing:
        me, session_id = call.scope.actor.id, call.scope.actor.session_id
        store.set_password_hash(call.uow, me, given.password_hash)
        store.end_sessions(call.uow, me, but=session_id)
        store.drop_one_time(call.uow, me)
        if session_id is not None:
            store.password_chosen(call.uow, session_id)
        call.uow.emit(RightsChanged(me))
        return Nothing()

    def _set_locale(self, call: Call, given: SetLocale) -> Nothing:
        check_locale(given.locale)
        me = store.find_person(call.uow, call.scope.actor.id)
        if me is None:
            raise NotFoundError("there is no such person")
        store.set_person(call.uow, me.id, name=me.name, locale=given.locale)
        return Nothing()

    def _end_session(self, call: Call, given: EndSession) -> Nothing:
        me = call.scope.actor.id
        if given.session_id not in {session.id for session in store.sessions_of(call.uow, me)}:
            raise NotFoundError("there is no such session")
        store.end_session(call.uow, given.session_id)
        call.uow.emit(RightsChanged(me))
        return Nothing()

    def _end_all(self, call: Call, given: SignOutEverywhere) -> Nothing:
        me, session_id = call.scope.actor.id, call.scope.actor.session_id
        store.end_sessions(call.uow, me, but=session_id if given.this == "keep" else None)
        call.uow.emit(RightsChanged(me))
        return Nothing()
