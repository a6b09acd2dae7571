"""Which signals count: what only rises, but for beginning anew, and neither measures nor tells the time."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.clock import SECOND_US
from dovetail.meanings.model import GAP_MIN_US, GAPS_STILL, Because, Moments, Moves, Seen, Span, spans_of

RISES_MIN: Final = 10  # fewer rises may be a setpoint or an order number
FALLS_MAX: Final = 0.02  # of all changes; what falls more often goes up and down
FALLS_ALIKE: Final = 4  # so many times back from the same value: a position, or a count of what fits a box
FALLS_SELDOM: Final = 0.5  # of the rises: what falls as often as it rises is a measurement with noise
TOPS: Final = (1 << 8, 1 << 15, 1 << 16, 1 << 31, 1 << 32, 10**3, 10**4, 10**5, 10**6, 10**7, 10**8, 10**9)
CLOCKS_PER_S: Final = (1000.0, 100.0, 10.0, 1.0, 1 / 60, 1 / 3600)  # ticks of what counts time and not pieces
CLOCK_MATCH: Final = 0.005
EXACT_MAX: Final = float(1 << 53)  # beyond it a number column cannot tell one piece from the next


def is_of_pieces(unit: str | None) -> bool:
    """Whether a unit leaves room for pieces: none at all, one, or an annotation such as `{#}`."""
    return unit is None or unit in ("", "1") or (unit.startswith("{") and unit.endswith("}"))


def moves_of(seen: Seen, end_us: int) -> Moves | Because:
    """A tag's rises, or why it is no counter of pieces."""
    track = seen.track
    good = ~track.bad
    if seen.kind != "number" or not good.any():
        return Because("no-number")
    ts, value = track.ts[good], track.value[good].astype(np.float64)
    if not is_of_pieces(seen.unit):
        return Because("other-unit", {"unit": seen.unit or ""})
    if np.any(np.abs(value) > EXACT_MAX) or np.any(np.abs(value - np.round(value)) > 1e-6):
        return Because("fractions")
    whole = np.round(value).astype(np.int64)
    steps = np.diff(whole)
    if not steps.any():
        return Because("never-moved")
    ups, downs = np.flatnonzero(steps > 0), np.flatnonzero(steps < 0)
    if len(ups) < RISES_MIN:
        return Because("hardly-moved", {"rises": len(ups)})
    tops = whole[downs]
    if FALLS_ALIKE <= len(downs) <= FALLS_SELDOM * len(ups) and np.ptp(tops) <= max(
        2 * np.median(steps[ups]), 0.02 * tops.max()
    ):
        return Because("same-top", {"top": int(tops.max()), "falls": len(downs)})
    if len(downs) > max(2.0, FALLS_MAX * (len(ups) + len(downs))):
        return Because("up-and-down", {"falls": len(downs)})
    return _counted(seen, ts, whole, end_us)


def _counted(seen: Seen, ts: Moments, whole: Moments, end_us: int) -> Moves | Because:
    steps = np.diff(whole)
    usual = float(np.quantile(steps[steps > 0], 0.99))
    tops, resets, rollovers = list[int](), list[int](), list[int]()
    downs = np.flatnonzero(steps < 0)
    pieces = steps.copy()
    for at in downs.tolist():
        before, after = int(whole[at]), int(whole[at + 1])
        top = _top(before, after, usual)
        if top is not None:
            tops.append(top)
            rollovers.append(int(ts[at + 1]))
            pieces[at] = top - before + after
        elif 0 <= after <= max(2 * usual, 0.1 * before):
            resets.append(int(ts[at + 1]))
            pieces[at] = after
        else:
            return Because("up-and-down", {"falls": len(downs)})
    if len(set(tops)) > 1:
        return Because("up-and-down", {"falls": len(downs)})
    rises = np.flatnonzero(pieces > 0)
    moments = ts[1:][rises]
    ticks = _clock(moments, pieces[rises])
    gap_us = max(GAP_MIN_US, int(np.median(np.diff(moments))))
    unread = spans_of(seen.track.ts, seen.track.bad, end_us)
    modulus = tops[0] if tops else None
    found = Moves(seen, moments, pieces[rises], gap_us, tuple(resets), tuple(rollovers), modulus, unread, ticks)
    return Because("clock", {"per_s": ticks}) if ticks and len(runs(found)) == 1 else found


def _top(before: int, after: int, usual: float) -> int | None:
    """Where a counter began anew, if the step over the top is one that it makes anyhow."""
    for top in TOPS:
        if before < top and 0 <= after < 0.1 * top and before > 0.9 * top and top - before + after <= 3 * usual + 1:
            return top
    return None


def _clock(ts: Moments, pieces: Moments) -> float | None:
    """The ticks a second of what runs like a clock whenever it runs; None where the pace is one of pieces."""
    spans = np.diff(ts) / SECOND_US
    step = pieces[1:].astype(np.float64)
    together = spans <= GAPS_STILL * np.median(spans)
    if not together.any():
        return None
    per_s = float(step[together].sum() / spans[together].sum())
    near = next((one for one in CLOCKS_PER_S if abs(per_s / one - 1) < CLOCK_MATCH), None)
    if near is None:
        return None
    off = step[together] - near * spans[together]  # of one reading by the scan's own jitter, never of many
    return near if np.ptp(np.cumsum(off)) <= 1.5 * max(1.0, float(np.quantile(step, 0.99))) else None


def still(moves: Moves, from_us: int, end_us: int) -> list[Span]:
    """The stretches in which a counter stands still, without the moments about which its gaps leave a doubt."""
    edges = np.concatenate(([from_us], moves.ts, [end_us]))
    long = np.flatnonzero(np.diff(edges) > GAPS_STILL * moves.gap_us)
    found = [(int(edges[at]) + moves.gap_us, int(edges[at + 1]) - moves.gap_us) for at in long.tolist()]
    return [span for span in found if not any(a < span[1] and span[0] < b for a, b in moves.unread)]


def runs(moves: Moves) -> list[NDArray[np.intp]]:
    """The rises in unbroken runs: the places [first … last] of each."""
    gaps = np.diff(moves.ts) > GAPS_STILL * moves.gap_us
    return np.split(np.arange(len(moves.ts)), np.flatnonzero(gaps) + 1)
