"""Connect a device by clicks: the change is seen as a plan and as the files it makes, and is one audited apply.

What people enter here becomes the same plant code that others write by hand, through the same checks. Passwords do
not: they are put into the vault in the same transaction, and the files name them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from dovetail.core.errors import ConflictError, InvalidError, NotFoundError
from dovetail.core.scope import Scope, system_scope
from dovetail.core.secretname import REFERENCE
from dovetail.equipment.entries import ConnectionEntry
from dovetail.equipment.service import ApplyPlant, EquipmentRoom, RollBackPlant
from dovetail.onboarding import compose
from dovetail.onboarding.compose import Documents, Fault
from dovetail.onboarding.schema import ConnectionChange, PutConnection, RemoveConnection, TakeBack
from dovetail.operations.operation import Call, Operation, Undo
from dovetail.plantcode.plan import Plan
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.secret_words import is_secret
from dovetail.vault.service import PutSecret, VaultRoom

OWN: Final = system_scope("onboarding")


@dataclass(frozen=True, slots=True)
class Considered:
    """What a change would come to: `before` and `after` are the plant's files; with `faults` there is no plan."""

    version: int
    before: Documents
    after: Documents
    faults: Sequence[Fault]
    plan: Plan | None
    secrets: Sequence[str]
    ending: frozenset[str]  # tags that there will be no more


class Onboarding:
    """The operations by which a connection comes, changes and goes."""

    def __init__(self, equipment: EquipmentRoom, vault: VaultRoom) -> None:
        self.equipment = equipment
        self.vault = vault
        self.put = Operation(
            name="connection.put",
            summary="Connect a device, from now on",
            permission="plant.edit",
            input=PutConnection,
            output=ConnectionChange,
            handler=self._put,
            reason="optional",
            undo=_undo,
        )
        self.remove = Operation(
            name="connection.remove",
            summary="Take a connection out of the plant",
            permission="plant.edit",
            input=RemoveConnection,
            output=ConnectionChange,
            handler=self._remove,
            reason="optional",
            undo=_undo,
        )
        self.take_back = Operation(
            name="connection.take_back",
            summary="Take back a change of a connection",
            permission="plant.edit",
            input=TakeBack,
            output=ConnectionChange,
            handler=self._take_back,
            reason="optional",
            undo=_undo,
        )

    @property
    def operations(self) -> list[Operation[Any, Any]]:
        """All of them."""
        return [self.put, self.remove, self.take_back]

    # --- what stands and what a change would come to ----------------------------------------------------------
    def standing(self, *, seen: int | None = None) -> tuple[int, Documents, Plant]:
        """The version that holds (0: none yet), its files, and the plant in them.

        `seen` is the version on which somebody decided something. Raises ConflictError when that one holds no more.
        """
        version, documents = self._exported()
        if seen is not None and seen != version:
            what = "somebody changed the plant since you looked at it"
            raise ConflictError(what, code="plant-changed", hint="look again at what would be changed")
        plant, _report = self.equipment.check(_bytes(documents)) if version else (Plant(), None)
        return version, documents, plant

    def _exported(self) -> tuple[int, Documents]:
        try:
            found, documents = self.equipment.export(scope=OWN)
        except NotFoundError:
            return 0, {}
        return found.version, documents

    def consider(self, given: RemoveConnection, *, scope: Scope) -> Considered:
        """Everything about a change but the change. Raises NotFoundError, ConflictError and RefusedError."""
        scope.require("plant.edit", None)
        version, documents, plant = self.standing(seen=given.seen)
        secrets: list[str] = []
        if isinstance(given, PutConnection):
            refuse_clear(given.link.options)
            secrets = [compose.secret_name(given.connection, option) for option in given.link.secrets]
            if secrets:
                scope.require("system.manage", None)
            edited = compose.put(documents, plant, given)
        else:
            if given.connection not in plant.names("connections"):
                raise NotFoundError(f"there is no connection {given.connection!r}")
            self._refuse_inherited(plant, given.connection)
            edited = compose.remove(documents, plant, given.connection)
        encoded = _bytes(edited)
        found, report = self.equipment.check(encoded)
        faults = compose.faults(found, report, given if isinstance(given, PutConnection) else None)
        plan = None if faults else self.equipment.plan(encoded, scope=scope)
        ending = compose.tags_over(plant, given.connection) - compose.tags_over(found, given.connection)
        return Considered(version, documents, edited, faults, plan, secrets, ending)

    def entry(self, name: str) -> tuple[int, ConnectionEntry, Plant]:
        """A connection as the files say it. Raises NotFoundError."""
        version, _documents, plant = self.standing()
        return version, entry_of(plant, name), plant

    def _refuse_inherited(self, plant: Plant, connection: str) -> None:
        """Raise ConflictError where tags of a class are read over it: what a class says is said once, in plant code."""
        own = compose.tags_over(plant, connection)
        left = sorted(tag.path for tag in self.equipment.plant().tags_on(connection) if tag.path not in own)
        if left:
            what = f"{left[0]} and {len(left) - 1} more tags of a class are read over {connection}"
            hint = "change `connection` of that class or equipment in the plant code first"
            raise ConflictError(what, code="connection-used", hint=hint)

    # --- the handlers -----------------------------------------------------------------------------------------
    def _put(self, call: Call, given: PutConnection) -> ConnectionChange:
        _ = call.uow.known  # from here on nobody else changes the plant
        found = self.consider(given, scope=call.scope)
        for option, value in given.link.secrets.items():
            name = compose.secret_name(given.connection, option)
            self.vault.put.handler(call, PutSecret(name=name, value=value))
        path = None if given.machine is None else given.machine.path
        return self._applied(call, given.connection, found, path=path)

    def _remove(self, call: Call, given: RemoveConnection) -> ConnectionChange:
        _ = call.uow.known
        return self._applied(call, given.connection, self.consider(given, scope=call.scope), path=None)

    def put_files(self, call: Call, found: Considered) -> int:
        """Apply what was considered, inside an operation; the version that holds then. Raises InvalidError."""
        for fault in found.faults[:1]:
            raise InvalidError(fault.message, pointer=fault.pointer, code=fault.code, hint=fault.hint)
        return self.equipment.apply_operation.handler(call, ApplyPlant(documents=dict(found.after))).version

    def _applied(self, call: Call, name: str, found: Considered, *, path: str | None) -> ConnectionChange:
        return ConnectionChange(
            connection=name,
            version=self.put_files(call, found),
            previous=found.version,
            equipment_path=path,
            secrets=list(found.secrets),
        )

    def _take_back(self, call: Call, given: TakeBack) -> ConnectionChange:
        _ = call.uow.known
        version, _documents, _plant = self.standing()
        if version != given.over:
            what = f"version {version} holds by now: taking version {given.over} back would undo what came after it"
            raise ConflictError(what, code="plant-changed", hint=f"dovetail rollback {given.to}, if that is meant")
        rolled = self.equipment.rollback_operation.handler(call, RollBackPlant(version=given.to))
        return ConnectionChange(
            connection="", version=rolled.version, previous=version, equipment_path=None, secrets=[]
        )


def _undo(given: RemoveConnection | TakeBack, out: ConnectionChange) -> Undo | None:
    """Back to the version before; of the first plant only the connection can go, for before it there was nothing."""
    if out.version == out.previous:
        return None
    if out.previous:
        return Undo("connection.take_back", TakeBack(to=out.previous, over=out.version))
    return Undo("connection.remove", RemoveConnection(connection=out.connection, seen=out.version))


def refuse_clear(options: Mapping[str, Any], at: tuple[str, ...] = ()) -> None:
    """Raise InvalidError, without repeating it, for a password that stands among the options."""
    for name, value in options.items():
        if isinstance(value, Mapping):
            refuse_clear(cast("Mapping[str, Any]", value), (*at, name))
        elif is_secret(name) and value is not None and not str(value).startswith(REFERENCE):
            pointer = "/".join(["/link/options", *at, name])
            what, hint = f"{name} does not belong among the options", "give it under secrets, or as secret://name"
            raise InvalidError(what, pointer=pointer, code="secret-in-clear", hint=hint)


def entry_of(plant: Plant, connection: str) -> ConnectionEntry:
    """A connection as the files say it. Raises NotFoundError."""
    entry = plant.entries("connections", ConnectionEntry).get(connection)
    if entry is None:
        raise NotFoundError(f"there is no connection {connection!r}")
    return entry


def _bytes(documents: Mapping[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in documents.items()}
