"""Correct from a terminal what a signal said: laid over what was sent, with a reason, and to be taken back."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dovetail.terminal.asking import DataOption, Here, do, house, period_of, plain
from dovetail.terminal.readings import tag_named

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

TagArgument = Annotated[str, typer.Argument(help="The tag: its path or its id.", show_default=False)]
Start = Annotated[str, typer.Argument(help="From when, RFC 3339 with offset.", show_default=False)]
End = Annotated[str, typer.Argument(help="Until when; what is sent for this moment itself stays.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why; kept with the correction and in the audit.", show_default=False)]
File = Annotated[
    Path | None,
    typer.Option("--file", help="CSV with the columns time, value and perhaps quality.", exists=True, dir_okay=False),
]


def amend(
    tag: TagArgument,
    start: Start,
    end: End,
    reason: Reason,
    value: Annotated[str | None, typer.Option(help="Each sample had this value.")] = None,
    scale: Annotated[float | None, typer.Option(help="Each value was this many times as much …")] = None,
    offset: Annotated[float | None, typer.Option(help="… and this much more.")] = None,
    quality: Annotated[str | None, typer.Option(help="What they are worth: good, uncertain or bad.")] = None,
    file: File = None,
    data: DataOption = Here,
) -> None:
    """Say what the samples of a stretch were: a value, a scale, a quality, or the samples of a file in their place."""
    with house(data) as control:
        found = tag_named(control, tag)
        given = {
            "tag_id": found["id"],
            "start": start,
            "end": end,
            "scale": scale,
            "offset": offset,
            "quality": quality,
        }
        given["value"] = None if value is None else _value(found, value)
        given["samples"] = None if file is None else _rows(found, file)
        _told(do(control, "samples.amend", given, reason), found)


def delete(tag: TagArgument, start: Start, end: End, reason: Reason, data: DataOption = Here) -> None:
    """Leave out the samples of a stretch, also those that come late for it."""
    with house(data) as control:
        found = tag_named(control, tag)
        _told(do(control, "samples.delete", {"tag_id": found["id"], "start": start, "end": end}, reason), found)


def insert(
    tag: TagArgument,
    reason: Reason,
    time: Annotated[str | None, typer.Argument(help="The moment of one sample.", show_default=False)] = None,
    value: Annotated[str | None, typer.Argument(help="Its value.", show_default=False)] = None,
    file: File = None,
    data: DataOption = Here,
) -> None:
    """Add samples that were never sent: one, or those of a file."""
    if (time is None) == (file is None):
        raise typer.BadParameter("give a time and a value, or --file")
    with house(data) as control:
        found = tag_named(control, tag)
        one = {"ts": time, "value": None if value is None else _value(found, value)}
        samples = [one] if file is None else _rows(found, file)
        _told(do(control, "samples.insert", {"tag_id": found["id"], "samples": samples}, reason), found)


def corrections(
    tag: TagArgument,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data: DataOption = Here,
) -> None:
    """List what was corrected of a tag, the newest first; those taken back too."""
    with house(data) as control:
        found = tag_named(control, tag)
        items = _every(control, found["id"])
    if as_json:
        print(json.dumps(items, indent=2, ensure_ascii=False))
        return
    for one in items:
        print(_line(one, found))
    if not items:
        print("Nothing was ever corrected of this tag.")


def undo(
    correction: Annotated[int, typer.Argument(help="Its number, as `corrections` shows it.", show_default=False)],
    reason: Reason,
    data: DataOption = Here,
) -> None:
    """Take a correction back: what lay beneath it stands again."""
    with house(data) as control:
        done = do(control, "samples.undo", {"correction_id": correction}, reason)
        tag = control.call("GET", f"/tags/{done['output']['tag_id']}")
    print(_line(done["output"], tag))


def _every(control: Control, tag_id: int) -> list[dict[str, Any]]:
    page = control.call("GET", f"/tags/{tag_id}/corrections")
    found = list(page["items"])
    while page["next"]:
        page = control.call("GET", f"/tags/{tag_id}/corrections", cursor=page["next"])
        found += page["items"]
    return found


def _value(tag: dict[str, Any], text: str, sign: str = ",") -> object:
    """What was typed, in the kind of the tag: texts as they stand, all else as JSON has it, or German between `;`."""
    if tag["kind"] in ("str", "json"):
        return text
    try:
        return json.loads(text.replace(",", ".") if sign == ";" else text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no value of a tag of kind {tag['kind']}") from error


def _rows(tag: dict[str, Any], file: Path) -> list[dict[str, Any]]:
    """The samples of a file; an empty value says that there was none. With semicolons its numbers have commas."""
    with file.open(newline="", encoding="utf-8-sig") as lines:
        head = lines.readline()
        sign = ";" if ";" in head else ","
        table = csv.DictReader(lines, next(csv.reader([head], delimiter=sign), []), delimiter=sign)
        if not {"time", "value"} <= set(table.fieldnames or ()):
            raise typer.BadParameter(f"{file} needs the columns time and value")
        return [
            {"ts": row["time"], "value": _value(tag, row["value"], sign) if row["value"] else None}
            | ({"quality": row["quality"]} if row.get("quality") else {})
            for row in table
        ]


def _told(done: dict[str, Any], tag: dict[str, Any]) -> None:
    print(_line(done["output"], tag))
    print(f"Taken back by: dovetail samples undo {done['output']['id']} --reason …")


def _line(one: dict[str, Any], tag: dict[str, Any]) -> str:
    back = one["undone"]
    marks = [f"{one['under']} beneath", *([f"{one['came_after']} came after it"] if one["came_after"] else [])]
    marks += [f"taken back by {plain(back['by'])}: {plain(back['reason'])}"] if back else []
    said = f"{plain(one['by'])}: {plain(one['reason'])}"
    return f"{one['id']:>5}  {period_of(one):42} {_what(one, tag):28} {said} · {' · '.join(marks)}"


def _what(one: dict[str, Any], tag: dict[str, Any]) -> str:
    """What it says, in a few words."""
    unit = f" {tag['unit']}" if tag["unit"] else ""
    if one["what"] != "amend":
        return "delete" if one["what"] == "delete" else f"insert {one['given']} samples"
    if one["given"] is not None:
        return f"amend: {one['given']} samples instead"
    words = [f"= {plain(one['value'])}{unit}"] if one["value"] is not None else []
    words += [f"× {one['scale']:g}"] if one["scale"] != 1 else []
    words += [f"{one['offset']:+g}{unit}"] if one["offset"] else []
    words += [one["quality"]] if one["quality"] else []
    return f"amend: {' '.join(words)}"


def register(samples_app: typer.Typer) -> None:
    """Add to the verbs about samples."""
    for name, verb in (("amend", amend), ("delete", delete), ("insert", insert), ("undo", undo)):
        samples_app.command(name)(verb)
    samples_app.command("corrections")(corrections)
