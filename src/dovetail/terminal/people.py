"""People from a terminal: add them, give them a role, let them in and out; no password on a command line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dovetail.terminal.asking import DataOption, Here, house

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

Login = Annotated[str, typer.Argument(help="The person's login.", show_default=False)]
RoleWords = "viewer, operator, engineer or administrator; also the halves system-administrator and plant-owner."
user_app = typer.Typer(help="Who may enter, and in which role.", no_args_is_help=True)


@user_app.command("add")
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="What the person is called.")],
    role: Annotated[str, typer.Option(help=RoleWords)],
    locale: Annotated[str, typer.Option(help="The language they read: en or de.")] = "en",
    password: Annotated[
        bool, typer.Option("--password", help="Ask for their password (or read a line) instead of making a link.")
    ] = False,
    data: DataOption = Here,
) -> None:
    """Add a person; prints a one-time link, valid for 15 minutes, behind which they choose a password."""
    given = {"login": login, "name": name, "role": role, "locale": locale}
    secret = {"password": _password()} if password else {}
    with house(data, begins=True) as control:
        made = control.call("POST", "/people", {**given, **secret})
    print(_link(made["token"]) if made["token"] else f"{login} may sign in.")


@user_app.command("list")
def list_people(
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")] = False,
    data: DataOption = Here,
) -> None:
    """List everybody: role, whether they may enter, when they were last seen, how often they are signed in."""
    with house(data) as control:
        people = list(_everybody(control))
    if as_json:
        import json

        print(json.dumps(people, indent=2, ensure_ascii=False))
        return
    rows = [("login", "name", "role", "may enter", "last seen", "sessions")]
    for one in people:
        seen = (one["seen"] or "never")[:16].replace("T", " ")
        entry = "yes" if one["active"] else "no"
        rows.append((one["login"], one["name"], " ".join(one["roles"]), entry, seen, str(one["sessions"])))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@user_app.command("role")
def set_role(
    login: Login,
    role: Annotated[str, typer.Argument(help=RoleWords, show_default=False)],
    data: DataOption = Here,
) -> None:
    """Give a person another role; it holds at once, also on the screens that they have open."""
    _change(data, login, "PUT", "role", {"role": role})
    print(f"{login} is {role} now.")


@user_app.command("deactivate")
def deactivate(login: Login, data: DataOption = Here) -> None:
    """Let a person in no more: sessions and links end, their tokens open nothing."""
    _change(data, login, "POST", "deactivate")
    print(f"{login} may not enter any more.")


@user_app.command("activate")
def activate(login: Login, data: DataOption = Here) -> None:
    """Let a person in again."""
    _change(data, login, "POST", "activate")
    print(f"{login} may enter again.")


@user_app.command("sign-out")
def sign_out(
    login: Login,
    tokens: Annotated[bool, typer.Option("--tokens", help="End their API tokens too.")] = False,
    data: DataOption = Here,
) -> None:
    """End every session of a person."""
    _change(data, login, "POST", "sign-out", {"tokens": "end" if tokens else "keep"})
    print(f"{login} is signed out everywhere.")


@user_app.command("link")
def link(
    login: Login,
    keep_password: Annotated[
        bool, typer.Option("--keep-password", help="Let them in without choosing a new password.")
    ] = False,
    data: DataOption = Here,
) -> None:
    """Print a one-time sign-in link, valid for 15 minutes; add it to the address of your installation."""
    made = _change(data, login, "POST", "link", {"ask": "nothing" if keep_password else "password"})
    print(_link(made["token"]))


@user_app.command("password")
def password(login: Login, data: DataOption = Here) -> None:
    """Set a person's password, asked for or read from standard input; their sessions end."""
    secret = _password()
    with house(data) as control:
        given = {"person_id": _find(control, login)["id"], "password": secret}
        control.call("POST", "/operations/person.set-password", {"given": given})
    print(f"{login} has a new password.")


def _link(token: str) -> str:
    return f"/sign-in#once={token}"


def _password() -> str:
    """Asked for twice where somebody sits; else the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _everybody(control: Control) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        page = control.call("GET", "/people", cursor=cursor)
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return


def _find(control: Control, login: str) -> dict[str, Any]:
    from dovetail.core.errors import NotFoundError

    found = [one for one in _everybody(control) if one["login"] == login.casefold()]
    if not found:
        raise NotFoundError(f"there is nobody with the login {login!r}", hint="dovetail user list shows everybody")
    return found[0]


def _change(data: Path, login: str, method: str, what: str, body: dict[str, str] | None = None) -> Any:
    with house(data) as control:
        return control.call(method, f"/people/{_find(control, login)['id']}/{what}", body or {})


def register(app: typer.Typer) -> None:
    """Add the verbs about people."""
    app.add_typer(user_app, name="user")
