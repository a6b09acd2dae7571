"""From PLC samples to a cause: the whole installation names the unit and the reason that the simulator knows.

Samples go through states, first-outs, jobs and the flow with its buffers; nothing is handed over ready-made.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from misses import EXPLAINED, Judged, judged

RIGHT_AT_LEAST = 0.99


def assert_right_and_explained(name: str, found: Judged) -> None:
    listed = {why: round(us / 60_000_000, 2) for why, us in found.by_cause.most_common()}
    print(f"{name}: {found.lost_us / 60_000_000:.0f} min lost, {found.right:.4%} right; minutes of misses: {listed}")
    assert found.right >= RIGHT_AT_LEAST, (name, listed)
    assert found.by_cause.keys() <= EXPLAINED.keys(), [miss for miss in found.misses if miss.why not in EXPLAINED]


def test_the_causes_of_a_day_that_was_read_over_its_tags_are_the_truth(tmp_path: Path) -> None:
    found = dict(judged(tmp_path, seed=4, days=1))
    for name, one in found.items():
        assert_right_and_explained(name, one)
    assert found["line"] == found["filler"]  # its constraint
    assert found["capper"].lost_us > 0


@pytest.mark.soak
@pytest.mark.parametrize("seed", [4, 11])
def test_the_causes_of_a_month_that_was_read_over_its_tags_are_the_truth(tmp_path: Path, seed: int) -> None:
    for name, one in judged(tmp_path, seed=seed, days=30):
        assert_right_and_explained(name, one)
