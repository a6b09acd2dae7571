"""Whatever a period is told apart by, each group is what its slices come to, and all of them are the figures."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from performance_world import AREA, FILLER, LINE
from test_losses_years import ALL, STORY_MIN, at, lived, plant

from asking import client_of
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.scope import Actor, Scope
from dovetail.groupings import api as groupings_api
from dovetail.groupings import service
from dovetail.groupings.model import STORED, from_slices
from dovetail.groupings.service import GroupingsRoom
from dovetail.ledger.columns import add
from dovetail.operations.http import Api
from dovetail.performance.service import PerformanceRoom

OEE = ("oee_index", "availability")
PERIODS = [(0, STORY_MIN), (37, STORY_MIN - 11), (1_440, 1_800), (4 * 60, 2 * 1_440 + 12 * 60)]


@pytest.fixture(scope="module")
def room() -> Iterator[PerformanceRoom]:
    with plant() as (world, made):
        lived(world, made, random.Random(7))
        yield made


def known_of(room: PerformanceRoom) -> int:
    with room.database.read() as reading:
        return reading.known_now()


BY = [("product",), ("week", "shift"), ("month", "weekday", "crew"), ("job", "equipment"), ("state", "reason"),
      ("mode", "plan", "product"), tuple(STORED)]  # fmt: skip


@pytest.mark.parametrize("by", BY, ids=" × ".join)
@pytest.mark.parametrize("period", PERIODS)
def test_groups_are_what_their_slices_come_to_and_together_the_figures(
    room: PerformanceRoom, by: tuple[str, ...], period: tuple[float, float]
) -> None:
    when = (at(period[0]), at(period[1]))
    wanted = from_slices(room.slices(FILLER, *when, scope=ALL), by)
    found = GroupingsRoom(room)
    whole = room.kpis(FILLER, *when, scope=ALL)
    for as_of in (None, known_of(room)):
        told = found.grouped(FILLER, when, by=by, kpis=OEE, scope=ALL, as_of=as_of)
        assert {one.key: one.sums for one in told.groups} == wanted
        assert add(*(one.sums for one in told.groups)) == whole.sums
        assert sum(one.busy_us for one in told.groups) == whole.figures.times.pbt_us
    (only,) = found.grouped(FILLER, when, by=("equipment",), kpis=OEE, scope=ALL).groups
    assert {kpi.id: kpi.value for kpi in only.kpis} == {
        kpi.id: kpi.value for kpi in whole.figures.kpis if kpi.id in OEE
    }


def test_who_waits_sees_how_far_it_is(room: PerformanceRoom) -> None:
    told: list[int] = []

    @contextmanager
    def watching(total: int) -> Iterator[Callable[[int], None]]:
        told.append(total)
        yield told.append

    GroupingsRoom(room, watching=watching).grouped(LINE, (at(0), at(60)), by=("state",), kpis=(), scope=ALL)
    assert told == [1, 1]


def test_too_many_groups_and_words_that_there_are_not_are_refused(
    room: PerformanceRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    groupings, when = GroupingsRoom(room), (at(0), at(STORY_MIN))
    with pytest.raises(InvalidError, match="told apart by colour"):
        groupings.grouped(FILLER, when, by=("product", "colour"), kpis=OEE, scope=ALL)
    with pytest.raises(InvalidError, match="no KPI speed"):
        groupings.grouped(FILLER, when, by=("product",), kpis=("speed",), scope=ALL)
    monkeypatch.setattr(service, "GROUPS_MAX", 3)
    with pytest.raises(InvalidError, match="more than 3 groups"):
        groupings.grouped(FILLER, when, by=("day",), kpis=OEE, scope=ALL)
    nobody = Scope(Actor("nobody", "Nobody", "person"), {})
    with pytest.raises(NotFoundError):
        groupings.grouped(FILLER, when, by=("day",), kpis=OEE, scope=nobody)


def test_what_machines_bring_to_a_group_is_told_however_many_groups_there_are_beside_it(
    room: PerformanceRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told apart by machine too they would be more rows than anybody reads."""
    groupings, when = GroupingsRoom(room), (at(0), at(STORY_MIN))
    by = ("state", "product")
    rows = groupings.grouped(AREA, when, by=(*by, "equipment"), kpis=(), scope=ALL).groups
    groups = groupings.grouped(AREA, when, by=by, kpis=(), scope=ALL).groups
    assert len(rows) > len(groups)
    monkeypatch.setattr(service, "GROUPS_MAX", len(groups))
    for group in groups:
        brought = groupings.brought(AREA, when, by=by, holds=group.key.__eq__, scope=ALL)
        assert brought == {one.key[-1]: one.sums for one in rows if one.key[:-1] == group.key}
        assert add(*brought.values()) == group.sums
    nobody = Scope(Actor("nobody", "Nobody", "person"), {})
    with pytest.raises(NotFoundError):
        groupings.brought(AREA, when, by=by, holds=bool, scope=nobody)


def test_the_route_tells_each_group_by_its_words(room: PerformanceRoom) -> None:
    routes = Api(room.database)
    groupings_api.routes(routes, GroupingsRoom(room))
    client: TestClient = client_of(ALL, routes)
    path = f"/api/v1/equipment/{FILLER}/kpis/grouped"
    when = {"start": to_rfc3339(at(0)), "end": to_rfc3339(at(STORY_MIN))}
    found = client.get(path, params={**when, "by": ["shift", "product"], "kpi": ["availability"]}).json()
    assert found["by"] == ["shift", "product"]
    assert {one["key"]["shift"] for one in found["items"]} == {"Early", "Late", None}
    assert [kpi["id"] for kpi in found["items"][0]["kpis"]] == ["availability"]
    assert client.get(path, params={**when, "by": "colour"}).json()["code"] == "group"
