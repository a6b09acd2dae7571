"""A replay from a terminal, of an installation that stands still and belongs to the verb for its length."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from an_hour import lived
from typer.testing import CliRunner, Result

from dovetail.cli.main import app
from dovetail.core.clock import MINUTE_US

PLANT = """\
plant: {format: 1, name: Test}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague}
  acme/press:
    level: WorkUnit
    tags: {word: {kind: i64}}
    states: {values: {tag: word, map: {1: RUN, 2: Stopped}}}
"""
PERIOD = ("--from", "2026-01-05T06:00:00Z", "--to", "2026-01-05T07:00:00Z")


@pytest.fixture
def data(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An hour of a press that stood for ten minutes, on both stores."""
    monkeypatch.setenv("DOVETAIL_DATABASE_URL", database_url)
    return lived(tmp_path, PLANT, database_url=database_url)


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["replay", *PERIOD, *words, "--data", str(data)])


def test_what_would_have_changed_is_told_and_nothing_is_written(data: Path, tmp_path: Path) -> None:
    same = run(data)
    assert (same.exit_code, "Nothing would have changed" in same.stdout) == (0, True), same.output
    (tmp_path / "code" / "plant.yaml").write_text(PLANT.replace("2: Stopped", "2: {state: Idle, mode: Setup}"))
    other = run(data, "--plant", str(tmp_path / "code"))
    assert other.exit_code == 2, other.output
    assert "acme/press: 10.0 min would read otherwise" in other.stdout
    assert "2026-01-05T06:20:00   10.0 min  Stopped → Idle Setup" in other.stdout
    assert "AUST 0.0 min → 10.0 min" in other.stdout
    found = json.loads(run(data, "--plant", str(tmp_path / "code"), "--equipment", "acme/press", "--json").stdout)
    (machine,) = found["machines"]
    assert (machine["moved_us"], machine["whole"]["was"]["times"]["aust_us"]) == (10 * MINUTE_US, 0)
    again = run(data)
    assert again.exit_code == 0


def test_what_cannot_be_replayed_is_said(data: Path, tmp_path: Path) -> None:
    (tmp_path / "code" / "plant.yaml").write_text(PLANT.replace("word: {kind", "wort: {kind"))
    assert "word" in str(run(data, "--plant", str(tmp_path / "code")).exception)
    assert "acme/saw" in str(run(data, "--equipment", "acme/saw").exception)
