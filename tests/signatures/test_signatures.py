"""A shift that somebody signed stands: nobody changes it, late data does not move it; reopened it follows again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, cast

import pytest
from timeline_world import (
    ENTERPRISE,
    FILLER,
    LINE,
    PRESS,
    SYSTEM,
    World,
    at,
    drain,
    ledger_on,
    moment,
    person,
    said,
)

from dovetail.accord.asked import EditTime
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.explain.diff import PLACES, Asked, Differ, Difference
from dovetail.explain.service import Explainer
from dovetail.operations.operation import Catalogue, Done, execute
from dovetail.performance.api import kpis_out
from dovetail.performance.service import PerformanceRoom
from dovetail.proof.tree import Place
from dovetail.reports.model import figures_of
from dovetail.reports.signed import SignedShifts, WouldBe
from dovetail.signatures.service import ReopenShift, SignaturesRoom, SignShift
from dovetail.testing.clock import ManualClock

SHIFT_END = 480  # the day shift lasts from minute 0 to 480
STOOD = (said(FILLER, 0, 20, "Execute"), said(FILLER, 20, 30, "Held"), said(FILLER, 30, 500, "Execute"))
OPEN = said(FILLER, 500, None, "Held")
LATE = (said(FILLER, 0, 20, "Execute"), said(FILLER, 20, 60, "Held"), said(FILLER, 60, 500, "Execute"))


@dataclass
class Shifts:
    """The calendar of the small plant, as the room asks it."""

    world: World

    def shifts(self, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None) -> Any:
        return self.world.shifts(equipment_id, from_us, to_us)

    def shift_at(self, equipment_id: int, at_us: int, *, as_of: int | None = None) -> Any:
        return next(
            (one for one in self.shifts(equipment_id, at_us, at_us + 1) if one.t0_us <= at_us < one.t1_us), None
        )


@dataclass
class House:
    """The plant after its day shift, the ledger settled, and who may sign."""

    world: World
    ledger: PerformanceRoom
    room: SignaturesRoom

    def drain(self) -> None:
        drain(self.world, self.ledger)

    def signing(self, equipment_id: int = FILLER, *, who: str = "Eva", start: float = 0) -> Done[Any]:
        given = SignShift(equipment_id=equipment_id, start=str(moment(start)), comment="checked")
        done = execute(self.room.sign, given, database=self.world.database, scope=may(who, "shift.sign"))
        self.drain()
        return done

    def sign(self, equipment_id: int = FILLER, *, who: str = "Eva", start: float = 0) -> Any:
        return self.signing(equipment_id, who=who, start=start).output

    def reopening(self, signature_id: int, reason: str | None = "a mistake was found") -> Done[Any]:
        given, scope = ReopenShift(signature_id=signature_id), may("Olga", "shift.reopen")
        done = execute(self.room.reopen, given, database=self.world.database, scope=scope, reason=reason)
        self.drain()
        return done

    def reopen(self, signature_id: int, reason: str | None = "a mistake was found") -> Any:
        return self.reopening(signature_id, reason).output

    def undo(self, done: Done[Any], who: str) -> Any:
        """Take back what was done, as somebody with every right to shifts."""
        scope = may(who, "shift.sign", "shift.reopen")
        back = Catalogue([*self.room.operations]).undo(done.audit_id, database=self.world.database, scope=scope)
        self.drain()
        return back.output

    def known(self) -> int:
        with self.world.database.read() as reading:
            return reading.known_now()

    def diff(self, since: int) -> Difference:
        """What moved the availability of the signed shift."""
        asked = Asked("availability", FILLER, at(0), at(SHIFT_END), since, None, SYSTEM)
        return Differ(self.ledger).diff(asked)

    def down(self, equipment_id: int = FILLER, start: float = 0, end: float = SHIFT_END) -> float:
        """Minutes of down time."""
        self.drain()
        return self.ledger.sums(equipment_id, at(start), at(end), scope=SYSTEM)["adot_us"] / MINUTE_US


def may(name: str, *permissions: str) -> Scope:
    scope = person(name)
    everywhere = scope.at["plant.view"]
    return replace(scope, at={**scope.at, **dict.fromkeys(permissions, everywhere)})


def signed_on(database: Database, clock: ManualClock, bus: Bus) -> House:
    world = World(database, clock, bus)
    ledger = ledger_on(world)
    room = SignaturesRoom(database, plant=lambda: world.plant_model, calendar=Shifts(world), clock=clock)
    ledger.gathering._sources = replace(ledger.sources, signed=room.windows)
    world.minutes_pass(510)
    world.signals(FILLER, *STOOD, OPEN)
    made = House(world, ledger, room)
    made.drain()
    return made


@pytest.fixture
def house(database: Database, clock: ManualClock, bus: Bus) -> House:
    return signed_on(database, clock, bus)


@pytest.fixture
def quick_house(sqlite_database: Database, clock: ManualClock, bus: Bus) -> House:
    return signed_on(sqlite_database, clock, bus)


def edit(house: House, start: float, end: float, *, who: str = "Ada", unit: int = FILLER, **words: Any) -> Any:
    given = EditTime(equipment_id=unit, start=moment(start), end=moment(end), **words)
    operation = house.world.room.operations.edit
    return execute(operation, given, database=house.world.database, scope=may(who, "timeline.edit-closed"))


def test_an_edit_in_a_signed_shift_is_refused_and_says_who_signed_and_the_way_on(house: House) -> None:
    house.sign(LINE)
    with pytest.raises(ConflictError) as refused:
        edit(house, 20, 30, reason="setup")
    assert refused.value.code == "shift-signed" and "Eva signed the shift Day" in refused.value.message
    assert "takes the signature back" in (refused.value.hint or "")
    assert house.world.told(FILLER)[1] == (20, 30, "Held", None)
    signature: Any = refused.value.members["signature"]
    assert (signature["by"], signature["start"], signature["comment"]) == ("Eva", moment(0), "checked")

    house.reopen(signature["id"])
    edit(house, 20, 30, reason="setup")
    assert house.world.told(FILLER)[1] == (20, 30, "Held", "setup")


def test_what_reaches_into_a_signed_shift_is_refused_and_what_lies_beside_it_is_not(house: House) -> None:
    done = edit(house, 20, 30, reason="setup")
    house.sign()
    with pytest.raises(ConflictError):
        edit(house, 470, 490, state="Held")
    with pytest.raises(ConflictError):
        house.world.undo(done)
    edit(house, 481, 490, state="Held")
    edit(house, 20, 30, state="RUN", unit=PRESS)  # another machine


@pytest.mark.parametrize("signed", [FILLER, LINE, ENTERPRISE])
def test_late_data_does_not_move_a_signed_shift_until_it_is_reopened(house: House, signed: int) -> None:
    signature = house.sign(signed)
    assert house.down() == 10
    house.world.signals(
        FILLER, said(FILLER, 0, 20, "Execute"), said(FILLER, 20, 60, "Held"), said(FILLER, 60, 500, "Execute"), OPEN
    )
    assert (house.down(), house.down(start=25)) == (10, 5)  # a part of it is cut from what was signed, too
    assert house.down(LINE) == {FILLER: 40, LINE: 10, ENTERPRISE: 10}[signed]
    house.reopen(signature.id)
    assert (house.down(), house.down(start=25)) == (40, 35)


def test_time_after_a_signed_shift_goes_on(house: House) -> None:
    house.sign()
    house.world.minutes_pass(600)
    house.world.signals(FILLER, *STOOD, said(FILLER, 500, 560, "Held"), said(FILLER, 560, None, "Execute"))
    assert (house.down(), house.down(end=560)) == (10, 10)  # outside the shift nothing is planned
    slices = house.ledger.slices(FILLER, at(0), at(560), scope=SYSTEM)
    assert [one.t0_us for one in slices[1:]] == [one.t1_us for one in slices[:-1]]


def test_as_of_tells_what_stood_when(house: House) -> None:
    signature = house.sign()
    house.world.signals(
        FILLER, said(FILLER, 0, 20, "Execute"), said(FILLER, 20, 60, "Held"), said(FILLER, 60, 500, "Execute"), OPEN
    )
    house.drain()
    with house.world.database.read() as reading:
        known = reading.known_now()
    house.reopen(signature.id)
    assert house.down() == 40
    was = house.ledger.sums(FILLER, at(0), at(SHIFT_END), scope=SYSTEM, as_of=known)
    assert was["adot_us"] == 10 * MINUTE_US


def test_what_a_reopened_shift_becomes_is_told_as_the_step_of_whoever_reopened_it(house: House) -> None:
    signature = house.sign()
    with house.world.database.read() as reading:
        signed = reading.known_now()
    house.world.signals(FILLER, *LATE, OPEN)
    house.drain()
    assert house.diff(signed).changes == []
    house.reopen(signature.id)
    told = house.diff(signed)
    assert [(one.cause.kind, one.cause.by, one.cause.why) for one in told.changes] == [
        ("signature", "Olga", "a mistake was found")
    ]
    after = told.changes[0].value
    assert after is not None
    assert told.before is not None
    assert told.changes[0].contribution == told.difference == after - told.before


def test_a_shift_that_is_over_needs_a_right_of_its_own(house: House) -> None:
    with pytest.raises(RefusedError) as refused:
        house.world.edit(FILLER, 20, 30, reason="setup", who="Ben")  # minute 510: no shift runs, the last day is open
        house.world.minutes_pass(24 * 60 + 60)
        house.world.edit(FILLER, 20, 30, reason="setup", who="Ben")
    assert refused.value.code == "shift-closed" and "timeline.edit-closed" in (refused.value.hint or "")
    assert edit(house, 20, 30, reason="mechanical").output.edit_id


@pytest.mark.parametrize("start, code", [
    (-60, "no-shift"),          # before the day shift
    (24 * 60 + 10, "shift-open"),  # it runs
])  # fmt: skip
def test_what_is_no_shift_or_not_over_is_not_signed(house: House, start: float, code: str) -> None:
    house.world.minutes_pass(24 * 60 + 60)
    with pytest.raises(InvalidError) as refused:
        house.sign(start=start)
    assert refused.value.code == code and refused.value.hint


def test_a_shift_is_signed_and_reopened_once_and_with_the_rights_to(house: House) -> None:
    signature = house.sign()
    with pytest.raises(ConflictError):
        house.sign(who="Ben")
    with pytest.raises(InvalidError):
        house.reopen(signature.id, reason=None)
    with pytest.raises(RefusedError):
        execute(
            house.room.reopen, ReopenShift(signature_id=signature.id), database=house.world.database,
            scope=may("Ben", "shift.sign"), reason="I want to",
        )  # fmt: skip
    reopened = house.reopen(signature.id)
    assert reopened.reopened == {"by": "Olga", "at": reopened.reopened["at"], "why": "a mistake was found"}
    with pytest.raises(ConflictError):
        house.reopen(signature.id)
    assert house.sign().id == 2
    listed = house.room.of(FILLER, at(0), at(1), scope=may("Ben"))
    assert [one.back_by for one in listed] == ["Olga", None]


def test_a_signing_is_undone_by_whoever_signed_and_stays_on_record(house: House) -> None:
    done = house.signing()
    house.world.signals(FILLER, *LATE, OPEN)
    assert house.down() == 10
    undone = house.undo(done, "Eva")
    assert (undone.reopened["by"], undone.reopened["why"], house.down()) == ("Eva", "", 40)
    assert [one.back_by for one in house.room.of(FILLER, at(0), at(1), scope=may("Ben"))] == ["Eva"]


def test_a_reopening_is_undone_and_the_shift_stands_as_it_did(house: House) -> None:
    signature = house.sign()
    house.world.signals(FILLER, *LATE, OPEN)
    house.drain()
    reopening = house.reopening(signature.id)
    between = house.known()
    assert house.down() == 40
    again = house.undo(reopening, "Olga")
    assert (again.by, again.known, again.reopened, house.down()) == ("Eva", signature.known, None, 10)
    was = house.ledger.sums(FILLER, at(0), at(SHIFT_END), scope=SYSTEM, as_of=between)
    assert was["adot_us"] == 40 * MINUTE_US
    with pytest.raises(ConflictError) as refused:
        edit(house, 20, 30, reason="setup")
    assert refused.value.code == "shift-signed"
    assert [one.back_by for one in house.room.of(FILLER, at(0), at(1), scope=may("Ben"))] == ["Olga", None]


@pytest.mark.parametrize(("who", "minutes", "code"), [("Ben", 1, "not-yours"), ("Eva", 16, "undo-late")])
def test_a_signing_is_undone_by_nobody_else_and_not_later(
    quick_house: House, who: str, minutes: int, code: str
) -> None:
    house = quick_house
    done = house.signing()
    house.world.minutes_pass(510 + minutes)
    with pytest.raises(RefusedError) as refused:
        house.undo(done, who)
    assert refused.value.code == code and "reopen" in (refused.value.hint or "")
    assert house.room.of(FILLER, at(0), at(1), scope=may("Ben"))[0].back_by is None


@pytest.mark.parametrize(("who", "minutes", "code"), [("Eva", 1, "not-yours"), ("Olga", 16, "undo-late")])
def test_a_reopening_is_undone_by_nobody_else_and_not_later(
    quick_house: House, who: str, minutes: int, code: str
) -> None:
    house = quick_house
    done = house.reopening(house.sign().id)
    house.world.minutes_pass(510 + minutes)
    with pytest.raises(RefusedError) as refused:
        house.undo(done, who)
    assert refused.value.code == code


def test_a_reopening_is_not_undone_over_what_was_changed_since_or_signed_anew(quick_house: House) -> None:
    house = quick_house
    done = house.reopening(house.sign(LINE).id)
    edited = edit(house, 20, 30, reason="setup")
    with pytest.raises(ConflictError) as refused:
        house.undo(done, "Olga")
    assert (refused.value.code, house.down()) == ("shift-changed", 0)
    house.world.undo(edited)
    with pytest.raises(ConflictError):
        house.undo(done, "Olga")  # what was withdrawn changed it as well
    house.sign(LINE, who="Ben")
    with pytest.raises(ConflictError) as refused:
        house.undo(done, "Olga")
    assert refused.value.code == "shift-signed" and "Ben" in refused.value.message


def would_be(house: House, signature: Any, equipment_id: int | None = None, scope: Scope = SYSTEM) -> WouldBe:
    """What a signed shift would come to, as availability tells it."""
    shifts = SignedShifts(house.world.database, house.ledger, house.room)
    return shifts.would_be(signature.id, scope=scope, equipment_id=equipment_id, kpi="availability")


def test_a_signed_shift_says_what_it_would_come_to_and_reopened_it_comes_to_that(house: House) -> None:
    signature = house.sign()
    assert (would_be(house, signature).changes, would_be(house, signature).before) == ([], Decimal("0.979166667"))
    house.world.signals(FILLER, *LATE[:1], said(FILLER, 20, 40, "Held"), said(FILLER, 40, 500, "Execute"), OPEN)
    house.drain()
    house.world.minutes_pass(520)
    house.world.signals(FILLER, *LATE, OPEN)
    house.drain()
    told = would_be(house, signature)
    assert house.down() == 10
    moved = {one.key: (one.frozen, one.now) for one in told.figures if one.differs}
    assert moved["time:adot_us"] == (10 * MINUTE_US, 40 * MINUTE_US)
    assert [(one.cause.kind, one.steps, one.moves) for one in told.changes] == [
        ("late-data", 2, {("APT", "ADOT"): 30 * MINUTE_US})
    ]
    assert told.after == (told.before or 0) + sum(one.contribution or 0 for one in told.changes)
    house.reopen(signature.id)
    became = kpis_out(house.ledger.kpis(FILLER, at(0), at(SHIFT_END), scope=SYSTEM)).model_dump(mode="json")
    assert [one.now for one in told.figures] == [one.value for one in figures_of({"view": "kpis", "answer": became})]
    again = would_be(house, signature)
    assert ([one for one in again.figures if one.differs], again.changes, again.signature.back_by) == ([], [], "Olga")


def test_what_a_signed_line_would_come_to_is_told_of_each_machine_of_it_to_who_sees_it(quick_house: House) -> None:
    house = quick_house
    signature = house.sign(LINE)
    house.world.signals(FILLER, *LATE, OPEN)
    house.drain()
    assert [would_be(house, signature, node).after for node in (None, FILLER)] == [Decimal("0.916666667")] * 2
    assert would_be(house, house.sign(PRESS)).changes == []
    unseen = replace(person("Ben"), at={"plant.view": frozenset({PRESS})})
    for node, scope in ((PRESS, SYSTEM), (None, unseen), (FILLER, unseen)):
        with pytest.raises(NotFoundError):
            would_be(house, signature, node, scope)
    operator = replace(person("Ben"), at={"plant.view": frozenset({FILLER})})  # of one machine, not of the line
    assert would_be(house, signature, FILLER, operator).after == Decimal("0.916666667")
    for node in (None, LINE, PRESS):
        with pytest.raises(NotFoundError):
            would_be(house, signature, node, operator)


def test_more_than_is_told_one_by_one_is_told_as_such(quick_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house = quick_house
    signature = house.sign()
    house.world.signals(FILLER, *LATE, OPEN)
    monkeypatch.setattr("dovetail.reports.signed.SIGNED_STEPS_MAX", 0)
    told = would_be(house, signature)
    assert (told.told, told.changes, told.after) == (False, [], Decimal("0.916666667"))


@pytest.mark.parametrize("signed", [FILLER, LINE])
def test_what_still_runs_since_a_signed_shift_does_not_move_it(quick_house: House, signed: int) -> None:
    house, stop = quick_house, said(FILLER, 100, 110, "Held")
    house.world.signals(FILLER, *STOOD[:2], said(FILLER, 30, 100, "Execute"), stop, said(FILLER, 110, None, "Execute"))
    house.drain()
    house.sign(signed)
    house.world.signals(FILLER, *STOOD[:2], said(FILLER, 30, None, "Execute"))  # it never stopped, and runs on
    figures = [house.down(signed), house.down(signed, start=25), house.down(signed, end=540)]  # the last up to now
    assert figures == [20, 15, 20]
    slices = house.ledger.slices(signed, at(0), at(510), scope=SYSTEM)
    assert [one.t0_us for one in slices[1:]] == [one.t1_us for one in slices[:-1]]
    assert at(SHIFT_END) in [one.t0_us for one in slices]
    house.world.minutes_pass(530)
    house.world.signals(FILLER, *STOOD[:2], said(FILLER, 30, 520, "Execute"), said(FILLER, 520, None, "Held"))
    assert (house.down(signed), house.down(signed, start=25)) == (20, 15)


def test_what_a_signed_shift_would_come_to_opens_step_by_step(quick_house: House) -> None:
    house = quick_house
    signature = house.sign()
    house.world.signals(FILLER, *LATE, OPEN)
    house.drain()
    told, explainer = would_be(house, signature), Explainer(house.ledger, cast(Any, None), house.world.room)
    for teller, expected in ((explainer, told.before), (explainer.unsigned(), told.after)):
        place = Place("", FILLER, at(0), at(SHIFT_END), None, SYSTEM)
        root = teller.explain("availability", place)
        assert Decimal(str(root.value)).quantize(PLACES) == expected
        down = teller.explain("availability", place, path="availability/adot_us")
        assert down.value == sum(one.value for one in down.children if isinstance(one.value, int))
        stop = teller.explain("availability", place, path=down.children[0].key)
        assert stop.value == down.children[0].value
        assert stop.children
    assert down.value == 40 * MINUTE_US
