"""Files that are set aside as a whole: what a month still says of itself, and how much is kept of them."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dovetail.chunkstore import files
from dovetail.core.setaside import SPOILT, UNTOLD

UNREADABLE: Final = (*files.UNREADABLE, OSError, TypeError, ValueError)


def last_words(kept: Path) -> tuple[int, int]:
    """(how many samples there were, up to which row of the head); where that cannot be read 1 and 0."""
    n = sealed = 0
    with suppress(*UNREADABLE), closing(files.connect(kept, role="reader")) as connection:
        with suppress(*UNREADABLE):
            sealed = int(connection.execute("select head_id from sealed").fetchone()[0])
        with suppress(*UNREADABLE):
            n = int(connection.execute("select sum(n) from chunk indexed by chunk_at").fetchone()[0] or 0)
    return max(1, min(n, 1 << 62)), max(0, sealed)


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
        size = sum(one.stat().st_size for one in (path, *path.glob("*")) if one.is_file())
        found.append(Kept(path, size, not (path / UNTOLD).exists()))
    return found
