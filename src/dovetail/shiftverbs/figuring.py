"""`dovetail kpis` and `dovetail pareto`: what a period came to, by the definitions of others too, and what it lost."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

import typer

from dovetail.shiftverbs.telling import AsOf, End, Json, Shift, Start
from dovetail.shiftverbs.telling import when as when_of
from dovetail.terminal.asking import DataOption, Here, Where, house, id_of

APART: Final = ("oee_index", "availability", "effectiveness", "quality_ratio")  # of each group
RATIOS: Final = ("availability", "performance", "quality", "oee")


def kpis(
    where: Where,
    start: Start = None,
    end: End = None,
    shift: Shift = "current",
    conventions: Annotated[bool, typer.Option("--conventions", help="OEE by other definitions, too.")] = False,
    by: Annotated[str | None, typer.Option(help="Told apart by product, shift, crew, day …; a,b.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
    data: DataOption = Here,
) -> None:
    """Show the KPIs of a shift or a period of an equipment, and with --conventions OEE by five definitions."""
    if conventions and as_of is not None:
        raise typer.BadParameter("definitions of others are worked out of what is known now", param_hint="--as-of")
    if conventions and by is not None:
        raise typer.BadParameter("definitions of others are of the whole", param_hint="--by")
    with house(data) as control:
        route = f"/equipment/{id_of(control, where)}/kpis"
        found = control.call("GET", route, **when_of(start, end, shift), as_of=as_of)
        if conventions:
            found = control.call("GET", f"{route}/conventions", start=found["start"], end=found["until"])
        if by is not None:
            when = {"start": found["start"], "end": found["until"], "as_of": as_of}
            found = control.call("GET", f"{route}/grouped", **when, by=by.split(","), kpi=list(APART))
    if as_json:
        print(json.dumps(found))
        return
    in_words = conventions_in_words if conventions else kpis_in_words if by is None else groups_in_words
    for line in in_words(found):
        print(line)


def pareto(
    where: Where,
    by: Annotated[str, typer.Option(help="reason, product, shift, crew or equipment.")] = "reason",
    measure: Annotated[str, typer.Option(help="minutes, count or lost_units.")] = "minutes",
    level: Annotated[int | None, typer.Option(min=1, max=3, help="Reasons put together so deep; 1: topmost.")] = None,
    start: Start = None,
    end: End = None,
    shift: Shift = "current",
    as_of: AsOf = None,
    as_json: Json = False,
    data: DataOption = Here,
) -> None:
    """What cost most of the planned time of a shift or a period, the costliest first."""
    with house(data) as control:
        path = f"/equipment/{id_of(control, where)}/pareto"
        asked = {"by": by, "measure": measure, "level": level, "as_of": as_of}
        found = control.call("GET", path, **asked, **when_of(start, end, shift))
    if as_json:
        print(json.dumps(found))
        return
    for bar in found["items"]:
        units = "–" if bar["lost_units"] is None else f"{bar['lost_units']:.0f}"
        cost = f"{bar['us'] / 60e6:8.1f} min {bar['stops']:5} stops {units:>8} pieces"
        print(f"{bar['key'] or '–'!s:32} {cost}  {bar['share'] or 0:4.0%}")
    share = found["without_reason"]
    print(f"lost {found['lost_us'] / 60e6:.1f} min" + ("" if share is None else f", without a reason {share:.0%}"))


def kpis_in_words(found: dict[str, Any]) -> list[str]:
    """A line for each KPI, with its convention."""
    lines = [f"{found['start']} … {found['until']}  data {_share(found['coverage'])}"]
    lines += [
        f"{kpi['name']:36} {_value(kpi):>12}{_why(kpi)}{_target(kpi)}  {kpi['convention']}".rstrip()
        for kpi in found["kpis"]
    ]
    lines += [f"{loss['label']:36} {loss['us'] / 60_000_000:8.1f} min" for loss in found.get("big_losses", [])]
    return [*lines, *(f"hint: {hint}" for hint in found["hints"])]


def groups_in_words(found: dict[str, Any]) -> list[str]:
    """A line for each group, those of most planned busy time first."""
    lines = [f"{found['start']} … {found['until']}  by {', '.join(found['by'])}"]
    for one in found["items"]:
        name = " · ".join("–" if word is None else str(word) for word in one["key"].values())
        figures = "  ".join(f"{kpi['id']} {_value(kpi)}" for kpi in one["kpis"])
        lines.append(f"{name:36} {one['busy_us'] / 60_000_000:9.1f} min {one['good']:8} good  {figures}")
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


def _why(kpi: dict[str, Any]) -> str:
    """Why there is no value."""
    return f" ({kpi['why_words']})" if kpi.get("why_words") else ""


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
    """Add the verbs."""
    app.command()(kpis)
    app.command()(pareto)
