"""What an earlier Dovetail wrote opens for ever: these files are never made anew, only added to."""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import psycopg
import pytest
from naive_historian import frame, rows_of
from test_historian_damage import spoil

from dovetail.chunkstore.files import HEAD_VERSION, MONTH_VERSION, Files
from dovetail.chunkstore.postgres import Server
from dovetail.core.batch import DTYPES, Frame, Kind, Lane, Value
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.packing import chunks, frames, rollups
from dovetail.packing.columns import Block
from dovetail.packing.place import Storage
from dovetail.serverlink import tables
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from samples_stores import ServerStore

ALL = system_scope("test")
GOLDEN = Path(__file__).parent / "golden"
GOOD, BAD = 0x100C0, 0x08
AHEAD = {
    9: (DAY_ZERO_US, DAY_ZERO_US + 5),
    -1: (-(2**63), 2**63 - 1),
}  # of a lane that does not wait for what was before
VALUES: dict[Kind, list[Value]] = {
    Kind.F64: [1.5, math.inf, -0.0, 0.0, 0.1, 1e300],
    Kind.I64: [-(2**63), 2**63 - 1, 7, 0, 3, -1],
    Kind.U64: [2**64 - 1, 0, 7, 0, 2**53 + 1, 1],
    Kind.BOOL: [True, False, True, False, False, True],
    Kind.STR: ["Füller", "", "läuft", "", "läuft", "長い"],
    Kind.JSON: ["{}", "null", '{"a":1}', "null", "1", "[]"],
}


def block(kind: Kind, times: int) -> Block:
    """The samples that the files hold: six, `times` over; the fourth of each six without a value."""
    n = 6 * times
    value = np.empty(n, dtype=DTYPES[kind])
    value[:] = VALUES[kind] * times
    ts = DAY_ZERO_US + np.arange(n, dtype=np.int64) * 1_000_000
    status = np.array([GOOD, GOOD, GOOD, BAD, 0x10040, GOOD | 0x100] * times, dtype=np.uint32)
    native = np.arange(n, dtype=np.uint32) // 4
    return Block(kind, np.full(n, 7, dtype=np.int64), ts, value, status, ts + 250, native)


def same(left: Block, right: Block) -> None:
    for name in ("tag", "ts", "status", "device", "native"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name), err_msg=name)
    assert (left.kind, left.value.tolist()) == (right.kind, right.value.tolist())


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("times", [1, 50])  # short columns are stored raw, long ones packed
def test_chunks_of_version_1_open(kind: Kind, times: int) -> None:
    data = (GOLDEN / f"chunk-v1-{kind.name.lower()}-{times}.bin").read_bytes()
    same(chunks.decode(data, tag=7), block(kind, times))


@pytest.mark.parametrize(("name", "ahead"), [("frame-v1", {}), ("frame-v1-ahead", AHEAD)])
def test_frames_of_version_1_open(name: str, ahead: dict[int, tuple[int, int]]) -> None:
    found = frames.decode((GOLDEN / f"{name}.bin").read_bytes())
    assert found.ahead == ahead
    assert (found.source, found.lane, found.epoch, found.seq) == ("gateway-é", Lane.BACKLOG, 3, 2**40)
    assert found.good_through == {9: DAY_ZERO_US, 10: DAY_ZERO_US + 1}
    for batch, kind in zip(found.batches, Kind, strict=True):
        same(Block.of(batch), block(kind, 1))


def test_a_folder_of_version_1_opens_and_goes_on(tmp_path: Path, clock: ManualClock) -> None:
    """Two months of chunks, one head row sealed but kept for a consumer, one not sealed yet."""
    shutil.copytree(GOLDEN / "folder-v1", tmp_path / "historian")
    clock.tick(60 * 86_400_000_000)
    historian = Historian(tmp_path / "historian", clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    expected = [(1, at, 1.0 * i, 0xC0) for i, at in enumerate(FOLDER_TIMES)]
    assert rows_of(historian.raw([1], 0, 2**62, scope=ALL)) == expected
    assert [row.head_id for row in historian.head(1, 9)] == [2, 3]
    assert historian.resume("gateway", [9]).epoch == 2
    historian.put([frame(2, [(1, FOLDER_TIMES[-1], 3.0, 0xC0)]), frame(3, [(1, FOLDER_TIMES[-1] + 1, 4.0, 0xC0)])])
    assert historian.delivery()[0].frames_repeated == 1
    assert historian.seal_once() == 2
    assert historian.last([1], scope=ALL)[1].value == 4.0
    historian.close()


def units(count: int) -> rollups.Rows:
    """So many hours or minutes of a day, numbers of every size in them; of one nobody knows a value."""
    at = np.arange(count)
    rows = np.zeros(count, dtype=rollups.HOUR)
    rows["unit"], rows["flags"] = DAY // rollups_unit_us(count) + at, at % 8
    rows["n"], rows["n_good"] = 3_600 + at, 3_600 - at
    for name, step in (("t0", 1), ("t1", 2), ("t_min", 3), ("t_max", 5), ("covered_us", 7), ("good_us", 11)):
        rows[name] = 4_000_000_000 - step * at
    for name, scale in (("first", 0.1), ("last", -1.0), ("min", -1e300), ("max", 1e300), ("sum", 1e9), ("tw", 1e15)):
        rows[name] = (at + 1) * scale
    rows["off"] = (at + 1) * 0.5
    rows["first"][3] = math.nan
    return rows


def rollups_unit_us(count: int) -> int:
    """24 of a day are hours, 1,440 minutes."""
    return DAY_US // count


def test_rollups_of_version_1_open() -> None:
    hours, place = rollups.unpack_hours([(7, (GOLDEN / "rollup-v1-hours.bin").read_bytes())])
    without = units(24)
    without["off"] = math.nan
    assert hours.tobytes() == without.tobytes()
    assert place.tolist() == [0] * 24
    data = (GOLDEN / "rollup-v1-minutes.bin").read_bytes()
    minutes, expected = rollups.unpack_minutes(data, tag=7, day=DAY // DAY_US), units(1_440)
    np.testing.assert_array_equal(minutes.at, DAY + np.arange(1_440) * 60_000_000)
    for name in ("n", "n_good", "first", "last", "min", "max"):
        np.testing.assert_array_equal(getattr(minutes, name), expected[name], err_msg=name)


def test_hours_of_version_2_open_beside_those_of_version_1() -> None:
    bodies = [(7, (GOLDEN / f"rollup-v{version}-hours.bin").read_bytes()) for version in (2, 1, 2)]
    hours, place = rollups.unpack_hours(bodies)
    assert hours[place != 1].tobytes() == units(24).tobytes() * 2
    assert np.isnan(hours[place == 1]["off"]).all()


def test_a_month_of_version_3_opens_and_goes_on(tmp_path: Path, clock: ManualClock) -> None:
    """Two signals that share their moments, one that does not; hours and minutes of a day that is over."""
    shutil.copytree(GOLDEN / "folder-v3", tmp_path / "historian")
    clock.tick(60 * DAY_US)
    historian = Historian(tmp_path / "historian", clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    found = rows_of(historian.raw([1, 2, 3], 0, 2**62, scope=ALL))
    assert found == [row for seq in (1, 2) for row in scans(seq)]
    assert historian.rollups() == (6, 0)
    trend = historian.series(1, DAY, DAY + DAY_US, 24, scope=ALL)
    assert (trend.t0_us.tolist(), trend.n.tolist()) == ([DAY, DAY + 3_600_000_000], [60, 60])
    late = (1, DAY + 1, 0.5, 0xC0)
    historian.put([frame(3, [late])])
    historian.seal_once()
    assert historian.rollups() == (6, 2)
    assert rows_of(historian.raw([1, 2, 3], 0, 2**62, scope=ALL)) == sorted([*found, late], key=lambda row: row[1])
    historian.close()


@pytest.mark.parametrize(
    "lie", ["files 5", *(pytest.param(f"postgresql {one}", marks=pytest.mark.postgres) for one in (5, 6))]
)
def test_samples_of_versions_5_and_6_open_are_vouched_for_and_go_on(
    lie: str, tmp_path: Path, clock: ManualClock, request: pytest.FixtureRequest
) -> None:
    """As version 3; and a chunk that was set aside as damaged, and what came late for its time."""
    historian = Historian(WITH_CHECKS[lie](tmp_path, request), clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    clock.tick(60 * DAY_US)
    late = (4, DAY + 5_000_000, 9.0, 0xC0)
    expected = sorted([*scans(1), *scans(2), late], key=lambda row: row[1])
    assert rows_of(historian.raw([1, 2, 3, 4], 0, 2**62, scope=ALL)) == expected
    assert [(one.of.tag, one.n, one.is_aside) for one in historian.damage.all()] == [(4, 60, True)]
    (month,) = historian.chunks.newest_first()
    with historian.chunks.view(month) as view:
        rows = [(view._words.chunk, 4), (view._words.rollup, 8)]
        for table, n in rows:
            checked = view._session.execute(f"select count(nullif(checked, 0)) from {table}").fetchone()
            assert tuple(checked) == (n,)
        assert [one.header.n for tag in (1, 2, 3, 4) for one in view.found(tag, 0, 2**62)] == [120, 120, 120, 1]
    assert historian.series(1, DAY, DAY + DAY_US, 24, scope=ALL).n.tolist() == [60, 60]
    assert sum(historian.series(3, DAY, DAY + DAY_US, 1_440, scope=ALL).n.tolist()) == 120
    historian.put([frame(9, [(1, DAY + 1, 0.5, 0xC0)])])
    historian.seal_once()
    while historian.compact_once():
        pass
    assert len(rows_of(historian.raw([1, 2, 3, 4], 0, 2**62, scope=ALL))) == len(expected) + 1
    assert [one.of.tag for one in historian.damage.all()] == [4]
    historian.close()


def _folder(version: int) -> Callable[[Path, pytest.FixtureRequest], Storage]:
    def opened(folder: Path, _request: pytest.FixtureRequest) -> Storage:
        return Files(Path(shutil.copytree(GOLDEN / f"folder-v{version}", folder / "historian")))

    return opened


def _schema(version: int) -> Callable[[Path, pytest.FixtureRequest], Storage]:
    def opened(_folder: Path, request: pytest.FixtureRequest) -> Storage:
        store: ServerStore = request.getfixturevalue("server_store")
        store.empty()
        with psycopg.connect(store.url, autocommit=True) as connection:
            connection.execute((GOLDEN / f"schema-v{version}.sql").read_bytes())
        return store.open()

    return opened


WITH_CHECKS: dict[str, Callable[[Path, pytest.FixtureRequest], Storage]] = {
    "files 5": _folder(5),
    "postgresql 5": _schema(5),
    "postgresql 6": _schema(6),
}


@pytest.mark.parametrize("lie", ["files", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_log_of_files_1_and_of_schema_6_says_whose_its_frames_are(
    lie: str, tmp_path: Path, clock: ManualClock, request: pytest.FixtureRequest
) -> None:
    """One that could not be read lies aside; then the one that waits cannot be read either. Both come again."""

    def of_the_backlog() -> list[tuple[int, int, int]]:
        found = historian.delivery()
        return [(one.expected, one.stored, one.gap) for one in found if one.lane == Lane.BACKLOG]

    first, again = TOLD[lie]
    clock.tick(60 * DAY_US)
    historian = Historian(first(tmp_path, request), clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    assert of_the_backlog() == [(12, 5, 7)]
    assert rows_of(historian.raw([5], 0, 2**62, scope=ALL)) == waited(11, 5)
    cannot_be_read(historian, historian.head_bounds()[1])
    historian.close()
    historian = Historian(again(tmp_path, request), clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    assert of_the_backlog() == [(12, 0, 12)]
    historian.put([frame(seq, waited(seq, n), lane=Lane.BACKLOG) for seq, n in ((10, 7), (11, 5), (12, 1))])
    assert of_the_backlog() == [(13, 13, 0)]
    historian.seal_once()
    assert rows_of(historian.raw([5], 0, 2**62, scope=ALL)) == [*waited(10, 7), *waited(11, 5), *waited(12, 1)]
    historian.close()


def cannot_be_read(historian: Historian, head_id: int) -> None:
    """A disk has flipped a bit of a row of the log."""
    with historian.storage.head.transaction() as session:
        (body,) = session.execute("select body from head where head_id = ?", (head_id,)).fetchone()
        wrong = bytearray(body)
        wrong[30] ^= 4
        session.execute("update head set body = ? where head_id = ?", (bytes(wrong), head_id))


def _log(folder: Path, _request: pytest.FixtureRequest) -> Storage:
    return Files(Path(shutil.copytree(GOLDEN / "log-v1", folder / "historian")))


TOLD: dict[str, tuple[Callable[[Path, pytest.FixtureRequest], Storage], ...]] = {  # at first, and once it was closed
    "files": (_log, lambda folder, _: Files(folder / "historian")),
    "postgresql": (_schema(6), lambda _, request: request.getfixturevalue("server_store").open()),
}


def waited(seq: int, n: int) -> list[tuple[int, int, Value, int]]:
    """What a frame brings late: of a signal of its own, a second apart."""
    return [(5, DAY + seq * 100_000_000 + at * 1_000_000, seq + 0.5 * at, 0xC0) for at in range(n)]


def scans(seq: int) -> list[tuple[int, int, Value, int]]:
    """Sixty moments of the first hour of the day, or of the second; the third signal a little after the others."""
    begin_us = DAY + (seq - 1) * 3_600_000_000
    return [
        (tag, begin_us + n * 47_000_000 + n * n % 977 + (tag == 3) * 250_000, tag + 0.5 * n, 0xC0)
        for n in range(60)
        for tag in (1, 2, 3)
    ]


DAY = DAY_ZERO_US // DAY_US * DAY_US
FOLDER_TIMES = [
    DAY_ZERO_US,
    DAY_ZERO_US + 1_000_000,
    DAY_ZERO_US + 30 * 86_400_000_000,
    DAY_ZERO_US + 31 * 86_400_000_000,
]


def write_month(storage: Storage) -> None:
    """A month with moments that chunks share, hours and minutes of a day that is over, and a chunk set aside."""
    rollups.HOURS_FROM = rollups.MINUTES_FROM = 0  # type: ignore[misc]
    clock = ManualClock(DAY + 7_200_000_000)
    historian = Historian(storage, clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    historian.put([frame(7, [(4, DAY + at * 1_000_000, 1.0, 0xC0) for at in range(60)])])
    historian.seal_once()
    spoil(historian, 4)
    historian.put([frame(8, [(4, DAY + 5_000_000, 9.0, 0xC0)])])
    historian.seal_once()
    for seq in (1, 2):
        historian.put([frame(seq, scans(seq))])
        historian.seal_once()
    clock.tick(2 * DAY_US)
    while historian.compact_once():
        pass
    historian.close()


def write_log(opened: Callable[[], Historian]) -> None:
    """A frame set aside that cannot be read, and one that waits to be sealed."""
    historian = opened()
    historian.put([frame(10, waited(10, 7), lane=Lane.BACKLOG)])
    cannot_be_read(historian, historian.head_bounds()[1])
    historian.close()
    historian = opened()
    historian.put([frame(11, waited(11, 5), lane=Lane.BACKLOG)])
    historian.close()


def write_schema(to: Path, scratch: Path) -> None:
    """The same month in PostgreSQL, and such a log."""
    pgserver = pytest.importorskip("pgserver")
    server = pgserver.get_server(scratch, cleanup_mode="delete")
    url = server.get_uri()
    write_month(Server(url))
    clock = ManualClock(DAY + 3 * DAY_US)
    write_log(lambda: Historian(Server(url), clock=clock, bus=Bus(), owner_of=lambda _tag: 1))
    binary = Path(pgserver.__file__).parent / "pginstall" / "bin" / "pg_dump"
    command = [binary, "--schema=historian", "--no-owner", "--inserts", "--no-comments", url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    server.cleanup()
    to.write_text("".join(f"{line}\n" for line in said if line and not line.startswith(("--", "\\"))))


def write(folder: Path) -> None:
    """How the files were made; run by hand, once per version."""
    folder.mkdir()
    for kind in Kind:
        for times in (1, 50):
            name = f"chunk-v{chunks.VERSION}-{kind.name.lower()}-{times}.bin"
            (folder / name).write_bytes(chunks.encode(block(kind, times)))
    marks = {9: DAY_ZERO_US, 10: DAY_ZERO_US + 1}
    made = Frame("gateway-é", Lane.BACKLOG, 3, 2**40, tuple(block(kind, 1).batch() for kind in Kind), marks)
    (folder / f"frame-v{frames.VERSION}.bin").write_bytes(frames.encode(made))
    (folder / f"frame-v{frames.VERSION}-ahead.bin").write_bytes(frames.encode(replace(made, ahead=AHEAD)))
    (folder / f"rollup-v{rollups.VERSION}-hours.bin").write_bytes(rollups.pack_hours(units(24)))
    (folder / f"rollup-v{rollups.MINUTES_VERSION}-minutes.bin").write_bytes(rollups.pack_minutes(units(1_440)))
    write_month(Files(folder / f"folder-v{MONTH_VERSION}"))
    log, at = folder / f"log-v{HEAD_VERSION}", ManualClock(DAY + 3 * DAY_US)
    write_log(lambda: Historian(log, clock=at, bus=Bus(), owner_of=lambda _tag: 1))
    write_schema(folder / f"schema-v{tables.VERSION}.sql", folder / "server")
    clock = ManualClock(FOLDER_TIMES[-1])
    historian = Historian(folder / "folder-v1", clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    historian.resume("gateway", [9])
    historian.consumer_at("states", 0)
    for seq, at in enumerate(FOLDER_TIMES[1:]):
        rows = [(1, at, seq + 1.0, 0xC0)]
        historian.put([frame(seq, [(1, FOLDER_TIMES[0], 0.0, 0xC0), *rows] if not seq else rows)])
        historian.consumer_at("states", min(seq, 1))
        _ = historian.seal_once() if seq < 2 else 0
    historian.close()
