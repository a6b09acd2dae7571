"""`dovetail restate`: the past told again by other definitions, from a terminal: look at it, do it, take it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from dovetail.operating.following import answered, progress
from dovetail.operating.replaying import as_minutes, differing

if TYPE_CHECKING:
    from dovetail.app.bootstrap import House

SHIFTS_SHOWN: Final = 5


def restate(
    start: Annotated[str | None, typer.Option("--from", help="RFC 3339 with offset.", show_default=False)] = None,
    end: Annotated[str | None, typer.Option("--to", help="RFC 3339; at most now.", show_default=False)] = None,
    version: Annotated[
        int | None, typer.Option("--version", help="Definitions of this plant version; default: those of now.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="A section, or section:key as products:cola; repeatable.")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it, once the plan was made.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; kept for ever. Needed to do it.")] = None,
    undo: Annotated[int | None, typer.Option("--undo", help="Take the restatement of this number back.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Who restated what, and why.")] = False,
    data: Annotated[
        Path, typer.Option("--data", help="The installation's data folder.", envvar="DOVETAIL_DATA")
    ] = Path(".dovetail"),
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")] = False,
) -> None:
    """Apply definitions to the past; without --apply only say what would move. Exit 0: nothing, 1: error, 2: some."""
    from dovetail.terminal.installation import at_work

    if undo is None and not listed and (start is None or end is None):
        raise typer.BadParameter("give --from and --to, or --list, or --undo NUMBER")
    with at_work(data, _follow) as (control, work):
        if listed:
            _tell(control.call("GET", "/restatements"), as_json, _list)
            return
        if undo is not None:
            made = control.call("POST", f"/restatements/{undo}/undo", {"reason": reason or ""})
            _tell(_settled(control, made, work), as_json, _made)
            return
        asked: dict[str, Any] = {"start": start, "end": end, "version": version, "only": only or []}
        plan = answered(control, "/restatements/plans", asked, name="restate")
        if not (apply and as_json):
            _tell(plan, as_json, as_text)
        if apply:
            made = control.call("POST", "/restatements", {**asked, "seen": plan["digest"], "reason": reason or ""})
            _tell(_settled(control, made, work), as_json, _made)
    raise typer.Exit(2 if plan["differs"] else 0)


def _follow(house: House) -> None:
    """A step of what follows: states that are read otherwise, then the ledgers."""
    house.rooms.states.step()
    house.rooms.performance.step()


def _tell(found: Any, as_json: bool, said: Any) -> None:
    print(json.dumps(found, indent=2, ensure_ascii=False) if as_json else said(found))


def _settled(control: Any, made: dict[str, Any], work: Callable[[], object]) -> dict[str, Any]:
    """Wait until the ledgers follow."""
    while not made["settled"]:
        progress(min(1.0, made["rewritten_us"] / max(1, made["touched_us"])))
        work()
        made = control.call("GET", f"/restatements/{made['id']}")
    progress(None)
    return made


def as_text(plan: dict[str, Any]) -> str:
    """A plan as people read it: the definitions, then what they move, the biggest first."""
    lines = [line for change in plan["changes"] for line in _change(change)]
    for ledger in plan["ledgers"]:
        lines += _ledger(ledger) if ledger["differs"] else []
    same = sum(not ledger["differs"] for ledger in plan["ledgers"])
    lines += [f"{same} more read the same."] if same else []
    return "\n".join(lines) or "Nothing would change: these definitions held then."


def _change(change: dict[str, Any]) -> list[str]:
    lines = [f"~ {change['section']} {change['key']}"]
    for stretch in change["stretches"]:
        lines.append(f"    {stretch['start'][:19]} … {stretch['end'][:19]}")
        lines += [f"      {what}: {was} → {would}" for what, was, would in stretch["fields"]]
    return lines


def _ledger(ledger: dict[str, Any]) -> list[str]:
    signed = f", {ledger['signed_total']} shifts are signed and stand" if ledger["signed_total"] else ""
    lines = [f"{ledger['path']}: {as_minutes(ledger['moved_us'])} would read otherwise{signed}"]
    if said := differing(ledger["whole"]["was"], ledger["whole"]["would"]):
        lines.append(f"  in all: {', '.join(said)}")
    for shift in ledger["shifts"][:SHIFTS_SHOWN]:
        mark = " (signed: stands)" if shift["signed"] else ""
        said = differing(shift["was"], shift["would"])
        lines.append(f"  {shift['shift']} {shift['start'][:16]}{mark}: {', '.join(said)}")
    more = ledger["shifts_total"] - SHIFTS_SHOWN
    return lines + ([f"  … and {more} more shifts"] if more > 0 else [])


def _made(made: dict[str, Any]) -> str:
    what = f"restatement {made['id']}" + (f", which takes {made['undoes']} back" if made["undoes"] else "")
    return (
        f"{what}: {made['start'][:19]} … {made['end'][:19]}, definitions: {len(made['changes'])}; all ledgers follow."
    )


def _list(page: dict[str, Any]) -> str:
    lines = [
        f"{one['id']:>4}  {one['at'][:16]}  {one['start'][:16]} … {one['end'][:16]}  {one['by']}: {one['why']}"
        + (f"  (takes {one['undoes']} back)" if one["undoes"] else "")
        + (f"  (taken back by {one['undone_by']})" if one["undone_by"] else "")
        for one in page["items"]
    ]
    return "\n".join(lines) or "Nothing was ever restated."


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(restate)
