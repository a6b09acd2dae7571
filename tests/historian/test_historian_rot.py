"""A disk spoils any byte of any file of the samples: the truth or a told hole, and everything else goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import rotten

FEW = (1, 2, 3, 5, 137, 224, 2_121, 1_113, 2_303)  # of make test; the last five once found faults
MANY = 40  # blocks of the long form
IN_A_BLOCK = 50


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[rotten.Sample]]:
    """The files of a plant as a kill leaves them, and what it sent."""
    folder = tmp_path_factory.mktemp("rot")
    return folder / "live", rotten.build(folder / "is", folder / "live")


def spoil_and_check(plant: tuple[Path, list[rotten.Sample]], folder: Path, seed: int) -> None:
    live, truth = plant
    shutil.copytree(live, folder)
    rot = rotten.some_rot(folder, seed)
    rot.do(folder)
    try:
        rotten.check(folder, truth)
    except BaseException as error:
        error.add_note(f"seed {seed}: {rot}")
        raise
    shutil.rmtree(folder)


@pytest.mark.parametrize("seed", FEW)
def test_each_answer_is_the_truth_or_says_what_is_missing(
    plant: tuple[Path, list[rotten.Sample]], tmp_path: Path, seed: int
) -> None:
    spoil_and_check(plant, tmp_path / "it", seed)


@pytest.mark.soak
@pytest.mark.parametrize("block", range(MANY))
def test_of_very_many_spoilt_bytes_none_makes_a_number_wrong(
    plant: tuple[Path, list[rotten.Sample]], tmp_path: Path, block: int
) -> None:
    for seed in range(1_000 + block * IN_A_BLOCK, 1_000 + (block + 1) * IN_A_BLOCK):
        spoil_and_check(plant, tmp_path / "it", seed)
