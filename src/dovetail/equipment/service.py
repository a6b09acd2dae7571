"""The equipment room: which plant holds at a moment, and the one operation that makes another one hold."""

from __future__ import annotations

import bisect
import hashlib
import threading
from collections.abc import Container, Mapping, Sequence
from typing import Any, Final, Self

from pydantic import BaseModel, Field, model_validator
from sqlalchemy.exc import InterfaceError, OperationalError

from dovetail.core.bus import Bus
from dovetail.core.clock import Clock, from_rfc3339, to_rfc3339
from dovetail.core.errors import InvalidError, LinkError, NotFoundError
from dovetail.core.scope import Scope
from dovetail.db import versioned
from dovetail.db.uow import Database, Reading
from dovetail.equipment import store
from dovetail.equipment.model import PlantModel
from dovetail.equipment.snapshot import snapshot
from dovetail.events.equipment import PlantApplied
from dovetail.operations.operation import Call, Done, Input, Operation, Undo, execute
from dovetail.pending.planning import planned
from dovetail.plantcode.plan import Plan
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Section
from dovetail.plantcode.validate import validate

SNAPSHOTS_MAX: Final = 16  # a replay walks through versions in order; more would only be remembered, not used


class PlantInvalidError(InvalidError):
    """The files are no valid plant; `report` says where and why. The plant that holds goes on holding."""

    def __init__(self, report: Report) -> None:
        problems = report.problems
        first = problems[0]
        more = len(problems) + report.dropped - 1
        tail = f" (and {more} more)" if more else ""
        message = f"{first.place}: {first.code}: {first.message}{tail}"
        super().__init__(
            message, code="plant-invalid", hint=first.hint, pointer=f"/documents/{_pointer(first.place.file)}"
        )
        self.report = report


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


class ApplyPlant(Input):
    """The files of a plant, and from when they hold (RFC 3339; default: now)."""

    documents: dict[str, str] = Field(description="file name → YAML text")
    valid_from: str | None = Field(default=None, description="RFC 3339; in the past only for the first plant")
    digest: str = Field(default="", description="filled in: by it the audit names the files, which it does not repeat")

    @model_validator(mode="after")
    def _say_which(self) -> Self:
        own = digest_of(self.bytes_of_documents())
        if self.digest not in ("", own):
            raise ValueError("the digest is not that of the documents")
        object.__setattr__(self, "digest", own)
        return self

    def bytes_of_documents(self) -> dict[str, bytes]:
        """The files as they would lie on a disk."""
        return {name: text.encode("utf-8", "surrogatepass") for name, text in self.documents.items()}


class RollBackPlant(Input):
    """Apply again, from now on, what an earlier version said."""

    version: int


class AppliedPlant(BaseModel):
    """Which version holds now. `changed` False: nothing differed and no version was made."""

    version: int
    previous: int = Field(description="what an undo goes back to; 0 where there was nothing before")
    valid_from: str
    changed: bool
    summary: dict[str, dict[str, int]]


class EquipmentRoom:
    """What stands in the plant. `sections` are those of every room: applying a plant applies them all, or none.

    With `as_of` it answers as was known then."""

    def __init__(
        self, database: Database, clock: Clock, bus: Bus, sections: Sequence[Section], *, as_of: int | None = None
    ) -> None:
        self.database, self._as_of = database, as_of
        self.clock = clock
        self.sections = tuple(sections)
        self._lock = threading.Lock()
        self._boundaries: list[tuple[int, int]] | None = None
        self._snapshots: dict[int, PlantModel] = {}
        self._checked: tuple[str, tuple[Plant, Report]] | None = None
        self.apply_operation = Operation(
            name="plant.apply",
            summary="Apply plant code",
            permission="plant.edit",
            input=ApplyPlant,
            output=AppliedPlant,
            handler=self._apply,
            reason="optional",
            undo=lambda _given, out: Undo("plant.rollback", RollBackPlant(version=out.previous)),
            secret_fields=frozenset({"documents"}),  # nothing secret, but megabytes: the version keeps them
        )
        self.rollback_operation = Operation(
            name="plant.rollback", summary="Apply an earlier plant again", permission="plant.edit",
            input=RollBackPlant, output=AppliedPlant, handler=self._roll_back, reason="optional",
            undo=lambda _given, out: Undo("plant.rollback", RollBackPlant(version=out.previous)),
        )  # fmt: skip
        bus.subscribe(PlantApplied, lambda _event: self.refresh())

    # --- what holds ------------------------------------------------------------------------------------------
    def plant(self, *, at_us: int | None = None) -> PlantModel:
        """The plant that holds at a moment (default: now). Cheap after the first time; empty before the first apply."""
        moment = self.clock.now_us() if at_us is None else at_us
        with self._lock:
            boundaries = self._boundaries
            if boundaries is not None:
                known = self._snapshots.get(_index(boundaries, moment))
                if known is not None:
                    return known
        return self._load(moment)

    def refresh(self) -> None:
        """Forget what was read: the next question reads the definitions anew."""
        with self._lock:
            self._boundaries = None
            self._snapshots = {}

    def _load(self, moment: int) -> PlantModel:
        with self._lock, self.database.read() as reading:
            if self._boundaries is None:
                self._boundaries = store.boundaries(reading, self._as_of)
                self._snapshots = {}
            index = _index(self._boundaries, moment)
            if index not in self._snapshots:
                if len(self._snapshots) >= SNAPSHOTS_MAX:
                    self._snapshots.pop(next(iter(self._snapshots)))
                self._snapshots[index] = _read(reading, self._boundaries, index, self._as_of)
            return self._snapshots[index]

    def changes_between(self, from_us: int, to_us: int) -> list[int]:
        """The moments in (from_us, to_us) at which definitions change: where a replay takes another snapshot."""
        self.plant()
        boundaries = self._boundaries or []
        return [at_us for at_us, _version in boundaries if from_us < at_us < to_us]

    def tags(self) -> Container[int]:
        """Every tag that is given. Raises LinkError while the records are away: no frame is at fault then."""
        try:
            return self.plant().tags
        except (OperationalError, InterfaceError) as error:
            raise LinkError(f"the plant cannot be read: {error.orig}", code="plant-read") from error

    # --- the port `core.scope.EquipmentTree` -------------------------------------------------------------------
    def subtree(self, equipment_id: int) -> frozenset[int]:
        """The node and everything below it, as the plant stands now."""
        return self.plant().subtree(equipment_id)

    def roots(self) -> frozenset[int]:
        """The topmost nodes, as the plant stands now."""
        return self.plant().roots()

    # --- plant code --------------------------------------------------------------------------------------------
    def check(self, documents: Mapping[str, bytes]) -> tuple[Plant, Report]:
        """The files as a plant, and what is wrong with it. The last answer is kept: an apply follows a plan."""
        digest = digest_of(documents)
        kept = self._checked
        if kept is None or kept[0] != digest:
            kept = self._checked = (digest, validate(documents, self.sections))
        return kept[1]

    def plan(self, documents: Mapping[str, bytes], *, scope: Scope, valid_from_us: int | None = None) -> Plan:
        """What an apply would change. Raises what an apply would: PlantInvalidError, and RefusedError's kinds."""
        scope.require("plant.edit", None)
        plant, report = self.check(documents)
        if not report.ok:
            raise PlantInvalidError(report)
        with self.database.read() as reading:
            newest = next(iter(store.versions(reading, limit=1)), None)
            from_us, told = self._valid_from(valid_from_us, newest), store.boundaries(reading)
            return planned(plant, self.sections, reading, from_us=from_us, boundaries=told)

    def apply(
        self,
        documents: Mapping[str, bytes],
        *,
        scope: Scope,
        valid_from_us: int | None = None,
        reason: str | None = None,
    ) -> Done[AppliedPlant]:
        """Check, compare and make it hold, all or nothing, with its audit row. Raises PlantInvalidError."""
        _plant, report = self.check(documents)
        if not report.ok:
            raise PlantInvalidError(report)
        given = ApplyPlant(
            documents={name: content.decode("utf-8") for name, content in documents.items()},
            valid_from=None if valid_from_us is None else to_rfc3339(valid_from_us),
        )
        return execute(self.apply_operation, given, database=self.database, scope=scope, reason=reason)

    def export(self, *, scope: Scope, version: int | None = None) -> tuple[store.Version, dict[str, str]]:
        """A version (default: the newest) with its files, word for word. Raises NotFoundError when there is none."""
        scope.require("plant.edit", None)
        with self.database.read() as reading:
            found = store.documents(reading, version)
        if found is None:
            raise NotFoundError("there is no such plant version")
        return found

    def versions(self, *, scope: Scope, before: int | None = None, limit: int = 100) -> list[store.Version]:
        """The applied plants, newest first."""
        scope.require("plant.edit", None)
        with self.database.read() as reading:
            return store.versions(reading, before=before, limit=limit)

    def _apply(self, call: Call, given: ApplyPlant) -> AppliedPlant:
        plant, report = self.check(given.bytes_of_documents())
        if not report.ok:
            raise PlantInvalidError(report)
        newest = next(iter(store.versions(call.uow, limit=1)), None)
        asked_us = None if given.valid_from is None else from_rfc3339(given.valid_from)
        valid_from_us = self._valid_from(asked_us, newest)
        told = store.boundaries(call.uow)
        plan = planned(plant, self.sections, call.uow, from_us=valid_from_us, boundaries=told)
        if newest is not None and not plan.steps and newest.digest == given.digest:
            return _applied(newest, changed=False)
        for section in self.sections:
            if plan.changes[section.key]:
                section.apply(call.uow, plan.changes[section.key], valid_from_us)
        version = store.Version(
            version=newest.version + 1 if newest else 1,
            known=call.uow.known,
            at_us=call.clock.now_us(),
            valid_from_us=valid_from_us,
            digest=given.digest,
            summary=plan.counts(),
            actor_id=call.scope.actor.id,
            actor_name=call.scope.actor.name,
        )
        store.add_version(call.uow, version, given.documents)
        call.uow.emit(PlantApplied(version.version, valid_from_us, call.uow.known))
        return _applied(version, changed=True)

    def _roll_back(self, call: Call, given: RollBackPlant) -> AppliedPlant:
        found = store.documents(call.uow, given.version)
        if found is None:
            raise NotFoundError("there is no such plant version")
        return self._apply(call, ApplyPlant(documents=found[1]))

    def _valid_from(self, asked_us: int | None, newest: store.Version | None) -> int:
        """From when a plant would hold. Raises where that would change the past."""
        now_us = self.clock.now_us()
        from_us = now_us if asked_us is None else asked_us
        if newest is not None and from_us < now_us:
            what = "definitions are not changed in the past by an apply"
            raise InvalidError(what, pointer="/valid_from", code="plant-past", hint="leave valid_from out for now")
        return from_us


def _applied(version: store.Version, *, changed: bool) -> AppliedPlant:
    return AppliedPlant(
        version=version.version,
        previous=version.version - 1 if changed else version.version,
        valid_from=to_rfc3339(version.valid_from_us),
        changed=changed,
        summary={key: dict(counts) for key, counts in version.summary.items()} if changed else {},
    )


def digest_of(documents: Mapping[str, bytes]) -> str:
    """SHA-256 over the names and contents of a plant's files, hex."""
    digest = hashlib.sha256()
    for name, content in sorted(documents.items()):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _index(boundaries: list[tuple[int, int]], moment: int) -> int:
    return bisect.bisect_right(boundaries, (moment, 2**62)) - 1


def _read(reading: Reading, boundaries: list[tuple[int, int]], index: int, as_of: int | None) -> PlantModel:
    if index < 0:
        return PlantModel()
    at_us, version = boundaries[index]

    def valid(table: Any) -> Mapping[str, Mapping[str, Any]]:
        return versioned.at(reading, table, at_us=at_us, as_of=as_of)

    return snapshot(
        version,
        head=valid(store.head),
        equipment=valid(store.equipment),
        connections=valid(store.connections),
        scan_classes=valid(store.scan_classes),
    )
