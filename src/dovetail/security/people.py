"""Who looks after the people of a plant, and how far: nobody gives, takes or opens more than they hold themselves.

Nobody changes their own role either, and somebody always remains who may administer everything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field

from dovetail.core import ids, limits
from dovetail.core.errors import InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Actor, EquipmentTree, Scope
from dovetail.db.uow import Database, UnitOfWork
from dovetail.events.security import RightsChanged
from dovetail.operations.operation import Call, Input, Nothing, Operation, Undo
from dovetail.security import store
from dovetail.security.compile import compile_scope
from dovetail.security.model import Grant, Listed, OneTime, Person, check_locale, check_password
from dovetail.security.passwords import Passwords
from dovetail.security.roles import ADMINISTRATOR, OPERATOR, ROLES, administers

MANAGE: Final = "person.manage"

Login = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\s]+$")]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class OfPerson(Input):
    """Whom it is about."""

    person_id: str


class AddPerson(Input):
    """Somebody new, with a role on the whole tree; without a password they choose one behind a one-time link."""

    login: Login
    name: Name
    role: str = OPERATOR
    locale: str = "en"
    password: str = ""


class PersonAdded(BaseModel):
    """The token of the one-time link is shown this once; empty where a password was given."""

    person_id: str
    token: str = ""
    expires_us: int | None = None


class ChangePerson(OfPerson):
    """What they are called and which language they read; what is not said stays."""

    name: Name | None = None
    locale: str | None = None


class PersonWas(BaseModel):
    """What it was before."""

    name: str
    locale: str


class SetRole(OfPerson):
    """The one role a person has on the whole tree."""

    role: str


class RolesWere(BaseModel):
    """What it was before."""

    roles: list[str]


class SignOutPerson(OfPerson):
    """End every session of a person; `tokens` says whether their programs lose their keys too."""

    tokens: Literal["keep", "end"] = "keep"


class SignInLink(OfPerson):
    """A one-time way in. `ask`: only the installation itself may let somebody in without a new password."""

    ask: Literal["password", "nothing"] = "password"


class LinkMade(BaseModel):
    """The token of a one-time link, shown this once."""

    token: str = ""
    expires_us: int


class SetPassword(OfPerson):
    """A new password for somebody, from the installation itself: an administrator makes a link and never knows it."""

    password: str


class People:
    """The operations on people, and the list of them."""

    def __init__(self, database: Database, *, tree: EquipmentTree, passwords: Passwords) -> None:
        self._database = database
        self._clock = database.clock
        self._tree = tree
        self._passwords = passwords
        self.add = _manage(
            "person.add: Add a person", AddPerson, PersonAdded, handler=self._add,
            undo=lambda _given, made: Undo("person.deactivate", OfPerson(person_id=made.person_id)),
            secret_fields=frozenset({"password", "token"}),
        )  # fmt: skip
        self.change = _manage(
            "person.change: Change a person's name or language", ChangePerson, PersonWas, handler=self._change,
            undo=lambda given, was: Undo(
                "person.change", ChangePerson(person_id=given.person_id, name=was.name, locale=was.locale)
            ),
        )  # fmt: skip
        self.set_role = _manage(
            "person.set-role: Give a person another role on the whole tree", SetRole, RolesWere,
            handler=self._set_role, undo=_role_before,
        )  # fmt: skip
        self.deactivate = _manage(
            "person.deactivate: Let a person in no more", OfPerson, Nothing, handler=self._deactivate,
            undo=lambda given, _out: Undo("person.activate", given),
        )  # fmt: skip
        self.activate = _manage(
            "person.activate: Let a person in again", OfPerson, Nothing, handler=self._activate,
            undo=lambda given, _out: Undo("person.deactivate", given),
        )  # fmt: skip
        self.sign_out = _manage(
            "person.sign-out: End every session of a person", SignOutPerson, Nothing, handler=self._sign_out
        )
        self.sign_in_link = _manage(
            "person.sign-in-link: Make a one-time sign-in link for a person", SignInLink, LinkMade,
            handler=self._link, secret_fields=frozenset({"token"}),
        )  # fmt: skip
        self.set_password = _manage(
            "person.set-password: Set a person's password", SetPassword, Nothing,
            handler=self._set_password, secret_fields=frozenset({"password"}),
        )  # fmt: skip
        self.operations: tuple[Operation[Any, Any], ...] = (
            self.add, self.change, self.set_role, self.deactivate, self.activate, self.sign_out, self.sign_in_link,
            self.set_password,
        )  # fmt: skip

    # --- who there is ---------------------------------------------------------------------------------------
    def listed(self, *, after_login: str, limit: int, scope: Scope) -> list[tuple[Listed, bool]]:
        """People by login, and whether the caller may look after them. Raises RefusedError."""
        scope.require(MANAGE, None)
        with self._database.read() as reading:
            found = store.list_people(reading, after_login=after_login, limit=limit, now_us=self._clock.now_us())
        kinds = {one.kind: one.grants for one in found}  # a plant has many people and few kinds of grants
        reach = {kind: self._covers(scope, grants) for kind, grants in kinds.items()}
        return [(one, reach[one.kind]) for one in found]

    def may_give(self, role: str, *, scope: Scope) -> bool:
        """Whether the caller holds all that the role would give on the whole tree."""
        return scope.holds(MANAGE) and self._covers(scope, [Grant("", role, None)])

    def _covers(self, scope: Scope, grants: Sequence[Grant]) -> bool:
        return scope.covers(compile_scope(self._tree, Actor("", ""), grants))

    def _within_reach(self, call: Call, person_id: str) -> Person:
        """The person. Raises NotFoundError, or RefusedError when they may do more than the caller."""
        found = store.find_person(call.uow, person_id)
        if found is None:
            raise NotFoundError("there is no such person")
        if not self._covers(call.scope, store.grants_of(call.uow, person_id)):
            raise RefusedError(f"{found.name} may do things that you may not", code="person-above")
        return found

    def _require_gift(self, call: Call, role: str) -> None:
        if role not in ROLES:
            raise InvalidError("there is no such role", pointer="/role", code="role-unknown", hint=", ".join(ROLES))
        if not self._covers(call.scope, [Grant("", role, None)]):
            raise RefusedError("nobody gives a role that holds more than their own", code="role-above")

    @staticmethod
    def _not_oneself(call: Call, person_id: str, *, hint: str) -> None:
        if person_id == call.scope.actor.id:
            raise RefusedError("nobody does this to themselves", code="own-account", hint=hint)

    @staticmethod
    def _keep_an_administrator(uow: UnitOfWork, person_id: str, *, roles_then: Sequence[str]) -> None:
        """Raise RefusedError when nobody would be left who may do everything; asked before the change."""
        _ = uow.known  # from here on nobody else changes anything: two administrators cannot end each other
        roles = store.active_roles(uow)
        others = any(administers(held) for one, held in roles.items() if one != person_id)
        if administers(roles.get(person_id, ())) and not administers(roles_then) and not others:
            raise RefusedError(
                "this is the last administrator", code="last-administrator", hint="make somebody else one first"
            )

    # --- what may be done -----------------------------------------------------------------------------------
    def _add(self, call: Call, given: AddPerson) -> PersonAdded:
        self._require_gift(call, given.role)
        check_locale(given.locale)
        _ = call.uow.known  # two people who take the same login take it one after the other
        if store.find_login(call.uow, given.login) is not None:
            raise InvalidError("this login is taken", pointer="/login", code="login-taken")
        made = Person(ids.uuid7(self._clock), given.login.casefold(), given.name.strip(), given.locale, active=True)
        hashed = self._hashed(call, made, given.password) if given.password else None
        store.add_person(call.uow, made, password_hash=hashed)
        store.add_grant(call.uow, Grant(made.id, given.role, None))
        if hashed is not None:
            return PersonAdded(person_id=made.id)
        link = self.new_link(call.uow, "new-password", made.id)
        return PersonAdded(person_id=made.id, token=link.token, expires_us=link.expires_us)

    def _change(self, call: Call, given: ChangePerson) -> PersonWas:
        was = self._within_reach(call, given.person_id)
        name, locale = (given.name or was.name).strip(), given.locale or was.locale
        check_locale(locale)
        store.set_person(call.uow, was.id, name=name, locale=locale)
        return PersonWas(name=was.name, locale=was.locale)

    def _set_role(self, call: Call, given: SetRole) -> RolesWere:
        self._not_oneself(call, given.person_id, hint="ask another administrator")
        found = self._within_reach(call, given.person_id)
        self._require_gift(call, given.role)
        self._keep_an_administrator(call.uow, found.id, roles_then=[given.role])
        whole = [grant.role for grant in store.grants_of(call.uow, found.id) if grant.equipment_id is None]
        store.set_role_on_all(call.uow, found.id, given.role)
        call.uow.emit(RightsChanged(found.id))
        return RolesWere(roles=whole)

    def _deactivate(self, call: Call, given: OfPerson) -> Nothing:
        self._not_oneself(call, given.person_id, hint="ask another administrator")
        found = self._within_reach(call, given.person_id)
        self._keep_an_administrator(call.uow, found.id, roles_then=[])
        store.set_active(call.uow, found.id, active=False)
        self._end_everything(call.uow, found.id)
        return Nothing()

    def _activate(self, call: Call, given: OfPerson) -> Nothing:
        store.set_active(call.uow, self._within_reach(call, given.person_id).id, active=True)
        return Nothing()

    def _sign_out(self, call: Call, given: SignOutPerson) -> Nothing:
        found = self._within_reach(call, given.person_id)
        self._end_everything(call.uow, found.id)
        if given.tokens == "end":
            tokens = [token.id for token in store.tokens_of(call.uow, found.id)]
            store.revoke_tokens(call.uow, tokens, at_us=self._clock.now_us())
        return Nothing()

    def _link(self, call: Call, given: SignInLink) -> LinkMade:
        self._not_oneself(call, given.person_id, hint="change your password in your profile")
        found = self._within_reach(call, given.person_id)
        if given.ask == "nothing" and not call.scope.everything:
            raise RefusedError("only the installation itself opens an account without a new password", code="link-ask")
        if not found.active:
            raise RefusedError(f"{found.name} may not enter", code="person-inactive", hint="activate them first")
        return self.new_link(call.uow, "sign-in" if given.ask == "nothing" else "new-password", found.id)

    def _set_password(self, call: Call, given: SetPassword) -> Nothing:
        found = self._within_reach(call, given.person_id)
        store.set_password_hash(call.uow, found.id, self._hashed(call, found, given.password))
        self._end_everything(call.uow, found.id)
        return Nothing()

    def _hashed(self, call: Call, person: Person, password: str) -> str:
        if not call.scope.everything:
            raise RefusedError("nobody sets another's password", code="password-of-another", hint="make a link")
        check_password(password, words=("dovetail", person.login, person.name))
        return self._passwords.hash(password)

    @staticmethod
    def _end_everything(uow: UnitOfWork, person_id: str) -> None:
        """Sessions and links; tokens open nothing while their person may not enter."""
        store.end_sessions(uow, person_id)
        store.drop_one_time(uow, person_id)
        uow.emit(RightsChanged(person_id))

    def new_link(self, uow: UnitOfWork, kind: OneTime, person_id: str | None) -> LinkMade:
        """A fresh one-time secret; the one before it for the same purpose is void."""
        secret = ids.new_secret()
        expires_us = self._clock.now_us() + limits.ONE_TIME_TOKEN_US
        store.add_one_time(uow, kind, secret_hash=ids.hash_secret(secret), expires_us=expires_us, person_id=person_id)
        return LinkMade(token=secret, expires_us=expires_us)


def _manage[I: BaseModel, O: BaseModel](
    words: str,
    given: type[I],
    made: type[O],
    *,
    handler: Callable[[Call, I], O],
    undo: Callable[[I, O], Undo | None] | None = None,
    secret_fields: frozenset[str] = frozenset(),
) -> Operation[I, O]:
    """An operation of those who look after people; `words` are its name and its summary."""
    name, _, summary = words.partition(": ")
    return Operation(name, summary, MANAGE, given, made, handler, undo=undo, secret_fields=secret_fields)


def _role_before(given: SetRole, were: RolesWere) -> Undo | None:
    """Back to the one role; the halves of an administrator come back as one."""
    roles = [ADMINISTRATOR] if administers(were.roles) else were.roles
    return Undo("person.set-role", SetRole(person_id=given.person_id, role=roles[0])) if len(roles) == 1 else None
