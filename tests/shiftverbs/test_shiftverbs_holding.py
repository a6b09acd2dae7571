"""`dovetail held`: what waits is listed, released, rejected, over the installation's own door."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dovetail.cli.main import app
from dovetail.core.errors import NotFoundError

TABLE = """
plant: {format: 1, name: Small}
equipment:
  acme: {level: Enterprise, name: Acme, timezone: UTC}
  acme/table: {level: WorkUnit, name: Table, standard_rate_upm: 1}
"""


def test_what_waits_is_released_or_rejected(tmp_path: Path) -> None:
    folder = tmp_path / "plant"
    folder.mkdir()
    (folder / "plant.yaml").write_text(TABLE)
    data = ["--data", str(tmp_path / "data")]

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, *data], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    run("apply", str(folder), "--yes")
    for _ in range(2):
        assert "Held for review: 5000 pieces" in run("count", "enter", "acme/table", "--total", "5000")
    waits = run("held", "waiting").splitlines()
    assert ("acme/table" in waits[0], waits[-1]) == (True, "2 wait")
    first, second = (line.split()[0] for line in run("held", "list", "acme/table").splitlines())
    assert "+500 good" in " ".join(run("held", "release", first, "--good", "500").split())
    assert "Nothing of it counts." in run("held", "reject", second, "--reason", "twice")
    said = run("held", "list", "acme/table").splitlines()
    assert [line.rpartition("  ")[2].partition(" ")[0] for line in said] == ["released", "rejected"]
    assert run("held", "list", "acme/table", "--undecided") == ""
    assert run("held", "waiting") == "Nothing waits.\n"
    with pytest.raises(NotFoundError):
        CliRunner().invoke(app, ["held", "release", "999", *data], catch_exceptions=False)
