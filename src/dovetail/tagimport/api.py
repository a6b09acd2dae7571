"""Bring in a list of tags from a screen or a program: how it was understood, and each row's verdict."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import BaseModel

from dovetail.core.scope import Scope
from dovetail.operations.http import Api
from dovetail.tagimport.model import Verdict
from dovetail.tagimport.schema import ImportTags
from dovetail.tagimport.service import EDIT, Considered, TagImport
from dovetail.taglists.writing import EXAMPLES, csv_of
from dovetail.tagwords.model import FIELDS, Said

LINES_SHOWN = 200  # of the files that would be written; the rest is counted


class SaidOut(BaseModel):
    """Something about a row or the list: a stable code, what it is about, the sentence in English, the way on."""

    code: str
    about: str
    message: str
    hint: str


class ColumnOut(BaseModel):
    """A column of a table; `field` is what it means, null for nothing."""

    heading: str
    field: str | None
    cells: list[str]


class RowOut(BaseModel):
    """A row with its verdict. `name`, `folder` and `source` are the list's words, the rest is what would stand here.

    `outcome`: `new`, `change`, `same` (it is there already), `kept` (it is there, and otherwise), `taken` (another tag
    reads this address), `left` (by choice), `fault`.
    """

    line: int
    name: str
    folder: str
    source: str
    outcome: str
    equipment: str
    property: str
    address: str
    kind: str
    unit: str | None
    scale: float
    offset: float
    low: float | None
    high: float | None
    scan: str
    description: str
    faults: list[SaidOut]
    notes: list[SaidOut]
    changes: list[tuple[str, str, str]]


class FileOut(BaseModel):
    """A file that would change; `lines` are (sign, text), `more` are not shown."""

    name: str
    is_new: bool
    lines: list[tuple[str, str]]
    more: int


class TagListOut(BaseModel):
    """How a list was understood and what it would change. `counts`: rows by outcome. `version` goes into `seen`."""

    version: int
    format: str
    says: str
    driver: str
    fields: list[str]
    columns: list[ColumnOut]
    notes: list[SaidOut]
    devices: list[str]
    counts: dict[str, int]
    rows: list[RowOut]
    faults: list[SaidOut]
    files: list[FileOut]


class CsvOut(BaseModel):
    """A list for a spreadsheet: the name for its file, and its text."""

    name: str
    text: str


def routes(api: Api, room: TagImport) -> None:
    """Declare this room's routes."""
    api.change("POST", "/connections/{connection}/tag-list", room.bring_in)

    @api.query("POST", "/tag-lists/preview", permission=EDIT, summary="What a list of tags would change")
    def preview(asked: ImportTags, scope: Scope) -> TagListOut:
        """Changes nothing: how the file was understood, and a verdict for each of its rows."""
        return told(room.consider(asked, scope=scope))

    @api.query("GET", "/connections/{connection}/tag-list", permission=EDIT, summary="A connection's tags as a list")
    def export(connection: str, scope: Scope, language: Literal["en", "de"] = "en") -> CsvOut:
        """As a CSV that can be changed in a spreadsheet and brought in again."""
        return CsvOut(name=f"{connection}.csv", text=csv_of(room.rows(connection, scope=scope), language))

    @api.query("GET", "/tag-lists/template", permission=EDIT, summary="A list of tags to fill in")
    def template(driver: str = "modbus", language: Literal["en", "de"] = "en") -> CsvOut:
        """With the columns that are understood, and rows as they look for a driver."""
        rows = EXAMPLES.get(driver, EXAMPLES["modbus"])
        return CsvOut(name="tags.csv" if language == "en" else "signale.csv", text=csv_of(rows, language))


def told(found: Considered) -> TagListOut:
    """As it goes out."""
    outcomes = [one.outcome for one in found.verdicts]
    devices = next((note.about.split(", ") for note in found.found.notes if note.code == "several-devices"), [])
    return TagListOut(
        version=found.version,
        format=found.found.format,
        says=found.found.says,
        driver=found.driver,
        fields=list(FIELDS),
        columns=[ColumnOut(heading=c.heading, field=c.field, cells=list(c.cells)) for c in found.found.columns],
        notes=_said(found.found.notes),
        devices=devices,
        counts={outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)},
        rows=[_row(one) for one in found.verdicts],
        faults=[
            SaidOut(code=one.code, about=str(one.place), message=one.message, hint=one.hint or "")
            for one in found.problems[:20]
        ],
        files=list(_files(found)),
    )


def _said(several: Sequence[Said]) -> list[SaidOut]:
    return [SaidOut(code=one.code, about=one.about, message=one.message, hint=one.hint) for one in several]


def _row(one: Verdict) -> RowOut:
    row = one.row
    return RowOut(
        line=row.line,
        name=row.name,
        folder="/".join(row.folder),
        source=row.address,
        outcome=one.outcome,
        equipment=one.equipment,
        property=one.property,
        address=one.tag["address"],
        kind=one.tag["kind"],
        unit=row.unit,
        scale=row.scale,
        offset=row.offset,
        low=row.low,
        high=row.high,
        scan=one.tag.get("scan", "default"),
        description=row.description,
        faults=_said(one.faults),
        notes=_said(one.notes),
        changes=list(one.changes),
    )


def _files(found: Considered) -> Iterator[FileOut]:
    """What would be written, by lines that come and go: nothing else in a file changes."""
    for name, text in sorted(found.after.items()):
        old = found.before.get(name, "")
        if old == text:
            continue
        lines = _lines(old.splitlines(), text.splitlines())
        yield FileOut(
            name=name, is_new=name not in found.before, lines=lines[:LINES_SHOWN], more=max(0, len(lines) - LINES_SHOWN)
        )


def _lines(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    """The lines that differ with two around them; where thousands came, only that they did."""
    if len(after) - len(before) > 5 * LINES_SHOWN:
        there = set(before)
        return [("+", line) for line in after if line not in there]
    shown = list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]
    return [("@", "") if line.startswith("@@") else (line[:1], line[1:]) for line in shown][1:]
