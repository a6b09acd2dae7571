"""Samples that wait on the edge's disk, as bytes: columns as they are in memory, squeezed, under a checksum.

Layout: magic "DVP1", crc32 u32 of all that follows, then zstd of: length u32 of a JSON head, the head, the columns.
The head lists (kind, samples, has device times, has native codes, texts or null) of each batch. Little-endian.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import orjson
import zstandard

from dovetail.core.batch import DTYPES, Batch, Kind
from dovetail.core.errors import RefusedError

MAGIC: Final = b"DVP1"
BYTES_MAX: Final = 512 << 20  # a parcel holds 5,000 samples: more is a bomb
_U32: Final = struct.Struct("<I")
_MISFITS: Final = (struct.error, zstandard.ZstdError, LookupError, ValueError, TypeError)
_TEXTS: Final = frozenset({Kind.STR, Kind.JSON})


def encode(batches: Sequence[Batch]) -> bytes:
    """The samples of one frame to be."""
    head: list[list[Any]] = []
    columns: list[bytes] = []
    for batch in batches:
        texts = batch.value.tolist() if batch.kind in _TEXTS else None
        head.append([int(batch.kind), len(batch), batch.ts_device is not None, batch.native is not None, texts])
        values = [] if texts is not None else [batch.value]
        optional = [column for column in (batch.ts_device, batch.native) if column is not None]
        columns += [np.ascontiguousarray(column).tobytes() for column in _always(batch, values, optional)]
    said = orjson.dumps(head)
    body = zstandard.ZstdCompressor(level=1).compress(_U32.pack(len(said)) + said + b"".join(columns))
    return MAGIC + _U32.pack(zlib.crc32(body)) + body


def _always(batch: Batch, values: list[Any], optional: list[Any]) -> list[Any]:
    return [batch.tag, batch.ts, batch.valid, batch.quality, *values, *optional]


def decode(data: bytes) -> tuple[Batch, ...]:
    """What `encode` was given. Raises RefusedError when the bytes are not what was written."""
    if data[:4] != MAGIC or len(data) <= 8 or zlib.crc32(data[8:]) != _U32.unpack_from(data, 4)[0]:
        raise _damaged()
    try:
        return _decode(zstandard.ZstdDecompressor().decompress(data[8:], max_output_size=BYTES_MAX))
    except _MISFITS as error:  # the checksum of a short one may fit by chance
        raise _damaged() from error


def _damaged() -> RefusedError:
    return RefusedError("samples that waited on disk are damaged", code="spool-damaged")


def _decode(raw: bytes) -> tuple[Batch, ...]:
    (length,) = _U32.unpack_from(raw)
    at = _U32.size + length
    found: list[Batch] = []

    def column(dtype: Any, n: int) -> Any:
        nonlocal at
        made = np.frombuffer(raw, dtype, count=n, offset=at).copy()
        at += made.nbytes
        return made

    for number, n, has_device, has_native, texts in orjson.loads(raw[_U32.size : at]):
        kind = Kind(number)
        tag, ts = column(np.int64, n), column(np.int64, n)
        valid, quality = column(np.bool_, n), column(np.uint16, n)
        value = column(DTYPES[kind], n) if texts is None else np.array(texts, dtype=object)
        device = column(np.int64, n) if has_device else None
        native = column(np.uint32, n) if has_native else None
        found.append(Batch(kind, tag, ts, value, valid, quality, device, native))
    return tuple(found)
