"""Decide on a held entry: release it as it is or put right, reject it with a reason; each can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from dovetail.core.clock import Clock, to_rfc3339
from dovetail.core.errors import ConflictError, NotFoundError
from dovetail.core.limits import COUNT_ENTRY_MAX
from dovetail.counting.entering import ENTER, Author, CountItem, EnterCounts, Entering, WithdrawCounts
from dovetail.counting.reviewing import REVIEW
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.holding import store
from dovetail.holding.model import HeldEntry, Verdict
from dovetail.operations.operation import Call, Input, Operation, Undo

NOWHERE: Final = -1

Quantity = Annotated[int, Field(ge=-COUNT_ENTRY_MAX, le=COUNT_ENTRY_MAX)]


class OfEntry(Input):
    """One held entry is meant."""

    entry_id: int


class ReleaseEntry(OfEntry):
    """The pieces were made: they count, as they were entered or as is said here, for whoever entered them."""

    good: Quantity | None = None
    scrap: Quantity | None = None
    rework: Quantity | None = None
    infeed: Quantity | None = None
    start: Annotated[str, Field(description="RFC 3339 with offset")] | None = None
    end: Annotated[str, Field(description="RFC 3339 with offset")] | None = None


class RejectEntry(OfEntry):
    """It was a mistake: nothing of it counts; what was entered stays to be seen."""


class HoldAgain(OfEntry):
    """A decision was a mistake: the entry is held again. `decided` is the decision meant; another one since stays."""

    decided: int | None = None


class ReviewOut(BaseModel):
    """What stands decided on a held entry; `items` are the pieces that count by it."""

    entry_id: int
    decision: Verdict | None
    decided: int | None
    items: list[CountItem] = []


class ReviewOperations:
    """The operations on held entries."""

    def __init__(self, *, entering: Entering, clock: Clock) -> None:
        self._entering, self._clock = entering, clock
        self.release = _operation(
            "count.release_entry", "Count a held entry, as it is or put right", ReleaseEntry, self._release, "optional"
        )
        self.reject = _operation(
            "count.reject_entry", "Reject a held entry: nothing of it counts", RejectEntry, self._reject, "required"
        )
        self.hold_again = _operation(
            "count.hold_again", "Take a decision on a held entry back", HoldAgain, self._hold_again, "optional"
        )
        self.withdraw: Operation[WithdrawCounts, ReviewOut] = Operation(
            "count.withdraw_held", "Take an entry back that is held", ENTER, WithdrawCounts, ReviewOut,
            self._withdraw, lambda uow, given: _where(uow, given.entry_id), "optional",
        )  # fmt: skip

    @property
    def all(self) -> tuple[Operation[Any, Any], ...]:
        """For the catalogue."""
        return (self.release, self.reject, self.hold_again, self.withdraw)

    def find(self, reading: Reading, entry_id: int) -> HeldEntry | None:
        """An entry that was held, with what stands decided on it; None: there is no such."""
        return store.one(reading, entry_id)

    def _release(self, call: Call, given: ReleaseEntry) -> ReviewOut:
        held = self._open(call.uow, given.entry_id)
        said = EnterCounts.model_validate_json(held.given)
        better = given.model_dump(exclude={"entry_id"}, exclude_none=True)
        author = Author(held.by_id, held.by_name, held.at_us)
        counted = self._entering.keep(call, said.model_copy(update=better), author)
        return self._decided(call, held, "released", counted_as=counted.entry_id, items=counted.items)

    def _reject(self, call: Call, given: RejectEntry) -> ReviewOut:
        return self._decided(call, self._open(call.uow, given.entry_id), "rejected")

    def _withdraw(self, call: Call, given: WithdrawCounts) -> ReviewOut:
        return self._decided(call, self._open(call.uow, given.entry_id), "withdrawn")

    def _hold_again(self, call: Call, given: HoldAgain) -> ReviewOut:
        _ = call.uow.known  # nobody else writes from here on
        held = _found(call.uow, given.entry_id)
        if held.verdict is None:
            raise ConflictError("nothing is decided on it", code="entry-held")
        if given.decided not in (None, held.known_from):
            raise _taken(held)
        if held.counted_as is not None:
            self._entering.take_back(call, WithdrawCounts(entry_id=held.counted_as))
        store.put(call.uow, replace(held, verdict=None, counted_as=None, decided_by=None, decided_us=None, why=None))
        return ReviewOut(entry_id=held.entry_id, decision=None, decided=None)

    def _decided(
        self, call: Call, held: HeldEntry, verdict: Verdict, *, counted_as: int | None = None,
        items: list[CountItem] | None = None,
    ) -> ReviewOut:  # fmt: skip
        who = call.scope.actor.name
        store.put(
            call.uow,
            replace(
                held, verdict=verdict, counted_as=counted_as, decided_by=who, decided_us=self._clock.now_us(),
                why=call.reason,
            ),
        )  # fmt: skip
        return ReviewOut(entry_id=held.entry_id, decision=verdict, decided=call.uow.known, items=items or [])

    def _open(self, uow: UnitOfWork, entry_id: int) -> HeldEntry:
        """A held entry that waits. Raises NotFoundError, or ConflictError with what was decided."""
        _ = uow.known  # nobody else writes from here on
        held = _found(uow, entry_id)
        if held.verdict is not None:
            raise _taken(held)
        return held


def _operation[I: OfEntry](
    name: str, summary: str, given: type[I], handler: Callable[[Call, I], ReviewOut], reason: Any
) -> Operation[I, ReviewOut]:
    def undo(given: OfEntry, out: ReviewOut) -> Undo | None:
        again = HoldAgain(entry_id=given.entry_id, decided=out.decided)
        return None if out.decided is None else Undo("count.hold_again", again)

    return Operation(
        name, summary, REVIEW, given, ReviewOut, handler, lambda uow, said: _where(uow, said.entry_id), reason, undo
    )  # fmt: skip


def _found(uow: UnitOfWork, entry_id: int) -> HeldEntry:
    held = store.one(uow, entry_id)
    if held is None:
        raise NotFoundError("there is no such held entry")
    return held


def _where(uow: UnitOfWork, entry_id: int) -> int:
    held = store.one(uow, entry_id)
    return NOWHERE if held is None else held.equipment_id


def _taken(held: HeldEntry) -> ConflictError:
    message = f"{held.decided_by} {held.verdict} it at {to_rfc3339(held.decided_us or 0)}"
    return ConflictError(message, code="entry-decided", hint="take that decision back first")
