"""kill -9 at any moment while files are taken: every row is kept once, in the end, and every file is archived."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import taking_life
from taking_life import Life

from dovetail.core.batch import Kind

ROWS = 40
POINTS = ("spool.written", "spool.kept", "historian.written", "historian.stored", "spool.delivered", "filedrop.tidied")


def drop_files(drop: Path, first: int, count: int) -> None:
    """Files of rows without times, the hardest kind: only that a file was taken tells that its rows were."""
    for number in range(first, first + count):
        body = "".join(f"{number * ROWS + row}\n" for row in range(ROWS))
        (drop / "next.tmp").write_text("Speed\n" + body)
        (drop / "next.tmp").rename(drop / f"{number:05}.csv")


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def take_through_kills(tmp_path: Path, kills: list[tuple[str, int]], *, others: int, seed: int) -> None:
    """A life for each point, `others` that end anywhere, and one that may finish; then everything is counted."""
    drop, chance, files = tmp_path / "drop", random.Random(seed), 0
    drop.mkdir()
    options = {"folder": str(drop), "stable_s": 0, "every_s": 0.2}
    life = Life("filedrop", options, [("Speed", Kind.F64)], str(tmp_path))
    for kill_at in chance.sample(kills, len(kills)):
        drop_files(drop, files, 3)
        files += 3
        process = taking_life.begin(Life(life.driver, life.options, life.points, life.folder, kill_at))
        assert process.wait(30) == -9, kill_at
        taking_life.end(process)
    for _ in range(others):
        drop_files(drop, files, 3)
        files += 3
        process = taking_life.begin(life)
        time.sleep(chance.random() / 3)  # the moment is what is tried here
        taking_life.end(process)
    process = taking_life.begin(life)
    wait_for(lambda: not list(drop.glob("*.csv")))
    taking_life.end(process)
    expected = Counter(float(n) for n in range(files * ROWS))
    assert taking_life.stored(tmp_path, 1) == expected
    assert len(list((drop / "archive").iterdir())) == files


@pytest.mark.kills
def test_a_kill_at_any_moment_takes_each_file_once(tmp_path: Path) -> None:
    take_through_kills(tmp_path, [(point, 1 + n % 2) for n, point in enumerate(POINTS)], others=2, seed=4)


@pytest.mark.kills
@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
def test_many_kills_take_each_file_once(tmp_path: Path, seed: int) -> None:
    take_through_kills(tmp_path, [(point, nth) for point in POINTS for nth in (1, 2, 3)], others=20, seed=seed)
