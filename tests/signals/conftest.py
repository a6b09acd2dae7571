"""A historian in a folder of its own, for the plants of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dovetail.core.bus import Bus
from dovetail.historian.service import Historian
from dovetail.testing.clock import ManualClock


@pytest.fixture
def historian(tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Historian]:
    owner = (
        {1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 2, 7: 2} | dict.fromkeys(range(10, 17), 1) | dict.fromkeys(range(20, 24), 2)
    )
    opened = Historian(tmp_path / "historian", clock=clock, bus=bus, owner_of=owner.get)
    yield opened
    opened.close()
