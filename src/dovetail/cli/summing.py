"""What signals came to, from a terminal: interval by interval, or over every job, lot, shift or stop."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dovetail.terminal.asking import DataOption, Here, house, id_of, period_of, plain

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

Tags = Annotated[list[str], typer.Argument(help="Tags by path or id.", show_default=False)]
Names = Annotated[str, typer.Option("--of", help="Aggregates as OPC UA Part 13 names them, commas between them.")]
Start = Annotated[str | None, typer.Option("--start", help="From when on (RFC 3339); default: --hours ago.")]
End = Annotated[str | None, typer.Option("--end", help="Until when (RFC 3339); default: now.")]
Hours = Annotated[float, typer.Option("--hours", min=0.001, help="How far back, without --start.")]
Every = Annotated[
    float | None, typer.Option("--every", min=0.001, help="Seconds of one interval; default: all at once.")
]
Over = Annotated[str | None, typer.Option("--over", help="jobs, lots, shifts or stops instead of even intervals.")]
Machine = Annotated[str | None, typer.Option("--equipment", help="Whose; default: that of the first tag.")]
Sloped = Annotated[bool, typer.Option("--sloped", help="Straight lines between samples; default: values are held.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Without what was corrected after this moment or number.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def aggregate(
    tags: Tags,
    of: Names = "TimeAverage2",
    start: Start = None,
    end: End = None,
    hours: Hours = 24.0,
    every: Every = None,
    over: Over = None,
    equipment: Machine = None,
    sloped: Sloped = False,
    as_of: AsOf = None,
    as_json: Json = False,
    data: DataOption = Here,
) -> None:
    """Say what tags came to over even intervals, or over every job, lot, shift or stop of a machine."""
    now = datetime.now(UTC)
    asked: dict[str, Any] = {
        "tags": ",".join(tags),
        "aggregates": of,
        "start": start or (now - timedelta(hours=hours)).isoformat(),
        "end": end or now.isoformat(),
        "interpolation": "sloped" if sloped else "stepped",
        "as_of": as_of,
    }
    with house(data) as control:
        rows = list(_evenly(control, asked, every) if over is None else _over(control, asked, over, equipment))
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        print(_line(row))


def _evenly(control: Control, asked: dict[str, Any], every_s: float | None) -> Iterator[dict[str, Any]]:
    found = control.call("GET", "/aggregates", **asked, every_s=every_s)
    for i, (start, end) in enumerate(zip(found["start"], found["end"], strict=True)):
        for one in found["items"]:
            value = {key: one[key][i] for key in ("value", "quality", "status", "dropped")}
            told = {key: one[key] for key in ("tag", "path", "aggregate", "unit")}
            ts = start if one["ts"] is None else one["ts"][i]
            yield {"name": None, "start": start, "end": end, **told, "ts": ts, **value}


def _over(
    control: Control, asked: dict[str, Any], over: str, equipment: str | None
) -> Iterator[dict[str, Any]]:  # fmt: skip
    where = _equipment_of(control, asked["tags"].split(",")[0]) if equipment is None else id_of(control, equipment)
    cursor: str | None = None
    while True:
        page = control.call("GET", "/aggregates/intervals", **asked, over=over, equipment=where, cursor=cursor)
        for one in page["items"]:
            told = {key: one[key] for key in one if key != "values"}
            yield from ({**told, **value} for value in one["values"])
        cursor = page["next"]
        if cursor is None:
            return


def _equipment_of(control: Control, tag: str) -> int:
    from dovetail.terminal.readings import tag_named

    return int(tag_named(control, tag)["equipment_id"])


def _line(row: dict[str, Any]) -> str:
    unit = "" if row["unit"] in (None, "1") else f" {row['unit']}"
    value = "–" if row["value"] is None else f"{row['value']:.6g}{unit}"
    words = [period_of(row), row.get("equipment") or "", row["name"] or ""]
    words += [row["path"], row["aggregate"], value, row["status"], "dropped" if row["dropped"] else ""]
    return "  ".join(plain(word) for word in words if word)


def register(tag_app: typer.Typer) -> None:
    """Add the verb."""
    tag_app.command("aggregate")(aggregate)
