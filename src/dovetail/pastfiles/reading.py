"""Open a foreign history, see what it is by looking at it, and go through its rows without holding them all."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from dovetail.core.limits import HISTORY_XLSX_BYTES_MAX
from dovetail.forms import arrow
from dovetail.pastfiles.blocks import Block, lines_of, tables_of
from dovetail.pastfiles.influx import Lines, annotated
from dovetail.pastfiles.model import Format, refused
from dovetail.pastfiles.slabs import Found, Slab, slabs_of
from dovetail.pastfiles.tables import Table
from dovetail.taglists.hostile import GZIP
from dovetail.taglists.texts import delimiter_of
from dovetail.taglists.xlsx import MAGIC as ZIP
from dovetail.taglists.xlsx import grid_of

PARQUET: Final = b"PAR1"
HEAD: Final = 65_536  # bytes by which it is known
_SPECIAL: Final = ("", "#", "s", "S")  # what a line may begin with that is no row
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def opened(path: Path, wanted: Format = "auto") -> Found:
    """How a file is understood, and its rows. Raises InvalidError for what is no history."""
    head = _head(path)
    if not head.strip():
        raise refused("this file is empty", code="empty")
    form = _format(head) if wanted == "auto" else wanted
    match form:
        case "parquet":
            return _parquet(path)
        case "xlsx":
            return _xlsx(path)
        case "influx-csv":
            return Found(form, "annotated", "InfluxDB annotated CSV", slabs_of(annotated(_each_row(path, head))))
        case "influx-lines":
            return Found(form, "lines", "InfluxDB line protocol", _lines(path, head))
        case _:
            return _csv(path, head)


def _head(path: Path) -> bytes:
    with _whole(), _binary(path) as file:
        return file.read(HEAD)


@contextmanager
def _whole() -> Iterator[None]:
    """What is packed and cannot be unpacked is no file of ours to mend."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise refused("this file is packed, and damaged", code="damaged") from error


def _binary(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        is_packed = file.read(2) == GZIP
    return gzip.open(path, "rb") if is_packed else path.open("rb")  # type: ignore[return-value]  # both read bytes


def _text(path: Path, head: bytes) -> IO[str]:
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    return io.TextIOWrapper(_binary(path), encoding or _encoding(head), errors="replace", newline="")


def _encoding(head: bytes) -> str:
    """UTF-8, else what Windows writes in western Europe; a letter cut by the end of what is looked at is none."""
    try:
        head[: head.rfind(b"\n") + 1 or len(head)].decode("utf-8")
    except UnicodeError:
        return "cp1252"
    return "utf-8"


def _format(head: bytes) -> Format:
    if head.startswith(PARQUET):
        return "parquet"
    if head.startswith(ZIP):
        return "xlsx"
    text = head.decode("utf-8", errors="replace").lstrip("\ufeff")
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.startswith(("#datatype", "#group", "#default", ",result,table")):
        return "influx-csv"
    if first.startswith("# INFLUXDB EXPORT") or first.startswith("# DML"):
        return "influx-lines"
    return "csv" if "," in first and "=" not in first else _lines_or_csv(first)


def _lines_or_csv(first: str) -> Format:
    parts = first.rsplit(" ", 1)
    return "influx-lines" if len(parts) == 2 and "=" in parts[0] and parts[1].lstrip("-").isdigit() else "csv"


def _csv(path: Path, head: bytes) -> Found:
    text = head.decode(
        next((name for mark, name in _MARKS if head.startswith(mark)), _encoding(head)), errors="replace"
    )
    if "\0" in text:
        raise refused("this is no text: it is neither CSV nor line protocol", code="no-text")
    delimiter = delimiter_of(_without_preamble(text))
    table = Table(next((list(block.rows[0]) for block in _cells(path, head, delimiter)), ()))

    def slabs() -> Iterator[Slab]:
        is_heading = True
        for block in _cells(path, head, delimiter):
            some = block.behind_first() if is_heading else block
            is_heading = False
            columns = some.columns
            if columns is None and some.listed and min(map(len, some.listed)) >= table.width:
                columns = list(zip(*some.listed, strict=False))
            if columns is not None and len(columns) >= table.width:
                yield table.slab(some.lines, columns)
            else:
                yield from slabs_of(table.rows(zip(some.lines, some.rows, strict=True)))

    said = {",": "commas", ";": "semicolons", "\t": "tabs"}.get(delimiter, delimiter)
    return Found("csv", table.shape, f"CSV, {table.shape}, separated by {said}", slabs(), comma=delimiter == ";")


def _without_preamble(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("#")) or text


def _cells(path: Path, head: bytes, delimiter: str) -> Iterator[Block]:
    """The rows that hold anything. Ignition's data sets say names, types and how many rows in lines of their own."""
    after_types = False
    with _whole(), _text(path, head) as file:
        for block in tables_of(file, delimiter):
            if not after_types and not any(sign in _SPECIAL or sign.isspace() for sign in block.begins):
                yield block
                continue
            kept: list[int] = []
            for at, cells in enumerate(block.rows):
                first = cells[0] if cells else ""
                if first.lower().startswith("sep=") or first.startswith(("#NAMES", "#ROWS")):
                    continue
                if first.startswith("#TYPES"):
                    after_types = True
                elif after_types:
                    after_types = False
                elif any(one.strip() for one in cells):
                    kept.append(at)
            if kept:
                yield block.only(kept)


def _each_row(path: Path, head: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    with _whole(), _text(path, head) as file:
        for block in tables_of(file, ","):
            yield from zip(block.lines, block.rows, strict=True)


def _lines(path: Path, head: bytes) -> Iterator[Slab]:
    protocol = Lines()
    with _whole(), _text(path, head) as file:
        for start, lines in lines_of(file):
            yield protocol.slab(lines, start)


def _xlsx(path: Path) -> Found:
    if path.stat().st_size > HISTORY_XLSX_BYTES_MAX:
        raise refused("this workbook is too large to be opened at once", code="large", hint="save it as CSV")
    grid = grid_of(path.read_bytes())[0]
    table = Table(grid[0][1] if grid else ())
    return Found("xlsx", table.shape, f"XLSX, {table.shape}", slabs_of(table.rows(iter(grid[1:]))))


def _parquet(path: Path) -> Found:
    pa, parquet = arrow.arrow(), arrow.parquet()
    try:
        names = parquet.read_schema(path).names
    except (pa.ArrowException, OSError) as error:
        raise refused("this is no Parquet file, or half of one", code="damaged") from error
    table = Table(names)

    def slabs() -> Iterator[Slab]:
        line = 2
        with parquet.ParquetFile(path) as file:
            batches = file.iter_batches(batch_size=10_000)
            while (columns := _columns(batches)) is not None:
                n = len(columns[0])
                yield table.slab(range(line, line + n), columns)
                line += n

    return Found("parquet", table.shape, f"Parquet, {table.shape}", slabs())


def _columns(batches: Iterator[Any]) -> list[list[str | None]] | None:
    """Those of the next rows; None: there are none."""
    pa = arrow.arrow()
    try:
        batch = next(batches, None)
        return None if batch is None else [_told(column) for column in batch.columns]
    except (pa.ArrowException, OSError) as error:
        raise refused(f"this Parquet file cannot be read: {error}"[:300], code="damaged") from error


def _told(column: Any) -> list[str | None]:
    """A column as texts: times with their offset, or as wall time where the file has none."""
    pa = arrow.arrow()
    if pa.types.is_timestamp(column.type):
        us = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
        if column.type.tz is not None:
            return [None if one is None else str(one) for one in us.cast(pa.int64()).to_pylist()]
        return [None if one is None else one.isoformat() for one in us.to_pylist()]
    return [None if one is None else str(one) for one in column.to_pylist()]
