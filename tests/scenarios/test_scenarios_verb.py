"""`dovetail test` finds the scenarios of a plant, says what came of them, and ends as a build server wants it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scenarios_files import FOLDER, changed
from typer.testing import CliRunner, Result

from dovetail.cli.main import app

BOTTLING = FOLDER.parent / "bottling"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["test", *words])


def test_a_plants_scenarios_are_played_on_its_code() -> None:
    done = run(str(BOTTLING))
    assert done.exit_code == 0, done.output
    assert "jammed-capper.yaml: A jam at the capper" in done.stdout
    assert "1 of 1 scenarios hold" in done.stdout


@pytest.mark.parametrize(
    "old, new, code",
    [
        ("small: {name: Small", "small: {name: Little", 0),
        ("effectiveness: 50 %", "effectiveness: 60 %", 1),
        ("filler.rejects  0", "filer.rejects  0", 2),
    ],
)
def test_the_exit_code_says_how_it_went(tmp_path: Path, old: str, new: str, code: int) -> None:
    changed(tmp_path, "two-products", (old, new))
    done = run(str(tmp_path), "--json", "--junit", str(tmp_path / "junit.xml"))
    assert done.exit_code == code, done.output
    assert json.loads(done.stdout)["ok"] is (code == 0)
    assert f'failures="{min(code, 1)}"' in (tmp_path / "junit.xml").read_text(encoding="utf-8")


def test_only_some_are_played(tmp_path: Path) -> None:
    assert run(str(FOLDER), "--only", "rates and nothing else").exit_code == 2
    assert "1 of 1" in run(str(FOLDER), "--only", "Two products at 60").stdout
    assert run(str(tmp_path)).exit_code == 2
    assert run(str(tmp_path / "nowhere")).exit_code == 1


def test_an_editor_gets_the_schema() -> None:
    assert json.loads(run("--schema").stdout)["title"] == "Dovetail scenario"
