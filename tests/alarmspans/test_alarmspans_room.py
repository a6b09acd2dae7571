"""When alarms stood: codes and alarm tags of a small line on real rooms, up to where its link fell silent."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "counting"))
from counting_plant import PLANT, Plant, at, plant_on, when

from asking import client_of
from dovetail.alarmspans import api as alarmspans_api
from dovetail.alarmspans.model import Span, joined
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, from_rfc3339
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.house.seen import alarm_spans_room
from dovetail.operations.http import Api
from dovetail.operations.operation import execute
from dovetail.restating.service import Restate
from dovetail.testing.clock import ManualClock

ALARMED = PLANT.replace(
    'scrap: {connection: plc, address: "ns=2;s=Scrap", kind: u64}\n'
    "    job: {at_once: 2}\n    states: {packml: {state: state}}",
    """scrap: {connection: plc, address: "ns=2;s=Scrap", kind: u64}
      code: {connection: plc, address: "ns=2;s=Code", kind: i64}
      guard: {connection: plc, address: "ns=2;s=Guard", kind: bool}
    states:
      packml: {state: state}
      reason: {tag: code, map: {17: {reason: mechanical/jam, text: Jam at the star}}, alarms: {guard: mechanical}}""",
)


@pytest.fixture
def alarmed(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    """At five minutes a jam for three, polled each minute; the guard within it; code 99 is in no map. It is 06:30."""
    with plant_on(sqlite_database, tmp_path, clock, bus, text=ALARMED) as opened:
        opened.now(30)
        opened.send([("state", 0, 6), ("total", 0, 0), ("scrap", 0, 0), ("code", 0, 0), ("guard", 0, False)])
        opened.send([("code", minute, 17) for minute in (5, 6, 7)])
        opened.send([("guard", 6, True), ("guard", 7, False), ("code", 8, 0), ("code", 20, 99)], mark=30)
        opened.work()
        yield opened


def asked(plant: Plant, start: float, end: float, *, scope: Scope | None = None, **query: str) -> dict:
    api = Api(plant.database)
    rooms = plant.rooms
    alarmspans_api.routes(api, alarm_spans_room(rooms.performance, rooms.historian, rooms.states))
    client = client_of(scope or plant.everyone, api, base_url="http://plant/api/v1")
    answer = client.get(
        f"/equipment/{plant.filler}/alarm-spans", params={"start": when(start), "end": when(end), **query}
    )
    return answer.json()


def told(body: dict) -> list[tuple[str, str | None, float, float | None]]:
    """(code, reason, from minute, to minute) of each."""

    def minute(text: str | None) -> float | None:
        return None if text is None else (from_rfc3339(text) - at(0)) / MINUTE_US

    return [(one["code"], one["reason"], minute(one["start"]), minute(one["end"])) for one in body["items"]]


def test_a_code_stands_until_another_is_told_and_one_that_no_map_names_is_shown(alarmed: Plant) -> None:
    """Who looks into the midst of one is told of it from there; who may not see the machine, nothing."""
    body = asked(alarmed, 0, 60)
    assert told(body) == [
        ("17", "mechanical/jam", 5, 8),
        ("guard", "mechanical", 6, 7),
        ("99", None, 20, None),
    ]
    assert (body["items"][0]["text"], body["until"]) == ("Jam at the star", when(30))
    body = asked(alarmed, 6.5, 7.5)
    assert told(body) == [("17", "mechanical/jam", 6.5, 7.5), ("guard", "mechanical", 6.5, 7)]
    assert all(one["began_before"] for one in body["items"])
    eve = Scope(Actor("p2", "Eve"), at={"plant.view": frozenset({alarmed.table})})
    assert asked(alarmed, 0, 60, scope=eve)["status"] == 404
    assert asked(alarmed, -200_000, 60)["code"] == "period"


def test_nothing_stands_beyond_what_is_heard_of_the_machine(alarmed: Plant) -> None:
    """The link fell silent at 06:30: nobody knows at 07:00 what the code is. A bad sample before that ends it there."""
    alarmed.now(60)
    body = asked(alarmed, 15, 90)
    (code,) = told(body)
    assert code[:3] == ("99", None, 20)
    assert code[3] == pytest.approx(30, abs=0.001)
    assert from_rfc3339(body["until"]) == pytest.approx(at(30), abs=MINUTE_US / 1_000)
    alarmed.send([("code", 25, None)])
    assert told(asked(alarmed, 15, 60)) == [("99", None, 20, 25)]


def test_what_was_known_then_has_neither_later_definitions_nor_later_time(alarmed: Plant) -> None:
    with alarmed.database.read() as reading:
        then = reading.known_now()
    alarmed.now(40)
    named = "map: {17: {reason: mechanical/jam, text: Jam at the star}"
    other = ALARMED.replace(named, named.replace("Jam at the star", "Jam").replace("mechanical/jam", "dimension"))
    alarmed.rooms.equipment.apply({"plant.yaml": other.encode()}, scope=alarmed.everyone)
    assert told(asked(alarmed, 0, 60))[0] == ("17", "mechanical/jam", 5, 8)  # the past keeps its own
    told_again = Restate(start=when(0), end=when(30))
    operation = alarmed.rooms.restating.make
    execute(operation, told_again, database=alarmed.database, scope=alarmed.everyone, reason="it was")
    before = asked(alarmed, 0, 60, as_of=str(then))
    assert (before["items"][0]["text"], before["until"]) == ("Jam at the star", when(30))
    assert told(before)[0] == ("17", "mechanical/jam", 5, 8)
    assert told(asked(alarmed, 0, 60))[0] == ("17", "dimension", 5, 8)


def test_many_short_ones_become_one_with_their_number() -> None:
    """A sensor that chatters: two within a pixel are one, the third is another; of two codes each is its own."""

    def span(code: str, t0: int, t1: int | None) -> Span:
        return Span(1, code, None, None, t0, t1)

    found = [span("17", 0, 5), span("17", 8, 9), span("22", 8, 9), span("17", 40, None)]
    assert [(one.code, one.t0_us, one.t1_us, one.n) for one in joined(found, 10)] == [
        ("17", 0, 9, 2), ("22", 8, 9, 1), ("17", 40, None, 1),
    ]  # fmt: skip
