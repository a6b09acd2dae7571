"""Everybody's own account over HTTP: password, language, where one is signed in, and keys for programs."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from dovetail.core.clock import to_rfc3339
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page
from dovetail.security.account import ChangePassword
from dovetail.security.service import SecurityRoom

# What browsers and systems call themselves; the first that occurs is meant: Edge says Chrome too, Chrome says Safari.
BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ("curl/", "curl"), ("python", "Python"),
)  # fmt: skip
SYSTEMS: Final = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def device(agent: str) -> tuple[str | None, str | None]:
    """(browser, operating system) behind what a browser calls itself; None for what we do not know.

    >>> device("Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0")
    ('Firefox', 'Linux')
    """
    browser = next((name for mark, name in BROWSERS if mark in agent), None)
    return browser, next((name for mark, name in SYSTEMS if mark in agent), None)


class SessionView(BaseModel):
    """Where somebody is signed in. `current`: here."""

    id: str
    browser: str | None
    system: str | None
    created: str
    seen: str
    current: bool


class TokenView(BaseModel):
    """A key for a program, without its secret."""

    id: str
    name: str
    created: str
    expires: str
    last_used: str | None
    revoked: bool


def routes(api: Api, room: SecurityRoom) -> None:
    """Declare the routes."""
    account = room.account

    @api.query("GET", "/me/sessions", permission="self", summary="Where I am signed in")
    def get_sessions(scope: Scope) -> Page[SessionView]:
        found: list[SessionView] = []
        for one in account.sessions(scope):
            browser, system = device(one.agent)
            current = one.id == scope.actor.session_id
            created, seen = to_rfc3339(one.created_us), to_rfc3339(one.seen_us)
            view = SessionView(id=one.id, browser=browser, system=system, created=created, seen=seen, current=current)
            found.append(view)
        return Page(items=found)

    @api.query(
        "PUT", "/me/password", permission="self", summary="Change my password; my other sessions end", status=204
    )
    def put_password(given: ChangePassword, scope: Scope) -> None:
        account.change_password(given, scope=scope)

    @api.query("GET", "/tokens", permission="self", summary="My API tokens")
    def get_tokens(scope: Scope) -> Page[TokenView]:
        return Page(
            items=[
                TokenView(
                    id=token.id,
                    name=token.name,
                    created=to_rfc3339(token.created_us),
                    expires=to_rfc3339(token.expires_us),
                    last_used=None if token.last_used_us is None else to_rfc3339(token.last_used_us),
                    revoked=token.revoked_us is not None,
                )
                for token in room.tokens.mine(scope)
            ]
        )

    api.change("PUT", "/me/locale", account.set_locale)
    api.change("POST", "/me/sessions/{session_id}/end", account.end_session)
    api.change("POST", "/me/sign-out", account.sign_out_everywhere)
    api.change("POST", "/tokens", room.tokens.create, status=201)
    api.change("POST", "/tokens/{token_id}/revoke", room.tokens.revoke)
