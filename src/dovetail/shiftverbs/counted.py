"""`dovetail count records`: the pieces as counters and people counted them, each in its unit."""

from __future__ import annotations

from typing import Annotated

import typer

from dovetail.terminal.asking import DataOption, Here, Where, house, items, period_of


def records(
    where: Where, hours: Annotated[float, typer.Option(help="How far back to look.")] = 1, data: DataOption = Here
) -> None:
    """List the pieces of a work unit as they were counted: by counters, by people, and what was taken out again."""
    with house(data) as control:
        for one in items(control, where, "count-records", hours):
            by = f"{one['origin']} {one['by']}" if one["by"] else one["origin"]
            print(f"{one['quantity']:+8} {one['unit'] or '':6} {one['kind']:7} {period_of(one)}  {by}")


def register(count_app: typer.Typer) -> None:
    """Add the verb to those of pieces."""
    count_app.command("records")(records)
