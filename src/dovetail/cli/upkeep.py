"""Ask how an installation is, from a terminal on the server."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

DataOption = Annotated[Path, typer.Option("--data", help="The installation's data folder.", envvar="DOVETAIL_DATA")]


def doctor(
    data: DataOption = Path(".dovetail"),
    database_url: Annotated[
        str | None, typer.Option(help="PostgreSQL of the records.", envvar="DOVETAIL_DATABASE_URL")
    ] = None,
    hardening: Annotated[bool, typer.Option("--hardening", help="Also what an attacker would look for.")] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="First look through all samples for damage; ended early, it goes on there.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")] = False,
) -> None:
    """Say what ails an installation and who can mend it, running or not. Exit 0: well, 1: look, 2: ill."""
    if deep:
        _search(data, database_url)
    found = _diagnosis(data, database_url, hardening)
    print(json.dumps(found, indent=2, ensure_ascii=False) if as_json else _as_text(found))
    raise typer.Exit(found["worst"])


def _search(data: Path, database_url: str | None) -> None:
    """Wait until all samples are looked through, with how far it is on a terminal."""
    from dovetail.ownership.datafolder import existing
    from dovetail.terminal.asking import do
    from dovetail.terminal.installation import at_work

    existing(data)
    if database_url is not None:
        os.environ["DOVETAIL_DATABASE_URL"] = database_url
    with at_work(data, lambda house: house.scrub.step()) as (control, work_on):
        do(control, "samples.search", {})
        while (found := control.call("GET", "/samples/search"))["now"]:
            if sys.stderr.isatty():
                print(f"\r{found['done']:,} of {found['total']:,} samples\r", end="", file=sys.stderr, flush=True)
            work_on()


def _diagnosis(data: Path, database_url: str | None, hardening: bool) -> dict[str, Any]:
    """Asked of the server where one runs, which knows more; else looked at from here."""
    from dovetail.core.clock import SystemClock
    from dovetail.core.errors import LinkError
    from dovetail.ownership.control import Control
    from dovetail.ownership.datafolder import SOCKET, existing
    from dovetail.ownership.settings import from_environment
    from dovetail.vitals.api import diagnosis
    from dovetail.vitals.facts import gather

    path = (existing(data) / SOCKET).resolve()
    if path.exists():
        try:
            return Control(path).call("GET", "/doctor", hardening=str(hardening).lower())
        except LinkError:
            pass  # a socket that a kill left behind
    settings = from_environment(data=data, database_url=database_url)
    return diagnosis(gather(settings, clock=SystemClock()), hardening=hardening).model_dump()


def _as_text(found: dict[str, Any]) -> str:
    signs = {"well": "ok  ", "look": "LOOK", "ill": "ILL "}
    lines: list[str] = []
    for one in found["findings"]:
        lines.append(f"{signs[one['verdict']]}  {one['id']:20} {one['says']}")
        if one["how"]:
            lines.append(f"{'':26} → {one['who']}: {one['how']}")
    counted = {verdict: sum(one["verdict"] == verdict for one in found["findings"]) for verdict in signs}
    lines.append(f"{counted['well']} well, {counted['look']} to look at, {counted['ill']} ill")
    return "\n".join(lines)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(doctor)
