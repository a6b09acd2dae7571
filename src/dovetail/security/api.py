"""Doors of the plant's record: set-up, sign-in, sign-out, and who I am."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dovetail.core.errors import InvalidError
from dovetail.core.scope import Scope
from dovetail.operations.http import PUBLIC, Api
from dovetail.security.model import Person
from dovetail.security.service import SecurityRoom, SetUp, SignedIn

COOKIE = "dovetail"
COOKIE_SECURE = "__Host-dovetail"  # the prefix makes browsers insist on Secure, host-only and path /


class SignIn(BaseModel):
    """Either login and password, or the token of a one-time link."""

    model_config = ConfigDict(extra="forbid")
    login: str | None = Field(default=None, max_length=120)
    password: str | None = Field(default=None, max_length=1024)
    once: str | None = Field(default=None, max_length=200)


class SetUpState(BaseModel):
    needed: bool


class PersonView(BaseModel):
    id: str
    login: str
    name: str
    locale: str


class NodeView(BaseModel):
    id: int
    path: str
    name: str


class GrantView(BaseModel):
    role: str
    node: NodeView | None


class Permissions(BaseModel):
    system: list[str]
    at: dict[str, list[int]]


class Me(BaseModel):
    person: PersonView
    grants: list[GrantView]
    permissions: Permissions
    has_password: bool
    password_due: bool
    demo: bool


def cookie_name(*, secure: bool) -> str:
    """The session cookie's name: over TLS with the prefix that pins it to this host."""
    return COOKIE_SECURE if secure else COOKIE


def routes(api: Api, room: SecurityRoom, *, node_view: Callable[[int], NodeView | None], demo: bool) -> None:
    """Declare the doors. `node_view` gives a node's words; `demo` tells the UI to show the virtual plant."""

    def signed_in(done: SignedIn, request: Request, response: Response) -> PersonView:
        secure = request.url.scheme == "https"
        response.set_cookie(
            cookie_name(secure=secure), done.cookie, httponly=True, secure=secure, samesite="lax", path="/"
        )
        return _person(done.person)

    @api.query("GET", "/setup", permission=PUBLIC, summary="Whether the first person has still to be made")
    def get_setup() -> SetUpState:
        return SetUpState(needed=room.needs_set_up())

    @api.query(
        "POST", "/setup", permission=PUBLIC, summary="Make the first person, with the one-time token", status=201
    )
    def post_setup(given: SetUp, request: Request, response: Response) -> PersonView:
        return signed_in(room.set_up_first(given, agent=agent_of(request)), request, response)

    @api.query("POST", "/session", permission=PUBLIC, summary="Sign in", status=201)
    def post_session(given: SignIn, request: Request, response: Response) -> PersonView:
        if given.once is not None:
            return signed_in(room.sign_in_once(given.once, agent=agent_of(request)), request, response)
        if given.login is None or given.password is None:
            raise InvalidError("login and password are both needed", pointer="/login")
        return signed_in(room.sign_in(given.login, given.password, agent=agent_of(request)), request, response)

    @api.query("DELETE", "/session", permission="self", summary="Sign out", status=204)
    def delete_session(request: Request, response: Response, scope: Scope) -> None:
        room.sign_out(scope)
        response.delete_cookie(cookie_name(secure=request.url.scheme == "https"), path="/")

    @api.query("GET", "/me", permission="self", summary="Who I am and what I may do")
    def get_me(scope: Scope) -> Me:
        found = room.standing(scope)
        return Me(
            person=_person(found.person),
            grants=[
                GrantView(role=grant.role, node=None if grant.equipment_id is None else node_view(grant.equipment_id))
                for grant in found.grants
            ],
            permissions=Permissions(
                system=sorted(scope.system), at={name: sorted(held) for name, held in scope.at.items()}
            ),
            has_password=found.has_password,
            password_due=found.password_due,
            demo=demo,
        )


def agent_of(request: Request) -> str:
    """What the browser calls itself."""
    return request.headers.get("user-agent", "")


def _person(person: Person) -> PersonView:
    return PersonView(id=person.id, login=person.login, name=person.name, locale=person.locale)
