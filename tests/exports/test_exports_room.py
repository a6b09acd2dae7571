"""Signals of a period as files: what is in them, who gets them, and what becomes of them."""

from __future__ import annotations

import csv
import errno
import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from exports_world import ADA, EVE, Rights, T, room_in, seeing

from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, SECOND_US, to_rfc3339
from dovetail.core.errors import DovetailError, InvalidError, NotFoundError, RefusedError
from dovetail.db.uow import Database
from dovetail.exports.asked import AskExport
from dovetail.exports.model import Export
from dovetail.exports.service import ExportsRoom, OfExport
from dovetail.historian.service import Historian
from dovetail.operations.operation import execute
from dovetail.taglists.xlsx import grid_of
from dovetail.testing.clock import ManualClock
from said_of_samples import amended
from waiting import until

PERIOD = {"start": to_rfc3339(T), "end": to_rfc3339(T + 90 * SECOND_US)}
ADAS, EVES = seeing(ADA, 1, 2), seeing(EVE, 1)


def asked(room: ExportsRoom, database: Database, **given: object) -> str:
    """Ada asks for the stroke, the recipe and whether the oven is on."""
    whole = {"tags": ["acme/press.stroke", "2", "3"], **PERIOD} | given
    return execute(room.ask, AskExport.model_validate(whole), database=database, scope=ADAS).output.export_id


async def ended(room: ExportsRoom, export_id: str) -> Export:
    await until(lambda: room.one(export_id, scope=ADAS).state != "running")
    return room.one(export_id, scope=ADAS)


async def test_long_is_one_row_a_sample(room: ExportsRoom, sqlite_database: Database) -> None:
    done = await ended(room, asked(room, sqlite_database))
    assert (done.state, done.rows) == ("done", 6)
    found, path = room.file(done.id, scope=ADAS)
    assert found.wanted.file_name() == "press.stroke-and-2-more_2026-01-05.csv"
    text = path.read_text("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert head == ["time (Europe/Prague)", "tag", "value", "unit", "quality", "device time (Europe/Prague)"]
    assert rows == [
        ["2026-01-05T06:00:00.000000+01:00", "acme/press.stroke", "1.5", "mm", "GOOD", ""],
        ["2026-01-05T06:00:25.000000+01:00", "acme/press.stroke", "-2.0", "mm", "GOOD", ""],
        ["2026-01-05T06:00:40.000000+01:00", "acme/press.stroke", "", "mm", "BAD_NOT_CONNECTED", ""],
        ["2026-01-05T06:01:10.000000+01:00", "acme/press.stroke", "9.0", "mm", "GOOD", ""],
        ["2026-01-05T06:00:30.000000+01:00", "acme/press.recipe", "red", "", "UNCERTAIN", ""],
        ["2026-01-05T06:00:10.000000+01:00", "acme/oven.on", "true", "1", "GOOD", ""],
    ]


WIDE = [  # every 20 s: what held then; nothing where it was bad, nothing before the first
    (1.5, "=1+1", None),
    (1.5, "=1+1", True),
    (None, "red", True),
    (None, "red", True),
    (9.0, "red", True),
]


@pytest.mark.parametrize("block", [1, 2, 2_000])
async def test_wide_is_what_held(
    room: ExportsRoom, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr("dovetail.exports.rows.EXPORT_BLOCK_ROWS", block)
    wide = {"shape": "wide", "every_s": 20, "zone": "UTC"}
    done = await ended(room, asked(room, sqlite_database, format="parquet", **wide))
    assert done.state == "done", done.detail
    table = pl.read_parquet(room.file(done.id, scope=ADAS)[1])
    assert table.columns == ["ts", "acme/press.stroke", "acme/press.recipe", "acme/oven.on"]
    assert table.select(pl.col("ts").dt.epoch("us")).to_series().to_list() == [T + n * 20 * SECOND_US for n in range(5)]
    assert table.drop("ts").rows() == WIDE
    done = await ended(room, asked(room, sqlite_database, format="xlsx", **wide))
    cells = [row for _, row in grid_of(room.file(done.id, scope=ADAS)[1].read_bytes())[0]]
    assert cells[0] == ["time (UTC)", "acme/press.stroke [mm]", "acme/press.recipe", "acme/oven.on"]
    assert [row[1:] for row in cells[1:]] == [
        ["1.5", "=1+1"], ["1.5", "=1+1", "true"], ["", "red", "true"], ["", "red", "true"], ["9", "red", "true"],
    ]  # fmt: skip


@pytest.mark.parametrize("as_of, first", [(None, "8.0"), ("7", "8.0"), ("6", "1.5"), ("0", "1.5")])
async def test_a_file_is_as_known_when_it_is_told_so(
    room: ExportsRoom, sqlite_database: Database, historian: Historian, as_of: str | None, first: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """From `known` 7 on somebody says that the first stroke was 8, not 1.5; both shapes of a file follow `as_of`."""
    monkeypatch.setattr(historian, "_corrections", amended(1, (T, T + SECOND_US), 8.0, known=7))
    for shape in ("long", "wide"):
        done = await ended(room, asked(room, sqlite_database, shape=shape, as_of=as_of))
        assert (done.state, done.wanted.as_of) == ("done", None if as_of is None else int(as_of))
        _, row, *_ = csv.reader(io.StringIO(room.file(done.id, scope=ADAS)[1].read_text("utf-8-sig")))
        assert first in row


async def test_parquet_keeps_every_kind_quality_and_unit(room: ExportsRoom, sqlite_database: Database) -> None:
    done = await ended(room, asked(room, sqlite_database, format="parquet"))
    assert done.state == "done", done.detail
    table = pl.read_parquet(room.file(done.id, scope=ADAS)[1])
    assert table["value_f64"].to_list() == [1.5, -2.0, None, 9.0, None, None]
    assert table["value_str"].to_list() == [None] * 4 + ["red", None]
    assert table["value_bool"].to_list() == [None] * 5 + [True]
    assert table["quality"].to_list() == [0xC0, 0xC0, 0x08, 0xC0, 0x40, 0xC0]
    assert table["unit"].to_list() == ["mm"] * 4 + [None, "1"]


async def test_a_sheet_of_wall_times_also_tells_utc(room: ExportsRoom, sqlite_database: Database) -> None:
    done = await ended(room, asked(room, sqlite_database, format="xlsx", language="de"))
    cells = [row for _, row in grid_of(room.file(done.id, scope=ADAS)[1].read_bytes())[0]]
    assert cells[0][:4] == ["Zeit (Europe/Prague)", "Zeit (UTC)", "Signal", "Wert"]
    assert float(cells[1][0]) - float(cells[1][1]) == pytest.approx(1 / 24)


async def test_only_who_asked_fetches_it_and_only_while_they_may_see_it(
    room: ExportsRoom, sqlite_database: Database
) -> None:
    done = await ended(room, asked(room, sqlite_database))
    for scope in (EVES, seeing(EVE, 1, 2), seeing(ADA, 1)):  # another, another with the rights, Ada without the oven
        with pytest.raises(NotFoundError):
            room.file(done.id, scope=scope)
    assert room.mine(scope=EVES) == []
    with pytest.raises(NotFoundError):
        execute(room.remove, OfExport(export_id=done.id), database=sqlite_database, scope=seeing(EVE, 1, 2))
    assert room.file(done.id, scope=ADAS)[1].is_file()


@pytest.mark.parametrize(
    "given, error, code",
    [
        ({"tags": ["4"]}, NotFoundError, "not-found"),  # out of scope looks like none
        ({"tags": ["1", "4"]}, NotFoundError, "not-found"),
        ({"tags": ["99"]}, NotFoundError, "not-found"),
        ({"start": PERIOD["end"], "end": PERIOD["start"]}, InvalidError, "period"),
        ({"zone": "Europe/Nowhere"}, InvalidError, "zone"),
        ({"zone": "../../etc/passwd"}, InvalidError, "zone"),
        ({"shape": "wide", "every_s": 0.0001}, InvalidError, "export-interval"),
        (
            {"shape": "wide", "every_s": 0.001, "format": "xlsx", "start": to_rfc3339(T - DAY_US)},
            InvalidError,
            "export-too-long",
        ),
        ({"shape": "wide", "every_s": 0.001, "start": to_rfc3339(T - DAY_US)}, InvalidError, "export-too-long"),
    ],
)
def test_what_cannot_be_is_refused_at_once(
    room: ExportsRoom, sqlite_database: Database, given: dict, error: type[DovetailError], code: str
) -> None:
    with pytest.raises(error) as refused:
        asked(room, sqlite_database, **given)
    assert refused.value.code == code
    assert room.mine(scope=ADAS) == []


async def test_rights_taken_away_end_it(
    room: ExportsRoom, sqlite_database: Database, rights: Rights, clock: ManualClock
) -> None:
    """The second tag is read a while later, under the rights of then."""

    def of(actor: object) -> object:
        clock.step(0)
        clock._monotonic_us += 2 * SECOND_US
        rights.of = lambda who: seeing(who, 2)
        return seeing(ADA, 1, 2)

    rights.of = of  # type: ignore[assignment]
    done = await ended(room, asked(room, sqlite_database))
    assert (done.state, done.detail[:27]) == ("failed", "one of the signals is not t")
    assert list(room._folder.iterdir()) == []


@pytest.mark.parametrize(
    "language, detail",
    [
        ("en", "there are more than 2 rows (a shorter period or fewer tags; CSV or Parquet hold more than a spread"),
        ("de", "es sind mehr als 2 Zeilen (ein kürzerer Zeitraum oder weniger Signale; CSV und Parquet fassen mehr"),
    ],
)
async def test_a_sheet_that_cannot_hold_them_is_refused_before_a_row_is_written(
    room: ExportsRoom, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, language: str, detail: str
) -> None:
    """It says so in the language of who asked."""
    monkeypatch.setattr("dovetail.exports.model.XLSX_ROWS_MAX", 2)
    monkeypatch.setattr("dovetail.exports.files._writing", not_to_be_called)
    done = await ended(room, asked(room, sqlite_database, format="xlsx", language=language))
    assert (done.state, done.detail[: len(detail)]) == ("failed", detail)


@pytest.mark.parametrize(
    "error, language, detail",
    [
        (OSError(errno.ENOSPC, "No space left on device", "/srv/x"), "en", "the server's disk is nearly full (ask a"),
        (OSError(errno.ENOSPC, "No space left on device", "/srv/x"), "de", "die Festplatte des Servers ist fast vol"),
        (OSError(errno.EIO, "Input/output error", "/srv/x"), "en", "something went wrong on our side; the log has i"),
        (InvalidError("more than 9 samples", code="aggregate-too-long"), "de", "in einem Abschnitt liegen mehr Mess"),
        (InvalidError("no codec 9", code="another"), "de", "no codec 9"),
    ],
)
async def test_what_a_disk_says_is_told_without_where_it_is(
    room: ExportsRoom, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception, language: str,
    detail: str,
) -> None:  # fmt: skip
    """Who asks for a file is no administrator of the server; the log has the path."""
    monkeypatch.setattr("dovetail.exports.files.write", failing(error))
    done = await ended(room, asked(room, sqlite_database, language=language))
    assert (done.state, done.detail[: len(detail)]) == ("failed", detail)
    assert "/srv" not in done.detail


def failing(error: Exception) -> Callable[..., int]:
    def write(*_: object) -> int:
        raise error

    return write


def not_to_be_called(*_: object) -> None:
    raise AssertionError("it was begun")


async def test_what_fits_a_sheet_is_written(
    room: ExportsRoom, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dovetail.exports.model.XLSX_ROWS_MAX", 6)
    done = await ended(room, asked(room, sqlite_database, format="xlsx"))
    assert (done.state, done.rows) == ("done", 6)


async def test_it_is_given_up_when_told(
    room: ExportsRoom, sqlite_database: Database, rights: Rights, clock: ManualClock
) -> None:
    rights.open.clear()
    export_id = asked(room, sqlite_database)
    assert rights.asked.wait(15)
    execute(room.remove, OfExport(export_id=export_id), database=sqlite_database, scope=ADAS)
    rights.open.set()
    assert (await ended(room, export_id)).state == "cancelled"
    assert list(room._folder.iterdir()) == []
    with pytest.raises(RefusedError) as refused:
        room.file(export_id, scope=ADAS)
    assert refused.value.code == "export-no-file"
    execute(room.remove, OfExport(export_id=export_id), database=sqlite_database, scope=ADAS)
    assert room.mine(scope=ADAS) == []


async def test_a_few_are_written_at_once(room: ExportsRoom, sqlite_database: Database, rights: Rights) -> None:
    rights.open.clear()
    first = [asked(room, sqlite_database) for _ in range(2)]
    with pytest.raises(RefusedError) as refused:
        asked(room, sqlite_database)
    assert refused.value.code == "exports-busy"
    rights.open.set()
    assert [(await ended(room, one)).state for one in first] == ["done", "done"]


async def test_a_file_goes_after_a_week(room: ExportsRoom, sqlite_database: Database, clock: ManualClock) -> None:
    done = await ended(room, asked(room, sqlite_database))
    (room._folder / "left-by-nobody.csv.partial").write_text("half")
    room.step()
    assert [path.name for path in room._folder.iterdir()] == [f"{done.id}.csv"]
    clock.step(8 * DAY_US)
    room.step()
    assert list(room._folder.iterdir()) == []
    assert room.mine(scope=ADAS) == []


async def test_after_a_restart_it_is_found_again_or_said_to_be_lost(
    database: Database, tmp_path: Path, historian: Historian, rights: Rights
) -> None:
    """On both databases: one was done, one was being written when the process ended."""
    before = room_in(tmp_path / "exports", database, historian, database.bus, rights)
    done = await ended(before, asked(before, database))
    rights.open.clear()
    rights.asked.clear()
    lost = asked(before, database)
    assert rights.asked.wait(15)
    after = room_in(tmp_path / "exports", database, historian, Bus(), rights)
    assert {one.id: one.state for one in after.mine(scope=ADAS)} == {done.id: "done", lost: "lost"}
    assert after.file(done.id, scope=ADAS)[1].read_text("utf-8-sig").count("\n") == 7
    after.step()
    assert {one.id: one.detail for one in after.mine(scope=ADAS)}[lost].startswith("the server stopped")
    rights.open.set()
    before.stop()
