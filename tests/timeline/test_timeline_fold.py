"""Whatever the signals say and people say of it, in whatever order: one timeline, the same for every question."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from timeline_world import FILLER, PRESS, SYSTEM, T0, World, at, drain, ledger_on, said

from dovetail.books.rollups import rollup_job, rollup_reason
from dovetail.books.slices import slice_job, slice_table
from dovetail.core.bus import Bus
from dovetail.core.clock import HOUR_US
from dovetail.db.uow import Database
from dovetail.performance import store as ledger_store
from dovetail.states.model import StateRecord
from dovetail.testing.clock import ManualClock
from dovetail.timeline.fold import fold, speaking
from dovetail.timeline.model import PRODUCING, Edit
from shortcuts import examples

JAM, WASH = "mechanical/jam", "setup/wash"
STATES = ["Execute", "Held", "Stopped", "NO_DATA", "Aborted"]
END = 400  # minutes of the story


def edit_of(number: int, t0: int, t1: int | None, words: dict[str, Any]) -> Edit:
    return Edit(
        edit_id=number, equipment_id=FILLER, t0_us=t0, t1_us=t1, what="reclassify", is_open=False,
        state=words.get("state"), mode="Production" if words.get("state") else None, says_reason="reason" in words,
        reason=words.get("reason"), external=False, says_comment="comment" in words, comment=words.get("comment"),
        by_id="ada", by_name="Ada", at_us=0, why=None, evidence="", evidence_us=0, seen_reason=None, known=number,
    )  # fmt: skip


def derived_records(draw: st.DrawFn, *, upto: int = END) -> list[StateRecord]:
    """A contiguous track with an open end, in minutes."""
    edges = sorted(draw(st.sets(st.integers(0, upto), min_size=1, max_size=7)))
    names = [draw(st.sampled_from(STATES)) for _ in edges]
    reasons = [draw(st.sampled_from([None, None, JAM])) for _ in edges]
    return [
        said(FILLER, t0, t1, name, reason if name not in PRODUCING else None)
        for (t0, t1), name, reason in zip(pairwise([*edges, None]), names, reasons, strict=True)  # type: ignore[list-item]
    ]


WORDS = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(["RUN", "Held", "Stopped"]),
        "reason": st.sampled_from([None, JAM, WASH]),
        "comment": st.sampled_from([None, "belt", "foam"]),
    },
).filter(bool)


@st.composite
def tracks(draw: st.DrawFn) -> tuple[list[StateRecord], list[Edit]]:
    derived = derived_records(draw) if draw(st.booleans()) else []
    edits: list[Edit] = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        start = draw(st.integers(-20, END))
        length = draw(st.one_of(st.none(), st.integers(1, 200)))
        edits.append(edit_of(number, at(start), None if length is None else at(start + length), draw(WORDS)))
    return derived, draw(st.permutations(edits))


def by_hand(derived: Sequence[StateRecord], edits: Sequence[Edit], at_us: int) -> tuple[Any, ...]:
    """What holds at one moment, said as simply as it can be: the record below, then each word in its order."""
    under = next((r for r in derived if r.t0_us <= at_us and (r.t1_us is None or at_us < r.t1_us)), None)
    state, reason, comment = (under.state, under.reason, None) if under else ("NO_DATA", None, None)
    newest = None
    for edit in sorted(edits, key=lambda one: one.edit_id):
        inside = edit.t0_us <= at_us and (edit.t1_us is None or at_us < edit.t1_us)
        state = edit.state if inside and edit.state else state
        reason = None if inside and edit.state in PRODUCING else reason
        reason = edit.reason if inside and edit.says_reason else reason
        comment = edit.comment if inside and edit.says_comment else comment
        newest = edit.edit_id if inside else newest
    return state, reason, comment, newest


@budget(max_examples=examples(80), deadline=None)
@given(told=tracks())
def test_the_fold_tiles_the_time_and_an_edit_wins_exactly_inside(told: tuple[list[StateRecord], list[Edit]]) -> None:
    derived, edits = told
    records = fold(derived, edits)
    begins = [*(record.t0_us for record in derived[:1]), *(edit.t0_us for edit in edits)]
    assert [record.t0_us for record in records[:1]] == sorted(begins)[:1]
    assert all(one.t1_us == two.t0_us for one, two in pairwise(records)), "no hole, no overlap"
    assert all(record.t1_us is not None and record.t0_us < record.t1_us for record in records[:-1])
    assert [record.t1_us for record in records[-1:]] == [None] * bool(begins)
    edges = {edge for one in (*derived, *edits) for edge in (one.t0_us, one.t1_us) if edge is not None}
    for record in records:
        end_us = record.t1_us if record.t1_us is not None else at(2 * END)
        for moment_us in {record.t0_us, end_us - 1, *(edge for edge in edges if record.t0_us <= edge < end_us)}:
            newest = None if record.edit is None else record.edit.edit_id
            shown = (record.state, record.reason, record.comment, newest)
            assert shown == by_hand(derived, edits, moment_us)
    assert {r.edit.edit_id for r in records if r.edit} <= speaking(derived, edits) <= {e.edit_id for e in edits}


# --- the whole room, and the ledger on it -----------------------------------------------------------------------
@st.composite
def stories(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """What happens in a day: signals grow and are corrected, people say things and take them back."""
    chapters: list[tuple[str, Any]] = [("signals", derived_records(draw, upto=60))]
    for _ in range(draw(st.integers(2, 7))):
        match draw(st.sampled_from(["signals", "edit", "edit", "edit", "withdraw"])):
            case "signals":
                chapters.append(("signals", derived_records(draw)))
            case "edit":
                start = draw(st.integers(0, END))
                length = draw(st.one_of(st.none(), st.integers(1, 90)))
                chapters.append(("edit", (start, None if length is None else start + length, draw(WORDS))))
            case _:
                chapters.append(("withdraw", draw(st.integers(0, 5))))
    return chapters


def happen(world: World, equipment_id: int, chapter: tuple[str, Any]) -> None:
    match chapter:
        case "signals", records:
            world.signals(equipment_id, *records)
        case "edit", (start, end, words):
            world.edit(equipment_id, start, end, **words)
        case _, place:
            held = [edit for edit in world.room.edits(equipment_id, 0, 1 << 60, scope=SYSTEM) if not edit.withdrawn]
            for edit in held[place : place + 1]:
                world.withdraw(equipment_id, edit.edit_id)


def slices(world: World, equipment_id: int, *, as_of: int | None = None) -> list[Any]:
    with world.database.read() as reading:
        return [piece for _, piece in ledger_store.overlapping(reading, equipment_id, 0, 1 << 60, as_of=as_of)]


def story_of(world: World, equipment_id: int, *, as_of: int | None = None) -> list[Any]:
    return [(record.t0_us, record.t1_us, *record.face) for record in world.folded(equipment_id, as_of=as_of)]


@budget(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(story=stories(), at_once=st.lists(st.booleans(), min_size=8, max_size=8), by_signal=st.booleans())
def test_settling_as_it_comes_gives_the_same_books_and_the_past_stays_as_it_was_known(
    story: list[tuple[str, Any]], at_once: list[bool], by_signal: bool
) -> None:
    unit = FILLER if by_signal else PRESS
    chapters = [chapter for chapter in story if by_signal or chapter[0] != "signals"]
    with TemporaryDirectory() as folder:
        clock, bus = ManualClock(T0 + 12 * HOUR_US), Bus()
        database = Database(f"sqlite:///{Path(folder) / 'records.db'}", clock=clock, bus=bus)
        database.create_for_tests()
        world = World(database, clock, bus)
        ledger = ledger_on(world)
        seen: dict[int, Any] = {}
        for chapter, step in zip(chapters, at_once, strict=False):
            happen(world, unit, chapter)
            world.drain()
            for _ in range(step):
                drain(world, ledger)
            with database.read() as reading:
                seen[reading.known_now()] = story_of(world, unit)
        drain(world, ledger)
        incremental = slices(world, unit)
        whole = world.folded(unit)
        assert {known: story_of(world, unit, as_of=known) for known in seen} == seen
        for start, end in [(0, 1), (30, 31), (10, 200), (199, 400), (350, 2000)]:
            inside = [r for r in whole if r.t0_us < at(end) and (r.t1_us is None or r.t1_us > at(start))]
            assert world.folded(unit, at(start), at(end)) == inside
        with database.write(SYSTEM.actor) as uow:
            for table in (slice_job, slice_table, rollup_job, rollup_reason):
                uow.connection.execute(table.delete())
        ledger.settle(unit, 0, None)
        assert slices(world, unit) == incremental
        database.close()
