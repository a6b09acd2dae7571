"""Open a foreign history, see what it is by looking at it, and go through its rows without holding them all."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from dovetail.core.limits import HISTORY_ROW_MAX, HISTORY_XLSX_BYTES_MAX
from dovetail.forms import arrow
from dovetail.pastfiles.influx import annotated, lines_of
from dovetail.pastfiles.model import Format, Found, Row, refused
from dovetail.pastfiles.tables import Cells, Table
from dovetail.taglists.hostile import GZIP
from dovetail.taglists.texts import delimiter_of
from dovetail.taglists.xlsx import MAGIC as ZIP
from dovetail.taglists.xlsx import grid_of

PARQUET: Final = b"PAR1"
HEAD: Final = 65_536  # bytes by which it is known
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
            return Found(form, "annotated", "InfluxDB annotated CSV", annotated(_rows(path, head)))
        case "influx-lines":
            return Found(form, "lines", "InfluxDB line protocol", lines_of(_each(path, head)))
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


class _Lines:
    """The lines of a file, a row at a time: a few packed megabytes may be one line of gigabytes."""

    def __init__(self, file: IO[str]) -> None:
        self._file, self._of_row = file, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(HISTORY_ROW_MAX + 1)
        self._of_row += len(line)
        if self._of_row > HISTORY_ROW_MAX:
            raise refused(
                f"a row of this file is longer than {HISTORY_ROW_MAX:,} characters", code="row",
                hint="it may be another format, or lack the end of a quotation",
            )  # fmt: skip
        if not line:
            raise StopIteration
        return line

    def end_row(self) -> None:
        """What comes now is of another row."""
        self._of_row = 0


def _each(path: Path, head: bytes) -> Iterator[str]:
    """Every line."""
    with _whole(), _text(path, head) as file:
        lines = _Lines(file)
        for line in lines:
            lines.end_row()
            yield line


def _rows(path: Path, head: bytes, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Every row of a CSV, with the number of the line that ends it."""
    with _whole(), _text(path, head) as file:
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=delimiter)
        try:
            for cells in reader:
                lines.end_row()
                yield reader.line_num, cells
        except csv.Error as error:
            raise refused(f"row {reader.line_num} is no CSV: {error}", code="csv") from error


def _csv(path: Path, head: bytes) -> Found:
    text = head.decode(
        next((name for mark, name in _MARKS if head.startswith(mark)), _encoding(head)), errors="replace"
    )
    if "\0" in text:
        raise refused("this is no text: it is neither CSV nor line protocol", code="no-text")
    delimiter = delimiter_of(_without_preamble(text))
    lines = _cells(path, head, delimiter)
    table = Table(next(lines, (0, ()))[1])

    def rows() -> Iterator[Row]:
        yield from table.rows(islice(_cells(path, head, delimiter), 1, None))

    said = {",": "commas", ";": "semicolons", "\t": "tabs"}.get(delimiter, delimiter)
    return Found("csv", table.shape, f"CSV, {table.shape}, separated by {said}", rows(), comma=delimiter == ";")


def _without_preamble(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("#")) or text


def _cells(path: Path, head: bytes, delimiter: str) -> Iterator[tuple[int, Cells]]:
    """The rows that hold anything. Ignition's data sets say names, types and how many rows in lines of their own."""
    after_types = False
    for line, cells in _rows(path, head, delimiter):
        first = cells[0] if cells else ""
        if first.lower().startswith("sep=") or first.startswith(("#NAMES", "#ROWS")):
            continue
        if first.startswith("#TYPES"):
            after_types = True
        elif after_types:
            after_types = False
        elif any(one.strip() for one in cells):
            yield line, cells


def _xlsx(path: Path) -> Found:
    if path.stat().st_size > HISTORY_XLSX_BYTES_MAX:
        raise refused("this workbook is too large to be opened at once", code="large", hint="save it as CSV")
    grid = grid_of(path.read_bytes())[0]
    table = Table(grid[0][1] if grid else ())
    return Found("xlsx", table.shape, f"XLSX, {table.shape}", table.rows(grid[1:]))


def _parquet(path: Path) -> Found:
    pa, parquet = arrow.arrow(), arrow.parquet()
    try:
        names = parquet.read_schema(path).names
    except (pa.ArrowException, OSError) as error:
        raise refused("this is no Parquet file, or half of one", code="damaged") from error
    table = Table(names)

    def lines() -> Iterator[tuple[int, Cells]]:
        line = 1
        with parquet.ParquetFile(path) as file:
            batches = file.iter_batches(batch_size=10_000)
            while (columns := _columns(batches)) is not None:
                for cells in zip(*columns, strict=True):
                    line += 1
                    yield line, cells

    return Found("parquet", table.shape, f"Parquet, {table.shape}", table.rows(lines()))


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
