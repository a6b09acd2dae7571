"""Hold samples for a court, an auditor or a customer: nothing that is held goes, whatever the rules say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from pydantic import BaseModel, Field

from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.limits import HOLD_NAMES_MAX, HOLDS_MAX
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.equipment.model import PlantModel
from dovetail.gone.model import Stretch
from dovetail.operations.moment import moment
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.retention import store
from dovetail.retention.model import Hold, Reference

EDIT: Final = "plant.edit"


class HoldSamples(Input):
    """Nothing of these tags, or of the tags of these equipment and below, goes in [start, end)."""

    equipment: tuple[int, ...] = Field(default=(), max_length=HOLD_NAMES_MAX)
    tags: tuple[int, ...] = Field(default=(), max_length=HOLD_NAMES_MAX)
    start: str
    end: str


class ReleaseHold(Input):
    """A hold holds no longer: what it kept goes when its rule says so."""

    hold_id: int


class ReleasedOut(BaseModel):
    """Who ended a hold, when and why."""

    by: str
    at: str
    reason: str


class HoldOut(BaseModel):
    """A hold of [start, end); `released` null: it holds."""

    id: int
    equipment: list[int]
    tags: list[int]
    start: str
    end: str
    reason: str
    by: str
    at: str
    released: ReleasedOut | None


def hold_out(hold: Hold) -> HoldOut:
    """As the API answers it."""
    released = None
    if hold.released_us is not None:
        by, reason = hold.released_by or "", hold.released_reason or ""
        released = ReleasedOut(by=by, at=to_rfc3339(hold.released_us), reason=reason)
    return HoldOut(
        id=hold.id, equipment=list(hold.equipment), tags=list(hold.tags), start=to_rfc3339(hold.from_us),
        end=to_rfc3339(hold.to_us), reason=hold.reason, by=hold.by_name, at=to_rfc3339(hold.at_us), released=released,
    )  # fmt: skip


def _hold_again(_given: ReleaseHold, was: HoldOut) -> Undo:
    """A hold of its own: between the two, samples may have gone."""
    again = HoldSamples(equipment=tuple(was.equipment), tags=tuple(was.tags), start=was.start, end=was.end)
    return Undo("retention.hold", again)


def _too_many() -> RefusedError:
    hint = "release those that are over, or hold more in one"
    return RefusedError(f"there are {HOLDS_MAX} holds already", code="holds-many", hint=hint)


class Holds:
    """The operations of holding, and what is held as a reference that no rule may touch."""

    def __init__(self, plant: Callable[[], PlantModel]) -> None:
        self._plant = plant
        self.hold = Operation(
            name="retention.hold", summary="Keep samples from going, whatever the rules say", permission=EDIT,
            input=HoldSamples, output=HoldOut, handler=self._hold, reason="required",
            undo=lambda _given, made: Undo("retention.release", ReleaseHold(hold_id=made.id)),
        )  # fmt: skip
        self.release = Operation(
            name="retention.release", summary="End a hold of samples", permission=EDIT,
            input=ReleaseHold, output=HoldOut, handler=self._release, reason="required", undo=_hold_again,
        )  # fmt: skip

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """Both."""
        return (self.hold, self.release)

    def references(self, reading: Reading) -> Sequence[Reference]:
        """What is held now, by tag; tags that came to an equipment since are held as well."""
        return [self._reference(hold) for hold in store.holds(reading, only_standing=True)]

    def _reference(self, hold: Hold) -> Reference:
        plant = self._plant()
        nodes = frozenset[int]().union(*(plant.subtree(node) for node in hold.equipment))
        owned = {tag.id for node in nodes for tag in plant.tags_of(node).values()}
        return Reference(frozenset(owned | set(hold.tags)), hold.from_us, hold.to_us, f"hold {hold.id}")

    def _hold(self, call: Call, given: HoldSamples) -> HoldOut:
        known = call.uow.known  # nobody else writes from here on
        plant = self._plant()
        if not given.equipment and not given.tags:
            raise InvalidError("this holds nothing", pointer="/tags", code="hold-empty", hint="name equipment or tags")
        for pointer, wanted, there in (
            ("/equipment", given.equipment, plant.equipment),
            ("/tags", given.tags, plant.tags),
        ):
            for n, one in enumerate(wanted):
                if one not in there:
                    raise InvalidError(
                        f"there is no {pointer[1:]} {one}", pointer=f"{pointer}/{n}", code="hold-unknown"
                    )
        from_us, to_us = moment(given.start, "/start"), moment(given.end, "/end")
        if to_us <= from_us:
            raise InvalidError("the end lies before the start", pointer="/end", code="period")
        standing = store.holds(call.uow, only_standing=True)
        if len(standing) >= HOLDS_MAX:
            raise _too_many()
        hold = Hold(
            store.new_hold_id(call.uow), given.equipment, given.tags, from_us, to_us, call.reason or "",
            call.scope.actor.name, call.clock.now_us(), known,
        )  # fmt: skip
        self._require_still_there(call.uow, self._reference(hold))
        store.add_hold(call.uow, hold)
        return hold_out(hold)

    def keep(self, uow: UnitOfWork, of: Sequence[Stretch], reason: str, by_name: str) -> int | None:
        """Hold samples that are about to come back; the hold's number, None where just this is held already."""
        known = uow.known  # nobody else writes from here on
        tags = tuple(sorted({one.tag for one in of}))
        span = min(one.t0 for one in of), max(one.t1 for one in of) + 1
        standing = store.holds(uow, only_standing=True)
        if any((one.tags, one.from_us, one.to_us) == (tags, *span) for one in standing):
            return None
        if len(standing) >= HOLDS_MAX:
            raise _too_many()
        hold = Hold(store.new_hold_id(uow), (), tags, *span, reason, by_name, uow.clock.now_us(), known)
        self._require_still_there(uow, self._reference(hold))
        store.add_hold(uow, hold)
        return hold.id

    def _require_still_there(self, reading: Reading, wanted: Reference) -> None:
        """What is about to go was decided before: a hold that seemed to keep it would be a lie."""
        for drop in store.unfinished(reading):
            for one in drop.of:
                if one.tag in wanted.tags and one.t0 < wanted.to_us and one.t1 >= wanted.from_us:
                    message = f"samples of this period are going right now by rule {drop.rule}"
                    raise ConflictError(message, code="hold-late", hint="ask again in a moment: the rest can be held")

    def _release(self, call: Call, given: ReleaseHold) -> HoldOut:
        _ = call.uow.known  # nobody else writes from here on
        found = next((one for one in store.holds(call.uow, only_standing=False) if one.id == given.hold_id), None)
        if found is None:
            raise NotFoundError("there is no such hold")
        if not found.stands:
            raise ConflictError(f"{found.released_by} released it already", code="hold-released")
        now_us, by_name = call.clock.now_us(), call.scope.actor.name
        store.release(call.uow, found.id, by_name=by_name, at_us=now_us, reason=call.reason or "")
        return hold_out(replace(found, released_by=by_name, released_us=now_us, released_reason=call.reason))
