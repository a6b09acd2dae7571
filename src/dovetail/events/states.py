"""What the state engine tells: an equipment's records were rewritten from a moment on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordsChanged:
    """State or count records of one equipment changed in [from_us, to_us); `to_us` None means up to now."""

    equipment_id: int
    from_us: int
    to_us: int | None
    known: int


@dataclass(frozen=True, slots=True)
class StateNow:
    """The state an equipment is in, decided at once and provisional until `settled_us` has passed it."""

    equipment_id: int
    state: str
    mode: str
    reason: str | None
    external: bool
    since_us: int
    settled_us: int
    decided_us: int
