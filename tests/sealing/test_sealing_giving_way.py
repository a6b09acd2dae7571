"""Whoever waits for a commit waits less for sealing: it lets each commit end first, a moment at most."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pytest

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.sealing import sealer
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

TAGS = (1, 2, 3)


class Watched:
    """The writing lock, held by a commit that does not end: who waits a moment for it does not get it."""

    def __init__(self) -> None:
        self.waits_s: list[float] = []

    def acquire(self, *, blocking: bool = True, timeout: float = 0.0) -> bool:
        self.waits_s += [timeout] * blocking
        return False

    def __enter__(self) -> None:
        """For marking and deleting, once it ended."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Given back."""


@pytest.mark.parametrize(("unsealed_max", "expected"), [(1_000, [sealer.GIVE_WAY_S] * len(TAGS)), (2, [])])
def test_sealing_gives_way_while_little_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unsealed_max: int, expected: list[float]
) -> None:
    historian = Historian(tmp_path, clock=ManualClock(DAY_ZERO_US), bus=Bus(), owner_of=lambda _tag: 1)
    rows = [(tag, DAY_ZERO_US, 1.0, 0xC0) for tag in TAGS]
    historian.put([Frame("plc", Lane.LIVE, 1, 1, (Batch.of(Kind.F64, rows),))])
    watched = Watched()
    monkeypatch.setattr(sealer, "UNSEALED_SAMPLES_MAX", unsealed_max)
    monkeypatch.setattr(historian._sealer, "_write_lock", watched)
    assert historian.seal_once() == len(TAGS)
    assert watched.waits_s == expected
    assert set(historian.last(TAGS, scope=system_scope("test"))) == set(TAGS)
    assert historian.unsealed == 0
    historian.close()


class Late(Watched):
    """So long that it counts."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock

    def acquire(self, *, blocking: bool = True, timeout: float = 0.0) -> bool:
        self._clock.tick(100 * SECOND_US * blocking)
        return super().acquire(blocking=blocking, timeout=timeout)


def test_what_sealing_waited_for_commits_does_not_slow_them_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, slept_s = ManualClock(DAY_ZERO_US), list[float]()
    monkeypatch.setattr(sealer.time, "sleep", slept_s.append)
    monkeypatch.setattr(sealer, "UNSEALED_SAMPLES_MAX", 5)
    historian = Historian(tmp_path, clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    frames = [
        Frame("plc", Lane.LIVE, 1, seq, (Batch.of(Kind.F64, [(tag, DAY_ZERO_US + seq, 1.0, 0xC0) for tag in TAGS]),))
        for seq in (1, 2, 3)
    ]
    historian.put(frames[:1])
    with monkeypatch.context() as busy:
        busy.setattr(historian._sealer, "_write_lock", Late(clock))
        historian.seal_once()
    assert clock.now_us() == DAY_ZERO_US + 100 * SECOND_US * len(TAGS)
    historian.put(frames[1:2])
    historian.put(frames[2:])  # more than half of what may wait is there: it waits as long as sealing took, which is 0
    assert slept_s == [0.0]
    historian.close()
