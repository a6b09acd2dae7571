"""What each counter counts (all pieces, good ones, scrap) by how they move together; names only raise doubts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.clock import SECOND_US
from dovetail.meanings.model import GAPS_STILL, Because, Confidence, CounterFound, Moves, Role, at_most_likely

type Floats = NDArray[np.float64]

GRID: Final = 400  # moments at which a sum must hold
SCRAP_MIN: Final = 8  # rises of scrap from which its relation to others can be seen
SCRAP_SHARE_SURE: Final = 0.2  # of the pieces; two lanes of one machine are nearer to each other
IRREGULAR_MIN: Final = 0.5  # how unlike the ways from one scrap to the next are (standard deviation by mean)
SUM_SURE: Final = 10.0  # times what a sum is off: a third counter that happens to fit so well does not exist
TOGETHER_MIN: Final = 0.9
WINDOW_GAPS: Final = 5
SIGMAS: Final = 5.0

NAMES: Final[dict[Role, re.Pattern[str]]] = {
    "scrap": re.compile(r"scrap|reject|defect|bad|waste|ausschuss|nio|schlecht", re.IGNORECASE),
    "good": re.compile(r"good|gut|(^|_)io($|_)", re.IGNORECASE),
    "total": re.compile(r"total|processed|produced|gesamt|alle", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Told:
    """Which counter has which role, how sure, and why."""

    roles: dict[str, Role]
    confidence: Confidence
    because: Because


def role_by_name(name: str) -> Role | None:
    """What a name makes one expect."""
    return next((role for role, pattern in NAMES.items() if pattern.search(name)), None)


def told_by(moves: Sequence[Moves], from_us: int, end_us: int) -> Told:
    """The roles of a machine's counters."""
    if not moves:
        return Told({}, "unknown", Because("no-counter"))
    if len(moves) == 1:
        only = moves[0]
        role: Role = "total" if role_by_name(only.seen.name) == "total" else "good"
        return Told({only.seen.name: role}, "likely", Because("only-counter"))
    return _sum(moves, from_us, end_us) or _pair(moves, from_us, end_us) or _by_names(moves)


def _sum(moves: Sequence[Moves], from_us: int, end_us: int) -> Told | None:
    """total = good + scrap at every moment, but for what one reading may lag behind the other."""
    grid = np.linspace(from_us, end_us, GRID).astype(np.int64)
    held = {one.seen.name: _at(one, grid) for one in moves}
    for total, good, scrap in permutations(moves, 3):
        if not total.total > good.total > scrap.total or len(scrap.ts) < SCRAP_MIN:
            continue
        off = np.abs(held[total.seen.name] - held[good.seen.name] - held[scrap.seen.name]).max()
        lag = 2 * float(np.quantile(total.pieces, 0.99)) + 1
        if off > lag or scrap.total <= 4 * off:
            continue
        roles: dict[str, Role] = {total.seen.name: "total", good.seen.name: "good", scrap.seen.name: "scrap"}
        share = scrap.total / total.total
        sure = share <= SCRAP_SHARE_SURE and scrap.total > SUM_SURE * off and _irregular(scrap, good) >= IRREGULAR_MIN
        facts = {"total": total.total, "good": good.total, "scrap": scrap.total, "off": float(off)}
        return Told(roles, "sure" if sure else "likely", Because("sum", facts))
    return None


def _at(moves: Moves, grid: NDArray[np.int64]) -> Floats:
    sums = np.concatenate(([0], np.cumsum(moves.pieces)))
    return sums[np.searchsorted(moves.ts, grid, side="right")].astype(np.float64)


def _irregular(scrap: Moves, main: Moves) -> float:
    """0: one after every so many pieces, as boxes and pallets come; about 1: as chance has it."""
    between = np.diff(_at(main, scrap.ts))
    return float(between.std() / between.mean()) if len(between) and between.mean() > 0 else 0.0


def _pair(moves: Sequence[Moves], from_us: int, end_us: int) -> Told | None:
    """Of two, whether the greater holds the lesser: where a piece of scrap costs it a good one, it does not."""
    ranked = sorted(moves, key=lambda one: -one.total)
    for main, scrap in combinations(ranked, 2):
        share = scrap.total / main.total
        if share > 0.3 or len(scrap.ts) < SCRAP_MIN or _irregular(scrap, main) < IRREGULAR_MIN or _apart(main, scrap):
            continue
        slopes = [_slope(main, scrap, from_us, end_us, gaps) for gaps in (WINDOW_GAPS, 3 * WINDOW_GAPS)]
        facts: dict[str, float | int | str] = {
            "main": main.total,
            "scrap": scrap.total,
            "slope": round(slopes[0][0], 3),
        }
        named: Role | None = role_by_name(main.seen.name)
        for role, at in (("total", 0.0), ("good", -1.0)):
            if all(abs(slope - at) < 0.35 and abs(slope - (-1.0 - at)) > SIGMAS * off for slope, off in slopes):
                roles: dict[str, Role] = {
                    main.seen.name: "good" if role == "good" else "total",
                    scrap.seen.name: "scrap",
                }
                sure = len(moves) == 2 and share <= SCRAP_SHARE_SURE and slopes[0][1] < 0.1
                sure &= role == "good" or _together(main, scrap) >= TOGETHER_MIN
                return Told(roles, "sure" if sure else "likely", Because(f"pair-{role}", facts))
        if named in ("total", "good"):
            return Told({main.seen.name: named, scrap.seen.name: "scrap"}, "likely", Because("pair-by-name", facts))
        return Told({main.seen.name: "good", scrap.seen.name: "scrap"}, "likely", Because("pair-open", facts))
    return None


def _apart(main: Moves, scrap: Moves) -> bool:
    """Whether the lesser rises while the greater stands: it counts something else."""
    last = np.searchsorted(main.ts, scrap.ts, side="right") - 1
    rest = scrap.ts - main.ts[np.maximum(last, 0)]
    return bool(np.mean((last < 0) | (rest > GAPS_STILL * main.gap_us)) > 0.05)


def _together(main: Moves, scrap: Moves) -> float:
    """The share of the lesser's rises that were read together with one of the greater: boxes do not come so often."""
    return float(np.isin(scrap.ts, main.ts).mean())


def _slope(main: Moves, scrap: Moves, from_us: int, end_us: int, gaps: int) -> tuple[float, float]:
    """(pieces of the greater for each of the lesser, its standard error) against the windows on both sides.

    Against neighbours, so that a machine that runs slower for an hour says nothing of its scrap.
    """
    window_us = max(gaps * main.gap_us, 5 * SECOND_US)
    grid = np.arange(from_us, end_us, window_us, dtype=np.int64)
    a, b = np.diff(_at(main, grid)), np.diff(_at(scrap, grid))
    if len(a) < 3:
        return -0.5, 1.0
    usual = np.median(a[a > 0]) if (a > 0).any() else 0.0
    steady = (a[:-2] > 0.7 * usual) & (a[1:-1] > 0.7 * usual) & (a[2:] > 0.7 * usual)
    y = (a[1:-1] - (a[:-2] + a[2:]) / 2)[steady]
    x = (b[1:-1] - (b[:-2] + b[2:]) / 2)[steady]
    spread = float((x**2).sum())
    if spread < SCRAP_MIN or len(x) < SCRAP_MIN:
        return -0.5, 1.0
    slope = float((x * y).sum() / spread)
    off = float(np.sqrt(((y - slope * x) ** 2).sum() / max(len(x) - 2, 1) / spread))
    return slope, 1.6 * off  # neighbouring differences share their middle: they are not independent


def _by_names(moves: Sequence[Moves]) -> Told:
    """What is left is by the names alone, and only where they do not contradict each other."""
    roles: dict[str, Role] = {}
    for one in moves:
        role = role_by_name(one.seen.name)
        if role is not None and role not in roles.values():
            roles[one.seen.name] = role
    if len(roles) == 3:
        roles = {name: role for name, role in roles.items() if role != "good"}
    return Told(roles, "likely" if roles else "unknown", Because("by-name" if roles else "unrelated"))


def found_of(moves: Sequence[Moves], told: Told) -> tuple[CounterFound, ...]:
    """Each counter with its role. A name that says otherwise takes the certainty away."""
    against = {name for name, role in told.roles.items() if role_by_name(name) not in (None, role)}
    confidence = at_most_likely(told.confidence) if against else told.confidence
    return tuple(
        CounterFound(
            tag=one.seen.name,
            role=told.roles.get(one.seen.name),
            confidence=confidence if one.seen.name in told.roles else "unknown",
            because=told.because if one.seen.name in told.roles else Because("other-counter"),
            rises=len(one.ts),
            pieces=one.total,
            resets=one.resets,
            rollovers=one.rollovers,
            modulus=one.modulus,
            against_name=one.seen.name in against,
        )
        for one in moves
    )
