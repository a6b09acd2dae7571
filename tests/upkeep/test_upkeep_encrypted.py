"""Encrypted backups of a living plant: only what is new is written, and what comes back is what was copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner
from upkeep_world import EVERYTHING, Plant, new_database, opened

from dovetail.backups import encrypted
from dovetail.backups.backup import Backups, CheckBackups, MakeBackup, remembered
from dovetail.backups.proof import choose, laid_out, prove, scrub
from dovetail.cli.main import app
from dovetail.core.clock import HOUR_US, SystemClock
from dovetail.core.errors import ConfigError, DovetailError, RefusedError
from dovetail.operations.operation import execute
from dovetail.repository import chain, keys
from dovetail.repository.keeping import Rule
from dovetail.repository.place import Repository, within
from dovetail.upkeep import manifest as manifests
from dovetail.upkeep.manifest import Progress
from dovetail.upkeep.restore import restore
from dovetail.vault.service import PutSecret

CLOCK = SystemClock()
KEY = keys.new_key()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str | None]:
    """The address of empty records; None is SQLite in the data folder."""
    with {"sqlite": _in_files, "postgres": _in_server}[request.param](request, tmp_path) as found:
        yield found


@contextmanager
def _in_files(_request: pytest.FixtureRequest, _tmp_path: Path) -> Iterator[None]:
    yield None


@contextmanager
def _in_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with new_database(request.getfixturevalue("postgres_url"), f"backups_{tmp_path.name[-20:].lower()}") as found:
        yield found


@contextmanager
def plant_with_key(data: Path, *, database_url: str | None = None, backups: Path | None = None) -> Iterator[Plant]:
    data.mkdir(exist_ok=True, mode=0o700)
    if not (data / "backup.key").exists():
        keys.write_private(data / "backup.key", keys.server_text(KEY.server()))
    with opened(data, database_url=database_url, backups=backups) as plant:
        yield plant


def put(plant: Plant, first: int, last: int) -> None:
    plant.put(plant.frames[first:last])
    plant.house.rooms.historian.seal_once()


def newest(repository: Repository) -> chain.Link:
    return choose(repository, KEY, None)


def test_what_is_new_is_written_and_everything_comes_back(tmp_path: Path, url: str | None) -> None:
    with plant_with_key(tmp_path / "data", database_url=url) as plant:
        put(plant, 0, 8)
        backups = plant.house.backups
        repository = Repository(backups.now(tmp_path / "backups"))
        first = remembered(tmp_path / "data")
        assert first["encrypted"]
        plant.house.clock.tick(HOUR_US)
        backups.now(tmp_path / "backups")
        again = remembered(tmp_path / "data")
        assert again["new_bytes"] == 0, "nothing has changed, nothing is written"
        put(plant, 8, 12)
        plant.house.clock.tick(HOUR_US)
        backups.now(tmp_path / "backups")
        held, told = plant.samples(), plant.told()
        assert 0 < remembered(tmp_path / "data")["new_bytes"] < first["new_bytes"]

    assert [link.what for link in repository.links(KEY.server().signer)] == ["snapshot"] * 3
    found = prove(repository, newest(repository), KEY, clock=CLOCK, progress=Progress())
    assert found.rows > 100
    assert found.left_out == ("backup.key",)
    seen = scrub(repository, KEY.server().signer, Progress())
    assert (seen.snapshots, seen.bytes) == (3, sum(file.stat().st_size for file in repository.place.rglob("?" * 64)))

    again_in = tmp_path / "again"
    again_in.mkdir()
    with laid_out(repository, newest(repository), KEY, scratch=again_in, progress=Progress()) as (folder, _, _):
        bring_back(folder, again_in)
    with opened(again_in) as plant:
        assert plant.samples() == held
        assert plant.told() == told
    assert not list(again_in.glob("scratch-*")), "nothing in the clear is left lying"


def bring_back(backup: Path, data: Path) -> None:
    address = f"sqlite:///{(data / 'records.db').resolve()}"
    restore(backup, data, address, clock=CLOCK, actor=EVERYTHING.actor, force=False, progress=Progress())


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(the data folder, the folder of backups): two backups of a plant at rest; tests change copies."""
    folder = tmp_path_factory.mktemp("two")
    with plant_with_key(folder / "data") as plant:
        put(plant, 0, 6)
        plant.house.backups.now(folder / "backups")
        plant.house.clock.tick(HOUR_US)
        put(plant, 6, 8)
        plant.house.backups.now(folder / "backups")
    return folder / "data", folder / "backups"


@pytest.fixture
def copied(two: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Repository]:
    """(a data folder, its repository), to spoil."""
    data = Path(shutil.copytree(two[0], tmp_path / "data"))
    shutil.copytree(two[1], tmp_path / "backups")
    found = remembered(data)
    where = str(tmp_path / "backups" / Path(found["folder"]).name)
    manifests.durable(data / "last-backup.json", orjson.dumps({**found, "folder": where}))
    return data, within(tmp_path / "backups")[0]


def test_nothing_of_the_plant_can_be_read_on_the_disk_of_backups(copied: tuple[Path, Repository]) -> None:
    _, repository = copied
    content = b"".join(file.read_bytes() for file in repository.place.rglob("*") if file.is_file())
    for word in (b"filler", b"SQLite format", b'"table"', b"audit", b"chunks-2026"):
        assert word not in content
    assert all(file.stat().st_mode & 0o077 == 0 for file in repository.place.rglob("*") if file.is_file())


def test_another_key_opens_nothing(copied: tuple[Path, Repository]) -> None:
    _, repository = copied
    link = newest(repository)
    with (
        pytest.raises(ConfigError, match="does not open with this recovery key"),
        laid_out(repository, link, keys.new_key(), scratch=None, progress=Progress()),
    ):
        pass
    with pytest.raises(ConfigError, match="was changed"):
        choose(repository, keys.new_key(), None)


def test_a_repository_that_was_rolled_back_takes_no_backup(copied: tuple[Path, Repository]) -> None:
    data, repository = copied
    kept = repository.lines()
    (repository.place / "chain.jsonl").write_bytes(kept[0] + b"\n")
    with opened(data) as plant, pytest.raises(ConfigError, match="is older than it was"):
        plant.house.backups.now(repository.place.parent)


def test_one_bad_bit_anywhere_fails_the_check_and_says_where(copied: tuple[Path, Repository]) -> None:
    data, repository = copied
    _, parts = encrypted.opened(repository.snapshot(newest(repository)), KEY)
    (of_month,) = [part for part in parts if "chunks-" in part.path]
    (block,) = repository.place.rglob(of_month.blocks[0].id)
    spoiled = bytearray(block.read_bytes())
    spoiled[7] ^= 4
    block.write_bytes(spoiled)
    with pytest.raises(ConfigError, match=rf"{block.name} was changed or damaged"):
        scrub(repository, repository.signer, Progress())
    with opened(data, backups=repository.place.parent) as plant:
        house = plant.house
        begun = execute(house.backups.check, CheckBackups(), database=house.database, scope=EVERYTHING).output
        house.backups.wait()
        work = house.work.view(begun.job_id)
        assert (work.state, block.name in work.detail) == ("failed", True)
        block.unlink()  # as it says: these samples are still there
        plant.house.backups.now(repository.place.parent)
        scrub(repository, repository.signer, Progress())


def test_a_server_that_comes_back_without_its_memory_goes_on(copied: tuple[Path, Repository]) -> None:
    data, repository = copied
    (data / "last-backup.json").unlink()
    with opened(data) as plant:
        plant.house.clock.tick(2 * HOUR_US)
        plant.house.backups.now(repository.place.parent)
    assert len(chain.standing(repository.links())) == 3
    assert remembered(data)["chain"]["n"] == 2


def test_kept_by_rule_and_what_no_other_needs_is_gone(copied: tuple[Path, Repository]) -> None:
    data, repository = copied
    with opened(data, backups=repository.place.parent) as plant:
        for hour in range(2, 5):
            plant.house.clock.tick(hour * HOUR_US)
            plant.house.backups.now(repository.place.parent, keep=Rule(newest=1, days=2))
        views = plant.house.backups.listed()
    assert [where for where, _ in views] == [repository.place] * len(views)
    assert len(views) == 1
    needed = {block for _, found in views for block in found.blocks}  # type: ignore[union-attr]
    assert {file.name for file in repository.place.rglob("?" * 64)} == needed
    prove(repository, newest(repository), KEY, clock=CLOCK, progress=Progress())


@pytest.mark.parametrize(
    ("named", "secret", "says"),
    [
        ("/nowhere/backup.key", None, "cannot be read: No such file"),
        ("secret://backup", None, "no vault is open here"),
        ("secret://backup", "rubbish", "secret://backup holds no backup key"),
    ],
)
def test_a_key_that_was_named_and_is_not_there_is_said_and_nothing_is_written_in_the_clear(
    tmp_path: Path, named: str, secret: str | None, says: str
) -> None:
    with opened(tmp_path / "data") as plant:
        house = plant.house
        ask = None if secret is None else lambda _name: secret
        backups = Backups(tmp_path / "data", house.database, house.rooms.historian, house.work, key=named, secret=ask)
        with pytest.raises(ConfigError, match=says):
            backups.now(tmp_path / "backups")
    assert not list((tmp_path / "backups").iterdir())


def test_a_key_may_lie_in_the_vault(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as plant:
        house = plant.house
        given = PutSecret(name="backup", value=SecretStr(keys.server_text(KEY.server())))
        execute(house.rooms.vault.put, given, database=house.database, scope=EVERYTHING)
        backups = Backups(
            tmp_path / "data", house.database, house.rooms.historian, house.work,
            key="secret://backup", secret=house.rooms.vault.value,
        )  # fmt: skip
        repository = Repository(backups.now(tmp_path / "backups"))
    prove(repository, newest(repository), KEY, clock=CLOCK, progress=Progress())


def test_what_it_needs_is_said_before_it_begins(
    copied: tuple[Path, Repository], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, repository = copied
    place = repository.place.parent
    with opened(data, backups=place) as plant:
        house = plant.house
        whole = house.backups.budget(data.parent / "elsewhere")[0]
        need, free = house.backups.budget(place)
        assert 0 < need < whole, "a month that is as large as it was counts for nothing"
        assert free > need
        monkeypatch.setattr("dovetail.backups.backup.shutil.disk_usage", lambda _path: SimpleNamespace(free=1_000))
        begun = execute(house.backups.make, MakeBackup(), database=house.database, scope=EVERYTHING).output
        assert (begun.needs_bytes, begun.free_bytes) == (need, 1_000)
        house.backups.wait()
        assert "bytes free that it needs" in house.work.view(begun.job_id).detail
        assert len(chain.standing(repository.links())) == 2


def test_one_at_a_time_and_a_rule_that_is_none_is_refused(copied: tuple[Path, Repository]) -> None:
    data, repository = copied
    with opened(data, backups=repository.place.parent) as plant:
        house = plant.house
        house.backups._busy.acquire()
        with pytest.raises(RefusedError, match="under way already"):
            execute(house.backups.make, MakeBackup(), database=house.database, scope=EVERYTHING)
        house.backups._busy.release()
        with pytest.raises(DovetailError, match="is not a number of backups to keep"):
            execute(house.backups.make, MakeBackup(keep="all"), database=house.database, scope=EVERYTHING)


def test_from_the_command_line(two: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = Path(shutil.copytree(two[0], tmp_path / "data"))
    (data / "backup.key").unlink()
    monkeypatch.setattr(keys, "SCRYPT_LOG_N", 4)
    monkeypatch.setenv("DOVETAIL_DATA", str(data))
    monkeypatch.setenv("DOVETAIL_BACKUP_PASSPHRASE", "seven blue bottles")
    place = str(tmp_path / "backups")

    def run(*words: str, ends: int = 0) -> str:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == ends, done.output
        return f"{done.stdout}{done.exception or ''}"

    assert "the server's half" in run("backup", "key", str(tmp_path / "recovery.key"), "--passphrase")
    run("backup", "make", place, "--keep", "7d,4w,12m")
    assert "encrypted" in run("backup", "list", place)
    assert "Not opened" in run("backup", "verify", place, "--unopened", "--data", str(data))
    said = run("backup", "verify", place, "--key", str(tmp_path / "recovery.key"))
    assert "restored into a scratch place and compared" in said
    keys.write_private(tmp_path / "other.key", keys.recovery_text(keys.new_key()))
    assert "another key" in run("backup", "verify", place, "--key", str(tmp_path / "other.key"), ends=1)
    assert "is as it was at" in run("restore", place, "--data", str(tmp_path / "again"))  # locked, it lies beside them
    monkeypatch.chdir(tmp_path)  # as when no folder is named: the default is `.dovetail` here
    assert "is as it was at" in run("restore", "backups", "--data", "here")
    assert (tmp_path / "here" / "records.db").exists()
    monkeypatch.setenv("DOVETAIL_BACKUP_PASSPHRASE", "seven green bottles")
    assert "the passphrase does not open" in run("restore", place, "--data", str(tmp_path / "third"), ends=1)
    assert not (tmp_path / "third" / "records.db").exists()
