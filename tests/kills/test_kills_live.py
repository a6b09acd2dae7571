"""Ten minutes of the line over live OPC UA at 20 × speed: every transition at its own time, every piece once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from kills_checks import (
    Books,
    books,
    every_piece_is_counted,
    seconds_known,
    timeline_is_contiguous,
    what_is_told_is_true,
)
from kills_world import SPEED, UNITS, UP_S, Cradle, world

TEN_MINUTES_S = 600 / SPEED
LAG_S = 1.0  # what is known of now, is known a moment later
SOAK_S = 600.0  # ten minutes of wall time: over three hours of the line


def live_long(folder: Path, cradle: Cradle, *, seed: int, seconds: float) -> int:
    """Collect the line for so long, then compare; how many state changes that were."""
    with world(folder, cradle, seed=seed) as living:
        living.begin()
        living.until_ready()
        living.until(lambda: "NO_DATA" not in living.states().values(), within_s=UP_S)
        living.live_for(seconds + LAG_S)
        living.close_ports_and_end()
    with books(living) as found:
        for unit in UNITS:
            timeline_is_contiguous(found, unit)
            nothing_was_missed(found, unit, seconds)
            what_is_told_is_true(found, unit)
            every_piece_is_counted(found, unit)
            every_piece_is_where_it_was_made(found, unit)
        return sum(len(found.records(found.unit(unit))) for unit in UNITS)


def nothing_was_missed(found: Books, unit: str, seconds: float) -> None:
    """One stretch of knowledge from the beginning to the end."""
    states = [record.state for record in found.records(found.unit(unit))]
    assert "NO_DATA" not in states[1:-1], f"{unit}: {states}"
    assert seconds_known(found, unit) >= seconds, unit


def every_piece_is_where_it_was_made(found: Books, unit: str) -> None:
    """The count records within each state record hold what the machine made in exactly that time.

    A PLC that is busy reports every second or third piece only, but it confirms its counters when its state changes.
    """
    truth, number = found.world.plant.line.truth[unit], found.unit(unit)
    readings = [found.good_readings(unit, name) for name in ("processed", "defective")]
    heard_us, last_us = max(ts[0][0] for ts in readings), max(ts[-1][0] for ts in readings)
    counts = found.counts(number)
    assert not [one for one in counts if one.spread], unit
    heard_of = [record for record in found.records(number)[:-1] if (record.t1_us or 0) > heard_us]
    for record in heard_of:
        ended_us = record.t1_us or 0
        told: Counter[str] = Counter()
        for one in counts:
            told[one.kind] += one.quantity * (record.t0_us <= one.t0_us and one.t1_us <= ended_us)
        really = truth.counts(max(record.t0_us, heard_us), min(ended_us, last_us))
        assert (told["good"], told["scrap"]) == (really.good, really.defective), f"{unit}: {record}"


@pytest.mark.kills
def test_ten_minutes_over_live_opc_ua_are_exact(tmp_path: Path, cradle: Cradle, say: Callable[[str], None]) -> None:
    changes = live_long(tmp_path, cradle, seed=4, seconds=TEN_MINUTES_S)
    assert changes > 60
    say(f"{TEN_MINUTES_S:.0f} of {SOAK_S:.0f} seconds at {SPEED} x speed, {changes} state records (make soak runs all)")


@pytest.mark.kills
@pytest.mark.soak
def test_hours_over_live_opc_ua_are_exact(tmp_path: Path, cradle: Cradle) -> None:
    live_long(tmp_path, cradle, seed=5, seconds=SOAK_S)
