"""`dovetail readings`: counters that people read, and the pieces between two readings."""

from __future__ import annotations

from typing import Annotated

import typer

from dovetail.terminal.asking import DataOption, Here, Where, do, house, id_of, items, period_of, taken_back_by

readings_app = typer.Typer(help="Counters that people read at the machine.", no_args_is_help=True)


@readings_app.command("enter")
def enter(
    where: Where,
    after: Annotated[int, typer.Argument(help="What the counter shows at the end.", show_default=False)],
    before: Annotated[int | None, typer.Option(help="What it showed at the beginning; else the last end.")] = None,
    counter: Annotated[str, typer.Option(help="What it counts: good, total, scrap, rework, infeed.")] = "good",
    modulus: Annotated[int | None, typer.Option(help="Where it begins anew; else as last time.")] = None,
    unit: Annotated[str | None, typer.Option(help="What it counts in, as case or kg; default: pieces.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Where begin and last end differ: count from the previous end or as given.")
    ] = None,
    scrap: Annotated[int | None, typer.Option(help="Scrapped pieces.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why it is scrap: group/code.")] = None,
    start: Annotated[str | None, typer.Option(help="From when, RFC 3339 with offset; else the last reading.")] = None,
    end: Annotated[str | None, typer.Option(help="When it was read, RFC 3339 with offset; else now.")] = None,
    comment: Annotated[str | None, typer.Option(help="What else there is to say.")] = None,
    data: DataOption = Here,
) -> None:
    """Enter what a counter shows: the pieces since the last reading, or since --before, follow."""
    given = {"counter": counter, "after": after, "before": before, "modulus": modulus, "since": since, "unit": unit}
    given |= {"scrap": scrap, "reason": reason, "start": start, "end": end, "comment": comment}
    with house(data) as control:
        done = do(control, "count.enter_readings", {"equipment_id": id_of(control, where)} | given)
    out = done["output"]
    print(f"{out['before']} to {out['after']}: {out['quantity']} {counter}")
    for item in out["entry"]["items"]:
        print(f"{item['quantity']:+8} {item['kind']:7} {period_of(item)}  ({item['origin']})")
    if (held := out["entry"]["held"]) is not None:
        print(f"Held for review: {held['made']} pieces {period_of(held)}, {held['possible']} possible.")
    taken_back_by(done)


@readings_app.command("list")
def list_readings(
    where: Where, hours: Annotated[float, typer.Option(help="How far back to look.")] = 24, data: DataOption = Here
) -> None:
    """List the readings of a work unit or a line, the newest first, taken back or not."""
    with house(data) as control:
        for one in items(control, where, "counter-readings", hours):
            back = f"  taken back by {one['withdrawn_by']}" if one["withdrawn"] else ""
            left = f"  {one['unexplained']:+} before it unexplained" if one["unexplained"] else ""
            what = f"{one['counter']:7} {one['before']} to {one['after']}: {one['quantity']}"
            print(f"{one['entry_id']:6} {what}  {period_of(one)}  {one['by']}  {one['became']}{left}{back}")


@readings_app.command("withdraw")
def withdraw(
    entry_id: Annotated[int, typer.Argument(help="The reading; `dovetail readings list` shows it.")],
    reason: Annotated[str | None, typer.Option(help="Why; kept in the audit.")] = None,
    data: DataOption = Here,
) -> None:
    """Take a reading back: none of its pieces count, and the counter goes on from the one before."""
    with house(data) as control:
        do(control, "count.withdraw_readings", {"entry_id": entry_id}, reason)
    print("Taken back.")


def register(app: typer.Typer) -> None:
    """Add the verbs of readings by hand."""
    app.add_typer(readings_app, name="readings")
