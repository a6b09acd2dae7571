"""A KPI of a group is computed again from its sums, these from what each machine brings, and that from slices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from counting_plant import Plant, an_hour, at, lived_hour, plant_on

from dovetail.core.bus import Bus
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.groupings.service import GroupingsRoom
from dovetail.proof.tree import Node, Place
from dovetail.testing.clock import ManualClock
from dovetail.workings.groups import GroupWorkings
from dovetail.workings.service import WorkingsRoom
from shortcuts import Emptied

END = 60
GROUP = "group/state:Execute/product:-"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    with lived_hour(tmp_path_factory.mktemp("grouped")) as opened:
        yield opened


def explain(plant: Plant, path: str, *, scope: Scope | None = None, since: float = 0) -> Node:
    rooms = plant.rooms
    room = WorkingsRoom(group=GroupWorkings(rooms.explainer, GroupingsRoom(rooms.performance)))
    place = Place("", plant.filler, at(since), at(END), None, scope or plant.everyone)
    return room.explain("group", place, path=path)


def values(nodes: list[Node]) -> list[int]:
    return [node.value for node in nodes if isinstance(node.value, int)]


def test_a_group_opens_down_to_its_slices_and_each_step_is_the_sum_of_those_below(ran: Plant) -> None:
    kpi = explain(ran, f"{GROUP}/availability")
    (told,) = [
        one
        for one in GroupingsRoom(ran.rooms.performance)
        .grouped(ran.filler, (at(0), at(END)), by=("state", "product"), kpis=("availability",), scope=ran.everyone)
        .groups
        if one.key == ("Execute", None)
    ]
    assert (kpi.value, kpi.kind) == (told.kpis[0].value, "kpi")
    apt = next(node for node in kpi.children if node.key.endswith("/apt_us"))
    assert apt.value == told.sums["apt_us"] > 0
    machines = explain(ran, apt.key).children
    assert sum(values(machines)) == apt.value
    slices = explain(ran, machines[0].key).children
    assert [node.kind for node in slices] == ["slice"] * len(slices)
    assert sum(values(slices)) == machines[0].value
    beneath = explain(ran, slices[0].key)
    assert beneath.value == slices[0].value
    assert beneath.children


@pytest.mark.postgres
def test_on_postgresql_each_step_opens_to_the_same(
    ran: Plant, postgres_records: Emptied, tmp_path: Path, clock: ManualClock, bus: Bus
) -> None:
    postgres_records.take()
    database = Database(postgres_records.url, clock=clock, bus=bus)
    with plant_on(database, tmp_path, clock, bus) as plant:
        an_hour(plant)
        path = f"{GROUP}/availability"
        while (here := explain(ran, path)).children and here.kind != "slice":
            there = explain(plant, path)
            assert [(one.key, one.value, one.kind) for one in (there, *there.children)] == [
                (one.key, one.value, one.kind) for one in (here, *here.children)
            ]
            path = next(one.key for one in here.children if one.more)
        assert here.kind == "slice"
    database.close()


@pytest.mark.parametrize("days", [2, 7])
def test_a_slice_over_a_days_end_is_one_step_that_opens_to_itself(ran: Plant, days: int) -> None:
    path = f"{GROUP}/availability/apt_us/equipment:{ran.filler}"
    since = 15 - days * 24 * 60  # whole days end in the middle of the filler's first half hour
    slices = explain(ran, path, since=since).children
    assert [one.key for one in slices] == [one.key for one in explain(ran, path).children]
    assert [explain(ran, one.key, since=since).value for one in slices] == values(slices)


@pytest.mark.parametrize("path", ["group/product:-", "group/state:Execute"])
def test_the_words_of_a_group_are_steps_of_their_own(ran: Plant, path: str) -> None:
    assert explain(ran, path).kind == "figure"


@pytest.mark.parametrize(
    "path",
    [
        "group/product:cola/availability",  # nobody made it
        f"{GROUP}/speed",
        f"{GROUP}/availability/nonsense",
        f"{GROUP}/availability/apt_us/equipment:999",
    ],
)
def test_what_is_not_there_is_not_found(ran: Plant, path: str) -> None:
    with pytest.raises(NotFoundError):
        explain(ran, path)


def test_who_may_not_see_the_machine_is_told_that_there_is_none(ran: Plant) -> None:
    with pytest.raises(NotFoundError):
        explain(ran, f"{GROUP}/availability", scope=Scope(Actor("p", "Nobody"), {}))
