"""Bring in a list of tags from a terminal, and hand a connection's tags out as one: each row with its verdict."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote

import typer

from dovetail.terminal.asking import DataOption, Here, do, house, plain, taken_back_by

if TYPE_CHECKING:
    from collections.abc import Iterator

FAULTS: Final = 3  # exit code: looked at, and not every row can become a tag
Connection = Annotated[str, typer.Option("--connection", "-c", help="The connection that reads the tags.")]


def import_tags(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, NodeSet2, Ignition or KEPServerEX.", show_default=False)],
    connection: Connection,
    equipment: Annotated[str | None, typer.Option(help="The equipment of rows that name none: its path.")] = None,
    device: Annotated[str | None, typer.Option(help="Of a project with several: only this one's tags.")] = None,
    scan: Annotated[str | None, typer.Option(help="The scan class of all tags; default: what the list says.")] = None,
    leave_faults: Annotated[bool, typer.Option("--leave-faults", help="Leave out rows with faults.")] = False,
    change: Annotated[bool, typer.Option("--change", help="Change tags that are there and otherwise.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Take addresses that another tag reads already.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Only look. Exit code 3: there are faults.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data: DataOption = Here,
) -> None:
    """Bring in a list of tags. One undo takes all of it away again."""
    from dovetail.core.errors import InvalidError

    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidError(f"{file} cannot be read: {error.strerror}", code="tag-list-file") from error
    given: dict[str, Any] = {
        "connection": connection,
        "name": file.name,
        "content": base64.b64encode(gzip.compress(content)).decode(),
        "equipment": equipment,
        "device": device,
        "scan": scan,
        "existing": "change" if change else "keep",
        "taken": "add" if again else "leave",
        "faulty": "leave" if leave_faults else "refuse",
    }
    with house(data) as control:
        if preview:
            found = control.call("POST", "/tag-lists/preview", given)
            print(json.dumps(found, indent=2, ensure_ascii=False) if as_json else "\n".join(_told(found)))
            if found["counts"].get("fault") or found["faults"]:
                raise typer.Exit(FAULTS)
            return
        done = do(control, "tags.import", given)
    if as_json:
        print(json.dumps(done, indent=2, ensure_ascii=False))
        return
    out = done["output"]
    print(f"{out['added']} tags added, {out['changed']} changed, {out['left_out']} left out; version {out['version']}")
    taken_back_by(done)


def _told(found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['format']} ({plain(found['says'])}), for {found['driver']}"
    for column in found["columns"]:
        yield f"  {plain(column['heading']):28} {column['field'] or '–'}"
    yield from (f"  ! {plain(note['message'])}" for note in found["notes"])
    for row in found["rows"]:
        where = f"{row['equipment']}.{row['property']}"
        yield f"{row['line']:6}  {row['outcome']:7} {plain(where):44} {row['kind']:5} {plain(row['address'])}"
        for said in (*row["faults"], *row["notes"]):
            yield f"        {plain(said['message'])}" + (f" ({plain(said['hint'])})" if said["hint"] else "")
    yield from (f"  ! {plain(fault['about'])}: {plain(fault['message'])}" for fault in found["faults"])
    yield ", ".join(f"{count} {outcome}" for outcome, count in found["counts"].items()) or "no rows"


def export_tags(
    connection: Connection,
    german: Annotated[bool, typer.Option("--german", help="For a German spreadsheet.")] = False,
    data: DataOption = Here,
) -> None:
    """Print a connection's tags as a list that can be changed in a spreadsheet and brought in again."""
    with house(data) as control:
        path = f"/connections/{quote(connection, safe='')}/tag-list"
        print(control.call("GET", path, language="de" if german else "en")["text"], end="")


def register(tag_app: typer.Typer) -> None:
    """Add to the verbs about tags."""
    tag_app.command("import")(import_tags)
    tag_app.command("export")(export_tags)
