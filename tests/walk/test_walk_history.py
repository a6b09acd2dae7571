"""The demo's past: imported newest day first below live samples, repeated without effect, its orders as jobs."""

from __future__ import annotations

import threading
from pathlib import Path

from ground_truth_world import EVERYTHING, START_US, Installation, Life, installation, really

from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.demo import history
from dovetail.demo.run import PATHS
from dovetail.events.performance import LedgerSettled
from dovetail.sim.hours import TWO_SHIFT
from dovetail.sim.line import Line, Setting

SETTING = Setting(seed=7, hours=TWO_SHIFT)
LATER_US = 2 * DAY_US  # when the demo is started again


class ByHand(history.Settling):
    """Settles a day where the program's own threads would."""

    def __init__(self, plant: Installation) -> None:
        super().__init__(Bus())
        self.plant = plant
        self.days: list[int] = []

    def wait(self, *, stop: threading.Event) -> None:
        self.plant.work()
        self.days.append(self._day_us)


def import_past(plant: Installation) -> list[int]:
    """Import the two days as a demo does; the starts of the days in the order in which they came."""
    past = history.Past(SETTING, START_US, plant.until_us)
    tags = history.unit_tags(plant.rooms.equipment.plant(), PATHS)
    never, settling, told = threading.Event(), ByHand(plant), list[int]()
    days = history.days_of(past, tags, stop=never)
    sink = plant.rooms.historian
    assert history.import_samples(past, days, sink, settling=settling, progress=told.append, stop=never)
    assert told == [12, 36]
    return settling.days


def test_a_past_is_imported_newest_day_first_and_a_repeat_changes_nothing(tmp_path: Path) -> None:
    with installation(tmp_path, hours=36) as plant:
        assert import_past(plant) == [START_US + DAY_US, START_US]
        line = Line(SETTING, start_us=START_US)
        line.run_until(plant.until_us)
        life = Life(line, plant.until_us)
        first = {unit: plant.states(unit, plant.until_us) for unit in PATHS}
        assert first == {unit: really(life, unit) for unit in PATHS}
        import_past(plant)
        assert {unit: plant.states(unit, plant.until_us) for unit in PATHS} == first


def jobs_of(plant: Installation, unit: str) -> list[tuple[str | None, int, int | None]]:
    with plant.database.read() as reading:
        found = plant.rooms.production.responses(
            reading, plant.ids[unit], START_US, plant.until_us + LATER_US, scope=EVERYTHING
        )
    return [(job.job_order, job.t0_us, job.t1_us) for job in found]


def test_past_orders_are_jobs_that_ran_and_what_an_earlier_demo_left_is_ended(tmp_path: Path) -> None:
    with installation(tmp_path, hours=24) as plant:
        line = Line(SETTING, start_us=START_US)
        line.run_until(plant.until_us)
        runs = [job for truth in line.truth.values() for job in truth.jobs]
        keeper = history.JobKeeper(plant.rooms.production, plant.database, ids=lambda: plant.ids)
        keeper.start(runs, begun_us=START_US)
        keeper.finish()
        assert keeper.caught_up.is_set()
        really_ran = [(job.job_order, job.t0_us, job.t1_us) for job in line.truth["filler"].jobs]
        assert jobs_of(plant, "filler") == really_ran
        again = history.JobKeeper(plant.rooms.production, plant.database, ids=lambda: plant.ids)
        again.start([], begun_us=plant.until_us)
        again.finish()
        assert jobs_of(plant, "filler")[-1] == (*really_ran[-1][:2], plant.until_us)


def test_settling_notices_the_day_it_expects() -> None:
    bus, never = Bus(), threading.Event()
    settling = history.Settling(bus)
    settling.expect(START_US)
    bus.publish(LedgerSettled(1, START_US + 3 * HOUR_US, START_US + DAY_US, 1))
    settling.wait(stop=never)
    settling.close()
    assert settling._reached.is_set()
