"""The server is killed when a shift changes: both shifts have their whole time, every piece and no piece twice.

What a kill leaves is what lies on the disk at that moment, so that is copied, and the next server opens the copy. The
machines go on meanwhile. Kills of a real process, at random moments, are in tests/kills.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from faulty_plc import EVERYTHING, Hall, hall
from test_walk_faults import assert_times_add_up

from dovetail.core.clock import SECOND_US
from dovetail.testing.clock import DAY_ZERO_US

CHANGE_S = 60.0  # 06:01, from Night to Day
AWAY_S = 20.0
LASTS_S = 120.0


KILLS = [  # and until when samples were stored, and states, counts and the ledger made of them
    ("half a second before", 59.5, 59.5),
    ("in the very moment", 60.0, 60.0),
    ("when the first samples of the new shift are stored and nothing is made of them", 61.0, 59.0),
    ("a second after", 61.0, 61.0),
]


@pytest.mark.parametrize("when, collected_s, derived_s", KILLS)
async def test_killed_in_a_shift_change(tmp_path: Path, when: str, collected_s: float, derived_s: float) -> None:
    (tmp_path / "killed").mkdir()
    async with hall(tmp_path / "killed", start_us=DAY_ZERO_US) as killed:
        await killed.run(derived_s)
        await killed.clock.advance(collected_s - derived_s)
        await killed.drained()
        killed_s = killed.told_s
        shutil.copytree(tmp_path / "killed", tmp_path / "found")
    await killed.clock.advance(AWAY_S)
    async with hall(tmp_path / "found", start_us=DAY_ZERO_US, before=killed) as again:
        back_s = again.told_s
        await again.run(LASTS_S - again.elapsed_s)
        for name in ("a", "b"):
            (_, first), (lost_s, lost), (found_s, found) = again.timeline(name)[1:]
            assert (first, lost, found) == ("Execute", "NO_DATA", "Execute"), when
            assert killed_s - 2.1 <= lost_s <= killed_s + 0.1
            assert back_s <= found_s <= back_s + 10
            assert again.counted(name) == again.machines[f"plc-{name}"].made
            assert again.held(name) == []
            assert both_shifts(again, name) == (CHANGE_S, pytest.approx(again.told_s - CHANGE_S))


def both_shifts(in_hall: Hall, name: str) -> tuple[float, float]:
    """Seconds of each that the books hold; whatever they are, the times of each add up."""
    change_us = in_hall.started_us + round(CHANGE_S * SECOND_US)
    found = [
        in_hall.rooms.performance.kpis(in_hall.unit(name), begin_us, end_us, scope=EVERYTHING)
        for begin_us, end_us in ((in_hall.started_us, change_us), (change_us, in_hall.clock.now_us()))
    ]
    for period in found:
        assert_times_add_up(period)
    night, day = (period.figures.times.elapsed_us / SECOND_US for period in found)
    return night, day
