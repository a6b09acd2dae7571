"""Tell the past again: definitions of now, or of a plant version, are applied to a stretch of time that is over.

Only this reaches back. It is one revision with who and why; signed shifts stand; `as_of` before it nothing has
changed; and it is taken back by another restatement, to exactly what was held before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, StringConstraints

from dovetail.core.clock import DAY_US, Clock, to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError
from dovetail.core.scope import Scope
from dovetail.db import versioned
from dovetail.db.events import events_after, handled
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.db.versioned import History
from dovetail.equipment.service import EquipmentRoom
from dovetail.events.equipment import PlantApplied
from dovetail.events.restating import Restated
from dovetail.operations.moment import moment
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.performance.facts import OWN, Gathering
from dovetail.performance.service import EVENTS_MAX, HANDLER, PerformanceRoom
from dovetail.replaying.shelf import Shelf
from dovetail.restating import store
from dovetail.restating.deriving import derived_again, read_otherwise
from dovetail.restating.imagined import NODES, Imagined
from dovetail.restating.kept import SECTIONS, demand_what_is_named, laid
from dovetail.restating.model import Change, Plan, chosen, digest_of
from dovetail.restating.names import names_then
from dovetail.restating.planning import Planned, touched
from dovetail.restating.store import Restatement
from dovetail.states.follower import NAME as STATES
from dovetail.states.service import StatesRoom
from dovetail.virtual.asked import Past
from dovetail.workcalendar.service import CalendarRoom

RESTATE: Final = "plant.restate"
LONGEST_US: Final = 400 * DAY_US  # a year and a month; a longer past is restated in parts
WORDS_MAX: Final = 20  # stretches of one definition that a restatement keeps in words; all are in its versions

type OnStep = Callable[[int, int], None]


class Restate(Input):
    """A stretch of the past, and the definitions that are to have held in it."""

    start: str = Field(description="RFC 3339 with offset")
    end: str = Field(description="RFC 3339 with offset; at most now")
    version: int | None = Field(
        default=None, ge=1, lt=1 << 31, description="of the plant; left out: the definitions that hold now"
    )
    only: tuple[Annotated[str, StringConstraints(max_length=500)], ...] = Field(
        default=(), max_length=200, description="sections, or `section:key`, as `products:cola`; none: all of them"
    )
    seen: str | None = Field(default=None, description="the plan's `digest`; refused when it would be another by now")


class UndoRestatement(Input):
    """A restatement that is to be as if it had not been."""

    restatement_id: int = Field(ge=0, lt=1 << 63)


class RestatementOut(BaseModel):
    """A restatement. `settled`: every ledger follows it; until then `rewritten_us` says how much time already does."""

    id: int
    start: str
    end: str
    at: str
    by: str
    why: str
    version: int | None
    undoes: int | None
    undone_by: int | None
    known: int
    settled: bool
    rewritten_us: int
    touched_us: int = Field(description="how much time of how many machines was to be looked at")
    equipment: int = Field(description="how many of them have ledgers that may move")
    changes: list[dict[str, Any]] = Field(
        description=f"in a list of restatements: the first {WORDS_MAX} of each section"
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What a request comes to: the period as it is meant, and the definitions that would be others."""

    period: tuple[int, int]
    changes: Sequence[Change]


class RestatingRoom:
    """Plans and makes restatements."""

    def __init__(
        self, database: Database, clock: Clock, *, equipment: EquipmentRoom, calendar: CalendarRoom,
        performance: PerformanceRoom, states: StatesRoom, samples: Past,
        gone: Callable[[int], int | None],
    ) -> None:  # fmt: skip
        self.database, self.clock, self.equipment = database, clock, equipment
        self._calendar, self._performance, self._states, self._samples = calendar, performance, states, samples
        self._gone = gone
        self.make = Operation(
            name="restatement.make", summary="Apply definitions to a stretch of the past", permission=RESTATE,
            input=Restate, output=RestatementOut, handler=self._make, reason="required",
            undo=lambda _given, out: Undo("restatement.undo", UndoRestatement(restatement_id=out.id)),
        )  # fmt: skip
        self.undo = Operation(
            name="restatement.undo", summary="Take a restatement back", permission=RESTATE, input=UndoRestatement,
            output=RestatementOut, handler=self._undo, reason="required",
            undo=lambda _given, out: Undo("restatement.undo", UndoRestatement(restatement_id=out.id)),
        )  # fmt: skip

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here."""
        return (self.make, self.undo)

    # --- what it would do ----------------------------------------------------------------------------------------
    def find(self, reading: Reading, asked: Restate) -> Found:
        """The definitions that would be others. Raises InvalidError, and NotFoundError for no such version."""
        from_us, to_us = self._period(reading, asked)
        at_us, as_of = self.clock.now_us(), None
        if asked.version is not None:
            version = self._version(asked.version)
            at_us, as_of = version.valid_from_us, version.known
        said = {
            section: versioned.at(reading, versioned.TABLES[kept.table], at_us=at_us, as_of=as_of)
            for section, kept in SECTIONS.items()
        }
        said["conventions"].setdefault("conventions", {})  # nothing said is said too: as ISO 22400-2 has it
        wanted = chosen(asked.only, said)
        held = {name: versioned.histories(reading, versioned.TABLES[kept.table]) for name, kept in SECTIONS.items()}
        changes: list[Change] = []
        latest: dict[tuple[str, str], History] = {}  # of an equipment there may be two, one over the other
        asked_for = [(name, key) for name in SECTIONS for key in sorted(wanted.get(name, ()))]
        named = self._names_then(at_us, (from_us, to_us), (key for name, key in asked_for if name in NODES))
        over = [(name, key, named.get(key, [key]) if name in NODES else [key]) for name, key in asked_for]
        for section, key, then in ((section, key, then) for section, key, names in over for then in names):
            place = (SECTIONS[section].table, then)
            was = latest.get(place) or versioned.between(held[section].get(then, []), from_us, to_us)
            change = laid(section, then, was, said[section][key])
            if change is not None and change.stretches(to_us):
                changes.append(change)
                latest[place] = change.would
        demand_what_is_named(changes, held)
        return Found((from_us, to_us), changes)

    def _names_then(self, at_us: int, period: tuple[int, int], asked: Iterable[str]) -> dict[str, list[str]]:
        """By its path at a moment each path that an equipment had in a period: it was defined by the name of then."""
        then = [self.equipment.plant(at_us=t) for t in (period[0], *self.equipment.changes_between(*period))]
        return names_then(self.equipment.plant(at_us=at_us), then, asked)

    def plan(self, asked: Restate, *, on_step: OnStep = lambda _done, _total: None) -> Plan:
        """What would move, the biggest difference first."""
        with self.database.read() as reading:
            found = self.find(reading, asked)
            imagined = self._imagined(found)
            units = read_otherwise(found.changes, self.equipment, imagined, gone=self._gone)
            ledgers = touched(found.changes, self.equipment, self._calendar, found.period, units)
            from_us, to_us = found.period
            days = -(-(to_us - from_us) // DAY_US)
            total, done = max(1, (len(ledgers) + len(units)) * days + 2 * len(units)), 0

            def on_day() -> None:
                nonlocal done
                done = min(done + 1, total)
                on_step(done, total)

            with closing(Shelf()) as shelf:
                sources = derived_again(
                    reading, imagined.sources(self._calendar), units, imagined=imagined, on_step=on_day,
                    by=(self._samples, self._states, shelf), now_us=self.clock.now_us(),
                )  # fmt: skip
                calendar: Any = sources.calendar
                other = Gathering(sources, self._performance.gathering.settings)
                compare = Planned(self._performance, other, calendar, found.period)
                compared = [compare.ledger(reading, number, on_day) for number in ledgers]
        compared.sort(key=lambda one: one.weight)
        return Plan(from_us, to_us, found.changes, digest_of(found.changes), compared)

    def _imagined(self, found: Found) -> Imagined:
        return Imagined(self._performance.sources, found.changes, found.period, reasons=self._states.reasons)

    def _period(self, reading: Reading, asked: Restate) -> tuple[int, int]:
        from_us, to_us = moment(asked.start, "/start"), moment(asked.end, "/end")
        now_us = self.clock.now_us()
        begins = next(iter(self.equipment.changes_between(-versioned.EVER_US, versioned.EVER_US)), None)
        if to_us > now_us:
            what, hint = "only what is over can be told again", "for what is to come, apply the plant code"
            raise InvalidError(what, pointer="/end", code="restate-period", hint=hint)
        if from_us >= to_us:
            raise InvalidError("the end lies before the start", pointer="/end", code="restate-period")
        if begins is None or from_us < begins:
            hint = "no plant was applied yet" if begins is None else f"begin at {to_rfc3339(begins)} or later"
            raise InvalidError("there was no plant then", pointer="/start", code="restate-period", hint=hint)
        if to_us - from_us > LONGEST_US:
            what, hint = "a restatement is of at most 400 days", "restate it in parts"
            raise InvalidError(what, pointer="/start", code="restate-period", hint=hint)
        return from_us, to_us

    def _version(self, number: int) -> Any:
        found = self.equipment.versions(scope=OWN, before=number + 1, limit=1)
        if not found or found[0].version != number:
            raise NotFoundError("there is no such plant version")
        return found[0]

    # --- making one ----------------------------------------------------------------------------------------------
    def _make(self, call: Call, given: Restate) -> RestatementOut:
        _ = call.uow.known  # from here on nobody else changes definitions
        found = self.find(call.uow, given)
        if given.seen is not None and given.seen != digest_of(found.changes):
            what = "definitions were changed since you looked at the plan"
            raise ConflictError(what, code="restate-changed", hint="look at it again")
        return self._write(call, found, version=given.version, undoes=None)

    def _undo(self, call: Call, given: UndoRestatement) -> RestatementOut:
        _ = call.uow.known
        made = store.find(call.uow, given.restatement_id)
        if made is None:
            raise NotFoundError("there is no such restatement")
        changes: list[Change] = []
        places = {(SECTIONS[one["section"]].table, one["key"]): one["section"] for one in made.changes}
        for (name, key), section in places.items():
            table = versioned.TABLES[name]
            now, then, before = (
                versioned.between(versioned.history(call.uow, table, key, as_of=as_of), made.from_us, made.to_us)
                for as_of in (None, made.known, made.known - 1)
            )
            if now != then:
                what = f"{section} {key} of this time was changed again since"
                hint = "take the newer change back first, or restate the period by a plant version"
                raise ConflictError(what, code="restate-over", hint=hint)
            changes.append(Change(section, key, now, before))
        return self._write(call, Found((made.from_us, made.to_us), changes), version=None, undoes=made.id)

    def _write(self, call: Call, found: Found, *, version: int | None, undoes: int | None) -> RestatementOut:
        uow, (from_us, to_us) = call.uow, found.period
        if not found.changes:
            hint = "choose another time, or apply the plant code first"
            raise InvalidError("these definitions held then", code="restate-nothing", hint=hint)
        units = read_otherwise(found.changes, self.equipment, self._imagined(found), gone=self._gone)
        ledgers = touched(found.changes, self.equipment, self._calendar, found.period, units)
        self._refuse_signed_conventions(uow, found, list(ledgers))
        said: dict[str, dict[str, History]] = {}
        for one in found.changes:
            said.setdefault(SECTIONS[one.section].table, {})[one.key] = one.would
        for table, histories in said.items():
            versioned.restate(uow, versioned.TABLES[table], histories, from_us=from_us, to_us=to_us)
        stretches = [(number, from_us, to_us) for number in sorted({one.times_of for one in ledgers.values()})]
        made = Restatement(
            store.new_id(uow), uow.known, call.clock.now_us(), from_us, to_us, call.scope.actor.name,
            (call.reason or "").strip(), version, undoes, [words(one, to_us) for one in found.changes], stretches,
        )  # fmt: skip
        store.add(uow, made)
        uow.emit(PlantApplied(self.equipment.plant().version, made.at_us, uow.known))  # every room reads anew
        derived = tuple((tag, number, from_us, to_us) for number, tag in sorted(units.items()))
        uow.emit(Restated(made.id, tuple(stretches), uow.known, derived))
        return self._out(uow, made, {})

    def _refuse_signed_conventions(self, uow: UnitOfWork, found: Found, ledgers: Sequence[int]) -> None:
        """A convention is no part of a slice: it would move what somebody signed, however the slices stand."""
        if not any(one.section == "conventions" for one in found.changes):
            return
        gathering = self._performance.gathering
        signed = [one for number in ledgers for one in gathering.signed(uow, number, *found.period, as_of=None)]
        if signed:
            since, until = (to_rfc3339(at_us) for at_us in signed[0][:2])
            raise ConflictError(
                f"there is signed time in it, from {since} to {until}, whose figures would follow another convention",
                code="shift-signed",
                hint="restate the time around it, leave conventions out with `only`, or have the signature taken back",
            )

    # --- what was done -------------------------------------------------------------------------------------------
    def get(self, restatement_id: int, *, scope: Scope) -> RestatementOut:
        """One of them, and how far the ledgers have come. Raises NotFoundError."""
        scope.require(RESTATE, None)
        with self.database.read() as reading:
            made = store.find(reading, restatement_id)
            if made is None:
                raise NotFoundError("there is no such restatement")
            return self._out(reading, made, store.taken_back(reading, [made.id]))

    def newest(self, *, scope: Scope, before: int | None, limit: int) -> list[RestatementOut]:
        """A page of them, newest first."""
        scope.require(RESTATE, None)
        with self.database.read() as reading:
            found = store.newest(reading, before=before, limit=limit)
            back = store.taken_back(reading, [one.id for one in found])
            told = [self._out(reading, one, back) for one in found]
        return [one.model_copy(update={"changes": first_of_each(one.changes)}) for one in told]

    def _out(self, reading: Reading, made: Restatement, back: Mapping[int, int]) -> RestatementOut:
        settled = handled(reading, HANDLER) >= made.known and self._is_derived(reading, made)
        same = {name: getattr(made, name) for name in ("id", "why", "version", "undoes", "known", "changes")}
        return RestatementOut(
            **same, start=to_rfc3339(made.from_us), end=to_rfc3339(made.to_us), at=to_rfc3339(made.at_us),
            by=made.by_name, undone_by=back.get(made.id), settled=settled, equipment=len(made.stretches),
            rewritten_us=0 if settled else _rewritten_us(reading, made),
            touched_us=sum(to_us - from_us for _, from_us, to_us in made.stretches),
        )  # fmt: skip

    def _is_derived(self, reading: Reading, made: Restatement) -> bool:
        """Whether states that are read otherwise are derived again, and the ledgers have heard of all that moved."""
        if not any(one["section"] == "states" for one in made.changes):
            return True
        mine = {number for number, _, _ in made.stretches}
        if handled(reading, STATES) < made.known or mine & {*self._states.behind(made.from_us, made.to_us)}:
            return False
        unheard = events_after(reading, handled(reading, HANDLER), ["RecordsChanged"], limit=EVENTS_MAX)
        return not any(one.body["equipment_id"] in mine and _is_of(one.body, made) for one in unheard)


def _is_of(changed: Mapping[str, Any], made: Restatement) -> bool:
    """Whether what was derived again touches the time that was restated."""
    return changed["from_us"] < made.to_us and (changed["to_us"] is None or made.from_us < changed["to_us"])


def _rewritten_us(reading: Reading, made: Restatement) -> int:
    """How much time was cut again for a restatement that the ledgers work at; they tell of each stretch.

    That is a day of a machine at a time, and before it what they had still to do: no more is read.
    """
    days = sum(-(-(to_us - from_us) // DAY_US) + 1 for _, from_us, to_us in made.stretches)
    told = events_after(reading, made.known, ["LedgerSettled"], limit=EVENTS_MAX + days)
    mine = (event.body for event in told if event.body["known"] == made.known)
    return sum(body["to_us"] - body["from_us"] for body in mine)


def first_of_each(changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the changes of a restatement the first of each section: which sections they are of stays to be seen."""
    sections = {section: [one for one in changes if one["section"] == section] for section in SECTIONS}
    return [one for found in sections.values() for one in found[:WORDS_MAX]]


def words(change: Change, to_us: int) -> dict[str, Any]:
    """A change as people read it: which definition, from when to when, and in what; only its first stretches."""
    stretches = [
        {"start": to_rfc3339(one.t0_us), "end": to_rfc3339(one.t1_us), "fields": [list(said) for said in one.fields]}
        for one in change.stretches(to_us)[:WORDS_MAX]
    ]
    return {"section": change.section, "key": change.key, "stretches": stretches}
