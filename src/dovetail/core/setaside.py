"""Files that are no databases any more, kept in a folder beside as they lay there, until somebody has told of them."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

SPOILT: Final = "spoilt"  # the folder
UNTOLD: Final = "untold"  # beside a file, until what it held is told of where people look, or read


def set_aside(folder: Path, name: str) -> Path:
    """Keep a file elsewhere, with its journal; nobody may have it open. Where it is kept."""
    (place := folder / SPOILT / f"{name}.{time.time_ns() // 1000}").mkdir(parents=True)
    (place / UNTOLD).touch()  # whoever is killed before `tell` tells of it when he starts again
    for path in folder.glob(f"{name}*"):
        path.rename(place / path.name)
    log.error("%s is no whole database any more: it is set aside, as %s", name, place / name)
    return place / name


def untold(folder: Path, names: str) -> list[Path]:
    """Where files of such names are kept of which nobody has told yet, the oldest first."""
    marks = sorted((folder / SPOILT).glob(f"{names}.*/{UNTOLD}"))
    kept = [mark.with_name(mark.parent.name.rpartition(".")[0]) for mark in marks]
    return [one for one in kept if one.exists()]


def tell(kept: Path) -> None:
    """It is told of."""
    kept.with_name(UNTOLD).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept in the folder beside: a file with its journal, or some bytes. `is_told`: nobody waits to read it."""

    path: Path
    bytes: int
    is_told: bool


def kept_aside(folder: Path) -> list[Kept]:
    """All that is kept there, by name."""
    found: list[Kept] = []
    for path in sorted((folder / SPOILT).glob("*")):
        files = [path, *path.glob("*")]
        size = sum(one.stat().st_size for one in files if one.is_file())
        found.append(Kept(path, size, not (path / UNTOLD).exists()))
    return found
