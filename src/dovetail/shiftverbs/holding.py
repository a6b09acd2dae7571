"""`dovetail held`: entries of more pieces than a machine can make, and what is decided on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dovetail.terminal.asking import DataOption, Here, Where, do, house, items, period_of, taken_back_by

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

held_app = typer.Typer(help="Entries by hand of more pieces than the rate allows.", no_args_is_help=True)
Entry = Annotated[int, typer.Argument(help="The entry; `dovetail held list` shows it.", show_default=False)]
KINDS = ("good", "scrap", "rework", "infeed")


@held_app.command("list")
def list_held(
    where: Where,
    hours: Annotated[float, typer.Option(help="How far back to look.")] = 7 * 24,
    undecided: Annotated[bool, typer.Option("--undecided", help="Only those that wait for somebody.")] = False,
    data: DataOption = Here,
) -> None:
    """List the held entries of a work unit or a line, with what was decided."""
    with house(data) as control:
        for one in items(control, where, "held-entries", hours, only="undecided" if undecided else None):
            pieces = ", ".join(f"{one[kind]} {kind}" for kind in KINDS if one[kind])
            said = f"{one['decision']} by {one['decided_by']}" if one["decision"] else "waits"
            why = f": {one['why']}" if one["why"] else ""
            limit = f"{one['made']} with it, {one['possible']} possible"
            print(f"{one['entry_id']:6} {pieces}  {period_of(one)}  {one['by']}  ({limit})  {said}{why}")


@held_app.command("waiting")
def waiting(data: DataOption = Here) -> None:
    """Show all that is held and waits for you: entries, and counter jumps, of the whole plant."""
    with house(data) as control:
        found = control.call("GET", "/held")
        paths = _paths(control)
    for one in found["entries"]:
        pieces = ", ".join(f"{one[kind]} {kind}" for kind in KINDS if one[kind])
        limit = f"{one['made']} with it, {one['possible']} possible"
        print(f"{one['entry_id']:6} {paths[one['equipment_id']]}  {pieces}  {period_of(one)}  {one['by']}  ({limit})")
    for one in found["jumps"]:
        move = f"{one['counter']} {one['before']} to {one['after']} ({one['quantity']:+})"
        print(f"{one['held_id']}  {paths[one['equipment_id']]}  {move}  {period_of(one)}  {one['cause']}")
    print(f"{found['waiting']} wait" if found["waiting"] else "Nothing waits.")


@held_app.command("unconverted")
def unconverted(data: DataOption = Here) -> None:
    """Show counts of the last month in units that nobody can convert: kept, not counted, and what to do."""
    with house(data) as control:
        found = control.call("GET", "/unconverted")
        paths = _paths(control)
    for one in found["items"]:
        what = f"{one['quantity']} {one['unit']} {one['kind']}"
        said = f"of {one['product']}" if one["product"] else "nothing ran"
        print(
            f"{paths[one['equipment_id']]}  {what}  {said}  {period_of(one)}  {one['by'] or 'counter'}: {one['hint']}"
        )
    more = "; of more these are the first" if found["next"] else ""
    print(f"{len(found['items'])} wait for a conversion{more}" if found["items"] else "Everything is converted.")


@held_app.command("release")
def release(
    entry_id: Entry,
    good: Annotated[int | None, typer.Option(help="Good pieces instead of those entered.")] = None,
    scrap: Annotated[int | None, typer.Option(help="Scrapped pieces instead of those entered.")] = None,
    start: Annotated[str | None, typer.Option(help="From when instead, RFC 3339 with offset.")] = None,
    end: Annotated[str | None, typer.Option(help="Until when instead, RFC 3339 with offset.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why; kept in the audit.")] = None,
    data: DataOption = Here,
) -> None:
    """Count a held entry, as it was entered or put right."""
    given = {"entry_id": entry_id, "good": good, "scrap": scrap, "start": start, "end": end}
    with house(data) as control:
        done = do(control, "count.release_entry", given, reason)
    for item in done["output"]["items"]:
        print(f"{item['quantity']:+8} {item['kind']:7} {period_of(item)}  ({item['origin']})")
    taken_back_by(done)


@held_app.command("reject")
def reject(
    entry_id: Entry,
    reason: Annotated[str, typer.Option(help="Why; kept in the audit.")],
    data: DataOption = Here,
) -> None:
    """Reject a held entry: nothing of it counts; what was entered stays to be seen."""
    with house(data) as control:
        done = do(control, "count.reject_entry", {"entry_id": entry_id}, reason)
    print("Nothing of it counts.")
    taken_back_by(done)


def _paths(control: Control) -> dict[int, str]:
    found: dict[int, str] = {}
    cursor: str | None = None
    while True:
        page = control.call("GET", "/equipment", cursor=cursor)
        found |= {one["id"]: one["path"] for one in page["items"]}
        cursor = page["next"]
        if cursor is None:
            return found


def register(app: typer.Typer) -> None:
    """Add the verbs of held entries."""
    app.add_typer(held_app, name="held")
