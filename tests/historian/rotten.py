"""A small plant's samples, and a disk that spoils any byte of them: what must hold then, whatever it was."""

from __future__ import annotations

import itertools
import random
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from naive_historian import frame, rows_of

from dovetail.chunkstore.files import name_of
from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, SECOND_US
from dovetail.core.errors import DamagedError, LinkError, MalformedError
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.scrubbing.service import put_in_order
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

ALL = system_scope("test")
MONTHS = (DAY_ZERO_US, DAY_ZERO_US + 31 * DAY_US)
LATE_US = MONTHS[1] + 10 * DAY_US
EVER = (0, LATE_US + DAY_US)
TAGS = (1, 2, 3)
Sample = tuple[int, int, object, int]


def clock() -> ManualClock:
    there = ManualClock(DAY_ZERO_US)
    there.step(LATE_US + DAY_US - DAY_ZERO_US)
    return there


def opened(folder: Path) -> Historian:
    return Historian(folder, clock=clock(), bus=Bus(), owner_of=dict.fromkeys(TAGS, 1).get)


def build(folder: Path, live: Path) -> list[Sample]:
    """Two months of a number and a text, sums of hours, and some that is not sealed; `live`: as a kill leaves it."""
    historian = opened(folder)
    seq = 0
    for begin_us in MONTHS:
        for day in range(2):
            seq += 1
            at = begin_us + day * DAY_US
            numbers = [(tag, at + i * 30 * SECOND_US, i * 1.5, q.GOOD) for tag in (1, 2) for i in range(900)]
            historian.put([frame(seq, numbers)])
            texts = [(3, at + i * 60 * SECOND_US, f"order {i}", q.GOOD) for i in range(200)]
            historian.put([Frame("texts", Lane.LIVE, 1, seq, (Batch.of(Kind.STR, texts),))])
            historian.seal_once()
    while historian.compact_once():
        pass
    for _ in range(4):
        seq += 1
        historian.put([frame(seq, [(tag, LATE_US + seq * SECOND_US, float(seq), q.GOOD) for tag in (1, 2)])])
    truth = rows_of(historian.raw(TAGS, *EVER, scope=ALL))
    shutil.copytree(folder, live)
    historian.close()
    return truth


@dataclass(frozen=True)
class Rot:
    """One thing that a disk does."""

    file: str
    at: int
    how: str

    def do(self, folder: Path) -> None:
        path = folder / self.file
        data = bytearray(path.read_bytes())
        sector = slice(self.at - self.at % 512, self.at - self.at % 512 + 512)
        if self.how == "bit":
            data[self.at] ^= 1 << (self.at % 8)
        elif self.how == "byte":
            data[self.at] = (data[self.at] + 0x5B) % 256
        elif self.how == "zeros":
            data[sector] = bytes(len(data[sector]))
        elif self.how == "elsewhere":
            data[sector] = data[: len(data[sector])]
        else:
            del data[self.at :]
        path.write_bytes(bytes(data))


def some_rot(folder: Path, seed: int) -> Rot:
    """Any byte of any file, each file as often as the others."""
    chance = random.Random(seed)
    files = sorted(path.name for path in folder.iterdir() if path.stat().st_size and not path.name.endswith("-shm"))
    file = chance.choice(files)
    size = (folder / file).stat().st_size
    return Rot(file, chance.randrange(size), chance.choice(["bit", "bit", "byte", "zeros", "elsewhere", "cut"]))


def check(folder: Path, truth: list[Sample]) -> None:
    """Open what is there: each answer is the truth or says what is missing, and what comes is kept."""
    historian = opened(folder)
    try:
        _settled(historian, folder)
        _reads(historian, truth)
        new = [(tag, LATE_US + 3_600 * SECOND_US, 5.0, q.GOOD) for tag in (1, 2)]
        historian.put([frame(99, new)])
        _settled(historian, folder)
        assert set(rows_of(historian.raw((1, 2), LATE_US + 3_600 * SECOND_US, EVER[1], scope=ALL))) >= set(new)
        _reads(historian, [*truth, *new])
        assert all(one.expected == one.stored + one.duplicate + one.refused + one.gap for one in historian.delivery())
    finally:
        historian.close()
    opened(folder).close()  # and once more


def _settled(historian: Historian, folder: Path) -> None:
    """The work of the background, which finds by itself what is spoilt, sets it aside and comes to rest."""
    for _ in range(6):
        try:
            historian.raw(TAGS, *EVER, scope=ALL)
            for tag, begin_us in itertools.product((1, 2), MONTHS):
                historian.series(tag, begin_us, begin_us + 2 * DAY_US, 48, scope=ALL)
            historian.seal_once()
            while historian.compact_once():
                pass
            for number in historian.chunks.newest_first():
                put_in_order(historian, number, folder / name_of(number))
        except (MalformedError, DamagedError):
            continue  # it is set aside now
        except LinkError as error:
            assert "set aside first" in str(error)
        else:
            return
    raise AssertionError("it does not come to rest")


def _reads(historian: Historian, truth: list[Sample]) -> None:
    found = Counter(rows_of(historian.raw(TAGS, *EVER, scope=ALL)))
    for tag in TAGS:
        real = Counter(one for one in truth if one[0] == tag)
        read = Counter({one: n for one, n in found.items() if one[0] == tag})
        assert not read - real, "a sample that nobody sent"
        missing = real - read
        holes = historian.damage.of(tag, *EVER)
        gaps = sum(one.gap for one in historian.delivery())
        unknown = [one for one in missing if not any(hole.t0 <= one[1] <= hole.t1 for hole in holes)]
        assert len(unknown) <= gaps, "what is missing is told: as a hole of its time, or as a gap of its source"
    for tag in (1, 2):
        _figures(historian, [one for one in truth if one[0] == tag and found[one]], tag)


def _figures(historian: Historian, real: list[Sample], tag: int) -> None:
    """What is summed up is of the samples that can be read, and of no others."""
    for begin_us in MONTHS:
        until_us = begin_us + 2 * DAY_US
        values = {one[2] for one in real if begin_us <= one[1] < until_us}
        series = historian.series(tag, begin_us, until_us, 48, scope=ALL)
        shown = np.concatenate([series.min, series.max, series.first, series.last])
        assert set(shown[~np.isnan(shown)].tolist()) <= values
