"""How a frame of the plant's log is told of: whose it is and what became of it, in a line with a sum, without values.

The line lies beside the log (files), or in the row of the frame itself (PostgreSQL): where the row cannot be read, it
says whose samples went.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

type Counts = dict[str, int]


class Told(NamedTuple):
    """A frame as it is told of: what became of its samples, and of when those are that are stored."""

    source: str
    lane: str
    epoch: int
    seq: int
    stored: int
    duplicate: int
    refused: int
    first_us: int
    last_us: int

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What tells it from all others."""
        return self[:4]

    def counts(self) -> Counts:
        """What it adds to the account of its source and lane."""
        all_of_it = self.stored + self.duplicate + self.refused
        return {"expected": all_of_it, "stored": self.stored, "duplicate": self.duplicate, "refused": self.refused}


def line_of(said: Sequence[Any]) -> bytes:
    """One line, with its sum."""
    text = orjson.dumps(said)
    return b"%08x %s\n" % (zlib.crc32(text), text)


def opened(line: bytes) -> list[Any] | None:
    """What a line says; None: it is not what was written."""
    summed, _, text = line.partition(b" ")
    if summed != b"%08x" % zlib.crc32(text):
        return None
    found = orjson.loads(text)
    return found if isinstance(found, list) and found else None


def frame_of(line: bytes | None) -> Told | None:
    """The frame that a row's line tells of; None: it tells of none, or is not what was written."""
    said = opened(line.removesuffix(b"\n")) if line else None
    return None if said is None or len(said) != len(Told._fields) else Told(*said)
