"""How a Modbus device is reached, over TCP or a serial line, and how much of it may be asked at once."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, field_validator, model_validator

from dovetail.drivers.base import DriverOptions, HostName, at_port, spelled
from dovetail.drivers.modbus.address import Area, Order, parse_range
from dovetail.drivers.modbus.places import Serial, Socket
from dovetail.drivers.planner import Rules

_DEFAULT_PORT: Final = 502


class ModbusOptions(DriverOptions):
    """One Modbus device, or one unit on a serial line or behind a gateway.

    Modbus knows no security: keep it inside its zone.
    """

    link: Literal["tcp", "rtu-over-tcp", "serial"] = Field(
        "tcp", title="Link",
        description="tcp; a serial port of this computer; or rtu-over-tcp for a gateway that passes serial frames on",
    )  # fmt: skip
    host: HostName = Field(
        "", title="Address", description="name or IP address of the device or gateway; not for serial"
    )
    port: int = Field(_DEFAULT_PORT, title="Port", ge=1, le=65535)
    serial_port: str | None = Field(
        None, title="Serial port", description="for serial, e.g. /dev/serial/by-id/usb-FTDI_… or COM3"
    )
    baud: int = Field(19_200, title="Baud rate", ge=300, le=1_000_000, description="for serial")
    parity: Literal["even", "odd", "none"] = Field(
        "even", title="Parity", description="for serial; even is the standard"
    )
    stop_bits: int = Field(1, title="Stop bits", ge=1, le=2, description="for serial; two where there is no parity")
    unit: int = Field(
        1, title="Unit", ge=0, le=255, description="unit identifier; on a serial line, the number of the device"
    )
    timeout_s: float = Field(
        1.0, title="Time-out (s)", ge=0.05, le=30, description="how long the device may take for one answer"
    )
    order: Order = Field(
        "ABCD", title="Byte order",
        description="order of the bytes of a value; ABCD is the highest first, CDAB swaps words",
    )  # fmt: skip
    encoding: str = Field(
        "utf-8", title="Encoding of strings", pattern="^(ascii|utf-8|latin-1)$", description="ascii, utf-8 or latin-1"
    )
    window: int = Field(
        1, title="Requests in flight", ge=1, le=32,
        description="more than 1 only over tcp, and only where the device bears it",
    )  # fmt: skip
    max_registers: int = Field(
        125, title="Registers in one request", ge=1, le=125, description="registers that one request may read"
    )
    max_bits: int = Field(
        2000, title="Bits in one request", ge=1, le=2000,
        description="coils or discrete inputs that one request may read",
    )  # fmt: skip
    gap: int = Field(
        16,
        title="Gap (registers)",
        ge=0,
        le=125,
        description="unneeded registers read rather than asking twice",
    )
    forbidden: tuple[str, ...] = Field(
        (), title="Never read", description="what must never be read, e.g. [40100-40199]"
    )
    pacing_ms: int = Field(
        0, title="Rest (ms)", ge=0, le=10_000, description="rest between an answer and the next request"
    )

    @field_validator("forbidden")
    @classmethod
    def _ranges(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            spelled(parse_range, text)
        return value

    @model_validator(mode="after")
    def _one_way(self) -> ModbusOptions:
        if self.link == "serial" and (self.serial_port is None or self.host):
            raise ValueError("link serial needs `serial_port`, and no `host`")
        if self.link != "serial" and (self.serial_port is not None or not self.host):
            raise ValueError(f"link {self.link} needs `host`; a `serial_port` needs `link: serial`")
        if self.link != "tcp" and self.window > 1:
            raise ValueError("a serial line carries one request at a time: `window` is 1")
        return self

    def where(self) -> str:
        return f"modbus{'' if self.link == 'tcp' else '-rtu'}://{self.wire()}/{self.unit}"

    def wire(self) -> str:
        if self.serial_port is not None:
            return self.serial_port
        return at_port(self.host, self.port)

    def place(self) -> Serial | Socket:
        """Where frames of a serial line go."""
        if self.serial_port is not None:
            return Serial(self.serial_port, self.baud, self.parity, self.stop_bits)
        return Socket(self.host, self.port)

    def rules(self, area: Area) -> Rules:
        """What one request may span in an area."""
        forbidden = tuple(span for of, span in map(parse_range, self.forbidden) if of == area)
        if area in ("coil", "discrete"):
            return Rules(self.max_bits, self.gap * 16, forbidden)
        return Rules(self.max_registers, self.gap, forbidden)
