"""A data folder has one owner, is closed to everybody else, and remembers where its records are."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovetail.core.errors import ConfigError
from dovetail.ownership.datafolder import LockedError, own, remember_store


def test_a_data_folder_has_one_owner(tmp_path: Path) -> None:
    with own(tmp_path / "data"), pytest.raises(LockedError, match="is in use by process"), own(tmp_path / "data"):
        pass
    with own(tmp_path / "data") as folder:
        assert folder.stat().st_mode & 0o077 == 0


def test_a_data_folder_remembers_where_its_records_are(tmp_path: Path) -> None:
    remember_store(tmp_path, backend="postgresql")
    remember_store(tmp_path, backend="postgresql")
    with pytest.raises(ConfigError, match="are in PostgreSQL"):
        remember_store(tmp_path, backend="sqlite")
    other = tmp_path / "other"
    other.mkdir()
    remember_store(other, backend="sqlite")
    (other / "records.db").touch()
    with pytest.raises(ConfigError, match="in its own SQLite file"):
        remember_store(other, backend="postgresql")
