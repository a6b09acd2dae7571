"""Which time of a machine is lost, and where a stretch of it begins: what one cause keeps still is one stop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from dovetail.ledger.model import Slice, TimeClass

LOST: Final[frozenset[TimeClass]] = frozenset({"AUST", "ADET", "ADOT"})
WITH_PLANNED: Final[frozenset[TimeClass]] = frozenset({"AUST", "ADET", "ADOT", "PLANNED_DOWN"})


def begins(piece: Slice, before: Slice | None) -> bool:
    """Whether a stop begins with a slice of lost or planned down time, `before` being the one that ends there.

    A shift, a job or a day that cuts a stop begins none: the reason has to be another one, or the plan.
    """
    if piece.cls not in WITH_PLANNED:
        return False
    follows = before is not None and before.t1_us == piece.t0_us and before.cls in WITH_PLANNED
    return not follows or before is None or _said(before) != _said(piece)


def beginnings(slices: Iterable[Slice], before: Slice | None = None) -> Iterator[tuple[Slice, bool]]:
    """Each slice, by time, with whether a stop begins with it."""
    for piece in slices:
        yield piece, begins(piece, before)
        before = piece


def _said(piece: Slice) -> tuple[object, ...]:
    return (piece.reason, piece.external, piece.cls == "PLANNED_DOWN")
