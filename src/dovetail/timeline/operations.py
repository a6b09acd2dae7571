"""Say what an equipment did: give a stop its reason, comment it, split it, enter a state by hand; and take it back.

Two people may do so at once: who saw less than what was said meanwhile is told, with both versions, and nothing is
written; sent again with the version shown, it is. Nothing said is ever overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, StringConstraints

from dovetail.core.clock import DAY_US, from_rfc3339, to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError
from dovetail.db.uow import UnitOfWork
from dovetail.equipment.model import WORK_UNIT, Equipment, PlantModel
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.plantcode.report import did_you_mean
from dovetail.reasoning.tree import CATEGORY, Tree, require
from dovetail.states.model import MODES, STATES
from dovetail.timeline import store
from dovetail.timeline.keeping import Keeper
from dovetail.timeline.model import EDIT_LONGEST_US, EDITS_AT_ONCE_MAX, NO_KNOWLEDGE, Edit, What, said_in
from dovetail.timeline.reach import end_after, evidence
from dovetail.timeline.telling import FAR_US, Teller

EDIT: Final = "timeline.edit"
WITHDRAW: Final = "timeline.withdraw"
SPOKEN: Final = ("reason", "comment", "state")  # what two versions of a stop may differ in

Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
Moment = Annotated[str, Field(description="RFC 3339 with offset")]
Seen = Annotated[str | None, Field(description="the version of the stop that was shown; others' words since: 409")]


class Saying(Input):
    """What is said. A field that is left out stays as it is; null takes it away."""

    reason: Key | None = Field(default=None, description="`group` or `group/code`")
    state: Key | None = Field(default=None, description="a state by hand, as `RUN` or `Held`")
    mode: Key | None = None
    comment: Words | None = None
    why: Words | None = Field(default=None, description="why this is said now, for the audit")


class EditTime(Saying):
    """[start, end) of an equipment did this; `end` null: it still does."""

    equipment_id: int
    start: Moment
    end: Moment | None = None
    what: What | None = Field(default=None, description="default: from what is said")
    seen: Seen = None
    yields: bool = Field(default=False, description="what stands goes on to stand; this is kept in the history only")


class StopRef(Input):
    """One of several stops that are answered at once."""

    equipment_id: int
    start: Moment
    end: Moment | None = None
    seen: Seen = None


class EditMany(Saying):
    """Several stops have one reason; `equipment_id` is the machine, or the line they are all on."""

    equipment_id: int
    stops: tuple[StopRef, ...] = Field(min_length=1, max_length=EDITS_AT_ONCE_MAX)


class SplitStop(Saying):
    """From `at` on it was something else; without a word about it, only the cut is kept."""

    equipment_id: int
    at: Moment
    seen: Seen = None


class Withdraw(Input):
    """These edits no longer hold: what the signals, or older edits, say stands again."""

    equipment_id: int
    edit_ids: tuple[int, ...] = Field(min_length=1, max_length=EDITS_AT_ONCE_MAX)


class Said(BaseModel):
    """The edits that were made or withdrawn."""

    edit_ids: list[int]


@dataclass(frozen=True, slots=True)
class Wish:
    """One edit as it was asked for, its times read."""

    equipment_id: int
    t0_us: int
    t1_us: int | None
    what: What
    seen: str | None
    yields: bool = False


class TimelineOperations:
    """The operations of the room. `shown` is what the API answers of the stop that begins where an edit does."""

    def __init__(
        self,
        *,
        plant: Callable[[], PlantModel],
        reasons: Callable[[int], Tree],
        teller: Teller,
        shown: Callable[[UnitOfWork, int, int], BaseModel | None],
        answer: type[BaseModel],
    ) -> None:
        self._plant, self._reasons, self._teller = plant, reasons, teller
        self._shown, self._answer, self._keeper = shown, answer, Keeper(teller)
        one, many = (lambda out: [out.edit_id]), (lambda out: out.edit_ids)
        self.edit = _operation(EDIT, "Say what an equipment did, or why it stood", EditTime, answer, self._edit, one)
        self.edit_many = _operation(
            "timeline.edit-many", "Give several stops one reason", EditMany, Said, self._edit_many, many
        )
        self.split = _operation("timeline.split", "Split a stop at a moment", SplitStop, answer, self._split, one)
        self.withdraw = _operation(
            WITHDRAW, "Take edits of the timeline back", Withdraw, Said, self._withdraw, None, reason="optional"
        )

    @property
    def all(self) -> list[Operation[Any, Any]]:
        """Every operation of the room."""
        return [self.edit, self.edit_many, self.split, self.withdraw]

    # --- handlers --------------------------------------------------------------------------------------------
    def _edit(self, call: Call, given: EditTime) -> BaseModel:
        _ = call.uow.known  # from here on nobody else writes: two people see each other
        period = _period(call, given.start, given.end)
        if given.what == "split":
            raise InvalidError("a split has an operation of its own", pointer="/what", code="edit-what", hint="…/split")
        wish = Wish(given.equipment_id, *period, _what(given), given.seen, given.yields)
        return self._answered(call, self._say(call, wish, given))

    def _edit_many(self, call: Call, given: EditMany) -> Said:
        _ = call.uow.known  # nobody else writes from here on
        below = self._plant().subtree(given.equipment_id)
        made: list[int] = []
        for n, stop in enumerate(given.stops):
            pointer = f"/stops/{n}"
            if stop.equipment_id not in below:
                raise NotFoundError("there is no such equipment")
            period = _period(call, stop.start, stop.end, pointer=pointer)
            wish = Wish(stop.equipment_id, *period, _what(given), stop.seen)
            made.append(self._say(call, wish, given).edit_id)
        return Said(edit_ids=made)

    def _split(self, call: Call, given: SplitStop) -> BaseModel:
        _ = call.uow.known  # nobody else writes from here on
        at_us, _none = _period(call, given.at, None, pointer="", name="at")
        tail = self._teller.tail_of(given.equipment_id)
        gathered = self._teller.gather(call.uow, given.equipment_id, at_us, at_us + 1, tail=tail)
        found = gathered.records(at_us, at_us + 1)
        if not found or found[0].t0_us >= at_us:
            message = f"nothing goes on across {given.at} that could be split"
            raise InvalidError(message, pointer="/at", code="split-nothing", hint="a moment inside a stop")
        wish = Wish(given.equipment_id, at_us, found[0].t1_us, "split", given.seen)
        return self._answered(call, self._say(call, wish, given))

    def _withdraw(self, call: Call, given: Withdraw) -> Said:
        _ = call.uow.known  # nobody else writes from here on
        below = self._plant().subtree(given.equipment_id)
        edits = store.by_ids(call.uow, given.edit_ids)
        if len(edits) < len(set(given.edit_ids)) or any(edit.equipment_id not in below for edit in edits):
            raise NotFoundError("there is no such edit")
        gone = [edit.edit_id for edit in edits if edit.withdrawn]
        if gone:
            raise ConflictError(f"edit {gone[0]} is withdrawn already", code="edit-withdrawn")
        self._keeper.keep(call.uow, [replace(edit, withdrawn=True) for edit in edits])
        return Said(edit_ids=[edit.edit_id for edit in edits])

    # --- one edit --------------------------------------------------------------------------------------------
    def _answered(self, call: Call, edit: Edit) -> BaseModel:
        return self._answer(edit_id=edit.edit_id, stop=self._shown(call.uow, edit.equipment_id, edit.t0_us))

    def _say(self, call: Call, wish: Wish, said: Saying) -> Edit:
        """Check, keep and tell one edit."""
        node = self._unit(wish.equipment_id)
        category = require(self._reasons(wish.t0_us), said.reason) if said.reason else None
        _require_words(said, wish.what)
        self._refuse_conflict(call, wish, said)
        now_us, tail = call.clock.now_us(), self._teller.tail_of(node.id)
        under = self._teller.gather(call.uow, node.id, wish.t0_us, wish.t1_us or now_us + 1, tail=tail).derived
        seen_reason = next((record.reason for record in under if _covers(record, wish.t0_us)), None)
        end_us = wish.t1_us or end_after(under, wish.t0_us, seen_reason=seen_reason)
        evidence_us = max(wish.t0_us, min(end_us or now_us, tail.settled_us))
        edit = Edit(
            edit_id=store.new_id(call.uow),
            equipment_id=node.id,
            t0_us=wish.t0_us,
            t1_us=end_us,
            what=wish.what,
            is_open=end_us is None,
            state=said.state,
            mode=said.mode or ("Production" if said.state else None),
            says_reason="reason" in said.model_fields_set,
            reason=said.reason,
            external=category == CATEGORY,
            says_comment="comment" in said.model_fields_set,
            comment=said.comment or None,
            by_id=call.scope.actor.id,
            by_name=call.scope.actor.name,
            at_us=now_us,
            why=said.why or call.reason,
            evidence=evidence(under, wish.t0_us, evidence_us),
            evidence_us=evidence_us,
            seen_reason=seen_reason,
            known=call.uow.known,
            withdrawn=wish.yields,
        )
        if edit.is_open:
            edit = replace(edit, t1_us=store.next_open_us(call.uow, node.id, edit.t0_us))
        self._keeper.keep(call.uow, [edit])
        return edit

    def _unit(self, equipment_id: int) -> Equipment:
        node = self._plant().get(equipment_id)
        if node.level != WORK_UNIT or not node.states:
            hint = "say it of the machine" if node.level != WORK_UNIT else "give it `states: {by_hand: true}`"
            message = f"{node.name} has no timeline of its own"
            raise InvalidError(message, pointer="/equipment_id", code="no-timeline", hint=hint)
        return node

    def _refuse_conflict(self, call: Call, wish: Wish, said: Saying) -> None:
        """Raise ConflictError with both versions where somebody said something that was not seen."""
        if wish.seen is None:
            return
        seen = said_in(wish.seen)
        if seen is None:
            raise InvalidError("this version is not one of ours", pointer="/seen", code="version")
        newest = store.last_said(call.uow, wish.equipment_id, wish.t0_us, wish.t1_us)
        if newest <= seen:
            return
        end_us = FAR_US if wish.t1_us is None else wish.t1_us
        others = store.ever(call.uow, wish.equipment_id, wish.t0_us, end_us)
        last = max(others, key=lambda edit: edit.known_from if edit.withdrawn else edit.known)
        stop: Any = self._shown(call.uow, wish.equipment_id, wish.t0_us)
        theirs = {name: getattr(stop, name, None) for name in SPOKEN}
        theirs |= {"by": last.by_name, "at": to_rfc3339(last.at_us)}
        theirs["version"] = f"{newest}-{getattr(stop, 'version', '-none').partition('-')[2]}"
        yours = {name: getattr(said, name) for name in SPOKEN}
        yours |= {"by": call.scope.actor.name, "at": to_rfc3339(call.clock.now_us()), "version": wish.seen}
        mine, other = said.reason or said.comment or said.state, last.reason or last.comment or last.state
        message = f"{last.by_name} said {other or 'nothing'} of this meanwhile; you say {mine or 'nothing'}"
        raise ConflictError(
            message, hint="send it again with their version", members={"yours": yours, "theirs": theirs}
        )


def _operation(
    name: str,
    summary: str,
    given: type[Any],
    answer: type[BaseModel],
    handler: Callable[[Call, Any], Any],
    made: Callable[[Any], Sequence[int]] | None,
    *,
    reason: Literal["none", "optional"] = "none",
) -> Operation[Any, Any]:
    """An operation on one equipment; it is undone by withdrawing the edits it `made`, or, where it yielded, by not."""

    def undo(said: Any, out: Any) -> Undo:
        if getattr(said, "yields", False):  # nothing of it stands that could be withdrawn: now it is to stand
            seen = out.stop.version if out.stop else said.seen
            return Undo(EDIT, said.model_copy(update={"yields": False, "seen": seen}))
        edit_ids = tuple(made(out)) if made else ()
        return Undo(WITHDRAW, Withdraw(equipment_id=said.equipment_id, edit_ids=edit_ids))

    return Operation(
        name, summary, EDIT, given, answer, handler,
        node=lambda _uow, said: said.equipment_id, reason=reason, undo=undo if made else None,
    )  # fmt: skip


def _covers(record: Any, at_us: int) -> bool:
    return record.t0_us <= at_us and (record.t1_us is None or record.t1_us > at_us)


def _what(said: Saying) -> What:
    named: What | None = getattr(said, "what", None)
    if named is not None:
        return named
    if said.state is not None:
        return "entry"
    return "reclassify" if "reason" in said.model_fields_set else "comment"


def _require_words(said: Saying, what: What) -> None:
    """Raise InvalidError where nothing is said, or a state or mode that there is not."""
    if what != "split" and said.state is None and not {"reason", "comment"} & said.model_fields_set:
        raise InvalidError("this says nothing", pointer="/reason", code="edit-empty", hint="a reason, state or comment")
    if what in ("merge", "move-edge") and said.state is None:
        raise InvalidError("say which state it was", pointer="/state", code="edit-state", hint="as Held")
    allowed = STATES - NO_KNOWLEDGE
    if said.state is not None and said.state not in allowed:
        hint = did_you_mean(said.state, allowed)
        raise InvalidError(f"there is no state {said.state!r}", pointer="/state", code="edit-state", hint=hint)
    if said.mode is not None and (said.mode not in MODES or said.state is None):
        raise InvalidError("a mode is said with its state", pointer="/mode", code="edit-mode", hint=", ".join(MODES))


def _period(
    call: Call, start: str, end: str | None, *, pointer: str = "", name: str = "start"
) -> tuple[int, int | None]:
    """[start, end) in µs. Raises InvalidError for what is reversed, too long, or has not happened yet."""
    now_us = call.clock.now_us()
    t0_us = _moment(start, f"{pointer}/{name}", now_us)
    if end is None:
        return t0_us, None
    t1_us = _moment(end, f"{pointer}/end", now_us)
    if t1_us <= t0_us:
        raise InvalidError("the end lies before the start", pointer=f"{pointer}/end", code="period")
    if t1_us - t0_us > EDIT_LONGEST_US:
        days = EDIT_LONGEST_US // DAY_US
        message, hint = f"this is longer than {days} days", "say it in parts"
        raise InvalidError(message, pointer=f"{pointer}/end", code="edit-too-long", hint=hint)
    return t0_us, t1_us


def _moment(text: str, pointer: str, now_us: int) -> int:
    try:
        at_us = from_rfc3339(text)
    except InvalidError as error:
        raise InvalidError(error.message, pointer=pointer, code=error.code, hint=error.hint) from error
    if at_us > now_us:
        raise InvalidError(
            f"{text} has not happened yet", pointer=pointer, code="time-in-future", hint="leave the end out: it goes on"
        )
    return at_us
