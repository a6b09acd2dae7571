"""`dovetail kpis`: what a period came to, and the same period by the definitions that others use."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

import typer

from dovetail.terminal.asking import DataOption, Here, Where, house, id_of

RATIOS: Final = ("availability", "performance", "quality", "oee")


def kpis(
    where: Where,
    start: Annotated[str | None, typer.Option(help="From when, RFC 3339 with offset; left out: the shift.")] = None,
    end: Annotated[str | None, typer.Option(help="Until when.")] = None,
    shift: Annotated[str, typer.Option(help="Which shift: `current` or an id.")] = "current",
    conventions: Annotated[bool, typer.Option("--conventions", help="OEE by other definitions, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The document of the API.")] = False,
    data: DataOption = Here,
) -> None:
    """Show the KPIs of a shift or a period of an equipment, and with --conventions OEE by five definitions."""
    period = {"shift": shift} if start is None and end is None else {"start": start, "end": end}
    with house(data) as control:
        route = f"/equipment/{id_of(control, where)}/kpis"
        found = control.call("GET", route, **period)
        if conventions:
            found = control.call("GET", f"{route}/conventions", start=found["start"], end=found["until"])
    if as_json:
        print(json.dumps(found))
        return
    for line in conventions_in_words(found) if conventions else kpis_in_words(found):
        print(line)


def kpis_in_words(found: dict[str, Any]) -> list[str]:
    """A line for each KPI, with its convention."""
    lines = [f"{found['start']} … {found['until']}  data {_share(found['coverage'])}"]
    lines += [
        f"{kpi['name']:36} {_value(kpi):>12}{_target(kpi)}  {kpi['convention']}".rstrip() for kpi in found["kpis"]
    ]
    lines += [f"{loss['label']:36} {loss['us'] / 60_000_000:8.1f} min" for loss in found.get("big_losses", [])]
    return [*lines, *(f"hint: {hint}" for hint in found["hints"])]


def conventions_in_words(found: dict[str, Any]) -> list[str]:
    """A paragraph for each definition: its factors, its formulas, and step by step why it is another number."""
    lines = [f"{found['start']} … {found['until']}  data {_share(found['coverage'])}"]
    for one in found["conventions"]:
        factors = "  ".join(f"{name} {_share(one[name])}" for name in RATIOS)
        gap = "" if one["difference"] is None or one["id"] == "iso22400" else f"  ({one['difference']:+.1%})"
        lines += ["", f"{one['name']}: {factors}{gap}"]
        lines += [f"  {name} = {formula}" for name, formula in one["formulas"].items()]
        lines += [f"  {name} {_share(value)}" for name, value in one["more"].items()]
        lines += [f"  {_moved(step)}{step['words']} → oee {_share(step['oee'])}" for step in one["steps"]]
    return [*lines, *(f"hint: {hint}" for hint in found["hints"])]


def _moved(step: dict[str, Any]) -> str:
    """What a step moves: minutes, or pieces."""
    if step["us"] is not None:
        return f"{step['us'] / 60_000_000:.1f} min: "
    return "" if step["pieces"] is None else f"{step['pieces']} pieces: "


def _target(kpi: dict[str, Any]) -> str:
    """The target beside a value, and whether it is met."""
    if kpi.get("target") is None:
        return ""
    verdict = {True: "met", False: "missed", None: "–"}[kpi["meets"]]
    return f"  target {_value(kpi | {'value': kpi['target']})} of {kpi['target_of']}: {verdict}"


def _value(kpi: dict[str, Any]) -> str:
    if kpi["value"] is None or kpi["unit"] == "1":
        return _share(kpi["value"])
    return f"{kpi['value']:.1f} {kpi['unit'].replace('{#}', 'pcs')}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(kpis)
