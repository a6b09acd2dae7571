"""`dovetail report` keeps figures, opens them and says what moved since, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dovetail.app.bootstrap import open_house
from dovetail.cli.main import app
from dovetail.core.errors import RefusedError
from dovetail.ownership.control import Control, serving
from dovetail.ownership.settings import Settings

PLANT = b"""
plant: {format: 1, name: Test}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague}
  acme/press: {level: WorkUnit, states: {by_hand: true}, standard_rate_upm: 60}
"""

type Run = Callable[..., Result]


@pytest.fixture
def verbs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Run, Callable[[], None]]]:
    """(the verbs of `dovetail report` on an installation, what lets its ledger take in what is known)."""
    with open_house(Settings(data=tmp_path)) as house, serving(house.app, tmp_path) as control:

        @contextmanager
        def installation(_data: Path) -> Iterator[Control]:
            yield control

        def settle() -> None:
            while house.rooms.performance.step():
                pass

        monkeypatch.setattr("dovetail.terminal.installation.installation", installation)
        given = {"given": {"documents": {"plant.yaml": PLANT.decode()}}, "reason": None}
        control.call("POST", "/operations/plant.apply", given)
        yield lambda *words: CliRunner().invoke(app, ["report", *words]), settle


def test_a_report_is_frozen_listed_shown_and_compared(verbs: tuple[Run, Callable[[], None]]) -> None:
    run, settle = verbs
    begin, end = ((datetime.now(UTC) + timedelta(hours=n)).isoformat() for n in (-1, 1))
    asked = ["freeze", "acme/press", "--start", begin, "--end", end, "--name", "Last hour"]
    early = run(*asked).exception
    assert isinstance(early, RefusedError)
    assert (early.code, early.hint) == ("ledger-behind", "it does so while Dovetail runs: try again in a moment")
    settle()
    made = run(*asked)
    assert (made.exit_code, made.output.startswith("Report 1, SHA-256 ")) == (0, True), made.output
    assert "Last hour  acme/press kpis" in run("list").output
    shown = run("show", "1").output
    assert "intact: letter for letter" in shown
    assert "Availability" in shown
    told = run("diff", "1")
    assert (told.exit_code, "Nothing moved." in told.output) == (0, True), told.output
    assert json.loads(run("diff", "1", "--json").output)["moved"] == []


def test_signed_shifts_say_what_they_would_come_to(
    verbs: tuple[Run, Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, _ = verbs
    asked = ["signed", "acme/press", "--start", "2026-01-05T06:00:00Z", "--end", "2026-01-05T14:00:00Z"]
    none = run(*asked)
    assert (none.exit_code, none.output.strip()) == (0, "No signed shift stands there.")
    monkeypatch.setattr("dovetail.shiftverbs.freezing.house", lambda _data: nullcontext(Answers()))
    told = run(*asked)
    assert (told.exit_code, told.output.splitlines()[0][:6]) == (2, "Early,")
    assert "Availability                                         98.00% → 92.00%" in told.output
    assert "-0.0600  late-data" in told.output and "40 figures are the same; oee_index moved by:" in told.output
    assert json.loads(run(*asked, "--json").output)[0]["same"] == 40
