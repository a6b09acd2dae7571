"""Which signal says what the machine does: the one under whose values pieces come, or do not, without exception."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dovetail.core.clock import SECOND_US
from dovetail.meanings.model import (
    RANK,
    Because,
    Confidence,
    Moves,
    Seen,
    Span,
    StateFound,
    ValueFound,
    at_most_likely,
    overlap_us,
)
from dovetail.meanings.packml import EXECUTE, STATES, is_packml

VALUES_MAX: Final = 24  # more values are a measurement, an order or a product
LONG: Final = 3  # gaps of the counter: a shorter dwell tells nothing of pieces
RUNS_MIN: Final = 2  # long dwells in which pieces came
STANDS_MIN: Final = 3  # long dwells in which none came
PIECES_MIN: Final = 30
EXPLAINED_SURE: Final = 0.95  # of the time in which the counter stood still
EXPLAINED_MIN: Final = 0.6
LEAK_MAX: Final = 0.005  # of the pieces, under values that mean standing
MIXED_MAX: Final = 0.02  # of the time, under values that mean neither
EXPECTED_MIN: Final = 10.0  # pieces that would have come, had it run: else that none came says little

_WORDS: Final = (
    (re.compile(r"fault|fail|alarm|error|stoer|stör|abort", re.IGNORECASE), "Aborted"),
    (re.compile(r"hold|held|halt|jam|stau", re.IGNORECASE), "Held"),
    (re.compile(r"starv|mangel", re.IGNORECASE), "STARVED"),
    (re.compile(r"block|rückstau", re.IGNORECASE), "BLOCKED"),
    (re.compile(r"setup|change|rüst|ruest", re.IGNORECASE), "CHANGEOVER"),
    (re.compile(r"idle|wait|ready|leer|bereit|wart", re.IGNORECASE), "Idle"),
)


@dataclass(frozen=True, slots=True)
class _Under:
    """What came to pass under one value, over the insides of its long dwells."""

    value: str
    seen_us: int
    dwells: int
    with_pieces: int
    inside_us: int
    pieces: int
    still_us: int

    @property
    def rate(self) -> float:
        return self.pieces / self.inside_us if self.inside_us else 0.0


def text_of(value: object) -> str:
    """A value as plant code writes it."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) else str(value)


def is_candidate(seen: Seen) -> bool:
    """Whether a tag has few values and more than one."""
    if seen.kind == "number" and not seen.is_whole:
        return False
    values = {text_of(value) for value in np.unique(seen.track.value[~seen.track.bad]).tolist()}
    return 2 <= len(values) <= VALUES_MAX


def dwells_of(seen: Seen, end_us: int) -> list[tuple[str, int, int]]:
    """(value, from, to) of every stretch in which one value held; BAD ones are none."""
    track = seen.track.changes()
    ends = [*track.ts[1:].tolist(), end_us]
    rows = zip(track.value.tolist(), track.bad.tolist(), track.ts.tolist(), ends, strict=True)
    return [(text_of(value), start, end) for value, bad, start, end in rows if not bad and start < end]


def _unders(seen: Seen, moves: Moves, standing: Sequence[Span], end_us: int) -> list[_Under]:
    found: dict[str, list[int]] = {}
    for value, start, end in dwells_of(seen, end_us):
        row = found.setdefault(value, [0, 0, 0, 0, 0, 0])
        row[0] += end - start
        row[5] += overlap_us(standing, start, end)
        inside_us = start + moves.gap_us
        if end - start <= LONG * moves.gap_us or overlap_us(moves.unread, start, end):
            continue
        pieces = moves.between(inside_us, end - 1)  # those read together with the next value were made under that one
        row[1:5] = row[1] + 1, row[2] + (pieces > 0), row[3] + end - inside_us, row[4] + pieces
    return [_Under(value, *row) for value, row in found.items()]


def _role(under: _Under, best: float) -> str:
    if not under.dwells:
        return "short"
    if under.with_pieces >= 0.8 * under.dwells and under.rate >= 0.25 * best:
        return "runs"
    if under.with_pieces <= 0.1 * under.dwells and under.rate <= 0.01 * best:
        return "stands"
    return "mixed"


def judged(seen: Seen, moves: Moves, standing: Sequence[Span], end_us: int) -> StateFound | None:
    """What a tag says of the machine's doing; None where pieces come and stay away whatever it says."""
    unders = _unders(seen, moves, standing, end_us)
    best = max((under.rate for under in unders), default=0.0)
    roles = {under.value: _role(under, best) for under in unders}
    runs = [under for under in unders if roles[under.value] == "runs"]
    stands = [under for under in unders if roles[under.value] == "stands"]
    standing_us = sum(under.still_us for under in unders)
    if not runs or not stands or not standing_us:
        return None
    explained = sum(under.still_us for under in stands) / standing_us
    if explained < EXPLAINED_MIN:
        return None
    packml = seen.kind == "number" and {under.value for under in runs} == {str(EXECUTE)} and _says_packml(seen)
    if seen.kind == "number" and len(runs) > 2 and not packml:
        return None  # a speed or a recipe, not a state
    confidence = _confidence(unders, roles, explained)
    if seen.kind == "bool" and runs[0].value == "false":
        confidence = at_most_likely(confidence)
    if seen.kind == "number" and len(runs) > 1:
        confidence = at_most_likely(confidence)
    facts = {
        "explained": round(explained, 4),
        "pieces": sum(under.pieces for under in runs),
        "astray": sum(under.pieces for under in stands),
        "stops": sum(under.dwells for under in stands),
    }
    values = tuple(_value(seen, under, roles[under.value], best, packml=packml) for under in unders)
    way = "packml" if packml else "values"
    return StateFound(way, seen.name, confidence, Because(way, facts), values, explained=explained)


def _says_packml(seen: Seen) -> bool:
    track = seen.track
    return is_packml(track.value[~track.bad].astype(np.int64))


def _confidence(unders: Sequence[_Under], roles: dict[str, str], explained: float) -> Confidence:
    def of(role: str) -> list[_Under]:
        return [under for under in unders if roles[under.value] == role]

    runs, stands, mixed = of("runs"), of("stands"), of("mixed")
    made = sum(under.pieces for under in runs)
    astray = sum(under.pieces for under in stands)
    seen_us = sum(under.seen_us for under in unders)
    proven = (
        sum(under.dwells for under in runs) >= RUNS_MIN
        and sum(under.dwells for under in stands) >= STANDS_MIN
        and made >= PIECES_MIN
        and explained >= EXPLAINED_SURE
        and astray <= LEAK_MAX * made
        and sum(under.seen_us for under in mixed) <= MIXED_MAX * seen_us
    )
    return "sure" if proven else "likely"


def _value(seen: Seen, under: _Under, role: str, best: float, *, packml: bool) -> ValueFound:
    numbers = under.seen_us / SECOND_US, under.dwells, under.pieces
    if packml:
        return ValueFound(under.value, STATES[int(under.value) - 1], "sure", *numbers)
    if role == "runs":
        return ValueFound(under.value, "RUN", "sure" if under.pieces >= PIECES_MIN else "likely", *numbers)
    if role == "stands":
        return ValueFound(under.value, _word(seen, under.value), "likely", *numbers)
    return ValueFound(under.value, None, "unknown", *numbers)


def _word(seen: Seen, value: str) -> str:
    """How it stands: only a text's own word says more than that nothing is made."""
    if seen.kind != "text":
        return "Stopped"
    return next((state for pattern, state in _WORDS if pattern.search(value)), "Stopped")


def best_state(found: Sequence[StateFound]) -> StateFound | None:
    """The one that tells most: what is surer first, then PackML, then what explains more, then what says more."""
    return max(found, key=_merit, default=None)


def _merit(one: StateFound) -> tuple[int, bool, float, int]:
    return RANK[one.confidence], one.way == "packml", round(one.explained, 2), len(one.values)
