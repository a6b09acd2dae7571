"""Grants become scopes, one-time links open once, sessions and tokens end: the security room by itself."""

from __future__ import annotations

from itertools import pairwise

import pytest

from dovetail.core.clock import DAY_US, MINUTE_US
from dovetail.core.errors import InvalidError, NotFoundError, RefusedError, UnauthenticatedError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.operations.operation import execute
from dovetail.security.model import check_password
from dovetail.security.roles import PERMISSIONS, ROLES, administers
from dovetail.security.service import SecurityRoom, SetUp
from dovetail.security.tokens import CreateToken, RevokeToken
from dovetail.testing.clock import ManualClock

PASSWORD = "quiet bottles on a belt"


class Tree:
    """One enterprise (1) with two lines (2, 3)."""

    def subtree(self, equipment_id: int) -> frozenset[int]:
        return {1: frozenset({1, 2, 3})}.get(equipment_id, frozenset({equipment_id}))

    def roots(self) -> frozenset[int]:
        return frozenset({1})


@pytest.fixture
def room(database: Database, clock: ManualClock) -> SecurityRoom:
    return SecurityRoom(database, tree=Tree(), clock=clock)


def first_person(room: SecurityRoom) -> Scope:
    given = SetUp(token=room.new_set_up_token(), login="Anna", name="Anna Novak", password=PASSWORD)
    signed_in = room.set_up_first(given)
    scope = room.scope_of_cookie(signed_in.cookie)
    assert scope is not None
    return scope


def test_the_system_administrator_sees_no_production_data() -> None:
    assert ROLES["system-administrator"].at == frozenset()
    assert "plant.view" not in ROLES["system-administrator"].system
    assert "system.manage" not in ROLES["plant-owner"].system


@pytest.mark.parametrize(
    "role, may, may_not",
    [
        ("viewer", {"plant.view"}, {"job.operate", "timeline.edit", "token.create"}),
        ("operator", {"plant.view", "job.operate", "timeline.edit", "count.enter"}, {"count.review", "token.create"}),
        ("engineer", {"count.enter", "count.review", "samples.correct"}, {"plant.edit", "person.manage"}),
        ("administrator", {permission.name for permission in PERMISSIONS}, set[str]()),
        ("plant-owner", {"plant.view", "plant.edit", "calendar.edit"}, {"person.manage", "system.manage"}),
        ("system-administrator", {"system.manage", "person.manage", "token.create"}, {"plant.view", "plant.edit"}),
    ],
)
def test_what_each_role_may(role: str, may: set[str], may_not: set[str]) -> None:
    held = ROLES[role].at | ROLES[role].system
    assert may <= held
    assert not may_not & held


def test_each_role_holds_what_the_weaker_ones_hold() -> None:
    steps = ("viewer", "operator", "engineer", "administrator")
    for weaker, stronger in (*pairwise(steps), ("plant-owner", "administrator")):
        assert ROLES[weaker].at <= ROLES[stronger].at
        assert ROLES[weaker].system <= ROLES[stronger].system


@pytest.mark.parametrize(
    "roles, whole",
    [
        (["administrator"], True),
        (["system-administrator", "plant-owner"], True),  # what older set-ups gave the first person
        (["system-administrator"], False),
        (["plant-owner", "operator", "viewer"], False),
        ([], False),
    ],
)
def test_the_two_halves_make_an_administrator(roles: list[str], whole: bool) -> None:
    assert administers(roles) is whole


@pytest.mark.parametrize(
    "permission, node, outcome",
    [
        ("plant.view", 2, None),
        ("job.operate", 3, None),
        ("plant.view", 99, NotFoundError),      # out of scope: as if it did not exist
        ("timeline.sign", 2, RefusedError),     # seen, but not allowed
        ("system.manage", None, None),
        ("system.explode", None, RefusedError),
    ],
)  # fmt: skip
def test_a_grant_on_the_whole_tree_covers_it(
    room: SecurityRoom, permission: str, node: int | None, outcome: type[Exception] | None
) -> None:
    scope = first_person(room)
    refused: type[Exception] | None = None
    try:
        scope.require(permission, node)
    except RefusedError as error:
        refused = type(error)
    assert refused is outcome


def test_a_stranger_has_an_empty_scope(room: SecurityRoom) -> None:
    scope = room.scope_of(Actor("nobody", "Nobody"))
    assert scope.equipment("plant.view") == frozenset()
    assert not scope.holds("plant.edit")


def test_a_sign_in_link_opens_once_and_not_after_a_quarter_of_an_hour(room: SecurityRoom, clock: ManualClock) -> None:
    first_person(room)
    link = room.new_sign_in_token("anna")
    assert room.sign_in_once(link).person.login == "anna"
    with pytest.raises(UnauthenticatedError, match="has been used or is too old"):
        room.sign_in_once(link)
    late = room.new_sign_in_token("anna")
    clock.tick(15 * MINUTE_US)
    with pytest.raises(UnauthenticatedError):
        room.sign_in_once(late)
    with pytest.raises(NotFoundError):
        room.new_sign_in_token("eve")


def test_a_token_is_its_owners_and_ends(room: SecurityRoom, database: Database, clock: ManualClock) -> None:
    scope = first_person(room)
    made = execute(room.tokens.create, CreateToken(name="export", days=1), database=database, scope=scope).output
    assert room.scope_of_token(made.token) is not None
    assert room.scope_of_token(made.token + "x") is None
    assert room.scope_of_token("dt_unknown_secret") is None
    assert room.scope_of_token("rubbish") is None
    clock.tick(DAY_US)
    assert room.scope_of_token(made.token) is None
    with pytest.raises(ValueError, match="less than or equal to 365"):
        CreateToken(name="for ever", days=366)


def test_nobody_ends_anothers_token_or_makes_one_for_somebody_else(room: SecurityRoom, database: Database) -> None:
    scope = first_person(room)
    made = execute(room.tokens.create, CreateToken(name="export"), database=database, scope=scope).output
    other = Scope(Actor("p2", "Bob"), system=frozenset({"token.create"}))
    with pytest.raises(NotFoundError):
        execute(room.tokens.revoke, RevokeToken(token_id=made.id), database=database, scope=other)
    with pytest.raises(NotFoundError):
        execute(room.tokens.create, CreateToken(name="x", login="anna"), database=database, scope=other)
    by_installation = CreateToken(name="x", login="anna")
    assert execute(room.tokens.create, by_installation, database=database, scope=system_scope("cli")).output.token


@pytest.mark.parametrize(
    "password, accepted",
    [
        ("quiet bottles on a belt", True),
        ("mañana 🍾 läuft die Abfüllung wieder und zwar ohne einen einzigen Stopp!", True),
        ("short", False),
        ("PasswordPassword", False),
        ("brewery-2026", False),     # the plant's own word
        ("x" * 300, False),
    ],
)  # fmt: skip
def test_which_passwords_are_accepted(password: str, accepted: bool) -> None:
    refused = False
    try:
        check_password(password, words=("brewery",))
    except InvalidError:
        refused = True
    assert refused is not accepted
