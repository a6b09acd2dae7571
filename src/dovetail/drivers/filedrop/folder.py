"""The folder itself: what lies in it, one file read whole, and where it goes after. Called in a thread: it may hang.

Names come from the folder alone and are never joined with anything that has a way in it. What is no ordinary file, a
link above all, is not opened; what changes while it is read is not whole yet.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from dovetail.core.errors import ConfigError, LinkError

ARCHIVE: Final = "archive"
QUARANTINE: Final = "quarantine"
DONE: Final = ".done"
FILES_MAX: Final = 20_000  # more in one folder is one that nobody tidies, and each look costs seconds
PIECE: Final = 1 << 20  # a slow share shows that it lives with each
UNFINISHED: Final = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")
_NO_LINKS: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Lying:
    """A file as it lies in the folder."""

    name: str
    size: int
    changed_ns: int
    inode: int


class GoneError(Exception):
    """The file is not there any more, or not what it was: look again later."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One watched folder."""

    path: Path
    pattern: str

    def look(self) -> list[Lying]:
        """The ordinary files of the pattern, the oldest first. Raises LinkError, ConfigError."""
        found: list[Lying] = []
        try:
            with os.scandir(self.path) as entries:
                for count, entry in enumerate(entries):
                    if count >= FILES_MAX:
                        raise ConfigError(
                            f"{self.path} holds more than {FILES_MAX} entries", code="filedrop-crowded",
                            hint="tidy it, or let files be archived or deleted after taking",
                        )  # fmt: skip
                    if self._is_meant(entry.name) and entry.is_file(follow_symlinks=False):
                        seen = entry.stat(follow_symlinks=False)
                        found.append(Lying(entry.name, seen.st_size, seen.st_mtime_ns, seen.st_ino))
        except FileNotFoundError as error:
            if not self.path.exists():
                raise self._away(error) from error
            return self.look() if self.path.is_dir() else []  # a file left between listing and looking at it
        except OSError as error:
            raise self._away(error) from error
        return sorted(found, key=lambda one: (one.changed_ns, one.name))

    def _is_meant(self, name: str) -> bool:
        if name.startswith(".") or name.lower().endswith(UNFINISHED) or name.endswith(DONE):
            return False
        return fnmatchcase(name, self.pattern)

    def _away(self, error: OSError) -> LinkError | ConfigError:
        why = error.strerror or type(error).__name__
        if isinstance(error, PermissionError):
            hint = "let the user that Dovetail runs as read and write it"
            return ConfigError(f"{self.path} may not be read: {why}", code="filedrop-rights", hint=hint)
        hint = "is the share mounted, and the path right?"
        return LinkError(f"{self.path} cannot be reached: {why}", code="filedrop-away", hint=hint)

    def has_done(self, file: Lying) -> bool:
        """Whether the writer has said that a file is whole: after it was written, not of one of this name before."""
        try:
            return (self.path / (file.name + DONE)).stat(follow_symlinks=False).st_mtime_ns >= file.changed_ns
        except OSError:
            return False

    def open(self, file: Lying) -> int:
        """A descriptor of exactly this file. Raises GoneError."""
        try:
            descriptor = os.open(self.path / file.name, os.O_RDONLY | _NO_LINKS)
        except OSError as error:
            raise GoneError(file.name) from error
        if not self.is_same(descriptor, file):
            os.close(descriptor)
            raise GoneError(file.name)
        return descriptor

    @staticmethod
    def is_same(descriptor: int, file: Lying) -> bool:
        """Whether what is open is an ordinary file and has not changed since it was seen."""
        now = os.fstat(descriptor)
        same = (now.st_size, now.st_mtime_ns, now.st_ino) == (file.size, file.changed_ns, file.inode)
        return stat.S_ISREG(now.st_mode) and same

    def move(self, name: str, to: str, *, note: str | None = None) -> None:
        """Into a folder beside, under a name that is free; its `.done` goes. Raises LinkError, ConfigError.

        A note is written first, so that after a kill no file lies there without one.
        """
        try:
            place = _free(self._inner(to), name)
            if note is not None:
                _write(place.with_name(f"{place.name}.why.txt"), note)
            (self.path / name).rename(place)
            (self.path / (name + DONE)).unlink(missing_ok=True)
        except FileNotFoundError as error:
            if not self.path.exists():
                raise self._away(error) from error
        except OSError as error:
            raise self._stuck(name, error) from error

    def delete(self, name: str) -> None:
        """Gone, with its `.done`. Raises LinkError, ConfigError."""
        try:
            (self.path / name).unlink(missing_ok=True)
            (self.path / (name + DONE)).unlink(missing_ok=True)
        except OSError as error:
            raise self._stuck(name, error) from error

    def leave_note(self, name: str, note: str) -> None:
        """Write into quarantine what was left out of a file that was taken. Raises LinkError, ConfigError."""
        try:
            _write(self._inner(QUARANTINE) / f"{name}.left-out.txt", note)
        except OSError as error:
            raise self._stuck(name, error) from error

    def _inner(self, name: str) -> Path:
        """A folder of ours beside the files; a link in its place is refused."""
        inner = self.path / name
        inner.mkdir(exist_ok=True)
        if inner.is_symlink() or not inner.is_dir():
            raise ConfigError(f"{inner} is a link: files do not go where it leads", code="filedrop-link")
        return inner

    def _stuck(self, name: str, error: OSError) -> LinkError | ConfigError:
        why = error.strerror or type(error).__name__
        if isinstance(error, PermissionError) or error.errno == 30:  # EROFS
            return ConfigError(
                f"{name} cannot be moved in {self.path}: {why}", code="filedrop-rights",
                hint="let the user that Dovetail runs as write there, or take files with `after: leave`",
            )  # fmt: skip
        return LinkError(f"{name} cannot be moved in {self.path}: {why}", code="filedrop-away")


def _free(folder: Path, name: str) -> Path:
    place, number = folder / name, 1
    while place.exists() or place.is_symlink():
        place, number = folder / f"{Path(name).stem}.{number}{Path(name).suffix}", number + 1
    return place


def _write(path: Path, text: str) -> None:
    """All of it or nothing, and never through a link."""
    partial = path.with_name(f".{path.name}.tmp")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)
