"""What an installation's database needs so that tools for reports may read it, said from a terminal."""

from __future__ import annotations

from typing import Annotated

import typer

db_app = typer.Typer(help="The PostgreSQL under an installation.", no_args_is_help=True)


@db_app.callback()
def _db() -> None:
    """The PostgreSQL under an installation."""


@db_app.command("bi-role")
def bi_role(
    role: Annotated[str, typer.Argument(help="The role's name in PostgreSQL, as grafana.", show_default=False)],
    at: Annotated[
        list[str] | None, typer.Option("--at", help="Path of an equipment it sees, with all below; may be given often.")
    ] = None,
    database: Annotated[str, typer.Option(help="The name of the database.")] = "dovetail",
) -> None:
    """Print the SQL that lets a role read the bi_ views and nothing else; give it to psql as who owns the database."""
    from dovetail.bi.roles import grants

    for statement in grants(role, at or [], database=database):
        print(statement)


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(db_app, name="db")
