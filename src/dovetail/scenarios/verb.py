"""`dovetail test`: play the scenarios of a plant, and say what does not come out as it was expected."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from dovetail.scenarios.play import Played

FOLDER: Final = "scenarios"

Where = Annotated[
    Path, typer.Argument(help="A plant's folder, a folder of scenarios, or one scenario.", show_default=False)
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")]
Only = Annotated[str | None, typer.Option("--only", help="Only files and titles that hold this text.")]
Junit = Annotated[Path | None, typer.Option("--junit", help="Write the results as JUnit XML, for a build server.")]
Schema = Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of scenarios, for editors.")]


def test(
    plant: Annotated[Path | None, Where.__metadata__[0]] = None,
    only: Only = None,
    as_json: JsonFlag = False,
    junit: Junit = None,
    schema: Schema = False,
) -> None:
    """Play a plant's scenarios in memory. Exit 0: all hold, 1: one does not, 2: one cannot be played."""
    import json

    from dovetail.scenariofiles.schema import scenario_schema
    from dovetail.scenarios.telling import as_json as data
    from dovetail.scenarios.telling import as_junit, as_text

    if schema:
        print(json.dumps(scenario_schema(), indent=2, ensure_ascii=False))
        return
    played = list(play_all(plant or Path(), only))
    if not played:
        said = f"no scenario in {plant or '.'}" + (f" holds {only!r}" if only else "")
        print(f"{said}; a plant's are in its folder {FOLDER}/", file=sys.stderr)
        raise typer.Exit(2)
    if junit is not None:
        junit.write_text(as_junit(played), encoding="utf-8")
    print(json.dumps(data(played), indent=2, ensure_ascii=False) if as_json else as_text(played))
    if any(not one.report.ok for one in played):
        raise typer.Exit(2)
    if any(not one.ok for one in played):
        raise typer.Exit(1)


def play_all(where: Path, only: str | None) -> Iterator[Played]:
    """What comes of each scenario at a place. Raises ConfigError where there is no such place."""
    from dovetail.scenariofiles.document import read_scenario
    from dovetail.scenarios.play import Played, play

    files, around = found_in(where)
    for file in files:
        content = file.read_bytes()
        if only is not None and only.lower() not in str(file).lower() and only.lower() not in _title(content).lower():
            continue
        document, report = read_scenario(str(file), content, around=around)
        yield Played(str(file), _title(content), report) if document is None else play(document)


def found_in(where: Path) -> tuple[list[Path], Mapping[str, bytes]]:
    """(the scenarios there, the plant code around them). Raises ConfigError where there is no such place."""
    from dovetail.core.errors import ConfigError
    from dovetail.plantcode.folder import read_folder
    from dovetail.scenariofiles.document import is_scenario

    if where.is_file():
        return [where], _around(where.parent)
    if not where.is_dir():
        raise ConfigError(f"there is no {where}", code="scenario-folder")
    folder = where / FOLDER if (where / FOLDER).is_dir() else where
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file())
    files = [path for path in files if is_scenario(path.read_bytes())]
    return files, read_folder(where) if folder != where else _around(where)


def _around(folder: Path) -> Mapping[str, bytes]:
    """The plant beside whose code a folder of scenarios lies; none where it does not."""
    from dovetail.plantcode.folder import read_folder

    near = next((one for one in (folder, *folder.resolve().parents) if one.name == FOLDER), None)
    if near is None or not any(path.suffix in (".yaml", ".yml") for path in near.parent.iterdir()):
        return {}
    return read_folder(near.parent)


def _title(content: bytes) -> str:
    for line in content.splitlines():
        if line.startswith(b"scenario:"):
            return line.partition(b":")[2].decode("utf-8", "replace").strip().strip("\"'")
    return ""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(test)
