"""What the import of histories tells: one was asked for and is to be worked on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HistoryAsked:
    """The import of this id is on the disk, and nobody works on it yet."""

    import_id: str
