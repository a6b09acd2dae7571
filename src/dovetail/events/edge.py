"""What the edge tells: a link went down or came back, said once each way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """A connection is `up` or not since `at_us`, and why in words that say who can mend it."""

    connection: str
    up: bool
    at_us: int
    cause: str
