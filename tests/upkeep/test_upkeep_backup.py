"""A copy of both stores of one moment, made under load, brought back on either database: nothing lost, nothing else."""

from __future__ import annotations

import errno
import itertools
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest
from upkeep_world import EVERYTHING, Plant, new_database, opened, rows_of

from dovetail.backups.backup import MakeBackup
from dovetail.core.clock import SystemClock
from dovetail.core.errors import ConfigError, DovetailError, LinkError, RefusedError
from dovetail.operations import store as audit
from dovetail.operations.operation import execute
from dovetail.upkeep import manifest as manifests
from dovetail.upkeep import records
from dovetail.upkeep.manifest import Progress
from dovetail.upkeep.restore import restore, verify

CLOCK = SystemClock()
ACTOR = EVERYTHING.actor
_names = itertools.count()

type Somewhere = Callable[[str], str | None]


@pytest.fixture
def somewhere(request: pytest.FixtureRequest) -> Iterator[Somewhere]:
    """Gives the address of an empty records store of a kind; None is SQLite in the data folder."""
    made = []

    def give(kind: str) -> str | None:
        if kind == "sqlite":
            return None
        database = new_database(request.getfixturevalue("postgres_url"), f"upkeep{next(_names)}")
        made.append(database)
        return database.__enter__()

    yield give
    for database in made:
        database.__exit__(None, None, None)


def bring_back(backup: Path, data: Path, url: str | None = None, *, force: bool = False) -> Path | None:
    """Restore into `data`; where that is kept which was there."""
    data.mkdir(exist_ok=True)
    address = url or f"sqlite:///{(data / 'records.db').resolve()}"
    done = restore(backup, data, address, clock=CLOCK, actor=ACTOR, force=force, progress=Progress())
    return done.aside


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_backup_under_load_comes_back_whole_and_goes_on_to_the_same_end(
    tmp_path: Path, somewhere: Somewhere, kind: str
) -> None:
    url = somewhere(kind)
    with opened(tmp_path / "data", database_url=url) as plant:
        half = len(plant.frames) // 2
        plant.put(plant.frames[:half])
        plant.house.rooms.historian.seal_once()
        accepted = plant.samples()
        load = threading.Thread(target=goes_on, args=(plant, plant.frames[half:]))
        load.start()
        backup = plant.house.backups.now(tmp_path / "backups")
        load.join()
        frames, held, told = plant.frames, plant.samples(), plant.told()

    found = verify(backup, clock=CLOCK)
    assert all(at <= found.head["last"] for at in found.positions.values())
    assert 0 < found.positions["states"] <= found.head["last"]

    target_url = somewhere(kind)
    bring_back(backup, tmp_path / "again", target_url)
    with opened(tmp_path / "again", database_url=target_url) as plant:
        assert set(accepted) <= set(plant.samples())
        delivered = plant.house.rooms.historian.delivery()
        assert all(one.expected == one.stored + one.duplicate + one.refused + one.gap for one in delivered)
        with plant.house.database.read() as reading:
            assert audit.first_broken(reading) is None
        plant.work()
        plant.put(frames)  # what came after the backup comes again; what it holds is a repeat
        plant.house.rooms.historian.seal_once()
        assert plant.samples() == held
        assert plant.told() == told


def goes_on(plant: Plant, frames: list) -> None:
    for first in range(0, len(frames), 2):
        plant.put(frames[first : first + 2])
        plant.house.rooms.historian.seal_once()


@pytest.mark.postgres
@pytest.mark.parametrize(("source", "target"), [("sqlite", "postgres"), ("postgres", "sqlite")])
def test_every_row_moves_to_the_other_database_as_it_was(
    tmp_path: Path, somewhere: Somewhere, source: str, target: str
) -> None:
    with opened(tmp_path / "data", database_url=somewhere(source)) as plant:
        plant.put(plant.frames[:8])
        first = plant.house.backups.now(tmp_path / "backups")
    target_url = somewhere(target)
    bring_back(first, tmp_path / "again", target_url)
    with opened(tmp_path / "again", database_url=target_url) as plant:
        second = plant.house.backups.now(tmp_path / "backups2")
    before, after = rows_of(first), rows_of(second)
    restored = after["audit"].pop()
    assert restored["operation"] == "backup.restore"
    assert after["commit_log"].pop()["known"] == restored["known"]
    assert after == before
    assert sum(map(len, before.values())) > 100


# --- what is refused ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole backup; tests change copies of it."""
    folder = tmp_path_factory.mktemp("backup")
    with opened(folder / "data") as plant:
        plant.put(plant.frames[:8])
        plant.house.rooms.historian.seal_once()
        return plant.house.backups.now(folder / "backups")


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def say(backup: Path, **changes: object) -> None:
    """Change what the list says, with a checksum that fits."""
    body = orjson.loads((backup / manifests.FILE).read_bytes())
    body = {**body, **changes}
    body.pop("sha256")
    body["sha256"] = manifests._own_digest(body)
    (backup / manifests.FILE).write_bytes(orjson.dumps(body))


def a_chunk_file(backup: Path) -> Path:
    return next((backup / "historian").glob("chunks-*.db"))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a bit of the samples": (lambda b: flip(a_chunk_file(b)), "was changed or damaged"),
    "a bit of the records": (lambda b: flip(b / "records" / "audit.jsonl.zst"), "was changed or damaged"),
    "a cut file": (lambda b: (b / "historian" / "head.db").write_bytes(b"SQLite"), "has not the size"),
    "a missing file": (lambda b: a_chunk_file(b).unlink(), "is missing"),
    "no list": (lambda b: (b / manifests.FILE).unlink(), "holds no whole backup"),
    "a cut list": (lambda b: (b / manifests.FILE).write_bytes(b'{"format": 1,'), "is damaged"),
    "a bit of the list": (lambda b: flip(b / manifests.FILE), "damaged"),
    "a way out": (lambda b: say(b, parts=[{"path": "../x", "bytes": 0, "sha256": "", "rows": None}]), "leads out"),
    "a newer form": (lambda b: say(b, format=2, version="9.9"), "made by Dovetail 9.9"),
    "newer records": (lambda b: say(b, step="9999"), "at step 9999, which this version does not know"),
    "records ahead": (lambda b: say(b, positions={"states": 10**9}), "ahead of the samples"),
}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation at rest, which nothing here may change."""
    data = tmp_path_factory.mktemp("standing") / "data"
    with opened(data) as plant:
        plant.put(plant.frames[:2])
    (data / "secret.key").write_text("stays")
    return data


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_backup_that_is_not_as_it_was_made_is_refused_before_anything_is_touched(
    tmp_path: Path, backup: Path, standing: Path, damage: str
) -> None:
    copied = Path(shutil.copytree(backup, tmp_path / "copy"))
    act, says = DAMAGES[damage]
    act(copied)
    before = contents(standing)
    with pytest.raises(ConfigError, match=says):
        verify(copied, clock=CLOCK)
    with pytest.raises(ConfigError, match=says):
        bring_back(copied, standing, force=True)
    assert contents(standing) == before


def test_an_installation_is_only_replaced_when_told_and_then_kept_aside(
    tmp_path: Path, backup: Path, standing: Path
) -> None:
    data = Path(shutil.copytree(standing, tmp_path / "data"))
    before = contents(data)
    with pytest.raises(RefusedError, match="holds an installation already"):
        bring_back(backup, data)
    assert contents(data) == before
    aside = bring_back(backup, data, force=True)
    assert aside is not None
    assert contents(aside).items() <= before.items()
    assert {"records.db", "historian/head.db"} <= contents(aside).keys()
    assert (data / "secret.key").read_text() == "stays"
    with opened(data) as plant:
        assert len(plant.samples()) > 500


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("call", "does", "says"),
    [
        ("disk_usage", lambda _path: SimpleNamespace(free=1_000), "bytes free that it needs"),
        ("copyfile", lambda *_paths: (_ for _ in ()).throw(FULL), "cannot be written: No space left on device"),
    ],
)
def test_a_disk_that_is_full_ends_it_and_all_is_as_before(
    backup: Path, standing: Path, monkeypatch: pytest.MonkeyPatch, call: str, does: Callable[..., object], says: str
) -> None:
    before = contents(standing)
    monkeypatch.setattr(f"dovetail.upkeep.restore.shutil.{call}", does)
    with pytest.raises(LinkError, match=says):
        bring_back(backup, standing, force=True)
    assert contents(standing) == before


@pytest.mark.postgres
def test_a_database_that_is_not_empty_is_left_as_it_is(tmp_path: Path, somewhere: Somewhere, backup: Path) -> None:
    url = somewhere("postgres")
    with opened(tmp_path / "data", database_url=url):
        pass
    before = contents(tmp_path / "data")
    with pytest.raises(RefusedError, match="the database is not empty"):
        bring_back(backup, tmp_path / "data", url, force=True)
    assert contents(tmp_path / "data").keys() == before.keys()
    with opened(tmp_path / "data", database_url=url) as plant:
        assert plant.house.rooms.equipment.plant().equipment


def test_a_backup_that_fails_leaves_nothing_behind_and_says_so_in_the_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path / "data", backups=tmp_path / "backups") as plant:
        house = plant.house
        monkeypatch.setattr("dovetail.backups.backup.shutil.disk_usage", lambda _path: SimpleNamespace(free=1_000))
        begun = execute(house.backups.make, MakeBackup(), database=house.database, scope=EVERYTHING).output
        house.backups.wait()
        work = house.work.view(begun.job_id)
    assert (work.state, "bytes free that it needs" in work.detail) == ("failed", True)
    assert list((tmp_path / "backups").iterdir()) == []


# --- keeping --------------------------------------------------------------------------------------------------


def test_the_oldest_go_and_those_of_others_stay(tmp_path: Path) -> None:
    place = tmp_path / "backups"
    with opened(tmp_path / "other") as plant:
        others = plant.house.backups.now(place)
    with opened(tmp_path / "data") as plant:
        made = []
        for _ in range(3):
            plant.house.clock.tick(60_000_000)
            made.append(plant.house.backups.now(place, keep=2))
        assert [found for found, _ in manifests.in_folder(place)] == sorted([others, *made[1:]])
        interrupted = place / f"{made[0].name}.partial"
        interrupted.mkdir()
        assert manifests.partial_in(place) == [interrupted]
        plant.house.clock.tick(60_000_000)
        plant.house.backups.now(place, keep=2)
    assert not manifests.partial_in(place)
    assert others.exists()


def test_what_is_left_out_is_named(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as plant:
        (tmp_path / "data" / "secret.key").write_text("canary-0815")
        made = plant.house.backups.now(tmp_path / "backups")
    assert manifests.read(made).left_out == ("secret.key",)
    assert not manifests.read(made).encrypted
    for file in made.rglob("*"):
        assert file.is_dir() or b"canary-0815" not in file.read_bytes()
    assert made.stat().st_mode & 0o077 == 0


def test_numbers_that_json_cannot_say_come_back(tmp_path: Path) -> None:
    convert = records._out(records.Float())
    assert convert is not None
    assert [convert(number) for number in (1.5, float("inf"), float("nan"))] == [1.5, "inf", "nan"]
    back = records._in(records.Float())
    assert back is not None
    assert back("inf") == float("inf")


@pytest.mark.parametrize(
    ("named", "place", "says"),
    [
        ("elsewhere", "backups", "only the command line on the server"),
        (None, None, "was not told where backups go"),
        (None, "data/inside", "lies in the data folder itself"),
    ],
)
def test_over_the_network_nobody_chooses_where_files_are_written(
    tmp_path: Path, named: str | None, place: str | None, says: str
) -> None:
    backups = None if place is None else tmp_path / place
    with opened(tmp_path / "data", backups=backups) as plant, pytest.raises(DovetailError, match=says):
        plant.house.backups._target(named, may_name=False)
