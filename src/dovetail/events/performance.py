"""What the ledger tells: slices of an equipment were rewritten, so its figures moved."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LedgerSettled:
    """The slices of one equipment in [from_us, to_us) are settled up to `known`."""

    equipment_id: int
    from_us: int
    to_us: int
    known: int
