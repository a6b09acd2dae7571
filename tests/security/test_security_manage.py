"""Looking after people: nobody gives or opens more than they hold, an administrator remains, an end is an end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from dovetail.core.bus import Bus
from dovetail.core.clock import HOUR_US, MINUTE_US
from dovetail.core.errors import InvalidError, NotFoundError, RefusedError, UnauthenticatedError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.events.security import RightsChanged
from dovetail.operations.operation import Catalogue, Done, execute
from dovetail.security.account import ChangePassword, EndSession, SignOutEverywhere
from dovetail.security.people import (
    AddPerson,
    ChangePerson,
    OfPerson,
    PersonAdded,
    SetPassword,
    SetRole,
    SignInLink,
    SignOutPerson,
)
from dovetail.security.service import SecurityRoom
from dovetail.security.tokens import CreateToken
from dovetail.testing.clock import ManualClock

FIRST, SECOND, THIRD = "quiet bottles on a belt", "a capper that never jams", "labels on both sides"
INSTALLATION = system_scope("cli:test")


class Tree:
    """One enterprise (1) with two lines (2, 3)."""

    def subtree(self, equipment_id: int) -> frozenset[int]:
        return {1: frozenset({1, 2, 3})}.get(equipment_id, frozenset({equipment_id}))

    def roots(self) -> frozenset[int]:
        return frozenset({1})


class People:
    """A room with people in it, each known by login."""

    def __init__(self, room: SecurityRoom, database: Database) -> None:
        self.room = room
        self.database = database
        self.ids: dict[str, str] = {}

    def add(self, login: str, role: str, *, by: Scope = INSTALLATION, password: str = "") -> PersonAdded:
        given = AddPerson(login=login, name=login.title(), role=role, password=password)
        made = execute(self.room.people.add, given, database=self.database, scope=by).output
        self.ids[login] = made.person_id
        return made

    def scope(self, login: str) -> Scope:
        return self.room.scope_of(Actor(self.ids[login], login))

    def by(self, login: str) -> Scope:
        """Of whoever has this login; empty: of the installation itself."""
        return self.scope(login) if login else INSTALLATION

    def do(self, operation: str, /, *, by: str = "", **given: str) -> Done[Any]:
        found = Catalogue(list(self.room.operations)).find(operation)
        return execute(found, found.input.model_validate(given), database=self.database, scope=self.by(by))

    def undo(self, audit_id: int, *, by: str) -> None:
        Catalogue(list(self.room.operations)).undo(audit_id, database=self.database, scope=self.by(by))

    def roles(self, login: str) -> list[str]:
        found = self.room.people.listed(after_login="", limit=100, scope=INSTALLATION)
        return next([grant.role for grant in one.grants] for one, _ in found if one.person.login == login)


def staffed(database: Database, clock: ManualClock) -> People:
    found = People(SecurityRoom(database, tree=Tree(), clock=clock), database)
    roles = {"anna": "administrator", "it": "system-administrator", "olga": "operator", "vic": "viewer"}
    for login, role in roles.items():
        found.add(login, role)
    return found


@pytest.fixture
def people(database: Database, clock: ManualClock) -> People:
    """An administrator (anna), one who administers but for the production data (it), an operator and a viewer."""
    return staffed(database, clock)


@pytest.fixture
def on_sqlite(sqlite_database: Database, clock: ManualClock) -> People:
    """The same people, for a long table whose SQL the other tests show on both stores."""
    return staffed(sqlite_database, clock)


@pytest.fixture
def with_password(people: People) -> People:
    """The viewer has a password."""
    people.do("person.set-password", person_id=people.ids["vic"], password=FIRST)
    return people


def refusal(act: Callable[[], object]) -> str:
    """The code with which it is refused; empty when it is not."""
    try:
        act()
    except RefusedError as error:
        return error.code
    return ""


@pytest.mark.parametrize(
    "by, operation, given, code",
    [
        ("anna", "person.set-role", {"person_id": "olga", "role": "administrator"}, ""),
        ("anna", "person.set-role", {"person_id": "anna", "role": "administrator"}, "own-account"),
        ("anna", "person.set-role", {"person_id": "olga", "role": "emperor"}, "role-unknown"),
        ("anna", "person.deactivate", {"person_id": "anna"}, "own-account"),
        ("anna", "person.sign-in-link", {"person_id": "anna"}, "own-account"),
        ("anna", "person.sign-in-link", {"person_id": "it"}, ""),
        ("anna", "person.sign-in-link", {"person_id": "olga", "ask": "nothing"}, "link-ask"),
        ("anna", "person.set-password", {"person_id": "olga", "password": SECOND}, "password-of-another"),
        ("anna", "person.change", {"person_id": "anna", "name": "Anna N."}, ""),
        ("anna", "person.change", {"person_id": "olga", "locale": "xx"}, "invalid"),
        ("anna", "person.deactivate", {"person_id": "nobody"}, "not-found"),
        ("it", "person.set-role", {"person_id": "olga", "role": "viewer"}, "person-above"),  # olga sees production
        ("it", "person.set-role", {"person_id": "it", "role": "administrator"}, "own-account"),
        ("it", "person.add", {"login": "puppet", "name": "P", "role": "administrator"}, "role-above"),
        ("it", "person.add", {"login": "second", "name": "S", "role": "system-administrator"}, ""),
        ("it", "person.sign-in-link", {"person_id": "anna"}, "person-above"),  # it would open all of anna's rights
        ("it", "person.sign-out", {"person_id": "anna"}, "person-above"),
        ("olga", "person.set-role", {"person_id": "vic", "role": "viewer"}, "permission"),
        ("olga", "person.add", {"login": "x", "name": "X", "role": "viewer"}, "permission"),
        ("olga", "token.create", {"name": "x"}, "permission"),
        ("vic", "person.deactivate", {"person_id": "olga"}, "permission"),
        ("", "person.deactivate", {"person_id": "anna"}, "last-administrator"),  # not even from the command line
        ("", "person.set-role", {"person_id": "anna", "role": "system-administrator"}, "last-administrator"),
        ("", "person.set-role", {"person_id": "anna", "role": "administrator"}, ""),
        ("", "person.add", {"login": "OLGA", "name": "Another", "role": "viewer"}, "login-taken"),
    ],
)
def test_who_may_do_what_to_whom(on_sqlite: People, by: str, operation: str, given: dict[str, str], code: str) -> None:
    ids = on_sqlite.ids
    known = {key: ids.get(value, value) if key == "person_id" else value for key, value in given.items()}
    assert refusal(lambda: on_sqlite.do(operation, by=by, **known)) == code


def test_an_administrator_remains_until_there_is_another(people: People) -> None:
    people.do("person.set-role", by="anna", person_id=people.ids["olga"], role="administrator")
    people.do("person.deactivate", by="olga", person_id=people.ids["anna"])
    assert refusal(lambda: people.do("person.deactivate", person_id=people.ids["olga"])) == "last-administrator"


def test_a_change_is_taken_back(with_password: People) -> None:
    people = with_password
    done = people.do("person.set-role", by="anna", person_id=people.ids["olga"], role="viewer")
    assert people.roles("olga") == ["viewer"]
    people.undo(done.audit_id, by="anna")
    assert people.roles("olga") == ["operator"]
    done = people.do("person.change", by="anna", person_id=people.ids["olga"], name="Olga B.", locale="de")
    people.undo(done.audit_id, by="anna")
    person, _ = people.room.people.listed(after_login="it", limit=1, scope=INSTALLATION)[0]
    assert (person.person.login, person.person.name, person.person.locale) == ("olga", "Olga", "en")
    done = people.do("person.deactivate", by="anna", person_id=people.ids["vic"])
    with pytest.raises(UnauthenticatedError):
        people.room.sign_in("vic", FIRST)
    people.undo(done.audit_id, by="anna")
    assert people.room.sign_in("vic", FIRST).person.login == "vic"


def test_a_link_asks_for_a_password_before_it_opens_anything(people: People, clock: ManualClock) -> None:
    room = people.room
    link = people.add("ned", "operator").token
    entered = room.sign_in_once(link, agent="Firefox")
    scope = room.scope_of_cookie(entered.cookie)
    assert scope is not None
    assert (dict(scope.at), scope.system) == ({}, frozenset({"self"}))
    assert room.standing(scope).password_due
    with pytest.raises(InvalidError) as refused:
        room.account.change_password(ChangePassword(password="short"), scope=scope)
    assert (refused.value.code, refused.value.pointer) == ("password-short", "/password")
    room.account.change_password(ChangePassword(password=FIRST), scope=scope)
    after = room.scope_of_cookie(entered.cookie)
    assert after is not None
    assert after.sees("job.operate", 3)
    assert not room.standing(after).password_due
    assert room.sign_in("ned", FIRST).person.login == "ned"


def test_a_new_link_ends_the_old_one_and_leaves_a_working_session_alone(with_password: People) -> None:
    people = with_password
    room = people.room
    working = room.sign_in("vic", FIRST)
    old = people.do("person.sign-in-link", by="anna", person_id=people.ids["vic"]).output.token
    new = people.do("person.sign-in-link", by="anna", person_id=people.ids["vic"]).output.token
    with pytest.raises(UnauthenticatedError):
        room.sign_in_once(old)
    before = room.scope_of_cookie(working.cookie)
    assert before is not None and before.sees("plant.view", 2)
    entered = room.scope_of_cookie(room.sign_in_once(new).cookie)
    assert entered is not None and not entered.sees("plant.view", 2)
    room.account.change_password(ChangePassword(password=SECOND), scope=entered)
    assert room.scope_of_cookie(working.cookie) is None  # a new password ends the other sessions
    with pytest.raises(UnauthenticatedError):
        room.sign_in("vic", FIRST)


def test_a_password_is_changed_by_who_knows_it(with_password: People, clock: ManualClock) -> None:
    people = with_password
    room = people.room
    here, there = room.sign_in("vic", FIRST), room.sign_in("vic", FIRST)
    scope = room.scope_of_cookie(here.cookie)
    assert scope is not None

    def change(old: str, new: str) -> str:
        given = ChangePassword(old=old, password=new)
        return refusal(lambda: room.account.change_password(given, scope=scope))

    assert change("", SECOND) == "password-wrong"
    assert change(FIRST, FIRST) == "password-same"
    assert change(FIRST, SECOND) == ""
    assert room.scope_of_cookie(here.cookie) is not None
    assert room.scope_of_cookie(there.cookie) is None
    assert [change("not this one, surely", THIRD) for _ in range(5)][-1] == "password-locked"
    assert change(SECOND, THIRD) == "password-locked"
    clock.tick(16 * MINUTE_US)
    assert change(SECOND, THIRD) == ""


def test_a_token_cannot_change_its_persons_password(people: People) -> None:
    scope = people.scope("anna")
    made = execute(people.room.tokens.create, CreateToken(name="x"), database=people.database, scope=scope).output
    by_token = people.room.scope_of_token(made.token)
    assert by_token is not None
    given = ChangePassword(password=SECOND)
    assert refusal(lambda: people.room.account.change_password(given, scope=by_token)) == "password-session"


@pytest.mark.parametrize(
    "operation, given, sessions_end, token_ends",
    [
        ("person.deactivate", {}, True, True),
        ("person.sign-out", {}, True, False),
        ("person.sign-out", {"tokens": "end"}, True, True),
        ("person.set-password", {"password": SECOND}, True, False),
        ("person.set-role", {"role": "administrator"}, False, False),
        ("person.change", {"name": "Vic the Second"}, False, False),
    ],
)
def test_what_an_end_ends(
    with_password: People, operation: str, given: dict[str, str], sessions_end: bool, token_ends: bool
) -> None:
    people = with_password
    room = people.room
    opened = room.sign_in("vic", FIRST)
    for_vic = CreateToken(name="wall", login="vic")
    token = execute(room.tokens.create, for_vic, database=people.database, scope=INSTALLATION).output.token
    people.do(operation, person_id=people.ids["vic"], **given)
    assert (room.scope_of_cookie(opened.cookie) is None) is sessions_end
    assert (room.scope_of_token(token) is None) is token_ends


def test_streams_hear_of_changed_rights(people: People, bus: Bus) -> None:
    heard: list[str] = []
    bus.subscribe(RightsChanged, lambda event: heard.append(event.person_id))
    vic = people.ids["vic"]
    for operation, given in (
        ("person.set-role", {"role": "operator"}),
        ("person.sign-out", {}),
        ("person.deactivate", {}),
    ):
        people.do(operation, by="anna", person_id=vic, **given)
    assert heard == [vic, vic, vic]


def test_the_list_says_who_was_here_and_how_often_they_are_signed_in(with_password: People, clock: ManualClock) -> None:
    people = with_password
    room = people.room
    first = room.sign_in("vic", FIRST)
    clock.tick(2 * HOUR_US)
    room.sign_in("vic", FIRST)
    listed = {one.person.login: one for one, _ in room.people.listed(after_login="", limit=9, scope=INSTALLATION)}
    assert (listed["vic"].sessions, listed["vic"].person.seen_us) == (2, clock.now_us())
    assert (listed["olga"].sessions, listed["olga"].person.seen_us, listed["olga"].has_password) == (0, None, False)
    clock.tick(7 * HOUR_US)  # the first has rested for nine hours, the second for seven
    listed = {one.person.login: one for one, _ in room.people.listed(after_login="", limit=9, scope=INSTALLATION)}
    assert listed["vic"].sessions == 1
    assert room.scope_of_cookie(first.cookie) is None
    within = {
        one.person.login: mine for one, mine in room.people.listed(after_login="", limit=9, scope=people.scope("it"))
    }
    assert within == {"anna": False, "it": True, "olga": False, "vic": False}


def test_ones_own_sessions_are_listed_and_ended(with_password: People) -> None:
    people = with_password
    room = people.room
    here, there, third = (room.sign_in("vic", FIRST, agent=name) for name in ("here", "there", "third"))
    scope = room.scope_of_cookie(here.cookie)
    assert scope is not None
    assert {one.agent for one in room.account.sessions(scope)} == {"here", "there", "third"}
    end = EndSession(session_id=there.session.id)
    execute(room.account.end_session, end, database=people.database, scope=scope)
    assert room.scope_of_cookie(there.cookie) is None
    olga = people.scope("olga")
    with pytest.raises(NotFoundError):
        execute(room.account.end_session, EndSession(session_id=third.session.id), database=people.database, scope=olga)
    execute(room.account.sign_out_everywhere, SignOutEverywhere(), database=people.database, scope=scope)
    assert [room.scope_of_cookie(one.cookie) is None for one in (here, third)] == [False, True]
    execute(room.account.sign_out_everywhere, SignOutEverywhere(this="end"), database=people.database, scope=scope)
    assert room.scope_of_cookie(here.cookie) is None


def test_inputs_say_what_they_need() -> None:
    for kind, given in (
        (AddPerson, {"login": "two words", "name": "X"}),
        (AddPerson, {"login": "x", "name": "  "}),
        (ChangePerson, {"person_id": "p", "name": ""}),
        (SignOutPerson, {"person_id": "p", "tokens": "some"}),
        (SignInLink, {"person_id": "p", "ask": "maybe"}),
        (SetRole, {"person_id": "p"}),
        (SetPassword, {"person_id": "p"}),
        (OfPerson, {}),
    ):
        with pytest.raises(ValidationError):
            kind.model_validate(given)


def test_no_password_or_link_is_left_anywhere(people: People, database: Database) -> None:
    from dovetail.db.tables import metadata

    link = people.add("ned", "operator").token
    entered = people.room.scope_of_cookie(people.room.sign_in_once(link).cookie)
    assert entered is not None
    people.room.account.change_password(ChangePassword(password=SECOND), scope=entered)
    given = AddPerson(login="amy", name="Amy", role="viewer", password=THIRD)
    execute(people.room.people.add, given, database=database, scope=INSTALLATION, idempotency_key="k")
    with database.read() as reading:
        rows = [repr(row) for table in metadata.sorted_tables for row in reading.connection.execute(table.select())]
    dump = "\n".join(rows)
    assert "person.change-password" in dump
    for canary in (link, SECOND, THIRD, FIRST):
        assert canary not in dump
