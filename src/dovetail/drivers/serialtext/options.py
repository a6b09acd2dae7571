"""How a scanner, a scale or a printer is reached, how its telegrams are told apart, and what their parts are."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from dovetail.core import patterns
from dovetail.drivers.base import DriverOptions, HostName, at_port
from dovetail.drivers.serialtext.framing import Framing, unescaped


class SerialTextOptions(DriverOptions):
    """One device that sends texts, over RS-232, USB or a serial server's raw socket. None of them knows security."""

    link: Literal["tcp", "serial"] = Field(
        "serial", title="Link", description="a serial port of this computer, or tcp for a raw socket"
    )
    serial_port: str | None = Field(
        None, title="Serial port", description="for serial, e.g. /dev/serial/by-id/usb-Honeywell_… or COM3"
    )
    host: HostName = Field(
        "", title="Address", description="for tcp: name or IP address of the device or serial server"
    )
    port: int = Field(4001, title="Port", ge=1, le=65535, description="for tcp")
    baud: int = Field(9600, title="Baud rate", ge=300, le=1_000_000, description="for serial")
    data_bits: Literal[7, 8] = Field(8, title="Data bits", description="for serial; 7 with many scales")
    parity: Literal["even", "odd", "none"] = Field("none", title="Parity", description="for serial")
    stop_bits: int = Field(1, title="Stop bits", ge=1, le=2, description="for serial")
    framing: Framing = Field(
        "line", title="A telegram ends",
        description="line: with CR, LF or both; end: with `end`; stx-etx: between these marks; length: after `length` "
        "bytes; gap: when the line is silent for `gap_ms`",
    )  # fmt: skip
    end: str = Field("\\r\\n", title="End", max_length=16, description="with framing: end; like \\r, \\x03 or ;\\n")
    length: int = Field(0, title="Length", ge=0, le=4096, description="with framing: length; bytes of every telegram")
    gap_ms: int = Field(50, title="Gap, ms", ge=5, le=10_000, description="with framing: gap")
    longest: int = Field(256, title="Longest telegram", ge=1, le=4096, description="bytes; longer is noise")
    encoding: Literal["ascii", "latin-1", "utf-8", "cp1252", "cp437"] = Field("latin-1", title="Encoding")
    pattern: str | None = Field(
        None,
        title="Pattern",
        description="a regular expression that names parts: ^(?P<weight>[-+ ][0-9. ]{1,9})(?P<unit>kg|g)",
    )
    decimal: Literal["point", "comma"] = Field("point", title="Decimals", description="1.5 or 1,5")
    stable: str | None = Field(
        None, title="Stable when", examples=["status=ST"],
        description="part=text of a weight that has come to rest, e.g. status=ST; others are uncertain",
    )  # fmt: skip
    unstable: Literal["mark", "skip"] = Field(
        "mark", title="A weight in motion", description="is marked as uncertain, or left out"
    )
    command: str | None = Field(
        None,
        title="Command",
        max_length=64,
        description="sent to ask for a telegram, like SI\\r\\n; without, the device sends by itself",
    )
    every_s: float = Field(1.0, title="Ask every, s", ge=0.05, le=3600, description="with a command")
    timeout_s: float = Field(2.0, title="Time-out, s", ge=0.05, le=30, description="of the answer to a command")
    silent_after_s: float | None = Field(
        None, title="Silent after, s", ge=0.5, le=86_400,
        description="of a device that sends all the time: its link is lost when it does not; not for scanners",
    )  # fmt: skip

    @field_validator("end", "command")
    @classmethod
    def _bytes(cls, value: str | None) -> str | None:
        if value is not None and not unescaped(value):
            raise ValueError("at least one byte")
        return value

    @model_validator(mode="after")
    def _as_one(self) -> SerialTextOptions:
        if self.link == "serial" and (self.serial_port is None or self.host):
            raise ValueError("link serial needs `serial_port`, and no `host`")
        if self.link == "tcp" and (self.serial_port is not None or not self.host):
            raise ValueError("link tcp needs `host`; a `serial_port` needs `link: serial`")
        if self.framing == "length" and not 0 < self.length <= self.longest:
            raise ValueError("framing length needs `length`, up to `longest`")
        names = set() if self.pattern is None else set(patterns.checked(self.pattern, self.longest).groupindex)
        if self.pattern is not None and not names:
            raise ValueError("a pattern names its parts: (?P<weight>…)")
        if self.stable is not None:
            found = re.fullmatch(r"(\w+)=(.+)", self.stable)
            if found is None:
                raise ValueError("stable: part=text, like status=ST")
            if found[1] not in names:
                raise ValueError(f"stable: the pattern names no part {found[1]!r}")
        return self

    def where(self) -> str:
        return f"text://{self.wire()}"

    def wire(self) -> str:
        return self.serial_port if self.serial_port is not None else at_port(self.host, self.port)
