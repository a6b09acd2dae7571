"""The computed state records, counts and OEE factors are the simulator's own, to the microsecond and to the piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from ground_truth_world import EVERYTHING, START_US, Installation, Life, doubled, installation, late, really, shuffled

from dovetail.core.batch import Frame
from dovetail.core.clock import MINUTE_US
from dovetail.sim.hours import TWO_SHIFT
from dovetail.sim.truth import Times

UNITS = ("filler", "capper", "labeller", "palletiser")
ONE_PPB = 1e-9  # the ideal time per piece is kept in whole nanoseconds


def assert_states_are_the_truth(plant: Installation, life: Life) -> None:
    for unit in UNITS:
        assert plant.states(unit, life.until_us) == really(life, unit), unit


def assert_counts_are_the_truth(plant: Installation, life: Life) -> None:
    for unit in UNITS:
        truth = life.line.truth[unit]
        for t0_us, t1_us, kind, quantity in _merged(plant.counted(unit, life.until_us)):
            counts = truth.counts(t0_us, t1_us)
            assert quantity == {"good": counts.good, "scrap": counts.defective}[kind], (unit, t0_us, kind)
        whole = truth.counts(START_US, life.until_us)
        assert _total(plant, unit, life, "good") == whole.good
        assert _total(plant, unit, life, "scrap") == whole.defective


def _merged(records: Sequence[tuple[int, int, str, int]]) -> list[tuple[int, int, str, int]]:
    """Per stretch and kind the sum: a rejected piece is written as good first and then corrected."""
    sums: dict[tuple[int, int, str], int] = {}
    for t0_us, t1_us, kind, quantity in records:
        sums[t0_us, t1_us, kind] = sums.get((t0_us, t1_us, kind), 0) + quantity
    return [(*key, quantity) for key, quantity in sums.items()]


def _total(plant: Installation, unit: str, life: Life, kind: str) -> int:
    return sum(quantity for _, _, found, quantity in plant.counted(unit, life.until_us) if found == kind)


def assert_figures_are_the_truth(plant: Installation, life: Life, from_us: int, to_us: int) -> None:
    for unit in UNITS:
        really_was = life.line.truth[unit].times(TWO_SHIFT.spans(from_us, to_us))
        figures = plant.rooms.performance.kpis(plant.ids[unit], from_us, to_us, scope=EVERYTHING).figures
        times = figures.times
        computed = {
            "APT": times.apt_us, "AUST": times.aust_us, "ADET": times.adet_us, "ADOT": times.adot_us,
            "PLANNED_DOWN": times.planned_down_us, "NOT_PLANNED": times.not_planned_us,
        }  # fmt: skip
        assert computed == {name: really_was.us(name) for name in computed}, unit
        assert times.nodt_us == 0
        assert (figures.counts.good, figures.counts.scrap) == (really_was.counts.good, really_was.counts.defective)
        said = {kpi.id: kpi.value for kpi in figures.kpis}
        for name, factor in _factors(really_was).items():
            assert said[name] == (None if factor is None else pytest.approx(float(factor), rel=ONE_PPB)), (unit, name)


def _factors(times: Times) -> dict[str, object]:
    return {
        "availability": times.availability,
        "effectiveness": times.effectiveness,
        "quality_ratio": times.quality_ratio,
        "oee_index": times.oee,
    }


def assert_all_is_true(plant: Installation, life: Life) -> None:
    assert_states_are_the_truth(plant, life)
    assert_counts_are_the_truth(plant, life)
    shift_starts = [START_US, *(span.t0_us for span in TWO_SHIFT.spans(START_US, life.until_us)[1:]), life.until_us]
    for from_us, to_us in [*pairwise(shift_starts), (START_US, life.until_us)]:
        assert_figures_are_the_truth(plant, life, from_us, to_us)


@pytest.mark.parametrize(
    "seed, hours, counter_start",
    [
        (1, 24, 0),
        (2, 11, 2**32 - 20_000),  # the PLCs' counters roll over in the morning
    ],
)
def test_the_line_is_what_the_simulator_knows(tmp_path: Path, seed: int, hours: int, counter_start: int) -> None:
    with installation(tmp_path, hours=hours) as plant:
        life = plant.live(seed, counter_start=counter_start)
        plant.record_jobs(life.jobs)
        plant.store(life.frames)
        assert_all_is_true(plant, life)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10, 16))
def test_a_week_of_the_line_is_what_the_simulator_knows(tmp_path: Path, seed: int) -> None:
    with installation(tmp_path, hours=7 * 24) as plant:
        life = plant.live(seed)
        plant.record_jobs(life.jobs)
        plant.store(life.frames)
        assert_all_is_true(plant, life)


HOURS_MIXED = 8  # from midnight: two hours of the early shift, with its jobs and stops; the long form has whole days

type Way = Callable[[Sequence[Frame], Random], Sequence[Frame]]

WAYS: dict[str, Way] = {
    "late": late,
    "shuffled": shuffled,
    "doubled": lambda frames, _random: doubled(frames),
    "backwards": lambda frames, _random: list(reversed(frames)),
    "late, doubled and shuffled": lambda frames, random: shuffled(doubled(late(frames, random)), random),
}


# 2 of the 5 ways in `make test`, those that hold the others in them; `make soak` tries each alone as well
SAMPLE = ("backwards", "late, doubled and shuffled")


def everything(plant: Installation, life: Life) -> list[object]:
    """All that was derived, in a form that can be compared."""
    return [
        (unit, plant.states(unit, life.until_us), plant.counted(unit, life.until_us), plant.slices(unit, life.until_us))
        for unit in UNITS
    ]


def derived(folder: Path, seed: int, way: Way, *, hours: float) -> list[object]:
    with installation(folder, hours=hours) as plant:
        life = plant.live(seed, window_us=5 * MINUTE_US)
        plant.record_jobs(life.jobs)
        plant.store(way(life.frames, Random(seed)), at_once=41)
        return everything(plant, life)


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """What comes of a morning's samples that arrive in order."""
    return derived(tmp_path_factory.mktemp("in_order"), 3, lambda frames, _random: frames, hours=HOURS_MIXED)


@pytest.mark.parametrize("way", [way if way in SAMPLE else pytest.param(way, marks=pytest.mark.soak) for way in WAYS])
def test_samples_that_arrive_otherwise_give_the_same_records(tmp_path: Path, in_order: list[object], way: str) -> None:
    assert derived(tmp_path, 3, WAYS[way], hours=HOURS_MIXED) == in_order


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20, 26))
@pytest.mark.parametrize("way", WAYS)
def test_days_that_arrive_otherwise_give_the_same_records(tmp_path: Path, seed: int, way: str) -> None:
    usual = derived(tmp_path / "usual", seed, lambda frames, _random: frames, hours=48)
    assert derived(tmp_path / "otherwise", seed, WAYS[way], hours=48) == usual
