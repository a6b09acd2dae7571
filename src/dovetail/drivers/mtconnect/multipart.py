"""A stream that does not end, cut into its documents: multipart/x-mixed-replace as agents send it (RFC 2046 §5.1)."""

from __future__ import annotations

import re
from typing import Final

from dovetail.core.errors import LinkError

PART_BYTES_MAX: Final = 8_000_000
_HEAD_BYTES_MAX: Final = 4_096
_LENGTH: Final = re.compile(rb"^content-length:\s*(\d{1,9})\s*$", re.IGNORECASE | re.MULTILINE)


def boundary_of(content_type: str) -> bytes | None:
    """The boundary that a Content-Type names; None when it is no multipart.

    >>> boundary_of('multipart/x-mixed-replace;boundary="a b"')
    b'a b'
    """
    if not content_type.lower().startswith("multipart/"):
        return None
    found = re.search(r'boundary=(?:"([^"]+)"|([^;\s]+))', content_type, re.IGNORECASE)
    return None if found is None else (found[1] or found[2]).encode("latin-1", "replace")


class Parts:
    """Bytes in, whole documents out. Raises LinkError for what is no multipart, or never ends."""

    def __init__(self, boundary: bytes) -> None:
        self._mark = b"--" + boundary
        self._held = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The documents that are complete now."""
        self._held += data
        found: list[bytes] = []
        while (body := self._next()) is not None:
            found.append(body)
        return found

    def _next(self) -> bytes | None:
        held = self._held
        start = held.find(self._mark)
        if start < 0:
            self._check(len(held))
            return None
        head_end = held.find(b"\r\n\r\n", start)
        if head_end < 0:
            self._check(len(held) - start, limit=_HEAD_BYTES_MAX)
            return None
        length = _LENGTH.search(bytes(held[start:head_end]).replace(b"\r\n", b"\n"))
        begin = head_end + 4
        if length is not None:
            end = begin + int(length[1])
            self._check(int(length[1]))
            if len(held) < end:
                return None
        else:  # without a length a document ends where the next begins
            end = held.find(b"\r\n" + self._mark, begin)
            if end < 0:
                self._check(len(held) - begin)
                return None
        body = bytes(held[begin:end])
        del held[:end]
        return body

    def _check(self, size: int, *, limit: int = PART_BYTES_MAX) -> None:
        if size > limit:
            raise LinkError("the agent's stream has parts without end", code="mtconnect-flood")
