"""How a verb asks for a period as it was known, follows the pages of a list, and hands out what it found."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

Start = Annotated[str | None, typer.Option(help="From when, RFC 3339 with offset; left out: the shift.")]
End = Annotated[str | None, typer.Option(help="Until when.")]
Shift = Annotated[str, typer.Option(help="Which shift: `current` or an id.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="As it was known at a moment (RFC 3339) or number.")]
Json = Annotated[bool, typer.Option("--json", help="The document of the API.")]
Csv = Annotated[bool, typer.Option("--csv", help="A table with a head line.")]


def when(start: str | None, end: str | None, shift: str) -> dict[str, str | None]:
    """What is asked: a period, or a shift."""
    return {"shift": shift} if start is None and end is None else {"start": start, "end": end}


def pages(control: Control, path: str, **asked: Any) -> Iterator[dict[str, Any]]:
    """The documents of a list, page by page."""
    cursor: str | None = None
    while True:
        page = control.call("GET", path, **asked, cursor=cursor)
        yield page
        cursor = page["next"]
        if cursor is None:
            return


def joined(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The first page with the items of all."""
    return found[0] | {"items": [one for page in found for one in page["items"]], "next": None}


def names_of(control: Control) -> dict[int, str]:
    """What equipment is called, by its id."""
    return {node["id"]: node["name"] for page in pages(control, "/equipment") for node in page["items"]}


def hand_out(
    found: Any,
    rows: Sequence[dict[str, Any]],
    lines: Callable[[], Sequence[str]],
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Print the document, its rows as a table, or words."""
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    elif as_csv:
        table = csv.writer(sys.stdout, lineterminator="\n")
        head = list(rows[0]) if rows else []
        table.writerow(head)
        table.writerows([_cell(row[name]) for name in head] for row in rows)
    else:
        print("\n".join(lines()))


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
