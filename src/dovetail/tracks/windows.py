"""Functions that look back: how a signal moved, how long it has stood, what it was in the mean.

All look back no further than their window, so what they say is a function of the samples in it alone: a restart, a late
sample and a replay come to the same. Moving windows are looked at on a fixed grid of event time, sixty times while one
passes; edges and delays at their exact moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError
from dovetail.core.limits import TRACK_ROWS_MAX, WINDOW_ROWS_MAX, WINDOW_TICK_MIN_US, WINDOW_TICKS
from dovetail.tracks.columns import Status, Track, made

type Moments = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Span:
    """What a function says is needed from the first moment on up to the second."""

    from_us: int
    upto_us: int


def _merged(ts: Moments, more: Moments, span: Span) -> Moments:
    more = more[(more > ts[0]) & (more <= span.upto_us)]
    return np.unique(np.concatenate((ts, more))) if len(more) else ts


def _runs(track: Track) -> tuple[Moments, Moments]:
    """Begin and end of every stretch in which the signal is true and known; the end of an open one is far away."""
    true = track.value & ~track.bad
    edge = np.diff(np.concatenate(([False], true, [False])).astype(np.int8))
    begins = np.flatnonzero(edge > 0)
    ends = np.flatnonzero(edge < 0)
    ends_us = np.append(track.ts, np.iinfo(np.int64).max)[ends]
    return track.ts[begins], ends_us


def on_delay(track: Track, window_us: int, span: Span) -> Track:
    """True once the signal has been true for the whole window without a break; a BAD moment breaks it."""
    track = track.changes()
    begins, _ = _runs(track)
    if not len(begins):
        return made(track.ts, np.zeros(len(track), dtype=np.bool_), track.quality, track.status)
    ts = _merged(track.ts, begins + window_us, span)
    seen = track.at(ts)
    since = begins[np.maximum(np.searchsorted(begins, ts, side="right") - 1, 0)]
    return made(ts, seen.value & ~seen.bad & (ts - since >= window_us), seen.quality, seen.status)


def off_delay(track: Track, window_us: int, span: Span) -> Track:
    """True while the signal is, and for the window after it was true last."""
    track = track.changes()
    _, ends = _runs(track)
    ends = ends[ends <= span.upto_us]
    if not len(ends):
        return track
    ts = _merged(track.ts, ends + window_us, span)
    seen = track.at(ts)
    place = np.searchsorted(ends, ts, side="right") - 1
    lately = (place >= 0) & (ts - ends[np.maximum(place, 0)] < window_us)
    return made(ts, seen.value | lately, seen.quality, seen.status)


def hysteresis(track: Track, low: float, high: float, window_us: int, span: Span) -> Track:
    """True over `high`, false under `low`, in between what it was; after a whole window there the middle decides.

    A BAD moment is not remembered through: what follows it in between is decided by the middle too.
    """
    track = track.changes()
    bad = track.bad
    up = track.value >= high
    sure = (up | (track.value <= low)) & ~bad
    order = np.arange(len(track))
    event = np.maximum.accumulate(np.where(sure | bad, order, -1))
    begun = track.ts[np.minimum(event + 1, len(track) - 1)]  # of a row in between: since when it has been there
    starts = begun[~sure & ~bad & (event >= 0)]
    ts = _merged(track.ts, np.unique(starts) + window_us, span)
    row = np.searchsorted(track.ts, ts, side="right") - 1
    last = event[row]
    remembered = (last >= 0) & ~bad[last] & (ts - begun[row] < window_us)
    value = np.where(sure[row], up[row], np.where(remembered, up[last], track.value[row] >= (low + high) / 2))
    seen = track.take(row, ts)
    return made(ts, value & ~seen.bad, seen.quality, seen.status)


def _pulse(track: Track, edges: Moments, hold_us: int, span: Span) -> Track:
    """True for `hold_us` after each edge."""
    ts = _merged(track.ts, edges + hold_us, span)
    seen = track.at(ts)
    place = np.searchsorted(edges, ts, side="right") - 1
    lately = np.zeros(len(ts), dtype=np.bool_)
    if len(edges):
        lately = (place >= 0) & (ts - edges[np.maximum(place, 0)] < hold_us)
    return made(ts, lately, seen.quality, seen.status)


def _steps(track: Track, is_edge: Callable[[Track, Track], NDArray[np.bool_]]) -> Moments:
    """The moments at which a known value follows another known one, and the two are an edge."""
    before, now = track.take(slice(None, -1)), track.take(slice(1, None))
    known = ~before.bad & ~now.bad
    return now.ts[known & is_edge(before, now)]


def rising(track: Track, hold_us: int, span: Span) -> Track:
    """True for the window after the signal became true."""
    track = track.changes()
    return _pulse(track, _steps(track, lambda before, now: now.value & ~before.value), hold_us, span)


def falling(track: Track, hold_us: int, span: Span) -> Track:
    """True for the window after the signal became false."""
    track = track.changes()
    return _pulse(track, _steps(track, lambda before, now: before.value & ~now.value), hold_us, span)


def changed(track: Track, hold_us: int, span: Span) -> Track:
    """True for the window after the value became another."""
    track = track.changes()
    edges = _steps(track, lambda before, now: np.asarray(now.value != before.value, dtype=np.bool_))
    return _pulse(track, edges, hold_us, span)


def previous(track: Track, window_us: int, span: Span) -> Track:
    """The value that the signal had a window ago."""
    kept = track.take(slice(0, int(np.searchsorted(track.ts, span.upto_us - window_us, side="right"))))
    start = int(track.ts[0])
    blank = np.zeros(1, dtype=track.value.dtype) if track.value.dtype.kind != "O" else np.array([""], dtype=object)
    return Track(
        np.concatenate(([start], kept.ts + window_us)),
        np.concatenate((blank, kept.value)),
        np.concatenate((np.array([q.BAD], dtype=np.uint16), kept.qualities)),
        np.concatenate((np.array([Status.NO_VALUE_YET], dtype=np.uint8), kept.statuses)),
    )


# --- moving windows ---------------------------------------------------------------------------------------------


def tick_us(window_us: int) -> int:
    """How often a moving window is looked at."""
    return max(WINDOW_TICK_MIN_US, window_us // WINDOW_TICKS)


def _ticks(track: Track, window_us: int, span: Span) -> Moments:
    """The moments at which to look at a window: those of the grid, and where the signal comes or goes.

    The first is the last of the grid before the span, so that what is held into the span is what always was.
    """
    every = tick_us(window_us)
    first, last = span.from_us // every, span.upto_us // every
    if last - first > TRACK_ROWS_MAX:
        raise ConfigError("this stretch has too many windows", code="track-limit")
    grid = np.arange(first, last + 1, dtype=np.int64) * every
    bad = track.bad
    flips = track.ts[1:][bad[1:] != bad[:-1]]
    return np.unique(np.concatenate((grid, flips[flips > grid[0]])))


class _Windows:
    """For every tick, the rows that lie in the window before it, and how long each of them held in it."""

    def __init__(self, track: Track, window_us: int, span: Span) -> None:
        track = track.changes()
        self.track = track
        self.ts = _ticks(track, window_us, span)
        self.window_us = window_us
        self.start = np.maximum(self.ts - window_us, track.ts[0])
        self.first = np.searchsorted(track.ts, self.start, side="right") - 1
        self.last = np.searchsorted(track.ts, self.ts, side="right") - 1  # the row that holds at the tick
        self.good = (track.qualities & q.MAJOR_MASK) == q.GOOD

    def summed(self, weight: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> NDArray[np.float64]:
        """Σ weight·µs over each window, added up in the order of time; `weight` of a row is per µs it held."""
        rate = weight(self._numbers())
        ends = np.append(self.track.ts[1:], np.iinfo(np.int64).max)
        out = np.zeros(len(self.ts), dtype=np.float64)
        most = int((self.last - self.first).max(initial=0))
        if most > WINDOW_ROWS_MAX:
            raise ConfigError("a window holds too many samples", code="track-limit")
        for i, (first, last, start, end) in enumerate(
            zip(self.first.tolist(), self.last.tolist(), self.start.tolist(), self.ts.tolist(), strict=True)
        ):
            held = np.minimum(ends[first : last + 1], end) - np.maximum(self.track.ts[first : last + 1], start)
            out[i] = float(np.sum(rate[first : last + 1] * held))
        return out

    def _numbers(self) -> NDArray[np.float64]:
        return self.track.value.astype(np.float64)

    def marks(self, *, whole: NDArray[np.bool_]) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
        """BAD where the signal is BAD now; else GOOD where the window is `whole`, and uncertain where it is not."""
        now = self.track.at(self.ts)
        quality = np.where(whole, q.GOOD, q.UNCERTAIN).astype(np.uint16)
        bad = now.bad
        quality = np.where(bad, now.qualities, quality).astype(np.uint16)
        return quality, np.where(bad, now.statuses, 0).astype(np.uint8)


def _covered(windows: _Windows) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(µs of each window in which there was a value, whether it was GOOD all the time)."""
    bad = windows.track.bad
    covered = windows.summed(lambda _numbers: (~bad).astype(np.float64))
    good_us = covered if windows.good.all() else windows.summed(lambda _numbers: windows.good.astype(np.float64))
    return covered, good_us >= windows.window_us


def mean(track: Track, window_us: int, span: Span) -> Track:
    """The time-weighted mean over the window, of the time in which there was a value."""
    windows = _Windows(track, window_us, span)
    covered, whole = _covered(windows)
    total = windows.summed(lambda numbers: numbers)
    quality, status = windows.marks(whole=whole)
    now = windows.track.at(windows.ts).value.astype(np.float64)
    with np.errstate(all="ignore"):
        value = np.where(covered > 0, total / covered, now)
    return made(windows.ts, value, quality, status)


def integral(track: Track, window_us: int, span: Span) -> Track:
    """The signal added up over the window, in its unit times seconds; time without a value adds nothing."""
    windows = _Windows(track, window_us, span)
    _, whole = _covered(windows)
    quality, status = windows.marks(whole=whole)
    return made(windows.ts, windows.summed(lambda numbers: numbers) / SECOND_US, quality, status)


def rate(track: Track, window_us: int, per_us: int, span: Span) -> Track:
    """By how much the signal has changed over the window, per `per_us`."""
    ticks = _ticks(track, window_us, span)
    now = track.at(ticks)
    then = track.at(np.maximum(ticks - window_us, track.ts[0]))
    early = ticks - window_us < track.ts[0]
    bad = now.bad | then.bad | early
    uncertain = ((now.qualities & q.MAJOR_MASK) != q.GOOD) | ((then.qualities & q.MAJOR_MASK) != q.GOOD)
    quality = np.where(uncertain, q.UNCERTAIN, q.GOOD).astype(np.uint16)
    quality = np.where(then.bad, then.qualities, quality)
    quality = np.where(now.bad, now.qualities, quality)
    quality = np.where(early & ~now.bad, q.BAD, quality).astype(np.uint16)
    status = np.where(then.bad, then.statuses, 0)
    status = np.where(now.bad, now.statuses, np.where(early, Status.NO_VALUE_YET, status)).astype(np.uint8)
    value = np.where(bad, 0.0, (now.value - then.value) * (per_us / window_us))
    return made(ticks, value, quality, status)


def increase(track: Track, window_us: int, span: Span) -> Track:
    """What a counter has counted over the window: the sum of its steps up; a step down is a reset to zero."""
    windows = _Windows(track, window_us, span)
    _, whole = _covered(windows)
    known = windows.track.take(~windows.track.bad)
    step = np.diff(known.value)
    step = np.where(step < 0, np.maximum(known.value[1:], 0.0), step)
    moments = known.ts[1:]
    first = np.searchsorted(moments, windows.start, side="right")
    last = np.searchsorted(moments, windows.ts, side="right")
    value = np.array([float(np.sum(step[a:b])) for a, b in zip(first.tolist(), last.tolist(), strict=True)])
    quality, status = windows.marks(whole=whole)
    return made(windows.ts, value, quality, status)
