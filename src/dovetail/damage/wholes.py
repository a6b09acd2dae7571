"""A month of samples that is set aside as a whole: what its file still says of itself, as far as that can be read."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from dovetail.chunkstore import files

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
