"""Whether a value may be believed: OPC DA's quality byte, and above it what Dovetail itself did to the sample.

Low byte QQSSSSLL as in OPC DA 3.0; high byte ours. How a sample travelled is its lane, not its quality.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

GOOD: Final = 0xC0
GOOD_LOCAL_OVERRIDE: Final = 0xD8
UNCERTAIN: Final = 0x40
UNCERTAIN_LAST_KNOWN: Final = 0x44
UNCERTAIN_RANGE: Final = 0x54
BAD: Final = 0x00
BAD_CONFIG: Final = 0x04
BAD_NOT_CONNECTED: Final = 0x08
BAD_DEVICE: Final = 0x0C
BAD_STALE: Final = 0x14
BAD_COMM: Final = 0x18
BAD_OUT_OF_SERVICE: Final = 0x1C

TIME_REANCHORED: Final = 1 << 8
HELD: Final = 1 << 9
SUBSTITUTED: Final = 1 << 10
SAID_AGAIN: Final = 1 << 11  # bits 11–15 count how often our own publishers said the same value of one moment

MAJOR_MASK: Final = 0xC0

NAMES: Final[dict[int, str]] = {
    GOOD: "GOOD",
    GOOD_LOCAL_OVERRIDE: "GOOD_LOCAL_OVERRIDE",
    UNCERTAIN: "UNCERTAIN",
    UNCERTAIN_LAST_KNOWN: "UNCERTAIN_LAST_KNOWN",
    UNCERTAIN_RANGE: "UNCERTAIN_RANGE",
    BAD: "BAD",
    BAD_CONFIG: "BAD_CONFIG",
    BAD_NOT_CONNECTED: "BAD_NOT_CONNECTED",
    BAD_DEVICE: "BAD_DEVICE",
    BAD_STALE: "BAD_STALE",
    BAD_COMM: "BAD_COMM",
    BAD_OUT_OF_SERVICE: "BAD_OUT_OF_SERVICE",
}


def name(quality: int) -> str:
    """The quality in words, with our marks after it: `GOOD+TIME_REANCHORED`.

    >>> name(GOOD | TIME_REANCHORED)
    'GOOD+TIME_REANCHORED'
    """
    words = [NAMES.get(quality & 0xFF, f"0x{quality & 0xFF:02X}")]
    marks = ((TIME_REANCHORED, "TIME_REANCHORED"), (HELD, "HELD"), (SUBSTITUTED, "SUBSTITUTED"))
    words += [word for bit, word in marks if quality & bit]
    return "+".join(words)


def is_good(quality: int) -> bool:
    """Whether the value may enter a count or a state."""
    return quality & MAJOR_MASK == GOOD


def is_bad(quality: int) -> bool:
    """Whether there is no value at all."""
    return quality & MAJOR_MASK == BAD


def good_mask(quality: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """`is_good` on a column: uint16[n] to bool[n]."""
    return (quality & MAJOR_MASK) == GOOD
