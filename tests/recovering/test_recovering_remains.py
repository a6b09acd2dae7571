"""Of a month whose file is no whole database any more everything comes back that a disk has left as it was."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dovetail.chunkstore.aside import EVERY
from dovetail.chunkstore.files import name_of
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import HOUR_US, SECOND_US
from dovetail.core.errors import ConfigError
from dovetail.core.scope import system_scope
from dovetail.core.setaside import SPOILT
from dovetail.historian.service import Historian
from dovetail.recovering.service import Recover, Recovery
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from dovetail.upkeep.layout import HISTORIAN
from dovetail.web.longwork import LongWork

ALL = system_scope("test")
TAGS, N, PAGE = 60, 400, 4096

type Samples = dict[int, list[tuple[int, float]]]


def nobody(_done: int, _total: int) -> None:
    """Nobody looks at how far it is."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(DAY_ZERO_US + HOUR_US)


def opened(folder: Path, clock: ManualClock) -> Historian:
    return Historian(folder / HISTORIAN, clock=clock, bus=Bus(), owner_of=lambda _tag: 1)


def filled(folder: Path, clock: ManualClock) -> Path:
    """Sixty tags in chunks of a few pages each; the file of their month."""
    historian, rng = opened(folder, clock), np.random.default_rng(1)
    for seq in (1, 2):
        tag = np.repeat(np.arange(1, TAGS + 1), N)
        ts = DAY_ZERO_US + (np.tile(np.arange(N), TAGS) + (seq - 1) * N) * SECOND_US
        good, quality = np.ones(len(tag), dtype=np.bool_), np.full(len(tag), 0xC0, dtype=np.uint16)
        batch = Batch(Kind.F64, tag, ts, rng.normal(size=len(tag)), good, quality)
        historian.put([Frame("edge", Lane.LIVE, 1, seq, (batch,))])
        historian.seal_once()
    (month,) = historian.chunks.newest_first()
    historian.close()
    return folder / HISTORIAN / name_of(month)


def held(historian: Historian) -> Samples:
    found: Samples = {}
    for batch in historian.raw(range(1, TAGS + 1), 0, DAY_ZERO_US + HOUR_US, scope=ALL):
        for tag, ts, value, valid in zip(
            batch.tag.tolist(), batch.ts.tolist(), batch.value.tolist(), batch.valid.tolist(), strict=True
        ):
            if valid:
                found.setdefault(tag, []).append((ts, value))
    return found


def brought_back(folder: Path, clock: ManualClock) -> tuple[Samples, int]:
    """(what is held once the month was lost, set aside and its file gone through, how many holes stay)."""
    historian = opened(folder, clock)
    try:
        if all(
            one.of.tag != EVERY for one in historian.damage.all()
        ):  # else somebody has stumbled over it at the start
            (month,) = historian.chunks.newest_first()
            with historian.dropper.still():
                historian.damage.renew(historian.chunks, month, "somebody thought so")
        recovery = Recovery(folder, historian, LongWork(clock))
        (kept,) = (folder / HISTORIAN / SPOILT).iterdir()
        plan = recovery.plan(str(kept), ALL)
        done = recovery.put_back(Recover(folder=str(kept), plan=plan.digest), nobody)
        historian.seal_once()
        assert done.samples == plan.samples
        return held(historian), len(historian.damage.all())
    finally:
        historian.close()


def spoil(path: Path, how: Callable[[bytearray], None]) -> None:
    data = bytearray(path.read_bytes())
    how(data)
    path.write_bytes(bytes(data))


def leaves(data: bytearray) -> list[int]:
    """Where pages begin that hold rows of a table."""
    return [at for at in range(PAGE, len(data), PAGE) if data[at] == 0x0D]


def test_one_spoilt_page_costs_its_own_rows_and_no_others(tmp_path: Path, clock: ManualClock) -> None:
    path = filled(tmp_path, clock)
    before = opened(tmp_path, clock)
    truth = held(before)
    before.close()

    def how(data: bytearray) -> None:
        for at in leaves(data)[3:5]:
            data[at] = 0xFF

    spoil(path, how)
    found, holes = brought_back(tmp_path, clock)
    assert 0.5 * TAGS < len(found) < TAGS
    assert found == {tag: truth[tag] for tag in found}
    assert holes == 1  # the month stays told: something of it is lost
    assert brought_back(tmp_path, clock) == (found, 1)  # what comes twice is kept once


def test_a_month_of_which_everything_can_be_read_is_whole_again(tmp_path: Path, clock: ManualClock) -> None:
    filled(tmp_path, clock)
    historian = opened(tmp_path, clock)
    truth = held(historian)
    historian.close()
    assert brought_back(tmp_path, clock) == (truth, 0)


@pytest.mark.parametrize("seed", range(12))
def test_what_comes_back_is_what_was_sent_whatever_bytes_are_spoilt(
    tmp_path: Path, clock: ManualClock, seed: int
) -> None:
    path, chance = filled(tmp_path, clock), random.Random(seed)
    before = opened(tmp_path, clock)
    truth = held(before)
    before.close()

    def how(data: bytearray) -> None:
        for _ in range(chance.choice((1, 5, 40))):
            data[chance.randrange(PAGE, len(data))] ^= 1 << chance.randrange(8)
        for at in chance.sample(leaves(data), 2):
            data[at] = chance.randrange(256)

    spoil(path, how)
    found, _ = brought_back(tmp_path, clock)
    assert all(set(samples) <= set(truth[tag]) for tag, samples in found.items())
    assert all(len(samples) == len(set(samples)) for samples in found.values())
    assert sum(map(len, found.values())) > 0.2 * TAGS * 2 * N


def test_a_file_of_which_nothing_can_be_read_says_so(tmp_path: Path, clock: ManualClock) -> None:
    path = filled(tmp_path, clock)
    spoil(path, lambda data: data.__setitem__(slice(0, PAGE), b"\xff" * PAGE))
    historian = opened(tmp_path, clock)
    (kept,) = (tmp_path / HISTORIAN / SPOILT).iterdir()
    recovery = Recovery(tmp_path, historian, LongWork(clock))
    assert [one.of.tag for one in historian.damage.all()] == [EVERY]
    with pytest.raises(ConfigError, match="nothing can be read"):
        recovery.plan(str(kept), ALL)
    with pytest.raises(ConfigError, match="nothing can be read"):
        recovery.plan(str(kept / path.name), ALL)
    historian.close()
