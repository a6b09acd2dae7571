"""Puts secrets away and hands them to the drivers that need them; to people it shows their names."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from dovetail.core.bus import Bus
from dovetail.core.errors import ConfigError, InvalidError, NotFoundError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.events.vault import SecretChanged
from dovetail.operations.operation import Call, Input, Nothing, Operation
from dovetail.vault import envelope, store
from dovetail.vault.envelope import Key
from dovetail.vault.model import VALUE_MAX, Secret, check_name

CLASS: Final = "secret"  # of the secrets that people put; other rooms have their own


class PutSecret(Input):
    """A value under a name; what had the name before is overwritten."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = Field(description="as it stands in plant code after secret://")
    value: SecretStr = Field(description="write-only: it is never shown again")


class DeleteSecret(Input):
    """Forget a secret; a connection that names it stays down until it is put again."""

    name: str


class Put(BaseModel):
    """That it is kept."""

    name: str


class VaultRoom:
    """The secrets of one installation. `data` is its folder, where the key lies."""

    def __init__(self, database: Database, *, data: Path, bus: Bus) -> None:
        self._database = database
        self._data = data
        self._lock = threading.Lock()
        self._keys: dict[str, Key] = {}
        self._values: dict[str, str] | None = None  # locked; a link asks in the loop, and must not wait
        self.put = Operation(
            name="secret.put",
            summary="Keep a secret under a name",
            permission="system.manage",
            input=PutSecret,
            output=Put,
            handler=self._put,
            secret_fields=frozenset({"value"}),
        )
        self.delete = Operation(
            name="secret.delete",
            summary="Forget a secret",
            permission="system.manage",
            input=DeleteSecret,
            output=Nothing,
            handler=self._delete,
        )
        bus.subscribe(SecretChanged, lambda _event: self.refresh())

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        return (self.put, self.delete)

    # --- for drivers and other rooms -------------------------------------------------------------------------
    def value(self, name: str) -> str:
        """The secret of that name. Raises ConfigError with what to do where there is none, or no key for it."""
        locked = self._locked(name)
        if locked is None:
            raise ConfigError(
                f"there is no secret named {name!r}", code="secret-unknown", hint=f"dovetail secret put {name}"
            )
        return self.unlock(locked, of=CLASS, place=_place(name))

    def lock(self, uow: UnitOfWork, plain: str, *, of: str, place: str) -> str:
        """`plain` as it may stand in a column: locked with the data key of the class `of`, bound to `place`."""
        return envelope.lock(self._key(uow, of), plain.encode(), place=place)

    def unlock(self, locked: str, *, of: str, place: str) -> str:
        """What was locked. Raises ConfigError when the key is missing or another, or the value was moved."""
        key = self._keys.get(of)
        if key is None:
            with self._database.read() as reading:
                key = self._key(reading, of)
        return envelope.unlock(key, locked, place=place).decode()

    def refresh(self) -> None:
        """Read anew what is kept: at the start, and after a change."""
        with self._database.read() as reading:
            names = [one.name for one in store.all_secrets(reading)]
            values = {name: store.locked_of(reading, name) or "" for name in names}
            if names:
                self._key(reading, CLASS)
        with self._lock:
            self._values = values

    def _locked(self, name: str) -> str | None:
        with self._lock:
            values = self._values
        if values is None or name not in values:
            with self._database.read() as reading:
                return store.locked_of(reading, name)
        return values[name]

    def _key(self, reading: Reading, of: str) -> Key:
        """The data key of a class; made with the first thing it locks. Raises ConfigError without the key over it."""
        if of in self._keys:
            return self._keys[of]
        found = store.wrapped_key(reading, of)
        is_first = not store.any_key(reading)
        if found is None and not isinstance(reading, UnitOfWork):
            raise ConfigError("nothing has been locked yet", code="key-missing", hint="dovetail secret put NAME")
        above = envelope.key_of_installation(self._data, make=is_first)
        place = f"data_key|wrapped|{of}"
        if found is not None:
            key = Key.of(envelope.unlock(above, found[0], place=place))
            self._keys[of] = key
            return key
        key = envelope.new_key()
        assert isinstance(reading, UnitOfWork)
        store.add_key(reading, of, wrapped=envelope.lock(above, key.bits, place=place), wrapped_by=above.id)
        return key  # remembered when it has been read back: this transaction may still fail

    # --- for people ------------------------------------------------------------------------------------------
    def names(self, *, scope: Scope) -> list[Secret]:
        """Which secrets there are, by name. Raises RefusedError for whoever does not manage the system."""
        scope.require("system.manage", None)
        with self._database.read() as reading:
            return store.all_secrets(reading)

    def missing(self, reading: Reading, names: set[str]) -> list[str]:
        """Those of `names` that are not kept."""
        return sorted(names - {one.name for one in store.all_secrets(reading)})

    def _put(self, call: Call, given: PutSecret) -> Put:
        name, value = check_name(given.name), given.value.get_secret_value()
        if not value or len(value) > VALUE_MAX:
            what = "an empty secret keeps nobody out" if not value else f"a secret has at most {VALUE_MAX} characters"
            raise InvalidError(what, pointer="/value", code="secret-value")
        kept = Secret(name, call.clock.now_us(), call.scope.actor.name)
        store.put(call.uow, kept, locked=self.lock(call.uow, value, of=CLASS, place=_place(name)))
        call.uow.emit(SecretChanged(name))
        return Put(name=name)

    def _delete(self, call: Call, given: DeleteSecret) -> Nothing:
        if not store.remove(call.uow, given.name):
            raise NotFoundError(f"there is no secret {given.name!r}")
        call.uow.emit(SecretChanged(given.name))
        return Nothing()


def _place(name: str) -> str:
    return f"secret|locked|{name}"
