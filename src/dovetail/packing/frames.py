"""One frame of the head log as bytes: what a gateway laid down, readable for ever.

Layout, little-endian: magic "DVF", version u8, crc32 u32 of all that follows, then the zstd-compressed payload:
lane u8, epoch i64, seq i64, source (u16 length + UTF-8), marks (u16 count, then tag i64 + µs i64 each), batches (u16
count); per batch kind u8, flags u8 (1 ts_device, 2 native), n u32, body length u32 and the columns tag, ts, status,
ts_device, native as raw deltas or numbers, and last the values. A frame of a lane that is ahead ends with how far it is
true (u16 count, then tag, from µs, to µs, i64 each); others do not, and who does not know of that passes it over.
Version 1 stays readable: tests keep golden files.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Buffer, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import DTYPES, Batch, Column, Frame, Kind, Lane
from dovetail.packing.columns import (
    MISFITS,
    TEXT_KINDS,
    Block,
    DamagedError,
    pack_texts,
    squeeze,
    unpack_texts,
    unsqueeze,
)

MAGIC = b"DVF"
VERSION = 1
_LANES = (Lane.LIVE, Lane.BACKLOG, Lane.IMPORT)
_FRAME = struct.Struct("<Bqq")
_BATCH = struct.Struct("<BBII")
_MARK = struct.Struct("<qq")
_AHEAD = struct.Struct("<qqq")
_COUNT = struct.Struct("<H")
_DEVICE, _NATIVE = 1, 2


def encode(frame: Frame, blocks: Sequence[Block] | None = None) -> bytes:
    """The frame as bytes; `blocks`: its batches, where they are at hand."""
    source = frame.source.encode()
    parts: list[Buffer] = [
        _FRAME.pack(_LANES.index(frame.lane), frame.epoch, frame.seq),
        _COUNT.pack(len(source)),
        source,
    ]
    parts.append(_COUNT.pack(len(frame.good_through)))
    parts += [_MARK.pack(tag, mark) for tag, mark in frame.good_through.items()]
    parts.append(_COUNT.pack(len(frame.batches)))
    for block in map(Block.of, frame.batches) if blocks is None else blocks:
        parts += _encode_block(block)
    if frame.ahead:
        parts.append(_COUNT.pack(len(frame.ahead)))
        parts += [_AHEAD.pack(tag, *span) for tag, span in frame.ahead.items()]
    body = squeeze(b"".join(parts))
    return MAGIC + bytes((VERSION,)) + struct.pack("<I", zlib.crc32(body)) + body


def _deltas(column: NDArray[np.int64]) -> NDArray[np.int64]:
    """Neighbours resemble each other: their differences compress to almost nothing."""
    steps = np.empty(len(column), dtype="<i8")
    steps[:1] = column[:1]
    np.subtract(column[1:], column[:-1], out=steps[1:])
    return steps


def _encode_block(block: Block) -> list[Buffer]:
    flags = (_DEVICE if block.device is not None else 0) | (_NATIVE if block.native is not None else 0)
    columns = [_deltas(block.tag), _deltas(block.ts), _little(block.status, "<u4")]
    if block.device is not None:
        columns.append(_little(block.device - block.ts, "<i8"))
    if block.native is not None:
        columns.append(_little(block.native, "<u4"))
    texts = pack_texts(block.value) if block.kind in TEXT_KINDS else b""
    if block.kind not in TEXT_KINDS:
        columns.append(_little(block.value, DTYPES[block.kind].newbyteorder("<")))
    size = sum(column.nbytes for column in columns) + len(texts)
    return [_BATCH.pack(block.kind, flags, len(block), size), *columns, texts]


def _little(column: Column, dtype: Any) -> Column:
    """In the order of bytes that is kept, one after the other."""
    return np.ascontiguousarray(column, dtype=dtype)


def is_whole(data: object) -> bool:
    """Whether it is what was written; it is not opened. A form of a newer version is refused with its whole log."""
    if not isinstance(data, bytes):
        return False
    return (
        data[:4] == MAGIC + bytes((VERSION,)) and len(data) > 8 and data[4:8] == struct.pack("<I", zlib.crc32(data[8:]))
    )


def decode(data: bytes) -> Frame:
    """The frame that `encode` was given. Raises DamagedError when the bytes are not what was written."""
    if data[:3] != MAGIC or data[3:4] != bytes((VERSION,)) or len(data) <= 8:
        raise DamagedError(f"a head row begins with {data[:4]!r}", hint="was it written by a newer Dovetail?")
    (crc,) = struct.unpack_from("<I", data, 4)
    if zlib.crc32(data[8:]) != crc:
        raise DamagedError("a head row has the wrong checksum")
    try:
        return _decode(unsqueeze(data[8:]))
    except MISFITS as error:
        raise DamagedError("a head row is not what was written") from error


def _decode(raw: bytes) -> Frame:
    lane, epoch, seq = _FRAME.unpack_from(raw)
    at = _FRAME.size
    (length,) = _COUNT.unpack_from(raw, at)
    at += _COUNT.size
    source = raw[at : at + length].decode()
    at += length
    (marks,) = _COUNT.unpack_from(raw, at)
    at += _COUNT.size
    good_through = dict(_MARK.iter_unpack(raw[at : at + marks * _MARK.size]))
    at += marks * _MARK.size
    (count,) = _COUNT.unpack_from(raw, at)
    at += _COUNT.size
    batches: list[Batch] = []
    for _ in range(count):
        kind, flags, n, size = _BATCH.unpack_from(raw, at)
        at += _BATCH.size
        batches.append(_decode_batch(Kind(kind), flags, n=n, body=raw[at : at + size]))
        at += size
    return Frame(source, _LANES[lane], epoch, seq, tuple(batches), good_through, _decode_ahead(raw[at:]))


def _decode_ahead(raw: bytes) -> dict[int, tuple[int, int]]:
    if not raw:
        return {}
    (count,) = _COUNT.unpack_from(raw)
    spans = _AHEAD.iter_unpack(raw[_COUNT.size : _COUNT.size + count * _AHEAD.size])
    return {tag: (since_us, until_us) for tag, since_us, until_us in spans}


def _decode_batch(kind: Kind, flags: int, *, n: int, body: bytes) -> Batch:
    at = 0

    def column(dtype: str) -> Column:
        nonlocal at
        found = np.frombuffer(body, dtype, count=n, offset=at)
        at += found.nbytes
        return found

    tag = np.cumsum(column("<i8"), dtype=np.int64)
    ts = np.cumsum(column("<i8"), dtype=np.int64)
    status = column("<u4").astype(np.uint32)
    device = column("<i8").astype(np.int64) + ts if flags & _DEVICE else None
    native = column("<u4").astype(np.uint32) if flags & _NATIVE else None
    if kind in TEXT_KINDS:
        value = unpack_texts(body[at:])
    else:
        value = column(DTYPES[kind].newbyteorder("<").str).astype(DTYPES[kind])
    return Block(kind, tag, ts, value, status, device, native).batch()
