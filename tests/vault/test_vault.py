"""Secrets go in and never come out: locked in the store, named to people, handed to the driver that needs them."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from sqlalchemy import text, update

from dovetail.core.bus import Bus
from dovetail.core.errors import ConfigError, DovetailError, InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.operations.operation import execute
from dovetail.plantcode.section import Changes
from dovetail.vault import envelope, store
from dovetail.vault.envelope import KEY_FILE, Key, new_key
from dovetail.vault.model import check_name, named_in
from dovetail.vault.plant import _hints
from dovetail.vault.service import DeleteSecret, PutSecret, VaultRoom

CANARY = "correct-horse-battery-staple-7261"


def vault_of(database: Database, folder: Path) -> VaultRoom:
    return VaultRoom(database, data=folder, bus=database.bus)


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """SQLite alone: both stores are asked in test_vault_stores.py."""
    return sqlite_database


@pytest.fixture
def vault(database: Database, tmp_path: Path) -> VaultRoom:
    return vault_of(database, tmp_path)


def put(vault: VaultRoom, database: Database, scope: Scope, name: str = "plc1", value: str = CANARY) -> None:
    execute(vault.put, PutSecret(name=name, value=SecretStr(value)), database=database, scope=scope)


@pytest.mark.parametrize("name, value, error", [
    ("plc1", "", InvalidError),
    ("plc1", "x" * 8_193, InvalidError),
    ("", "zq9", InvalidError),
    ("with space", "zq9", InvalidError),
    ("../etc/passwd", "zq9", InvalidError),
    ("x" * 121, "zq9", InvalidError),
])  # fmt: skip
def test_what_cannot_be_kept(vault, database, everyone, name, value, error) -> None:
    with pytest.raises(error) as refused:
        put(vault, database, everyone, name, value)
    assert (value or "zq9") not in str(refused.value)


def test_only_who_manages_the_system(vault: VaultRoom, database: Database, everyone: Scope) -> None:
    put(vault, database, everyone)
    owner = Scope(Actor("p1", "Ada"), at={"plant.view": frozenset({1})}, system=frozenset({"plant.edit"}))
    with pytest.raises(RefusedError):
        put(vault, database, owner, value="mine now")
    with pytest.raises(RefusedError):
        vault.names(scope=owner)
    assert vault.value("plc1") == CANARY


def test_forgetting_what_is_not_there(vault: VaultRoom, database: Database, everyone: Scope) -> None:
    with pytest.raises(NotFoundError):
        execute(vault.delete, DeleteSecret(name="nothing"), database=database, scope=everyone)


# --- the key ----------------------------------------------------------------------------------------------------


def test_the_key_is_its_owners_alone(vault: VaultRoom, database: Database, everyone: Scope, tmp_path: Path) -> None:
    put(vault, database, everyone)
    key = tmp_path / KEY_FILE
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o640)
    with pytest.raises(ConfigError, match="others may read") as refused:
        vault_of(database, tmp_path).value("plc1")
    assert refused.value.hint == f"chmod 600 {key}"


def test_without_its_key_nothing_opens_and_no_new_one_is_made(
    vault: VaultRoom, database: Database, everyone: Scope, tmp_path: Path
) -> None:
    put(vault, database, everyone)
    (tmp_path / KEY_FILE).rename(tmp_path / "elsewhere")
    again = vault_of(database, tmp_path)
    with pytest.raises(ConfigError) as refused:
        again.value("plc1")
    assert refused.value.code == "key-missing"
    with pytest.raises(ConfigError):
        put(again, database, everyone, "plc2")
    assert not (tmp_path / KEY_FILE).exists()
    shutil.copy(tmp_path / "elsewhere", tmp_path / KEY_FILE)
    (tmp_path / KEY_FILE).chmod(0o600)
    assert again.value("plc1") == CANARY


@pytest.mark.parametrize("content", ["", "dovetail-key-1", "dovetail-key-1 AAAA", "dovetail-key-2 " + "A" * 44, "ÿ"])
def test_a_damaged_key_is_said(tmp_path: Path, content: str) -> None:
    file = tmp_path / KEY_FILE
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(DovetailError, match="holds no key"):
        envelope.key_of_installation(tmp_path, make=True)
    assert file.read_text(encoding="utf-8") == content


def test_a_value_moved_to_another_name_does_not_open(vault, database: Database, everyone: Scope, tmp_path) -> None:
    put(vault, database, everyone, "plc1", "for plc1")
    put(vault, database, everyone, "plc2", "for plc2")
    with database.writer.begin() as connection:
        locked = connection.scalar(text("select locked from secret where name = 'plc1'"))
        connection.execute(update(store.secret).where(store.secret.c.name == "plc2").values(locked=locked))
    again = vault_of(database, tmp_path)
    assert again.value("plc1") == "for plc1"
    with pytest.raises(ConfigError) as refused:
        again.value("plc2")
    assert refused.value.code == "secret-locked"


@given(st.binary(max_size=200), st.text(max_size=40), st.data())
def test_whoever_changes_a_bit_opens_nothing(plain: bytes, place: str, data: st.DataObject) -> None:
    key = new_key()
    locked = envelope.lock(key, plain, place=place)
    assert envelope.unlock(key, locked, place=place) == plain
    raw = bytearray(envelope.base64.b64decode(locked))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ConfigError):
        envelope.unlock(key, envelope.base64.b64encode(bytes(raw)).decode(), place=place)
    with pytest.raises(ConfigError):
        envelope.unlock(key, locked, place=place + "x")
    with pytest.raises(ConfigError):
        envelope.unlock(new_key(), locked, place=place)


def test_two_lockings_of_one_value_differ() -> None:
    key = new_key()
    assert len({envelope.lock(key, b"same", place="a") for _ in range(100)}) == 100


def test_a_key_does_not_show_itself() -> None:
    key = Key.of(b"\x01" * 32)
    assert "\\x01" not in repr(key)
    assert re.fullmatch(r"[0-9a-f]{16}", key.id)


# --- E3: nothing of fifty canaries anywhere ---------------------------------------------------------------------


def test_fifty_canaries_stand_nowhere_in_clear(
    vault: VaultRoom, database: Database, everyone: Scope, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Audit, event log, idempotency answers, the records' bytes, logs and errors (SECURITY E3)."""
    caplog.set_level("DEBUG")
    canaries = [f"canary-{n}-{os.urandom(6).hex()}" for n in range(50)]
    for n, canary in enumerate(canaries):
        given = PutSecret(name=f"plc{n}", value=SecretStr(canary))
        assert canary not in repr(given)
        execute(vault.put, given, database=database, scope=everyone, idempotency_key=f"key-{n}")
        with pytest.raises(ValidationError) as refused:
            PutSecret.model_validate({"name": f"plc{n}", "value": canary, "extra": canary})
        assert canary not in str(refused.value)
    tables = ("audit", "event_log", "idempotency", "secret", "data_key", "commit_log")
    with database.read() as reading:
        everything = "\n".join(
            str(tuple(row)) for table in tables for row in reading.connection.execute(text(f"select * from {table}"))
        )
    everything += caplog.text + "".join(path.read_bytes().hex() for path in tmp_path.iterdir() if path.is_file())
    found = [one for one in canaries if one in everything or one.encode().hex() in everything]
    assert found == []
    assert all(f"plc{n}" in everything for n in range(50)), "the names are there: the search looked at the right place"


# --- what plant code names --------------------------------------------------------------------------------------


@pytest.mark.parametrize("options, names", [
    ({"endpoint": "opc.tcp://x", "password": "secret://plc1"}, ["plc1"]),
    ({"a": {"b": [{"c": "secret://x/y"}, "secret://z"]}, "d": 5, "e": None}, ["x/y", "z"]),
    ({"text": "see secret://not-at-the-start"}, []),
    ({}, []),
    (None, []),
])  # fmt: skip
def test_names_in_options(options, names) -> None:
    assert list(named_in(options)) == names


def test_a_plan_says_which_secrets_are_missing(vault: VaultRoom, database: Database, everyone: Scope) -> None:
    put(vault, database, everyone, "known")
    body = {"driver": "opcua", "options": {"user": "u", "password": "secret://known"}}
    other = {"driver": "opcua", "options": {"user": "u", "password": "secret://plc2"}}
    changes = Changes(added={"a": body, "b": other}, changed={"c": other}, removed={"d": other}, moved={})
    with database.read() as reading:
        lines = _hints(reading, changes, vault.missing)
    assert lines == [
        f"there is no secret plc2: {connection} stays down until `dovetail secret put plc2`"
        for connection in ("b", "c")
    ]


def test_names_are_checked_as_plant_code_checks_them() -> None:
    assert check_name("line1/plc.2_a-b") == "line1/plc.2_a-b"


def test_a_change_reaches_who_holds_it_in_memory(
    vault: VaultRoom, database: Database, everyone: Scope, bus: Bus
) -> None:
    vault.refresh()
    put(vault, database, everyone)
    vault.refresh()
    put(vault, database, everyone, value="another")
    assert vault.value("plc1") == "another"
