"""Columns in ClickHouse's Native format: a name, a type and plain little-endian values, one column after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

type Column = tuple[str, str, bytes]  # name, ClickHouse type, the values as bytes

WIDE: Final = 0x80  # from this length on a text's length takes more than one byte


def varint(number: int) -> bytes:
    """LEB128, unsigned."""
    out = bytearray()
    while number >= WIDE:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def numbers(name: str, of: str, values: np.ndarray[tuple[int], np.dtype[np.generic]]) -> Column:
    """A column of numbers whose dtype is that of the ClickHouse type."""
    return name, of, np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"), copy=False).tobytes()


def texts(name: str, values: Sequence[str]) -> Column:
    """A column of texts."""
    parts: list[bytes] = []
    for value in values:
        data = value.encode()
        parts += (varint(len(data)), data)
    return name, "String", b"".join(parts)


def same_text(name: str, value: str, n: int) -> Column:
    """A column of one text, n times."""
    data = value.encode()
    return name, "String", (varint(len(data)) + data) * n


def block(columns: Sequence[Column], n: int) -> bytes:
    """n rows."""
    parts = [varint(len(columns)), varint(n)]
    for name, of, data in columns:
        for word in (name.encode(), of.encode()):
            parts += (varint(len(word)), word)
        parts.append(data)
    return b"".join(parts)
