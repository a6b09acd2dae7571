"""Say what a machine's text meant: the way on for one that nobody knew, and for one that was misread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import BaseModel, StringConstraints

from dovetail.core.clock import Clock, to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.events.jobtexts import JobTextAnswered
from dovetail.jobtexts import store
from dovetail.jobtexts.model import JobText, Named, Order, Outcome, Why, meant
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.plantcode.report import did_you_mean

NOWHERE: Final = -1

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]

WHY: Final[Mapping[Why, str]] = {
    "too-long": "it is longer than any order's name",
    "no-match": "it does not fit the pattern of the plant code",
    "no-order": "it names a job order that is not planned here",
    "no-product": "it names a product that nobody knows",
    "unknown": "it is no job order here and no product",
}
WAY_ON: Final = (
    "plan the order, add the product to the plant code, or say here what it meant: the job begins at its time"
)


class AnswerText(Input):
    """A text meant this job order, or this product, or no job at all (neither is given)."""

    text_id: str
    job_order: Word | None = None
    product: Word | None = None


class UnanswerText(Input):
    """What was said of a text was a mistake: the plant code reads it again."""

    text_id: str


class JobTextOut(BaseModel):
    """A text as a tag said it, and what became of it; `message` and `hint`: why nothing did, and the way on."""

    id: str
    equipment_id: int
    tag_id: int
    tag: str | None = None
    address: str | None = None
    at: str
    text: str
    outcome: Outcome
    why: Why | None
    message: str | None
    hint: str | None
    job_order: str | None
    product: str | None
    lot: str | None
    by: str | None
    note: str | None


def told(one: JobText) -> JobTextOut:
    """A text as the API shows it."""
    same = {name: getattr(one, name) for name in JobTextOut.model_fields if hasattr(one, name)}
    message = None if one.why is None else f"{one.text[:80]!r}: {WHY[one.why]}"
    return JobTextOut(
        **same, at=to_rfc3339(one.ts_us), message=message, hint=None if one.why is None else WAY_ON, by=one.by_name
    )


class TextOperations:
    """The operations on texts."""

    def __init__(
        self, *, order: Callable[[Reading, str, int], Order | None], products: Callable[[int], Mapping[str, object]],
        clock: Clock,
    ) -> None:  # fmt: skip
        self._order, self._products, self._clock = order, products, clock
        self.answer = _operation(
            "job_text.answer", "Say what a machine's text meant", AnswerText, self._answer,
            undo=lambda given, _out: Undo("job_text.unanswer", UnanswerText(text_id=given.text_id)),
        )  # fmt: skip
        self.unanswer = _operation(
            "job_text.unanswer", "Take back what was said of a machine's text", UnanswerText, self._unanswer
        )

    @property
    def all(self) -> tuple[Operation[Any, Any], ...]:
        """For the catalogue."""
        return (self.answer, self.unanswer)

    def _answer(self, call: Call, given: AnswerText) -> JobTextOut:
        _ = call.uow.known  # nobody else writes from here on
        text = _found(call.uow, given.text_id)
        if text.by_id is not None:
            raise ConflictError(
                f"{text.by_name} said already what it meant", code="text-answered", hint="take that back first"
            )
        who = call.scope.actor
        said = replace(text, why=None, by_id=who.id, by_name=who.name, note=call.reason)
        if given.job_order is None and given.product is None:
            return self._keep(call, replace(said, outcome="nothing", job_order=None, product=None, lot=None))
        order = None if given.job_order is None else self._order(call.uow, given.job_order, text.equipment_id)
        known = self._products(self._clock.now_us())
        job = meant(Named(given.job_order, given.product), order, known)
        if isinstance(job, str):
            pointer, word = ("/job_order", given.job_order) if job == "no-order" else ("/product", given.product)
            raise InvalidError(
                f"{word!r}: {WHY[job]}", pointer=pointer, code=job,
                hint=did_you_mean(word or "", known) or "plan the order, or add the product to the plant code",
            )  # fmt: skip
        return self._keep(
            call, replace(said, outcome="names", job_order=job.job_order, product=job.product, lot=job.lot,
                          standard_rate_upm=job.standard_rate_upm)
        )  # fmt: skip

    def _unanswer(self, call: Call, given: UnanswerText) -> JobTextOut:
        _ = call.uow.known  # nobody else writes from here on
        text = _found(call.uow, given.text_id)
        if text.by_id is None:
            raise ConflictError("nobody has said what it meant", code="text-open")
        return self._keep(
            call, replace(text, outcome="held", why="unknown", job_order=None, product=None, lot=None,
                          standard_rate_upm=None, by_id=None, by_name=None, note=None)
        )  # fmt: skip

    def _keep(self, call: Call, text: JobText) -> JobTextOut:
        store.put(call.uow, [text])
        call.uow.emit(JobTextAnswered(text.equipment_id, text.ts_us, call.uow.known))
        return told(text)


def _operation[I: Input](
    name: str, summary: str, given: type[I], handler: Callable[[Call, I], JobTextOut], *,
    undo: Callable[[I, JobTextOut], Undo] | None = None,
) -> Operation[I, JobTextOut]:  # fmt: skip
    def node(uow: UnitOfWork, asked: I) -> int:
        found = store.by_id(uow, getattr(asked, "text_id", ""))
        return NOWHERE if found is None else found.equipment_id

    return Operation(name, summary, "job.operate", given, JobTextOut, handler, node, "optional", undo)


def _found(uow: UnitOfWork, text_id: str) -> JobText:
    text = store.by_id(uow, text_id)
    if text is None:
        raise NotFoundError("there is no such text")
    return text
