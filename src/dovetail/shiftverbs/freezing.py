"""`dovetail report`: keep the figures of a period as they are known, open them again, and see what moved since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from dovetail.terminal.asking import DataOption, Here, Where, do, house, id_of, period_of, plain, taken_back_by

report_app = typer.Typer(help="Reports that stay as they were known.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="The number of the report, as `list` shows it.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="The document of the API.")]
MINUTE_US = 60_000_000
BROKEN = {
    "content": "NOT INTACT: what it says is not what was frozen",
    "audit": "NOT INTACT: the audit does not vouch for its hash",
    None: "intact: letter for letter what was frozen, as the audit says",
}


@report_app.callback()
def _report() -> None:
    """Reports that stay as they were known."""


@report_app.command("freeze")
def freeze(
    where: Where,
    start: Annotated[str, typer.Option(help="From when, RFC 3339 with offset.")],
    end: Annotated[str, typer.Option(help="Until when.")],
    name: Annotated[str, typer.Option(help="Under which name.")],
    view: Annotated[str, typer.Option(help="kpis, losses or stops.")] = "kpis",
    as_of: Annotated[str | None, typer.Option(help="As it was known at a moment.")] = None,
    note: Annotated[str | None, typer.Option(help="What whoever reads it should know.")] = None,
    data: DataOption = Here,
) -> None:
    """Keep the figures of a period under a name."""
    with house(data) as control:
        given = {"equipment_id": id_of(control, where), "start": start, "end": end, "name": name, "view": view}
        done = do(control, "report.freeze", given | {"as_of": as_of, "note": note})
    print(f"Report {done['output']['id']}, SHA-256 {done['output']['digest']}")
    taken_back_by(done)


@report_app.command("list")
def listed(as_json: AsJson = False, data: DataOption = Here) -> None:
    """Show the reports, the newest first."""
    with house(data) as control:
        page = control.call("GET", "/reports")
        names = {node["id"]: node["path"] for node in control.call("GET", "/equipment")["items"]}
    if as_json:
        print(json.dumps(page))
        return
    for one in page["items"]:
        gone = f"  withdrawn by {one['withdrawn']['by']}" if one["withdrawn"] else ""
        where = names.get(one["equipment_id"], one["equipment_id"])
        print(f"{one['id']:5}  {plain(one['name'])}  {where} {one['view']}  {period_of(one)}  by {one['by']}{gone}")


@report_app.command("show")
def show(number: Number, as_json: AsJson = False, data: DataOption = Here) -> None:
    """Open a report exactly as it was frozen, and say whether it still is that."""
    with house(data) as control:
        found = control.call("GET", f"/reports/{number}")
    if as_json:
        print(json.dumps(found))
        return
    print(_head(found))
    for one in found["figures"]:
        print(f"{one['label']:44} {_value(one['value'], one['unit'])}")


@report_app.command("diff")
def diff(
    number: Number,
    kpi: Annotated[str | None, typer.Option(help="The KPI whose changes are told; left out: that of the view.")] = None,
    as_json: AsJson = False,
    data: DataOption = Here,
) -> None:
    """Show what of a report is another figure now, and who moved it; exits 2 where something is."""
    with house(data) as control:
        found = control.call("GET", f"/reports/{number}/diff", **({"kpi": kpi} if kpi else {}))
    if as_json:
        print(json.dumps(found))
    else:
        print(_head(found))
        _print_moved(found)
    raise typer.Exit(2 if found["moved"] else 0)


@report_app.command("signed")
def signed(
    where: Where,
    start: Annotated[str, typer.Option(help="From when, RFC 3339 with offset.")],
    end: Annotated[str, typer.Option(help="Until when.")],
    as_json: AsJson = False,
    data: DataOption = Here,
) -> None:
    """Show what the signed shifts of a period would come to now; exits 2 where something would be another figure."""
    with house(data) as control:
        equipment_id = id_of(control, where)
        page = control.call("GET", f"/equipment/{equipment_id}/signatures", start=start, end=end)
        stands = [one for one in page["items"] if one["reopened"] is None]
        told = [control.call("GET", f"/signatures/{one['id']}/now", equipment_id=equipment_id) for one in stands]
    if as_json:
        print(json.dumps(told))
    for found in () if as_json else told:
        one = found["signature"]
        print(f"{plain(one['shift_name'])}, {period_of(one)}: signed by {one['by']} at {one['at']}")
        _print_moved(found)
    if not told and not as_json:
        print("No signed shift stands there.")
    raise typer.Exit(2 if any(found["moved"] for found in told) else 0)


def _print_moved(found: Mapping[str, Any]) -> None:
    for one in found["moved"]:
        kept, now = (_value(one[side], one["unit"]) for side in ("frozen", "now"))
        print(f"{one['label']:44} {kept:>14} → {now}")
    if not found["moved"]:
        print("Nothing moved.")
        return
    otherwise = ", ".join(one["label"] for one in found.get("otherwise", ()))
    if otherwise:
        print(f"this version works these out otherwise from what was known then: {otherwise}")
    print(f"{found['same']} figures are the same; {found['kpi']} moved by:")
    for one in found["changes"]:
        moved = "" if one["contribution"] is None else f"{one['contribution']:+.4f}  "
        print(f"  {one['at']}  {moved}{one['kind']}  {one['by'] or ''}  {plain(one['why'] or '')}".rstrip())
    if not found.get("told", True):
        print("  too much became known since to be told one by one")


def _head(found: Mapping[str, Any]) -> str:
    one = found["report"]
    return (
        f"{plain(one['name'])}: {period_of(one)}, as known at {one['as_of']}, by {one['by']}\n{BROKEN[found['broken']]}"
    )


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    shown = {"us": f"{value / MINUTE_US:.1f} min", "1": f"{value:.2%}", "%": f"{value:.2%}"}
    return shown.get(unit, f"{value:g}")


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(report_app, name="report")
