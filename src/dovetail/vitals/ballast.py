"""Keep some disk in reserve: on a full one SQLite cannot even delete, and a plant must be able to make room.

The reserve is a file of real blocks. When the disk is nearly full it is let go and said; when there is room again it
is made again.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from dovetail.core.limits import BALLAST_BYTES, DISK_FULL_BYTES
from dovetail.upkeep.layout import BALLAST

log = logging.getLogger(__name__)

ROOM_AGAIN: Final = 3  # times the ballast must be free before it is made again: not to and fro
FULL_AGAIN: Final = 2  # times DISK_FULL_BYTES must be free before samples are taken again
_BLOCK: Final = 1 << 20

type Act = Literal["let go", "make", "leave"]


def decide(*, free: int, is_there: bool, size: int) -> Act:
    """What to do with a reserve of so many bytes when so many are free."""
    if is_there:
        return "let go" if free < DISK_FULL_BYTES else "leave"
    return "make" if size and free > ROOM_AGAIN * size + DISK_FULL_BYTES else "leave"


class Ballast:
    """The reserve of `size` bytes (0: none) in one data folder. `step` is called now and then by a background role.

    `on_full` is told why when nothing but the last room is left, and None when there is room again.
    """

    def __init__(
        self,
        data: Path,
        *,
        size: int = BALLAST_BYTES,
        free: Callable[[Path], int] = lambda data: shutil.disk_usage(data).free,
        on_full: Callable[[str | None], None] = lambda _why: None,
    ) -> None:
        self._on_full = on_full
        self._is_full = False
        self._size = size
        self._data = data
        self._file = data / BALLAST
        self._free = free
        self._is_let_go = False

    @property
    def is_there(self) -> bool:
        """Whether there is a reserve."""
        return self._file.exists()

    def step(self) -> int:
        """Look at the disk once. Always 0: there is nothing more to do until the next look."""
        free = self._free(self._data)
        self._tell(free)
        act = decide(free=free, is_there=self.is_there, size=self._size)
        if act == "let go":
            self._file.unlink()
            self._is_let_go = True
            log.error(
                "the disk of %s is full (%d bytes left): the reserve of %d bytes is let go; make room now",
                self._data,
                free,
                self._size,
            )
        elif act == "make":
            self._make()
            if self._is_let_go:
                log.warning("the disk of %s has room again; the reserve is made anew", self._data)
            self._is_let_go = False
        return 0

    def _tell(self, free: int) -> None:
        """Without reserve and room: samples are refused while there is still room to stop, to delete and to export."""
        is_full = not self.is_there and free < (FULL_AGAIN if self._is_full else 1) * DISK_FULL_BYTES
        if is_full != self._is_full:
            self._is_full = is_full
            if is_full:
                log.error("the disk of %s is full: samples are refused, and wait with whoever sent them", self._data)
            else:
                log.warning("the disk of %s has room again: samples are taken", self._data)
            self._on_full(f"the disk of {self._data} is full" if is_full else None)

    def _make(self) -> None:
        """Blocks that are really taken: some file systems give a hole for nothing, so they are written."""
        new = self._file.with_name(BALLAST + ".new")
        try:
            with new.open("wb") as opened:
                for _ in range(self._size // _BLOCK):
                    opened.write(os.urandom(_BLOCK))  # a file system that compresses would keep nothing of zeros
                opened.flush()
                os.fsync(opened.fileno())
            new.replace(self._file)
        except OSError:
            new.unlink(missing_ok=True)
            raise
