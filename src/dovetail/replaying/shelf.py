"""What was derived again, day by day, packed and out of memory: of a year of machines a few days are held at once."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Final

import orjson
import zstandard

from dovetail.core.errors import LinkError
from dovetail.core.limits import REPLAY_HELD_BYTES, REPLAY_PIECES_HELD
from dovetail.states.model import CountRecord, HeldJump, StateRecord

_NAMES_OF_RECORD: Final = tuple(one.name for one in fields(StateRecord))
_NAMES_OF_COUNT: Final = tuple(one.name for one in fields(CountRecord))

type Rows = tuple[Sequence[StateRecord], Sequence[CountRecord]]


class Shelf:
    """A file that only this process sees, of packed pieces; small ones stay in memory. `folder`: where it would lie."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = SpooledTemporaryFile(max_size=REPLAY_HELD_BYTES, dir=None if folder is None else str(folder))  # noqa: SIM115 - closed by `close`
        self._packs, self._unpacks = zstandard.ZstdCompressor(level=1), zstandard.ZstdDecompressor()
        self._of_record: Callable[[StateRecord], tuple[Any, ...]] = attrgetter(*_NAMES_OF_RECORD)
        self._of_count: Callable[[CountRecord], tuple[Any, ...]] = attrgetter(*_NAMES_OF_COUNT)
        self.get = lru_cache(maxsize=REPLAY_PIECES_HELD)(self._read)

    def put(self, records: Iterable[StateRecord], counts: Iterable[CountRecord]) -> int:
        """Keep a piece; its place. Raises LinkError: there is no room for it."""
        said = orjson.dumps([list(map(self._of_record, records)), list(map(self._of_count, counts))])
        body = self._packs.compress(said)
        with _room():
            place = self._file.seek(0, os.SEEK_END)
            self._file.write(len(body).to_bytes(8))
            self._file.write(body)
        return place

    def _read(self, place: int) -> Rows:
        with _room():  # what was written last goes to the disk first
            self._file.seek(place)
            body = self._file.read(int.from_bytes(self._file.read(8)))
        records, counts = orjson.loads(self._unpacks.decompress(body))
        return [StateRecord(*one) for one in records], [CountRecord(*one) for one in counts]

    def close(self) -> None:
        """Nothing of it is left."""
        self.get.cache_clear()
        with suppress(OSError):  # nobody needs what did not fit
            self._file.close()


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = "an administrator makes room; or ask for a shorter time, or for fewer machines"
        raise LinkError(f"what is derived again finds no room: {error}", code="disk-full", hint=hint) from error


@dataclass(slots=True)
class Again:
    """One machine derived again: what follows `after_us`. The first record may have begun earlier."""

    after_us: int
    shelf: Shelf
    held: list[HeldJump] = field(default_factory=list[HeldJump])
    samples: int = 0
    begins_us: int | None = None  # the first record
    _records: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])  # (begin of the first, place)
    _counts: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])  # (first, last, place)

    def add(self, records: Sequence[StateRecord], counts: Sequence[CountRecord]) -> None:
        """What comes next of it, by time."""
        lasting = [one for one in records if one.t1_us is None or one.t0_us < one.t1_us]
        if not lasting and not counts:
            return
        in_order = sorted(counts, key=_order)
        place = self.shelf.put(lasting, in_order)
        if lasting:
            self.begins_us = lasting[0].t0_us if self.begins_us is None else self.begins_us
            self._records.append((lasting[0].t0_us, place))
        if counts:
            self._counts.append((in_order[0].t0_us, max(one.t1_us for one in counts), place))

    def between(self, from_us: int, to_us: int) -> list[StateRecord]:
        """The records that touch [from, to)."""
        first = max(0, bisect_right(self._records, from_us, key=lambda one: one[0]) - 1)
        near = [place for begin_us, place in self._records[first:] if begin_us < to_us]
        found = (one for place in near for one in self.shelf.get(place)[0])
        return [one for one in found if one.t0_us < to_us and (one.t1_us is None or one.t1_us > from_us)]

    def counted(self, from_us: int, to_us: int) -> list[CountRecord]:
        """The counts that touch (from, to]."""
        near = [place for t0_us, t1_us, place in self._counts if t0_us < to_us and t1_us > from_us]
        found = (one for place in near for one in self.shelf.get(place)[1])
        return sorted((one for one in found if one.t1_us > from_us and one.t0_us < to_us), key=_order)


def _order(one: CountRecord) -> tuple[int, int, str]:
    return one.t0_us, one.t1_us, one.kind
