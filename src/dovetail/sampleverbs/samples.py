"""Samples as files from a terminal: written by the installation, brought to where one stands."""

from __future__ import annotations

import json
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dovetail.core.errors import ConfigError
from dovetail.terminal.asking import DataOption, Here, do, house, id_of, plain
from dovetail.terminal.readings import tag_named
from dovetail.terminal.waiting import POLL_S, ended

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

samples_app = typer.Typer(help="Samples as files; and what they were, where they were wrong.", no_args_is_help=True)


class Format(StrEnum):
    """What the file is."""

    csv = "csv"
    parquet = "parquet"
    xlsx = "xlsx"


class Shape(StrEnum):
    """What a row of it is."""

    long = "long"
    wide = "wide"


@samples_app.command("export")
def export(
    tags: Annotated[list[str], typer.Argument(help="Tags by path or id.", show_default=False)],
    start: Annotated[str, typer.Option("--from", help="RFC 3339, as 2026-01-05T06:00:00+01:00.")],
    end: Annotated[str, typer.Option("--to", help="RFC 3339; up to there, not included.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file, or the folder it goes into.")] = Path(),
    kind: Annotated[
        Format | None, typer.Option("--format", help="Default: what the file's name ends in, else csv.")
    ] = None,
    shape: Annotated[Shape, typer.Option(help="long: one row a sample; wide: one row a time.")] = Shape.long,
    every: Annotated[
        float | None,
        typer.Option(min=0.001, help="Seconds from row to row of a wide file (60 without it), or of one aggregate."),
    ] = None,
    aggregate: Annotated[
        str | None, typer.Option(help="Sums instead of samples: names of OPC UA Part 13, commas between them.")
    ] = None,
    over: Annotated[
        str | None, typer.Option(help="Aggregates over jobs, lots, shifts or stops instead of even intervals.")
    ] = None,
    equipment: Annotated[str | None, typer.Option(help="Whose, with --over; default: that of the first tag.")] = None,
    zone: Annotated[str, typer.Option(help="Times in: plant, UTC, or a name as Europe/Prague.")] = "plant",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Without what was corrected after this moment or number.")
    ] = None,
    german: Annotated[bool, typer.Option("--german", help="CSV for a German spreadsheet.")] = False,
    data: DataOption = Here,
) -> None:
    """Write signals of a period to a file, with quality, units and times; or what they came to."""
    if not (out if out.is_dir() else out.parent).is_dir():
        raise ConfigError(f"there is no folder {out.parent}", code="no-folder", hint="make it first")
    ending = out.suffix.removeprefix(".")
    asked: dict[str, Any] = {
        "tags": tags, "start": start, "end": end, "shape": shape, "zone": zone, "as_of": as_of,
        "format": kind or (ending if ending in Format else Format.csv), "language": "de" if german else "en",
    }  # fmt: skip
    if over is not None and aggregate is None:
        aggregate = "TimeAverage2"
    with house(data) as control:
        if aggregate is None:
            asked["every_s"] = 60.0 if every is None else every
        else:
            whose = None if over is None else _equipment(control, equipment, tags[0])
            asked["aggregate"] = {"aggregates": aggregate, "every_s": every, "over": over, "equipment": whose}
        begun = control.call("POST", "/exports", asked)
        done = _followed(control, begun["export_id"])
        if done["state"] != "done":
            print(f"error[export]: {done['detail'] or done['state']}", file=sys.stderr)
            raise typer.Exit(1)
        target = out / plain(done["name"]) if out.is_dir() else out
        size = control.fetch(f"/exports/{done['id']}/file", target)
        control.call("POST", f"/exports/{done['id']}/remove", {})
    print(f"{target}: {done['rows']:,} rows, {size / 1e6:,.1f} MB")
    _tell_of_dropped(done)


def _equipment(control: Control, named: str | None, tag: str) -> int:
    return int(tag_named(control, tag)["equipment_id"]) if named is None else id_of(control, named)


def _tell_of_dropped(done: dict[str, Any]) -> None:
    """What of the time is not in the file because a rule let it go."""
    for one in done["dropped"]:
        print(
            f"not in it: {one['samples']:,} samples of tag {one['tag']}, {one['start']} to {one['end']},"
            f" went by the retention rule {plain(one['rule'])}",
            file=sys.stderr,
        )


def _followed(control: Control, export_id: str) -> dict[str, Any]:
    """Wait for its end; who breaks off gives it up."""
    try:
        while True:
            found = control.call("GET", f"/exports/{export_id}")
            if found["state"] != "running":
                return found
            if sys.stderr.isatty():
                share = control.call("GET", f"/jobs/{export_id}")["done"]
                print(f"\r{share:3d} %\r", end="", file=sys.stderr, flush=True)
            time.sleep(POLL_S)
    except KeyboardInterrupt:
        control.call("POST", f"/exports/{export_id}/remove", {})
        raise


@samples_app.command("tier")
def tier(
    folder: Annotated[Path, typer.Argument(help="Where site=…/day=…/samples.parquet go.")],
    start: Annotated[str | None, typer.Option("--from", help="RFC 3339; default a month before the end.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="RFC 3339; default today, which is not whole yet.")] = None,
    data: DataOption = Here,
) -> None:
    """Write whole days (UTC) of all samples to Parquet; a day that is as it was is left alone."""
    given = {"folder": str(folder.resolve()), "start": start, "end": end}
    with house(data) as control:
        job_id = do(control, "tier.write", given)["output"]["job_id"]
        work = ended(control, job_id, name="tier", of="days")
    print(f"{folder}: {work['detail']}")


@samples_app.command("list")
def show(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False, data: DataOption = Here
) -> None:
    """Show the exports that you asked for from this account and that are still kept."""
    with house(data) as control:
        found = control.call("GET", "/exports")["items"]
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for one in found:
        said = f"{one['rows']:,} rows" if one["state"] == "done" else one["state"]
        print(f"{one['begun'][:19]}  {said:16} {plain(one['name'])}  {plain(one['detail'])}".rstrip())


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(samples_app, name="samples")
