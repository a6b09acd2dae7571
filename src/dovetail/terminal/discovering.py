"""Find devices in a network that somebody named: a few polite questions each, and for each find the way to connect it.

It needs no installation and keeps nothing. It looks nowhere by itself: an address that was not named is not asked.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from dovetail.terminal.asking import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from dovetail.finding.model import Find, Survey
    from dovetail.finding.ranges import Host
    from dovetail.finding.survey import Manner

NOTHING: Final = 3  # exit code: asked, and nobody is there


def discover(
    named: Annotated[
        list[str],
        typer.Argument(help="Where to look: 10.1.2.0/28, 10.1.2.5-10.1.2.20, 10.1.2.7.", show_default=False),
    ],
    only: Annotated[str | None, typer.Option(help="Only these ways, e.g. modbus,opcua.")] = None,
    port: Annotated[list[str] | None, typer.Option(help="Other ports: modbus=5020,5021; may be repeated.")] = None,
    units: Annotated[str, typer.Option(help="Modbus units that are asked for, up to 1-247.")] = "1-8",
    listen: Annotated[
        float, typer.Option(min=0, max=60, help="Listen so long to a broker that is named by itself, seconds.")
    ] = 3.0,
    within: Annotated[float, typer.Option(min=1, max=86_400, help="End after so many seconds.")] = 600.0,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before many or public addresses.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Find devices in a network that you name, and show how each would be connected. Exit code 3: nothing was found.

    Ask whoever looks after the network first. One connection at a time to each host, twenty a second in all; a host
    that refuses is left alone.
    """
    from dovetail.finding.ranges import hosts

    found = hosts(named)
    _agree(found, yes)
    survey = _looked(found, _manner(only, port or [], units, listen, within))
    if as_json:
        print(json.dumps(_document(survey), indent=2, ensure_ascii=False))
    else:
        _show(survey)
    if not survey.finds:
        raise typer.Exit(NOTHING)


def _agree(found: list[Host], yes: bool) -> None:
    """Many addresses, and addresses that may be somebody else's, are asked only when somebody says so again."""
    from dovetail.finding.ranges import ASKS_ABOVE

    outside = [host.address for host in found if host.outside]
    reasons = [f"{len(found):,} addresses"] if len(found) > ASKS_ABOVE else []
    reasons += [f"{outside[0]} is no address of a private network"] if outside else []
    if not reasons or yes:
        return
    from dovetail.core.errors import RefusedError

    if not sys.stdin.isatty():
        raise RefusedError("; ".join(reasons), code="discover-many", hint="say --yes if that is meant")
    typer.confirm(f"{'; '.join(reasons)}. Ask them?", abort=True, err=True)


def _manner(only: str | None, ports: list[str], units: str, listen_s: float, limit_s: float) -> Manner:
    from dovetail.core import plugins
    from dovetail.core.errors import InvalidError
    from dovetail.finding.ranges import numbers
    from dovetail.finding.survey import WAYS, Manner

    chosen = plugins.names(WAYS) if only is None else [name.strip() for name in only.split(",")]
    ways = {name: plugins.load(WAYS, name) for name in chosen}
    asked = {name: way.ports for name, way in ways.items()}
    for word in ports:
        name, _, said = word.partition("=")
        if name not in ways:
            hint = f"name=port, and name is one of {', '.join(ways)}"
            raise InvalidError(f"{word!r} names no way that is asked", code="discover-port", hint=hint)
        asked[name] = tuple(numbers(said, highest=65_535))
    whole = {name: (way, asked[name]) for name, way in ways.items()}
    return Manner(whole, tuple(numbers(units, highest=255)), listen_s, limit_s)


def _looked(found: list[Host], manner: Manner) -> Survey:
    import asyncio

    from dovetail.core.clock import SystemClock
    from dovetail.finding.pace import Pace
    from dovetail.finding.survey import survey

    clock = SystemClock()

    def run(on_host: Callable[[], None]) -> Survey:
        return asyncio.run(survey(found, manner, clock=clock, pace=Pace(clock), on_host=on_host))

    if not sys.stderr.isatty():
        return run(lambda: None)
    with typer.progressbar(length=len(found), label="Asking", file=sys.stderr) as bar:
        return run(lambda: bar.update(1))


def _show(survey: Survey) -> None:
    from dovetail.finding.proposal import proposal

    for find in survey.finds:
        said = proposal(find)
        print(f"{find.host}:{find.port}  {find.driver}  {plain(find.says)}")
        for words in (*find.details, *find.notes):
            print(f"    {plain(words)}")
        print("\n" + "\n".join(f"    {line}" for line in said.plant_code.splitlines()))
        if said.missing is not None:
            print(f"    # still missing: {said.missing}")
        print()
    for one in survey.strangers:
        print(f"{one.host}:{one.port}  something listens, but it does not speak {' or '.join(one.tried)}")
    for left in survey.left:
        print(f"{left.host}  left alone: {left.why}")
    asked = f"{survey.asked} hosts asked with {survey.connections} connections"
    print(f"{len(survey.finds)} found; {asked}")
    if survey.unasked:
        print(f"The time was over before {len(survey.unasked)} hosts were done, from {survey.unasked[0]} on: --within")


def _document(survey: Survey) -> dict[str, Any]:
    return {
        "finds": [_find(find) for find in survey.finds],
        "without_driver": [{"host": one.host, "port": one.port, "tried": list(one.tried)} for one in survey.strangers],
        "left_alone": [{"host": left.host, "why": left.why} for left in survey.left],
        "hosts_asked": survey.asked,
        "connections": survey.connections,
        "not_asked": survey.unasked,
    }


def _find(find: Find) -> dict[str, Any]:
    from dovetail.finding.proposal import proposal

    said = proposal(find)
    return {
        "host": find.host,
        "port": find.port,
        "driver": find.driver,
        "says": find.says,
        "details": list(find.details),
        "notes": list(find.notes),
        "connect": {
            "name": said.name,
            "driver": said.driver,
            "options": said.options,
            "missing": said.missing,
            "plant_code": said.plant_code,
        },
    }


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(discover)
