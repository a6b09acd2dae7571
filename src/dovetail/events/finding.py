"""What looking for devices tells: somebody asked for it, and that they did is on record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchAsked:
    """A search may begin: who asked for it, and for what, stands in the audit now."""

    search_id: str
