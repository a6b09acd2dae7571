"""What the counting room tells: people entered pieces, took an entry back, or decided on a held jump."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CountsChanged:
    """The pieces that people say an equipment made in (from_us, to_us] changed."""

    equipment_id: int
    from_us: int
    to_us: int
    known: int
