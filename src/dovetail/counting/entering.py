"""Enter pieces by hand, and take an entry back: what an operator may do at a machine, with or without a counter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final, Protocol

from pydantic import BaseModel, Field, StringConstraints

from dovetail.core.clock import HOUR_US, Clock, to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError
from dovetail.core.limits import COUNT_BACK_US, COUNT_ENTRY_MAX, COUNT_PERIOD_MAX_US
from dovetail.core.scope import Scope
from dovetail.counting import store
from dovetail.counting.fold import OWN, Fold
from dovetail.counting.model import Entry, PersonCount, Window, counted_before, entry_counts, totals, touched
from dovetail.counting.pieces import CountTrack
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.equipment.model import WORK_UNIT, Equipment, PlantModel
from dovetail.events.counting import CountsChanged
from dovetail.operations.moment import moment, past_moment
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.plantcode.report import did_you_mean
from dovetail.states.model import CountKind

ENTER: Final = "count.enter"
NOWHERE: Final = -1  # an id no equipment has: for a person, what is not there lies out of scope like anything else

EVERY: Final[tuple[CountKind, ...]] = ("good", "scrap", "rework", "infeed")

Quantity = Annotated[int, Field(ge=-COUNT_ENTRY_MAX, le=COUNT_ENTRY_MAX)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
UnitName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Moment = Annotated[str, Field(description="RFC 3339 with offset")]


class Job(Protocol):
    """A job response, as far as an entry looks at it."""

    @property
    def id(self) -> str: ...
    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int | None: ...


class Jobs(Protocol):
    """What is asked of the production room."""

    def responses(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Sequence[Job]: ...


class ShiftLike(Protocol):
    """A shift as it takes place."""

    @property
    def t0_us(self) -> int: ...


class Calendar(Protocol):
    """What is asked of the calendar room."""

    def shift_at(self, equipment_id: int, at_us: int, *, as_of: int | None = None) -> ShiftLike | None: ...


class EnterCounts(Input):
    """Pieces made at a work unit, in one action. Negative ones are taken away again; never below what is there.

    For (start, end]; with `end` alone for that moment, with `start` alone up to now, with neither for now. Scrap and
    rework of a machine that counts every piece are taken out of its good ones; good pieces are added to the counted.
    """

    equipment_id: int
    good: Quantity | None = None
    scrap: Quantity | None = None
    rework: Quantity | None = None
    total: Annotated[Quantity, Field(description="good, scrap and rework: what is not given follows")] | None = None
    infeed: Quantity | None = None
    unit: Annotated[UnitName, Field(description="of all quantities; default: the running product's")] | None = None
    reason: Annotated[str, Field(max_length=400, description="why it is scrap: `group/code`")] | None = None
    start: Moment | None = None
    end: Moment | None = None
    job_response_id: Annotated[str, Field(description="the pieces are this job's alone")] | None = None
    comment: Words | None = None


class WithdrawCounts(Input):
    """An entry was a mistake: none of its pieces count."""

    entry_id: int


class CountItem(BaseModel):
    """Pieces that now count over (start, end]: what an entry added, and what it took out (negative)."""

    kind: str
    quantity: int
    origin: str
    start: str
    end: str


class HeldBack(BaseModel):
    """Why nothing of an entry counts yet: `made` pieces from `start` to `end` with it, where `possible` are."""

    made: int
    possible: int
    rate_upm: float
    start: str
    end: str


class EntryOut(BaseModel):
    """What an action entered or took back. `held`: it is kept and counts nothing until somebody has reviewed it.

    `counts_as`: what items in a `unit` came to in that of the product; empty: no conversion is known, they wait.
    """

    entry_id: int
    items: list[CountItem]
    held: HeldBack | None = None
    unit: str | None = None
    counts_as: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who says that the pieces were made."""

    id: str
    name: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """An entry before it counts: its period, the one in which pieces were looked at, what is there and what it adds."""

    given: EnterCounts
    node: Equipment
    window: Window
    looked: Window
    there: Mapping[str, int]
    change: Mapping[str, int]


type Hold = Callable[[Call, Weighed], HeldBack | None]
type InUnits = Callable[[Reading, int, Sequence[CountTrack]], Sequence[CountTrack]]


class Entering:
    """The operations on entries. `plant` and `reasons` are those of a moment."""

    def __init__(
        self,
        *,
        fold: Fold,
        plant: Callable[[int | None], PlantModel],
        reasons: Callable[[int], Mapping[str, str]],
        jobs: Jobs,
        calendar: Calendar,
        clock: Clock,
    ) -> None:
        self._fold, self._plant, self._reasons = fold, plant, reasons
        self._jobs, self._calendar, self._clock = jobs, calendar, clock
        self.hold: Hold = lambda _call, _weighed: None  # who holds what cannot be stands on a floor above
        self.in_units: InUnits = lambda _uow, _equipment_id, counts: counts  # nor do conversions stand here
        self.enter: Operation[EnterCounts, EntryOut] = Operation(
            name="count.enter", summary="Enter good, scrap, rework or infeed by hand", permission=ENTER,
            input=EnterCounts, output=EntryOut, handler=lambda call, given: self.keep(call, given, None),
            node=lambda _uow, given: given.equipment_id,
            undo=lambda _given, out: Undo(
                "count.withdraw_held" if out.held else "count.withdraw", WithdrawCounts(entry_id=out.entry_id)
            ),
        )  # fmt: skip
        self.withdraw: Operation[WithdrawCounts, EntryOut] = Operation(
            name="count.withdraw", summary="Take an entry of pieces back", permission=ENTER, input=WithdrawCounts,
            output=EntryOut, handler=self.take_back, reason="optional",
            node=lambda uow, given: _where(store.entry(uow, given.entry_id)),
        )  # fmt: skip

    def keep(self, call: Call, given: EnterCounts, author: Author | None) -> EntryOut:
        """Enter pieces; those of an `author` were reviewed, and are not held."""
        known = call.uow.known  # nobody else writes from here on: what is there stays there
        given = with_derived(given)
        _require_something(given)
        node = _work_unit(self._plant(None), given.equipment_id)
        window = self._window(call.uow, given)
        self._require_reason(given.reason, window[1])
        then = self._plant(window[1]).equipment.get(node.id, node)
        who = author or Author(call.scope.actor.id, call.scope.actor.name, self._clock.now_us())
        why: Mapping[CountKind, str | None] = {"scrap": given.reason}
        said = (given.job_response_id, given.comment, who.id, who.name, who.at_us, known)
        entries = [
            Entry(
                known, node.id, kind, quantity, counted_before(kind, then.counters), why.get(kind), *window, *said,
                unit=given.unit,
            )
            for kind in EVERY
            if (quantity := getattr(given, kind))
        ]  # fmt: skip
        counts = [count for entry in entries for count in entry_counts(entry)]
        weighed = Weighed(given, then, window, *self._require_there(call.uow, node, counts, window))
        if author is None and (held := self.hold(call, weighed)) is not None:
            return EntryOut(entry_id=known, items=[], held=held, unit=given.unit)
        store.add_entries(call.uow, entries)
        told = _told(call.uow, known, counts)
        came_to = {kind: quantity for kind, quantity in weighed.change.items() if quantity}
        return told if given.unit is None else told.model_copy(update={"unit": given.unit, "counts_as": came_to})

    def take_back(self, call: Call, given: WithdrawCounts) -> EntryOut:
        """None of the pieces of an entry count any more."""
        _ = call.uow.known  # nobody else writes from here on
        entries = store.entry(call.uow, given.entry_id)
        if not entries:
            raise NotFoundError("there is no such entry")
        first = entries[0]
        if first.known_to is not None:
            at = to_rfc3339(first.withdrawn_us or 0)
            raise ConflictError(f"{first.withdrawn_by} took this entry back already at {at}", code="entry-withdrawn")
        counts = [count for entry in entries for count in entry_counts(entry)]
        gone = [_negated(count) for count in counts]
        node = self._plant(None).equipment.get(first.equipment_id)
        if node is not None:
            self._require_there(call.uow, node, gone, (first.t0_us, first.t1_us))
        store.withdraw(call.uow, given.entry_id, by=call.scope.actor.name, at_us=self._clock.now_us())
        return _told(call.uow, given.entry_id, gone)

    def taken_back(self, reading: Reading, entry_id: int) -> bool:
        """Whether an entry counts no more."""
        return any(one.known_to is not None for one in store.entry(reading, entry_id))

    # --- what is refused ---------------------------------------------------------------------------------------
    def _window(self, uow: UnitOfWork, given: EnterCounts) -> Window:
        """(t0, t1] of an entry; of a job that has ended, what is entered without a time belongs to its end."""
        now_us = self._clock.now_us()
        end_us = past_moment(given.end, "/end", now_us=now_us)
        start_us = None if given.start is None else moment(given.start, "/start")
        if start_us is not None and not 0 < end_us - start_us <= COUNT_PERIOD_MAX_US:
            hours = COUNT_PERIOD_MAX_US // HOUR_US
            raise InvalidError(
                f"pieces are entered for a period of up to {hours} hours", pointer="/start", code="count-period"
            )
        if given.job_response_id is None:
            return (end_us if start_us is None else start_us), end_us
        job = self._job(uow, given.equipment_id, given.job_response_id)
        if given.end is None and job.t1_us is not None:
            end_us = job.t1_us
        start_us = end_us if start_us is None else start_us
        if end_us <= job.t0_us or (job.t1_us is not None and min(start_us, end_us - 1) >= job.t1_us):
            raise InvalidError("this job did not run then", pointer="/job_response_id", code="count-job")
        return start_us, end_us

    def _job(self, uow: UnitOfWork, equipment_id: int, job_id: str) -> Job:
        ran = self._jobs.responses(uow, equipment_id, 0, self._clock.now_us() + 1, scope=OWN)
        found = next((job for job in ran if job.id == job_id), None)
        if found is None:
            raise InvalidError("no such job ran here", pointer="/job_response_id", code="count-job")
        return found

    def _require_reason(self, reason: str | None, at_us: int) -> None:
        if reason is None:
            return
        known = {**self._reasons(at_us), **self._reasons(self._clock.now_us())}
        if reason not in known:
            hint = did_you_mean(reason, known) or "add it to the plant's reasons, with `category: quality`"
            raise InvalidError(f"there is no reason {reason!r}", pointer="/reason", code="reason-unknown", hint=hint)

    def _require_there(
        self, uow: UnitOfWork, node: Equipment, counts: Sequence[PersonCount], window: Window
    ) -> tuple[Window, Mapping[str, int], Mapping[str, int]]:
        """No kind may come to less than nothing in the period; for a moment that is its shift up to it.

        Answers (the period looked at, what is there, what comes to it).
        """
        start_us, end_us = window
        if start_us == end_us:
            shift = self._calendar.shift_at(node.id, end_us - 1)
            start_us = end_us - COUNT_BACK_US if shift is None else min(shift.t0_us, end_us - 1)
        held = self._fold.with_fresh(uow, node.id, start_us, end_us)
        there = totals(self.in_units(uow, node.id, held), (start_us, end_us))
        change = totals(self.in_units(uow, node.id, counts), (start_us, end_us))
        for kind, less in change.items():
            if less < 0 and there[kind] + less < 0:
                raise InvalidError(
                    f"{node.name} made {there[kind]} {kind} from {to_rfc3339(start_us)} to {to_rfc3339(end_us)}; "
                    f"{-less} cannot be taken out of them",
                    pointer="/start",
                    code="count-negative",
                    hint="say when the pieces were made: start and end",
                )
        return (start_us, end_us), there, change


def with_derived(given: EnterCounts) -> EnterCounts:
    """With what follows from the total: of total, good and scrap the one that was not given; of a total alone, good.

    Raises InvalidError where they contradict each other.
    """
    if given.total is None:
        return given
    rest = given.total - (given.rework or 0)
    if given.good is None:
        return given.model_copy(update={"good": rest - (given.scrap or 0), "total": None})
    if given.scrap is None:
        return given.model_copy(update={"scrap": rest - given.good, "total": None})
    if given.good + given.scrap != rest:
        raise InvalidError(
            f"{given.good} good, {given.scrap} scrap and {given.rework or 0} rework are not {given.total}",
            pointer="/total", code="count-sum", hint="leave out the one that is not sure: it follows from the others",
        )  # fmt: skip
    return given.model_copy(update={"total": None})


def _require_something(given: EnterCounts) -> None:
    if not any(getattr(given, kind) for kind in EVERY):
        raise InvalidError("enter at least one quantity that is not 0", pointer="/good", code="count-empty")
    if given.reason is not None and not given.scrap:
        message = "a reason says why pieces are scrap; no scrap was entered"
        raise InvalidError(message, pointer="/reason", code="count-reason")


def _work_unit(plant: PlantModel, equipment_id: int) -> Equipment:
    node = plant.get(equipment_id)
    if node.level != WORK_UNIT:
        outfeed = node.outfeed or (node.flow[-1] if node.flow else None)
        raise InvalidError(
            f"{node.name} is of level {node.level}; pieces are entered at a work unit",
            pointer="/equipment_id",
            code="count-equipment",
            hint=None if outfeed is None else f"good pieces of this line are those of {outfeed}",
        )
    return node


def _where(entries: Sequence[Entry]) -> int:
    return entries[0].equipment_id if entries else NOWHERE


def _negated(count: PersonCount) -> PersonCount:
    return replace(count, quantity=-count.quantity, origin="correction")


def _told(uow: UnitOfWork, entry_id: int, counts: Sequence[PersonCount]) -> EntryOut:
    from_us, to_us = touched(counts)
    uow.emit(CountsChanged(counts[0].equipment_id, from_us, to_us, uow.known))
    items = [
        CountItem(
            kind=one.kind, quantity=one.quantity, origin=one.origin, start=to_rfc3339(one.t0_us),
            end=to_rfc3339(one.t1_us),
        )
        for one in counts
    ]  # fmt: skip
    return EntryOut(entry_id=entry_id, items=items)
