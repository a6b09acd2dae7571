"""How a Logix controller is reached: its address, where in the rack it sits, and how it is asked."""

from __future__ import annotations

import re
from typing import Final

from pydantic import Field, field_validator, model_validator

from dovetail.drivers.base import DriverOptions, HostName, at_port

LARGE, SMALL = 4_002, 504  # bytes of one message on a large connection, and on the one that every controller grants
_HOP: Final = re.compile(r"(?P<port>[0-9]{1,2})\.(?P<link>[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9]{1,3})")

type Hop = tuple[int, int | str]


def hops(route: str) -> list[Hop]:
    """`1.3/2.192.168.1.5/1.0`: port and slot, or port and address, one bridge after the other. Raises ValueError."""
    found: list[Hop] = []
    for part in route.split("/"):
        hop = _HOP.fullmatch(part.strip())
        link: int | str = "" if hop is None else hop["link"]
        numbers = [int(number) for number in str(link).split(".") if number]
        if hop is None or any(number > 255 for number in numbers) or not 1 <= int(hop["port"]) <= 14:
            raise ValueError("a route is port.slot or port.address, one after the other, like 1.3/2.192.168.1.5/1.0")
        found.append((int(hop["port"]), numbers[0] if len(numbers) == 1 else str(link)))
    return found


class EthernetIpOptions(DriverOptions):
    """One Logix controller. EtherNet/IP has no security worth the name: keep it inside its zone.

    Tags with *External Access* None are not seen; those with Read Only cannot be written, which is the better setting.
    """

    host: HostName = Field(
        title="Address", description="name or IPv4 address of the controller or its EtherNet/IP module", min_length=1
    )
    port: int = Field(44818, title="Port", ge=1, le=65535)
    slot: int = Field(0, title="Slot", ge=0, le=31, description="of the controller in its rack; 0 for CompactLogix")
    route: str | None = Field(
        None, title="Route", description="in place of the slot: port.slot or port.address, e.g. 1.3/2.192.168.1.5/1.0",
        examples=["1.3/2.192.168.1.5/1.0"],
    )  # fmt: skip
    micro800: bool = Field(
        False, title="Micro800", description="a Micro800: it has no rack, and takes one question in a message"
    )
    timeout_s: float = Field(
        2.0, title="Time-out (s)", ge=0.05, le=30, description="how long the controller may take for one answer"
    )
    message: int | None = Field(
        None, title="Longest message (bytes)", ge=200, le=LARGE,
        description=f"unless said otherwise {LARGE}, and {SMALL} where the controller does not grant it",
    )  # fmt: skip
    max_items: int = Field(
        200, title="Tags in one message", ge=1, le=500, description="fewer only where the controller does not bear it"
    )
    encoding: str = Field(
        "utf-8", title="Encoding of strings", pattern="^(ascii|utf-8|latin-1|cp125[0-8])$",
        description="ascii, utf-8, latin-1 or a Windows code page, e.g. cp1252",
    )  # fmt: skip

    @field_validator("route")
    @classmethod
    def _is_route(cls, value: str | None) -> str | None:
        if value is not None:
            hops(value)
        return value

    @model_validator(mode="after")
    def _one_way(self) -> EthernetIpOptions:
        if self.route is not None and self.slot:
            raise ValueError("`route` ends at the controller: `slot` is not said beside it")
        return self

    def where(self) -> str:
        place = "micro800" if self.micro800 else self.route or f"1.{self.slot}"
        return f"eip://{at_port(self.host, self.port)}/{place}"
