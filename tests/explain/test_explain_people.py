"""A figure that rests on a person's word says so: who, when and why, above what the signals said and their samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from performance_world import good
from timeline_world import ENTERPRISE, FILLER, PACKML, PLANT, PRESS, SYSTEM, World, at, drain, ledger_on, moment, said

from dovetail.core.batch import Batch, Kind
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.equipment.model import Connection, PlantModel, Tag
from dovetail.explain.service import Explainer
from dovetail.historian.model import Sample
from dovetail.proof.tree import Node, Place
from dovetail.testing.clock import ManualClock

STATE = Tag(400, "acme/line/filler.state", FILLER, "state", "plc", "ns=2;s=State", Kind.I64)


class Samples:
    """Two samples of the state signal: it ran, and at minute 20 it was held."""

    def last(
        self, tags: list[int], *, scope: Scope, at_us: int | None = None, as_of: int | None = None
    ) -> dict[int, Sample]:
        told = [good(STATE.id, at(0), 6), good(STATE.id, at(20), 11)]
        return {
            sample.tag: sample for sample in told if sample.tag in tags and (at_us is None or sample.ts_us <= at_us)
        }

    def raw(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[Batch]:
        return []  # nothing is counted here


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


def explain(world: World, path: str, equipment_id: int = FILLER, *, end: float = 60) -> Node:
    ledger = ledger_on(world)
    drain(world, ledger)
    place = Place("", equipment_id, at(0), at(end), None, SYSTEM)
    return Explainer(ledger, Samples(), world.room).explain(path.partition("/")[0], place, path=path)


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


# --- beneath the figure itself ---------------------------------------------------------------------------------
def words(node: Node) -> list[tuple[str, str, list[str], list[str], float]]:
    """What people said beneath a figure: who, what, and the minutes that became of another class."""
    said = [child for child in node.children if child.kind == "timeline-edit"]
    named = ("by", "cls_before", "cls_after", "moved_us")
    return [
        (by, child.label, was, now, moved_us / MINUTE_US)
        for child in said
        for by, was, now, moved_us in [[child.detail[name] for name in named]]
    ]


PLANNED = ("Ada", "cleaning", ["ADOT"], ["PLANNED_DOWN"], 10)
RAN = ("Ada", "Execute", ["ADOT"], ["APT"], 10)


@pytest.mark.parametrize("edits, kpi, named", [
    # said of minutes 20 to 30, when it stood            figure           beneath it
    ([{"reason": "cleaning"}],                           "oee_index",     [PLANNED]),
    ([{"reason": "cleaning"}],                           "availability",  [PLANNED]),
    ([{"reason": "cleaning"}],                           "effectiveness", []),  # it made nothing either way
    ([{"reason": "cleaning"}],                           "quality_ratio", []),
    ([{"reason": "setup"}],                              "availability",  []),  # down for another reason is down
    ([{"state": "Execute"}],                             "availability",  [RAN]),
    ([{"state": "Execute"}],                             "effectiveness", [RAN]),
    ([{"state": "Execute"}],                             "quality_ratio", []),
    ([{"reason": "cleaning"}, {"comment": "foam"}],      "oee_index",     [PLANNED]),
    ([{"reason": "cleaning"}, {"reason": "setup"}],      "oee_index",     []),  # what was replaced moves nothing
])  # fmt: skip
def test_beneath_a_figure_stands_who_moved_which_time(world: World, edits: Any, kpi: str, named: Any) -> None:
    world.reasons["cleaning"] = {"name": "Cleaning", "category": "planned", "children": {}}
    for edit in edits:
        world.edit(FILLER, 20, 30, **edit)
    assert words(explain(world, kpi)) == named


def test_the_word_beneath_a_figure_opens_to_its_slices_and_they_to_the_signals(world: World) -> None:
    world.edit(FILLER, 20, 30, state="Execute", why="the sensor was dirty")
    [row] = [child for child in explain(world, "availability").children if child.kind == "timeline-edit"]
    opened = explain(world, row.key)
    assert (opened.detail["by"], opened.detail["why"]) == ("Ada", "the sensor was dirty")
    assert opened.detail["path"] == "acme/line/filler"
    [piece] = opened.children
    assert children(explain(world, piece.key))[0] == ("state-record", "Execute")
    for step in range(1, row.key.count("/") + 1):  # every step of the way can be opened by itself
        assert explain(world, "/".join(row.key.split("/")[:step])).key


def test_the_words_of_a_whole_site_stand_beneath_its_figure(world: World) -> None:
    world.edit(PRESS, 0, 30, state="RUN", who="Ben")
    world.edit(FILLER, 20, 30, state="Execute")
    site = explain(world, "availability", ENTERPRISE)
    assert words(site) == [
        ("Ada", "Execute", ["ADOT"], ["APT"], 10),
        ("Ben", "RUN", ["NODT"], ["APT"], 30),
    ]
    opened = [explain(world, child.key, ENTERPRISE) for child in site.children if child.kind == "timeline-edit"]
    assert [(one.detail["path"], len(one.children)) for one in opened] == [("acme/line", 1), ("acme/press", 1)]
