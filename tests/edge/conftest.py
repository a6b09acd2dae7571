"""The device at the other end of each test's link."""

from __future__ import annotations

import pytest
from edge_world import Device

from dovetail.testing.clock import ManualClock


@pytest.fixture
def device(clock: ManualClock) -> Device:
    return Device(clock)
