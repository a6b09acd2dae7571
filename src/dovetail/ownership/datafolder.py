"""One owner per data folder: SQLite has one writer, so whoever runs the installation locks its folder."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from dovetail.core.errors import ConfigError, NotFoundError, RefusedError
from dovetail.upkeep.layout import ELSEWHERE, LOCK, RECORDS, SOCKET

__all__ = ["ELSEWHERE", "LOCK", "SOCKET", "LockedError", "existing", "own", "remember_store"]


LOOK_AGAIN_S: Final = 0.1

log = logging.getLogger(__name__)


class LockedError(RefusedError):
    """Somebody else owns the data folder; ask them through their control socket."""

    code = "data-locked"


def existing(data: Path) -> Path:
    """The folder, for every verb with which no installation begins: a slip in its name makes no new and empty one."""
    if not data.is_dir():
        raise NotFoundError(f"there is no data folder {data}", hint="name it with --data")
    return data


def _try_lock(file: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _owner(file: IO[str]) -> str:
    file.seek(0)
    return file.read().strip() or "?"


def _wait_for(file: IO[str], data: Path, patience_s: float) -> bool:
    """Lock it, at the latest after `patience_s`: a verb of the command line lets it go again at once."""
    end_s = time.monotonic() + patience_s
    is_mine = _try_lock(file)
    if not is_mine and patience_s:
        log.warning("%s is in use by process %s: waiting up to %.0f s for it", data, _owner(file), patience_s)
    while not is_mine and time.monotonic() < end_s:
        time.sleep(LOOK_AGAIN_S)
        is_mine = _try_lock(file)
    return is_mine


@contextmanager
def own(data: Path, *, patience_s: float = 0.0) -> Iterator[Path]:
    """Make and lock the data folder for as long as the block lasts, waiting a while for another to let it go.

    Raises LockedError, ConfigError.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        _close(data)
        file = (data / LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"the data folder {data} cannot be used: {error.strerror}", code="data-folder") from error
    with file:
        if not _wait_for(file, data, patience_s):
            raise LockedError(f"{data} is in use by process {_owner(file)}", hint="stop it, or let it work")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield data


def _close(data: Path) -> None:
    """Nobody else may read a plant's records: a folder that was made open is closed, and it is said."""
    if os.name == "nt" or not data.stat().st_mode & 0o077 or data.stat().st_uid != os.geteuid():
        return
    data.chmod(0o700)
    log.warning("others could read the data folder %s; now only its owner can", data)


def remember_store(data: Path, *, backend: str) -> None:
    """Hold the folder to the records store it was begun with. Raises ConfigError for another."""
    marker, own_file = data / ELSEWHERE, data / RECORDS
    if backend == "sqlite" and marker.exists():
        raise ConfigError(
            f"the records of {data} are in PostgreSQL",
            code="records-elsewhere",
            hint="say where with --database-url or DOVETAIL_DATABASE_URL",
        )
    if backend != "sqlite":
        if own_file.exists():
            raise ConfigError(
                f"the records of {data} are in its own SQLite file", code="records-elsewhere", hint="take a new folder"
            )
        marker.touch()
