"""What people say of the past: it counts where they said it, until they take it back, and nothing of it is lost."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from timeline_world import BARE, CAPPER, FILLER, LINE, PRESS, World, at, moment, person, said

from dovetail.accord.asked import EditMany, EditTime, StopRef
from dovetail.core.bus import Bus
from dovetail.core.errors import ConflictError, DovetailError, InvalidError, NotFoundError, RefusedError
from dovetail.db.uow import Database
from dovetail.events.timeline import TimelineEdited
from dovetail.operations.operation import Catalogue, execute
from dovetail.testing.clock import ManualClock

JAM, WASH = "mechanical/jam", "setup/wash"


@pytest.fixture
def world(sqlite_database: Database, clock: ManualClock, bus: Bus) -> World:
    """A filler that ran, stood from minute 20 to 30 and ran again; it is minute 60."""
    return begun(sqlite_database, clock, bus)


@pytest.fixture
def world_on(database: Database, clock: ManualClock, bus: Bus) -> World:
    """The same on SQLite and on PostgreSQL."""
    return begun(database, clock, bus)


def begun(database: Database, clock: ManualClock, bus: Bus) -> World:
    made = World(database, clock, bus)
    made.minutes_pass(60)
    made.signals(
        FILLER, said(FILLER, 0, 20, "Execute"), said(FILLER, 20, 30, "Held"), said(FILLER, 30, None, "Execute")
    )
    return made


def test_a_reason_counts_inside_the_stop_and_nowhere_else(world: World) -> None:
    done = world.edit(FILLER, 20, 30, reason=JAM)
    assert world.told(FILLER) == [(0, 20, "Execute", None), (20, 30, "Held", JAM), (30, None, "Execute", None)]
    stop = done.output.stop
    assert (stop.start, stop.reason, stop.edited_by, stop.source) == (moment(20), JAM, "Ada", "person")
    assert stop.edit_id == done.output.edit_id == 1


def test_an_edit_wins_only_inside_its_own_time(world: World) -> None:
    world.edit(FILLER, 25, 35, state="Aborted", reason=JAM)
    assert world.told(FILLER) == [
        (0, 20, "Execute", None),
        (20, 25, "Held", None),
        (25, 35, "Aborted", JAM),  # over what was a stop and what was a run: one record
        (35, None, "Execute", None),
    ]


@pytest.mark.parametrize(
    "first, second, expected",
    [
        # said first              said then                      what counts
        ({"reason": JAM}, {"comment": "belt"}, ("Held", JAM, "belt")),
        ({"comment": "belt"}, {"reason": JAM}, ("Held", JAM, "belt")),
        ({"reason": JAM}, {"reason": WASH}, ("Held", WASH, None)),
        ({"reason": JAM, "comment": "belt"}, {"reason": None}, ("Held", None, "belt")),
        ({"reason": JAM}, {"state": "RUN"}, ("RUN", None, None)),  # a run has no reason
        ({"state": "RUN"}, {"reason": JAM}, ("RUN", JAM, None)),
        ({"state": "Stopped"}, {"reason": JAM}, ("Stopped", JAM, None)),
    ],
)
def test_of_each_matter_the_newest_word_counts(
    world: World, first: dict[str, Any], second: dict[str, Any], expected: tuple[str, str | None, str | None]
) -> None:
    world.edit(FILLER, 20, 30, **first)
    world.edit(FILLER, 20, 30, who="Ben", **second)
    [record] = [r for r in world.folded(FILLER) if r.t0_us == at(20)]
    assert (record.state, record.reason, record.comment) == expected
    assert record.edit.by_name == "Ben"


def test_a_withdrawn_edit_restores_what_the_signals_say_and_as_of_still_knows_it(world_on: World) -> None:
    world = world_on
    before = world.told(FILLER)
    done = world.edit(FILLER, 20, 30, reason=JAM)
    edited = world.told(FILLER)
    operations = Catalogue(list(world.room.operations.all))
    undone = operations.undo(done.audit_id, database=world.database, scope=person("Ada"))
    assert world.told(FILLER) == before
    assert world.told(FILLER, as_of=done.known) == edited
    assert world.told(FILLER, as_of=done.known - 1) == world.told(FILLER, as_of=undone.known) == before


def test_undo_gives_back_the_older_word(world: World) -> None:
    world.edit(FILLER, 20, 30, reason=JAM)
    second = world.edit(FILLER, 20, 30, reason=WASH, who="Ben")
    world.withdraw(FILLER, second.output.edit_id)
    assert world.told(FILLER)[1] == (20, 30, "Held", JAM)


def test_a_running_stop_is_answered_once_and_ends_by_itself(world_on: World) -> None:
    world = world_on
    world.signals(FILLER, said(FILLER, 0, 20, "Execute"), said(FILLER, 20, None, "Held"))
    world.edit(FILLER, 20, None, reason=JAM)
    assert world.told(FILLER)[1] == (20, None, "Held", JAM)
    world.minutes_pass(80)
    world.signals(
        FILLER,
        said(FILLER, 0, 20, "Execute"),
        said(FILLER, 20, 65, "Held"),
        said(FILLER, 65, 70, "Clearing"),
        said(FILLER, 70, None, "Execute"),
    )
    as_seen_at_once = world.told(FILLER)
    world.drain()
    assert as_seen_at_once == world.told(FILLER)
    assert world.told(FILLER)[1:] == [
        (20, 65, "Held", JAM),
        (65, 70, "Clearing", JAM),  # the same stop, until it produces again
        (70, None, "Execute", None),
    ]
    [stop] = world.stops(FILLER, 0, 80).items
    assert (stop.start, stop.end, stop.state, stop.reason) == (moment(20), moment(70), "Held", JAM)


def test_an_open_answer_ends_where_the_machine_names_another_reason(world: World) -> None:
    world.signals(FILLER, said(FILLER, 20, None, "Held"))
    world.edit(FILLER, 20, None, reason=WASH)
    world.minutes_pass(80)
    world.signals(FILLER, said(FILLER, 20, 70, "Held"), said(FILLER, 70, None, "Aborted", JAM))
    world.drain()
    assert world.told(FILLER) == [(20, 70, "Held", WASH), (70, None, "Aborted", JAM)]


def test_late_samples_move_the_end_of_an_open_answer(world_on: World, bus: Bus) -> None:
    world = world_on
    world.signals(FILLER, said(FILLER, 20, None, "Held"))
    world.edit(FILLER, 20, None, reason=JAM)
    world.minutes_pass(120)
    world.signals(FILLER, said(FILLER, 20, 90, "Held"), said(FILLER, 90, None, "Execute"))
    world.drain()
    heard: list[TimelineEdited] = []
    bus.subscribe(TimelineEdited, heard.append)
    world.signals(
        FILLER,
        said(FILLER, 20, 70, "Held"),
        said(FILLER, 70, 80, "Execute"),
        said(FILLER, 80, 90, "Held"),
        said(FILLER, 90, None, "Execute"),
    )
    world.drain()
    assert world.told(FILLER)[2] == (80, 90, "Held", None)  # another stop, which nobody has answered for
    assert [(event.from_us, event.to_us) for event in heard] == [(at(70), at(90))]


def test_an_answer_that_comes_after_the_stop_ended_stops_with_it(world: World) -> None:
    world.edit(FILLER, 20, None, reason=JAM)  # the screen had not seen that it runs again since minute 30
    assert world.told(FILLER)[1:] == [(20, 30, "Held", JAM), (30, None, "Execute", None)]


def test_what_lies_beneath_may_change_and_the_edit_stays(world: World) -> None:
    world.edit(FILLER, 20, 30, reason=JAM)
    assert not any(r.evidence_changed for r in shown(world))
    world.signals(
        FILLER, said(FILLER, 0, 22, "Execute"), said(FILLER, 22, 30, "Held"), said(FILLER, 30, None, "Execute")
    )
    assert [(r.start, r.state, r.reason, r.evidence_changed) for r in shown(world)] == [
        (moment(0), "Execute", None, False),
        (moment(20), "Execute", JAM, True),
        (moment(22), "Held", JAM, True),
        (moment(30), "Execute", None, False),
    ]


def test_what_comes_after_an_open_edit_is_no_change_of_its_evidence(world: World) -> None:
    world.signals(FILLER, said(FILLER, 20, None, "Held"))
    world.edit(FILLER, 20, None, reason=JAM)
    world.minutes_pass(90)
    world.signals(FILLER, said(FILLER, 20, 70, "Held"), said(FILLER, 70, 75, "Aborted"), said(FILLER, 75, None, "RUN"))
    world.drain()
    assert [r.evidence_changed for r in shown(world) if r.edited] == [False, False]


def shown(world: World) -> list[Any]:
    return world.room.shown_records(FILLER, at(0), at(200), scope=person("Eve"), as_of=None, limit=99)


# --- by hand, split, merge ------------------------------------------------------------------------------------
def test_a_press_without_signals_is_told_by_hand(world: World) -> None:
    world.edit(PRESS, 0, None, state="RUN")
    world.edit(PRESS, 15, None, state="Held", reason=JAM)
    world.edit(PRESS, 25, None, state="RUN")
    world.edit(PRESS, 40, 50, state="Stopped")
    assert world.told(PRESS) == [
        (0, 15, "RUN", None),
        (15, 25, "Held", JAM),
        (25, 40, "RUN", None),
        (40, 50, "Stopped", None),
        (50, None, "RUN", None),
    ]


def test_words_by_hand_out_of_order_hold_until_the_next(world_on: World) -> None:
    world = world_on
    first = world.edit(PRESS, 0, None, state="RUN")
    world.edit(PRESS, 30, None, state="RUN")
    between = world.edit(PRESS, 20, None, state="Held")
    assert world.told(PRESS) == [(0, 20, "RUN", None), (20, 30, "Held", None), (30, None, "RUN", None)]
    world.withdraw(PRESS, between.output.edit_id)
    assert world.told(PRESS) == [(0, 30, "RUN", None), (30, None, "RUN", None)]
    world.withdraw(PRESS, first.output.edit_id)
    assert world.told(PRESS) == [(30, None, "RUN", None)]


def test_between_words_by_hand_nobody_knows(world_on: World) -> None:
    world = world_on
    world.edit(PRESS, 0, 10, state="RUN")
    world.edit(PRESS, 20, 30, state="Held")
    assert world.told(PRESS) == [
        (0, 10, "RUN", None),
        (10, 20, "NO_DATA", None),
        (20, 30, "Held", None),
        (30, None, "NO_DATA", None),
    ]
    for start, end in [(12, 13), (5, 25), (31, 32)]:
        whole = [r for r in world.folded(PRESS) if r.t0_us < at(end) and (r.t1_us is None or r.t1_us > at(start))]
        assert world.folded(PRESS, at(start), at(end)) == whole


def test_a_stop_is_split_and_each_part_answered_by_itself(world: World) -> None:
    world.split(FILLER, 24)
    world.edit(FILLER, 20, 24, reason=JAM)
    world.edit(FILLER, 24, 30, reason=WASH)
    assert world.told(FILLER)[1:3] == [(20, 24, "Held", JAM), (24, 30, "Held", WASH)]
    stops = world.stops(FILLER, 0, 60).items
    assert [(stop.start, stop.reason) for stop in stops] == [(moment(24), WASH), (moment(20), JAM)]


def test_a_split_alone_leaves_two_stops_that_say_the_same(world: World) -> None:
    world.edit(FILLER, 20, 30, reason=JAM)
    world.split(FILLER, 24)
    assert world.told(FILLER)[1:3] == [(20, 24, "Held", JAM), (24, 30, "Held", JAM)]


def test_two_stops_become_one(world: World) -> None:
    world.signals(
        FILLER,
        said(FILLER, 0, 20, "Execute"),
        said(FILLER, 20, 25, "Held"),
        said(FILLER, 25, 26, "Execute"),
        said(FILLER, 26, 30, "Aborted"),
        said(FILLER, 30, None, "Execute"),
    )
    world.edit(FILLER, 20, 30, what="merge", state="Held", reason=JAM)
    assert world.told(FILLER)[1:2] == [(20, 30, "Held", JAM)]


def test_several_stops_get_one_reason_at_once(world_on: World) -> None:
    world = world_on
    world.signals(CAPPER, said(CAPPER, 0, 5, "Execute"), said(CAPPER, 5, 9, "Held"), said(CAPPER, 9, None, "Execute"))
    stops = [StopRef(equipment_id=FILLER, start=moment(20), end=moment(30)),
             StopRef(equipment_id=CAPPER, start=moment(5), end=moment(9))]  # fmt: skip
    done = world.do(world.room.operations.edit_many, EditMany(equipment_id=LINE, stops=tuple(stops), reason=JAM))
    assert [stop.reason for stop in world.stops(LINE, 0, 60).items] == [JAM, JAM]
    Catalogue(list(world.room.operations.all)).undo(done.audit_id, database=world.database, scope=person("Ada"))
    assert [stop.reason for stop in world.stops(LINE, 0, 60).items] == [None, None]


# --- refused --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "start, end, words, pointer, code",
    [
        (20, 30, {"reason": "mechanical/jam2"}, "/reason", "reason-unknown"),
        (20, 30, {}, "/reason", "edit-empty"),
        (30, 20, {"reason": JAM}, "/end", "period"),
        (20, 20, {"reason": JAM}, "/end", "period"),
        (61, 62, {"reason": JAM}, "/start", "time-in-future"),
        (20, 61, {"reason": JAM}, "/end", "time-in-future"),
        (20 - 32 * 1440, 20, {"reason": JAM}, "/end", "edit-too-long"),
        (20, 30, {"state": "Sleeping"}, "/state", "edit-state"),
        (20, 30, {"state": "NO_DATA"}, "/state", "edit-state"),
        (20, 30, {"mode": "Setup", "reason": JAM}, "/mode", "edit-mode"),
        (20, 30, {"what": "merge", "reason": JAM}, "/state", "edit-state"),
        (20, 30, {"reason": JAM, "seen": "nonsense"}, "/seen", "version"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(
    world: World, start: float, end: float, words: dict[str, Any], pointer: str, code: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        world.edit(FILLER, start, end, **words)
    assert (refused.value.pointer, refused.value.code) == (pointer, code)
    assert world.told(FILLER)[1] == (20, 30, "Held", None)


@pytest.mark.parametrize(
    "equipment_id, scope, kind, code",
    [
        (LINE, person("Ada"), InvalidError, "no-timeline"),
        (BARE, person("Ada"), InvalidError, "no-timeline"),
        (FILLER, person("Ada", at=[CAPPER]), NotFoundError, "not-found"),
        (4711, person("Ada"), NotFoundError, "not-found"),
    ],
)
def test_what_has_no_timeline_or_is_out_of_sight_is_refused(
    world: World, equipment_id: int, scope: Any, kind: type[DovetailError], code: str
) -> None:
    given = EditTime(equipment_id=equipment_id, start=moment(20), end=moment(30), reason=JAM)
    with pytest.raises(kind) as refused:
        execute(world.room.operations.edit, given, database=world.database, scope=scope)
    assert refused.value.code == code


def test_who_only_looks_may_not_edit(world: World) -> None:
    given = EditTime(equipment_id=FILLER, start=moment(20), end=moment(30), reason=JAM)
    looker = person("Eve")
    looker = type(looker)(looker.actor, at={"plant.view": looker.at["plant.view"]})
    with pytest.raises(RefusedError, match="needs the permission"):
        execute(world.room.operations.edit, given, database=world.database, scope=looker)


def test_an_edit_of_another_machine_is_not_withdrawn_by_its_number(world: World) -> None:
    done = world.edit(FILLER, 20, 30, reason=JAM)
    with pytest.raises(NotFoundError):
        world.withdraw(CAPPER, done.output.edit_id)
    world.withdraw(FILLER, done.output.edit_id)
    with pytest.raises(ConflictError):
        world.withdraw(FILLER, done.output.edit_id)


# --- two people -----------------------------------------------------------------------------------------------
def test_the_second_of_two_people_sees_both_versions_and_may_insist(world_on: World) -> None:
    world = world_on
    [stop] = world.stops(FILLER, 0, 60).items
    world.edit(FILLER, 20, 30, reason=JAM, seen=stop.version)
    with pytest.raises(ConflictError) as conflict:
        world.edit(FILLER, 20, 30, reason=WASH, comment="foam", seen=stop.version, who="Ben")
    yours, theirs = conflict.value.members["yours"], conflict.value.members["theirs"]
    assert (yours["reason"], yours["comment"], yours["by"]) == (WASH, "foam", "Ben")  # type: ignore[index]
    assert (theirs["reason"], theirs["comment"], theirs["by"]) == (JAM, None, "Ada")  # type: ignore[index]
    assert world.told(FILLER)[1] == (20, 30, "Held", JAM)
    world.edit(FILLER, 20, 30, reason=WASH, comment="foam", seen=theirs["version"], who="Ben")  # type: ignore[index]
    assert world.told(FILLER)[1] == (20, 30, "Held", WASH)
    kept = world.room.edits(FILLER, at(0), at(60), scope=person("Eve"))
    assert [(edit.by, edit.reason, edit.superseded_by) for edit in kept] == [("Ben", WASH, None), ("Ada", JAM, 2)]


def test_the_second_of_two_people_may_yield_and_what_they_said_is_kept(world_on: World) -> None:
    world = world_on
    [stop] = world.stops(FILLER, 0, 60).items
    world.edit(FILLER, 20, 30, reason=JAM, seen=stop.version)
    with pytest.raises(ConflictError) as conflict:
        world.edit(FILLER, 20, 30, reason=WASH, seen=stop.version, who="Ben")
    theirs = conflict.value.members["theirs"]
    yielded = world.edit(FILLER, 20, 30, reason=WASH, seen=theirs["version"], yields=True, who="Ben")  # type: ignore[index]
    assert world.told(FILLER)[1] == (20, 30, "Held", JAM)
    assert (yielded.output.stop.reason, yielded.output.stop.edited_by) == (JAM, "Ada")
    kept = world.room.edits(FILLER, at(0), at(60), scope=person("Eve"))
    assert [(edit.by, edit.reason, edit.withdrawn) for edit in kept] == [("Ben", WASH, True), ("Ada", JAM, False)]


@pytest.mark.parametrize("end", [30, None])
def test_who_yielded_may_take_that_back_and_their_word_stands_unless_somebody_spoke_meanwhile(
    world_on: World, end: float | None
) -> None:
    world = world_on
    [stop] = world.stops(FILLER, 0, 60).items
    world.edit(FILLER, 20, end, reason=JAM, seen=stop.version)
    [theirs] = world.stops(FILLER, 0, 60).items
    yielded = world.edit(FILLER, 20, end, reason=WASH, comment="foam", seen=theirs.version, yields=True, who="Ben")
    back = world.undo(yielded, who="Ben")
    assert world.told(FILLER)[1] == (20, 30, "Held", WASH)
    assert (back.output.stop.edited_by, back.output.stop.comment) == ("Ben", "foam")
    world.undo(back, who="Ben")
    assert world.told(FILLER)[1] == (20, 30, "Held", JAM)
    again = world.edit(FILLER, 20, end, reason=WASH, yields=True, who="Ben")
    world.edit(FILLER, 20, end, comment="belt", who="Eve")
    with pytest.raises(ConflictError, match="Eve said belt"):
        world.undo(again, who="Ben")


def test_a_withdrawal_that_was_not_seen_is_a_conflict_too(world: World) -> None:
    first = world.edit(FILLER, 20, 30, reason=JAM)
    seen = first.output.stop.version
    world.withdraw(FILLER, first.output.edit_id, who="Ben")
    with pytest.raises(ConflictError):
        world.edit(FILLER, 20, 30, comment="belt", seen=seen)


def test_what_the_machine_did_meanwhile_is_no_conflict(world: World) -> None:
    world.signals(FILLER, said(FILLER, 20, None, "Held"))
    [stop] = world.stops(FILLER, 0, 60).items
    world.minutes_pass(71)
    world.signals(FILLER, said(FILLER, 20, 70, "Held"), said(FILLER, 70, None, "Execute"))
    [ended] = world.stops(FILLER, 0, 80).items
    assert ended.version != stop.version  # what is shown has changed
    world.edit(FILLER, 20, None, reason=JAM, seen=stop.version)
    assert world.told(FILLER) == [(20, 70, "Held", JAM), (70, None, "Execute", None)]


def test_of_two_who_touch_at_the_same_moment_one_is_told_of_the_other(world_on: World) -> None:
    """Two real transactions, started together, on both databases."""
    world = world_on
    [stop] = world.stops(FILLER, 0, 60).items
    ready = threading.Barrier(2)
    came: dict[str, Any] = {}

    def touch(who: str, reason: str) -> None:
        ready.wait(timeout=30)
        try:
            came[who] = world.edit(FILLER, 20, 30, reason=reason, seen=stop.version, who=who).output
        except ConflictError as conflict:
            came[who] = conflict

    threads = [threading.Thread(target=touch, args=pair) for pair in (("Ada", JAM), ("Ben", WASH))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    [second] = [who for who, result in came.items() if isinstance(result, ConflictError)]
    [first] = [who for who in came if who != second]
    members = came[second].members
    assert (members["yours"]["by"], members["theirs"]["by"]) == (second, first)
    assert {members["yours"]["reason"], members["theirs"]["reason"]} == {JAM, WASH}
    assert [edit.by for edit in world.room.edits(FILLER, at(0), at(60), scope=person("Eve"))] == [first]
