"""Stops and their reasons from a terminal, on an installation in a folder: told by hand, listed, taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dovetail.cli.main import app

PLANT = """\
plant: {format: 1, name: Test}
reasons:
  mechanical: {category: failure, children: {jam: {name: Jam}}}
equipment:
  acme: {level: Enterprise, timezone: UTC}
  acme/site: {level: Site}
  acme/site/area: {level: Area}
  acme/site/area/press: {level: WorkUnit, states: {by_hand: true}}
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(app, [*words])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "plant"
    folder.mkdir()
    (folder / "plant.yaml").write_text(PLANT, encoding="utf-8")
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    done = run("apply", str(folder), "--data", str(tmp_path / "data"), "--from", since, "--yes")
    assert done.exit_code == 0, done.output
    return tmp_path / "data"


def lines(result: Result) -> Sequence[str]:
    assert result.exit_code == 0, result.output
    return [re.sub(r" {2,}", " ", line) for line in result.output.splitlines()]


def test_a_machine_is_told_by_hand_and_its_stop_is_listed_and_taken_back(data: Path) -> None:
    now = datetime.now(UTC)
    where = ("acme/site/area/press", *((now - timedelta(minutes=back)).isoformat() for back in (60, 30)))
    told = lines(run("edit", *where, "--state", "Held", "--reason", "mechanical/jam", "--data", str(data)))
    assert "Held mechanical/jam" in told[0]
    listed = lines(run("stops", "acme/site/area/press", "--data", str(data)))
    assert "30.0 min press Held mechanical/jam" in listed[0]
    assert listed[-1] == "unplanned 30.0 min, without a reason 0%"
    assert run(*told[-1].removeprefix("Taken back by: dovetail ").split(), "--data", str(data)).exit_code == 0
    assert lines(run("stops", "acme/site/area/press", "--data", str(data))) == ["unplanned 0.0 min"]


def test_what_is_wrong_is_said(data: Path) -> None:
    begun = (datetime.now(UTC) - timedelta(minutes=30)).isoformat()
    refused = run("edit", "acme/site/area/press", begun, "--reason", "mechanical/jan", "--data", str(data))
    assert "there was no reason 'mechanical/jan' at that time" in str(refused.exception)
