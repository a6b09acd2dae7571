"""The rate that a machine held: the fastest of the paces at which it ran for whole minutes, and for how many."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.clock import MINUTE_US
from dovetail.meanings.model import Because, Moves, Pace, RateFound
from dovetail.meanings.moving import runs

PIECES_MIN: Final = 20  # of one stretch: fewer make no rate
NEAR: Final = 0.02  # rates as near as this are one pace
SHARE_MIN: Final = 0.08  # of the stretches; a rarer pace is an accident
STRETCHES_MIN: Final = 5
STRETCHES_SURE: Final = 10
HELD_SURE: Final = 0.5  # of the stretches belong to a pace that was held; else the pace wanders
BINS: Final = 24


def stretches(moves: Moves) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(rate in pieces/min, minutes) of stretches of a minute or more without a stop, from reading to reading."""
    rates, minutes = list[float](), list[float]()
    for run in runs(moves):
        first, pieces = int(run[0]), 0
        for at in run[1:].tolist():
            pieces += int(moves.pieces[at])
            long_us = int(moves.ts[at] - moves.ts[first])
            if long_us >= MINUTE_US and pieces >= PIECES_MIN:
                rates.append(pieces * MINUTE_US / long_us)
                minutes.append(long_us / MINUTE_US)
                first, pieces = at, 0
    return np.array(rates), np.array(minutes)


def paces(rates: NDArray[np.float64], minutes: NDArray[np.float64]) -> list[tuple[Pace, int]]:
    """(pace, stretches) that were held, the one held most often first."""
    found: list[tuple[Pace, int]] = []
    left = np.ones(len(rates), dtype=np.bool_)
    while left.any():
        near = np.array(
            [
                np.sum(left & (np.abs(rates - one) <= NEAR * one)) if ok else 0
                for one, ok in zip(rates, left, strict=True)
            ]
        )
        most = int(near.max())
        if most < max(STRETCHES_MIN, SHARE_MIN * len(rates)):
            break
        middle = float(np.median(rates[near == most]))
        ours = left & (np.abs(rates - middle) <= 2 * NEAR * middle)
        if not ours.any():
            break
        held = ours & (np.abs(rates - middle) <= NEAR * middle)
        rate = float(np.average(rates[held], weights=minutes[held])) if held.any() else middle
        found.append((Pace(rate, float(minutes[ours].sum())), int(ours.sum())))
        left &= ~ours
    return found


def _stands_out(rates: NDArray[np.float64], rate: float) -> bool:
    """Whether there is less beside a pace than at it: a pace that chance scattered has no middle of its own."""
    off = np.abs(rates / rate - 1)
    beside = np.sum((off > NEAR) & (off <= 3 * NEAR))
    return bool(beside <= 0.5 * np.sum(off <= NEAR))


def rate_of(moves: Moves) -> RateFound | None:
    """The best pace that was held; None where no minute was without a stop."""
    rates, minutes = stretches(moves)
    if not len(rates):
        return None
    counts, edges = np.histogram(rates, bins=BINS)
    histogram = tuple((float(a), float(b), int(n)) for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True))
    held = paces(rates, minutes)
    if not held:
        best = Pace(float(np.quantile(rates, 0.9)), float(minutes.sum()))
        facts: dict[str, float | int | str] = {"minutes": round(float(minutes.sum()), 1)}
        return RateFound(best.rate_upm, "unknown", Because("wandering", facts), (), histogram)
    fastest, stretches_held = max(held, key=lambda one: one[0].rate_upm)
    steady = sum(number for _, number in held) >= HELD_SURE * len(rates)
    sure = stretches_held >= STRETCHES_SURE and steady and _stands_out(rates, fastest.rate_upm)
    facts = {"rate": round(fastest.rate_upm, 2), "minutes": round(fastest.minutes, 1), "paces": len(held)}
    ordered = tuple(sorted((pace for pace, _ in held), key=lambda one: -one.rate_upm))
    code = "held" if len(held) == 1 else "several"
    return RateFound(fastest.rate_upm, "sure" if sure else "likely", Because(code, facts), ordered, histogram)
