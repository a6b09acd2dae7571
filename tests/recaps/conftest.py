"""A historian in a folder of its own, for the plant of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from recaps_world import PLANT

from dovetail.core.bus import Bus
from dovetail.historian.service import Historian
from dovetail.testing.clock import ManualClock


@pytest.fixture
def historian(tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Historian]:
    opened = Historian(tmp_path / "historian", clock=clock, bus=bus, owner_of=lambda tag: PLANT.tags[tag].equipment_id)
    yield opened
    opened.close()
