"""A chunk: the samples of one tag over a stretch of time, compressed, with a header that already sums them up.

Body, little-endian: magic "DVC", version u8, crc32 u32 of all that follows, kind u8, n u32, then sections (number u8,
length u32, bytes): 1 ts, 2 value, 3 status runs, 4 ts_device − ts, 5 native runs; 4 and 5 only where they say
something. Chunks of one tag and kind never overlap, and samples of equal time are never in two of them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import DTYPES, Kind
from dovetail.core.limits import CHUNK_SAMPLES_MAX
from dovetail.packing.columns import (
    MISFITS,
    SECTION,
    TEXT_KINDS,
    Block,
    DamagedError,
    concat,
    join,
    pack_numbers,
    pack_runs,
    pack_times,
    pack_values,
    repeated,
    split,
    unpack_numbers,
    unpack_runs,
    unpack_times,
    unpack_values,
)

MAGIC = b"DVC"
VERSION = 1
_BEGINS = MAGIC + bytes((VERSION,))
LEAD = 8  # magic, version, checksum
START = struct.Struct("<BI")
TIMES_AT = LEAD + START.size + SECTION.size  # where the moments begin: they are the first section
TS, VALUE, STATUS, _DEVICE, _NATIVE = 1, 2, 3, 4, 5
_I64 = np.dtype(np.int64)
_LITTLE = {kind: dtype.newbyteorder("<") for kind, dtype in DTYPES.items()}


@dataclass(frozen=True, slots=True)
class Kept:
    """A chunk that exists: its row, its time range and its size."""

    id: int
    t0: int
    t1: int
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Rewrite:
    """New samples `part` of a run go together with the chunks `absorbed` into new chunks."""

    part: slice
    absorbed: tuple[Kept, ...]


def encode(block: Block) -> bytes:
    """The body of a chunk: one tag's samples sorted by (ts, arrival); n ≥ 1."""
    sections = {
        TS: pack_times(block.ts),
        VALUE: pack_values(block.kind, block.value),
        STATUS: pack_runs(block.status),
    }
    if block.device is not None:
        sections[_DEVICE] = pack_numbers(block.device - block.ts)
    if block.native is not None and block.native.any():
        sections[_NATIVE] = pack_runs(block.native)
    body = START.pack(block.kind, len(block)) + join(sections)
    return MAGIC + bytes((VERSION,)) + struct.pack("<I", zlib.crc32(body)) + body


def decode(data: bytes, *, tag: int) -> Block:
    """The samples of a chunk body. Raises DamagedError when the bytes are not what was written."""
    body = data[LEAD:]
    if zlib.crc32(body) != checksum_of(data):
        raise DamagedError(f"a chunk of tag {tag} has the wrong checksum")
    try:
        return _decode(body, tag=tag)
    except MISFITS as error:
        raise DamagedError(f"a chunk of tag {tag} is not what was written") from error


def checksum_of(data: bytes) -> int:
    """Which sum all that follows has to have. Raises DamagedError for what is no body of a chunk."""
    if data[:4] != _BEGINS or len(data) <= LEAD:
        raise DamagedError(f"a chunk begins with {data[:4]!r}", hint="was it written by a newer Dovetail?")
    return int.from_bytes(data[4:LEAD], "little")


def _decode(body: bytes, *, tag: int) -> Block:
    number, n = START.unpack_from(body)
    kind = Kind(number)
    sections = split(body[START.size :])
    ts = unpack_times(sections[TS])
    return Block(
        kind=kind,
        tag=np.ndarray((n,), np.int64, np.int64(tag).tobytes(), strides=(0,)),  # one number, n times
        ts=ts,
        value=unpack_values(kind, sections[VALUE], n),
        status=unpack_runs(sections[STATUS]),
        device=unpack_numbers(sections[_DEVICE], _I64) + ts if _DEVICE in sections else None,
        native=unpack_runs(sections[_NATIVE]) if _NATIVE in sections else None,
    )


def without_times(data: bytes) -> tuple[bytes, bytes]:
    """(a body without the moments of its samples, these): others may have the same, and then they are kept once.

    Of bytes that are no body: all of them, and none.
    """
    if len(data) < TIMES_AT or data[:3] != MAGIC:
        return data, b""
    _, length = SECTION.unpack_from(data, TIMES_AT - SECTION.size)
    end = TIMES_AT + length
    return data[:TIMES_AT] + data[end:], data[TIMES_AT:end]


def with_times(rest: bytes, times: bytes) -> bytes:
    """The body that `without_times` was given."""
    return b"".join((rest[:TIMES_AT], times, rest[TIMES_AT:]))


def end_of(block: Block) -> tuple[bytes, int, int]:
    """(value bytes, status, ts_device) of the newest sample: a restart needs no decoding to know it."""
    if block.kind in TEXT_KINDS:
        data = block.value[-1].encode()
    else:
        data = block.value[-1:].astype(_LITTLE[block.kind], copy=False).tobytes()
    return data, int(block.status[-1]), int((block.ts if block.device is None else block.device)[-1])


def end_block(kind: Kind, tag: int, row: tuple[int, bytes, int, int]) -> Block:
    """The newest sample of a chunk from (t1, value bytes, status, ts_device), as a block of one."""
    ts, data, status, device = row
    if kind in TEXT_KINDS:
        value = np.array([data.decode()], dtype=object)
    else:
        value = np.frombuffer(data, DTYPES[kind].newbyteorder("<")).astype(DTYPES[kind])
    times = np.array([ts], dtype=np.int64)
    devices = None if device == ts else np.array([device], dtype=np.int64)
    return Block(kind, np.array([tag], dtype=np.int64), times, value, np.array([status], dtype=np.uint32), devices)


def plan(chunks: Sequence[Kept], ts: NDArray[np.int64]) -> list[Rewrite]:
    """Where the new samples of one tag and kind go. `chunks` are sorted and disjoint, `ts` is sorted.

    Samples inside a chunk are merged into it. Samples after one become a chunk of their own, which first takes in
    its predecessors while those are less than twice its size: so a sample is rewritten log2(n) times, not n times.
    """
    if not chunks:
        return [Rewrite(slice(0, len(ts)), ())]
    last = len(chunks) - 1
    runs = [(0, len(ts), last)] if int(ts[0]) > chunks[last].t1 else _owned(chunks, ts)
    rewrites: list[Rewrite] = []
    floor = -1  # chunks up to here have been rewritten already
    for start, end, owner in runs:
        at = owner
        absorbed: list[Kept] = []
        n = end - start
        if at >= 0 and int(ts[start]) <= chunks[at].t1:
            absorbed.append(chunks[at])
            n += chunks[at].n
            at -= 1
        while at > floor and chunks[at].n < 2 * n and chunks[at].n + n <= CHUNK_SAMPLES_MAX:
            absorbed.append(chunks[at])
            n += chunks[at].n
            at -= 1
        rewrites.append(Rewrite(slice(start, end), tuple(reversed(absorbed))))
        floor = owner
    return rewrites


def _owned(chunks: Sequence[Kept], ts: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Runs [start, end) of new samples, and after the begin of which chunk they come (−1: of none)."""
    owner = np.searchsorted(np.array([chunk.t0 for chunk in chunks], dtype=np.int64), ts, side="right") - 1
    starts = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
    return list(zip(starts.tolist(), [*starts[1:].tolist(), len(ts)], owner[starts].tolist(), strict=True))


def joined(chunks: Sequence[Kept]) -> list[tuple[Kept, ...]]:
    """Neighbours that fit into one chunk, two and more each. `chunks` are one tag's and kind's, sorted and disjoint.

    Of what comes out no two neighbours fit together, so that nothing is left to do a second time.
    """
    groups: list[list[Kept]] = []
    n = 0  # samples of the last one
    for chunk in chunks:
        n += chunk.n
        if groups and n <= CHUNK_SAMPLES_MAX:
            groups[-1].append(chunk)
        else:
            groups.append([chunk])
            n = chunk.n
    return [tuple(group) for group in groups if len(group) > 1]


def merge(old: Sequence[Block], new: Block) -> tuple[Block, NDArray[np.bool_] | None]:
    """(all samples by (ts, arrival) without repeats, bool[len(new)] which of `new` repeat what there was; None: none).

    `old` and `new` are sorted; most of what is new comes after what there is, and nothing of it twice.
    """
    if (new.ts[1:] > new.ts[:-1]).all() and (not old or old[-1].ts[-1] < new.ts[0]):
        return concat([*old, new]), None
    if not old:
        again = repeated(new)
        return (new.take(~again) if again.any() else new), again
    both = concat([*old, new])
    before = len(both) - len(new)
    order = np.argsort(both.ts, kind="stable")
    both = both.take(order)
    again = repeated(both)
    twice = np.zeros(len(both), dtype=np.bool_)
    twice[order] = again
    return both.take(~again), twice[before:]


def pieces(block: Block) -> list[Block]:
    """One tag's sorted samples in stretches of at most CHUNK_SAMPLES_MAX, never cut between equal times."""
    count = -(-len(block) // CHUNK_SAMPLES_MAX)
    if count <= 1:
        return [block]
    cuts = [round(len(block) * i / count) for i in range(1, count)]
    bounds = sorted({int(np.searchsorted(block.ts, block.ts[cut], side="left")) for cut in cuts} - {0})
    return [block.take(slice(a, b)) for a, b in zip([0, *bounds], [*bounds, len(block)], strict=True)]
