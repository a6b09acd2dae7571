"""Rows of samples are spoilt below a database that notices nothing: the truth, or a told hole, and all else goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rotten
import rotten_rows
from naive_historian import frame, rows_of

from dovetail.chunkstore.files import Files
from dovetail.core import quality as q
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.packing import chunks
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from samples_stores import ServerStore, Store

ALL = system_scope("test")
SECOND_US = 1_000_000
FEW: list[tuple[rotten_rows.What, int]] = [("packed", 4), ("numbers", 7), ("numbers", 15)]  # the last two found faults
MANY = 20  # blocks of the long form
IN_A_BLOCK = 50


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[rotten.Sample]]:
    """The files of a plant as a kill leaves them, and what it sent."""
    folder = tmp_path_factory.mktemp("rot")
    return folder / "live", rotten.build(folder / "is", folder / "live")


def spoil_and_check(plant: tuple[Path, list[rotten.Sample]], folder: Path, what: rotten_rows.What, seed: int) -> None:
    live, truth = plant
    historian = folder / "historian"
    shutil.copytree(live, historian)
    storage = Files(historian)
    rot = rotten_rows.spoil(storage, what, seed)
    storage.head.close()
    try:
        rotten.check_all(lambda: rotten.opened(historian), truth, lambda one: rotten_rows.search(one, folder))
    except BaseException as error:
        error.add_note(f"seed {seed}: {rot}")
        raise
    shutil.rmtree(folder)


@pytest.mark.parametrize(("what", "seed"), FEW)
def test_each_answer_is_the_truth_or_says_what_is_missing(
    plant: tuple[Path, list[rotten.Sample]], tmp_path: Path, what: rotten_rows.What, seed: int
) -> None:
    spoil_and_check(plant, tmp_path / "it", what, seed)


@pytest.mark.soak
@pytest.mark.parametrize("what", ["packed", "numbers"])
@pytest.mark.parametrize("block", range(MANY))
def test_of_very_many_spoilt_cells_none_makes_a_number_wrong(
    plant: tuple[Path, list[rotten.Sample]], tmp_path: Path, what: rotten_rows.What, block: int
) -> None:
    for seed in range(1_000 + block * IN_A_BLOCK, 1_000 + (block + 1) * IN_A_BLOCK):
        spoil_and_check(plant, tmp_path / "it", what, seed)


# --- in PostgreSQL ------------------------------------------------------------------------------------------------
def spoil_and_check_there(store: ServerStore, folder: Path, what: rotten_rows.What, seed: int) -> None:
    def opened() -> Historian:
        return Historian(store.open(), clock=rotten.clock(), bus=Bus(), owner_of=dict.fromkeys(rotten.TAGS, 1).get)

    store.empty()
    historian = opened()
    truth = rotten.fill(historian)
    historian.close()
    storage = store.open()
    rot = rotten_rows.spoil(storage, what, seed)
    storage.head.close()
    storage.close()
    try:
        rotten.check_all(opened, truth, lambda one: rotten_rows.search(one, folder))
    except BaseException as error:
        error.add_note(f"seed {seed}: {rot}")
        raise


@pytest.mark.postgres
def test_in_postgresql_it_is_so_too(server_store: ServerStore, tmp_path: Path) -> None:
    spoil_and_check_there(server_store, tmp_path, "packed", 9)  # a frame of the head


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.parametrize("what", ["packed", "numbers"])
@pytest.mark.parametrize("block", range(MANY // 2))
def test_in_postgresql_none_of_very_many_makes_a_number_wrong(
    server_store: ServerStore, tmp_path: Path, what: rotten_rows.What, block: int
) -> None:
    for seed in range(1_000 + block * IN_A_BLOCK // 2, 1_000 + (block + 1) * IN_A_BLOCK // 2):
        spoil_and_check_there(server_store, tmp_path / str(seed), what, seed)


# --- what it has found --------------------------------------------------------------------------------------------
@pytest.fixture
def store(each_store: Store) -> Store:
    return each_store


@pytest.fixture
def historian(reopen: Callable[[], Historian], clock: ManualClock) -> Iterator[Historian]:
    """Two tags of an hour each, a second apart, in a chunk each."""
    found = reopen()
    rows = [(tag, DAY_ZERO_US + i * SECOND_US, float(i), q.GOOD) for tag in (1, 2) for i in range(3_600)]
    found.put([frame(1, rows)])
    found.seal_once()
    clock.step(2 * HOUR_US)
    yield found


def altered(historian: Historian, change: str) -> None:
    """What a row of tag 1 says becomes something else."""
    (month,) = historian.chunks.newest_first()
    with historian.chunks.use(month) as opened, opened._place.transaction() as session:
        session.execute(f"update {opened._words.chunk} set {change} where tag = 1")


def held(historian: Historian, *tags: int) -> int:
    return len(rows_of(historian.raw(tags, DAY_ZERO_US, DAY_ZERO_US + DAY_US, scope=ALL)))


@pytest.mark.parametrize("kind", [9, 8_193, 5])
def test_a_kind_that_there_is_not_stops_nobody(
    historian: Historian, clock: ManualClock, tmp_path: Path, kind: int
) -> None:
    altered(historian, f"kind = {kind}")
    assert sum(historian.series(1, DAY_ZERO_US, DAY_ZERO_US + HOUR_US, 4, scope=ALL).n.tolist()) == 3_600
    clock.step(2 * DAY_US)
    assert 0 in [historian.compact_once() for _ in range(20)]
    rotten_rows.search(historian, tmp_path / "data")
    historian.seal_once()
    assert (held(historian, 1, 2), historian.damage.all(), historian.damage.mended) == (7_200, [], 1)


@pytest.mark.parametrize("tag", [3, 1 | 1 << 40, 1 - (1 << 63)])
def test_samples_that_stand_under_a_tag_one_bit_away_come_back_to_theirs(
    historian: Historian, tmp_path: Path, tag: int
) -> None:
    altered(historian, f"tag = {tag}")
    assert held(historian, 1, 3) == 0
    rotten_rows.search(historian, tmp_path / "data")
    assert (held(historian, 1), held(historian, 3), historian.damage.all()) == (3_600, 0, [])


def test_what_came_late_while_a_row_lied_about_its_time_is_put_together_with_it(
    historian: Historian, tmp_path: Path
) -> None:
    """The chunk says that it ends after a minute: what comes for later goes beside it. Then the lie is found."""
    altered(historian, f"t1 = {DAY_ZERO_US + 60 * SECOND_US}")
    late = [(1, DAY_ZERO_US + 1_800 * SECOND_US + 1, 1e6, q.GOOD), (1, DAY_ZERO_US + 1_900 * SECOND_US, 1900.0, q.GOOD)]
    historian.put([frame(2, late)])
    historian.seal_once()
    rotten_rows.search(historian, tmp_path / "data")
    (month,) = historian.chunks.newest_first()
    with historian.chunks.view(month) as view:
        (found,) = view.found(1, 0, 1 << 62)
    assert (found.header.n, found.header.max) == (3_601, 1e6)
    assert held(historian, 1) == 3_601
    exactly = (sum(range(3_599)) * SECOND_US + (1e6 - 1_800) * (SECOND_US - 1)) / (3_599 * SECOND_US)
    mean = historian.mean(1, DAY_ZERO_US, DAY_ZERO_US + 3_599 * SECOND_US, scope=ALL)
    assert mean.value == pytest.approx(exactly)


@pytest.mark.parametrize("end", ["", ", t1 = t1 - 3600000000"], ids=["begins", "begins and ends"])
def test_who_asks_for_the_last_before_gets_it_though_a_newer_chunk_says_that_it_is_older(
    historian: Historian, end: str
) -> None:
    historian.put([frame(2, [(1, DAY_ZERO_US - SECOND_US, 7.0, q.GOOD)])])
    historian.seal_once()
    (month,) = historian.chunks.newest_first()
    with historian.chunks.use(month) as opened, opened._place.transaction() as session:
        lie = f"t0 = t0 - {HOUR_US // 2}{end}"
        session.execute(f"update {opened._words.chunk} set {lie} where tag = 1 and n > 1")
    assert historian.bounding([1], DAY_ZERO_US, scope=ALL)[1].value == 7.0


def test_what_overlaps_is_cut_into_chunks_of_their_size(
    historian: Historian, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_SAMPLES_MAX", 2_000)
    altered(historian, f"t1 = {DAY_ZERO_US + 60 * SECOND_US}")
    historian.put([frame(2, [(1, DAY_ZERO_US + 1_800 * SECOND_US + 1, 1e6, q.GOOD)])])
    historian.seal_once()
    rotten_rows.search(historian, tmp_path / "data")
    (month,) = historian.chunks.newest_first()
    with historian.chunks.view(month) as view:
        ends = [(one.header.t0, one.header.t1, one.header.n) for one in view.found(1, 0, 1 << 62)]
    assert len(ends) == 2
    assert ends[0][1] < ends[1][0]
    assert sum(n for _, _, n in ends) == 3_601


def test_of_two_that_overlap_one_may_be_spoilt_altogether(historian: Historian, tmp_path: Path) -> None:
    """The chunk says that it ends after a minute; what came for later, beside it, cannot be read any more."""
    altered(historian, f"t1 = {DAY_ZERO_US + 60 * SECOND_US}")
    historian.put([frame(2, [(1, DAY_ZERO_US + 1_800 * SECOND_US + 1, 1e6, q.GOOD)])])
    historian.seal_once()
    altered(historian, "body = substr(body, 1, 30) where n = 1 and tag = 1 --")
    rotten_rows.search(historian, tmp_path / "data")
    historian.seal_once()
    assert [one.n for one in historian.damage.all()] == [1]
    assert (held(historian, 1), historian.damage.mended, historian.damage.months()) == (3_600, 1, [])
