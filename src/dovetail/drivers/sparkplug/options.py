"""How a Sparkplug host application presents itself to the edge nodes of a plant, and how patient it is with them."""

from __future__ import annotations

from pydantic import Field, field_validator

from dovetail.drivers.broker import BrokerOptions


class SparkplugOptions(BrokerOptions):
    """One broker with Sparkplug B edge nodes."""

    host_id: str | None = Field(
        None,
        title="Host id",
        min_length=1,
        max_length=128,
        description="under this name edge nodes learn whether we are there (STATE); without it we only listen",
    )
    reorder_s: float = Field(
        5.0, ge=0.1, le=60, title="Reorder time (s)", description="how long a missing message is waited for"
    )
    rebirth: bool = Field(
        True, title="Ask for rebirth", description="ask a node to say everything anew when it cannot be understood"
    )
    rebirth_every_s: float = Field(
        10.0,
        ge=1,
        le=3600,
        title="Rebirth at most every (s)",
        description="per node; longer each time it does not help",
    )

    @field_validator("host_id")
    @classmethod
    def _plain(cls, value: str | None) -> str | None:
        if value is not None and any(letter in value for letter in "+/#\0"):
            raise ValueError("a host id has no + and no / and no #")
        return value
