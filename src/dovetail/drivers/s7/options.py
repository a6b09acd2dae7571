"""How an S7 controller is reached: its address, where the CPU sits, and how much it may be asked at once."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, field_validator, model_validator

from dovetail.drivers.base import DriverOptions, HostName, at_port, spelled
from dovetail.drivers.planner import Rules, Span
from dovetail.drivers.s7.address import Memory, parse_range

_KINDS: Final = {"pg": 1, "op": 2, "s7": 3}  # kinds of connection, as the remote TSAP's first byte names them
_ALL: Final = 65536  # bytes of one data block or area


class S7Options(DriverOptions):
    """One S7 controller. S7 has no security worth the name: keep it inside its zone, and the block's access read-only.

    S7-1200 and 1500 need *Permit access with PUT/GET* in their protection settings, and data blocks without
    *Optimized block access*.
    """

    host: HostName = Field(
        title="Address", description="name or IP address of the CPU or its Ethernet module", min_length=1
    )
    port: int = Field(102, title="Port", ge=1, le=65535)
    rack: int = Field(0, title="Rack", ge=0, le=7, description="0 unless the plant has several racks")
    slot: int = Field(
        1,
        title="Slot",
        ge=0,
        le=31,
        description="of the CPU: 1 for S7-1200 and 1500, 2 for S7-300, see the rack for 400",
    )
    connection: Literal["pg", "op", "s7"] = Field(
        "op", title="Kind of connection", description="which of the CPU's reserved connections it uses up"
    )
    local_tsap: str | None = Field(
        None, title="Our TSAP", description="hexadecimal, for LOGO! and S7-200, e.g. 01.00", examples=["01.00"]
    )
    remote_tsap: str | None = Field(
        None, title="Its TSAP", description="in place of rack and slot, for LOGO! and S7-200, e.g. 02.00"
    )
    timeout_s: float = Field(
        2.0, title="Time-out (s)", ge=0.05, le=30, description="how long the controller may take for one answer"
    )
    encoding: str = Field(
        "latin-1", title="Encoding of strings", pattern="^(ascii|utf-8|latin-1|cp125[0-8])$",
        description="ascii, utf-8, latin-1 or a Windows code page, e.g. cp1252",
    )  # fmt: skip
    window: int = Field(
        1, title="Requests in flight", ge=1, le=32,
        description="more than 1 only where the CPU bears it; it is asked how many at connecting",
    )  # fmt: skip
    pdu: int = Field(
        960, title="Longest message (bytes)", ge=112, le=960,
        description="the CPU may agree to less: 240 for many S7-300 and 1200, 480 or 960 for larger ones",
    )  # fmt: skip
    max_items: int = Field(20, title="Items in one request", ge=1, le=80, description="20 is what every CPU bears")
    gap: int = Field(
        16, title="Gap (bytes)", ge=0, le=200, description="unneeded bytes that are read rather than adding an item"
    )
    forbidden: tuple[str, ...] = Field(
        (), title="Never read", description="stretches that must not be read, e.g. [DB10.DBB100-DBB199]"
    )

    @field_validator("local_tsap", "remote_tsap")
    @classmethod
    def _two_bytes(cls, value: str | None) -> str | None:
        digits = (value or "0100").replace(".", "")
        if len(digits) != 4 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
            raise ValueError("a TSAP is two bytes in hexadecimal, like 02.00")
        return value

    @field_validator("forbidden")
    @classmethod
    def _ranges(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            spelled(parse_range, text)
        return value

    @model_validator(mode="after")
    def _both_tsaps(self) -> S7Options:
        if (self.local_tsap is None) != (self.remote_tsap is None):
            raise ValueError("`local_tsap` and `remote_tsap` go together")
        return self

    def where(self) -> str:
        place = self.remote_tsap or f"{self.rack}.{self.slot}"
        return f"s7://{at_port(self.host, self.port)}/{place}"

    def tsaps(self) -> tuple[bytes, bytes]:
        """(ours, the controller's): the transport service access points that name who talks with whom."""
        if self.local_tsap is not None and self.remote_tsap is not None:
            return bytes.fromhex(self.local_tsap.replace(".", "")), bytes.fromhex(self.remote_tsap.replace(".", ""))
        return b"\x01\x00", bytes([_KINDS[self.connection], self.rack << 5 | self.slot])

    def rules(self, memory: Memory, length_max: int) -> Rules:
        """What one item may span in a data block or area."""
        spans: list[Span] = [span for of, span in map(parse_range, self.forbidden) if of == memory]
        return Rules(min(length_max, _ALL), self.gap, tuple(spans))
