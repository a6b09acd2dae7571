"""Functions that look at one moment only: what they say of columns they say of each row alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.tracks.columns import Status, Track, aligned, made, worst
from dovetail.tracks.windows import Span

type Values = NDArray[Any]
type Compute = Callable[[list[Track], tuple[float | str, ...], Span], Track]

BIT_MAX: Final = 52  # whole numbers beyond 2⁵³ are not exact


def _over(compute: Callable[..., Values], *, failed: Status = Status.NOT_A_NUMBER) -> Compute:
    """A function of columns of values; the quality of each row is the worst of its inputs."""

    def computed(tracks: list[Track], fixed: tuple[float | str, ...], _span: Span) -> Track:
        rows = aligned(tracks)
        with np.errstate(all="ignore"):
            value = compute(*(row.value for row in rows), *fixed)
        return made(rows[0].ts, value, *worst(rows), failed=failed)

    return computed


def _divided(compute: Callable[[Values, Values], Values]) -> Compute:
    """Division by zero has a name of its own."""

    def computed(tracks: list[Track], _fixed: tuple[float | str, ...], _span: Span) -> Track:
        left, right = aligned(tracks)
        zero = right.value == 0
        with np.errstate(all="ignore"):
            value = compute(left.value, right.value)
        found = made(left.ts, value, *worst((left, right)))
        blamed = zero & ~left.bad & ~right.bad
        if not blamed.any():
            return found
        quality, status = found.qualities.copy(), found.statuses.copy()
        quality[blamed], status[blamed] = q.BAD, Status.DIVIDED_BY_ZERO
        return made(left.ts, found.value, quality, status)

    return computed


ARITHMETIC: Final[Mapping[str, Compute]] = {
    "+": _over(np.add),
    "-": _over(np.subtract),
    "*": _over(np.multiply),
    "/": _divided(np.divide),
    "//": _divided(np.floor_divide),
    "%": _divided(np.mod),
    "**": _over(np.power, failed=Status.OUT_OF_RANGE),
}


def _compared(compute: Callable[[Values, Values], Values]) -> Compute:
    return _over(lambda a, b: np.asarray(compute(a, b), dtype=np.bool_))


COMPARISONS: Final[Mapping[str, Compute]] = {
    "<": _compared(np.less),
    "<=": _compared(np.less_equal),
    ">": _compared(np.greater),
    ">=": _compared(np.greater_equal),
    "==": _compared(lambda a, b: a == b),
    "!=": _compared(lambda a, b: a != b),
}


def _all(*columns: Values) -> Values:
    return np.logical_and.reduce(columns)


def _any(*columns: Values) -> Values:
    return np.logical_or.reduce(columns)


def _least(*columns: Values) -> Values:
    return np.minimum.reduce(columns)


def _most(*columns: Values) -> Values:
    return np.maximum.reduce(columns)


def _round(x: Values, digits: float) -> Values:
    return np.round(x, int(digits))


def _scaled(x: Values, from_low: Values, from_high: Values, to_low: Values, to_high: Values) -> Values:
    return to_low + (x - from_low) * ((to_high - to_low) / (from_high - from_low))


def _linear(x: Values, factor: float, offset: float) -> Values:
    return x * factor + offset


negative: Final = _over(np.negative)
both: Final = _over(_all)
either: Final = _over(_any)
contrary: Final = _over(np.logical_not)
absolute: Final = _over(np.abs)
smallest: Final = _over(_least)
largest: Final = _over(_most)
rounded: Final = _over(_round)
floor: Final = _over(np.floor)
ceil: Final = _over(np.ceil)
root: Final = _over(np.sqrt, failed=Status.OUT_OF_RANGE)
clamp: Final = _over(lambda x, low, high: np.minimum(np.maximum(x, low), high))
scale: Final = _over(_scaled, failed=Status.OUT_OF_RANGE)
converted: Final = _over(_linear)
number: Final = _over(lambda a: a.astype(np.float64))


def bit(tracks: list[Track], fixed: tuple[float | str, ...], _span: Span) -> Track:
    """Whether a bit is set; of a number that is not whole, negative or not exact nobody knows."""
    (row,) = aligned(tracks)
    whole = (row.value >= 0) & (row.value < 2.0 ** (BIT_MAX + 1)) & (row.value == np.floor(row.value))
    plain = np.where(whole, row.value, 0.0).astype(np.int64)
    value = (plain >> int(fixed[0])) & 1 == 1
    quality, status = row.qualities.copy(), row.statuses.copy()
    blamed = ~whole & ~row.bad
    quality[blamed], status[blamed] = q.BAD, Status.OUT_OF_RANGE
    return made(row.ts, value, quality, status)


def _picked(which: NDArray[np.bool_], first: Track, second: Track) -> tuple[Values, Any, Any]:
    value = np.where(which, first.value, second.value)
    if first.quality is None and second.quality is None:
        return value, None, None
    quality = np.where(which, first.qualities, second.qualities).astype(np.uint16)
    return value, quality, np.where(which, first.statuses, second.statuses).astype(np.uint8)


def choose(tracks: list[Track], _fixed: tuple[float | str, ...], _span: Span) -> Track:
    """The branch that the test names; the quality is the worst of the test and of that branch."""
    test, first, second = aligned(tracks)
    value, quality, status = _picked(test.value, first, second)
    return made(test.ts, value, *worst((test, Track(test.ts, value, quality, status))))


def if_good(tracks: list[Track], _fixed: tuple[float | str, ...], _span: Span) -> Track:
    """The first where it is GOOD, else the second."""
    first, second = aligned(tracks)
    good = (first.qualities & q.MAJOR_MASK) == q.GOOD
    value, quality, status = _picked(good, first, second)
    return made(first.ts, value, quality, status)


def is_good(tracks: list[Track], _fixed: tuple[float | str, ...], _span: Span) -> Track:
    """Whether it is GOOD."""
    (row,) = aligned(tracks)
    return Track(row.ts, (row.qualities & q.MAJOR_MASK) == q.GOOD)
