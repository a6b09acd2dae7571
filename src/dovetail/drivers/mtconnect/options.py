"""Which agent is asked, and how closely it is listened to."""

from __future__ import annotations

from pydantic import Field

from dovetail.drivers.weblink import WebOptions


class MTConnectOptions(WebOptions):
    """One MTConnect agent, or one device of it. With http:// anybody on the wire may read and forge values."""

    device: str | None = Field(None, pattern=r"^[^/?#\s]+$", description="name or UUID of a device; without it: all")
    heartbeat_s: float = Field(2.0, ge=0.5, le=30, description="the agent says at least this often that it lives")
    count: int = Field(1000, ge=1, le=100_000, description="observations that one message of the agent may hold")
