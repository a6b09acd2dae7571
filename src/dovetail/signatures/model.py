"""A shift that somebody signed: from when to when, who, why, and what was known then. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SIGN: Final = "shift.sign"
REOPEN: Final = "shift.reopen"
CLOSED: Final = "timeline.edit-closed"


@dataclass(frozen=True, slots=True)
class Signature:
    """[t0_us, t1_us) of an equipment and all below it stands as known at `known`. `back_*`: it was taken back.

    `since`: the `known` from which on it holds, where that is later: a reopening was taken back.
    """

    id: int
    equipment_id: int
    shift_id: str
    shift_name: str
    t0_us: int
    t1_us: int
    by_id: str
    by_name: str
    at_us: int
    comment: str | None
    known: int
    back_by: str | None = None
    back_us: int | None = None
    back_why: str | None = None
    back_known: int | None = None
    since: int | None = None
    back_id: str | None = None
