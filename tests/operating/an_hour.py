"""An hour of a press that stood for ten minutes, in an installation of its own."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from dovetail.app.bootstrap import open_house
from dovetail.cli.main import app
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import MINUTE_US
from dovetail.ownership.settings import Settings
from dovetail.testing.clock import DAY_ZERO_US


def applied(folder: Path, plant: str, *more: str) -> None:
    """`plant` holds in the installation of a test's folder, whose code it is."""
    (folder / "code").mkdir(exist_ok=True)
    (folder / "code" / "plant.yaml").write_text(plant)
    done = CliRunner().invoke(app, ["apply", str(folder / "code"), "--yes", "--data", str(folder / "data"), *more])
    assert done.exit_code == 0, done.output


def lived(folder: Path, plant: str, **settings: str) -> Path:
    """The data of a press with a tag `word` (1 runs, 2 stands), settled."""
    applied(folder, plant, "--from", "2026-01-01T00:00:00Z")
    made = folder / "data"
    with open_house(Settings(data=made, **settings)) as house:
        tag = next(tag.id for tag in house.rooms.equipment.plant().tags.values() if tag.property == "word")
        said = ((0, 1), (20, 2), (30, 1), (90, 2))
        words_said = Batch.of(Kind.I64, [(tag, DAY_ZERO_US + at * MINUTE_US, word, 0xC0) for at, word in said])
        house.rooms.historian.put([Frame("test", Lane.IMPORT, 1, 1, (words_said,))])
        while house.rooms.states.step():
            pass
        while house.rooms.performance.step():
            pass
    return made
