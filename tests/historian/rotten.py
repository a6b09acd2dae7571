"""A small plant's samples, and a disk that spoils any byte of them: what must hold then, whatever it was."""

from __future__ import annotations

import itertools
import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from naive_historian import frame, rows_of

from dovetail.chunkstore.files import Files, name_of
from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, SECOND_US
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


def fill(historian: Historian) -> list[Sample]:
    """Two months of a number and a text, sums of hours, and some that is not sealed: all that was sent."""
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
    return rows_of(historian.raw(TAGS, *EVER, scope=ALL))


def build(folder: Path, live: Path) -> list[Sample]:
    """The same in files; `live`: as a kill leaves it."""
    historian = opened(folder)
    truth = fill(historian)
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
    check_all(lambda: opened(folder), truth)


def check_all(
    again: Callable[[], Historian], truth: list[Sample], search: Callable[[Historian], None] | None = None
) -> None:
    """The same, wherever it lies. `search`: what is missing is told once all was looked through."""
    historian = again()
    try:
        _settled(historian)
        if search is not None:
            truth = [*truth, *_late(historian)]
            _true(historian, truth)
            search(historian)
            _settled(historian)
        _reads(historian, truth)
        new = [(tag, LATE_US + 3_600 * SECOND_US, 5.0, q.GOOD) for tag in (1, 2)]
        historian.put([frame(99, new)])
        _settled(historian)
        assert set(rows_of(historian.raw((1, 2), LATE_US + 3_600 * SECOND_US, EVER[1], scope=ALL))) >= set(new)
        _reads(historian, [*truth, *new])
        assert all(one.expected == one.stored + one.duplicate + one.refused + one.gap for one in historian.delivery())
    finally:
        historian.close()
    again().close()  # and once more


def _late(historian: Historian) -> list[Sample]:
    """Samples come amid what is in chunks, whose rows may say that they are of another time."""
    at = (begin_us + hour * HOUR_US + 1 for begin_us in MONTHS for hour in (0, 3, 7, 25, 31))
    late = [(tag, at_us, 0.5, q.GOOD) for at_us in at for tag in (1, 2)]
    historian.put([frame(98, late)])
    _settled(historian)
    return late


def _settled(historian: Historian) -> None:
    """The work of the background, which finds by itself what is spoilt, sets it aside and comes to rest.

    Each kind of work goes on whatever the others meet: they are not of one thread.
    """
    work = (_looked_at, Historian.seal_once, _joined, _searched)
    for _ in range(6):
        done = [_is_done(one, historian) for one in work]
        if all(done):
            return
    raise AssertionError("it does not come to rest")


def _is_done(work: Callable[[Historian], object], historian: Historian) -> bool:
    """False: it has met something that is set aside now, or by who comes next."""
    try:
        work(historian)
    except (MalformedError, DamagedError):
        return False
    except LinkError as error:
        assert "set aside first" in str(error)
        return False
    return True


def _looked_at(historian: Historian) -> None:
    historian.raw(TAGS, *EVER, scope=ALL)
    for tag, begin_us in itertools.product((1, 2), MONTHS):
        historian.series(tag, begin_us, begin_us + 2 * DAY_US, 48, scope=ALL)


def _joined(historian: Historian) -> None:
    while historian.compact_once():
        pass


def _searched(historian: Historian) -> None:
    for number in historian.chunks.newest_first():
        _put_in_order(historian, number)


def _put_in_order(historian: Historian, number: int) -> None:
    if isinstance(historian.storage, Files):
        put_in_order(historian, number, historian.storage.folder / name_of(number))


def _true(historian: Historian, truth: list[Sample]) -> None:
    """Nothing is read that nobody sent, and nothing twice; figures are of what was sent."""
    found = Counter(rows_of(historian.raw(TAGS, *EVER, scope=ALL)))
    assert not found - Counter(truth), "a sample that nobody sent"
    sent = {(tag, ts, value) for tag, ts, value, _ in truth} | {(tag, ts, None) for tag, ts, _, _ in truth}
    for at_us in (begin_us + hour * HOUR_US for begin_us in MONTHS for hour in (0, 1, 4, 12, 27, 40)):
        held = historian.bounding(TAGS, at_us, scope=ALL)
        assert {(tag, one.ts_us, one.value) for tag, one in held.items() if one.value is not None} <= sent
    for tag in (1, 2):
        _figures(historian, [one for one in truth if one[0] == tag], tag)


def _reads(historian: Historian, truth: list[Sample]) -> None:
    _true(historian, truth)
    found = Counter(rows_of(historian.raw(TAGS, *EVER, scope=ALL)))
    for tag in TAGS:
        real = Counter(one for one in truth if one[0] == tag)
        missing = real - Counter({one: n for one, n in found.items() if one[0] == tag})
        holes = historian.damage.of(tag, *EVER)
        gaps = sum(one.gap for one in historian.delivery())
        unknown = [one for one in missing if not any(hole.t0 <= one[1] <= hole.t1 for hole in holes)]
        assert len(unknown) <= gaps, "what is missing is told: as a hole of its time, or as a gap of its source"
    for tag in (1, 2):
        _figures(historian, [one for one in truth if one[0] == tag and found[one]], tag)
        _mean(historian, [one for one in truth if found[one]], truth, tag)


def _figures(historian: Historian, real: list[Sample], tag: int) -> None:
    """What is summed up is of the samples that can be read, and of no others."""
    for begin_us in MONTHS:
        until_us = begin_us + 2 * DAY_US
        values = {one[2] for one in real if begin_us <= one[1] < until_us}
        series = historian.series(tag, begin_us, until_us, 48, scope=ALL)
        shown = np.concatenate([series.min, series.max, series.first, series.last])
        assert set(shown[~np.isnan(shown)].tolist()) <= values


def _mean(historian: Historian, real: list[Sample], sent: list[Sample], tag: int) -> None:
    """Where nothing is missing, the mean of a day is that of its samples, however it was come by."""
    for begin_us, day in itertools.product(MONTHS, range(2)):
        from_us, to_us = begin_us + day * DAY_US, begin_us + day * DAY_US + 8 * HOUR_US
        inside, all_sent = (
            sorted((one[1], float(str(one[2]))) for one in some if one[0] == tag and from_us <= one[1] < to_us)
            for some in (real, sent)
        )
        if inside == all_sent:
            ends = [*(ts for ts, _ in inside[1:]), to_us]
            area = sum(value * (end - ts) for (ts, value), end in zip(inside, ends, strict=True))
            assert historian.mean(tag, from_us, to_us, scope=ALL).value == pytest.approx(area / (to_us - inside[0][0]))
