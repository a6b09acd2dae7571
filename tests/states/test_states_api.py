"""What the API shows of states and counts, and the thread that keeps them up to date."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel
from states_floor import FILLER, HELD, RUN, STATE, TOTAL, Floor, at

from asking import client_of
from dovetail.core.clock import SECOND_US, to_rfc3339
from dovetail.core.scope import Actor, Scope
from dovetail.operations.http import Api
from dovetail.states import api
from dovetail.states.service import apply_reasons
from dovetail.timeline import api as timeline_api
from dovetail.timeline.service import TimelineRoom

DAY = {"start": to_rfc3339(at(0)), "end": to_rfc3339(at(86_400))}


def client(floor: Floor, scope: Scope) -> TestClient:
    """The API of the room, and of the timeline that shows what it derives."""
    routes = Api(floor.database)
    api.routes(routes, floor.room)
    timeline = TimelineRoom(
        floor.database,
        states=floor.room,
        plant=floor.plants.plant,
        reasons=floor.room.reasons,
        clock=floor.clock,
        shown=lambda _uow, _equipment_id, _at_us: None,
        answer=BaseModel,
    )
    timeline_api.routes(routes, timeline)
    return client_of(scope, routes)


@pytest.fixture
def shown(floor: Floor) -> TestClient:
    """A filler that ran for a minute, and stopped a moment ago: not settled yet."""
    floor.send([(STATE, 0, RUN), (TOTAL, 0, 0), (TOTAL, 30, 7), (TOTAL, 61, 9)], mark=62)
    floor.send([(STATE, 62.5, HELD), (TOTAL, 62.4, 10)])
    floor.clock.tick(63 * SECOND_US)
    floor.drain()
    return client(floor, Scope(Actor("p1", "Ada"), at={"plant.view": frozenset({FILLER})}))


def test_the_timeline_shows_what_is_settled_and_what_is_not(shown: TestClient) -> None:
    items = shown.get(f"/api/v1/equipment/{FILLER}/state-records", params=DAY).json()["items"]
    assert [(i["start"], i["end"], i["state"], i["provisional"]) for i in items] == [
        (to_rfc3339(at(0)), to_rfc3339(at(62.5)), "Execute", True),
        (to_rfc3339(at(62.5)), None, "Held", True),
    ]


def test_as_of_shows_only_what_was_committed_then(shown: TestClient) -> None:
    answer = shown.get(f"/api/v1/equipment/{FILLER}/state-records", params={**DAY, "as_of": "1"})
    assert [(i["end"], i["state"], i["provisional"]) for i in answer.json()["items"]] == [(None, "Execute", False)]


def test_a_past_period_has_no_provisional_part(shown: TestClient, floor: Floor) -> None:
    floor.send([(STATE, 300, RUN)], mark=400)
    floor.drain()
    items = shown.get(
        f"/api/v1/equipment/{FILLER}/state-records",
        params={"start": to_rfc3339(at(100)), "end": to_rfc3339(at(200))},
    ).json()["items"]
    assert [(i["end"], i["state"], i["provisional"]) for i in items] == [(to_rfc3339(at(300)), "Held", False)]


def test_the_state_of_this_moment(shown: TestClient) -> None:
    state = shown.get(f"/api/v1/equipment/{FILLER}/state").json()
    assert (state["state"], state["since"], state["settled"]) == ("Held", to_rfc3339(at(62.5)), to_rfc3339(at(62)))


def test_an_equipment_nothing_was_heard_of_has_no_data(floor: Floor) -> None:
    floor.drain()
    state = client(floor, floor.everyone).get(f"/api/v1/equipment/{FILLER}/state").json()
    assert (state["state"], state["since"]) == ("NO_DATA", None)


def test_reasons_are_a_tree(floor: Floor) -> None:
    jam = {"name": "Jam", "category": "failure"}
    body = {"name": "Mechanical", "category": "failure", "children": {"jam": jam}}
    with floor.database.write(floor.everyone.actor) as uow:
        apply_reasons(uow, {"mechanical": body}, 0)
    items = client(floor, floor.everyone).get("/api/v1/reasons").json()["items"]
    assert items == [
        {
            "key": "mechanical",
            "name": "Mechanical",
            "category": "failure",
            "children": [{"key": "jam", **jam, "children": []}],
        }
    ]
    assert floor.room.categories(0)["mechanical/jam"] == "failure"
