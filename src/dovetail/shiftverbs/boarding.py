"""`dovetail shift-board` and `dovetail kpi-trend`: how a shift goes by the hour, and how a KPI went over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from dovetail.shiftverbs.telling import AsOf, Csv, End, Json, Shift, Start, hand_out
from dovetail.terminal.asking import DataOption, Here, Where, house, id_of, period_of

DAYS = 14  # how far back without --start
HEAD = f"{'hour':42} {'plan':>8} {'good':>8} {'scrap':>8} {'+/−':>8} {'OEE':>7}  what it lost time to"


def shift_board(
    where: Where,
    shift: Shift = "current",
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
    data: DataOption = Here,
) -> None:
    """Show plan and actual of a shift hour by hour, with what each hour lost most of its time to."""
    with house(data) as control:
        found = control.call("GET", f"/equipment/{id_of(control, where)}/shift-board", shift=shift, as_of=as_of)
    hand_out(found, found["hours"], lambda: board_lines(found), as_json=as_json, as_csv=as_csv)


def board_lines(found: dict[str, Any]) -> list[str]:
    """The board in words; what nobody can say is a dash."""
    shift = found["shift"]
    lines = [] if shift is None else [f"{shift['name']}  {period_of(shift)}"]
    rows = [(period_of(hour), hour) for hour in found["hours"]]
    rows += [("total", found["totals"])] if rows else []
    lines += [HEAD, *(_row(name, one) for name, one in rows)]
    return [*lines, *(f"hint: {hint}" for hint in found["hints"])]


def _row(name: str, one: dict[str, Any]) -> str:
    numbers = " ".join(f"{_whole(one[key]):>8}" for key in ("planned", "good", "scrap", "difference"))
    lost = ", ".join(f"{stop['reason'] or 'no reason'} {stop['minutes']:.0f} min" for stop in one.get("stops", ()))
    return f"{name:42} {numbers} {_share(one['oee']):>7}  {lost}".rstrip()


def kpi_trend(
    where: Where,
    kpi: Annotated[str, typer.Argument(help="The KPI by its id.")] = "oee_index",
    per: Annotated[str, typer.Option(help="shift, day or week.")] = "day",
    start: Start = None,
    end: End = None,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
    data: DataOption = Here,
) -> None:
    """Show how a KPI went, shift by shift, day by day or week by week; without --start of the last two weeks."""
    now = datetime.now(UTC)
    span = {"start": start or (now - timedelta(days=DAYS)).isoformat(), "end": end or now.isoformat()}
    with house(data) as control:
        path = f"/equipment/{id_of(control, where)}/kpi-trend"
        found = control.call("GET", path, **span, kpi=kpi, per=per, as_of=as_of)
    hand_out(found, found["items"], lambda: trend_lines(found), as_json=as_json, as_csv=as_csv)


def trend_lines(found: dict[str, Any]) -> list[str]:
    """The course in words."""
    unit = found["kpi"]["unit"]
    lines = [f"{found['kpi']['name']} per {found['per']}"]
    for one in found["items"]:
        target = "" if one["target"] is None else f"  target {_value(one['target'], unit)}"
        verdict = {True: " met", False: " missed", None: ""}[one["meets"]]
        said = f"{_value(one['value'], unit):>14}  data {_share(one['coverage'])}{target}{verdict}"
        lines.append(f"{period_of(one):42} {one['name'] or '':10} {said}".rstrip())
    return [*lines, *(f"hint: {hint}" for hint in found["hints"])]


def _value(value: float | None, unit: str) -> str:
    return _share(value) if value is None or unit == "1" else f"{value:.1f} {unit.replace('{#}', 'pcs')}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _whole(value: int | None) -> str:
    return "–" if value is None else str(value)


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("shift-board")(shift_board)
    app.command("kpi-trend")(kpi_trend)
