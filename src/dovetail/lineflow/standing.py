"""Read from a unit's state records when it ran, stood by itself, waited for its neighbours, or nobody knows.

A standstill is everything between two runs, or between a run and a change of plan. Records in it that say no reason
(Unholding after Held, Clearing after Aborted, Completing before a changeover) belong to the reason beside them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from dovetail.lineflow.levels import Level
from dovetail.lineflow.model import BLOCKED_REASON, STARVED_REASON, WAITS, How, Kind, Record, Spell

PRODUCING: Final = frozenset({"Execute", "RUN"})
NOT_PRODUCING_MODES: Final = frozenset({"Setup", "Maintenance", "Manual"})  # a run in them makes no product
NO_KNOWLEDGE: Final = frozenset({"NO_DATA", "UNKNOWN"})
AROUND_SUSPENDED: Final = frozenset({"Suspending", "Suspended", "Unsuspending"})  # PackML: stopped from outside
WAITABLE: Final = frozenset({"Idle", "Held", "Stopped", "Suspended", "Complete"})  # in which a silent unit may wait


def spells(records: Iterable[Record], from_us: int, to_us: int, *, cuts: Sequence[int] = ()) -> list[Spell]:
    """What a unit did in [from_us, to_us), without a hole as its records have none. `cuts`: where its plan changes."""
    edges = sorted(cuts)
    raw = [piece for record in records for piece in _pieces(record, from_us, to_us, edges)]
    done: list[Spell] = []
    for running, run in groupby(raw, key=lambda spell: spell.kind == "run"):
        for standing in [list(run)] if running else _standstills(list(run), edges):
            done += standing if running else _understood(standing)
    return _joined(done)


def _pieces(record: Record, from_us: int, to_us: int, edges: Sequence[int]) -> Iterable[Spell]:
    t0_us = max(record.t0_us, from_us)
    t1_us = to_us if record.t1_us is None else min(record.t1_us, to_us)
    if t0_us >= t1_us:
        return
    kind, how = _kind(record)
    inside = edges[bisect_right(edges, t0_us) : bisect_left(edges, t1_us)]
    for start_us, end_us in zip([t0_us, *inside], [*inside, t1_us], strict=True):
        yield Spell(start_us, end_us, kind, record.state, record.reason, record.t0_us, start_us, how)


def _kind(record: Record) -> tuple[Kind, How]:
    if record.state in NO_KNOWLEDGE:
        return "no_data", "record"
    if record.state in PRODUCING and record.mode not in NOT_PRODUCING_MODES:
        return "run", "record"
    if record.reason == STARVED_REASON or record.state == "STARVED":
        return "starved", "signal"
    if record.reason == BLOCKED_REASON or record.state == "BLOCKED":
        return "blocked", "signal"
    return "own", "record"


def _standstills(standing: list[Spell], edges: Sequence[int]) -> Iterable[list[Spell]]:
    """Not-producing time divided where the plan changes: what began before a break is not why it stands after it."""
    for _, part in groupby(standing, key=lambda spell: bisect_right(edges, spell.t0_us)):
        yield list(part)


def _understood(standing: list[Spell]) -> list[Spell]:
    """The spells of one standstill with the reasons and the sides that its own records give to those without."""
    since_us = standing[0].t0_us
    found = [replace(spell, stood_us=since_us) for spell in standing]
    for place, spell in enumerate(found):
        if spell.kind == "own" and spell.reason is None and spell.state in AROUND_SUSPENDED:
            side = next((found[near].kind for near in _nearest(place, len(found)) if found[near].kind in WAITS), None)
            if side is not None:
                found[place] = replace(spell, kind=side)
    for own, part in groupby(range(len(found)), key=lambda place: found[place].kind == "own"):
        if own:
            _fill(found, list(part))
    return found


def _nearest(place: int, number: int) -> Iterable[int]:
    """The places beside one: behind an Unsuspending lies what it ends, before a Suspending what it begins."""
    yield from (near for near in (place - 1, place + 1) if 0 <= near < number)


def _fill(found: list[Spell], places: list[int]) -> None:
    """Records without a reason take the one before them in their stop, and those before the first take the first."""
    reasons = [found[place].reason for place in places]
    said = next((reason for reason in reasons if reason is not None), None)
    for place, reason in zip(places, reasons, strict=True):
        said = reason if reason is not None else said
        found[place] = replace(found[place], reason=said)


def _joined(found: list[Spell]) -> list[Spell]:
    """Spells that say the same about one standstill are one: its first record stands for it."""
    done: list[Spell] = []
    for spell in found:
        last = done[-1] if done else None
        same = last and (last.t1_us, *_said(last)) == (spell.t0_us, *_said(spell))
        if last and same and (spell.kind != "run"):
            done[-1] = replace(last, t1_us=spell.t1_us)
        else:
            done.append(spell)
    return done


def _said(spell: Spell) -> tuple[object, ...]:
    return (spell.kind, spell.reason if spell.kind == "own" else None, spell.stood_us)


def within(found: Sequence[Spell], from_us: int, to_us: int) -> list[Spell]:
    """The spells that touch [from_us, to_us), cut to it."""
    place = max(0, bisect_right(found, from_us, key=lambda spell: spell.t0_us) - 1)
    inside: list[Spell] = []
    for spell in found[place:]:
        if spell.t0_us >= to_us:
            break
        if spell.t1_us > from_us:
            inside.append(replace(spell, t0_us=max(spell.t0_us, from_us), t1_us=min(spell.t1_us, to_us)))
    return inside


def inferred(
    found: Sequence[Spell],
    up: Sequence[Sequence[Spell]],
    down: Sequence[Sequence[Spell]],
    *,
    levels: tuple[Level | None, Level | None] = (None, None),
) -> list[Spell]:
    """The spells of a unit that has no signal for it: it waits where it stood without a reason after a neighbour did.

    `up`, `down`: the spells of the units before and behind it. A neighbour counts when it stood already; of both sides
    the one that stood last, since until then the unit ran. `levels` of the buffers before and behind it know better:
    an empty one starves it and a full one blocks it, whatever the neighbour says; one in between does neither.
    """
    done: list[Spell] = []
    for spell in found:
        if spell.kind == "own" and spell.reason is None and spell.state in WAITABLE | AROUND_SUSPENDED:
            kind, how = _waits_for(spell.stood_us, (up, down), levels)
            done.append(spell if kind is None else replace(spell, kind=kind, how=how))
        else:
            done.append(spell)
    return done


def _waits_for(
    at_us: int, sides: tuple[Sequence[Sequence[Spell]], Sequence[Sequence[Spell]]], levels: tuple[Level | None, ...]
) -> tuple[Kind | None, How]:
    """Which side a unit that stands since a moment waits for, and who says so; None: neither."""
    before, behind = levels
    says: dict[Kind, bool | None] = {
        "starved": None if before is None else before.is_empty(at_us),
        "blocked": None if behind is None else behind.is_full(at_us),
    }
    since: dict[Kind, int | None] = {
        side: _stood_since(near, at_us) for side, near in zip(says, sides, strict=True) if says[side] is not False
    }
    by_level: list[Kind] = [side for side in since if says[side]]
    if len(by_level) == 1:
        return by_level[0], "level"
    told: list[tuple[int, Kind]] = [(stood_us, side) for side, stood_us in since.items() if stood_us is not None]
    how: How = "level" if by_level else "inferred"
    kind: Kind | None = max(told, key=lambda one: one[0])[1] if told else None
    return kind, how


def _stood_since(neighbours: Sequence[Sequence[Spell]], at_us: int) -> int | None:
    """Since when the last of the neighbours to stop has stood at a moment; None: all of them ran."""
    stood = [
        spell.stood_us
        for near in neighbours
        for spell in within(near, at_us, at_us + 1)
        if spell.kind != "run" and spell.stood_us < at_us
    ]
    return max(stood, default=None)
