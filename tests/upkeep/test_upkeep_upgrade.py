"""Installations that older versions made open, come to this version, and tell what they told; a kill changes nothing.

They lie in `golden/`, each made by the code of its time (`make_golden.py`) and never again.
"""

from __future__ import annotations

import dataclasses
import itertools
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from forked import Cradle
from golden_writer import FRAMES, plain
from olden import OLD, in_server, unpacked
from sqlalchemy import inspect, text
from upkeep_world import UNTIL_US, Plant, morning

from dovetail.app.bootstrap import open_house
from dovetail.core.clock import HOUR_US, to_rfc3339
from dovetail.core.errors import ConfigError, LinkError
from dovetail.db.migrate import newest_step
from dovetail.operations import store as audit
from dovetail.ownership.settings import Settings
from dovetail.testing.clock import ManualClock
from dovetail.upkeep import manifest as manifests
from dovetail.upkeep import upgrade
from dovetail.upkeep.samplesfacts import look_at_samples
from dovetail.vitals.facts import look_at_records
from shortcuts import some

OLDEST = OLD[0]
TO_DO = {"slice_recut"}  # no fact: a step may ask for slices to be cut anew


@pytest.fixture(autouse=True)
def quickly() -> None:
    """The steps themselves, at production's weight."""


@contextmanager
def opened(data: Path, url: str | None = None, **settings: Any) -> Iterator[Plant]:
    """It, by today's code."""
    with open_house(Settings(data=data, database_url=url, **settings), clock=ManualClock(UNTIL_US)) as house:
        yield Plant(house, morning(house))


def untold(old: Any, new: Any, at: str = "") -> list[str]:
    """What was told and is not told any more, by its place; a record may say more than it did."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [one for key, value in old.items() for one in untold(value, new.get(key), f"{at}.{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [one for n, (was, now) in enumerate(zip(old, new, strict=True)) for one in untold(was, now, f"{at}.{n}")]
    return [] if old == new else [f"{at}: {str(old)[:200]} -> {str(new)[:200]}"]


def tells_what_it_told(plant: Plant, read: dict[str, Any]) -> None:
    assert plain(plant.samples()) == read["samples"]
    assert untold(read["told"], plain(plant.told())) == []
    now = [dataclasses.asdict(one) for one in plant.house.rooms.historian.delivery()]
    assert untold(read["delivery"], plain(now)) == []
    assert all(one["expected"] == one["stored"] + one["duplicate"] + one["refused"] + one["gap"] for one in now)
    with plant.house.database.read() as reading:
        assert audit.first_broken(reading) is None
        names = set(inspect(reading.connection).get_table_names())
        assert read["rows"].keys() <= names
        for name, count in [(name, count) for name, count in read["rows"].items() if name not in TO_DO]:
            assert reading.connection.scalar(text(f"select count(*) from {name}")) == count, name


def the_rest_comes(plant: Plant) -> tuple[list[Any], dict[str, Any]]:
    """What waited at its senders meanwhile, the last of what was accepted once more; then all that follows."""
    plant.put(plant.frames[FRAMES[1] :])
    plant.house.rooms.historian.seal_once()
    delivered = plant.house.rooms.historian.delivery()
    assert all(one.expected == one.stored + one.duplicate + one.refused + one.gap for one in delivered)
    return plant.samples(), plant.told()


@pytest.mark.parametrize("name", OLD)
def test_an_old_installation_opens_and_tells_what_it_told(
    tmp_path: Path, place: Callable[[str], tuple[dict[str, Any], str | None]], name: str
) -> None:
    read, url = place(name)
    data = tmp_path / "data"
    before = look_at_records(url or f"sqlite:///{data / 'records.db'}")
    assert (before.step, before.newest_step) == (read["step"], newest_step())
    with opened(data, url, upgrade=upgrade.WITHOUT) as plant:
        tells_what_it_told(plant, read)
    with opened(data, url) as plant:  # nothing is left to be migrated: nothing is demanded
        tells_what_it_told(plant, read)
        held, _ = the_rest_comes(plant)
        assert len(held) > len(read["samples"])
        plant.house.backups.now(tmp_path / "backups")
    assert look_at_records(url or f"sqlite:///{data / 'records.db'}").step == newest_step()
    assert look_at_samples(data, url or f"sqlite:///{data / 'records.db'}", None, at_us=0).form


# --- a way back -----------------------------------------------------------------------------------------------


def test_the_records_are_kept_as_they_were(tmp_path: Path) -> None:
    read = unpacked(f"{OLDEST}-sqlite", tmp_path)
    data = tmp_path / "data"
    with opened(data) as plant:
        tells_what_it_told(plant, read)
    (kept,) = data.glob("before-upgrade-*")
    assert look_at_records(f"sqlite:///{kept / 'records.db'}").step == read["step"]
    with opened(data) as plant:
        assert "before-upgrade" not in "".join(manifests.read(plant.house.backups.now(tmp_path / "b")).left_out)
    # back: what the manual says
    (data / "records.db").unlink()
    shutil.copyfile(kept / "records.db", data / "records.db")
    with opened(data) as plant:
        tells_what_it_told(plant, read)
    assert [kept] == list(data.glob("before-upgrade-*")), "the same state is copied once"


def test_no_room_for_the_copy_is_said_and_nothing_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = unpacked(f"{OLDEST}-sqlite", tmp_path)
    monkeypatch.setattr("dovetail.upkeep.upgrade.shutil.disk_usage", lambda _path: SimpleNamespace(free=10))
    with pytest.raises(LinkError, match="for a copy of the records before they are changed"), opened(tmp_path / "data"):
        pass
    assert look_at_records(f"sqlite:///{tmp_path / 'data' / 'records.db'}").step == read["step"]


@pytest.mark.postgres
def test_of_postgresql_a_backup_of_the_last_day_is_demanded(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    with in_server(request, tmp_path) as lay_out:
        read, url = lay_out(OLDEST)
        data = tmp_path / "data"
        with pytest.raises(ConfigError, match="there is no backup of the last 24 hours"), opened(data, url):
            pass
        assert look_at_records(url).step == read["step"]
        said = {"made_at": to_rfc3339(UNTIL_US - 25 * HOUR_US), "folder": "/b"}
        (data / "last-backup.json").write_bytes(orjson.dumps(said))
        with pytest.raises(ConfigError, match="there is no backup of the last 24 hours"), opened(data, url):
            pass
        (data / "last-backup.json").write_bytes(orjson.dumps({**said, "made_at": to_rfc3339(UNTIL_US - HOUR_US)}))
        with opened(data, url) as plant:
            tells_what_it_told(plant, read)


@pytest.mark.parametrize(
    ("file", "statement", "says"),
    [
        ("records.db", "update alembic_version set version_num = '9999'", "at step 9999, which this version does not"),
        ("historian/head.db", "pragma user_version = 99", "written by a newer Dovetail"),
        ("historian/chunks-2026-01.db", "pragma user_version = 99", "written by a newer Dovetail"),
    ],
)
def test_what_a_newer_version_made_is_refused_and_left_as_it_is(
    tmp_path: Path, file: str, statement: str, says: str
) -> None:
    unpacked(f"{OLDEST}-sqlite", tmp_path)
    data = tmp_path / "data"
    with upgrade.sqlite3.connect(data / file) as connection:
        connection.execute(statement)
    connection.close()
    before = (data / file).read_bytes()
    with pytest.raises(ConfigError, match=says), opened(data, upgrade=upgrade.WITHOUT) as plant:
        the_rest_comes(plant)
    assert (data / file).read_bytes() == before


# --- kills ----------------------------------------------------------------------------------------------------

MOMENTS = ["upgrade.copied:1", "migrate.step:2", "statement:9"]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, dict[str, Any]]:
    """(samples, what is told when all has come, what was read of old) of an upgrade that nobody kills."""
    folder = tmp_path_factory.mktemp("undisturbed")
    read = unpacked(f"{OLDEST}-sqlite", folder)
    with opened(folder / "data") as plant:
        return *the_rest_comes(plant), read


def killed_and_opened(cradle: Cradle, data: Path, moment: str, undisturbed: tuple[Any, Any, dict[str, Any]]) -> int:
    """How the process ended that was to die; whether it did or not, what the next one opens is as it was."""
    samples, told, read = undisturbed
    unpacked(f"{OLDEST}-sqlite", data.parent)
    ended = cradle.die("migrate", data, "", moment)
    expected = {-signal.SIGKILL: read["step"], 0: newest_step()}[ended]
    assert look_at_records(f"sqlite:///{data / 'records.db'}").step == expected, "all of it or nothing"
    with opened(data) as plant:
        tells_what_it_told(plant, read)
        assert the_rest_comes(plant) == (samples, told)
    assert len(list(data.glob("before-upgrade-*"))) == 1
    return ended


@pytest.mark.kills
@pytest.mark.parametrize("moment", some(MOMENTS, of=2))
def test_killed_while_it_is_migrated(
    tmp_path: Path, cradle: Cradle, undisturbed: tuple[Any, Any, dict[str, Any]], moment: str
) -> None:
    assert killed_and_opened(cradle, tmp_path / "data", moment, undisturbed) == -signal.SIGKILL


@pytest.mark.kills
@pytest.mark.soak
@pytest.mark.parametrize("kind", ["migrate.step", "statement"])
def test_killed_at_each_moment_of_its_migration(
    tmp_path: Path, cradle: Cradle, undisturbed: tuple[Any, Any, dict[str, Any]], kind: str
) -> None:
    tries = (
        killed_and_opened(cradle, tmp_path / str(n) / "data", f"{kind}:{n}", undisturbed) for n in itertools.count(1)
    )
    died = sum(1 for _ in itertools.takewhile(bool, tries))
    assert died >= {"migrate.step": 3, "statement": 13}[kind]


@pytest.mark.kills
@pytest.mark.postgres
@pytest.mark.parametrize("moment", some(MOMENTS[1:], of=1))
def test_killed_while_postgresql_is_migrated(
    request: pytest.FixtureRequest, tmp_path: Path, cradle: Cradle, moment: str
) -> None:
    with in_server(request, tmp_path) as lay_out:
        read, url = lay_out(OLDEST)
        (tmp_path / "data" / "last-backup.json").write_bytes(
            orjson.dumps({"made_at": to_rfc3339(UNTIL_US), "folder": "/b"})
        )
        assert cradle.die("migrate", tmp_path / "data", url, moment) == -signal.SIGKILL
        assert look_at_records(url).step == read["step"]
        with opened(tmp_path / "data", url) as plant:
            tells_what_it_told(plant, read)
            the_rest_comes(plant)
