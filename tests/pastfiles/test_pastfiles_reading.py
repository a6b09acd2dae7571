"""Files as other historians write them, and the values in them as they are read."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from dovetail.core.errors import InvalidError
from dovetail.pastfiles import blocks
from dovetail.pastfiles.model import Format, Row
from dovetail.pastfiles.reading import opened

PI_LONG = (
    "Tag,Timestamp,Value,Status\nSINUSOID,05-Jan-2026 06:00:00.5,12.5,Good\nSINUSOID,05-Jan-2026 06:01:00,Bad Input,\n"
)
PI_WIDE = "Timestamp;SINUSOID;CDT158 [°C]\n05.01.2026 06:00:00;12,5;\n05.01.2026 06:01:00;;40,25\n"
IGNITION = (
    '"#NAMES"\n"t_stamp","Line1/Speed","Line1/Run"\n"#TYPES"\n"date","F8","B"\n"#ROWS","2"\n'
    '"2026-01-05 06:00:00.000","12.5","true"\n"2026-01-05 06:01:00.000","13.5","false"\n'
)
IGNITION_TABLE = "tagpath,floatvalue,intvalue,stringvalue,dataintegrity,t_stamp\nline1/speed,12.5,,,192,1767592800000\n"
INFLUX_CSV = """\
#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string,string
#group,false,false,true,true,false,false,true,true,true
#default,_result,,,,,,,,
,result,table,_start,_stop,_time,_value,_field,_measurement,host
,,0,2026-01-05T00:00:00Z,2026-01-06T00:00:00Z,2026-01-05T06:00:00.123456789Z,12.5,speed,press,a

#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,long,string,string
#group,false,false,true,true,false,false,true,true
#default,_result,,,,,,,
,result,table,_start,_stop,_time,_value,_field,_measurement
,,1,2026-01-05T00:00:00Z,2026-01-06T00:00:00Z,2026-01-05T06:00:00Z,7,count,press
"""
INFLUX_LINES = (
    "# DML\n# CONTEXT-DATABASE: plant\n"
    'press,host=a,line=hall\\ 2 speed=12.5,note="a b, c=1" 1767592800000000000\npress count=7i 1767592860000000000\n'
)
OURS = "time (Europe/Prague),tag,value,unit,quality,device time (Europe/Prague)\n" + (
    "2026-01-05T06:00:00+01:00,a.b,'=1+1,,UNCERTAIN,\n"
)
SIX, LATER = "2026-01-05 06:00:00.000", "2026-01-05 06:01:00.000"
HOST_A = "{host=a,line=hall 2}"
T0 = "1767592800000000000"


@pytest.mark.parametrize(
    "text, shape, rows",
    [
        (PI_LONG, "long", [
            Row(2, "SINUSOID", "05-Jan-2026 06:00:00.5", "12.5", "Good"),
            Row(3, "SINUSOID", "05-Jan-2026 06:01:00", "Bad Input", ""),
        ]),
        (PI_WIDE, "wide", [  # an empty cell says nothing; the unit is no part of a name
            Row(2, "SINUSOID", "05.01.2026 06:00:00", "12,5"), Row(3, "CDT158", "05.01.2026 06:01:00", "40,25"),
        ]),
        (IGNITION, "wide", [
            Row(6, "Line1/Speed", SIX, "12.5"), Row(6, "Line1/Run", SIX, "true"),
            Row(7, "Line1/Speed", LATER, "13.5"), Row(7, "Line1/Run", LATER, "false"),
        ]),
        (IGNITION_TABLE, "long", [Row(2, "line1/speed", "1767592800000", "12.5", "192")]),
        (INFLUX_CSV, "annotated", [
            Row(5, "press.speed{host=a}", "2026-01-05T06:00:00.123456789Z", "12.5"),
            Row(11, "press.count", "2026-01-05T06:00:00Z", "7"),
        ]),
        (INFLUX_LINES, "lines", [
            Row(3, f"press.speed{HOST_A}", T0, "12.5"), Row(3, f"press.note{HOST_A}", T0, "a b, c=1"),
            Row(4, "press.count", "1767592860000000000", "7"),
        ]),
        (OURS, "long", [Row(2, "a.b", "2026-01-05T06:00:00+01:00", "=1+1", "UNCERTAIN")]),
    ],
    ids=["PI long", "PI DataLink wide", "Ignition data set", "Ignition table", "Influx CSV", "Influx lines", "our own"],
)  # fmt: skip
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_known_by_looking_at_it(tmp_path: Path, text: str, shape: str, rows: list[Row], packed: bool) -> None:
    path = tmp_path / "history"
    path.write_bytes(PACK[packed](text.encode()))
    found = opened(path)
    assert (found.shape, list(found.rows)) == (shape, rows)


PACK = {False: bytes, True: gzip.compress}


@pytest.mark.parametrize("wide", [False, True])
def test_parquet_is_read_as_csv_is(tmp_path: Path, wide: bool) -> None:
    at = pl.datetime(2026, 1, 5, 6, time_zone="UTC")
    table = pl.select(at.alias("ts"), pl.lit("a.b").alias("path"), pl.lit(12.5).alias("value"))
    table = SHAPES[wide](table)
    table.write_parquet(tmp_path / "history")
    (row,) = opened(tmp_path / "history").rows
    assert row[1:4] == ("a.b", "1767592800000000", "12.5")


SHAPES = {False: lambda table: table, True: lambda table: table.select("ts", pl.col("value").alias("a.b"))}


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "history-empty"),
        (b"name,value\na,1\n", "history-no-time"),
        (b"\x00\x01\x02\x03time,value\n", "history-no-text"),
        (b"PAR1 and no more", "history-damaged"),
        (b"PK\x03\x04 and no more", "tag-list-damaged"),
    ],
)
def test_what_is_no_history_is_refused_whole(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "history"
    path.write_bytes(content)
    with pytest.raises(InvalidError) as refused:
        opened(path)
    assert refused.value.code == code


def _cut(content: bytes) -> bytes:
    return gzip.compress(content)[:-20]


def _spoilt(content: bytes) -> bytes:
    """Behind its head everything is other than it was packed."""
    return gzip.compress(content)[:12] + b"\xff" * 60


@pytest.mark.parametrize("wanted", ["csv", "influx-csv", "influx-lines"])
@pytest.mark.parametrize("harm", [_cut, _spoilt])
def test_what_is_packed_and_damaged_is_told_whoever_reads_it(
    tmp_path: Path, wanted: Format, harm: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "history"
    path.write_bytes(harm((IGNITION_TABLE * 2).encode()))
    with pytest.raises(InvalidError, match="packed, and damaged"):
        list(opened(path, wanted).rows)


@pytest.mark.parametrize(
    "wanted, mark",
    [("csv", "x"), ("csv", '"\n",'), ("influx-csv", "x"), ("influx-csv", '"\n",'), ("influx-lines", "x")],
)
def test_a_row_without_end_is_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: Format, mark: str
) -> None:
    """A few packed kilobytes would be gigabytes; of a file of short rows none is refused."""
    monkeypatch.setattr(blocks, "HISTORY_ROW_MAX", 1_000)
    path = tmp_path / "history"
    path.write_bytes(gzip.compress(IGNITION_TABLE.encode() * 20))
    assert len(list(opened(path, "csv").rows)) == 39
    path.write_bytes(gzip.compress((ENDLESS[wanted] + mark * 2_000).encode()))
    with pytest.raises(InvalidError) as refused:
        list(opened(path, wanted).rows)
    assert refused.value.code == "history-row"


ENDLESS = {"csv": "time,a\n1767592800000,", "influx-csv": "_time,_value\n1767592800000,", "influx-lines": "m a="}


def test_half_a_parquet_is_told(tmp_path: Path) -> None:
    """Its end says what is in it, and is whole; what it speaks of is not."""
    path = tmp_path / "history"
    at = pl.datetime(2026, 1, 5, 6, time_zone="UTC")
    pl.select(at.alias("ts"), pl.lit("a.b").alias("path"), pl.lit(12.5).alias("value")).write_parquet(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:8] + b"\xff" * 60 + whole[68:])
    with pytest.raises(InvalidError) as refused:
        list(opened(path).rows)
    assert refused.value.code == "history-damaged"
