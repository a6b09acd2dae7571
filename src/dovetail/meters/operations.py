"""Enter what a counter showed at the beginning and at the end: the pieces follow; and take it back.

A counter goes on where it stopped. Where a begin is not the end reading before it, pieces are missing or there twice:
that is told, and the person says which begin counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, StringConstraints

from dovetail.core.clock import Clock, to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError
from dovetail.core.limits import COUNT_ENTRY_MAX, COUNT_PERIOD_MAX_US
from dovetail.counting.entering import (
    ENTER,
    EnterCounts,
    Entering,
    EntryOut,
    Moment,
    Quantity,
    UnitName,
    WithdrawCounts,
)
from dovetail.db.uow import UnitOfWork
from dovetail.equipment.model import WORK_UNIT, Equipment, PlantModel
from dovetail.holding.operations import ReviewOperations
from dovetail.meters import store
from dovetail.meters.model import Reading, between, step, told_by
from dovetail.meters.standing import Standing
from dovetail.operations.moment import moment, past_moment
from dovetail.operations.operation import Call, Input, Operation, Undo

NOWHERE: Final = -1
SHOWN_MAX: Final = 10**12  # no counter of a machine has more digits
COMMENT_MAX: Final = 1_900  # of an entry's 2,000: what the counter showed stands before it

type Counter = Literal["good", "scrap", "total", "rework", "infeed"]
Since = Annotated[
    Literal["previous", "given"] | None,
    Field(description="where `before` is not the last end: pieces count from that end, or from `before` on"),
]
Shown = Annotated[int, Field(ge=0, lt=SHOWN_MAX)]
Comment = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=COMMENT_MAX)]


class EnterReadings(Input):
    """What a counter that a person reads showed at the end of a stretch, and at its beginning.

    Without `before` it is the end reading before it; without `start` the moment of that. Scrap and rework that the
    counter does not tell apart are entered with it.
    """

    equipment_id: int
    counter: Counter = "good"
    after: Shown
    before: Shown | None = None
    modulus: Annotated[int | None, Field(ge=2, le=SHOWN_MAX, description="where it begins anew, as last time")] = None
    since: Since = None
    start: Moment | None = None
    end: Moment | None = None
    scrap: Quantity | None = None
    rework: Quantity | None = None
    unit: Annotated[UnitName, Field(description="what it counts in; default: the running product's")] | None = None
    reason: Annotated[str, Field(max_length=400, description="why it is scrap: `group/code`")] | None = None
    job_response_id: str | None = None
    comment: Comment | None = None


class WithdrawReadings(Input):
    """A reading was a mistake: none of its pieces count, and the counter goes on from the one before."""

    entry_id: int


class ReadingsOut(BaseModel):
    """The pieces between two readings, and what counts by them; `before` is the one that counted."""

    before: int
    after: int
    quantity: int
    unexplained: int
    entry: EntryOut


@dataclass(frozen=True, slots=True)
class Stretch:
    """From which reading on pieces count, and since when; `unexplained` lie before it."""

    before: int
    start: str | None
    unexplained: int
    modulus: int | None


class Metering:
    """The operations on readings by hand."""

    def __init__(
        self, *, entering: Entering, reviewing: ReviewOperations, standing: Standing,
        plant: Callable[[], PlantModel], clock: Clock,
    ) -> None:  # fmt: skip
        self._entering, self._reviewing, self._standing = entering, reviewing, standing
        self._plant, self._clock = plant, clock
        self.enter: Operation[EnterReadings, ReadingsOut] = Operation(
            name="count.enter_readings", summary="Enter what a counter showed at the beginning and the end",
            permission=ENTER, input=EnterReadings, output=ReadingsOut, handler=self._enter,
            node=lambda _uow, given: given.equipment_id,
            undo=lambda _given, out: Undo("count.withdraw_readings", WithdrawReadings(entry_id=out.entry.entry_id)),
        )  # fmt: skip
        self.withdraw: Operation[WithdrawReadings, EntryOut] = Operation(
            name="count.withdraw_readings", summary="Take readings of a counter back", permission=ENTER,
            input=WithdrawReadings, output=EntryOut, handler=self._withdraw, node=_where, reason="optional",
        )  # fmt: skip

    @property
    def all(self) -> tuple[Operation[Any, Any], ...]:
        """For the catalogue."""
        return (self.enter, self.withdraw)

    def _enter(self, call: Call, given: EnterReadings) -> ReadingsOut:
        known, now_us = call.uow.known, self._clock.now_us()  # nobody else writes from here on
        node = _unit(self._plant(), given)
        t1_us = past_moment(given.end, "/end", now_us=now_us)
        stretch = self._stretch(call.uow, node, given, t1_us)
        quantity = between(stretch.before, given.after, stretch.modulus)
        if quantity > COUNT_ENTRY_MAX:
            message = f"{quantity} pieces lie between {stretch.before} and {given.after}: nobody makes so many at once"
            raise InvalidError(message, pointer="/after", code="reading-far", hint="read the counter again")
        _refuse_next(self._standing.after(call.uow, node.id, given.counter, t1_us), given, t1_us)
        entry = self._counted(call, given, stretch, quantity)
        t0_us = t1_us if stretch.start is None else moment(stretch.start, "/start")
        who = call.scope.actor
        became = "held" if entry.held else "counted" if entry.items else "nothing"
        made = Reading(
            known, node.id, given.counter, stretch.before, given.after, stretch.modulus, quantity,
            stretch.unexplained, became, t0_us, t1_us, who.id, who.name, now_us, known,
        )  # fmt: skip
        store.add(call.uow, made)
        return ReadingsOut(
            before=stretch.before, after=given.after, quantity=quantity, unexplained=stretch.unexplained, entry=entry
        )

    def _counted(self, call: Call, given: EnterReadings, stretch: Stretch, quantity: int) -> EntryOut:
        """The entry of the pieces; none where the counter stood still and nothing else is said."""
        kept = {"scrap", "rework", "reason", "job_response_id", "end", "unit"}
        said = given.model_dump(include=kept, exclude_none=True)
        if not quantity and not said.get("scrap") and not said.get("rework"):
            return EntryOut(entry_id=call.uow.known, items=[])
        shown = f"counter {given.counter}: {stretch.before} to {given.after}"
        comment = shown if given.comment is None else f"{shown} · {given.comment}"
        pieces = {given.counter: quantity, "equipment_id": given.equipment_id, "comment": comment}
        if said.get(given.counter) is not None:
            message = f"{given.counter} is what this counter counts: it follows from the readings"
            raise InvalidError(message, pointer=f"/{given.counter}", code="reading-twice", hint="leave it out")
        words = EnterCounts.model_validate(said | pieces | {"start": stretch.start})
        return self._entering.keep(call, words, None)

    def _stretch(self, uow: UnitOfWork, node: Equipment, given: EnterReadings, t1_us: int) -> Stretch:
        """Raises ConflictError where the begin is not the end reading before it and nobody said what that means."""
        last = self._standing.last(uow, node.id, given.counter, t1_us)
        modulus = given.modulus or (last.modulus if last else None)
        if last is None:
            if given.before is None:
                message, hint = "nobody has read this counter here before", "say what it showed at the beginning"
                raise InvalidError(message, pointer="/before", code="reading-first", hint=hint)
            return Stretch(given.before, given.start, 0, modulus)
        start = given.start
        if start is None and 0 < t1_us - last.t1_us <= COUNT_PERIOD_MAX_US:
            start = to_rfc3339(last.t1_us)
        apart = 0 if given.before is None else step(last.after, given.before, modulus)
        if apart == 0 or given.since == "previous":
            return Stretch(last.after, start, 0, modulus)
        if given.since == "given":
            return Stretch(given.before or 0, start, apart, modulus)
        raise _apart(last, given, apart)

    def _withdraw(self, call: Call, given: WithdrawReadings) -> EntryOut:
        _ = call.uow.known  # nobody else writes from here on
        found = store.one(call.uow, given.entry_id)
        if found is None:
            raise NotFoundError("there is no such reading")
        if found.known_to is not None:
            raise ConflictError(f"{found.withdrawn_by} took it back already", code="reading-withdrawn")
        fate, entry_id = self._standing.fate(call.uow, found)
        following = self._standing.after(call.uow, found.equipment_id, found.counter, found.t1_us)
        if fate != "gone" and following is not None:
            message = f"{following.by_name} has read this counter since, at {to_rfc3339(following.t1_us)}"
            raise ConflictError(message, code="reading-followed", hint="take the later readings back first")
        store.take_back(call.uow, found.entry_id, by=call.scope.actor.name)
        entry = WithdrawCounts(entry_id=entry_id)
        if fate == "held":
            self._reviewing.withdraw.handler(call, entry)
        elif fate == "counted":
            return self._entering.take_back(call, entry)
        return EntryOut(entry_id=found.entry_id, items=[])


def _unit(plant: PlantModel, given: EnterReadings) -> Equipment:
    node = plant.get(given.equipment_id)
    if node.level != WORK_UNIT:
        message, hint = f"{node.name} has no counter of its own", "read the counter of one of its work units"
        raise InvalidError(message, pointer="/equipment_id", code="count-equipment", hint=hint)
    if given.counter in told_by(node.counters):
        raise InvalidError(
            f"what the counter {given.counter} of {node.name} counts is read by its tag", pointer="/counter",
            code="reading-counted", hint="enter pieces that it did not see as a quantity",
        )  # fmt: skip
    return node


def _apart(last: Reading, given: EnterReadings, apart: int) -> ConflictError:
    where = f"{last.by_name} read {last.after} at {to_rfc3339(last.t1_us)}; this begins at {given.before}"
    what = f"{apart} pieces lie between" if apart > 0 else f"{-apart} pieces are there twice"
    previous = {"reading": last.after, "at": to_rfc3339(last.t1_us), "by": last.by_name}
    return ConflictError(
        f"{where}: {what}", code="reading-gap" if apart > 0 else "reading-overlap",
        hint="say `since`: `previous` counts from that reading on, `given` from this begin on",
        members={"previous": previous, "apart": apart},
    )  # fmt: skip


def _refuse_next(following: Reading | None, given: EnterReadings, t1_us: int) -> None:
    """Raise ConflictError where the counter was read later already: what lies between was counted there."""
    if following is not None:
        raise ConflictError(
            f"{following.by_name} has read this counter since, {following.after} at {to_rfc3339(following.t1_us)}; "
            f"what it showed at {to_rfc3339(t1_us)} lies within that", code="reading-late",
            hint="take the later readings back first, or enter pieces that are missing as a quantity",
            members={"next": {"reading": following.after, "at": to_rfc3339(following.t1_us), "by": following.by_name}},
        )  # fmt: skip


def _where(uow: UnitOfWork, given: WithdrawReadings) -> int:
    found = store.one(uow, given.entry_id)
    return NOWHERE if found is None else found.equipment_id
