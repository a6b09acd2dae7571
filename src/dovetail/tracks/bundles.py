"""The signals of many machines end to end, so that what is computed alike of each is computed of all at once.

A bundle is a Track that holds n others: the lanes. The k-th lane's moments are shifted so that its zero comes to lie at
k · stride; no lane reaches into the next one. What looks at one moment only says of a bundle what it says of each lane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.tracks.columns import DTYPES, ZEROS, Kind, Status, Track, kind_of, made

type Part = tuple[NDArray[np.int64], NDArray[Any], NDArray[np.uint16], NDArray[np.bool_]]
type Moments = NDArray[np.int64]

EVER_US: Final = -(1 << 62)
FITTING: Final[dict[Kind, str]] = {"number": "fiu", "bool": "b", "text": "O"}


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """Where the lanes of a bundle lie: int64[n] `zero_us` is the moment with which each begins, `upto_us` its last."""

    zero_us: Moments
    upto_us: Moments
    stride_us: int = field(init=False)
    origin: Moments = field(init=False)  # of each lane, in the bundle
    last: Moments = field(init=False)  # where each ends, in the bundle

    def __post_init__(self) -> None:
        stride_us = int((self.upto_us - self.zero_us).max()) + 1
        one = len(self.zero_us) == 1
        origin = self.zero_us if one else np.arange(len(self.zero_us), dtype=np.int64) * stride_us
        object.__setattr__(self, "stride_us", stride_us)
        object.__setattr__(self, "origin", origin)
        object.__setattr__(self, "last", self.placed(self.upto_us))

    @classmethod
    def one(cls, upto_us: int) -> Lanes:
        """A single lane since ever: a track is a bundle of one, at its own moments."""
        return cls(np.array([EVER_US], dtype=np.int64), np.array([upto_us], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.zero_us)

    def placed(self, moments_us: Moments) -> Moments:
        """A moment of each lane as it stands in the bundle."""
        return moments_us - self.zero_us + self.origin

    def first(self, ts: Moments) -> NDArray[np.intp]:
        """The first row of each lane."""
        return np.searchsorted(ts, self.origin)

    def of(self, ts: Moments) -> NDArray[np.int64]:
        """Which lane each row belongs to."""
        return np.zeros(len(ts), dtype=np.int64) if len(self) == 1 else ts // self.stride_us

    def begins(self, ts: Moments) -> NDArray[np.bool_]:
        """Which rows are the first of their lane."""
        begins = np.zeros(len(ts), dtype=np.bool_)
        begins[self.first(ts)] = True
        return begins

    def moments_us(self, ts: Moments) -> Moments:
        """The rows' own moments."""
        lane = self.of(ts)
        return ts - self.origin[lane] + self.zero_us[lane]


def everywhere(value: float | bool | str, lanes: Lanes) -> Track:
    """The same value in every lane from its beginning on."""
    column = np.empty(len(lanes), dtype=DTYPES[kind_of(value)])
    column[:] = value
    return Track(lanes.origin, column)


def since(bundle: Track, lanes: Lanes, from_us: Moments) -> Track:
    """From a moment of each lane on (as it stands in the bundle), which becomes the lane's first row."""
    ts = bundle.ts
    first = np.maximum(np.searchsorted(ts, from_us, side="right") - 1, lanes.first(ts))
    lane = lanes.of(ts)
    rest = bundle.take(np.arange(len(ts)) >= first[lane])
    moved = rest.ts.copy()
    begins = lanes.first(moved)
    moved[begins] = np.maximum(moved[begins], from_us)
    return Track(moved, rest.value, rest.quality, rest.status)


def changes(bundle: Track, lanes: Lanes) -> Track:
    """Without the rows that say the same as the one before in their lane."""
    if len(bundle) == len(lanes):
        return bundle
    new = np.ones(len(bundle), dtype=np.bool_)
    new[1:] = bundle.value[1:] != bundle.value[:-1]
    if bundle.quality is not None:
        new[1:] |= bundle.quality[1:] != bundle.quality[:-1]
    if bundle.status is not None:
        new[1:] |= bundle.status[1:] != bundle.status[:-1]
    new[lanes.first(bundle.ts)] = True
    return bundle if new.all() else bundle.take(new)


def evened(bundles: Sequence[Track], lanes: Lanes) -> list[Track]:
    """The same bundles, each lane from where it has begun in all of them."""
    begins = [bundle.ts[lanes.first(bundle.ts)] for bundle in bundles]
    latest = np.maximum.reduce(begins)
    return [
        bundle if np.array_equal(begin, latest) else since(bundle, lanes, latest)
        for bundle, begin in zip(bundles, begins, strict=True)
    ]


def gathered(kind: Kind, samples: Sequence[Sequence[Part]], lanes: Lanes) -> Track:
    """The samples of a tag for each lane, in parts in the order of arrival, as a bundle: `track_of` of all at once.

    The values of every part fit the kind (`FITTING`).
    """
    flat = [part for parts in samples for part in parts]
    if not flat:
        return _unknown(lanes, np.arange(len(lanes)), kind)
    counts = [sum([len(part[0]) for part in parts]) for parts in samples]
    lane = np.repeat(np.arange(len(lanes)), counts)
    ts = np.concatenate([part[0] for part in flat])
    value = np.concatenate([part[1] for part in flat])
    quality = np.concatenate([part[2] for part in flat])
    valid = np.concatenate([part[3] for part in flat])
    keep = _kept(ts, lane, quality)
    keep = keep[_matters(ts[keep], lane[keep], lanes)]
    ts, lane, quality, valid = ts[keep], lane[keep], quality[keep], valid[keep]
    marks = np.where(valid, quality, quality & ~np.uint16(q.MAJOR_MASK)).astype(np.uint16)
    marks = _plain(marks, lane, len(lanes))
    ts = np.maximum(ts, lanes.zero_us[lane])
    inside = ts <= lanes.upto_us[lane]
    ts = ts - lanes.zero_us[lane] + lanes.origin[lane]
    track = Track(ts, value[keep].astype(DTYPES[kind], copy=False), marks)
    track, ts = track.take(inside), ts[inside]
    track = made(ts, track.value, None if bool((track.qualities == q.GOOD).all()) else track.quality, None)
    if not len(ts):
        return _unknown(lanes, np.arange(len(lanes)), kind)
    begun = ts[np.minimum(lanes.first(ts), len(ts) - 1)] == lanes.origin
    return track if begun.all() else _merged(_unknown(lanes, np.flatnonzero(~begun), kind), track)


def _kept(ts: Moments, lane: NDArray[np.intp], quality: NDArray[np.uint16]) -> NDArray[np.intp]:
    """The rows in the order of lanes and time; of several at one moment the one that counts."""
    rising = (ts[1:] > ts[:-1]) | (lane[1:] != lane[:-1])
    if bool(rising.all()):
        return np.arange(len(ts))
    order = np.lexsort((q.good_mask(quality), quality >> 11, ts, lane))
    last = (ts[order][1:] != ts[order][:-1]) | (lane[order][1:] != lane[order][:-1])
    return order[np.append(last, True)]


def _matters(ts: Moments, lane: NDArray[np.intp], lanes: Lanes) -> NDArray[np.bool_]:
    """All rows but those that another one follows before their lane begins."""
    early = ts <= lanes.zero_us[lane]
    followed = np.zeros(len(ts), dtype=np.bool_)
    followed[:-1] = early[1:] & (lane[1:] == lane[:-1])
    return ~followed


def _plain(marks: NDArray[np.uint16], lane: NDArray[np.intp], n: int) -> NDArray[np.uint16]:
    """A lane that is GOOD throughout is plainly so; else the quality's low byte."""
    good = (marks & q.MAJOR_MASK) == q.GOOD
    if good.all():
        return np.full(len(marks), q.GOOD, dtype=np.uint16)
    mixed = np.zeros(n, dtype=np.bool_)
    mixed[lane[~good]] = True
    return np.where(mixed[lane], marks & 0xFF, q.GOOD).astype(np.uint16)


def _unknown(lanes: Lanes, which: NDArray[np.intp], kind: Kind) -> Track:
    """Nothing is known of these lanes from their beginning on."""
    value = np.empty(len(which), dtype=DTYPES[kind])
    value[:] = ZEROS[kind]
    quality = np.full(len(which), q.BAD, dtype=np.uint16)
    return Track(lanes.origin[which], value, quality, np.full(len(which), Status.NO_VALUE_YET, dtype=np.uint8))


def _merged(first: Track, second: Track) -> Track:
    """The rows of both by time; none of their moments are the same."""
    order = np.argsort(np.concatenate((first.ts, second.ts)), kind="stable")
    return Track(
        np.concatenate((first.ts, second.ts))[order],
        np.concatenate((first.value, second.value))[order],
        np.concatenate((first.qualities, second.qualities))[order],
        np.concatenate((first.statuses, second.statuses))[order],
    )
