"""Slow running on real rooms: the same while it runs, afterwards, late and whoever asks for which period."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from counting_plant import PLANT, Plant, an_hour, at, plant_on, when
from fastapi.testclient import TestClient

from asking import client_of
from dovetail.core.batch import Value
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.losses import api as losses_api
from dovetail.losses.service import LossesRoom
from dovetail.operations.http import Api
from dovetail.operations.operation import execute
from dovetail.restating.service import Restate
from dovetail.slowrunning import api as slowrunning_api
from dovetail.slowrunning import service
from dovetail.slowrunning.service import SlowRunningRoom
from dovetail.testing.clock import ManualClock

JUDGED = PLANT.replace(
    "states: {packml: {state: state}}", "states: {packml: {state: state}, slow_running: {below: 0.85, for_s: 300}}"
)


@pytest.fixture
def judged(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    """The filler of the small line, slow below 85 % for five minutes; nothing heard of it yet."""
    with plant_on(sqlite_database, tmp_path, clock, bus, text=JUDGED) as opened:
        yield opened


@pytest.fixture
def on_both(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    """It runs 30 minutes at 100 a minute, stands 10, runs 20 at 60, on SQLite and on PostgreSQL."""
    with plant_on(database, tmp_path, clock, bus, text=JUDGED) as opened:
        an_hour(opened)
        yield opened


def told(plant: Plant, start: float, end: float, *, of: int | None = None) -> list[tuple[float, float, int]]:
    """(from, to, pieces) of the filler's slow stretches, in minutes."""
    room = SlowRunningRoom(plant.rooms.performance)
    found = room.stretches(plant.filler if of is None else of, at(start), at(end))
    return [((one.t0_us - at(0)) / MINUTE_US, (one.t1_us - at(0)) / MINUTE_US, one.produced) for one in found]


def test_the_speed_loss_is_slow_running_and_the_rest(on_both: Plant) -> None:
    found = SlowRunningRoom(on_both.rooms.performance).told(on_both.filler, at(0), at(60), scope=on_both.everyone)
    assert told(on_both, 0, 60) == [(40, 60, 19 * 60)]
    lost_us = 20 * MINUTE_US - 19 * 60 * 600_000
    assert (found.slow_us, found.speed_us) == (lost_us, lost_us)
    effectiveness = on_both.rooms.performance.kpis(on_both.filler, at(40), at(60), scope=on_both.everyone)
    (share,) = [one.share for unit in found.units for one in unit.stretches]
    assert share == next(kpi.value for kpi in effectiveness.figures.kpis if kpi.id == "effectiveness")


def test_every_period_finds_the_same_stretch(on_both: Plant) -> None:
    assert told(on_both, 0, 30) == []
    assert told(on_both, 41, 43) == [(41, 43, 120)]  # a part of the whole, though alone it would be too short
    assert told(on_both, 35, 50) + told(on_both, 50, 60) == [(40, 50, 600), (50, 60, 540)]


def test_a_long_period_is_read_in_parts_and_says_the_same(on_both: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = told(on_both, 0, 60)
    monkeypatch.setattr(service, "AT_ONCE_US", 7 * MINUTE_US)  # each part ends where it does not run
    assert told(on_both, 0, 60) == whole == [(40, 60, 19 * 60)]
    assert told(on_both, 43, 58) == [(43, 58, 15 * 60)]


def test_a_line_is_told_by_its_own_ledger_and_shows_its_machines(on_both: Plant) -> None:
    room = SlowRunningRoom(on_both.rooms.performance)
    found = room.told(on_both.line, at(0), at(60), scope=on_both.everyone)
    assert [(one.unit, one.rule is None) for one in found.units] == [(on_both.filler, False), (on_both.table, True)]
    assert found.hints == ["say when it runs slowly, `slow_running` under its `states`: acme/line/table"]
    assert (found.speed_us, found.slow_us) == (
        None,
        20 * MINUTE_US - 19 * 60 * 600_000,
    )  # nothing counts at its end: nobody knows how fast it was
    assert [len(one.stretches) for one in found.units] == [1, 0]


def test_live_late_and_twice_say_what_one_frame_says(judged: Plant) -> None:
    """The same samples minute by minute, the middle ones an hour late and one twice."""
    rows: list[list[tuple[str, float, Value]]] = [[("state", 0, 6), ("total", 0, 0), ("scrap", 0, 0)]]
    for m in range(1, 31):
        rows.append([("total", m, 100 * m if m <= 10 else 1_000 + 70 * (m - 10))])
    late = range(12, 16)
    for minute, row in enumerate(rows):
        judged.now(minute + 0.5)
        judged.send([] if minute in late else row, mark=minute + 0.25)
        judged.work()
    assert told(judged, 0, 30)[0][1] == 30  # it goes on: told up to now
    judged.now(60)
    judged.send([one for minute in late for one in rows[minute]])
    judged.send(rows[20])
    judged.send([("state", 40, 11)], mark=60)
    judged.work()
    assert told(judged, 0, 60) == [(10, 40, 20 * 70)]


def test_a_correction_moves_it_and_before_it_stands_as_known(judged: Plant) -> None:
    an_hour(judged)
    with judged.database.read() as reading:
        before = reading.known_now()
    judged.enter(judged.filler, start=when(40), end=when(60), good=1_000)
    room = SlowRunningRoom(judged.rooms.performance)
    assert room.stretches(judged.filler, at(0), at(60)) == []
    then = room.stretches(judged.filler, at(0), at(60), as_of=before)
    assert [one.produced for one in then] == [19 * 60]


def test_a_rule_that_is_applied_later_leaves_the_past_alone(judged: Plant) -> None:
    an_hour(judged)
    judged.now(61)
    plain = PLANT.encode()
    judged.rooms.equipment.apply({"plant.yaml": plain}, scope=system_scope("test"), reason="no longer judged")
    assert told(judged, 0, 60) == [(40, 60, 19 * 60)]


def test_who_may_not_see_a_machine_learns_nothing(judged: Plant) -> None:
    room = SlowRunningRoom(judged.rooms.performance)
    nobody = Scope(Actor("nobody", "Nobody", "person"), {})
    with pytest.raises(NotFoundError):
        room.told(judged.filler, at(0), at(60), scope=nobody)


# --- over HTTP -----------------------------------------------------------------------------------------------------
@pytest.fixture
def api(judged: Plant) -> TestClient:
    an_hour(judged)
    routes = Api(judged.database)
    slowrunning_api.routes(routes, SlowRunningRoom(judged.rooms.performance))
    return client_of(judged.everyone, routes)


def test_the_route_tells_the_stretch_with_its_evidence(judged: Plant, api: TestClient) -> None:
    found = api.get(
        f"/api/v1/equipment/{judged.filler}/slow-running", params={"start": when(0), "end": when(60)}
    ).json()
    (one,) = found["items"]
    assert (one["start"], one["end"], one["produced"], one["planned"]) == (when(40), when(60), 1_140, 2_000.0)
    assert (one["rate_upm"], one["standard_upm"], one["below"], one["for_s"]) == (57.0, 100.0, 0.85, 300.0)
    assert found["speed_us"] == found["slow_us"] + found["rest_us"] == one["lost_us"] + found["rest_us"]


@pytest.mark.parametrize("asked, code", [
    ({},                                                                    "period"),
    ({"start": when(0)},                                                    "period"),
    ({"start": when(60), "end": when(0)},                                   "period"),
    ({"start": when(0), "end": when(32 * 24 * 60)},                         "period"),
    ({"shift": "nightly"},                                                  "no-shift"),
])  # fmt: skip
def test_a_bad_question_is_refused_with_its_code(
    judged: Plant, api: TestClient, asked: dict[str, str], code: str
) -> None:
    answer = api.get(f"/api/v1/equipment/{judged.filler}/slow-running", params=asked)
    assert (answer.status_code in (404, 422), answer.json()["code"]) == (True, code)


@pytest.mark.parametrize("read", ["slow-running", "pareto"])
def test_a_shift_is_as_long_as_it_was_known_to_be(judged: Plant, read: str) -> None:
    """The shift from 6 to 14 in Prague is told to end at noon, a day later."""
    an_hour(judged)
    judged.now(24 * 60)
    routes = Api(judged.database)
    slowrunning_api.routes(routes, SlowRunningRoom(judged.rooms.performance))
    losses_api.routes(routes, LossesRoom(judged.rooms.performance))
    api = client_of(judged.everyone, routes)
    with judged.database.read() as reading:
        before = reading.known_now()
    shorter = JUDGED.replace('end: "14:00"', 'end: "12:00"')
    judged.rooms.equipment.apply({"plant.yaml": shorter.encode()}, scope=system_scope("anna"), reason="noon")
    asked = Restate(start=when(0), end=when(12 * 60), only=("calendars:day",))
    execute(judged.rooms.restating.make, asked, database=judged.database, scope=system_scope("anna"), reason="noon")
    judged.work()

    def end(**known: int) -> object:
        path = f"/api/v1/equipment/{judged.filler}/{read}"
        return api.get(path, params={"shift": "day/2026-01-05/Early"} | known).json()["end"]

    assert (end(), end(as_of=before)) == (when(5 * 60), when(7 * 60))


def test_cases_of_this_minute_are_bottles(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus
) -> None:
    in_cases = JUDGED.replace("{tag: total, modulus: 65536, max_rate_upm: 200}", "{tag: total, unit: case}")
    in_cases = in_cases.replace("cola: {name: Cola,", "cola: {name: Cola, units: {case: 100},")
    with plant_on(sqlite_database, tmp_path, clock, bus, text=in_cases) as plant:
        plant.now(20)
        plant.send([("state", 0, 6), ("total", 0, 0), ("scrap", 0, 0)], mark=0)
        plant.do("job.start", {"equipment_id": plant.filler, "product": "cola", "started_at": when(0)})
        plant.now(20.5)
        plant.send([("total", m, m // 2) for m in range(1, 21)] + [("total", 20.4, 11)], mark=20.4)
        plant.work()
        (slow,) = told(plant, 0, 20.4)
    assert slow == (0, 20, 1_000)  # the eleventh case came fast
