"""What the security room tells: somebody's rights or sessions are no longer what they were."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RightsChanged:
    """A person's role, sessions, tokens or password changed: what they watch is decided anew at once."""

    person_id: str
