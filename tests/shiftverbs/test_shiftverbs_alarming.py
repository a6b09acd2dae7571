"""`dovetail alarms` says in words what the document of the API says in figures, and asks an installation."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from dovetail.cli.main import app
from dovetail.shiftverbs.alarming import lines_of

ONE = {"code": "17", "text": "Jam at the star", "reason": "mechanical/jam", "start": "2026-01-05T06:40:00Z", "n": 3}


def test_each_stands_with_its_words_and_how_often_it_came() -> None:
    ended, open_one = lines_of({"items": [
        ONE | {"end": "2026-01-05T06:43:00Z"}, ONE | {"end": None, "text": None, "reason": None, "n": 1},
    ]})  # fmt: skip
    assert ended.endswith("  17  Jam at the star  mechanical/jam  3 times")
    assert open_one.endswith("…  17  –  –")
    assert lines_of({"items": []}) == ["no alarm stood"]


def test_an_installation_is_asked(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(app, ["init", str(tmp_path / "plant")]).exit_code == 0
    data = ["--data", str(tmp_path / "data")]
    assert run(app, ["apply", str(tmp_path / "plant"), "--yes", *data]).exit_code == 0
    span = ["--start", "2026-01-05T06:00:00Z", "--end", "2026-01-05T07:00:00Z"]
    assert run(app, ["alarms", "acme/site/hall/line1/machine1", *span, *data]).output == "no alarm stood\n"
