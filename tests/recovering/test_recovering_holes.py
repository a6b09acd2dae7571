"""What a disk has spoilt comes back from a backup: shown first, then put back, and what is not there stays told."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from dovetail.chunkstore.aside import EVERY
from dovetail.chunkstore.files import name_of
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, SECOND_US
from dovetail.core.errors import ConfigError, MalformedError, NotFoundError, RefusedError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.core.setaside import SPOILT, UNTOLD
from dovetail.db.uow import Database
from dovetail.historian.service import Historian
from dovetail.operations.operation import execute
from dovetail.recovering.service import Recover, Recovery
from dovetail.recovering.tidying import Tidy
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from dovetail.upkeep.layout import HISTORIAN, INSTALLATION
from dovetail.upkeep.samplesfacts import look_at_samples
from dovetail.web.longwork import LongWork

ALL = system_scope("test")
N = 200
BACKUP = "backup"


def nobody(_done: int, _total: int) -> None:
    """Nobody looks at how far it is."""


def row(tag: int, i: int, value: float) -> tuple[int, int, float, int]:
    return tag, DAY_ZERO_US + i * SECOND_US, value, 0x1C0 if i % 50 == 3 else 0xC0


def put(historian: Historian, seq: int, rows: list[tuple[int, int, float, int]]) -> None:
    historian.put([Frame("edge", Lane.LIVE, 1, seq, (Batch.of(Kind.F64, rows),))])
    historian.seal_once()


def values(historian: Historian, tag: int) -> list[tuple[int, object, int]]:
    found = historian.raw([tag], 0, DAY_ZERO_US + DAY_US, scope=ALL)
    return [
        ((ts - DAY_ZERO_US) // SECOND_US, value, quality)
        for batch in found
        for ts, value, quality in zip(batch.ts.tolist(), batch.value.tolist(), batch.quality.tolist(), strict=True)
    ]


@pytest.fixture
def historian(tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Historian]:
    """Two tags; a backup; then some more of both; then the chunks of tag 1 and 2 are spoilt."""
    clock.step(HOUR_US)
    opened = Historian(tmp_path / HISTORIAN, clock=clock, bus=bus, owner_of=lambda _tag: 1)
    put(opened, 1, [row(tag, i, float(i)) for tag in (1, 2, 3) for i in range(N)])
    opened.close()
    shutil.copytree(tmp_path / HISTORIAN, tmp_path / BACKUP / HISTORIAN)
    opened = Historian(tmp_path / HISTORIAN, clock=clock, bus=bus, owner_of=lambda _tag: 1)
    put(opened, 2, [row(2, N, 7.0), *(row(3, N + i, 8.0) for i in range(N))])
    (month,) = opened.chunks.newest_first()
    with opened.chunks.use(month) as place, place._place.transaction() as session:
        session.execute("update chunk set body = zeroblob(30) where tag in (1, 2)")
    values(opened, 1)
    values(opened, 2)
    opened.seal_once()
    put(opened, 3, [row(1, 20, 20.0), (1, DAY_ZERO_US + 20 * SECOND_US + 1, 0.5, 0xC0)])  # one comes again, one is late
    yield opened
    opened.close()


@pytest.fixture
def recovery(tmp_path: Path, historian: Historian, clock: ManualClock) -> Recovery:
    return Recovery(tmp_path, historian, LongWork(clock))


def test_what_would_come_back_is_shown_and_nothing_is_changed(
    tmp_path: Path, historian: Historian, recovery: Recovery
) -> None:
    plan = recovery.plan(str(tmp_path / BACKUP), ALL)
    assert [(line.tag, line.samples, line.found) for line in plan.lines] == [(1, N, N), (2, N, N), (2, 1, 0)]
    assert len(values(historian, 1)) == 2
    assert len(historian.damage.all()) == 3


def test_what_a_backup_holds_comes_back_as_it_was_and_the_rest_stays_told(
    tmp_path: Path, historian: Historian, recovery: Recovery
) -> None:
    plan = recovery.plan(str(tmp_path / BACKUP), ALL)
    done = recovery.put_back(Recover(folder=str(tmp_path / BACKUP), plan=plan.digest), nobody)
    assert (done.samples, done.filled, done.left) == (2 * N, 2, 1)
    assert [(one.of.tag, one.n) for one in historian.damage.all()] == [(2, 1)]
    historian.seal_once()
    sent = [(i, float(i), row(1, i, 0.0)[3]) for i in range(N)]
    assert values(historian, 1) == sorted([*sent, (20, 0.5, 0xC0)], key=lambda one: (one[0], -(one[1])))
    assert values(historian, 2) == [(i, float(i), row(2, i, 0.0)[3]) for i in range(N)]
    account = {one.source: one for one in historian.delivery()}["recovery"]
    assert (account.expected, account.stored, account.duplicate) == (2 * N, 2 * N - 1, 1)


def test_while_it_comes_back_people_go_on_writing(
    tmp_path: Path, historian: Historian, sqlite_database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, may_go_on, has_ended = LongWork(clock), threading.Event(), threading.Event()
    put_now = historian.put

    def put_later(frames: Sequence[Frame]) -> None:
        assert may_go_on.wait(30)
        put_now(frames)

    monkeypatch.setattr(historian, "put", put_later)
    recovery = Recovery(tmp_path, historian, work)
    given = Recover(folder=str(tmp_path / BACKUP), plan=recovery.plan(str(tmp_path / BACKUP), ALL).digest)
    begun = execute(recovery.recover, given, database=sqlite_database, scope=ALL).output
    with sqlite_database.write(ALL.actor) as uow:
        assert uow.known == 2  # somebody else writes meanwhile
    work.on_change = lambda: has_ended.set() if work.view(begun.job_id).state != "running" else None
    with pytest.raises(NotFoundError, match="has not ended"):
        recovery.done(begun.job_id, ALL)
    may_go_on.set()
    assert has_ended.wait(30)
    assert recovery.done(begun.job_id, ALL).samples == 2 * N
    assert work.view(begun.job_id).detail == f"{2 * N} samples, 2 holes filled, 1 stay"


def test_what_another_installation_kept_never_comes_in(
    tmp_path: Path, historian: Historian, recovery: Recovery
) -> None:
    """Tag 1 is another signal there. What says that it is ours, or does not say, is read."""
    for name in (BACKUP, f"{BACKUP}/{HISTORIAN}"):
        (tmp_path / BACKUP / INSTALLATION).write_text("another")
        with pytest.raises(ConfigError, match="is another installation's"):
            recovery.plan(str(tmp_path / name), ALL)
        shutil.copy(tmp_path / INSTALLATION, tmp_path / BACKUP / INSTALLATION)
        assert recovery.plan(str(tmp_path / name), ALL).samples == 2 * N


def test_it_may_be_done_twice(tmp_path: Path, historian: Historian, recovery: Recovery) -> None:
    for _ in range(2):
        plan = recovery.plan(str(tmp_path / BACKUP), ALL)
        recovery.put_back(Recover(folder=str(tmp_path / BACKUP), plan=plan.digest), nobody)
        historian.seal_once()
    assert len(values(historian, 1)) == N + 1
    assert len(values(historian, 2)) == N
    assert len(historian.damage.all()) == 1


def test_a_hole_that_was_filled_is_none_after_a_restart(
    tmp_path: Path, historian: Historian, recovery: Recovery, clock: ManualClock, bus: Bus
) -> None:
    plan = recovery.plan(str(tmp_path / BACKUP), ALL)
    recovery.put_back(Recover(folder=str(tmp_path / BACKUP), plan=plan.digest), nobody)
    historian.close()
    again = Historian(tmp_path / HISTORIAN, clock=clock, bus=bus, owner_of=lambda _tag: 1)
    assert [one.of.tag for one in again.damage.all()] == [2]
    assert len(values(again, 1)) == N + 1
    again.close()


def test_what_is_spoilt_in_the_backup_too_is_not_put_back(
    tmp_path: Path, historian: Historian, recovery: Recovery
) -> None:
    (month,) = (tmp_path / BACKUP / HISTORIAN).glob("chunks-*.db")
    data = bytearray(month.read_bytes())
    for at in (found for found in range(len(data)) if data[found : found + 4] == b"pco!"):
        data[at + 9] ^= 1
    month.write_bytes(bytes(data))
    assert recovery.plan(str(tmp_path / BACKUP), ALL).samples == 0


def test_a_folder_that_will_not_do_says_why(tmp_path: Path, historian: Historian, recovery: Recovery) -> None:
    with pytest.raises(ConfigError, match="holds no samples"):
        recovery.plan(str(tmp_path / "nowhere"), ALL)
    (month,) = (tmp_path / BACKUP / HISTORIAN).glob("chunks-*.db")
    month.with_name(month.name + "-wal").write_bytes(b"something")
    with pytest.raises(ConfigError, match="somebody writes"):
        recovery.plan(str(tmp_path / BACKUP), ALL)


def test_over_the_network_nobody_reads_folders_of_the_server(tmp_path: Path, recovery: Recovery) -> None:
    someone = Scope(actor=Actor(id="p1", name="Ada"), system=frozenset({"system.manage"}))
    with pytest.raises(RefusedError, match="only the command line"):
        recovery.plan(str(tmp_path), someone)


def test_what_was_not_shown_is_not_done(tmp_path: Path, recovery: Recovery) -> None:
    with pytest.raises(RefusedError, match="what was shown"):
        recovery.put_back(Recover(folder=str(tmp_path / BACKUP), plan="another"), nobody)


def lose_the_month(historian: Historian, tmp_path: Path, *, keeps: slice) -> None:
    """Its file is no database any more; only some of its pages are what they were."""
    (month,) = historian.chunks.newest_first()
    path = tmp_path / HISTORIAN / name_of(month)

    def spoil() -> None:
        written = path.read_bytes()
        spoilt = bytearray(b"\xff" * len(written))
        spoilt[keeps] = written[keeps]
        path.write_bytes(bytes(spoilt))

    historian.chunks.replaced(month, spoil)
    with pytest.raises(MalformedError):
        values(historian, 3)
    historian.seal_once()


def test_a_month_that_was_lost_as_a_whole_comes_back_but_what_came_after_the_backup_stays_told(
    tmp_path: Path, historian: Historian, recovery: Recovery
) -> None:
    lose_the_month(historian, tmp_path, keeps=slice(0, 0))
    assert [one.of.tag for one in historian.damage.all()] == [EVERY]
    plan = recovery.plan(str(tmp_path / BACKUP), ALL)
    assert [(line.tag, line.samples, line.found) for line in plan.lines] == [(1, N, N), (2, N, N), (3, N, N)]
    done = recovery.put_back(Recover(folder=str(tmp_path / BACKUP), plan=plan.digest), nobody)
    assert (done.samples, done.filled, done.left) == (3 * N, 0, 1)
    historian.seal_once()
    assert [len(values(historian, tag)) for tag in (1, 2, 3)] == [N, N, N]
    assert [one.of.tag for one in historian.damage.all()] == [EVERY]


def test_a_month_of_which_a_backup_holds_everything_is_whole_again(
    tmp_path: Path, historian: Historian, recovery: Recovery
) -> None:
    backup = tmp_path / "newest" / HISTORIAN
    before = [values(historian, tag) for tag in (1, 2, 3)]
    missing = [(one.of.tag, one.n) for one in historian.damage.all()]
    historian.close()
    shutil.copytree(tmp_path / HISTORIAN, backup)
    historian.__init__(tmp_path / HISTORIAN, clock=historian._clock, bus=historian._bus, owner_of=lambda _tag: 1)
    (month,) = historian.chunks.newest_first()
    with historian.chunks.view(month) as view:
        rev = view.sealed
    with historian.dropper.still():
        historian.damage.renew(historian.chunks, month, "it is spoilt")
    assert [(one.of.tag, one.of.rev) for one in historian.damage.all()] == [(EVERY, rev)]
    plan = recovery.plan(str(tmp_path / "newest"), ALL)
    done = recovery.put_back(Recover(folder=str(tmp_path / "newest"), plan=plan.digest), nobody)
    assert (done.filled, done.left) == (1, 3)  # what was missing in it before it was lost is missing still
    historian.seal_once()
    assert [values(historian, tag) for tag in (1, 2, 3)] == before
    assert [(one.of.tag, one.n) for one in historian.damage.all()] == missing
    plan = recovery.plan(str(tmp_path / BACKUP), ALL)
    done = recovery.put_back(Recover(folder=str(tmp_path / BACKUP), plan=plan.digest), nobody)
    assert (done.filled, done.left) == (2, 1)


def test_a_backup_that_was_taken_after_the_damage_fills_nothing(
    tmp_path: Path, historian: Historian, recovery: Recovery, clock: ManualClock
) -> None:
    """What has come since lies there, in as many samples as are missing; what is missing does not."""
    put(historian, 4, [(2, DAY_ZERO_US + i * SECOND_US // 2 + 7, 0.5, 0xC0) for i in range(2 * N)])
    historian.close()
    historian.__init__(tmp_path / HISTORIAN, clock=clock, bus=historian._bus, owner_of=lambda _tag: 1)
    shutil.copytree(tmp_path / HISTORIAN, tmp_path / "later" / HISTORIAN)
    before = [(one.of.tag, one.n) for one in historian.damage.all()]
    plan = recovery.plan(str(tmp_path / "later"), ALL)
    done = recovery.put_back(Recover(folder=str(tmp_path / "later"), plan=plan.digest), nobody)
    assert (done.filled, [(one.of.tag, one.n) for one in historian.damage.all()]) == (0, before)


def test_a_backup_that_was_taken_after_a_month_was_lost_does_not_fill_it(
    tmp_path: Path, historian: Historian, recovery: Recovery
) -> None:
    (month,) = historian.chunks.newest_first()
    with historian.dropper.still():
        historian.damage.renew(historian.chunks, month, "it is spoilt")
    lost = historian.damage.all()
    put(historian, 4, [row(3, 2 * N, 9.0)])
    historian.close()
    shutil.copytree(tmp_path / HISTORIAN, tmp_path / "later" / HISTORIAN)
    historian.__init__(tmp_path / HISTORIAN, clock=historian._clock, bus=historian._bus, owner_of=lambda _tag: 1)
    plan = recovery.plan(str(tmp_path / "later"), ALL)
    done = recovery.put_back(Recover(folder=str(tmp_path / "later"), plan=plan.digest), nobody)
    assert (done.filled, done.left, historian.damage.all()) == (0, 1, lost)


def test_what_was_set_aside_goes_when_it_is_told_for_and_nothing_needs_it(
    tmp_path: Path, historian: Historian, recovery: Recovery, sqlite_database: Database
) -> None:
    tidying = recovery.tidying

    def tidied() -> tuple[int, int]:
        done = execute(tidying.tidy, Tidy(), database=sqlite_database, scope=ALL).output
        return done.files, done.left

    lose_the_month(historian, tmp_path, keeps=slice(0, 0))
    (kept,) = tidying.view(ALL)
    (tmp_path / HISTORIAN / SPOILT / "head-row-7").write_bytes(b"some bytes")
    (unread := tmp_path / HISTORIAN / SPOILT / "head.db.1").mkdir()
    (unread / UNTOLD).touch()
    assert [(one.needed, one.bytes > 0) for one in tidying.view(ALL)] == [
        ("hole", True),
        (None, True),
        ("unread", False),
    ]
    facts = look_at_samples(tmp_path, "sqlite:///records.db", None, at_us=0)
    assert facts.kept == (3, kept.bytes + 10)
    assert "3 files that are no databases" in facts.damage()[1]
    assert tidied() == (1, 2)
    (unread / UNTOLD).unlink()
    historian.damage.went(next(iter(historian.chunks.newest_first())))  # a rule let its month go
    assert tidied() == (2, 0)
    assert list((tmp_path / HISTORIAN / SPOILT).iterdir()) == []
