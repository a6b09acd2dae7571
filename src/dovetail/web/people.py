"""The people of a plant over HTTP: who may enter, in which role, when they were here last, and what may be changed."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from dovetail.core import limits
from dovetail.core.clock import to_rfc3339
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor
from dovetail.security.model import Listed
from dovetail.security.people import MANAGE
from dovetail.security.roles import PERMISSIONS, ROLES
from dovetail.security.service import SecurityRoom


class ListedView(BaseModel):
    """A person as the list shows them. `roles`: on the whole tree; `yours`: whether you may look after them."""

    id: str
    login: str
    name: str
    locale: str
    roles: list[str]
    active: bool
    seen: str | None
    sessions: int
    has_password: bool
    yours: bool


class RoleView(BaseModel):
    """A role and what it allows. `yours_to_give`: whether you hold all of it."""

    name: str
    permissions: list[str]
    yours_to_give: bool


def routes(api: Api, room: SecurityRoom) -> None:
    """Declare the routes."""
    people = room.people

    @api.query("GET", "/people", permission=MANAGE, summary="Everybody who may enter, or might")
    def get_people(
        scope: Scope, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=limits.PAGE_MAX)] = 200
    ) -> Page[ListedView]:
        after = decode_cursor(cursor, str)
        found = people.listed(after_login=after[0] if after else "", limit=limit, scope=scope)
        more = len(found) == limit
        return Page(
            items=[_view(one, yours=yours) for one, yours in found],
            next=encode_cursor(found[-1][0].person.login) if more else None,
        )

    @api.query("GET", "/roles", permission=MANAGE, summary="The roles there are and what they allow")
    def get_roles(scope: Scope) -> Page[RoleView]:
        return Page(
            items=[
                RoleView(
                    name=name,
                    permissions=[one.name for one in PERMISSIONS if name in one.roles],
                    yours_to_give=people.may_give(name, scope=scope),
                )
                for name in ROLES
            ]
        )

    api.change("POST", "/people", people.add, status=201)
    api.change("PUT", "/people/{person_id}", people.change)
    api.change("PUT", "/people/{person_id}/role", people.set_role)
    api.change("POST", "/people/{person_id}/deactivate", people.deactivate)
    api.change("POST", "/people/{person_id}/activate", people.activate)
    api.change("POST", "/people/{person_id}/sign-out", people.sign_out)
    api.change("POST", "/people/{person_id}/link", people.sign_in_link, status=201)


def _view(one: Listed, *, yours: bool) -> ListedView:
    return ListedView(
        id=one.person.id,
        login=one.person.login,
        name=one.person.name,
        locale=one.person.locale,
        roles=[grant.role for grant in one.grants if grant.equipment_id is None],
        active=one.person.active,
        seen=None if one.person.seen_us is None else to_rfc3339(one.person.seen_us),
        sessions=one.sessions,
        has_password=one.has_password,
        yours=yours,
    )
