"""The page on tag lists is true: its list, what the terminal says of it, the import, the undo and the export."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dovetail.cli.main import app

PAGE = (Path(__file__).parents[2] / "docs/how-to/import-tags.md").read_text(encoding="utf-8")
PLANT = """plant: {format: 1, name: Acme}
connections:
  plc1: {driver: modbus, options: {host: 10.9.8.7}}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague}
  acme/press: {level: WorkUnit}
"""


def shown(command: str) -> str:
    """What the page says that a command prints."""
    return re.findall(rf"\$ {re.escape(command)}\n(.*?)```", PAGE, re.DOTALL)[0]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plant").mkdir()
    (tmp_path / "plant" / "plant.yaml").write_text(PLANT, encoding="utf-8")
    text = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)[0]
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["apply", "plant", "--yes"])
    assert done.exit_code == 0, done.output
    return tmp_path


def said(command: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, command.split()[1:])
    return result.exit_code, result.stdout


def test_the_page_is_true(folder: Path) -> None:
    look = "dovetail tag import list.csv --connection plc1 --equipment acme/press --preview"
    assert said(look) == (3, shown(look))
    bring = "dovetail tag import list.csv --connection plc1 --equipment acme/press --leave-faults"
    code, text = said(bring)
    assert (code, re.sub(r"undo \d+", "undo N", text)) == (0, re.sub(r"undo \d+", "undo N", shown(bring)))
    code, listed = said("dovetail tag export --connection plc1")
    assert code == 0 and "fuellhoehe,40011:float32,f64,mm,0.5" in listed
    (folder / "again.csv").write_text(listed, encoding="utf-8")
    code, again = said("dovetail tag import again.csv --connection plc1 --preview")
    assert (code, again.splitlines()[-1]) == (0, "2 same")
    undo = re.search(r"dovetail undo \d+", text)
    assert undo is not None and said(undo[0])[0] == 0
    assert "fuellhoehe" not in said("dovetail tag export --connection plc1")[1]
