"""Decide on a counter jump that was held: count it, all or a part, or dismiss it; a decision can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Final

from pydantic import BaseModel, Field

from dovetail.core.clock import Clock, to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError
from dovetail.core.limits import COUNT_ENTRY_MAX
from dovetail.counting import store
from dovetail.counting.fold import Fold
from dovetail.counting.model import Decision, Verdict, Window, jump_counts_as, read_held_id, touched
from dovetail.db.uow import UnitOfWork
from dovetail.equipment.model import PlantModel
from dovetail.events.counting import CountsChanged
from dovetail.operations.moment import moment
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.states.model import HeldJump

REVIEW: Final = "count.review"
NOWHERE: Final = -1

Moment = Annotated[str, Field(description="RFC 3339 with offset")]
Again = Annotated[bool, Field(description="decide anew what was decided already")]


class AcceptJump(Input):
    """The pieces were really made: count them over the time of the jump, or over the part of it that is given."""

    held_id: str
    quantity: Annotated[int, Field(ge=1, le=COUNT_ENTRY_MAX)] | None = None
    start: Moment | None = None
    end: Moment | None = None
    again: Again = False


class DismissJump(Input):
    """Nothing was made: the counter was changed, set or disturbed."""

    held_id: str
    again: Again = False


class ReopenJump(Input):
    """A decision was a mistake: the jump is held again. `decided` is the decision meant; another one since stays."""

    held_id: str
    decided: int | None = None


class DecisionOut(BaseModel):
    """What stands decided on a jump; `decided` names the decision, `quantity` are the pieces that count."""

    held_id: str
    decision: Verdict | None
    decided: int | None
    quantity: int
    start: str
    end: str


class Reviewing:
    """The operations on held jumps."""

    def __init__(self, *, fold: Fold, plant: Callable[[int | None], PlantModel], clock: Clock) -> None:
        self._fold, self._plant, self._clock = fold, plant, clock
        self.accept: Operation[AcceptJump, DecisionOut] = Operation(
            name="count.accept_jump",
            summary="Count the pieces of a held jump",
            permission=REVIEW,
            input=AcceptJump,
            output=DecisionOut,
            handler=self._accept,
            node=lambda _uow, given: _where(given.held_id),
            reason="optional",
            undo=lambda given, out: Undo("count.reopen_jump", ReopenJump(held_id=given.held_id, decided=out.decided)),
        )
        self.dismiss: Operation[DismissJump, DecisionOut] = Operation(
            name="count.dismiss_jump",
            summary="Dismiss a held jump: nothing was made",
            permission=REVIEW,
            input=DismissJump,
            output=DecisionOut,
            handler=self._dismiss,
            node=lambda _uow, given: _where(given.held_id),
            reason="required",
            undo=lambda given, out: Undo("count.reopen_jump", ReopenJump(held_id=given.held_id, decided=out.decided)),
        )
        self.reopen: Operation[ReopenJump, DecisionOut] = Operation(
            name="count.reopen_jump",
            summary="Take a decision on a held jump back",
            permission=REVIEW,
            input=ReopenJump,
            output=DecisionOut,
            handler=self._reopen,
            node=lambda _uow, given: _where(given.held_id),
            reason="optional",
        )

    def _accept(self, call: Call, given: AcceptJump) -> DecisionOut:
        _ = call.uow.known  # nobody else writes from here on
        jump = self._held(call.uow, given.held_id, again=given.again)
        if given.quantity is None and not jump.quantity:
            message = f"how many pieces lie between {jump.before} and {jump.after} nobody knows"
            raise InvalidError(message, pointer="/quantity", code="jump-quantity", hint="say how many were made")
        window = (
            jump.t0_us if given.start is None else moment(given.start, "/start"),
            jump.t1_us if given.end is None else moment(given.end, "/end"),
        )
        if not jump.t0_us <= window[0] <= window[1] <= jump.t1_us or (window[0] == window[1] != jump.t1_us):
            raise InvalidError(
                f"the counter moved between {to_rfc3339(jump.t0_us)} and {to_rfc3339(jump.t1_us)}; "
                "its pieces were made then",
                pointer="/start",
                code="jump-period",
                hint="dismiss the jump, and enter the pieces by hand for another time",
            )
        return self._decide(call, jump, given.held_id, "accepted", given.quantity, window)

    def _dismiss(self, call: Call, given: DismissJump) -> DecisionOut:
        _ = call.uow.known  # nobody else writes from here on
        jump = self._held(call.uow, given.held_id, again=given.again)
        return self._decide(call, jump, given.held_id, "dismissed", None, (jump.t0_us, jump.t1_us))

    def _decide(
        self, call: Call, jump: HeldJump, name: str, verdict: Verdict, quantity: int | None, window: Window
    ) -> DecisionOut:
        node = self._plant(jump.t1_us).equipment.get(jump.equipment_id)
        kind, less = jump_counts_as(jump.counter, node.counters if node else ())
        made = Decision(
            held_id=name,
            equipment_id=jump.equipment_id,
            verdict=verdict,
            quantity=quantity,
            kind=kind,
            less=less,
            t0_us=window[0],
            t1_us=window[1],
            seen=replace(jump, known_from=0, known_to=None),
            why=call.reason,
            by_id=call.scope.actor.id,
            by_name=call.scope.actor.name,
            at_us=self._clock.now_us(),
            known_from=call.uow.known,
        )
        store.decide(call.uow, made)
        _tell(call.uow, made)
        return _out(made, jump)

    def _reopen(self, call: Call, given: ReopenJump) -> DecisionOut:
        _ = call.uow.known  # nobody else writes from here on
        stands = store.decision(call.uow, given.held_id)
        if stands is None:
            raise NotFoundError("nothing is decided on such a jump")
        if given.decided not in (None, stands.known_from):
            raise _decided(stands)
        store.reopen(call.uow, given.held_id)
        _tell(call.uow, stands)
        start, end = to_rfc3339(stands.t0_us), to_rfc3339(stands.t1_us)
        return DecisionOut(held_id=given.held_id, decision=None, decided=None, quantity=0, start=start, end=end)

    def _held(self, uow: UnitOfWork, name: str, *, again: bool) -> HeldJump:
        """The jump of a name. Raises NotFoundError, or ConflictError where it is decided and not to be anew."""
        read = read_held_id(name)
        jump = None if read is None else self._fold.jump(uow, read[0], name, read[2])
        if jump is None:
            raise NotFoundError("there is no such held jump")
        stands = store.decision(uow, name)
        if stands is not None and not again:
            raise _decided(stands)
        return jump


def _decided(stands: Decision) -> ConflictError:
    what = "dismissed it" if stands.verdict == "dismissed" else f"accepted {stands.quantity or stands.seen.quantity}"
    message = f"{stands.by_name} {what} at {to_rfc3339(stands.at_us)}"
    return ConflictError(message, code="jump-decided", hint="say `again` to decide anew")


def _where(name: str) -> int:
    read = read_held_id(name)
    return NOWHERE if read is None else read[0]


def _tell(uow: UnitOfWork, of: Decision) -> None:
    uow.emit(CountsChanged(of.equipment_id, *touched([of.seen]), uow.known))


def _out(made: Decision, jump: HeldJump) -> DecisionOut:
    return DecisionOut(
        held_id=made.held_id,
        decision=made.verdict,
        decided=made.known_from,
        quantity=made.counted(jump),
        start=to_rfc3339(made.t0_us),
        end=to_rfc3339(made.t1_us),
    )
