"""What the disk keeps of an import of a history, so that a process that was killed goes on with it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from pydantic import BaseModel

WANTED: Final = "wanted.json"
CONTENT: Final = "content"
SENT: Final = "sent"  # a folder of files that nobody has imported yet


def read[T: BaseModel](place: Path, what: type[T]) -> T | None:
    """None: it is gone by now, or a disk has spoilt it."""
    try:
        return what.model_validate_json(place.read_bytes())
    except (OSError, ValueError):
        return None


def durable(place: Path, content: bytes) -> None:
    """Whole, and on the disk when this returns: half a file would be another history."""
    partial = place.with_suffix(".partial")
    with partial.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    partial.replace(place)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
