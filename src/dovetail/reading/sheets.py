"""Chunks of signals that were read together, laid side by side: their moments once, their values line by line.

Of a chunk that is wanted up to a moment only, no later value is unpacked.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import DTYPES, Kind
from dovetail.packing import chunks
from dovetail.packing.columns import (
    MISFITS,
    SECTION,
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

_VALUES_AT: Final = chunks.TIMES_AT + SECTION.size  # in a body without its moments


class Line(NamedTuple):
    """The samples of one tag, sorted by (ts, arrival); nobody may write to their moments, they may be another's, too.

    `span`: the first and the last of them. `runs`: their status as `pack_runs` packs it. `values`: as they are packed,
    or as they are. `sums`: of a chunk's header, where it is at hand: first, last, min, max, sum, tw.
    """

    tag: int
    kind: Kind
    ts: NDArray[np.int64]
    span: tuple[int, int]
    runs: bytes
    values: bytes | memoryview | Column
    sums: Sums | None = None


def line_of(block: Block) -> Line:
    """One tag's samples that are in no chunk."""
    return Line(int(block.tag[0]), block.kind, block.ts, _span(block.ts), pack_runs(block.status), block.value)


def _span(ts: NDArray[np.int64]) -> tuple[int, int]:
    return int(ts[0]), int(ts[-1])


def runs_of(runs: Sequence[bytes]) -> tuple[NDArray[np.intp], NDArray[np.uint32], NDArray[np.int64]]:
    """(int[k] of which line a run is, uint32[k] its status, int64[k] how many samples have it), line by line."""
    k = np.array([len(one) // 8 for one in runs])
    both = np.frombuffer(b"".join(runs), "<u4")
    at = np.arange(k.sum()) + np.repeat(np.cumsum(k) - k, k)
    return np.repeat(np.arange(len(runs)), k), both[at], both[at + np.repeat(k, k)].astype(np.int64)


class _Shared(NamedTuple):
    """What chunks of one kind that were read together have in common: where a checksum begins, and their moments."""

    sum: int
    kind: Kind
    ts: NDArray[np.int64]
    span: tuple[int, int]


class Opener:
    """Opens chunks; what several of them share is looked at once. For a few of them, and one thread."""

    def __init__(self) -> None:
        self._shared: dict[tuple[bytes, bytes], _Shared] = {}

    def line(self, tag: int, body: bytes, shared: bytes | None, sums: Sums | None = None) -> Line:
        """A chunk by its body and the moments that it shares. Raises DamagedError: it is not what was written."""
        checksum = chunks.checksum_of(body)
        if shared is None:
            body, shared = chunks.without_times(body)
        lead = body[chunks.LEAD : chunks.TIMES_AT]
        known = self._shared.get((shared, lead))
        before = zlib.crc32(shared, zlib.crc32(lead)) if known is None else known.sum
        if zlib.crc32(memoryview(body)[chunks.TIMES_AT :], before) != checksum:
            raise DamagedError(f"a chunk of tag {tag} has the wrong checksum")
        try:
            if known is None:
                number, ts = chunks.START.unpack_from(lead)[0], unpack_times(shared)
                known = self._shared[shared, lead] = _Shared(before, Kind(number), ts, _span(ts))
            values, runs = _values_and_runs(body)
        except MISFITS as error:
            raise DamagedError(f"a chunk of tag {tag} is not what was written") from error
        return Line(tag, known.kind, known.ts, known.span, runs, values, sums)


def _values_and_runs(body: bytes) -> tuple[bytes | memoryview, bytes]:
    """Of a body without its moments: mostly they stand at its begin, in this order, and are not copied."""
    first, n = SECTION.unpack_from(body, chunks.TIMES_AT)
    end = _VALUES_AT + n
    second, k = SECTION.unpack_from(body, end)
    if first == chunks.VALUE and second == chunks.STATUS:
        at = end + SECTION.size
        return memoryview(body)[_VALUES_AT:end], body[at : at + k]
    sections = split(body, chunks.TIMES_AT)
    return sections[chunks.VALUE], sections[chunks.STATUS]


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
    value = np.empty((len(group), n), dtype=np.float64 if kind is Kind.BOOL else DTYPES[kind])
    for row, line in zip(value, group, strict=True) if n else ():
        if isinstance(line.values, np.ndarray):
            row[:] = line.values[:n]
            continue
        try:
            if kind is Kind.BOOL:
                row[:] = unpack_values(kind, line.values, len(line.ts))[:n]
            else:
                unpack_first(line.values, row)
        except MISFITS as error:
            raise DamagedError(f"a chunk of tag {line.tag} is not what was written") from error
    return value.astype(np.float64, copy=False)
