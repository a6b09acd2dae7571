"""Two people correct the same stop: every kind of edit against every other, asked as a screen asks it."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from timeline_world import FILLER, LINE, World, at, moment, person, said

from asking import client_of
from dovetail.core.bus import Bus
from dovetail.db.uow import Database
from dovetail.operations.http import Api
from dovetail.operations.operation import Catalogue
from dovetail.testing.clock import ManualClock
from dovetail.timeline import api

JAM, WASH = "mechanical/jam", "setup/wash"
KINDS = ("reclassify", "comment", "entry", "split", "merge", "move-edge", "acknowledge", "bulk")
NOTHING: list[tuple[float, float, str]] = []


class TwoPeople:
    """A filler with a stop of ten minutes in every twenty; the n-th begins at minute 20 n, of which Ada took an older
    reason back. Both see it as it then is."""

    def __init__(self, world: World, stops: int) -> None:
        self.world = world
        world.minutes_pass(20 * stops + 40)
        ends = [20 * n for n in range(1, stops + 1)]
        stood = [said(FILLER, begin, begin + 10, "Held") for begin in ends]
        ran = [said(FILLER, begin + 10, begin + 20, "Execute") for begin in ends[:-1]]
        last = said(FILLER, ends[-1] + 10, None, "Execute")
        world.signals(FILLER, said(FILLER, 0, 20, "Execute"), *stood, *ran, last)
        routes = Api(world.database)
        api.routes(routes, world.room)
        self.ada, self.ben = (client_of(person(name), routes) for name in ("Ada", "Ben"))

    def seen(self, begin: float) -> str:
        """The version of the stop as it is shown."""
        found = self.world.stops(FILLER, begin, begin + 1).items
        return str(found[-1].version)

    def say(self, who: TestClient, kind: str, begin: float, version: str, **more: Any) -> Any:
        """One edit of the stop from `begin` on, of this kind."""
        path, body = self._sent(kind, begin, WASH if who is self.ben else JAM)
        body |= more
        stops = body.get("stops", [body])
        stops[0]["seen"] = version
        return who.post(f"/api/v1{path}", json=body)

    def _sent(self, kind: str, begin: float, reason: str) -> tuple[str, dict[str, Any]]:
        edits = f"/equipment/{FILLER}/timeline-edits"
        stop = {"start": moment(begin), "end": moment(begin + 10)}
        bodies: dict[str, tuple[str, dict[str, Any]]] = {
            "reclassify": (edits, stop | {"reason": reason}),
            "comment": (edits, stop | {"comment": f"{reason}?"}),
            "entry": (edits, stop | {"state": "Aborted", "reason": reason}),
            "split": (f"{edits}/split", {"at": moment(begin + (4 if reason == JAM else 6))}),
            "merge": (
                edits,
                {"what": "merge", "start": moment(begin), "end": moment(begin + 12), "state": "Held", "reason": reason},
            ),
            "move-edge": (
                edits,
                {"what": "move-edge", "start": moment(begin + 8), "end": moment(begin + 10), "state": "Execute"},
            ),
            "acknowledge": (edits, stop | {"what": "acknowledge"}),
            "bulk": (f"/equipment/{LINE}/timeline-edits/bulk", {"stops": [stop | {"equipment_id": FILLER}]}),
        }
        path, body = bodies[kind]
        return path, body | ({"reason": reason} if kind == "bulk" else {})

    def told(self, begin: float) -> list[Any]:
        """What stands from a stop's begin to the end of the run after it."""
        found = self.world.folded(FILLER, at(begin), at(begin + 19))
        return [(one.t0_us, one.t1_us, one.state, one.reason, one.comment) for one in found]


@pytest.fixture
def two(sqlite_database: Database, clock: ManualClock, bus: Bus) -> TwoPeople:
    return TwoPeople(World(sqlite_database, clock, bus), len(KINDS))


@pytest.fixture
def two_on(database: Database, clock: ManualClock, bus: Bus) -> TwoPeople:
    """The same on SQLite and on PostgreSQL."""
    return TwoPeople(World(database, clock, bus), 1)


# what of the second person's words can stand beside the first's, in minutes from the stop's begin
BOTH: dict[str, dict[str, list[tuple[float, float, str]]]] = {
    # first        second: what is left of it
    "reclassify": {
        "comment": [(0, 10, "comment")], "entry": [(0, 10, "state")], "split": [(6, 10, "cut")],
    },
    "comment": {
        "reclassify": [(0, 10, "reason")], "entry": [(0, 10, "reason state")], "split": [(6, 10, "cut")],
        "move-edge": [(8, 10, "reason state")], "bulk": [(0, 10, "reason")],
    },
    "entry": {"comment": [(0, 10, "comment")], "split": [(6, 10, "cut")]},
    "split": {
        "reclassify": [(0, 4, "reason"), (4, 10, "reason")], "comment": [(0, 4, "comment"), (4, 10, "comment")],
        "entry": [(0, 4, "reason state"), (4, 10, "reason state")], "split": [(6, 10, "cut")],
        "move-edge": [(8, 10, "reason state")], "bulk": [(0, 4, "reason"), (4, 10, "reason")],
    },
    "merge": {"comment": [(0, 10, "comment")], "split": [(6, 12, "cut")]},
    "move-edge": {
        "reclassify": [(0, 8, "reason")], "comment": [(0, 8, "comment"), (8, 10, "comment")],
        "entry": [(0, 8, "reason state")], "bulk": [(0, 8, "reason")],
    },
    "acknowledge": {
        "reclassify": [(0, 10, "reason")], "comment": [(0, 10, "comment")], "entry": [(0, 10, "reason state")],
        "split": [(6, 10, "cut")], "move-edge": [(8, 10, "reason state")], "bulk": [(0, 10, "reason")],
    },
    "bulk": {"comment": [(0, 10, "comment")], "entry": [(0, 10, "state")], "split": [(6, 10, "cut")]},
}  # fmt: skip


def parts(both: list[dict[str, Any]], begin: float) -> list[tuple[float, float, str]]:
    """What the server says could stand, in minutes from the stop's begin."""
    ends = {moment(begin + minute): minute for minute in range(13)}
    return [(ends[one["start"]], ends[one["end"]], " ".join(one["says"])) for one in both]


@pytest.mark.parametrize("first", KINDS)
def test_whatever_the_first_said_the_second_sees_both_versions_and_chooses(two: TwoPeople, first: str) -> None:
    for n, second in enumerate([kind for kind in KINDS if (first, kind) != ("move-edge", "split")], start=1):
        begin = 20 * n
        version = two.seen(begin)
        assert two.say(two.ada, first, begin, version).status_code == 200
        stands = two.told(begin)
        refused = two.say(two.ben, second, begin, version)
        body = refused.json()
        assert (refused.status_code, body["code"], two.told(begin)) == (409, "conflict", stands), second
        assert (body["yours"]["by"], body["theirs"]["by"]) == ("Ben", "Ada")
        assert (body["yours"]["version"], body["meanwhile"][0]["by"]) == (version, "Ada")
        assert parts(body["both"], begin) == BOTH[first].get(second, NOTHING), (first, second)
        done = two.say(two.ben, second, begin, body["theirs"]["version"])  # mine
        assert done.status_code == 200, done.text
        kept = two.world.room.edits(FILLER, at(begin), at(begin + 12), scope=person("Eve"))
        assert [edit.by for edit in kept] == ["Ben", "Ada"]


@pytest.mark.parametrize("second", [kind for kind in KINDS if kind != "bulk"])
def test_who_keeps_theirs_has_their_own_words_in_the_history(two: TwoPeople, second: str) -> None:
    version = two.seen(20)
    two.say(two.ada, "reclassify", 20, version)
    stands = two.told(20)
    theirs = two.say(two.ben, second, 20, version).json()["theirs"]["version"]
    done = two.say(two.ben, second, 20, theirs, yields=True)
    assert (done.status_code, two.told(20)) == (200, stands)
    newest = two.world.room.edits(FILLER, at(20), at(32), scope=person("Eve"))[0]
    assert (newest.by, newest.what, newest.withdrawn) == ("Ben", second, True)


def test_a_split_that_gave_way_may_stand_after_all(two_on: TwoPeople) -> None:
    two = two_on
    version = two.seen(20)
    two.say(two.ada, "split", 20, version)
    theirs = two.say(two.ben, "split", 20, version).json()["theirs"]["version"]
    done = two.say(two.ben, "split", 20, theirs, yields=True)
    audit_id = int(done.headers["X-Audit-Id"])
    assert [one[0] for one in two.told(20)] == [at(20), at(24), at(30)]
    Catalogue(two.world.room.operations.all).undo(audit_id, database=two.world.database, scope=person("Ben"))
    assert [one[0] for one in two.told(20)] == [at(20), at(24), at(26), at(30)]


@pytest.mark.parametrize(
    "first, second, expected",
    [
        ("reclassify", "comment", [(20, 30, "Held", JAM, f"{WASH}?")]),
        ("comment", "reclassify", [(20, 30, "Held", WASH, f"{JAM}?")]),
        ("reclassify", "split", [(20, 26, "Held", JAM, None), (26, 30, "Held", JAM, None)]),
        ("split", "reclassify", [(20, 24, "Held", WASH, None), (24, 30, "Held", WASH, None)]),
        ("split", "split", [(20, 24, "Held", None, None), (24, 26, "Held", None, None), (26, 30, "Held", None, None)]),
        ("reclassify", "entry", [(20, 30, "Aborted", JAM, None)]),
        ("move-edge", "reclassify", [(20, 28, "Held", WASH, None), (28, 30, "Execute", None, None)]),
    ],
)
def test_both_stand_where_they_can_and_are_taken_back_as_one(
    two_on: TwoPeople, first: str, second: str, expected: list[tuple[float, float, str, str | None, str | None]]
) -> None:
    two = two_on
    version = two.seen(20)
    two.say(two.ada, first, 20, version)
    stands = two.told(20)
    theirs = two.say(two.ben, second, 20, version).json()["theirs"]["version"]
    done = two.say(two.ben, second, 20, theirs, beside=version)
    assert done.status_code == 200, done.text
    assert two.told(20)[: len(expected)] == [(at(start), at(end), *rest) for start, end, *rest in expected]
    two.ben.post(f"/api/v1/equipment/{FILLER}/timeline-edits/withdraw", json={"edit_ids": done.json()["edit_ids"]})
    assert two.told(20) == stands


def test_a_split_of_what_an_edge_left_is_no_conflict(two: TwoPeople) -> None:
    version = two.seen(20)
    two.say(two.ada, "move-edge", 20, version)
    assert two.say(two.ben, "split", 20, version).status_code == 200
    assert [(one[0], one[2]) for one in two.told(20)][:3] == [(at(20), "Held"), (at(26), "Held"), (at(28), "Execute")]


def test_what_cannot_stand_beside_is_refused_and_says_the_ways_on(two: TwoPeople) -> None:
    version = two.seen(20)
    two.say(two.ada, "reclassify", 20, version)
    refused = two.say(two.ben, "reclassify", 20, two.seen(20), beside=version).json()
    assert (refused["code"], refused["pointer"]) == ("edit-beside", "/beside")
    assert "yields" in refused["hint"]


def test_who_looked_again_after_the_choice_is_told_again(two: TwoPeople) -> None:
    version = two.seen(20)
    two.say(two.ada, "reclassify", 20, version)
    theirs = two.say(two.ben, "comment", 20, version).json()["theirs"]["version"]
    two.say(two.ada, "entry", 20, theirs)
    again = two.say(two.ben, "comment", 20, theirs, beside=version)
    assert (again.status_code, again.json()["meanwhile"][0]["what"]) == (409, "entry")


def test_of_several_stops_each_conflict_is_told_and_none_is_written(two: TwoPeople) -> None:
    versions = [two.seen(begin) for begin in (20, 40, 60)]
    two.say(two.ada, "reclassify", 20, versions[0])
    two.say(two.ada, "comment", 60, versions[2])
    stops = [
        {"equipment_id": FILLER, "start": moment(begin), "end": moment(begin + 10), "seen": version}
        for begin, version in zip((20, 40, 60), versions, strict=True)
    ]
    path = f"/api/v1/equipment/{LINE}/timeline-edits/bulk"
    refused = two.ben.post(path, json={"stops": stops, "reason": WASH}).json()
    assert [one["pointer"] for one in refused["conflicts"]] == ["/stops/0", "/stops/2"]
    assert [bool(one["both"]) for one in refused["conflicts"]] == [False, True]
    assert two.told(40)[0][3] is None
    for one in refused["conflicts"]:
        stops[int(one["pointer"][-1])]["seen"] = one["theirs"]["version"]
    assert two.ben.post(path, json={"stops": stops, "reason": WASH}).status_code == 200
    assert [two.told(begin)[0][3] for begin in (20, 40, 60)] == [WASH] * 3


def test_what_is_right_is_acknowledged_and_its_evidence_is_the_new_one(two_on: TwoPeople) -> None:
    two, world = two_on, two_on.world
    two.say(two.ada, "reclassify", 20, two.seen(20))
    world.signals(
        FILLER, said(FILLER, 0, 20, "Execute"), said(FILLER, 20, 30, "Aborted"), said(FILLER, 30, None, "Execute")
    )
    assert [stop.evidence_changed for stop in world.stops(FILLER, 20, 21).items] == [True]
    assert two.say(two.ben, "acknowledge", 20, two.seen(20)).status_code == 200
    [stop] = world.stops(FILLER, 20, 21).items
    assert (stop.evidence_changed, stop.reason, stop.edited_by) == (False, JAM, "Ben")
