"""kill -9 of the server at random moments, over and over on the same data folder, while the line goes on."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from kills_checks import assert_all_holds
from kills_world import Cradle, world

KILLS, FOLDERS, IN_TEST = 25, 20, 4


def kill_at_random(folder: Path, cradle: Cradle, *, seed: int, kills: int, database_url: str | None = None) -> None:
    """Every fourth life ends while it begins, the others within a few seconds of work."""
    chance = random.Random(seed)
    with world(folder, cradle, seed=seed, database_url=database_url) as living:
        for number in range(kills):
            living.begin()
            if number % 4 == 1:
                living.live_for(chance.uniform(0.0, 0.8))
            else:
                living.until_ready()
                living.live_for(chance.uniform(0.3, 3.0))
            assert living.kill() == -9, living.last_words()
        living.close_books()
    assert_all_holds(living)


@pytest.mark.kills
def test_kills_at_random_moments_lose_and_double_nothing(
    tmp_path: Path, cradle: Cradle, say: Callable[[str], None]
) -> None:
    kill_at_random(tmp_path, cradle, seed=1, kills=IN_TEST)
    say(f"{IN_TEST} of {KILLS * FOLDERS} kills at random moments (make soak runs all)")


@pytest.mark.kills
@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 100 + FOLDERS))
def test_many_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path, cradle: Cradle, seed: int) -> None:
    kill_at_random(tmp_path, cradle, seed=seed, kills=KILLS)


@pytest.mark.kills
@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("seed", range(300, 302))
def test_many_kills_with_records_on_postgresql(tmp_path: Path, cradle: Cradle, seed: int, database_url: str) -> None:
    kill_at_random(tmp_path, cradle, seed=seed, kills=KILLS, database_url=database_url)
