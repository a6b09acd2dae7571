"""A signal over a stretch of time, as columns: each row holds from its moment until the next one.

Every function of the language takes such tracks and makes one. Rows without a value are BAD and say why in `status`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q

type Kind = Literal["number", "bool", "text"]
type Values = NDArray[Any]

DTYPES: Final[dict[Kind, np.dtype[Any]]] = {
    "number": np.dtype(np.float64), "bool": np.dtype(np.bool_), "text": np.dtype(object),
}  # fmt: skip
ZEROS: Final[dict[Kind, float | bool | str]] = {"number": 0.0, "bool": False, "text": ""}


class Status(IntEnum):
    """Why a computed value is BAD, where its inputs alone do not say it; stored as the sample's native status."""

    NONE = 0
    NO_VALUE_YET = 1
    DIVIDED_BY_ZERO = 2
    NOT_A_NUMBER = 3
    OUT_OF_RANGE = 4


STATUS_WORDS: Final[dict[int, str]] = {
    Status.NO_VALUE_YET: "an input had no value yet",
    Status.DIVIDED_BY_ZERO: "division by zero",
    Status.NOT_A_NUMBER: "the result is not a number, or too large",
    Status.OUT_OF_RANGE: "the function is not defined for this value",
}


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Shapes [n], n ≥ 1: ts int64 µs ascending and distinct; value float64, bool or text; BAD rows hold the zero.

    `quality` uint16 and `status` uint8 are None where every row is GOOD.
    """

    ts: NDArray[np.int64]
    value: Values
    quality: NDArray[np.uint16] | None = None
    status: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.ts)

    @property
    def qualities(self) -> NDArray[np.uint16]:
        """The quality of every row."""
        return np.full(len(self.ts), q.GOOD, dtype=np.uint16) if self.quality is None else self.quality

    @property
    def statuses(self) -> NDArray[np.uint8]:
        """The status of every row."""
        return np.zeros(len(self.ts), dtype=np.uint8) if self.status is None else self.status

    @property
    def bad(self) -> NDArray[np.bool_]:
        """Which rows have no value."""
        if self.quality is None:
            return np.zeros(len(self.ts), dtype=np.bool_)
        return (self.quality & q.MAJOR_MASK) == q.BAD

    def take(self, which: NDArray[np.intp] | NDArray[np.bool_] | slice, ts: NDArray[np.int64] | None = None) -> Track:
        """The rows selected; `ts` gives them other moments."""
        return Track(
            self.ts[which] if ts is None else ts,
            self.value[which],
            None if self.quality is None else self.quality[which],
            None if self.status is None else self.status[which],
        )

    def at(self, moments: NDArray[np.int64]) -> Track:
        """As it stands at these moments, none of which lies before its first row."""
        if moments is self.ts:
            return self
        return self.take(np.searchsorted(self.ts, moments, side="right") - 1, moments)

    def after(self, from_us: int, upto_us: int) -> Track:
        """The rows with from_us < ts ≤ upto_us; may be none."""
        start, end = np.searchsorted(self.ts, (from_us, upto_us), side="right")
        return self.take(slice(int(start), int(end)))

    def until(self, upto_us: int) -> Track:
        """Up to and including a moment, which its first row does not lie behind."""
        if self.ts[-1] <= upto_us:
            return self
        return self.take(slice(0, int(np.searchsorted(self.ts, upto_us, side="right"))))

    def since(self, from_us: int) -> Track:
        """From a moment on, which becomes its first row."""
        place = max(int(np.searchsorted(self.ts, from_us, side="right")) - 1, 0)
        rest = self.take(slice(place, None))
        if rest.ts[0] >= from_us:
            return rest
        ts = rest.ts.copy()
        ts[0] = from_us
        return rest.take(slice(None), ts)

    def changes(self) -> Track:
        """Without the rows that say the same as the one before."""
        if len(self.ts) < 2:
            return self
        new = np.ones(len(self.ts), dtype=np.bool_)
        new[1:] = self.value[1:] != self.value[:-1]
        if self.quality is not None:
            new[1:] |= self.quality[1:] != self.quality[:-1]
        if self.status is not None:
            new[1:] |= self.status[1:] != self.status[:-1]
        return self if new.all() else self.take(new)


def unknown(at_us: int, kind: Kind, *, quality: int = q.BAD, status: int = Status.NO_VALUE_YET) -> Track:
    """A signal of which nothing is known from a moment on."""
    return Track(
        np.array([at_us], dtype=np.int64),
        np.array([ZEROS[kind]], dtype=DTYPES[kind]),
        np.array([quality], dtype=np.uint16),
        np.array([status], dtype=np.uint8),
    )


def constant(at_us: int, value: float | bool | str) -> Track:
    """The same value from a moment on."""
    return Track(np.array([at_us], dtype=np.int64), np.array([value], dtype=DTYPES[kind_of(value)]))


def kind_of(value: float | bool | str) -> Kind:
    """Of which kind a constant is."""
    match value:
        case bool():
            return "bool"
        case str():
            return "text"
        case _:
            return "number"


def aligned(tracks: Sequence[Track]) -> list[Track]:
    """The same tracks with rows at the same moments, wherever one of them has one, from where all have begun."""
    first = tracks[0].ts
    if all(track.ts is first for track in tracks[1:]):
        return list(tracks)
    starts = {int(track.ts[0]) for track in tracks}
    if len(starts) > 1:
        tracks = [track.since(max(starts)) for track in tracks]
    longer = [track.ts for track in tracks if len(track.ts) > 1] or [tracks[0].ts]
    ts = longer[0]
    if any(len(one) != len(ts) or not np.array_equal(one, ts) for one in longer[1:]):
        ts = np.unique(np.concatenate(longer))
    return [track if len(track.ts) == len(ts) else track.at(ts) for track in tracks]


def worst(tracks: Sequence[Track]) -> tuple[NDArray[np.uint16] | None, NDArray[np.uint8] | None]:
    """Quality and status of what follows from all of them: the worst, of two equally bad the first."""
    quality: NDArray[np.uint16] | None = None
    status: NDArray[np.uint8] | None = None
    for track in tracks:
        if track.quality is None:
            continue
        if quality is None or status is None:
            plain = (track.quality & q.MAJOR_MASK) == q.GOOD
            quality = np.where(plain, q.GOOD, track.quality & 0xFF).astype(np.uint16)
            status = track.statuses
            continue
        worse = (track.quality & q.MAJOR_MASK) < (quality & q.MAJOR_MASK)
        quality = np.where(worse, track.quality & 0xFF, quality).astype(np.uint16)
        status = np.where(worse, track.statuses, status).astype(np.uint8)
    return quality, status


def made(
    ts: NDArray[np.int64],
    value: Values,
    quality: NDArray[np.uint16] | None,
    status: NDArray[np.uint8] | None,
    *,
    failed: Status = Status.NOT_A_NUMBER,
) -> Track:
    """A track whose BAD rows hold no value; numbers that are none become BAD with the status `failed`."""
    broken = None
    if value.dtype.kind == "f":
        finite = np.isfinite(value)
        broken = None if finite.all() else ~finite
    if quality is None and broken is None:
        return Track(ts, value)
    quality = np.full(len(ts), q.GOOD, dtype=np.uint16) if quality is None else quality.copy()
    status = np.zeros(len(ts), dtype=np.uint8) if status is None else status.copy()
    bad = (quality & q.MAJOR_MASK) == q.BAD
    if broken is not None:
        new = broken & ~bad
        quality[new], status[new] = q.BAD, failed
        bad |= new
    if bad.any():
        value = value.copy()
        value[bad] = False if value.dtype.kind == "b" else "" if value.dtype.kind == "O" else 0.0
    elif bool((quality == q.GOOD).all()):
        return Track(ts, value)
    return Track(ts, value, quality, status)


def track_of(
    kind: Kind,
    ts: NDArray[np.int64],
    value: Values,
    quality: NDArray[np.uint16],
    *,
    valid: NDArray[np.bool_],
    start_us: int,
) -> Track:
    """Samples of one tag, in the order of arrival, as a track from `start_us` on.

    Of several at one moment those said again by ourselves count most, then GOOD ones, then the last to arrive. A number
    that is none is BAD.
    """
    said = quality >> 11
    good = q.good_mask(quality)
    if len(ts) > 1 and not bool((ts[1:] > ts[:-1]).all()):
        order = np.lexsort((good, said, ts))
        keep = np.append(ts[order][1:] != ts[order][:-1], True)
        order = order[keep]
        ts, value, quality, valid = ts[order], value[order], quality[order], valid[order]
    before = int(np.searchsorted(ts, start_us, side="right"))
    first = max(before - 1, 0)
    ts, value, quality, valid = ts[first:], value[first:], quality[first:], valid[first:]
    value = value.astype(DTYPES[kind], copy=False)
    marks = np.where(valid, quality, quality & ~np.uint16(q.MAJOR_MASK)).astype(np.uint16)
    plain = bool(((marks & q.MAJOR_MASK) == q.GOOD).all())
    track = (
        made(ts, value, None if plain else (marks & 0xFF).astype(np.uint16), None)
        if len(ts)
        else unknown(start_us, kind)
    )
    if track.ts[0] > start_us:
        return joined(unknown(start_us, kind), track)
    return track.since(start_us)


def joined(first: Track, then: Track) -> Track:
    """One track after the other."""
    plain = first.quality is None and then.quality is None
    return Track(
        np.concatenate((first.ts, then.ts)),
        np.concatenate((first.value, then.value)),
        None if plain else np.concatenate((first.qualities, then.qualities)),
        None if plain else np.concatenate((first.statuses, then.statuses)),
    )
