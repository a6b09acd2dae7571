"""A figure that rests on a person's word says so: who, when and why, above what the signals said and their samples."""

from __future__ import annotations

from typing import Any

import pytest
from performance_world import good
from timeline_world import FILLER, PACKML, PLANT, PRESS, SYSTEM, World, at, drain, ledger_on, moment, said

from dovetail.core.batch import Kind
from dovetail.core.bus import Bus
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.equipment.model import Connection, PlantModel, Tag
from dovetail.historian.model import Sample
from dovetail.insight.explain import Explainer
from dovetail.insight.tree import Node, Place
from dovetail.testing.clock import ManualClock

STATE = Tag(400, "acme/line/filler.state", FILLER, "state", "plc", "ns=2;s=State", Kind.I64)


class Samples:
    """Two samples of the state signal: it ran, and at minute 20 it was held."""

    def last(self, tags: list[int], *, scope: Scope, at_us: int | None = None) -> dict[int, Sample]:
        told = [good(STATE.id, at(0), 6), good(STATE.id, at(20), 11)]
        return {
            sample.tag: sample for sample in told if sample.tag in tags and (at_us is None or sample.ts_us <= at_us)
        }


@pytest.fixture
def world(sqlite_database: Database, clock: ManualClock, bus: Bus) -> World:
    """A filler that stood from minute 20 to 30; Ada said why, Ben commented."""
    plant = PlantModel(
        equipment=PLANT.equipment.values(),
        tags=[STATE],
        connections=[Connection("plc", "opcua", {"endpoint": "opc.tcp://127.0.0.1:4841/"}, "auto", 900, 901)],
    )
    made = World(sqlite_database, clock, bus, plant_model=plant)
    made.minutes_pass(60)
    made.signals(FILLER, said(FILLER, 0, 20, "Execute"), said(FILLER, 20, 30, "Held"), said(FILLER, 30, None, "RUN"))
    made.edit(FILLER, 20, 30, reason="mechanical/jam", why="seen on the camera")
    made.edit(FILLER, 20, 30, comment="belt", who="Ben")
    return made


def explain(world: World, path: str, equipment_id: int = FILLER) -> Node:
    ledger = ledger_on(world)
    drain(world, ledger)
    place = Place("", equipment_id, at(0), at(60), None, SYSTEM)
    return Explainer(ledger, Samples(), world.room).explain("availability", place, path=path)


def children(node: Node) -> list[tuple[str, str]]:
    return [(child.kind, child.label) for child in node.children]


def test_the_words_stand_above_the_signals_and_the_samples_are_reached_beneath(world: World) -> None:
    assert PACKML["packml"]["state"] == STATE.property
    path = f"availability/pbt_us/adot_us/slice:{at(20)}/state-record:{at(20)}"
    node = explain(world, path)
    assert (node.label, node.detail["reason"], node.detail["source"]) == ("Held", "mechanical/jam", "person")
    assert children(node) == [
        ("timeline-edit", "belt"),
        ("timeline-edit", "mechanical/jam"),
        ("derived-record", "Held"),
    ]
    jam = node.children[1].detail
    assert (jam["by"], jam["why"], jam["start"], jam["end"]) == ("Ada", "seen on the camera", moment(20), moment(30))
    assert jam["evidence_changed"] is False
    assert explain(world, node.children[1].key).detail == jam
    signals = explain(world, node.children[2].key)
    assert (signals.detail["reason"], children(signals)) == (None, [("sample", "acme/line/filler.state")])
    sample = explain(world, signals.children[0].key)
    assert [child.label for child in sample.children] == ["ns=2;s=State"]


def test_what_nobody_spoke_of_leads_to_its_samples_at_once(world: World) -> None:
    node = explain(world, f"availability/apt_us/slice:{at(0)}/state-record:{at(0)}")
    assert children(node) == [("sample", "acme/line/filler.state")]


def test_a_changed_past_is_said_in_the_explanation(world: World) -> None:
    world.signals(FILLER, said(FILLER, 0, 25, "Execute"), said(FILLER, 25, 30, "Held"), said(FILLER, 30, None, "RUN"))
    node = explain(world, f"availability/pbt_us/adot_us/slice:{at(25)}/state-record:{at(25)}")
    changed: list[Any] = [child.detail.get("evidence_changed") for child in node.children]
    assert changed == [True, True, None]


def test_what_was_said_by_hand_has_nothing_beneath_it(world: World) -> None:
    world.edit(PRESS, 0, 30, state="RUN")
    node = explain(world, f"availability/apt_us/slice:{at(0)}/state-record:{at(0)}", PRESS)
    assert children(node) == [("timeline-edit", "RUN")]
    with pytest.raises(NotFoundError):
        explain(world, f"{node.key}/derived-record:{at(0)}", PRESS)
    with pytest.raises(NotFoundError):
        explain(world, f"{node.key}/timeline-edit:4711", PRESS)
