"""Secrets and webhooks from a terminal: a value is asked for or piped in, and never stands on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from dovetail.terminal.asking import DataOption, Here, do, house

secret_app = typer.Typer(help="Passwords that plant code names as secret://name.", no_args_is_help=True)
webhook_app = typer.Typer(help="Who is told when something happens.", no_args_is_help=True)


@secret_app.command("put")
def put_secret(
    name: Annotated[str, typer.Argument(help="As it stands in plant code after secret://.")],
    data: DataOption = Here,
) -> None:
    """Keep a secret; its value is asked for, or read from standard input."""
    _run(data, "secret.put", {"name": name, "value": _value(f"Value of {name}")})
    print(f"{name} is kept. Connections that name it take it at their next attempt.")


@secret_app.command("list")
def list_secrets(data: DataOption = Here) -> None:
    """Show which secrets are kept, and which the plant names and nobody has put. Never a value."""
    for found in _get(data, "/secrets"):
        since = f"{found['changed']}  by {found['changed_by']}" if found["changed"] else "MISSING"
        used = f"  used by {', '.join(found['used_by'])}" if found["used_by"] else ""
        print(f"{found['name']:30} {since}{used}")


@secret_app.command("delete")
def delete_secret(name: Annotated[str, typer.Argument(help="The secret to forget.")], data: DataOption = Here) -> None:
    """Forget a secret."""
    _run(data, "secret.delete", {"name": name})
    print(f"{name} is forgotten.")


@webhook_app.command("add")
def add_webhook(
    url: Annotated[str, typer.Argument(help="https://… or http://…; - asks for it, when it holds a token itself.")],
    kind: Annotated[list[str], typer.Option(help="What to tell: connection.down, connection.*, *. May be repeated.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    data: DataOption = Here,
) -> None:
    """Tell an address when something happens. The key that the receiver needs is shown this once."""
    given = {"url": _value("Address") if url == "-" else url, "kinds": kind, "name": name}
    made = _run(data, "webhook.create", given)["output"]
    print(made["secret"])
    print(f"Webhook {made['id']} is made; the line above is its key, which is not shown again.", file=sys.stderr)


@webhook_app.command("list")
def list_webhooks(data: DataOption = Here) -> None:
    """Show who is told of what, and how their deliveries do."""
    for found in _get(data, "/webhooks"):
        print(f"{found['id']}  {found['origin']}  {', '.join(found['kinds'])}  {found['name']}".rstrip())
        print(f"  {found['waiting']} waiting, {found['given_up']} given up" + _trouble(found["next"]))


@webhook_app.command("remove")
def remove_webhook(
    webhook_id: Annotated[str, typer.Argument(help="Its id, as `dovetail webhook list` shows it.")],
    data: DataOption = Here,
) -> None:
    """Tell an address no more; what waits for it is dropped."""
    _run(data, "webhook.delete", {"webhook_id": webhook_id})
    print("It is told no more.")


@webhook_app.command("test")
def test_webhook(
    webhook_id: Annotated[str, typer.Argument(help="Its id, as `dovetail webhook list` shows it.")],
    data: DataOption = Here,
) -> None:
    """Queue a test event; a running server sends it at once, and `dovetail webhook list` shows what came of it."""
    _run(data, "webhook.test", {"webhook_id": webhook_id})
    print("A test event is queued.")


def _trouble(turn: dict[str, Any] | None) -> str:
    if turn is None or turn["error"] is None:
        return ""
    return f"; {turn['kind']} after {turn['attempts']} attempts: {turn['error']}; again at {turn['next_attempt']}"


def _value(what: str) -> str:
    """Asked for without showing it, or the first line of what is piped in."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True))
    return sys.stdin.read().rstrip("\r\n")


def _get(data: Path, path: str) -> list[dict[str, Any]]:
    with house(data) as control:
        return control.call("GET", path)["items"]


def _run(data: Path, name: str, given: dict[str, Any]) -> Any:
    with house(data) as control:
        return do(control, name, given)


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(secret_app, name="secret")
    app.add_typer(webhook_app, name="webhook")
