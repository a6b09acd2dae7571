"""`dovetail scan`: take a code as a scanner at the station would; `dovetail scans` shows those that were read."""

from __future__ import annotations

from typing import Annotated

import typer

from dovetail.terminal.asking import DataOption, Here, Where, do, house, id_of, items, plain, taken_back_by


def scan(
    where: Where,
    code: Annotated[str, typer.Argument(help="A job order's name, or a product's.", show_default=False)],
    at: Annotated[str | None, typer.Option(help="When it was read, RFC 3339 with offset; else now.")] = None,
    data: DataOption = Here,
) -> None:
    """Start what a code names, or end it where it runs."""
    with house(data) as control:
        done = do(control, "job.scan", {"equipment_id": id_of(control, where), "code": code, "at": at})
    out = done["output"]
    told = [out["message"], out["hint"], out["job_order"], out["product"]]
    print(": ".join([out["outcome"], " · ".join(plain(one) for one in told if one)]))
    if out["outcome"] in ("started", "ended"):
        taken_back_by(done)


def scans(
    where: Where,
    hours: Annotated[float, typer.Option(help="How far back to look.")] = 24,
    only: Annotated[str | None, typer.Option(help="Only those that were unknown, refused or held.")] = None,
    data: DataOption = Here,
) -> None:
    """List the codes that were scanned at a work unit or a line, the newest first, and what came of them."""
    with house(data) as control:
        for one in items(control, where, "scans", hours, only=only):
            why = f": {plain(one['message'])}" if one["message"] else ""
            print(f"{one['at']}  {plain(one['code'])}  {one['outcome']}  {one['by']}{why}")


def register(app: typer.Typer) -> None:
    """Add the verbs of scanned codes."""
    app.command("scan")(scan)
    app.command("scans")(scans)
