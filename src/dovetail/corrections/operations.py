"""Correct what a signal said: in a stretch of time its samples were others, or none, or there were more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from dovetail.core.batch import Batch
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
from dovetail.corrections.preview import SHOWN, AskedPreview, PreviewOut, preview_of
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
    """What is asked of the historian: how many samples there are of a stretch, and the first of them."""

    def series(self, tag: int, from_us: int, to_us: int, px: int, *, scope: Any, as_of: int | None = None) -> Any: ...
    def raw(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Any, limit: int | None = None
    ) -> list[Batch]: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """A correction as it was asked for, read and found to make sense."""

    tag: Tag
    what: What
    from_us: int
    to_us: int
    change: Change | None = None
    given: Block | None = None

    def correction(self) -> Correction:
        """The same as nobody has said it yet."""
        return Correction(
            id=0, tag=self.tag.id, equipment_id=self.tag.equipment_id or 0, what=self.what, from_us=self.from_us,
            to_us=self.to_us, change=self.change, given=self.given, under=0, reason="", by_id="", by_name="", at_us=0,
            known=0,
        )  # fmt: skip


class CorrectionOperations:
    """The operations of the room."""

    def __init__(self, *, plant: Callable[[], PlantModel], index: CorrectionIndex, samples: Beneath) -> None:
        self._plant, self._index, self._samples = plant, index, samples
        self.amend = self._operation("amend", "Say what the samples of a tag were", AmendSamples)
        self.delete = self._operation("delete", "Leave out samples of a tag", DeleteSamples)
        self.insert = self._operation("insert", "Add samples that were never sent", InsertSamples)
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

    def _operation(self, verb: str, summary: str, given: type[Any]) -> Operation[Any, CorrectionOut]:
        return Operation(
            name=f"samples.{verb}",
            summary=summary,
            permission=CORRECT,
            input=given,
            output=CorrectionOut,
            handler=self._say,
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

    def _sent(self, tag: int, from_us: int, to_us: int, *, as_of: int | None = BEFORE_ANY) -> int:
        return int(self._samples.series(tag, from_us, to_us, 1, scope=OWN, as_of=as_of).n.sum())

    def preview(self, tag_id: int, asked: AskedPreview, *, now_us: int) -> PreviewOut:
        """What a correction would do, refused as it would be. Nothing is kept."""
        tag = self._tag(tag_id)
        wish = self._wish(asked.given(tag), now_us=now_us)
        span = (wish.from_us, wish.to_us)
        blocks = [Block.of(one) for one in self._samples.raw((tag.id,), *span, scope=OWN, limit=SHOWN + 1)]
        return preview_of(wish.correction(), blocks, count=self._sent(tag.id, *span, as_of=None))

    def _owner(self, tag_id: int | None) -> int:
        tag = self._plant().tags.get(tag_id or 0)
        return NOWHERE if tag is None or tag.equipment_id is None else tag.equipment_id

    # --- handlers --------------------------------------------------------------------------------------------
    def _say(self, call: Call, given: AmendSamples | DeleteSamples | InsertSamples) -> CorrectionOut:
        return self._keep(call, self._wish(given, now_us=call.clock.now_us()))

    def _wish(self, given: AmendSamples | DeleteSamples | InsertSamples, *, now_us: int) -> Wish:
        """What is wanted, read. Raises where it makes no sense of the tag."""
        tag = self._tag(given.tag_id)
        if isinstance(given, InsertSamples):
            return self._insert(tag, given, now_us=now_us)
        from_us, to_us = period_of(given.start, given.end, now_us=now_us)
        if isinstance(given, DeleteSamples):
            return Wish(tag, "delete", from_us, to_us)
        if given.samples is None:
            return Wish(tag, "amend", from_us, to_us, change=change_of(tag, given))
        require_alone(given)
        return Wish(tag, "amend", from_us, to_us, given=given_block(tag, given.samples, from_us, to_us))

    def _insert(self, tag: Tag, given: InsertSamples, *, now_us: int) -> Wish:
        times = [past_moment(one.ts, f"/samples/{n}/ts", now_us=now_us) for n, one in enumerate(given.samples)]
        from_us, to_us = min(times), max(times) + 1
        require_short(from_us, to_us, "/samples")
        return Wish(tag, "insert", from_us, to_us, given=given_block(tag, given.samples, from_us, to_us))

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
        one = replace(
            wish.correction(),
            id=store.new_id(call.uow),
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
        if tag.expression is not None or tag.figure is not None:
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
