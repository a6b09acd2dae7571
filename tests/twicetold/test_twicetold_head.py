"""A disk takes the end of the log, or a row of it: whose samples went is told, and what comes again is no gap."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from twicetold_world import frame, send

from dovetail.chunkstore.files import HEAD, Files, sqlite3
from dovetail.core.bus import Bus
from dovetail.core.scope import system_scope
from dovetail.core.setaside import SPOILT, set_aside
from dovetail.headlog.head import Write
from dovetail.headlog.told import Told
from dovetail.historian.service import Historian
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from dovetail.twicetold.head import WitnessedHead, read_what_can_be
from dovetail.twicetold.journal import NAME, Journal

ALL = system_scope("test")


@pytest.fixture
def opened(clock: ManualClock) -> Iterator[Callable[[Path], Historian]]:
    """Open a folder as a server does; all are closed at the end."""
    there: list[Historian] = []

    def open_one(folder: Path) -> Historian:
        there.append(Historian(folder, clock=clock, bus=Bus(), owner_of={1: 1, 2: 1}.get))
        return there[-1]

    yield open_one
    for one in there:
        one.close()


def killed(of: Path, to: Path) -> Path:
    """The folder as a kill leaves it."""
    shutil.copytree(of, to)
    return to


def account(historian: Historian) -> dict[str, tuple[int, int, int]]:
    """By source: expected, stored, gap; and it comes out even."""
    found = historian.delivery()
    assert all(one.expected == one.stored + one.duplicate + one.refused + one.gap for one in found)
    return {one.source: (one.expected, one.stored, one.gap) for one in found}


def held(historian: Historian, tag: int) -> int:
    return sum(map(len, historian.raw((tag,), 0, 1 << 60, scope=ALL)))


WHOLE = {"press": (60, 60, 0), "oven": (42, 42, 0)}


@pytest.mark.parametrize("left", [0.0, 0.3, 0.8], ids=["nothing left", "a third left", "the tail cut"])
@pytest.mark.parametrize("how", ["cut", "flipped"])
def test_the_end_of_the_log_that_is_lost_is_a_gap_of_its_sources_until_it_comes_again(
    tmp_path: Path, opened: Callable[[Path], Historian], left: float, how: str
) -> None:
    send(opened(tmp_path / "a"), 1, 2, 3, 4, 5, 6)
    log = killed(tmp_path / "a", tmp_path / "b") / f"{HEAD}-wal"
    written = bytearray(log.read_bytes())
    at = int(len(written) * left)
    written[at + 40] ^= 0x10
    log.write_bytes(bytes(written if how == "flipped" else written[:at]))
    historian = opened(tmp_path / "b")
    found = account(historian)
    assert {source: one[0] for source, one in found.items()} == {"press": 60, "oven": 42}
    assert found["press"][2] > 0
    assert (held(historian, 1), held(historian, 2)) == (found["press"][1], found["oven"][1])
    send(historian, 1, 2, 3, 4, 5, 6)  # a gateway that still holds them
    assert account(historian) == WHOLE
    assert (held(historian, 1), held(historian, 2)) == (60, 42)


def test_what_is_in_chunks_is_counted_again_and_not_taken_twice(
    tmp_path: Path, opened: Callable[[Path], Historian]
) -> None:
    historian = opened(tmp_path / "a")
    send(historian, 1, 2, 3)
    historian.seal_once()
    send(historian, 4)
    (killed(tmp_path / "a", tmp_path / "b") / f"{HEAD}-wal").unlink()
    historian = opened(tmp_path / "b")
    assert account(historian) == {"press": (40, 30, 10), "oven": (28, 21, 7)}
    send(historian, 1, 2, 3, 4, 5, 6)
    assert account(historian) == WHOLE
    assert [one.frames_repeated for one in historian.delivery()] == [3, 3]


def test_a_loss_is_told_once_and_for_ever(tmp_path: Path, opened: Callable[[Path], Historian]) -> None:
    send(opened(tmp_path / "a"), 1, 2)
    (killed(tmp_path / "a", tmp_path / "b") / f"{HEAD}-wal").unlink()
    for _ in range(3):
        historian = opened(tmp_path / "b")
        assert account(historian) == {"press": (20, 0, 20), "oven": (14, 0, 14)}
        historian.close()
    historian = opened(tmp_path / "b")
    historian.put([frame("press", 2)])
    historian.close()
    assert account(opened(tmp_path / "b")) == {"press": (20, 10, 10), "oven": (14, 0, 14)}


def test_an_epoch_is_never_given_twice(tmp_path: Path, opened: Callable[[Path], Historian]) -> None:
    given = opened(tmp_path / "a").resume("press", []).epoch
    (killed(tmp_path / "a", tmp_path / "b") / f"{HEAD}-wal").unlink()
    assert opened(tmp_path / "b").resume("press", []).epoch == given + 1


def sql(folder: Path, *statements: str) -> None:
    """What a disk does to the pages of a log that was closed."""
    connection = sqlite3.connect(folder / HEAD)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_row_that_cannot_be_read_is_a_gap_and_kept_beside(
    tmp_path: Path, opened: Callable[[Path], Historian], caplog: pytest.LogCaptureFixture
) -> None:
    historian = opened(tmp_path)
    send(historian, 1, 2)
    historian.close()
    sql(tmp_path, "update head set body = substr(body, 1, 30) || x'00' || substr(body, 32) where head_id = 2")
    historian = opened(tmp_path)
    assert account(historian) == {"press": (20, 20, 0), "oven": (14, 7, 7)}
    assert "7 samples of oven, live, are lost with the head (epoch 1, frame 1)" in caplog.text
    assert [one.name for one in (tmp_path / SPOILT).iterdir()] == ["head-row-2"]
    historian.put([frame("oven", 1)])
    assert account(historian) == {"press": (20, 20, 0), "oven": (14, 14, 0)}
    assert (held(historian, 1), held(historian, 2)) == (20, 14)


@pytest.mark.parametrize(
    "rot",
    [
        "update delivery set stored = stored + 64",
        "update delivery set expected = 3, stored = 3",
        "delete from delivery",
        "update received set spans = '[[1,9'",
        "update received set spans = '[[1, 8]]'",
        "delete from received",
        "update mark set head_id = 4096 where name = 'sealed'",
    ],
)
def test_a_number_of_the_log_that_is_not_what_was_written_is_what_was_told_beside(
    tmp_path: Path, opened: Callable[[Path], Historian], rot: str
) -> None:
    historian = opened(tmp_path)
    send(historian, 1, 2, 3)
    historian.close()
    sql(tmp_path, rot)
    historian = opened(tmp_path)
    assert account(historian) == {"press": (30, 30, 0), "oven": (21, 21, 0)}
    send(historian, 1, 2, 3, 4, 5, 6)
    historian.seal_once()
    assert account(historian) == WHOLE
    assert (held(historian, 1), held(historian, 2)) == (60, 42)


@pytest.mark.parametrize("at", [0, 18, 100, 4096, 8192, 12288, 20480])
def test_a_log_that_is_no_database_any_more_is_set_aside_and_goes_on(
    tmp_path: Path, opened: Callable[[Path], Historian], at: int, caplog: pytest.LogCaptureFixture
) -> None:
    historian = opened(tmp_path)
    send(historian, 1, 2, 3)
    historian.close()
    written = bytearray((tmp_path / HEAD).read_bytes())
    written[at : at + 64] = b"\xa5" * 64
    (tmp_path / HEAD).write_bytes(bytes(written))
    historian = opened(tmp_path)
    found = account(historian)
    assert {source: one[0] for source, one in found.items()} == {"press": 30, "oven": 21}
    assert (held(historian, 1), held(historian, 2)) == (found["press"][1], found["oven"][1])
    send(historian, 1, 2, 3, 4, 5, 6)
    historian.seal_once()
    assert account(historian) == WHOLE
    assert (held(historian, 1), held(historian, 2)) == (60, 42)


def test_a_witness_of_another_log_is_not_believed(tmp_path: Path, opened: Callable[[Path], Historian]) -> None:
    send(opened(tmp_path / "a"), 1, 2)
    send(opened(tmp_path / "b"), 1)
    killed(tmp_path / "b", tmp_path / "c")
    shutil.copy(tmp_path / "a" / NAME, tmp_path / "c" / NAME)
    assert account(opened(tmp_path / "c")) == {"press": (10, 10, 0), "oven": (7, 7, 0)}


def test_a_log_that_nobody_told_of_is_counted_once(tmp_path: Path, opened: Callable[[Path], Historian]) -> None:
    historian = opened(tmp_path)
    send(historian, 1, 2)
    historian.close()
    (tmp_path / NAME).unlink()  # of an earlier version
    for _ in range(3):
        historian = opened(tmp_path)
        assert account(historian) == {"press": (20, 20, 0), "oven": (14, 14, 0)}
        historian.close()


@pytest.mark.parametrize("at", [0, 5, 30, 60, 150, 250, -90, -40])
def test_a_spoilt_witness_makes_no_number_wrong(
    tmp_path: Path, opened: Callable[[Path], Historian], monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr("dovetail.twicetold.journal.WITNESS_BYTES_MAX", 600)
    send(opened(tmp_path / "a"), 1, 2, 3)
    witness = killed(tmp_path / "a", tmp_path / "b") / NAME
    written = bytearray(witness.read_bytes())
    written[at] ^= 0x04
    witness.write_bytes(bytes(written))
    historian = opened(tmp_path / "b")
    send(historian, 1, 2, 3)
    historian.seal_once()  # which finds what came again although nobody knew of it
    found = account(historian)
    assert {source: (stored, gap) for source, (_, stored, gap) in found.items()} == {"press": (30, 0), "oven": (21, 0)}


def test_it_is_written_anew_when_it_has_grown(
    tmp_path: Path, opened: Callable[[Path], Historian], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dovetail.twicetold.journal.WITNESS_BYTES_MAX", 900)
    historian = opened(tmp_path / "a")
    send(historian, 1, 2, 3)
    historian.seal_once()
    send(historian, 4, 5, 6)
    assert (tmp_path / "a" / NAME).stat().st_size < 1_500
    (killed(tmp_path / "a", tmp_path / "b") / f"{HEAD}-wal").unlink()
    historian = opened(tmp_path / "b")
    assert account(historian) == {"press": (60, 30, 30), "oven": (42, 21, 21)}


def test_a_witness_that_the_disk_does_not_take_stops_nobody(
    tmp_path: Path, opened: Callable[[Path], Historian], caplog: pytest.LogCaptureFixture
) -> None:
    historian = opened(tmp_path / "a")
    head = historian._head
    assert isinstance(head, WitnessedHead)
    assert head._journal is not None
    head._journal.close()
    head._journal._file = os.open("/dev/full", os.O_WRONLY)
    with caplog.at_level(logging.WARNING):
        send(historian, 1)
    assert "is told once only" in caplog.text
    killed(tmp_path / "a", tmp_path / "b")
    assert account(opened(tmp_path / "b")) == {"press": (10, 10, 0), "oven": (7, 7, 0)}


def test_a_witness_that_was_given_up_is_not_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.twicetold.journal.WITNESS_BYTES_MAX", 60)
    told = Journal(tmp_path / NAME)
    told.begin(1, [])
    told.close()
    told._file = os.open("/dev/full", os.O_WRONLY)
    told.tell([("gap", "press", "live", seq) for seq in range(3)])
    assert (told.is_there, told.is_long) == (False, False)


def test_nothing_stays_of_a_witness_that_cannot_be_written_anew(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    Journal(tmp_path / NAME).begin(1, [])
    assert [one.name for one in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize("at", [0, 100, 12288])
def test_nobody_holds_a_log_that_is_set_aside(
    tmp_path: Path, opened: Callable[[Path], Historian], monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    historian = opened(tmp_path)
    send(historian, 1, 2, 3)
    historian.close()
    written = bytearray((tmp_path / HEAD).read_bytes())
    written[at : at + 64] = b"\xa5" * 64
    (tmp_path / HEAD).write_bytes(bytes(written))
    held = list[Path]()

    def look_and_set_aside(folder: Path, name: str) -> Path:
        held.extend(one.resolve() for one in Path("/proc/self/fd").iterdir())
        return set_aside(folder, name)

    monkeypatch.setattr("dovetail.chunkstore.files.set_aside", look_and_set_aside)
    opened(tmp_path)
    assert held
    assert tmp_path / HEAD not in held


def missing(historian: Historian) -> list[int]:
    return [one.frames_missing for one in historian.delivery()]


@pytest.mark.parametrize("at", [-40, -150, -300])
def test_a_line_of_the_witness_that_is_spoilt_makes_no_frame_missing(
    tmp_path: Path, opened: Callable[[Path], Historian], at: int
) -> None:
    send(opened(tmp_path / "a"), 1, 2, 3)
    witness = killed(tmp_path / "a", tmp_path / "b") / NAME
    written = bytearray(witness.read_bytes())
    written[at] ^= 0x04
    witness.write_bytes(bytes(written))
    historian = opened(tmp_path / "b")
    send(historian, 4)
    assert missing(historian) == [0, 0]


def test_what_is_told_of_sealed_rows_is_on_the_disk_before_they_are_sealed(
    tmp_path: Path, opened: Callable[[Path], Historian], monkeypatch: pytest.MonkeyPatch
) -> None:
    historian, seen = opened(tmp_path), list[int]()
    send(historian, 1, 2)
    monkeypatch.setattr("os.fsync", lambda _file: seen.append(historian._head.sealed))
    historian.seal_once()
    assert (seen, historian._head.sealed) == ([0], 4)


def test_a_kill_between_the_loss_and_its_new_witness_takes_nothing_back(
    tmp_path: Path, opened: Callable[[Path], Historian], monkeypatch: pytest.MonkeyPatch
) -> None:
    send(opened(tmp_path / "a"), 1, 2)
    (killed(tmp_path / "a", tmp_path / "b") / f"{HEAD}-wal").unlink()
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(WitnessedHead, "begin_anew", Mock(side_effect=KeyboardInterrupt))
        opened(tmp_path / "b")
    killed(tmp_path / "b", tmp_path / "c")
    historian = opened(tmp_path / "c")
    assert account(historian) == {"press": (20, 0, 20), "oven": (14, 0, 14)}
    send(historian, 1, 2)
    assert account(historian) == {"press": (20, 20, 0), "oven": (14, 14, 0)}
    assert (held(historian, 1), held(historian, 2)) == (20, 14)


def test_a_kill_before_the_log_that_was_set_aside_is_read_loses_none_of_its_rows(
    tmp_path: Path, opened: Callable[[Path], Historian], monkeypatch: pytest.MonkeyPatch
) -> None:
    historian = opened(tmp_path)
    send(historian, 1, 2, 3)
    historian.close()
    set_aside(tmp_path, HEAD)
    historian = opened(tmp_path)
    assert account(historian) == {"press": (30, 30, 0), "oven": (21, 21, 0)}
    assert (held(historian, 1), held(historian, 2)) == (30, 21)
    assert not list(tmp_path.glob(f"{SPOILT}/*/untold"))


def test_nothing_is_kept_in_memory_for_a_witness_that_is_not_there(
    tmp_path: Path, opened: Callable[[Path], Historian]
) -> None:
    head = WitnessedHead(Files(tmp_path).head, None, {})  # as that of PostgreSQL
    told = Told("press", "live", 1, 1, 1, 0, 0, DAY_ZERO_US, DAY_ZERO_US)
    head.append(Write([(1, b"row")], {}, {("press", "live"): {}}, [(0, told)]))
    assert head._frames == []
    head.close()


def test_a_witness_that_begins_long_is_not_written_anew_for_every_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dovetail.twicetold.journal.WITNESS_BYTES_MAX", 600)
    told = Journal(tmp_path / NAME)
    told.begin(1, [("lost", 0, "press", "live", 1, seq, 10) for seq in range(100)])
    assert not told.is_long
    told.close()


def test_rows_are_looked_for_around_a_page_that_cannot_be_read_and_not_for_ever(tmp_path: Path) -> None:
    first = 50_000_000  # of a plant that has run for years
    old, new = Files(tmp_path / "old"), Files(tmp_path / "new")
    with old.head.transaction() as session:
        session.many(
            "insert into head (head_id, n, body) values (?, 1, zeroblob(1500))", [(first + i,) for i in range(9)]
        )
    with old.head.snapshot() as session:
        (root,) = session.execute("select rootpage from sqlite_schema where name = 'head'").fetchone()
    old.head.close()
    path = tmp_path / "old" / HEAD
    written = bytearray(path.read_bytes())
    leaf = int.from_bytes(
        written[
            (at := (root - 1) * 4096 + int.from_bytes(written[(root - 1) * 4096 + 12 : (root - 1) * 4096 + 14])) : at
            + 4
        ]
    )
    written[(leaf - 1) * 4096] = 0xA5
    path.write_bytes(bytes(written))
    read_what_can_be(path, new.head)
    with new.head.snapshot() as session:
        found = [one for (one,) in session.execute("select head_id from head order by head_id").fetchall()]
    assert found == list(range(found[0], first + 9))
    assert first < found[0] < first + 4
    new.head.close()
