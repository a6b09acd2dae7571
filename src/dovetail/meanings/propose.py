"""Say what a machine's signals seem to mean, from a while of watching: the same samples, the same claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from dovetail.core.clock import SECOND_US
from dovetail.meanings.model import (
    RANK,
    Because,
    ContactFound,
    CounterFound,
    LevelsFound,
    Meanings,
    Moves,
    RateFound,
    Seen,
    Silent,
    Span,
    StateFound,
    overlap_us,
)
from dovetail.meanings.moving import moves_of, runs, still
from dovetail.meanings.pace import rate_of
from dovetail.meanings.packml import is_packml
from dovetail.meanings.roles import found_of, told_by
from dovetail.meanings.running import VALUES_MAX, best_state, dwells_of, is_candidate, judged
from dovetail.retrofit.levels import propose as levels_of

RAW_MAX: Final = 8  # raw signals looked at for levels; each costs as much as all else together
RAW_POINTS: Final = 10_000
FALLS_RAW: Final = 0.1  # of its changes: what falls less often counts something
STILL_GAPS: Final = 6  # a counter is given so many of its gaps before its machine stands
TIMEOUT_MIN_S: Final = 5.0
INTERLOCKS: Final = (("starved", ("starv", "mangel", "infeed_empty")), ("blocked", ("block", "stau", "outfeed_full")))


def propose(tags: Sequence[Seen], from_us: int, end_us: int) -> Meanings:
    """What the tags of one machine say over [from, end)."""
    tried = [(seen, moves_of(seen, end_us)) for seen in tags]
    tried = _without_clocks(tried)
    moving = [moves for _, moves in tried if isinstance(moves, Moves)]
    counters = found_of(moving, told_by(moving, from_us, end_us))
    main = _main(moving, counters)
    standing = still(main, from_us, end_us) if main else []
    others = [seen for seen, moves in tried if not isinstance(moves, Moves)]
    candidates = [seen for seen in others if is_candidate(seen)]
    judgements = [found for seen in candidates if main and (found := judged(seen, main, standing, end_us))]
    state = best_state(judgements) or _by_activity(main) or _packml_alone(candidates, end_us)
    contacts = _contacts([seen for seen in candidates if seen.kind == "bool"], standing, state, end_us)
    is_told = state is not None and state.way != "activity"
    raw = () if is_told else _raw(others, from_us, end_us)
    used = {one.tag for one in (*counters, *contacts, *raw)} | ({state.tag} if state else set[str]())
    silent = tuple(Silent(seen.name, _why_silent(seen, moves, main)) for seen, moves in tried if seen.name not in used)
    return Meanings(
        state=state,
        counters=counters,
        rate=_rate(main, counters) if main else None,
        contacts=contacts,
        levels=raw,
        silent=silent,
        running_us=sum(int(main.ts[run[-1]] - main.ts[run[0]]) for run in runs(main)) if main else 0,
        stops=len(standing),
    )


def _without_clocks(tried: Sequence[tuple[Seen, Moves | Because]]) -> list[tuple[Seen, Moves | Because]]:
    """What keeps a clock's pace counts time, as long as anything else counts pieces."""
    is_other = any(isinstance(moves, Moves) and moves.ticks_per_s is None for _, moves in tried)

    def judge(moves: Moves | Because) -> Moves | Because:
        ticks = moves.ticks_per_s if isinstance(moves, Moves) else None
        return Because("clock", {"per_s": ticks}) if ticks and is_other else moves

    return [(seen, judge(moves)) for seen, moves in tried]


def _main(moving: Sequence[Moves], counters: Sequence[CounterFound]) -> Moves | None:
    """The counter by which running is known: that of all or of good pieces, else the one that rises most often."""
    roles = {found.tag: found.role for found in counters}
    for role in ("total", "good"):
        for moves in moving:
            if roles[moves.seen.name] == role:
                return moves
    return max(moving, key=lambda moves: len(moves.ts), default=None)


def _rate(main: Moves, counters: Sequence[CounterFound]) -> RateFound | None:
    """The counter's rate is the machine's no more surely than the counter counts its pieces."""
    found, counted = rate_of(main), next(one for one in counters if one.tag == main.seen.name)
    if found is None:
        return None
    return replace(found, confidence=min(found.confidence, counted.confidence, key=RANK.__getitem__))


def _by_activity(main: Moves | None) -> StateFound | None:
    """Where nothing else says it: the machine runs while its counter moves."""
    if main is None:
        return None
    timeout_s = max(TIMEOUT_MIN_S, round(STILL_GAPS * main.gap_us / SECOND_US, 1))
    because = Because("activity", {"gap_s": round(main.gap_us / SECOND_US, 2)})
    return StateFound("activity", main.seen.name, "likely", because, timeout_s=timeout_s)


def _packml_alone(candidates: Sequence[Seen], end_us: int) -> StateFound | None:
    """Without any counter a state word can still give itself away: by PackML's numbers in PackML's order."""
    for seen in candidates:
        track = seen.track
        if seen.kind == "number" and is_packml(track.value[~track.bad].astype(np.int64)):
            facts = {"turns": len(dwells_of(seen, end_us))}
            return StateFound("packml", seen.name, "likely", Because("packml-alone", facts))
    return None


def _contacts(
    contacts: Sequence[Seen], standing: Sequence[Span], state: StateFound | None, end_us: int
) -> tuple[ContactFound, ...]:
    """Contacts that are on only while nothing is made, and whose names say what is missing."""
    found: list[ContactFound] = []
    for seen in contacts:
        use = next((use for use, parts in INTERLOCKS if any(part in seen.name.lower() for part in parts)), None)
        on = [(start, end) for value, start, end in dwells_of(seen, end_us) if value == "true"]
        on_us = sum(end - start for start, end in on)
        if use is None or not on or (state is not None and state.tag == seen.name):
            continue
        within = sum(overlap_us(standing, start, end) for start, end in on) / on_us
        if within >= 0.8:
            because = Because("on-while-standing", {"times": len(on), "within": round(within, 3)})
            found.append(ContactFound(seen.name, "starved" if use == "starved" else "blocked", "likely", because))
    return tuple(found)


def _raw(tags: Sequence[Seen], from_us: int, end_us: int) -> tuple[LevelsFound, ...]:
    """Measurements in which running and idling part."""
    found: list[LevelsFound] = []
    for seen in [one for one in tags if one.kind == "number" and _is_raw(one)][:RAW_MAX]:
        first_us = max(from_us, int(seen.track.ts[np.argmin(seen.track.bad)]))  # a new one was not heard all the time
        points = min(RAW_POINTS, 1 + (end_us - first_us) // SECOND_US)
        moments = np.unique(np.linspace(first_us, end_us - 1, points).astype(np.int64))
        rows = seen.track.at(moments)
        levels = levels_of(rows.value[~rows.bad].astype(np.float64))
        if levels.can_tell:
            found.append(LevelsFound(seen.name, seen.tag_id, levels))
    return tuple(found)


def _is_raw(seen: Seen) -> bool:
    """Whether it goes up and down over many values, as what is measured does."""
    value = seen.track.value[~seen.track.bad].astype(np.float64)
    steps = np.diff(value)
    return len(np.unique(value)) > VALUES_MAX and bool((steps < 0).sum() > FALLS_RAW * (steps != 0).sum())


def _why_silent(seen: Seen, moves: Moves | Because, main: Moves | None) -> Because:
    track = seen.track
    known = track.value[~track.bad]
    if not len(known):
        return Because("never-heard")
    values = len(np.unique(known))
    if values == 1:
        return Because("never-moved")
    if isinstance(moves, Because) and moves.code in ("clock", "other-unit", "same-top"):
        return moves
    if main is None:
        return Because("nothing-counts", {"values": values})
    return Because("measurement" if values > VALUES_MAX else "no-relation", {"values": values})
