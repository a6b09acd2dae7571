"""A line that counts cases and weighs: the ledger, entries, what waits for a conversion, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from conversions_plant import IN_CASES
from counting_plant import PLANT, Plant, an_hour, at, plant_on, when

from dovetail.conversions.service import Raw
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US
from dovetail.core.scope import system_scope
from dovetail.counting.pieces import CountTrack
from dovetail.db.uow import Database, Reading
from dovetail.ledger.model import Slice
from dovetail.operations.operation import execute
from dovetail.performance.facts import Gathering
from dovetail.restating.service import Restate
from dovetail.testing.clock import ManualClock

IN_KILOGRAMS = PLANT.replace("cola: {name: Cola,", "cola: {name: Cola, unit: kg,")
WITH_WATER = IN_CASES.replace("water: {name: Water,", "water: {name: Water, units: {case: 6},")
FLOOR = system_scope("anna")
MIDNIGHT = 18 * 60  # UTC
DAY = 24 * 60


def cases(plant: Plant) -> None:
    """One case a minute from minute 0 to 60 of the filler; nothing runs yet."""
    plant.now(60)
    rows: list[tuple[str, float, Any]] = [("state", 0, 6), ("total", 0, 100), ("scrap", 0, 0)]
    plant.send([*rows, *(("total", m, 100 + m) for m in range(1, 61))], mark=60)
    plant.work()


def stopping(plant: Plant) -> None:
    """A minute's stop every ten minutes of an hour, so that its ledger is of many parts; nothing runs yet."""
    plant.now(60)
    rows: list[tuple[str, float, Any]] = [("total", 0, 100), ("scrap", 0, 0)]
    rows += [("state", m + late, state) for m in range(0, 60, 10) for late, state in ((0, 6), (5, 11), (6, 6))]
    plant.send([*rows, ("total", 60, 160)], mark=60)
    plant.work()


def start(plant: Plant, product: str, minute: float, until: float | None = None, *, beside: bool = False) -> None:
    given = {"equipment_id": plant.filler, "product": product, "started_at": when(minute), "beside": beside}
    plant.do("job.start", given if until is None else given | {"ended_at": when(until)})


def waiting(plant: Plant) -> list[tuple[int, str, str | None, str]]:
    with plant.database.read() as reading:
        found = list(plant.rooms.conversions.waiting(reading, plant.line, at(-60), at(24 * 60), scope=FLOOR))
    return [(one.quantity, one.unit, one.product, one.why) for _, one in found]


def pieces_of(slices: Sequence[Slice]) -> list[object]:
    return [(one.t0_us, [share.pieces for share in one.shares]) for one in slices]


def same_as_cut_anew(plant: Plant) -> bool:
    """Whether the slices held are those of the whole ledger made in one piece."""
    room = plant.rooms.performance
    gathering = Gathering(room.sources, room.gathering.settings)
    held = room.slices(plant.filler, at(0), at(50), scope=FLOOR)
    with plant.database.read() as reading:
        anew = gathering.derive(reading, plant.filler, at(0), at(50))
    return pieces_of(held) == pieces_of(anew)


def test_cases_of_a_product_are_bottles_and_nothing_is_lost_without_a_job(on_both: Plant) -> None:
    plant = on_both
    cases(plant)
    assert plant.sums(plant.filler, 0, 60) == {}
    assert sum(quantity for quantity, *_ in waiting(plant)) == 60
    assert {why for *_, why in waiting(plant)} == {"no-job"}
    start(plant, "cola", 0)
    assert plant.sums(plant.filler, 0, 60) == {"good": 720}
    assert waiting(plant) == []


def test_a_product_that_does_not_know_the_unit_waits_until_it_is_restated(plant: Plant) -> None:
    cases(plant)
    start(plant, "cola", 0, until=40)
    start(plant, "water", 40)
    assert plant.sums(plant.filler, 0, 60) == {"good": 480}
    assert sum(quantity for quantity, *_ in waiting(plant)) == 20
    assert {(unit, product, why) for _, unit, product, why in waiting(plant)} == {("case", "water", "no-conversion")}
    with plant.database.read() as reading:
        known = reading.known_now()
    plant.rooms.equipment.apply({"plant.yaml": WITH_WATER.encode()}, scope=FLOOR, reason="six to a case")
    plant.work()
    assert plant.sums(plant.filler, 0, 60) == {"good": 480}  # the past keeps its own
    asked = Restate(start=when(0), end=when(59), only=("products:water",))
    plan = plant.rooms.restating.plan(asked)
    assert plan.ledgers
    execute(plant.rooms.restating.make, asked, database=plant.database, scope=FLOOR, reason="six to a case")
    plant.work()
    assert plant.sums(plant.filler, 0, 59) == {"good": 480 + 19 * 6}
    then = plant.rooms.performance.sums(plant.filler, at(0), at(59), scope=FLOOR, as_of=known)
    assert then["good"] == 480


def test_a_person_enters_in_any_unit_that_the_product_knows(on_both: Plant) -> None:
    plant = on_both
    cases(plant)
    start(plant, "cola", 0)
    out = plant.enter(plant.filler, scrap=2, unit="case", end=when(30))
    assert out.counts_as == {"good": -24, "scrap": 24}
    assert plant.sums(plant.filler, 0, 60) == {"good": 720 - 24, "scrap": 24}
    grams = plant.enter(plant.filler, scrap=660, unit="g", end=when(31))
    assert grams.counts_as == {"good": -2, "scrap": 2}
    assert plant.sums(plant.filler, 0, 60) == {"good": 720 - 26, "scrap": 26}
    for minute in range(32, 36):  # a third of a bottle each: none is lost, none is made
        plant.enter(plant.filler, scrap=110, unit="g", end=when(minute))
    assert plant.sums(plant.filler, 0, 60) == {"good": 720 - 26 - 1, "scrap": 27}
    assert same_as_cut_anew(plant)


def test_an_entry_that_nobody_can_convert_is_kept_and_shown(plant: Plant) -> None:
    cases(plant)
    start(plant, "cola", 0)
    out = plant.enter(plant.filler, scrap=3, unit="pallet", end=when(30))
    assert (out.unit, out.counts_as) == ("pallet", {})
    assert plant.sums(plant.filler, 0, 60) == {"good": 720}
    assert (3, "pallet", "cola", "no-conversion") in waiting(plant)
    plant.do("count.withdraw", {"entry_id": out.entry_id})
    assert waiting(plant) == []


def test_late_entries_move_only_what_is_carried_on_their_day(plant: Plant) -> None:
    cases(plant)
    start(plant, "cola", 0)
    for minute in (40, 10, 30):
        plant.enter(plant.filler, scrap=200, unit="g", end=when(minute))
        assert same_as_cut_anew(plant)
    withdrawn = plant.entries(plant.filler)[0]
    plant.do("count.withdraw", {"entry_id": withdrawn.entry_id})
    assert same_as_cut_anew(plant)


def test_parts_of_a_kilogram_are_carried_though_no_product_says_what_a_gram_is(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus
) -> None:
    with plant_on(sqlite_database, tmp_path, clock, bus, text=IN_KILOGRAMS) as plant:
        stopping(plant)
        start(plant, "cola", 0)
        for minute in (10, 40, 20):
            plant.enter(plant.filler, scrap=400, unit="g", end=when(minute))
            assert same_as_cut_anew(plant)
        assert plant.sums(plant.filler, 0, 60)["scrap"] == 1


def test_an_entry_over_midnight_comes_to_the_same_whatever_is_asked_of_it(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus
) -> None:
    with plant_on(sqlite_database, tmp_path, clock, bus, text=IN_KILOGRAMS) as plant:
        plant.now(2 * MIDNIGHT)
        start(plant, "cola", 0, until=MIDNIGHT - 60)
        start(plant, "cola", MIDNIGHT - 60)
        plant.enter(plant.filler, infeed=400, unit="g", end=when(MIDNIGHT - 180))
        plant.enter(plant.filler, infeed=700, unit="g", start=when(MIDNIGHT - 120), end=when(MIDNIGHT + 120))
        with plant.database.read() as reading:
            wide, narrow = (
                plant.rooms.conversions.counts(reading, plant.filler, at(minute), at(MIDNIGHT + 180), scope=FLOOR)
                for minute in (0, MIDNIGHT - 90)
            )
        assert [one for one in wide if one.t1_us > at(MIDNIGHT - 90)] == narrow


def test_counters_without_a_unit_are_as_they_were(plant: Plant) -> None:
    an_hour(plant)
    start(plant, "cola", 0)
    assert plant.sums(plant.filler, 0, 60)["scrap"] == 6


class Unread:
    """The counts of a plant of which none may be read."""

    def counts(self, *asked: object, **how: object) -> list[CountTrack]:
        raise AssertionError(f"{asked} need not be read")


def test_a_plant_without_units_is_told_at_once_that_nothing_waits(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus
) -> None:
    with plant_on(sqlite_database, tmp_path, clock, bus) as plant:
        an_hour(plant)
        room = replace(plant.rooms.conversions, raw=Unread())
        with plant.database.read() as reading:
            assert not list(room.waiting_anywhere(reading, at(0), at(60), scope=FLOOR))
        plant.enter(plant.table, good=3, unit="pallet", end=when(30))
        assert (3, "pallet", None, "no-job") in waiting(plant)


@dataclass
class Watched:
    """The counts of a plant, and the minutes over which they were read."""

    raw: Raw
    read: list[tuple[float, float]] = field(default_factory=list)

    def counts(self, reading: Reading, equipment_id: int, from_us: int, to_us: int, **how: Any) -> Sequence[CountTrack]:
        self.read.append(((from_us - at(0)) / MINUTE_US, (to_us - at(0)) / MINUTE_US))
        return self.raw.counts(reading, equipment_id, from_us, to_us, **how)


@pytest.mark.parametrize(
    ("what", "jobs", "read"),
    [
        ("nothing ran", [], [(0, 60)]),
        ("a product that knows the unit", [("cola", 0, None)], []),
        ("then nothing", [("cola", 0, 40)], [(40, 60)]),
        ("then one that does not know it", [("cola", 5, 40), ("water", 40, None)], [(0, 5), (40, 60)]),
        ("beside each other", [("cola", 0, None), ("water", 20, 30)], [(20, 30)]),
    ],
)
def test_counts_are_read_only_where_one_may_wait(
    plant: Plant, what: str, jobs: Sequence[tuple[str, float, float | None]], read: object
) -> None:
    cases(plant)
    for job in jobs:
        start(plant, *job, beside=True)
    watched = Watched(plant.rooms.conversions.raw)
    room = replace(plant.rooms.conversions, raw=watched)
    with plant.database.read() as reading:
        found = list(room.waiting(reading, plant.filler, at(0), at(60), scope=FLOOR))
    assert watched.read == read, what
    assert bool(found) == bool(read), what


def test_a_month_is_read_no_further_than_it_is_asked_for(plant: Plant) -> None:
    cases(plant)
    watched = Watched(plant.rooms.conversions.raw)
    room = replace(plant.rooms.conversions, raw=watched)
    with plant.database.read() as reading:
        found = room.waiting(reading, plant.filler, at(0), at(31 * DAY), scope=FLOOR)
        next(found)
    assert watched.read == [(0, MIDNIGHT)]
