"""The past told again from a terminal, of an installation that belongs to the verb for its length."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dovetail.app.bootstrap import open_house
from dovetail.cli.main import app
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import MINUTE_US
from dovetail.ownership.settings import Settings
from dovetail.testing.clock import DAY_ZERO_US

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
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "plant.yaml").write_text(PLANT)
    made = tmp_path / "data"
    words = ["apply", str(tmp_path / "code"), "--yes", "--data", str(made)]
    done = CliRunner().invoke(app, [*words, "--from", "2026-01-01T00:00:00Z"])
    assert done.exit_code == 0, done.output
    with open_house(Settings(data=made)) as house:
        tag = next(tag.id for tag in house.rooms.equipment.plant().tags.values() if tag.property == "word")
        said = ((0, 1), (20, 2), (30, 1), (90, 2))
        words_said = Batch.of(Kind.I64, [(tag, DAY_ZERO_US + at * MINUTE_US, word, 0xC0) for at, word in said])
        house.rooms.historian.put([Frame("test", Lane.IMPORT, 1, 1, (words_said,))])
        while house.rooms.states.step():
            pass
        while house.rooms.performance.step():
            pass
    (tmp_path / "code" / "plant.yaml").write_text(PLANT.replace("failure", "planned").replace("Stopped", "Held"))
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
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
