"""A CSV file becomes cells: which letters it is written in and what separates its columns is found by looking at it."""

from __future__ import annotations

import csv
import io
from typing import Final

from dovetail.core.limits import TAG_LIST_COLUMNS_MAX
from dovetail.forms.guard import unguarded
from dovetail.taglists.hostile import cell, count_row, refused

type Grid = list[tuple[int, list[str]]]  # (row of the sheet, counted from 1, its cells)

DELIMITERS: Final = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LOOKED_AT: Final = 20  # lines by which the delimiter is found


def text_of(data: bytes) -> tuple[str, str]:
    """(text, encoding): by its mark, else UTF-8, else what Windows writes in western Europe. Raises InvalidError."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    tried = [encoding] if encoding else ["utf-8", "cp1252"]
    for name in tried:
        try:
            text = data.decode(name)
        except UnicodeError:
            continue
        if "\0" in text:
            break
        return text, name.removesuffix("-sig")
    raise refused("this is no text: it is neither CSV nor JSON nor XML", code="no-text", hint="save it as CSV or XLSX")


def delimiter_of(text: str) -> str:
    """What separates the columns: the sign that splits the first lines most often and most evenly."""
    lines = [line[:4_000] for line in text[:200_000].splitlines() if line.strip()][:_LOOKED_AT]
    first = lines[0].lower() if lines else ""
    if first.startswith("sep=") and len(first) == 5:
        return first[4]

    def split(sign: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=sign)]
        usual = max(counts, key=counts.count, default=1)
        return (counts.count(usual) if usual > 1 else 0, usual)

    return max(DELIMITERS, key=split)


def grid_of(data: bytes) -> tuple[Grid, str]:
    """The rows that hold anything, and how the file was read. Raises InvalidError."""
    text, encoding = text_of(data)
    delimiter = delimiter_of(text)
    if text[:4].lower() == "sep=":
        text = text.partition("\n")[2]
    rows: Grid = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if len(cells) > TAG_LIST_COLUMNS_MAX:
                raise refused(f"row {reader.line_num} has more than {TAG_LIST_COLUMNS_MAX} columns", code="columns")
            if any(one.strip() for one in cells):
                rows.append((reader.line_num, [unguarded(cell(one)) for one in cells]))
                count_row(len(rows) - 1)
    except csv.Error as error:
        raise refused(f"row {reader.line_num} is no CSV: {error}", code="csv") from error
    return rows, f"{encoding}, {DELIMITERS.get(delimiter, delimiter)}"
