"""What a backup holds, in the clear."""

from __future__ import annotations

from pathlib import Path

import zstandard

from dovetail.upkeep import records


def rows_of(backup: Path) -> dict[str, str]:
    """The text of every table."""
    found: dict[str, str] = {}
    for file in sorted((backup / records.FOLDER).glob(f"*{records.SUFFIX}")):
        with file.open("rb") as packed:
            found[file.name] = zstandard.ZstdDecompressor().stream_reader(packed).read().decode()
    return found
