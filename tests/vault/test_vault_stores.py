"""The vault's SQL on both records stores."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from dovetail.core.errors import ConfigError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.operations.operation import execute
from dovetail.vault.service import DeleteSecret, PutSecret, VaultRoom

CANARY = "correct-horse-battery-staple-7261"


def vault_of(database: Database, folder: Path) -> VaultRoom:
    return VaultRoom(database, data=folder, bus=database.bus)


def put(vault: VaultRoom, database: Database, scope: Scope, value: str = CANARY) -> None:
    execute(vault.put, PutSecret(name="plc1", value=SecretStr(value)), database=database, scope=scope)


def test_put_read_overwrite_forget(database: Database, everyone: Scope, tmp_path: Path) -> None:
    vault = vault_of(database, tmp_path)
    put(vault, database, everyone)
    assert vault.value("plc1") == CANARY
    assert vault_of(database, tmp_path).value("plc1") == CANARY, "after a restart"
    put(vault, database, everyone, value="žluťoučký kůň")
    assert vault.value("plc1") == "žluťoučký kůň"
    assert [(one.name, one.changed_by) for one in vault.names(scope=everyone)] == [("plc1", "test")]
    execute(vault.delete, DeleteSecret(name="plc1"), database=database, scope=everyone)
    with pytest.raises(ConfigError) as refused:
        vault.value("plc1")
    assert (refused.value.code, refused.value.hint) == ("secret-unknown", "dovetail secret put plc1")
