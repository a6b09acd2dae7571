"""Where the frames of a serial line go: to a port of this computer, or through a socket to a serial gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

_FAST_GAP_S: Final = 0.00175
_FAST_BAUD: Final = 19_200  # from here on the gaps no longer shrink (§2.5.1.1)
_BITS_PER_CHAR: Final = 11  # start, eight of data, parity or a second stop, stop


@dataclass(frozen=True, slots=True)
class Serial:
    """A serial port and how it is set."""

    port: str
    baud: int
    parity: Literal["even", "odd", "none"]
    stop_bits: int

    @property
    def char_s(self) -> float:
        """How long one byte is on the line."""
        return _BITS_PER_CHAR / self.baud

    @property
    def gap_s(self) -> float:
        """The silence that parts frames: three and a half characters."""
        return _FAST_GAP_S if self.baud > _FAST_BAUD else 3.5 * self.char_s


@dataclass(frozen=True, slots=True)
class Socket:
    """A serial gateway that passes frames through as they are; it keeps the gaps itself."""

    host: str
    port: int
    char_s: float = 0.0
    gap_s: float = 0.0


type Place = Serial | Socket
