"""Any operation from a terminal, with the rights of whoever may open the data folder, and in the audit as theirs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

DataOption = Annotated[Path, typer.Option("--data", help="The installation's data folder.", envvar="DOVETAIL_DATA")]
token_app = typer.Typer(help="API tokens for programs.", no_args_is_help=True)
audit_app = typer.Typer(help="Who did what, when and why.", no_args_is_help=True)


@token_app.command("create")
def create_token(
    login: Annotated[str, typer.Argument(help="The person whose rights the token has.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    days: Annotated[int, typer.Option(help="How long it is valid, at most 365.")] = 90,
    data: DataOption = Path(".dovetail"),
) -> None:
    """Make an API token; it is shown this once."""
    made = _run(data, "token.create", {"login": login, "name": name, "days": days})
    print(made["output"]["token"])


def operations(data: DataOption = Path(".dovetail")) -> None:
    """List every operation with its permission and its input."""
    from dovetail.terminal.installation import installation

    with installation(data) as control:
        for found in control.call("GET", "/operations")["items"]:
            fields = ", ".join(found["input"])
            print(f"{found['name']:28} {found['permission']:16} {fields}")


def do(
    operation: Annotated[str, typer.Argument(help="The operation's name; `dovetail operations` lists them.")],
    given: Annotated[
        str, typer.Argument(help='Its input as JSON, e.g. \'{"equipment_id": 5, "product": "cola-05"}\'.')
    ],
    reason: Annotated[str | None, typer.Option(help="Why; some operations need it.")] = None,
    data: DataOption = Path(".dovetail"),
) -> None:
    """Do one operation and show what came of it."""
    print(json.dumps(_run(data, operation, _parsed(given), reason), indent=2, ensure_ascii=False))


def undo(
    audit_id: Annotated[int, typer.Argument(help="The audit id of the change to take back.")],
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    data: DataOption = Path(".dovetail"),
) -> None:
    """Take back a change, by an operation of its own."""
    from dovetail.terminal.installation import installation

    with installation(data) as control:
        print(json.dumps(control.call("POST", f"/audit/{audit_id}/undo", {"reason": reason}), indent=2))


@audit_app.command("verify")
def verify(data: DataOption = Path(".dovetail")) -> None:
    """Check that no audit row was changed or removed from the middle of the chain."""
    from dovetail.terminal.installation import installation

    with installation(data) as control:
        found = control.call("GET", "/audit/verify")
    print(f"{found['rows']} rows, " + ("the chain holds" if found["first_broken"] is None else "BROKEN"))
    if found["first_broken"] is not None:
        print(f"first broken row: {found['first_broken']}")
        raise typer.Exit(1)


def _parsed(text: str) -> object:
    from dovetail.core.errors import InvalidError

    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidError(f"the input is not JSON: {error}", code="json") from error


def _run(data: Path, name: str, given: object, reason: str | None = None) -> Any:
    from dovetail.terminal.installation import installation

    with installation(data) as control:
        return control.call("POST", f"/operations/{name}", {"given": given, "reason": reason})


def register(app: typer.Typer) -> None:
    """Add the verbs that run operations."""
    app.command()(operations)
    app.command()(do)
    app.command()(undo)
    app.add_typer(token_app, name="token")
    app.add_typer(audit_app, name="audit")
