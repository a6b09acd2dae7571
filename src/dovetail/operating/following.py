"""Long work of an installation is waited for in a terminal; how far it is stands on one line."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

POLL_S: Final = 0.2


def answered(control: Control, begun: str, asked: dict[str, Any], *, name: str) -> dict[str, Any]:
    """What long work found that is asked for, and read, at `begun`. Exits with 1 where it failed."""
    job_id = control.call("POST", begun, asked)["job_id"]
    while (work := control.call("GET", f"/jobs/{job_id}"))["state"] == "running":
        progress(work["done"] / max(1, work["total"]))
        time.sleep(POLL_S)
    progress(None)
    if work["state"] == "failed":
        print(f"error[{name}]: {work['detail']}", file=sys.stderr)
        raise typer.Exit(1)
    return control.call("GET", f"{begun}/{job_id}")


def progress(share: float | None) -> None:
    """Show how far it is, where somebody looks; None: it has ended."""
    if sys.stderr.isatty():
        print("\r" if share is None else f"\r{share:4.0%}", end="", file=sys.stderr, flush=True)
