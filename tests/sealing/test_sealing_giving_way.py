"""Whoever waits for a commit waits less for sealing: it lets each commit end first, a moment at most."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pytest

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.sealing import sealer
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

TAGS = (1, 2, 3)


class Watched:
    """The writing lock, held by a commit that does not end: who waits a moment for it does not get it."""

    def __init__(self) -> None:
        self.waits_s: list[float] = []

    def acquire(self, *, timeout: float) -> bool:
        self.waits_s.append(timeout)
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
