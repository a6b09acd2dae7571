"""Copy an installation while it runs, check a copy, and bring one back, from a terminal on the server."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

DataOption = Annotated[Path, typer.Option("--data", help="The installation's data folder.", envvar="DOVETAIL_DATA")]
POLL_S = 0.2


class _MakeUnlessSaid(TyperGroup):
    """`dovetail backup DIR` is short for `dovetail backup make DIR`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        first = args[0] if args else "--help"
        return super().parse_args(ctx, args if first in (*self.commands, "--help") else ["make", *args])


backup_app = typer.Typer(help="Copies of the whole installation.", no_args_is_help=True, cls=_MakeUnlessSaid)


@backup_app.command("make")
def make(
    folder: Annotated[Path, typer.Argument(help="Where to put it; a folder of its own is made in there.")],
    keep: Annotated[int | None, typer.Option(help="Remove older ones beyond this many.", min=1)] = None,
    data: DataOption = Path(".dovetail"),
) -> None:
    """Copy records and samples of one moment, while the installation runs or stands."""
    from dovetail.terminal.installation import installation

    with installation(data) as control:
        begun = control.call("POST", "/backups", {"folder": str(folder.resolve()), "keep": keep})
        done = _followed(control, begun["job_id"])
    if done["state"] == "failed":
        print(f"error[backup]: {done['detail']}", file=sys.stderr)
        raise typer.Exit(1)
    print(done["detail"])


def _followed(control: Control, job_id: str) -> dict[str, Any]:
    shown = sys.stderr.isatty()
    while True:
        work = control.call("GET", f"/jobs/{job_id}")
        if shown:
            share = 100 * work["done"] // max(1, work["total"])
            print(f"\r{share:3d} % of {work['total'] / 1e6:,.0f} MB", end="", file=sys.stderr, flush=True)
        if work["state"] != "running":
            if shown:
                print(file=sys.stderr)
            return work
        time.sleep(POLL_S)


@backup_app.command("verify")
def verify(
    backup: Annotated[Path, typer.Argument(help="A backup, or the folder of backups: then the newest.")],
) -> None:
    """Prove that a backup can be restored: checksums, files, and a trial restore of the records. Exit 0 or 1."""
    from dovetail.core.clock import SystemClock
    from dovetail.upkeep import manifest, restore

    place = manifest.the_one(backup)
    found = restore.verify(place, clock=SystemClock())
    print(
        f"{place}: whole. Made {found.made_at} by Dovetail {found.version}: {len(found.parts)} files, "
        f"{found.bytes / 1e6:,.1f} MB, {found.rows:,} rows; not encrypted."
    )
    if found.left_out:
        print(f"Not in it: {', '.join(found.left_out)}")


@backup_app.command("list")
def show(folder: Annotated[Path, typer.Argument(help="The folder of backups.")]) -> None:
    """List the backups in a folder, oldest first, and what interrupted ones have left."""
    from dovetail.upkeep import manifest

    for place, found in manifest.in_folder(folder):
        print(f"{found.made_at}  {found.bytes / 1e6:10,.1f} MB  {place.name}")
    for place in manifest.partial_in(folder):
        print(f"interrupted, of no use: {place.name}")


def restore(
    backup: Annotated[Path, typer.Argument(help="A backup, or the folder of backups: then the newest.")],
    data: DataOption = Path(".dovetail"),
    database_url: Annotated[
        str | None,
        typer.Option(
            help="An empty PostgreSQL for records and samples; default SQLite.", envvar="DOVETAIL_DATABASE_URL"
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Over an installation: it is kept aside.")] = False,
) -> None:
    """Bring a backup back, with the server stopped. Checked first; interrupted, it leaves what was there."""
    from dovetail.core.clock import SystemClock
    from dovetail.ownership.control import cli_scope
    from dovetail.ownership.datafolder import own
    from dovetail.ownership.settings import from_environment
    from dovetail.upkeep import manifest
    from dovetail.upkeep.manifest import Progress
    from dovetail.upkeep.restore import restore as bring_back

    settings = from_environment(data=data, database_url=database_url)
    place = manifest.the_one(backup)
    os.umask(0o077)  # what comes back is its owner's alone
    with own(settings.data):
        done = bring_back(
            place,
            settings.data,
            settings.records_url,
            clock=SystemClock(),
            actor=cli_scope().actor,
            force=force,
            progress=Progress(),
            samples_in=settings.samples,
        )
    files = len(done.manifest.parts)
    print(f"{settings.data} is as it was at {done.manifest.made_at}: {done.rows:,} rows, {files} files.")
    if done.aside is not None:
        print(f"What was there is in {done.aside}; remove it when you are content.")
    if done.manifest.left_out:
        print(f"Not in the backup: {', '.join(done.manifest.left_out)}. Bring them over yourself.")


def doctor(
    data: DataOption = Path(".dovetail"),
    database_url: Annotated[
        str | None, typer.Option(help="PostgreSQL of the records.", envvar="DOVETAIL_DATABASE_URL")
    ] = None,
    hardening: Annotated[bool, typer.Option("--hardening", help="Also what an attacker would look for.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")] = False,
) -> None:
    """Say what ails an installation and who can mend it, running or not. Exit 0: well, 1: look, 2: ill."""
    found = _diagnosis(data, database_url, hardening)
    print(json.dumps(found, indent=2, ensure_ascii=False) if as_json else _as_text(found))
    raise typer.Exit(found["worst"])


def _diagnosis(data: Path, database_url: str | None, hardening: bool) -> dict[str, Any]:
    """Asked of the server where one runs, which knows more; else looked at from here."""
    from dovetail.core.clock import SystemClock
    from dovetail.core.errors import LinkError, NotFoundError
    from dovetail.ownership.control import Control
    from dovetail.ownership.datafolder import SOCKET
    from dovetail.ownership.settings import from_environment
    from dovetail.vitals.api import diagnosis
    from dovetail.vitals.facts import gather

    if not data.is_dir():
        raise NotFoundError(f"there is no data folder {data}", hint="name it with --data")
    path = (data / SOCKET).resolve()
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
    """Add the verbs that look after an installation."""
    app.command()(doctor)
    app.add_typer(backup_app, name="backup")
    app.command()(restore)
