"""The list that makes a copied plant trustworthy: every part with its size and checksum, and of what moment it is.

It is written last, so a backup that has none was interrupted. It proves that nothing was damaged, not that nobody
who can write to the backup changed it: that is what encrypted backups are for.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from dovetail.core.errors import ConfigError, InvalidError
from dovetail.upkeep.layout import INSTALLATION

FORMAT: Final = 1
FILE: Final = "manifest.json"
PARTIAL: Final = ".partial"  # the name of a backup ends so until it is whole
PREFIX: Final = "dovetail-"
_BLOCK: Final = 1 << 20
_HINT: Final = "take another backup; this one was interrupted or damaged"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a backup, by its path inside it. `rows` only of tables."""

    path: str
    bytes: int
    sha256: str
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup. `known`, `positions` and `head` say of which moment it is; `step` is the records' migration."""

    id: str
    installation: str
    made_at: str
    version: str
    step: str
    backend: str
    known: int
    positions: dict[str, int]
    head: dict[str, int]
    parts: tuple[Part, ...]
    left_out: tuple[str, ...] = ()
    encrypted: bool = False
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        """Size of all parts."""
        return sum(part.bytes for part in self.parts)

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(part.rows or 0 for part in self.parts)


@dataclass(slots=True)
class Progress:
    """How far long work is, in bytes; `step` may raise to end it."""

    step: Callable[[int, int], None] = lambda _done, _total: None
    total: int = 1
    done: int = 0

    def add(self, n: int) -> None:
        """More is done."""
        self.done += n
        self.step(min(self.done, self.total), self.total)


def describe(folder: Path, path: str, *, rows: int | None = None, progress: Progress | None = None) -> Part:
    """Read a file that was just written back, and say what it is."""
    file = folder / path
    return Part(path, file.stat().st_size, digest(file, progress=progress), rows)


def digest(file: Path, *, progress: Progress | None = None) -> str:
    """SHA-256 of a file."""
    found = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            found.update(block)
            if progress is not None:
                progress.add(len(block))
    return found.hexdigest()


def write(folder: Path, manifest: Manifest) -> None:
    """Put the list beside its parts, durable before this returns."""
    body = asdict(manifest)
    sealed = {**body, "sha256": _own_digest(body)}
    durable(folder / FILE, orjson.dumps(sealed, option=orjson.OPT_INDENT_2))


def read(folder: Path) -> Manifest:
    """The list of a backup. Raises ConfigError for one that is partial, damaged or newer than this version."""
    if not (folder / FILE).is_file():
        raise ConfigError(f"{folder} holds no whole backup: there is no {FILE}", code="backup-partial", hint=_HINT)
    return parse((folder / FILE).read_bytes(), folder)


def parse(content: bytes, folder: Path) -> Manifest:
    """What the list of the backup in `folder` says. Raises ConfigError for one that is damaged or newer."""
    try:
        body: dict[str, Any] = orjson.loads(content)
        said = body.pop("sha256")
        if body["format"] > FORMAT:
            raise ConfigError(
                f"{folder} was made by Dovetail {body['version']}, whose backups this version cannot read",
                code="backup-newer",
                hint="restore it with the version that made it, or a newer one",
            )
        body["parts"] = tuple(Part(**part) for part in body["parts"])
        body["left_out"] = tuple(body["left_out"])
        found = Manifest(**body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"the {FILE} of {folder} is damaged", code="backup-damaged", hint=_HINT) from error
    if _own_digest(asdict(found)) != said:
        raise ConfigError(f"the {FILE} of {folder} is damaged", code="backup-damaged", hint=_HINT)
    return found


def _own_digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def check_parts(folder: Path, manifest: Manifest, *, progress: Progress | None = None) -> None:
    """Raise ConfigError for the first part that is missing, shorter, longer or different."""
    for part in manifest.parts:
        file = folder / part.path
        if not _inside(folder, file):
            raise ConfigError(f"{part.path} leads out of the backup", code="backup-damaged")
        if not file.is_file():
            raise ConfigError(f"{folder}: {part.path} is missing", code="backup-damaged")
        if file.stat().st_size != part.bytes:
            raise ConfigError(f"{folder}: {part.path} has not the size it was made with", code="backup-damaged")
        if digest(file, progress=progress) != part.sha256:
            raise ConfigError(f"{folder}: {part.path} was changed or damaged", code="backup-damaged")


def _inside(folder: Path, file: Path) -> bool:
    return file.resolve().is_relative_to(folder.resolve())


def in_folder(folder: Path, *, installation: str | None = None) -> list[tuple[Path, Manifest]]:
    """The whole backups in a folder, oldest first; of one installation, or of all."""
    found: list[tuple[Path, Manifest]] = []
    for place in _named(folder):
        if place.name.endswith(PARTIAL):
            continue
        try:
            manifest = read(place)
        except ConfigError:
            continue
        if installation in (None, manifest.installation):
            found.append((place, manifest))
    return sorted(found, key=lambda one: one[1].made_at)


def partial_in(folder: Path) -> list[Path]:
    """What interrupted backups left in a folder."""
    return [place for place in _named(folder) if place.name.endswith(PARTIAL)]


def _named(folder: Path) -> Iterable[Path]:
    return sorted(place for place in folder.glob(f"{PREFIX}*") if place.is_dir()) if folder.is_dir() else ()


def the_one(place: Path) -> Path:
    """The backup that somebody names: itself, or the newest in a folder of backups. Raises InvalidError."""
    if (place / FILE).is_file() or place.name.endswith(PARTIAL):
        return place
    if place.is_file() and place.name == FILE:
        return place.parent
    whole = in_folder(place)
    if not whole:
        raise InvalidError(f"there is no backup in {place}", code="backup-none", hint="name the folder it was made in")
    return whole[-1][0]


def identity(data: Path) -> str:
    """Which installation this is, for telling its backups from another's; made when first asked for."""
    file = data / INSTALLATION
    if not file.exists():
        durable(file, secrets.token_hex(16).encode())
    return file.read_text(encoding="ascii").strip()


def durable(file: Path, content: bytes) -> None:
    """Write a file so that it is there, whole, when this returns: or as it was before."""
    new = file.with_name(file.name + ".new")
    with new.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
