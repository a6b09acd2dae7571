"""A workbook's first sheet with rows becomes cells: numbers as they are stored, results of formulas, texts.

Written from ECMA-376 Part 1 §18.3 (sheets) and §18.4 (shared strings). Nothing is calculated and nothing outside the
file is read: links to other workbooks, macros and pictures in it are not opened.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import Final

from dovetail.core.limits import TAG_LIST_BYTES_MAX, TAG_LIST_COLUMNS_MAX, TAG_LIST_RATIO_MAX
from dovetail.taglists.hostile import cell, count_row, parse_xml, refused, too_large
from dovetail.taglists.texts import Grid

MAGIC: Final = b"PK\x03\x04"
OLD_MAGIC: Final = b"\xd0\xcf\x11\xe0"  # OLE: a workbook of before 2007, or one with a password
SHEETS_MAX: Final = 100  # looked at until one has rows
_PLACE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ENTRIES_MAX: Final = 5_000  # parts of a workbook
_PIECE: Final = 65_536  # bytes unpacked at once: what a part says of its size is not believed
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
    LookupError, OverflowError,
)  # fmt: skip  # what zipfile raises for archives that are none
_SMALL: Final = 100_000  # bytes: how well a part this small was packed does not matter


def grid_of(data: bytes) -> tuple[Grid, str, int]:
    """(the rows that hold anything, the sheet's name, how many cells are formulas). Raises InvalidError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            _check(book)
            names = book.namelist()
            if "xl/workbook.xml" not in names:
                raise refused(
                    "this archive is no XLSX workbook", code="no-workbook", hint="save the list as XLSX or CSV"
                )
            texts = _texts(_part(book, "xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in names else []
            for title, part in _sheets(book)[:SHEETS_MAX]:
                if part not in names:
                    continue
                sheet = _Sheet(texts)
                parse_xml(_part(book, part), start=sheet.start, end=sheet.end, text=sheet.text)
                if sheet.rows:
                    return sheet.rows, title, sheet.formulas
    except _DAMAGED as error:
        raise refused("this workbook is damaged, or protected by a password", code="damaged") from error
    raise refused("this workbook has no sheet with rows", code="empty")


def _check(book: zipfile.ZipFile) -> None:
    """Refuse a bomb by what it says of itself; what it then really unpacks to is bounded too."""
    parts = book.infolist()
    if len(parts) > _ENTRIES_MAX:
        raise refused("this archive has more parts than a workbook", code="bomb")
    for part in parts:
        if part.file_size > _SMALL and part.file_size > TAG_LIST_RATIO_MAX * max(1, part.compress_size):
            raise refused("a part of this archive unpacks to more than a workbook's does", code="bomb")
    if sum(part.file_size for part in parts) > 5 * TAG_LIST_BYTES_MAX:
        raise too_large()


def _part(book: zipfile.ZipFile, name: str) -> bytes:
    data = bytearray()
    with book.open(name) as packed:
        while piece := packed.read(_PIECE):
            data += piece
            if len(data) > TAG_LIST_BYTES_MAX * 2:  # XML says each cell in thirty letters more than CSV
                raise too_large()
    return bytes(data)


def _sheets(book: zipfile.ZipFile) -> list[tuple[str, str]]:
    """(title, part) of each sheet that can be seen, in the order of the book."""
    shown: list[tuple[str, str]] = []
    parts: dict[str, str] = {}

    def sheet(name: str, said: dict[str, str]) -> None:
        if name == "sheet" and said.get("state", "visible") == "visible":
            link = next((value for key, value in said.items() if key.endswith(" id") or key == "r:id"), "")
            shown.append((said.get("name", "")[:100], link))

    def relation(name: str, said: dict[str, str]) -> None:
        if name == "Relationship" and said.get("TargetMode", "Internal") == "Internal":
            target = said.get("Target", "")
            parts[said.get("Id", "")] = target[1:] if target.startswith("/") else f"xl/{target}"

    parse_xml(_part(book, "xl/workbook.xml"), start=sheet, end=_nothing, text=_nothing)
    if "xl/_rels/workbook.xml.rels" in book.namelist():
        parse_xml(_part(book, "xl/_rels/workbook.xml.rels"), start=relation, end=_nothing, text=_nothing)
    return [(title, parts.get(link, "")) for title, link in shown]


def _nothing(_: str) -> None:
    """Of no interest."""


def _texts(data: bytes) -> list[str]:
    """The shared strings; phonetic hints (rPh) are no part of them."""
    found: list[str] = []
    pieces: list[str] = []
    inside = {"t": 0, "rPh": 0}

    def start(name: str, _: dict[str, str]) -> None:
        if name == "si":
            pieces.clear()
        elif name in inside:
            inside[name] += 1

    def end(name: str) -> None:
        if name == "si":
            found.append("".join(pieces))
        elif name in inside:
            inside[name] -= 1

    def text(piece: str) -> None:
        if inside["t"] and not inside["rPh"]:
            pieces.append(piece)

    parse_xml(data, start=start, end=end, text=text)
    return found


class _Sheet:
    """Cells as they come by."""

    def __init__(self, texts: list[str]) -> None:
        self.rows: Grid = []
        self.formulas = 0
        self._texts = texts
        self._row: dict[int, str] = {}
        self._at = (0, -1)  # row, column
        self._type = ""
        self._pieces: list[str] = []
        self._taking = False

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "row":
            number = said.get("r", "")
            self._at = (int(number) if number.isdecimal() and len(number) < 9 else self._at[0] + 1, -1)
            self._row = {}
        elif name == "c":
            found = _PLACE.fullmatch(said.get("r", ""))
            column = self._at[1] + 1 if found is None else _column(found[1])
            if column >= TAG_LIST_COLUMNS_MAX:
                column = TAG_LIST_COLUMNS_MAX  # beyond what is read: it is let go at the end of the row
            self._at, self._type = (self._at[0], column), said.get("t", "n")
            self._pieces = []
        elif name == "f":
            self.formulas += 1
        self._taking = name in ("v", "t")

    def text(self, piece: str) -> None:
        if self._taking:
            self._pieces.append(piece)

    def end(self, name: str) -> None:
        self._taking = False
        if name == "c" and self._pieces:
            self._row[self._at[1]] = self._value("".join(self._pieces))
        elif name == "row":
            self._row.pop(TAG_LIST_COLUMNS_MAX, None)
            if any(self._row.values()):
                width = max(self._row) + 1
                self.rows.append((self._at[0], [self._row.get(at, "") for at in range(width)]))
                count_row(len(self.rows) - 1)

    def _value(self, said: str) -> str:
        if self._type == "s":
            place = int(said) if said.isdecimal() and len(said) < 9 else len(self._texts)
            return cell(self._texts[place]) if place < len(self._texts) else ""
        if self._type == "b":
            return {"1": "true", "0": "false"}.get(said, "")
        if self._type == "e":
            return ""  # #REF! and its like: there is no value
        return _number(said) if self._type == "n" else cell(said)


def _number(said: str) -> str:
    """A stored number as a person reads it: 40001 and not 40001.0, 0.1 and not 0.10000000000000001."""
    try:
        value = float(said)
    except ValueError:
        return cell(said)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"


def _column(letters: str) -> int:
    """Which column, counted from 0.

    >>> _column("A"), _column("AB")
    (0, 27)
    """
    at = 0
    for letter in letters:
        at = at * 26 + ord(letter) - 64
    return at - 1
