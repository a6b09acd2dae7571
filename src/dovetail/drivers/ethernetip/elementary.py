"""The types a CIP device gives its values (CIP Volume 1, appendix C): code, bytes, and what the plant makes of them.

Everything is lowest byte first. Durations keep their own unit: TIME and ITIME milliseconds, TIME32 and LTIME of older
devices microseconds, NTIME nanoseconds. Moments become text of the controller's own clock, without a zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np

type Role = Literal["bool", "number", "moment", "text"]


class Elementary(NamedTuple):
    """One type: what it is called, what it is to the plant, and its bytes (of a text: of the count before it)."""

    name: str
    role: Role
    dtype: np.dtype[Any]


def _numbers(**types: tuple[int, str]) -> dict[int, Elementary]:
    return {code: Elementary(name.upper(), "number", np.dtype(dtype)) for name, (code, dtype) in types.items()}


BOOL, DWORD = 0xC1, 0xD3
STRING2, SHORT_STRING = 0xD5, 0xDA
STRUCTURE: Final = 0x02A0  # a value of several members: its handle follows
LOGIX_STRING: Final = 0x0FCE  # handle of Logix' own STRING: a DINT with the length, 82 characters, 2 bytes to fill up
LOGIX_STRING_MAX: Final = 82
TEXT_BYTES_MAX: Final = 512  # of a text that says its length itself

TYPES: Final[dict[int, Elementary]] = {
    BOOL: Elementary("BOOL", "bool", np.dtype("u1")),
    **_numbers(
        sint=(0xC2, "<i1"), int=(0xC3, "<i2"), dint=(0xC4, "<i4"), lint=(0xC5, "<i8"),
        usint=(0xC6, "<u1"), uint=(0xC7, "<u2"), udint=(0xC8, "<u4"), ulint=(0xC9, "<u8"),
        real=(0xCA, "<f4"), lreal=(0xCB, "<f8"),
        byte=(0xD1, "<u1"), word=(0xD2, "<u2"), dword=(DWORD, "<u4"), lword=(0xD4, "<u8"),
        time_of_day=(0xCE, "<u4"), time32=(0xD6, "<i4"), ltime=(0xD7, "<i8"), itime=(0xD8, "<i2"), time=(0xDB, "<i4"),
        ntime=(0xDF, "<i8"), engunit=(0xDD, "<u2"),
    ),
    0xC0: Elementary("DT", "moment", np.dtype("<i8")),
    0xCC: Elementary("LDT", "moment", np.dtype("<i8")),
    0xCD: Elementary("DATE", "moment", np.dtype("<u2")),
    0xCF: Elementary("DATE_AND_TIME", "moment", np.dtype("V6")),
    0xD0: Elementary("STRING", "text", np.dtype("<u2")),
    STRING2: Elementary("STRING2", "text", np.dtype("<u2")),
    SHORT_STRING: Elementary("SHORT_STRING", "text", np.dtype("u1")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """What a controller has under a name, as its first answer said: `size` bytes, at most so many unless `fixed`."""

    type: int
    size: int
    handle: int = 0  # of a structure

    @property
    def head(self) -> bytes:
        """The bytes before the value that say its type."""
        if self.type == STRUCTURE:
            return STRUCTURE.to_bytes(2, "little") + self.handle.to_bytes(2, "little")
        return self.type.to_bytes(2, "little")

    @property
    def fixed(self) -> bool:
        """Whether every answer has the same length."""
        return self.type == STRUCTURE or TYPES[self.type].role != "text"

    @property
    def called(self) -> str:
        """Its name for people."""
        if self.type != STRUCTURE:
            return TYPES[self.type].name
        return "STRING" if self.handle == LOGIX_STRING else "a structure"


def shape_of(data: bytes, count: int) -> Shape | None:
    """The shape of a whole answer of `count` elements; None for a type that is not known or does not fit its bytes."""
    code = int.from_bytes(data[:2], "little")
    if code == STRUCTURE:
        return Shape(code, len(data) - 4, int.from_bytes(data[2:4], "little")) if len(data) > 4 else None
    found = TYPES.get(code)
    if found is None:
        return None
    if found.role == "text":
        return Shape(code, TEXT_BYTES_MAX) if count == 1 and len(data) - 2 <= TEXT_BYTES_MAX else None
    size = found.dtype.itemsize * count
    return Shape(code, size) if len(data) - 2 == size else None
