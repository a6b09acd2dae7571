"""The bytes of a file become a tag list: what kind of file it is, is seen from the file and not from its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from dovetail.core.limits import TAG_LIST_DEPTH_MAX, TAG_LIST_ROWS_MAX
from dovetail.taglists import ignition, kepware, nodeset, tables, texts, xlsx
from dovetail.taglists.hostile import refused, unpacked
from dovetail.tagwords.model import Row, Said, TagList


def read(data: bytes, *, columns: Mapping[int, str | None] | None = None, device: str | None = None) -> TagList:
    """The list in a file, packed by gzip or not.

    `columns` say what the columns of a table mean, by their place; None: what their headings say. `device`: of a
    project with several, only the tags of this one. Raises InvalidError for what is no tag list, is larger than any
    (limits.TAG_LIST_…), or would do more than be read.
    """
    data = unpacked(data)
    if data.startswith(xlsx.MAGIC):
        grid, title, formulas = xlsx.grid_of(data)
        found = _table("xlsx", grid, title, columns)
        return replace(found, notes=(*found.notes, Said("formulas", str(formulas)))) if formulas else found
    if data.startswith(xlsx.OLD_MAGIC):
        raise refused(
            "this workbook is of the old form, or protected by a password", code="old-workbook", hint="save it as XLSX"
        )
    text, _ = texts.text_of(data)
    begins = text.lstrip("\ufeff \t\r\n")[:1]
    if begins == "<":
        return nodeset.read(data)
    if begins in ("{", "["):
        return _document(text.lstrip("\ufeff"), device)
    grid, says = texts.grid_of(data)
    return _table("csv", grid, says, columns)


def _document(text: str, device: str | None) -> TagList:
    try:
        document: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise refused(f"this is no JSON: {str(error)[:200]}", code="json") from error
    if isinstance(document, dict | list):
        _check_depth(document)
    if kepware.is_kepware(document):
        return kepware.read(document, device)
    if ignition.is_ignition(document):
        return ignition.read(document)
    hint = "of JSON only exports of Ignition (tags) and KEPServerEX (project) are read"
    raise refused("this JSON is no list of tags that is known", code="json-unknown", hint=hint)


def _check_depth(document: Any) -> None:
    """Each folder is an object in a list: two levels."""
    level: list[Any] = [document]
    for _ in range(2 * TAG_LIST_DEPTH_MAX + 8):
        inner = [one.values() if isinstance(one, dict) else one for one in level]
        level = [child for one in inner for child in one if isinstance(child, dict | list)]
        if not level:
            return
    raise refused(f"this JSON is nested deeper than {TAG_LIST_DEPTH_MAX} folders", code="deep")


def _table(form: str, grid: texts.Grid, says: str, columns: Mapping[int, str | None] | None) -> TagList:
    if not grid:
        raise refused("this table has no rows", code="empty")
    found, below = tables.columns_of(grid, columns)
    from_kepware = form == "csv" and tables.is_kepware(found)
    if from_kepware:
        found = tuple(replace(one, field=None) if one.field == "interval" else one for one in found)
    rows = tables.rows_of(found, below)[:TAG_LIST_ROWS_MAX]
    if not from_kepware:
        return TagList("xlsx" if form == "xlsx" else "csv", tuple(rows), found, says)
    notes = (Said("scan-rates"),)
    return TagList("kepware-csv", tuple(_grouped(row) for row in rows), found, says, notes)


def _grouped(row: Row) -> Row:
    """Kepware writes a tag's group before its name: Line1.Speed."""
    group, point, name = row.name.rpartition(".")
    return replace(row, folder=(*row.folder, *group.split(".")), name=name) if point and group and name else row
