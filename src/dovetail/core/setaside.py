"""Files that are no databases any more, kept in a folder beside as they lay there, until somebody has told of them."""

from __future__ import annotations

import logging
import time
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
