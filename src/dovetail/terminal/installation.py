"""Reach an installation from the command line: ask its owner, or own its folder for the length of one verb."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dovetail.core.errors import ConfigError, LinkError
from dovetail.ownership.control import Control, serving
from dovetail.ownership.datafolder import SOCKET, LockedError
from dovetail.ownership.settings import from_environment


@contextmanager
def installation(data: Path) -> Iterator[Control]:
    """The API of the installation in `data`, running or not. Raises ConfigError where it cannot be had."""
    from dovetail.app.bootstrap import open_house

    if sys.platform == "win32":
        raise ConfigError("the command line needs a local socket, which Windows does not give", code="no-control")
    try:
        with open_house(from_environment(data=data)) as house, serving(house.app, data) as control:
            yield control
    except LockedError:
        path = (data / SOCKET).resolve()
        if not path.exists():
            raise
        yield Control(path)


def owner(data: Path) -> Control:
    """The API of the installation that runs on `data`: only there are devices asked. Raises LinkError without one."""
    path = (data / SOCKET).resolve()
    if not path.exists():
        what, hint = f"nothing runs on {data}", "start it with `dovetail serve`, or name its folder with --data"
        raise LinkError(what, code="not-running", hint=hint)
    return Control(path)
