"""kill -9 between any two steps of store → decide → settle → seal, by the server's own hand at a named point."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from kills_checks import assert_all_holds
from kills_world import Cradle, world

POINTS = (
    "edge.resumed",  # a new epoch is taken, nothing is sent in it
    "historian.written",  # frames are in the head log, not committed
    "historian.stored",  # committed, nobody has been told
    "states.decided",  # records, checkpoints and position written, not committed
    "states.committed",  # committed, the historian has not been told how far
    "production.recorded",  # jobs and position committed, not told
    "production.published",  # said on the tags, not noted as said
    "operations.audited",  # a person's change and its audit row written, not committed
    "operations.committed",  # committed, not answered
    "ledger.cut",  # slices and rollups written, not committed
    "ledger.settled",  # committed
    "historian.chunk-written",  # a chunk file holds the samples, the head does not know
    "historian.sealed",  # the head knows, its rows are still there
    "historian.head-deleted",  # and gone
    "historian.rolled",  # a day is summed up, and what comes late makes it dirty
)
ONCE = ("edge.resumed",)  # a life passes it once
EVERY = [(point, nth) for point in POINTS for nth in (1, 3) if nth == 1 or point not in ONCE]
IN_TEST = 7  # of the points, always the same ones
DIES_WITHIN_S = 40.0


def kill_at_points(folder: Path, cradle: Cradle, points: Sequence[tuple[str, int]], *, seed: int) -> None:
    """One life after the other on the same data folder, each ended at its point; then the books are checked."""
    with world(folder, cradle, seed=seed) as living:
        for point, nth in points:
            living.begin(kill_at=(point, nth))
            assert living.wait_for_death(DIES_WITHIN_S), f"{point} was not passed {nth} times: {living.last_words()}"
        living.close_books()
    assert_all_holds(living)


@pytest.mark.kills
def test_a_kill_between_two_steps_loses_and_doubles_nothing(
    tmp_path: Path, cradle: Cradle, say: Callable[[str], None]
) -> None:
    chance = random.Random(10)  # at least one of each stage
    chosen = [(point, 1 if point in ONCE else chance.choice((1, 3))) for point in chance.sample(POINTS, IN_TEST)]
    kill_at_points(tmp_path, cradle, chosen, seed=9)
    say(f"{len(chosen)} of {3 * len(EVERY)} kills at named points (make soak runs all)")


@pytest.mark.kills
@pytest.mark.soak
@pytest.mark.parametrize("point, nth", EVERY)
def test_kills_at_one_step_lose_and_double_nothing(tmp_path: Path, cradle: Cradle, point: str, nth: int) -> None:
    """Three times in a row: what a restart leaves behind is killed at the same step again."""
    kill_at_points(tmp_path, cradle, [(point, nth)] * 3, seed=nth)
