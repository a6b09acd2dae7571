"""What a disk has spoilt of the samples, from a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from dovetail.terminal.asking import DataOption, Here, do, house, plain
from dovetail.terminal.waiting import ended

damaged_app = typer.Typer(help="Samples that cannot be read any more.", no_args_is_help=True)
NEEDED: Final = {
    None: "needed for nothing",
    "unread": "not read yet: the next start does",
    "hole": "its time is a hole: `recover` fills it, or retention lets its month go",
}
BACK: Final = (
    "Back from a backup, from one that was restored beside, or from what can still be read of a lost month, where its "
    "file is kept: dovetail samples damaged recover FOLDER."
)


@damaged_app.command("list")
def listed(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False, data: DataOption = Here
) -> None:
    """List the stretches whose bytes are not what was written, and how they come back."""
    with house(data) as control:
        page = control.call("GET", "/samples/damaged")
        found = list(page["items"])
        while page["next"]:
            page = control.call("GET", "/samples/damaged", cursor=page["next"])
            found += page["items"]
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for one in found:
        kept = "set aside" if one["set_aside"] else "passed over"
        print(f"{plain(one['path'])}  {one['start']} … {one['end']}  {one['samples']:,} samples, {kept}: {one['why']}")
    print(BACK if found else "All samples that anybody has read are whole.")


@damaged_app.command("recover")
def recover(
    folder: Annotated[
        Path,
        typer.Argument(help="A backup in the clear, the data folder of one restored beside, or a lost month's file."),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit.")] = None,
    data: DataOption = Here,
) -> None:
    """Show which holes a folder can fill, ask, and fill them. Exit 1: some stay, for it does not hold all of them."""
    with house(data) as control:
        plan = control.call("GET", "/samples/damaged/recovery", folder=str(folder.resolve()))
        for one in plan["lines"]:
            print(f"{one['tag']}  {one['start']} … {one['end']}  {one['found']:,} of {one['samples']:,} samples")
        if not plan["samples"]:
            print("Nothing of what is damaged here lies there." if plan["lines"] else "Nothing is damaged here.")
            raise typer.Exit(1 if plan["lines"] else 0)
        if not yes and not typer.confirm("Put them back?"):
            raise typer.Exit(1)
        given = {"folder": str(folder.resolve()), "plan": plan["digest"]}
        job_id = do(control, "samples.recover", given, reason)["output"]["job_id"]
        ended(control, job_id, name="recovery", of="samples")
        done = control.call("GET", f"/samples/damaged/recover/{job_id}")
    print(f"{done['samples']:,} samples came back; {done['filled']} holes are filled, {done['left']} stay")
    raise typer.Exit(1 if done["left"] else 0)


@damaged_app.command("tidy")
def tidy(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit.")] = None,
    data: DataOption = Here,
) -> None:
    """Show the files that are kept as they lay since a disk has spoilt them, ask, and let go of those not needed."""
    with house(data) as control:
        found = control.call("GET", "/samples/damaged/kept")
        for one in found:
            print(f"{plain(one['name'])}  {one['bytes'] / 1e6:,.1f} MB  {NEEDED[one['needed']]}")
        if all(one["needed"] for one in found):
            print("Nothing is kept that is not needed.")
            return
        if not yes and not typer.confirm("Let go of what is needed for nothing?"):
            raise typer.Exit(1)
        done = do(control, "samples.tidy", {}, reason)["output"]
    print(f"{done['files']} went, {done['bytes'] / 1e6:,.1f} MB; {done['left']} stay")


def register(samples_app: typer.Typer) -> None:
    """Add to the verbs about samples."""
    samples_app.add_typer(damaged_app, name="damaged")
