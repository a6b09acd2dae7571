"""`dovetail alarms`: when the fault codes and alarm tags of a machine stood."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dovetail.shiftverbs.telling import AsOf, Csv, Json, hand_out
from dovetail.terminal.asking import DataOption, Here, Where, house, id_of, period_of


def alarms(
    where: Where,
    start: Annotated[str, typer.Option(help="From when, RFC 3339 with offset.")],
    end: Annotated[str, typer.Option(help="Until when; 128 days at most.")],
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
    data: DataOption = Here,
) -> None:
    """Show when the alarms and fault codes of a machine stood, by the definitions of that time."""
    with house(data) as control:
        path = f"/equipment/{id_of(control, where)}/alarm-spans"
        told = control.call("GET", path, start=start, end=end, as_of=as_of)
    hand_out(told, told["items"], lambda: lines_of(told), as_json=as_json, as_csv=as_csv)


def lines_of(told: dict[str, Any]) -> list[str]:
    """A line for each: when it stood, its code with its words, its reason, and how often where it came often."""
    lines = [
        f"{period_of(one)}  {one['code']}  {one['text'] or '–'}  {one['reason'] or '–'}"
        + (f"  {one['n']} times" if one["n"] > 1 else "")
        for one in told["items"]
    ]
    return lines or ["no alarm stood"]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(alarms)
