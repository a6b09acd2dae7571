"""`dovetail stops` and `dovetail losses`: what stood and why, and what lies under the bars of a Pareto."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dovetail.shiftverbs.telling import AsOf, Csv, End, Json, Shift, Start, hand_out, joined, names_of, pages, when
from dovetail.terminal.asking import DataOption, Here, Where, house, id_of, period_of
from dovetail.terminal.stops import stop_line


def stops(
    where: Where,
    shift: Shift = "current",
    start: Start = None,
    end: End = None,
    unassigned: Annotated[bool, typer.Option("--unassigned", help="Only those without a reason.")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
    data: DataOption = Here,
) -> None:
    """List the stops of a shift or of any period, of a machine or of all machines of a line, the newest first."""
    only = "unassigned" if unassigned else None
    with house(data) as control:
        path = f"/equipment/{id_of(control, where)}/stops"
        found = joined([*pages(control, path, **when(start, end, shift), only=only, as_of=as_of)])
        names = names_of(control)
    hand_out(found, found["items"], lambda: _stop_lines(found, names), as_json=as_json, as_csv=as_csv)


def _stop_lines(found: dict[str, Any], names: dict[int, str]) -> list[str]:
    lines = [stop_line(stop, names.get(stop["equipment_id"], "")) for stop in found["items"]]
    if found["stopped_s"] is None:
        return [*lines, f"{len(found['items'])} stops; sums of so long a period: dovetail pareto"]
    share = found["without_reason"]
    rest = "" if share is None else f", without a reason {share:.0%}"
    return [*lines, f"unplanned {found['stopped_s'] / 60:.1f} min{rest}"]


def losses(
    where: Where,
    shift: Shift = "current",
    start: Start = None,
    end: End = None,
    reason: Annotated[str | None, typer.Option(help="mechanical/jam; mechanical: with all below it; -: none.")] = None,
    product: Annotated[str | None, typer.Option(help="Only while this product ran; -: none.")] = None,
    crew: Annotated[str | None, typer.Option(help="Only while this crew worked; -: none.")] = None,
    planned: Annotated[bool, typer.Option("--planned", help="With planned downtime.")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
    data: DataOption = Here,
) -> None:
    """List the stretches of lost time that a bar of the Pareto is the sum of, by time."""
    words = {"reason": reason, "product": product, "crew": crew, "planned": planned or None}
    with house(data) as control:
        path = f"/equipment/{id_of(control, where)}/losses"
        found = joined([*pages(control, path, **when(start, end, shift), **words, as_of=as_of)])
        names = names_of(control)
    hand_out(found, found["items"], lambda: _loss_lines(found["items"], names), as_json=as_json, as_csv=as_csv)


def _loss_lines(found: list[dict[str, Any]], names: dict[int, str]) -> list[str]:
    lines = [
        f"{period_of(one):42} {one['us'] / 60e6:8.1f} min {_pieces(one['lost_units'])} pieces  "
        f"{names.get(one['equipment_id'], ''):14} {one['cls']:12} {one['state']:12} {one['reason'] or '–'}"
        for one in found
    ]
    return [*lines, f"lost {sum(one['us'] for one in found) / 60e6:.1f} min in {len(found)} stretches"]


def _pieces(units: float | None) -> str:
    return f"{'–' if units is None else f'{units:.0f}':>8}"


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(stops)
    app.command()(losses)
