"""How long a piece takes: of columns, and of a machine whose counters were read as its PLC sent them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from counting_plant import Plant, an_hour, at, plant_on
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core.batch import Value
from dovetail.core.bus import Bus
from dovetail.core.clock import HOUR_US, SECOND_US
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.scope import Actor, Scope
from dovetail.cycletimes.model import Cycles, Run, best_hour, cycles_of, distribution
from dovetail.cycletimes.service import CycleTimesRoom
from dovetail.db.uow import Database
from dovetail.testing.clock import ManualClock


def columns(*told: tuple[float, int]) -> tuple[np.ndarray, np.ndarray]:
    """(second, pieces) as the counters told of them."""
    ts = np.array([round(second * SECOND_US) for second, _ in told], dtype=np.int64)
    return ts, np.array([pieces for _, pieces in told], dtype=np.int64)


def run(begin_s: float, end_s: float, product: str | None = "cola") -> Run:
    return Run(round(begin_s * SECOND_US), round(end_s * SECOND_US), product)


def seconds(cycles: Cycles) -> list[tuple[float, float, int]]:
    """(began, lasted, pieces)."""
    rows = zip(cycles.begin.tolist(), cycles.lasted.tolist(), cycles.pieces.tolist(), strict=True)
    return [(begin / SECOND_US, lasted / SECOND_US, pieces) for begin, lasted, pieces in rows]


@pytest.mark.parametrize("told, runs, expected", [
    # a slow machine: each piece is a cycle; the first one only says where the next begins
    ([(10, 1), (40, 1), (75, 1)],               [run(0, 100)],               [(10, 30, 1), (40, 35, 1)]),
    # a fast one that is read each second: ten seconds are taken together
    ([(n, 2) for n in range(1, 22)],            [run(0, 100)],               [(1, 10, 20), (11, 10, 20)]),
    # what lies between two runs is a stop and no cycle
    ([(10, 1), (40, 1), (200, 1), (230, 1)],    [run(0, 60), run(150, 300)], [(10, 30, 1), (200, 30, 1)]),
    # a movement at the very end of a run is its; at its very beginning it is the one before's
    ([(10, 1), (60, 1), (90, 1)],               [run(10, 60), run(60, 100)], []),
    ([(10, 1)],                                 [run(0, 100)],               []),
])  # fmt: skip
def test_a_cycle_lies_between_two_movements_of_one_run(
    told: list[tuple[float, int]], runs: list[Run], expected: list[tuple[float, float, int]]
) -> None:
    found = cycles_of(runs, *columns(*told)).values()
    assert [row for cycles in found for row in seconds(cycles)] == expected


def test_each_product_has_its_own() -> None:
    told = columns((10, 1), (40, 1), (110, 1), (170, 1))
    found = cycles_of([run(0, 100, "cola"), run(100, 200, "water")], *told)
    assert {name: seconds(cycles) for name, cycles in found.items()} == {
        "cola": [(10, 30, 1)], "water": [(110, 60, 1)],
    }  # fmt: skip


def even(*lasted_s: float, pieces: int = 1) -> Cycles:
    """Cycles one after the other."""
    lasted = np.array([round(one * SECOND_US) for one in lasted_s], dtype=np.int64)
    return Cycles(np.cumsum(lasted) - lasted, lasted, np.full(len(lasted), pieces, dtype=np.int64))


def test_the_distribution_is_of_pieces_and_what_is_far_slower_is_one_number() -> None:
    cycles = even(*[2.0] * 10, *[1.0] * 80, *[1.5] * 9, 60.0)
    found = distribution(cycles)
    assert found is not None
    assert (found.pieces, found.p10_us, found.p50_us, found.p90_us) == (100, 1e6, 1e6, 2e6)
    assert (sum(one.pieces for one in found.bins), found.slower) == (99, 1)
    assert (found.bins[0].low_us, found.bins[-1].high_us) == (1e6, 3e6)
    assert distribution(even(*[1.0] * 19)) is None


@given(st.lists(st.tuples(st.integers(1, 2_000), st.integers(1, 50)), min_size=1, max_size=60))
def test_no_hour_is_faster_than_the_best_and_none_slower_than_all(told: list[tuple[int, int]]) -> None:
    lasted = np.array([seconds for seconds, _ in told], dtype=np.int64) * SECOND_US
    pieces = np.array([count for _, count in told], dtype=np.int64)
    cycles = Cycles(np.cumsum(lasted) - lasted, lasted, pieces)
    at_us = np.concatenate(([0], np.cumsum(lasted)))
    made = np.concatenate(([0], np.cumsum(pieces)))
    begins = np.arange(0, max(1, at_us[-1] - HOUR_US + 1), 60 * SECOND_US)
    hours = np.interp(begins + HOUR_US, at_us, made) - np.interp(begins, at_us, made)
    best = best_hour(cycles)
    assert (best is None) == bool(at_us[-1] < HOUR_US)
    assert best is None or HOUR_US / best.cycle_us >= hours.max() - 1e-6
    assert best is None or best.cycle_us >= float((lasted / pieces).min()) - 1e-6


# --- on the real rooms -------------------------------------------------------------------------------------------
@pytest.fixture
def hour(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    """The filler runs 30 minutes at 100 a minute, stands 10, runs 20 at 60; it is read once a minute."""
    with plant_on(database, tmp_path, clock, bus) as opened:
        an_hour(opened)
        yield opened


def test_a_machine_tells_of_its_ideal_best_and_actual_times(hour: Plant) -> None:
    room = CycleTimesRoom(hour.rooms.performance, hour.rooms.historian)
    found = room.cycle_times(hour.filler, at(0), at(60), scope=hour.everyone)
    (one,) = found.products
    assert one.found is not None
    assert (one.found.p10_us, one.found.p90_us) == (600_000, 1_000_000)
    assert (one.tally.apt_us, one.tally.produced) == (50 * 60 * SECOND_US, 3_000 + 19 * 60)
    assert one.tally.ideal_us == pytest.approx(60 * SECOND_US / 100)
    assert (one.best, one.missing) == (None, None)  # it did not run for an hour yet


def test_a_machine_that_ran_longer_shows_what_it_can(hour: Plant) -> None:
    hour.now(130)
    rows: list[tuple[str, float, Value]] = [("total", m, 5_200 + 120 * (m - 60)) for m in range(61, 131)]
    hour.send(rows, mark=130)
    hour.work()
    room = CycleTimesRoom(hour.rooms.performance, hour.rooms.historian)
    (one,) = room.cycle_times(hour.filler, at(0), at(130), scope=hour.everyone).products
    assert one.best is not None
    assert (one.best.cycle_us, one.best.from_us >= at(60)) == (500_000, True)


def test_bad_questions_are_answered_with_the_way_on(hour: Plant) -> None:
    room = CycleTimesRoom(hour.rooms.performance, hour.rooms.historian)
    plant = hour.rooms.equipment.plant()
    (root,) = hour.rooms.equipment.roots()
    with pytest.raises(InvalidError, match="no times of its own"):
        room.cycle_times(plant.get(root).id, at(0), at(60), scope=hour.everyone)
    nobody = Scope(Actor("nobody", "Nobody", "person"), {})
    with pytest.raises(NotFoundError):
        room.cycle_times(hour.filler, at(0), at(60), scope=nobody)
