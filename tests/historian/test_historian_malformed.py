"""The file of a month is no database any more: it is set aside by itself, its time is told, and all else goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from naive_historian import frame, rows_of

from dovetail.chunkstore.aside import EVERY
from dovetail.chunkstore.files import sqlite3
from dovetail.core import quality as q
from dovetail.core.clock import DAY_US
from dovetail.core.errors import MalformedError
from dovetail.core.scope import system_scope
from dovetail.core.setaside import SPOILT, set_aside
from dovetail.historian.service import Historian
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

ALL = system_scope("test")
type Open = Callable[[], Historian]
SECOND_US = 1_000_000
NEXT_US = DAY_ZERO_US + 31 * DAY_US  # the month after
END_US = NEXT_US + 27 * DAY_US
MONTH = "chunks-2026-01.db"


def two_months(historian: Historian, clock: ManualClock) -> None:
    clock.step(32 * DAY_US)
    for seq, begin_us in enumerate((DAY_ZERO_US, NEXT_US), start=1):
        rows = [(tag, begin_us + i * SECOND_US, float(i), q.GOOD) for tag in (1, 2) for i in range(50)]
        historian.put([frame(seq, rows)])
    historian.seal_once()


def garbage(folder: Path) -> None:
    """Some sectors of the file are another file's."""
    path = folder / MONTH
    path.write_bytes(b"this is no database" * 512 + path.read_bytes()[9_728:])


def counted(historian: Historian, from_us: int = DAY_ZERO_US, to_us: int = END_US) -> int:
    return len(rows_of(historian.raw((1, 2), from_us, to_us, scope=ALL)))


def told(historian: Historian) -> list[tuple[int, int, int]]:
    return [(one.of.tag, one.month, one.n) for one in historian.damage.all()]


JANUARY = (2026 - 1970) * 12


@pytest.fixture
def spoilt(reopen: Open, clock: ManualClock, tmp_path: Path) -> Historian:
    """January is spoilt while nobody looks; then a server starts."""
    historian = reopen()
    two_months(historian, clock)
    historian.close()
    garbage(tmp_path / "historian")
    return reopen()


def test_a_server_starts_and_tells_the_whole_time_of_every_signal(spoilt: Historian, tmp_path: Path) -> None:
    assert told(spoilt) == [(EVERY, JANUARY, 1)]
    assert counted(spoilt) == 100
    assert len(spoilt.damage.of(1, DAY_ZERO_US, NEXT_US)) == 1
    assert spoilt.damage.among((1, 2, 3), DAY_ZERO_US, NEXT_US) == {1, 2, 3}
    assert list(spoilt.damage.of(1, NEXT_US, END_US)) == []
    (hole,) = spoilt.damage.all()
    assert spoilt.damage.wholly(DAY_ZERO_US, END_US) == [(hole.t0, hole.t1)]
    assert spoilt.damage.wholly(hole.t1 + 1, END_US) == []
    (kept,) = (tmp_path / "historian" / SPOILT).glob(f"{MONTH}.*/{MONTH}")
    assert kept.read_bytes().startswith(b"this is no database")
    assert str(kept) in spoilt.damage.all()[0].of.why


def test_what_comes_for_that_time_is_kept_and_nothing_is_held_through_it(spoilt: Historian, reopen: Open) -> None:
    spoilt.put([frame(3, [(1, DAY_ZERO_US + DAY_US, 7.0, q.GOOD)])])
    spoilt.seal_once()
    historian = reopen()
    assert told(historian) == [(EVERY, JANUARY, 1)]
    assert counted(historian, DAY_ZERO_US, NEXT_US) == 1
    assert historian.last((2,), scope=ALL)[2].value == 49.0
    before = historian.bounding((2,), NEXT_US - 1, scope=ALL)
    assert [sample.value for sample in before.values()] in ([], [None])


def test_a_newest_sample_that_is_lost_is_not_an_older_one(reopen: Open, clock: ManualClock, tmp_path: Path) -> None:
    historian = reopen()
    two_months(historian, clock)
    historian.close()
    path = tmp_path / "historian" / "chunks-2026-02.db"
    path.write_bytes(b"\0" * path.stat().st_size)
    historian = reopen()
    assert [sample.value for sample in historian.last((1, 2), scope=ALL).values()] == [None, None]


def test_one_that_is_found_while_a_server_runs_is_set_aside_by_the_next_sealing(
    reopen: Open, clock: ManualClock, tmp_path: Path
) -> None:
    historian = reopen()
    two_months(historian, clock)
    historian.chunks.replaced(JANUARY, lambda: garbage(tmp_path / "historian"))
    with pytest.raises(MalformedError, match=r"cannot open.*not a database"):
        counted(historian)
    historian.put([frame(3, [(1, NEXT_US + DAY_US, 7.0, q.GOOD)])])
    assert historian.seal_once() == 1
    assert (told(historian), counted(historian)) == ([(EVERY, JANUARY, 1)], 101)


def test_one_that_is_set_aside_by_who_is_killed_before_it_is_told_is_told_at_the_next_start(
    reopen: Open, clock: ManualClock, tmp_path: Path
) -> None:
    historian = reopen()
    two_months(historian, clock)
    historian.close()
    set_aside(tmp_path / "historian", MONTH)
    for _ in range(2):
        historian = reopen()
        assert (told(historian), counted(historian)) == ([(EVERY, JANUARY, 100)], 100)
        historian.close()


def test_pages_that_do_not_fit_together_are_as_bad(reopen: Open, clock: ManualClock, tmp_path: Path) -> None:
    historian = reopen()
    two_months(historian, clock)
    historian.close()
    with sqlite3.connect(tmp_path / "historian" / MONTH) as connection:
        (page,) = connection.execute("select rootpage from sqlite_master where name = 'chunk'").fetchone()
    connection.close()
    data = bytearray((tmp_path / "historian" / MONTH).read_bytes())
    data[(page - 1) * 4096 : (page - 1) * 4096 + 8] = b"\xff" * 8
    (tmp_path / "historian" / MONTH).write_bytes(bytes(data))
    historian = reopen()
    historian.seal_once()
    assert counted(historian) == 100
    assert told(historian) == [(EVERY, JANUARY, 100)]  # the index still says how many there were
