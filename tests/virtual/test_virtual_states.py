"""A computed text is a machine's state: one language for signals and for rules, right also where samples came late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from virtual_floor import MIXER, ON, POWER, Floor, at, plant

from dovetail.core.batch import Kind
from dovetail.core.scope import system_scope
from dovetail.equipment.model import PlantModel
from dovetail.states.service import StatesRoom

RULE = "'jam' if on_delay(on and power < 1, '5 s') else 'run' if power > 3 else 'idle'"
STATES = {"values": {"tag": "doing", "map": {"jam": "Held", "run": "Execute", "idle": "Idle"}}}
EVERYONE = system_scope("test")


class NoShifts:
    def cuts(self, equipment_id: int, from_us: int, to_us: int) -> Sequence[int]:
        return ()


def with_states(floor: Floor) -> StatesRoom:
    floor.apply(0, {"doing": (RULE, Kind.STR)})
    model = plant({"doing": (RULE, Kind.STR)})
    nodes = [replace(node, states=STATES if node.id == MIXER else None) for node in model.equipment.values()]
    floor.plants.versions = [
        (
            at(0),
            PlantModel(
                equipment=nodes,
                tags=model.tags.values(),
                connections=model.connections.values(),
                scan_classes=model.scan_classes.values(),
            ),
        )
    ]
    return StatesRoom(
        floor.database, floor.historian, floor.plants, calendar=NoShifts(), clock=floor.clock, bus=floor.bus
    )


def timeline(floor: Floor, states: StatesRoom) -> list[tuple[float, str]]:
    for _ in range(6):
        floor.drain()
        while states.step():
            pass
    with floor.database.read() as reading:
        records = states.records(reading, MIXER, 0, 1 << 60, scope=EVERYONE)
    return [((record.t0_us - at(0)) / 1e6, record.state) for record in records]


def test_rules_in_the_language_are_states(floor: Floor) -> None:
    states = with_states(floor)
    floor.send([(ON, 0, True), (POWER, 0, 5.0), (POWER, 10, 0.0)], a=12)
    assert timeline(floor, states) == [(0, "Execute"), (10, "Idle")]
    floor.send([(POWER, 20, 9.0), (POWER, 30, None)], a=40)
    assert timeline(floor, states) == [(0, "Execute"), (10, "Idle"), (15, "Held"), (20, "Execute"), (30, "NO_DATA")]


def test_a_late_sample_changes_states_that_follow_from_it(floor: Floor) -> None:
    states = with_states(floor)
    floor.send([(ON, 0, True), (POWER, 0, 5.0), (POWER, 10, 0.0), (POWER, 30, 5.0)], a=40)
    assert timeline(floor, states) == [(0, "Execute"), (10, "Idle"), (15, "Held"), (30, "Execute")]
    floor.send([(POWER, 12, 2.0), (POWER, 10, None)])
    assert timeline(floor, states) == [(0, "Execute"), (10, "Idle"), (30, "Execute")]
    floor.send([(POWER, 15, 4.0), (POWER, 16, None)])
    assert timeline(floor, states) == [
        (0, "Execute"), (10, "Idle"), (15, "Execute"), (16, "NO_DATA"), (30, "Execute"),
    ]  # fmt: skip
    assert floor.told("doing")[-2:] == [(16, None, "BAD_NOT_CONNECTED"), (30, "run", "GOOD")]
