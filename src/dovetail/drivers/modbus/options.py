"""How a Modbus TCP device is reached, and how much of it may be asked at once."""

from __future__ import annotations

from pydantic import Field, field_validator

from dovetail.core.errors import ConfigError
from dovetail.drivers.base import DriverOptions
from dovetail.drivers.modbus.address import Area, Order, parse_range
from dovetail.drivers.planner import Rules


class ModbusOptions(DriverOptions):
    """One Modbus TCP device, or one unit behind a gateway. Modbus knows no security: keep it inside its zone."""

    host: str = Field(description="name or IP address", min_length=1)
    port: int = Field(502, ge=1, le=65535)
    unit: int = Field(1, ge=0, le=255, description="unit identifier; behind a gateway, the number of the serial device")
    timeout_s: float = Field(1.0, ge=0.05, le=30, description="how long the device may take for one answer")
    order: Order = Field(
        "ABCD", description="order of the bytes of a value; ABCD is the highest first, CDAB swaps words"
    )
    encoding: str = Field("utf-8", pattern="^(ascii|utf-8|latin-1)$", description="of strings: ascii, utf-8 or latin-1")
    window: int = Field(1, ge=1, le=32, description="requests in flight; more than 1 only where the device bears it")
    max_registers: int = Field(125, ge=1, le=125, description="registers that one request may read")
    max_bits: int = Field(2000, ge=1, le=2000, description="coils or discrete inputs that one request may read")
    gap: int = Field(16, ge=0, le=125, description="unneeded registers that are read rather than asking twice")
    forbidden: tuple[str, ...] = Field((), description="what must never be read, e.g. [40100-40199]")
    pacing_ms: int = Field(0, ge=0, le=10_000, description="rest between an answer and the next request")

    @field_validator("host")
    @classmethod
    def _plain_host(cls, value: str) -> str:
        if "/" in value or "@" in value or any(letter.isspace() for letter in value):
            raise ValueError("a host is a name or an IP address; the port stands in `port`")
        return value

    @field_validator("forbidden")
    @classmethod
    def _ranges(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            try:
                parse_range(text)
            except ConfigError as error:
                raise ValueError(f"{error.message}; {error.hint}") from error
        return value

    def where(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"modbus://{host}:{self.port}/{self.unit}"

    def wire(self) -> str:
        return f"{self.host}:{self.port}"

    def rules(self, area: Area) -> Rules:
        """What one request may span in an area."""
        forbidden = tuple(span for of, span in map(parse_range, self.forbidden) if of == area)
        if area in ("coil", "discrete"):
            return Rules(self.max_bits, self.gap * 16, forbidden)
        return Rules(self.max_registers, self.gap, forbidden)
