"""What was taken from elsewhere is on disk until the historian has it, and counts once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spool_world import AWAY, Kept, samples

from dovetail.core import limits
from dovetail.core.batch import Batch, Kind, Lane
from dovetail.core.clock import SECOND_US, SystemClock
from dovetail.core.errors import ConfigError, LinkError, RefusedError
from dovetail.drivers.keeping import in_parcels
from dovetail.spool import parcels as codec
from dovetail.spool import store as store_module
from dovetail.spool.pump import Spool
from dovetail.spool.store import SpoolStore, Stock
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from waiting import until

LINK, OTHER = 7, 8


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def spool(tmp_path: Path, kept: Kept) -> AsyncIterator[Spool]:
    made = Spool(tmp_path / "spool.db", kept, SystemClock())
    yield made
    await made.stop()


async def test_what_is_put_reaches_the_historian_and_is_remembered(spool: Spool, kept: Kept) -> None:
    await spool.start()
    keep = spool.of(LINK)
    await keep.put([samples(1, 2), samples(3)], {"file:a": "taken"})
    await keep.delivered()
    assert kept.values() == [1, 2, 3]
    assert await keep.recall("file:a") == "taken"
    assert await spool.of(OTHER).recall("file:a") is None
    assert {frame.lane for frame in kept.frames.values()} == {Lane.IMPORT}
    await keep.put([], {"file:a": None})
    assert await keep.recall("file:a") is None


async def test_while_the_historian_is_away_it_waits_on_disk(spool: Spool, kept: Kept) -> None:
    kept.trouble = AWAY
    await spool.start()
    await spool.of(LINK).put([samples(1)], {})
    await until(lambda: kept.puts > 0)
    assert kept.values() == []
    kept.trouble = None
    await asyncio.wait_for(spool.of(LINK).delivered(), 15)
    assert kept.values() == [1]


async def test_a_full_disk_is_told_to_who_posts_without_where_it_is(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_connection: object) -> None:
        raise store_module.sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(store_module, "all_or_nothing", full)
    with pytest.raises(LinkError, match="cannot be written: database or disk is full") as refused:
        await spool.of(LINK).put([samples(1)], {})
    monkeypatch.undo()
    assert (refused.value.code, str(tmp_path) in refused.value.message) == ("spool-write", False)
    assert "administrator" in (refused.value.hint or "")


async def test_one_that_cannot_be_stored_does_not_hold_up_the_others(spool: Spool, kept: Kept) -> None:
    kept.poison = 2.0
    await spool.of(LINK).put([samples(1), samples(2), samples(3)], {})
    await spool.start()
    await spool.of(LINK).delivered()
    assert kept.values() == [1, 3] and spool.refused == 1
    (stock,) = spool._store.stock().values()
    assert (stock.waiting, stock.since_us, stock.refused, stock.why) == (0, None, 1, "cannot be stored")


async def test_what_waits_is_shown_with_since_when(tmp_path: Path, kept: Kept, clock: ManualClock) -> None:
    kept.trouble = AWAY
    spool = Spool(tmp_path / "spool.db", kept, clock)
    for link in (LINK, LINK, OTHER):
        await spool.of(link).put([samples(1)], {})
        clock.tick(SECOND_US)
    assert spool._store.stock() == {LINK: Stock(2, DAY_ZERO_US), OTHER: Stock(1, DAY_ZERO_US + 2 * SECOND_US)}
    assert await spool.of(LINK).waiting() == 2
    await spool.stop()


def test_what_is_laid_aside_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.spool.store.SPOOL_REFUSED_MAX", 2)
    store = SpoolStore(tmp_path / "spool.db", now_us=DAY_ZERO_US)
    store.put(LINK, [(1, b"a")] * 4, {}, now_us=1)
    for one in store.oldest(10):
        store.refuse(one, f"why {one.seq}")
    assert store.stock() == {LINK: Stock(refused=2, why="why 4")}
    store.close()


def test_a_file_of_the_first_version_goes_on(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "spool.db", isolation_level=None)) as old:
        old.executescript(store_module._SCHEMA + "pragma user_version=1; insert into numbering values (5, 8);")
        old.execute("insert into parcel values (7, 7, 1, x'61')")
    store = SpoolStore(tmp_path / "spool.db", now_us=DAY_ZERO_US)
    store.put(LINK, [(1, b"b")], {}, now_us=9)
    assert (store.epoch, [(one.seq, one.body, one.at_us) for one in store.oldest(9)]) == (
        5,
        [(7, b"a", 0), (8, b"b", 9)],
    )
    store.close()


async def test_a_link_waits_for_its_own_only(spool: Spool, kept: Kept) -> None:
    await spool.of(OTHER).put([samples(1)], {})
    await asyncio.wait_for(spool.of(LINK).delivered(), 5)
    assert kept.values() == []


async def test_the_next_life_brings_over_what_the_last_one_left_before_it_begins(tmp_path: Path, kept: Kept) -> None:
    kept.trouble = AWAY
    first = Spool(tmp_path / "spool.db", kept, SystemClock())
    await first.of(LINK).put([samples(1), samples(2)], {"mark": "2"})
    await first.stop()
    kept.trouble = None
    second = Spool(tmp_path / "spool.db", kept, SystemClock())
    await second.start()
    assert kept.values() == [1, 2] and await second.of(LINK).recall("mark") == "2"
    await second.stop()


async def test_what_was_sent_and_not_yet_struck_off_is_a_repeat(tmp_path: Path, kept: Kept) -> None:
    """The historian has it, the disk does not know: as after a kill between the two."""
    store = SpoolStore(tmp_path / "spool.db", now_us=DAY_ZERO_US)
    store.put(LINK, [(DAY_ZERO_US, codec.encode(samples(1)))], {}, now_us=DAY_ZERO_US)
    (one,) = store.oldest(10)
    store.close()
    spool = Spool(tmp_path / "spool.db", kept, SystemClock())
    spool._hand_over([one])
    await spool.start()
    assert kept.values() == [1] and kept.puts == 2
    await spool.stop()


@pytest.mark.parametrize(
    ("age_s", "marks"),
    [
        (1, {LINK: DAY_ZERO_US - SECOND_US}),  # of now: how far the link is good goes with it
        (3600, {}),  # of then: it lies behind every mark already
    ],
)
async def test_a_sample_never_lies_past_how_far_its_link_is_good(
    tmp_path: Path, kept: Kept, clock: ManualClock, age_s: int, marks: dict[int, int]
) -> None:
    spool = Spool(tmp_path / "spool.db", kept, clock)
    await spool.of(LINK).put([samples(1, at_us=DAY_ZERO_US - age_s * SECOND_US)], {})
    await spool.start()
    assert [frame.good_through for frame in kept.frames.values()] == [marks]
    await spool.stop()


async def test_numbers_go_on_and_are_never_given_again(tmp_path: Path) -> None:
    numbers: list[int] = []
    for _ in range(3):
        store = SpoolStore(tmp_path / "spool.db", now_us=DAY_ZERO_US)
        store.put(LINK, [(1, b"a"), (1, b"b")], {}, now_us=1)
        numbers += [one.seq for one in store.oldest(10)]
        store.delivered(numbers)
        store.close()
    assert numbers == [1, 2, 3, 4, 5, 6]


def test_memory_has_an_end_and_the_oldest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.spool.store.SPOOL_MEMORIES_MAX", 3)
    store = SpoolStore(tmp_path / "spool.db", now_us=DAY_ZERO_US)
    for n in range(5):
        store.put(LINK, [(1, b"a")], {f"file:{n}": "x"}, now_us=1)
    assert [store.recall(LINK, f"file:{n}") for n in range(5)] == [None, None, "x", "x", "x"]
    store.close()


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    store = SpoolStore(tmp_path / "spool.db", now_us=DAY_ZERO_US)
    store._connection.execute("pragma user_version=99").close()
    store.close()
    with pytest.raises(ConfigError, match="newer Dovetail"):
        SpoolStore(tmp_path / "spool.db", now_us=DAY_ZERO_US)
    (tmp_path / "other.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(ConfigError, match="cannot be used"):
        SpoolStore(tmp_path / "other.db", now_us=DAY_ZERO_US)


VALUES = {
    Kind.F64: st.floats(),
    Kind.I64: st.integers(-(1 << 63), (1 << 63) - 1),
    Kind.U64: st.integers(0, (1 << 64) - 1),
    Kind.BOOL: st.booleans(),
    Kind.STR: st.text(max_size=20),
    Kind.JSON: st.just('{"a":[1,null]}'),
}


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    kind = draw(st.sampled_from(list(Kind)))
    row = st.tuples(st.integers(1, 1 << 60), st.integers(1, 1 << 60), VALUES[kind], st.sampled_from([0xC0, 0x54, 0x0C]))
    made = Batch.of(kind, draw(st.lists(row, min_size=1, max_size=8)))
    native = np.arange(len(made), dtype=np.uint32) if draw(st.booleans()) else None
    device = made.ts + 1 if draw(st.booleans()) else None
    return Batch(kind, made.tag, made.ts, made.value, made.valid, made.quality, device, native)


def columns(batch: Batch) -> list[object]:
    found = (batch.tag, batch.ts, batch.valid, batch.quality, batch.ts_device, batch.native)
    value = batch.value.tolist() if batch.value.dtype == object else batch.value.tobytes()  # NaN is NaN by its bytes
    return [batch.kind, value, *(None if column is None else column.tolist() for column in found)]


@given(st.lists(batches(), max_size=4))
def test_samples_come_back_from_disk_as_they_went(given_batches: list[Batch]) -> None:
    back = codec.decode(codec.encode(given_batches))
    assert [columns(batch) for batch in back] == [columns(batch) for batch in given_batches]


@pytest.mark.parametrize("seed", range(40))
def test_damaged_samples_are_refused_not_guessed(seed: int) -> None:
    chance = random.Random(seed)
    whole = bytearray(codec.encode(samples(1, 2, 3)))
    whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    cut = whole[: chance.randrange(len(whole))]
    for damaged in (whole, cut):
        with pytest.raises(RefusedError):
            codec.decode(bytes(damaged))


def test_a_long_batch_is_cut_into_parcels_in_order() -> None:
    batch = Batch.of(Kind.I64, [(1, n + 1, n, 0xC0) for n in range(2 * limits.PARCEL_SAMPLES_MAX + 1)])
    cut = in_parcels([batch, Batch.of(Kind.I64, [])])
    assert [len(piece) for (piece,) in cut] == [limits.PARCEL_SAMPLES_MAX, limits.PARCEL_SAMPLES_MAX, 1]
    assert [value for (piece,) in cut for value in piece.value.tolist()] == list(range(len(batch)))


WRITER = """
import sys
from pathlib import Path
from dovetail.spool.store import SpoolStore
store = SpoolStore(Path(sys.argv[1]), now_us=1)
n = int(store.recall(7, "n") or 0)
while True:
    store.put(7, [(1, str(n).encode()), (1, str(n).encode())], {"n": str(n + 1)}, now_us=1)
    n += 1
    print(n, flush=True)
"""


@pytest.mark.kills
def test_kill_at_any_moment_leaves_both_or_neither(tmp_path: Path) -> None:
    """What was taken and that it was taken: after each kill the file holds exactly what was remembered, twice each."""
    path, chance, promised = tmp_path / "spool.db", random.Random(3), 0
    for _ in range(6):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as life:
            assert life.stdout is not None
            for _ in range(chance.randrange(1, 30)):
                promised = int(life.stdout.readline())
            os.kill(life.pid, signal.SIGKILL)
        store = SpoolStore(path, now_us=1)
        n = int(store.recall(LINK, "n") or 0)
        assert n >= promised
        assert [int(one.body) for one in store.oldest(10_000)] == [number for number in range(n) for _ in range(2)]
        store.close()
