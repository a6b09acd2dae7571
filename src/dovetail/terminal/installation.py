"""Reach an installation from the command line: ask its owner, or own its folder for the length of one verb."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dovetail.core.errors import ConfigError, LinkError
from dovetail.ownership.control import Control, serving
from dovetail.ownership.datafolder import SOCKET, LockedError, existing
from dovetail.ownership.settings import from_environment
from dovetail.terminal.waiting import POLL_S

if TYPE_CHECKING:
    from dovetail.app.bootstrap import House

type Work = tuple[Control, Callable[[], object]]


@contextmanager
def installation(data: Path, *, begins: bool = False) -> Iterator[Control]:
    """The API of the installation in `data`; `begins` makes one where none is. Raises ConfigError, NotFoundError."""
    with at_work(data, lambda _house: None, begins=begins) as (control, _):
        yield control


@contextmanager
def at_work(data: Path, step: Callable[[House], object], *, begins: bool = False) -> Iterator[Work]:
    """The same, and what to call while its work is waited for: where nothing runs on `data`, `step` does some of it."""
    from dovetail.app.bootstrap import open_house

    if sys.platform == "win32":
        raise ConfigError("the command line needs a local socket, which Windows does not give", code="no-control")
    try:
        with (
            open_house(from_environment(data=data if begins else existing(data))) as house,
            serving(house.app, data) as control,
        ):
            yield control, lambda: step(house)
    except LockedError:
        if not (path := (data / SOCKET).resolve()).exists():
            raise
        yield Control(path), lambda: time.sleep(POLL_S)


def owner(data: Path) -> Control:
    """The API of the installation that runs on `data`: only there are devices asked. Raises LinkError without one."""
    path = (data / SOCKET).resolve()
    if not path.exists():
        hint = "start it with `dovetail serve`, or name its folder with --data"
        raise LinkError(f"nothing runs on {data}", code="not-running", hint=hint)
    return Control(path)
