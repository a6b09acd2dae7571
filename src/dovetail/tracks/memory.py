"""The newest samples of the signals that something is computed from: the historian is not asked each time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dovetail.tracks.bundles import FITTING, Part
from dovetail.tracks.columns import Kind, Track, track_of

FOR_EVER_US = 1 << 62
TRIM_PARTS = 8  # so many are put together as cheaply as one is let go of
PARTS_MAX = 256  # put together when there are more
SAMPLES_MAX = 500_000  # of one tag that waits for another's mark; beyond it the historian is asked


@dataclass(slots=True)
class Heard:
    """Of one tag, every sample from `since_us` up to `upto_us` and what held before; None: ask the historian first."""

    kind: Kind
    since_us: int | None = None
    upto_us: int = FOR_EVER_US
    parts: list[Part] = field(default_factory=list[Part])
    rows: int = 0
    fits: bool = True  # every sample is of the kind that the tag has now
    newest_us: int = -FOR_EVER_US

    def add(self, part: Part, newest_us: int) -> None:
        """More samples, as they arrived, the newest of that moment."""
        self.newest_us = max(self.newest_us, newest_us)
        if self.since_us is None or self.upto_us < FOR_EVER_US:
            return
        self.parts.append(part)
        self.rows += len(part[0])
        self.fits = self.fits and part[1].dtype.kind in FITTING[self.kind]
        if len(self.parts) > PARTS_MAX and len(self._whole()[0]) > SAMPLES_MAX:
            self.forget()

    def fill(self, parts: list[Part], since_us: int, upto_us: int) -> None:
        """All that the historian has of a stretch, with the sample that held before it."""
        self.parts, self.since_us = [part for part in parts if len(part[0])], since_us
        self.rows = sum([len(part[0]) for part in self.parts])
        self.fits = all(part[1].dtype.kind in FITTING[self.kind] for part in self.parts)
        self.upto_us = FOR_EVER_US if upto_us >= self.newest_us else upto_us

    @property
    def is_long(self) -> bool:
        """Whether it is worth the while to let go of what nobody asks for any more."""
        return len(self.parts) > TRIM_PARTS or (len(self.parts) > 1 and len(self.parts[-1][0]) > TRIM_PARTS)

    def forget(self) -> None:
        """Ask the historian again."""
        self.parts, self.rows, self.since_us = [], 0, None

    def knows(self, from_us: int, upto_us: int) -> bool:
        """Whether everything of a stretch is here."""
        return self.since_us is not None and self.since_us <= from_us and upto_us <= self.upto_us

    def track(self, start_us: int) -> Track:
        """The signal from a moment on."""
        ts, value, quality, valid = self._whole()
        return track_of(self.kind, ts, value, quality, valid=valid, start_us=start_us)

    def _whole(self) -> Part:
        if len(self.parts) != 1:
            empty: Part = (np.empty(0, np.int64), np.empty(0), np.empty(0, np.uint16), np.empty(0, np.bool_))
            parts = self.parts or [empty]
            kinds = {part[1].dtype.kind for part in parts}
            values = [part[1] if len(kinds) == 1 else part[1].astype(object) for part in parts]
            whole: Part = (
                np.concatenate([part[0] for part in parts]),
                np.concatenate(values),
                np.concatenate([part[2] for part in parts]),
                np.concatenate([part[3] for part in parts]),
            )
            if len(whole[0]) > 1 and (whole[0][1:] < whole[0][:-1]).any():
                order = np.argsort(whole[0], kind="stable")
                whole = (whole[0][order], whole[1][order], whole[2][order], whole[3][order])
            self.parts = [whole]
        return self.parts[0]

    def trim(self, from_us: int) -> None:
        """Let go of what nobody asks for any more: before `from_us` only what held then is kept."""
        if self.since_us is None or not self.parts or from_us <= self.since_us:
            return
        ts, value, quality, valid = self._whole()
        first = max(int(np.searchsorted(ts, from_us, side="right")) - 1, 0)
        if first and ts[first] == ts[first - 1]:
            first = int(np.searchsorted(ts, ts[first], side="left"))
        self.parts, self.since_us = [(ts[first:], value[first:], quality[first:], valid[first:])], from_us
        self.rows = len(ts) - first
