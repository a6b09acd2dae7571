"""The command line starts at once: what a verb needs is loaded by that verb."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from dovetail.cli import main
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


@pytest.mark.parametrize(
    "error, said",
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/x"), "No such file or directory: /x"),
        (FileExistsError(errno.EEXIST, "File exists", "/y"), "File exists: /y"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
    ],
)
def test_a_path_that_cannot_be_written_is_a_sentence(
    error: OSError, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main, "app", failing(error))
    with pytest.raises(SystemExit) as left:
        main.run()
    assert (left.value.code, capsys.readouterr().err) == (1, f"error[file]: {said}\n")


def test_what_no_path_explains_is_told_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "app", failing(OSError(errno.EIO, "Input/output error")))
    with pytest.raises(OSError, match="Input/output"):
        main.run()


def failing(error: Exception) -> Callable[[], None]:
    def app() -> None:
        raise error

    return app
