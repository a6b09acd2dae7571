"""What a machine says of lengths is believed only as far as its bytes go.

The library's general decoder takes two words of a broken server literally: an array of so many nothings, which cost no
byte each (a message of 300 bytes held a link, and the memory, for minutes), and a text of negative length, which makes
it read what it has read. Both are refused here, in its own words, for every message of the process (asyncua 2.1).
"""

from __future__ import annotations

from typing import Any

from asyncua.common.utils import Buffer
from asyncua.ua import ua_binary
from asyncua.ua.uaerrors import UaError


class _NoNothings:
    """In the place of the arrays of Null: there is none in the standard but an empty one (OPC 10000-6 §5.2.2.16)."""

    @staticmethod
    def unpack_array(_data: Buffer, length: int) -> tuple[Any, ...] | None:
        """None or empty. Raises UaError for anything else."""
        if length > 0:
            raise UaError(f"an array of {length} nothings")
        return None if length < 0 else ()

    @staticmethod
    def pack_array(data: Any) -> bytes:
        """Nobody writes one."""
        raise UaError(f"{data!r} has no type")


def _bytes(data: Buffer) -> bytes | None:
    """A ByteString or a String's bytes. Raises UaError for a length below -1, which is none."""
    length = ua_binary.Primitives.Int32.unpack(data)
    if length < -1:
        raise UaError(f"a length of {length}")
    return None if length < 0 else data.read(length)


def keep() -> None:
    """From now on. Before anything is decoded: the library remembers by what it decodes each type."""
    ua_binary.Primitives1.Null = _NoNothings  # type: ignore[attr-defined]
    ua_binary._Bytes.unpack = staticmethod(_bytes)  # type: ignore[method-assign]
