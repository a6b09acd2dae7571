"""Reach an installation from the command line: ask its owner, or own its folder for the length of one verb."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dovetail.core.errors import ConfigError, LinkError
from dovetail.ownership.control import Control, serving
from dovetail.ownership.datafolder import SOCKET, LockedError
from dovetail.ownership.settings import from_environment

if TYPE_CHECKING:
    from dovetail.app.bootstrap import House

POLL_S: Final = 0.2


@contextmanager
def installation(data: Path) -> Iterator[Control]:
    """The API of the installation in `data`, running or not. Raises ConfigError where it cannot be had."""
    with at_work(data, lambda _house: None) as (control, _):
        yield control


@contextmanager
def at_work(data: Path, step: Callable[[House], object]) -> Iterator[tuple[Control, Callable[[], object]]]:
    """The same, and what to call while its work is waited for: where nothing runs on `data`, `step` does some of it."""
    from dovetail.app.bootstrap import open_house

    if sys.platform == "win32":
        raise ConfigError("the command line needs a local socket, which Windows does not give", code="no-control")
    try:
        with open_house(from_environment(data=data)) as house, serving(house.app, data) as control:
            yield control, lambda: step(house)
    except LockedError:
        path = (data / SOCKET).resolve()
        if not path.exists():
            raise
        yield Control(path), lambda: time.sleep(POLL_S)


def owner(data: Path) -> Control:
    """The API of the installation that runs on `data`: only there are devices asked. Raises LinkError without one."""
    path = (data / SOCKET).resolve()
    if not path.exists():
        what, hint = f"nothing runs on {data}", "start it with `dovetail serve`, or name its folder with --data"
        raise LinkError(what, code="not-running", hint=hint)
    return Control(path)
