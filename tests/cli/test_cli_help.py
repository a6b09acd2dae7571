"""The command line starts at once: what a verb needs is loaded by that verb."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from dovetail.cli.main import app

HEAVY = (
    "numpy",
    "sqlalchemy",
    "fastapi",
    "asyncua",
    "pydantic",
    "alembic",
    "uvicorn",
    "rich",
    "yaml",
    "pcodec",
    "pyarrow",
)
SHOW = """
import sys
from dovetail.cli.main import app
sys.argv = ["dovetail", "--help"]
try:
    app()
except SystemExit:
    print(*sys.modules)
"""


def test_help_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "dovetail.cli.main" in loaded
    assert not loaded & set(HEAVY)


def test_a_process_of_its_own_tells_a_verbs_help() -> None:
    done = subprocess.run([sys.executable, "-m", "dovetail.cli", "serve", "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout


@pytest.mark.parametrize(
    "verb", ["serve", "demo", "init", "validate", "plan", "apply", "export", "token", "do", "undo"]
)
def test_every_verb_has_help(verb: str) -> None:
    done = CliRunner().invoke(app, [verb, "--help"])
    assert done.exit_code == 0, done.output
    assert f"{verb} [OPTIONS]" in done.stdout
