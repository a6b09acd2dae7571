"""Cells become tags: the row of headings is found by its words, each column gets a meaning, each row its verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dovetail.core.errors import InvalidError
from dovetail.taglists.hostile import refused
from dovetail.taglists.texts import Grid
from dovetail.tagwords.meanings import field_of, interval_of, mode_of, number_of, unit_of, with_range
from dovetail.tagwords.model import FIELDS, Column, Row, Said

HEADINGS_WITHIN: Final = 20  # rows: above them stand a title, a date, a logo's caption
_SHOWN: Final = 3  # cells of a column that are shown beside its heading
_COMMENT: Final = ("#", "//")
_KEPWARE: Final = ("tag name", "address", "data type", "respect data type")
_LINEAR: Final = ("linear", "none", "", "0", "off", "no", "aus", "nein", "keine")

type Meanings = Mapping[int, str | None]


def columns_of(grid: Grid, chosen: Meanings | None = None) -> tuple[tuple[Column, ...], Grid]:
    """(the columns with their meanings, the rows below the headings). Raises InvalidError where none can be found.

    `chosen` are a person's meanings by the place of the column; they go before what the headings say.
    """
    at = _headings_at(grid, needed=chosen is None)
    headings, rows = grid[at][1], grid[at + 1 :]
    meant: list[str | None] = []
    for place, heading in enumerate(headings):
        field = field_of(heading) if chosen is None else chosen.get(place)
        meant.append(field if field not in meant else None)  # the first column of a meaning has it
    _check(meant)
    return tuple(
        Column(heading, field, _first_cells(rows, place))
        for place, (heading, field) in enumerate(zip(headings, meant, strict=True))
    ), rows


def _headings_at(grid: Grid, *, needed: bool) -> int:
    def known(at: int) -> int:
        fields = {field_of(one) for one in grid[at][1]} - {None}
        return len(fields) + (10 if {"name", "address"} <= fields else 0)

    best = max(range(min(len(grid), HEADINGS_WITHIN)), key=known)
    if needed and not known(best):
        raise refused(
            "no row of this table has headings that are known",
            code="headings",
            hint="the first row names the columns, e.g. Name, Address, Type, Unit; the template shows them all",
        )
    return best


def _check(meant: Sequence[str | None]) -> None:
    for field in meant:
        if field is not None and field not in FIELDS:
            raise InvalidError(f"a column cannot mean {field!r}", pointer="/columns", code="tag-list-column")


def _first_cells(rows: Grid, place: int) -> tuple[str, ...]:
    cells = (cells[place] for _, cells in rows[:200] if place < len(cells) and cells[place])
    return tuple(one[:60] for _, one in zip(range(_SHOWN), cells, strict=False))


def is_kepware(columns: Sequence[Column]) -> bool:
    """Whether these are the headings that KEPServerEX writes."""
    return tuple(one.heading.lower() for one in columns[: len(_KEPWARE)]) == _KEPWARE


def rows_of(columns: Sequence[Column], rows: Grid) -> list[Row]:
    """Each row that is no comment as a tag."""
    places = {column.field: at for at, column in enumerate(columns) if column.field}
    heading = {field: columns[at].heading for field, at in places.items()}
    return [_row(line, cells, places, heading) for line, cells in rows if not cells[0].startswith(_COMMENT)]


def _row(line: int, cells: list[str], places: Mapping[str, int], headings: Mapping[str, str]) -> Row:
    said = {field: cells[at] for field, at in places.items() if at < len(cells)}
    faults: list[Said] = []

    def taken[T](field: str, code: str, read: Callable[[str], T | None]) -> T | None:
        try:
            return read(said.get(field, ""))
        except ValueError:
            faults.append(Said(code, said[field][:60]))
            return None

    def number(field: str) -> float | None:
        return taken(field, "number", number_of)

    scale, offset, deadband = number("scale"), number("offset"), number("deadband")
    row = Row(
        line=line,
        name=said.get("name", ""),
        address=said.get("address", ""),
        type=said.get("type", ""),
        folder=_folder(said.get("folder", "")),
        unit=unit_of(said.get("unit", "")),
        scale=1.0 if scale is None else scale,
        offset=0.0 if offset is None else offset,
        deadband=0.0 if deadband is None else deadband,
        low=number("low"),
        high=number("high"),
        description=said.get("description", ""),
        mode=taken("mode", "mode", mode_of),
        interval_ms=taken("interval", "interval", lambda text: interval_of(text, headings.get("interval", ""))),
        equipment=said.get("equipment") or None,
    )
    row = _scaled(row, said, number)
    missing = [Said(f"no-{field}") for field in ("name", "address") if not getattr(row, field)]
    return replace(row, faults=(*missing, *faults, *row.faults))


def _folder(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.replace("\\", "/").split("/") if part)[:16]


def _scaled(row: Row, said: Mapping[str, str], number: Callable[[str], float | None]) -> Row:
    """By two ranges, where the row tells any."""
    way = said.get("scaling", "").lower()
    if way not in _LINEAR:
        return replace(row, faults=(Said("scaling", said["scaling"][:60]),))
    if way in ("", "linear") and any(said.get(field) for field in ("raw_low", "raw_high", "scaled_low", "scaled_high")):
        row = with_range(row, (number("raw_low"), number("raw_high")), (number("scaled_low"), number("scaled_high")))
    if said.get("negate", "").lower() in ("1", "true", "yes", "ja"):
        return replace(row, scale=-row.scale, offset=-row.offset)
    return row
