"""What vouches for the numbers that stand beside samples: a header says what a chunk holds, and is read without it.

One number for each chunk: its low half is a sum over whose samples they are and the checksum of the body, its high
half one over the whole row, begun with the low half. So a header is looked at without its body, and a body alone says
whose it is. Rows that an earlier version wrote have none, and are as good as they were then.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_WHOSE: Final = struct.Struct("<qI")
_BOTH: Final = struct.Struct("<II")
_ROW: Final = struct.Struct("<6q6d6q")
_ROLLUP: Final = struct.Struct("<4q")
_SUM_AT: Final = slice(4, 8)  # of a body, behind its magic and version
_HALF: Final = 32
_NUMBERS: Final = slice(6, 12)  # of a row: first, last, min, max, sum, tw
_NAN: Final = float("nan")
_BODY_AT: Final = 21  # in a row with its number and its check
EARLIER: Final = 0  # beside a rollup that an earlier version wrote


def check_of(row: Sequence[Any], body: bytes) -> int:
    """Of a new chunk: tag, kind, the header, end_value, end_status, end_device, rev, codec; and its body."""
    low = _whose(row[0], body)
    return int.from_bytes(_BOTH.pack(low, _summed(row, low)), "little", signed=True)


def holds(check: int | None, row: Sequence[Any]) -> bool:
    """Whether a row is as it was written; True where nobody can know."""
    if check is None:
        return True
    try:
        return _summed(row, check & 0xFFFF_FFFF) == (check >> _HALF) & 0xFFFF_FFFF
    except (struct.error, TypeError):  # what stands there is not even a number
        return False


def owns(check: int | None, tag: int, body: bytes) -> bool:
    """Whether a body is that of this tag's chunk; it may lack its moments."""
    return check is None or check & 0xFFFF_FFFF == _whose(tag, body)


def all_whole(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether rows (number, check, tag, …, codec, body, …) are all as they were written, each with a body of its own;
    False also where nobody can know. Of a hundred it is sooner than one by one."""
    n, columns = len(rows), list(zip(*rows, strict=True))
    try:
        at_hand = [one for column in columns[8:14] for one in column]
        numbers = array("d", [_NAN if one is None else one for one in at_hand] if None in at_hand else at_hand)
        whole = np.empty((n, _ROW.size // 8), "<i8")
        whole.T[:6], whole.T[12:] = np.split(_whole((*columns[2:8], *columns[14:16], *columns[17:21])), (6,))
        whole.view("<f8").T[_NUMBERS] = (np.frombuffer(numbers) + 0.0).reshape(-1, n)
        whose = np.empty(n, [("tag", "<i8"), ("sum", "<u4")])
        whose["tag"] = whole[:, 0]
        whose["sum"] = np.frombuffer(b"".join([body[_SUM_AT] for body in columns[_BODY_AT]]), "<u4")
        short, long = whose.tobytes(), whole.tobytes()
        crc, size = zlib.crc32, _ROW.size
        lows = [crc(short[at : at + _WHOSE.size]) for at in range(0, len(short), _WHOSE.size)]
        highs = [crc(end, crc(long[at * size : (at + 1) * size], lows[at])) for at, end in enumerate(columns[16])]
        return np.array([lows, highs], "<u4").T.tobytes() == _whole(columns[1:2]).astype("<i8").tobytes()
    except (TypeError, OverflowError, ValueError, IndexError):  # something that stands there is not even a number
        return False


def _whole(columns: Sequence[Sequence[Any]]) -> NDArray[np.int64]:
    """int64[columns, n]. Raises TypeError for what is no whole number: numpy would make one of it."""
    return np.frombuffer(array("q", chain.from_iterable(columns)), np.int64).reshape(len(columns), -1)


def _whose(tag: int, body: bytes) -> int:
    return zlib.crc32(_WHOSE.pack(tag, int.from_bytes(body[_SUM_AT], "little")))


def _summed(row: Sequence[Any], low: int) -> int:
    """A store may keep -0.0 as 0.0, and says of no value that there is none."""
    known = row[_NUMBERS]
    first, last, least, most, total, area = (_NAN if one is None else one for one in known) if None in known else known
    numbers = (first + 0.0, last + 0.0, least + 0.0, most + 0.0, total + 0.0, area + 0.0)
    whole = _ROW.pack(*row[:6], *numbers, *row[12:14], *row[15:])
    return zlib.crc32(row[14], zlib.crc32(whole, low))


def rollup_check(tag: int, unit: int, day: int, upto_us: int, body: bytes) -> int:
    """Of a rollup that holds everything before `upto_us`; never EARLIER."""
    return zlib.crc32(_ROLLUP.pack(tag, unit, day, upto_us), int.from_bytes(body[_SUM_AT], "little")) + 1
