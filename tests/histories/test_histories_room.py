"""A foreign history brought in: what it would come to, what came in, and a process that ends amid it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asking import client_of
from dovetail.chunkstore.months import month_of
from dovetail.core import faults
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US, to_rfc3339
from dovetail.core.errors import DovetailError, InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.forms.model import Named
from dovetail.historian.service import Historian
from dovetail.histories import api as histories_api
from dovetail.histories import disk, model
from dovetail.histories.asked import HistoryOut, ImportHistory, OfHistory
from dovetail.histories.service import HistoriesRoom, Plant
from dovetail.operations.http import Api
from dovetail.operations.operation import execute
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from dovetail.web.longwork import LongWork
from waiting import until

ROOT, PRESS, SAFE = 1, 2, 3
STROKE = Named(11, "acme/press.stroke", "mm", Kind.F64)
NOTE = Named(12, "acme/press.note", None, Kind.STR)
CODE = Named(13, "acme/safe.code", None, Kind.I64)
OWNER = {11: PRESS, 12: PRESS, 13: SAFE}
BY_WORD = {word: tag for tag in (STROKE, NOTE, CODE) for word in (str(tag.id), tag.path)}
T = DAY_ZERO_US - 86_400 * SECOND_US
ADA = Scope(Actor("p1", "Ada"), at={name: frozenset({ROOT, PRESS}) for name in ("samples.correct", "plant.view")})
SERVER = system_scope("cli:test")


def csv_of(n: int, *, more: str = "") -> str:
    rows = [f"{to_rfc3339(T + i * SECOND_US)},P1,{i / 4},Good\n" for i in range(n)]
    return "time,tag,value,quality\n" + "".join(rows) + more


@pytest.fixture
def historian(tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Historian]:
    opened = Historian(tmp_path / "historian", clock=clock, bus=bus, owner_of=OWNER.get)
    yield opened
    opened.close()


def room_in(folder: Path, database: Database, historian: Historian, bus: Bus) -> HistoriesRoom:
    plant = Plant(BY_WORD.get, OWNER.get, lambda _tag: "Europe/Prague", lambda: ROOT, lambda _actor: ADA)
    return HistoriesRoom(
        database, folder / "histories", historian=historian, plant=plant, work=LongWork(database.clock), bus=bus
    )


@pytest.fixture
def room(tmp_path: Path, sqlite_database: Database, historian: Historian, bus: Bus) -> Iterator[HistoriesRoom]:
    opened = room_in(tmp_path, sqlite_database, historian, bus)
    yield opened
    opened.stop()


async def imported(room: HistoriesRoom, database: Database, text: str, scope: Scope = ADA, **given: Any) -> HistoryOut:
    content = base64.b64encode(text.encode()).decode()
    whole = {"content": content, "name": "pi.csv", "tags": {"P1": "acme/press.stroke"}, **given}
    asked = ImportHistory.model_validate(whole)
    import_id = execute(room.bring, asked, database=database, scope=scope).output.import_id
    await until(lambda: room.one(import_id, scope=scope).state != "running")
    return room.one(import_id, scope=scope)


def stored(historian: Historian, tag: int = 11) -> list[tuple[int, Any, int]]:
    span = (T - 86_400 * SECOND_US, DAY_ZERO_US)
    found = [row for batch in historian.raw([tag], *span, scope=SERVER) for row in batch.rows()]
    return [(round((ts - T) / SECOND_US), value, quality) for _, ts, value, quality in found]


async def test_what_it_would_come_to_is_said_and_nothing_is_stored(
    room: HistoriesRoom, sqlite_database: Database, historian: Historian
) -> None:
    """Two are there already, and a row is none; the series is told with its tag and its time."""
    held = Batch.of(Kind.F64, [(11, T + i * SECOND_US, i / 4, 0xC0) for i in range(2)])
    historian.put([Frame("plc", Lane.LIVE, 1, 1, (held,))])
    found = await imported(room, sqlite_database, csv_of(5, more="later,P1,1,Good\n"), dry_run=True)
    assert (found.state, found.rows, found.samples, found.there, found.refused) == ("done", 6, 5, 2, {"time": 1})
    assert [(one.line, one.code) for one in found.some_refused] == [(7, "time")]
    (series,) = found.series
    assert (series.tag, series.samples, series.first) == ("acme/press.stroke", 5, to_rfc3339(T))
    assert len(stored(historian)) == 2


@pytest.mark.parametrize("faulty, state, n", [("refuse", "failed", 0), ("leave-out", "done", 3)])
async def test_rows_that_become_no_sample_stop_it_or_are_left_out(
    room: HistoriesRoom, sqlite_database: Database, historian: Historian, faulty: str, state: str, n: int
) -> None:
    bad = [
        f"{to_rfc3339(T)},P2,1,Good", f"{to_rfc3339(T)},P1,fast,Good", f"{to_rfc3339(T)},P1,1,splendid",
        "1970-01-01T00:00:00Z,P1,1,Good", "2100-01-01T00:00:00Z,P1,1,Good",
    ]  # fmt: skip
    found = await imported(room, sqlite_database, csv_of(3, more="\n".join(bad)), faulty=faulty)
    assert found.state == state
    assert found.refused == {"no-tag": 1, "value": 1, "quality": 1, "time-range": 2}
    assert stored(historian) == [(i, i / 4, 0xC0) for i in range(n)]


async def test_a_process_that_ends_amid_it_goes_on_when_it_starts_again(
    tmp_path: Path, database: Database, historian: Historian, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On both databases. Frames of seven rows: it ends behind the second, before the third is acknowledged."""
    monkeypatch.setattr(model, "HISTORY_FRAME_ROWS", 7)
    before = room_in(tmp_path, database, historian, database.bus)
    at = iter(range(1, 100))

    def end(name: str) -> None:
        if name == "history.stored" and next(at) == 2:
            before._ending.set()

    monkeypatch.setattr(faults, "on_point", end)
    asked = ImportHistory(content=base64.b64encode(csv_of(40).encode()).decode(), tags={"P1": 11})
    import_id = execute(before.bring, asked, database=database, scope=ADA).output.import_id
    await until(lambda: not before._running)
    assert len(stored(historian)) == 14
    assert before.one(import_id, scope=ADA).state == "running"  # for whoever asks: it is not over
    after = room_in(tmp_path, database, historian, Bus())
    after.resume()
    await until(lambda: not after._running)
    done = after.one(import_id, scope=ADA)
    assert (done.state, done.samples, done.there) == ("done", 40, 14)
    assert stored(historian) == [(i, i / 4, 0xC0) for i in range(40)]
    (account,) = historian.delivery()
    assert (account.source, account.expected, account.stored, account.frames_missing) == (done.stored_as, 40, 40, 0)
    assert [path.name for path in (tmp_path / "histories" / import_id).iterdir()] == [disk.WANTED]
    after.stop()


async def test_what_a_disk_has_spoilt_keeps_no_server_from_starting(
    tmp_path: Path, room: HistoriesRoom, sqlite_database: Database, historian: Historian
) -> None:
    """It goes, and the log says so; the others are shown, and the next one comes in."""
    first = await imported(room, sqlite_database, csv_of(3))
    for name, content in (("spoilt", b'{"id": "spo'), ("empty", b"")):
        (tmp_path / "histories" / name).mkdir()
        (tmp_path / "histories" / name / disk.WANTED).write_bytes(content)
    (tmp_path / "histories" / "without").mkdir()  # killed before it was said what is wanted
    assert [one.id for one in room.all(scope=ADA)] == [first.id]
    room.resume()
    assert [place.name for place in (tmp_path / "histories").iterdir()] == [first.id]
    assert (await imported(room, sqlite_database, csv_of(4))).state == "done"
    assert len(stored(historian)) == 4


async def test_what_is_refused_leaves_nothing_behind(
    tmp_path: Path, room: HistoriesRoom, sqlite_database: Database
) -> None:
    for given in ({"content": "%"}, {"content": None, "path": str(tmp_path / "none.csv")}):
        with pytest.raises(DovetailError):
            await imported(room, sqlite_database, csv_of(1), SERVER, **given)
    assert not (tmp_path / "histories").exists()


async def test_the_same_file_again_stores_nothing_and_another_choice_does(
    room: HistoriesRoom, sqlite_database: Database, historian: Historian
) -> None:
    first = await imported(room, sqlite_database, csv_of(5))
    again = await imported(room, sqlite_database, csv_of(5))
    assert (first.there, again.there, first.stored_as) == (0, 5, again.stored_as)
    other = await imported(room, sqlite_database, csv_of(5), tags={"P1": "acme/press.note"})
    assert other.stored_as != first.stored_as
    assert (len(stored(historian)), len(stored(historian, 12))) == (5, 5)


async def test_long_texts_make_frames_of_fewer_rows_and_one_too_long_is_refused_aloud(
    room: HistoriesRoom, sqlite_database: Database, historian: Historian, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "HISTORY_FRAME_CHARS", 25_000)
    rows = [f"{to_rfc3339(T + i * SECOND_US)},P1,{str(i) * 10_000},\n" for i in range(5)]
    text = "time,tag,value,quality\n" + "".join(rows) + f"{to_rfc3339(T)},P1,{'x' * 64_001},\n"
    found = await imported(room, sqlite_database, text, tags={"P1": "acme/press.note"}, faulty="leave-out")
    assert (found.state, found.samples, found.refused) == ("done", 5, {"value": 1})
    assert len(stored(historian, 12)) == 5
    (account,) = historian.delivery()
    assert (account.expected, account.refused, account.frames) == (5, 0, 2)


async def test_a_name_without_end_is_no_series(room: HistoriesRoom, sqlite_database: Database) -> None:
    found = await imported(room, sqlite_database, f"time,tag,value\n{to_rfc3339(T)},{'x' * 1_001},1\n")
    assert (found.state, found.series) == ("failed", [])
    assert "more than 1,000 characters" in found.detail


async def test_a_series_named_as_a_tag_needs_no_word(
    room: HistoriesRoom, sqlite_database: Database, historian: Historian
) -> None:
    wide = "Zeit;acme/press.stroke;note\n05.01.2026 06:00:00;1,5;red\n"
    found = await imported(room, sqlite_database, wide, tags={}, prefix="acme/press.")
    assert (found.state, found.samples, found.refused) == ("done", 2, {})
    ((_, value, _),) = stored(historian, 12)
    assert value == "red"


async def test_a_tag_out_of_reach_is_none(room: HistoriesRoom, sqlite_database: Database, historian: Historian) -> None:
    found = await imported(room, sqlite_database, csv_of(2), tags={"P1": "acme/safe.code"})
    assert (found.state, found.refused) == ("failed", {"no-tag": 2})
    assert stored(historian, 13) == []
    with pytest.raises(NotFoundError):
        room.one(found.id, scope=Scope(Actor("p2", "Eve"), at=ADA.at))


@pytest.mark.parametrize(
    "given, error, code",
    [
        ({"content": None}, InvalidError, "history-file"),
        ({"content": "%"}, InvalidError, "history-file"),
        ({"content": None, "path": "/etc/passwd"}, RefusedError, "history-path"),  # over the network nobody names files
        ({"zone": "Europe/Nowhere"}, InvalidError, "zone"),
        ({"equipment": SAFE}, NotFoundError, "not-found"),
    ],
)
async def test_what_cannot_be_is_refused_at_once(
    room: HistoriesRoom, sqlite_database: Database, given: dict[str, Any], error: type[DovetailError], code: str
) -> None:
    with pytest.raises(error) as refused:
        await imported(room, sqlite_database, csv_of(1), **given)
    assert refused.value.code == code


async def test_a_file_of_something_else_fails_with_a_word(room: HistoriesRoom, sqlite_database: Database) -> None:
    found = await imported(room, sqlite_database, "name,value\na,1\n")
    assert found.state == "failed"
    assert "no column tells the time" in found.detail


def test_the_audit_does_not_hold_the_file(sqlite_database: Database, room: HistoriesRoom) -> None:
    declared = Api(sqlite_database)
    histories_api.routes(declared, room)
    client = client_of(ADA, declared, base_url="http://plant/api/v1")
    body = {"content": base64.b64encode(csv_of(2).encode()).decode(), "tags": {"P1": 11}, "dry_run": True}
    answer = client.post("/history-imports", json=body)
    assert answer.status_code == 202
    assert client.get(f"/history-imports/{answer.json()['import_id']}").json()["name"] == "history"
    with sqlite_database.read() as reading:
        given = reading.connection.exec_driver_sql("select given from audit").scalars().all()
    assert len(given) == 1
    assert body["content"] not in str(given)


def sent_by(room: HistoriesRoom, database: Database, text: bytes, scope: Scope = ADA, name: str = "pi.csv") -> Any:
    """The answer to a file that is sent."""
    declared = Api(database)
    histories_api.routes(declared, room)
    client = client_of(scope, declared, base_url="http://plant/api/v1")
    return client.post("/history-files", params={"name": name}, content=text)


async def test_a_file_that_was_sent_is_looked_at_brought_in_and_gone(
    tmp_path: Path, room: HistoriesRoom, sqlite_database: Database, historian: Historian
) -> None:
    """It stays while one tries other choices; another person does not see it, and what was refused can be fetched."""
    answer = sent_by(room, sqlite_database, csv_of(5, more="later,P1,1,Good\n").encode())
    assert (answer.status_code, answer.json()["name"]) == (202, "pi.csv")
    file = {"content": None, "file": answer.json()["id"]}
    found = await imported(room, sqlite_database, "", dry_run=True, **file)
    assert (found.name, found.samples, found.refused) == ("pi.csv", 5, {"time": 1})
    assert room.refused(found.id, scope=ADA).read_text("utf-8-sig").splitlines()[1] == "7,P1,time,''later' is no time"
    with pytest.raises(NotFoundError):
        await imported(room, sqlite_database, "", Scope(Actor("p2", "Eve"), at=ADA.at), **file)
    found = await imported(room, sqlite_database, "", faulty="leave-out", **file)
    assert (found.state, len(stored(historian))) == ("done", 5)
    assert room.sent.mine(scope=ADA) == []
    assert list((tmp_path / "histories" / "sent").iterdir()) == []


def test_a_file_that_a_full_disk_or_too_many_before_leave_no_room_for_is_refused(
    tmp_path: Path, room: HistoriesRoom, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        assert sent_by(room, sqlite_database, b"x").status_code == 202
    assert sent_by(room, sqlite_database, b"x").json()["code"] == "history-files"
    monkeypatch.setattr(room.sent, "_free", lambda _at: 1_000)
    eve = Scope(Actor("p2", "Eve"), at=ADA.at)
    assert sent_by(room, sqlite_database, b"x", eve).json()["code"] == "history-disk"
    assert len(list((tmp_path / "histories" / "sent").iterdir())) == 4
    assert sent_by(room, sqlite_database, b"x", Scope(Actor("p3", "Joe"))).status_code == 403


def test_a_file_of_which_the_disk_forgot_whose_it_is_stands_in_nobodys_way(
    tmp_path: Path, room: HistoriesRoom, sqlite_database: Database
) -> None:
    first = sent_by(room, sqlite_database, b"x").json()["id"]
    (tmp_path / "histories" / "sent" / first / "sent.json").write_bytes(b"")  # a power cut
    second = sent_by(room, sqlite_database, b"x").json()["id"]
    assert [one.id for one in room.sent.mine(scope=ADA)] == [second]
    room.resume()
    assert [one.name for one in (tmp_path / "histories" / "sent").iterdir()] == [second]


async def test_an_import_that_is_given_up_says_what_it_stored(
    room: HistoriesRoom, sqlite_database: Database, historian: Historian, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind the second frame; the same file goes on behind it, and is whole."""
    monkeypatch.setattr(model, "HISTORY_FRAME_ROWS", 7)
    at = iter(range(1, 100))

    def give_up(name: str) -> None:
        if name == "history.stored" and next(at) == 2:
            (running,) = room.all(scope=ADA)
            execute(room.cancel, OfHistory(import_id=running.id), database=sqlite_database, scope=ADA)

    monkeypatch.setattr(faults, "on_point", give_up)
    found = await imported(room, sqlite_database, csv_of(40))
    assert (found.state, found.detail) == ("cancelled", "given up: 14 samples were stored, and stay")
    with pytest.raises(RefusedError):
        execute(room.cancel, OfHistory(import_id=found.id), database=sqlite_database, scope=ADA)
    done = await imported(room, sqlite_database, csv_of(40))
    assert (done.state, done.there, done.went, len(stored(historian))) == ("done", 14, 0, 40)


async def test_the_same_file_whose_samples_went_says_so_and_comes_again_when_it_is_asked(
    room: HistoriesRoom, sqlite_database: Database, historian: Historian
) -> None:
    """Its month was dropped, as a rule of retention does it; what the machine said last is of another day."""
    historian.put([Frame("plc", Lane.LIVE, 1, 1, (Batch.of(Kind.F64, [(11, DAY_ZERO_US, 1.0, 0xC0)]),))])
    await imported(room, sqlite_database, csv_of(5))
    historian.consumer_at("states", historian.head_bounds()[1])
    while historian.seal_once():
        pass
    historian.dropper.drop(int(month_of(np.array([T]))[0]), None, [])
    assert stored(historian) == []
    looked = await imported(room, sqlite_database, csv_of(5), dry_run=True)
    assert (looked.went, looked.detail.partition(" of them went since")[0]) == (5, "5")
    found = await imported(room, sqlite_database, csv_of(5))
    assert (found.state, found.there, found.went) == ("done", 0, 5)
    assert "5 came in with this file before and went since" in found.detail
    again = await imported(room, sqlite_database, csv_of(5), again=True)
    assert (again.went, again.stored_as == found.stored_as, len(stored(historian))) == (0, False, 5)


def test_a_sample_is_there_already_when_all_of_it_is_the_same() -> None:
    """Tag, time, value and quality; a bad one without its value; what a frame has twice is there once."""
    held = [Batch.of(Kind.F64, [(1, 10, 1.5, 0xC0), (1, 20, None, 0x18), (2, 10, 1.5, 0xC0)])]
    mine = [
        (1, 10, 1.5, 0xC0), (1, 20, None, 0x18), (2, 10, 2.5, 0xC0), (1, 10, 1.5, 0x40),
        (3, 10, 1.5, 0xC0), (3, 10, 1.5, 0xC0), (1, 11, 1.5, 0xC0), (1, 20, None, 0x00),
    ]  # fmt: skip
    assert model.held_already(Batch.of(Kind.F64, mine), held) == 3
    assert model.held_already(Batch.of(Kind.F64, mine), []) == 1
    words = [(1, 10, "red", 0xC0), (1, 10, "red", 0xC0), (1, 11, None, 0x00)]
    assert model.held_already(Batch.of(Kind.STR, words), [Batch.of(Kind.STR, words[2:])]) == 2
