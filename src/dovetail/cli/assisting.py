"""Ask from a terminal what a connection's signals seem to mean: each claim, how sure it is, and on what it rests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer

from dovetail.terminal.asking import DataOption, Here, house

SURE: Final = {"sure": "sure", "likely": "likely", "unknown": "cannot tell"}

connection_app = typer.Typer(help="Connections: what the signals that come over them mean.", no_args_is_help=True)


@connection_app.command("propose")
def propose_meanings(
    connection: Annotated[str, typer.Argument(help="The connection, as plant code names it.", show_default=False)],
    hours: Annotated[float, typer.Option(help="How far to look back; up to a day.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data: DataOption = Here,
) -> None:
    """Say what the signals of a connection seem to mean: the state, the counters, the rate. Changes nothing."""
    with house(data) as control:
        found = control.call("GET", f"/connections/{connection}/proposals", minutes=hours * 60)["items"]
    if as_json:
        print(json.dumps(found, indent=2))
        return
    for machine in found:
        print("\n".join(told(machine)))
    if not found:
        print(f"No machine has signals over {connection}.")


def told(machine: dict[str, Any]) -> list[str]:
    """What is claimed of a machine, as it is printed, with the plant code for it."""
    lines = [machine["equipment_path"]]
    progress = machine["progress"]
    if not progress["enough"]:
        needed = f"{progress['running_needed_s'] / 60:.0f} minutes of running and {progress['stops_needed']} stops"
        seen = f"{progress['running_s'] / 60:.0f} minutes and {progress['stops']} stops"
        lines.append(f"  ! not much to learn from yet: it takes about {needed}; so far {seen}")
    lines += [f"  {line}" for line in _claims(machine)]
    lines += [f"  {one['tag']:16} cannot tell: {one['because']['text']}" for one in machine["silent"]]
    code = {name: said for name, said in machine["suggested"].items() if said is not None}
    return [*lines, "", "  Plant code, once it is right:", *(f"    {line}" for line in _yaml(code)), ""]


def _claims(machine: dict[str, Any]) -> Iterator[str]:
    state, rate = machine["state"], machine["rate"]
    if state is not None:
        yield f"{state['tag']:16} says what it does ({_sure(state)}): {state['because']['text']}"
        for one in state["values"]:
            state_word = one["state"] or "cannot tell"
            yield f"  {one['value']:14} {state_word}, for {one['seen_s']:.0f} s, {one['pieces']} pieces"
    for one in machine["counters"]:
        yield f"{one['tag']:16} counts {one['role'] or 'something'} ({_sure(one)}): {one['because']['text']}"
        if one["against_name"]:
            yield "  ! its name says otherwise: look at it"
        anew = len(one["resets"]) + len(one["rollovers"])
        if anew:
            yield f"  began anew {anew} times" + (f", at {one['modulus']}" if one["modulus"] else "")
    if rate is not None:
        yield f"{'ideal rate':16} {rate['rate_upm']:.1f}/min ({_sure(rate)}): {rate['because']['text']}"
    for one in machine["contacts"]:
        yield f"{one['tag']:16} says {one['use']} ({_sure(one)}): {one['because']['text']}"
    for one in machine["levels"]:
        yield f"{one['tag']:16} has levels ({', '.join(one['levels'])}): dovetail tag propose {one['tag_id']}"


def _sure(one: dict[str, Any]) -> str:
    return SURE[one["confidence"]]


def _yaml(code: dict[str, Any]) -> list[str]:
    from dovetail.plantcode.edit import put

    text = "".join(put({}, (name,), said)[f"{name}.yaml"] for name, said in code.items())
    return text.splitlines() or ["(nothing)"]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(connection_app, name="connection")
