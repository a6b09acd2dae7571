"""Functions that look back: how a signal moved, how long it has stood, what it was in the mean.

All look back no further than their window, so what they say is a function of the samples in it alone: a restart, a late
sample and a replay come to the same. Moving windows are looked at on a fixed grid of event time, sixty times while one
passes; edges and delays at their exact moment. Each is said of every lane of a bundle at once; no lane sees another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError
from dovetail.core.limits import TRACK_ROWS_MAX, WINDOW_ROWS_MAX, WINDOW_TICK_MIN_US, WINDOW_TICKS
from dovetail.tracks.bundles import Lanes, Moments, changes
from dovetail.tracks.columns import Status, Track, made

FAR_US: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """What a function says is needed from a moment of each lane on (int64[n] µs) up to where the lane ends."""

    lanes: Lanes
    from_us: Moments


def _merged(ts: Moments, rows: NDArray[np.intp], after_us: int, span: Span) -> Moments:
    """The moments `ts` of a bundle and those `after_us` behind some of its rows, as far as the lanes go."""
    more = ts[rows] + after_us
    more = more[more <= span.lanes.last[span.lanes.of(ts[rows])]]
    return np.unique(np.concatenate((ts, more))) if len(more) else ts


def _runs(track: Track, lanes: Lanes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows at which the signal becomes true and known, and those at which it no longer is."""
    true = track.value & ~track.bad
    before = np.concatenate(([False], true[:-1])) & ~lanes.begins(track.ts)
    return np.flatnonzero(true & ~before), np.flatnonzero(before & ~true)


def _lately(ts: Moments, since: Moments, window_us: int, lanes: Lanes) -> NDArray[np.bool_]:
    """Whether one of the moments `since` of the same lane lies less than a window before."""
    if not len(since):
        return np.zeros(len(ts), dtype=np.bool_)
    place = np.searchsorted(since, ts, side="right") - 1
    newest = since[np.maximum(place, 0)]
    return (place >= 0) & (ts - newest < window_us) & (lanes.of(ts) == lanes.of(newest))


def on_delay(track: Track, window_us: int, span: Span) -> Track:
    """True once the signal has been true for the whole window without a break; a BAD moment breaks it."""
    track = changes(track, span.lanes)
    begins, _ = _runs(track, span.lanes)
    if not len(begins):
        return made(track.ts, np.zeros(len(track), dtype=np.bool_), track.quality, track.status)
    ts = _merged(track.ts, begins, window_us, span)
    seen = track.at(ts)
    since = track.ts[begins]
    since = since[np.maximum(np.searchsorted(since, ts, side="right") - 1, 0)]  # of its own lane where it is true
    return made(ts, seen.value & ~seen.bad & (ts - since >= window_us), seen.quality, seen.status)


def off_delay(track: Track, window_us: int, span: Span) -> Track:
    """True while the signal is, and for the window after it was true last."""
    track = changes(track, span.lanes)
    _, ends = _runs(track, span.lanes)
    if not len(ends):
        return track
    ts = _merged(track.ts, ends, window_us, span)
    seen = track.at(ts)
    lately = _lately(ts, track.ts[ends], window_us, span.lanes)
    return made(ts, seen.value | lately, seen.quality, seen.status)


def hysteresis(track: Track, low: float, high: float, window_us: int, span: Span) -> Track:
    """True over `high`, false under `low`, in between what it was; after a whole window there the middle decides.

    A BAD moment is not remembered through: what follows it in between is decided by the middle too.
    """
    track = changes(track, span.lanes)
    bad = track.bad
    up = track.value >= high
    sure = (up | (track.value <= low)) & ~bad
    order = np.arange(len(track))
    first = span.lanes.first(track.ts)[span.lanes.of(track.ts)]
    event = np.maximum.accumulate(np.where(sure | bad, order, -1))
    event = np.where(event >= first, event, -1)
    entered = np.minimum(np.where(event >= 0, event + 1, first), len(track) - 1)  # of a row in between: since when
    begun = track.ts[entered]
    ts = _merged(track.ts, np.unique(entered[~sure & ~bad & (event >= 0)]), window_us, span)
    row = np.searchsorted(track.ts, ts, side="right") - 1
    last = event[row]
    remembered = (last >= 0) & ~bad[last] & (ts - begun[row] < window_us)
    value = np.where(sure[row], up[row], np.where(remembered, up[last], track.value[row] >= (low + high) / 2))
    seen = track.take(row, ts)
    return made(ts, value & ~seen.bad, seen.quality, seen.status)


def _pulse(track: Track, edges: NDArray[np.intp], hold_us: int, span: Span) -> Track:
    """True for `hold_us` after each edge."""
    ts = _merged(track.ts, edges, hold_us, span)
    seen = track.at(ts)
    return made(ts, _lately(ts, track.ts[edges], hold_us, span.lanes), seen.quality, seen.status)


def _steps(track: Track, lanes: Lanes, is_edge: Callable[[Track, Track], NDArray[np.bool_]]) -> NDArray[np.intp]:
    """The rows at which a known value follows another known one, and the two are an edge."""
    before, now = track.take(slice(None, -1)), track.take(slice(1, None))
    known = ~before.bad & ~now.bad & ~lanes.begins(track.ts)[1:]
    return np.flatnonzero(known & is_edge(before, now)) + 1


def rising(track: Track, hold_us: int, span: Span) -> Track:
    """True for the window after the signal became true."""
    track = changes(track, span.lanes)
    return _pulse(track, _steps(track, span.lanes, lambda before, now: now.value & ~before.value), hold_us, span)


def falling(track: Track, hold_us: int, span: Span) -> Track:
    """True for the window after the signal became false."""
    track = changes(track, span.lanes)
    return _pulse(track, _steps(track, span.lanes, lambda before, now: before.value & ~now.value), hold_us, span)


def changed(track: Track, hold_us: int, span: Span) -> Track:
    """True for the window after the value became another."""
    track = changes(track, span.lanes)
    edges = _steps(track, span.lanes, lambda before, now: np.asarray(now.value != before.value, dtype=np.bool_))
    return _pulse(track, edges, hold_us, span)


def previous(track: Track, window_us: int, span: Span) -> Track:
    """The value that the signal had a window ago."""
    first = span.lanes.first(track.ts)
    kept = track.take(track.ts <= (span.lanes.last - window_us)[span.lanes.of(track.ts)])
    blank = np.empty(len(first), dtype=track.value.dtype)
    blank[:] = "" if blank.dtype == object else 0
    ts = np.concatenate((track.ts[first], kept.ts + window_us))
    order = np.argsort(ts, kind="stable")
    return Track(
        ts[order],
        np.concatenate((blank, kept.value))[order],
        np.concatenate((np.full(len(first), q.BAD, dtype=np.uint16), kept.qualities))[order],
        np.concatenate((np.full(len(first), Status.NO_VALUE_YET, dtype=np.uint8), kept.statuses))[order],
    )


# --- moving windows ---------------------------------------------------------------------------------------------


def tick_us(window_us: int) -> int:
    """How often a moving window is looked at."""
    return max(WINDOW_TICK_MIN_US, window_us // WINDOW_TICKS)


def _ticks(track: Track, window_us: int, span: Span) -> Moments:
    """The moments at which to look at a window: those of the grid, and where the signal comes or goes.

    The first is the last of the grid before the span, so that what is held into the span is what always was.
    """
    every, lanes = tick_us(window_us), span.lanes
    first, last = span.from_us // every, lanes.upto_us // every
    counts = last - first + 1
    if counts.max() > TRACK_ROWS_MAX:
        raise ConfigError("this stretch has too many windows", code="track-limit")
    lane = np.repeat(np.arange(len(lanes)), counts)
    begin = np.cumsum(counts) - counts
    begins = lanes.placed(first * every)
    grid = begins[lane] + (np.arange(len(lane)) - begin[lane]) * every
    bad = track.bad
    come_or_gone = (bad[1:] != bad[:-1]) & ~lanes.begins(track.ts)[1:]
    flips = track.ts[1:][come_or_gone]
    flips = flips[flips > begins[lanes.of(flips)]]
    return np.unique(np.concatenate((grid, flips))) if len(flips) else grid


class _Windows:
    """For every tick, the rows that lie in the window before it, and how long each of them held in it."""

    def __init__(self, track: Track, window_us: int, span: Span) -> None:
        track = changes(track, span.lanes)
        self.track = track
        self.ts = _ticks(track, window_us, span)
        self.window_us = window_us
        begins = span.lanes.first(track.ts)
        self.start = np.maximum(self.ts - window_us, track.ts[begins][span.lanes.of(self.ts)])
        self.first = np.searchsorted(track.ts, self.start, side="right") - 1
        self.last = np.searchsorted(track.ts, self.ts, side="right") - 1  # the row that holds at the tick
        self.good = (track.qualities & q.MAJOR_MASK) == q.GOOD
        self._ends = np.append(track.ts[1:], FAR_US)
        self._ends[begins[1:] - 1] = FAR_US

    def summed(self, weight: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> NDArray[np.float64]:
        """Σ weight·µs over each window, added up in the order of time; `weight` of a row is per µs it held."""
        if int((self.last - self.first).max(initial=0)) > WINDOW_ROWS_MAX:
            raise ConfigError("a window holds too many samples", code="track-limit")
        rate, ts, ends = weight(self._numbers()), self.track.ts, self._ends
        with np.errstate(over="ignore"):
            whole = rate * (ends - ts)  # of the last row of a lane nobody asks
            heads = rate[self.first] * (np.minimum(ends[self.first], self.ts) - self.start)
            tails = rate[self.last] * (self.ts - np.maximum(ts[self.last], self.start))
        out = heads
        for i in np.flatnonzero(self.last > self.first).tolist():
            held = whole[self.first[i] : self.last[i] + 1].copy()
            held[0], held[-1] = heads[i], tails[i]
            out[i] = held.sum()
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
    begun = track.ts[span.lanes.first(track.ts)][span.lanes.of(ticks)]
    now = track.at(ticks)
    then = track.at(np.maximum(ticks - window_us, begun))
    early = ticks - window_us < begun
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
    inside = span.lanes.of(known.ts[1:]) == span.lanes.of(known.ts[:-1])
    step = np.diff(known.value)
    step = np.where(step < 0, np.maximum(known.value[1:], 0.0), step)[inside]
    moments = known.ts[1:][inside]
    first = np.searchsorted(moments, windows.start, side="right")
    last = np.searchsorted(moments, windows.ts, side="right")
    value = np.zeros(len(first))
    for i in np.flatnonzero(last > first).tolist():
        value[i] = step[first[i] : last[i]].sum()
    quality, status = windows.marks(whole=whole)
    return made(windows.ts, value, quality, status)
