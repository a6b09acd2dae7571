"""`dovetail cycle-times`: how long a piece takes on a machine, ideally, at best and really."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from dovetail.shiftverbs.telling import AsOf
from dovetail.terminal.asking import DataOption, Here, Where, house, id_of

WHY = {"no-counter": "nothing counts pieces", "too-little": "too few cycles to tell"}
HEAD = (
    f"{'product':16} {'pieces':>8} {'ideal s':>9} {'best s':>9} {'actual s':>9}   {'10 %':>8} {'half':>8} {'90 %':>8}"
)
BAR = 40  # characters of the longest bar


def cycle_times(
    where: Where,
    start: Annotated[str | None, typer.Option(help="From when, RFC 3339 with offset; with --end.")] = None,
    end: Annotated[str | None, typer.Option(help="Until when; 31 days at most.")] = None,
    shift: Annotated[str, typer.Option(help="current, or the id of a shift; without --start.")] = "current",
    as_of: AsOf = None,
    bars: Annotated[bool, typer.Option("--bars", help="Draw how many pieces took how long.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The document of the API.")] = False,
    data: DataOption = Here,
) -> None:
    """Show how long a piece takes, by product: the plan, the best hour that was shown, and what was."""
    when = {"shift": shift} if start is None and end is None else {"start": start, "end": end}
    with house(data) as control:
        told = control.call("GET", f"/equipment/{id_of(control, where)}/cycle-times", **when, as_of=as_of)
    if as_json:
        print(json.dumps(told))
        return
    for line in lines_of(told, bars=bars):
        print(line)


def lines_of(told: dict[str, Any], *, bars: bool = False) -> list[str]:
    """The document in words; what nobody can say is a dash, and why."""
    lines = [f"{told['start']} – {told['until']}", HEAD]
    for one in told["products"]:
        times = [_s(one[name]) for name in ("ideal_s", "best_s", "actual_s")]
        shares = [_s(one[name], 8) for name in ("p10_s", "p50_s", "p90_s")]
        why = f"  ({WHY.get(one['missing'], one['missing'])})" if one["missing"] else ""
        name = one["product"] or "(no product)"
        lines.append(f"{name:16} {one['produced']:>8} {' '.join(times)}   {' '.join(shares)}{why}")
        lines += _bars(one) if bars else []
    return [*lines, *(f"hint: {hint}" for hint in told["hints"])]


def _s(value: float | None, width: int = 9) -> str:
    return f"{'–' if value is None else f'{value:.3f}':>{width}}"


def _bars(one: dict[str, Any]) -> list[str]:
    most = max((each["pieces"] for each in one["bins"]), default=0)
    lines = [
        f"  {each['low_s']:>8.3f} s {'█' * round(BAR * each['pieces'] / most)} {each['pieces']}"
        for each in one["bins"]
        if most and each["pieces"]
    ]
    return [*lines, f"  slower: {one['slower']}"] if one["slower"] else lines


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("cycle-times")(cycle_times)
