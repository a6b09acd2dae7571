"""Bytes from a line become telegrams: by their end, between two marks, by their length, or by the silence after them.

Pure. A telegram that is longer than any may be is noise: it is dropped up to the next end, and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

type Framing = Literal["line", "end", "stx-etx", "length", "gap"]
STX: Final = b"\x02"
ETX: Final = b"\x03"
_ESCAPES: Final = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\"}


def unescaped(text: str) -> bytes:
    r"""Bytes as an option writes them: \r, \n, \t, \0, \\ and \x1b. Raises ValueError.

    >>> unescaped(r"SI\r\n\x05")
    b'SI\r\n\x05'
    """

    def one(found: re.Match[str]) -> str:
        if found[1].startswith("x"):
            return chr(int(found[1][1:], 16))
        return _ESCAPES[found[1]]

    plain = re.sub(r"\\(x[0-9a-fA-F]{2}|[rnt0\\])", one, text)
    if re.search(r"\\(?!\\)", re.sub(r"\\(x[0-9a-fA-F]{2}|[rnt0\\])", "", text)):
        raise ValueError(r"after \ stands r, n, t, 0, \ or x and two digits, like \x1b")
    try:
        return plain.encode("latin-1")
    except UnicodeEncodeError as error:
        raise ValueError("only letters of one byte; others as \\x and two digits") from error


@dataclass(slots=True)
class Framer:
    """One line's bytes as they come. `noise` counts telegrams that were longer than `longest`, or had no beginning."""

    framing: Framing
    longest: int
    end: bytes = b"\r\n"
    length: int = 0
    noise: int = 0
    _waiting: bytearray = field(default_factory=bytearray)
    _is_noise: bool = False

    def feed(self, data: bytes) -> list[bytes]:
        """The telegrams that are whole now; of silence, `flush` tells."""
        self._waiting += data
        cut = {
            "line": self._lines, "end": self._ended, "stx-etx": self._marked, "length": self._counted,
             "gap": self._silent,
        }[self.framing]  # fmt: skip
        return [frame for frame in cut() if frame]

    def flush(self) -> list[bytes]:
        """The line has been silent: what came before it is one telegram."""
        frame, self._waiting = bytes(self._waiting), bytearray()
        is_noise, self._is_noise = self._is_noise, False
        return [] if is_noise or not frame or self.framing != "gap" else [frame]

    def forget(self) -> None:
        """What came so far belongs to nothing."""
        self._waiting.clear()
        self._is_noise = False

    # --- inside -------------------------------------------------------------------------------------------------

    def _lines(self) -> Iterator[bytes]:
        *whole, rest = re.split(rb"[\r\n]", bytes(self._waiting))
        yield from self._parted(whole, rest)

    def _ended(self) -> Iterator[bytes]:
        *whole, rest = bytes(self._waiting).split(self.end)
        yield from self._parted(whole, rest)

    def _parted(self, whole: list[bytes], rest: bytes) -> Iterator[bytes]:
        for frame in whole:
            is_noise, self._is_noise = self._is_noise, False
            if is_noise or len(frame) > self.longest:
                self.noise += not is_noise
            else:
                yield frame
        self._waiting = bytearray(rest)
        if len(rest) > self.longest + len(self.end):
            self._drop()

    def _drop(self) -> None:
        """Too long already: nothing of it is kept but what may begin its end."""
        self.noise += not self._is_noise
        self._is_noise = True
        self._waiting = self._waiting[-len(self.end) :]

    def _marked(self) -> Iterator[bytes]:
        while (begin := self._waiting.find(STX)) >= 0:
            self.noise += begin > 0 and self._waiting[:begin].strip(b"\r\n") != b""
            end = self._waiting.find(ETX, begin)
            again = self._waiting.rfind(STX, begin + 1, end if end >= 0 else None)
            if again > 0:  # one that never ended, then the next
                self.noise += 1
                del self._waiting[:again]
                continue
            if end < 0:
                del self._waiting[:begin]
                break
            frame = bytes(self._waiting[begin + 1 : end])
            del self._waiting[: end + 1]
            if len(frame) <= self.longest:
                yield frame
            else:
                self.noise += 1
        if len(self._waiting) > self.longest + 2:
            self.noise += 1
            self._waiting.clear()

    def _counted(self) -> Iterator[bytes]:
        while len(self._waiting) >= self.length:
            yield bytes(self._waiting[: self.length])
            del self._waiting[: self.length]

    def _silent(self) -> Iterator[bytes]:
        if len(self._waiting) > self.longest:
            self._drop()
        yield from ()
