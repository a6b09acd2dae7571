"""`dovetail slow-running`: where machines ran, but more slowly than they should, and what that cost."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from dovetail.terminal.asking import DataOption, Here, Where, house, id_of, period_of

MINUTE_US = 60_000_000


def slow_running(
    where: Where,
    start: Annotated[str | None, typer.Option(help="From when, RFC 3339 with offset; with --end.")] = None,
    end: Annotated[str | None, typer.Option(help="Until when; 31 days at most.")] = None,
    shift: Annotated[str, typer.Option(help="current, or the id of a shift; without --start.")] = "current",
    as_of: Annotated[str | None, typer.Option(help="As known at this moment, RFC 3339.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The document of the API.")] = False,
    data: DataOption = Here,
) -> None:
    """Show where machines ran more slowly than a share of their standard rate, and the speed loss this was."""
    when = {"shift": shift} if start is None and end is None else {"start": start, "end": end}
    with house(data) as control:
        path = f"/equipment/{id_of(control, where)}/slow-running"
        told = control.call("GET", path, **when, as_of=as_of)
        items = list(told["items"])
        while told["next"]:
            told = control.call("GET", path, **when, as_of=as_of, cursor=told["next"])
            items += told["items"]
        names = {node["id"]: node["path"] for node in _nodes(control)}
    if as_json:
        print(json.dumps(told | {"items": items, "next": None}))
        return
    for line in lines_of(told, items, names):
        print(line)


def _nodes(control: Any) -> list[Any]:
    page = control.call("GET", "/equipment")
    found = list(page["items"])
    while page["next"]:
        page = control.call("GET", "/equipment", cursor=page["next"])
        found += page["items"]
    return found


def lines_of(told: dict[str, Any], items: list[Any], names: dict[int, str]) -> list[str]:
    """The document in words: the stretches, then how much of the speed loss they are."""
    lines = [
        f"{period_of(one)}  {names.get(one['equipment_id'], one['equipment_id'])}  "
        f"{one['rate_upm']:.1f} of {one['standard_upm']:.1f} a minute ({one['share']:.1%}), "
        f"{_minutes(one['lost_us'])} lost"
        for one in items
    ]
    sums = (_minutes(told["speed_us"]), _minutes(told["slow_us"]), _minutes(told["rest_us"]))
    whole = "speed loss {} = slow running {} + the rest {}".format(*sums)
    return [*(lines or ["no machine ran slowly"]), whole, *(f"hint: {hint}" for hint in told["hints"])]


def _minutes(us: int | None) -> str:
    return "–" if us is None else f"{us / MINUTE_US:.1f} min"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("slow-running")(slow_running)
