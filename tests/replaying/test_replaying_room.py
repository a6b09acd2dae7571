"""A replay says exactly what would have come of it: nothing where nothing changed, else what other code makes."""

from __future__ import annotations

import pytest

import shortcuts
from dovetail.core.clock import HOUR_US
from dovetail.core.errors import InvalidError, RefusedError
from dovetail.core.scope import Actor, Scope
from dovetail.equipment.service import PlantInvalidError
from dovetail.replaying import anew
from dovetail.replaying.model import Machine, Moved, Replay, differences
from dovetail.replaying.service import Asked, ReplayRoom
from dovetail.scenariofiles.document import OWN_PLANT
from dovetail.scenarios.play import played_out
from dovetail.scenarios.stage import OWN, Stage
from scenario_here import FOLDER, Change, scenario

NAMES = sorted(file.stem for file in FOLDER.glob("*.yaml"))


def room(now: Stage) -> ReplayRoom:
    rooms = now.rooms
    return ReplayRoom(
        now.database, rooms.equipment, rooms.historian, rooms.states, rooms.calendar, rooms.performance, now.clock
    )


def changed(found: Replay) -> list[Machine]:
    return [machine for machine in found.machines if machine.differs]


@pytest.mark.parametrize("name", shortcuts.some(NAMES, of=4))
def test_the_code_that_holds_changes_nothing(name: str) -> None:
    with played_out(scenario(name)) as (_, script, now):
        assert script is not None
        middle_us = (script.from_us + script.until_us) // 2
        whole = room(now).replay(Asked(None, script.from_us, script.until_us), scope=OWN)
        half = room(now).replay(Asked(None, middle_us, script.until_us), scope=OWN)
    assert changed(whole) == []
    assert changed(half) == []
    assert whole.machines


CHANGED_EXPRESSIONS = [
    ("running-from-current", ("smooth > 4, '30 s'", "smooth > 3, '10 s'")),
    ("running-from-current", ("mean(current, '1 min')", "mean(current, '5 min')")),
]


@pytest.mark.parametrize(
    "name, change",
    [
        ("oee-worksheet", ("map: {7: technical/fault}", "map: {7: setup/late}")),
        ("oee-worksheet", ("standard_rate_upm: 60", "standard_rate_upm: 50")),
        ("oee-worksheet", ('start: "10:00", end: "11:00"', 'start: "09:30", end: "10:30"')),
        ("oee-worksheet", ("technical: {category: failure", "technical: {category: planned")),
        ("oee-worksheet", ("total: {tag: total, max_rate_upm: 120}", "good: {tag: total, max_rate_upm: 120}")),
        ("oee-nakajima", ("3: {state: CHANGEOVER, reason: setup/tool}", "3: RUN")),
        ("counter-reset", ("max_rate_upm: 120, modulus: 65536", "modulus: 65536")),
        ("two-products", ("large: {name: Large, rates_upm: {works/filler: 20}}", "large: {name: Large}")),
        ("micro-stops", ("{bottle: {name: Bottle}}", "{bottle: {name: Bottle}}\n  conventions: {micro_stop: speed}")),
        ("late-and-twice", ("packml: {state: state}", "activity: {tag: good, timeout_s: 60}")),
        ("autumn-25-hours", ('name: Night, start: "22:00"', 'name: Night, start: "23:00"')),
        ("edit-after-the-fact", ("setup: {category: setup", "setup: {category: failure")),
        *CHANGED_EXPRESSIONS,
    ],
)
def test_other_code_would_have_made_exactly_what_it_makes(name: str, change: Change) -> None:
    reasons = ("technical: {category: failure, children: {fault: {name: Fault}}}",) * bool("setup/late" in change[1])
    more = [(old, f"{old}\n    setup: {{category: setup, children: {{late: {{name: Late}}}}}}") for old in reasons]
    other = scenario(name, change, *more)
    with played_out(other) as (_, script, now):
        assert script is not None
        period = (script.from_us, script.until_us)
        number = next(iter(node.id for node in script.plant.equipment.values() if node.states))
        made = now.rooms.performance.slices(number, *period, scope=OWN)
        wanted = now.rooms.performance.kpis(number, *period, scope=OWN).figures
    with played_out(scenario(name)) as (_, _, now):
        was = now.rooms.performance.slices(number, *period, scope=OWN)
        found = room(now).replay(Asked({OWN_PLANT: other.plant[OWN_PLANT]}, *period), scope=OWN)
    (machine,) = changed(found)
    assert machine.whole.would.times == wanted.times.model_dump()
    assert machine.whole.would.counts == wanted.counts.model_dump()
    assert machine.whole.would.kpis == {kpi.id: kpi.value for kpi in wanted.kpis}
    assert list(machine.moved) == differences(was, made, *period)
    assert machine.slices[1] == len(made)


@pytest.mark.parametrize("name, change", CHANGED_EXPRESSIONS)
def test_it_does_not_matter_where_a_long_past_is_cut(
    name: str, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = scenario(name, change).plant[OWN_PLANT]
    found: list[Replay] = []
    with played_out(scenario(name)) as (_, script, now):
        assert script is not None
        asked = Asked({OWN_PLANT: other}, script.wall.at("06:20"), script.until_us)
        for piece_us in (24 * HOUR_US, 7 * 60_000_000 + 1):
            monkeypatch.setattr(anew, "PIECE_US", piece_us)
            found.append(room(now).replay(asked, scope=OWN))
    assert changed(found[0])
    assert [list(machine.moved) for machine in found[0].machines] == [
        list(machine.moved) for machine in found[1].machines
    ]
    assert found[0].notes == found[1].notes


def test_a_computed_tag_that_is_new_has_the_past_of_what_it_names() -> None:
    running = "running: {kind: bool, expression"
    hot = """hot: {kind: bool, expression: "running and current > 8"}"""
    more = [(running, f"{hot}\n        {running}"), ("tag: running", "tag: hot")]
    other = scenario("running-from-current", *more).plant[OWN_PLANT]
    with played_out(scenario("running-from-current")) as (_, script, now):
        assert script is not None
        found = room(now).replay(Asked({OWN_PLANT: other}, script.from_us, script.until_us), scope=OWN)
    (machine,) = changed(found)
    runs, idle, at = ("Execute", "Production", ""), ("Idle", "Production", ""), script.wall.at
    assert [(one.t0_us, one.was, one.would) for one in machine.moved] == [
        (at("08:45"), runs, idle),  # it draws 3.2 A; the mean of the minute says so 51 s later
        (at("07:30"), runs, idle),
    ]
    assert list(found.notes) == ["works/press.hot was computed again, from what was recorded of what it names"]


def test_a_part_of_the_past_is_replayed_and_the_rest_stays() -> None:
    change = ("map: {7: technical/fault}", "map: {7: technical/other}")
    more = ("children: {fault: {name: Fault}}", "children: {fault: {name: Fault}, other: {name: Other}}")
    other = scenario("oee-worksheet", change, more)
    with played_out(scenario("oee-worksheet")) as (_, script, now):
        assert script is not None
        at_us = script.wall.at("08:30")
        found = room(now).replay(Asked({OWN_PLANT: other.plant[OWN_PLANT]}, at_us, at_us + 2 * HOUR_US), scope=OWN)
        known = now.rooms.states.settled_us(1)
    (machine,) = changed(found)
    fault, would = ("Held", "Production", "technical/fault"), ("Held", "Production", "technical/other")
    idle = [("Idle", "Production", f"technical/{word}") for word in ("fault", "other")]
    assert list(machine.moved) == [
        Moved(script.wall.at("10:00"), at_us + 2 * HOUR_US, idle[0], idle[1]),
        Moved(at_us, script.wall.at("08:47"), fault, would),
    ]
    assert known != 0


def test_what_is_new_has_no_past_and_that_is_said() -> None:
    more = (
        "works/press:\n      level: WorkUnit\n",
        "works/new: {level: WorkUnit, states: {by_hand: true}}\n    works/press:\n      level: WorkUnit\n",
    )
    other = scenario("oee-worksheet", more)
    with played_out(scenario("oee-worksheet")) as (_, script, now):
        assert script is not None
        found = room(now).replay(Asked({OWN_PLANT: other.plant[OWN_PLANT]}, script.from_us, script.until_us), scope=OWN)
    assert changed(found) == []
    assert list(found.notes) == ["works/new is new: nothing is recorded of it"]


def test_a_machine_that_was_moved_keeps_its_past() -> None:
    renamed = [("works/press:\n", "works/punch:\n      moved: works/press\n")]
    other = scenario("oee-worksheet", *renamed).plant[OWN_PLANT]
    with played_out(scenario("oee-worksheet")) as (_, script, now):
        assert script is not None
        found = room(now).replay(Asked({OWN_PLANT: other}, script.from_us, script.until_us), scope=OWN)
    assert changed(found) == []
    assert [machine.path for machine in found.machines] == ["works/punch"]


def test_what_cannot_be_replayed_is_said() -> None:
    nobody = Scope(Actor("7", "Eve"))
    with played_out(scenario("two-products")) as (_, script, now):
        assert script is not None
        replay = room(now).replay
        with pytest.raises(RefusedError):
            replay(Asked(None, script.from_us, script.until_us), scope=nobody)
        with pytest.raises(InvalidError, match="nothing to replay"):
            replay(Asked(None, script.until_us, script.from_us), scope=OWN)
        with pytest.raises(InvalidError, match="at most 400 days"):
            replay(Asked(None, script.from_us - 500 * 24 * HOUR_US, script.until_us), scope=OWN)
        with pytest.raises(PlantInvalidError):
            replay(Asked({"a.yaml": b"plant: {}"}, script.from_us, script.until_us), scope=OWN)
