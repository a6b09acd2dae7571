"""Machines of which everything is known: what they did, piece by piece, and what their signals said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.clock import SECOND_US
from dovetail.meanings.model import Seen
from dovetail.testing.clock import DAY_ZERO_US
from dovetail.tracks.columns import Kind, Track, track_of

type Moments = NDArray[np.int64]


def seen(name: str, ts: Moments, value: object, kind: Kind, *, is_whole: bool = True, unit: str | None = None) -> Seen:
    """Readings as a tag over the stretch."""
    values = np.asarray(value)
    quality = np.full(len(ts), q.GOOD, dtype=np.uint16)
    valid = np.ones(len(ts), dtype=np.bool_)
    track = track_of(kind, ts, values, quality, valid=valid, start_us=int(ts[0]))
    return Seen(hash(name) % 1000, name, kind, is_whole, unit, track)


def cut(tag: Seen, from_us: int, to_us: int) -> Seen:
    """The same tag, of which nothing is known over a stretch."""
    track = tag.track
    quality = track.qualities.copy()
    quality[(track.ts >= from_us) & (track.ts < to_us)] = q.BAD_NOT_CONNECTED
    return Seen(
        tag.tag_id, tag.name, tag.kind, tag.is_whole, tag.unit, Track(track.ts, track.value, quality, track.status)
    )


@dataclass
class Machine:
    """It runs and stops by chance. `rates`: pieces/min of each product in turn; `jitter`: how uneven a cycle is."""

    seed: int
    hours: float = 6.0
    rates: tuple[float, ...] = (58.0,)
    jitter: float = 0.02
    scrap: float = 0.02
    run_s: float = 900.0
    stop_s: float = 240.0
    scan_s: float = 1.0
    idle_all_day: bool = False
    from_us: int = DAY_ZERO_US
    spans: list[tuple[int, int, int]] = field(default_factory=list)  # running from, to, and at which rate
    stops: list[tuple[int, int, int]] = field(default_factory=list)  # standing from, to, and its code

    def __post_init__(self) -> None:
        self.chance = np.random.default_rng(self.seed)
        self.to_us = self.from_us + round(self.hours * 3600 * SECOND_US)
        at = float(self.from_us)
        product_us = (self.to_us - self.from_us) / len(self.rates)
        while at < self.to_us and not self.idle_all_day:
            end = min(at + (self.run_s * (0.3 + self.chance.exponential())) * SECOND_US, self.to_us)
            self.spans.append((int(at), int(end), int((at - self.from_us) // product_us)))
            at = min(end + self.stop_s * (0.2 + self.chance.exponential()) * SECOND_US, self.to_us)
            self.stops.append((int(end), int(at), int(self.chance.integers(1, 4))))
        if self.idle_all_day:
            self.stops.append((self.from_us, self.to_us, 1))
        made = [self._made(*span) for span in self.spans]
        self.pieces = np.concatenate(made) if made else np.zeros(0, dtype=np.int64)
        self.bad = self.chance.random(len(self.pieces)) < self.scrap
        self.scans = np.arange(self.from_us, self.to_us, round(self.scan_s * SECOND_US), dtype=np.int64)

    def _made(self, start: int, end: int, product: int) -> Moments:
        cycle_us = 60 * SECOND_US / self.rates[min(product, len(self.rates) - 1)]
        number = int((end - start) / cycle_us * 1.5) + 2
        steps = cycle_us * np.maximum(0.2, 1 + self.jitter * self.chance.standard_normal(number))
        ends = start + np.cumsum(steps)
        return ends[ends < end].astype(np.int64)

    # --- signals --------------------------------------------------------------------------------------------
    def count(self, name: str, pieces: Moments, *, start: int = 0, top: int | None = None, lag_s: float = 0.0) -> Seen:
        """A counter of moments, read at every scan."""
        held = start + np.searchsorted(pieces + round(lag_s * SECOND_US), self.scans, side="right")
        return seen(name, self.scans, (held if top is None else held % top).astype(float), "number")

    def total(self, name: str = "total", **more: Any) -> Seen:
        return self.count(name, self.pieces, **more)

    def good(self, name: str = "good", **more: Any) -> Seen:
        return self.count(name, self.pieces[~self.bad], **more)

    def rejects(self, name: str = "scrap", **more: Any) -> Seen:
        return self.count(name, self.pieces[self.bad], **more)

    def reset(self, tag: Seen, at: float) -> Seen:
        """The same counter, set to 0 in the middle of the shift."""
        track = tag.track
        place = int(len(track) * at)
        value = track.value.copy()
        value[place:] -= value[place]
        return Seen(tag.tag_id, tag.name, tag.kind, tag.is_whole, tag.unit, Track(track.ts, value))

    def codes(self) -> NDArray[np.int64]:
        """0 while it runs, else the code of its stop, at every scan."""
        code = np.zeros(len(self.scans), dtype=np.int64)
        for start, end, which in self.stops:
            code[(self.scans >= start) & (self.scans < end)] = which
        return code

    def running(self, name: str = "running", *, upside_down: bool = False) -> Seen:
        return seen(name, self.scans, (self.codes() == 0) != upside_down, "bool")

    def word(self, name: str = "state", codes: tuple[int, ...] = (7, 2, 3, 9)) -> Seen:
        return seen(name, self.scans, np.array(codes, dtype=float)[self.codes()], "number")

    def text(self, name: str = "text", words: tuple[str, ...] = ("RUN", "IDLE", "FAULT", "SETUP")) -> Seen:
        return seen(name, self.scans, np.array(words, dtype=object)[self.codes()], "text")

    def noise(self, name: str = "temperature", mean: float = 60.0, unit: str | None = "Cel") -> Seen:
        value = np.round(mean + self.chance.standard_normal(len(self.scans)), 1)
        return seen(name, self.scans, value, "number", is_whole=False, unit=unit)

    def whole_noise(self, name: str = "level") -> Seen:
        return seen(name, self.scans, self.chance.integers(0, 40, len(self.scans)).astype(float), "number")

    def chatter(self, name: str = "door") -> Seen:
        """A contact that has nothing to do with running."""
        turns = np.sort(self.chance.integers(0, len(self.scans), 30))
        return seen(name, self.scans, (np.searchsorted(turns, np.arange(len(self.scans))) % 2).astype(bool), "bool")

    def clamp(self, name: str = "current", idle: float = 1.8, run: float = 9.2, unit: str | None = "A") -> Seen:
        """A current: off now and then while it stands, idling else."""
        code = self.codes()
        level = np.where(code == 0, run, np.where(code == 1, 0.05, idle))
        value = level + np.where(code == 1, 0.02, 0.25) * self.chance.standard_normal(len(self.scans))
        return seen(name, self.scans, value, "number", is_whole=False, unit=unit)

    def seconds(self, name: str = "uptime", *, only_running: bool = False) -> Seen:
        """The seconds since power-on, or the seconds it ran."""
        on = self.codes() == 0 if only_running else np.ones(len(self.scans), dtype=bool)
        return seen(name, self.scans, np.floor(np.cumsum(on) * self.scan_s), "number")

    def boxes(self, name: str = "boxes", each: int = 12) -> Seen:
        return self.count(name, self.pieces[each - 1 :: each])

    def energy(self, name: str = "energy", unit: str | None = "kW.h") -> Seen:
        """It rises while the machine stands too, slower."""
        power = np.where(self.codes() == 0, 1.0, 0.2) * self.scan_s
        return seen(name, self.scans, np.floor(np.cumsum(power) / 30), "number", unit=unit)

    def starts(self, name: str = "starts") -> Seen:
        return self.count(name, np.array([start for start, _, _ in self.spans], dtype=np.int64))
