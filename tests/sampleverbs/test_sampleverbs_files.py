"""Samples as files from a terminal, of an installation that stands still and belongs to the verb for its length."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from dovetail.app.bootstrap import open_house
from dovetail.cli.main import app
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.errors import ConfigError, NotFoundError
from dovetail.ownership.settings import Settings
from dovetail.testing.clock import DAY_ZERO_US

PLANT = """\
plant: {format: 1, name: Test}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague}
  acme/press:
    level: WorkUnit
    tags:
      speed: {unit: mm}
      note: {kind: str}
"""
PERIOD = ("--from", "2026-01-05T06:00:00Z", "--to", "2026-01-05T07:00:00Z")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plant with two samples; nothing runs."""
    folder = tmp_path_factory.mktemp("samples")
    (folder / "plant.yaml").write_text(PLANT)
    made = folder / "data"
    done = CliRunner().invoke(app, ["apply", str(folder), "--yes", "--data", str(made)])
    assert done.exit_code == 0, done.output
    with open_house(Settings(data=made)) as house:
        tags = {tag.property: tag.id for tag in house.rooms.equipment.plant().tags.values()}
        numbers = Batch.of(Kind.F64, [(tags["speed"], DAY_ZERO_US, 1.5, 0xC0)])
        texts = Batch.of(Kind.STR, [(tags["note"], DAY_ZERO_US + 1_000_000, "=1+1", 0xC0)])
        house.rooms.historian.put([Frame("test", Lane.IMPORT, 1, 1, (numbers, texts))])
    return made


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["samples", *words, "--data", str(data)])


def test_a_file_comes_to_where_one_stands(data: Path, tmp_path: Path) -> None:
    done = run(data, "export", "acme/press.speed", "acme/press.note", *PERIOD, "--out", str(tmp_path))
    assert done.exit_code == 0, (done.output, done.exception)
    (file,) = tmp_path.iterdir()
    assert file.name == "press.speed-and-1-more_2026-01-05.csv"
    assert "2 rows" in done.stdout
    assert file.read_text("utf-8-sig").splitlines()[1:] == [
        "2026-01-05T07:00:00.000000+01:00,acme/press.speed,1.5,mm,GOOD,",
        "2026-01-05T07:00:01.000000+01:00,acme/press.note,'=1+1,,GOOD,",
    ]
    assert json.loads(run(data, "list", "--json").stdout) == []  # what was fetched is not kept twice
    assert list((data / "exports").iterdir()) == []


def test_the_name_of_the_file_says_what_it_is(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "wide.parquet"
    done = run(data, "export", "acme/press.speed", *PERIOD, "--shape", "wide", "--every", "1800", "-o", str(file))
    assert done.exit_code == 0, (done.output, done.exception)
    assert pl.read_parquet(file)["acme/press.speed"].to_list() == [1.5, 1.5]


@pytest.mark.parametrize(
    "words, rows",
    [
        (["--aggregate", "Count,Maximum", "--every", "1800"], [(1.0, 1.5), (0.0, None)]),
        (["--aggregate", "Count,Maximum", "--over", "jobs"], []),  # nothing ran on the machine of the first tag
    ],
)
def test_what_signals_came_to_is_a_file_too(data: Path, tmp_path: Path, words: list[str], rows: list[Any]) -> None:
    file = tmp_path / "sums.parquet"
    done = run(data, "export", "acme/press.speed", *PERIOD, *words, "--shape", "wide", "-o", str(file))
    assert done.exit_code == 0, (done.output, done.exception)
    assert pl.read_parquet(file).select("acme/press.speed Count", "acme/press.speed Maximum").rows() == rows


def test_a_tag_that_is_not_there_is_an_error_of_ours(data: Path, tmp_path: Path) -> None:
    done = run(data, "export", "acme/press.sped", *PERIOD, "--out", str(tmp_path))
    assert isinstance(done.exception, NotFoundError)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "time,value,unit\n2026-01-05T06:10:00Z,7.5,mm\n2026-01-05T06:20:00Z,,mm\n",
        "time;value;unit\r\n2026-01-05T06:10:00Z;7,5;mm\r\n2026-01-05T06:20:00Z;;mm\r\n",  # of a screen in German
    ],
)
def test_samples_of_a_file_are_given_in_either_language(data: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "given.csv"
    file.write_text(text, encoding="utf-8-sig", newline="")
    span = ("2026-01-05T06:05:00Z", "2026-01-05T06:30:00Z")
    done = run(data, "amend", "acme/press.speed", *span, "--file", str(file), "--reason", "read off the dial")
    assert done.exit_code == 0, (done.output, done.exception)
    assert run(data, "export", "acme/press.speed", *PERIOD, "--out", str(tmp_path / "as.csv")).exit_code == 0
    values = [row.split(",")[2] for row in (tmp_path / "as.csv").read_text("utf-8-sig").splitlines()[1:]]
    (one, *_) = json.loads(run(data, "corrections", "acme/press.speed", "--json").stdout)
    assert run(data, "undo", str(one["id"]), "--reason", "done").exit_code == 0
    assert values == ["1.5", "7.5", ""]


def test_a_folder_that_is_not_there_is_said_before_anything_is_written(data: Path, tmp_path: Path) -> None:
    done = run(data, "export", "acme/press.speed", *PERIOD, "--out", str(tmp_path / "nowhere" / "day.csv"))
    assert isinstance(done.exception, ConfigError)
    assert list((data / "exports").glob("*")) == []
