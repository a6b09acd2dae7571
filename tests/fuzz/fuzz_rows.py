"""Files, tables, posted bodies and web documents: rows of others that become the plant's values."""

from __future__ import annotations

import base64
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from fuzz_judge import Target
from fuzz_sound import sound, text_of

from dovetail.core.batch import Kind
from dovetail.core.plugins import load
from dovetail.core.standardwebhooks import key_of, mac
from dovetail.drivers.base import Point
from dovetail.drivers.filedrop.sheets import BadFileError
from dovetail.drivers.filedrop.taking import Moment, note, receipt
from dovetail.drivers.filedrop.taking import take as take_file
from dovetail.drivers.http.address import parse_address as http_address
from dovetail.drivers.http.reading import quality_of as http_quality
from dovetail.drivers.http.reading import rows as http_rows
from dovetail.drivers.posts import UnfitError
from dovetail.drivers.rowtimes import TimeError, reader
from dovetail.drivers.sql import statement
from dovetail.drivers.values import Table
from dovetail.drivers.webhook.address import parse_address as webhook_address
from dovetail.drivers.webhook.body import Reader
from dovetail.intake.model import carried, is_fresh, off_us, shows, signed

sys.path.append(str(Path(__file__).parents[1] / "taglists"))  # lists as plants send them


NOW_US = 1_767_225_700_000_000
KINDS = tuple(Kind)
NUMBERS = (Kind.F64, Kind.I64, Kind.U64, Kind.STR, Kind.BOOL, Kind.JSON)

# --- files, documents and bodies ----------------------------------------------------------------------------------

FILEDROP = load("dovetail.drivers", "filedrop")
FILES: list[tuple[dict[str, Any], list[str], bytes]] = [
    ({"time": "at"}, ["v", "w?n=1"], b"at,v,w,n\n2026-01-01T00:00:00Z,1.5,2,1\n2026-01-01T00:00:01Z,2.5,3,2\n"),
    ({"header": "none", "delimiter": ";", "decimal": "comma"}, ["#1", "#2"], b"1,5;2\n2,5;3\n"),
    (
        {"format": "json", "records": "/r", "time": "t", "time_format": "unix"},
        ["/v", "v?n=1"],
        b'{"r":[{"t":1767000000,"v":1.5,"n":1},{"t":1767000001,"v":[1],"n":null}]}',
    ),
    ({"format": "jsonl", "bad_row": "skip"}, ["/v/0", "n"], b'{"v":[1.5],"n":"x"}\n{"v":[],"n":1e999}\n'),
    ({"format": "fixed", "encoding": "utf-16"}, ["@1-3", "@4"], "1.5X\n2.5Y\n".encode("utf-16")),
    (
        {
            "time": "d",
            "time_of_day": "t",
            "time_format": "%d.%m.%Y %H:%M:%S",
            "zone": "Europe/Prague",
            "bad_row": "skip",
        },
        ["v"],
        b"d,t,v\n25.10.2025,02:30:00,1\n29.03.2025,02:30:00,2\n",
    ),
]
DROPPED = [
    (
        FILEDROP.check({"folder": "/srv/drop", **given}),
        [[(Point(n, at, kind), FILEDROP.parse_address(at)) for n, at in enumerate(wanted, 1)] for kind in NUMBERS],
    )
    for given, wanted, _ in FILES
]
SCRAPS = (
    b'"',
    b",",
    b";",
    b"{",
    b"[",
    b"1e400",
    b"\\u0000",
    b"\\ud800",
    b"2026-01-01T00:00:00Z",
    b"9999-12-31T23:59:59Z",
    b"1e999",
    b"NaN",
    b"Infinity",
    b"25.10.2025",
    b"0001-01-01T00:00:00+14:00",
)


def dropped_file(data: bytes) -> None:
    """A file is taken, or refused with what is wrong in which line; the first bytes say its form and the tags' kind."""
    options, by_kind = DROPPED[data[0] % len(DROPPED) if data else 0]
    points = by_kind[data[1] % len(by_kind) if data[1:] else 0]
    try:
        found = take_file(data[2:], points, options, Moment(NOW_US, NOW_US))
    except BadFileError as error:
        assert error.faults and all(fault.what for fault in error.faults)
        note("m\udcfc.csv", error.faults, options, at_us=NOW_US, whole=True).encode()
        raise
    receipt("m\udcfc.csv", found, Moment(NOW_US, NOW_US)).encode()
    for batch in found.batches:
        assert len(batch) and (batch.ts <= NOW_US + 10_000_000).all() and (batch.ts > 0).all()
    sound(found.batches)


WEBHOOK = load("dovetail.drivers", "webhook")
BODIES = [
    Reader(
        [(Point(n, at, kind), webhook_address(at)) for n, (at, kind) in enumerate(wanted, 1)],
        WEBHOOK.check({"token": "secret://t", **given}),
    )
    for given, wanted in (
        (
            {},
            [
                ("/machine/speed", Kind.F64),
                ("state", Kind.STR),
                ("/list/0", Kind.I64),
                ("on", Kind.BOOL),
                ("/machine", Kind.JSON),
            ],
        ),
        (
            {"records": "/rows", "time": "at", "bad_row": "skip"},
            [("v?tag=a", Kind.F64), ("v?tag=b", Kind.U64), ("/n~1x", Kind.STR)],
        ),
        ({"records": "/rows", "time": "/t", "time_format": "unix"}, [("v", Kind.F64)]),
    )
]


def posted_body(data: bytes) -> None:
    """A body is taken, or refused with JSON pointers; the first byte says of which connection."""
    try:
        found = BODIES[data[0] % len(BODIES) if data else 0].read(data[1:], now_us=NOW_US)
    except UnfitError as error:
        assert error.message.encode() and all(one["detail"].encode() for one in error.members.get("errors", []))
        raise
    sound(found.taken.batches)
    assert found.samples == sum(map(len, found.taken.batches))


SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQh"


def posted_proof(data: bytes) -> None:
    """Headers of a post, one a line, then its body: nobody is let in whose headers do not prove it."""
    head, _, body = data.partition(b"\n\n")
    lines = [line.partition(b":") for line in head.split(b"\n")]
    given = carried(
        {name.decode("latin-1").strip().lower(): value.decode("latin-1").strip() for name, _, value in lines}
    )
    off = off_us(given.timestamp, NOW_US)
    assert given.way != "token" or shows("t" * 32, given.token) == (given.token == "t" * 32)
    is_let_in = given.way == "signature" and signed(SECRET, given, body) and is_fresh(off)
    assert not is_let_in or (given.id == "m1" and body == b"{}")
    key_of(text_of(data))


WEB_ADDRESSES = [
    ("#/speed", Kind.F64),
    ("#/machine/0/n", Kind.I64),
    ("#/text", Kind.STR),
    ("#/on", Kind.BOOL),
    ("#/machine", Kind.JSON),
    ("#", Kind.STR),
    ("#/n", Kind.U64),
]
WEB_POINTS = [Point(n, at, kind) for n, (at, kind) in enumerate(WEB_ADDRESSES, 1)]
WEB_TABLE = Table(WEB_POINTS, http_quality)


def web_document(data: bytes) -> None:
    """A web server's answer: each tag gets a value or what is wrong with it, and the document's own time or none."""
    places = [(index, point, http_address(point.address)) for index, point in enumerate(WEB_POINTS)]
    unit = ("s", "ms", "us")[data[0] % 3 if data else 0]
    found = http_rows(places, 200, data[1:], time=("ts",), unit=unit)
    assert len(found) == len(places)
    sound(WEB_TABLE.batches(found, received_us=NOW_US))


TIMES = [
    reader(written, zone)
    for written, zone in (("iso", "Europe/Prague"), ("unix", "UTC"), ("%d.%m.%Y %H:%M:%S", "America/New_York"))
]


def written_times(data: bytes) -> None:
    """A cell with a time in it, in the three ways of writing one."""
    for read in TIMES:
        try:
            at_us = read(text_of(data))
            assert abs(at_us) < 1 << 62
        except TimeError as error:
            assert str(error)


TABLE = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
TABLE.execute("create table pieces (id integer)")
LIMITED: list[bool] = []
TABLE.set_progress_handler(lambda: bool(LIMITED), 10_000)  # one that would take for ever is given up


def sql_statement(data: bytes) -> None:
    """What is accepted as a SELECT changes nothing when a database runs it."""
    checked = statement.checked(text_of(data))
    assert statement.checked(checked) == checked
    statement.plain(checked)
    LIMITED.append(True)
    with suppress(sqlite3.Error, sqlite3.Warning, ValueError):
        TABLE.execute(checked).fetchmany(10)
    LIMITED.clear()
    assert TABLE.total_changes == 0
    assert TABLE.execute("select count(*) from pieces").fetchone() == (0,)


_PROVED = mac(key_of(SECRET), "m1", "1767225700", b"{}")

TARGETS = [
    Target(
        "dropped-files",
        "files in a folder: CSV, JSON, JSON lines and fixed width",
        tuple(bytes((at, at)) + data for at, (_, _, data) in enumerate(FILES)),
        dropped_file,
        (BadFileError,),
        SCRAPS,
        slow=True,
    ),
    Target(
        "posted-bodies",
        "bodies that others post",
        (
            b'\x00{"machine":{"speed":1.5},"state":"run","list":[3],"on":true}',
            b'\x01{"rows":[{"at":"2026-01-01T00:00:00Z","v":1,"tag":"a","n/x":"t"},'
            b'{"at":"2026-01-01T00:00:01Z","v":2,"tag":"b"}]}',
            b'\x02{"rows":{"t":1767000000,"v":1}}',
        ),
        posted_body,
        (UnfitError,),
        SCRAPS,
        slow=True,
    ),
    Target(
        "posted-proofs",
        "tokens and signatures of those who post",
        (
            b"authorization: Bearer " + b"t" * 32 + b"\n\n{}",
            b"webhook-id: m1\nwebhook-timestamp: 1767225700\nwebhook-signature: v1,"
            + base64.b64encode(_PROVED)
            + b" v1,AAAA\n\n{}",
            b"whsec_AAAA",
        ),
        posted_proof,
        words=(b"v1,", b"webhook-signature: ", b"Bearer"),
    ),
    Target(
        "web-documents",
        "documents of web servers that are polled",
        (
            b'\x00{"speed":1.5,"machine":[{"n":7}],"text":"a","on":false,"ts":1767225600,"n":"12"}',
            b'\x01{"speed":null,"ts":"2026-01-01T00:00:00Z"}',
            b"\x02[1,2]",
            b"\x00plain",
        ),
        web_document,
        words=SCRAPS,
        slow=True,
    ),
    Target(
        "written-times",
        "times as files and tables write them",
        (b"2026-01-01T00:00:00+01:00", b"1767225600.5", b"29.03.2026 02:30:00", b"20260101"),
        written_times,
        words=SCRAPS,
    ),
    Target(
        "sql-statements",
        "statements that may be asked of somebody else's database",
        (
            b"with a as (select 1 id) select id, 'it''s; ok' from \"pieces\" -- x",
            b"select 1;",
            b"(select id from pieces) union select $$a;$$ limit 1",
        ),
        sql_statement,
        (ValueError,),
        (
            b"select ",
            b"insert into pieces values (1)",
            b"delete from pieces",
            b"drop table pieces",
            b"update pieces set id = 2",
            b"--",
            b"/*",
            b"*/",
            b"$$",
            b"'",
            b'"',
            b"`",
            b"[",
            b"]",
            b";",
            b"with ",
            b" as ",
            b" union ",
            b"pragma ",
        ),
    ),
]
