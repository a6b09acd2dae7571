"""A historian in a folder of the test's own, which can be closed and opened again as after a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dovetail.core.bus import Bus
from dovetail.historian.service import Historian
from dovetail.testing.clock import ManualClock

type Open = Callable[[], Historian]


@pytest.fixture
def reopen(tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Open]:
    """Open the historian of this test; a second call closes the first one."""
    opened: list[Historian] = []

    def again() -> Historian:
        while opened:
            opened.pop().close()
        opened.append(Historian(tmp_path / "historian", clock=clock, bus=bus, owner_of={1: 1, 2: 1, 3: 2}.get))
        return opened[0]

    yield again
    while opened:
        opened.pop().close()


@pytest.fixture
def historian(reopen: Open) -> Historian:
    return reopen()
