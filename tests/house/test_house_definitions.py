"""What the ledger asks for each definition is read once for each time in which definitions do not change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dovetail.core.bus import Bus
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.equipment.model import PlantModel
from dovetail.events.equipment import PlantApplied
from dovetail.house.definitions import Categories
from dovetail.house.rooms import build_rooms
from dovetail.testing.clock import ManualClock

CHANGES = (100, 200)


@dataclass
class Plants:
    """Definitions that change at two moments."""

    def plant(self, *, at_us: int | None = None) -> PlantModel:
        raise AssertionError("only when definitions change is asked, not what they are")

    def changes_between(self, from_us: int, to_us: int) -> Sequence[int]:
        return [at_us for at_us in CHANGES if from_us < at_us < to_us]


@dataclass
class Reasons:
    """What is read, and how often."""

    category: str = "failure"
    asked: list[int] = field(default_factory=list[int])

    def read(self, at_us: int) -> Mapping[str, str]:
        self.asked.append(at_us)
        return {"jam": self.category if at_us >= 100 else "other"}


def test_a_thousand_slices_are_cut_by_one_question_for_each_stretch_of_definitions(bus: Bus) -> None:
    reasons = Reasons()
    categories = Categories(Plants(), reasons.read, bus)
    said = [categories(at_us)["jam"] for at_us in range(300)]
    assert said == ["other"] * 100 + ["failure"] * 200
    assert len(reasons.asked) == 1 + len(CHANGES)


def test_what_is_applied_is_read_anew(bus: Bus) -> None:
    reasons = Reasons()
    categories = Categories(Plants(), reasons.read, bus)
    assert categories(150) == {"jam": "failure"}
    reasons.category = "setup"
    bus.publish(PlantApplied(2, 150, 7))
    assert categories(150) == {"jam": "setup"}


CODE = """
plant: {format: 1, name: Small}
equipment: {works: {level: Site, timezone: Europe/Prague}, works/press: {level: WorkUnit}}
reasons: {jam: {name: Jam, category: CATEGORY}}
"""


def test_a_category_of_later_leaves_that_of_before(
    database: Database, tmp_path: Path, clock: ManualClock, bus: Bus
) -> None:
    rooms = build_rooms(tmp_path, database, clock=clock, bus=bus)
    categories, scope = rooms.performance.sources.categories, system_scope("test")
    first_us = clock.now_us()
    rooms.equipment.apply({"plant.yaml": CODE.replace("CATEGORY", "failure").encode()}, scope=scope, reason="new")
    with database.read() as reading:
        known = reading.known_now()
    assert categories(first_us)["jam"] == "failure"
    clock.tick(1_000_000)
    rooms.equipment.apply({"plant.yaml": CODE.replace("CATEGORY", "setup").encode()}, scope=scope, reason="other")
    earlier = rooms.performance.sources.earlier
    assert earlier is not None
    assert (categories(first_us)["jam"], categories(clock.now_us())["jam"]) == ("failure", "setup")
    assert earlier(known).categories(clock.now_us())["jam"] == "failure"
    rooms.historian.close()
