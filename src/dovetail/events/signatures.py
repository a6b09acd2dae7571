"""What the signatures room tells: somebody signed a shift, or took a signature back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignatureChanged:
    """The ledger of one equipment stands in [from_us, to_us) as it was signed, or no longer does."""

    equipment_id: int
    from_us: int
    to_us: int
    known: int
