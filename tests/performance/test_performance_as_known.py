"""Every input of a figure follows the moment of knowledge: rates, reasons, conventions, targets, the plant itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table
from test_performance_rooms import PLANT, Plant, at, run_an_hour

from dovetail.accord.asked import EditTime
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, SECOND_US, to_rfc3339
from dovetail.core.scope import Scope, system_scope
from dovetail.db import versioned
from dovetail.db.uow import Database
from dovetail.db.versioned import EVER_US
from dovetail.events.equipment import PlantApplied
from dovetail.explain.diff import Asked, Differ
from dovetail.house.rooms import build_rooms
from dovetail.losses.model import Wanted
from dovetail.losses.service import Asked as AskedLosses
from dovetail.losses.service import LossesRoom
from dovetail.materials.store import material_definition
from dovetail.operations.operation import execute
from dovetail.proof.tree import Place
from dovetail.states.store import reason
from dovetail.testing.clock import ManualClock
from dovetail.yardsticks.store import TABLES
from shortcuts import examples

SYSTEM = system_scope("test")
SECOND_MACHINE = PLANT.replace(
    b"connections:\n",
    b"  acme/capper: {level: WorkUnit, class: machine, calendar: day, parameters: {connection: plc}}\nconnections:\n",
)


class House(Plant):
    """The filler's house, in which definitions are put into the past."""

    def restate(self, table: Table, key: str, body: Any, start: int, end: int | None) -> None:
        to_us = EVER_US if end is None else at(end)
        with self.rooms.performance.database.write(SYSTEM.actor) as uow:
            versioned.restate(uow, table, {key: [(at(start), body)]}, from_us=at(start), to_us=to_us)
            uow.emit(PlantApplied(1, at(start), uow.known))
        self.work()

    def recode(self, start: int, word: str) -> None:
        given = EditTime(
            equipment_id=self.filler, start=to_rfc3339(at(start)), end=to_rfc3339(at(start + 4)), reason=word
        )
        execute(self.rooms.timeline.operations.edit, given, database=self.rooms.performance.database, scope=SYSTEM)
        self.work()

    def apply(self, code: bytes) -> None:
        self.clock.tick(MINUTE_US)
        self.rooms.equipment.apply({"plant.yaml": code}, scope=SYSTEM)
        self.work()

    def known(self) -> int:
        with self.rooms.performance.database.read() as reading:
            return reading.known_now()

    def seen(self, as_of: int | None = None) -> Any:
        """What pages show of two periods of the machine and of all of it."""
        room, acme = self.rooms.performance, self.rooms.equipment.plant().by_path("acme").id
        found = [
            room.kpis(node, at(start), at(end), scope=SYSTEM, as_of=as_of)
            for node in (self.filler, acme) for start, end in ((0, 50), (13, 36))
        ]  # fmt: skip
        slices = room.slices(self.filler, at(0), at(50), scope=SYSTEM, as_of=as_of)
        same = [{name: said for name, said in asdict(one).items() if not name.startswith("known")} for one in slices]
        return [(one.figures.model_dump(), one.settings, one.leaves.hints) for one in found], same


@contextmanager
def house_on(
    database: Database, folder: Path, clock: ManualClock, bus: Bus, *, code: bytes = PLANT, scope: Scope = SYSTEM
) -> Iterator[House]:
    """The house after an hour's work, its plant applied by whom `scope` says."""
    clock.step(-2 * SECOND_US)
    rooms = build_rooms(folder, database, clock=clock, bus=bus)
    rooms.equipment.apply({"plant.yaml": code}, scope=scope, reason="first")
    clock.step(2 * SECOND_US)
    rooms.historian.resume("edge", [])
    made = House(rooms, clock)
    run_an_hour(made)
    yield made
    rooms.historian.close()


@pytest.fixture
def house(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[House]:
    with house_on(sqlite_database, tmp_path, clock, bus) as opened:
        yield opened


def product(rate_upm: float) -> dict[str, Any]:
    return {"name": "Cola", "unit": "{#}", "rates_upm": {"acme/filler": rate_upm}}


CONVENTION, TARGET = TABLES["convention"], TABLES["target"]
WORDS = st.sampled_from([
    ("restate", CONVENTION, "conventions", {"no_data": "as_loss"}),
    ("restate", CONVENTION, "conventions", {"micro_stop": "speed", "micro_stop_s": 600.0}),
    ("restate", CONVENTION, "conventions", {"failures": "per_failure"}),
    ("restate", CONVENTION, "conventions", None),
    ("restate", TARGET, "acme", {"oee_index": 0.7}),
    ("restate", TARGET, "acme/filler", {"oee_index": 0.9}),
    ("restate", reason, "mechanical", {"name": "Mechanical", "category": "setup", "children": {}}),
    ("restate", reason, "mechanical", {"name": "Mechanical", "category": "planned", "children": {}}),
    ("restate", material_definition, "cola", product(90)),
    ("recode", "mechanical"),
    ("apply", PLANT),
    ("apply", SECOND_MACHINE),
])  # fmt: skip
PLACES = st.tuples(st.integers(0, 45), st.one_of(st.none(), st.integers(1, 40)))


def do(house: House, what: tuple[Any, ...], start: int, lasts: int | None) -> None:
    end = None if lasts is None else start + lasts
    {
        "restate": lambda: house.restate(*what[1:], start, end),
        "recode": lambda: house.recode(start, what[1]),
        "apply": lambda: house.apply(what[1]),
    }[what[0]]()


# what an example did goes on in the house: a shorter one is another story
@settings(
    max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
@given(acts=st.lists(st.tuples(WORDS, PLACES), min_size=1, max_size=5))
def test_as_of_answers_what_was_seen_then_and_the_steps_between_sum_up(house: House, acts: list[Any]) -> None:
    seen = {house.known(): house.seen()}
    for what, place in acts:
        do(house, what, *place)
        seen[house.known()] = house.seen()
    assert {known: house.seen(known) for known in seen} == seen
    first, acme = min(seen), house.rooms.equipment.plant().by_path("acme").id
    for kpi in ("oee_index", "mtbf", "availability"):
        asked = Asked(kpi, acme, at(0), at(50), first, None, SYSTEM)
        found = Differ(house.rooms.performance).diff(asked)
        steps = sum((one.contribution for one in found.changes if one.contribution), Decimal(0))
        assert found.difference is None or steps == found.difference
        assert "running" not in {one.cause.kind for one in found.changes}


def test_a_convention_of_the_past_is_a_step_of_its_own_in_the_diff(house: House) -> None:
    house.recode(31, "mechanical")
    before, old = house.known(), house.seen()
    house.restate(CONVENTION, "conventions", {"failures": "per_failure"}, 0, None)
    found = Differ(house.rooms.performance).diff(Asked("mtbf", house.filler, at(0), at(50), before, None, SYSTEM))
    assert [(one.cause.kind, one.moves) for one in found.changes] == [("plant", {})]
    assert (found.before, found.after) != (None, None) and found.after == 2 * (found.before or 0)
    assert house.seen(before) == old


def test_a_machine_that_was_added_since_is_no_part_of_what_was_known(house: House) -> None:
    before, old = house.known(), house.seen()
    house.apply(SECOND_MACHINE)
    acme = house.rooms.equipment.plant().by_path("acme").id
    house.clock.tick(MINUTE_US)
    room = house.rooms.performance
    assert len(room.kpis(acme, at(0), at(62), scope=SYSTEM).leaves.ids) == 2
    assert len(room.kpis(acme, at(0), at(50), scope=SYSTEM).leaves.ids) == 1  # it was not there yet
    assert len(room.kpis(acme, at(0), at(62), scope=SYSTEM, as_of=before).leaves.ids) == 1
    assert len(room.kpis(acme, at(0), at(50), scope=SYSTEM, as_of=before).leaves.ids) == 1
    assert house.seen(before) == old


FILLER = PLANT[PLANT.index(b"  acme/filler:") : PLANT.index(b"connections:")]
CAPPER = SECOND_MACHINE[SECOND_MACHINE.index(b"  acme/capper:") : SECOND_MACHINE.index(b"connections:")]
IN_A_HALL = FILLER.replace(
    b"acme/filler:\n    {", b"acme/hall: {level: Area}\n  acme/hall/filler:\n    {moved: acme/filler, "
)


@pytest.mark.parametrize(("there", "rate"), [(CAPPER, b"acme/capper"), (IN_A_HALL, b"acme/hall/filler")],
                         ids=["taken out", "moved"])  # fmt: skip
def test_what_a_site_came_to_stands_when_a_machine_is_taken_out_or_moved(
    house: House, there: bytes, rate: bytes
) -> None:
    room, acme = house.rooms.performance, house.rooms.equipment.plant().by_path("acme").id
    before = room.kpis(acme, at(0), at(50), scope=SYSTEM)
    place = Place("", acme, at(0), at(50), None, SYSTEM)
    opened = house.rooms.explainer.explain("availability", place, path="availability/apt_us")
    lost = AskedLosses(acme, at(0), at(50), Wanted())
    bars = LossesRoom(room).pareto(lost, by="equipment", measure="minutes", scope=SYSTEM).bars
    house.apply(PLANT.replace(FILLER, there).replace(b"{acme/filler: 120}", b"{" + rate + b": 120}"))
    after = room.kpis(acme, at(0), at(50), scope=SYSTEM)
    assert (after.figures, after.sums) == (before.figures, before.sums)
    assert LossesRoom(room).pareto(lost, by="equipment", measure="minutes", scope=SYSTEM).bars == bars != []
    assert [node.value for node in opened.children] == [
        node.value for node in house.rooms.explainer.explain("availability", place, path=opened.key).children
    ]
    assert room.kpis(house.filler, at(0), at(50), scope=SYSTEM).sums == before.sums
    found = Differ(room).diff(Asked("availability", acme, at(0), at(50), before.known, None, SYSTEM))
    assert (found.difference, [one for one in found.changes if one.contribution]) == (0, [])
