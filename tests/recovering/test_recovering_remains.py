"""Of a month whose file is no whole database any more everything comes back that a disk has left as it was."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import pytest

from dovetail.chunkstore import files
from dovetail.chunkstore.aside import EVERY
from dovetail.chunkstore.files import name_of
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, SECOND_US
from dovetail.core.errors import ConfigError
from dovetail.core.scope import system_scope
from dovetail.core.setaside import SPOILT
from dovetail.historian.service import Historian
from dovetail.recovering import remains
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
    historian.consumer_at("states", 2)
    historian.seal_once()
    assert historian.head_bounds() == (2, 2)  # the log has none of it any more, from which it would come back
    (month,) = historian.chunks.newest_first()
    historian.close()
    return folder / HISTORIAN / name_of(month)


def held(historian: Historian) -> Samples:
    found: Samples = {}
    for batch in historian.raw(range(1, TAGS + 1), 0, DAY_ZERO_US + DAY_US, scope=ALL):
        for tag, ts, value, valid in zip(
            batch.tag.tolist(), batch.ts.tolist(), batch.value.tolist(), batch.valid.tolist(), strict=True
        ):
            if valid:
                found.setdefault(tag, []).append((ts, value))
    return found


def brought_back(folder: Path, clock: ManualClock, of: Path | None = None) -> tuple[Samples, int]:
    """(what is held once the month was lost, set aside and its file or a backup gone through, how many holes stay)."""
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
        put_back(recovery, of or kept)
        historian.seal_once()
        return held(historian), len(historian.damage.all())
    finally:
        historian.close()


def put_back(recovery: Recovery, folder: Path) -> tuple[int, int]:
    """(how many holes are filled, how many stay)."""
    plan = recovery.plan(str(folder), ALL)
    done = recovery.put_back(Recover(folder=str(folder), plan=plan.digest), nobody)
    assert done.samples == plan.samples
    return done.filled, done.left


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


def test_what_was_missing_before_the_month_was_lost_is_missing_still(tmp_path: Path, clock: ManualClock) -> None:
    """A chunk was a hole of its signal; that nobody is told of it any more would make a whole signal of it."""
    filled(tmp_path, clock)
    historian = opened(tmp_path, clock)
    (month,) = historian.chunks.newest_first()
    with historian.chunks.use(month) as place, place._place.transaction() as session:
        session.execute("update chunk set body = zeroblob(30) where tag = 7")
    truth = held(historian)
    historian.seal_once()
    missing = [(one.of.tag, one.t0, one.t1, one.n) for one in historian.damage.all()]
    historian.close()
    assert brought_back(tmp_path, clock) == (truth, len(missing))
    historian = opened(tmp_path, clock)
    assert [(one.of.tag, one.t0, one.t1, one.n) for one in historian.damage.all()] == missing
    assert {tag for tag, *_ in missing} == {7}
    historian.close()


@pytest.mark.parametrize("backup", [None, "backup"])
def test_what_was_ahead_of_the_clock_comes_back_too(tmp_path: Path, clock: ManualClock, backup: str | None) -> None:
    """Of a lost month nothing is told that lies ahead, else nobody could write there; it was there all the same."""
    filled(tmp_path, clock)
    historian = opened(tmp_path, clock)
    ahead = Batch.of(Kind.F64, [(1, clock.now_us() + HOUR_US, 7.0, 0xC0)])
    historian.put([Frame("edge", Lane.LIVE, 1, 3, (ahead,))])
    historian.seal_once()
    truth = held(historian)
    historian.close()
    shutil.copytree(tmp_path / HISTORIAN, tmp_path / "backup" / HISTORIAN)
    assert truth[1][-1] == (clock.now_us() + HOUR_US, 7.0)
    assert brought_back(tmp_path, clock, of=None if backup is None else tmp_path / backup) == (truth, 0)


def test_a_month_that_was_lost_twice_comes_back_file_by_file(tmp_path: Path, clock: ManualClock) -> None:
    filled(tmp_path, clock)
    historian = opened(tmp_path, clock)
    (month,) = historian.chunks.newest_first()
    truth = held(historian)

    def lost() -> Path:
        before = {*(tmp_path / HISTORIAN / SPOILT).glob("*")}
        with historian.dropper.still():
            historian.damage.renew(historian.chunks, month, "somebody thought so")
        (kept,) = {*(tmp_path / HISTORIAN / SPOILT).glob("*")} - before
        return kept

    first = lost()
    truth[2] += [(DAY_ZERO_US + HOUR_US, 9.0)]
    historian.put([Frame("edge", Lane.LIVE, 1, 3, (Batch.of(Kind.F64, [(2, *truth[2][-1], 0xC0)]),))])
    historian.seal_once()
    second = lost()
    recovery = Recovery(tmp_path, historian, LongWork(clock))
    assert put_back(recovery, first) == (0, 1)  # the hole that is told is the second file's
    assert put_back(recovery, second) == (1, 1)  # which tells of the first
    assert put_back(recovery, first) == (1, 0)
    historian.seal_once()
    assert (held(historian), historian.damage.all()) == (truth, [])
    historian.close()


def test_a_file_whose_version_is_spoilt_too_gives_nothing_to_another_tag(tmp_path: Path, clock: ManualClock) -> None:
    """What vouches for whose samples they are came with a later version than the one that the file now says."""
    path = filled(tmp_path, clock)
    historian = opened(tmp_path, clock)
    truth = held(historian)
    historian.close()
    connection = files.connect(path, role="writer")
    connection.execute("update chunk set tag = 8 where tag = 7")
    connection.execute("pragma user_version = 4")
    connection.close()
    del truth[7]
    assert brought_back(tmp_path, clock) == (truth, 1)


def test_where_no_chunk_can_be_read_the_hole_is_shown_all_the_same(tmp_path: Path, clock: ManualClock) -> None:
    def how(data: bytearray) -> None:
        for at in leaves(data):
            data[at] = 0xFF

    spoil(filled(tmp_path, clock), how)
    historian = opened(tmp_path, clock)
    (kept,) = (tmp_path / HISTORIAN / SPOILT).iterdir()
    plan = Recovery(tmp_path, historian, LongWork(clock)).plan(str(kept), ALL)
    assert [(line.tag, line.found) for line in plan.lines] == [(EVERY, 0)]
    historian.close()


class Pages:
    """Rows by their numbers. Who comes to one that is refused is told nothing; one goes by a number that is not its."""

    def __init__(self, rows: Collection[int], refused: Collection[int], astray: int | None) -> None:
        self._rows, self._refused, self._astray = rows, refused, astray
        self._found: tuple[int, ...] | None = None

    def execute(self, sql: str, values: tuple[int]) -> Pages:
        if "id >" in sql:
            number = min((row for row in self._rows if row > values[0]), default=0)
            self._found = (1 << 40 if number == self._astray else number, 1) if number else None
        else:
            (number,) = values
            self._found = (1,) if number in self._rows and number != self._astray else None
        if number in self._refused:
            raise files.sqlite3.DatabaseError("database disk image is malformed")
        return self

    def fetchone(self) -> tuple[int, ...] | None:
        return self._found


@pytest.mark.parametrize(
    ("refused", "astray", "found"),
    [
        ((), None, {*range(1, 41)}),
        ((1, 2, 3), None, {*range(4, 41)}),
        ((40,), None, {*range(1, 40)}),
        ((*range(3, 8), *range(10, 31)), None, {1, 2, 8, 9, *range(31, 41)}),  # 8 and 9 lie between two leaps
        ((*range(20, 41),), None, {*range(1, 20)}),
        ((), 5, {*range(1, 41)} - {5}),  # its number is another: all behind it are there
    ],
)
def test_rows_amid_those_that_are_refused_are_found(
    refused: tuple[int, ...], astray: int | None, found: set[int]
) -> None:
    pages = Pages(range(1, 41), refused, astray)
    assert [number for number, _ in remains._reachable(pages)] == sorted(found)  # type: ignore[arg-type]  # it only asks
