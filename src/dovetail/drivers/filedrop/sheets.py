"""A file's bytes become rows with line numbers, or are refused whole with the line, the column and what is wrong.

Pure. Nothing is guessed: another number of cells than the header has, a letter that is none in the file's encoding,
a document that ends too early make a bad file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dovetail.core.batch import Kind
from dovetail.drivers.base import Point
from dovetail.drivers.filedrop.address import column as parse_column
from dovetail.drivers.filedrop.options import FORMS, FileDropOptions
from dovetail.drivers.jsonrows import MISSING, NotJsonError, decoded, member, walk
from dovetail.drivers.rowplaces import Column, Place
from dovetail.drivers.rowtaking import Fault, Look, Wanted
from dovetail.drivers.rowtimes import TimeError, reader

_DELIMITERS: Final = {"tab": "\t"}
_NUMBERS: Final = frozenset({Kind.F64, Kind.I64, Kind.U64})
_CODECS: Final = {"utf-8": "utf-8-sig"}  # with or without the mark that Windows puts first
SHOWN_MAX: Final = 3  # faults in one line of the log; the note has more


class BadFileError(Exception):
    """A file that cannot be taken, with what is wrong where."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        shown = [f"line {fault.line} {fault.column}: {fault.what}" for fault in faults[:SHOWN_MAX]]
        super().__init__(
            "; ".join(shown) + (f"; and {len(faults) - SHOWN_MAX} more" if len(faults) > SHOWN_MAX else "")
        )
        self.faults = list(faults)


def bad(line: int, what: str, column: str = "") -> BadFileError:
    """A file with one fault."""
    return BadFileError([Fault(line, column, what)])


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one file, read as they are asked for; `look` finds a column in them, or raises BadFileError."""

    rows: Iterator[tuple[int, Any]]
    look: Callable[[Column], Look]
    names: tuple[str, ...] = ()


def sheet(data: bytes, options: FileDropOptions) -> Sheet:
    """The rows of a file. Raises BadFileError at once or while they are read."""
    text = _text(data, options.encoding)
    if options.format == "csv":
        return _csv(text, options)
    if options.format == "fixed":
        return Sheet(_bounded(_lines(text, options), options), _characters)
    rows = _documents(text, options) if options.format == "jsonl" else _records(text, options)
    return Sheet(_bounded(rows, options), _member)


def _text(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(_CODECS.get(encoding, encoding))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{data[error.start]:02X} at {error.start} is no {encoding}: is the encoding another?"
        raise bad(line, what) from error
    if "\0" in text:
        raise bad(text.count("\n", 0, text.index("\0")) + 1, "a zero byte: this is no text, or cut off by its writer")
    return text


def _lines(text: str, options: FileDropOptions) -> Iterator[tuple[int, str]]:
    """The lines after the skipped ones that hold anything."""
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        if len(line) > options.max_line:
            raise bad(number, f"a line of more than {options.max_line} characters")
        if number > options.skip_lines and line.strip():
            yield number, line.rstrip("\n")


def _bounded(rows: Iterator[tuple[int, Any]], options: FileDropOptions) -> Iterator[tuple[int, Any]]:
    for count, row in enumerate(rows, 1):
        if count > options.max_rows:
            raise bad(row[0], f"more than {options.max_rows} rows")
        yield row


# --- csv ------------------------------------------------------------------------------------------------------


def _csv(text: str, options: FileDropOptions) -> Sheet:
    for _ in _lines(text, options):  # no line is too long
        pass
    stream = io.StringIO(text, newline="")
    for _ in range(options.skip_lines):
        stream.readline()
    delimiter = _DELIMITERS.get(options.delimiter, options.delimiter)
    read = csv.reader(stream, delimiter=delimiter, strict=True)
    cells = _cells(read, options.skip_lines)
    names: tuple[str, ...] = ()
    if options.header == "row":
        _, first = next(cells, (0, None))
        if first is None:
            raise bad(options.skip_lines + 1, "there is no header row: the file is empty")
        names = tuple(name.strip() for name in first)

    def look(column: Column) -> Look:
        at = _at(column, names, line=options.skip_lines + 1, has_header=options.header == "row")
        return lambda row: (row[at].strip() or None) if at < len(row) else None

    return Sheet(_bounded(_even(cells, len(names)), options), look, names)


def _cells(read: Any, before: int) -> Iterator[tuple[int, list[str]]]:
    try:
        for row in read:
            if any(cell.strip() for cell in row):
                yield before + read.line_num, row
    except csv.Error as error:
        raise bad(before + read.line_num, f"this is no csv: {error}") from error


def _even(cells: Iterator[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, list[str]]]:
    """Every row has as many cells as the first; one empty cell more is a delimiter at the end."""
    for line, row in cells:
        width = width or len(row)
        if len(row) != width and not (len(row) == width + 1 and not row[-1].strip()):
            raise bad(line, f"{len(row)} cells, where {width} should be")
        yield line, row


def _at(column: Column, names: tuple[str, ...], *, line: int, has_header: bool) -> int:
    if column.form == "number":
        if names and column.first >= len(names):
            raise bad(line, f"there are only {len(names)} columns", column.written)
        return column.first
    if column.form != "name" or not has_header:
        raise bad(line, "no such column in a csv file" + ("" if has_header else " without a header"), column.written)
    found = names.count(column.name)
    if found != 1:
        said = "twice in" if found else "not in"
        raise bad(line, f"stands {said} the header, which has: {', '.join(names)[:300]}", column.name)
    return names.index(column.name)


# --- json -----------------------------------------------------------------------------------------------------


def _documents(text: str, options: FileDropOptions) -> Iterator[tuple[int, Any]]:
    for number, line in _lines(text, options):
        yield number, _parsed(line, number)


def _records(text: str, options: FileDropOptions) -> Iterator[tuple[int, Any]]:
    steps = parse_column(options.records).steps
    found = walk(_parsed(text, 0), steps)
    if found is None or found is MISSING:
        raise bad(0, "there is nothing at this pointer in the document", options.records)
    yield from enumerate(found if isinstance(found, list) else [found], 1)


def _parsed(text: str, line: int) -> Any:
    try:
        return decoded(text)
    except NotJsonError as error:
        raise bad(line or error.line, str(error), f"character {error.character}") from error


def _member(column: Column) -> Look:
    if column.form not in FORMS["json"]:
        raise bad(0, "no such place in a JSON document", column.written)
    return member(column)


# --- fixed width ----------------------------------------------------------------------------------------------


def _characters(column: Column) -> Look:
    if column.form != "span":
        raise bad(0, "in a file of fixed width columns are characters, like @10-14", column.written)
    return lambda line: line[column.first : column.last].strip() or None


# --- what the plant wants of it -------------------------------------------------------------------------------


def wants(points: Sequence[tuple[Point, Place]], found: Sheet, options: FileDropOptions) -> list[Wanted]:
    """The points as looks into this file's rows. Raises BadFileError for a column that it does not have."""
    made: list[Wanted] = []
    for point, place in points:
        look = found.look(place.column)
        if options.decimal == "comma" and point.kind in _NUMBERS:
            look = _with_comma(look)
        only = tuple((found.look(column), text) for column, text in place.only)
        made.append(Wanted(point, place.column.written, look, only))
    return made


def _with_comma(look: Look) -> Look:
    def number(row: Any) -> Any:
        raw = look(row)
        if not isinstance(raw, str):
            return raw
        return f"{raw} (a point, where decimals have a comma)" if "." in raw else raw.replace(",", ".", 1)

    return number


def times(found: Sheet, options: FileDropOptions) -> Callable[[Any], int] | None:
    """What makes µs UTC of a row; None where rows do not say. Raises BadFileError for a column that is not there."""
    if options.time is None:
        return None
    date = found.look(parse_column(options.time))
    of_day = None if options.time_of_day is None else found.look(parse_column(options.time_of_day))
    read = reader(options.time_format, options.zone)

    def time(row: Any) -> int:
        said = date(row)
        if said is not None and of_day is not None:
            said = None if of_day(row) is None else f"{said} {of_day(row)}"
        if said is None:
            raise TimeError("the row does not say when it was true")
        return read(said)

    return time
