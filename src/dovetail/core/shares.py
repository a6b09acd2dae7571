"""Whole parts of a whole: pieces among machines' stretches of time, a slice among the jobs that shared it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SHARE_PPM: Final = 1_000_000  # the shares of the jobs of one slice come to exactly this


def split(quantity: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of `quantity` in proportion to `weights`, by largest remainder; the earlier part wins a tie.

    >>> split(10, [1, 1, 1])
    [4, 3, 3]
    >>> split(-10, [1, 1, 1])
    [-4, -3, -3]
    """
    if not quantity or len(weights) == 1:  # nearly always, and asked for each slice that is cut
        return [quantity] * len(weights)
    sign, size, total = (-1 if quantity < 0 else 1), abs(quantity), sum(weights)
    parts = [size * weight // total for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % total), i))
    for i in by_rest[: size - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def shares(given_ppm: Sequence[int | None]) -> list[int]:
    """The shares of jobs that run at once, in ppm: what they were given; those given none divide the rest evenly.

    Where all were given one, and they do not come to the whole (a job has ended), they keep their proportions.

    >>> shares([None]), shares([None, None, None])
    ([1000000], [333334, 333333, 333333])
    >>> shares([None, 250_000]), shares([250_000, 250_000])
    ([750000, 250000], [500000, 500000])
    """
    if len(given_ppm) == 1:
        return [SHARE_PPM]
    open_to_rest = [ppm is None for ppm in given_ppm]
    rest = max(SHARE_PPM - sum(ppm or 0 for ppm in given_ppm), len(given_ppm))  # a job that runs has some share
    among = iter(split(rest, [1] * sum(open_to_rest)) if any(open_to_rest) else ())
    return split(SHARE_PPM, [next(among) if ppm is None else ppm for ppm in given_ppm])
