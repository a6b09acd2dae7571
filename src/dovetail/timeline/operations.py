"""Say what an equipment did: give a stop its reason, comment it, split it, enter a state by hand; and take it back.

Two people may do so at once: who saw less than what was said meanwhile is told, with both versions, and nothing is
written; sent again with the version shown, it is: in place of the other, beneath it, or beside it where both can stand
(ADR 0058). Nothing said is ever overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pydantic import BaseModel

from dovetail.accord import conflict as accord
from dovetail.accord.asked import EditMany, EditTime, Said, Saying, SplitStop, Withdraw
from dovetail.accord.model import Words as Part
from dovetail.accord.model import beside, spoken
from dovetail.core.clock import DAY_US
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError
from dovetail.db.uow import UnitOfWork
from dovetail.equipment.model import WORK_UNIT, Equipment, PlantModel
from dovetail.operations.moment import moment
from dovetail.operations.operation import Call, Operation, Undo
from dovetail.plantcode.report import did_you_mean
from dovetail.reasoning.tree import CATEGORY, Tree, require
from dovetail.states.model import MODES, STATES
from dovetail.timeline import store
from dovetail.timeline.keeping import Keeper
from dovetail.timeline.model import EDIT_LONGEST_US, NO_KNOWLEDGE, PRODUCING, Edit, What, said_in
from dovetail.timeline.reach import end_after, evidence
from dovetail.timeline.telling import FAR_US, Teller

EDIT: Final = "timeline.edit"
WITHDRAW: Final = "timeline.withdraw"
FREE: Final = frozenset({"split", "acknowledge"})  # they may say nothing else


@dataclass(frozen=True, slots=True)
class Wish:
    """One edit as it was asked for, its times read."""

    equipment_id: int
    t0_us: int
    t1_us: int | None
    what: What
    seen: str | None
    yields: bool = False
    beside: str | None = None


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
        self.edit = _operation(EDIT, "Say what an equipment did, or why it stood", EditTime, answer, self._edit, _made)
        self.edit_many = _operation(
            "timeline.edit-many", "Give several stops one reason", EditMany, Said, self._edit_many, _made
        )
        self.split = _operation("timeline.split", "Split a stop at a moment", SplitStop, answer, self._split, _made)
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
        wish = Wish(given.equipment_id, *period, _what(given), given.seen, given.yields, given.beside)
        return self._answered(call, self._say(call, wish, given))

    def _edit_many(self, call: Call, given: EditMany) -> Said:
        _ = call.uow.known  # nobody else writes from here on
        below = self._plant().subtree(given.equipment_id)
        made: list[int] = []
        conflicts: list[tuple[str, ConflictError]] = []
        for n, stop in enumerate(given.stops):
            pointer = f"/stops/{n}"
            if stop.equipment_id not in below:
                raise NotFoundError("there is no such equipment")
            period = _period(call, stop.start, stop.end, pointer=pointer)
            wish = Wish(stop.equipment_id, *period, _what(given), stop.seen)
            try:
                made += [edit.edit_id for edit in self._say(call, wish, given)]
            except ConflictError as error:
                conflicts.append((pointer, error))
        if conflicts:
            raise accord.bulk(conflicts)
        return Said(edit_ids=made)

    def _split(self, call: Call, given: SplitStop) -> BaseModel:
        _ = call.uow.known  # nobody else writes from here on
        at_us, _none = _period(call, given.at, None, pointer="", name="at")
        tail = self._teller.tail_of(given.equipment_id)
        gathered = self._teller.gather(call.uow, given.equipment_id, at_us, at_us + 1, tail=tail)
        found = gathered.records(at_us, at_us + 1)
        if not found or (found[0].t0_us >= at_us and not given.yields):  # whoever yields may find it cut there already
            message = f"nothing goes on across {given.at} that could be split"
            raise InvalidError(message, pointer="/at", code="split-nothing", hint="a moment inside a stop")
        wish = Wish(given.equipment_id, at_us, found[0].t1_us, "split", given.seen, given.yields, given.beside)
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
    def _answered(self, call: Call, edits: Sequence[Edit]) -> BaseModel:
        ids, first = [edit.edit_id for edit in edits], edits[0]
        return self._answer(edit_id=ids[-1], edit_ids=ids, stop=self._shown(call.uow, first.equipment_id, first.t0_us))

    def _say(self, call: Call, wish: Wish, said: Saying) -> list[Edit]:
        """Check, keep and tell what is said: one edit, or what of it can stand beside what others said meanwhile."""
        _require_words(said, wish.what)
        self._refuse_conflict(call, wish, said)
        if wish.beside is None:
            return [self._keep(call, wish, said)]
        meanwhile = self._meanwhile(call.uow, wish, wish.beside, pointer="/beside")
        parts = _beside(wish, said, meanwhile)
        if not parts:
            raise accord.nothing_beside(meanwhile[0].by_name if meanwhile else "you")
        return [self._keep(call, _cut(wish, part), _only(said, part)) for part in parts]

    def _keep(self, call: Call, wish: Wish, said: Saying) -> Edit:
        node = self._unit(wish.equipment_id)
        category = require(self._reasons(wish.t0_us), said.reason) if said.reason else None
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
        meanwhile = [] if wish.seen is None else self._meanwhile(call.uow, wish, wish.seen, pointer="/seen")
        if not meanwhile:
            return
        mine = accord.Mine(
            call.scope.actor.name, call.clock.now_us(), wish.what, said.model_dump(), wish.seen or "",
            _beside(wish, said, meanwhile),
        )  # fmt: skip
        raise accord.conflict(
            mine, self._shown(call.uow, wish.equipment_id, wish.t0_us), meanwhile, max(map(_word, meanwhile))
        )

    def _meanwhile(self, uow: UnitOfWork, wish: Wish, version: str, *, pointer: str) -> list[Edit]:
        """What was said or taken back of the time of a wish since a version was shown, the newest word first; not what
        was both: nothing of it was seen, and nothing stands."""
        seen = said_in(version)
        if seen is None:
            raise InvalidError("this version is not one of ours", pointer=pointer, code="version")
        end_us = FAR_US if wish.t1_us is None else wish.t1_us
        ever = store.ever(uow, wish.equipment_id, wish.t0_us, end_us)
        found = [edit for edit in ever if _word(edit) > seen and not (edit.withdrawn and edit.known > seen)]
        return sorted(found, key=_word, reverse=True)


def _word(edit: Edit) -> int:
    """The `known` of the newest word of an edit: that it was said, or taken back."""
    return edit.known_from if edit.withdrawn else edit.known


def _part(edit: Edit) -> Part:
    says = [name for name, is_said in (("reason", edit.says_reason), ("comment", edit.says_comment)) if is_said]
    is_run = edit.state in PRODUCING
    return Part(
        edit.t0_us, edit.t1_us, spoken(edit.what, edit.state, is_run=is_run, says=says), is_run, not edit.withdrawn
    )


def _beside(wish: Wish, said: Saying, meanwhile: Sequence[Edit]) -> list[Part]:
    """What of a wish can stand beside what others said; who gave way when they said it speaks of nothing."""
    is_run, says = said.state in PRODUCING, said.model_fields_set & {"reason", "comment"}
    mine = Part(wish.t0_us, wish.t1_us, spoken(wish.what, said.state, is_run=is_run, says=says), is_run)
    others = [_part(edit) for edit in meanwhile if not (edit.withdrawn and edit.known_from == edit.known)]
    return beside(mine, others, whole=wish.what == "merge")


def _only(said: Saying, part: Part) -> Saying:
    """The words of which a part speaks."""
    names = {*part.matters, "why", *(("mode",) if "state" in part.matters else ())}
    return Saying.model_validate(said.model_dump(exclude_unset=True, include=names))


def _cut(wish: Wish, part: Part) -> Wish:
    """The wish for a part of its time."""
    own = {"split": "cut", "comment": "comment", "reclassify": "reason"}.get(wish.what, "state")
    what: What = wish.what if own in part.matters else "reclassify" if "reason" in part.matters else "comment"
    return replace(wish, t0_us=part.t0_us, t1_us=part.t1_us, what=what)


def _made(out: Any) -> Sequence[int]:
    return out.edit_ids


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
            return Undo(name, said.model_copy(update={"yields": False, "seen": seen}))
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
    if what not in FREE and said.state is None and not {"reason", "comment"} & said.model_fields_set:
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
    at_us = moment(text, pointer)
    if at_us > now_us:
        raise InvalidError(
            f"{text} has not happened yet", pointer=pointer, code="time-in-future", hint="leave the end out: it goes on"
        )
    return at_us
