"""Connections over HTTP: what the screens ask, and what somebody sees who sees only a part."""

from __future__ import annotations

import pytest
from connections_world import World, at
from fastapi.testclient import TestClient

from asking import client_of
from dovetail.connections import api
from dovetail.connections.service import feeds
from dovetail.core.clock import to_rfc3339
from dovetail.core.scope import Actor, Scope
from dovetail.edge.model import LinkStatus
from dovetail.links.model import LinkHealth
from dovetail.operations.http import Api

DAY = {"start": to_rfc3339(at(0)), "end": to_rfc3339(at(86_400))}


def status(name: str) -> LinkStatus:
    health = LinkHealth(1_200, 9_000, 4.0, 0.25, 300_000, 0.125)
    return LinkStatus(
        name, "test", "plc:4840", "demoted", at(10), "silent", at(20), None, 2.5, 100, 3, 1, 2, health=health
    )


@pytest.fixture
def client(world: World) -> TestClient:
    """The room's routes, asked by someone who sees only unit 1."""
    declared = Api(world.database)
    statuses = [status("plc1"), status("plc2")]
    api.routes(declared, world.room, lambda: statuses, lambda name: feeds(world.model, name))
    scope = Scope(actor=Actor(id="p1", name="Ada"), at={"plant.view": frozenset({1})})
    return client_of(scope, declared)


def test_the_list_shows_how_a_link_fares(client: TestClient) -> None:
    (shown,) = client.get("/api/v1/connections").json()["items"]
    wanted = {"name": "plc1", "up": False, "state": "demoted", "demotions": 2, "reconnects": 1, "overruns": 3}
    wanted |= {
        "rtt_p50_us": 1_200,
        "rtt_p99_us": 9_000,
        "reads_per_s": 4.0,
        "bad_ratio": 0.25,
        "lag_us": 300_000,
        "held_ratio": 0.125,
    }
    assert {key: shown[key] for key in wanted} == wanted


def test_history_and_totals(client: TestClient, world: World) -> None:
    for up, seconds in ((True, 0), (False, 3_600), (True, 7_200)):
        world.tell("plc1", up, seconds, "connection closed")
    world.until(240)
    found = client.get("/api/v1/connections/plc1/history", params={**DAY, "state": "down"}).json()
    (outage,) = found["items"]
    assert (outage["start"], outage["duration_us"]) == (to_rfc3339(at(3_600)), 3_600_000_000)
    assert outage["causes"] == [{"at": to_rfc3339(at(3_600)), "cause": "connection closed"}]
    assert [one["state"] for one in client.get("/api/v1/connections/plc1/history", params=DAY).json()["items"]] == [
        "up", "down", "up",
    ]  # fmt: skip
    totals = client.get("/api/v1/connections/plc1/availability", params=DAY).json()
    assert totals["observed_us"] == 240 * 60_000_000, "what has not been yet is not counted"
    assert totals["availability"] == pytest.approx(0.75)
    assert (totals["outages"], totals["longest_us"]) == (1, 3_600_000_000)


@pytest.mark.parametrize("path, asked, code", [
    ("plc2/history", DAY, 404),       # feeds nothing that the caller sees
    ("plc9/history", DAY, 404),
    ("plc2/availability", DAY, 404),
    ("plc1/history", {"start": DAY["end"], "end": DAY["start"]}, 422),
    ("plc1/history", {**DAY, "cursor": "nonsense"}, 422),
])  # fmt: skip
def test_refused(client: TestClient, path: str, asked: dict[str, str], code: int) -> None:
    assert client.get(f"/api/v1/connections/{path}", params=asked).status_code == code
