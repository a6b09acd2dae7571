"""What a month of chunks is called where it lies: files and servers say the same in other words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MonthWords:
    """What a month is called: its tables (chunks, rollups, shared moments, what is damaged), its mark, its repeats."""

    chunk: str
    rollup: str
    moments: str  # "": every chunk keeps its own
    aside: str  # chunks that cannot be read; "": nobody has set one aside
    checked: str  # the column of a chunk that vouches for its row; "null": nobody did so yet
    sealed: str  # select: the head row up to which it holds everything
    seal: str  # update: … (head_id)
    duplicates: str  # select: source, lane, n
    duplicate: str  # add: (source, lane, n)
    clear: str  # what is said before a table to empty it at once
