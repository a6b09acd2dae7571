"""`dovetail text` and `dovetail count records`: what machines named and counted, over the installation's own door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dovetail.app.bootstrap import open_house
from dovetail.cli.main import app
from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Lane
from dovetail.core.clock import MINUTE_US
from dovetail.ownership.settings import from_environment

PRESS = """
plant: {format: 1, name: Small}
equipment:
  acme: {level: Enterprise, name: Acme, timezone: UTC}
  acme/press:
    level: WorkUnit
    name: Press
    standard_rate_upm: 60
    tags: {recipe: {kind: str}}
    job: {text_tag: recipe}
products: {cola: {name: Cola, units: {case: 12}}}
"""

type Run = Callable[..., str]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(tmp_path: Path, data: Path) -> Run:
    """A verb at an installation with the press, whose plant is applied; what it prints."""
    folder = tmp_path / "plant"
    folder.mkdir()
    (folder / "plant.yaml").write_text(PRESS)

    def do(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--data", str(data)], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    do("apply", str(folder), "--yes")
    return do


def says(data: Path, text: str) -> None:
    """The press says a text now, and whoever owns the installation reads it."""
    with open_house(from_environment(data=data)) as house:
        plant = house.rooms.equipment.plant()
        tag = plant.tags_of(plant.by_path("acme/press").id)["recipe"]
        batch = Batch.of(tag.kind, [(tag.id, house.database.clock.now_us() - MINUTE_US, text, q.GOOD)])
        house.rooms.historian.put([Frame("plc", Lane.LIVE, 1, 1, (batch,))])
        while house.rooms.production.step(100):
            pass


def test_a_text_that_nobody_knows_is_listed_and_answered(run: Run, data: Path) -> None:
    says(data, "PO\x1b-9")
    listed, *way_on = run("text", "list", "acme/press", "--held").splitlines()
    text_id, _, shown = listed.partition("  ")
    assert ("'PO\ufffd-9'  held" in shown, "(acme/press.recipe)" in shown) == (True, True)
    assert "dovetail text answer ID" in way_on[-1]
    answered = run("text", "answer", text_id, "--product", "cola", "--reason", "the label says so")
    assert answered.startswith("'PO\ufffd-9' of ")
    assert ": cola\n" in answered
    assert run("text", "list", "acme/press", "--held") == ""
    assert "names  cola  by " in run("text", "list", "acme/press")
    undo = answered.rsplit("Taken back by: ", 1)[1].split()[1:]
    run(*undo)
    assert text_id in run("text", "list", "acme/press", "--held")


def test_counts_are_listed_in_their_unit_and_those_that_wait_with_the_way_on(run: Run) -> None:
    run("count", "enter", "acme/press", "--good", "3", "--unit", "case")
    assert run("count", "records", "acme/press").split()[:3] == ["+3", "case", "good"]
    waits, summed = run("held", "unconverted").splitlines()
    assert ("3 case good  nothing ran" in waits, summed) == (True, "1 wait for a conversion")
