"""What must be in copies before it goes stays until they hold it; what waits is said, and holds come first."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from clearing_world import LIMIT, RECIPE, SPEED, TAGS, VIBRATION, World, at

from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.retention.model import Wait, Why

WAITING = {"drop_after": "P1Y", "wait_for": ["backup", "hq"]}
JANUARY = 648


class Elsewhere:
    """Copies as somebody knows them: by copy and month, why tags are not held there; what is not named is held."""

    def __init__(self, world: World) -> None:
        self.lacks: dict[tuple[str, int], dict[int, Why]] = {}
        self.asked: list[tuple[str, int]] = []
        world.room.lacking = self.lacking

    def lacking(self, copy: str, month: int, until: Mapping[int, int]) -> Mapping[int, Why]:
        self.asked.append((copy, month))
        return {tag: why for tag, why in self.lacks.get((copy, month), {}).items() if tag in until}


@pytest.fixture
def elsewhere(world: World) -> Elsewhere:
    return Elsewhere(world)


def test_what_a_copy_does_not_hold_stays_and_the_plan_says_for_which_it_waits(
    world: World, elsewhere: Elsewhere
) -> None:
    world.live()
    world.rule(acme=WAITING)
    elsewhere.lacks = {("hq", JANUARY): {SPEED: "behind"}, ("backup", JANUARY + 1): dict.fromkeys(TAGS, "older-proof")}
    plan = world.room.plan()
    assert [(line.month, line.samples) for line in plan.lines] == [(JANUARY, 31 * 4 + 31), (JANUARY + 2, 2 * 31 * 4)]
    assert [(one.copy, one.why, one.rule, one.month, one.samples) for one in plan.waits] == [
        ("hq", "behind", "acme", JANUARY, 31 * 4),
        ("backup", "older-proof", "acme", JANUARY + 1, 2 * 29 * 4 + 29),
    ]
    assert all(one.bytes > 0 for one in plan.waits)
    world.clear()
    assert world.held(SPEED, VIBRATION) == {SPEED: 2 + 31 * 4 + 29 * 4, VIBRATION: 2 + 29 * 4}
    assert world.sent() == sum(world.held().values()) + world.room.gone.samples


def test_it_goes_within_an_hour_of_the_copy_holding_it(world: World, elsewhere: Elsewhere) -> None:
    world.live()
    world.rule(acme__filler=WAITING)
    elsewhere.lacks = {("hq", JANUARY): {SPEED: "away"}}
    world.clear()
    assert world.gone(SPEED) == 60 * 4
    elsewhere.lacks = {}
    world.clear()
    assert world.gone(SPEED) == 60 * 4  # looked at a moment ago
    world.clock.tick(HOUR_US)
    world.clear()
    assert world.gone(SPEED) == 91 * 4


def test_what_comes_late_while_it_goes_waits_again(world: World, elsewhere: Elsewhere) -> None:
    """The copy held all of it when the plan was made, and no longer when its turn comes."""
    world.live()
    world.rule(acme__filler=WAITING)
    plan = world.room.plan()
    assert not plan.waits
    world.do(world.keeper.run, plan=plan.digest)
    world.send(SPEED, [at("2024-01-10") + HOUR_US])
    elsewhere.lacks = {("hq", JANUARY): {SPEED: "behind"}}
    world.clear()
    assert world.held(SPEED, VIBRATION) == {SPEED: 2 + 31 * 4 + 1, VIBRATION: 2}


def test_a_hold_comes_first(world: World, elsewhere: Elsewhere) -> None:
    """What is held does not wait for a copy: it stays whatever copies hold."""
    world.live()
    world.rule(acme__filler=WAITING)
    world.do(world.room.holds.hold, tags=[SPEED], start="2024-01-01T00:00:00Z", end="2024-02-01T00:00:00Z")
    elsewhere.lacks = {("hq", JANUARY): {SPEED: "behind", VIBRATION: "behind"}}
    plan = world.room.plan()
    assert [(one.copy, one.tags) for one in plan.waits] == [("hq", (VIBRATION,))]
    assert plan.spared == 31 * 4 + 31  # held, and the recipe that stands
    elsewhere.lacks = {}
    world.clear()
    assert world.held(SPEED, VIBRATION) == {SPEED: 2 + 31 * 4, VIBRATION: 2}


def test_a_full_disk_waits_for_copies_too(world: World, elsewhere: Elsewhere) -> None:
    world.live()
    world.rule(acme={"on_full": "evict", "wait_for": ["hq"]})
    elsewhere.lacks = {("hq", JANUARY): dict.fromkeys(TAGS, "away")}
    world.room_left = [1 << 20, 1 << 30]
    world.clear()
    assert world.gone(SPEED) == 29 * 4  # February, of which the copy holds all
    assert world.held(RECIPE, LIMIT) == {RECIPE: 91 - 29, LIMIT: 1}


def test_without_a_copy_named_nobody_is_asked(world: World, elsewhere: Elsewhere) -> None:
    world.live()
    world.rule(acme={"drop_after": "P1Y"})
    world.clear()
    assert elsewhere.asked == []
    assert world.gone(SPEED) == 91 * 4


def test_a_copy_that_nobody_knows_of_holds_nothing(world: World) -> None:
    world.live()
    world.rule(acme__filler={"drop_after": "P1Y", "wait_for": ["hq"]})
    waits = world.room.plan().waits
    assert {(one.copy, one.why) for one in waits} == {("hq", "no-copy")}
    assert isinstance(waits[0], Wait)


def test_a_copy_crossed_out_of_a_rule_is_still_waited_for_a_day(world: World, elsewhere: Elsewhere) -> None:
    world.live()
    world.rule(acme__filler=WAITING)
    world.rule(acme__filler={"drop_after": "P1Y"}, days_ago=0.5)
    elsewhere.lacks = {("hq", month): dict.fromkeys(TAGS, "behind") for month in range(JANUARY, JANUARY + 3)}
    assert not world.room.plan().waits
    world.clear()
    assert world.gone(SPEED) == 0
    world.clock.tick(DAY_US)
    world.clear()
    assert world.gone(SPEED) == 91 * 4
