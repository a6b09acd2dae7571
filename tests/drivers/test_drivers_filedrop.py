"""Files that others put into a folder: what is taken of them, once, and what is said of a bad one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from taking_world import Taking, until

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SystemClock, from_rfc3339
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import Point, Surroundings
from dovetail.drivers.filedrop.address import parse_address
from dovetail.drivers.filedrop.sheets import BadFileError
from dovetail.drivers.filedrop.taking import Moment, take

F64, I64, BOOL, STR, JSON = Kind.F64, Kind.I64, Kind.BOOL, Kind.STR, Kind.JSON
PLUGIN = load("dovetail.drivers", "filedrop")
NOW = from_rfc3339("2026-03-02T12:00:00Z")
AT = Moment(NOW, NOW)


def options(**given: Any) -> Any:
    return PLUGIN.check({"folder": "/srv/drop", **given})


def placed(*wanted: tuple[str, Kind]) -> list[Any]:
    return [(Point(n, address, kind), parse_address(address)) for n, (address, kind) in enumerate(wanted, 1)]


def rows(data: bytes, wanted: list[tuple[str, Kind]], **given: Any) -> list[tuple[int, str, Value]]:
    """(tag, time of day with µs, value) of each sample."""
    taken = take(data, placed(*wanted), options(**given), AT)
    found = [row for batch in taken.batches for row in batch.rows()]
    return [(tag, _clock(ts), value) for tag, ts, value, _ in found]


def _clock(ts: int) -> str:
    seconds, us = divmod(ts % 86_400_000_000, 1_000_000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}" + (f".{us:06}" if us else "")


GERMAN = "Datum;Zeit;Teil;Kraft;i.O.\r\n02.03.2026;10:00:01;A-1;12,5;1\r\n02.03.2026;10:00:02;A-2;;0\r\n".encode(
    "cp1252"
)
GERMAN_OPTIONS = {
    "delimiter": ";", "decimal": "comma", "encoding": "cp1252", "time": "Datum", "time_of_day": "Zeit",
    "time_format": "%d.%m.%Y %H:%M:%S", "zone": "Europe/Prague",
}  # fmt: skip
LONG = b"at,machine,signal,value\n2026-03-02T10:00:00Z,M1,temp,20.5\n2026-03-02T10:00:00Z,M2,temp,99\n"
READS: list[tuple[str, bytes, list[tuple[str, Kind]], dict[str, Any], list[tuple[int, str, Value]]]] = [
    (
        "columns by name, decimal comma, date and time apart, a local zone; an empty cell says nothing",
        GERMAN, [("Kraft", F64), ("i.O.", BOOL), ("Teil", STR)], GERMAN_OPTIONS,
        [(1, "09:00:01", 12.5), (2, "09:00:01", True), (2, "09:00:02", False), (3, "09:00:01", "A-1"), (3,
         "09:00:02", "A-2")],
    ),
    ("rows of one machine among many", LONG, [("value?machine=M1&signal=temp", F64)], {"time": "at"}, [(1,
     "10:00:00", 20.5)]),
    (
        "two scans of one second are two, in their order",
        b"at,code\n2026-03-02T10:00:00Z,X\n2026-03-02T10:00:00Z,X\n", [("code", STR)], {"time": "at"},
        [(1, "10:00:00", "X"), (1, "10:00:00.000001", "X")],
    ),
    ("no header: columns by number", b"1;2\n3;4\n", [("#2", I64)], {"header": "none", "delimiter": ";"},
     [(1, "12:00:00", 2), (1, "12:00:00.000001", 4)]),
    ("lines before the header", b"Press 7\n\nSpeed,N\n5,6\n", [("Speed", F64)], {"skip_lines": 2}, [(1, "12:00:00",
     5.0)]),
    ("a byte order mark is no part of a name", b"\xef\xbb\xbfSpeed\n5\n", [("Speed", F64)], {}, [(1, "12:00:00", 5.0)]),
    ("UTF-16, as some Windows programs write", "Größe\n5\n".encode("utf-16"), [("Größe", F64)], {"encoding": "utf-16"},
     [(1, "12:00:00", 5.0)]),
    ("a delimiter inside quotes", b'a,b\n"x, y",2\n', [("a", STR)], {}, [(1, "12:00:00", "x, y")]),
    ("a line break inside quotes", b'a,b\n"x\ny",2\n', [("b", I64)], {}, [(1, "12:00:00", 2)]),
    ("one delimiter more at the end of rows", b"a;b\n1;2;\n", [("b", I64)], {"delimiter": ";"}, [(1, "12:00:00", 2)]),
    ("JSON, a document per line", b'{"t":1772445600,"m":{"v":1.5}}\n\n{"t":1772445601.5,"m":{"v":2}}\n',
     [("/m/v", F64)], {"format": "jsonl", "time": "t", "time_format": "unix"}, [(1, "10:00:00", 1.5), (1,
      "10:00:01.500000", 2.0)]),
    ("JSON, a list inside a document", b'{"rows":[{"v":1},{"v":null},{"v":3}]}', [("v", I64)],
     {"format": "json", "records": "/rows"}, [(1, "12:00:00", 1), (1, "12:00:00.000001", 3)]),
    ("JSON, one document", b'{"v":true,"list":[1,2]}', [("/list", JSON), ("v", BOOL)], {"format": "json"},
     [(1, "12:00:00", "[1,2]"), (2, "12:00:00", True)]),
    ("fixed width", b"ORDER  001 12.50OK\nORDER  002 13.25NO\n", [("@8-10", STR), ("@11-16", F64)], {"format": "fixed"},
     [(1, "12:00:00", "001"), (1, "12:00:00.000001", "002"), (2, "12:00:00", 12.5), (2, "12:00:00.000001", 13.25)]),
    ("%3F is a question mark in a name", b"ok?\n1\n", [("ok%3F", BOOL)], {}, [(1, "12:00:00", True)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "wanted", "given", "expected"), [row[1:] for row in READS], ids=[row[0] for row in READS]
)
def test_what_is_read_from_a_file(
    data: bytes, wanted: list[tuple[str, Kind]], given: dict[str, Any], expected: list[tuple[int, str, Value]]
) -> None:
    assert sorted(rows(data, wanted, **given)) == sorted(expected)


SPEED = [("Speed", F64)]
BAD: list[tuple[str, bytes, list[tuple[str, Kind]], dict[str, Any], tuple[int, str, str]]] = [
    ("a text where a number is wanted", b"Speed\n1\n12x\n", SPEED, {}, (3, "Speed", "'12x' is no value of kind f64")),
    ("a point in a file with decimal commas", b"Speed\n1.500\n", SPEED, {"decimal": "comma", "delimiter": ";"},
     (2, "Speed", "'1.500 (a point, where decimals have a comma)' is no value of kind f64")),
    ("no such column", b"Sped,N\n1,2\n", SPEED, {}, (1, "Speed", "stands not in the header, which has: Sped, N")),
    ("a column twice", b"Speed,Speed\n1,2\n", SPEED, {}, (1, "Speed",
     "stands twice in the header, which has: Speed, Speed")),
    ("a row cut off", b"Speed,N\n1,2\n3\n", SPEED, {}, (3, "", "1 cells, where 2 should be")),
    ("another encoding", b"Speed\n1\n\xe9\n", SPEED, {}, (3, "",
     "byte 0xE9 at 8 is no utf-8: is the encoding another?")),
    ("nothing at all", b"", SPEED, {}, (1, "", "there is no header row: the file is empty")),
    ("zeros, as a power cut leaves", b"Speed\n1\n\0\0\0\0", SPEED, {}, (3, "",
     "a zero byte: this is no text, or cut off by its writer")),
    ("a line that never ends", b"Speed\n" + b"1" * 90 + b"\n", SPEED, {"max_line": 80}, (2, "",
     "a line of more than 80 characters")),
    ("more rows than allowed", b"Speed\n1\n2\n3\n", SPEED, {"max_rows": 2}, (4, "", "more than 2 rows")),
    ("a document cut off", b'{"v": [1, 2', [("v", I64)], {"format": "json"}, (1, "character 12",
     "this is no JSON: unexpected end of data")),
    ("a line that is no document", b'{"v":1}\nv=2\n', [("v", I64)], {"format": "jsonl"}, (2, "character 1",
     "this is no JSON: unexpected character")),
    ("no rows where they should be", b'{"a":[]}', [("v", I64)], {"format": "json", "records": "/rows"},
     (0, "/rows", "there is nothing at this pointer in the document")),
    ("no time", b"at,Speed\n,1\n", SPEED, {"time": "at"}, (2, "at", "the row does not say when it was true")),
    ("a time of another form", b"at,Speed\n2.3.26,1\n", SPEED, {"time": "at"}, (2, "at",
     "'2.3.26' is not an ISO 8601 time")),
    ("a time to come", b"at,Speed\n2026-03-02T12:00:06Z,1\n", SPEED, {"time": "at"},
     (2, "at", "the time lies in the future: is the zone right, or a clock wrong?")),
    ("a time of long ago", b"at,Speed\n1970-01-01T00:00:01Z,1\n", SPEED, {"time": "at"}, (2, "at",
     "the time lies before 1990")),
    ("an hour that the clocks skipped", b"at,Speed\n2025-03-30T02:30:00,1\n", SPEED, {"time": "at",
     "zone": "Europe/Prague"},
     (2, "at", "2025-03-30 02:30:00 does not exist in Europe/Prague: the clocks were put forward over it")),
]  # fmt: skip


@pytest.mark.parametrize(("data", "wanted", "given", "fault"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_file_is_refused_with_line_column_and_reason(
    data: bytes, wanted: list[tuple[str, Kind]], given: dict[str, Any], fault: tuple[int, str, str]
) -> None:
    with pytest.raises(BadFileError) as error:
        take(data, placed(*wanted), options(**given), AT)
    first = error.value.faults[0]
    assert (first.line, first.column) == fault[:2] and first.what.startswith(fault[2])


def test_a_bad_row_may_be_left_out_with_all_its_cells() -> None:
    taken = take(b"a,b\n1,1\nx,2\n3,3\n", placed(("a", F64), ("b", I64)), options(bad_row="skip"), AT)
    assert {tuple(batch.value.tolist()) for batch in taken.batches} == {(1.0, 3.0), (1, 3)}
    assert (taken.rows, taken.skipped, [fault.line for fault in taken.faults]) == (3, 1, [3])


REFUSED = [
    ({"folder": "drop"}, "the whole path"),
    ({"folder": "/srv/../etc"}, "without .."),
    ({"pattern": "../*.csv"}, "no folders in it"),
    ({"pattern": ".*"}, "no folders in it"),
    ({"decimal": "comma"}, "another delimiter"),
    ({"time": "@1-5"}, "is no column of a csv file"),
    ({"time_of_day": "Zeit"}, "goes with `time`"),
    ({"time": "at", "time_format": "%H:%M"}, "year, month and day"),
    ({"zone": "Mars/Olympus"}, "no time zone"),
    ({"format": "json", "records": "rows"}, "begins with /"),
    ({"encoding": "rot13"}, "encoding"),
]


@pytest.mark.parametrize(("given", "why"), REFUSED)
def test_options_that_cannot_be_meant(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        options(**given)


@pytest.mark.parametrize(
    "address", ["", "?", "a?b", "#0", "#x", "#99999", "@0", "@5-4", "@a", "/a~2", "x" * 501, "a\tb\x00"]
)
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(ConfigError, match="is no place in rows"):
        parse_address(address)


# --- the folder -----------------------------------------------------------------------------------------------


@pytest.fixture
async def taking(tmp_path: Path) -> AsyncIterator[Taking]:
    (tmp_path / "drop").mkdir()
    made = Taking("filedrop", tmp_path)
    yield made
    await made.end()


def quick(taking: Taking, **given: Any) -> dict[str, Any]:
    return {"folder": str(taking.folder / "drop"), "stable_s": 0, "every_s": 0.2, **given}


async def test_a_file_is_taken_and_archived(taking: Taking) -> None:
    drop = taking.folder / "drop"
    (drop / "a.csv").write_text("at,Speed\n2026-03-02T10:00:00Z,1\n2026-03-02T10:00:01Z,2\n")
    await taking.begin(quick(taking, time="at"), ("Speed", F64))
    await until(lambda: (drop / "archive" / "a.csv").exists())
    assert taking.kept.rows(1) == [
        (from_rfc3339("2026-03-02T10:00:00Z"), 1.0),
        (from_rfc3339("2026-03-02T10:00:01Z"), 2.0),
    ]
    assert taking.told(1) == [
        (None, q.BAD_NOT_CONNECTED),
        (2.0, q.UNCERTAIN_LAST_KNOWN),
    ]  # its rows lie before the link


async def test_good_through_goes_on_over_rows_before_they_are_kept(taking: Taking) -> None:
    (taking.folder / "drop" / "a.csv").write_text("at,Speed\n2026-03-02T10:00:00Z,1\n")
    await taking.begin(quick(taking, time="at"), ("Speed", F64))
    await until(lambda: taking.kept.values() == [1.0])
    assert from_rfc3339("2026-03-02T10:00:00Z") in {notice.true_us for notice in taking.notices}


async def test_the_same_content_is_taken_once_under_any_name_and_in_any_life(taking: Taking) -> None:
    drop = taking.folder / "drop"
    for life in range(2):
        for name in ("a.csv", "b.csv"):
            (drop / name).write_text("at,Speed\n2026-03-02T10:00:00Z,1\n")
        await taking.begin(quick(taking, time="at"), ("Speed", F64))
        await until(lambda: not list(drop.glob("*.csv")))
        assert taking.kept.values() == [1.0], f"life {life}"
        await taking.end()
    assert len(list((drop / "archive").iterdir())) == 4  # none is lost, and none overwritten


KNOWN_BY = [
    ("content", ["1", "1", "2"], [1.0, 2.0]),
    ("name", ["1", "2", "2"], [1.0]),
    ("both", ["1", "1", "2"], [1.0, 2.0]),
]


@pytest.mark.parametrize(("rule", "contents", "expected"), KNOWN_BY)
async def test_what_makes_a_file_the_same(
    taking: Taking, rule: str, contents: list[str], expected: list[float]
) -> None:
    drop = taking.folder / "drop"
    await taking.begin(quick(taking, known_by=rule, after="delete"), ("Speed", F64))
    for content in contents:
        (drop / "next.tmp").write_text(f"Speed\n{content}\n")
        (drop / "next.tmp").rename(drop / "next.csv")  # as a careful program does
        await until(lambda: not (drop / "next.csv").exists())
    assert taking.kept.values() == expected


async def test_a_renamed_copy_is_another_file_where_names_count(taking: Taking) -> None:
    drop = taking.folder / "drop"
    for name in ("a.csv", "b.csv"):
        (drop / name).write_text("Speed\n1\n")
    await taking.begin(quick(taking, known_by="both", after="leave"), ("Speed", F64))
    await until(lambda: taking.kept.values() == [1.0, 1.0])
    assert {path.name for path in drop.iterdir()} == {"a.csv", "b.csv"}


async def test_a_file_that_is_still_written_waits(taking: Taking) -> None:
    """Its rows come in pieces, as a slow machine writes them, and the pieces are not taken for files."""
    drop = taking.folder / "drop"
    await taking.begin(quick(taking, stable_s=1.0), ("Speed", F64))
    with (drop / "a.csv").open("w") as file:
        for n in range(8):
            file.write(f"{n}\n" if n else "Speed\n")
            file.flush()
            await asyncio.sleep(0.2)
            assert taking.kept.values() == []
    await until(lambda: taking.kept.values() == [float(n) for n in range(1, 8)])


async def test_a_file_with_a_done_file_is_whole_when_that_is_there_and_newer(taking: Taking) -> None:
    drop = taking.folder / "drop"
    (drop / "a.csv.done").touch()
    os.utime(drop / "a.csv.done", (1, 1))  # of a file of this name long ago
    (drop / "a.csv").write_text("Speed\n1\n")
    await taking.begin(quick(taking, whole="done"), ("Speed", F64))
    await asyncio.sleep(0.6)
    assert taking.kept.values() == []
    os.utime(drop / "a.csv.done")
    await until(lambda: (drop / "archive" / "a.csv").exists())
    assert taking.kept.values() == [1.0]
    await until(lambda: not (drop / "a.csv.done").exists())


async def test_a_bad_file_goes_to_quarantine_with_a_note_and_the_next_is_taken(taking: Taking) -> None:
    drop = taking.folder / "drop"
    (drop / "a.csv").write_text("Speed\n1\n12x\n")
    await taking.begin(quick(taking), ("Speed", F64))
    await until(lambda: (drop / "quarantine" / "a.csv").exists())
    said = (drop / "quarantine" / "a.csv.why.txt").read_text()
    assert "line 3, column Speed: '12x' is no value of kind f64" in said and "Who can mend it" in said
    (drop / "a.csv").write_text("Speed\n1\n12\n")
    await until(lambda: taking.kept.values() == [1.0, 12.0])


async def test_a_name_that_is_no_utf8_is_a_name_all_the_same(taking: Taking) -> None:
    drop = taking.folder / "drop"
    good, bad = (os.fsdecode(name) for name in (b"m\xfcll.csv", b"m\xe4r.csv"))
    (drop / good).write_text("Speed\n1\n")
    (drop / bad).write_text("Speed\nx\n")
    await taking.begin(quick(taking, known_by="both"), ("Speed", F64))
    await until(lambda: (drop / "archive" / good).exists() and (drop / "quarantine" / bad).exists())
    assert "m\\udce4r.csv was not taken" in (drop / "quarantine" / f"{bad}.why.txt").read_text()


async def test_left_out_rows_are_noted(taking: Taking) -> None:
    drop = taking.folder / "drop"
    (drop / "a.csv").write_text("Speed\n1\nx\n3\n")
    await taking.begin(quick(taking, bad_row="skip"), ("Speed", F64))
    await until(lambda: (drop / "archive" / "a.csv").exists())
    assert taking.kept.values() == [1.0, 3.0]
    assert "line 3, column Speed" in (drop / "quarantine" / "a.csv.left-out.txt").read_text()


async def test_what_is_no_ordinary_file_is_never_opened(taking: Taking) -> None:
    drop, secret = taking.folder / "drop", taking.folder / "secret.csv"
    secret.write_text("Speed\n666\n")
    (drop / "link.csv").symlink_to(secret)
    os.mkfifo(drop / "pipe.csv")
    (drop / "folder.csv").mkdir()
    (drop / "a.csv").write_text("Speed\n1\n")
    await taking.begin(quick(taking), ("Speed", F64))
    await until(lambda: (drop / "archive" / "a.csv").exists())
    assert taking.kept.values() == [1.0] and (drop / "link.csv").is_symlink()


async def test_an_archive_that_is_a_link_is_refused(taking: Taking) -> None:
    drop = taking.folder / "drop"
    (taking.folder / "elsewhere").mkdir()
    (drop / "archive").symlink_to(taking.folder / "elsewhere")
    (drop / "a.csv").write_text("Speed\n1\n")
    await taking.begin(quick(taking), ("Speed", F64))
    assert taking.task is not None
    with pytest.raises(ConfigError, match="is a link"):
        await asyncio.wait_for(taking.task, 15)
    assert not list((taking.folder / "elsewhere").iterdir())


async def test_a_file_that_is_too_large_is_put_aside_unread(taking: Taking) -> None:
    drop = taking.folder / "drop"
    (drop / "a.csv").write_text("Speed\n" + "1\n" * 10_000)
    await taking.begin(quick(taking, max_mb=0.01), ("Speed", F64))
    await until(lambda: (drop / "quarantine" / "a.csv").exists())
    assert "at most 0.01 MB" in (drop / "quarantine" / "a.csv.why.txt").read_text()


async def test_a_folder_that_goes_is_a_lost_link(taking: Taking) -> None:
    drop = taking.folder / "drop"
    driver = await taking.begin(quick(taking), ("Speed", F64))
    drop.rename(taking.folder / "gone")
    assert taking.task is not None
    with pytest.raises(LinkError, match="cannot be reached"):
        await asyncio.wait_for(taking.task, 15)
    with pytest.raises(LinkError):
        await driver.open()


async def test_while_the_historian_is_away_files_are_taken_but_not_archived(taking: Taking) -> None:
    drop = taking.folder / "drop"
    taking.kept.trouble = LinkError("away")
    (drop / "a.csv").write_text("Speed\n1\n")
    await taking.begin(quick(taking), ("Speed", F64))
    await asyncio.sleep(0.6)
    assert (drop / "a.csv").exists()
    taking.kept.trouble = None
    await until(lambda: (drop / "archive" / "a.csv").exists())
    assert taking.kept.values() == [1.0]


async def test_the_last_value_is_known_after_a_restart_and_counts_as_no_event(taking: Taking) -> None:
    drop = taking.folder / "drop"
    (drop / "a.csv").write_text("Code\nX1\n")
    await taking.begin(quick(taking), ("Code", STR))
    await until(lambda: taking.kept.values() == ["X1"])
    await taking.end()
    taking.notices.clear()
    await taking.begin(quick(taking), ("Code", STR))
    await until(lambda: taking.told(1))
    assert taking.told(1) == [("X1", q.UNCERTAIN_LAST_KNOWN)] and taking.kept.values() == ["X1"]


async def test_a_number_of_any_size_is_taken_and_remembered(taking: Taking) -> None:
    (taking.folder / "drop" / "a.json").write_text('{"v": 1' + "0" * 30 + ', "w": 18446744073709551615}')
    wanted = (("v", F64), ("w", Kind.U64))
    await taking.begin(quick(taking, pattern="*.json", format="json"), *wanted)
    await until(lambda: taking.kept.values() == [1e30])
    assert taking.kept.values(2) == [18446744073709551615]
    await taking.end()
    taking.notices.clear()
    await taking.begin(quick(taking, pattern="*.json", format="json"), *wanted)
    await until(lambda: taking.told(2))
    assert taking.told(1) + taking.told(2) == [(1e30, q.UNCERTAIN_LAST_KNOWN), (2**64 - 1, q.UNCERTAIN_LAST_KNOWN)]


def test_a_file_with_many_faults_fills_no_log() -> None:
    with pytest.raises(BadFileError) as error:
        take(b"v\n" + b"x\n" * 500, placed(("v", F64)), options(), AT)
    assert str(error.value).endswith("; and 497 more") and len(str(error.value)) < 300


async def test_a_tag_that_files_cannot_have_is_bad_alone(taking: Taking) -> None:
    (taking.folder / "drop" / "a.csv").write_text("Speed\n1\n")
    driver = await taking.begin(quick(taking), ("Speed", F64), ("@1-3", F64))
    await until(lambda: taking.kept.values() == [1.0])
    assert taking.told(2) == [(None, q.BAD_CONFIG)]
    (batch,) = await driver.read((Point(5, "Speed", F64),))  # a polled tag: said, not silent
    assert batch.quality.tolist() == [q.BAD_CONFIG] and PLUGIN.words(int(batch.native[0])).startswith("rows are taken")
    with pytest.raises(PointError):
        await driver.write(Point(1, "Speed", F64), 1.0)


# --- on trial -------------------------------------------------------------------------------------------------


async def test_on_trial_the_newest_file_is_shown_and_stays(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Speed,Part no,ok\n1,A,1\n2,B,0\n")
    driver = PLUGIN.open(options(folder=str(tmp_path)), Surroundings(SystemClock()))
    await driver.open()
    found = await driver.browse()
    assert [(one.address, one.kind) for one in found] == [("Speed", F64), ("Part no", STR), ("ok", F64)]
    batches = await driver.read([Point(0, "Speed", F64), Point(1, "Nope", F64)])
    assert sorted(row[::2] for batch in batches for row in batch.rows()) == [(0, 2.0), (1, None)]
    assert (tmp_path / "a.csv").exists() and not (tmp_path / "archive").exists()
    (tmp_path / "b.csv").write_text("Speed\n\xff\n", encoding="latin-1")
    os.utime(tmp_path / "b.csv", (2e9, 2e9))
    with pytest.raises(ConfigError, match="byte 0xFF at 6 is no utf-8"):
        await driver.read([Point(0, "Speed", F64)])
    await driver.close()
