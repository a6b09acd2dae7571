"""Rows of a period as files that a spreadsheet opens: CSV in the words of a language, XLSX with real times.

A cell is None, a truth, a number, a text, or a time: which columns are times, and in which zone each of them is told,
is said once. No text can be taken for a formula.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Protocol, Self

from dovetail.core.clock import to_datetime
from dovetail.forms.guard import guarded

type Cell = str | int | float | bool | None
type Language = Literal["en", "de"]

_SEPARATOR: Final[dict[Language, str]] = {"en": ",", "de": ";"}


class Sheet(Protocol):
    """A file that grows by rows; it is whole once the block has ended."""

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write rows."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...


class CsvSheet:
    """CSV in UTF-8 with a mark that says so. `times` are the columns of µs UTC, each with the zone it is told in.

    German spreadsheets separate by semicolons and write decimal commas. Times are RFC 3339 with their offset, so that
    the hour that comes twice in autumn is two hours.
    """

    def __init__(
        self, path: Path, heads: Sequence[str], *, times: Mapping[int, tzinfo], language: Language = "en"
    ) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, delimiter=_SEPARATOR[language], lineterminator="\r\n")
        self._times = times
        self._comma = language == "de"
        self._writer.writerow(guarded(head) for head in heads)

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write rows."""
        self._writer.writerows([self._told(at, cell) for at, cell in enumerate(row)] for row in rows)

    def _told(self, at: int, cell: Cell) -> str | int:
        if cell is None:
            return ""
        if isinstance(cell, str):
            return guarded(cell)
        if isinstance(cell, bool):
            return "true" if cell else "false"
        if isinstance(cell, int):
            zone = self._times.get(at)
            return cell if zone is None else time_text(cell, zone)
        text = number_text(cell)
        return text.replace(".", ",") if self._comma else text

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()


def time_text(at_us: int, zone: tzinfo) -> str:
    """RFC 3339 with the offset of the zone; the µs themselves where a broken device clock left the calendar."""
    try:
        return to_datetime(at_us).astimezone(zone).isoformat(timespec="microseconds")
    except OverflowError:
        return str(at_us)


def number_text(number: float) -> str:
    """A float as others read it again exactly; what is no number is said as JSON would have it.

    >>> number_text(0.1), number_text(float("-inf"))
    ('0.1', '-Infinity')
    """
    if math.isfinite(number):
        return repr(number)
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
