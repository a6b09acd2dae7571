"""`ingest` stores what other machines send, `delivery` says what became of all that was ever sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

DataOption = Annotated[Path, typer.Option("--data", help="The installation's data folder.", envvar="DOVETAIL_DATA")]
COLUMNS: Final = ("expected", "stored", "duplicate", "refused", "gap", "frames_repeated", "frames_missing")
HEADS: Final = ("expected", "stored", "duplicate", "refused", "gap", "repeated", "missing")


def ingest(
    nats: Annotated[str | None, typer.Option(help="NATS servers, e.g. tls://n1:4222,tls://n2:4222.")] = None,
    database_url: Annotated[str | None, typer.Option(help="The PostgreSQL of the installation.")] = None,
) -> None:
    """Store what comes over NATS, sharing the plant with other workers; start as many as you like, anywhere."""
    from dovetail.fleet.service import run_worker
    from dovetail.ownership.settings import from_environment
    from dovetail.vitals import logs, servicemanager

    def ready(name: str) -> None:
        print(f"ingest worker {name} stores", flush=True)
        servicemanager.notify("READY=1", f"STATUS=Storing as {name}")

    settings = from_environment(nats=nats, database_url=database_url)
    logs.configure(settings.log, settings.log_level)
    run_worker(settings.records_url, settings.transport(), on_ready=ready)


def delivery(
    data: DataOption = Path(".dovetail"),
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")] = False,
) -> None:
    """Say what became of every sample, by source and lane. Exit 1 where an account does not come out even."""
    from dovetail.terminal.installation import installation

    with installation(data) as control:
        accounts = control.call("GET", "/delivery")["items"]
    print(json.dumps(accounts, indent=2) if as_json else as_text(accounts))
    raise typer.Exit(0 if all(one["balanced"] for one in accounts) else 1)


def as_text(accounts: Sequence[dict[str, Any]]) -> str:
    """A table, and under it the rule by which it is to be read."""
    if not accounts:
        return "nothing was ever sent"
    rows = [("source", "lane", *HEADS)]
    rows += [(one["source"], one["lane"], *(f"{one[name]:,}" for name in COLUMNS)) for one in accounts]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(_cell(text, widths[at], at) for at, text in enumerate(row)).rstrip() for row in rows]
    uneven = [f"{one['source']} {one['lane']}" for one in accounts if not one["balanced"]]
    says = f"does NOT hold for {', '.join(uneven)}" if uneven else "holds for each"
    return "\n".join([*lines, f"expected = stored + duplicate + refused + gap {says}"])


def _cell(text: str, width: int, at: int) -> str:
    return text.ljust(width) if at < 2 else text.rjust(width)


def register(app: typer.Typer) -> None:
    """Add them."""
    app.command()(ingest)
    app.command()(delivery)
