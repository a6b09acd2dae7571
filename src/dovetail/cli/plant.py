"""Plant code from a terminal: begin, check, compare, apply and export a plant as files; exit codes as Terraform's."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dovetail.ownership.control import Control
    from dovetail.plantcode.report import Report

Folder = Annotated[Path, typer.Argument(help="The folder with the plant's YAML files.", show_default=False)]
DataOption = Annotated[Path, typer.Option("--data", help="The installation's data folder.", envvar="DOVETAIL_DATA")]
FromOption = Annotated[
    str | None,
    typer.Option("--from", help="From when it holds, RFC 3339; default now. The past: only the first plant."),
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")]


def init(
    folder: Folder,
    name: Annotated[str, typer.Option(help="What the plant is called.")] = "My plant",
    timezone: Annotated[str, typer.Option(help="The time zone it stands in, e.g. Europe/Prague.")] = "UTC",
) -> None:
    """Write a small plant to begin with."""
    from dovetail.onboarding.starter import starter
    from dovetail.plantcode.folder import write_folder

    files = starter(name=name, timezone=timezone)
    write_folder(folder, files)
    print(f"{len(files)} files in {folder}. Next: dovetail validate {folder}")


def validate(folder: Folder, as_json: JsonFlag = False) -> None:
    """Check a plant's files; needs no installation. Exit 0: valid, 1: not."""
    documents, report = _check(folder)
    if as_json:
        print(_json({"ok": report.ok, "problems": _problems(report), "more": report.dropped}))
    elif report.ok:
        print(f"{folder}: {len(documents)} files, nothing wrong.")
    else:
        print(report, file=sys.stderr)
    if not report.ok:
        raise typer.Exit(1)


def plan(
    folder: Folder, data: DataOption = Path(".dovetail"), valid_from: FromOption = None, as_json: JsonFlag = False
) -> None:
    """Show what applying the files would change. Exit 0: nothing, 1: error, 2: changes."""
    from dovetail.terminal.installation import installation

    documents = _valid(folder)
    with installation(data, begins=True) as control:
        found = _plan(control, documents, valid_from)
    print(_json(found) if as_json else found["text"])
    raise typer.Exit(found["exit_code"])


def apply(
    folder: Folder,
    data: DataOption = Path(".dovetail"),
    valid_from: FromOption = None,
    reason: Annotated[str | None, typer.Option(help="Why; kept in the audit.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Make the files the plant that holds: all of it, or nothing. Exit 0: it holds, 1: it does not."""
    from dovetail.terminal.installation import installation

    documents = _valid(folder)
    with installation(data, begins=True) as control:
        found = _plan(control, documents, valid_from)
        print(found["text"])
        if found["exit_code"] == 1:
            raise typer.Exit(1)
        if found["steps"] and not yes and not _asked():
            print("Nothing was applied.")
            raise typer.Exit(1)
        body = {"documents": documents, "valid_from": valid_from, "reason": reason}
        done = control.call("POST", "/plant/apply", {key: value for key, value in body.items() if value is not None})
    if done["changed"]:
        print(f"Version {done['version']} holds from {done['valid_from']}.")
    else:
        print(f"Version {done['version']} already says this.")


def export(
    folder: Folder,
    data: DataOption = Path(".dovetail"),
    version: Annotated[int | None, typer.Option(help="Which version; default: the newest.")] = None,
) -> None:
    """Write the files of the applied plant, word for word, into a folder."""
    from dovetail.plantcode.folder import write_folder
    from dovetail.terminal.installation import installation

    with installation(data) as control:
        found = control.call("GET", "/plant/export", version=version)
    write_folder(folder, found["documents"])
    print(f"Version {found['version']['version']}: {len(found['documents'])} files in {folder}.")


def schema() -> None:
    """Print the JSON Schema of plant code, for editors."""
    from dovetail.house.rooms import plant_sections
    from dovetail.plantcode.schema import plant_schema

    print(_json(plant_schema(plant_sections())))


def _check(folder: Path) -> tuple[dict[str, bytes], Report]:
    from dovetail.house.rooms import plant_sections
    from dovetail.plantcode import validate as plant_code
    from dovetail.plantcode.folder import read_folder

    documents = read_folder(folder)
    return documents, plant_code.validate(documents, plant_sections())[1]


def _valid(folder: Path) -> dict[str, str]:
    """The files' texts. Ends the program with 1, having said why, when they are no valid plant."""
    documents, report = _check(folder)
    if not report.ok:
        print(report, file=sys.stderr)
        raise typer.Exit(1)
    return {name: content.decode("utf-8") for name, content in documents.items()}


def _plan(control: Control, documents: Mapping[str, str], valid_from: str | None) -> dict[str, Any]:
    return control.call("POST", "/plant/plan", {"documents": documents, "valid_from": valid_from})


def _asked() -> bool:
    if not sys.stdin.isatty():
        print("There is nobody to ask; say --yes.", file=sys.stderr)
        return False
    return typer.confirm("Apply?")


def _problems(report: Report) -> list[dict[str, object]]:
    return [
        {
            "file": problem.place.file,
            "line": problem.place.line,
            "col": problem.place.col,
            "code": problem.code,
            "message": problem.message,
            "hint": problem.hint,
        }
        for problem in report.problems
    ]


def _json(value: object) -> str:
    import json

    return json.dumps(value, indent=2, ensure_ascii=False)


def register(app: typer.Typer) -> None:
    """Add the verbs of plant code."""
    for verb in (init, validate, plan, apply, export, schema):
        app.command()(verb)
