"""Columns of signals as bytes and back: numbers, texts and the status runs, shared by the head log and the chunks.

A block is a struct of arrays of one kind inside the historian. `status` is quality | valid << 16 in one uint32, so
that a change of quality and the loss of a value are one run. `ts_device` and `native` are None where they say nothing.
"""

from __future__ import annotations

import logging
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import zstandard
from numpy.typing import NDArray

from dovetail.core.batch import DTYPES, Batch, Column, Kind
from dovetail.core.errors import ConfigError, DamagedError

try:  # a machine for which there is no wheel keeps and reads its own samples all the same
    from pcodec import ChunkConfig, DeltaSpec, ModeSpec, standalone  # type: ignore[attr-defined]  # ships no types
except ImportError:  # pragma: no cover - a process of its own shows it
    standalone = None

log = logging.getLogger(__name__)

TEXT_KINDS = (Kind.STR, Kind.JSON)
VALID = 1 << 16
_RAW, _PACKED, _SHUFFLED = 0, 1, 2  # as they are; by pcodec; their differences byte by byte, by zstd
_PACK_FROM = 16  # a packed column costs about 25 bytes before the first number
SECTION = struct.Struct("<BI")
_ONE_RUN = struct.Struct("<II")
TIMES_KNOWN: Final = 8  # of a thread, those of the last chunks: 160 kB each at most
_local = threading.local()


# What taking apart fails with where a checksum fits by chance: a short row's often does.
MISFITS: Final = (struct.error, zstandard.ZstdError, LookupError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """n samples of one kind. Shapes: every column [n]; `status` uint32 is quality | valid << 16."""

    kind: Kind
    tag: NDArray[np.int64]
    ts: NDArray[np.int64]
    value: Column
    status: NDArray[np.uint32]
    device: NDArray[np.int64] | None = None
    native: NDArray[np.uint32] | None = None

    def __len__(self) -> int:
        return len(self.ts)

    @classmethod
    def of(cls, batch: Batch) -> Block:
        """The same samples; the arrays are shared where they can be."""
        status = batch.quality.astype(np.uint32) | (batch.valid.astype(np.uint32) * np.uint32(VALID))
        return cls(batch.kind, batch.tag, batch.ts, batch.value, status, batch.ts_device, batch.native)

    def batch(self) -> Batch:
        """As everyone else sees them."""
        valid, quality = self.status >= VALID, (self.status & 0xFFFF).astype(np.uint16)
        return Batch(self.kind, self.tag, self.ts, self.value, valid, quality, self.device, self.native)

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Block:
        """The samples that a mask, an index or a slice selects."""
        device = None if self.device is None else self.device[which]
        native = None if self.native is None else self.native[which]
        return Block(self.kind, self.tag[which], self.ts[which], self.value[which], self.status[which], device, native)

    def keys(self) -> NDArray[np.uint64]:
        """uint64[n] that is equal for equal values: the bits of a number (so NaN equals itself), a number per text."""
        if self.kind in TEXT_KINDS:
            numbers: dict[str, int] = {}
            return np.array([numbers.setdefault(text, len(numbers)) for text in self.value.tolist()], dtype=np.uint64)
        if self.kind is Kind.BOOL:
            return self.value.astype(np.uint64)
        return np.ascontiguousarray(self.value).view(np.uint64)


def concat(blocks: Sequence[Block]) -> Block:
    """Blocks of one kind, one after the other; an absent column is filled with what its absence means."""
    if len(blocks) == 1:
        return blocks[0]
    first = blocks[0]
    device = native = None
    if any(block.device is not None for block in blocks):
        device = np.concatenate([block.ts if block.device is None else block.device for block in blocks])
    if any(block.native is not None for block in blocks):
        empty = [np.zeros(len(block), np.uint32) if block.native is None else block.native for block in blocks]
        native = np.concatenate(empty)
    columns = zip(*((block.tag, block.ts, block.value, block.status) for block in blocks), strict=True)
    tag, ts, value, status = map(np.concatenate, columns)
    return Block(first.kind, tag, ts, value, status, device, native)


def repeated(block: Block) -> NDArray[np.bool_]:
    """Which samples repeat an earlier one of equal (tag, ts, value, status); `block` is by (tag, ts, arrival)."""
    answer = np.zeros(len(block), dtype=np.bool_)
    ties = (block.ts[1:] == block.ts[:-1]) & (block.tag[1:] == block.tag[:-1])
    if not ties.any():
        return answer
    inside = np.zeros(len(block), dtype=np.bool_)
    inside[1:] |= ties
    inside[:-1] |= ties
    at = np.flatnonzero(inside)
    some = block.take(at)
    columns = (some.status, some.keys(), some.ts, some.tag)
    order = np.lexsort(columns)  # stable: within equal columns the earlier arrival stays first
    same = np.ones(len(at) - 1, dtype=np.bool_)
    for column in columns:
        same &= column[order][1:] == column[order][:-1]
    answer[at[order[1:][same]]] = True
    return answer


# --- bytes --------------------------------------------------------------------------------------------------


def squeeze(data: bytes) -> bytes:
    """zstd; the compressor belongs to the thread, because one object shared between threads crashes the process.

    Level 3: columns of a frame come out a third smaller than at 1, and no later.
    """
    if "compressor" not in _local.__dict__:
        _local.compressor = zstandard.ZstdCompressor(level=3, write_content_size=True)
    return _local.compressor.compress(data)


def unsqueeze(data: bytes) -> bytes:
    """The bytes that `squeeze` was given."""
    if "decompressor" not in _local.__dict__:
        _local.decompressor = zstandard.ZstdDecompressor()
    return _local.decompressor.decompress(data)


def _config(*, steady: bool) -> ChunkConfig:
    if "configs" not in _local.__dict__:
        classic = ChunkConfig(4, delta_spec=DeltaSpec.try_consecutive(1), mode_spec=ModeSpec.classic())
        _local.configs = (ChunkConfig(4), classic)
    return _local.configs[steady]


def pack_numbers(column: Column, *, steady: bool = False) -> bytes:
    """A column of 64-bit numbers; `steady` says that it grows evenly, which spares the search for its pattern."""
    raw = np.ascontiguousarray(column)
    if len(raw) < _PACK_FROM:
        return bytes((_RAW,)) + raw.astype(raw.dtype.newbyteorder("<")).tobytes()
    if standalone is None:
        return bytes((_SHUFFLED,)) + _shuffled(raw)
    return bytes((_PACKED,)) + standalone.simple_compress(raw, _config(steady=steady))


def unpack_numbers(data: bytes, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The column that `pack_numbers` was given."""
    if data[0] == _RAW:
        return np.frombuffer(data, dtype.newbyteorder("<"), offset=1).astype(dtype)
    if data[0] == _SHUFFLED:
        return _unshuffled(data[1:]).view(dtype)
    found = _pcodec().simple_decompress(data[1:])
    if found is None or found.dtype != dtype:
        raise DamagedError(f"a column holds {found if found is None else found.dtype}, not {dtype}")
    return found


def unpack_first(data: bytes | memoryview, into: NDArray[Any]) -> None:
    """As many of the first numbers of a column as there is room for; not one more is unpacked."""
    if data[0] != _PACKED:
        into[:] = unpack_numbers(bytes(data), into.dtype)[: len(into)]
    elif _pcodec().simple_decompress_into(bytes(data[1:]), into).n_processed != len(into):
        raise DamagedError(f"a column holds fewer numbers than {len(into)}")


def _pcodec() -> Any:
    """Raises ConfigError, not DamagedError: what cannot be read here is whole, and nobody sets it aside."""
    if standalone is None:
        raise ConfigError(
            "these samples are packed by pcodec, which is not installed here",
            code="codec-missing", hint="an administrator installs it: pip install pcodec",
        )  # fmt: skip
    return standalone


@cache
def _say_larger() -> None:
    log.warning("pcodec is not installed: samples are packed by zstd alone, and take more room; pip install pcodec")


def _shuffled(raw: NDArray[Any]) -> bytes:
    """64-bit numbers as differences of their bits, the first bytes of all together, then the second, and so on."""
    _say_larger()
    bits = raw.view(np.uint64)
    steps = np.concatenate((bits[:1], bits[1:] - bits[:-1])).astype("<u8")
    return squeeze(np.ascontiguousarray(steps.view(np.uint8).reshape(-1, 8).T).tobytes())


def _unshuffled(data: bytes) -> NDArray[np.uint64]:
    """What `_shuffled` was given, as bits."""
    planes = np.frombuffer(unsqueeze(data), np.uint8).reshape(8, -1)
    return np.cumsum(np.ascontiguousarray(planes.T).view("<u8").ravel(), dtype=np.uint64)


def pack_times(ts: NDArray[np.int64]) -> bytes:
    """Moments, one after the other: of signals that were read together they are the same, and packed once."""
    known = _local.__dict__.get("packed")
    if known is None or not np.array_equal(known[0], ts):
        known = _local.packed = ts.copy(), pack_numbers(ts, steady=True)
    return known[1]


def unpack_times(data: bytes) -> NDArray[np.int64]:
    """The moments that `pack_times` was given; nobody may write to them: they may be another signal's, too."""
    known: dict[bytes, NDArray[np.int64]] = _local.__dict__.setdefault("times", {})
    if data not in known:
        found = unpack_numbers(data, np.dtype(np.int64))
        found.flags.writeable = False
        if len(known) >= TIMES_KNOWN:
            known.pop(next(iter(known)))
        known[data] = found
    return known[data]


def pack_texts(column: Column) -> bytes:
    """A column of texts: each different one once, then their numbers."""
    numbers: dict[str, int] = {}
    index = np.array([numbers.setdefault(text, len(numbers)) for text in column.tolist()], dtype="<u4")
    encoded = [text.encode() for text in numbers]
    lengths = np.array([len(text) for text in encoded], dtype="<u4")
    return squeeze(struct.pack("<I", len(encoded)) + lengths.tobytes() + b"".join(encoded) + index.tobytes())


def unpack_texts(data: bytes) -> Column:
    """The column that `pack_texts` was given."""
    raw = unsqueeze(data)
    (count,) = struct.unpack_from("<I", raw)
    lengths = np.frombuffer(raw, "<u4", count=count, offset=4)
    ends = 4 + 4 * count + np.cumsum(lengths, dtype=np.int64)
    texts = np.empty(count, dtype=object)
    for number, (end, length) in enumerate(zip(ends.tolist(), lengths.tolist(), strict=True)):
        texts[number] = raw[end - length : end].decode()
    tail = int(ends[-1]) if count else 4
    return texts[np.frombuffer(raw, "<u4", offset=tail)]


def pack_values(kind: Kind, column: Column) -> bytes:
    """A value column by its kind: pcodec for numbers, a bitmap for yes and no, a dictionary for texts."""
    if kind in TEXT_KINDS:
        return pack_texts(column)
    if kind is Kind.BOOL:
        return squeeze(np.packbits(column.astype(np.bool_)).tobytes())
    return pack_numbers(column)


def unpack_values(kind: Kind, data: bytes | memoryview, n: int) -> Column:
    """The value column that `pack_values` was given."""
    data = bytes(data)
    if kind in TEXT_KINDS:
        return unpack_texts(data)
    if kind is Kind.BOOL:
        return np.unpackbits(np.frombuffer(unsqueeze(data), np.uint8), count=n).astype(np.bool_)
    return unpack_numbers(data, DTYPES[kind])


def is_one(column: NDArray[np.uint32]) -> bool:
    """Whether a column holds one number only; most that are asked do, and are short: quickest as bytes."""
    return bool(len(column)) and column.tobytes() == column[:1].tobytes() * len(column)


def pack_runs(column: NDArray[np.uint32]) -> bytes:
    """A uint32 column that rarely changes, as runs: values, then lengths."""
    if is_one(column):
        return _ONE_RUN.pack(column[0], len(column))
    bounds = np.concatenate(([0], np.flatnonzero(column[1:] != column[:-1]) + 1, [len(column)]))
    lengths = (bounds[1:] - bounds[:-1]).astype("<u4")
    return column[bounds[:-1]].astype("<u4").tobytes() + lengths.tobytes()


def unpack_runs(data: bytes) -> NDArray[np.uint32]:
    """The column that `pack_runs` was given."""
    both = np.frombuffer(data, "<u4").astype(np.uint32, copy=False)
    half = len(both) // 2
    return both[:half].repeat(both[half:].astype(np.intp))


def join(sections: dict[int, bytes]) -> bytes:
    """Numbered sections, one after the other."""
    return b"".join(SECTION.pack(number, len(data)) + data for number, data in sections.items())


def split(data: bytes, at: int = 0) -> dict[int, bytes]:
    """The sections that `join` was given, from a place on; a number not known to the reader is simply not asked for."""
    sections: dict[int, bytes] = {}
    head, size, whole = SECTION.unpack_from, SECTION.size, len(data)  # looked up once: this is done for each chunk
    while at < whole:
        number, length = head(data, at)
        at += size
        sections[number] = data[at : (at := at + length)]
    return sections
