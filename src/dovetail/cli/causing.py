"""`dovetail causes`: why a line lost time, and what single stops cost it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from dovetail.terminal.asking import DataOption, Here, Where, house, id_of, period_of

ROLES = {
    "pace": "ran too slowly",
    "outside": "outside the line",
    "no_data": "no data",
    "unclear": "unclear",
}
MINUTE_US = 60_000_000


def causes(
    where: Where,
    shift: Annotated[str, typer.Option(help="Which shift: `current` or an id.")] = "current",
    start: Annotated[str | None, typer.Option(help="From when, RFC 3339 with offset; instead of a shift.")] = None,
    end: Annotated[str | None, typer.Option(help="Until when.")] = None,
    as_of: Annotated[str | None, typer.Option(help="As it was known at a moment.")] = None,
    stops: Annotated[bool, typer.Option("--stops", help="Single stops, with what the line had made without.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The document of the API.")] = False,
    data: DataOption = Here,
) -> None:
    """Show which unit and reason each lost minute of a line comes from."""
    when: dict[str, Any] = {"start": start, "end": end} if start else {"shift": shift}
    with house(data) as control:
        path = f"/equipment/{id_of(control, where)}"
        if stops:
            told = control.call("GET", f"{path}/stop-causes", **when, as_of=as_of)
            while (cursor := told["next"]) is not None:  # of more than a month week by week
                more = control.call("GET", f"{path}/stop-causes", **when, as_of=as_of, cursor=cursor)
                told = {**more, "items": [*told["items"], *more["items"]]}
                told["items"].sort(key=lambda one: -one["without"]["gained_us"])
        else:
            told = control.call("GET", f"{path}/causes", **when, as_of=as_of)
        names = {node["id"]: node["name"] for node in control.call("GET", "/equipment")["items"]}
    if as_json:
        print(json.dumps(told))
        return
    for line in stop_lines(told, names) if stops else cause_lines(told, names):
        print(line)


def cause_lines(told: Mapping[str, Any], names: Mapping[int, str]) -> list[str]:
    """The causes in words, the costliest first, then who held the line back."""
    lines = [
        f"{row['lost_us'] / MINUTE_US:8.1f} min {_units(row['lost_units']):>8} pieces {row['stops']:4} stops  "
        f"{row['share'] or 0:4.0%}  {_who(row, names)}"
        for row in told["rows"]
    ]
    lines.append(f"{told['lost_us'] / MINUTE_US:8.1f} min {_units(told['lost_units']):>8} pieces lost in all")
    lines += [
        f"bottleneck {one['share'] or 0:4.0%} of the time: {names.get(one['unit_id'], one['unit_id'])}"
        for one in told["bottlenecks"]
    ]
    return lines


def stop_lines(told: Mapping[str, Any], names: Mapping[int, str]) -> list[str]:
    """Stops in words, the one that cost the line most first, and how that is worked out."""
    lines: list[str] = []
    for stop in told["items"]:
        gain = stop["without"]
        anyway = sum(one["lost_us"] for one in gain["anyway"]) / MINUTE_US
        rest = f" ({anyway:.1f} min lost anyway)" if anyway else ""
        unit = names.get(stop["equipment_id"], stop["equipment_id"])
        lines.append(
            f"{period_of(stop)}  {unit}: without it +{_units(gain['units'])} pieces{rest}; {_who(stop['key'], names)}"
        )
    return [*lines, told["method"]]


def _units(units: float | None) -> str:
    return "–" if units is None else f"{units:.0f}"


def _who(cause: Mapping[str, Any], names: Mapping[int, str]) -> str:
    unit = names.get(cause["unit_id"], str(cause["unit_id"]))
    return f"{unit}: {ROLES.get(cause['role']) or cause['reason'] or 'no reason given'}"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(causes)
