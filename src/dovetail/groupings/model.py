"""Words by which the time of machines is told apart, and sums put together by them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from dovetail.core.errors import InvalidError
from dovetail.ledger.columns import Sums, add, add_share, nothing
from dovetail.ledger.model import JobShare, Slice

type Key = tuple[str | int | None, ...]
type Groups = dict[Key, Sums]

STORED: Final[Mapping[str, str]] = {
    "equipment": "equipment_id", "day": "day", "week": "day", "month": "day", "weekday": "day", "shift": "shift_name",
    "crew": "crew", "product": "product", "job": "job_response_id", "state": "state", "mode": "mode",
    "reason": "reason", "plan": "plan",
}  # fmt: skip
OF_SHIFTS: Final = frozenset({"equipment", "day", "week", "month", "weekday", "shift", "crew", "product", "job"})
"""What the sums of shifts know."""


def demanded(words: Sequence[str]) -> tuple[str, ...]:
    """The words that are asked for, each once. Raises InvalidError for one that there is not, or for none."""
    unknown = [word for word in words if word not in STORED]
    if unknown or not words:
        what = f"nothing is told apart by {', '.join(unknown)}" if unknown else "say by what it is told apart"
        raise InvalidError(what, pointer="/by", code="group", hint=f"one or more of {', '.join(STORED)}")
    return tuple(dict.fromkeys(words))


def stored(words: Sequence[str]) -> tuple[str, ...]:
    """The columns that say these words, each once."""
    return tuple(dict.fromkeys(STORED[word] for word in words))


def key_of(words: Sequence[str], said: Mapping[str, str | int | None]) -> Key:
    """The key of a row that says these columns; what has no shift, crew or product is None.

    >>> key_of(("month", "weekday", "crew"), {"day": "2026-11-27", "crew": ""})
    ('2026-11', 5, None)
    """
    return tuple(_told(word, said[STORED[word]]) for word in words)


def _told(word: str, value: str | int | None) -> str | int | None:
    if word not in ("week", "month", "weekday"):
        return None if value == "" else value
    year, week, weekday = date.fromisoformat(str(value)).isocalendar()
    return {"week": f"{year}-W{week:02}", "month": str(value)[:7], "weekday": weekday}[word]


def from_slices(slices: Iterable[Slice], words: Sequence[str]) -> Groups:
    """The sums of slices, share by share."""
    found: Groups = {}
    for piece in slices:
        for share in piece.shares:
            key = key_of(words, said(piece, share))
            add_share(found.setdefault(key, nothing()), piece, share)
    return found


def said(piece: Slice, share: JobShare) -> dict[str, str | int | None]:
    of_share = {"product": share.product, "job_response_id": share.job_response_id}
    return {name: of_share[name] if name in of_share else getattr(piece, name) for name in STORED.values()}


def together(parts: Iterable[Groups]) -> Groups:
    """Several groupings as one."""
    found: Groups = {}
    for groups in parts:
        for key, sums in groups.items():
            found[key] = add(found[key], sums) if key in found else sums
    return found
