"""`dovetail report` keeps figures, opens them and says what moved since, in words; signed shifts say so, too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dovetail.app.bootstrap import open_house
from dovetail.cli.main import app
from dovetail.core.clock import HOUR_US, to_rfc3339
from dovetail.core.errors import RefusedError
from dovetail.ownership.control import Control, serving
from dovetail.ownership.settings import Settings
from dovetail.testing.clock import ManualClock

PLANT = b"""
plant: {format: 1, name: Test}
calendars:
  round:
    shifts:
      - {name: Night, start: "00:00", end: "12:00", days: [mon, tue, wed, thu, fri, sat, sun]}
      - {name: Day, start: "12:00", end: "00:00", days: [mon, tue, wed, thu, fri, sat, sun]}
equipment:
  acme: {level: Enterprise, timezone: UTC, calendar: round}
  acme/press: {level: WorkUnit, states: {by_hand: true}, standard_rate_upm: 60}
"""


@dataclass(frozen=True)
class Desk:
    """`dovetail report` on an installation; `settle` lets its ledger take in what is known."""

    run: Callable[..., Result]
    settle: Callable[[], None]
    control: Control
    press: int
    clock: ManualClock

    def does(self, operation: str, **given: str) -> None:
        body = {"given": given | {"equipment_id": self.press}, "reason": None}
        self.control.call("POST", f"/operations/{operation}", body)

    def ago(self, hours: float) -> str:
        return to_rfc3339(self.clock.now_us() - round(hours * HOUR_US))


@pytest.fixture
def desk(tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with open_house(Settings(data=tmp_path), clock=clock) as house, serving(house.app, tmp_path) as control:

        @contextmanager
        def installation(_data: Path, *, begins: bool = False) -> Iterator[Control]:
            yield control

        def settle() -> None:
            while house.rooms.performance.step():
                pass

        monkeypatch.setattr("dovetail.terminal.installation.installation", installation)
        given = {"given": {"documents": {"plant.yaml": PLANT.decode()}}, "reason": None}
        control.call("POST", "/operations/plant.apply", given)
        press = house.rooms.equipment.plant().by_path("acme/press").id
        yield Desk(lambda *words: CliRunner().invoke(app, ["report", *words]), settle, control, press, clock)


def test_a_report_is_frozen_listed_shown_and_compared(desk: Desk) -> None:
    run = desk.run
    asked = ["freeze", "acme/press", "--start", desk.ago(1), "--end", desk.ago(-1), "--name", "Last hour"]
    early = run(*asked).exception
    assert isinstance(early, RefusedError)
    assert (early.code, early.hint) == ("ledger-behind", "it does so while Dovetail runs: try again in a moment")
    desk.settle()
    made = run(*asked)
    assert (made.exit_code, made.output.startswith("Report 1, SHA-256 ")) == (0, True), made.output
    assert "Last hour  acme/press kpis" in run("list").output
    shown = run("show", "1").output
    assert "intact: letter for letter" in shown
    assert "Availability" in shown
    told = run("diff", "1")
    assert (told.exit_code, "Nothing moved." in told.output) == (0, True), told.output
    assert json.loads(run("diff", "1", "--json").output)["moved"] == []
    desk.does("timeline.edit", start=desk.ago(5 / 6), end=desk.ago(1 / 3), state="RUN")
    desk.settle()
    told = run("diff", "1")
    assert told.exit_code == 2, told.output
    assert "0.0 min → 30.0 min" in told.output


def test_signed_shifts_say_what_they_would_come_to(desk: Desk) -> None:
    desk.clock.tick(36 * HOUR_US)
    asked = ["signed", "acme/press", "--start", desk.ago(36), "--end", desk.ago(0)]
    assert desk.run(*asked).output.strip() == "No signed shift stands there."
    desk.does("shift.sign", start=desk.ago(18))
    told = desk.run(*asked)
    assert told.exit_code == 0, told.output
    assert ": signed by " in told.output
    assert "Nothing moved." in told.output
    assert json.loads(desk.run(*asked, "--json").output)[0]["moved"] == []
