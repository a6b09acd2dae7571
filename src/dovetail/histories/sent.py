"""Files of histories that people send over the network: straight to the disk, as long as it has room for live samples.

Each lies in a folder of its own with who sent it, for a day since it was last asked for. Nothing is held in memory.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from pydantic import BaseModel

from dovetail.core.clock import Clock
from dovetail.core.errors import NotFoundError, RefusedError
from dovetail.core.ids import uuid7
from dovetail.core.limits import HISTORY_FILE_KEPT_US, HISTORY_FILES_MAX, HISTORY_FREE_BYTES
from dovetail.core.scope import Scope
from dovetail.histories.disk import CONTENT, durable, read

SAID: Final = "sent.json"
PARTIAL: Final = f"{CONTENT}.partial"


class SentFile(BaseModel):
    """A file that was sent, to be imported: `id` is what an import names as `file`."""

    id: str
    name: str
    bytes: int


class _Said(SentFile):
    """As the disk keeps it."""

    by: str


class Receiving:
    """One file as it comes. `end` makes it whole; whoever does not get there calls `drop`."""

    def __init__(self, place: Path, said: _Said, free: Callable[[Path], int]) -> None:
        self._place, self._said, self._free = place, said, free
        self._file: BinaryIO = (place / PARTIAL).open("wb")

    def write(self, content: bytes) -> None:
        """More of it. Raises RefusedError while the disk has no room for it."""
        if self._free(self._place) - len(content) < HISTORY_FREE_BYTES:
            raise RefusedError(
                "the server's disk has no room for this file", code="history-disk",
                hint="send it packed by gzip, or make room on the server",
            )  # fmt: skip
        self._file.write(content)
        self._said.bytes += len(content)

    def end(self) -> SentFile:
        """It is whole, and on the disk when this returns."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        (self._place / PARTIAL).replace(self._place / CONTENT)
        durable(self._place / SAID, self._said.model_dump_json().encode())
        return SentFile(**self._said.model_dump(exclude={"by"}))

    def drop(self) -> None:
        """Nothing of it stays."""
        self._file.close()
        shutil.rmtree(self._place, ignore_errors=True)


class SentFiles:
    """Those that wait to be imported; all methods are thread-safe."""

    def __init__(
        self, folder: Path, clock: Clock, free: Callable[[Path], int] = lambda at: shutil.disk_usage(at).free
    ) -> None:
        self._folder, self._clock, self._free = folder, clock, free
        self._lock = threading.Lock()

    def begin(self, name: str, *, scope: Scope) -> Receiving:
        """A place for a file. Raises RefusedError where the caller has sent several already."""
        with self._lock:
            self.tidy()
            if len(self.mine(scope=scope)) >= HISTORY_FILES_MAX:
                raise RefusedError(
                    f"{HISTORY_FILES_MAX} files that you sent wait already", code="history-files",
                    hint="import them, or remove one (POST /history-files/{id}/remove)",
                )  # fmt: skip
            said = _Said(id=uuid7(self._clock), name=name[:200] or "history", bytes=0, by=scope.actor.id)
            place = self._folder / said.id
            place.mkdir(parents=True, mode=0o700)
            return Receiving(place, said, self._free)

    def mine(self, *, scope: Scope) -> list[SentFile]:
        """What the caller sent, the oldest first."""
        places = sorted(self._folder.glob(f"*/{SAID}")) if self._folder.is_dir() else []
        told = [one for place in places if (one := read(place, _Said)) is not None]
        return [SentFile(**one.model_dump(exclude={"by"})) for one in told if one.by == scope.actor.id]

    def content(self, file_id: str, *, scope: Scope) -> tuple[SentFile, Path]:
        """One of them, and where it lies. Raises NotFoundError for another's, as for one that does not exist."""
        found = next((one for one in self.mine(scope=scope) if one.id == file_id), None)
        if found is None:
            raise NotFoundError("there is no such file: it was removed, or sent more than a day ago")
        place = self._folder / found.id / CONTENT
        at_s = self._clock.now_us() / 1e6
        os.utime(place, (at_s, at_s))  # a day from now on
        return found, place

    def drop(self, file_id: str) -> None:
        """It is wanted no more, or was brought in."""
        shutil.rmtree(self._folder / file_id, ignore_errors=True)

    def tidy(self, *, partial: bool = False) -> None:
        """What nobody asked for since a day goes; `partial`: what never became whole too, for nobody sends it now."""
        before_s = (self._clock.now_us() - HISTORY_FILE_KEPT_US) / 1e6
        for place in self._folder.iterdir() if self._folder.is_dir() else ():
            content = place / CONTENT
            is_whole = content.is_file() and read(place / SAID, _Said) is not None
            if (is_whole and content.stat().st_mtime < before_s) or (partial and not is_whole):
                shutil.rmtree(place, ignore_errors=True)
