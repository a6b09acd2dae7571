"""What a restatement says of the past: which definitions were others from when to when, and what that moves. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final

import orjson

from dovetail.core.errors import InvalidError
from dovetail.db.versioned import History, body_at
from dovetail.ledger.model import Slice
from dovetail.plantcode.plan import fields
from dovetail.replaying.model import Compared

type Body = dict[str, Any]

SHIFTS_MAX: Final = 500  # of one equipment that are told; how many there are is said


@dataclass(frozen=True, slots=True)
class Stretch:
    """A definition in [t0_us, t1_us): what differs, as (what, before, after)."""

    t0_us: int
    t1_us: int
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One definition over the period: what it was and what it would be, each from its start on."""

    section: str
    key: str
    was: History
    would: History

    def stretches(self, to_us: int) -> list[Stretch]:
        """Where it would be another, by time."""
        edges = sorted({at_us for at_us, _ in (*self.was, *self.would)} | {to_us})
        found: list[Stretch] = []
        for t0_us, t1_us in pairwise(edges):
            said = fields(body_at(self.was, t0_us) or {}, body_at(self.would, t0_us) or {})
            if said and found and found[-1].t1_us == t0_us and found[-1].fields == said:
                found[-1] = Stretch(found[-1].t0_us, t1_us, said)
            elif said:
                found.append(Stretch(t0_us, t1_us, said))
        return found


def digest_of(changes: Iterable[Change]) -> str:
    """By this who applies a plan and who looked at it know whether they saw the same."""
    said = [(one.section, one.key, one.was, one.would) for one in changes]
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def chosen(only: Sequence[str], known: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """The keys of each section that are asked for; `only` names sections and `section:key`s, none: all of them.

    Raises InvalidError for what there is not.
    """
    if not only:
        return {section: set(keys) for section, keys in known.items()}
    found: dict[str, set[str]] = {}
    for word in only:
        section, colon, key = word.partition(":")
        if section not in known:
            hint = f"one of: {', '.join(known)}"
            raise InvalidError(f"{section!r} cannot be restated", pointer="/only", code="restate-what", hint=hint)
        keys = set(known[section])
        if colon and key not in keys:
            hint = f"there are: {', '.join(sorted(keys)[:20])}"
            raise InvalidError(f"there is no {key!r} in {section}", pointer="/only", code="restate-what", hint=hint)
        found[section] = found.get(section, set()) | ({key} if colon else keys)
    return found


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift as it is and as it would be; `signed`: it stands as it is, and the difference is only shown."""

    compared: Compared
    signed: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """What of one equipment's ledger would move: time told otherwise, slices, the whole period and its shifts.

    Of the shifts that differ the first are kept; how many there are, and how many of them are signed, is counted.
    """

    equipment_id: int
    path: str
    moved_us: int
    slices: tuple[int, int]
    whole: Compared
    shifts: Sequence[Shift]
    shifts_total: int
    signed_total: int

    @property
    def differs(self) -> bool:
        """Whether anything would be another."""
        return self.moved_us > 0 or self.whole.differs or self.shifts_total > 0

    @property
    def weight(self) -> tuple[int, int, str]:
        """The biggest difference first."""
        return (-self.moved_us, -self.whole.reclassed_us, self.path)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a restatement of [from_us, to_us) would do. `digest` is that of its changes."""

    from_us: int
    to_us: int
    changes: Sequence[Change]
    digest: str
    ledgers: Sequence[Ledger]


def said(one: Slice) -> tuple[object, ...]:
    """What a slice says of its time, by which two tellings are compared."""
    shares = tuple((share.job_response_id, share.product, share.share_ppm, share.rate_upm) for share in one.shares)
    return (
        one.state,
        one.mode,
        one.reason,
        one.cls,
        one.unplanned,
        one.plan,
        one.day,
        one.shift_id,
        one.crew,
        one.failing,
        one.short,
        shares,
    )


def moved_us(was: Sequence[Slice], would: Sequence[Slice], from_us: int, to_us: int) -> int:
    """How much time of [from_us, to_us) two tellings tell otherwise."""
    ends = (edge for one in (*was, *would) for edge in (one.t0_us, one.t1_us))
    edges = sorted({from_us, to_us, *(edge for edge in ends if from_us < edge < to_us)})
    found = i = j = 0
    for t0_us, t1_us in pairwise(edges):
        while i < len(was) and was[i].t1_us <= t0_us:
            i += 1
        while j < len(would) and would[j].t1_us <= t0_us:
            j += 1
        one = said(was[i]) if i < len(was) and was[i].t0_us <= t0_us else None
        other = said(would[j]) if j < len(would) and would[j].t0_us <= t0_us else None
        found += (t1_us - t0_us) * (one != other)
    return found
