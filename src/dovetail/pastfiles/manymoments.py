"""The times of many rows at once: those that are written as most are, digit by digit in columns, the others one by one,
each different text once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

FIXED, WALL, UNKNOWN, NONE = 0, 1, 2, 3
_LONG: Final = 40  # characters; what is longer is no time as most are
_DIGITS: Final = np.array([0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18])  # of YYYY-MM-DD hh:mm:ss
_SIGNS: Final = ((4, "-"), (7, "-"), (13, ":"), (16, ":"))
_WHOLE: Final = 19
_SECOND, _MINUTE, _HOUR, _DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
_UNITS: Final = {"s": (_SECOND, 1), "ms": (1_000, 1), "us": (1, 1), "ns": (1, 1_000)}
_SERIAL_MOST: Final = 80_000  # what is less may be a spreadsheet's day

type Codes = NDArray[np.uint32]
type Single = Callable[[str], tuple[int, bool]]  # (µs, whether it is a wall time); raises ValueError


@dataclass(slots=True)
class Told:
    """Of m texts: `us` int64[m], µs since 1970 (of a wall time as if it were UTC's); `state` uint8[m]: FIXED, WALL or
    NONE, then `why` says by its place what is wrong."""

    us: NDArray[np.int64]
    state: NDArray[np.uint8]
    why: dict[int, str] = field(default_factory=dict[int, str])


def told(texts: Sequence[str], single: Single, *, unit: str | None, is_plain: bool) -> Told:
    """Texts as moments. `is_plain`: they follow no pattern of their own."""
    found = Told(np.zeros(len(texts), np.int64), np.full(len(texts), UNKNOWN, np.uint8))
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    if is_plain and len(texts) and sizes.max() <= _LONG:
        codes = np.array(texts, dtype=f"U{max(1, int(sizes.max()))}").view(np.uint32).reshape(len(texts), -1)
        for size in np.unique(sizes[sizes > 0]).tolist():
            at = np.flatnonzero(sizes == size)
            some = codes[at, :size]
            us, state = _numbers(some, unit) if size <= _WHOLE - 1 else _dates(some)
            if size == _WHOLE and (state == UNKNOWN).all():
                us, state = _numbers(some, unit)
            found.us[at], found.state[at] = us, state
    known = dict[str, tuple[int, bool] | str]()
    for at in np.flatnonzero(found.state == UNKNOWN).tolist():
        text = texts[at]
        if text not in known:
            known[text] = _alone(text, single)
        answer = known[text]
        if isinstance(answer, str):
            found.state[at], found.why[at] = NONE, answer
        else:
            found.us[at], found.state[at] = answer[0], WALL if answer[1] else FIXED
    return found


def _alone(text: str, single: Single) -> tuple[int, bool] | str:
    try:
        us, is_wall = single(text)
    except (ValueError, OverflowError) as error:
        return str(error)
    limits = np.iinfo(np.int64)
    return min(max(us, limits.min), limits.max), is_wall  # both lie where no signal of a plant is


def _numbers(codes: Codes, unit: str | None) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Digits: since 1970, in a unit, or in the one that their size says."""
    digits = codes.astype(np.int64) - ord("0")
    fine = ((digits >= 0) & (digits <= 9)).all(axis=1)
    number = np.where(fine[:, np.newaxis], digits, 0) @ (10 ** np.arange(codes.shape[1] - 1, -1, -1, dtype=np.int64))
    sizes = (10**11, 10**14, 10**17)
    which = np.full(len(codes), list(_UNITS).index(unit)) if unit else np.searchsorted(sizes, number, side="right")
    times, parts = np.array(list(_UNITS.values()), dtype=np.int64)[which].T
    fine &= (number > _SERIAL_MOST) & (number < np.iinfo(np.int64).max // times)
    us = np.where(fine, number, 0) * times // parts
    return us, np.where(fine, FIXED, UNKNOWN).astype(np.uint8)


def _dates(codes: Codes) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """YYYY-MM-DD, T or a space, hh:mm:ss, maybe a fraction, maybe Z or an offset of hours and minutes."""
    n, size = codes.shape
    digits = codes.astype(np.int64) - ord("0")
    is_digit = (digits >= 0) & (digits <= 9)
    fine = is_digit[:, _DIGITS].all(axis=1) & np.isin(codes[:, 10], (ord("T"), ord(" ")))
    for at, sign in _SIGNS:
        fine &= codes[:, at] == ord(sign)
    shift, zone, state = np.zeros(n, np.int64), np.zeros(n, np.int64), np.full(n, WALL, np.uint8)
    if size > _WHOLE:
        utc = codes[:, -1] == ord("Z")
        state[utc], zone[utc] = FIXED, 1
    if size >= _WHOLE + 6:
        offset = np.isin(codes[:, -6], (ord("+"), ord("-"))) & (codes[:, -3] == ord(":"))
        hours, minutes = digits[:, -5] * 10 + digits[:, -4], digits[:, -2] * 10 + digits[:, -1]
        offset &= is_digit[:, [-5, -4, -2, -1]].all(axis=1) & (hours < 24) & (minutes < 60)
        state[offset], zone[offset] = FIXED, 6
        shift[offset] = (np.where(codes[:, -6] == ord("-"), -1, 1) * (hours * _HOUR + minutes * _MINUTE))[offset]
    fraction, fits = _fraction(codes, digits, is_digit, size - zone)
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    month, day, hour, minute, second = (digits[:, at] * 10 + digits[:, at + 1] for at in (5, 8, 11, 14, 17))
    fine &= fits & (year > 0) & (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 60)
    months = np.where(fine, (year - 1970) * 12 + month - 1, 0).astype("M8[M]")
    days = months.astype("M8[D]").astype(np.int64)
    fine &= day <= (months + np.timedelta64(1, "M")).astype("M8[D]").astype(np.int64) - days
    us = (days + day - 1) * _DAY + hour * _HOUR + minute * _MINUTE + second * _SECOND + fraction - shift
    return np.where(fine, us, 0), np.where(fine, state, UNKNOWN).astype(np.uint8)


def _fraction(
    codes: Codes, digits: NDArray[np.int64], is_digit: NDArray[np.bool_], end: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(µs, whether there is none or one as it must be) of what stands between the seconds and `end`."""
    us, places = np.zeros(len(codes), np.int64), np.arange(codes.shape[1])
    within = (places > _WHOLE) & (places < end[:, np.newaxis])
    fits = (is_digit | ~within).all(axis=1) & (end != _WHOLE + 1)
    if codes.shape[1] > _WHOLE:
        fits &= (codes[:, _WHOLE] == ord(".")) | (end == _WHOLE)
    for place in range(_WHOLE + 1, min(_WHOLE + 7, codes.shape[1])):  # what is finer than µs is cut off
        us += np.where(within[:, place], digits[:, place], 0) * 10 ** (_WHOLE + 6 - place)
    return us, fits
