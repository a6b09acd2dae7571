"""What a station sends again after a lost answer is done once: pieces, jobs, stops, jumps, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from counting_plant import Plant, when

from asking import client_of
from dovetail.core.clock import MINUTE_US
from dovetail.counting import api as counting_api
from dovetail.counting.model import held_id
from dovetail.operations.http import Api
from dovetail.operations.operation import Catalogue
from dovetail.production import api as production_api
from dovetail.timeline import api as timeline_api
from dovetail.web import operations_api

type Send = Callable[..., Any]
JAM = {"start": when(30), "end": when(40), "reason": "mechanical/jam"}


@pytest.fixture
def sent(hour_on_both: Plant) -> Send:
    """POST as the station does; after an hour's work, a stop from minute 30 to 40 and a jump held at minute 65."""
    plant, rooms = hour_on_both, hour_on_both.rooms
    plant.now(70)
    plant.send([("total", 65, 20_000)], mark=70)
    plant.work()
    api = Api(plant.database)
    production_api.routes(api, rooms.production)
    counting_api.routes(api, rooms.counting)
    timeline_api.routes(api, rooms.timeline)
    operations = [*rooms.production.operations, *rooms.counting.operations, *rooms.timeline.operations.all]
    operations_api.routes(api, Catalogue(operations), plant.database)
    client = client_of(plant.everyone, api)

    def send(path: str, body: Any, *, key: str) -> Any:
        answer = client.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": key})
        rows = client.get("/api/v1/audit/verify").json()["rows"]
        return answer.status_code, answer.json(), answer.headers.get("X-Audit-Id"), rows

    return send


# a tap, where it is sent, and with what; {…}: the filler, the held jump, or what an earlier tap was answered
TAPS = (
    ("start",       "/job-responses",                              {"equipment_id": "{filler}", "product": "cola"}),
    ("start-back",  "/audit/{start.audit}/undo",                   {}),
    ("run",         "/job-responses",                              {"equipment_id": "{filler}", "product": "water"}),
    ("hand",        "/job-responses/{run.items.0.id}/hand-over",   {"crew": "B"}),
    ("end",         "/job-responses/{hand.items.0.id}/end",        {}),
    ("end-back",    "/audit/{end.audit}/undo",                     {}),
    ("pieces",      "/equipment/{filler}/count-entries",           {"good": 5}),
    ("pieces-back", "/count-entries/{pieces.entry_id}/withdraw",   {}),
    ("scrap",       "/equipment/{filler}/count-entries",           {"scrap": 2}),
    ("scrap-back",  "/audit/{scrap.audit}/undo",                   {}),
    ("jam",         "/equipment/{filler}/timeline-edits",          JAM),
    ("yield",       "/equipment/{filler}/timeline-edits",          {**JAM, "comment": "belt", "yields": True}),
    ("cut",         "/equipment/{filler}/timeline-edits/split",    {"at": when(35)}),
    ("cut-back",    "/audit/{cut.audit}/undo",                     {}),
    ("jam-back",    "/equipment/{filler}/timeline-edits/withdraw", {"edit_ids": ["{jam.edit_id}"]}),
    ("jump",        "/held-jumps/{held}/accept",                   {}),
    ("jump-back",   "/audit/{jump.audit}/undo",                    {}),
    ("no-jump",     "/held-jumps/{held}/dismiss",                  {"reason": "a new PLC"}),
)  # fmt: skip


def test_what_is_sent_twice_is_done_once_and_answered_twice(sent: Send, hour_on_both: Plant) -> None:
    filler, [jump] = hour_on_both.filler, hour_on_both.jumps(hour_on_both.filler)
    told: dict[str, Any] = {"filler": filler, "held": held_id(jump.now, [jump.now])}
    for tap, path, body in TAPS:
        path, body = _filled(path, told), _filled(body, told)
        first = sent(path, body, key=tap)
        assert first[0] in {200, 201}, (tap, first)
        assert sent(path, body, key=tap) == first, tap
        other = sent(f"/equipment/{filler}/count-entries", {"rework": 1}, key=tap)
        assert (other[0], other[1]["code"], other[3]) == (409, "idempotency-key", first[3]), tap
        told[f"{tap}.audit"] = first[2]
        hour_on_both.clock.tick(MINUTE_US)
        told |= _flat(tap, first[1])


def _flat(name: str, found: Any) -> dict[str, Any]:
    """What was answered, each value under its place: `run.items.0.id`."""
    parts = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    below = {place: value for key, part in parts for place, value in _flat(f"{name}.{key}", part).items()}
    return {name: found, **below}


def _filled(what: Any, told: dict[str, Any]) -> Any:
    """The same with every {place} as it was told; text that is nothing but a place becomes its value."""
    shapes: dict[type, Callable[[], Any]] = {
        dict: lambda: {key: _filled(value, told) for key, value in what.items()},
        list: lambda: [_filled(value, told) for value in what],
        str: lambda: told.get(what[1:-1], re.sub(r"{(.+?)}", lambda found: str(told[found[1]]), what)),
    }
    return shapes.get(type(what), lambda: what)()
