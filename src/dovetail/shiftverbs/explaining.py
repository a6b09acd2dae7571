"""`dovetail explain`: the tree under a KPI from a terminal, a step at a time, down to samples and addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote, urlencode

import typer

from dovetail.shiftverbs.telling import AsOf, Csv, End, Json, Shift, Start, hand_out, when
from dovetail.terminal.asking import DataOption, Here, Where, house, id_of, plain

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

FIGURES = ("cycle-times", "job-end", "lost-time", "standard-rate", "group")  # no KPIs: a route of their own
Unsigned = Annotated[bool, typer.Option("--unsigned", help="As it would be now, were nothing signed.")]


def explain(
    where: Where,
    kpi: Annotated[str, typer.Argument(help="The KPI by its id, or a figure.")] = "oee_index",
    path: Annotated[str, typer.Argument(help="A step below it, by the key that is shown; left out: the KPI.")] = "",
    shift: Shift = "current",
    start: Start = None,
    end: End = None,
    as_of: AsOf = None,
    unsigned: Unsigned = False,
    as_json: Json = False,
    as_csv: Csv = False,
    data: DataOption = Here,
) -> None:
    """Show what a KPI, or a step of its explanation, is made of, with the keys that lead further down."""
    with house(data) as control:
        equipment_id = id_of(control, where)
        span = _span(control, equipment_id, when(start, end, shift), as_of)
        found = _node(
            control, kpi, equipment_id=equipment_id, path=path, as_of=as_of, unsigned=unsigned or None, **span
        )
    rows = [{name: one[name] for name in ("key", "kind", "label", "value", "unit")} for one in found["children"]]
    hand_out(found, rows, lambda: node_lines(found), as_json=as_json, as_csv=as_csv)


def _span(control: Control, equipment_id: int, asked: dict[str, str | None], as_of: str | None) -> dict[str, str]:
    """The period; of a shift what has passed of it, so that the explanation adds up to the figure."""
    if "shift" not in asked:
        return {name: text for name, text in asked.items() if text is not None}
    told = control.call("GET", f"/equipment/{equipment_id}/kpis", **asked, as_of=as_of)
    return {"start": told["start"], "end": told["until"]}


def _node(control: Control, kpi: str, **asked: Any) -> dict[str, Any]:
    """A step with all its children."""
    said = {name: word for name, word in asked.items() if word is not None}
    root = "figures" if kpi in FIGURES else "kpis"
    route = f"/{root}/{quote(kpi, safe='')}/explain?{urlencode(said)}"
    found: dict[str, Any] = control.call("GET", route)
    cursor = found["next"]
    while cursor is not None:
        page = control.call("GET", f"{route}&cursor={quote(cursor)}")
        found["children"] += page["children"]
        cursor = page["next"]
    return found | {"next": None}


def node_lines(found: dict[str, Any]) -> list[str]:
    """The step, how it is worked out, and what lies under it."""
    lines = [f"{plain(found['label'])}: {_value(found)}"]
    lines += [f"  = {plain(found['formula'])}"] if found["formula"] else []
    lines += [f"  {plain(found['convention'])}"] if found["convention"] else []
    lines += [f"  {plain(name)}: {plain(said)}" for name, said in found["detail"].items() if said is not None]
    return [*lines, *(f"{plain(one['key']):44} {_value(one):>18}  {plain(one['label'])}" for one in found["children"])]


def _value(node: dict[str, Any]) -> str:
    value = node["value"]
    if value is None:
        return "–"
    shown = f"{value:.6g}" if isinstance(value, float) else plain(value)
    return shown if node["unit"] in ("", "1") else f"{shown} {node['unit']}"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(explain)
