"""What cannot be is refused over the API with the place at fault and a way on, and nothing of it is written."""

from __future__ import annotations

from typing import Any

import pytest
from timeline_world import FILLER, LINE, World, at, moment, person, said

from asking import client_of
from dovetail.core.bus import Bus
from dovetail.db.uow import Database
from dovetail.operations.http import Api
from dovetail.testing.clock import ManualClock
from dovetail.timeline import api

JAM = "mechanical/jam"
STOP = {"start": moment(20), "end": moment(30)}
EDIT, SPLIT, BULK = "timeline-edits", "timeline-edits/split", "timeline-edits/bulk"


@pytest.mark.parametrize("path, body, pointer, code", [
    (EDIT,  STOP | {"reason": "mechanical/jamm"},                          "/reason",      "reason-unknown"),
    (EDIT,  STOP | {"state": "Helt"},                                      "/state",       "edit-state"),
    (EDIT,  {"start": moment(30), "end": moment(20), "reason": JAM},       "/end",         "period"),
    (EDIT,  {"start": moment(70), "end": moment(80), "reason": JAM},       "/start",       "time-in-future"),
    (EDIT,  {"start": "yesterday", "end": moment(30), "reason": JAM},      "/start",       "time-format"),
    (EDIT,  {"start": moment(-60 * 24 * 40), "end": moment(0), "reason": JAM}, "/end",     "edit-too-long"),
    (SPLIT, {"at": moment(20)},                                            "/at",          "split-nothing"),
    (SPLIT, {"at": moment(25), "reason": "no/such"},                       "/reason",      "reason-unknown"),
    (SPLIT, {"at": moment(99)},                                            "/at",          "time-in-future"),
    (BULK,  {"stops": [STOP | {"equipment_id": FILLER, "end": moment(10)}], "reason": JAM}, "/stops/0/end", "period"),
    (BULK,  {"stops": [STOP | {"equipment_id": FILLER}], "reason": "no/such"}, "/reason",  "reason-unknown"),
])  # fmt: skip
def test_it_is_refused_where_it_stands(
    sqlite_database: Database, clock: ManualClock, bus: Bus, path: str, body: dict[str, Any], pointer: str, code: str
) -> None:
    world = World(sqlite_database, clock, bus)
    world.minutes_pass(60)
    world.signals(
        FILLER, said(FILLER, 0, 20, "Execute"), said(FILLER, 20, 30, "Held"), said(FILLER, 30, None, "Execute")
    )
    routes = Api(world.database)
    api.routes(routes, world.room)
    where = {BULK: LINE}.get(path, FILLER)
    refused = client_of(person("Ada"), routes).post(f"/api/v1/equipment/{where}/{path}", json=body)
    told = refused.json()
    assert (refused.status_code, told["pointer"], told["code"]) == (422, pointer, code)
    assert told["detail"]
    assert world.room.edits(FILLER, at(0), at(60), scope=person("Eve")) == []
