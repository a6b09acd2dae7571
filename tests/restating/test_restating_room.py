"""A restatement makes of the past exactly what its definitions would have made of it, says so before, and goes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from restating_world import House, plain, played

import shortcuts
from dovetail.core import faults
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US, Clock, to_rfc3339
from dovetail.core.errors import ConflictError, DovetailError, InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.equipment.store import boundaries
from dovetail.explain.diff import Asked, Differ
from dovetail.restating.service import RestatementOut, RestatingRoom, UndoRestatement
from dovetail.scenariofiles.document import OWN_PLANT
from dovetail.scenarios.stage import OWN
from dovetail.signatures.service import ReopenShift, SignShift
from dovetail.states import rules
from scenario_here import Change, scenario

CHANGES = [
    ("oee-worksheet", ("standard_rate_upm: 60", "standard_rate_upm: 50")),
    ("oee-worksheet", ('start: "10:00", end: "11:00"', 'start: "09:30", end: "10:30"')),
    ("oee-worksheet", ("technical: {category: failure", "technical: {category: planned")),
    ("two-products", ("large: {name: Large, rates_upm: {works/filler: 20}}", "large: {name: Large}")),
    ("two-products", ("rates_upm: {works/filler: 60}", "rates_upm: {works: 40}")),
    ("micro-stops", ("{bottle: {name: Bottle}}", "{bottle: {name: Bottle}}\n  conventions: {micro_stop: speed}")),
    ("autumn-25-hours", ('name: Night, start: "22:00"', 'name: Night, start: "23:00"')),
    ("edit-after-the-fact", ("setup: {category: setup", "setup: {category: failure")),
]
READ_OTHERWISE = [
    ("oee-worksheet", ("map: {7: technical/fault}", "map: {7: technical}")),
    ("oee-nakajima", ("3: {state: CHANGEOVER, reason: setup/tool}", "3: RUN")),
    ("counter-reset", ("max_rate_upm: 120, modulus: 65536", "modulus: 65536")),
    ("late-and-twice", ("packml: {state: state}", "activity: {tag: good, timeout_s: 60}")),
]


@pytest.mark.parametrize("name, change", [*shortcuts.some(CHANGES, of=3), *shortcuts.some(READ_OTHERWISE, of=2)])
def test_it_makes_what_the_code_would_have_made_and_goes_back(name: str, change: Change) -> None:
    with played(name, change) as other:
        wanted = other.seen()
    with played(name) as house:
        house.apply(scenario(name, change).plant[OWN_PLANT])
        was, known = house.seen(), house.known()
        plan = house.plan()
        made = house.restate(house.asked(seen=plan.digest))
        now, after = house.seen(), house.known()
        assert now == wanted != was
        assert house.cut_anew() == now[0]
        assert house.seen(known) == was
        (ledger,) = [one for one in plan.ledgers if one.equipment_id == house.unit]
        assert (ledger.whole.would.times, ledger.whole.would.counts) == (now[1].model_dump(), now[2].model_dump())
        assert ledger.whole.would.kpis == now[3]
        assert ledger.whole.was.kpis == was[3]
        assert [house.room.get(made.id, scope=OWN).settled, house.plan().changes] == [True, []]
        house.undo(made)
        assert house.seen() == was
        assert house.seen(after) == now


# --- a part of the past, people's rights, and what is refused -----------------------------------------------------
RATE = ("standard_rate_upm: 60 #", "standard_rate_upm: 50 #")
OTHER = (
    RATE,
    ("technical: {category: failure", "technical: {category: planned"),
    ('start: "10:00", end: "11:00"', 'start: "09:30", end: "10:30"'),
    ("  products:\n    part: {name: Part}", "  products:\n    part: {name: Part, rates_upm: {works/press: 70}}\n"
     "  conventions: {micro_stop: speed, micro_stop_s: 600}\n  targets: {works: {oee_index: 0.8}}"),
)  # fmt: skip


@pytest.fixture
def house() -> Iterator[House]:
    """The worksheet's press the same afternoon; since then its plant code says other things."""
    with played("oee-worksheet") as made:
        made.apply(scenario("oee-worksheet", *OTHER).plant[OWN_PLANT])
        yield made


def test_a_part_is_restated_by_what_is_named_and_the_rest_stays(house: House) -> None:
    middle_us = house.from_us + 3 * HOUR_US
    was, known = house.seen(), house.known()
    asked = house.asked(middle_us, middle_us + HOUR_US // 2, only=("equipment:works/press", "targets"))
    plan = house.plan(asked)
    assert [(one.section, one.key) for one in plan.changes] == [("equipment", "works/press"), ("targets", "works")]
    assert [stretch.fields for stretch in plan.changes[0].stretches(plan.to_us)] == [
        (("standard_rate_upm", "60.0", "50.0"),)
    ]
    assert [ledger.moved_us for ledger in plan.ledgers] == [HOUR_US // 2]
    made = house.restate(asked)
    rates = [(one.t0_us, one.rate_upm) for one in house.cut_anew()]
    assert [at_us for at_us, rate in rates if rate == 50] == [middle_us]
    assert {rate for at_us, rate in rates if at_us != middle_us} == {60}
    targets = house.stage.rooms.performance.gathering.targets
    told = [{name: goal.value for name, goal in targets("works/press", at_us).items()} for at_us in (
        middle_us - 1, middle_us, middle_us + HOUR_US // 2)]  # fmt: skip
    assert told == [{}, {"oee_index": 0.8}, {}]
    assert house.seen(known) == was
    assert (made.by, made.why, made.equipment) == ("scenario", "as it was", 1)


def test_a_moment_at_which_a_plant_was_applied_and_the_past_was_told_again_is_one(house: House) -> None:
    applied_us = house.stage.rooms.equipment.versions(scope=OWN, before=None, limit=1)[0].valid_from_us
    made = house.restate(house.asked(house.from_us, applied_us, only=("reasons",)))
    house.undo(made)
    with house.stage.database.read() as reading:
        moments = [at_us for at_us, _ in boundaries(reading)]
    assert applied_us in moments
    assert len(moments) == len(set(moments))


def test_definitions_of_an_earlier_plant_come_back_for_a_while(house: House) -> None:
    made = house.restate(house.asked(only=("reasons",)))
    assert house.cut_anew() != house.seen(made.known - 1)[0]
    again = house.restate(house.asked(only=("reasons",), version=1))
    assert again.version == 1
    assert house.seen() == house.seen(made.known - 1)
    house.undo(again)
    assert house.seen() == house.seen(made.known)


def test_what_was_changed_again_since_is_not_taken_back_over_it(house: House) -> None:
    older = house.restate(house.asked(only=("reasons",)))
    newer = house.restate(house.asked(only=("reasons",), version=1))
    with pytest.raises(ConflictError, match="changed again since"):
        house.undo(older)
    house.undo(newer)
    back = house.undo(older)
    assert (back.undoes, house.room.get(older.id, scope=OWN).undone_by) == (older.id, back.id)
    on = house.undo(back)  # and on again
    assert house.seen() == house.seen(older.known)
    assert undone(house) == {older.id: None, newer.id: newer.id + 1, newer.id + 1: None, back.id: on.id, on.id: None}
    off = house.undo(older)
    assert undone(house)[older.id] == off.id
    house.undo(off)
    assert undone(house)[older.id] is None


def undone(house: House) -> dict[int, int | None]:
    """By which restatement each is taken back, in the list; one by one it is the same."""
    found = {one.id: one.undone_by for one in house.room.newest(scope=OWN, before=None, limit=99)}
    assert {number: house.room.get(number, scope=OWN).undone_by for number in found} == found
    return found


def test_days_on_which_nothing_would_be_another_are_no_more_slices(house: House) -> None:
    """Seven days from 07:00, amid the shift: a plan is made a day at a time, and nobody sees where."""
    house.stage.clock.set(house.from_us + 8 * DAY_US)
    house.stage.work()
    from_us = house.from_us + HOUR_US
    (ledger,) = house.plan(house.asked(from_us, from_us + 7 * DAY_US, only=("reasons",))).ledgers
    assert ledger.moved_us > 0
    assert ledger.slices[0] == ledger.slices[1]


def test_the_rates_of_a_machine_that_has_another_name_by_now_are_those_of_its_name_then() -> None:
    with played("two-products") as house:
        code = scenario("two-products", ("large: {name: Large, rates_upm: {works/filler: 20}}", "large: {name: Large}"))
        text = code.plant[OWN_PLANT].replace(b"works/filler", b"works/bottler")
        house.apply(text.replace(b"level: WorkUnit", b"level: WorkUnit\n      moved: works/filler"))
        was, asked = house.seen(), house.asked(only=("products:large",))
        assert [(one.path, one.moved_us) for one in house.plan(asked).ledgers] == [("works/bottler", 2 * HOUR_US)]
        made = house.restate(asked)
        assert (made.equipment, made.touched_us) == (1, 4 * HOUR_US)
        assert house.cut_anew() == house.seen()[0] != was[0]


VERSIONS = 2  # instead of 16, so that few plants are more
OTHER_FAULTS: Change = ("map: {7: technical/fault}", "map: {7: technical}")


def applied_often(house: House) -> None:
    """Its plant code says something else by now, and has changed at more moments since than late samples go back."""
    for n in range(VERSIONS + 2):
        shown = ("part: {name: Part}", f"part: {{name: Part {n}}}")
        house.apply(scenario("oee-worksheet", OTHER_FAULTS, shown).plant[OWN_PLANT])


def test_states_are_read_otherwise_however_often_definitions_have_changed_since(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "VERSIONS_MAX", VERSIONS)
    with played("oee-worksheet", OTHER_FAULTS) as other:
        wanted = other.seen()
    with played("oee-worksheet") as house:
        applied_often(house)
        was, plan = house.seen(), house.plan(house.asked(only=("states",)))
        made = house.restate(house.asked(only=("states",)))
        assert house.cut_anew() == house.seen()[0] == wanted[0] != was[0]
        (ledger,) = [one for one in plan.ledgers if one.equipment_id == house.unit]
        assert ledger.whole.would.times == wanted[1].model_dump()
        house.undo(made)
        assert house.seen() == was


def test_a_machine_that_was_renamed_is_told_again_by_its_old_name_and_one_that_left_keeps_its_past() -> None:
    left = ("works/press:\n      level: WorkUnit", "works/mill:\n      level: WorkUnit")
    gone = ("works/press:\n      level: WorkUnit", "works/lathe:\n      level: WorkUnit")
    renamed = ("level: WorkUnit", "level: WorkUnit\n      moved: works/press")
    with played("oee-worksheet", OTHER_FAULTS) as other:
        wanted = other.seen()
    with played("oee-worksheet") as house:
        house.apply(scenario("oee-worksheet", OTHER_FAULTS, left, renamed).plant[OWN_PLANT])
        was = house.seen()
        made = house.restate(house.asked(only=("states",)))
        assert house.cut_anew() == house.seen()[0] == wanted[0] != was[0]
        house.undo(made)
        performance, unit = house.stage.rooms.performance, house.unit
        house.apply(scenario("oee-worksheet", OTHER_FAULTS, gone).plant[OWN_PLANT])
        assert unit not in house.stage.rooms.equipment.plant().equipment
        assert plain(performance.slices(unit, house.from_us, house.until_us, scope=OWN)) == was[0]
        with pytest.raises(InvalidError, match="held then"):  # of the machine that is there now: it was not there then
            house.restate(house.asked(only=("states",)))


def test_an_old_restatement_stays_settled_while_its_machine_is_late_elsewhere() -> None:
    with played("oee-worksheet") as house:
        house.apply(scenario("oee-worksheet", ("map: {7: technical/fault}", "map: {}")).plant[OWN_PLANT])
        start_us = house.from_us + 2 * HOUR_US
        made = house.restate(house.asked(start_us, start_us + 10 * MINUTE_US))
        unit = house.stage.rooms.states._follower.units[house.unit]
        found: list[Any] = []
        for late in ([], [(start_us + HOUR_US, start_us + 2 * HOUR_US)], [(start_us - HOUR_US, start_us - 1)],
                     [(start_us - HOUR_US, start_us)], [(start_us + MINUTE_US, start_us + 2 * MINUTE_US)]):  # fmt: skip
            unit.late = late
            now = house.room.get(made.id, scope=OWN)
            found.append((now.settled, now.rewritten_us))
        assert [settled for settled, _ in found] == [True, True, True, False, False]


def where_samples_went(house: House, gone: dict[int, int]) -> RestatingRoom:
    """The room where samples of these tags went up to these moments."""
    rooms = house.stage.rooms
    return RestatingRoom(
        house.stage.database, house.stage.clock, equipment=rooms.equipment, calendar=rooms.calendar,
        performance=rooms.performance, states=rooms.states, samples=rooms.historian, gone=gone.get,
    )  # fmt: skip


def test_states_are_read_otherwise_for_a_while_and_only_from_signals_of_then() -> None:
    """Its stop was no fault for the first ten minutes; a signal that came later says nothing of before."""
    other = ("map: {7: technical/fault}", "map: {}")
    late = ("tags:\n        state:", "tags:\n        more: {kind: i64}\n        state:"), (
        "reason: {tag: stop,", "reason: {tag: more,")  # fmt: skip
    with played("oee-worksheet") as house:
        house.apply(scenario("oee-worksheet", other).plant[OWN_PLANT])
        from_us = house.from_us + 2 * HOUR_US
        asked = house.asked(from_us, from_us + 10 * MINUTE_US)
        plan = house.plan(asked)
        was, made = house.seen(), house.restate(asked)
        stood = [(one.t0_us, one.t1_us - one.t0_us, one.reason) for one in house.cut_anew() if one.state == "Held"]
        assert stood == [
            (from_us, 10 * MINUTE_US, None),
            (from_us + 10 * MINUTE_US, 37 * MINUTE_US, "technical/fault"),
        ]
        assert [(one.moved_us, one.slices) for one in plan.ledgers] == [(10 * MINUTE_US, (1, 1))]
        change = Differ(house.stage.rooms.performance).diff(
            Asked("availability", house.unit, house.from_us, house.until_us, made.known - 1, None, OWN)
        )
        assert {(one.cause.kind, one.cause.why) for one in change.changes} == {("restate", "as it was")}
        house.undo(made)
        assert house.seen() == was
        gone: dict[int, int] = dict.fromkeys(house.stage.rooms.equipment.plant().tags, from_us)
        with pytest.raises(InvalidError, match="were let go"):
            where_samples_went(house, gone).plan(asked)
        house.apply(scenario("oee-worksheet", *late).plant[OWN_PLANT])
        with pytest.raises(InvalidError, match="had no signal more then"):
            house.restate(asked)


def test_a_signed_shift_stands_and_the_difference_is_shown(house: House) -> None:
    start = to_rfc3339(house.from_us + HOUR_US)
    signatures = house.stage.rooms.signatures
    signed = house.do(signatures.sign, SignShift(equipment_id=house.unit, start=start))
    was = house.seen()
    asked = house.asked(only=("reasons", "equipment"))
    (ledger,) = house.plan(asked).ledgers
    assert [(shift.signed, shift.compared.differs) for shift in ledger.shifts] == [(True, True)]
    assert (ledger.moved_us, ledger.whole.differs) == (0, False)
    house.restate(asked)
    assert house.seen() == was
    with pytest.raises(ConflictError, match="signed"):
        house.restate(house.asked(only=("conventions",)))
    house.do(signatures.reopen, ReopenShift(signature_id=signed.id))
    assert house.seen()[1].apt_us == was[1].apt_us != house.seen()[1].elapsed_us
    assert house.seen()[3]["oee_index"] == ledger.shifts[0].compared.would.kpis["oee_index"]


REFUSED: list[tuple[Any, type[DovetailError], str]] = [
    ({"only": ("machines",)}, InvalidError, "restate-what"),
    ({"only": ("products:parts",)}, InvalidError, "restate-what"),
    ({"version": 9}, NotFoundError, "not-found"),
    ({"version": 1}, InvalidError, "restate-nothing"),
    ({"seen": "0" * 16}, ConflictError, "restate-changed"),
    ({"from_us": -2000 * HOUR_US}, InvalidError, "restate-period"),  # before there was a plant
    ({"to_us": 1 << 52}, InvalidError, "restate-period"),
    ({"from_us": 2 * HOUR_US, "to_us": HOUR_US}, InvalidError, "restate-period"),
]


def test_what_there_is_not_and_what_is_not_over_is_refused(house: House) -> None:
    found: list[Any] = []
    was = house.seen()
    for more, error, _ in REFUSED:
        with pytest.raises(error) as caught:
            house.restate(house.asked(**more))
        found.append((more, error, caught.value.code))
    assert found == REFUSED
    assert house.seen() == was


@pytest.mark.parametrize("number", [-1, 1 << 63, 10**30])
def test_a_number_that_no_record_can_have_is_refused_as_input(house: House, number: int) -> None:
    with pytest.raises(ValidationError):
        house.asked(version=number)
    with pytest.raises(ValidationError):
        UndoRestatement(restatement_id=number)


def test_it_needs_a_right_of_its_own_and_a_reason(house: House) -> None:
    engineer = Scope(actor=Actor(id="p1", name="Ada"), at={}, system=frozenset({"plant.edit"}))
    for scope, reason, error in ((engineer, "why", RefusedError), (OWN, " ", InvalidError)):
        with pytest.raises(error):
            house.do(house.room.make, house.asked(), scope=scope, reason=reason)
    with pytest.raises(NotFoundError):
        house.do(house.room.undo, UndoRestatement(restatement_id=99))


def test_a_calendar_keeps_what_was_said_of_its_days_and_must_have_been_there() -> None:
    new = ("calendar: day", "calendar: days"), ("  calendars:\n    day:", "  calendars:\n    days:")
    with played("oee-worksheet") as house:
        house.apply(scenario("oee-worksheet", *new).plant[OWN_PLANT])
        with pytest.raises(InvalidError, match="was not there then") as found:
            house.restate(house.asked(only=("equipment",)))
        assert found.value.hint is not None and "calendars:days" in found.value.hint
        house.restate(house.asked(only=("equipment", "calendars")))
        shifts = {one.shift_id for one in house.cut_anew()}
        assert shifts == {"days/2026-01-05/Day"}


class BrokenOff(BaseException):
    """Raised where a test ends the program: nobody catches it."""


@pytest.mark.parametrize("moment, is_made", [
    ("operations.audited", False), ("operations.committed", True), ("ledger.cut", True), ("ledger.settled", True),
])  # fmt: skip
def test_broken_off_it_was_not_or_it_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch, moment: str, is_made: bool
) -> None:
    def stop(name: str) -> None:
        raise BrokenOff(name)

    was = house.seen()
    with monkeypatch.context() as broken:
        broken.setattr(faults, "on_point", lambda name: {moment: stop}.get(name, str)(name))
        with pytest.raises(BrokenOff):
            house.restate()
    house.stage.work()
    made = house.room.newest(scope=OWN, before=None, limit=9)
    assert [one.settled for one in made] == [True] * is_made
    assert (house.seen() != was) is is_made
    assert house.cut_anew() == house.seen()[0]


# --- at random ----------------------------------------------------------------------------------------------------
WHAT = st.sampled_from(["products", "equipment", "calendars", "reasons", "conventions", "targets", "equipment:works"])
ACT = st.tuples(
    st.integers(0, 90), st.integers(1, 60), st.integers(1, 2), st.lists(WHAT, max_size=2, unique=True), st.booleans()
)


def do(house: House, act: Any) -> RestatementOut | None:
    """Restate some minutes by one of two plant versions, then perhaps take it back; None where nothing differs."""
    start, lasts, version, only, back = act
    from_us = house.from_us + start * 5 * MINUTE_US
    asked = house.asked(
        from_us, min(from_us + lasts * 7 * MINUTE_US, house.until_us), version=version, only=tuple(only)
    )
    plan = house.plan(asked)
    try:
        made = house.restate(asked)
    except InvalidError as error:
        assert (error.code, plan.changes) == ("restate-nothing", [])
        return None
    with house.stage.database.read() as reading:
        held = house.stage.rooms.performance.held(reading, house.unit)
    assert held is not None
    return house.undo(made) if back else made


@settings(
    max_examples=shortcuts.examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
@given(acts=st.lists(ACT, min_size=1, max_size=5))
def test_whatever_is_restated_what_was_known_stays_known_and_the_ledger_is_that_cut_anew(
    house: House, acts: list[Any]
) -> None:
    seen = {house.known(): house.seen()}
    for act in acts:
        before = house.seen()
        made = do(house, act)
        seen[house.known()] = house.seen()
        assert made is None or made.undoes is None or house.seen() == before
        assert house.cut_anew() == house.seen()[0]
    assert {known: house.seen(known) for known in seen} == seen


@pytest.mark.postgres
def test_on_postgresql_too(postgres_records: shortcuts.Emptied) -> None:
    @contextmanager
    def records(_folder: Path, clock: Clock, bus: Bus) -> Iterator[Database]:
        postgres_records.take()
        database = Database(postgres_records.url, clock=clock, bus=bus)
        yield database
        database.close()

    with played("oee-worksheet", records=records) as house:
        house.apply(scenario("oee-worksheet", *OTHER).plant[OWN_PLANT])
        was, known = house.seen(), house.known()
        made = house.restate()
        assert house.cut_anew() == house.seen()[0] != was[0]
        assert house.seen(known) == was
        house.undo(made)
        assert house.seen() == was
