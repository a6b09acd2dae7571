"""Find for every moment in which a unit of a line did not produce the one unit and stop that it comes from.

A unit that stands by itself is its own cause. One that is starved or blocked is held by its neighbour on that side,
at the time when the piece that it misses should have left there (transport time earlier); the neighbour may itself be
held, and so on along the flow. Three rules make the answer unique:

- A wait goes on a little after its cause is over, until the buffer has filled and the unit is back: that time belongs
  to the same cause, unless another stop of the neighbour takes over.
- Of several units side by side, the one that stopped last: until then the others still kept the flow going.
- A neighbour that runs and still lets its neighbour wait is the cause by its pace.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dovetail.core.clock import SECOND_US
from dovetail.lineflow.model import WAITS, Cause, Line, Link, Piece, Role, Spell
from dovetail.lineflow.standing import within

REACT_US: Final = 5 * SECOND_US  # a machine that lacks pieces goes on saying that it runs for about so long

type Spells = Mapping[int, Sequence[Spell]]


class Blame:
    """The walk along one line. `spells` of every unit cover the same time without a hole."""

    def __init__(self, line: Line, spells: Spells) -> None:
        self._line, self._spells = line, spells
        self._waits: dict[tuple[int, int], list[Piece]] = {}  # a whole wait of a unit, by its begin
        self._open: set[tuple[int, int]] = set()

    def causes(self, unit: int, spans: Iterable[tuple[int, int]]) -> list[Piece]:
        """The causes of a unit's time in `spans`, tiling them; while it ran, its own pace."""
        return [piece for t0_us, t1_us in spans for piece in self.of(unit, t0_us, t1_us)]

    def of(self, unit: int, from_us: int, to_us: int) -> list[Piece]:
        """What [from_us, to_us) of a unit comes from, without a hole; of time without a record nobody knows."""
        found: list[Piece] = []
        at_us = from_us
        for spell in within(self._spells[unit], from_us, to_us):
            if spell.t0_us > at_us:
                found.append(_unknown(unit, at_us, spell.t0_us))
            found += (
                _cut(self._wait(unit, spell), spell.t0_us, spell.t1_us) if spell.kind in WAITS else [_own(unit, spell)]
            )
            at_us = spell.t1_us
        return found if at_us >= to_us else [*found, _unknown(unit, at_us, to_us)]

    # --- a wait ------------------------------------------------------------------------------------------------
    def _wait(self, unit: int, part: Spell) -> list[Piece]:
        spell = self._whole(unit, part)
        key = (unit, spell.t0_us)
        if key in self._open:  # two units that wait for each other: the records contradict themselves
            return [_of_itself(unit, spell, "unclear")]
        if key not in self._waits:
            self._open.add(key)
            self._waits[key] = self._walk(unit, spell)
            self._open.remove(key)
        return self._waits[key]

    def _whole(self, unit: int, part: Spell) -> Spell:
        spells = self._spells[unit]
        return spells[bisect_right(spells, part.t0_us, key=lambda spell: spell.t0_us) - 1]

    def _walk(self, unit: int, spell: Spell) -> list[Piece]:
        neighbours = self._line.neighbours(unit, spell.kind)
        if not neighbours:
            return [_of_itself(unit, spell, "outside")]
        # a piece that is missed should have left the unit before so much earlier; room behind is felt at once
        delay_us = self._line.buffer(unit).transport_us if spell.kind == "starved" else 0
        t0_us, t1_us = spell.t0_us - delay_us, spell.t1_us - delay_us
        sides = [(near, self.of(near, t0_us, t1_us)) for near in neighbours]
        held = sides[0][1] if len(sides) == 1 else self._last_to_stop(sides, t0_us, t1_us)
        held = self._with_recovery(held, sides)
        link = Link(unit, spell.record_us, spell.kind)
        guessed = spell.how == "inferred"
        return [
            replace(
                piece,
                t0_us=piece.t0_us + delay_us,
                t1_us=piece.t1_us + delay_us,
                trail=(link, *piece.trail),
                inferred=piece.inferred or guessed,
            )
            for piece in held
        ]

    def _last_to_stop(self, sides: Sequence[tuple[int, list[Piece]]], from_us: int, to_us: int) -> list[Piece]:
        edges = sorted({from_us, to_us, *(piece.t0_us for _, pieces in sides for piece in pieces)})
        found: list[Piece] = []
        for t0_us, t1_us in itertools.pairwise(edges):
            here = [(unit, part) for unit, pieces in sides for part in _cut(pieces, t0_us, t1_us)]
            standing = [(unit, part) for unit, part in here if part.cause.role != "pace"]
            if found and len(standing) < len(here) and found[-1].cause.role != "pace":
                found.append(replace(found[-1], t0_us=t0_us, t1_us=t1_us))  # one is back: what held it still does
                continue
            chosen = max(standing, key=lambda one: self._stood_us(one[0], t0_us)) if standing else here[0]
            found.append(chosen[1])
        return found

    def _stood_us(self, unit: int, at_us: int) -> int:
        return next((spell.stood_us for spell in within(self._spells[unit], at_us, at_us + 1)), at_us)

    def _with_recovery(self, held: Sequence[Piece], sides: Sequence[tuple[int, list[Piece]]]) -> list[Piece]:
        """The time in which the neighbour ran given to the stop before it or, at the begin, to the one beside it."""
        done: list[Piece] = []
        for place, piece in enumerate(held):
            if piece.cause.role != "pace":
                done.append(piece)
                continue
            near = done[-1] if done else self._beside(piece, held[place + 1 :], [unit for unit, _ in sides])
            done.append(piece if near is None else replace(near, t0_us=piece.t0_us, t1_us=piece.t1_us))
        return done

    def _beside(self, piece: Piece, after: Sequence[Piece], units: Sequence[int]) -> Piece | None:
        before = [part for unit in units for part in self.of(unit, piece.t0_us - REACT_US, piece.t0_us)]
        stood = [part for part in before if part.cause.role != "pace"]
        if stood:
            return max(stood, key=lambda part: part.t1_us)
        soon = after[0] if after and piece.lasts_us <= REACT_US else None
        return None if soon is None or soon.cause.role == "pace" else soon


def _own(unit: int, spell: Spell) -> Piece:
    role: Role = "pace" if spell.kind == "run" else "no_data" if spell.kind == "no_data" else "own"
    cause = Cause(unit, role, spell.reason if role == "own" else None)
    return Piece(
        spell.t0_us, spell.t1_us, cause, spell.state, spell.record_us, (Link(unit, spell.record_us, spell.kind),)
    )


def _unknown(unit: int, from_us: int, to_us: int) -> Piece:
    return Piece(from_us, to_us, Cause(unit, "no_data"), "NO_DATA", from_us, (Link(unit, from_us, "no_data"),))


def _of_itself(unit: int, spell: Spell, role: Role) -> Piece:
    cause = Cause(unit, role, f"external/{spell.kind}")
    link = Link(unit, spell.record_us, spell.kind)
    return Piece(spell.t0_us, spell.t1_us, cause, spell.state, spell.record_us, (link,), spell.how == "inferred")


def _cut(pieces: Iterable[Piece], from_us: int, to_us: int) -> list[Piece]:
    return [
        replace(piece, t0_us=max(piece.t0_us, from_us), t1_us=min(piece.t1_us, to_us))
        for piece in pieces
        if piece.t0_us < to_us and piece.t1_us > from_us
    ]
