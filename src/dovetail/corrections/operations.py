"""Correct what a signal said: in a stretch of time its samples were others, or none, or there were more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from dovetail.core.errors import ConflictError, NotFoundError, RefusedError
from dovetail.core.limits import CORRECTIONS_OF_TAG_MAX, GIVEN_SAMPLES_MAX
from dovetail.core.scope import system_scope
from dovetail.corrections import store
from dovetail.corrections.asked import (
    AmendSamples,
    DeleteSamples,
    InsertSamples,
    UndoCorrection,
    change_of,
    given_block,
    period_of,
    require_alone,
    require_short,
)
from dovetail.corrections.index import CorrectionIndex
from dovetail.corrections.model import Change, Correction, Undone, What
from dovetail.corrections.shown import CorrectionOut, correction_out
from dovetail.db.uow import UnitOfWork
from dovetail.equipment.model import INTERNAL_TAGS, PlantModel, Tag
from dovetail.events.corrections import SamplesCorrected
from dovetail.operations.moment import past_moment
from dovetail.operations.operation import Call, Operation, Undo
from dovetail.packing.columns import Block

CORRECT: Final = "samples.correct"
UNDO: Final = "samples.undo"
NOWHERE: Final = -1  # an id no equipment has: for a person, what is not there lies out of scope like anything else
OWN: Final = system_scope("corrections")
BEFORE_ANY: Final = 0  # as known before the first correction: the samples as they were sent


class Beneath(Protocol):
    """What is asked of the historian: how many samples were sent for a stretch."""

    def series(self, tag: int, from_us: int, to_us: int, px: int, *, scope: Any, as_of: int | None = None) -> Any: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """A correction as it was asked for, read and found to make sense."""

    tag: Tag
    what: What
    from_us: int
    to_us: int
    change: Change | None = None
    given: Block | None = None


class CorrectionOperations:
    """The operations of the room."""

    def __init__(self, *, plant: Callable[[], PlantModel], index: CorrectionIndex, samples: Beneath) -> None:
        self._plant, self._index, self._samples = plant, index, samples
        self.amend = self._operation("amend", "Say what the samples of a tag were", AmendSamples, self._amend)
        self.delete = self._operation("delete", "Leave out samples of a tag", DeleteSamples, self._delete)
        self.insert = self._operation("insert", "Add samples that were never sent", InsertSamples, self._insert)
        self.undo: Operation[UndoCorrection, CorrectionOut] = Operation(
            name=UNDO,
            summary="Take a correction of samples back",
            permission=CORRECT,
            input=UndoCorrection,
            output=CorrectionOut,
            handler=self._undo,
            node=lambda uow, given: self._owner(store.tag_of(uow, given.correction_id)),
            reason="required",
        )

    def _operation(
        self, verb: str, summary: str, given: type[Any], handler: Callable[[Call, Any], CorrectionOut]
    ) -> Operation[Any, CorrectionOut]:
        return Operation(
            name=f"samples.{verb}",
            summary=summary,
            permission=CORRECT,
            input=given,
            output=CorrectionOut,
            handler=handler,
            node=lambda _uow, said: self._owner(said.tag_id),
            reason="required",
            undo=lambda _said, out: Undo(UNDO, UndoCorrection(correction_id=out.id)),
        )

    @property
    def all(self) -> list[Operation[Any, Any]]:
        """Every operation of the room."""
        return [self.amend, self.delete, self.insert, self.undo]

    def beneath(self, one: Correction) -> int:
        """How many samples were sent for the stretch of a correction."""
        return self._sent(one.tag, one.from_us, one.to_us)

    def _sent(self, tag: int, from_us: int, to_us: int) -> int:
        return int(self._samples.series(tag, from_us, to_us, 1, scope=OWN, as_of=BEFORE_ANY).n.sum())

    def _owner(self, tag_id: int | None) -> int:
        tag = self._plant().tags.get(tag_id or 0)
        return NOWHERE if tag is None or tag.equipment_id is None else tag.equipment_id

    # --- handlers --------------------------------------------------------------------------------------------
    def _amend(self, call: Call, given: AmendSamples) -> CorrectionOut:
        tag = self._tag(given.tag_id)
        from_us, to_us = period_of(given.start, given.end, now_us=call.clock.now_us())
        if given.samples is not None:
            require_alone(given)
            block = given_block(tag, given.samples, from_us, to_us)
            return self._keep(call, Wish(tag, "amend", from_us, to_us, given=block))
        return self._keep(call, Wish(tag, "amend", from_us, to_us, change=change_of(tag, given)))

    def _delete(self, call: Call, given: DeleteSamples) -> CorrectionOut:
        tag = self._tag(given.tag_id)
        return self._keep(call, Wish(tag, "delete", *period_of(given.start, given.end, now_us=call.clock.now_us())))

    def _insert(self, call: Call, given: InsertSamples) -> CorrectionOut:
        tag, now_us = self._tag(given.tag_id), call.clock.now_us()
        times = [past_moment(one.ts, f"/samples/{n}/ts", now_us=now_us) for n, one in enumerate(given.samples)]
        from_us, to_us = min(times), max(times) + 1
        require_short(from_us, to_us, "/samples")
        return self._keep(
            call, Wish(tag, "insert", from_us, to_us, given=given_block(tag, given.samples, from_us, to_us))
        )

    def _undo(self, call: Call, given: UndoCorrection) -> CorrectionOut:
        known = call.uow.known  # nobody else writes from here on
        tag = store.tag_of(call.uow, given.correction_id)
        one = next((one for one in self._corrections(call.uow, tag) if one.id == given.correction_id), None)
        if one is None:
            raise NotFoundError("there is no such correction")
        if one.undone is not None:
            raise ConflictError(f"{one.undone.by_name} took this correction back already", code="correction-undone")
        undone = Undone(call.scope.actor.name, call.clock.now_us(), call.reason or "", known)
        store.take_back(call.uow, one, by_id=call.scope.actor.id, undone=undone)
        call.uow.emit(SamplesCorrected(one.tag, one.equipment_id, one.from_us, one.to_us, known))
        return correction_out(one.undo(undone), beneath=self.beneath(one))

    def _keep(self, call: Call, wish: Wish) -> CorrectionOut:
        known = call.uow.known  # nobody else writes from here on
        self._require_room(call.uow, wish)
        under = self._sent(wish.tag.id, wish.from_us, wish.to_us)
        one = Correction(
            id=store.new_id(call.uow),
            tag=wish.tag.id,
            equipment_id=wish.tag.equipment_id or 0,
            what=wish.what,
            from_us=wish.from_us,
            to_us=wish.to_us,
            change=wish.change,
            given=wish.given,
            under=under,
            reason=call.reason or "",
            by_id=call.scope.actor.id,
            by_name=call.scope.actor.name,
            at_us=call.clock.now_us(),
            known=known,
        )
        store.add(call.uow, one)
        call.uow.emit(SamplesCorrected(one.tag, one.equipment_id, one.from_us, one.to_us, known))
        return correction_out(one, beneath=under)

    def _corrections(self, uow: UnitOfWork, tag: int | None) -> Sequence[Correction]:
        """Every correction of a tag, as this transaction sees them."""
        news = store.since(uow, self._index.known)
        if news.corrections or news.undone:  # another process has said something
            self._index.take(news.corrections, news.undone, known=uow.known - 1)
        return self._index.every(tag or 0)

    # --- what is refused ---------------------------------------------------------------------------------------
    def _tag(self, tag_id: int) -> Tag:
        tag = self._plant().tags.get(tag_id)
        if tag is None or tag.equipment_id is None:
            raise NotFoundError("there is no such tag")
        if tag.expression is not None:
            message, hint = f"{tag.path} is computed", "correct the signals it follows from"
            raise RefusedError(message, code="correction-computed", hint=hint)
        if tag.connection is None and tag.property in INTERNAL_TAGS:
            message, hint = f"{tag.path} says what runs, as its jobs have it", "change the job"
            raise RefusedError(message, code="correction-internal", hint=hint)
        return tag

    def _require_room(self, uow: UnitOfWork, wish: Wish) -> None:
        if len(self._corrections(uow, wish.tag.id)) >= CORRECTIONS_OF_TAG_MAX:
            message = f"{wish.tag.path} has been corrected {CORRECTIONS_OF_TAG_MAX} times"
            raise RefusedError(message, code="correction-many", hint="mend what sends it; what is past can be imported")
        more = 0 if wish.given is None else len(wish.given)
        if more and self._index.given() + more > GIVEN_SAMPLES_MAX:
            message = f"people have given {GIVEN_SAMPLES_MAX:,} samples by hand"
            raise RefusedError(message, code="correction-many", hint="bring in this many as an import")
