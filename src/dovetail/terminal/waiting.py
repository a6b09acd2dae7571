"""Work of an installation that takes long is waited for; where somebody looks, how far it is stands on one line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

POLL_S: Final = 0.2


def ended(
    control: Control, job_id: str, *, name: str, of: str, meanwhile: Callable[[], object] = lambda: time.sleep(POLL_S)
) -> dict[str, Any]:
    """The work once it is done; `of`: what it counts. Exits with 1, as error[name], where it failed."""
    while (work := control.call("GET", f"/jobs/{job_id}"))["state"] == "running":
        if sys.stderr.isatty():
            print(f"\r{work['done']:,} of {work['total']:,} {of}\r", end="", file=sys.stderr, flush=True)
        meanwhile()
    if work["state"] == "failed":
        print(f"error[{name}]: {work['detail']}", file=sys.stderr)
        raise typer.Exit(1)
    return work
