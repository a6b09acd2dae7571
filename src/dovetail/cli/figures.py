"""What moved a figure, from a terminal: every step between two moments of knowledge, with its author and its share."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from dovetail.terminal.asking import DataOption, Here, Where, house, id_of, plain

Kpi = Annotated[str, typer.Option("--kpi", help="Which figure, by its id.")]
Since = Annotated[
    str, typer.Option("--since", help="What was known then: `yesterday`, `last-week`, RFC 3339, or a number.")
]
Until = Annotated[str | None, typer.Option("--until", help="What was known then; default: now.")]
Start = Annotated[str | None, typer.Option("--start", help="The period (RFC 3339); default: the last seven days.")]
End = Annotated[str | None, typer.Option("--end", help="Until when; default: now.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
AGO = {"yesterday": timedelta(days=1), "last-week": timedelta(days=7)}


def diff_kpi(
    where: Where,
    kpi: Kpi = "oee_index",
    since: Since = "yesterday",
    until: Until = None,
    start: Start = None,
    end: End = None,
    as_json: Json = False,
    data: DataOption = Here,
) -> None:
    """Say what moved a figure since a moment of knowledge: who, when, why, and by how much."""
    now = datetime.now(UTC)
    known = (now - AGO[since]).isoformat() if since in AGO else since
    asked = {"start": start or (now - timedelta(days=7)).isoformat(), "end": end or now.isoformat()}
    asked |= {"known_from": known} | ({} if until is None else {"known_to": until})
    with house(data) as control:
        where_id = id_of(control, where)
        found = control.call("GET", f"/kpis/{kpi}/diff", equipment_id=where_id, **asked)
        changes, cursor = list(found["changes"]), found["next"]
        while cursor is not None:
            page = control.call("GET", f"/kpis/{kpi}/diff", equipment_id=where_id, **asked, cursor=cursor)
            changes, cursor = changes + page["changes"], page["next"]
    if as_json:
        print(json.dumps(found | {"changes": changes, "next": None}, indent=2, ensure_ascii=False))
        return
    print(f"{kpi}  {_value(found['before'])} → {_value(found['after'])}  {_value(found['difference'], '+')}")
    for change in changes:
        print(_line(change))
    if not changes:
        print("nothing that moves it became known in between")


def _value(value: float | None, sign: str = "") -> str:
    return "–" if value is None else f"{value:{sign}.4f}"


def _line(change: dict[str, Any]) -> str:
    at = datetime.fromisoformat(change["at"]).astimezone().strftime("%Y-%m-%d %H:%M")
    moves = [f"{one['cls_before']} → {one['cls_after']} {one['us'] / 60e6:.1f} min" for one in change["moves"]]
    moves += [f"{count:+} {name}" for name, count in change["pieces"].items()]
    kind = change["kind"] + (f" x {change['steps']}" if change["steps"] > 1 else "")
    said = [change["said"][name] for name in ("reason", "state", "comment") if name in change["said"]]
    words = [change["by"] or "", " ".join(map(str, said)), change["why"] or "", ", ".join(moves)]
    told = "  ".join(plain(word) for word in words if word)
    return f"  {at}  {_value(change['contribution'], '+'):>8}  {kind:20} {told}".rstrip()


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("diff-kpi")(diff_kpi)
