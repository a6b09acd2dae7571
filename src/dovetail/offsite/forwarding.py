"""See from a terminal how the copies of this site elsewhere stand, and have one compared now."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from dovetail.terminal.asking import DataOption, Here, do, house, plain, running

forwarding_app = typer.Typer(help="Copies of this site's samples elsewhere.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The copy, as the plant code names it.", show_default=False)]


@forwarding_app.command("status")
def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False, data: DataOption = Here
) -> None:
    """Show how far behind each copy is, and why. Exits with 1 while one is not reached."""
    with house(data) as control:
        found = control.call("GET", "/forwarding")["items"]
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for one in found:
            print("\n".join(_lines(one)))
    if any(one["state"] == "failing" for one in found):
        raise typer.Exit(1)


def _lines(one: Any) -> list[str]:
    equal = "never seen to be equal" if one["equal_as_of"] is None else f"equal as of {one['equal_as_of'][:19]}"
    lines = [f"{plain(one['name'])}  {one['state']}  {one['to']} on {plain(one['host'])} as site {plain(one['site'])}"]
    lines.append(f"  {one['tags']} tags, {equal}, {one['samples']:,} samples brought since the server began")
    if one["months_waiting"]:
        lines.append(f"  {one['months_waiting']} months are yet to compare")
    if one["cause"] is not None:
        lines.append(f"  since {one['failing_since'][:19]}: {plain(one['cause'])}")
        lines += [f"  hint: {plain(one['hint'])}"] if one["hint"] else []
        lines.append(f"  tried again in {one['next_look_s']:.0f} s")
    return lines


@forwarding_app.command("run")
def run(
    name: Name,
    recheck: Annotated[bool, typer.Option(help="Compare also what was equal when it was last compared.")] = False,
    take_over: Annotated[
        bool, typer.Option(help="The site's name there is this installation's, whoever had it: after a restore.")
    ] = False,
    data: DataOption = Here,
) -> None:
    """Have the running server compare a copy now instead of in its time."""
    control = running(data)
    do(control, "forwarding.run", {"name": name, "recheck": recheck, "take_over": take_over})
    print(f"{plain(name)} is compared now; see dovetail forwarding status")


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(forwarding_app, name="forwarding")
