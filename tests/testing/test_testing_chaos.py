"""Every driver stands every trial of the chaos matrix: a sample of cells in the short form, all of them in the long."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable
from typing import Final

import pytest

from dovetail.core.plugins import load
from dovetail.drivers.base import PACKAGE
from dovetail.testing.bench import Trial
from dovetail.testing.benches import BENCHES
from dovetail.testing.matrix import EXPECTED, Played, play
from dovetail.testing.reconnects import TIMES, reconnect

SEED: Final = 4  # of the sample; another is another sample
CELLS: Final[list[tuple[str, Trial]]] = [
    (driver, trial) for driver, make in BENCHES.items() for trial in EXPECTED if trial not in make.cannot
]
SLOW: Final = {("mqtt", "garbage reply"), ("sparkplug", "garbage reply"), ("mtconnect", "garbage reply")}
LASTING: Final = [driver for driver, bench in BENCHES.items() if "reconnects" not in bench.cannot]
ALL: Final = len(CELLS) + len(LASTING)  # and ten thousand reconnects each


def sample() -> list[tuple[str, Trial]]:
    """One cell of each driver, no trial twice before each was there."""
    rng = random.Random(SEED)
    chosen: list[tuple[str, Trial]] = []
    for driver in sorted(BENCHES, key=lambda name: len(BENCHES[name].cannot), reverse=True):
        free = [cell for cell in CELLS if cell[0] == driver and cell not in SLOW]
        fresh = [cell for cell in free if cell[1] not in {trial for _, trial in chosen}]
        chosen.append(rng.choice(fresh or free))
    return chosen


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Say something beside the dots: how much of the long form was run."""

    def aloud(text: str) -> None:
        with capsys.disabled():
            print(f"\n    {text}", file=sys.stderr, flush=True)  # a worker's stdout is its wire to the others

    return aloud


async def test_a_sample_of_the_chaos_matrix(say: Callable[[str], None]) -> None:
    """All of its cells at once: so the neighbours have more of them."""
    cells = sample()
    ready = asyncio.Barrier(len(cells))
    for bench in BENCHES.values():
        load(PACKAGE, bench.driver).prepare()  # imports that would hold up everybody's answers

    async def one(driver: str, trial: Trial) -> Played:
        return await play(trial, BENCHES[driver](), BENCHES[driver](), ready=ready.wait)

    played = await asyncio.gather(*(one(*cell) for cell in cells))
    failed = [(*cell, *one.failed) for cell, one in zip(cells, played, strict=True) if one.failed]
    assert failed == []
    say(f"chaos matrix: {len(cells)} of {ALL} cells (make soak plays all)")


@pytest.mark.soak
@pytest.mark.parametrize(("driver", "trial"), CELLS, ids=[f"{driver}-{trial}" for driver, trial in CELLS])
async def test_a_cell_of_the_chaos_matrix(driver: str, trial: Trial) -> None:
    assert (await play(trial, BENCHES[driver](), BENCHES[driver]())).failed == []


@pytest.mark.parametrize("driver", LASTING)
async def test_a_link_that_breaks_again_and_again(driver: str) -> None:
    assert (await reconnect(BENCHES[driver](), times=2)).failed == []


@pytest.mark.soak
@pytest.mark.parametrize("driver", LASTING)
async def test_a_link_that_breaks_ten_thousand_times(driver: str) -> None:
    assert (await reconnect(BENCHES[driver](), times=TIMES)).failed == []
