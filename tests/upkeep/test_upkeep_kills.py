"""SIGKILL at every step of a backup and of a restore: the installation is whole, and a part is never taken for all."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from forked import Cradle
from upkeep_world import opened

from dovetail.backups.proof import scrub
from dovetail.core.clock import SystemClock
from dovetail.core.errors import ConfigError, InvalidError
from dovetail.repository import chain
from dovetail.repository.place import within
from dovetail.upkeep import manifest as manifests
from dovetail.upkeep.manifest import Progress
from dovetail.upkeep.restore import verify
from shortcuts import some

type Killer = Callable[[str, Path, Path, str], int]


@pytest.fixture
def kill(cradle: Cradle) -> Killer:
    """Do something to a folder in a process that dies at a point; how the process ended."""
    return cradle.die


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, int, int]:
    """(an installation, a backup of another moment of it, samples in the one, in the other)."""
    folder = tmp_path_factory.mktemp("made")
    with opened(folder / "data") as plant:
        plant.put(plant.frames[:2])
        first = len(plant.samples())
        backup = plant.house.backups.now(folder / "backups")
        plant.put(plant.frames[2:4])
        plant.house.rooms.historian.seal_once()
        second = len(plant.samples())
    assert first < second
    return folder / "data", backup, second, first


def held(data: Path) -> int:
    """Samples in an installation that opens and works as if nothing had been."""
    with opened(data) as plant:
        plant.work()
        assert all(plant.told().values())
        return len(plant.samples())


@pytest.mark.kills
@pytest.mark.parametrize("point", ["backup.pinned", "backup.copied", "backup.listed"])
def test_killed_during_a_backup(tmp_path: Path, kill: Killer, made: tuple[Path, Path, int, int], point: str) -> None:
    data = Path(shutil.copytree(made[0], tmp_path / "data"))
    place = tmp_path / "backups"
    assert kill("backup", data, place, point) == -signal.SIGKILL
    (partial,) = manifests.partial_in(place)
    assert manifests.in_folder(place) == []
    with pytest.raises(InvalidError, match="there is no backup in"):
        manifests.the_one(place)
    assert held(data) > made[2], "what was accepted just before is there too"
    with opened(data) as plant:
        whole = plant.house.backups.now(place, keep=1)
    verify(whole, clock=SystemClock())
    assert not partial.exists()


@pytest.mark.kills
@pytest.mark.parametrize(
    "point", some(["repository.block", "repository.snapshot", "repository.pruned", "repository.swept"], of=2)
)
def test_killed_during_an_encrypted_backup(
    tmp_path: Path, kill: Killer, made: tuple[Path, Path, int, int], point: str
) -> None:
    data = Path(shutil.copytree(made[0], tmp_path / "data"))
    assert kill("encrypted", data, tmp_path, "none") == 0
    (repository,) = within(tmp_path)
    before = set(repository.place.rglob("?" * 64))
    with opened(data) as plant:
        plant.put(plant.frames[4:6])
    assert kill("encrypted", data, tmp_path, point) == -signal.SIGKILL
    scrub(repository, repository.signer, Progress())
    assert len(chain.standing(repository.links())) == 1, "the old one or the new one"
    assert kill("encrypted", data, tmp_path, "none") == 0
    seen = scrub(repository, repository.signer, Progress())
    assert seen.snapshots == 1
    left = set(repository.place.rglob("?" * 64))
    assert len(left) == seen.blocks, "what the kill left has gone, or is used"
    assert before & left, "what was there and had not changed was not written again"
    assert not [*repository.place.rglob("*.new"), *data.glob("scratch-*")]
    assert held(data) > made[2]


@pytest.mark.kills
@pytest.mark.parametrize(
    ("point", "then"),
    [
        ("restore.staged", "as before"),
        ("restore.filled", "as before"),
        ("restore.journalled", "restored"),  # from here on whoever opens the folder finishes it
        ("restore.exchanged", "restored"),
    ],
)
def test_killed_during_a_restore(
    tmp_path: Path, kill: Killer, made: tuple[Path, Path, int, int], point: str, then: str
) -> None:
    data = Path(shutil.copytree(made[0], tmp_path / "data"))
    assert kill("restore", data, made[1], point) == -signal.SIGKILL
    assert held(data) == {"as before": made[2], "restored": made[3]}[then]
    assert not (data / "restoring").exists()
    aside = list(data.glob("before-restore-*"))
    assert [held(one) for one in aside] == {"as before": [], "restored": [made[2]]}[then]


@pytest.mark.kills
def test_a_partial_backup_is_not_restored(tmp_path: Path, kill: Killer, made: tuple[Path, Path, int, int]) -> None:
    data = Path(shutil.copytree(made[0], tmp_path / "data"))
    assert kill("backup", data, tmp_path / "backups", "backup.copied") == -signal.SIGKILL
    (partial,) = manifests.partial_in(tmp_path / "backups")
    with pytest.raises(ConfigError, match="holds no whole backup"):
        verify(manifests.the_one(partial), clock=SystemClock())
