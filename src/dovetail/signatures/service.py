"""Sign a shift that is over, take a signature back, and refuse what would change a shift that stands.

What may be changed depends on when it was: in the shift that runs, by whoever may correct the timeline; in shifts that
are over, with a right of its own; in signed ones by nobody, until the signature is taken back with a reason. A slip of
the hand is undone for a short while by whoever made it: the signing, and the reopening where nothing was changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final, Protocol

from pydantic import BaseModel, Field, StringConstraints

from dovetail.core.clock import DAY_US, Clock, to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.limits import SIGNING_UNDO_US
from dovetail.core.scope import Scope
from dovetail.db.events import events_after
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.equipment.model import PlantModel
from dovetail.events.counting import CountsChanged
from dovetail.events.jobtexts import JobTextAnswered
from dovetail.events.production import JobResponseChanged
from dovetail.events.signatures import SignatureChanged
from dovetail.events.timeline import TimelineEdited
from dovetail.operations.moment import moment
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.signatures import store
from dovetail.signatures.model import CLOSED, REOPEN, SIGN, Signature

VIEW: Final = "plant.view"
WITHOUT_SHIFT_US: Final = DAY_US  # where no shift runs now, the last day counts as open
SAID_BY_PEOPLE: Final = ("TimelineEdited", "CountsChanged", "JobResponseChanged")

type Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]


class Shift(Protocol):
    """A shift as it takes place."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int: ...


class Calendar(Protocol):
    """What is asked of the calendar room."""

    def shifts(self, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None) -> Sequence[Shift]: ...
    def shift_at(self, equipment_id: int, at_us: int, *, as_of: int | None = None) -> Shift | None: ...


class SignShift(Input):
    """One shift of an equipment, and of all below it, by a moment in it."""

    equipment_id: int
    start: str = Field(description="when it began, RFC 3339 with offset")
    comment: Words | None = None


class ReopenShift(Input):
    """One signature: it no longer holds, or it does again."""

    signature_id: int


class SignatureOut(BaseModel):
    """A signed shift; `reopened` is who took the signature back, when and why."""

    id: int
    equipment_id: int
    shift_id: str
    shift_name: str
    start: str
    end: str
    by: str
    at: str
    comment: str | None
    known: int
    reopened: dict[str, str] | None = None


def signature_out(found: Signature) -> SignatureOut:
    """As the API shows it."""
    back = None
    if found.back_us is not None:
        back = {"by": found.back_by or "", "at": to_rfc3339(found.back_us), "why": found.back_why or ""}
    same = {name: getattr(found, name) for name in ("id", "equipment_id", "shift_id", "shift_name", "comment", "known")}
    return SignatureOut(
        **same, start=to_rfc3339(found.t0_us), end=to_rfc3339(found.t1_us), by=found.by_name,
        at=to_rfc3339(found.at_us), reopened=back,
    )  # fmt: skip


class SignaturesRoom:
    """Knows which shifts stand; `refuse` is the gate that every operation passes before it commits."""

    def __init__(
        self, database: Database, *, plant: Callable[[], PlantModel], calendar: Calendar, clock: Clock
    ) -> None:
        self._database, self._plant, self._calendar, self._clock = database, plant, calendar, clock
        self.sign = Operation(
            name="shift.sign", summary="Sign a shift: it stands as it is known now", permission=SIGN, input=SignShift,
            output=SignatureOut, handler=self._sign, node=lambda _uow, given: given.equipment_id, reason="optional",
            undo=lambda _given, out: Undo("shift.unsign", ReopenShift(signature_id=out.id)),
        )  # fmt: skip
        self.reopen = Operation(
            name="shift.reopen", summary="Take the signature of a shift back", permission=REOPEN, input=ReopenShift,
            output=SignatureOut, handler=self._reopen, node=_equipment_of, reason="required",
            undo=lambda given, _out: Undo("shift.sign-again", given),
        )  # fmt: skip
        self.unsign = Operation(
            name="shift.unsign", summary="Undo a signing of one's own just now", permission=SIGN, input=ReopenShift,
            output=SignatureOut, handler=self._unsign, node=_equipment_of, reason="optional",
        )  # fmt: skip
        self.sign_again = Operation(
            name="shift.sign-again", summary="Undo a reopening of one's own just now", permission=REOPEN,
            input=ReopenShift, output=SignatureOut, handler=self._sign_again, node=_equipment_of, reason="optional",
        )  # fmt: skip
        database.gates.append(self.refuse)

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here."""
        return (self.sign, self.reopen, self.unsign, self.sign_again)

    # --- what stands -----------------------------------------------------------------------------------------
    def covering(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None
    ) -> list[Signature]:
        """The signatures over time of an equipment: its own, and those of what it belongs to."""
        ids = [equipment_id, *self._plant().ancestors(equipment_id)] if equipment_id in self._plant().equipment else ()
        return store.touching(reading, ids, from_us, to_us, as_of=as_of)

    def standing(self, reading: Reading) -> list[tuple[int, int, int]]:
        """(equipment, from, to) of every signature that holds, by equipment and time."""
        return store.standing(reading)

    def windows(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, as_of: int | None
    ) -> list[tuple[int, int, int]]:
        """(from, to, known) of each stretch that stands as it was known when it was signed, without overlaps."""
        done: list[tuple[int, int, int]] = []
        reached_us = from_us
        for one in self.covering(reading, equipment_id, from_us, to_us, as_of=as_of):
            begin_us = max(one.t0_us, reached_us)
            if begin_us < min(one.t1_us, to_us):
                done.append((begin_us, min(one.t1_us, to_us), one.known))
                reached_us = min(one.t1_us, to_us)
        return done

    def find(self, reading: Reading, signature_id: int) -> Signature | None:
        """One of them, taken back or not."""
        return store.find(reading, signature_id)

    def of(self, equipment_id: int, from_us: int, to_us: int, *, scope: Scope) -> list[Signature]:
        """All that were given for an equipment or what it belongs to, taken back ones too, by time."""
        scope.require(VIEW, equipment_id)
        ids = {equipment_id, *self._plant().ancestors(equipment_id)}
        with self._database.read() as reading:
            return store.touching(reading, ids, from_us, to_us, back=True)

    # --- the gate --------------------------------------------------------------------------------------------
    def refuse(self, uow: UnitOfWork, scope: Scope) -> None:
        """Raise RefusedError where a transaction changes a shift that is signed, or one that is over without the
        right to; nothing of it is kept then."""
        for equipment_id, from_us, to_us in _changed(uow, self._clock.now_us()):
            for one in self.covering(uow, equipment_id, from_us, to_us)[:1]:
                raise ConflictError(
                    f"{one.by_name} signed the shift {one.shift_name} from {to_rfc3339(one.t0_us)}"
                    f" on {to_rfc3339(one.at_us)}: it stands",
                    code="shift-signed",
                    hint="whoever may reopen shifts takes the signature back, with a reason; then send it again",
                    members={"signature": signature_out(one).model_dump()},
                )
            if not scope.sees(CLOSED, equipment_id) and from_us < self._open_from_us(equipment_id):
                raise RefusedError(
                    "this is of a shift that is over", code="shift-closed",
                    hint=f"it needs the permission {CLOSED} here: ask your line lead",
                )  # fmt: skip

    def _open_from_us(self, equipment_id: int) -> int:
        now_us = self._clock.now_us()
        running = self._calendar.shift_at(equipment_id, now_us)
        return now_us - WITHOUT_SHIFT_US if running is None else running.t0_us

    # --- signing ---------------------------------------------------------------------------------------------
    def _sign(self, call: Call, given: SignShift) -> SignatureOut:
        known, now_us = call.uow.known, call.clock.now_us()  # nobody else writes from here on
        at_us = moment(given.start, "/start")
        node = self._plant().get(given.equipment_id)
        shift = next((s for s in self._calendar.shifts(node.id, at_us, at_us + 1) if s.t0_us <= at_us < s.t1_us), None)
        if shift is None:
            hint = "the moment at which it began; a line without a calendar has no shifts"
            raise InvalidError("no shift of this equipment was then", pointer="/start", code="no-shift", hint=hint)
        if shift.t1_us > now_us:
            hint = f"it ends at {to_rfc3339(shift.t1_us)}"
            raise InvalidError("this shift is not over", pointer="/start", code="shift-open", hint=hint)
        for one in store.touching(call.uow, [node.id], shift.t0_us, shift.t1_us)[:1]:
            raise ConflictError(f"{one.by_name} signed it already", code="shift-signed", hint="nothing is left to do")
        who = call.scope.actor
        made = Signature(
            store.new_id(call.uow), node.id, shift.id, shift.name, shift.t0_us, shift.t1_us, who.id, who.name, now_us,
            given.comment or call.reason, known,
        )  # fmt: skip
        store.add(call.uow, made)
        self._tell(call.uow, made)
        return signature_out(made)

    def _reopen(self, call: Call, given: ReopenShift) -> SignatureOut:
        return self._take_back(call, _standing(call.uow, given.signature_id))

    def _unsign(self, call: Call, given: ReopenShift) -> SignatureOut:
        found = _standing(call.uow, given.signature_id)
        _just_now(call, (found.by_id, found.by_name), found.at_us)
        return self._take_back(call, found)

    def _take_back(self, call: Call, found: Signature) -> SignatureOut:
        who = call.scope.actor
        at_us, why = call.clock.now_us(), call.reason or ""
        store.take_back(call.uow, found.id, by_id=who.id, by=who.name, at_us=at_us, why=why)
        self._tell(call.uow, found)
        return signature_out(_found(call.uow, found.id))

    def _sign_again(self, call: Call, given: ReopenShift) -> SignatureOut:
        """What was signed holds again, as it was known then; the row of the reopening stays."""
        known = call.uow.known  # nobody else writes from here on
        found = _found(call.uow, given.signature_id)
        if found.back_us is None:
            raise ConflictError("it holds", code="shift-signed", hint="nothing is left to do")
        for one in store.touching(call.uow, [found.equipment_id], found.t0_us, found.t1_us)[:1]:
            raise ConflictError(f"{one.by_name} signed it since", code="shift-signed", hint="nothing is left to do")
        _just_now(call, (found.back_id or "", found.back_by or ""), found.back_us)
        units = self._plant().subtree(found.equipment_id)
        for event in events_after(call.uow, found.back_known or 0, SAID_BY_PEOPLE):
            body = event.body
            to_us = call.clock.now_us() if body.get("to_us") is None else body["to_us"]
            if body["equipment_id"] in units and body["from_us"] < found.t1_us and to_us > found.t0_us:
                hint = "sign it anew, as it is now"
                raise ConflictError("somebody changed the shift since", code="shift-changed", hint=hint)
        again = replace(
            found, id=store.new_id(call.uow), since=known, back_by=None, back_id=None, back_us=None, back_why=None,
            back_known=None,
        )  # fmt: skip
        store.add(call.uow, again)
        self._tell(call.uow, again)
        return signature_out(again)

    def _tell(self, uow: UnitOfWork, signature: Signature) -> None:
        for equipment_id in sorted(self._plant().subtree(signature.equipment_id)):
            uow.emit(SignatureChanged(equipment_id, signature.t0_us, signature.t1_us, uow.known))


def _changed(uow: UnitOfWork, now_us: int) -> Iterator[tuple[int, int, int]]:
    """(equipment, from, to) of what a transaction says of the past: edits, pieces, jobs."""
    for event in uow.events:
        if isinstance(event, TimelineEdited | CountsChanged | JobResponseChanged | JobTextAnswered):
            to_us = now_us if event.to_us is None else event.to_us
            yield event.equipment_id, event.from_us, max(to_us, event.from_us + 1)


def _found(uow: UnitOfWork, signature_id: int) -> Signature:
    found = store.find(uow, signature_id)
    if found is None:
        raise NotFoundError("there is no such signature")
    return found


def _standing(uow: UnitOfWork, signature_id: int) -> Signature:
    """One that holds; nobody else writes from here on."""
    _ = uow.known
    found = _found(uow, signature_id)
    if found.back_us is not None:
        raise ConflictError(f"{found.back_by} took it back already", code="shift-reopened")
    return found


def _just_now(call: Call, who: tuple[str, str], at_us: int) -> None:
    """Refuse to undo what somebody else did, or what was done a while ago."""
    hint = "whoever may reopen shifts takes a signature back with a reason; a shift that is reopened is signed anew"
    if call.scope.actor.id != who[0]:
        raise RefusedError(f"this was done by {who[1]}", code="not-yours", hint=hint)
    if call.clock.now_us() - at_us > SIGNING_UNDO_US:
        raise RefusedError("this was done too long ago to be undone", code="undo-late", hint=hint)


def _equipment_of(uow: UnitOfWork, given: ReopenShift) -> int:
    return _found(uow, given.signature_id).equipment_id
