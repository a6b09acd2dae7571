"""Chunks of signals that were read together, laid side by side: their moments once, their values line by line.

Of a chunk that is wanted up to a moment only, no later value is unpacked.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import DTYPES, Kind
from dovetail.packing import chunks
from dovetail.packing.columns import (
    MISFITS,
    Block,
    Column,
    DamagedError,
    pack_runs,
    split,
    unpack_first,
    unpack_runs,
    unpack_times,
    unpack_values,
)

type Sums = Sequence[float | None]


class Line(NamedTuple):
    """The samples of one tag, sorted by (ts, arrival); nobody may write to their moments, they may be another's, too.

    `runs`: their status as `pack_runs` packs it. `values`: as they are packed, or as they are. `sums`: of a chunk's
    header, where it is at hand: first, last, min, max, sum, tw.
    """

    tag: int
    kind: Kind
    ts: NDArray[np.int64]
    runs: bytes
    values: bytes | Column
    sums: Sums | None = None


def line_of(block: Block) -> Line:
    """One tag's samples that are in no chunk."""
    return Line(int(block.tag[0]), block.kind, block.ts, pack_runs(block.status), block.value)


def runs_of(lines: Sequence[Line]) -> tuple[NDArray[np.intp], NDArray[np.uint32], NDArray[np.int64]]:
    """(int[k] of which line a run is, uint32[k] its status, int64[k] how many samples have it), line by line."""
    k = np.array([len(line.runs) // 8 for line in lines])
    both = np.frombuffer(b"".join([line.runs for line in lines]), "<u4")
    at = np.arange(k.sum()) + np.repeat(np.cumsum(k) - k, k)
    return np.repeat(np.arange(len(lines)), k), both[at], both[at + np.repeat(k, k)].astype(np.int64)


class Opener:
    """Opens chunks; what several of them share is looked at once. For a few of them, and one thread."""

    def __init__(self) -> None:
        self._sums: dict[tuple[bytes, bytes], int] = {}
        self._times: dict[bytes, NDArray[np.int64]] = {}

    def line(self, tag: int, body: bytes, shared: bytes | None, sums: Sums | None = None) -> Line:
        """A chunk by its body and the moments that it shares. Raises DamagedError: it is not what was written."""
        checksum = chunks.checksum_of(body)
        if (zlib.crc32(memoryview(body)[chunks.LEAD :]) if shared is None else self._sum(body, shared)) != checksum:
            raise DamagedError(f"a chunk of tag {tag} has the wrong checksum")
        try:
            number, _ = chunks.START.unpack_from(body, chunks.LEAD)
            if shared is None:
                sections = split(body, chunks.LEAD + chunks.START.size)
                ts = unpack_times(sections[chunks.TS])
            else:
                sections, ts = split(body, chunks.TIMES_AT), self._moments(shared)
            return Line(tag, Kind(number), ts, sections[chunks.STATUS], sections[chunks.VALUE], sums)
        except MISFITS as error:
            raise DamagedError(f"a chunk of tag {tag} is not what was written") from error

    def _sum(self, body: bytes, shared: bytes) -> int:
        """Over all of a body: as far as its moments it is that of others."""
        key = (shared, body[chunks.LEAD : chunks.TIMES_AT])
        before = self._sums.get(key)
        if before is None:
            before = self._sums[key] = zlib.crc32(shared, zlib.crc32(key[1]))
        return zlib.crc32(memoryview(body)[chunks.TIMES_AT :], before)

    def _moments(self, shared: bytes) -> NDArray[np.int64]:
        if shared not in self._times:
            self._times[shared] = unpack_times(shared)
        return self._times[shared]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """m lines of the same n moments and one kind, and their first k values.

    Shapes: ts int64[n]; value float64[m, k], whatever stands where none is valid.
    """

    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    lines: Sequence[Line]

    def block(self, row: int, part: slice) -> Block:
        """Some samples of a line, as numbers of float64."""
        line, ts = self.lines[row], self.ts[part]
        return Block(Kind.F64, np.full(len(ts), line.tag), ts, self.value[row, part], unpack_runs(line.runs)[part])


def alike(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Those of one kind and the same moments together."""
    groups: dict[tuple[int, Kind], list[Line]] = {}
    for line in lines:
        groups.setdefault((id(line.ts), line.kind), []).append(line)
    yield from groups.values()


def sheet(group: Sequence[Line], k: int) -> Sheet:
    """Numbers that are `alike`, with their first `k` values."""
    return Sheet(group[0].ts, _values(group, group[0].kind, k), group)


def _values(group: Sequence[Line], kind: Kind, n: int) -> NDArray[np.float64]:
    """float64[lines, n]."""
    value = np.empty((len(group), n))
    if not n:
        return value
    own = np.empty(n, dtype=DTYPES[kind])
    for row, line in zip(value, group, strict=True):
        if not isinstance(line.values, bytes):
            row[:] = line.values[:n]
            continue
        try:
            if kind is Kind.BOOL:
                row[:] = unpack_values(kind, line.values, len(line.ts))[:n]
            elif kind is Kind.F64:
                unpack_first(line.values, row)
            else:
                unpack_first(line.values, own)
                row[:] = own
        except MISFITS as error:
            raise DamagedError(f"a chunk of tag {line.tag} is not what was written") from error
    return value
