"""What a disk has spoilt of the samples, from a terminal."""

from __future__ import annotations

import json
from typing import Annotated, Final

import typer

from dovetail.terminal.asking import DataOption, Here, house, plain

damaged_app = typer.Typer(help="Samples that cannot be read any more.", no_args_is_help=True)
BACK: Final = (
    "Back from a backup: restore it beside (dovetail restore), take the stretch from there (dovetail samples export), "
    "and give it in here (dovetail samples insert TAG --file …)."
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


def register(samples_app: typer.Typer) -> None:
    """Add to the verbs about samples."""
    samples_app.add_typer(damaged_app, name="damaged")
