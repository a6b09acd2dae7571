"""The history of another system, from a terminal: what it would come to, then in, as far as it is not there already."""

from __future__ import annotations

import json
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from dovetail.terminal.asking import DataOption, Here, do, house, plain
from dovetail.terminal.waiting import POLL_S

REFUSED_SHOWN: Final = 20

import_app = typer.Typer(help="Bring in what other systems kept.", no_args_is_help=True)


class Format(StrEnum):
    """What the file is."""

    auto = "auto"
    csv = "csv"
    influx_csv = "influx-csv"
    influx_lines = "influx-lines"
    xlsx = "xlsx"
    parquet = "parquet"


@import_app.command("history")
def history(
    file: Annotated[Path, typer.Argument(help="CSV (also .gz), XLSX, Parquet, InfluxDB annotated CSV or lines.")],
    tag: Annotated[
        list[str] | None,
        typer.Option(
            "--tag", help="SERIES=TAG: which series of the file is which tag; again for each.", show_default=False
        ),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--map", help="The same as a file: two columns, series and tag, as CSV.")
    ] = None,
    prefix: Annotated[str, typer.Option(help="Stands before the names of series: acme/hall/press.")] = "",
    zone: Annotated[
        str, typer.Option(help="Of times without an offset: plant, UTC, or a name as Europe/Prague.")
    ] = "plant",
    times: Annotated[
        str | None, typer.Option("--times", help="How times are written, as %m/%d/%Y %H:%M:%S.", show_default=False)
    ] = None,
    kind: Annotated[Format, typer.Option("--format", help="Default: by looking at it.")] = Format.auto,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come in, and store nothing.")] = False,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Rows that become no sample are left out and told.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Bring it in anew though the same file came in before: samples of it went.")
    ] = False,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data: DataOption = Here,
) -> None:
    """Bring in the history of another system; begun again after a kill it goes on, and nothing is stored twice."""
    given = {
        "path": str(file.resolve()), "tags": _tags(tag or [], mapping), "prefix": prefix, "zone": zone,
        "time_pattern": times, "format": kind, "dry_run": dry_run, "faulty": "leave-out" if leave_out else "refuse",
        "again": again,
    }  # fmt: skip
    with house(data) as control:
        import_id = do(control, "history.import", given, reason)["output"]["import_id"]
        while (found := control.call("GET", f"/history-imports/{import_id}"))["state"] == "running":
            if sys.stderr.isatty():
                share = control.call("GET", f"/jobs/{import_id}")["done"]
                print(f"\r{share:3d} %\r", end="", file=sys.stderr, flush=True)
            time.sleep(POLL_S)
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        _tell(found)
    if found["state"] != "done":
        print(f"error[history]: {plain(found['detail'])}", file=sys.stderr)
        raise typer.Exit(1)


def _tags(pairs: list[str], mapping: Path | None) -> dict[str, str]:
    from dovetail.core.errors import InvalidError
    from dovetail.taglists.texts import grid_of

    said = {} if mapping is None else {row[0]: row[1] for _, row in grid_of(mapping.read_bytes())[0] if len(row) > 1}
    for pair in pairs:
        series, sign, name = pair.rpartition("=")
        if not sign:
            raise InvalidError(f"{pair!r} is not SERIES=TAG", code="history-tag")
        said[series] = name
    return said


def _tell(found: dict[str, Any]) -> None:
    print(f"{plain(found['name'])}: {plain(found['says'])}" if found["says"] else plain(found["name"]))
    for one in found["series"]:
        where = "– no tag" if one["tag"] is None else f"→ {plain(one['tag'])}"
        span = f"  {one['first'][:19]} – {one['last'][:19]}" if one["first"] else ""
        print(f"  {plain(one['name'])} {where}  {one['samples']:,} of {one['rows']:,} rows{span}")
    left = sum(found["refused"].values())
    print(f"{found['samples']:,} samples, {found['there']:,} of them there already; {left:,} rows become none")
    for one in found["some_refused"][:REFUSED_SHOWN]:
        print(f"  line {one['line']}: {plain(one['reason'])} [{one['code']}]")
    if left > REFUSED_SHOWN:
        print(f"  … and {left - REFUSED_SHOWN:,} more (--json shows {len(found['some_refused'])})")
    print(plain(found["detail"]))


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.add_typer(import_app, name="import")
