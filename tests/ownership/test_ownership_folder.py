"""A data folder has one owner, is closed to everybody else, and remembers where its records are."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dovetail.cli.main import app
from dovetail.core.errors import ConfigError, NotFoundError
from dovetail.ownership.datafolder import LockedError, own, remember_store
from waiting import until


def test_a_data_folder_has_one_owner(tmp_path: Path) -> None:
    with own(tmp_path / "data"), pytest.raises(LockedError, match="is in use by process"), own(tmp_path / "data"):
        pass
    with own(tmp_path / "data") as folder:
        assert folder.stat().st_mode & 0o077 == 0


async def test_who_means_to_stay_waits_for_a_verb_that_is_done_soon(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    got: list[Path] = []

    def stay() -> None:
        with own(tmp_path, patience_s=60) as folder:
            got.append(folder)

    with own(tmp_path):
        waits = threading.Thread(target=stay)
        waits.start()
        await until(lambda: "waiting up to 60 s for it" in caplog.text)
        assert got == []
    waits.join(timeout=60)
    assert got == [tmp_path]


def test_who_waited_in_vain_says_who_holds_it(tmp_path: Path) -> None:
    with (
        own(tmp_path),
        pytest.raises(LockedError, match=rf"in use by process {os.getpid()}"),
        own(tmp_path, patience_s=0.2),
    ):
        pass


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


@pytest.mark.parametrize(
    "verb",
    [
        ("backup", "make", "backups"),
        ("backup", "status"),
        ("backup", "key", "recovery.key"),
        ("delivery",),
        ("doctor",),
        ("samples", "tier", "parquet"),
        ("samples", "retention", "plan"),
        ("samples", "retention", "run"),
        ("samples", "damaged", "list"),
        ("samples", "holds"),
        ("samples", "list"),
        ("samples", "corrections", "acme/press.speed"),
        ("stops", "acme/press"),
        ("user", "list"),
        ("kpis", "acme/press"),
    ],
    ids=" ".join,
)
def test_a_slip_in_the_name_of_the_folder_makes_no_new_installation(
    verb: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup of an empty installation that is made on the spot would look as if all were well."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [*verb, "--data", "dovetial"])
    assert isinstance(done.exception, NotFoundError)
    assert str(done.exception) == "there is no data folder dovetial"
    assert list(tmp_path.iterdir()) == []
