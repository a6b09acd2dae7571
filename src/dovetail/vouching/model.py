"""How far links vouch for their values: up to a mark without a hole, and perhaps again from a later moment on.

After an outage live values come at once, beside what waited. They are true from where their lane began, but what was
before is not known yet: there is a hole, which closes when the mark comes that covers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, NamedTuple, Protocol

from dovetail.core.batch import Frame


class Reach(NamedTuple):
    """How far links vouch together, and of which time before that one of them does not (both ends outside of it)."""

    known_us: int
    hole: tuple[int, int] | None = None

    def unknown(self, now_us: int, *, silent_us: int) -> list[tuple[int, int | None]]:
        """The times [first, end) of which nobody knows; without an end where the links have been silent for too long.

        >>> Reach(250, (90, 200)).unknown(300, silent_us=100), Reach(250, (90, 200)).unknown(400, silent_us=100)
        ([(91, 200)], [(91, 200), (251, None)])
        """
        found: list[tuple[int, int | None]] = []
        if self.hole is not None and self.hole[0] + 1 < self.hole[1]:
            found.append((self.hole[0] + 1, self.hole[1]))
        if now_us - self.known_us > silent_us:
            found.append((self.known_us + 1, None))
        return found


@dataclass(slots=True)
class Vouched:
    """By the good-through tags of links: their marks, and what their live lane vouches for beyond (from, to)."""

    marks: dict[int, int] = field(default_factory=dict[int, int])
    ahead: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])

    def take(self, frame: Frame) -> None:
        """What a frame says; one that comes late or again takes nothing back."""
        for link, mark_us in frame.good_through.items():
            self.marks[link] = max(mark_us, self.marks.get(link, mark_us))
        for link, (since_us, until_us) in frame.ahead.items():
            if until_us >= self.ahead.get(link, (0, 0))[1]:
                self.ahead[link] = since_us, until_us

    def settled_us(self, links: Iterable[int]) -> int | None:
        """Up to here nothing more is to come of all these links; None when none ever spoke."""
        return min((self.marks[link] for link in links if link in self.marks), default=None)

    def reach(self, links: Iterable[int]) -> Reach | None:
        """How far they vouch by what is here already; None when none ever spoke.

        >>> Vouched({1: 100, 2: 90}, {1: (200, 250)}).reach((1, 2))
        Reach(known_us=90, hole=None)
        >>> Vouched({1: 100, 2: 90}, {1: (200, 250), 2: (210, 260)}).reach((1, 2))
        Reach(known_us=250, hole=(90, 210))
        >>> Vouched({1: 200}, {1: (200, 250)}).reach((1,))
        Reach(known_us=250, hole=None)
        """
        known: list[int] = []
        holes: list[tuple[int, int]] = []
        for link in links:
            if link not in self.marks:
                continue
            mark_us = self.marks[link]
            since_us, until_us = self.ahead.get(link, (mark_us, mark_us))
            known.append(max(mark_us, until_us))
            if mark_us < since_us:
                holes.append((mark_us, since_us))
        if not known:
            return None
        if not holes:
            return Reach(min(known))
        hole = min(one[0] for one in holes), max(one[1] for one in holes)
        return Reach(min(known), hole) if hole[1] <= min(known) else Reach(min(hole[0], *known))


class Spanning(Protocol):
    """A record of [t0_us, t1_us); without an end it goes on."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int | None: ...


def instead[R: Spanning](records: Sequence[R], told: R) -> list[R]:
    """Records by time, with `told` in place of what they say of its time; nothing is told of before the first."""
    first_us, end_us = max(told.t0_us, records[0].t0_us), told.t1_us
    if end_us is not None and end_us <= first_us:
        return list(records)
    before = [one for one in records if one.t0_us < first_us]
    after = [] if end_us is None else [one for one in records if one.t1_us is None or one.t1_us > end_us]
    return [
        *(replace(one, t1_us=first_us if one.t1_us is None else min(one.t1_us, first_us)) for one in before),
        replace(told, t0_us=first_us),
        *(replace(one, t0_us=max(one.t0_us, end_us or first_us)) for one in after),
    ]
