"""Who stores faster than sealing can follow is held back a little at each commit, not for a whole sealing at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US
from dovetail.historian.service import Historian
from dovetail.sealing import sealer
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

SAMPLES = 10


class Ticking(ManualClock):
    """Whatever lies between two looks at it took a second."""

    def monotonic_us(self) -> int:
        self.tick(SECOND_US)
        return super().monotonic_us()


def frame(seq: int) -> Frame:
    rows = [(1, DAY_ZERO_US + seq * SAMPLES + at, float(at), 0xC0) for at in range(SAMPLES)]
    return Frame("plc", Lane.LIVE, 1, seq, (Batch.of(Kind.F64, rows),))


def test_commits_wait_gradually_from_half_of_what_may_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited_s: list[float] = []
    monkeypatch.setattr(sealer.time, "sleep", waited_s.append)
    monkeypatch.setattr(sealer, "UNSEALED_SAMPLES_MAX", 4 * SAMPLES)
    historian = Historian(tmp_path, clock=Ticking(DAY_ZERO_US), bus=Bus(), owner_of=lambda _tag: 1)
    historian.put([frame(1)])
    assert historian.seal_once() == SAMPLES  # a second for ten samples
    for seq in range(2, 7):
        historian.put([frame(seq)])
    assert waited_s == pytest.approx([0.5, 1.0])  # at three quarters half of what sealing takes, at the limit all of it
    assert historian.unsealed == 5 * SAMPLES
    historian.put([frame(7)])  # nobody seals beside: beyond the limit it is the one who stores
    assert historian.unsealed == SAMPLES
    historian.close()


def test_no_commit_waits_longer_than_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited_s: list[float] = []
    monkeypatch.setattr(sealer.time, "sleep", waited_s.append)
    monkeypatch.setattr(sealer, "UNSEALED_SAMPLES_MAX", 40 * SAMPLES)
    historian = Historian(tmp_path, clock=Ticking(DAY_ZERO_US), bus=Bus(), owner_of=lambda _tag: 1)
    historian.put([frame(1)])
    historian.seal_once()
    historian.put([frame(seq) for seq in range(2, 32)])
    historian.put([frame(seq) for seq in range(32, 42)])
    assert waited_s == [sealer.KEEP_PACE_S]
    historian.close()
