"""The past told again from a terminal, of an installation that belongs to the verb for its length."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from an_hour import applied, lived
from typer.testing import CliRunner, Result

from dovetail.cli.main import app

PLANT = """\
plant: {format: 1, name: Test}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague}
  acme/press:
    level: WorkUnit
    tags: {word: {kind: i64}}
    states: {values: {tag: word, map: {1: RUN, 2: {state: Stopped, reason: jam}}}}
reasons: {jam: {name: Jam, category: failure}}
"""
PERIOD = ("--from", "2026-01-05T06:00:00Z", "--to", "2026-01-05T07:00:00Z")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An hour of a press that was jammed for ten minutes; now a jam is no failure, and its word means another state."""
    made = lived(tmp_path, PLANT)
    applied(tmp_path, PLANT.replace("failure", "planned").replace("Stopped", "Held"))
    return made


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["restate", *words, "--data", str(data)])


def test_it_is_looked_at_done_listed_and_taken_back_and_what_is_missing_is_said(data: Path) -> None:
    plan = run(data, *PERIOD)
    assert plan.exit_code == 2, plan.output
    assert "category: failure → planned" in plan.stdout
    assert "states.values.map.2.state: Stopped → Held" in plan.stdout
    assert "acme/press: 10.0 min would read otherwise" in plan.stdout
    assert "PLANNED_DOWN 0.0 min → 10.0 min" in plan.stdout
    assert "restatement.make needs a reason" in str(run(data, *PERIOD, "--apply").exception)
    assert run(data, *PERIOD).stdout == plan.stdout  # nothing was written
    made = run(data, *PERIOD, "--apply", "--reason", "jams were cleanings", "--json")
    assert made.exit_code == 2, made.output
    assert json.loads(made.stdout)["settled"]
    assert "Nothing would change" in run(data, *PERIOD).stdout
    assert "jams were cleanings" in run(data, "--list").stdout
    back = run(data, "--undo", "1", "--reason", "they were not")
    assert "restatement 2, which takes 1 back" in back.stdout, back.output
    assert "(taken back by 2)" in run(data, "--list").stdout
    assert run(data, *PERIOD).stdout == plan.stdout
    found = run(data, "--from", "2026-01-05T06:00:00Z")
    assert (found.exit_code, "--list" in found.output) == (2, True)
    assert "cannot be restated" in str(run(data, *PERIOD, "--only", "machines").exception)
